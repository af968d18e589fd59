//! Lock Out and Unlock: two keys, none of which does the opposite of what it did a moment ago.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::time::{MINUTE, SECOND};
use keyward::domain::verdict::Refused;

use crate::support::console::Console;
use crate::support::database::raw;

#[test]
fn the_key_that_locks_never_unlocks_and_says_who_locked_and_when() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("lyl");
    console.expect("“backup” is locked out already: alice did it at 2026-11-22 16:00:");
    console.keys("y");
    assert_eq!(console.refusal(&secret), Some(Refused::LockedOut));
    console.wait(MINUTE);
    console.keys("uy");
    assert!(console.works(&secret));
    console.keys("u");
    console.says_with("list.not_locked", &[("name", &"backup")]);
    console.keys("y");
    assert!(console.works(&secret));
    console.keys("lyl");
    console.expect("alice did it at 2026-11-22 16:01");
}

#[test]
fn a_click_on_lock_says_who_locked_too() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("ly");
    console.click_on("(Lock)");
    console.expect("“backup” is locked out already: alice did it");
    console.click_on("u Unlock").says("confirm.unlock");
}

#[test]
fn where_no_event_tells_of_the_lock_only_that_it_is_locked_is_said() {
    let mut console = Console::new();
    console.make_and_store("backup");
    let behind = raw(&console.bench.place);
    let set = |locked: bool| behind.execute("UPDATE api_keys SET locked_out = ?1", [locked]);
    set(true).expect("locked");
    console.wait(2 * SECOND);
    console.keys("l");
    console.says_with("list.locked_already", &[("name", &"backup")]);
    // Nor does an event that was taken back since.
    console.keys("uyly");
    set(false).expect("unlocked");
    console.wait(2 * SECOND);
    console.keys("u");
    console.says_with("list.not_locked", &[("name", &"backup")]);
}

#[test]
fn what_was_done_is_told_with_the_name_that_was_asked_about() {
    let mut console = Console::new();
    let id = Console::id_of(&console.make_and_store("backup"));
    console.keys("/backup\nl");
    console.expect("“backup” (ID 1) will be locked out at once");
    let mut other = console.bench.beside();
    let before = other.by_alice(|service, alice| service.key_properties(alice, id));
    let mut renamed = ApiKeyDraft::from(&before.fields);
    renamed.name = "nightly".to_owned();
    other.by_alice(|service, alice| service.save_key(alice, id, &before.fields, &renamed));
    console.wait(2 * SECOND);
    console.keys("y").expect("“backup” is locked out:");
}
