//! The key that has the whole screen drawn again works everywhere, and does nothing else.

use keyward::domain::locale::Locale;
use keyward::ui::app::Effect;

use crate::scenes::{self, Seed};
use crate::support::console::Console;

#[test]
fn the_screen_can_be_drawn_anew_wherever_one_is() {
    scenes::each(|scene| {
        let mut console = scene.open(Locale::EnUs, |_| {});
        let before = console.screen();
        expect_anew(&mut console);
        // There any key says that somebody is there.
        if scene.seed != Seed::Idle {
            assert_eq!(console.screen(), before);
        }
    });
    let mut console = Seed::Empty.console(Locale::EnUs, |_| {});
    console.resize(30, 5);
    expect_anew(&mut console);
}

#[track_caller]
fn expect_anew(console: &mut Console) {
    console.effects.clear();
    console.keys("<Ctrl-L>");
    let mut all = console.effects.iter();
    assert!(all.any(|effect| matches!(effect, Effect::Anew)));
}
