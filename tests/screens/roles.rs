//! Role Properties: every tab, and what becomes of it in other hands and other windows.

use crossterm::event::KeyCode;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, RoleId};
use keyward::domain::rights::{Right, Rights};
use keyward::domain::role::RoleDraft;

use crate::support::console::Console;
use crate::support::database::Bench;
use crate::{demo, pictures};

/// Opens Properties of an existing role in the demo.
fn opened(id: RoleId) -> Console {
    let mut console = demo();
    open(&mut console, id);
    console
}

fn open(console: &mut Console, id: RoleId) {
    console.go("Roles");
    console.find(id.0);
    console.enter();
}

/// Shows the tab that is so many behind the first.
fn turn(console: &mut Console, tabs: usize) {
    for _ in 0..tabs {
        console.press(KeyCode::F(4));
    }
}

#[test]
fn general() {
    pictures("role_general", &mut opened(AUDITOR));
}

#[test]
fn computer_rights() {
    let mut console = opened(AUDITOR);
    turn(&mut console, 1);
    pictures("role_computer", &mut console);
}

#[test]
fn policy_rights() {
    let mut console = opened(AUDITOR);
    turn(&mut console, 2);
    pictures("role_policy", &mut console);
}

#[test]
fn user_and_api_key_rights() {
    let mut console = opened(AUDITOR);
    turn(&mut console, 3);
    pictures("role_user", &mut console);
}

#[test]
fn user_and_api_key_rights_scrolled_to_the_boxes() {
    let mut console = opened(AUDITOR);
    turn(&mut console, 3);
    console.press(KeyCode::End);
    pictures("role_user_end", &mut console);
}

#[test]
fn other_rights() {
    let mut console = opened(AUDITOR);
    turn(&mut console, 4);
    pictures("role_other", &mut console);
}

#[test]
fn other_rights_searched() {
    let mut console = opened(AUDITOR);
    turn(&mut console, 4);
    console.keys("/port list");
    pictures("role_find", &mut console);
}

#[test]
fn assigned_to() {
    let mut console = opened(AUDITOR);
    turn(&mut console, 5);
    console.press(KeyCode::PageDown);
    pictures("role_assigned", &mut console);
}

#[test]
fn the_tabs_with_the_focus() {
    let mut console = opened(AUDITOR);
    turn(&mut console, 3);
    console.press(KeyCode::BackTab);
    pictures("role_tabs", &mut console);
}

#[test]
fn a_role_that_cannot_be_changed() {
    let mut console = opened(FULL_ACCESS);
    pictures("role_full_access", &mut console);
    turn(&mut console, 3);
    pictures("role_full_access_user", &mut console);
}

#[test]
fn a_role_with_a_japanese_name() {
    let mut console = demo();
    let alice = console.bench.alice.clone();
    let draft = RoleDraft {
        name: "夜間監査担当者（東京データセンター）".to_owned(),
        description: "月次の監査レポートを作成する\n担当: ｶﾞｲﾄﾞ、カ\u{3099}イト\u{3099}".to_owned(),
        ..RoleDraft::default()
    };
    let made = console.bench.service.create_role(&alice, &draft);
    open(&mut console, made.expect("a role"));
    pictures("role_japanese", &mut console);
}

#[test]
fn a_new_role_for_a_key_with_a_problem() {
    let mut console = demo();
    console.keys("n");
    console.press(KeyCode::Tab);
    console.press(KeyCode::Tab);
    console.keys(" new");
    pictures("choice_role", &mut console);
    console.enter();
    console.ctrl('u');
    console.keys("auditor");
    turn(&mut console, 3);
    console.press(KeyCode::F(2));
    pictures("role_problem", &mut console);
}

#[test]
fn rights_that_are_not_the_actors_to_give() {
    let (mut bench, _) = Bench::demo(keyward::service::demo::FULL_ACCESS_USER);
    let held = [Right::ViewApiKeys, Right::ViewRoles, Right::EditRoles];
    let draft = RoleDraft {
        name: "Role editors".to_owned(),
        rights: Rights::from_names(held.map(|right| right.name().to_owned())),
        equal_or_less: false,
        ..RoleDraft::default()
    };
    let alice = bench.alice.clone();
    let role = bench.service.create_role(&alice, &draft).expect("a role");
    let editor = bench.user("editor", role);
    let mut console = Console::of(bench, editor, (80, 24));
    open(&mut console, AUDITOR);
    turn(&mut console, 1);
    for _ in 0..3 {
        console.press(KeyCode::Down);
    }
    console.keys(" ");
    pictures("role_not_yours", &mut console);
}
