//! The time zones of the IANA database, as chrono-tz has them, in tables that cost nothing when the program starts.

use std::fmt::{self, Debug, Display, Formatter};
use std::ops::Range;
use std::str::FromStr;

use chrono::{FixedOffset, MappedLocalTime, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone};

/// A time zone by its number in the order of names.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tz(u16);

/// What the clocks of a zone show for a while.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TzOffset {
    zone: Tz,
    shown: u16,
}

/// A text that names no time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoZone;

// SHOWN: seconds east of UTC, and their abbreviation. SINCE and WHAT: from which second of UTC on which of them is shown.
// ZONES, sorted: name, and first and behind the last of its changes. NAMES: all names and abbreviations in one, each known
// by where it begins and ends. Constants of `Tz`, named as in chrono-tz.
include!(concat!(env!("OUT_DIR"), "/zones.rs"));

/// No zone is further from UTC, in seconds.
const FURTHEST: i64 = 24 * 60 * 60;

/// The name at a place.
fn name([start, end]: [u32; 2]) -> &'static str {
    &NAMES[start as usize..end as usize]
}

impl Tz {
    /// All of them, by name.
    pub fn all() -> impl Iterator<Item = Tz> + Clone {
        (0..).map(Tz).take(ZONES.len())
    }

    /// The IANA name.
    #[must_use]
    pub fn name(self) -> &'static str {
        name(ZONES[usize::from(self.0)].0)
    }

    /// Its place in the order of names.
    #[must_use]
    pub fn number(self) -> i64 {
        self.0.into()
    }

    /// Which of the changes are this zone's.
    fn changes(self) -> Range<usize> {
        let (_, from, until) = ZONES[usize::from(self.0)];
        let place = |at| usize::try_from(at).unwrap_or_default();
        place(from)..place(until)
    }

    /// The last change up to a second of UTC.
    fn change_at(self, second: i64) -> usize {
        let changes = self.changes();
        let later = SINCE[changes.clone()].partition_point(|since| *since <= second);
        changes.start + later.saturating_sub(1)
    }

    fn offset(self, change: usize) -> TzOffset {
        TzOffset {
            zone: self,
            shown: WHAT[change],
        }
    }
}

impl TzOffset {
    fn shown(self) -> (i32, &'static str) {
        let (seconds, abbreviation) = SHOWN[usize::from(self.shown)];
        (seconds, name(abbreviation))
    }
}

impl TimeZone for Tz {
    type Offset = TzOffset;

    fn from_offset(offset: &TzOffset) -> Tz {
        offset.zone
    }

    fn offset_from_local_date(&self, local: &NaiveDate) -> MappedLocalTime<TzOffset> {
        self.offset_from_local_datetime(&local.and_time(NaiveTime::MIN))
    }

    fn offset_from_local_datetime(&self, local: &NaiveDateTime) -> MappedLocalTime<TzOffset> {
        let local = local.and_utc().timestamp();
        let [first, last] = [-FURTHEST, FURTHEST].map(|away| self.change_at(local + away));
        let end = self.changes().end;
        let mut found = (first..=last).filter(|change| {
            let second = local - i64::from(self.offset(*change).shown().0);
            let next = *change + 1;
            SINCE[*change] <= second && (next == end || second < SINCE[next])
        });
        match (found.next(), found.next()) {
            (Some(one), None) => MappedLocalTime::Single(self.offset(one)),
            (Some(one), Some(other)) => {
                MappedLocalTime::Ambiguous(self.offset(one), self.offset(other))
            }
            _ => MappedLocalTime::None,
        }
    }

    fn offset_from_utc_date(&self, utc: &NaiveDate) -> TzOffset {
        self.offset_from_utc_datetime(&utc.and_time(NaiveTime::MIN))
    }

    fn offset_from_utc_datetime(&self, utc: &NaiveDateTime) -> TzOffset {
        self.offset(self.change_at(utc.and_utc().timestamp()))
    }
}

impl Offset for TzOffset {
    fn fix(&self) -> FixedOffset {
        FixedOffset::east_opt(self.shown().0).unwrap_or_else(|| Offset::fix(&chrono::Utc))
    }
}

impl FromStr for Tz {
    type Err = NoZone;

    fn from_str(wanted: &str) -> Result<Tz, NoZone> {
        let found = ZONES.binary_search_by_key(&wanted, |(place, ..)| name(*place));
        let number = found.ok().and_then(|found| u16::try_from(found).ok());
        number.map(Tz).ok_or(NoZone)
    }
}

impl Display for Tz {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Debug for Tz {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

impl Display for TzOffset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.pad(self.shown().1)
    }
}

impl Debug for TzOffset {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::DateTime;
    use chrono_tz::TZ_VARIANTS;

    use super::*;

    /// What a zone's clocks show at a second of UTC, and which instants are meant where they show this second.
    fn seen<Z: TimeZone<Offset: Display>>(zone: &Z, second: i64) -> (String, Vec<i64>) {
        let at = DateTime::from_timestamp(second, 0).expect("an instant");
        let at = at.naive_utc();
        let shown = zone.offset_from_utc_datetime(&at);
        let meant = zone.from_local_datetime(&at);
        let meant = [meant.clone().earliest(), meant.latest()];
        let meant = meant.into_iter().flatten().map(|at| at.timestamp());
        (format!("{shown} {}", shown.fix()), meant.collect())
    }

    #[test]
    fn every_zone_is_as_chrono_tz_has_it_around_each_of_its_changes() {
        for theirs in TZ_VARIANTS {
            let ours: Tz = theirs.name().parse().expect("a zone");
            assert_eq!(ours.name(), theirs.name());
            for change in ours.changes().skip(1) {
                let shown = [change - 1, change].map(|change| ours.offset(change).shown().0);
                for away in [0, shown[0], shown[1]] {
                    for near in [-1, 0] {
                        let second = SINCE[change] + i64::from(away) + near;
                        assert_eq!(
                            seen(&ours, second),
                            seen(&theirs, second),
                            "{ours} {second}"
                        );
                    }
                }
            }
        }
        assert_eq!(Tz::all().count(), TZ_VARIANTS.len());
    }

    #[test]
    fn every_zone_is_as_chrono_tz_has_it_on_every_third_day() {
        const DAY: i64 = 24 * 60 * 60;
        let mut known = BTreeSet::new();
        for theirs in TZ_VARIANTS {
            let ours: Tz = theirs.name().parse().expect("a zone");
            if !known.insert(ours.changes().start) {
                continue;
            }
            // From 1840 to 2110.
            for second in (-47_482 * DAY..51_134 * DAY).step_by(3 * 86_400) {
                let at = DateTime::from_timestamp(second, 0).expect("an instant");
                let at = at.naive_utc();
                let (ours, theirs) = (
                    ours.offset_from_utc_datetime(&at),
                    theirs.offset_from_utc_datetime(&at),
                );
                assert_eq!(ours.fix(), theirs.fix(), "{at}");
            }
        }
    }
}
