//! What a change would bring about is looked at before the question: refusals come first, and a role that stops or
//! revives keys or users names them.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, RoleId};
use keyward::domain::rights::Right;
use keyward::domain::secret::Overlap;
use keyward::domain::state::RESTORABLE;
use keyward::domain::time::SECOND;
use keyward::domain::trouble::{Fault, Trouble};
use keyward::domain::user::Actor;
use keyward::domain::verdict::Refused;

use crate::support::console::Console;
use crate::support::database::{Bench, draft, role_draft};

/// A role of this name that allows the console, the API and these rights.
fn role(bench: &mut Bench, name: &str, rights: &[Right]) -> RoleId {
    let mut draft = role_draft(name, rights);
    draft.web_service = true;
    bench.role(&draft)
}

/// A key with this role, whose secret works.
fn key(bench: &mut Bench, name: &str, role: RoleId) -> KeyId {
    let draft = ApiKeyDraft {
        role,
        ..draft(name)
    };
    let made = bench.by_alice(|service, alice| service.create_key(alice, &draft));
    bench.deliver(&made, None);
    made.key
}

/// Goes to Role Properties of the role that is found by this word, with the focus on the box of the user interface.
fn to_boxes(console: &mut Console, word: &str) {
    console.go("Roles");
    console.keys(&format!("/<Ctrl-U>{word}\n\n"));
    console.says("role.title_edit");
    console.keys("\t\t");
}

#[test]
fn a_role_that_stops_keys_asks_first_and_names_them() {
    let mut bench = Bench::new();
    let ops = role(&mut bench, "Ops", &[]);
    for name in ["alpha", "beta", "gamma", "delta", "epsilon"] {
        key(&mut bench, name, ops);
    }
    bench.by_alice(|service, alice| service.lock_out_key(alice, KeyId(1), ""));
    let mut console = Console::on(bench);
    to_boxes(&mut console, "ops");
    console.keys("\t <F2>");
    console.expect("API keys that will no longer authenticate: 4 (“beta”, “delta”,");
    console.expect("“epsilon”, 1 more).");
    console.keys("\n");
    console.says_with("role.title_edit", &[("name", &"Ops")]);
    console.expect("[ ] Allow Access to Web Service API");
    console.keys("<F2>y");
    console.says_with("form.saved", &[("name", &"Ops")]);
    console.go("API Keys").says("state.no_api_access");
    to_boxes(&mut console, "ops");
    console.keys("\t <F2>");
    console.expect("API keys that will authenticate again: 4 (“beta”");
    console.keys("y");
    console.says_with("form.saved", &[("name", &"Ops")]);
}

#[test]
fn a_role_that_stops_nobody_is_asked_about_for_what_changes_alone() {
    let mut bench = Bench::new();
    role(&mut bench, "Ops", &[]);
    let mut console = Console::on(bench);
    to_boxes(&mut console, "ops");
    console.keys(" \t <F2>").says("role_change.title");
    console.expect("- Allow Access to User Interface");
    console.expect_not("that will");
    console.keys("y");
    console.says_with("form.saved", &[("name", &"Ops")]);
}

#[test]
fn a_role_that_stops_users_asks_first_and_names_them() {
    let mut bench = Bench::new();
    let ops = role(&mut bench, "Ops", &[]);
    bench.user("bob", ops);
    let mut console = Console::on(bench);
    to_boxes(&mut console, "ops");
    console.keys(" <F2>");
    console.expect("Users who can no longer sign in, and whose sessions end: 1");
    console.expect("(“bob”).");
    console.keys("y");
    console.says_with("form.saved", &[("name", &"Ops")]);
    console.go("Users").says("state.no_user_interface");
}

#[test]
fn another_role_that_stops_a_key_asks_first_and_cancel_keeps_the_form() {
    let mut bench = Bench::new();
    bench.role(&role_draft("Console", &[]));
    let mut console = Console::on(bench);
    let secret = console.make_and_store("backup");
    console.keys("\n\t\t console\n<F2>");
    console.expect("API keys that will no longer authenticate: 1 (“backup”).");
    console.keys("<Esc>");
    console.says_with("form.title_edit", &[("name", &"backup")]);
    console.expect("Console");
    assert!(console.works(&secret));
    console.keys("<F2>y");
    console.says_with("form.saved", &[("name", &"backup")]);
    assert_eq!(console.refusal(&secret), Some(Refused::NoApiAccess));
    console.expect_selected("No API access");
}

