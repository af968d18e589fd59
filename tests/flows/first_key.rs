//! The main job: a key, its secret, its life.

use keyward::domain::time::SECOND;
use keyward::domain::verdict::Refused;
use keyward::store::Place;

use crate::support::console::Console;
use crate::support::database::{Bench, on_disk};

#[test]
fn the_empty_list_says_how_to_begin() {
    let console = Console::new();
    console.says_with("list.empty", &[("key", &"n")]);
    console.expect("alice (Full Access)");
}

#[test]
fn a_key_is_made_its_secret_stored_and_the_key_is_in_the_list() {
    let mut console = Console::new();
    console.keys("n").says("form.title_new").expect("Auditor");
    console.keys("backup<F2>");
    let secret = console.secret();
    assert!(secret.starts_with("1:"), "{}", console.screen());
    console.keys("c");
    assert_eq!(console.clipboard().join("\n"), secret);
    console.expect("Sent to your terminal's clipboard (OSC 52). Press p and paste to check.");
    assert_eq!(console.refusal(&secret), Some(Refused::NotDelivered));
    console.keys("a\n");
    console.says_with("secret.delivered", &[("name", &"backup")]);
    console.expect_selected("backup");
    assert!(console.works(&secret));
    console.expect_not(&secret);
}

#[test]
fn a_key_is_locked_out_and_unlocked_after_a_confirmation() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("l");
    console.expect("denied permission to authenticate");
    console.keys("\n");
    assert!(console.works(&secret), "Cancel has the focus");
    console.keys("ly");
    assert_eq!(console.refusal(&secret), Some(Refused::LockedOut));
    console.expect_selected("Locked Out");
    console.keys("uy");
    assert!(console.works(&secret));
}

#[test]
fn the_vendors_way_to_lock_out_works_too() {
    let mut console = Console::new();
    let secret = console.make_and_store("backup");
    console.keys("\n");
    console.expect("[ ] Locked Out (Denied permission to authenticate)");
    console.keys("<Shift-Tab><Shift-Tab><Shift-Tab> ");
    console.expect("[x] Locked Out (Denied permission to authenticate)");
    console.keys("<F2>");
    console.says_with("form.saved_locked", &[("name", &"backup")]);
    assert_eq!(console.refusal(&secret), Some(Refused::LockedOut));
    console
        .keys("\n<F2>")
        .says_with("form.unchanged", &[("name", &"backup")]);
    console.keys("\n<Shift-Tab><Shift-Tab><Shift-Tab><Shift-Tab> <F2>");
    console.says_with("form.saved_unlocked", &[("name", &"backup")]);
    assert!(console.works(&secret));
}

#[test]
fn a_new_secret_replaces_the_old_one_with_the_overlap_that_was_chosen() {
    let mut console = Console::new();
    let old = console.make_and_store("backup");
    console.keys("s").says("new_secret.question");
    console.keys("<F2>").expect_not("api-secret-key");
    console.keys("<Down>\n").expect("(•) 1 hour");
    console.keys("\n");
    let new = console.secret();
    assert_ne!(new, old);
    assert!(console.works(&old));
    assert_eq!(console.refusal(&new), Some(Refused::NotDelivered));
    console.keys("a\n");
    assert!(console.works(&old));
    assert!(console.works(&new));
    console.expect_selected("Active, old 1 h");
    console.keys("\n").expect("Active, old until 22 Nov 17:00");
    console.keys("<Esc>ly").expect_selected("Locked Out");
    console.keys("uy").expect_selected("Active, old 1 h");
    console
        .keys("x")
        .expect("which works until 2026-11-22 17:00");
    console.expect("The previous secret was last used");
    console.keys("y");
    assert_eq!(console.refusal(&old), Some(Refused::Replaced));
    console.expect_selected("Active   ");
}

#[test]
fn a_deleted_key_stops_at_once_and_its_row_stays_until_the_cursor_leaves_it() {
    let mut console = Console::new();
    console.make_and_store("alpha");
    let secret = console.make_and_store("beta");
    console.keys("dy");
    assert_eq!(console.refusal(&secret), Some(Refused::Deleted));
    console.expect_selected("Deleted");
    console.keys("<Up>").expect_not("beta   ");
    console.says_with("list.hides", &[("shown", &1), ("all", &2)]);
}

#[test]
fn an_auditor_sees_everything_and_can_change_nothing() {
    let mut console = Console::new();
    console.make_and_store("backup");
    let bench = console.bench;
    let auditor = bench.user("paula", keyward::domain::id::AUDITOR);
    let mut console = Console::of(bench, auditor, (80, 24));
    console.expect("backup");
    console.expect("(New...)");
    console.keys("n").says("right.create_api_keys");
    console.keys("s").says("right.edit_api_keys");
    console.keys("d").says("right.delete_api_keys");
    console.keys("\n");
    console.says_with("form.title_edit", &[("name", &"backup")]);
    console.expect("[ Close ]");
    console.keys("zzz<F2>");
    console.says_with("form.title_edit", &[("name", &"backup")]);
    console.keys("\n");
    console.says_not("form.title_edit");
}

#[test]
fn a_secret_delivered_to_a_locked_key_is_not_said_to_work() {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.keys("lys\n\n");
    let new = console.secret();
    console.expect("it will not authenticate: the key's state is Locked Out.");
    console.keys("a\n");
    console.expect("it does not authenticate: the key's state is Locked Out.");
    assert_eq!(console.refusal(&new), Some(Refused::LockedOut));
}

#[test]
fn keys_typed_ahead_do_not_take_a_failure_away_unread() {
    let mut console = Console::new();
    console.make_and_store("first");
    console.keys("nbackup");
    console.fill_disk();
    console.hold = true;
    console.keys("<F2>");
    console.burst("zzz");
    console.release();
    console.says("trouble.full");
    console.expect("backup ");
}

#[test]
fn a_database_that_was_removed_takes_no_more_changes() {
    let (_directory, path) = on_disk();
    let mut console = Console::on(Bench::on(Place::File(path.clone())));
    console.make_and_store("first");
    console.expect("works now.");
    std::fs::rename(&path, path.with_extension("away")).expect("moved");
    console.wait(SECOND).expect_not("works now.");
    std::fs::rename(path.with_extension("away"), &path).expect("moved back");
    console.wait(SECOND);
    console.keys("nbackup");
    std::fs::remove_file(&path).expect("removed");
    console.wait(SECOND).says("trouble.moved");
    console.keys("<F2>").says("trouble.moved").expect("backup ");
    std::fs::write(&path, "").expect("another file");
    console.keys("<F2>").says("trouble.moved").expect("backup ");
}
