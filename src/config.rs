//! What the machine and the environment say: the database's path, the account, the way to a clipboard, and what is set.
//! The only file that reads the environment.

pub mod settings;

use std::ffi::OsString;
use std::path::PathBuf;

use chrono_tz::Tz;
use etcetera::base_strategy::{BaseStrategy, Xdg};
use nix::unistd::{Uid, User, geteuid};

use crate::config::settings::{Borders, Origin, Settings, ThemeName, Value};
use crate::domain::api_key::Locale;
use crate::domain::clipboard::{Multiplexer, Surroundings};
use crate::domain::user::{Arrival, OsAccount};
use crate::domain::zone;

/// After so many minutes without a key the user is signed out.
pub const IDLE_MINUTES: u32 = 15;

/// The database in the account's data directory.
const DATABASE: &str = "keyward/keyward.db";

/// What is known before any argument was looked at. A variable that is set to nothing counts as unset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `KEYWARD_DB`, else `keyward/keyward.db` in the account's data directory; nothing without a home directory.
    pub database: Option<PathBuf>,
    /// Where the account's database is when the environment says nothing, as sshd and sudo leave it.
    pub own_database: Option<PathBuf>,
    /// This program, by its absolute path.
    pub program: Option<PathBuf>,
    /// The settings in force, but for what the command line says.
    pub settings: Settings,
    /// Whom the process runs as.
    pub account: OsAccount,
    /// What is noted of how somebody came here.
    pub arrival: Arrival,
    /// Where the console runs, as far as it concerns copying.
    pub surroundings: Surroundings,
}

/// What the machine says, apart from the environment.
struct Machine {
    /// The directory for applications' data, by the XDG rules.
    data: Option<PathBuf>,
    /// The IANA name of the machine's zone.
    zone: Option<String>,
    uid: Uid,
    /// What the account database has for it.
    account: Option<OwnAccount>,
    program: Option<PathBuf>,
}

struct OwnAccount {
    name: String,
    home: PathBuf,
}

impl Config {
    /// Asks the environment and the machine.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the environment"
    )]
    pub fn read() -> Config {
        let uid = geteuid();
        let account = User::from_uid(uid).ok().flatten();
        let machine = Machine {
            data: Xdg::new().ok().map(|xdg| xdg.data_dir()),
            zone: iana_time_zone::get_timezone().ok(),
            uid,
            account: account.map(|user| OwnAccount {
                name: user.name,
                home: user.dir,
            }),
            program: std::env::current_exe().ok(),
        };
        Config::from(&|name| std::env::var_os(name), machine)
    }

    fn from(variable: &dyn Fn(&str) -> Option<OsString>, machine: Machine) -> Config {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let is_set = |name| variable(name).is_some();
        let text = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
        let account = machine.account.as_ref();
        let own_database = account.map(|account| account.home.join(".local/share").join(DATABASE));
        let mut settings = Settings::default();
        if let Some(zone) = machine.zone.as_deref().and_then(zone_of) {
            settings.set(Value::Zone(zone), Origin::Machine);
        }
        let (borders, name) = borders(&text);
        settings.set(Value::Borders(borders), Origin::Environment(name));
        for (value, name) in said(&text) {
            settings.set(value, Origin::Environment(name));
        }
        // A number is no user's name: such an account can open nothing that it would have to be known in.
        let account = account.map_or_else(|| machine.uid.to_string(), |own| own.name.clone());
        Config {
            arrival: Arrival {
                account: account.clone(),
                sudo_user: text("SUDO_USER"),
                ssh_connection: text("SSH_CONNECTION"),
            },
            database: variable("KEYWARD_DB")
                .map(PathBuf::from)
                .or_else(|| Some(machine.data?.join(DATABASE))),
            own_database,
            program: machine.program,
            settings,
            account: OsAccount {
                uid: machine.uid.as_raw(),
                name: account,
                root_by_sudo: machine.uid.is_root() && is_set("SUDO_USER"),
            },
            surroundings: Surroundings {
                // Of one inside the other: tmux reaches its terminal also through screen.
                multiplexer: if is_set("TMUX") {
                    Some(Multiplexer::Tmux)
                } else {
                    is_set("STY").then_some(Multiplexer::Screen)
                },
                // Not SSH_TTY, which some panes keep for ever.
                ssh: is_set("SSH_CONNECTION"),
                display: is_set("WAYLAND_DISPLAY") || is_set("DISPLAY"),
            },
        }
    }
}

