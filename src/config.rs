//! What the machine and the environment say: the database's path, the account, the way to a clipboard, and what is set.
//! The only file that reads the environment.

pub mod complaint;
mod environment;
mod file;
pub mod settings;
mod values;

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::base_strategy::{BaseStrategy, Xdg};
use nix::unistd::{Uid, User, geteuid};

use crate::config::complaint::{Complaint, Why};
use crate::config::environment::Environment;
use crate::config::settings::{Origin, Settings, ThemeName, ThemeSetting};
use crate::domain::clipboard::{Multiplexer, Surroundings};
use crate::domain::user::{Arrival, OsAccount};

/// The database in the account's data directory.
const DATABASE: &str = "keyward/keyward.db";
/// The config file in the account's config directory.
const CONFIG_FILE: &str = "keyward/config.toml";
/// The file with passwords in the home directory, where libpq has it.
const PASSWORDS: &str = ".pgpass";

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
    /// The terminal's type (`TERM`); empty where nothing is said of it.
    pub terminal: String,
    /// The terminal's type, where it is one that nothing can be drawn on.
    pub undrawable: Option<String>,
}

/// What the machine says, apart from the environment.
struct Machine {
    /// The directory for applications' data, by the XDG rules.
    data: Option<PathBuf>,
    /// The directory to which `~` leads.
    home: Option<PathBuf>,
    /// Where the config file is, if there is one.
    file: Option<PathBuf>,
    /// What the config file holds; nothing where there is none.
    written: Result<Option<String>, Why>,
    /// The IANA name of the machine's zone.
    zone: Option<String>,
    /// Whom the process runs as.
    uid: Uid,
    /// The entry of the account database for that user ID.
    account: Option<OwnAccount>,
    program: Option<PathBuf>,
}

struct OwnAccount {
    name: String,
    home: PathBuf,
}

/// What stands on the command line, the program's name first.
#[must_use]
pub fn arguments() -> Vec<OsString> {
    std::env::args_os().collect()
}

/// What a client of sshd asked for in place of the command that its key is bound to, if it did. It counts only where that
/// command says so, and is looked at nowhere else.
#[must_use]
#[expect(
    clippy::disallowed_methods,
    reason = "the one place that reads the environment"
)]
pub fn original_command() -> Option<OsString> {
    std::env::var_os("SSH_ORIGINAL_COMMAND").filter(|typed| !typed.is_empty())
}

/// Where files that nobody keeps are put: `TMPDIR`, else the system's.
#[must_use]
pub fn temporary_directory() -> PathBuf {
    std::env::temp_dir()
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
        let xdg = Xdg::new().ok();
        let file = xdg.as_ref().map(|xdg| xdg.config_dir().join(CONFIG_FILE));
        let machine = Machine {
            data: xdg.as_ref().map(BaseStrategy::data_dir),
            home: xdg.as_ref().map(|xdg| xdg.home_dir().to_owned()),
            written: file
                .as_deref()
                .map_or(Ok(None), |file| file::read(file, uid.as_raw())),
            file,
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

    /// Reads the theme's file, where the theme is one.
    pub fn read_theme(&mut self) {
        if let ThemeSetting::File(path) = &self.settings.theme {
            let written = file::read(path, self.account.uid);
            self.settings.theme_file = written.and_then(|written| written.ok_or(Why::Missing));
        }
    }

    fn from(variable: &dyn Fn(&str) -> Option<OsString>, machine: Machine) -> Config {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let is_set = |name| variable(name).is_some();
        let text = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
        let account = machine.account.as_ref();
        let own_database = account.map(|account| account.home.join(".local/share").join(DATABASE));
        let environment = Environment {
            text: &text,
            zone: machine.zone.as_deref(),
        };
        let mut settings = Settings::without_file(&environment);
        settings.file = machine.file;
        match machine.written {
            Ok(written) => settings.apply(&written.unwrap_or_default()),
            Err(why) => settings.complaints.push(Complaint { line: None, why }),
        }
        if let ThemeSetting::File(path) = &mut settings.theme {
            let beside = settings.file.as_deref().and_then(Path::parent);
            *path = place(path, machine.home.as_deref(), beside);
        }
        // No theme of the file brings colours to where the terminal lacks them or NO_COLOR rules them out.
        if let Some(name) = environment.colourless() {
            settings.override_theme(ThemeName::Mono, Origin::Environment(name));
        }
        let home = machine.home.unwrap_or_else(|| PathBuf::from("/"));
        let account =
            account.map_or_else(|| format!("uid-{}", machine.uid), |own| own.name.clone());
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
                passwords: variable("PGPASSFILE")
                    .map_or_else(|| home.join(PASSWORDS), PathBuf::from),
                home,
            },
            terminal: text("TERM").unwrap_or_default(),
            undrawable: text("TERM").filter(|term| !environment::can_draw(term)),
            surroundings: Surroundings {
                // Of one inside the other: tmux reaches its terminal also through screen.
                multiplexer: if is_set("TMUX") {
                    Some(Multiplexer::Tmux)
                } else {
                    is_set("STY").then_some(Multiplexer::Screen)
                },
                inner_terminal: text("TERM").is_some_and(|term| environment::is_inner(&term)),
                // Not SSH_TTY, which some panes keep for ever.
                ssh: is_set("SSH_CONNECTION"),
                display: is_set("WAYLAND_DISPLAY") || is_set("DISPLAY"),
            },
        }
    }
}

