//! The ways in which a text reaches the administrator's clipboard, and which of them is taken.

use crate::domain::words::words;

words! {
    /// Which way is wanted; in the order in which they are offered.
    #[derive(Default)]
    pub enum ClipboardSetting:
        /// The word in the config file.
        word
    {
        /// The one that fits where the console runs.
        #[default]
        Auto = "auto",
        Tmux = "tmux",
        /// The terminal's, by OSC 52; inside GNU screen in the form that screen lets through.
        Osc52 = "osc52",
        /// The desktop's.
        Native = "native",
        /// None: nothing is copied.
        Off = "off",
    }
}

/// The way in which a text was sent. None is ever confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClipboardWay {
    /// A buffer of tmux, which passes it to the terminal around it where it is set to.
    Tmux,
    /// The terminal's clipboard, by the escape sequence OSC 52.
    Osc52,
    /// OSC 52 in a terminal that tmux or screen makes, which drops it unless it was told to let it through.
    Doubtful,
    /// OSC 52 wrapped so that GNU screen passes it on.
    Screen,
    /// The desktop's clipboard, through the local display; it lasts as long as the process.
    Native,
}

/// The program between the console and the terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Multiplexer {
    Tmux,
    Screen,
}

/// Where the console runs, as far as it concerns copying and the keys.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Surroundings {
    pub multiplexer: Option<Multiplexer>,
    /// The terminal is of a kind that only tmux and screen make. Behind sudo, su or SSH nothing else tells of them.
    pub inner_terminal: bool,
    /// The administrator came by SSH.
    pub ssh: bool,
    /// There is a display.
    pub display: bool,
}

impl Surroundings {
    /// Whether the key Esc arrives only with the next one while the mouse is reported. GNU screen (4.9 at least) waits for
    /// the rest of a report then, without an end.
    #[must_use]
    pub fn holds_esc_back(self) -> bool {
        self.multiplexer == Some(Multiplexer::Screen)
    }
}

impl ClipboardSetting {
    /// The way that is taken; nothing where copying is off. A way that was fixed is never left for another.
    #[must_use]
    pub fn way(self, here: Surroundings) -> Option<ClipboardWay> {
        let by_terminal = match here.multiplexer {
            Some(Multiplexer::Screen) => ClipboardWay::Screen,
            // Asked for by the setting; tmux has its own, which nothing drops.
            Some(Multiplexer::Tmux) => ClipboardWay::Doubtful,
            None if here.inner_terminal => ClipboardWay::Doubtful,
            None => ClipboardWay::Osc52,
        };
        Some(match self {
            ClipboardSetting::Off => return None,
            ClipboardSetting::Tmux => ClipboardWay::Tmux,
            ClipboardSetting::Native => ClipboardWay::Native,
            ClipboardSetting::Osc52 => by_terminal,
            ClipboardSetting::Auto => match here.multiplexer {
                Some(Multiplexer::Tmux) => ClipboardWay::Tmux,
                // A display behind SSH is not the one that the administrator sits before.
                None if here.display && !here.ssh => ClipboardWay::Native,
                _ => by_terminal,
            },
        })
    }
}

impl ClipboardWay {
    /// Whether the text goes to the terminal among what is drawn.
    #[must_use]
    pub fn is_terminal(self) -> bool {
        matches!(
            self,
            ClipboardWay::Osc52 | ClipboardWay::Doubtful | ClipboardWay::Screen
        )
    }

    /// Whether the text ends in the terminal's clipboard, which nothing can clear for certain.
    #[must_use]
    pub fn stays(self) -> bool {
        self != ClipboardWay::Native
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOWHERE: Surroundings = Surroundings {
        multiplexer: None,
        inner_terminal: false,
        ssh: false,
        display: false,
    };

    #[test]
    fn the_nearest_program_is_asked_first_and_the_display_only_by_who_sits_before_it() {
        let way = |here| ClipboardSetting::Auto.way(here);
        assert_eq!(way(NOWHERE), Some(ClipboardWay::Osc52));
        for (ssh, display) in [(false, false), (false, true), (true, false), (true, true)] {
            let inside = |multiplexer| {
                way(Surroundings {
                    multiplexer,
                    ssh,
                    display,
                    ..NOWHERE
                })
            };
            let screen = Some(Multiplexer::Screen);
            assert_eq!(inside(Some(Multiplexer::Tmux)), Some(ClipboardWay::Tmux));
            assert_eq!(inside(screen), Some(ClipboardWay::Screen));
            let native = display && !ssh;
            assert_eq!(inside(None) == Some(ClipboardWay::Native), native);
        }
    }

    #[test]
    fn osc_52_is_doubtful_where_only_the_terminals_kind_tells_of_tmux() {
        for ssh in [false, true] {
            let here = Surroundings {
                inner_terminal: true,
                ssh,
                ..NOWHERE
            };
            for setting in [ClipboardSetting::Auto, ClipboardSetting::Osc52] {
                assert_eq!(setting.way(here), Some(ClipboardWay::Doubtful));
            }
            let display = Surroundings {
                display: true,
                ..here
            };
            let native = ClipboardSetting::Auto.way(display) == Some(ClipboardWay::Native);
            assert_eq!(native, !ssh, "the display's needs no terminal");
        }
        let inside = |multiplexer| Surroundings {
            multiplexer: Some(multiplexer),
            inner_terminal: true,
            ..NOWHERE
        };
        let osc52 = |multiplexer| ClipboardSetting::Osc52.way(inside(multiplexer));
        assert_eq!(osc52(Multiplexer::Tmux), Some(ClipboardWay::Doubtful));
        assert_eq!(osc52(Multiplexer::Screen), Some(ClipboardWay::Screen));
    }

    #[test]
    fn a_fixed_way_is_taken_wherever_the_console_runs() {
        for multiplexer in [None, Some(Multiplexer::Tmux), Some(Multiplexer::Screen)] {
            let here = Surroundings {
                multiplexer,
                display: true,
                ..NOWHERE
            };
            assert_eq!(ClipboardSetting::Tmux.way(here), Some(ClipboardWay::Tmux));
            let native = ClipboardSetting::Native.way(here);
            assert_eq!(native, Some(ClipboardWay::Native));
            assert_eq!(ClipboardSetting::Off.way(here), None);
            let osc52 = ClipboardSetting::Osc52.way(here);
            assert!(osc52.is_some_and(ClipboardWay::is_terminal));
        }
    }

    #[test]
    fn no_two_settings_have_one_word() {
        let words = ClipboardSetting::ALL.map(ClipboardSetting::word);
        for (i, word) in words.iter().enumerate() {
            assert!(!words[..i].contains(word), "{word}");
        }
    }
}
