//! Role Properties of a role that is there: what others change meanwhile, who may change what, copies, Assigned To.

use crossterm::event::KeyCode;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, RoleId};
use keyward::domain::rights::{Right, Rights};
use keyward::domain::role::{RoleDraft, RoleFields};

use crate::role::{console_of, last_role, roles, somebody_changes, tab, tick, turn_to};
use crate::support::console::Console;

/// Opens Properties of an existing role.
fn open_role(console: &mut Console, id: RoleId) {
    console.go("Roles");
    console.find(id.0);
    console.enter();
}

/// A role of these rights.
fn operators(console: &mut Console, rights: &[Right]) -> RoleId {
    let names = rights.iter().map(|right| right.name().to_owned());
    let draft = RoleDraft::from(RoleFields {
        name: "Operators".to_owned(),
        rights: Rights::from_names(names),
        ..RoleFields::default()
    });
    let alice = console.bench.alice.clone();
    let made = console.bench.service.create_role(&alice, &draft);
    made.expect("a role")
}

#[test]
fn two_people_who_tick_different_boxes_both_win() {
    let mut console = Console::new();
    let id = operators(&mut console, &[Right::ViewUsers]);
    open_role(&mut console, id);
    turn_to(&mut console, "Users/Keys");
    tick(&mut console, "can view roles");
    tick(&mut console, "can view users");
    somebody_changes(&mut console, id, |draft| {
        draft.rights.insert(Right::ViewApiKeys.name());
    });
    console.press(KeyCode::F(2));
    console.expect("“Operators” was saved.");
    let rights = last_role(&mut console).rights;
    let held: Vec<Right> = Right::ALL
        .into_iter()
        .filter(|right| rights.has(*right))
        .collect();
    assert_eq!(held, [Right::ViewApiKeys, Right::ViewRoles]);
}

#[test]
fn a_name_that_somebody_else_changed_too_shows_both_and_loses_nothing() {
    let mut console = Console::new();
    let id = operators(&mut console, &[]);
    open_role(&mut console, id);
    console.keys("-mine");
    somebody_changes(&mut console, id, |draft| draft.name = "theirs".to_owned());
    turn_to(&mut console, "Other");
    console.press(KeyCode::F(2));
    console.expect("[!General]");
    console.expect("Operators-mine");
    console.expect("alice changed this meanwhile to: theirs. OK saves yours over it.");
    console.press(KeyCode::F(2));
    console.expect("“Operators-mine” was saved.");
}

#[test]
fn a_role_deleted_while_it_is_open_is_told_and_what_was_typed_stays() {
    let mut console = Console::new();
    let id = operators(&mut console, &[]);
    open_role(&mut console, id);
    console.keys("-mine");
    let alice = console.bench.alice.clone();
    console
        .bench
        .service
        .delete_role(&alice, id)
        .expect("deleted");
    console.press(KeyCode::F(2));
    console.expect("was deleted meanwhile");
    console.expect("Operators-mine");
}

#[test]
fn full_access_is_shown_and_cannot_be_changed() {
    let mut console = Console::new();
    open_role(&mut console, FULL_ACCESS);
    console.expect("The role “Full Access” cannot be changed or deleted.");
    console.keys("x");
    console.press(KeyCode::F(2));
    console.expect("Role Properties: Full Access");
    turn_to(&mut console, "Users/Keys");
    console.expect("(•) Have full control over all Roles and Users");
    console.keys(" ");
    console.expect("(•) Have full control over all Roles and Users");
    console.keys("\n");
    console.expect("(•) Have full control over all Roles and Users");
    turn_to(&mut console, "Other");
    console.expect("144 of 144 ticked");
    console.keys(" ");
    console.expect("144 of 144 ticked");
    console.press(KeyCode::Esc);
    console.expect_not("Role Properties");
}

