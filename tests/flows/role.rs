//! Role Properties of a role made while a key is: its tabs, boxes and radio buttons, and who may give what.

use keyward::domain::id::{KeyId, RoleId};
use keyward::domain::rights::{Preset, Right, Rights};
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::user::Actor;

use crate::support::console::Console;
use crate::support::database::{Bench, rights, role_draft};

/// Opens New API Key, types a name, and `New...` in its list of roles.
fn open_new_role(console: &mut Console) {
    console.keys("nnightly\t\t new\n");
}

/// The same, and gives the role a name.
fn new_role(console: &mut Console) {
    open_new_role(console);
    console.keys("New Role");
}

/// Goes on to the tab with this title.
pub fn turn_to(console: &mut Console, title: &str) {
    for _ in 0..6 {
        if console.shows(&format!("[{title}]")) {
            return;
        }
        console.keys("<F4>");
    }
    panic!("no tab “{title}”:\n{}", console.screen());
}

/// Ticks the box whose label this is, found by typing it.
pub fn tick(console: &mut Console, label: &str) {
    console.keys("/<Ctrl-U>");
    console.keys(label);
    console.keys("\n /<Esc>");
}

/// The roles of the database, by ID.
pub fn roles(console: &mut Console) -> Vec<(RoleId, RoleFields)> {
    let roles = console.by_alice(|service, alice| service.roles(alice));
    let each = roles.into_iter().map(|role| (role.id, role.fields));
    let mut roles: Vec<_> = each.collect();
    roles.sort_by_key(|(id, _)| *id);
    roles
}

/// The role that was made last.
pub fn last_role(console: &mut Console) -> RoleFields {
    roles(console).pop().expect("a role").1
}

/// Somebody else changes the role while something is open.
pub fn somebody_changes(console: &mut Console, id: RoleId, change: impl FnOnce(&mut RoleDraft)) {
    let now = console.by_alice(|service, alice| service.role_properties(alice, id));
    let mut draft = RoleDraft::from(&now.fields);
    change(&mut draft);
    console.by_alice(|service, alice| service.save_role(alice, id, &now.fields, &draft));
}

/// A console of a user whose role has these rights.
pub fn console_of(rights: &[Right], change: impl FnOnce(&mut RoleDraft)) -> Console {
    let mut bench = Bench::new();
    let actor = user_of(&mut bench, rights, change);
    Console::of(bench, actor, (80, 24))
}

fn user_of(bench: &mut Bench, rights: &[Right], change: impl FnOnce(&mut RoleDraft)) -> Actor {
    let mut draft = role_draft("Bob's", rights);
    change(&mut draft);
    let role = bench.role(&draft);
    bench.user("bob", role)
}

#[test]
fn a_role_made_for_a_key_is_chosen_and_everything_typed_is_still_there() {
    let mut console = Console::new();
    console.keys("nnightly\tfor the backup\t\t\t\t");
    console.keys(" 2027-03-01<Shift-Tab><Shift-Tab><Shift-Tab><Shift-Tab>");
    console.keys(" new\n").says("role.title_new");
    console.keys("<Ctrl-U>Backup operators<F2>");
    console.says_with("form.created", &[("name", &"Backup operators")]);
    console.expect("Backup operators ▼");
    for typed in ["nightly", "for the backup", "2027-03-01"] {
        console.expect(typed);
    }
    console.keys("<F2>");
    let key = console
        .by_alice(|service, alice| service.key_properties(alice, KeyId(1)))
        .key
        .fields;
    let (made, _) = roles(&mut console).pop().expect("a role");
    assert_eq!(key.role, made);
    assert_eq!(key.description, "for the backup");
}

#[test]
fn cancel_in_a_role_made_for_a_key_leaves_the_key_as_it_was() {
    let mut console = Console::new();
    open_new_role(&mut console);
    console.keys("<Esc>").says("form.title_new");
    console.expect("nightly");
    console.expect("Auditor ▼");
    console.keys(" new\ns<Esc>").says("leave.title");
    console.keys("<Esc>").expect("\n Name           s  ");
    console.keys("<Esc>y").expect("Auditor ▼");
    assert_eq!(roles(&mut console).len(), 2);
}

