//! The secret dialog: what closes it, and what does not.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::rights::Right;
use keyward::domain::role::RoleDraft;
use keyward::domain::time::{HOUR, SECOND};
use keyward::domain::trouble::{Fault, Trouble};
use keyward::domain::verdict::Refused;
use keyward::ui::app::Effect;
use keyward::ui::perform::Performer;
use keyward::ui::request::Write;

use crate::support::console::Console;
use crate::support::database::{Bench, draft, raw};

#[test]
fn nothing_but_the_two_ways_out_closes_it() {
    let mut console = Console::new();
    let secret = console.make("backup");
    console.keys("<Esc>").says("secret.ways_out");
    console.keys("q").says("secret.ways_out");
    console.keys("<Ctrl-C>").says("secret.ways_out");
    console.paste(&format!("{secret}\n")).says("secret.pasted");
    console.resize(120, 40);
    console.resize(80, 24);
    console.keys("zn1/");
    assert_eq!(console.secret(), secret);
    assert!(!console.done());
}

#[test]
fn no_part_of_the_secret_is_left_beside_a_box_that_covers_it() {
    for (width, height) in [(120, 40), (80, 24), (60, 15)] {
        let mut console = Console::new();
        let secret = console.make("backup");
        console.resize(width, height);
        for opens in ["p", "x\n", "w"] {
            console.keys(opens).expect("Esc ");
            let screen = console.screen();
            let covered = screen.contains(&secret[..4]) || screen.contains(&secret[40..]);
            assert!(!covered, "{opens:?}:\n{screen}");
            console.keys("<Esc>").expect(&secret[..4]);
        }
    }
}

#[test]
fn the_key_that_opened_it_cannot_close_it_by_repetition() {
    let mut console = Console::new();
    console.keys("nbackup<F2>");
    console.keys(&"\n".repeat(20));
    assert!(!console.secret().is_empty(), "{}", console.screen());
}

#[test]
fn a_paste_without_brackets_does_nothing_in_it() {
    let mut console = Console::new();
    let secret = console.make("backup");
    let before = console.bench.event_numbers();
    for pasted in [
        "banana\n",
        "x\ny",
        "axa\n",
        "0wfile\n",
        "0cccc",
        "wax\n",
        &format!("{secret}\n"),
    ] {
        console.burst(pasted);
        if console.has_said("save.title", &[]) {
            console.keys("<Esc>");
        }
        assert_eq!(console.secret(), secret, "{pasted:?}\n{}", console.screen());
    }
    assert_eq!(console.bench.event_numbers(), before);
    assert!(console.clipboard().is_empty());
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
}

#[test]
fn nothing_is_done_to_it_while_the_window_is_too_small_to_see() {
    let mut console = Console::new();
    let secret = console.make("backup");
    console.resize(20, 5);
    console.keys("a\nx\ny");
    console.resize(80, 24);
    assert_eq!(console.secret(), secret);
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
}

#[test]
fn keys_typed_ahead_of_its_first_frame_are_dropped() {
    let mut console = Console::new();
    console.keys("nbackup");
    console.hold = true;
    console.keys("<F2>");
    console.burst("a\nxy");
    console.release();
    let secret = console.secret();
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
    console.keys("a\n");
    assert!(console.works(&secret));
}

#[test]
fn nothing_brings_it_back() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    let redrawn = |effect: &Effect| matches!(effect, Effect::FullRedraw);
    assert!(console.effects.iter().any(redrawn));
    console.keys("\n");
    console.says_with("form.title_edit", &[("name", &"backup")]);
    console.expect_not(&secret[3..20]);
    console.keys("<Esc>");
    for key in ["c", "h", "v", "p", "w"] {
        console.keys(key).expect_not(&secret[3..20]);
    }
}

#[test]
fn discard_asks_and_makes_the_secret_void() {
    let mut console = Console::new();
    let secret = console.make("backup");
    console.keys("x\n").says("discard.title");
    console.keys("n");
    assert_eq!(console.secret(), secret);
    console.keys("\ny").expect("will never work");
    console.expect_selected("Not delivered");
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
}

#[test]
fn the_paste_check_tells_the_secret_from_anything_else() {
    let mut console = Console::new();
    let secret = console.make("backup");
    console.keys("p");
    console.paste(&secret);
    console.expect(&format!("{} characters", secret.len()));
    console.keys("\n").says("secret.matches");
    console.keys("pwrong\n").says("secret.differs");
    console.keys("p");
    console.burst(&format!("{secret}\n")).says("secret.matches");
}

