//! Reads that fail: what could not be read is said as long as it is so, and nothing is concluded from it.

use keyward::domain::id::AUDITOR;
use keyward::domain::time::SECOND;
use keyward::domain::trouble::{Fault, Trouble};

use crate::support::console::Console;
use crate::support::database::Bench;

const WHY: &str = "The database is in use by another process.";
const AGAIN: &str = "read it again every second.";

fn busy() -> Trouble {
    Trouble::Storage(Fault::Busy)
}

/// A key that was read before nothing could be read any more.
fn with_a_key() -> Console {
    let mut console = Console::new();
    console.make_and_store("backup");
    console.wait(2 * SECOND);
    console.unreadable = Some(busy());
    console
}

#[test]
fn a_list_that_could_not_be_read_is_not_an_empty_one() {
    let mut bench = Bench::new();
    bench.delivered("backup");
    for screen in ["Users", "Roles", "System Events"] {
        let mut console = Console::on(bench.beside());
        console.unreadable = Some(busy());
        console.go(screen);
        for _ in 0..2 {
            console.says("list.unread");
            console.expect(WHY);
            console.expect(AGAIN);
            for concluded in ["yet", "No matches", "shown,", "0 shown"] {
                console.expect_not(concluded);
            }
            console.keys("j");
            console.wait(SECOND);
        }
        console.unreadable = None;
        console.wait(SECOND).expect_not("could not be read");
        console.expect_not(AGAIN);
        console.expect("shown");
    }
}

#[test]
fn an_empty_list_that_cannot_be_read_any_more_is_not_said_to_be_empty() {
    let mut console = Console::new();
    console.says("list.empty_read_only");
    console.unreadable = Some(busy());
    console.keys("/x").says("list.unread");
    console.keys("<Esc>").says_not("list.empty_read_only");
    console.unreadable = None;
    console.wait(SECOND).says("list.empty_read_only");
}

#[test]
fn rows_that_cannot_be_read_again_are_said_to_be_old_and_are_not_counted() {
    let mut console = with_a_key();
    console.bench.delivered("other");
    console.unreadable = None;
    console.wait(SECOND).expect("2 shown");
    console.unreadable = Some(busy());
    console.keys("l").expect(WHY);
    console.wait(SECOND).expect(AGAIN).expect_not("2 shown");
    console.keys("j").expect(AGAIN);
    console.unreadable = None;
    console.wait(SECOND).expect_not(AGAIN).expect("2 shown");
}

#[test]
fn a_filter_whose_rows_cannot_be_read_shows_none_of_another() {
    let mut console = with_a_key();
    console.keys("/zzz").says("list.unread");
    console.expect_not("backup  ");
    console.says_not("choice.nothing");
    console.unreadable = None;
    console.wait(SECOND).says("choice.nothing");
    console.keys("<Ctrl-U>").expect("> backup");
}

#[test]
fn no_dialog_opens_on_what_could_not_be_read() {
    let mut console = with_a_key();
    for key in ["l", "d", "s", "n", "\n"] {
        console.keys(key).expect(WHY).expect_not("Cancel ]");
        console.keys("<Esc>");
    }
    console.go("System Events");
    console.keys("p").expect_not("Everybody");
}

#[test]
fn who_has_a_role_is_said_to_be_old_where_it_cannot_be_read_again() {
    let mut console = Console::new();
    console.bench.user("bob", AUDITOR);
    console.go("Roles");
    console.keys("\n<F3>").expect("User bob");
    console.wait(SECOND);
    console.unreadable = Some(busy());
    console.wait(SECOND).expect(AGAIN);
    console.unreadable = None;
    console.wait(SECOND).expect_not(AGAIN);
}
