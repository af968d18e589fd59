//! Try a Secret: what is said of a secret, and that nothing of it is kept or noted.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::intent::KeyChange;
use keyward::domain::secret::{Overlap, find_secret_shape};
use keyward::domain::state::RESTORABLE;
use keyward::domain::time::{DAY, HOUR};
use keyward::service::demo::AUDITOR_USER;
use keyward::ui::app::Effect;

use crate::support::console::{Console, LateAnswers};
use crate::support::database::{Bench, draft};

/// Tries a secret in a dialog of its own.
fn tried<'a>(console: &'a mut Console, secret: &str) -> &'a mut Console {
    console.keys("v").paste(secret).enter()
}

#[test]
fn a_secret_is_told_valid_or_why_not_and_what_would_make_it_valid() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    tried(&mut console, &secret).says("try.valid");
    console
        .expect("“backup” (ID 1)")
        .expect("Auditor: read only");
    console.keys("<Esc>l").keys("y");
    tried(&mut console, &secret).says("try.locked_out");
    console.says_with("try.unlock", &[("unlock", &"u")]);
    console.expect_not("Nothing does");
    console.keys("<Esc>uy");
    tried(&mut console, &secret).says("try.valid");
}

#[test]
fn blanks_and_a_line_end_that_were_copied_with_a_secret_do_no_harm() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    tried(&mut console, &format!("  {secret} \n")).says("try.valid");
}

#[test]
fn enter_goes_from_what_was_found_to_the_key_whatever_the_list_shows() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.make_and_store("deploy");
    console.keys("/deploy\n");
    tried(&mut console, &secret).enter();
    console.says_not("try.title");
    console.expect_selected("backup");
}

#[test]
fn everything_that_refuses_a_secret_is_told_at_once() {
    let mut console = Console::new();
    let until_today = ApiKeyDraft {
        expires_on: Some("2026-11-22".to_owned()),
        ..draft("backup")
    };
    let issued = console.by_alice(|service, alice| service.create_key(alice, &until_today));
    console.bench.deliver(&issued, None);
    let (id, secret) = (issued.key, issued.secret.expose().to_owned());
    console.by_alice(|service, alice| service.lock_out_key(alice, id, ""));
    console.wait(DAY);
    console.by_alice(|service, alice| service.delete_key(alice, id));
    tried(&mut console, &secret).says("try.deleted");
    // The list has the last day on which it works, this the instant after it.
    console.expect("Stops   2026-11-23 00:00:00 UTC");
    console.says_with("try.restore", &[("restore", &"r")]);
    console.says_with("try.unlock", &[("unlock", &"u")]);
    console.says_with("try.set_expiry", &[("properties", &"Enter")]);
    console.keys("<Esc>").wait(RESTORABLE);
    tried(&mut console, &secret).says_with("try.make_new", &[("new", &"n")]);
    console.says_not("try.unlock");
}

#[test]
fn a_secret_that_never_works_is_told_so() {
    let mut console = Console::new();
    let discarded = console.make("void");
    console.keys("x\ny");
    let first = console.make_and_store("backup");
    tried(&mut console, &discarded).says("try.not_delivered");
    console.says_with("try.issue_void", &[("new_secret", &"s")]);
    console.keys("<Esc>");
    let id = Console::id_of(&first);
    let second = console.bench.issue(id);
    console.wait(1_000);
    tried(&mut console, second.secret.expose()).says("try.not_delivered");
    console.says_with("try.confirm", &[("new_secret", &"s")]);
    console.keys("<Esc>");
    console.bench.deliver(&second, Some(Overlap::None));
    tried(&mut console, &first).says("try.replaced");
    console.says_with("try.issue_replaced", &[("new_secret", &"s")]);
}

#[test]
fn what_is_no_secret_of_this_database_is_said_plainly_and_leads_nowhere() {
    // Its tag key is the same, as that of a copy.
    let mut other = Bench::new();
    other.delivered("first");
    let unknown = other.delivered("backup").secret.expose().to_owned();
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    let mut forged = secret.clone();
    forged.replace_range(10..11, if &secret[10..11] == "A" { "B" } else { "A" });
    for (text, sentence) in [
        ("backup", "try.malformed"),
        (&*format!("api-secret-key: {secret}"), "try.malformed"),
        (&unknown, "try.unknown"),
        (&forged, "try.forged"),
    ] {
        tried(&mut console, text).says(sentence);
        console.expect_not("Auditor: read only");
        console.enter();
        console.says("try.title");
        console.keys("<Esc>");
    }
}

#[test]
fn a_secret_that_is_typed_is_never_on_the_screen_and_the_next_takes_the_place_of_the_answer() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("v");
    for c in secret.chars() {
        console.keys(&c.to_string());
        assert!(!console.shows(&secret[2..6]), "{}", console.screen());
    }
    console.enter().says("try.valid");
    assert!(find_secret_shape(&console.screen()).is_none());
    console.keys("x").says_not("try.valid");
    console.says_with("try.note", &[("key", &"Enter")]);
    console.enter().says("try.malformed");
    let copied = |effect: &Effect| matches!(effect, Effect::Copy(..));
    assert!(!console.effects.iter().any(copied));
}

#[test]
fn keys_wait_while_a_secret_is_tried_and_the_screen_says_so() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("v").paste(&secret);
    let late: LateAnswers = console.answered_late(Console::enter);
    console.wait(200).says("try.trying");
    console.keys("<Esc>").says("try.trying");
    console.late_answers(late);
    console.says_not("try.title");
}

#[test]
fn a_pasted_secret_with_its_line_end_is_tried_at_once_where_the_terminal_has_no_brackets() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("v").burst(&format!("{secret}\n"));
    console.says("try.valid");
}

#[test]
fn trying_leaves_no_trace_in_the_database() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    let id = Console::id_of(&secret);
    let dump = |console: &Console| console.bench.dump();
    let reason = String::new();
    let lock = KeyChange::LockOut { reason };
    for change in [None, Some(lock), Some(KeyChange::Delete)] {
        if let Some(change) = change {
            console.by_alice(|service, alice| service.change_key(alice, change, id));
        }
        console.wait(HOUR);
        let before = dump(&console);
        tried(&mut console, &secret).keys("<Esc>");
        tried(&mut console, "1:nothing").keys("<Esc>");
        assert_eq!(dump(&console), before);
    }
    assert!(!console.works(&secret));
    assert_ne!(dump(&console), dump(&Console::new()));
}

#[test]
fn who_may_only_look_tries_secrets_too() {
    let (mut bench, auditor) = Bench::demo(AUDITOR_USER);
    let secret = bench.delivered("tried").secret.expose().to_owned();
    let mut console = Console::of(bench, auditor, (80, 24));
    tried(&mut console, &secret).says("try.valid");
}
