//! The state of a key and of a user: always a word, decided in one place from the facts.

use crate::domain::time::{DAY, HOUR, MINUTE, Timestamp};

/// A deleted key can be restored for this long, in milliseconds.
pub const RESTORABLE: i64 = 7 * DAY;

/// Whether a key that was deleted then can be restored now. One that was deleted by a clock that was ahead can be, and
/// for longer: what is erased never comes back.
#[must_use]
pub fn is_restorable(deleted_at: Timestamp, now: Timestamp) -> bool {
    now.since(deleted_at) < RESTORABLE
}

/// How long before its expiry a key is told to expire soon: a number of days, 14 unless it is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Warning {
    pub days: u16,
}

impl Warning {
    pub const DEFAULT: Warning = Warning { days: 14 };

    /// The warning time in milliseconds.
    #[must_use]
    pub fn ms(self) -> i64 {
        i64::from(self.days) * DAY
    }
}

impl Default for Warning {
    fn default() -> Warning {
        Warning::DEFAULT
    }
}

/// Who locked something out, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LockedBy {
    /// Nothing for what nobody did.
    pub name: Option<String>,
    pub at: Timestamp,
}

/// What a state depends on beside the key: the time, and how early one is warned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AsOf {
    pub now: Timestamp,
    pub warning: Warning,
}

/// What decides a state.
#[expect(
    clippy::struct_excessive_bools,
    reason = "each of these facts holds or not whatever the others are"
)]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    pub deleted: bool,
    pub locked_out: bool,
    pub expires_at: Option<Timestamp>,
    pub delivered: bool,
    /// The key's role allows access to the Web Service API.
    pub api_access: bool,
}

impl Facts {
    /// Whether the expiry has come: at its exact instant the key no longer works.
    #[must_use]
    pub fn expired(&self, now: Timestamp) -> bool {
        self.expires_at.is_some_and(|at| at <= now)
    }

    /// Whether the expiry is within the warning time.
    #[must_use]
    pub fn expires_soon(&self, AsOf { now, warning }: AsOf) -> bool {
        self.expires_at
            .is_some_and(|at| at > now && at <= now.plus(warning.ms()))
    }

    /// The state: the first that holds.
    #[must_use]
    pub fn state(&self, as_of: AsOf) -> State {
        let now = as_of.now;
        match self.expires_at {
            _ if self.deleted => State::Deleted,
            _ if self.locked_out => State::LockedOut,
            _ if self.expired(now) => State::Expired,
            _ if !self.delivered => State::NotDelivered,
            _ if !self.api_access => State::NoApiAccess,
            Some(at) if self.expires_soon(as_of) => State::ExpiresSoon(at.since(now)),
            _ => State::Active,
        }
    }

    /// Whether the key authenticates with its secret, which is current or retiring.
    #[must_use]
    pub fn authenticates(&self, now: Timestamp) -> bool {
        !self.deleted && !self.locked_out && !self.expired(now) && self.delivered && self.api_access
    }

    /// The next instant at which time alone changes the state or its words, if there is one.
    #[must_use]
    pub fn changes_at(&self, AsOf { now, warning }: AsOf) -> Option<Timestamp> {
        let at = self.expires_at.filter(|at| *at > now)?;
        let left = at.since(now);
        if left > warning.ms() {
            return Some(at.plus(-warning.ms()));
        }
        Some(span_changes_at(at, now))
    }
}

/// A key's state, in the order in which they are decided and sorted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Deleted,
    LockedOut,
    Expired,
    NotDelivered,
    /// The key's role does not allow access to the Web Service API.
    NoApiAccess,
    /// Expires after this many milliseconds, which are at most the warning time.
    ExpiresSoon(i64),
    Active,
}

impl State {
    /// The place in the order; the store sorts by the same number.
    #[must_use]
    pub fn rank(self) -> i64 {
        match self {
            State::Deleted => 0,
            State::LockedOut => 1,
            State::Expired => 2,
            State::NotDelivered => 3,
            State::NoApiAccess => 4,
            State::ExpiresSoon(_) => 5,
            State::Active => 6,
        }
    }
}

/// A user's state, in the order in which they are decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserState {
    LockedOut,
    /// Their role does not allow access to the user interface.
    NoUserInterface,
    /// May sign in.
    Active,
}

impl UserState {
    /// Every state, in the order in which they are decided.
    pub const ALL: [UserState; 3] = [
        UserState::LockedOut,
        UserState::NoUserInterface,
        UserState::Active,
    ];

