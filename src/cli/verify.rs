//! `keyward verify`: one secret in, one JSON object out.

use std::io::{self, IsTerminal, Write as _};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::thread;

use nix::errno::Errno;
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd;
use serde::Serialize;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;
use zeroize::Zeroizing;

use crate::cli::{Failure, on_store, unless_reading_will_do, write};
use crate::config::Config;
use crate::domain::rights::RightsTree;
use crate::domain::secret::MAX_BYTES;
use crate::domain::verdict::{Asked, Verdict};
use crate::export::json::line;
use crate::store::{Place, Store};
use crate::text::Text;

/// The secret is refused.
const REFUSED: u8 = 1;

/// Reads a secret, judges it and prints the answer, with the role's rights if they are asked for. What is noted of it
/// comes after the answer, and changes nothing of it.
pub(super) fn verify(
    text: Text,
    config: &Config,
    place: &Place,
    with_rights: bool,
) -> Result<ExitCode, Failure> {
    let to_read = || on_store(Store::open_to_read(place, &config.account));
    let opened = on_store(Store::open_to_verify(place, &config.account));
    // A database that cannot be opened is told before anybody types a secret.
    let mut service = unless_reading_will_do(opened, to_read)?;
    let secret = read(text).map_err(|error| Failure::System("cli.input", error))?;
    let judged = unless_reading_will_do(service.judge(&secret, &Asked::default()), || {
        service = to_read()?;
        service.judge(&secret, &Asked::default())
    })?;
    let code = match judged.verdict {
        Verdict::Valid(_) => ExitCode::SUCCESS,
        Verdict::Refused(_) => ExitCode::from(REFUSED),
    };
    write(&(answer(&judged.verdict, with_rights) + "\n"))
        .map_err(|error| Failure::System("cli.output", error))?;
    service.note_use(judged.noted);
    Ok(code)
}

/// Reads standard input to its end, or to the end of a line at a terminal; one byte more than a secret can have is
/// enough to know that it is none. No buffer of the standard library keeps a copy.
fn read(text: Text) -> io::Result<Zeroizing<Vec<u8>>> {
    let stdin = io::stdin();
    let typed = stdin.is_terminal();
    let _quiet = if typed {
        Some(Quiet::start(text)?)
    } else {
        None
    };
    let mut bytes = Zeroizing::new(vec![0; MAX_BYTES + 1]);
    let mut length = 0;
    while length < bytes.len() && !(typed && bytes[..length].ends_with(b"\n")) {
        match unistd::read(stdin.as_fd(), &mut bytes[length..]) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
    bytes.truncate(length);
    Ok(bytes)
}

/// The terminal's echo is off until this is dropped, or a signal ends the process.
struct Quiet(Termios);

impl Quiet {
    fn start(text: Text) -> io::Result<Quiet> {
        let before = tcgetattr(io::stdin())?;
        let mut signals = Signals::new([SIGHUP, SIGINT, SIGQUIT, SIGTERM])?;
        let quiet = Quiet(before.clone());
        thread::Builder::new().spawn(move || {
            if let Some(signal) = signals.forever().next() {
                drop(quiet);
                low_level::exit(128 + signal);
            }
        })?;
        let mut silent = before.clone();
        silent.local_flags.remove(LocalFlags::ECHO);
        // The end of the line is still shown.
        silent.local_flags.insert(LocalFlags::ECHONL);
        tcsetattr(io::stdin(), SetArg::TCSADRAIN, &silent)?;
        let quiet = Quiet(before);
        write!(io::stderr(), "{}", text.say("cli.prompt"))?;
        Ok(quiet)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        // What was not read, of a text that was too long, is thrown away: it must not become a command of the shell.
        let _ = tcsetattr(io::stdin(), SetArg::TCSAFLUSH, &self.0);
    }
}

/// The fields in the order in which they are printed.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a> {
    #[serde(rename_all = "camelCase")]
    Valid {
        valid: bool,
        id: i64,
        name: &'a str,
        role: &'a str,
        access: &'static str,
        locale: &'static str,
        time_zone: &'static str,
        /// Milliseconds since the epoch.
        expires: Option<i64>,
        /// Section, group, right.
        #[serde(skip_serializing_if = "Option::is_none")]
        rights: Option<RightsTree>,
    },
    Refused {
        valid: bool,
        reason: &'static str,
    },
}

fn answer(verdict: &Verdict, with_rights: bool) -> String {
    let answer = match verdict {
        Verdict::Valid(bearer) => Answer::Valid {
            valid: true,
            id: bearer.id.0,
            name: &bearer.name,
            role: &bearer.role,
            access: bearer.rights.access().word(),
            locale: bearer.locale.tag(),
            time_zone: bearer.zone.name(),
            expires: bearer.expires_at.map(|at| at.0),
            rights: with_rights.then(|| bearer.rights.tree()),
        },
        Verdict::Refused(reason) => Answer::Refused {
            valid: false,
            reason: reason.word(),
        },
    };
    line(&answer)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::domain::id::{KeyId, SecretId};
    use crate::domain::locale::Locale;
    use crate::domain::rights::Rights;
    use crate::domain::time::Timestamp;
    use crate::domain::verdict::{Bearer, Refused};

    fn bearer(name: &str, expires_at: Option<Timestamp>) -> Verdict {
        Verdict::Valid(Bearer {
            secret: SecretId(3),
            id: KeyId(7),
            name: name.to_owned(),
            role: "Full Access".to_owned(),
            rights: Rights::all(),
            locale: Locale::JaJp,
            zone: Tz::Asia__Tokyo,
            expires_at,
            rate: None,
        })
    }

    #[test]
    fn a_valid_secret_is_answered_in_this_form() {
        let never = r#"{"valid":true,"id":7,"name":"監査 \"1\"","role":"Full Access","access":"read-write","locale":"ja-JP","timeZone":"Asia/Tokyo","expires":null}"#;
        assert_eq!(answer(&bearer("監査 \"1\"", None), false), never);
        let expires = answer(&bearer("a", Some(Timestamp(1_798_729_200_000))), false);
        assert!(
            expires.ends_with(r#""expires":1798729200000}"#),
            "{expires}"
        );
    }

    #[test]
    fn a_refused_secret_is_answered_with_the_reason_alone() {
        let refused = answer(&Verdict::Refused(Refused::LockedOut), true);
        assert_eq!(refused, r#"{"valid":false,"reason":"locked-out"}"#);
    }

    #[test]
    fn an_answer_never_steers_a_terminal_and_says_the_same() {
        let name = "a\u{1b}\u{7f}\u{9b}2J\u{202e}\u{e0001}b";
        let line = answer(&bearer(name, None), true);
        assert!(
            line.contains(r"a\u001b\u007f\u009b2J\u202e\udb40\udc01b"),
            "{line}"
        );
        let read: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(read["name"], name);
    }
}
