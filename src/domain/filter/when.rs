//! When something was or will be, as a term asks for it.

use chrono::NaiveDate;

use crate::domain::date::parse_date;
use crate::domain::filter::{Comparison, Why};
use crate::domain::moment::{self, Edge, NoMoment, Range};
use crate::domain::time::{DAY, HOUR, MINUTE, SECOND, Timestamp};
use crate::domain::tz::Tz;

/// When something was or will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    Never,
    /// So many milliseconds ago, or from now, whichever the field is about.
    Age(Comparison, i64),
    /// A day, which begins and ends at these instants in the zone in which times are shown.
    Day(Comparison, NaiveDate, Range),
    /// Between these instants, of which the second is after it.
    Between(Range),
}

impl When {
    /// The instants that are asked for where something was: from the first on and before the second.
    #[must_use]
    pub fn past(&self, now: Timestamp) -> Option<Range> {
        let range = match self {
            When::Never => return None,
            When::Day(_, _, range) | When::Between(range) => *range,
            When::Age(comparison, ms) => {
                let at = now.plus(ms.saturating_neg());
                match comparison {
                    Comparison::Less => (Some(at.plus(1)), None),
                    Comparison::AtMost => (Some(at), None),
                    Comparison::Equal => (Some(at), Some(at.plus(1))),
                    Comparison::AtLeast => (None, Some(at.plus(1))),
                    Comparison::More => (None, Some(at)),
                }
            }
        };
        Some(range)
    }

    /// The instants that are asked for where something will be. What comes within a time is not over yet.
    #[must_use]
    pub fn ahead(&self, now: Timestamp) -> Option<Range> {
        let When::Age(comparison, ms) = self else {
            return self.past(now);
        };
        let at = now.plus(*ms);
        let not_over = Some(now.plus(1));
        Some(match comparison {
            Comparison::Less => (not_over, Some(at)),
            Comparison::AtMost => (not_over, Some(at.plus(1))),
            Comparison::Equal => (Some(at), Some(at.plus(1))),
            Comparison::AtLeast => (Some(at), None),
            Comparison::More => (Some(at.plus(1)), None),
        })
    }
}

/// Reads an age, a day or a time: `90d`, `2026-11-22`, `2026-11-22 16:00`, or RFC 3339. Without a comparison only a day
/// says anything.
pub(super) fn read(typed: &str, comparison: Option<Comparison>, zone: Tz) -> Result<When, Why> {
    if let Some(ms) = age(typed) {
        return match comparison {
            None | Some(Comparison::Equal) => Err(Why::NeedsComparison),
            Some(comparison) => Ok(When::Age(comparison, ms)),
        };
    }
    let at = |edge| {
        moment::instant(typed, edge, zone).map_err(|why| match why {
            NoMoment::Form | NoMoment::Backwards => Why::NotATime,
            NoMoment::NoSuchTime | NoMoment::TooLate => Why::NoSuchTime,
        })
    };
    let (first, last) = (at(Edge::Since)?, at(Edge::Until)?);
    let day = parse_date(typed).ok();
    // Behind it: of a day the next one, of an instant the next one, too.
    let after = if day.is_some() { last } else { last.plus(1) };
    let before = if day.is_some() { first } else { last };
    let comparison = comparison.unwrap_or(Comparison::Equal);
    let range = match comparison {
        Comparison::Less => (None, Some(before)),
        Comparison::AtMost => (None, Some(after)),
        Comparison::Equal if day.is_none() => return Err(Why::NeedsComparison),
        Comparison::Equal => (Some(first), Some(after)),
        Comparison::AtLeast => (Some(first), None),
        Comparison::More => (Some(if day.is_some() { last } else { first.plus(1) }), None),
    };
    Ok(match day {
        Some(day) => When::Day(comparison, day, range),
        None => When::Between(range),
    })
}

/// Milliseconds of `90s`, `15min`, `12h`, `30d`, `2w` or `1y`, which has 365 days. `m` alone could be months, too, and
/// is none. Those that are longer than all time end there.
fn age(typed: &str) -> Option<i64> {
    let digits = typed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match typed[digits.len()..].to_ascii_lowercase().as_str() {
        "s" => SECOND,
        "min" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        "w" => 7 * DAY,
        "y" => 365 * DAY,
        _ => return None,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(i64::MAX).saturating_mul(unit))
}
