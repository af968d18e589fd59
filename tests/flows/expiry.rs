//! The day on which a key expires: typed in many forms, moved by keys, chosen in a month.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::KeyId;
use keyward::domain::tz::Tz;

use crate::support::console::Console;
use crate::support::database::{Bench, NOW, draft};

/// A new key's form with the focus in the date. Today is Sunday, 2026-11-22, in UTC.
fn in_date() -> Console {
    let mut console = Console::new();
    console.keys("nx\t\t\t\t\t ").expect("YYYY-MM-DD");
    console
}

fn saved(console: &mut Console) -> String {
    let saved = console.by_alice(|service, alice| service.key_properties(alice, KeyId(1)));
    saved.key.fields.expiry.expect("an expiry").on.to_string()
}

#[test]
fn what_is_typed_stays_until_it_is_left_and_is_a_date_then() {
    for (typed, day) in [
        ("90d", "2027-02-20"),
        ("+1y", "2027-11-22"),
        ("20301231", "2030-12-31"),
        ("2030-1-5", "2030-01-05"),
        ("end of year", "2026-12-31"),
        ("年末", "2026-12-31"),
    ] {
        let mut console = in_date();
        console
            .keys(typed)
            .expect(&format!("[x] Expires on  {typed} "));
        console.expect("Stops 20").expect_not("This is not a date.");
        console
            .keys("\t")
            .expect(&format!("[x] Expires on  {day} "));
        let mut console = in_date();
        console.keys(typed).keys("<F2>").says("secret.title");
        assert_eq!(saved(&mut console), day, "{typed}");
    }
}

#[test]
fn what_is_typed_counts_from_today_in_the_keys_own_zone() {
    let mut console = Console::new();
    // It is 2026-11-23, 01:00 there.
    console.keys("nx\t\t\t\ttokyo\n\t tomorrow");
    console.expect("Stops 2026-11-25 00:00 Asia/Tokyo (in 1 day), Wednesday");
    console.expect("= 2026-11-24 15:00 UTC");
    console.keys("\t").expect("[x] Expires on  2026-11-24 ");
}

#[test]
fn up_and_down_move_the_day_page_up_and_down_the_month_and_tab_leaves() {
    let mut console = in_date();
    console.keys("2027-01-31<Down>").expect("2027-02-01 ");
    console.keys("<Up><Up>").expect("2027-01-30 ");
    console.keys("<PgDn>").expect("2027-02-28 ");
    console
        .keys("<PgUp><PgUp><PgUp>")
        .expect("[x] Expires on  2026-11-28 ");
    console.keys("<PgUp>").expect("[x] Expires on  2026-11-22 ");
    console.expect("Stops 2026-11-23 00:00 UTC (in 8 h), Monday");
    console.keys("<Shift-Tab> ").expect("[ ] Expires on");
}

#[test]
fn a_space_opens_the_month_and_enter_takes_the_day() {
    let mut console = in_date();
    console.keys(" ").expect("November 2026");
    console.expect("Su  Mo  Tu  We  Th  Fr  Sa");
    console
        .expect(">22*")
        .expect("(21)")
        .expect("2026-11-22 Sunday");
    console.expect("Stops 2026-11-23 00:00 UTC (in 8 h), Monday");
    console.keys("<Right><Down>").expect("2026-11-30 Monday");
    console
        .keys("<PgDn><End>")
        .expect("December 2026")
        .expect("2026-12-31 Thursday");
    console
        .keys("<Esc>")
        .expect_not("December 2026")
        .expect("YYYY-MM-DD");
    for (key, day) in [
        ("3", "2026-12-22"),
        ("9", "2027-02-20"),
        ("1", "2027-11-22"),
    ] {
        console.keys(" ");
        console
            .keys(key)
            .keys("\n")
            .expect(&format!("[x] Expires on  {day} "));
    }
    console.keys("<F2>").says("secret.title");
    assert_eq!(saved(&mut console), "2027-11-22");
}

