//! What the machine and the environment say: the database's path, the display zone, the account, the way to a
//! clipboard. The only file that reads the environment.

use std::ffi::OsString;
use std::path::PathBuf;

use chrono_tz::Tz;
use etcetera::base_strategy::{BaseStrategy, Xdg};
use nix::unistd::{Uid, User, geteuid};

use crate::domain::clipboard::{Multiplexer, Surroundings};
use crate::domain::user::{Arrival, OsAccount};
use crate::domain::zone;

/// What is known before any argument was looked at. A variable that is set to nothing counts as unset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `KEYWARD_DB`, else `keyward/keyward.db` in the account's data directory; nothing without a home directory.
    pub database: Option<PathBuf>,
    /// The zone in which the console shows times.
    pub zone: Tz,
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
    /// The account database's name for it.
    account: Option<String>,
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
        let machine = Machine {
            data: Xdg::new().ok().map(|xdg| xdg.data_dir()),
            zone: iana_time_zone::get_timezone().ok(),
            uid,
            account: User::from_uid(uid).ok().flatten().map(|user| user.name),
        };
        Config::from(&|name| std::env::var_os(name), machine)
    }

    fn from(variable: &dyn Fn(&str) -> Option<OsString>, machine: Machine) -> Config {
        let variable = |name| variable(name).filter(|value| !value.is_empty());
        let is_set = |name| variable(name).is_some();
        let text = |name| variable(name).map(|value| value.to_string_lossy().into_owned());
        let zone = variable("TZ").and_then(|name| zone_of(name.to_str()?));
        let machine_zone = || zone_of(machine.zone.as_deref()?);
        // A number is no user's name: such an account can open nothing that it would have to be known in.
        let account = machine.account.unwrap_or_else(|| machine.uid.to_string());
        Config {
            arrival: Arrival {
                account: account.clone(),
                sudo_user: text("SUDO_USER"),
                ssh_connection: text("SSH_CONNECTION"),
            },
            database: variable("KEYWARD_DB")
                .map(PathBuf::from)
                .or_else(|| Some(machine.data?.join("keyward/keyward.db"))),
            zone: zone.or_else(machine_zone).unwrap_or(Tz::UTC),
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

/// The zone of an IANA name, also as POSIX writes it in TZ: with a colon before it.
fn zone_of(name: &str) -> Option<Tz> {
    zone::by_name(name.strip_prefix(':').unwrap_or(name))
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
            account: Some("alice".to_owned()),
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
    fn the_zone_is_tz_when_it_names_one_then_the_machines_then_utc() {
        let zone = |tz| config(&[("TZ", tz)], machine()).zone;
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
            assert_eq!(config(&[], machine).zone, Tz::UTC);
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
