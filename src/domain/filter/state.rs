//! The words of `state:`. They ask for facts: a locked key that is also expired is found under both.

use crate::domain::state::{AsOf, Facts, UserState};
use crate::domain::words::words;

words! {
    /// What `state:` asks of a key.
    pub enum StateWord: /** The word behind the colon. */ word {
        /// It authenticates.
        Active = "active",
        /// It expires within the warning time.
        Soon = "soon",
        /// Its role does not allow access to the Web Service API.
        NoAccess = "no-access",
        Undelivered = "undelivered",
        Expired = "expired",
        Locked = "locked",
        /// Something bounds its use ([`crate::domain::bounds`]).
        Limited = "limited",
        Deleted = "deleted",
        /// Nothing: deleted keys are shown, too.
        Any = "any",
    }
}

impl StateWord {
    /// The value of this word.
    #[must_use]
    pub fn of(word: &str) -> Option<StateWord> {
        StateWord::ALL
            .into_iter()
            .find(|value| value.word() == word)
    }

    /// Whether deleted keys are asked for; they are left out by every filter that does not.
    #[must_use]
    pub fn asks_for_deleted(self) -> bool {
        matches!(self, StateWord::Any | StateWord::Deleted)
    }

    /// Whether it holds for a key with these facts, whose use something bounds or not.
    #[must_use]
    pub fn holds(self, facts: &Facts, bounded: bool, as_of: AsOf) -> bool {
        match self {
            StateWord::Any => true,
            StateWord::Active => facts.authenticates(as_of.now),
            StateWord::Soon => facts.expires_soon(as_of),
            StateWord::NoAccess => !facts.api_access,
            StateWord::Undelivered => !facts.delivered,
            StateWord::Expired => facts.expired(as_of.now),
            StateWord::Locked => facts.locked_out,
            StateWord::Limited => bounded,
            StateWord::Deleted => facts.deleted,
        }
    }
}

words! {
    /// What `state:` asks of a user.
    pub enum UserStateWord: /** The word behind the colon. */ word {
        /// They can sign in.
        Active = "active",
        /// Their role does not allow access to the user interface.
        NoAccess = "no-access",
        Locked = "locked",
        /// Nothing.
        Any = "any",
    }
}

impl UserStateWord {
    /// The value of this word.
    #[must_use]
    pub fn of(word: &str) -> Option<UserStateWord> {
        UserStateWord::ALL
            .into_iter()
            .find(|value| value.word() == word)
    }

    /// Whether it holds for a user in this state.
    #[must_use]
    pub fn holds(self, locked_out: bool, user_interface: bool) -> bool {
        match self {
            UserStateWord::Any => true,
            UserStateWord::Active => UserState::of(locked_out, user_interface) == UserState::Active,
            UserStateWord::NoAccess => !user_interface,
            UserStateWord::Locked => locked_out,
        }
    }
}
