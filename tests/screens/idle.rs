//! Pictures of what comes where nobody is at the keys, and of a console that writes no files.

use keyward::domain::time::MINUTE;

use crate::pictures;
use crate::support::console::Console;
use crate::support::database::{Bench, in_memory};

fn console(files: bool) -> Console {
    let bench = Bench::new(in_memory());
    let alice = bench.alice.clone();
    Console::set(bench, alice, (80, 24), |setting| {
        setting.settings.idle_minutes = 15;
        setting.files = files;
    })
}

#[test]
fn the_countdown_over_a_form_with_something_typed() {
    let mut console = console(true);
    console.keys("n");
    console.keys("backup");
    console.wait(15 * MINUTE);
    console.wait(18_000);
    pictures("countdown", &mut console);
}

#[test]
fn a_secret_that_was_hidden_because_nobody_was_there() {
    let mut console = console(true);
    console.make("backup");
    console.wait(15 * MINUTE);
    pictures("secret_nobody", &mut console);
}

#[test]
fn a_secret_that_is_not_saved_to_a_file() {
    let mut console = console(false);
    console.make("backup");
    console.keys("w");
    pictures("secret_no_files", &mut console);
}
