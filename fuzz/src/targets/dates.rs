//! Days and moments as people type them, and the end of each day in each zone.

use chrono::{Datelike, NaiveDate};
use keyward::domain::date::{LAST_YEAR, away, may_go_on, parse_date, parse_day, takes_space};
use keyward::domain::expiry::{Expiry, end_of_day, is_over};
use keyward::domain::moment::{self, Edge};
use keyward::domain::time::Timestamp;
use keyward::domain::tz::Tz;
use keyward::domain::zone;

use super::bytes::Bytes;

pub fn run(data: &[u8]) {
    let mut input = Bytes::of(data);
    let zone = input.one_of(&Tz::all().collect::<Vec<_>>());
    let days = i32::from(u16::from_le_bytes(input.array()));
    // From 1970 to 2099, the last year for which the zones are known.
    let day = NaiveDate::from_epoch_days(days % 47_482).expect("a day");
    ends(day, zone);
    let text = input.text();
    typed(&text, day);
    moments(&text, zone, end_of_day(day, zone));
    for found in zone::search(&text, end_of_day(day, zone)) {
        assert_eq!(zone::by_name(found.name()), Some(found));
    }
}

/// The first instant of the next day is in no zone a part of the day, and there is no other before it.
fn ends(day: NaiveDate, zone: Tz) {
    let (end, before) = (
        end_of_day(day, zone),
        end_of_day(day.pred_opt().expect("a day"), zone),
    );
    assert!(before <= end, "{day} in {zone}");
    assert!(end.day_in(zone) > day, "{day} in {zone}");
    assert!(end.plus(-1).day_in(zone) <= day, "{day} in {zone}");
    assert!(is_over(day, zone, end) && !is_over(day, zone, end.plus(-1)));
    let expiry = Expiry::of(day, zone);
    assert!(expiry.is_end_of_day(zone) && expiry.at == end);
    // A zone may have left the day out; then its last instant is the day before's.
    let exactly = Expiry::exactly(end, zone);
    assert!(exactly.at == end && exactly.on <= day, "{day} in {zone}");
}

fn typed(text: &str, today: NaiveDate) {
    if let Ok(day) = parse_date(text) {
        assert_eq!(parse_day(text, today), Ok(day), "{text:?}");
    }
    let _ = (takes_space(text), may_go_on(text));
    let Ok(day) = parse_day(text, today) else {
        return;
    };
    assert!((0..=LAST_YEAR).contains(&day.year()), "{text:?}");
    assert_eq!(parse_date(&day.to_string()), Ok(day), "{text:?}");
    let _ = away(today, day);
    // Nobody types as many digits as there are days.
    if text.chars().filter(|c| c.is_numeric()).count() > 8 {
        return;
    }
    for (end, _) in text.char_indices().skip(1) {
        let begun = &text[..end];
        let is_one = parse_day(begun, today).is_ok();
        assert!(is_one || may_go_on(begun), "{begun:?} of {text:?}");
    }
}

fn moments(text: &str, zone: Tz, now: Timestamp) {
    let read = |edge| moment::parse(text, edge, zone, now);
    match (read(Edge::Since), read(Edge::Until)) {
        (Ok(since), Ok(until)) => assert!(since <= until, "{text:?}"),
        (since, until) => assert_eq!(since, until, "{text:?}"),
    }
    if moment::is_span(text.trim()) {
        assert!(read(Edge::Since).expect("a span") <= now);
    }
    if let Ok((Some(since), Some(until))) = moment::parse_range(text, zone, now) {
        assert!(since < until, "{text:?}");
    }
}
