//! What colours a terminal has: those of a picture.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

/// A colour, as `0xrrggbb`.
pub type Rgb = u32;

/// The colours that a terminal draws with.
#[derive(Debug)]
pub struct Palette {
    /// Behind everything.
    pub ground: Rgb,
    /// Of text that has no colour of its own.
    pub ink: Rgb,
    /// The colours 0 to 15.
    pub ansi: [Rgb; 16],
}

/// A terminal with a dark background.
pub static DARK: Palette = Palette {
    ground: 0x1d_1f21,
    ink: 0xd8_d8d8,
    ansi: [
        0x2e_3436, 0xef_6b6b, 0x8a_c26b, 0xe5_c453, 0x6f_9fd8, 0xc3_95c9, 0x5f_c0b8, 0xd3_d7cf,
        0x8c_8c8c, 0xff_8080, 0xa5_e075, 0xff_e680, 0x8f_bcff, 0xd7_a8e0, 0x7f_e0d8, 0xff_ffff,
    ],
};

/// A terminal with a light one.
pub static LIGHT: Palette = Palette {
    ground: 0xfa_fafa,
    ink: 0x24_2a30,
    ansi: [
        0x24_2a30, 0xb3_261e, 0x2e_7031, 0x80_5f00, 0x1f_5aa6, 0x8a_3a8f, 0x0b_6e6e, 0xd3_d7cf,
        0x6a_7178, 0xc6_2828, 0x38_8e3c, 0x9a_7400, 0x29_6fc4, 0xa0_4ba6, 0x0f_8585, 0xff_ffff,
    ],
};

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    pub ink: Rgb,
    pub ground: Rgb,
    /// What is not in the colours already.
    attributes: Modifier,
}

impl Look {
    pub fn has(self, attribute: Modifier) -> bool {
        self.attributes.contains(attribute)
    }
}

impl Palette {
    /// How a cell looks here.
    pub fn look(&self, cell: &Cell) -> Look {
        let has = |attribute| cell.modifier.contains(attribute);
        let (mut ink, mut ground) = (self.of(cell.fg, self.ink), self.of(cell.bg, self.ground));
        if has(Modifier::DIM) {
            ink = between(ink, ground);
        }
        if has(Modifier::REVERSED) {
            (ink, ground) = (ground, ink);
        }
        if has(Modifier::HIDDEN) {
            ink = ground;
        }
        Look {
            ink,
            ground,
            attributes: cell.modifier - (Modifier::DIM | Modifier::REVERSED | Modifier::HIDDEN),
        }
    }

    /// A colour of the screen; `own` is the terminal's.
    fn of(&self, colour: Color, own: Rgb) -> Rgb {
        let at = match colour {
            Color::Reset => return own,
            Color::Rgb(r, g, b) => return u32::from_be_bytes([0, r, g, b]),
            Color::Indexed(at @ 16..) => return indexed(at),
            Color::Indexed(at) => at,
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
        self.ansi[usize::from(at)]
    }
}

/// The colours 16 to 255 of xterm: a cube of 6 levels, and 24 greys.
fn indexed(at: u8) -> Rgb {
    let level = |at: u8| if at == 0 { 0 } else { 55 + 40 * at };
    let [r, g, b] = if at < 232 {
        let at = at - 16;
        [level(at / 36), level(at / 6 % 6), level(at % 6)]
    } else {
        [8 + 10 * (at - 232); 3]
    };
    u32::from_be_bytes([0, r, g, b])
}

/// Two parts of the one colour and one of the other.
fn between(ink: Rgb, ground: Rgb) -> Rgb {
    let (ink, ground) = (ink.to_be_bytes(), ground.to_be_bytes());
    let mix = |at: usize| {
        let sum = 2 * u16::from(ink[at]) + u16::from(ground[at]);
        u8::try_from(sum / 3).expect("a mean")
    };
    u32::from_be_bytes([0, mix(1), mix(2), mix(3)])
}

/// As CSS has it.
pub fn css(colour: Rgb) -> String {
    let long = format!("{colour:06x}");
    let twice = |at: usize| long[at..=at] == long[at + 1..=at + 1];
    if twice(0) && twice(2) && twice(4) {
        return format!("#{}{}{}", &long[..1], &long[2..3], &long[4..5]);
    }
    format!("#{long}")
}