#[test]
fn the_paste_check_accepts_only_what_verify_does_and_says_what_stands_beside() {
    let mut console = Console::new();
    let secret = console.make("backup");
    let accepted = |text: &str| keyward::auth::token::parse(text.as_bytes()).is_some();
    for (pasted, said) in [
        (secret.clone(), "What you pasted is the secret."),
        (format!("{secret}\n"), "What you pasted is the secret."),
        (format!("{secret}\r\n"), "What you pasted is the secret."),
        (format!("{secret} "), "after it a space."),
        (format!(" {secret}"), "before it a space."),
        (
            format!("{secret}\u{a0}"),
            "after it an invisible character (U+00A0).",
        ),
        (
            format!("\u{feff}{secret}"),
            "before it an invisible character (U+FEFF).",
        ),
        (format!("{secret}\t"), "after it a tab."),
        (format!("{secret}\n\n"), "after it a line break."),
        (format!("{secret}\r"), "after it a line break."),
        (
            format!("\"{secret}\""),
            "before it a quotation mark, after it a quotation mark.",
        ),
        (
            format!("api-secret-key: {secret}"),
            "before it a header's name.",
        ),
        (
            format!("{}\n{}", &secret[..32], &secret[32..]),
            "inside it a line break.",
        ),
        (format!("{secret},"), "after it other text."),
    ] {
        console.keys("p");
        console.paste(&pasted);
        console.keys("\n").expect(said);
        let same = said == "What you pasted is the secret.";
        assert_eq!(accepted(&pasted), same, "{pasted:?}");
        assert_eq!(console.has_said("beside.not_alone", &[]), !same);
    }
    // Without brackets a tab comes as its key.
    console.keys("p");
    console.burst(&format!("{secret}\t\n"));
    console.expect("after it a tab.");
}

#[test]
fn where_neither_way_out_can_be_written_it_can_be_left_and_never_works() {
    for ctrl_c in [false, true] {
        let mut console = Console::new();
        let secret = console.make("backup");
        console.fill_disk();
        console.keys("a\n").says("trouble.full");
        console.expect_not("[ Leave ]");
        console.keys("<Ctrl-C>").says("secret.ways_out");
        console.keys("x\ny").says("trouble.full");
        console.says("undelivered.may_be_left");
        console.expect("[ Leave ]");
        assert_eq!(console.secret(), secret);
        if ctrl_c {
            console.keys("<Ctrl-C>");
        } else {
            console.keys("<Esc>");
        }
        console.says("undelivered.never");
        console.keys("<Esc>");
        assert_eq!(console.secret(), secret);
        if ctrl_c {
            console.keys("<Ctrl-C><Ctrl-C>");
        } else {
            console.keys("\t\n");
        }
        assert!(!console.done());
        console.keys("y");
        assert_eq!(console.done(), ctrl_c);
        if !ctrl_c {
            console.says("undelivered.never");
            console.expect_not("works now");
            assert_eq!(console.secret(), "");
        }
        console.free_disk();
        assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
    }
}

#[test]
fn a_way_out_that_failed_once_is_still_there() {
    let mut console = Console::new();
    let secret = console.make("backup");
    console.fill_disk();
    console.keys("x\ny").expect("[ Leave ]");
    console.free_disk();
    console.keys("a\n").expect("works now");
    assert!(console.works(&secret));
}

#[test]
fn who_may_neither_deliver_nor_discard_any_more_can_leave() {
    let mut console = Console::new();
    console.make("backup");
    let trouble = Trouble::NotAuthorized(Right::EditApiKeys);
    console.broken = Some(trouble);
    console.keys("a\n").expect_not("[ Leave ]");
    console.keys("x\ny").expect("[ Leave ]");
}

#[test]
fn where_nothing_can_be_saved_any_more_it_can_be_left_at_once() {
    let mut console = Console::new();
    console.make("backup");
    console.broken = Some(Trouble::Storage(Fault::Moved));
    console.keys("a\n").says("trouble.moved");
    console.keys("p<Ctrl-C>").says("undelivered.may_be_left");
    console.keys("<Esc><Ctrl-C><Ctrl-C>y");
    assert!(console.done());
}

