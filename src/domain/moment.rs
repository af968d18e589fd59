//! A moment as people type it: a day, a time of a day, an instant of RFC 3339, or a span back from now.

use std::time::Duration;

use chrono::{DateTime, Days, NaiveTime};

use crate::domain::date::{NoDate, numbers, parse_date};
use crate::domain::expiry::end_of_day;
use crate::domain::time::{DAY, HOUR, MINUTE, SECOND, Timestamp};
use crate::domain::tz::Tz;
use crate::domain::zone::{Twice, instant_of};

/// Which end of a range a moment is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Edge {
    /// The range begins at the moment. A day is its first instant; a wall clock time that comes twice is the earlier one.
    Since,
    /// The range ends right before the moment. A day is wholly in the range; a wall clock time that comes twice is the later
    /// one.
    Until,
}

/// Why a text is no moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoMoment {
    /// None of the forms.
    Form,
    /// The form of a day or a time that no calendar or clock has.
    NoSuchTime,
    /// After the last year for which the zone tables hold.
    TooLate,
    /// A range that is over before it begins.
    Backwards,
}

impl From<NoDate> for NoMoment {
    fn from(why: NoDate) -> NoMoment {
        match why {
            NoDate::Form => NoMoment::Form,
            NoDate::NoSuchDay => NoMoment::NoSuchTime,
            NoDate::TooLate => NoMoment::TooLate,
        }
    }
}

/// The instants of a range: from the first on, and before the second.
pub type Range = (Option<Timestamp>, Option<Timestamp>);

/// Reads a range of moments: `SINCE..UNTIL`, of which one can be left out, or `SINCE` alone.
pub fn parse_range(typed: &str, zone: Tz, now: Timestamp) -> Result<Range, NoMoment> {
    let (since, until) = typed.split_once("..").unwrap_or((typed, ""));
    let read = |typed: &str, edge| match typed.trim() {
        "" => Ok(None),
        typed => parse(typed, edge, zone, now).map(Some),
    };
    match (read(since, Edge::Since)?, read(until, Edge::Until)?) {
        (None, None) => Err(NoMoment::Form),
        (Some(since), Some(until)) if since >= until => Err(NoMoment::Backwards),
        range => Ok(range),
    }
}

/// Reads a moment: `YYYY-MM-DD` or `YYYY-MM-DD HH:MM[:SS]` in `zone`, RFC 3339, or a whole number of seconds, minutes,
/// hours or days before `now`: `90s`, `15m`, `2h`, `7d`.
///
/// A wall clock time that the zone leaves out is the first instant after the gap.
pub fn parse(typed: &str, edge: Edge, zone: Tz, now: Timestamp) -> Result<Timestamp, NoMoment> {
    match span(typed.trim()) {
        Some(ms) => Ok(now.plus(-ms)),
        None => instant(typed, edge, zone),
    }
}

/// Reads a moment that is no span, as [`parse`] does.
pub fn instant(typed: &str, edge: Edge, zone: Tz) -> Result<Timestamp, NoMoment> {
    let typed = typed.trim();
    if let Ok(at) = DateTime::parse_from_rfc3339(typed) {
        return Ok(Timestamp::from(at));
    }
    let (day, time) = match typed.split_once(' ') {
        Some((day, time)) => (day, Some(clock(time.trim_start())?)),
        None => (typed, None),
    };
    let day = parse_date(day)?;
    match time {
        None => Ok(match edge {
            Edge::Since => day
                .checked_sub_days(Days::new(1))
                .map_or(Timestamp(i64::MIN), |before| end_of_day(before, zone)),
            Edge::Until => end_of_day(day, zone),
        }),
        Some(time) => {
            let twice = match edge {
                Edge::Since => Twice::Earlier,
                Edge::Until => Twice::Later,
            };
            Ok(instant_of(day.and_time(time), zone, twice))
        }
    }
}

/// Whether it is a span back from now, such as `15m`.
#[must_use]
pub fn is_span(typed: &str) -> bool {
    span(typed).is_some()
}

/// A length of time, such as `15m`.
#[must_use]
pub fn length(typed: &str) -> Option<Duration> {
    let ms = u64::try_from(span(typed)?).ok()?;
    Some(Duration::from_millis(ms))
}

/// Milliseconds of a span such as `15m`; those that reach back beyond all time end there.
fn span(typed: &str) -> Option<i64> {
    let digits = typed.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = match &typed[digits.len()..] {
        "s" => SECOND,
        "m" => MINUTE,
        "h" => HOUR,
        "d" => DAY,
        _ => return None,
    };
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    Some(digits.parse().unwrap_or(i64::MAX).saturating_mul(unit))
}

