//! Properties: the fields, their problems, and what somebody else changed meanwhile.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId};
use keyward::domain::time::{DAY, SECOND};
use keyward::domain::tz::Tz;

use crate::support::console::Console;
use crate::support::database::{Bench, draft, role_draft};

/// A console with one key, and its Properties open.
fn opened() -> Console {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("\n");
    console
}

#[test]
fn an_empty_name_keeps_the_form_open_with_the_problem_beside_the_field() {
    let mut console = Console::new();
    console.keys("n<F2>").expect("! Enter a name.");
    console.says("trouble.problems");
    console.keys("   <F2>").expect("! Enter a name.");
    console.keys("x").expect_not("! Enter a name.");
}

#[test]
fn a_name_that_is_taken_is_refused_in_any_case_and_accents() {
    for (taken, typed) in [("Backup", "bACKUP"), ("Équipe", "éQUIPE")] {
        let mut console = Console::new();
        console.make_and_store(taken);
        console.keys("n");
        console.keys(typed);
        console
            .keys("<F2>")
            .expect("already has the name")
            .expect(typed);
    }
}

#[test]
fn a_name_that_looks_like_anothers_is_saved_by_a_second_ok() {
    let mut console = Console::new();
    console.make_and_store("prod");
    console.keys("npr\u{43E}d<F2>");
    console.expect("! Looks like “prod”, ID 1. Press OK again to save it anyway.");
    console.says("trouble.asked");
    // Another name is another question.
    console.keys("<Backspace>D<F2>");
    console.expect("! Looks like “prod”, ID 1.");
    console.keys("<F2>").says("secret.title");
}

#[test]
fn names_that_need_joiners_are_made_and_shown_and_those_that_hide_are_not() {
    let mut console = Console::new();
    for name in ["می\u{200C}خواهم", "\u{1F9D1}\u{200D}\u{1F4BB} laptops"] {
        console.make_and_store(name);
        console.expect(name);
    }
    console.keys("n");
    for (name, why) in [
        ("\u{2800}", "Character 1 is invisible (U+2800)."),
        (
            "\u{301}",
            "Character 1 (U+0301) is a combining mark with no letter before it.",
        ),
        (
            "a\u{378}",
            "Character 2 (U+0378) is not defined in Unicode.",
        ),
    ] {
        console.paste(name);
        console.keys("<F2>").expect(why);
        console.keys("<Ctrl-U>");
    }
}

#[test]
fn bad_names_are_refused_with_their_reason_and_kept() {
    let mut console = Console::new();
    console.keys("n");
    console.paste("a\u{202e}b");
    console.expect("is invisible (U+202E)");
    console.keys("<Ctrl-U>");
    console.paste("a\u{200b}b");
    console.expect("is invisible (U+200B)");
    console.keys("<Ctrl-U>");
    console.paste("red\u{1b}[31m\nname").expect("red[31m name");
    console.says("message.cleaned");
}

#[test]
fn a_secret_never_enters_a_field_of_the_form() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("n");
    for _ in 0..2 {
        console.paste(&secret).says("problem.secret");
        console.expect_not(&secret[3..20]);
        console.burst(&secret).expect_not(&secret[3..20]);
        console.keys("\t");
    }
}

#[test]
fn an_expiry_is_checked_as_it_is_typed() {
    let mut console = Console::new();
    console.keys("nx\t\t\t\t\t ");
    let last = "The latest day that can be chosen is 2099-12-31.";
    for (typed, said) in [
        ("2026-02-30", "There is no such day in the calendar."),
        ("2026-13-01", "There is no such day in the calendar."),
        ("2026-11-21", "This day is over: today is 2026-11-22"),
        ("2100-01-01", last),
        (
            "tomorrow!!",
            "This is not a date. Enter one such as 2030-01-05",
        ),
    ] {
        console.keys(typed).expect(said);
        console.keys("<Ctrl-U>").expect_not(said);
    }
    console.keys("2026-12-31");
    console.expect("Stops 2027-01-01 00:00 UTC (in 39 days), Friday  ");
}

#[test]
fn ticking_the_expiry_goes_on_to_its_date_and_nothing_typed_is_lost() {
    let mut console = Console::new();
    console.keys("nx\t\t\t\t\t 2026-12-31");
    console.expect("[x] Expires on  2026-12-31");
    console.keys("<Shift-Tab> ").expect("[ ] Expires on");
    // The focus stays where the tick was taken away; what was typed before is offered again.
    console.keys(" ").expect("[x] Expires on  2026-12-31");
    console.keys("2027-01-31");
    console.expect("[x] Expires on  2027-01-31 ");
    console.expect("Stops 2027-02-01 00:00 UTC (in 70 days), Monday  ");
}

