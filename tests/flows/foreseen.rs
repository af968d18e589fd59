//! What a change would bring about is looked at before the question: refusals come first, and a role that stops or
//! revives keys or users names them.

use crossterm::event::KeyCode;
use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId};
use keyward::domain::rights::{Right, Rights};
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::secret::Overlap;
use keyward::domain::state::RESTORABLE;
use keyward::domain::time::SECOND;
use keyward::domain::user::Actor;
use keyward::domain::verdict::Refused;

use crate::support::console::Console;
use crate::support::database::{Bench, draft, in_memory};

/// A role of this name that allows the console, the API and these rights.
fn role(bench: &mut Bench, name: &str, rights: &[Right]) -> RoleId {
    let draft = RoleDraft::from(RoleFields {
        name: name.to_owned(),
        rights: Rights::from_names(rights.iter().map(|right| right.name().to_owned())),
        web_service: true,
        ..RoleFields::default()
    });
    let alice = bench.alice.clone();
    bench.service.create_role(&alice, &draft).expect("a role")
}

/// A key with this role, whose secret works.
fn key(bench: &mut Bench, name: &str, role: RoleId) -> KeyId {
    let alice = bench.alice.clone();
    let draft = ApiKeyDraft {
        role,
        ..draft(name)
    };
    let made = bench.service.create_key(&alice, &draft).expect("a key");
    bench.deliver(&made, None);
    made.key
}

/// Goes to Role Properties of the role that is found by this word, with the focus on the box of the user interface.
fn to_boxes(console: &mut Console, word: &str) {
    console.go("Roles");
    console.press(KeyCode::Esc);
    console.keys(&format!("/{word}\n\n"));
    console.expect("Role Properties");
    console.press(KeyCode::Tab);
    console.press(KeyCode::Tab);
}

#[test]
fn a_role_that_stops_keys_asks_first_and_names_them() {
    let mut bench = Bench::new(in_memory());
    let ops = role(&mut bench, "Ops", &[]);
    for name in ["alpha", "beta", "gamma", "delta", "epsilon"] {
        key(&mut bench, name, ops);
    }
    let alice = bench.alice.clone();
    bench
        .service
        .lock_out_key(&alice, KeyId(1))
        .expect("locked");
    let mut console = Console::on(bench);
    to_boxes(&mut console, "ops");
    console.press(KeyCode::Tab);
    console.keys(" ");
    console.press(KeyCode::F(2));
    console.expect("API keys that will no longer authenticate: 4 (“beta”, “delta”,");
    console.expect("“epsilon”, 1 more).");
    console.enter();
    console.expect("Role Properties: Ops");
    console.expect("[ ] Allow Access to Web Service API");
    console.press(KeyCode::F(2));
    console.keys("y");
    console.expect("“Ops” was saved.");
    console.go("API Keys");
    console.expect("No API access");
    to_boxes(&mut console, "ops");
    console.press(KeyCode::Tab);
    console.keys(" ");
    console.press(KeyCode::F(2));
    console.expect("API keys that will authenticate again: 4 (“beta”");
    console.keys("y");
    console.expect("“Ops” was saved.");
}

#[test]
fn a_role_that_stops_nobody_is_saved_without_a_question() {
    let mut bench = Bench::new(in_memory());
    role(&mut bench, "Ops", &[]);
    let mut console = Console::on(bench);
    to_boxes(&mut console, "ops");
    console.keys(" ");
    console.press(KeyCode::Tab);
    console.keys(" ");
    console.press(KeyCode::F(2));
    console.expect("“Ops” was saved.");
}

#[test]
fn a_role_that_stops_users_asks_first_and_names_them() {
    let mut bench = Bench::new(in_memory());
    let ops = role(&mut bench, "Ops", &[]);
    bench.user("bob", ops);
    let mut console = Console::on(bench);
    to_boxes(&mut console, "ops");
    console.keys(" ");
    console.press(KeyCode::F(2));
    console.expect("Users who can no longer sign in, and whose consoles end: 1");
    console.expect("(“bob”).");
    console.keys("y");
    console.expect("“Ops” was saved.");
    console.go("Users");
    console.expect("No UI access");
}

#[test]
fn another_role_that_stops_a_key_asks_first_and_cancel_keeps_the_form() {
    let mut bench = Bench::new(in_memory());
    let console_only = RoleDraft::from(RoleFields {
        name: "Console".to_owned(),
        ..RoleFields::default()
    });
    let alice = bench.alice.clone();
    bench
        .service
        .create_role(&alice, &console_only)
        .expect("a role");
    let mut console = Console::on(bench);
    let secret = console.make_and_store("backup");
    console.enter();
    console.press(KeyCode::Tab);
    console.press(KeyCode::Tab);
    console.keys(" console\n");
    console.press(KeyCode::F(2));
    console.expect("API keys that will no longer authenticate: 1 (“backup”).");
    console.press(KeyCode::Esc);
    console.expect("Properties: backup");
    console.expect("Console");
    assert!(console.works(&secret));
    console.press(KeyCode::F(2));
    console.keys("y");
    console.expect("“backup” was saved.");
    assert_eq!(console.refusal(&secret), Some(Refused::NoApiAccess));
    assert!(console.selected().contains("No API access"));
}