/// Where a path of the config file leads: `~` is the home directory, and else it begins at the file's own directory.
fn place(written: &Path, home: Option<&Path>, beside: Option<&Path>) -> PathBuf {
    let (start, rest) = match written.strip_prefix("~") {
        Ok(rest) => (home, rest),
        Err(_) => (beside, written),
    };
    start.map_or_else(|| written.to_owned(), |start| start.join(rest))
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::config::complaint::Expected;
    use crate::config::settings::{Borders, SETTINGS};
    use crate::domain::clipboard::ClipboardSetting;
    use crate::domain::locale::Locale;
    use crate::domain::tz::Tz;

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
            home: Some(PathBuf::from("/home/alice")),
            file: Some(PathBuf::from("/home/alice/.config/keyward/config.toml")),
            written: Ok(None),
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
    fn passwords_for_servers_are_where_psql_looks_for_them() {
        let passwords = |variables: &[_]| config(variables, machine()).account.passwords;
        let own = PathBuf::from("/home/alice/.pgpass");
        assert_eq!(passwords(&[]), own);
        assert_eq!(passwords(&[("PGPASSFILE", "")]), own);
        let named = passwords(&[("PGPASSFILE", "/run/pass")]);
        assert_eq!(named, PathBuf::from("/run/pass"));
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
    }

    #[test]
    fn a_terminal_that_moves_no_cursor_is_told_from_one_that_says_nothing() {
        let undrawable = |variables: &[_]| config(variables, machine()).undrawable;
        for term in ["dumb", "unknown"] {
            assert_eq!(undrawable(&[("TERM", term)]), Some(term.to_owned()));
        }
        for drawable in [&[][..], &[("TERM", "")], &[("TERM", "vt100")]] {
            assert_eq!(undrawable(drawable), None);
        }
    }

    #[test]
    fn without_colour_by_the_environment_the_theme_is_mono() {
        let theme = |variables: &[_]| config(variables, machine()).settings.theme;
        let xterm = ("TERM", "xterm-256color");
        assert_eq!(theme(&[xterm]), ThemeName::Default.into());
        assert_eq!(theme(&[xterm, ("NO_COLOR", "")]), ThemeName::Default.into());
        assert_eq!(theme(&[xterm, ("NO_COLOR", "0")]), ThemeName::Mono.into());
        assert_eq!(theme(&[("TERM", "vt100")]), ThemeName::Mono.into());
        assert_eq!(theme(&[]), ThemeName::Mono.into());
    }

    /// Everything as it comes out with this config file.
    fn with_file(variables: &[(&str, &str)], file: &str) -> Settings {
        let machine = Machine {
            written: Ok(Some(file.to_owned())),
            ..machine()
        };
        config(variables, machine).settings
    }

    #[test]
    fn the_file_counts_before_the_environment_and_colours_are_ruled_out_before_both() {
        let (term, utf8) = (("TERM", "xterm"), ("LANG", "ja_JP.UTF-8"));
        let tz = ("TZ", "Asia/Tokyo");
        let file = "theme = 'light'\nborders = 'ascii'\nlanguage = 'en-US'\nzone = 'Europe/Berlin'";
        let settings = with_file(&[term, utf8, tz], file);
        assert_eq!(settings.complaints, []);
        let names = ["theme", "borders", "language", "zone"];
        let from = names.map(|name| settings.origins[name]);
        assert_eq!(from, [1, 2, 3, 4].map(Origin::File));
        assert_eq!(settings.theme, ThemeName::Light.into());
        assert_eq!(settings.borders, Borders::Ascii);
        assert_eq!(settings.language, Locale::EnUs);
        assert_eq!(settings.zone, Tz::Europe__Berlin);
        for (without, name) in [(("NO_COLOR", "1"), "NO_COLOR"), (("TERM", "vt100"), "TERM")] {
            let settings = with_file(&[without, term], file);
            assert_eq!(settings.theme, ThemeName::Mono.into());
            assert_eq!(settings.origin(&SETTINGS[0]), Origin::Environment(name));
        }
    }

    #[test]
    fn a_themes_file_is_looked_for_beside_the_config_file_or_at_home() {
        for (written, path) in [
            ("dark.toml", "/home/alice/.config/keyward/dark.toml"),
            ("themes/dark", "/home/alice/.config/keyward/themes/dark"),
            ("~/dark.toml", "/home/alice/dark.toml"),
            ("/etc/keyward/dark.toml", "/etc/keyward/dark.toml"),
        ] {
            let settings = with_file(&[("TERM", "xterm")], &format!("theme = '{written}'"));
            assert_eq!(settings.theme, ThemeSetting::File(PathBuf::from(path)));
            assert_eq!(settings.complaints, []);
        }
    }

    const SPOKEN: [(&str, &str); 3] = [
        ("LANG", "ja_JP.UTF-8"),
        ("TZ", "Europe/Berlin"),
        ("TERM", "xterm"),
    ];

    #[test]
    fn auto_goes_by_the_environment_as_if_nothing_were_set() {
        let file = "borders = 'auto'\nlanguage = 'auto'\nzone = 'auto'\nclipboard = 'auto'";
        let settings = with_file(&SPOKEN, file);
        let nothing = config(&SPOKEN, machine()).settings;
        assert_eq!(settings.values(), nothing.values());
        assert_eq!(settings.clipboard, ClipboardSetting::Auto);
        assert_eq!(settings.complaints, []);
    }

    #[test]
    fn of_a_wrong_value_the_one_without_it_counts_also_where_the_environment_says_it() {
        let settings = with_file(&SPOKEN, "\nlanguage = 'de-DE'\nzone = 3\ntheme = 'pink'");
        let nothing = config(&SPOKEN, machine()).settings;
        assert_eq!(settings.values(), nothing.values());
        let expected = Expected::OneOf(vec!["auto", "en-US", "ja-JP"]);
        let name = "language".to_owned();
        let why = Why::Value { name, expected };
        assert_eq!(settings.complaints[0], Complaint { line: Some(2), why });
        let lines: Vec<_> = settings.complaints.iter().map(|c| c.line).collect();
        assert_eq!(lines, [Some(2), Some(3), Some(4)]);
    }

    #[test]
    fn a_file_that_cannot_be_read_is_told_and_sets_nothing() {
        let machine = Machine {
            written: Err(Why::NotAFile),
            ..machine()
        };
        let settings = config(&[], machine).settings;
        let why = Why::NotAFile;
        assert_eq!(settings.complaints, [Complaint { line: None, why }]);
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
        assert!(!account.root_by_sudo && account.name == "uid-0");
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
        let (display, ssh) = (
            ("WAYLAND_DISPLAY", "wayland-0"),
            ("SSH_CONNECTION", "a b c d"),
        );
        assert_eq!(seen(&[display, ssh]), (true, true));
    }

    #[test]
    fn a_terminal_of_tmux_or_screen_is_known_by_its_kind_alone() {
        let inner = |term| {
            let here = config(&[("TERM", term)], machine()).surroundings;
            here.inner_terminal
        };
        for term in [
            "tmux",
            "tmux-256color",
            "screen",
            "screen-256color",
            "screen.xterm-256color",
        ] {
            assert!(inner(term), "{term}");
        }
        for term in ["", "xterm", "xterm-256color", "screened", "linux", "foot"] {
            assert!(!inner(term), "{term}");
        }
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
