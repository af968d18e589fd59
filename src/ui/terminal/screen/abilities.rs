//! What a terminal can do beyond the VT100, by the name of its type.

/// What a terminal can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each ability is there or not, whatever the others are"
)]
pub struct Abilities {
    /// It deletes and inserts lines (DL, IL), within a region, too (DECSTBM).
    pub lines: bool,
    /// It erases some characters (ECH).
    pub erases: bool,
    /// It goes to a column or to a row alone (CHA, VPA).
    pub columns: bool,
    /// It puts a mark into the cell of its letter, and takes no column for what joins characters.
    pub combines: bool,
}

impl Abilities {
    /// All of it: what every terminal emulator of these years does, and so do tmux, screen and mosh.
    pub const ALL: Abilities = Abilities {
        lines: true,
        erases: true,
        columns: true,
        combines: true,
    };
    /// What the VT100 did already; that is asked of a terminal of which nothing is known.
    pub const FEW: Abilities = Abilities {
        lines: false,
        erases: false,
        columns: false,
        combines: false,
    };

    /// Whether its cursor stays in the last column until the next character comes: every terminal does that has lines.
    #[must_use]
    pub fn waits(self) -> bool {
        self.lines
    }

    /// Those of a terminal of this type. Its variants have what it has: `screen.xterm-256color`, `tmux-256color`.
    #[must_use]
    pub fn of(term: &str) -> Abilities {
        let family = term.split(['-', '.', '+']).next().unwrap_or_default();
        let known = FAMILIES.iter().find(|(names, _)| names.contains(&family));
        known.map_or(Abilities::FEW, |(_, abilities)| *abilities)
    }
}

/// Types of terminals, by what comes before the first `-`, `.` or `+` of their names. Sources: terminfo 6.5, and what
/// the programs themselves read, where their entries say less.
const FAMILIES: &[(&[&str], Abilities)] = &[
    (
        &[
            "Eterm",
            "alacritty",
            "contour",
            "cygwin",
            "foot",
            "ghostty",
            "gnome",
            "iTerm",
            "iTerm2",
            "konsole",
            "kterm",
            "mintty",
            "mlterm",
            "ms",
            "nsterm",
            "putty",
            "rio",
            "rxvt",
            "screen",
            "st",
            "stterm",
            "teraterm",
            "terminator",
            "terminology",
            "tmux",
            "vscode",
            "vte",
            "wezterm",
            "xterm",
            "xterms",
        ],
        Abilities::ALL,
    ),
    // A character for which its font has none takes a column whatever it is (vt.c of the kernel), marks among them.
    (
        &["linux"],
        Abilities {
            combines: false,
            ..Abilities::ALL
        },
    ),
    // These have lines and characters, and go to a column by the whole address only.
    (
        &[
            "vt220", "vt240", "vt320", "vt340", "vt420", "vt510", "vt520", "vt525",
        ],
        Abilities {
            columns: false,
            combines: false,
            ..Abilities::ALL
        },
    ),
    (
        &["vt102"],
        Abilities {
            lines: true,
            ..Abilities::FEW
        },
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_is_trusted_with_what_its_type_is_known_for() {
        for term in [
            "xterm-256color",
            "xterm-kitty",
            "screen.xterm-256color",
            "screen-256color-bce",
            "tmux-256color",
            "foot",
            "alacritty",
            "wezterm",
            "rxvt-unicode-256color",
        ] {
            assert_eq!(Abilities::of(term), Abilities::ALL, "{term}");
        }
        let combines = true;
        let linux = Abilities::of("linux");
        assert!(!linux.combines);
        assert_eq!(Abilities { combines, ..linux }, Abilities::ALL);
        assert_eq!(Abilities::of("vt100"), Abilities::FEW);
        assert!(Abilities::of("vt102").lines && !Abilities::of("vt102").erases);
        assert!(!Abilities::of("vt220").columns);
        for unknown in ["", "dumb", "adm3a", "xtermite", "-xterm"] {
            assert_eq!(Abilities::of(unknown), Abilities::FEW, "{unknown}");
        }
    }
}