    /// A user's state: the first that holds.
    #[must_use]
    pub fn of(locked_out: bool, user_interface: bool) -> UserState {
        match (locked_out, user_interface) {
            (true, _) => UserState::LockedOut,
            (false, false) => UserState::NoUserInterface,
            (false, true) => UserState::Active,
        }
    }

    /// The place in the order; the store sorts by the same number.
    #[must_use]
    pub fn rank(self) -> i64 {
        match self {
            UserState::LockedOut => 0,
            UserState::NoUserInterface => 1,
            UserState::Active => 2,
        }
    }
}

/// A length of time in the largest unit that holds it at least once, rounded up: `3 d`, `5 h`, `20 min`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    Days(i64),
    Hours(i64),
    Minutes(i64),
}

/// The span that `ms` milliseconds are shown as; never less than one minute.
#[must_use]
pub fn span(ms: i64) -> Span {
    let (unit, make) = unit_of(ms);
    make((ms.saturating_add(unit - 1) / unit).max(1))
}

/// When the span from `now` to a later instant is next shown otherwise; at that instant at the latest.
#[must_use]
pub fn span_changes_at(at: Timestamp, now: Timestamp) -> Timestamp {
    let left = at.since(now);
    let (unit, _) = unit_of(left);
    at.plus(-((left - 1) / unit * unit))
}

/// How long ago an instant was, as a clock without seconds tells it: rounded down to the largest unit that it holds at
/// least once, and nothing where it was in this minute or is to come.
#[must_use]
pub fn age(at: Timestamp, now: Timestamp) -> Option<Span> {
    let minutes = minute_of(now) - minute_of(at);
    match minutes {
        ..=0 => None,
        1..HOUR_MINUTES => Some(Span::Minutes(minutes)),
        HOUR_MINUTES..DAY_MINUTES => Some(Span::Hours(minutes / HOUR_MINUTES)),
        _ => Some(Span::Days(minutes / DAY_MINUTES)),
    }
}

/// What [`age()`] tells of, in milliseconds: whole minutes, negative where the instant is to come.
#[must_use]
pub fn age_in_ms(at: Timestamp, now: Timestamp) -> i64 {
    (minute_of(now) - minute_of(at)).saturating_mul(MINUTE)
}

/// When [`age()`] next tells another length of time: always at a full minute, so that all that is told changes at once.
#[must_use]
pub fn age_changes_at(at: Timestamp, now: Timestamp) -> Timestamp {
    let begun = minute_of(at);
    let minutes = minute_of(now) - begun;
    let unit = match minutes {
        ..HOUR_MINUTES => 1,
        HOUR_MINUTES..DAY_MINUTES => HOUR_MINUTES,
        _ => DAY_MINUTES,
    };
    Timestamp((begun + (minutes.max(0) / unit + 1) * unit).saturating_mul(MINUTE))
}

const HOUR_MINUTES: i64 = HOUR / MINUTE;
const DAY_MINUTES: i64 = DAY / MINUTE;

fn minute_of(at: Timestamp) -> i64 {
    at.0.div_euclid(MINUTE)
}

