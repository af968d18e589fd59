//! Colours and attributes, and the shortest way from one of them to another.

use ratatui::style::{Color, Modifier};

use crate::ui::terminal::screen::short::Short;

/// What is to be seen of these on a cell without a character, beside its background.
pub(super) const ON_BLANKS: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::CROSSED_OUT);

/// The attributes, each with the numbers that turn it on and off (ECMA-48, SGR).
const ATTRIBUTES: [(Modifier, u8, u8); 9] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::SLOW_BLINK, 5, 25),
    (Modifier::RAPID_BLINK, 6, 25),
    (Modifier::REVERSED, 7, 27),
    (Modifier::HIDDEN, 8, 28),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// How a cell looks, beside its character. The default is the terminal's own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) struct Style {
    pub fg: Color,
    pub bg: Color,
    pub modifiers: Modifier,
}

impl Style {
    /// The terminal's own.
    pub const PLAIN: Style = Style {
        fg: Color::Reset,
        bg: Color::Reset,
        modifiers: Modifier::empty(),
    };

    /// The same on a cell without a character, where less of it is to be seen.
    pub fn on_blank(self) -> Style {
        if self.modifiers.intersects(ON_BLANKS) {
            return self;
        }
        Style {
            bg: self.bg,
            ..Style::default()
        }
    }

    /// The shortest sequence after which a terminal writes in this style; nothing if it does already.
    pub fn after(self, before: Option<Style>) -> Short {
        if before == Some(self) {
            return Short::new();
        }
        let anew = self.anew();
        match before {
            Some(before) => anew.or(self.changed(before)),
            None => anew,
        }
    }

    /// Everything off, and what is wanted on. A number that is left out is 0.
    fn anew(self) -> Short {
        let mut short = Short::new();
        short.add(format_args!("\x1b["));
        for (_, on, _) in self.attributes() {
            short.add(format_args!(";{on}"));
        }
        for (colour, base) in [(self.fg, 30), (self.bg, 40)] {
            if colour != Color::Reset {
                short.add(format_args!(";"));
                add_colour(&mut short, colour, base);
            }
        }
        short.add(format_args!("m"));
        short
    }

    /// Only what differs.
    fn changed(self, before: Style) -> Short {
        let mut short = Short::new();
        short.add(format_args!("\x1b["));
        let mut first = true;
        let mut next = |short: &mut Short| {
            if !std::mem::take(&mut first) {
                short.add(format_args!(";"));
            }
        };
        // One number turns two of them off.
        let mut is_on = before.modifiers;
        let mut turned_off = 0;
        for (attribute, _, off) in ATTRIBUTES {
            let goes = before.modifiers.contains(attribute) && !self.modifiers.contains(attribute);
            if goes && turned_off != off {
                next(&mut short);
                short.add(format_args!("{off}"));
                turned_off = off;
                let both = ATTRIBUTES.iter().filter(|(_, _, other)| *other == off);
                both.for_each(|(attribute, _, _)| is_on.remove(*attribute));
            }
        }
        for (attribute, on, _) in self.attributes() {
            if !is_on.contains(attribute) {
                next(&mut short);
                short.add(format_args!("{on}"));
            }
        }
        for (colour, old, base) in [(self.fg, before.fg, 30), (self.bg, before.bg, 40)] {
            if colour != old {
                next(&mut short);
                add_colour(&mut short, colour, base);
            }
        }
        short.add(format_args!("m"));
        short
    }

    fn attributes(self) -> impl Iterator<Item = (Modifier, u8, u8)> {
        let on = move |one: &(Modifier, u8, u8)| self.modifiers.contains(one.0);
        ATTRIBUTES.into_iter().filter(on)
    }
}

