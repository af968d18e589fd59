//! The services that a role's keys open: typed in Role Properties, told in the list, the preview and the question.

use keyward::domain::id::{KeyId, RoleId};
use keyward::domain::rights::Right;

use crate::role::{console_of, last_role, somebody_changes};
use crate::support::console::Console;
use crate::support::database::{draft, role_draft};

/// A role for keys that opens these services.
fn operators(console: &mut Console, services: &str) -> RoleId {
    let mut draft = role_draft("Operators", &[Right::ViewUsers]);
    (draft.user_interface, draft.web_service) = (false, true);
    services.clone_into(&mut draft.services);
    console.bench.role(&draft)
}

/// Opens Properties of a role, with the focus on its services.
fn to_services(console: &mut Console, id: RoleId) {
    console.go("Roles");
    console.find(id.0);
    console.keys("\n\t\t\t\t");
}

/// A key with this role, whose secret works.
fn key(console: &mut Console, name: &str, role: RoleId) -> KeyId {
    let mut draft = draft(name);
    draft.role = role;
    let made = console.by_alice(|service, alice| service.create_key(alice, &draft));
    console.bench.deliver(&made, None);
    made.key
}

#[test]
fn services_are_typed_in_any_order_and_told_in_the_list_and_the_preview() {
    let mut console = Console::new();
    let id = operators(&mut console, "");
    to_services(&mut console, id);
    console.says("hint.services");
    console.keys("crm billing,crm<F2>");
    console.expect("Only Services: from (all) to billing, crm");
    console.keys("y");
    assert_eq!(last_role(&mut console).services, "billing, crm");
    console.expect("API, only billing, crm");
    console.resize(120, 40);
    console.rest().expect("Services      only billing, crm");
}

#[test]
fn a_role_that_is_limited_says_so_where_its_services_have_no_room() {
    let mut console = Console::new();
    let id = operators(&mut console, "accounting, billing, crm, helpdesk, wiki");
    somebody_changes(&mut console, id, |draft| draft.user_interface = true);
    console.go("Roles");
    console.find(id.0);
    console.resize(80, 24);
    console.expect("User Interface, API, limited");
}

#[test]
fn what_is_no_name_of_a_service_is_told_beside_the_field_and_stays_there() {
    let mut console = Console::new();
    let id = operators(&mut console, "");
    to_services(&mut console, id);
    console.keys("crm-");
    console.expect_not("! ");
    console.keys(", Billing");
    console.says_with("problem.service_name", &[("name", &"crm-")]);
    console.keys("<F2>").expect("crm-, Billing");
    assert_eq!(last_role(&mut console).services, "");
    console.keys("<Ctrl-U>crm<F2>y");
    assert_eq!(last_role(&mut console).services, "crm");
}

#[test]
fn a_role_that_opens_less_asks_first_and_names_the_keys() {
    let mut console = Console::new();
    let id = operators(&mut console, "billing, crm");
    for name in ["alpha", "beta"] {
        key(&mut console, name, id);
    }
    to_services(&mut console, id);
    console.keys("<Ctrl-U>billing<F2>");
    console.expect("API keys that will no longer open some services: 2 (“alpha”,");
    console.expect("Only Services: from billing, crm to billing");
    console.keys("y");
    console
        .keys("\n\t\t\t\t<Ctrl-U><F2>")
        .says("role_change.title");
    console.expect_not("no longer open");
    console.keys("y");
    assert_eq!(last_role(&mut console).services, "");
}

#[test]
fn services_that_somebody_else_changed_too_show_both_and_lose_nothing() {
    let mut console = Console::new();
    let id = operators(&mut console, "billing");
    to_services(&mut console, id);
    console.keys(", crm");
    somebody_changes(&mut console, id, |draft| draft.services = "wiki".to_owned());
    console.keys("<F2>").says("merge.title");
    console.expect("alice  wiki").expect("You    billing, crm");
    console.keys("<Left><F2>");
    console.says_with("form.unchanged", &[("name", &"Operators")]);
    assert_eq!(last_role(&mut console).services, "wiki");
}

#[test]
fn who_may_not_edit_a_role_reads_all_of_its_services() {
    let services: Vec<String> = (10..40).map(|n| format!("service-{n}")).collect();
    let list = services.join(", ");
    let mut console = console_of(&[Right::ViewRoles, Right::ViewApiKeys], |_| {});
    let id = operators(&mut console, &list);
    console.go("Roles");
    console.find(id.0);
    console.keys("\n");
    console.resize(120, 40);
    for service in ["service-10", "service-39"] {
        console.expect(service);
    }
    console.keys("<Esc>").expect_not("Only Services");
}

#[test]
fn nobody_changes_the_services_of_the_own_role() {
    let mut console = console_of(&[Right::ViewRoles, Right::EditRoles], |_| {});
    console.go("Roles");
    console.keys("/Bob\n\n").says("problem.own_role");
    // From the description on, the next that has the focus is OK.
    console.keys("\t\t\n");
    console.says_with("form.unchanged", &[("name", &"Bob's")]);
}
