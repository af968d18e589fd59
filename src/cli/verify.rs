//! `keyward verify`: one secret in, one JSON object out; or as many as there are lines.

mod batch;
mod lines;

use std::io::{self, IsTerminal, Write as _};
use std::os::fd::AsFd;
use std::process::ExitCode;
use std::thread;
use std::time::Duration;

use nix::errno::Errno;
use nix::sys::termios::{LocalFlags, SetArg, Termios, tcgetattr, tcsetattr};
use nix::unistd;
use serde::Serialize;
use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;
use signal_hook::low_level;
use zeroize::Zeroizing;

use crate::cli::args::VerifyArgs;
use crate::cli::exit::Exit;
use crate::cli::{Failure, on_store, place, unless_reading_will_do, write};
use crate::config::Config;
use crate::domain::rights::RightsTree;
use crate::domain::secret::{MAX_BYTES, received};
use crate::domain::trouble::Trouble;
use crate::domain::user::OsAccount;
use crate::domain::verdict::{Asked, Door, Verdict};
use crate::export::json::line;
use crate::service::Service;
use crate::service::authenticate::Judged;
use crate::store::{Place, Store};
use crate::text::Text;

/// The header in which a client sends a secret, as its line begins.
const HEADER: &[u8] = b"api-secret-key:";

/// What the answer tells beside what it always does.
#[derive(Clone, Copy, Default)]
pub(super) struct Told {
    /// The rights of the role.
    rights: bool,
    /// The key of a refused secret.
    key: bool,
}

/// Reads a secret, judges it and prints the answer, with what else of it is asked for. What is noted of it
/// comes after the answer, and changes nothing of it.
pub(super) fn verify(text: Text, config: &Config, args: VerifyArgs) -> Result<ExitCode, Failure> {
    let told = Told {
        rights: args.rights,
        key: args.identify,
    };
    let database = Database {
        place: place(args.database, config)?,
        account: config.account.clone(),
        stale: args.stale.stale,
    };
    // The name is needed until the process ends.
    let service = args.service.map(|name| &*name.leak());
    let asked = Asked {
        service: service.map_or(Door::None, Door::Named),
        address: args.address,
    };
    if args.batch {
        let typed = io::stdin().is_terminal();
        let _quiet = typed.then(|| Quiet::start(text)).transpose();
        let all_valid = batch::batch(database, asked, told)?;
        let exit = if all_valid { Exit::Done } else { Exit::Refused };
        return Ok(exit.into());
    }
    // A database that cannot be opened is told before anybody types a secret.
    let mut service = database.open()?;
    let input = read(text).map_err(|error| Failure::System("cli.input", error))?;
    let secret = sent(&input);
    let judged = unless_reading_will_do(service.judge(secret, &asked), || {
        service = database.open_to_read()?;
        service.judge(secret, &asked)
    })?;
    let code = match judged.verdict {
        Verdict::Valid(_) => ExitCode::SUCCESS,
        Verdict::Refused(_) => Exit::Refused.into(),
    };
    write(&(answer(&judged, told) + "\n")).map_err(Failure::Output)?;
    service.note_use(judged.noted);
    Ok(code)
}

/// Where secrets are looked for.
struct Database {
    place: Place,
    account: OsAccount,
    /// How old what a standby knows may be.
    stale: Duration,
}

impl Database {
    /// As it is needed to note uses, too, where that can be done.
    fn open(&self) -> Result<Service, Trouble> {
        let opened = on_store(Store::open_to_verify(&self.place, &self.account));
        self.not_stale(unless_reading_will_do(opened, || self.open_to_read()))
    }

    fn open_to_read(&self) -> Result<Service, Trouble> {
        self.not_stale(on_store(Store::open_to_read(&self.place, &self.account)))
    }

    fn not_stale(&self, opened: Result<Service, Trouble>) -> Result<Service, Trouble> {
        opened.inspect(|service| service.deny_stale(self.stale))
    }
}

/// The secret in what was read: all of it, or the value of the header's line, with blanks around it as HTTP has them
/// (RFC 9110).
pub(super) fn sent(input: &[u8]) -> &[u8] {
    let name = input.get(..HEADER.len());
    if !name.is_some_and(|name| name.eq_ignore_ascii_case(HEADER)) {
        return input;
    }
    let blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    let value = received(&input[HEADER.len()..]);
    let start = value
        .iter()
        .position(|byte| !blank(byte))
        .unwrap_or(value.len());
    let end = value
        .iter()
        .rposition(|byte| !blank(byte))
        .map_or(start, |last| last + 1);
    &value[start..end]
}

/// Reads standard input to its end, or to the end of a line at a terminal; one byte more than a secret can have is
/// enough to know that it is none. No buffer of the standard library keeps a copy.
pub(super) fn read(text: Text) -> io::Result<Zeroizing<Vec<u8>>> {
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
        #[serde(skip_serializing_if = "Option::is_none")]
        id: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        name: Option<&'a str>,
    },
}

