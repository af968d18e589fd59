//! A day as people type it.

use chrono::{Datelike, Days, Months, NaiveDate};

use crate::domain::fold::name_key;

/// The last year for which chrono-tz's zone tables hold their rules.
pub const LAST_YEAR: i32 = 2099;

/// The last day that can be chosen.
#[must_use]
pub fn last_day() -> NaiveDate {
    NaiveDate::from_ymd_opt(LAST_YEAR, 12, 31).unwrap_or(NaiveDate::MAX)
}

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDate {
    /// None of the forms.
    Form,
    /// The form is right, but the calendar has no such day.
    NoSuchDay,
    /// After the last year for which the zone tables hold.
    TooLate,
}

/// Reads a day typed as YYYY-MM-DD.
pub fn parse_date(typed: &str) -> Result<NaiveDate, NoDate> {
    let parts = numbers(typed.trim(), "0000-00-00").ok_or(NoDate::Form)?;
    day_of([parts[0], parts[1], parts[2]])
}

fn day_of([year, month, day]: [u32; 3]) -> Result<NaiveDate, NoDate> {
    let year = i32::try_from(year).unwrap_or(i32::MAX);
    let day = NaiveDate::from_ymd_opt(year, month, day).ok_or(NoDate::NoSuchDay)?;
    within(day)
}

fn within(day: NaiveDate) -> Result<NaiveDate, NoDate> {
    if day > last_day() {
        return Err(NoDate::TooLate);
    }
    Ok(day)
}

/// Days that have a name, seen from today.
#[derive(Clone, Copy)]
enum Named {
    Today,
    Tomorrow,
    EndOfMonth,
    EndOfYear,
}

const NAMES: &[(&str, Named)] = &[
    ("today", Named::Today),
    ("tomorrow", Named::Tomorrow),
    ("end of month", Named::EndOfMonth),
    ("end of year", Named::EndOfYear),
    ("今日", Named::Today),
    ("本日", Named::Today),
    ("明日", Named::Tomorrow),
    ("月末", Named::EndOfMonth),
    ("今月末", Named::EndOfMonth),
    ("年末", Named::EndOfYear),
    ("今年末", Named::EndOfYear),
];

impl Named {
    fn seen_from(self, today: NaiveDate) -> NaiveDate {
        let first = |year, month| NaiveDate::from_ymd_opt(year, month, 1);
        let day = match self {
            Named::Today => Some(today),
            Named::Tomorrow => today.checked_add_days(Days::new(1)),
            Named::EndOfMonth => first(today.year(), today.month())
                .and_then(|day| day.checked_add_months(Months::new(1))?.pred_opt()),
            Named::EndOfYear => first(today.year() + 1, 1).and_then(|day| day.pred_opt()),
        };
        day.unwrap_or(NaiveDate::MAX)
    }
}

/// A length of time that is counted in days or in months.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Days(u32),
    Months(u32),
}

/// A unit's length, and how it is written behind a number.
const UNITS: &[(Step, &[&str])] = &[
    (Step::Days(1), &["d", "day", "days", "日後"]),
    (Step::Days(7), &["w", "week", "weeks", "週間", "週間後"]),
    (
        Step::Months(1),
        &[
            "m",
            "month",
            "months",
            "か月",
            "か月後",
            "ヶ月",
            "ヶ月後",
            "カ月",
            "カ月後",
            "ヵ月",
            "ヵ月後",
        ],
    ),
    (Step::Months(12), &["y", "year", "years", "年", "年後"]),
];

impl Step {
    fn times(self, count: u32) -> Step {
        match self {
            Step::Days(days) => Step::Days(days.saturating_mul(count)),
            Step::Months(months) => Step::Months(months.saturating_mul(count)),
        }
    }

