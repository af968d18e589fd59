//! One change of many rows: the page before it, carrying it out, what came of it.

use crossterm::event::KeyCode;
use keyward::domain::id::{FULL_ACCESS, KeyId};
use keyward::domain::rights::Right;
use keyward::domain::time::{MINUTE, SECOND};
use keyward::domain::trouble::{Fault, Trouble};
use keyward::domain::verdict::Refused;

use crate::support::console::{Console, chords};
use crate::support::database::{Bench, draft, role_draft};

/// A console with so many keys that ann made for a contractor, among others, and the secrets of those.
fn contractor(many: usize) -> (Console, Vec<String>) {
    let mut bench = Bench::new();
    bench.delivered("backup");
    let ann = bench.user("ann", FULL_ACCESS);
    let mut made = |n| {
        let draft = draft(&format!("contract {n:02}"));
        let issued = bench.service.create_key(&ann, &draft).expect("created");
        let delivered = bench.service.deliver(&ann, issued.id, None);
        delivered.expect("delivered");
        issued.secret.expose().to_owned()
    };
    let secrets = (0..many).map(&mut made).collect();
    bench.delivered("deploy");
    (Console::on(bench), secrets)
}

#[test]
fn fifteen_keys_of_a_contractor_are_locked_out_in_twelve_keystrokes() {
    let (mut console, secrets) = contractor(15);
    let keys = "/by:ann\n*ly";
    assert!(chords(keys).len() <= 12);
    console.keys("/by:ann\n*l");
    console.says_with("bulk.title_keys", &[("verb", &"Lock Out"), ("n", &15)]);
    console.says_with("bulk.lock_keys", &[("n", &15)]);
    console.expect("y Lock Out 15");
    console.keys("y");
    console.says_with("bulk.lock_done", &[("n", &15)]);
    console.expect_not("marked");
    for secret in &secrets {
        assert_eq!(console.refusal(secret), Some(Refused::LockedOut));
    }
    assert_eq!(events(&console, 673), 15, "one for each key");
}

#[test]
fn twenty_keys_get_another_role_in_fifteen_keystrokes() {
    let (mut console, _) = contractor(20);
    let keys = "/contr\n*Rfull\ny";
    assert!(chords(keys).len() <= 15);
    console.keys("/contr\n*Rfull\n");
    console.says_with("bulk.role_all", &[("n", &20), ("value", &"Full Access")]);
    console.expect("[ y Set Role of 20 ]");
    console.keys("y");
    console.says_with("bulk.role_done", &[("n", &20), ("value", &"Full Access")]);
    assert_eq!(events(&console, 658), 20);
    console.keys("<Esc>");
    let screen = console.screen();
    let lines = screen.lines().filter(|line| line.contains("Full Access"));
    let keys = lines.filter(|line| line.contains("contract")).count();
    assert!(keys > 15, "{screen}");
    console.keys("<Home>");
    console.expect_selected("backup").expect_selected("Auditor");
}

/// How many events of this number there are.
fn events(console: &Console, number: i64) -> usize {
    let events = console.bench.events();
    events.iter().filter(|(found, ..)| *found == number).count()
}

#[test]
fn the_page_says_in_numbers_and_row_by_row_what_will_happen() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    let secret = console.make_and_store("delta");
    assert!(console.works(&secret));
    console.wait(3 * MINUTE);
    console.by_alice(|service, alice| service.lock_out_key(alice, KeyId(1), ""));
    console.wait(SECOND);
    console.keys("*l");
    console.says_with("bulk.lock_keys", &[("n", &3)]);
    console.says_with("bulk.locked_already", &[("n", &1)]);
    console.says_with(
        "bulk.last_used",
        &[("name", &"delta"), ("ago", &"3 min ago")],
    );
    console.expect("alpha: is already locked out");
    console.expect("beta: will be locked out");
    console.expect("delta: will be locked out, used 3 min ago");
    console.keys("\n").says_not("bulk.lock_keys");
    assert_eq!(events(&console, 673), 1, "Enter is Cancel");
    console.expect("4 marked");
}

