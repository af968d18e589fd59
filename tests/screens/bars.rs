//! Scroll bars in every scene.

use crossterm::event::MouseEventKind::{Down, Drag, Up};
use keyward::domain::locale::Locale;

use crate::scenes;

#[test]
fn whatever_has_a_scroll_bar_is_dragged_by_it_to_its_end_and_back() {
    scenes::each(|scene| {
        let mut console = scene.open(Locale::EnUs, |_| {});
        for (width, height) in [(80, 24), (60, 15), (40, 10)] {
            console.resize(width, height);
            let Some((bar, extent)) = console.scroll_bar() else {
                continue;
            };
            let at = bar.y + extent.thumb(bar.height).start;
            console.left(Down, (bar.x, at));
            for (row, top) in [
                (bar.bottom() + 9, extent.lines - extent.height),
                (bar.y.saturating_sub(9), 0),
            ] {
                console.left(Drag, (bar.x, row));
                let (there, now) = console.scroll_bar().expect("the bar");
                assert_eq!((there, now.top), (bar, top), "{} {width}", scene.name);
            }
            console.left(Up, (bar.x, at));
        }
    });
}
