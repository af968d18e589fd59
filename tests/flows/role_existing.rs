//! Role Properties of a role that is there: what others change meanwhile, who may change what, copies, Assigned To.

use crate::support::database::{rights, role_draft};
use keyward::domain::id::{AUDITOR, FULL_ACCESS, RoleId};
use keyward::domain::rights::Right;

use crate::role::{console_of, last_role, roles, somebody_changes, tick, turn_to};
use crate::support::console::Console;

/// Opens Properties of an existing role.
fn open_role(console: &mut Console, id: RoleId) {
    console.go("Roles");
    console.find(id.0);
    console.keys("\n");
}

/// A role of these rights.
fn operators(console: &mut Console, rights: &[Right]) -> RoleId {
    console.bench.role(&role_draft("Operators", rights))
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
    console.keys("<F2>y");
    console.says_with("form.saved", &[("name", &"Operators")]);
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
    console.keys("<F2>").says("merge.title");
    console
        .expect("alice  theirs")
        .expect("You    Operators-mine");
    console
        .keys("<Esc>")
        .expect("[!General]")
        .expect("Operators-mine");
    console.says_with(
        "problem.changed",
        &[("who", &"alice"), ("theirs", &"theirs")],
    );
    console.keys("<F2><Right><F2>y");
    console.says_with("form.saved", &[("name", &"Operators-mine")]);
}

#[test]
fn what_changes_is_listed_before_it_is_saved_and_cancel_keeps_the_form() {
    let mut console = Console::new();
    let id = operators(&mut console, &[Right::ViewUsers]);
    open_role(&mut console, id);
    console
        .keys("<F2>")
        .says_with("form.unchanged", &[("name", &"Operators")]);
    console.keys("\n!\tday and night\t\t ");
    turn_to(&mut console, "Users/Keys");
    tick(&mut console, "can view roles");
    tick(&mut console, "can view users");
    let before = roles(&mut console);
    console.keys("<F2>").says("role_change.title");
    for line in [
        "Name: “Operators” becomes “Operators!”",
        "The description changes.",
        "+ Allow Access to Web Service API",
        "+ Can View Roles",
        "- Can View Users",
    ] {
        console.expect(line);
    }
    console.expect_not("PgDn Scroll");
    console.resize(60, 10).expect("PgDn Scroll");
    console.resize(80, 24);
    console.keys("\n").expect("[Users/Keys]");
    assert_eq!(roles(&mut console), before);
    console.keys("<F2>y");
    console.says_with("form.saved", &[("name", &"Operators!")]);
    let now = last_role(&mut console);
    assert_eq!(now.rights, rights(&[Right::ViewRoles]));
    assert!(now.web_service);
}

#[test]
fn a_role_deleted_while_it_is_open_is_told_and_what_was_typed_stays() {
    let mut console = Console::new();
    let id = operators(&mut console, &[]);
    open_role(&mut console, id);
    console.keys("-mine");
    console.by_alice(|service, alice| service.delete_role(alice, id));
    console
        .keys("<F2>")
        .expect("no longer exists: it was deleted");
    console.expect("Operators-mine");
}

#[test]
fn full_access_is_shown_and_cannot_be_changed() {
    let mut console = Console::new();
    open_role(&mut console, FULL_ACCESS);
    console.says_with("trouble.role_immutable", &[("name", &"Full Access")]);
    console.keys("x<F2>");
    console.says_with("role.title_edit", &[("name", &"Full Access")]);
    turn_to(&mut console, "Users/Keys");
    console.expect("(•) Have full control over all Roles and Users");
    console.keys(" ");
    console.expect("(•) Have full control over all Roles and Users");
    console.keys("\n");
    console.expect("(•) Have full control over all Roles and Users");
    turn_to(&mut console, "Other");
    console.says_with("role.ticked", &[("held", &144), ("all", &144)]);
    console.keys(" ");
    console.says_with("role.ticked", &[("held", &144), ("all", &144)]);
    console.keys("<Esc>").says_not("role.title_edit");
}