#[test]
fn the_name_suggested_for_a_role_gives_way_to_what_is_typed() {
    let mut console = Console::new();
    console.go("Roles");
    console.keys("n").says("role.title_new");
    console.keys("Policy Reader<F2>");
    assert_eq!(last_role(&mut console).name, "Policy Reader");
    console.keys("c").expect("Policy Reader_2");
    console.keys("<Home>A <F2>");
    assert_eq!(last_role(&mut console).name, "A Policy Reader_2");
    console.keys("\n!<F2>y");
    console.says_with("form.saved", &[("name", &"A Policy Reader_2!")]);
}

#[test]
fn new_is_offered_only_to_those_who_may_create_roles() {
    let keys = [Right::ViewApiKeys, Right::CreateApiKeys];
    let mut console = console_of(&keys, |_| {});
    console.keys("nnightly\t\t new").says("choice.nothing");
    console.expect_not("New...  ");
    let more = [keys[0], keys[1], Right::CreateRoles];
    let mut console = console_of(&more, |_| {});
    open_new_role(&mut console);
    console.expect("[General]");
}

#[test]
fn a_new_role_begins_as_the_originals_and_clashing_names_get_a_number() {
    let mut console = Console::new();
    console.go("Roles");
    console.keys("n");
    console.expect("[x] Allow Access to User Interface");
    console.expect("[ ] Allow Access to Web Service API");
    console.keys("<F2>");
    let new = RoleDraft::default().check().expect("valid");
    assert_eq!(last_role(&mut console), new);
    console.keys("n").expect("New Role_2");
}

#[test]
fn a_role_made_for_a_key_or_user_begins_without_a_name_and_with_the_access_that_it_needs() {
    let mut console = Console::new();
    open_new_role(&mut console);
    console.keys("<F2>").expect("! Enter a name.");
    console.expect("[ ] Allow Access to User Interface");
    console.expect("[x] Allow Access to Web Service API");
    console.keys("For keys<F2>").expect("For keys ▼");
    let made = last_role(&mut console);
    assert!(made.web_service && !made.user_interface);
    assert_eq!(made.rights, Rights::view_only());
    console.keys("<Esc>y");
    console.go("Users");
    console
        .keys("ncarol\t\t new\n")
        .expect("[x] Allow Access to User Interface");
    console.keys("For users<F2>").expect("For users ▼");
    let made = last_role(&mut console);
    assert!(made.user_interface && !made.web_service);
}

#[test]
fn what_follows_from_an_access_or_rights_that_a_role_lacks_is_said() {
    let mut console = Console::new();
    open_new_role(&mut console);
    console
        .says("role.no_user_interface")
        .says_not("role.no_web_service");
    console.keys("\t\t ").says_not("role.no_user_interface");
    console.keys("\t ").says("role.no_web_service");
    console.says_not("role.no_rights");
    let none = role_draft("None", &[]);
    console.bench.role(&none);
    console.keys("<Esc>y<Esc>y");
    console.go("Roles");
    console.keys("/none\n\n").says("role.no_rights");
    turn_to(&mut console, "Users/Keys");
    console.keys("<End> ");
    turn_to(&mut console, "General");
    console.says_not("role.no_rights");
}

#[test]
fn what_is_looked_for_is_looked_for_on_all_tabs_and_the_next_one_is_named() {
    let mut console = Console::new();
    new_role(&mut console);
    turn_to(&mut console, "Computer");
    console
        .keys("/port list")
        .expect("Nothing here; 3 on Other, F4");
    console.keys("<F4>").expect("[Other]");
    console.expect("3 found");
    console.expect_not("Nothing here");
    console.keys("s\n ").expect("[x] Can Create New Port Lists");
    console
        .keys("/<Ctrl-U>view")
        .expect("found; 2 on Computer, F4");
    console.keys("\n<F3>").expect("[Users/Keys]");
    console.expect("3 found; ");
    console
        .keys("<Esc>")
        .says_with("role.ticked", &[("held", &3), ("all", &12)]);
    console
        .keys("<F4>")
        .expect_not("found;")
        .expect("Space Tick");
    console.keys("/nothing like it").says("choice.nothing");
    console.keys("\n").expect("/ Find").expect_not("Space Tick");
}

#[test]
fn only_what_is_ticked_is_shown_until_all_is_asked_for_again() {
    let mut console = Console::new();
    new_role(&mut console);
    turn_to(&mut console, "Users/Keys");
    console
        .keys("t")
        .says_with("role.ticked_only", &[("held", &3), ("all", &12)]);
    console.expect("[x] Can View Users");
    console
        .expect_not("Can Edit User")
        .expect_not("Custom Rights");
    console.keys(" ").expect("[ ] Can View Users");
    console.says_with("role.ticked_only", &[("held", &2), ("all", &12)]);
    turn_to(&mut console, "Policy");
    console.expect_not("Can Create New Policies");
    console.keys("/nothing like it").says("choice.nothing");
    console.keys("<Esc>t").expect("Can Create New Policies");
    turn_to(&mut console, "Users/Keys");
    console.expect("(•) Custom");
    console.keys("t").expect_not("Can View Users");
}