fn clock(typed: &str) -> Result<NaiveTime, NoMoment> {
    let parts = numbers(typed, "00:00")
        .or_else(|| numbers(typed, "00:00:00"))
        .ok_or(NoMoment::Form)?;
    let second = parts.get(2).copied().unwrap_or(0);
    NaiveTime::from_hms_opt(parts[0], parts[1], second).ok_or(NoMoment::NoSuchTime)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-11-22 16:00 UTC, a Sunday.
    const NOW: Timestamp = Timestamp(1_795_363_200_000);

    #[track_caller]
    fn reads(typed: &str, edge: Edge, zone: Tz, utc: &str) {
        let at = parse(typed, edge, zone, NOW).expect(typed);
        let read = at.utc().format("%F %T").to_string();
        assert_eq!(read, utc, "{typed} {edge:?}");
    }

    #[test]
    fn a_day_is_wholly_in_a_range_that_it_begins_or_ends() {
        let tokyo = Tz::Asia__Tokyo;
        reads("2026-11-22", Edge::Since, tokyo, "2026-11-21 15:00:00");
        reads(" 2026-11-22 ", Edge::Until, tokyo, "2026-11-22 15:00:00");
        // 23 and 25 hours.
        let berlin = Tz::Europe__Berlin;
        reads("2026-03-29", Edge::Since, berlin, "2026-03-28 23:00:00");
        reads("2026-03-29", Edge::Until, berlin, "2026-03-29 22:00:00");
        reads("2026-10-25", Edge::Since, berlin, "2026-10-24 22:00:00");
        reads("2026-10-25", Edge::Until, berlin, "2026-10-25 23:00:00");
    }

    #[test]
    fn a_time_of_a_day_is_in_the_zone() {
        for edge in [Edge::Since, Edge::Until] {
            let berlin = Tz::Europe__Berlin;
            reads("2026-11-22 16:30", edge, berlin, "2026-11-22 15:30:00");
            reads("2026-07-01 00:00:59", edge, berlin, "2026-06-30 22:00:59");
            reads("2026-07-01  00:01", edge, Tz::UTC, "2026-07-01 00:01:00");
        }
    }

    #[test]
    fn a_time_that_comes_twice_makes_the_range_longer_and_one_that_is_left_out_is_the_end_of_the_gap()
     {
        let berlin = Tz::Europe__Berlin;
        let twice = "2026-10-25 02:30";
        reads(twice, Edge::Since, berlin, "2026-10-25 00:30:00");
        reads(twice, Edge::Until, berlin, "2026-10-25 01:30:00");
        for edge in [Edge::Since, Edge::Until] {
            for gap in ["02:00", "02:30:15", "02:59:59"] {
                let gap = format!("2026-03-29 {gap}");
                reads(&gap, edge, berlin, "2026-03-29 01:00:00");
            }
        }
    }

    #[test]
    fn an_instant_of_rfc_3339_has_its_own_offset() {
        for typed in [
            "2026-11-22T16:00:00Z",
            "2026-11-22T17:00:00+01:00",
            "2026-11-22 16:00:00.000Z",
        ] {
            reads(typed, Edge::Since, Tz::Asia__Tokyo, "2026-11-22 16:00:00");
        }
    }

    #[test]
    fn a_span_is_counted_back_from_now() {
        for (typed, ms) in [
            ("90s", 90_000),
            ("15m", 900_000),
            ("2h", 7_200_000),
            ("7d", 604_800_000),
            ("0s", 0),
        ] {
            let since = parse(typed, Edge::Since, Tz::UTC, NOW);
            assert_eq!(since, Ok(NOW.plus(-ms)), "{typed}");
        }
        let ever = parse("99999999999999999999d", Edge::Since, Tz::UTC, NOW);
        assert!(ever.is_ok_and(|at| at < Timestamp(0)));
    }

    #[test]
    fn a_range_has_one_end_or_two() {
        let range = |typed| parse_range(typed, Tz::UTC, NOW);
        let at = |typed, edge| Some(parse(typed, edge, Tz::UTC, NOW).expect(typed));
        let (since, until) = (at("2026-11-01", Edge::Since), at("2026-11-02", Edge::Until));
        assert_eq!(range("2026-11-01"), Ok((since, None)));
        assert_eq!(range(" 2026-11-01 .. "), Ok((since, None)));
        assert_eq!(range("..2026-11-02"), Ok((None, until)));
        assert_eq!(range("2026-11-01..2026-11-02"), Ok((since, until)));
        let one_day = range("2026-11-22..2026-11-22").map(|(since, _)| since);
        assert_eq!(one_day, Ok(at("2026-11-22", Edge::Since)));
        let days = |days: i64| Some(NOW.plus(-days * DAY));
        assert_eq!(range("7d .. 1d"), Ok((days(7), days(1))));
        assert_eq!(range("1d..7d"), Err(NoMoment::Backwards));
        for bad in ["", "..", " .. ", "a..b", "1d..x", "1d..2d..3d"] {
            assert_eq!(range(bad), Err(NoMoment::Form), "{bad}");
        }
    }

    #[test]
    fn what_is_no_moment_says_why() {
        let why = |typed| parse(typed, Edge::Since, Tz::UTC, NOW).expect_err(typed);
        for typed in [
            "",
            "yesterday",
            "5",
            "d",
            "-7d",
            "7D",
            "1.5h",
            "7 d",
            "22.11.2026",
            "26-11-22",
            "2026-11-22 16",
            "2026-11-22 4:00",
            "2026-11-22T16:00",
            "２０２６-11-22",
            "2026-11-22 16:00 CET",
        ] {
            assert_eq!(why(typed), NoMoment::Form, "{typed}");
        }
        for typed in [
            "2026-02-30",
            "2026-13-01",
            "2026-11-22 24:00",
            "2026-11-22 16:60",
        ] {
            assert_eq!(why(typed), NoMoment::NoSuchTime, "{typed}");
        }
        assert_eq!(why("2100-01-01"), NoMoment::TooLate);
        assert!(parse("0000-01-01", Edge::Since, Tz::UTC, NOW).is_ok());
    }
}
