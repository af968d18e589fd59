//! Scroll bars: where there is more, how they are dragged, and what does not move them.

use crossterm::event::MouseEventKind::{Down, Drag, Up};

use keyward::domain::time::SECOND;

use crate::support::console::Console;

/// The help, which is longer than the window.
fn help() -> Console {
    let mut console = Console::new();
    console.keys("?");
    console
}

/// The first line that is on the screen.
#[track_caller]
fn top(console: &Console) -> usize {
    console.scroll_bar().expect("a scroll bar").1.top
}

/// The rows of the window in which the thumb is drawn.
fn thumb(console: &Console) -> Vec<u16> {
    let (bar, _) = console.scroll_bar().expect("a scroll bar");
    let rows = bar.top()..bar.bottom();
    let is_thumb = |y: &u16| console.buffer()[(bar.x, *y)].symbol() == "▐";
    rows.filter(is_thumb).collect()
}

#[test]
fn the_thumb_is_where_what_is_on_the_screen_is() {
    let mut console = help();
    let (bar, extent) = console.scroll_bar().expect("more than fits");
    assert!(extent.has_more());
    let first = thumb(&console);
    assert_eq!(first[0], bar.y);
    console.keys("<End>");
    assert_eq!(thumb(&console).last(), Some(&(bar.bottom() - 1)));
    console.keys("<Home>");
    assert_eq!(thumb(&console), first);
    assert!(
        console.scroll_bar().is_some_and(|(bar, _)| bar.y == 3),
        "beside the lines alone"
    );
    // Where all is on the screen there is none.
    console.resize(120, 200);
    assert_eq!(console.scroll_bar(), None);
}

#[test]
fn a_thumb_is_dragged_as_far_as_the_mouse_goes_and_beside_it_a_click_pages() {
    let mut console = help();
    let (bar, extent) = console.scroll_bar().expect("more than fits");
    let last = extent.lines - extent.height;
    let held = (bar.x, bar.y + 1);
    console.left(Down, held);
    assert_eq!(top(&console), 0, "it is only held");
    console.left(Drag, (bar.x, bar.y + 3));
    let there = top(&console);
    assert!(0 < there && there < last);
    // Beside the bar it is still held, and goes no further than there is any.
    console.left(Drag, (3, bar.bottom() + 40));
    assert_eq!(top(&console), last);
    console.left(Drag, (bar.x, bar.y + 3));
    assert_eq!(top(&console), there);
    console.left(Drag, held);
    assert_eq!(top(&console), 0);
    console.left(Up, (0, 0));
    console.left(Drag, (bar.x, bar.bottom()));
    assert_eq!(top(&console), 0, "it was let go");

    console.click((bar.x, bar.bottom() - 1));
    assert_eq!(top(&console), extent.height.min(last));
    console.click((bar.x, bar.y));
    assert_eq!(top(&console), 0);
}

#[test]
fn a_drag_that_began_elsewhere_moves_nothing() {
    let mut console = help();
    let (bar, _) = console.scroll_bar().expect("more than fits");
    console.left(Down, (bar.x - 9, bar.y + 1));
    console.left(Drag, (bar.x, bar.y + 6));
    assert_eq!(top(&console), 0);
    let frames = console.frames();
    console.left(Drag, (bar.x, bar.y + 7));
    console.left(Up, (bar.x, bar.y + 7));
    assert_eq!(console.frames(), frames, "nothing is drawn for it");
}

#[test]
fn a_drag_ends_when_what_is_dragged_is_no_longer_there() {
    let mut console = help();
    let (bar, _) = console.scroll_bar().expect("more than fits");
    console.left(Down, (bar.x, bar.y));
    console.resize(81, 25);
    console.left(Drag, (bar.x, bar.y + 9));
    assert_eq!(top(&console), 0);

    let mut console = help();
    console.left(Down, (bar.x, bar.y));
    console.keys("<Esc>?");
    console.left(Drag, (bar.x, bar.y + 9));
    assert_eq!(top(&console), 0, "another help in the same place");
    // The wheel lets go, too.
    console.left(Down, (bar.x, bar.y));
    console.wheel(1);
    let there = top(&console);
    console.left(Drag, (bar.x, bar.y + 9));
    assert_eq!(top(&console), there);
}

#[test]
fn a_long_list_is_dragged_to_any_place_and_loads_only_what_is_there() {
    let mut console = Console::new();
    for n in 0..1_000 {
        console.bench.create(&format!("key {n:04}"));
    }
    console.wait(2 * SECOND);
    console.wait(2 * SECOND);
    console.keys("<Home>").expect_selected("key 0000");
    let (bar, extent) = console.scroll_bar().expect("more than fits");
    assert_eq!((extent.lines, extent.top), (1_000, 0));
    let middle = bar.y + bar.height / 2;
    console.left(Down, (bar.x, bar.y));
    console.left(Drag, (bar.x, middle));
    let there = top(&console);
    assert!((400..600).contains(&there), "{there}");
    console.expect_selected(&format!("key {there:04}"));
    assert_eq!(thumb(&console)[0], middle, "the place is known");
    // What is held back is not waited for: of two places the last one counts.
    console.hold = true;
    console.left(Drag, (bar.x, bar.y + 2));
    console.left(Drag, (bar.x, bar.bottom() + 5));
    console.release();
    console.expect("key 0999");
    console.left(Drag, (bar.x, bar.y));
    console.expect_selected("key 0000");
    console.left(Up, (bar.x, bar.y));
    console.keys("<End>").expect_selected("key 0999");
    assert_eq!(top(&console), 1_000 - extent.height);
    // Where all that the filter shows is on the screen there is none.
    console.keys("/0999\n");
    assert_eq!(console.scroll_bar(), None);
}
