//! What is looked at, in this order, and what is said of each.

use std::fmt::Display;
use std::io::{self, IsTerminal};
use std::path::{Path, PathBuf};

use nix::unistd::{User, geteuid};

use crate::cli::doctor::{Check, Grade};
use crate::config::Config;
use crate::config::settings::Borders;
use crate::domain::clipboard::ClipboardWay;
use crate::domain::event::flaw::Flaw;
use crate::domain::locale::Locale;
use crate::domain::server::{self, Clocks};
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, OpenFault, PathFault, Trouble};
use crate::store::doctor::{Found, Pages, Space};
use crate::store::server::{Found as OnServer, Line, May, Server, Standing};
use crate::store::{Inside, LOG_MOST, Place, sqlite_version};
use crate::text::Text;

/// Below this many free bytes there is a warning, or below the size of the database twice.
const FEW: u64 = 64 * 1024 * 1024;
/// Below this many nothing can be saved soon.
const NONE: u64 = 256 * 1024;
/// Reading by group or others.
const FOREIGN_READ: u32 = 0o044;

/// All checks.
pub(super) fn all(
    text: Text,
    config: &Config,
    place: &Path,
    found: &Found,
    now: Timestamp,
) -> Vec<Check> {
    let doctor = Doctor { text, place, now };
    let mut checks = vec![doctor.version()];
    checks.push(doctor.opens(&found.real, found.refused.as_ref()));
    checks.extend(doctor.owner(found, config));
    checks.extend(doctor.modes(found));
    checks.extend(doctor.file_system(found));
    checks.extend(found.space.map(|space| doctor.space(space)));
    checks.extend(doctor.journal(found));
    checks.extend(doctor.log(found));
    checks.extend(doctor.left(found));
    if let Some((inside, pages)) = &found.inside {
        checks.push(doctor.pages(pages));
        checks.extend(doctor.inside(inside));
    }
    checks.extend(doctor.surroundings(config));
    checks
}

/// All checks of a database on a server.
pub(super) fn all_on_server(
    text: Text,
    config: &Config,
    place: &Path,
    found: &OnServer,
    now: Timestamp,
) -> Vec<Check> {
    let doctor = Doctor { text, place, now };
    let mut checks = vec![doctor.version()];
    checks.push(doctor.opens(place, found.refused.as_ref()));
    if let Some(server) = &found.server {
        checks.extend(doctor.server(server));
    }
    if let Some(inside) = &found.inside {
        checks.extend(doctor.inside(inside));
    }
    checks.extend(doctor.surroundings(config));
    checks
}

struct Doctor<'a> {
    text: Text,
    place: &'a Path,
    now: Timestamp,
}

macro_rules! check {
    ($name:literal, $label:literal) => {
        |grade: Grade, said: String| Check {
            name: ($name, $label),
            grade,
            said,
        }
    };
}