#[test]
fn where_it_cannot_be_read_whom_a_change_stops_nothing_is_saved_and_the_form_stays() {
    let mut bench = Bench::new(in_memory());
    role(&mut bench, "Ops", &[]);
    let mut console = Console::on(bench);
    to_boxes(&mut console, "ops");
    console.keys(" ");
    console.unreadable = Some(keyward::domain::trouble::Trouble::Storage(
        keyward::domain::trouble::Fault::Busy,
    ));
    console.press(KeyCode::F(2));
    console.expect("The database is in use by another process.");
    console.expect("Role Properties: Ops");
    console.expect("[ ] Allow Access to User Interface");
}

/// A console of somebody with these rights, bound to equal or less access or not.
fn bound(bench: &mut Bench, rights: &[Right]) -> Actor {
    let draft = RoleDraft::from(RoleFields {
        name: "Clerk".to_owned(),
        rights: Rights::from_names(rights.iter().map(|right| right.name().to_owned())),
        equal_or_less: true,
        ..RoleFields::default()
    });
    let alice = bench.alice.clone();
    let clerk = bench.service.create_role(&alice, &draft).expect("a role");
    bench.user("bob", clerk)
}

#[test]
fn a_refusal_comes_before_the_question() {
    let mut bench = Bench::new(in_memory());
    let full = key(&mut bench, "full", FULL_ACCESS);
    let alice = bench.alice.clone();
    let second = bench.issue(full);
    bench.deliver(&second, Some(Overlap::Week));
    let gone = key(&mut bench, "gone", FULL_ACCESS);
    bench.service.delete_key(&alice, gone).expect("deleted");
    let locked = key(&mut bench, "locked", FULL_ACCESS);
    bench.service.lock_out_key(&alice, locked).expect("locked");
    let rights = [
        Right::ViewApiKeys,
        Right::EditApiKeys,
        Right::DeleteApiKeys,
        Right::ViewUsers,
        Right::EditUsers,
        Right::DeleteUsers,
    ];
    let bob = bound(&mut bench, &rights);
    let mut console = Console::of(bench, bob, (80, 24));
    let beyond = "which allows more than your own";
    console.find(full.0);
    for verb in ["l", "d", "x", "s"] {
        console.keys(verb);
        assert!(
            console.shows("allows more than your own"),
            "{verb}\n{}",
            console.screen()
        );
        console.expect_not("[ Cancel ]");
    }
    console.find(locked.0);
    console.keys("u");
    console.expect("allows more than your own");
    console.expect_not("[ Cancel ]");
    console.find(full.0);
    console.enter();
    console.expect("[ Close ]");
    console.press(KeyCode::F(2));
    console
        .expect("Not authorized: the role “Full Access” of “full” allows more than your own role.");
    console.press(KeyCode::Esc);
    console.go("Users");
    console.keys("/alice\nl");
    console.expect("allows more than your own");
    console.expect_not("[ Cancel ]");
    assert!(!console.shows(beyond));
}

#[test]
fn what_cannot_be_restored_is_told_before_the_question() {
    let mut bench = Bench::new(in_memory());
    let alice = bench.alice.clone();
    for name in ["old", "taken"] {
        let made = key(&mut bench, name, AUDITOR);
        bench.service.delete_key(&alice, made).expect("deleted");
    }
    key(&mut bench, "taken", AUDITOR);
    let mut console = Console::on(bench);
    console.keys("fdeleted\n");
    console.keys("Gr");
    console.expect("The API key 3 is named “taken” now.");
    console.expect_not("[ Cancel ]");
    console.wait(RESTORABLE + SECOND);
    console.keys("gr");
    console.expect("was deleted more than 7 days ago and cannot be restored.");
    console.expect_not("[ Cancel ]");
}

#[test]
fn a_role_in_use_and_the_last_manager_are_told_before_the_question() {
    let mut bench = Bench::new(in_memory());
    let ops = role(&mut bench, "Ops", &[]);
    key(&mut bench, "alpha", ops);
    let managing = [
        Right::ViewUsers,
        Right::EditUsers,
        Right::DeleteUsers,
        Right::EditRoles,
    ];
    let other = role(&mut bench, "Half", &managing[..3]);
    let bob = bench.user("bob", other);
    let mut console = Console::on(bench);
    console.go("Roles");
    console.keys("/ops\nd");
    console.expect("The role “Ops” cannot be deleted while somebody or something has it");
    console.expect_not("[ Cancel ]");
    let mut console = Console::of(console.bench, bob, (80, 24));
    console.go("Users");
    console.keys("/alice\n");
    for verb in ["l", "d"] {
        console.keys(verb);
        console.expect("Nobody would be left who can edit users and roles.");
        console.expect_not("[ Cancel ]");
    }
}

#[test]
fn unlocking_promises_no_more_than_it_gives() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.make("pending");
    console.keys("x\ny");
    console.keys("/pending\nlyu");
    console.expect(
        "will be unlocked at once, but will not authenticate: its state will be Not delivered.",
    );
    console.press(KeyCode::Esc);
    console.press(KeyCode::Esc);
    console.keys("/backup\nlyu");
    console.expect("will be unlocked at once, and authenticates again");
}

#[test]
fn a_new_secret_of_a_key_that_does_not_authenticate_is_said_to_be_in_vain() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("s");
    console.expect_not("No secret of this key authenticates");
    console.press(KeyCode::Esc);
    console.keys("lys");
    console.expect("No secret of this key authenticates while its state is Locked Out.");
}