#[test]
fn where_it_cannot_be_read_whom_a_change_stops_nothing_is_saved_and_the_form_stays() {
    let mut bench = Bench::new();
    role(&mut bench, "Ops", &[]);
    let mut console = Console::on(bench);
    to_boxes(&mut console, "ops");
    console.keys(" ");
    console.unreadable = Some(Trouble::Storage(Fault::Busy));
    console.keys("<F2>").says("trouble.busy");
    console.says_with("role.title_edit", &[("name", &"Ops")]);
    console.expect("[ ] Allow Access to User Interface");
}

/// A console of somebody with these rights, bound to equal or less access or not.
fn bound(bench: &mut Bench, rights: &[Right]) -> Actor {
    let mut draft = role_draft("Clerk", rights);
    draft.equal_or_less = true;
    let clerk = bench.role(&draft);
    bench.user("bob", clerk)
}

#[test]
fn a_refusal_comes_before_the_question() {
    let mut bench = Bench::new();
    let full = key(&mut bench, "full", FULL_ACCESS);
    let second = bench.issue(full);
    bench.deliver(&second, Some(Overlap::Week));
    let gone = key(&mut bench, "gone", FULL_ACCESS);
    bench.by_alice(|service, alice| service.delete_key(alice, gone));
    let locked = key(&mut bench, "locked", FULL_ACCESS);
    bench.by_alice(|service, alice| service.lock_out_key(alice, locked, ""));
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
        let refused = console.shows("allows more than your own");
        assert!(refused, "{verb}\n{}", console.screen());
        console.expect_not("[ Cancel ]");
    }
    console.find(locked.0);
    console.keys("u").expect("allows more than your own");
    console.expect_not("[ Cancel ]");
    console.find(full.0);
    console.keys("\n").expect("[ Close ]");
    console.keys("<F2>");
    console
        .expect("Not authorized: the role “Full Access” of “full” allows more than your own role.");
    console.keys("<Esc>");
    console.go("Users");
    console.keys("/alice\nl");
    console.expect("allows more than your own");
    console.expect_not("[ Cancel ]");
    assert!(!console.shows(beyond));
}

#[test]
fn what_cannot_be_restored_is_told_before_the_question() {
    let mut bench = Bench::new();
    for name in ["old", "taken"] {
        let made = key(&mut bench, name, AUDITOR);
        bench.by_alice(|service, alice| service.delete_key(alice, made));
    }
    key(&mut bench, "taken", AUDITOR);
    let mut console = Console::on(bench);
    console.keys("fdeleted\nGr");
    console.expect("The API key 3 now has the name “taken”.");
    console.expect_not("[ Cancel ]");
    console.wait(RESTORABLE + SECOND);
    console.keys("gr").says("trouble.not_restorable");
    console.expect_not("[ Cancel ]");
}

#[test]
fn a_role_in_use_and_the_last_manager_are_told_before_the_question() {
    let mut bench = Bench::new();
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
    console.expect("The role “Ops” cannot be deleted while it is assigned to");
    console.expect_not("[ Cancel ]");
    let mut console = Console::of(console.bench, bob, (80, 24));
    console.go("Users");
    console.keys("/alice\n");
    for verb in ["l", "d"] {
        console.keys(verb).says("trouble.last_manager");
        console.expect_not("[ Cancel ]");
    }
}

#[test]
fn unlocking_promises_no_more_than_it_gives() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.make("pending");
    console.keys("x\ny/pending\nlyu");
    console.expect(
        "will be unlocked immediately, but will not authenticate: its state will be Not delivered.",
    );
    console.keys("<Esc><Esc>/backup\nlyu");
    console.says("confirm.unlock");
}

#[test]
fn a_new_secret_of_a_key_that_does_not_authenticate_is_said_to_be_in_vain() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("s").says_not("new_secret.in_vain");
    console.keys("<Esc>lys");
    console.says_with("new_secret.in_vain", &[("state", &"Locked Out")]);
}