#[test]
fn a_day_that_is_refused_is_marked_and_not_taken_and_says_why() {
    let mut console = in_date();
    console.keys(" <Left>").expect(">21)");
    console.expect("This day is over: today is 2026-11-22 in the key's time zone.");
    console.keys("\n").expect(">21)");
    console.says_with("problem.past", &[("today", &"2026-11-22")]);
    // What lies before this month and behind the last one of all is out of reach.
    console.keys("<PgUp>").expect("November 2026");
    console.keys("<Esc>2099-12-31 ").expect("December 2099");
    console.keys("<Right>").expect("2099-12-31 Thursday");
}

#[test]
fn a_low_window_shows_six_weeks_or_that_there_are_more() {
    let mut console = in_date();
    console.resize(60, 15).keys("2026-11-23 ");
    for shown in [
        " 1 ",
        " 30 ",
        "2026-11-23 Monday",
        "3: 30 d  9: 90 d  1: 1 year",
    ] {
        console.expect(shown);
    }
    console.resize(40, 10).expect(">23");
    for shown in ["3: 30 d", "9: 90 d", "1: 1 year"] {
        console.expect(shown);
    }
    let thumb = '▐';
    assert!(console.screen().contains(thumb), "{}", console.screen());
    console.keys("<End>").expect(">30");
    console.keys("3").expect("December 2026");
}

#[test]
fn a_space_within_words_is_typed() {
    let mut console = in_date();
    console.keys("end of month ").expect("November 2026");
    console.expect("2026-11-30 Monday");
    console.keys("<Esc><Ctrl-U>90 days\t").expect("2027-02-20");
}

#[test]
fn a_day_is_chosen_with_the_mouse() {
    let mut console = in_date();
    console.click_on("YYYY-MM-DD");
    console.keys("2027-01-01");
    let (x, y) = console.find_text("2027-01-01");
    // The mark at the field's end.
    console.click((x + 15, y)).expect("January 2027");
    console.click_on("30 d").expect("December 2026");
    console.wheel(1).expect("January 2027");
    console
        .click_on("15 ")
        .expect("[x] Expires on  2027-01-15 ");
}

#[test]
fn a_day_that_was_there_before_may_be_over() {
    let mut bench = Bench::new();
    let key = ApiKeyDraft {
        expires_on: Some("2026-11-23".to_owned()),
        expiry_edited: true,
        ..draft("backup")
    };
    bench.by_alice(|service, alice| service.create_key(alice, &key));
    let mut console = Console::on(bench);
    console.wait(5 * keyward::domain::time::DAY);
    console.keys("\n\t\t\t\t\t\t ");
    console
        .expect("2026-11-23 Monday")
        .expect("(22)")
        .expect("(24)");
}

#[test]
fn an_exact_expiry_is_told_to_the_millisecond_and_outlives_a_save_of_something_else() {
    let mut bench = Bench::new();
    let at = NOW.plus(90_061_007);
    let key = ApiKeyDraft {
        expires_at: Some(at),
        zone: Tz::America__New_York,
        ..draft("backup")
    };
    bench.by_alice(|service, alice| service.create_key(alice, &key));
    let mut console = Console::on(bench);
    console.keys("\n").expect("2026-11-23 ");
    console.expect("Stops 2026-11-23 12:01:01.007 America/New_York (in 1 day),");
    console.expect("= 2026-11-23 17:01:01.007 UTC");
    console.expect("The day itself ends at 2026-11-24 00:00 America/New_York");
    console.keys("\tNightly<F2>").expect_not("Stops");
    let saved = console.by_alice(|service, alice| service.key_properties(alice, KeyId(1)));
    let fields = saved.key.fields;
    assert_eq!(fields.description, "Nightly");
    assert_eq!(fields.expiry.map(|expiry| expiry.at), Some(at));
}
