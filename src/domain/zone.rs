//! Time zones by name, and finding one by typing a part of it or an offset.

use chrono::{NaiveDateTime, Offset, TimeDelta, TimeZone, Timelike};

use crate::domain::fold::name_key;
use crate::domain::time::Timestamp;
use crate::domain::tz::Tz;

/// The zone with exactly this IANA name.
#[must_use]
pub fn by_name(name: &str) -> Option<Tz> {
    name.parse().ok()
}

/// Whether a zone is UTC itself, under any of its names.
#[must_use]
pub fn is_utc(zone: Tz) -> bool {
    let name = zone.name();
    let name = name.strip_prefix("Etc/").unwrap_or(name);
    matches!(name, "UTC" | "UCT" | "Universal" | "Zulu")
}

/// The offset from UTC at an instant, in minutes.
#[must_use]
pub fn offset_minutes(zone: Tz, now: Timestamp) -> i32 {
    zone.offset_from_utc_datetime(&now.utc().naive_utc())
        .fix()
        .local_minus_utc()
        / 60
}

/// The offset as it is written: `UTC+05:30`.
#[must_use]
pub fn offset_text(zone: Tz, now: Timestamp) -> String {
    let minutes = offset_minutes(zone, now);
    let sign = if minutes < 0 { '-' } else { '+' };
    let minutes = minutes.unsigned_abs();
    format!("UTC{sign}{:02}:{:02}", minutes / 60, minutes % 60)
}

/// Which of two instants is meant by a wall clock time that comes twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Twice {
    Earlier,
    Later,
}

/// The instant at which the clocks in `zone` show `local`; where they never do, the first one after the gap.
#[must_use]
pub fn instant_of(local: NaiveDateTime, zone: Tz, twice: Twice) -> Timestamp {
    let mut shown = local;
    // No zone has skipped more than a day; zone changes fall on whole minutes in every year that can be typed.
    for _ in 0..=(48 * 60) {
        let found = zone.from_local_datetime(&shown);
        let found = match twice {
            Twice::Earlier => found.earliest(),
            Twice::Later => found.latest(),
        };
        if let Some(instant) = found {
            return Timestamp::from(instant);
        }
        shown = shown.with_second(0).unwrap_or(shown) + TimeDelta::minutes(1);
    }
    Timestamp::from(local.and_utc())
}

/// The zones that a typed text finds, best first.
///
/// Names that begin with the text come first, then names of which a part begins with it, then the others that hold it.
/// `+5:30`, `-8` or `utc+9` finds the zones that have this offset now. Space and underscore are the same; nothing typed
/// finds all.
#[must_use]
pub fn search(typed: &str, now: Timestamp) -> Vec<Tz> {
    let wanted = normal(typed.trim());
    if let Some(minutes) = parse_offset(&wanted) {
        return Tz::all()
            .filter(|zone| offset_minutes(*zone, now) == minutes)
            .collect();
    }
    let mut found: Vec<(u8, Tz)> = Tz::all()
        .filter_map(|zone| Some((rank(&normal(zone.name()), &wanted)?, zone)))
        .collect();
    found.sort_by_key(|(rank, _)| *rank);
    found.into_iter().map(|(_, zone)| zone).collect()
}

fn rank(name: &str, wanted: &str) -> Option<u8> {
    let at = name.find(wanted)?;
    if at == 0 {
        return Some(0);
    }
    let starts_part = name
        .match_indices(wanted)
        .any(|(i, _)| !name.as_bytes()[i - 1].is_ascii_alphanumeric());
    Some(if starts_part { 1 } else { 2 })
}

fn normal(text: &str) -> String {
    name_key(text).replace('_', " ")
}

/// Minutes for `+5:30`, `+0530`, `-8`, `utc+9`, `gmt-3:30`.
fn parse_offset(typed: &str) -> Option<i32> {
    let rest = typed
        .strip_prefix("utc")
        .or_else(|| typed.strip_prefix("gmt"))
        .unwrap_or(typed)
        .trim();
    let (sign, digits) = match rest.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-" | "−", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = match digits.split_once(':') {
        Some(parts) => parts,
        None if digits.len() == 4 => digits.split_at_checked(2)?,
        None => (digits, "0"),
    };
    if hours.is_empty() || hours.len() > 2 {
        return None;
    }
    let number = |part: &str| {
        if part.is_empty() {
            return Some(0);
        }
        part.bytes()
            .all(|b| b.is_ascii_digit())
            .then(|| part.parse::<i32>().ok())?
    };
    let (hours, minutes) = (number(hours)?, number(minutes)?);
    (minutes < 60 && hours < 15).then_some(sign * (hours * 60 + minutes))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_363_200_000);

    #[test]
    fn a_zone_is_found_by_what_people_type() {
        assert_eq!(search("new y", NOW).first(), Some(&Tz::America__New_York));
        assert_eq!(search("tokyo", NOW).first(), Some(&Tz::Asia__Tokyo));
        assert_eq!(search("ｔｏｋｙｏ", NOW).first(), Some(&Tz::Asia__Tokyo));
        assert!(search("+5:30", NOW).contains(&Tz::Asia__Kolkata));
        assert!(search("utc-3:30", NOW).contains(&Tz::America__St_Johns));
        assert!(search("+0545", NOW).contains(&Tz::Asia__Kathmandu));
        assert_eq!(search("", NOW).len(), Tz::all().count());
        assert!(search("atlantis", NOW).is_empty());
        assert_eq!(search("utc", NOW).first(), Some(&Tz::UTC));
    }

    #[test]
    fn every_name_finds_itself() {
        for zone in Tz::all() {
            assert!(search(zone.name(), NOW).contains(&zone), "{zone}");
            assert_eq!(by_name(zone.name()), Some(zone));
        }
    }

    #[test]
    fn offsets_are_those_of_the_moment() {
        assert_eq!(offset_text(Tz::Asia__Kolkata, NOW), "UTC+05:30");
        assert_eq!(offset_text(Tz::America__New_York, NOW), "UTC-05:00");
        assert_eq!(offset_text(Tz::UTC, NOW), "UTC+00:00");
    }
}
