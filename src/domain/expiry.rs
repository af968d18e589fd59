//! When a key expires: a date in the key's own zone that includes that whole day.

use chrono::{Days, NaiveDate, NaiveDateTime, NaiveTime};
use chrono_tz::Tz;

use crate::domain::problem::Rule;
use crate::domain::time::Timestamp;
use crate::domain::zone::{Twice, instant_of};

/// The last year for which chrono-tz's zone tables hold their rules.
pub const LAST_YEAR: i32 = 2099;

/// An expiry as it is kept: what was typed, and the instant that decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Reads a date typed as YYYY-MM-DD.
///
/// # Errors
/// [`Rule::NotADate`], [`Rule::NoSuchDay`] or [`Rule::DateTooLate`].
pub fn parse_date(typed: &str) -> Result<NaiveDate, Rule> {
    let typed = typed.trim();
    let bytes = typed.as_bytes();
    let shaped = bytes.len() == 10
        && bytes.iter().enumerate().all(|(i, b)| match i {
            4 | 7 => *b == b'-',
            _ => b.is_ascii_digit(),
        });
    if !shaped {
        return Err(Rule::NotADate);
    }
    let number = |part: &str| part.parse::<u32>().unwrap_or(0);
    let year = i32::try_from(number(&typed[..4])).unwrap_or(0);
    let date = NaiveDate::from_ymd_opt(year, number(&typed[5..7]), number(&typed[8..]))
        .ok_or(Rule::NoSuchDay)?;
    if year > LAST_YEAR {
        let last = NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).unwrap_or(NaiveDate::MAX);
        return Err(Rule::DateTooLate { last });
    }
    Ok(date)
}

/// Refuses a day that is over already in `zone`.
///
/// # Errors
/// [`Rule::DateInPast`].
pub fn check_not_past(date: NaiveDate, zone: Tz, now: Timestamp) -> Result<(), Rule> {
    let today = now.day_in(zone);
    if end_of_day(date, zone) <= now {
        Err(Rule::DateInPast { today })
    } else {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{TimeDelta, TimeZone, Utc};
    use proptest::prelude::*;

    fn day(text: &str) -> NaiveDate {
        parse_date(text).expect("a date")
    }

    fn utc(text: &str) -> Timestamp {
        Timestamp::from(
            NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M")
                .expect("an instant")
                .and_utc(),
        )
    }

    #[test]
    fn a_key_stops_at_the_first_instant_of_the_next_day_in_its_zone() {
        assert_eq!(
            end_of_day(day("2026-12-31"), Tz::UTC),
            utc("2027-01-01 00:00")
        );
        assert_eq!(
            end_of_day(day("2026-12-31"), Tz::Asia__Tokyo),
            utc("2026-12-31 15:00")
        );
    }

    #[test]
    fn a_midnight_that_does_not_exist_is_the_first_instant_after_it() {
        // Chile, Egypt and Lebanon put the clock forward at midnight.
        assert_eq!(
            end_of_day(day("2026-09-05"), Tz::America__Santiago),
            utc("2026-09-06 04:00")
        );
        assert_eq!(
            end_of_day(day("2027-04-29"), Tz::Africa__Cairo),
            utc("2027-04-29 22:00")
        );
        assert_eq!(
            end_of_day(day("2027-03-27"), Tz::Asia__Beirut),
            utc("2027-03-27 22:00")
        );
        assert_eq!(
            end_of_day(day("2011-12-29"), Tz::Pacific__Apia),
            utc("2011-12-30 10:00")
        );
    }

    #[test]
    fn a_midnight_that_comes_twice_is_the_earlier_one() {
        // Cuba puts the clock back from 01:00 to 00:00.
        assert_eq!(
            end_of_day(day("2026-10-31"), Tz::America__Havana),
            utc("2026-11-01 04:00")
        );
        // Chile, Egypt and Lebanon put it back at 24:00 to 23:00: the day is an hour longer, and belongs to the key.
        assert_eq!(
            end_of_day(day("2026-04-04"), Tz::America__Santiago),
            utc("2026-04-05 04:00")
        );
        assert_eq!(
            end_of_day(day("2026-10-29"), Tz::Africa__Cairo),
            utc("2026-10-29 22:00")
        );
        assert_eq!(
            end_of_day(day("2026-10-24"), Tz::Asia__Beirut),
            utc("2026-10-24 22:00")
        );
    }

    #[test]
    fn dates_that_no_calendar_has_are_told_from_typing_errors() {
        assert_eq!(parse_date("2026-02-30"), Err(Rule::NoSuchDay));
        assert_eq!(parse_date("2026-13-01"), Err(Rule::NoSuchDay));
        assert_eq!(parse_date("26-1-1"), Err(Rule::NotADate));
        assert_eq!(parse_date("2026/01/01"), Err(Rule::NotADate));
        assert_eq!(parse_date("２０２６-01-01"), Err(Rule::NotADate));
        assert!(matches!(
            parse_date("2100-01-01"),
            Err(Rule::DateTooLate { .. })
        ));
        assert!(parse_date("2099-12-31").is_ok());
    }

    #[test]
    fn today_is_allowed_until_it_is_over_in_the_keys_own_zone() {
        let now = utc("2026-11-22 16:00");
        assert!(check_not_past(day("2026-11-22"), Tz::UTC, now).is_ok());
        assert!(check_not_past(day("2026-11-22"), Tz::Asia__Tokyo, now).is_err());
        assert_eq!(
            check_not_past(day("2026-11-21"), Tz::UTC, now),
            Err(Rule::DateInPast {
                today: day("2026-11-22")
            })
        );
    }

    proptest! {
        #[test]
        fn the_instant_before_the_end_is_that_day_and_the_end_is_not(
            zone in 0..chrono_tz::TZ_VARIANTS.len(), offset in 0..26_000i64,
        ) {
            let zone = chrono_tz::TZ_VARIANTS[zone];
            let date = day("2026-01-01") + TimeDelta::days(offset);
            let end = end_of_day(date, zone);
            prop_assert!(end.day_in(zone) > date);
            prop_assert!(end.plus(-1).day_in(zone) <= date);
            prop_assert!(Utc.timestamp_millis_opt(end.0).single().is_some());
        }
    }
}