    /// The day that is so much later; of a month that is too short for it, the last one.
    #[must_use]
    pub fn after(self, day: NaiveDate) -> NaiveDate {
        let later = match self {
            Step::Days(days) => day.checked_add_days(Days::new(days.into())),
            Step::Months(months) => day.checked_add_months(Months::new(months)),
        };
        later.unwrap_or(NaiveDate::MAX)
    }

    /// The day that is so much earlier, in the same way.
    #[must_use]
    pub fn before(self, day: NaiveDate) -> NaiveDate {
        let earlier = match self {
            Step::Days(days) => day.checked_sub_days(Days::new(days.into())),
            Step::Months(months) => day.checked_sub_months(Months::new(months)),
        };
        earlier.unwrap_or(NaiveDate::MIN)
    }
}

/// Reads a day as people type it, on this day: `2030-01-05`, `2030-1-5`, `20300105`, with `/` or `.` or in Japanese as
/// well; a span from today, such as `90d`, `2w`, `6m`, `+1y`, `90 days`; `today`, `tomorrow`, `end of month`,
/// `end of year`.
///
/// # Errors
/// Why it is none; no more than that the day is within the calendar is looked at.
pub fn parse_day(typed: &str, today: NaiveDate) -> Result<NaiveDate, NoDate> {
    let typed = folded(typed);
    if let Some((_, named)) = NAMES.iter().find(|(name, _)| *name == typed) {
        return within(named.seen_from(today));
    }
    if let Some(parts) = written_out(&typed) {
        return day_of(parts);
    }
    let (count, unit) = counted(&typed).ok_or(NoDate::Form)?;
    let wanted = |(_, words): &&(Step, &[&str])| words.contains(&unit);
    let (step, _) = UNITS.iter().find(wanted).ok_or(NoDate::Form)?;
    // So long a number is beyond every calendar.
    within(step.times(count.parse().unwrap_or(u32::MAX)).after(today))
}

/// Whether what is typed so far can become a day by typing on.
#[must_use]
pub fn may_go_on(typed: &str) -> bool {
    let typed = folded(typed);
    let begins = |word: &str| word.len() > typed.len() && word.starts_with(&typed);
    if NAMES.iter().any(|(name, _)| begins(name)) || typed == "+" {
        return true;
    }
    let is_part = |c: char| c.is_ascii_digit() || "-/.年月".contains(c);
    if typed.starts_with(|c: char| c.is_ascii_digit()) && typed.chars().all(is_part) {
        let digits = typed.chars().filter(char::is_ascii_digit).count();
        return digits < 8;
    }
    counted(&typed).is_some_and(|(count, unit)| {
        let mut units = UNITS.iter().flat_map(|(_, words)| *words);
        count.len() < 8 && units.any(|word| word.len() > unit.len() && word.starts_with(unit))
    })
}

/// Whether a space behind what is typed so far belongs to a day.
#[must_use]
pub fn takes_space(typed: &str) -> bool {
    let typed = folded(typed);
    let next = format!("{typed} ");
    let in_name = NAMES.iter().any(|(name, _)| name.starts_with(&next));
    in_name || counted(&typed).is_some_and(|(count, unit)| unit.is_empty() && count.len() < 5)
}

/// Without what makes no difference: case, width, and more spaces than one.
fn folded(typed: &str) -> String {
    let words: Vec<String> = typed.split_whitespace().map(name_key).collect();
    words.join(" ")
}

/// Year, month and day of a date that is written out.
fn written_out(typed: &str) -> Option<[u32; 3]> {
    let (year, rest) = typed.split_at_checked(4)?;
    let number = |digits: &str, most: usize| {
        let is_number =
            (1..=most).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
        is_number.then(|| digits.parse().ok())?
    };
    let parts = [
        ("-", "-", ""),
        ("/", "/", ""),
        (".", ".", ""),
        ("年", "月", "日"),
    ];
    let parts = parts.into_iter().find_map(|(before, between, behind)| {
        let rest = rest.strip_prefix(before)?.strip_suffix(behind)?;
        rest.split_once(between)
    });
    let (month, day) =
        parts.or_else(|| rest.split_at_checked(2).filter(|(_, day)| day.len() == 2))?;
    (year.len() == 4).then(|| Some([number(year, 4)?, number(month, 2)?, number(day, 2)?]))?
}

