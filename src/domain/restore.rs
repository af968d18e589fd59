//! What putting a copy in a database's place brings back, and what is lost by it.

use std::collections::BTreeMap;

use crate::domain::address::allows_all_of;
use crate::domain::fold::name_key;
use crate::domain::id::{KeyId, SecretId, UserId};
use crate::domain::rights::Rights;
use crate::domain::secret::{Life, Phase};
use crate::domain::services::opens_all_of;
use crate::domain::state::{AsOf, Facts, State};
use crate::domain::time::Timestamp;

/// What a database holds, as far as a copy of it can bring it back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Held {
    pub keys: BTreeMap<KeyId, HeldKey>,
    pub secrets: BTreeMap<SecretId, HeldSecret>,
    pub users: BTreeMap<UserId, HeldUser>,
}

/// A key, known again by its ID and when it was created: another database may have another key under its ID.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldKey {
    pub name: String,
    pub created_at: Timestamp,
    pub facts: Facts,
    pub reach: Reach,
}

/// What bounds a key that works, and what its role or a user's allows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    pub addresses: String,
    pub services: String,
    pub rate: Option<u32>,
    pub rights: Rights,
    /// Bound to users, keys and roles with equal or less access.
    pub equal_or_less: bool,
}

/// In what a key or user gets more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum More {
    Addresses,
    Services,
    Rate,
    Expiry,
    Rights,
}

/// A secret of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldSecret {
    pub key: KeyId,
    pub life: Life,
}

/// A user, known again as a key is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeldUser {
    pub name: String,
    pub created_at: Timestamp,
    pub locked_out: bool,
    pub reach: Reach,
}

/// A key that works again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revived {
    pub id: KeyId,
    pub name: String,
    pub now: Now,
}

/// What a key is now that works again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Now {
    /// It does not work.
    Is(State),
    /// It works, but with another secret.
    Replaced,
    /// It is not there; another may have its ID.
    Absent,
}

/// What is otherwise when the copy is in the database's place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Keys that do not work now, or not with this secret.
    pub revived: Vec<Revived>,
    /// Keys that work, and can be used for more than now.
    pub wider_keys: Vec<(KeyId, String, Vec<More>)>,
    /// Users who may do more than now.
    pub wider_users: Vec<(UserId, String, Vec<More>)>,
    /// Users who may sign in again.
    pub let_in: Vec<(UserId, String)>,
    /// Keys that the copy does not have.
    pub lost_keys: Vec<(KeyId, String)>,
    /// Users whom the copy does not have.
    pub lost_users: Vec<(UserId, String)>,
    /// Keys of the copy that have a secret which works now and does not then.
    pub stopping: Vec<(KeyId, String)>,
}

/// How the trail of a copy and the one that is there belong together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// Both end in the same event.
    Same,
    /// The trail that is there goes on from the copy's end; so many events are lost.
    Continues { lost: i64 },
    /// The copy goes on from the end of the trail that is there.
    Behind,
    /// Up to this event both are the same, and from there on each went its own way.
    Parted { after: i64, lost: i64 },
    /// The events that would show it were pruned.
    Unknown,
}

impl Held {
    /// The key, if a client is let in with this secret.
    fn works(&self, id: SecretId, now: Timestamp) -> Option<(KeyId, &HeldKey)> {
        let secret = self.secrets.get(&id)?;
        let key = self.keys.get(&secret.key)?;
        let lives = matches!(secret.life.phase(now), Phase::Current | Phase::Retiring);
        (lives && key.facts.authenticates(now)).then_some((secret.key, key))
    }

    fn is_same_secret(&self, id: SecretId, other: &Held) -> bool {
        let issued = |held: &Held| {
            let secret = held.secrets.get(&id)?;
            Some((secret.key, secret.life.issued_at))
        };
        issued(self) == issued(other)
    }

    /// The same key, as it is here.
    fn same_key(&self, id: KeyId, other: &HeldKey) -> Option<&HeldKey> {
        let key = self.keys.get(&id)?;
        (key.created_at == other.created_at).then_some(key)
    }

    fn same_user(&self, id: UserId, other: &HeldUser) -> Option<&HeldUser> {
        let user = self.users.get(&id)?;
        (user.created_at == other.created_at).then_some(user)
    }

    /// The same user, or the one who signs in under that name here.
    fn user_like(&self, id: UserId, other: &HeldUser) -> Option<&HeldUser> {
        let name = name_key(&other.name);
        let named = || {
            self.users
                .values()
                .find(|user| name_key(&user.name) == name)
        };
        self.same_user(id, other).or_else(named)
    }

    /// The keys, each once, that let a client in here with a secret that does not there.
    fn only_here(&self, there: &Held, now: Timestamp) -> BTreeMap<KeyId, &HeldKey> {
        let ids = self.secrets.keys().copied();
        ids.filter(|id| there.works(*id, now).is_none() || !self.is_same_secret(*id, there))
            .filter_map(|id| self.works(id, now))
            .collect()
    }
}

