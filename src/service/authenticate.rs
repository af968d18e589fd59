//! Is this secret valid, and whose is it? The answer needs only reads; what is noted of it never changes it.

use crate::auth::token::{self, Tag};
use crate::domain::id::{KeyId, SecretId};
use crate::domain::rights::Right;
use crate::domain::secret::{SecretFacts, received};
use crate::domain::state::is_restorable;
use crate::domain::time::{MINUTE, Timestamp};
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::user::Actor;
use crate::domain::verdict::{
    Asked, Bearer, Refused, Tried, TriedKey, Use, UseKind, Verdict, refusals,
};
use crate::service::Service;
use crate::store::Tx;
use crate::store::presented::{self, Presented};

/// The last use is noted again when it is older than this, in milliseconds.
const FRESH: i64 = MINUTE;

/// What one look at the database says of a secret.
#[derive(Debug)]
pub enum Weighed<T = Judged> {
    Judged(T),
    /// All else speaks for it: it is valid if it is the secret of this PHC string.
    Unproven(String),
}

/// What was judged, and what is to be noted of it once the answer was given.
#[derive(Debug)]
pub struct Judged {
    pub verdict: Verdict,
    /// The key that a refused secret was made for, where that is certain; its name is empty where it is not known (any
    /// more).
    pub of: Option<(KeyId, String)>,
    /// Nothing where it is not worth noting.
    pub noted: Option<Use>,
}

/// A secret that was made by this database, as its tag tells: what to look for.
#[derive(Clone, Copy, Debug)]
pub struct Genuine {
    key: KeyId,
    tag: Tag,
}

/// What the database has of a secret at one moment; nothing where there is no such key.
#[derive(Debug)]
pub struct Found(Option<Presented>);

/// What a text is worth as a secret.
enum Worth {
    /// It was not looked for in the database.
    Unread(Refused),
    /// It is genuine, and there is no such key, or no such secret of it.
    Unknown(KeyId, String, Timestamp),
    Refused(Refused, Box<Known>, Timestamp),
    Accepted(Box<Known>, Timestamp),
}

/// A key and one of its secrets.
struct Known {
    of: Presented,
    secret: SecretFacts,
}

impl Service {
    /// Judges what a client sent. This only reads.
    ///
    /// # Errors
    /// [`Trouble`] is no verdict: the caller must take it as denied.
    pub fn judge(&self, bytes: &[u8], asked: &Asked<'_>) -> Result<Judged, Trouble> {
        Ok(self.prove(bytes, Some(asked))?.judged())
    }

    /// Judges what a client sent by one look at the database. Whoever asks says whether it is the secret of a PHC string:
    /// the answer is asked for at most once, where it decides, and nothing is one that is not known.
    ///
    /// # Errors
    /// As of [`Service::judge`].
    pub fn weigh(
        &self,
        bytes: &[u8],
        asked: &Asked<'_>,
        proof: impl FnOnce(&str) -> Option<bool>,
    ) -> Result<Weighed, Trouble> {
        Ok(match self.genuine(bytes) {
            Err(judged) => Weighed::Judged(judged),
            Ok(of) => self.weigh_found(of, self.find_one(of)?, asked, proof)?,
        })
    }

    /// What to look for in the database; a text that is not worth looking for is judged.
    #[expect(clippy::result_large_err, reason = "an answer, as the other is")]
    pub fn genuine(&self, bytes: &[u8]) -> Result<Genuine, Judged> {
        self.read(bytes)
            .map_err(|reason| Worth::Unread(reason).judged())
    }

    /// Looks for secrets, for all of them at one moment.
    ///
    /// # Errors
    /// As of [`Service::judge`].
    pub fn find(&self, wanted: &[Genuine]) -> Result<Vec<Found>, Trouble> {
        self.read_again(|tx| {
            let found = wanted.iter().map(|of| presented::get(tx, of.key, &of.tag));
            let found = found.map(|found| Ok(Found(found?)));
            found.collect()
        })
    }