#[test]
fn who_may_not_edit_roles_sees_one_and_why_it_stays_as_it_is() {
    let mut console = console_of(&[Right::ViewRoles, Right::ViewApiKeys], |_| {});
    let _ = console.bench.user("carol", AUDITOR);
    open_role(&mut console, AUDITOR);
    console.expect("Not authorized to edit roles.");
    console.expect("[ Close ]");
    turn_to(&mut console, "Assigned");
    console.expect("and 1 more, not listed here");
    turn_to(&mut console, "Other");
    console.keys(" ");
    console.expect("22 of 144 ticked");
    console.keys("/port list");
    console.expect("3 found");
}

#[test]
fn nobody_changes_what_the_own_role_allows_but_may_rename_it() {
    let held = [Right::ViewApiKeys, Right::ViewRoles, Right::EditRoles];
    let mut console = console_of(&held, |_| {});
    let own = roles(&mut console).pop().expect("bob's").0;
    open_role(&mut console, own);
    console.expect("You cannot change what your own role allows.");
    console.keys("!");
    turn_to(&mut console, "Users/Keys");
    console.press(KeyCode::Down);
    console.keys(" ");
    console.expect("You cannot change what your own role allows.");
    console.expect("3 of 12 ticked");
    console.press(KeyCode::F(2));
    console.expect("“Bob's!” was saved.");
}

#[test]
fn what_a_role_has_already_can_be_taken_and_given_back() {
    let held = [Right::ViewApiKeys, Right::ViewRoles, Right::EditRoles];
    let mut console = console_of(&held, |_| {});
    let id = operators(&mut console, &[Right::DeleteUsers]);
    open_role(&mut console, id);
    turn_to(&mut console, "Users/Keys");
    console.expect("1 of 12 ticked");
    tick(&mut console, "can delete users");
    console.expect("0 of 12 ticked");
    tick(&mut console, "can delete users");
    console.expect("1 of 12 ticked");
    tick(&mut console, "can edit user");
    console.expect("1 of 12 ticked");
}

#[test]
fn a_copy_begins_with_a_role_under_another_name() {
    let mut console = Console::new();
    let id = operators(&mut console, &[Right::DeleteUsers]);
    console.go("Roles");
    console.find(id.0);
    console.keys("c");
    console.expect("Operators_2");
    console.press(KeyCode::F(2));
    console.expect("“Operators_2” was saved.");
    let copy = last_role(&mut console);
    assert!(copy.rights.has(Right::DeleteUsers) && !copy.rights.has(Right::ViewUsers));
}

#[test]
fn a_copy_leaves_out_what_the_own_role_does_not_have() {
    let held = [Right::ViewApiKeys, Right::ViewRoles, Right::CreateRoles];
    let mut console = console_of(&held, |_| {});
    console.go("Roles");
    console.find(FULL_ACCESS.0);
    console.keys("c");
    console.expect("What your own role does not have was left out of the copy.");
    console.press(KeyCode::F(2));
    console.expect("“Full Access_2” was saved.");
    let copy = last_role(&mut console);
    let wanted = Rights::from_names(held.map(|right| right.name().to_owned()));
    assert_eq!((copy.rights, copy.web_service), (wanted, false));
}

#[test]
fn assigned_to_lists_who_has_the_role_and_opens_each() {
    let mut console = Console::new();
    console.make_and_store("backup");
    let _ = console.bench.user("carol", AUDITOR);
    open_role(&mut console, AUDITOR);
    turn_to(&mut console, "Assigned");
    console.expect("> User carol");
    console.enter();
    console.expect("Properties: carol");
    console.press(KeyCode::Esc);
    console.press(KeyCode::Down);
    console.enter();
    console.expect("Properties: backup");
    tab(&mut console, 2);
    console.keys(" full\n");
    console.press(KeyCode::F(2));
    console.expect("“backup” was saved.");
    console.expect("[Assigned]");
    console.expect("User carol");
    console.expect_not("backup (ID 1)");
}