impl Doctor<'_> {
    fn say(&self, name: &'static str, facts: &[(&str, &dyn Display)]) -> String {
        self.text.fill(name, facts)
    }

    fn fault(&self, fault: &Fault) -> String {
        let said = self.text.trouble(&Trouble::Storage(fault.clone()));
        match fault {
            Fault::Corrupt => self.mended(&said),
            _ => said,
        }
    }

    fn version(&self) -> Check {
        let facts: [(&str, &dyn Display); 2] = [
            ("version", &env!("CARGO_PKG_VERSION")),
            ("sqlite", &sqlite_version()),
        ];
        check!("version", "doctor.version")(Grade::Ok, self.say("doctor.version_is", &facts))
    }

    /// Whether Keyward would open it: what else is wrong is told by the sentence that whoever opens it sees.
    fn opens(&self, real: &Path, refused: Option<&OpenFault>) -> Check {
        let check = check!("database", "doctor.database");
        match refused {
            None => check(Grade::Ok, real.display().to_string()),
            Some(fault) => {
                let trouble = Trouble::Open(self.place.to_owned(), fault.clone());
                let said = self.text.trouble(&trouble);
                let said = match fault {
                    OpenFault::Missing => {
                        let is_file = matches!(Place::of(self.place), Place::File(_));
                        let how = if is_file {
                            "doctor.no_database"
                        } else {
                            "doctor.none_on_server"
                        };
                        self.text.joined(&[&said, self.text.say(how)])
                    }
                    OpenFault::Empty
                    | OpenFault::NotADatabase
                    | OpenFault::Fault(Fault::Corrupt) => self.mended(&said),
                    _ => said,
                };
                check(Grade::Failed, said)
            }
        }
    }

    fn owner(&self, found: &Found, config: &Config) -> Option<Check> {
        let owner = found.owner.as_deref()?;
        let check = check!("owner", "doctor.owner");
        Some(match &found.refused {
            Some(OpenFault::NotOwner { .. }) => {
                let facts: [(&str, &dyn Display); 2] =
                    [("owner", &owner), ("account", &config.account.name)];
                check(Grade::Failed, self.say("doctor.other_owner", &facts))
            }
            _ => check(Grade::Ok, owner.to_owned()),
        })
    }

    fn modes(&self, found: &Found) -> Option<Check> {
        let (file, directory) = found.modes?;
        let check = check!("modes", "doctor.modes");
        let facts: [(&str, &dyn Display); 2] = [
            ("file", &format!("{file:04o}")),
            ("directory", &format!("{directory:04o}")),
        ];
        let said = self.say("doctor.modes_are", &facts);
        let told = |why: String| self.text.joined(&[&said, &why]);
        Some(match &found.refused {
            Some(OpenFault::Unsafe(
                fault @ (PathFault::Writable { .. } | PathFault::Shared(_)),
            )) => check(Grade::Failed, told(self.text.path_fault(fault))),
            _ if file & FOREIGN_READ != 0 && directory & 0o011 != 0 => check(
                Grade::Warning,
                told(self.say("doctor.readable", &[("path", &found.real.display())])),
            ),
            _ => check(Grade::Ok, said),
        })
    }

    fn file_system(&self, found: &Found) -> Option<Check> {
        let system = found.file_system?;
        let check = check!("fileSystem", "doctor.file_system");
        let name = system.name();
        let told = |sentence| self.text.joined(&[&name, self.text.say(sentence)]);
        Some(if system.is_network() {
            check(Grade::Warning, told("doctor.network"))
        } else if system.is_volatile() {
            check(Grade::Warning, told("doctor.volatile"))
        } else if system.is_doubtful() {
            check(Grade::Warning, told("doctor.doubtful"))
        } else {
            check(Grade::Ok, name)
        })
    }

    fn space(&self, space: Space) -> Check {
        let check = check!("space", "doctor.space");
        let free = space.free / (1024 * 1024);
        let said = self.say("doctor.free", &[("mb", &free)]);
        let told = |sentence| self.text.joined(&[&said, self.text.say(sentence)]);
        if space.read_only {
            check(Grade::Failed, told("doctor.mounted_read_only"))
        } else if space.free < NONE {
            check(Grade::Failed, told("doctor.full"))
        } else if space.free < FEW.max(space.used.saturating_mul(2)) {
            check(Grade::Warning, told("doctor.few"))
        } else {
            check(Grade::Ok, said)
        }
    }

    fn journal(&self, found: &Found) -> Option<Check> {
        let check = check!("journal", "doctor.journal");
        if found.journal {
            let said = self.text.say("doctor.left_journal").to_owned();
            return Some(check(Grade::Warning, said));
        }
        let sentence = if found.has_log? {
            "doctor.wal"
        } else {
            "doctor.no_wal_yet"
        };
        Some(check(Grade::Ok, self.text.say(sentence).to_owned()))
    }

    fn log(&self, found: &Found) -> Option<Check> {
        found.has_log?;
        let check = check!("log", "doctor.log");
        let said = self.say("doctor.log_is", &[("kb", &found.log.div_ceil(1024))]);
        Some(if let Some(writer) = found.writer {
            let why = match writer {
                0 => self.text.say("doctor.held").to_owned(),
                writer => self.say("doctor.held_by", &[("pid", &writer)]),
            };
            check(Grade::Warning, self.text.joined(&[&said, &why]))
        } else if found.log > LOG_MOST {
            let why = self.text.say("doctor.long_log");
            check(Grade::Warning, self.text.joined(&[&said, why]))
        } else {
            check(Grade::Ok, said)
        })
    }

    fn left(&self, found: &Found) -> Option<Check> {
        let of = |sentence, paths: &[PathBuf]| {
            let paths: Vec<String> = paths
                .iter()
                .map(|path| path.display().to_string())
                .collect();
            let told = self.say(sentence, &[("paths", &paths.join(", "))]);
            (!paths.is_empty()).then_some(told)
        };
        let left = &found.left;
        let told = [
            of("doctor.left_new", &left.new),
            of("doctor.left_exchanged", &left.exchanged),
        ];
        let told: Vec<&str> = told.iter().flatten().map(String::as_str).collect();
        let said = self.text.joined(&told);
        (!told.is_empty()).then(|| check!("left", "doctor.left")(Grade::Warning, said))
    }

    fn pages(&self, pages: &Pages) -> Check {
        let check = check!("pages", "doctor.pages");
        match pages {
            Ok(None) => check(Grade::Ok, self.text.say("doctor.pages_whole").to_owned()),
            Ok(Some(words)) => {
                let flaw = self.text.flaw(&Flaw::Damaged(words.clone()));
                check(Grade::Failed, self.mended(&flaw))
            }
            Err(fault) => check(Grade::Failed, self.fault(fault)),
        }
    }

    /// What is in it.
    fn inside(&self, inside: &Inside) -> Vec<Check> {
        let mut checks = vec![self.schema(inside)];
        checks.extend(self.chain(inside));
        checks.push(self.clock(inside));
        checks
    }

    /// What it is used from.
    fn surroundings(&self, config: &Config) -> [Check; 4] {
        [
            self.locale(config),
            self.terminal(config),
            self.clipboard(config),
            self.account(config),
        ]
    }

    /// The server, and what this account may do there.
    fn server(&self, server: &Server) -> Vec<Check> {
        let named = [("version", &server.version as &dyn Display)];
        let is = check!("server", "doctor.server");
        let mut checks = vec![is(Grade::Ok, self.say("doctor.server_is", &named))];
        let line = check!("line", "doctor.line");
        checks.push(line(
            Grade::Ok,
            match &server.line {
                Line::Socket => self.text.say("doctor.line_socket").to_owned(),
                Line::Plain => self.text.say("doctor.line_plain").to_owned(),
                Line::Secured(version) => version.clone(),
            },
        ));
        let role = check!("role", "doctor.role");
        let (grade, sentence) = match server.may {
            May::Everything => (Grade::Warning, "doctor.role_everything"),
            May::Own => (Grade::Warning, "doctor.role_owns"),
            May::Change => (Grade::Ok, "doctor.role_changes"),
            May::Verify => (Grade::Ok, "doctor.role_verifies"),
            May::Make => (Grade::Ok, "doctor.role_makes"),
            May::Nothing => (Grade::Failed, "doctor.role_nothing"),
        };
        checks.push(role(grade, self.say(sentence, &[("role", &server.role)])));
        let standby = check!("standby", "doctor.standby");
        checks.push(match server.standing {
            Standing::Primary { standbys } => standby(
                Grade::Ok,
                self.say("doctor.primary", &[("standbys", &standbys)]),
            ),
            Standing::Standby { behind } => {
                let seconds = behind.map_or(0, |behind| behind / 1_000);
                let said = self.say("doctor.is_standby", &[("seconds", &seconds)]);
                standby(Grade::Ok, said)
            }
        });
        let clocks = check!("serverClock", "doctor.server_clock");
        let apart = server.apart.unsigned_abs();
        let facts: [(&str, &dyn Display); 2] = [("ms", &apart), ("seconds", &(apart / 1_000))];
        let (grade, sentence) = match server::clocks(self.now.plus(server.apart), self.now) {
            Clocks::Together => (Grade::Ok, "doctor.clocks_alike"),
            Clocks::Differ(_) | Clocks::Apart(_) => (Grade::Warning, "doctor.clocks_apart"),
        };
        checks.push(clocks(grade, self.say(sentence, &facts)));
        checks
    }

    /// What is wrong, and that only a backup helps.
    fn mended(&self, wrong: &str) -> String {
        self.text.joined(&[wrong, self.text.say("doctor.restore")])
    }

    fn schema(&self, inside: &Inside) -> Check {
        let check = check!("schema", "doctor.schema");
        let (found, known) = inside.schema;
        let facts: [(&str, &dyn Display); 2] = [("found", &found), ("known", &known)];
        match &inside.differs {
            _ if found < known => check(Grade::Warning, self.say("doctor.older", &facts)),
            _ if found > known => check(Grade::Failed, self.say("doctor.newer", &facts)),
            Ok(flaws) if flaws.is_empty() => check(Grade::Ok, self.say("doctor.format", &facts)),
            Ok(flaws) => check(Grade::Failed, self.mended(&self.text.flaws(flaws))),
            Err(fault) => check(Grade::Failed, self.fault(fault)),
        }
    }

    fn chain(&self, inside: &Inside) -> Option<Check> {
        let check = check!("chain", "doctor.chain");
        Some(match inside.chain.as_ref()? {
            // Its head is not told: it has the shape of a secret.
            Ok(Ok(whole)) => {
                let said = self.say("doctor.chain_whole", &[("events", &whole.events)]);
                check(Grade::Ok, said)
            }
            Ok(Err(at)) => check(
                Grade::Failed,
                self.mended(&self.text.flaw(&Flaw::Chain(*at))),
            ),
            Err(fault) => check(Grade::Failed, self.fault(fault)),
        })
    }

    fn clock(&self, inside: &Inside) -> Check {
        let check = check!("clock", "doctor.clock");
        let utc = |at: Timestamp| at.utc().format("%Y-%m-%d %H:%M:%S UTC").to_string();
        let newest = inside.newest.unwrap_or(self.now);
        let facts: [(&str, &dyn Display); 2] = [("now", &utc(self.now)), ("newest", &utc(newest))];
        if newest > self.now {
            check(Grade::Warning, self.say("doctor.clock_behind", &facts))
        } else {
            check(Grade::Ok, utc(self.now))
        }
    }

    fn locale(&self, config: &Config) -> Check {
        let check = check!("locale", "doctor.locale");
        let language = match config.settings.language {
            Locale::EnUs => "en-US",
            Locale::JaJp => "ja-JP",
        };
        match config.settings.borders {
            Borders::Ascii => {
                let why = self.text.say("doctor.only_ascii");
                check(Grade::Ok, format!("{language}, {why}"))
            }
            Borders::Unicode => check(Grade::Ok, format!("{language}, UTF-8")),
        }
    }

    fn terminal(&self, config: &Config) -> Check {
        let check = check!("terminal", "doctor.terminal");
        if let Some(term) = &config.undrawable {
            let said = self.say("cli.undrawable", &[("term", term)]);
            return check(Grade::Warning, said);
        }
        let is_one = io::stdin().is_terminal() && io::stdout().is_terminal();
        let sentence = if is_one {
            "doctor.is_terminal"
        } else {
            "doctor.no_terminal"
        };
        check(Grade::Ok, self.text.say(sentence).to_owned())
    }

    fn clipboard(&self, config: &Config) -> Check {
        let check = check!("clipboard", "doctor.clipboard");
        let (grade, sentence) = match config.settings.clipboard.way(config.surroundings) {
            None => (Grade::Ok, "doctor.copy_off"),
            Some(ClipboardWay::Tmux) => (Grade::Ok, "doctor.copy_tmux"),
            Some(ClipboardWay::Screen) => (Grade::Ok, "doctor.copy_screen"),
            Some(ClipboardWay::Native) => (Grade::Ok, "doctor.copy_native"),
            Some(ClipboardWay::Osc52) => (Grade::Ok, "doctor.copy_osc52"),
            Some(ClipboardWay::Doubtful) => (Grade::Warning, "doctor.copy_doubtful"),
        };
        check(grade, self.text.say(sentence).to_owned())
    }

    fn account(&self, config: &Config) -> Check {
        let check = check!("account", "doctor.account");
        let uid = geteuid();
        let facts: [(&str, &dyn Display); 2] = [("name", &config.account.name), ("uid", &uid)];
        match User::from_uid(uid) {
            Ok(Some(_)) => check(Grade::Ok, self.say("doctor.account_is", &facts)),
            Ok(None) => check(Grade::Warning, self.say("doctor.no_account", &facts)),
            Err(error) => {
                let words: [(&str, &dyn Display); 2] = [("uid", &uid), ("words", &error)];
                check(Grade::Warning, self.say("doctor.no_lookup", &words))
            }
        }
    }
}
