//! A secret that was found where it should not be.

use crate::domain::id::{KeyId, SecretId};
use crate::domain::secret::Phase;
use crate::domain::secret::scan::Spot;
use crate::domain::state::State;
use crate::domain::words::words;

words! {
    /// What a secret that was found is worth.
    pub enum Worth: /** The word for programs. */ word {
        /// Issued, and nobody has confirmed that it was stored: it works as soon as somebody does.
        Pending = "pending",
        /// The one that clients use.
        Current = "current",
        /// Replaced, and still working until its time is reached.
        Retiring = "retiring",
        /// It worked once and does no more.
        Replaced = "replaced",
        /// Never delivered, and never will be.
        Void = "void",
        /// Made by this database, which does not know it: it was put back to a time before.
        Unknown = "unknown",
    }
}

impl Worth {
    /// What a secret in this phase is worth.
    #[must_use]
    pub fn of(phase: Phase) -> Worth {
        match phase {
            Phase::Pending => Worth::Pending,
            Phase::Current => Worth::Current,
            Phase::Retiring => Worth::Retiring,
            Phase::Dead => Worth::Replaced,
            Phase::Void => Worth::Void,
        }
    }
}

/// A secret that was found: whose it is, and what it is worth. Never the secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leak {
    pub key: KeyId,
    /// Empty where there is no such key.
    pub name: String,
    /// Nothing where there is no such key.
    pub state: Option<State>,
    /// The secret's own number; nothing where it is unknown.
    pub secret: Option<SecretId>,
    pub worth: Worth,
}

impl Leak {
    /// Whether the secret works, or could again without another taking its place: when its key is unlocked, is given a
    /// later expiry or another role, or when it is delivered. Not that of a deleted key.
    #[must_use]
    pub fn is_living(&self) -> bool {
        self.is_of_key() && matches!(self.worth, Worth::Pending) || self.is_in_use()
    }

    /// Whether locking the key out stops the secret: it is the one that clients use, or was until it was replaced.
    #[must_use]
    pub fn is_in_use(&self) -> bool {
        self.is_of_key() && matches!(self.worth, Worth::Current | Worth::Retiring)
    }

    fn is_of_key(&self) -> bool {
        !matches!(self.state, None | Some(State::Deleted))
    }
}

/// Where a secret was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Find {
    /// As it is told: never with a secret in it.
    pub file: String,
    /// Nothing where it is in the file's name.
    pub spot: Option<Spot>,
    pub leak: Leak,
    /// Whether the key was locked out because of such finds.
    pub locked: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_lives_while_it_works_or_could_again() {
        let states = [
            State::LockedOut,
            State::Expired,
            State::NotDelivered,
            State::NoApiAccess,
            State::Active,
            State::Deleted,
        ];
        let states = states.map(Some).into_iter().chain([None]);
        for (state, worth) in states.flat_map(|state| Worth::ALL.map(|worth| (state, worth))) {
            let leak = Leak {
                key: KeyId(1),
                name: String::new(),
                state,
                secret: None,
                worth,
            };
            let of_key = !matches!(state, None | Some(State::Deleted));
            let in_use = of_key && ["current", "retiring"].contains(&worth.word());
            assert_eq!(leak.is_in_use(), in_use, "{leak:?}");
            let living = in_use || of_key && worth == Worth::Pending;
            assert_eq!(leak.is_living(), living, "{leak:?}");
        }
    }
}