#[test]
fn what_one_may_not_is_told_before_and_not_attempted() {
    let mut bench = Bench::new();
    let rights = [Right::ViewApiKeys, Right::EditApiKeys];
    let mut bound = role_draft("Clerks", &rights);
    bound.equal_or_less = true;
    let clerks = bench.role(&bound);
    let bob = bench.user("bob", clerks);
    for name in ["alpha", "beta"] {
        bench.delivered(name);
    }
    let mut own = draft("gamma");
    own.role = clerks;
    bench.by_alice(|service, alice| service.create_key(alice, &own));
    let mut console = Console::of(bench, bob, (80, 24));
    console.keys("*l");
    console.says_with("bulk.lock_keys", &[("n", &1)]);
    console.says_with("bulk.may_not", &[("n", &2)]);
    console.keys("y");
    console.says_with("bulk.left", &[("n", &2)]);
    assert_eq!(events(&console, 673), 1);
    assert_eq!(
        events(&console, 9008),
        0,
        "nothing was refused: nothing was tried"
    );
    console.expect("2 marked").expect(">*alpha");
}

#[test]
fn a_row_that_was_changed_since_the_page_was_read_is_left_and_told() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    console
        .keys("*d")
        .says_with("bulk.delete_all", &[("n", &3)]);
    console
        .bench
        .beside()
        .by_alice(|service, alice| service.lock_out_key(alice, KeyId(2), ""));
    console.keys("y");
    console.says_with("bulk.delete_done", &[("n", &2)]);
    console.says_with("bulk.failed", &[("n", &1)]);
    console.says("trouble.changed_since_seen");
    console.keys("<Esc>").expect("1 marked").expect("beta");
    assert_eq!(events(&console, 657), 2);
}

#[test]
fn esc_stops_it_and_what_is_done_is_done() {
    let (mut console, secrets) = contractor(5);
    console.keys("/contr\n*l");
    console.hold = true;
    console.keys("y");
    console
        .wait(SECOND)
        .expect("Lock Out: 0 of 5. Press Esc to stop.");
    console.press(KeyCode::Esc);
    console.release();
    console.says_with("bulk.lock_done", &[("n", &1)]);
    console.says_with("bulk.not_begun", &[("n", &4)]);
    console.keys("<Esc>").expect("4 marked");
    let locked = secrets
        .iter()
        .filter(|secret| console.refusal(secret).is_some());
    assert_eq!(locked.count(), 1);
}

#[test]
fn where_the_database_cannot_be_written_it_stops_and_says_why() {
    let (mut console, _) = contractor(5);
    console.keys("/contr\n*l");
    console.broken = Some(Trouble::Storage(Fault::Full));
    console.keys("y").says_with("bulk.failed", &[("n", &1)]);
    console.says_with("bulk.not_begun", &[("n", &4)]);
    console.broken = None;
    console.keys("\n").expect("5 marked");
    assert_eq!(events(&console, 673), 0);
}

#[test]
fn a_reason_is_kept_with_each() {
    let (mut console, _) = contractor(3);
    console.keys("/contr\n*l<Tab>contract ended");
    console.keys("\n");
    console.keys("y").says_with("bulk.lock_done", &[("n", &3)]);
    for id in 2..=4 {
        let key = console.by_alice(|service, alice| service.key_properties(alice, KeyId(id)));
        assert_eq!(key.key.fields.locked_out.as_deref(), Some("contract ended"));
    }
}

#[test]
fn many_are_unlocked_deleted_and_restored_at_once() {
    let (mut console, secrets) = contractor(3);
    console
        .keys("/contr\n*ly*uy")
        .says_with("bulk.unlock_done", &[("n", &3)]);
    assert!(console.works(&secrets[0]));
    console
        .keys("*dy")
        .says_with("bulk.delete_done", &[("n", &3)]);
    assert!(!console.works(&secrets[0]));
    console.keys("<Esc>fdeleted\n*ry");
    console.says_with("bulk.restore_done", &[("n", &3)]);
    assert!(console.works(&secrets[0]));
}

#[test]
fn an_expiry_is_set_or_taken_away_and_a_wrong_day_can_be_mended() {
    let (mut console, _) = contractor(3);
    console.keys("/contr\n*E").says("bulk.expiry_note");
    console.keys("2027-02-30\n").says("problem.no_day");
    console.keys("<Ctrl-U>2027-12-31\n");
    console.says_with("bulk.expiry_all", &[("n", &3), ("value", &"2027-12-31")]);
    console.keys("y").expect("2027-12-31");
    console
        .keys("*E2027-12-31\n")
        .says_with("bulk.so_already", &[("n", &3)]);
    console
        .keys("<Esc>Enever\n")
        .says_with("bulk.never_all", &[("n", &3)]);
    console.keys("y").says_with("bulk.never_done", &[("n", &3)]);
    console
        .keys("*E2020-01-01\n")
        .says_with("bulk.cannot", &[("n", &3)]);
}