impl Reach {
    /// In what this is more than the other.
    fn more(&self, than: &Reach) -> Vec<More> {
        let within = |one: u32| than.rate.is_none_or(|other| one <= other);
        let rights = than.rights.contains_all(&self.rights)
            && (self.equal_or_less || !than.equal_or_less || self.rights.is_empty());
        let found = [
            (
                allows_all_of(&than.addresses, &self.addresses),
                More::Addresses,
            ),
            (opens_all_of(&than.services, &self.services), More::Services),
            (self.rate.map_or(than.rate.is_none(), within), More::Rate),
            (rights, More::Rights),
        ];
        let found = found.into_iter().filter(|(within, _)| !within);
        found.map(|(_, more)| more).collect()
    }
}

impl HeldKey {
    fn more(&self, than: &HeldKey) -> Vec<More> {
        let mut found = self.reach.more(&than.reach);
        let longer = |end| self.facts.expires_at.is_none_or(|own| own > end);
        if than.facts.expires_at.is_some_and(longer) {
            found.push(More::Expiry);
        }
        found
    }
}

impl Difference {
    /// Compares the copy with what is there.
    #[must_use]
    pub fn of(copy: &Held, there: &Held, as_of: AsOf) -> Difference {
        let now = as_of.now;
        let revived = copy.only_here(there, now).into_iter().map(|(id, key)| {
            let same = there.same_key(id, key);
            let is_now = match same {
                Some(same) if same.facts.authenticates(now) => Now::Replaced,
                Some(same) => Now::Is(same.facts.state(as_of)),
                None => Now::Absent,
            };
            Revived {
                id,
                name: key.name.clone(),
                now: is_now,
            }
        });
        let stopping = there.only_here(copy, now).into_iter();
        let stopping = stopping.filter(|(id, key)| copy.same_key(*id, key).is_some());
        let lost = there.keys.iter();
        let lost =
            lost.filter(|(id, key)| !key.facts.deleted && copy.same_key(**id, key).is_none());
        let wider_keys = copy.keys.iter().filter_map(|(id, key)| {
            let than = there.same_key(*id, key)?;
            let works = key.facts.authenticates(now);
            works.then(|| (*id, key.name.clone(), key.more(than)))
        });
        let wider_users = copy.users.iter().filter_map(|(id, user)| {
            let than = there.user_like(*id, user)?;
            (!user.locked_out).then(|| (*id, user.name.clone(), user.reach.more(&than.reach)))
        });
        let let_in = copy.users.iter().filter(|(id, user)| {
            let same = there.user_like(**id, user);
            !user.locked_out && same.is_none_or(|same| same.locked_out)
        });
        let gone = there.users.iter();
        let gone = gone.filter(|(id, user)| copy.user_like(**id, user).is_none());
        Difference {
            revived: revived.collect(),
            wider_keys: wider_keys.filter(|(.., more)| !more.is_empty()).collect(),
            wider_users: wider_users.filter(|(.., more)| !more.is_empty()).collect(),
            let_in: let_in.map(|(id, user)| (*id, user.name.clone())).collect(),
            lost_keys: lost.map(|(id, key)| (*id, key.name.clone())).collect(),
            lost_users: gone.map(|(id, user)| (*id, user.name.clone())).collect(),
            stopping: stopping.map(|(id, key)| (id, key.name.clone())).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::state::Warning;
    use crate::domain::time::DAY;

    const AS_OF: AsOf = AsOf {
        now: Timestamp(100 * DAY),
        warning: Warning::DEFAULT,
    };

    fn key(name: &str) -> HeldKey {
        HeldKey {
            name: name.to_owned(),
            created_at: Timestamp(DAY),
            facts: Facts {
                deleted: false,
                locked_out: false,
                expires_at: None,
                delivered: true,
                api_access: true,
            },
            reach: Reach::default(),
        }
    }

    fn secret(key: i64) -> HeldSecret {
        HeldSecret {
            key: KeyId(key),
            life: Life {
                issued_at: Timestamp(DAY),
                delivered_at: Some(Timestamp(DAY)),
                retires_at: None,
                ended_at: None,
            },
        }
    }

    fn user(locked_out: bool) -> HeldUser {
        HeldUser {
            name: "ann".to_owned(),
            created_at: Timestamp(DAY),
            locked_out,
            reach: Reach::default(),
        }
    }

    /// Keys 1 to 3, each with a secret under the same number, and user 1.
    fn held() -> Held {
        let names = ["a", "b", "c"];
        Held {
            keys: (1..).map(KeyId).zip(names.map(key)).collect(),
            secrets: (1..4).map(|id| (SecretId(id), secret(id))).collect(),
            users: BTreeMap::from([(UserId(1), user(false))]),
        }
    }

    #[test]
    fn the_same_brings_nothing_back_and_loses_nothing() {
        let found = Difference::of(&held(), &held(), AS_OF);
        assert_eq!(found, Difference::default());
    }

    #[test]
    fn every_way_in_which_a_key_stopped_working_is_undone_by_a_copy() {
        let copy = held();
        let mut there = held();
        let mut change = |id, change: fn(&mut Facts)| {
            let key = there.keys.get_mut(&KeyId(id));
            change(&mut key.expect("there").facts);
        };
        change(1, |facts| facts.locked_out = true);
        change(2, |facts| facts.expires_at = Some(Timestamp(99 * DAY)));
        change(3, |facts| facts.deleted = true);
        let found = Difference::of(&copy, &there, AS_OF);
        let now: Vec<_> = found.revived.iter().map(|key| key.now).collect();
        let states = [State::LockedOut, State::Expired, State::Deleted];
        assert_eq!(now, states.map(Now::Is));
        assert!(found.lost_keys.is_empty() && found.stopping.is_empty());
    }

    #[test]
    fn a_secret_that_was_replaced_works_again_and_the_new_one_stops() {
        let copy = held();
        let mut there = held();
        let old = there.secrets.get_mut(&SecretId(2)).expect("there");
        old.life.ended_at = Some(Timestamp(50 * DAY));
        there.secrets.insert(SecretId(9), secret(2));
        let found = Difference::of(&copy, &there, AS_OF);
        let b = || "b".to_owned();
        let revived = Revived {
            id: KeyId(2),
            name: b(),
            now: Now::Replaced,
        };
        assert_eq!(found.revived, [revived]);
        assert_eq!(found.stopping, [(KeyId(2), b())]);
    }

    #[test]
    fn every_bound_that_was_drawn_since_is_told_where_a_copy_takes_it_away() {
        let copy = held();
        let mut there = held();
        let key = there.keys.get_mut(&KeyId(1)).expect("there");
        key.reach.addresses = "10.0.0.0/8".to_owned();
        key.reach.services = "mail".to_owned();
        key.reach.rate = Some(5);
        key.facts.expires_at = Some(Timestamp(200 * DAY));
        let all = vec![More::Addresses, More::Services, More::Rate, More::Expiry];
        let found = Difference::of(&copy, &there, AS_OF);
        assert_eq!(found.wider_keys, [(KeyId(1), "a".to_owned(), all)]);
        let back = Difference::of(&there, &copy, AS_OF);
        assert_eq!(back.wider_keys, [], "narrower is not wider");

        let mut copy = held();
        let user = copy.users.get_mut(&UserId(1)).expect("there");
        user.reach.rights = Rights::all();
        let found = Difference::of(&copy, &held(), AS_OF);
        let more = vec![More::Rights];
        assert_eq!(found.wider_users, [(UserId(1), "ann".to_owned(), more)]);
        assert_eq!(Difference::of(&held(), &copy, AS_OF).wider_users, []);
    }

    #[test]
    fn what_came_since_is_lost_and_who_was_locked_out_since_is_let_in() {
        let copy = held();
        let mut there = held();
        there.keys.insert(KeyId(4), key("d"));
        there.secrets.insert(SecretId(4), secret(4));
        there.users.insert(UserId(1), user(true));
        let bob = HeldUser {
            name: "bob".to_owned(),
            ..user(false)
        };
        there.users.insert(UserId(2), bob);
        let found = Difference::of(&copy, &there, AS_OF);
        assert_eq!(found.lost_keys, [(KeyId(4), "d".to_owned())]);
        assert_eq!(found.lost_users, [(UserId(2), "bob".to_owned())]);
        assert_eq!(found.let_in, [(UserId(1), "ann".to_owned())]);
        assert!(found.revived.is_empty() && found.stopping.is_empty());
    }

    #[test]
    fn another_databases_key_of_the_same_number_is_another_key() {
        let copy = held();
        let mut there = held();
        there.keys.get_mut(&KeyId(1)).expect("there").created_at = Timestamp(2 * DAY);
        let life = &mut there.secrets.get_mut(&SecretId(1)).expect("there").life;
        life.issued_at = Timestamp(2 * DAY);
        let ann = there.users.get_mut(&UserId(1)).expect("there");
        ann.created_at = Timestamp(2 * DAY);
        let found = Difference::of(&copy, &there, AS_OF);
        assert_eq!(found.lost_keys, [(KeyId(1), "a".to_owned())]);
        assert_eq!(found.revived[0].now, Now::Absent);
        assert!(found.stopping.is_empty());
        assert!(
            found.let_in.is_empty() && found.lost_users.is_empty(),
            "who signs in under that name did before, and does then"
        );
    }
}
