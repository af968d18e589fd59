//! The Roles screen.

use keyward::domain::id::AUDITOR;
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::user::Arrival;

use crate::support::console::Console;
use crate::support::database::{Bench, user_of};

/// alice's console on the Roles screen, with a role of her own making in the list.
fn roles() -> Console {
    let mut bench = Bench::new();
    bench.user("bob", AUDITOR);
    let draft = RoleDraft::from(RoleFields {
        name: "Operators".to_owned(),
        description: "Day and night\nsecond line".to_owned(),
        ..RoleFields::default()
    });
    bench.role(&draft);
    bench.create("backup");
    let mut console = Console::on(bench);
    console.go("Roles");
    console
}

#[test]
fn the_list_tells_access_types_and_how_many_have_a_role() {
    let mut console = roles();
    console.resize(120, 24).keys("P");
    console.expect("Administration > User Management > Roles");
    console.expect("3 shown");
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let screen = console.screen();
    let line = |name: &str| {
        let line = screen.lines().skip(1).find(|line| line.contains(name));
        words(line.unwrap_or_default())
    };
    assert!(line("Auditor").contains("Auditor User Interface, API 1 1 Yes 2"));
    assert!(line("Full Access").contains("User Interface, API 1 0 Yes 1"));
    assert!(line("Operators").contains("User Interface 0 0 No 3 Day and night"));
}

#[test]
fn a_role_is_made_and_deleted_again() {
    let mut console = roles();
    console.keys("n").says("role.title_new");
    console.press(crossterm::event::KeyCode::F(2));
    console.expect_selected("New Role");
    console.keys("d");
    console.expect("The role “New Role” will be deleted.");
    console.keys("y");
    console.says_with("roles.deleted", &[("name", &"New Role")]);
    console.expect("3 shown");
}

#[test]
fn a_role_in_use_is_not_deleted_and_the_refusal_names_who_has_it() {
    let mut console = roles();
    console.keys("d");
    console.expect("The role “Auditor” cannot be deleted while it is assigned to the user bob");
    console.expect("backup");
    console.expect_selected("Auditor");
}

#[test]
fn a_role_of_a_deleted_key_that_can_be_restored_is_not_deleted() {
    let mut console = roles();
    let bob = console.by_alice(|service, _| service.sign_in("bob", &Arrival::default()));
    console.by_alice(|service, alice| service.delete_user(alice, user_of(&bob)));
    let key = keyward::domain::id::KeyId(1);
    console.by_alice(|service, alice| service.delete_key(alice, key));
    console.wait(1_000);
    console.keys("d");
    console.says_with("assigned.deleted_key", &[("name", &"backup"), ("id", &1)]);
    console.wait(8 * keyward::domain::time::DAY);
    console.keys("dy");
    console.says_with("roles.deleted", &[("name", &"Auditor")]);
    console.expect_not("> Auditor");
}

#[test]
fn full_access_cannot_be_deleted() {
    let mut console = roles();
    console.find(1);
    console.keys("d");
    console.says_with("trouble.role_immutable", &[("name", &"Full Access")]);
}
