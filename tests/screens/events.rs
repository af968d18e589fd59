//! The System Events screen, its filters and the details of an event.

use crossterm::event::KeyCode;

use crate::support::console::Console;
use crate::{demo, pictures};

fn events() -> Console {
    let mut console = demo();
    console.go("System Events");
    console
}

#[test]
fn the_trail() {
    pictures("events", &mut events());
}

#[test]
fn the_trail_filtered() {
    let mut console = events();
    console.keys("lerror\n");
    console.keys("/cron");
    console.enter();
    pictures("events_filtered", &mut console);
}

#[test]
fn the_details_of_a_change() {
    let mut console = events();
    console.keys("/updated");
    console.enter();
    console.enter();
    pictures("event_details", &mut console);
}

#[test]
fn the_end_of_long_details() {
    let mut console = events();
    console.keys("/role-created");
    console.enter();
    console.enter();
    console.press(KeyCode::End);
    pictures("event_details_end", &mut console);
}

#[test]
fn the_choice_of_an_event() {
    let mut console = events();
    console.keys("f");
    pictures("choice_event", &mut console);
}

#[test]
fn the_entry_of_a_time() {
    let mut console = events();
    console.keys("dlast week\n");
    pictures("event_time", &mut console);
}