/// The environment: the text that a variable is set to.
type Variables<'a> = &'a dyn Fn(&'static str) -> Option<String>;

/// The first of these variables that is set, by POSIX the one that counts for its part of the locale. SSH forwards
/// them.
fn locale(text: Variables, part: &'static str) -> Option<(&'static str, String)> {
    let mut names = ["LC_ALL", part, "LANG"].into_iter();
    names.find_map(|name| Some((name, text(name)?)))
}

/// The borders for the locale's characters, and the variable that says so.
fn borders(text: Variables) -> (Borders, &'static str) {
    match locale(text, "LC_CTYPE") {
        Some((name, value)) if is_utf8(&value) => (Borders::Unicode, name),
        Some((name, _)) => (Borders::Ascii, name),
        // That is the locale C.
        None => (Borders::Ascii, "LANG"),
    }
}

/// Whether a locale names UTF-8 as its encoding: `en_US.UTF-8`, `C.utf8`, and `UTF-8` alone, as macOS sends it.
fn is_utf8(name: &str) -> bool {
    let name = name.split('@').next().unwrap_or_default();
    let encoding = name.rsplit('.').next().unwrap_or_default();
    encoding.replace('-', "").eq_ignore_ascii_case("utf8")
}

/// What the environment sets, and which variable does.
fn said(text: Variables) -> Vec<(Value, &'static str)> {
    let zone = text("TZ").and_then(|name| zone_of(&name));
    let language = locale(text, "LC_MESSAGES");
    let language = language.and_then(|(name, value)| Some((name, language_of(&value)?)));
    let colourless = match (text("NO_COLOR"), text("TERM")) {
        // By no-color.org.
        (Some(_), _) => Some("NO_COLOR"),
        (None, term) => (!term.is_some_and(|term| has_colour(&term))).then_some("TERM"),
    };
    [
        zone.map(|zone| (Value::Zone(zone), "TZ")),
        language.map(|(name, language)| (Value::Language(language), name)),
        colourless.map(|name| (Value::Theme(ThemeName::Mono), name)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Whether a terminal of this type has colours, by its name alone. Makers' terminals of the years before colour have
/// none, nor have variants for screens without (`-m`, by term(7)). All others do.
fn has_colour(term: &str) -> bool {
    const WITHOUT: [&str; 10] = [
        "adm", "dumb", "h19", "hp", "network", "regent", "tvi", "unknown", "vt", "wy",
    ];
    let mut parts = term.split('-');
    let family = parts.next().unwrap_or_default();
    // The one vt that has them.
    if term.contains("color") || family == "vt525" {
        return true;
    }
    let without = parts.any(|variant| matches!(variant, "m" | "mono"));
    !without && !WITHOUT.iter().any(|name| family.starts_with(name))
}

/// The zone of an IANA name, also as POSIX writes it in TZ: with a colon before it.
fn zone_of(name: &str) -> Option<Tz> {
    zone::by_name(name.strip_prefix(':').unwrap_or(name))
}

/// The language of a POSIX locale, if it is one of ours: `ja`, `ja_JP`, `ja_JP.UTF-8` are Japanese. Not so where it
/// names another encoding: what is written is UTF-8, and only English looks the same in each.
fn language_of(name: &str) -> Option<Locale> {
    let name = name.split('@').next().unwrap_or_default();
    let (place, encoding) = name.split_once('.').unwrap_or((name, "UTF-8"));
    let language = place.split('_').next().unwrap_or_default();
    let utf8 = is_utf8(encoding);
    let is = |known: &str| language.eq_ignore_ascii_case(known);
    if is("ja") && utf8 {
        return Some(Locale::JaJp);
    }
    is("en").then_some(Locale::EnUs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(variables: &[(&str, &str)], machine: Machine) -> Config {
        let variable = |name: &str| {
            let found = variables.iter().find(|(set, _)| *set == name);
            found.map(|(_, value)| OsString::from(value))
        };
        Config::from(&variable, machine)
    }

    fn machine() -> Machine {
        Machine {
            data: Some(PathBuf::from("/home/alice/.local/share")),
            zone: Some("Asia/Tokyo".to_owned()),
            uid: Uid::from_raw(1_000),
            account: Some(OwnAccount {
                name: "alice".to_owned(),
                home: PathBuf::from("/home/alice"),
            }),
            program: Some(PathBuf::from("/usr/bin/keyward")),
        }
    }

    #[test]
    fn the_database_is_the_accounts_own_unless_the_environment_names_one() {
        let path = |variables: &[_]| config(variables, machine()).database.expect("path");
        let own = PathBuf::from("/home/alice/.local/share/keyward/keyward.db");
        assert_eq!(path(&[]), own);
        assert_eq!(path(&[("KEYWARD_DB", "")]), own);
        assert_eq!(path(&[("KEYWARD_DB", "x.db")]), PathBuf::from("x.db"));
        let homeless = Machine {
            data: None,
            ..machine()
        };
        assert_eq!(config(&[], homeless).database, None);
    }

    #[test]
    fn where_the_accounts_own_database_is_no_variable_says() {
        let claims = ["HOME", "KEYWARD_DB", "XDG_DATA_HOME"].map(|name| (name, "/elsewhere"));
        let own = config(&claims, machine()).own_database;
        let path = "/home/alice/.local/share/keyward/keyward.db";
        assert_eq!(own, Some(PathBuf::from(path)));
    }

    #[test]
    fn the_zone_is_tz_when_it_names_one_then_the_machines_then_utc() {
        let zone = |tz| config(&[("TZ", tz)], machine()).settings.zone;
        assert_eq!(zone("Europe/Berlin"), Tz::Europe__Berlin);
        assert_eq!(zone(":Europe/Berlin"), Tz::Europe__Berlin);
        for other in ["", "CET-1CEST", "/etc/localtime", "Mars/Base"] {
            assert_eq!(zone(other), Tz::Asia__Tokyo, "{other}");
        }
        for none in [None, Some("somewhere".to_owned())] {
            let machine = Machine {
                zone: none,
                ..machine()
            };
            assert_eq!(config(&[], machine).settings.zone, Tz::UTC);
        }
    }

    #[test]
    fn the_language_is_that_of_the_first_locale_that_is_set() {
        let language = |variables: &[_]| config(variables, machine()).settings.language;
        assert_eq!(language(&[]), Locale::EnUs);
        let (ja, us) = ("ja_JP.UTF-8", "en_US.UTF-8");
        for (all, messages, lang, expected) in [
            ("", "", ja, Locale::JaJp),
            ("", ja, us, Locale::JaJp),
            ("", us, ja, Locale::EnUs),
            (ja, us, us, Locale::JaJp),
            ("C", ja, ja, Locale::EnUs),
            ("C.UTF-8", "", ja, Locale::EnUs),
        ] {
            let variables = [("LC_ALL", all), ("LC_MESSAGES", messages), ("LANG", lang)];
            assert_eq!(language(&variables), expected, "{variables:?}");
        }
        // The characters and the numbers may have another locale; GNU's list of languages is not POSIX.
        let others = [("LC_CTYPE", ja), ("LC_TIME", ja), ("LANGUAGE", "ja")];
        assert_eq!(language(&others), Locale::EnUs);
    }

    #[test]
    fn a_locale_is_japanese_when_its_language_is_and_utf_8_can_be_shown() {
        for name in [
            "ja",
            "ja_JP",
            "ja_JP.UTF-8",
            "ja_JP.utf8",
            "ja.UTF-8",
            "ja_JP@x",
        ] {
            assert_eq!(language_of(name), Some(Locale::JaJp), "{name}");
        }
        for name in [
            "",
            "C",
            "C.UTF-8",
            "POSIX",
            "de_DE",
            "jam_JM",
            "ja_JP.eucJP",
            "ja_JP.SJIS",
        ] {
            assert_eq!(language_of(name), None, "{name}");
        }
        for name in ["en", "en_GB.UTF-8", "en_US.ISO8859-1"] {
            assert_eq!(language_of(name), Some(Locale::EnUs), "{name}");
        }
    }

    #[test]
    fn borders_are_unicode_where_the_locales_characters_are() {
        let borders = |variables: &[_]| config(variables, machine()).settings.borders;
        let (utf8, latin) = ("en_US.UTF-8", "en_US.ISO8859-1");
        for (all, ctype, lang, expected) in [
            ("", "", utf8, Borders::Unicode),
            ("", "", "C", Borders::Ascii),
            ("", latin, utf8, Borders::Ascii),
            ("", utf8, "C", Borders::Unicode),
            ("C", utf8, utf8, Borders::Ascii),
            ("C.UTF-8", latin, latin, Borders::Unicode),
            ("", "", "", Borders::Ascii),
        ] {
            let variables = [("LC_ALL", all), ("LC_CTYPE", ctype), ("LANG", lang)];
            assert_eq!(borders(&variables), expected, "{variables:?}");
        }
        let others = [("LC_MESSAGES", utf8), ("LANGUAGE", utf8), ("LANG", "POSIX")];
        assert_eq!(borders(&others), Borders::Ascii);
        for name in ["UTF-8", "C.utf8", "de_DE.utf-8@euro"] {
            assert!(is_utf8(name), "{name}");
        }
        for name in [
            "",
            "ja_JP",
            "ja_JP.eucJP",
            "en_US.ISO8859-15@euro",
            "C.UTF-16",
        ] {
            assert!(!is_utf8(name), "{name}");
        }
    }

    #[test]
    fn without_colour_by_the_environment_the_theme_is_mono() {
        let theme = |variables: &[_]| config(variables, machine()).settings.theme;
        let xterm = ("TERM", "xterm-256color");
        assert_eq!(theme(&[xterm]), ThemeName::Default);
        assert_eq!(theme(&[xterm, ("NO_COLOR", "")]), ThemeName::Default);
        assert_eq!(theme(&[xterm, ("NO_COLOR", "0")]), ThemeName::Mono);
        assert_eq!(theme(&[("TERM", "vt100")]), ThemeName::Mono);
        assert_eq!(theme(&[]), ThemeName::Mono);
    }

    #[test]
    fn a_terminal_without_colour_is_known_by_its_name() {
        for term in [
            "xterm",
            "xterm-256color",
            "screen.xterm-256color",
            "tmux",
            "linux",
            "ansi",
            "alacritty",
            "st-mouse",
            "hpterm-color",
            "vt525",
        ] {
            assert!(has_colour(term), "{term}");
        }
        for term in [
            "",
            "dumb",
            "unknown",
            "vt52",
            "vt100",
            "vt220-w",
            "wy60",
            "tvi925",
            "linux-m",
            "xterm-mono",
        ] {
            assert!(term.is_empty() || !has_colour(term), "{term}");
        }
    }

    #[test]
    fn the_account_is_the_effective_one_whatever_the_environment_says() {
        let claims = [("USER", "root"), ("LOGNAME", "root"), ("SUDO_USER", "bob")];
        let account = config(&claims, machine()).account;
        assert_eq!((account.uid, account.name.as_str()), (1_000, "alice"));
        assert!(!account.root_by_sudo);
        let root = || Machine {
            uid: Uid::from_raw(0),
            account: None,
            ..machine()
        };
        assert!(config(&claims, root()).account.root_by_sudo);
        let account = config(&[], root()).account;
        assert!(!account.root_by_sudo && account.name == "0");
    }

    #[test]
    fn how_one_came_is_what_the_environment_says_and_the_account_is_not() {
        let claims = [
            ("SUDO_USER", "bob"),
            ("SSH_CONNECTION", "192.0.2.7 50022 192.0.2.1 22"),
            ("USER", "mallory"),
        ];
        let arrival = Arrival {
            account: "alice".to_owned(),
            sudo_user: Some("bob".to_owned()),
            ssh_connection: Some("192.0.2.7 50022 192.0.2.1 22".to_owned()),
        };
        assert_eq!(config(&claims, machine()).arrival, arrival);
        let locally = Arrival {
            sudo_user: None,
            ssh_connection: None,
            ..arrival
        };
        assert_eq!(config(&[("SUDO_USER", "")], machine()).arrival, locally);
    }

    #[test]
    fn display_and_ssh_are_told_apart() {
        let seen = |variables: &[_]| {
            let here = config(variables, machine()).surroundings;
            (here.display, here.ssh)
        };
        assert_eq!(seen(&[("SSH_TTY", "/dev/pts/1")]), (false, false));
        assert_eq!(seen(&[("DISPLAY", ":0")]), (true, false));
        let forwarded = [
            ("WAYLAND_DISPLAY", "wayland-0"),
            ("SSH_CONNECTION", "a b c d"),
        ];
        assert_eq!(seen(&forwarded), (true, true));
    }

    #[test]
    fn tmux_is_asked_before_screen() {
        let inside = |variables: &[_]| config(variables, machine()).surroundings.multiplexer;
        assert_eq!(inside(&[("TERM", "screen")]), None);
        let screen = ("STY", "4711.pts-1.host");
        assert_eq!(inside(&[screen]), Some(Multiplexer::Screen));
        let tmux = ("TMUX", "/tmp/tmux-0/default,1,0");
        assert_eq!(inside(&[screen, tmux]), Some(Multiplexer::Tmux));
    }
}
