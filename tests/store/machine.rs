//! The life of secrets, against a model that is small enough to be right.

use keyward::clock::Clock;
use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::expiry::end_of_day;
use keyward::domain::id::FULL_ACCESS;
use keyward::domain::secret::{IssuedSecret, Overlap, PENDING_LIFE};
use keyward::domain::time::{DAY, HOUR, MINUTE, Timestamp};
use keyward::domain::trouble::Trouble;
use keyward::domain::tz::Tz;
use keyward::domain::verdict::{Refused, Verdict};
use proptest::prelude::*;

use crate::support::database::{Bench, authenticate, cases};

#[derive(Clone, Debug)]
enum Step {
    Issue,
    Deliver(prop::sample::Index, Option<Overlap>),
    Discard(prop::sample::Index),
    Lock,
    Unlock,
    Delete,
    EndOverlap,
    ExpireToday,
    NeverExpire,
    Sweep,
    Wait(i64),
}

fn step() -> impl Strategy<Value = Step> {
    let overlap = prop::sample::select(vec![
        None,
        Some(Overlap::None),
        Some(Overlap::Hour),
        Some(Overlap::Day),
        Some(Overlap::Week),
    ]);
    let wait = prop::sample::select(vec![1, MINUTE, HOUR - 1, HOUR, 7 * HOUR, DAY, 7 * DAY]);
    prop_oneof![
        6 => Just(Step::Issue),
        8 => (any::<prop::sample::Index>(), overlap).prop_map(|(index, overlap)| Step::Deliver(index, overlap)),
        2 => any::<prop::sample::Index>().prop_map(Step::Discard),
        1 => Just(Step::Lock),
        2 => Just(Step::Unlock),
        1 => Just(Step::Delete),
        2 => Just(Step::EndOverlap),
        1 => Just(Step::ExpireToday),
        2 => Just(Step::NeverExpire),
        2 => Just(Step::Sweep),
        5 => wait.prop_map(Step::Wait),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Phase {
    Pending { since: Timestamp },
    Current,
    Retiring { until: Timestamp },
    Dead,
    Void,
}

#[derive(Debug, Default)]
struct Model {
    secrets: Vec<Phase>,
    locked: bool,
    deleted: bool,
    expires: Option<Timestamp>,
}

impl Model {
    /// Time alone moves two phases.
    fn settle(&mut self, now: Timestamp) {
        for phase in &mut self.secrets {
            match *phase {
                Phase::Pending { since } if since.plus(PENDING_LIFE) <= now => *phase = Phase::Void,
                Phase::Retiring { until } if until <= now => *phase = Phase::Dead,
                _ => {}
            }
        }
    }

    fn issue(&mut self, now: Timestamp) {
        for phase in &mut self.secrets {
            if matches!(phase, Phase::Pending { .. }) {
                *phase = Phase::Void;
            }
        }
        self.secrets.push(Phase::Pending { since: now });
    }

    /// Whether the delivery succeeds.
    fn deliver(&mut self, index: usize, overlap: Option<Overlap>, now: Timestamp) -> bool {
        match self.secrets[index] {
            _ if self.deleted => return false,
            Phase::Pending { .. } => {}
            Phase::Current | Phase::Retiring { .. } => return true,
            Phase::Dead | Phase::Void => return false,
        }
        for phase in &mut self.secrets {
            match phase {
                Phase::Retiring { .. } => *phase = Phase::Dead,
                Phase::Current => {
                    let end = now.plus(overlap.map_or(0, Overlap::ms));
                    let until = self.expires.map_or(end, |expiry| end.min(expiry));
                    *phase = if until > now {
                        Phase::Retiring { until }
                    } else {
                        Phase::Dead
                    };
                }
                _ => {}
            }
        }
        self.secrets[index] = Phase::Current;
        true
    }

    fn delete(&mut self) {
        self.deleted = true;
        for phase in &mut self.secrets {
            if matches!(phase, Phase::Pending { .. }) {
                *phase = Phase::Void;
            }
        }
    }

    fn end_overlap(&mut self) -> bool {
        let retiring = self
            .secrets
            .iter_mut()
            .find(|phase| matches!(phase, Phase::Retiring { .. }));
        retiring.map(|phase| *phase = Phase::Dead).is_some()
    }

    fn refusal(&self, index: usize, now: Timestamp) -> Option<Refused> {
        match self.secrets[index] {
            _ if self.deleted => Some(Refused::Deleted),
            Phase::Pending { .. } | Phase::Void => Some(Refused::NotDelivered),
            Phase::Dead => Some(Refused::Replaced),
            Phase::Current | Phase::Retiring { .. } if self.locked => Some(Refused::LockedOut),
            _ if self.expires.is_some_and(|at| at <= now) => Some(Refused::Expired),
            _ => None,
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(96)))]

    #[test]
    fn no_order_of_events_makes_a_secret_work_that_should_not(
        steps in prop::collection::vec((step(), any::<bool>()), 1..30),
    ) {
        let mut bench = Bench::new();
        let bob = bench.user("bob", FULL_ACCESS);
        let mut other = bench.another();
        let first = bench.create("key");
        let key = first.key;
        let mut issued: Vec<IssuedSecret> = vec![first];
        let mut model = Model { secrets: vec![Phase::Pending { since: bench.clock.now() }], ..Model::default() };
        for (step, by_bob) in steps {
            let now = bench.clock.now();
            model.settle(now);
            let (service, actor) = if by_bob { (&mut other, &bob) } else { (&mut bench.service, &bench.alice) };
            let gone: Result<(), Trouble> = if model.deleted { Err(Trouble::KeyGone(key)) } else { Ok(()) };
            match step {
                Step::Issue => {
                    let done = service.issue(actor, key);
                    prop_assert_eq!(done.as_ref().map(|_| ()).map_err(Clone::clone), gone.clone());
                    if let Ok(secret) = done {
                        issued.push(secret);
                        model.issue(now);
                    }
                }
                Step::Deliver(index, overlap) => {
                    let index = index.index(issued.len());
                    let done = service.deliver(actor, issued[index].id, overlap);
                    let expected = if model.deliver(index, overlap, now) { Ok(()) } else { Err(Trouble::SecretVoid) };
                    prop_assert_eq!(done.map(|_| ()), expected);
                }
                Step::Discard(index) => {
                    let index = index.index(issued.len());
                    let delivered = matches!(model.secrets[index], Phase::Current | Phase::Retiring { .. });
                    let done = service.discard(actor, issued[index].id);
                    // A key that was deleted long ago has no secret that could be discarded, or refuse to be.
                    prop_assert!(model.deleted || done.is_err() == delivered);
                    if matches!(model.secrets[index], Phase::Pending { .. }) {
                        model.secrets[index] = Phase::Void;
                    }
                }
                Step::Lock => {
                    prop_assert_eq!(service.lock_out_key(actor, key, ""), gone);
                    model.locked |= !model.deleted;
                }
                Step::Unlock => {
                    prop_assert_eq!(service.unlock_key(actor, key), gone);
                    model.locked &= model.deleted;
                }
                Step::Delete => {
                    prop_assert_eq!(service.delete_key(actor, key), gone);
                    model.delete();
                }
                Step::EndOverlap => {
                    let done = service.end_overlap(actor, key);
                    let expected = if model.deleted {
                        gone
                    } else if model.end_overlap() {
                        Ok(())
                    } else {
                        Err(Trouble::NoOverlap)
                    };
                    prop_assert_eq!(done, expected);
                }
                Step::ExpireToday | Step::NeverExpire => {
                    let before = service.key_properties(actor, key).expect("read").key.fields;
                    let today = now.utc().date_naive();
                    let expires = matches!(step, Step::ExpireToday).then_some(today);
                    let draft = ApiKeyDraft {
                        expires_on: expires.map(|day| day.to_string()),
                        ..ApiKeyDraft::from(&before)
                    };
                    prop_assert_eq!(service.save_key(actor, key, &before, &draft).map(|_| ()), gone);
                    if !model.deleted {
                        model.expires = expires.map(|day| end_of_day(day, Tz::UTC));
                    }
                }
                Step::Sweep => {
                    service.sweep().expect("swept");
                }
                Step::Wait(ms) => bench.clock.advance(ms),
            }
            let now = bench.clock.now();
            model.settle(now);
            let asked = if by_bob { &mut bench.service } else { &mut other };
            for (index, secret) in issued.iter().enumerate() {
                let verdict = authenticate(asked, secret.secret.expose()).expect("a verdict");
                let refusal = match verdict {
                    Verdict::Valid(_) => None,
                    Verdict::Refused(reason) => Some(reason),
                };
                prop_assert_eq!(refusal, model.refusal(index, now), "secret {} of {:?}", index, model);
            }
        }
        bench.events();
    }
}
