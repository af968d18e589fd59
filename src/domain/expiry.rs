//! When a key expires: a date in the key's own zone that includes that whole day.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};

use crate::domain::time::{DAY, Timestamp};
use crate::domain::tz::Tz;
use crate::domain::zone::{Twice, instant_of};

/// An expiry as it is kept: what was typed, and the instant that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Expiry {
    /// The last day on which the key works, in the key's zone.
    pub on: NaiveDate,
    /// The first instant at which it does not.
    pub at: Timestamp,
}

impl Expiry {
    /// The expiry that today's zone rules give for a day in a zone.
    #[must_use]
    pub fn of(on: NaiveDate, zone: Tz) -> Expiry {
        Expiry {
            on,
            at: end_of_day(on, zone),
        }
    }

    /// The expiry at exactly this instant.
    #[must_use]
    pub fn exactly(at: Timestamp, zone: Tz) -> Expiry {
        Expiry {
            on: at.plus(-1).day_in(zone),
            at,
        }
    }

    /// The instant that decides, unless the day is over everywhere on Earth before it.
    #[must_use]
    pub fn at_the_latest(self) -> Timestamp {
        self.at.min(end_of_day(self.on, Tz::Etc__GMTPlus12))
    }

    /// Whether it is the end of its day, by today's rules of a zone.
    #[must_use]
    pub fn is_end_of_day(self, zone: Tz) -> bool {
        self == Expiry::of(self.on, zone)
    }
}

/// The first instant of the day after `day` in `zone`.
///
/// Where that midnight comes twice the earlier one counts; where it does not exist, the first instant that does
/// (a whole day can be missing: Samoa had no 30 December 2011).
#[must_use]
pub fn end_of_day(day: NaiveDate, zone: Tz) -> Timestamp {
    let Some(next) = day.checked_add_days(Days::new(1)) else {
        return Timestamp(i64::MAX);
    };
    instant_of(
        NaiveDateTime::new(next, NaiveTime::MIN),
        zone,
        Twice::Earlier,
    )
}

/// From when on a day may end anywhere on Earth, and before when it has: days of a calendar that skips or repeats one included.
#[must_use]
pub fn end_of_day_anywhere(day: NaiveDate) -> (Timestamp, Timestamp) {
    let end = end_of_day(day, Tz::UTC);
    (end.plus(-2 * DAY), end.plus(2 * DAY))
}

/// Whether a day is over already in `zone`.
#[must_use]
pub fn is_over(day: NaiveDate, zone: Tz, now: Timestamp) -> bool {
    end_of_day(day, zone) <= now
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::date::parse_date;
    use chrono::{TimeDelta, TimeZone, Utc};
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).expect("a date")
    }

    fn utc(text: &str) -> Timestamp {
        let instant = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M");
        Timestamp::from(instant.expect("an instant").and_utc())
    }

    #[test]
    fn a_day_that_is_over_everywhere_is_over_whatever_the_instant_says() {
        let on = day("2026-03-01");
        for zone in [Tz::Pacific__Kiritimati, Tz::UTC, Tz::Etc__GMTPlus12] {
            let expiry = Expiry::of(on, zone);
            assert_eq!(expiry.at_the_latest(), expiry.at, "{zone}");
        }
        let at = utc("2059-03-02 00:00");
        let expiry = Expiry { on, at };
        assert_eq!(expiry.at_the_latest(), utc("2026-03-02 12:00"));
    }

    #[track_caller]
    fn ends(cases: &[(&str, Tz, &str)]) {
        for (last, zone, end) in cases {
            assert_eq!(end_of_day(day(last), *zone), utc(end), "{last} {zone}");
        }
    }

    #[test]
    fn a_key_stops_at_the_first_instant_of_the_next_day_in_its_zone() {
        ends(&[
            ("2026-12-31", Tz::UTC, "2027-01-01 00:00"),
            ("2026-12-31", Tz::Asia__Tokyo, "2026-12-31 15:00"),
        ]);
    }

    #[test]
    fn a_midnight_that_does_not_exist_is_the_first_instant_after_it() {
        // Chile, Egypt and Lebanon put the clock forward at midnight; Samoa had no 30 December 2011.
        ends(&[
            ("2026-09-05", Tz::America__Santiago, "2026-09-06 04:00"),
            ("2027-04-29", Tz::Africa__Cairo, "2027-04-29 22:00"),
            ("2027-03-27", Tz::Asia__Beirut, "2027-03-27 22:00"),
            ("2011-12-29", Tz::Pacific__Apia, "2011-12-30 10:00"),
        ]);
    }

    #[test]
    fn a_midnight_that_comes_twice_is_the_earlier_one() {
        // Cuba puts the clock back from 01:00 to 00:00. Chile, Egypt and Lebanon put it back at 24:00 to 23:00: the day
        // is an hour longer, and belongs to the key.
        ends(&[
            ("2026-10-31", Tz::America__Havana, "2026-11-01 04:00"),
            ("2026-04-04", Tz::America__Santiago, "2026-04-05 04:00"),
            ("2026-10-29", Tz::Africa__Cairo, "2026-10-29 22:00"),
            ("2026-10-24", Tz::Asia__Beirut, "2026-10-24 22:00"),
        ]);
    }

    #[test]
    fn an_exact_expiry_is_on_the_day_that_holds_the_instant_before_it() {
        let midnight = utc("2027-01-01 00:00");
        let on = |at, zone| Expiry::exactly(at, zone).on;
        assert_eq!(on(midnight, Tz::UTC), day("2026-12-31"));
        assert_eq!(on(midnight.plus(1), Tz::UTC), day("2027-01-01"));
        assert_eq!(on(midnight, Tz::Asia__Tokyo), day("2027-01-01"));
        let whole = Expiry::of(day("2026-12-31"), Tz::UTC);
        assert_eq!(Expiry::exactly(midnight, Tz::UTC), whole);
    }

    #[test]
    fn today_is_allowed_until_it_is_over_in_the_keys_own_zone() {
        let now = utc("2026-11-22 16:00");
        assert!(!is_over(day("2026-11-22"), Tz::UTC, now));
        assert!(is_over(day("2026-11-22"), Tz::Asia__Tokyo, now));
        assert!(is_over(day("2026-11-21"), Tz::UTC, now));
    }

    proptest! {
        #[test]
        fn the_instant_before_the_end_is_that_day_and_the_end_is_not(
            zone in 0..Tz::all().count(), offset in 0..26_000i64,
        ) {
            let zone = Tz::all().nth(zone).expect("a zone");
            let date = day("2026-01-01") + TimeDelta::days(offset);
            let end = end_of_day(date, zone);
            prop_assert!(end.day_in(zone) > date);
            prop_assert!(end.plus(-1).day_in(zone) <= date);
            prop_assert!(Utc.timestamp_millis_opt(end.0).single().is_some());
        }
    }
}