/// A colour's numbers: 30 and 40 are where those of characters and of backgrounds begin.
fn add_colour(short: &mut Short, colour: Color, base: u8) {
    let index = match colour {
        Color::Reset => return short.add(format_args!("{}", base + 9)),
        Color::Rgb(r, g, b) => return short.add(format_args!("{};2;{r};{g};{b}", base + 8)),
        Color::Indexed(index) => index,
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 8,
        Color::LightRed => 9,
        Color::LightGreen => 10,
        Color::LightYellow => 11,
        Color::LightBlue => 12,
        Color::LightMagenta => 13,
        Color::LightCyan => 14,
        Color::White => 15,
    };
    match index {
        0..=7 => short.add(format_args!("{}", base + index)),
        8..=15 => short.add(format_args!("{}", base + 52 + index)),
        _ => short.add(format_args!("{};5;{index}", base + 8)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(fg: Color, bg: Color, modifiers: Modifier) -> Style {
        Style { fg, bg, modifiers }
    }

    #[track_caller]
    fn expect(before: Option<Style>, after: Style, expected: &str) {
        let written = after.after(before);
        assert_eq!(String::from_utf8_lossy(written.bytes()), expected);
    }

    #[test]
    fn of_a_change_and_a_new_beginning_the_shorter_is_written() {
        let plain = Style::default();
        let none = Modifier::empty();
        let cyan = style(Color::Cyan, Color::Reset, none);
        let bold = style(Color::Cyan, Color::Reset, Modifier::BOLD);
        let bar = style(Color::Reset, Color::Reset, Modifier::REVERSED);
        expect(None, plain, "\x1b[m");
        expect(Some(plain), plain, "");
        expect(Some(plain), cyan, "\x1b[36m");
        expect(Some(cyan), bold, "\x1b[1m");
        expect(Some(bold), cyan, "\x1b[22m");
        expect(Some(bold), plain, "\x1b[m");
        expect(Some(cyan), bar, "\x1b[;7m");
        expect(None, bold, "\x1b[;1;36m");
        let both = style(
            Color::Reset,
            Color::Rgb(1, 2, 3),
            Modifier::BOLD | Modifier::DIM,
        );
        let dim = style(Color::Reset, Color::Rgb(1, 2, 3), Modifier::DIM);
        expect(Some(both), dim, "\x1b[22;2m");
        let field = style(Color::Reset, Color::Rgb(1, 2, 3), none);
        expect(Some(dim), field, "\x1b[22m");
        expect(Some(field), both, "\x1b[1;2m");
    }

    #[test]
    fn a_colour_is_told_in_its_short_form() {
        let fg = |fg| style(fg, Color::Reset, Modifier::empty());
        let bg = |bg| style(Color::Reset, bg, Modifier::empty());
        let plain = Some(Style::default());
        for (colour, characters, behind) in [
            (Color::Red, "31", "41"),
            (Color::DarkGray, "90", "100"),
            (Color::White, "97", "107"),
            (Color::Indexed(9), "91", "101"),
            (Color::Indexed(16), "38;5;16", "48;5;16"),
            (Color::Rgb(0, 10, 255), "38;2;0;10;255", "48;2;0;10;255"),
        ] {
            expect(plain, fg(colour), &format!("\x1b[{characters}m"));
            expect(plain, bg(colour), &format!("\x1b[{behind}m"));
        }
        let red_on_blue = style(Color::Red, Color::Blue, Modifier::empty());
        expect(Some(red_on_blue), bg(Color::Blue), "\x1b[39m");
    }

    #[test]
    fn the_longest_change_has_room() {
        let all = style(
            Color::Rgb(255, 255, 255),
            Color::Rgb(255, 255, 255),
            Modifier::all(),
        );
        let other = style(
            Color::Rgb(254, 254, 254),
            Color::Rgb(254, 254, 254),
            Modifier::DIM,
        );
        for (after, before) in [(all, other), (other, all)] {
            assert!(after.anew().bytes().ends_with(b"m"));
            assert!(after.changed(before).bytes().ends_with(b"m"));
        }
    }
}