fn unit_of(ms: i64) -> (i64, fn(i64) -> Span) {
    if ms > DAY {
        (DAY, Span::Days)
    } else if ms > HOUR {
        (HOUR, Span::Hours)
    } else {
        (MINUTE, Span::Minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::StateWord;

    const NOW: Timestamp = Timestamp(1_800_000_000_000);
    const AS_OF: AsOf = AsOf {
        now: NOW,
        warning: Warning::DEFAULT,
    };

    fn facts(expires: Option<i64>) -> Facts {
        Facts {
            deleted: false,
            locked_out: false,
            expires_at: expires.map(|ms| NOW.plus(ms)),
            delivered: true,
            api_access: true,
        }
    }

    #[test]
    fn expired_at_the_exact_instant() {
        assert_eq!(facts(Some(1)).state(AS_OF), State::ExpiresSoon(1));
        assert_eq!(facts(Some(0)).state(AS_OF), State::Expired);
    }

    #[test]
    fn the_first_state_that_holds_is_the_one_shown() {
        let mut all = Facts {
            deleted: true,
            locked_out: true,
            delivered: false,
            api_access: false,
            ..facts(Some(-1))
        };
        assert_eq!(all.state(AS_OF), State::Deleted);
        all.deleted = false;
        assert_eq!(all.state(AS_OF), State::LockedOut);
        assert!(StateWord::Expired.holds(&all, false, AS_OF));
        assert!(StateWord::Locked.holds(&all, false, AS_OF));
        all.locked_out = false;
        assert_eq!(all.state(AS_OF), State::Expired);
        all.expires_at = None;
        assert_eq!(all.state(AS_OF), State::NotDelivered);
        all.delivered = true;
        assert_eq!(all.state(AS_OF), State::NoApiAccess);
        assert!(StateWord::NoAccess.holds(&all, false, AS_OF));
        all.api_access = true;
        assert_eq!(all.state(AS_OF), State::Active);
    }

    #[test]
    fn only_what_authenticates_is_active_or_expires_soon() {
        let bits = |n: u8| [1, 2, 4, 8].map(|bit| n & bit != 0);
        let ends = [None, Some(0), Some(1), Some(99 * DAY)];
        for (n, expires) in (0..16).flat_map(|n| ends.map(|end| (n, end))) {
            let [deleted, locked_out, delivered, api_access] = bits(n);
            let facts = Facts {
                deleted,
                locked_out,
                delivered,
                api_access,
                ..facts(expires)
            };
            let works = facts.authenticates(NOW);
            let shown = matches!(facts.state(AS_OF), State::Active | State::ExpiresSoon(_));
            assert_eq!(shown, works, "{facts:?}");
            assert_eq!(
                StateWord::Active.holds(&facts, false, AS_OF),
                works,
                "{facts:?}"
            );
        }
    }

    #[test]
    fn the_warning_starts_fourteen_days_before_or_as_early_as_it_is_set() {
        for days in [14, 1, 365] {
            let warning = Warning { days };
            let as_of = AsOf { now: NOW, warning };
            let time = warning.ms();
            assert_eq!(facts(Some(time + 1)).state(as_of), State::Active);
            assert_eq!(facts(Some(time)).state(as_of), State::ExpiresSoon(time));
            assert_eq!(facts(Some(time + 5)).changes_at(as_of), Some(NOW.plus(5)));
        }
        assert_eq!(Warning::default(), Warning { days: 14 });
    }

    #[test]
    fn without_a_warning_time_a_key_is_active_until_it_expires() {
        let warning = Warning { days: 0 };
        let as_of = |now| AsOf { now, warning };
        let key = facts(Some(1));
        assert_eq!(key.state(as_of(NOW)), State::Active);
        assert_eq!(key.changes_at(as_of(NOW)), Some(NOW.plus(1)));
        assert_eq!(key.state(as_of(NOW.plus(1))), State::Expired);
        assert!(!StateWord::Soon.holds(&key, false, as_of(NOW)));
    }

    #[test]
    fn ages_are_rounded_down_and_change_at_a_full_minute() {
        let aged = |ms: i64| age(NOW.plus(-ms), NOW);
        assert_eq!(aged(0), None);
        assert_eq!(aged(-5 * MINUTE), None, "what is to come has no age");
        assert_eq!(
            aged(1),
            Some(Span::Minutes(1)),
            "it was in the minute before"
        );
        assert_eq!(aged(59 * MINUTE), Some(Span::Minutes(59)));
        assert_eq!(aged(HOUR), Some(Span::Hours(1)));
        assert_eq!(aged(DAY - MINUTE), Some(Span::Hours(23)));
        assert_eq!(aged(90 * DAY + HOUR), Some(Span::Days(90)));
        for ms in [
            -5 * MINUTE,
            0,
            1,
            59 * MINUTE + 1,
            HOUR,
            5 * HOUR + 7,
            DAY,
            9 * DAY + 3,
        ] {
            let at = NOW.plus(-ms);
            let next = age_changes_at(at, NOW);
            assert!(next > NOW && next.0 % MINUTE == 0, "{ms}");
            assert_eq!(age(at, next.plus(-1)), age(at, NOW), "{ms}");
            assert_ne!(age(at, next), age(at, NOW), "{ms}");
        }
    }

    #[test]
    fn spans_are_rounded_up_and_change_when_told() {
        assert_eq!(span(3 * DAY), Span::Days(3));
        assert_eq!(span(3 * DAY + 1), Span::Days(4));
        assert_eq!(span(DAY), Span::Hours(24));
        assert_eq!(span(HOUR), Span::Minutes(60));
        assert_eq!(span(1), Span::Minutes(1));
        for left in [
            3 * DAY,
            3 * DAY + 7,
            DAY,
            DAY + 1,
            HOUR + 1,
            HOUR,
            MINUTE + 9,
            1,
        ] {
            let next = facts(Some(left)).changes_at(AS_OF).expect("a change");
            assert!(next > NOW);
            assert_eq!(span(left), span(left - (next.since(NOW) - 1)));
        }
    }
}