/// The answer, without the end of the line.
pub(super) fn answer(judged: &Judged, told: Told) -> String {
    let of = judged.of.as_ref().filter(|_| told.key);
    let answer = match &judged.verdict {
        Verdict::Valid(bearer) => Answer::Valid {
            valid: true,
            id: bearer.id.0,
            name: &bearer.name,
            role: &bearer.role,
            access: bearer.rights.access().word(),
            locale: bearer.locale.tag(),
            time_zone: bearer.zone.name(),
            expires: bearer.expires_at.map(|at| at.0),
            rights: told.rights.then(|| bearer.rights.tree()),
        },
        Verdict::Refused(reason) => Answer::Refused {
            valid: false,
            reason: reason.word(),
            id: of.map(|(id, _)| id.0),
            name: of
                .map(|(_, name)| name.as_str())
                .filter(|name| !name.is_empty()),
        },
    };
    line(&answer)
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::domain::id::{KeyId, SecretId};
    use crate::domain::locale::Locale;
    use crate::domain::rights::Rights;
    use crate::domain::time::Timestamp;
    use crate::domain::tz::Tz;
    use crate::domain::verdict::{Bearer, Refused};

    const ALL: Told = Told {
        rights: true,
        key: true,
    };

    fn judged(verdict: Verdict) -> Judged {
        Judged {
            verdict,
            of: Some((KeyId(7), "a".to_owned())),
            noted: None,
        }
    }

    fn bearer(name: &str, expires_at: Option<Timestamp>) -> Judged {
        judged(Verdict::Valid(Bearer {
            secret: SecretId(3),
            id: KeyId(7),
            name: name.to_owned(),
            role: "Full Access".to_owned(),
            rights: Rights::all(),
            locale: Locale::JaJp,
            zone: Tz::Asia__Tokyo,
            expires_at,
            rate: None,
        }))
    }

    #[test]
    fn a_valid_secret_is_answered_in_this_form() {
        let never = r#"{"valid":true,"id":7,"name":"監査 \"1\"","role":"Full Access","access":"read-write","locale":"ja-JP","timeZone":"Asia/Tokyo","expires":null}"#;
        assert_eq!(answer(&bearer("監査 \"1\"", None), Told::default()), never);
        let expires = answer(
            &bearer("a", Some(Timestamp(1_798_729_200_000))),
            Told::default(),
        );
        assert!(
            expires.ends_with(r#""expires":1798729200000}"#),
            "{expires}"
        );
    }

    #[test]
    fn a_refused_secret_is_answered_with_the_reason_alone_unless_its_key_is_asked_for() {
        let mut judged = judged(Verdict::Refused(Refused::LockedOut));
        let rights = Told {
            rights: true,
            ..Told::default()
        };
        let alone = r#"{"valid":false,"reason":"locked-out"}"#;
        assert_eq!(answer(&judged, rights), alone);
        let named = r#"{"valid":false,"reason":"locked-out","id":7,"name":"a"}"#;
        assert_eq!(answer(&judged, ALL), named);
        judged.of = Some((KeyId(7), String::new()));
        let numbered = r#"{"valid":false,"reason":"locked-out","id":7}"#;
        assert_eq!(answer(&judged, ALL), numbered);
        judged.of = None;
        assert_eq!(answer(&judged, ALL), alone);
    }

    #[test]
    fn a_secret_is_taken_alone_or_as_the_value_of_its_header() {
        for line in [
            "api-secret-key: 1:a=",
            "API-Secret-Key:1:a=\n",
            "api-secret-key: \t 1:a= \t\r\n",
        ] {
            assert_eq!(sent(line.as_bytes()), b"1:a=", "{line:?}");
        }
        for other in [
            "1:a=\n",
            " api-secret-key: 1:a=",
            "api-secret-key : 1:a=",
            "secret: 1:a=",
            "api-secret-key",
            "",
        ] {
            assert_eq!(sent(other.as_bytes()), other.as_bytes(), "{other:?}");
        }
        assert_eq!(sent(b"api-secret-key: 1:a=\nx: y"), b"1:a=\nx: y");
        assert_eq!(sent(b"api-secret-key: \n"), b"");
    }

    #[test]
    fn an_answer_never_steers_a_terminal_and_says_the_same() {
        let name = "a\u{1b}\u{7f}\u{9b}2J\u{202e}\u{e0001}b";
        let line = answer(&bearer(name, None), ALL);
        assert!(
            line.contains(r"a\u001b\u007f\u009b2J\u202e\udb40\udc01b"),
            "{line}"
        );
        let read: serde_json::Value = serde_json::from_str(&line).expect("JSON");
        assert_eq!(read["name"], name);
    }
}