#[test]
fn the_button_with_the_focus_is_seen_beside_the_longest_message() {
    let mut console = Console::new();
    console.make("backup");
    console.resize(40, 10);
    console.broken = Some(Trouble::Storage(Fault::Moved));
    console.keys("a\n").says("trouble.moved");
    let (_, y) = console.find_text("[ I have stored it ]");
    assert_eq!(console.cursor().1, y, "{}", console.screen());
}

#[test]
fn in_the_lowest_window_it_says_that_it_is_shown_once_and_keeps_the_letters_of_its_buttons() {
    let mut console = Console::new();
    console.make("backup");
    console.says_not("hint.secret");
    console.resize(60, 15);
    console.says("secret.only_time").says_not("hint.secret");
    console.resize(40, 10).says("hint_short.secret");
    for button in ["[ c Copy ]", "[ I have stored it ]", "[ Discard ]"] {
        console.expect(button);
    }
}

#[test]
fn a_delivery_that_may_hold_is_not_said_to_be_none() {
    let mut console = Console::new();
    console.make("backup");
    console.broken = Some(Trouble::Storage(Fault::Unsure));
    console.keys("a\nx\ny<Esc>");
    console.expect("It is not known whether the new secret of “backup”");
    console.says_not("undelivered.never");
}

#[test]
fn what_the_disk_left_open_is_told_as_soon_as_it_is_known() {
    for (held, told) in [
        (true, "after the disk error was saved"),
        (false, "was not saved"),
    ] {
        let mut console = Console::new();
        console.make("backup");
        console.broken = Some(Trouble::Storage(Fault::Unsure));
        console.keys("a\n").expect("it is not known yet");
        // The disk is still not well.
        console.wait(2 * SECOND).expect_not(told);
        console.broken = None;
        console.held_after_all = Some(held);
        console.wait(2 * SECOND).expect(told);
    }
}

#[test]
fn while_it_is_hidden_it_is_not_said_to_be_shown() {
    let mut console = Console::new();
    console.make("backup");
    console.says("secret.only_time");
    console.keys("v").says_not("secret.only_time");
    console.says("secret.while_open");
}

#[test]
fn hidden_it_shows_no_byte_and_the_header_neither() {
    let mut console = Console::new();
    let secret = console.make("backup");
    console.keys("v").expect_not(&secret[3..20]);
    console.keys("h");
    assert_eq!(console.clipboard(), [format!("api-secret-key: {secret}")]);
    console.keys("v");
    assert_eq!(console.secret(), secret);
}

#[test]
fn it_is_saved_to_a_new_file_that_only_its_owner_can_read() {
    use std::os::unix::fs::PermissionsExt;
    let mut console = Console::new();
    let secret = console.make("backup");
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("new.secret");
    for _ in 0..2 {
        console.keys("w<Ctrl-U>");
        console.paste(path.to_str().expect("UTF-8"));
        console.keys("\n");
    }
    console.says("file.exists");
    console.says("save.title");
    console.keys("<Esc>");
    let mode = std::fs::metadata(&path).expect("written").permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
    let written = std::fs::read_to_string(&path).expect("readable");
    assert_eq!(written, format!("{secret}\n"));
    assert_eq!(console.secret(), secret);
}

#[test]
fn a_file_whose_name_ends_in_age_is_written_for_a_public_key_alone() {
    let person = age::x25519::Identity::generate();
    let mut console = Console::new();
    let secret = console.make("backup");
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("new.age");
    console.keys("w<Ctrl-U>");
    console.paste(path.to_str().expect("UTF-8"));
    console.keys("\n").says("save.title_for");
    assert!(!path.exists());
    console.paste("AGE-SECRET-KEY-1GQ9778VQXMMJVE8SK7J6VT8UJ4HDQAJUVSFCWCM02D8GEWQ72PVQ2Y5J33");
    console.keys("\n").says("save.title_for");
    console.says("recipient.private");
    assert!(!console.screen().contains("GQ9778") && !path.exists());
    console.paste(&format!("{}\n", person.to_public()));
    console.keys("\n");
    let written = std::fs::read(&path).expect("written");
    let opened = age::Decryptor::new(age::armor::ArmoredReader::new(&written[..]));
    let opened = opened.expect("an age file");
    let identity: &dyn age::Identity = &person;
    let mut reader = opened.decrypt(std::iter::once(identity)).expect("for them");
    let mut plain = String::new();
    std::io::Read::read_to_string(&mut reader, &mut plain).expect("whole");
    assert_eq!(plain, format!("{secret}\n"));
    assert_eq!(console.secret(), secret);
}