#[test]
fn who_may_not_edit_roles_sees_one_and_why_it_stays_as_it_is() {
    let mut console = console_of(&[Right::ViewRoles, Right::ViewApiKeys], |_| {});
    let _ = console.bench.user("carol", AUDITOR);
    open_role(&mut console, AUDITOR);
    console.says("right.edit_roles");
    console.expect("[ Close ]");
    turn_to(&mut console, "Assigned");
    console.says_with("role.more", &[("count", &1)]);
    turn_to(&mut console, "Other");
    console.keys(" ");
    console.says_with("role.ticked", &[("held", &22), ("all", &144)]);
    console.keys("/port list").expect("3 found");
}

#[test]
fn nobody_changes_what_the_own_role_allows_but_may_rename_it() {
    let held = [Right::ViewApiKeys, Right::ViewRoles, Right::EditRoles];
    let mut console = console_of(&held, |_| {});
    let own = roles(&mut console).pop().expect("bob's").0;
    open_role(&mut console, own);
    console.says("problem.own_role");
    console.keys("!");
    turn_to(&mut console, "Users/Keys");
    console.keys("<Down> ").says("problem.own_role");
    console.says_with("role.ticked", &[("held", &3), ("all", &12)]);
    console.keys("<F2>y");
    console.says_with("form.saved", &[("name", &"Bob's!")]);
}

#[test]
fn what_a_role_has_already_can_be_taken_and_given_back() {
    let held = [Right::ViewApiKeys, Right::ViewRoles, Right::EditRoles];
    let mut console = console_of(&held, |_| {});
    let id = operators(&mut console, &[Right::DeleteUsers]);
    open_role(&mut console, id);
    turn_to(&mut console, "Users/Keys");
    console.says_with("role.ticked", &[("held", &1), ("all", &12)]);
    tick(&mut console, "can delete users");
    console.says_with("role.ticked", &[("held", &0), ("all", &12)]);
    tick(&mut console, "can delete users");
    console.says_with("role.ticked", &[("held", &1), ("all", &12)]);
    tick(&mut console, "can edit user");
    console.says_with("role.ticked", &[("held", &1), ("all", &12)]);
}

#[test]
fn a_copy_begins_with_a_role_under_another_name() {
    let mut console = Console::new();
    let id = operators(&mut console, &[Right::DeleteUsers]);
    console.go("Roles");
    console.find(id.0);
    console.keys("c").expect("Operators_2");
    console.keys("<F2>");
    console.says_with("form.created", &[("name", &"Operators_2")]);
    let copy = last_role(&mut console);
    assert!(copy.rights.has(Right::DeleteUsers) && !copy.rights.has(Right::ViewUsers));
}

#[test]
fn a_copy_leaves_out_what_the_own_role_does_not_have() {
    let held = [Right::ViewApiKeys, Right::ViewRoles, Right::CreateRoles];
    let mut console = console_of(&held, |_| {});
    console.go("Roles");
    console.find(FULL_ACCESS.0);
    console.keys("c").says("role.cut");
    console.keys("<F2>");
    console.says_with("form.created", &[("name", &"Full Access_2")]);
    let copy = last_role(&mut console);
    assert_eq!((copy.rights, copy.web_service), (rights(&held), false));
}

#[test]
fn assigned_to_lists_who_has_the_role_and_opens_each() {
    let mut console = Console::new();
    console.make_and_store("backup");
    let _ = console.bench.user("carol", AUDITOR);
    open_role(&mut console, AUDITOR);
    turn_to(&mut console, "Assigned");
    console.expect("> User carol");
    console.keys("\n");
    console.says_with("form.title_edit", &[("name", &"carol")]);
    console.keys("<Esc><Down>\n");
    console.says_with("form.title_edit", &[("name", &"backup")]);
    console.keys("\t\t full\n<F2>");
    console.says_with("form.saved", &[("name", &"backup")]);
    console.expect("[Assigned]");
    console.expect("User carol");
    console.expect_not("backup (ID 1)");
}
