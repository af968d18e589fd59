//! Colours as a theme's file has them, and the nearest ones that a terminal can draw.

use ratatui::style::Color;

use crate::config::settings::Colours;

/// Red, green and blue.
type Rgb = (u8, u8, u8);

/// The 16 ANSI colours in their order, each with its name and with xterm's values: what terminals make of them differs.
const ANSI: [(&str, Color, Rgb); 16] = [
    ("black", Color::Black, (0, 0, 0)),
    ("red", Color::Red, (205, 0, 0)),
    ("green", Color::Green, (0, 205, 0)),
    ("yellow", Color::Yellow, (205, 205, 0)),
    ("blue", Color::Blue, (0, 0, 238)),
    ("magenta", Color::Magenta, (205, 0, 205)),
    ("cyan", Color::Cyan, (0, 205, 205)),
    ("white", Color::Gray, (229, 229, 229)),
    ("bright-black", Color::DarkGray, (127, 127, 127)),
    ("bright-red", Color::LightRed, (255, 0, 0)),
    ("bright-green", Color::LightGreen, (0, 255, 0)),
    ("bright-yellow", Color::LightYellow, (255, 255, 0)),
    ("bright-blue", Color::LightBlue, (92, 92, 255)),
    ("bright-magenta", Color::LightMagenta, (255, 0, 255)),
    ("bright-cyan", Color::LightCyan, (0, 255, 255)),
    ("bright-white", Color::White, (255, 255, 255)),
];

/// The steps of red, green and blue in xterm's cube of 216 colours, which are those from 16 on.
const CUBE: [u8; 6] = [0, 95, 135, 175, 215, 255];

/// The colour that a theme's file names: one of the 16 by its name, or `#rrggbb`.
pub(super) fn named(written: &str) -> Option<Color> {
    if let Some(hex) = written.strip_prefix('#') {
        let is_hex = hex.len() == 6 && hex.bytes().all(|byte| byte.is_ascii_hexdigit());
        let [_, red, green, blue] = u32::from_str_radix(hex, 16).ok()?.to_be_bytes();
        return is_hex.then_some(Color::Rgb(red, green, blue));
    }
    let mut known = ANSI.into_iter();
    known.find_map(|(name, colour, _)| (name == written).then_some(colour))
}

/// The colour that is drawn for this one by a terminal that has so many.
pub(super) fn drawn(colour: Color, colours: Colours) -> Color {
    let Color::Rgb(red, green, blue) = colour else {
        return colour;
    };
    let wanted = (red, green, blue);
    match colours {
        Colours::True => colour,
        Colours::Indexed => nearest(wanted, fixed()).unwrap_or(colour),
        Colours::Ansi => {
            let all = ANSI.into_iter().map(|(_, colour, rgb)| (colour, rgb));
            nearest(wanted, all).unwrap_or(colour)
        }
    }
}

/// Those of xterm's 256 colours that are the same in every terminal: a cube, and 24 greys.
fn fixed() -> impl Iterator<Item = (Color, Rgb)> {
    let step = |index: u8| CUBE[usize::from(index % 6)];
    let cube = (0..216).map(move |index| (step(index / 36), step(index / 6), step(index)));
    let greys = (0..24)
        .map(|index| 8 + 10 * index)
        .map(|grey| (grey, grey, grey));
    (16..=255).map(Color::Indexed).zip(cube.chain(greys))
}

fn nearest(wanted: Rgb, all: impl Iterator<Item = (Color, Rgb)>) -> Option<Color> {
    let nearest = all.min_by_key(|(_, rgb)| distance(wanted, *rgb));
    nearest.map(|(colour, _)| colour)
}

/// How far two colours are from each other, by the squares of their parts as the eye weighs them.
fn distance(one: Rgb, other: Rgb) -> u32 {
    let square = |one: u8, other: u8| u32::from(one.abs_diff(other)).pow(2);
    2 * square(one.0, other.0) + 4 * square(one.1, other.1) + 3 * square(one.2, other.2)
}

/// The contrast of two colours by WCAG 2.2, from 1 to 21; of the 16 as xterm has them.
#[cfg(test)]
pub(super) fn contrast(one: Color, other: Color) -> f64 {
    let luminance = |colour: Color| {
        let (red, green, blue) = ANSI
            .into_iter()
            .map(|(_, colour, rgb)| (colour, rgb))
            .chain(fixed())
            .find_map(|(known, rgb)| (known == colour).then_some(rgb))
            .or(match colour {
                Color::Rgb(red, green, blue) => Some((red, green, blue)),
                _ => None,
            })
            .expect("a colour of a theme");
        let linear = |part: u8| {
            let part = f64::from(part) / 255.0;
            if part <= 0.04045 {
                part / 12.92
            } else {
                ((part + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_one_of_16_names_or_six_digits_of_hex() {
        assert_eq!(named("bright-black"), Some(Color::DarkGray));
        assert_eq!(named("#002b36"), Some(Color::Rgb(0, 0x2b, 0x36)));
        for wrong in [
            "",
            "pink",
            "Red",
            "#fff",
            "#+02b36",
            "#00 b36",
            "002b36",
            "#002b36ff",
            "#äöü",
        ] {
            assert_eq!(named(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_colour_that_the_terminal_lacks_is_drawn_by_the_nearest_it_has() {
        let colour = |written| named(written).expect(written);
        for (written, of_256, of_16) in [
            ("#000000", 16, "black"),
            ("#ffffff", 231, "bright-white"),
            ("#5fafd7", 74, "cyan"),
            ("#7f7f7f", 244, "bright-black"),
            ("#d01010", 160, "red"),
            ("#f0f010", 226, "bright-yellow"),
        ] {
            let (wanted, of_256) = (colour(written), Color::Indexed(of_256));
            assert_eq!(drawn(wanted, Colours::True), wanted);
            assert_eq!(drawn(wanted, Colours::Indexed), of_256, "{written}");
            assert_eq!(drawn(wanted, Colours::Ansi), colour(of_16), "{written}");
        }
        for colours in Colours::ALL {
            assert_eq!(drawn(Color::Red, colours), Color::Red);
        }
    }
}