    /// [`Service::weigh`] by what was found; it holds for the moment of that look.
    ///
    /// # Errors
    /// As of [`Service::judge`].
    pub fn weigh_found(
        &self,
        of: Genuine,
        found: Found,
        asked: &Asked<'_>,
        proof: impl FnOnce(&str) -> Option<bool>,
    ) -> Result<Weighed, Trouble> {
        Ok(match self.worth(of, found, Some(asked), proof)? {
            Weighed::Judged(worth) => Weighed::Judged(worth.judged()),
            Weighed::Unproven(phc) => Weighed::Unproven(phc),
        })
    }

    /// Judges a secret as a client's is judged that may be anywhere and asks for nothing, and says whose it is and everything
    /// that refuses it. Nothing is noted of it: no use, no event.
    ///
    /// # Errors
    /// [`Trouble::NotAuthorized`] for who may not view API keys.
    pub fn try_secret(&self, actor: &Actor, bytes: &[u8]) -> Result<Tried, Trouble> {
        self.ask(actor, &[Right::ViewApiKeys], |_, _| Ok(()))?;
        let (refused, known) = match self.prove(bytes, None)? {
            Worth::Unread(reason) => (vec![reason], None),
            Worth::Unknown(..) => (vec![Refused::Unknown], None),
            Worth::Refused(Refused::Forged, ..) => (vec![Refused::Forged], None),
            Worth::Refused(_, known, now) => (known.refusals(now, None).collect(), Some(known)),
            Worth::Accepted(known, _) => (Vec::new(), Some(known)),
        };
        let of = known.map(|known| Box::new(known.tried(self.now())));
        Ok(Tried { refused, of })
    }

    /// Looks, computes the hash where all depends on it, outside any transaction, and looks again: that took long enough for
    /// an administrator to have locked the key.
    fn prove(&self, bytes: &[u8], asked: Option<&Asked<'_>>) -> Result<Worth, Trouble> {
        let mut computed: Option<(String, bool)> = None;
        loop {
            let proof = |phc: &str| match &computed {
                Some((of, is_of)) if of == phc => Some(*is_of),
                _ => None,
            };
            match self.look(bytes, asked, proof)? {
                Weighed::Judged(worth) => return Ok(worth),
                Weighed::Unproven(phc) => {
                    let is_of = self.hasher.verify(&phc, received(bytes))?;
                    computed = Some((phc, is_of));
                }
            }
        }
    }

    /// What a text is worth by the rows of one moment.
    fn look(
        &self,
        bytes: &[u8],
        asked: Option<&Asked<'_>>,
        proof: impl FnOnce(&str) -> Option<bool>,
    ) -> Result<Weighed<Worth>, Trouble> {
        match self.read(bytes) {
            Err(reason) => Ok(Weighed::Judged(Worth::Unread(reason))),
            Ok(of) => self.worth(of, self.find_one(of)?, asked, proof),
        }
    }

    fn read(&self, bytes: &[u8]) -> Result<Genuine, Refused> {
        let token = token::parse(bytes).ok_or(Refused::Malformed)?;
        if !token.genuine(&self.tag_key) {
            return Err(Refused::Forged);
        }
        Ok(Genuine {
            key: token.id(),
            tag: token.tag(),
        })
    }

    fn find_one(&self, of: Genuine) -> Result<Found, Trouble> {
        let found =
            self.read_again(|tx| presented::get(tx, of.key, &of.tag).map_err(Trouble::from));
        Ok(Found(found?))
    }