/// The digits of a number and what is behind them.
fn counted(typed: &str) -> Option<(&str, &str)> {
    let typed = typed.strip_prefix('+').unwrap_or(typed);
    let unit = typed.trim_start_matches(|c: char| c.is_ascii_digit());
    let (count, _) = typed.split_at(typed.len() - unit.len());
    (!count.is_empty()).then(|| (count, unit.trim_start()))
}

/// How much later a day is than another, in the largest unit that says enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Away {
    Days(i64),
    Months(i64),
    Years(i64),
}

/// How much later `to` is than `from`, rounded down: in days below 100, in months below two years.
#[must_use]
pub fn away(from: NaiveDate, to: NaiveDate) -> Away {
    let days = (to - from).num_days();
    let number = |day: NaiveDate| i64::from(day.year()) * 12 + i64::from(day.month0());
    let months = number(to) - number(from) - i64::from(to.day() < from.day());
    match (days, months) {
        (..100, _) => Away::Days(days),
        (_, ..24) => Away::Months(months),
        _ => Away::Years(months / 12),
    }
}

/// The numbers of a text of this shape, where `0` stands for any digit.
pub(super) fn numbers(typed: &str, shape: &str) -> Option<Vec<u32>> {
    let fits = typed.len() == shape.len()
        && typed
            .bytes()
            .zip(shape.bytes())
            .all(|(b, wanted)| match wanted {
                b'0' => b.is_ascii_digit(),
                _ => b == wanted,
            });
    fits.then(|| {
        typed
            .split(|c: char| !c.is_ascii_digit())
            .filter_map(|part| part.parse().ok())
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn date(text: &str) -> NaiveDate {
        parse_date(text).expect("a date")
    }

    /// A Sunday.
    fn today() -> NaiveDate {
        date("2026-11-22")
    }

    #[test]
    fn dates_that_no_calendar_has_are_told_from_typing_errors() {
        for (typed, why) in [
            ("2026-02-30", NoDate::NoSuchDay),
            ("2026-13-01", NoDate::NoSuchDay),
            ("26-1-1", NoDate::Form),
            ("2026/01/01", NoDate::Form),
            ("２０２６-01-01", NoDate::Form),
            ("2100-01-01", NoDate::TooLate),
        ] {
            assert_eq!(parse_date(typed), Err(why), "{typed}");
        }
        assert!(parse_date("2099-12-31").is_ok());
    }

    #[test]
    fn a_day_is_read_as_people_type_it() {
        for (typed, day) in [
            ("2030-01-05", "2030-01-05"),
            (" 2030-1-5 ", "2030-01-05"),
            ("20301231", "2030-12-31"),
            ("2030/1/5", "2030-01-05"),
            ("2030.01.5", "2030-01-05"),
            ("2030年1月5日", "2030-01-05"),
            ("２０３０-１-５", "2030-01-05"),
            ("90d", "2027-02-20"),
            ("+90d", "2027-02-20"),
            ("90 days", "2027-02-20"),
            ("90日後", "2027-02-20"),
            ("2w", "2026-12-06"),
            ("2週間後", "2026-12-06"),
            ("6m", "2027-05-22"),
            ("6 Months", "2027-05-22"),
            ("6か月", "2027-05-22"),
            ("６ヶ月後", "2027-05-22"),
            ("1y", "2027-11-22"),
            ("+1 year", "2027-11-22"),
            ("１年", "2027-11-22"),
            ("0d", "2026-11-22"),
            ("today", "2026-11-22"),
            ("Tomorrow", "2026-11-23"),
            ("END  of month", "2026-11-30"),
            ("end of year", "2026-12-31"),
            ("明日", "2026-11-23"),
            ("月末", "2026-11-30"),
            ("年末", "2026-12-31"),
        ] {
            assert_eq!(parse_day(typed, today()), Ok(date(day)), "{typed}");
        }
        let leap = date("2028-02-29");
        assert_eq!(parse_day("1y", leap), Ok(date("2029-02-28")));
        assert_eq!(parse_day("end of month", date("2028-02-01")), Ok(leap));
        assert_eq!(
            parse_day("end of year", date("2028-12-31")),
            Ok(date("2028-12-31"))
        );
    }

    #[test]
    fn what_is_no_day_says_why() {
        for (typed, why) in [
            ("", NoDate::Form),
            ("-5d", NoDate::Form),
            ("5", NoDate::Form),
            ("1.5y", NoDate::Form),
            ("5x", NoDate::Form),
            ("2030", NoDate::Form),
            ("2030-1", NoDate::Form),
            ("30-1-5", NoDate::Form),
            ("2030-001-5", NoDate::Form),
            ("2030-1/5", NoDate::Form),
            ("2030年1月5", NoDate::Form),
            ("2030123", NoDate::Form),
            ("203012311", NoDate::Form),
            ("yesterday", NoDate::Form),
            ("end of", NoDate::Form),
            ("2030-2-30", NoDate::NoSuchDay),
            ("20301301", NoDate::NoSuchDay),
            ("74y", NoDate::TooLate),
            ("99999999999999999999d", NoDate::TooLate),
            ("4294967295w", NoDate::TooLate),
            ("21000101", NoDate::TooLate),
        ] {
            assert_eq!(parse_day(typed, today()), Err(why), "{typed}");
        }
    }

    #[test]
    fn what_can_become_a_day_is_not_finished() {
        for unfinished in [
            "",
            "+",
            "9",
            "90",
            "90 ",
            "90 da",
            "2030-",
            "2030-1-",
            "2030-1-0",
            "2030123",
            "e",
            "end of y",
            "to",
            "年",
            "2030年1月",
        ] {
            assert!(may_go_on(unfinished), "{unfinished}");
        }
        for finished in [
            "2030-01-05",
            "20300105",
            "90 days",
            "end of year",
            "x",
            "tomorrow!",
            "90dd",
            "-",
        ] {
            assert!(!may_go_on(finished), "{finished}");
        }
        for spaced in ["end", "end of", "90", "+6"] {
            assert!(takes_space(spaced), "{spaced}");
        }
        for closed in [
            "",
            "2030-01-05",
            "20300105",
            "90d",
            "e",
            "end of year",
            "today",
        ] {
            assert!(!takes_space(closed), "{closed}");
        }
    }

    #[test]
    fn how_far_away_a_day_is_has_the_unit_that_says_enough() {
        for (to, expected) in [
            ("2026-11-22", Away::Days(0)),
            ("2027-03-01", Away::Days(99)),
            ("2027-03-02", Away::Months(3)),
            ("2027-11-21", Away::Months(11)),
            ("2027-11-22", Away::Months(12)),
            ("2028-11-21", Away::Months(23)),
            ("2028-11-22", Away::Years(2)),
            ("2031-01-01", Away::Years(4)),
        ] {
            assert_eq!(away(today(), date(to)), expected, "{to}");
        }
    }

    proptest! {
        #[test]
        fn a_day_that_is_read_is_written_so_that_it_is_read_again(offset in 0..26_000u32, typed in ".{0,12}") {
            let day = Step::Days(offset).after(today());
            prop_assert_eq!(parse_day(&day.to_string(), today()), Ok(day));
            prop_assert_eq!(parse_day(&day.format("%Y%m%d").to_string(), today()), Ok(day));
            prop_assert!(!may_go_on(&day.to_string()));
            if let Ok(read) = parse_day(&typed, today()) {
                prop_assert_eq!(parse_date(&read.to_string()), Ok(read));
            }
            let _ = (may_go_on(&typed), takes_space(&typed));
        }
    }
}
