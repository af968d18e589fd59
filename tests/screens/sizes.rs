//! Every screen and dialog in windows of every size, and what is typed while the size changes.

use keyward::domain::id::KeyId;
use keyward::domain::locale::Locale;

use crate::scenes::{self, Seed};
use crate::support::console::{Console, SIZES};

fn demo(language: Locale) -> Console {
    Seed::Demo.console(language, |_| {})
}

#[test]
fn nothing_breaks_in_any_window_and_the_cursor_is_in_it() {
    scenes::each(|scene| {
        let mut console = scene.open(Locale::JaJp, |_| {});
        // From wide to narrow and back, by steps that meet odd and even columns.
        let down = (1..=125).rev().step_by(11);
        let up = (38..=45).step_by(3);
        let down = down.map(|columns| (columns, 1 + columns / 3));
        for size in down
            .chain(up.map(|columns| (columns, columns - 30)))
            .chain(SIZES)
        {
            console.resize(size.0, size.1);
            console.expect_whole_characters();
            let (x, y) = console.cursor();
            let inside = x < size.0 && y < size.1;
            assert!(inside, "{}: {x},{y} in {size:?}", scene.name);
        }
    });
}

#[test]
fn a_half_filled_form_keeps_what_was_typed_and_shows_the_field_with_the_focus() {
    let mut console = demo(Locale::EnUs);
    console.keys("nhalf filled\tfirst\nsecond\nthird\nfourth");
    let sizes = [
        (60, 15),
        (40, 10),
        (39, 9),
        (5, 2),
        (1, 1),
        (40, 10),
        (120, 40),
    ];
    for size in sizes {
        console.resize(size.0, size.1);
        if size.0 >= 40 {
            console.expect("fourth");
        }
        console.keys(if size.0 >= 40 {
            "x"
        } else {
            "lost, for nothing is seen"
        });
    }
    console.keys("<F2>a\n");
    let made = console.by_alice(|service, alice| service.key_properties(alice, KeyId(42)));
    assert_eq!(made.key.fields.name, "half filled");
    assert_eq!(
        made.key.fields.description,
        "first\nsecond\nthird\nfourthxxxx"
    );
}

#[test]
fn a_text_is_entered_in_a_line_of_its_own_however_many_words_there_are() {
    for locale in Locale::ALL {
        for typed in ["7q", &"long".repeat(60)] {
            for (width, height) in [(40, 10), (40, 11), (60, 15)] {
                let mut console = demo(locale);
                console.resize(width, height);
                console.keys(&format!("tG\nd{typed}\n"));
                let screen = console.screen();
                // The line above the lower edge, which has the footer or the list below it.
                let mut lines = screen.lines().rev();
                lines.find(|line| line.contains('╯'));
                let field = lines.next().expect("a line");
                let field = field.split('│').nth_back(1).expect("in a box");
                let end = &typed[typed.len() - 2..];
                let field = field.trim();
                assert!(
                    field.ends_with(end) && typed.contains(field),
                    "{width}x{height}:\n{screen}"
                );
            }
        }
    }
}