    /// Reads, once more where the line to a server broke meanwhile: another one may answer.
    fn read_again<T>(&self, read: impl Fn(&Tx<'_>) -> Result<T, Trouble>) -> Result<T, Trouble> {
        match self.store.read(&read) {
            Err(Trouble::Storage(Fault::Away(_))) => self.store.read(&read),
            done => done,
        }
    }

    fn worth(
        &self,
        of: Genuine,
        found: Found,
        asked: Option<&Asked<'_>>,
        proof: impl FnOnce(&str) -> Option<bool>,
    ) -> Result<Weighed<Worth>, Trouble> {
        let (key, now) = (of.key, self.now());
        let known = match found.0 {
            Some(of) => match of.secret {
                Some(secret) => Box::new(Known { of, secret }),
                None => return Ok(Weighed::Judged(Worth::Unknown(key, of.name, now))),
            },
            None => return Ok(Weighed::Judged(Worth::Unknown(key, String::new(), now))),
        };
        let refusal = known.refusals(now, asked).next();
        if let Some(reason) = refusal {
            return Ok(Weighed::Judged(Worth::Refused(reason, known, now)));
        }
        let phc = known.of.hash.as_deref().ok_or(Trouble::UnknownHash)?;
        Ok(match proof(phc) {
            None => Weighed::Unproven(phc.to_owned()),
            Some(true) => Weighed::Judged(Worth::Accepted(known, now)),
            Some(false) => Weighed::Judged(Worth::Refused(Refused::Forged, known, now)),
        })
    }
}

impl Worth {
    fn judged(self) -> Judged {
        match self {
            Worth::Unread(reason) => Judged {
                verdict: Verdict::Refused(reason),
                of: None,
                noted: None,
            },
            Worth::Unknown(key, name, at) => refused(Refused::Unknown, (key, name), None, at),
            Worth::Refused(reason, known, at) => {
                let Known { of, secret } = *known;
                refused(reason, (of.key, of.name), Some(secret.id), at)
            }
            Worth::Accepted(known, now) => Judged {
                noted: known.worth_noting(now).then(|| Use {
                    kind: UseKind {
                        key: known.of.key,
                        secret: Some(known.secret.id),
                        refused: None,
                    },
                    name: String::new(),
                    count: 1,
                    at: now,
                }),
                verdict: Verdict::Valid(known.bearer()),
                of: None,
            },
        }
    }
}

fn refused(
    reason: Refused,
    of: (KeyId, String),
    secret: Option<SecretId>,
    at: Timestamp,
) -> Judged {
    Judged {
        verdict: Verdict::Refused(reason),
        noted: Some(Use {
            kind: UseKind {
                key: of.0,
                secret,
                refused: Some(reason),
            },
            name: of.1.clone(),
            count: 1,
            at,
        }),
        // Its tag alone may have been made by whoever got hold of the tag key.
        of: (reason != Refused::Forged).then_some(of),
    }
}

impl Known {
    /// Every reason that refuses the secret, in their order.
    fn refusals(
        &self,
        now: Timestamp,
        asked: Option<&Asked<'_>>,
    ) -> impl Iterator<Item = Refused> + use<> {
        let phase = self.secret.life.phase(now);
        let (services, addresses) = (&self.of.services, &self.of.addresses);
        let asked = asked.map(|asked| asked.refusals(services, addresses));
        let asked = asked.unwrap_or_default().into_iter().flatten();
        refusals(self.of.facts, phase, now).chain(asked)
    }

    fn worth_noting(&self, now: Timestamp) -> bool {
        let stale = |at: Option<Timestamp>| at.is_none_or(|at| !now.is_soon_after(at, FRESH + 1));
        self.of.attempts > 0 || stale(self.of.last_sign_in_at) || stale(self.secret.last_used_at)
    }

    fn tried(self, now: Timestamp) -> TriedKey {
        let Presented {
            deleted_at, erased, ..
        } = self.of;
        TriedKey {
            id: self.of.key,
            access: self.of.rights.access(),
            role: self.of.role,
            expires_at: self.of.facts.expires_at,
            name: self.of.name,
            services: self.of.services,
            addresses: self.of.addresses,
            rate: self.of.rate,
            restorable: !erased && deleted_at.is_some_and(|at| is_restorable(at, now)),
            secret: self.secret,
        }
    }

    fn bearer(self) -> Bearer {
        Bearer {
            id: self.of.key,
            secret: self.secret.id,
            name: self.of.name,
            rights: self.of.rights,
            role: self.of.role,
            locale: self.of.locale,
            zone: self.of.zone,
            expires_at: self.of.facts.expires_at,
            rate: self.of.rate,
        }
    }
}