#[test]
fn radio_buttons_set_the_boxes_and_boxes_show_the_radio_button() {
    let mut console = Console::new();
    new_role(&mut console);
    turn_to(&mut console, "Users/Keys");
    console.expect("(•) Custom");
    console.says_with("role.ticked", &[("held", &3), ("all", &12)]);
    for (text, count, limit) in [
        ("Change own password", 0, ' '),
        ("Create and manage Users with", 4, 'x'),
        ("Create and manage Users and API keys", 8, 'x'),
        ("Have full control", 12, ' '),
    ] {
        console.keys(" ").expect(&format!("(•) {text}"));
        console.expect(&format!("{count} of 12 ticked"));
        let bound = "Only Users, API keys and Roles with equal";
        console.expect(&format!("[{limit}] {bound}"));
        console.keys("<Down>");
    }
    console.keys(" ").says("role.choose_boxes");
    console.expect("(•) Have full control");
    console.keys("<Down> ").expect("(•) Custom");
    console.keys(" ").expect("(•) Have full control");
    tick(&mut console, "can delete roles");
    console.keys("<Home>").expect("(•) Custom");
    console.says_with("role.ticked", &[("held", &11), ("all", &12)]);
    console.keys("<F2>");
    let made = last_role(&mut console);
    assert_eq!(Preset::of(&made.rights, made.equal_or_less), Preset::Custom);
    assert!(made.rights.has(Right::EditRoles) && !made.rights.has(Right::DeleteRoles));
}

#[test]
fn a_group_is_ticked_whole_on_its_heading_and_shows_when_it_is_so_in_part() {
    let mut console = Console::new();
    new_role(&mut console);
    turn_to(&mut console, "Policy");
    console.expect("[-] Policies");
    console.keys(" ").expect("[x] Policies");
    console.says_with("role.ticked", &[("held", &5), ("all", &5)]);
    console.keys(" ").expect("[ ] Policies");
    console.says_with("role.ticked", &[("held", &0), ("all", &5)]);
    console.keys("<Down> ").expect("[-] Policies");
    console.says_with("role.ticked", &[("held", &1), ("all", &5)]);
}

#[test]
fn boxes_are_found_by_a_part_of_their_name_and_only_those_shown_are_ticked() {
    let mut console = Console::new();
    new_role(&mut console);
    turn_to(&mut console, "Other");
    console.keys("/port list").expect("3 found");
    console.expect("[ ] Can Create New Port Lists");
    console.expect_not("System Settings");
    console.keys("\n ").expect("[x] Can Create New Port Lists");
    console.expect("[-] Port Lists");
    console.keys("/<Ctrl-U>auto-tag").expect("3 found");
    console.keys("\n<Home> /<Ctrl-U>nothing like it");
    console.says("choice.nothing");
    console.keys("\n <F2>");
    let made = last_role(&mut console).rights;
    let added = made.without(&Rights::view_only());
    let added: Vec<&str> = added.names().collect();
    let wanted = [
        "platformRights.portListRights.canCreateNewPortLists",
        "platformRights.taggingRights.canDeleteAutoTagRules",
        "platformRights.taggingRights.canRunAutoTagRules",
        "platformRights.taggingRights.canUpdateAutoTagRules",
    ];
    assert_eq!(added, wanted);
}

#[test]
fn what_the_own_role_does_not_have_cannot_be_given() {
    let held = [
        Right::ViewApiKeys,
        Right::CreateApiKeys,
        Right::CreateRoles,
        Right::ViewRoles,
    ];
    let mut console = console_of(&held, |_| {});
    new_role(&mut console);
    turn_to(&mut console, "General");
    console.keys("\t\t\t ").says("problem.not_held");
    console.expect("[ ] Allow Access to Web Service API");
    turn_to(&mut console, "Users/Keys");
    console.says_with("role.ticked", &[("held", &2), ("all", &12)]);
    console.keys("<Down><Down><Down> ");
    console.expect("Your own role does not have: Can Create New Users, Can Delete Users,");
    console.says_with("role.ticked", &[("held", &2), ("all", &12)]);
    tick(&mut console, "can edit api key");
    console.says_with("role.ticked", &[("held", &2), ("all", &12)]);
    console.keys("/api keys\n<Home> ");
    console.says_with("role.left_out", &[("count", &2)]);
    console.expect("[x] Can Create New API Keys");
    console.expect(" -  Can Delete API Keys (not yours to give)");
    console.keys("<F2>");
    let rights = last_role(&mut console).rights;
    assert_eq!(rights, self::rights(&[&held[..2], &held[3..]].concat()));
}

