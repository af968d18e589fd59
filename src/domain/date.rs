//! A day as people type it.

use chrono::NaiveDate;

/// The last year for which chrono-tz's zone tables hold their rules.
pub const LAST_YEAR: i32 = 2099;

/// Why a text is no day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoDate {
    /// Not of the form YYYY-MM-DD.
    Form,
    /// The form is right, but the calendar has no such day.
    NoSuchDay,
    /// After the last year for which the zone tables hold.
    TooLate,
}

/// Reads a day typed as YYYY-MM-DD.
pub fn parse_date(typed: &str) -> Result<NaiveDate, NoDate> {
    let parts = numbers(typed.trim(), "0000-00-00").ok_or(NoDate::Form)?;
    let year = i32::try_from(parts[0]).unwrap_or(i32::MAX);
    let day = NaiveDate::from_ymd_opt(year, parts[1], parts[2]).ok_or(NoDate::NoSuchDay)?;
    if year > LAST_YEAR {
        return Err(NoDate::TooLate);
    }
    Ok(day)
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
}
