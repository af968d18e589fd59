//! Copying from a list: what is sent, where it is said to have gone, and that it stays.

use keyward::domain::clipboard::ClipboardWay;
use keyward::domain::trouble::Trouble;
use keyward::ui::app::Effect;

use crate::support::console::Console;

#[test]
fn the_id_the_name_and_a_request_without_the_secret_are_copied() {
    let mut console = Console::with_keys(&["backup", "deploy"]);
    console.keys("jY\n").says("secret.sent_osc52");
    console.keys("Y<Down>\n").keys("Yheader\n");
    console.expect("No matches");
    console.keys("<Ctrl-U>api\n");
    let request = "curl -H 'api-secret-key: <secret>' -H 'api-version: v1' https://HOST/api/";
    assert_eq!(console.clipboard(), ["2", "deploy", request]);
    let sent = |effect: &Effect| matches!(effect, Effect::Copy(ClipboardWay::Osc52, _));
    assert_eq!(console.effects.iter().filter(|one| sent(one)).count(), 3);
}

#[test]
fn what_was_copied_from_a_list_is_not_taken_back() {
    let mut console = Console::with_keys(&["backup"]);
    console.clipboard_answers(Ok(ClipboardWay::Native));
    console.keys("Y\n").says("copy.sent_native");
    assert_eq!(console.held(), None);
}

#[test]
fn where_nothing_can_be_copied_that_is_said() {
    let mut console = Console::new();
    console.keys("Y").says_with("list.empty", &[("key", &"n")]);
    console.make_and_store("backup");
    console.clipboard_answers(Err(Trouble::ClipboardOff));
    console.keys("Y\n").says("trouble.clipboard_off");
    assert!(console.clipboard().is_empty());
}

#[test]
fn users_roles_and_events_have_what_can_be_copied_too() {
    let mut console = Console::new();
    console.go("Users").keys("Y<Down>\n");
    console.go("Roles").keys("Y\n");
    console.go("System Events").keys("Y<Down>\n");
    console.keys("Yname\n");
    assert_eq!(console.clipboard(), ["alice", "2", "user:1", "alice"]);
}