#[test]
fn a_right_that_the_own_role_lost_meanwhile_is_a_problem_on_its_tab() {
    let held = [
        Right::ViewApiKeys,
        Right::CreateApiKeys,
        Right::CreateRoles,
        Right::ViewEvents,
    ];
    let mut console = console_of(&held, |_| {});
    new_role(&mut console);
    turn_to(&mut console, "Computer");
    console.says_with("role.ticked", &[("held", &1), ("all", &12)]);
    let own = roles(&mut console).pop().expect("bob's").0;
    somebody_changes(&mut console, own, |draft| {
        draft.rights.remove(Right::ViewEvents.name());
    });
    turn_to(&mut console, "Other");
    console.keys("<F2>").expect("[!Computer]");
    console.expect("! Your own role does not have: Can View Events and Alerts Not Related to");
    tick(&mut console, "can view events");
    console.expect("[Computer]");
    console.keys("<F2>");
    console.says_with("form.created", &[("name", &"New Role")]);
}

#[test]
fn who_is_bound_to_equal_or_less_access_cannot_free_a_role_from_it() {
    let held = [
        Right::ViewApiKeys,
        Right::CreateApiKeys,
        Right::ViewRoles,
        Right::CreateRoles,
    ];
    let mut console = console_of(&held, |draft| draft.equal_or_less = true);
    new_role(&mut console);
    turn_to(&mut console, "Users/Keys");
    tick(&mut console, "can create new api");
    console.keys("/create<Esc><Home>");
    console.expect("[ ] Only Users, API keys and Roles");
    console.keys("<F2>");
    console.expect("! Your own role is limited to equal or less access.");
    console.expect("[!Users/Keys]");
    console.keys("<Down><Down><Down><Down><Down> ");
    console.expect("[x] Only Users, API keys and Roles");
    console.keys(" ").says("problem.bound");
    console.expect("[x] Only Users, API keys and Roles");
    console.keys("<F2>");
    assert!(last_role(&mut console).equal_or_less);
}

#[test]
fn a_refused_name_is_a_problem_beside_its_field_and_on_its_tab() {
    let mut console = Console::new();
    new_role(&mut console);
    console.keys("<Ctrl-U>full ACCESS");
    turn_to(&mut console, "Other");
    console.keys("<F2>").expect("[!General]");
    console.expect("! Another role already has the name “Full Access”.");
    console.keys("<Ctrl-U>").expect_not("[!General]");
    console.keys("<F2>").expect("! Enter a name.");
    console.keys("Operators<F2>").expect("Operators ▼");
}

#[test]
fn a_secret_never_enters_a_role() {
    let mut console = Console::new();
    let secret = console.make_and_store("first");
    new_role(&mut console);
    for _ in 0..2 {
        console.paste(&secret).says("problem.secret");
        console.burst(&secret).expect_not(&secret[3..20]);
        console.keys("\t");
    }
    turn_to(&mut console, "Other");
    console.keys("/");
    console.paste(&secret).says("problem.secret");
    console.expect_not(&secret[3..20]);
}

#[test]
fn every_part_is_reached_by_tab_and_by_the_arrows() {
    let mut console = Console::new();
    new_role(&mut console);
    console.keys("\t\t\t\t\t");
    let ok = console.cursor();
    console.keys("\t\t");
    let tab = console.find_text("[General]");
    let on_tab = (tab.0 + 1, tab.1);
    assert_eq!(console.cursor(), on_tab, "on the tabs after the buttons");
    console.keys("<Right>").expect("[Computer]");
    console.keys("<Left><Left>").expect("[Assigned]");
    console.keys("<Right><Down><Down><Down><Down><Down><Down><Down><Down>");
    assert_eq!(console.cursor(), ok, "below the last field are the buttons");
    console.keys("<Right>");
    assert!(console.cursor().0 > ok.0);
    console.keys("<F3>").expect("[Assigned]");
    console.says("role.nobody");
}