#[test]
fn a_moment_is_told_once_where_the_zone_is_utc() {
    for (zone, shown, utc) in [
        ("UTC", "UTC", None),
        ("Etc/UTC", "UTC", None),
        ("Europe/London", "Europe/London", None),
        ("Asia/Tokyo", "Asia/Tokyo", Some("= 2026-12-31 15:00 UTC")),
    ] {
        let mut bench = Bench::new();
        let key = ApiKeyDraft {
            zone: zone.parse().expect("a zone"),
            expires_on: Some("2026-12-31".to_owned()),
            expiry_edited: true,
            ..draft("backup")
        };
        bench.by_alice(|service, alice| service.create_key(alice, &key));
        let mut console = Console::on(bench);
        console.keys("\n");
        console.expect(&format!("Stops 2027-01-01 00:00 {shown} (in 3"));
        console.expect("days), Friday  ");
        match utc {
            Some(utc) => console.expect(utc),
            None => console.expect_not("= 2"),
        };
    }
}

#[test]
fn a_footer_names_what_the_button_says() {
    let (bench, auditor) = Bench::demo(keyward::service::demo::AUDITOR_USER);
    let mut console = Console::of(bench, auditor, (80, 24));
    for opens in ["\n", "tgj\n\n"] {
        console.keys(opens).expect("[ Close ]").expect("Esc Close");
        console.expect_not("Esc Cancel");
        console.keys("<Esc>");
    }
    let mut console = opened();
    console.expect("[ OK ] [ Cancel ]");
    console.expect("Esc Cancel");
    console.keys("<Esc>d").expect("[ y Delete ]");
    console.expect("y Delete  Esc Cancel");
    console.keys("<Esc>");
    console.make("deploy");
    console.resize(120, 24);
    console.keys("v").expect("[ v Show ]").expect("v Show");
    console.wait(keyward::domain::time::HOUR);
    console.expect("[ Close ]");
    console.expect("Enter Close");
}

#[test]
fn properties_that_cannot_be_changed_say_why_before_a_key_is_pressed() {
    let (bench, auditor) = Bench::demo(keyward::service::demo::AUDITOR_USER);
    let mut console = Console::of(bench, auditor, (80, 24));
    console.keys("\n").says("right.edit_api_keys");
    console.keys("<Esc>2j\n").says("right.edit_users");
    // The own account is one's own to change.
    console.keys("<Esc>m").says_not("right.edit_users");
}

#[test]
fn a_time_zone_is_found_by_typing_and_moves_the_expiry_before_the_eyes() {
    let mut console = opened();
    console.keys("\t\t\t\t\t 2026-12-31<F2>\n\t\t\t\tnew y");
    console.expect("America/New_York (UTC-05:00)");
    console.keys("\n");
    console.expect("Now: stops 2027-01-01 00:00 UTC (in 39 days), Friday  ");
    console.expect("OK: stops 2027-01-01 00:00 America/New_York (in 39 days), Friday");
    console.expect("= 2027-01-01 05:00 UTC");
}

#[test]
fn role_and_language_are_chosen_from_lists() {
    let mut console = opened();
    console.keys("\t\t\nfull\n").expect("Full Access ▼");
    console.keys("\t <Down>\n").expect("日本語 (Japanese) ▼");
    console.keys("<F2>").expect("Full Access");
}

#[test]
fn leaving_a_changed_form_asks_and_an_unchanged_one_does_not() {
    let mut console = opened();
    console.keys("<Esc>");
    console.says_not("form.title_edit");
    console.keys("\n2<Esc>").says("leave.title");
    console.keys("\n").expect("backup2");
    console.keys("<Ctrl-C>").says("quit.title");
    console.keys("<Esc><Esc>y").expect_not("backup2");
    console.keys("<Ctrl-C>");
    assert!(console.done());
}

/// Somebody else changes the key while the form is open.
pub fn somebody_changes(console: &mut Console, change: impl FnOnce(&mut ApiKeyDraft)) {
    let now = console.by_alice(|service, alice| service.key_properties(alice, KeyId(1)));
    let mut draft = ApiKeyDraft::from(&now.key.fields);
    change(&mut draft);
    console.by_alice(|service, alice| service.save_key(alice, KeyId(1), &now.key.fields, &draft));
}

#[test]
fn a_field_that_only_somebody_else_changed_is_left_as_they_made_it() {
    let mut console = opened();
    console.keys("-mine");
    somebody_changes(&mut console, |draft| {
        draft.description = "theirs".to_owned();
    });
    console.keys("<F2>");
    console.says_with("form.saved", &[("name", &"backup-mine")]);
    console.keys("\n").expect("theirs");
}

#[test]
fn what_somebody_else_did_meanwhile_is_not_told_as_ones_own_doing() {
    let mut console = opened();
    console.keys("-mine");
    somebody_changes(&mut console, |draft| draft.locked_out = Some(String::new()));
    console.keys("<F2>");
    console.says_with("form.saved", &[("name", &"backup-mine")]);
    console.keys("\n");
    somebody_changes(&mut console, |draft| draft.locked_out = None);
    console.keys("<F2>");
    console.says_with("form.unchanged", &[("name", &"backup-mine")]);
}

#[test]
fn a_key_deleted_while_the_form_is_open_is_told_and_what_was_typed_stays() {
    let mut console = opened();
    console.keys("-mine");
    console.by_alice(|service, alice| service.delete_key(alice, KeyId(1)));
    console
        .keys("<F2>")
        .expect("no longer exists: it was deleted");
    console.expect("backup-mine");
}

