//! Locking out the keys of which a secret was found that is in use.

use std::collections::HashSet;

use crate::cli::ask::confirm;
use crate::cli::scan::{Found, INPUT};
use crate::cli::session::Session;
use crate::cli::{Failure, tell};
use crate::domain::id::{KeyId, SecretId};
use crate::domain::leak::Find;
use crate::domain::name::{check_reason, printable};
use crate::domain::state::State;
use crate::text::Text;

/// The keys that are to be locked out, each for the first place where a secret of it was found.
pub(super) struct Locking {
    /// They are locked as soon as they are found; else all of them at the end, once it was confirmed.
    at_once: bool,
    seen: HashSet<Found>,
    waiting: Vec<Lock>,
    locked: HashSet<KeyId>,
}

struct Lock {
    key: KeyId,
    secret: SecretId,
    name: String,
    reason: String,
}

impl Locking {
    pub(super) fn new(at_once: bool) -> Locking {
        Locking {
            at_once,
            seen: HashSet::new(),
            waiting: Vec::new(),
            locked: HashSet::new(),
        }
    }

    pub(super) fn take(&mut self, find: &Find, session: &mut Session) {
        let leak = &find.leak;
        let (true, Some(secret)) = (leak.is_in_use(), leak.secret) else {
            return;
        };
        if leak.state == Some(State::LockedOut) || !self.seen.insert((leak.key, Some(secret))) {
            return;
        }
        let lock = Lock {
            key: leak.key,
            secret,
            name: leak.name.clone(),
            reason: reason(find, session.text),
        };
        if self.at_once {
            self.carry_out(&lock, session);
        } else {
            self.waiting.push(lock);
        }
    }

    /// Whether it was locked out here.
    pub(super) fn has_locked(&self, key: KeyId) -> bool {
        self.locked.contains(&key)
    }

    /// Asks where it has to be asked.
    pub(super) fn end(&mut self, session: &mut Session) -> Result<(), Failure> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let text = session.text;
        let lines = self.waiting.iter().map(|lock| lock.told("scan.lock", text));
        confirm(text, false, &lines.collect::<Vec<_>>().join("\n"))?;
        for lock in std::mem::take(&mut self.waiting) {
            self.carry_out(&lock, session);
        }
        Ok(())
    }

    fn carry_out(&mut self, lock: &Lock, session: &mut Session) {
        if lock.carry_out(session) {
            self.locked.insert(lock.key);
        }
    }
}

impl Lock {
    /// Tells what came of it; whether the key was locked out.
    fn carry_out(&self, session: &mut Session) -> bool {
        let text = session.text;
        let (key, secret) = (self.key, self.secret);
        let locked = session
            .act(|service, actor| service.lock_out_leaked_key(actor, key, secret, &self.reason));
        let said = match &locked {
            Ok(true) => self.told("scan.locked", text),
            Ok(false) => self.told("scan.no_longer_in_use", text),
            Err(trouble) => {
                let why = text.trouble(trouble);
                self.told("scan.not_locked", text) + " " + &why
            }
        };
        tell(&said);
        matches!(locked, Ok(true))
    }

    fn told(&self, sentence: &'static str, text: Text) -> String {
        text.fill(
            sentence,
            &[
                ("id", &self.key.0),
                ("name", &self.name),
                ("reason", &self.reason),
            ],
        )
    }
}

/// Where it was found, where that may be said in a reason.
fn reason(find: &Find, text: Text) -> String {
    let elsewhere = || text.say("scan.reason_elsewhere").to_owned();
    if printable(&find.file) != find.file {
        return elsewhere();
    }
    let line = find.spot.map_or(0, |spot| spot.line);
    let place = if find.file == INPUT {
        text.fill("scan.reason_input", &[("line", &line)])
    } else if find.spot.is_none() {
        text.fill("scan.reason", &[("place", &find.file)])
    } else {
        text.fill(
            "scan.reason",
            &[("place", &format!("{}:{line}", find.file))],
        )
    };
    check_reason(&place).unwrap_or_else(|_| elsewhere())
}