#[test]
fn the_expiry_of_many_is_entered_as_in_properties() {
    let (mut console, _) = contractor(2);
    console
        .keys("*E")
        .expect("[x] Expires on")
        .says("hint.date");
    console
        .keys("90d")
        .says_with("bulk.expiry_stops", &[("value", &"2027-02-20")]);
    console.keys("<Down>").expect("2027-02-21");
    console.keys(" ").expect("February 2027");
    console.keys("<Right>\n").expect("2027-02-22");
    console.keys("<Shift-Tab> ").says("bulk.expiry_never");
    console.keys(" <Ctrl-U>nev").expect_not("!");
    console.keys("<F2>");
    console.expect("!").says("bulk.expiry_title");
    console.keys("<Shift-Tab> <F2>");
    console.says_with("bulk.so_already", &[("n", &4)]);
}

#[test]
fn without_marks_a_role_is_set_of_the_selected_row() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console
        .keys("jRfull\n")
        .says_with("bulk.role_all", &[("n", &1), ("value", &"Full Access")]);
    console.expect("beta: will get this role");
    console.keys("y").expect_selected("Full Access");
}

#[test]
fn while_rows_are_marked_the_toolbar_says_how_many_and_verbs_of_one_row_act_on_the_selected_one() {
    let mut console = Console::with_keys(&["alpha", "beta", "gamma"]);
    console
        .keys("  ")
        .expect("d Delete 2 marked...  l Lock Out 2 marked...  (Unlock 2 marked...)");
    console.expect_not("Enter Properties");
    console.keys("\n");
    console.says_with("form.title_edit", &[("name", &"gamma")]);
    console.keys("<Esc>x").says("trouble.no_overlap");
    console.keys("s");
    console.says_with("new_secret.title", &[("name", &"gamma")]);
    console
        .keys("<Esc>-")
        .expect("Enter Properties")
        .expect_not("marked");
}

#[test]
fn where_nothing_would_come_of_it_only_why_is_told() {
    let mut console = Console::with_keys(&["alpha", "beta"]);
    console
        .keys("*u")
        .says_with("bulk.unlocked_already", &[("n", &2)]);
    console
        .expect("alpha: is not locked out")
        .expect("Esc Close");
    console.keys("y\n").expect("2 marked");
    assert_eq!(events(&console, 674), 0);
}

#[test]
fn a_paste_confirms_nothing() {
    let (mut console, secrets) = contractor(3);
    console.burst("Z*ly");
    console.settle();
    assert_eq!(console.refusal(&secrets[0]), None);
}

#[test]
fn users_are_locked_out_and_get_a_role_but_nobody_does_so_to_themselves() {
    let bench = Bench::new();
    for name in ["bob", "cleo"] {
        bench.user(name, keyward::domain::id::AUDITOR);
    }
    let mut console = Console::on(bench);
    console.go("Users");
    console
        .keys("*l")
        .says_with("bulk.lock_users", &[("n", &2)]);
    console.says_with("bulk.title_users", &[("verb", &"Lock Out"), ("n", &3)]);
    console.says_with("bulk.cannot", &[("n", &1)]);
    console.says("trouble.own_lock");
    console.keys("y").says_with("bulk.lock_done", &[("n", &2)]);
    console
        .keys("-*uy")
        .says_with("bulk.unlock_done", &[("n", &2)]);
    console.keys("-*Rfull\ny");
    console.says_with("bulk.role_done", &[("n", &2), ("value", &"Full Access")]);
    console
        .keys("-*dy")
        .says_with("bulk.delete_done", &[("n", &2)]);
    console.expect("1 marked").expect("alice");
}

#[test]
fn roles_that_nobody_has_are_deleted_at_once() {
    let mut bench = Bench::new();
    for name in ["Ops", "Old", "Older"] {
        let role = bench.role(&role_draft(name, &[]));
        if name == "Ops" {
            bench.user("bob", role);
        }
    }
    let mut console = Console::on(bench);
    console.go("Roles");
    console
        .keys("/ol\n*<Esc>/ops\n*d")
        .says_with("bulk.delete_all", &[("n", &2)]);
    console
        .keys("y")
        .says_with("bulk.delete_done", &[("n", &2)]);
    console.expect("Ops").expect_not("Older");
}

#[test]
fn of_users_it_is_told_who_signed_in_last() {
    let (bench, user) = Bench::demo(keyward::service::demo::FULL_ACCESS_USER);
    let mut console = Console::of(bench, user, (80, 24));
    console.go("Users");
    console
        .keys("*d")
        .expect("signed in last")
        .expect("deleted, signed in");
    console.expect_not("used");
}