#[test]
fn who_came_with_user_has_no_file_written() {
    let bench = Bench::new();
    let alice = bench.alice.clone();
    let mut console = Console::set(bench, alice, (80, 24), |setting| setting.files = false);
    let secret = console.make("backup");
    console.expect("( w Save to file )");
    console.keys("w").says("trouble.no_files");
    // From Copy over Copy header to Save to file.
    console.keys("c\t\t\n").says("trouble.no_files");
    console.says_not("save.title");
    assert_eq!(console.secret(), secret);
}

#[test]
fn the_worker_writes_no_file_either() {
    let mut bench = Bench::new();
    let issued = bench.create("backup");
    let directory = tempfile::tempdir().expect("a directory");
    let save = |files| Write::SaveSecret {
        path: directory.path().join(format!("{files}.secret")),
        secret: issued.secret.clone(),
        id: issued.id,
        recipient: None,
    };
    for files in [true, false] {
        let mut worker = Performer::new(bench.another(), bench.alice.clone(), files);
        let done = worker.write(save(files));
        assert_eq!(done.is_ok(), files);
    }
    let left = directory.path().read_dir().expect("a directory").count();
    assert_eq!(left, 1);
}

#[test]
fn a_secret_that_became_void_meanwhile_leaves_only_close() {
    let mut console = Console::new();
    let secret = console.make("backup");
    let key = Console::id_of(&secret);
    console.by_alice(|service, alice| service.issue(alice, key));
    console.keys("a\n").says("trouble.secret_void");
    console.expect("[ Close ]");
    console.says_not("button.stored");
    console.keys("\n").expect_not("[ Close ]");
}

#[test]
fn a_key_deleted_meanwhile_is_told_in_the_dialog() {
    let mut console = Console::new();
    let secret = console.make("backup");
    console.by_alice(|service, alice| service.delete_key(alice, Console::id_of(&secret)));
    console.keys("a\n").says("trouble.secret_void");
}

#[test]
fn an_hour_later_it_is_too_late() {
    let mut console = Console::new();
    let secret = console.make("backup");
    console.wait(HOUR).says("trouble.secret_void");
    console.expect("[ Close ]");
    console.expect_not(&secret[3..20]);
    console.keys("\n").says("state.not_delivered");
}

#[test]
fn a_full_disk_while_delivering_can_be_tried_again() {
    let mut console = Console::new();
    let secret = console.make("backup");
    console.fill_disk();
    console.keys("a\n").says("trouble.full");
    assert_eq!(console.secret(), secret);
    console.free_disk();
    console.keys("a\n");
    assert!(console.works(&secret));
}

#[test]
fn where_it_is_too_long_for_one_line_it_is_on_two_with_a_hint() {
    let mut console = Console::new();
    let secret = console.make("backup");
    assert_eq!(secret.len(), 46);
    console.resize(47, 24).expect(&secret).expect_not("Widen");
    console.resize(46, 24).expect(&secret[..32]);
    console.expect(&secret[32..]);
    console.expect("Widen to 47 columns");
    console.keys("c");
    console.resize(40, 10).says("secret.sent_osc52");
    console.expect(&secret[..32]);
    console.expect(&secret[32..]);
    console.says("button.stored");
}

#[test]
fn who_lost_the_right_meanwhile_delivers_nothing_and_is_told() {
    let mut console = Console::new();
    let secret = console.make("backup");
    let behind = raw(&console.bench.place);
    let demote = "UPDATE users SET role = 2 WHERE name = 'alice'";
    behind.execute(demote, ()).expect("demoted");
    console.keys("a\n").says("right.edit_api_keys");
    assert_eq!(console.secret(), secret);
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
}

#[test]
fn a_secret_whose_role_has_no_access_to_the_api_is_not_said_to_work() {
    let mut bench = Bench::new();
    let alice = bench.alice.clone();
    // A new role begins without that access.
    let role = bench.service.create_role(&alice, &RoleDraft::default());
    let key = ApiKeyDraft {
        role: role.expect("made"),
        ..draft("backup")
    };
    bench.by_alice(|service, alice| service.create_key(alice, &key));
    let mut console = Console::on(bench);
    console.keys("s<F2>");
    let secret = console.secret();
    console.expect_not("It starts to work");
    console.expect("it will not authenticate: the key's state is No API access.");
    console.keys("a\n").says("secret.delivered_no_access");
    assert_eq!(console.refusal(&secret), Some(Refused::NoApiAccess));
}