#[test]
fn a_full_disk_while_saving_keeps_what_was_typed() {
    let mut console = Console::new();
    console.make_and_store("first");
    console.keys("nbackup");
    console.fill_disk();
    console.keys("<F2>").says("trouble.full").expect("backup");
    console.free_disk();
    console.keys("<F2>");
    assert!(!console.secret().is_empty());
}

#[test]
fn an_expired_key_can_be_moved_to_another_zone() {
    let mut console = Console::new();
    let mut expiring = draft("old");
    expiring.expires_on = Some("2026-11-23".to_owned());
    console.by_alice(|service, alice| service.create_key(alice, &expiring));
    console.wait(5 * DAY);
    console.wait(SECOND);
    console.keys("\n\t\t\t\ttokyo\n");
    console.expect("Now: stops 2026-11-24 00:00 UTC (3 d ago), Tuesday  ");
    console.expect("OK: stops 2026-11-24 00:00 Asia/Tokyo (4 d ago), Tuesday");
    console.expect("= 2026-11-23 15:00 UTC");
    console.keys("<F2>");
    console.says_with("form.saved", &[("name", &"old")]);
}

#[test]
fn a_date_that_is_left_unfinished_is_told() {
    let mut console = Console::new();
    console.keys("n\t\t\t\t\t ").expect("YYYY-MM-DD");
    console.keys("2027-9").expect_not("This is not a date.");
    console.keys("\t").expect("This is not a date.");
    console
        .keys("<Shift-Tab>-4")
        .expect_not("This is not a date.");
    console.keys("\t").expect("[x] Expires on  2027-09-04");
}

#[test]
fn typing_goes_on_after_an_edit_in_the_middle() {
    let mut console = Console::new();
    console.keys("nbakup<Left><Left><Left>c").expect("backup");
    console.keys("<Ctrl-H>").expect("bakup");
}

#[test]
fn a_description_of_several_lines_is_kept() {
    let mut console = Console::new();
    console.keys("nbackup\tone\ntwo<F2>a\n\n").expect("one");
    console.expect("two");
}

#[test]
fn a_role_that_went_while_the_form_was_open_is_a_problem_beside_its_field() {
    let mut console = Console::new();
    let role = console.bench.role(&role_draft("Backup", &[]));
    console.keys("nnightly\t\t backup\n").expect("Backup ▼");
    console.by_alice(|service, alice| service.delete_role(alice, role));
    console.keys("<F2>");
    console.expect("! This role no longer exists. Choose another one.");
    console.expect("nightly");
}

#[test]
fn a_key_is_duplicated_without_its_name_expiry_and_lock() {
    let mut bench = Bench::new();
    let draft = ApiKeyDraft {
        owner: "Erika".to_owned(),
        description: "For the report".to_owned(),
        zone: Tz::Asia__Tokyo,
        expires_on: Some("2027-01-31".to_owned()),
        locked_out: Some("leaked".to_owned()),
        role: FULL_ACCESS,
        ..draft("backup")
    };
    bench.by_alice(|service, alice| service.create_key(alice, &draft));
    let mut console = Console::on(bench);
    console
        .keys("c")
        .says_with("form.title_like", &[("name", &"backup")]);
    for same in [
        "Erika",
        "For the report",
        "Asia/Tokyo",
        "Full Access",
        "[ ] Expires on",
    ] {
        console.expect(same);
    }
    // Nothing was typed yet, and nothing is asked about it.
    console.keys("<Esc>").expect_selected("backup");
    console.keys("cbackup").keys("<F2>");
    console.says_with("problem.name_taken", &[("id", &1), ("name", &"backup")]);
    console.keys(" 2<F2>").expect("api-secret-key");
    console.keys("a\n").expect_selected("Active");
    console.expect_selected("backup 2");
    let auditor = console.bench.user("paula", AUDITOR);
    let mut console = Console::of(console.bench, auditor, (80, 24));
    console.keys("c").says("right.create_api_keys");
}

#[test]
fn the_owner_of_a_key_is_kept_found_and_told() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys(
        "\n<Shift-Tab><Shift-Tab><Shift-Tab><Shift-Tab><Shift-Tab><Shift-Tab>Erika Muster<F2>",
    );
    console.says_with("form.saved", &[("name", &"backup")]);
    console.keys("/muster\n").expect_selected("backup");
    console.keys("\n").expect("Erika Muster");
    console.keys("<Esc><Esc>");
    let changed = console.bench.events().pop().expect("an event").2;
    assert!(changed.contains(r#""owner":{"after":"Erika Muster","before":""}"#));
    console.resize(120, 40).keys("P");
    console.says("column.owner").expect("Erika Muster");
}

#[test]
fn a_long_text_is_shown_from_its_beginning_where_the_focus_is_elsewhere() {
    let mut console = Console::new();
    let name = format!("Beginning{}", " of a long name".repeat(5));
    console.keys("n").keys(&name).expect_not("Beginning");
    console.keys("\t").expect("Beginning of a long name");
}
