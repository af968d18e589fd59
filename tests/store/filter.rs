//! The filter of API keys, as SQL, against the terms evaluated one by one.

use std::sync::Arc;

use keyward::domain::api_key::{ApiKeyDraft, ApiKeyFields};
use keyward::domain::expiry::Expiry;
use keyward::domain::filter::{Comparison, StateWord, Term, Test, Value, When};
use keyward::domain::fold::name_key;
use keyward::domain::id::{AUDITOR, FULL_ACCESS};
use keyward::domain::intent::KeyChange;
use keyward::domain::list::{Anchor, Filter, KeyField, KeyRow, Listed, Order, WindowQuery};
use keyward::domain::locale::Locale;
use keyward::domain::moment::Range;
use keyward::domain::services::opens;
use keyward::domain::state::Facts;
use keyward::domain::time::{DAY, Timestamp};
use keyward::domain::trouble::Fault;
use keyward::domain::tz::Tz;
use keyward::store::list::Reach;
use keyward::store::{Store, api_keys, list, secrets, uses};
use proptest::prelude::*;

use crate::support::database::{AS_OF, Bench, NOW, account, cases, raw};

/// A key as the test knows it.
#[derive(Clone, Debug)]
struct Known {
    id: i64,
    name: String,
    description: String,
    role: usize,
    by: String,
    owner: String,
    addresses: String,
    expires: Option<Expiry>,
    used: Option<Timestamp>,
    created: Timestamp,
    facts: Facts,
    zone: Tz,
    locale: Locale,
    /// When the secret before the present one stops, where there was one.
    overlap: Option<Timestamp>,
}

impl Known {
    fn is_bounded(&self) -> bool {
        !self.addresses.is_empty() || !SERVICES[self.role].is_empty()
    }

    /// How many of its secrets work.
    fn secrets(&self) -> i64 {
        let overlaps = self.overlap.is_some_and(|until| until > NOW);
        i64::from(self.facts.delivered) + i64::from(self.facts.delivered && overlaps)
    }
}

/// The most days of a lifetime that the policy allows.
const LONGEST: i64 = 20;

const ROLES: [&str; 2] = ["Auditor", "Full Access"];
/// What the roles open.
const SERVICES: [&str; 2] = ["billing, crm", ""];

fn known() -> impl Strategy<Value = Known> {
    let instants = vec![
        -400 * DAY,
        -90 * DAY,
        -DAY,
        -1,
        0,
        1,
        DAY,
        14 * DAY,
        30 * DAY,
    ];
    let past = prop::sample::select(vec![-400 * DAY, -90 * DAY - 1, -90 * DAY, -DAY, -1, 0]);
    (
        (
            prop::sample::select(vec!["backup", "Équipe \"x\"", "日本 key", "alpha"]),
            prop::sample::select(vec!["", "for the ÉQUIPE", "host:8080"]),
            0..2_usize,
            prop::sample::select(vec!["alice", "Bob"]),
            prop::sample::select(vec!["", "ACME Corp", "storage team"]),
            prop::sample::select(vec!["", "10.0.0.0/8", "2001:db8::/32, ::1"]),
            prop::sample::select(vec![Tz::UTC, Tz::Asia__Tokyo]),
            prop::sample::select(vec![Locale::EnUs, Locale::JaJp]),
        ),
        (
            prop::option::of(prop::sample::select(instants)),
            prop::option::of(past.clone()),
            past,
            any::<(bool, bool, bool)>(),
            prop::option::of(prop::sample::select(vec![-DAY, 0, 1, DAY])),
        ),
    )
        .prop_map(
            |(
                (name, description, role, by, owner, addresses, zone, locale),
                (expires, used, created, facts, overlap),
            )| {
                let (deleted, locked_out, delivered) = facts;
                let expires = expires.map(|ms: i64| Expiry {
                    on: NOW.plus(ms).utc().date_naive(),
                    at: NOW.plus(ms),
                });
                Known {
                    id: 0,
                    name: name.to_owned(),
                    description: description.to_owned(),
                    role,
                    by: by.to_owned(),
                    owner: owner.to_owned(),
                    addresses: addresses.to_owned(),
                    expires,
                    used: used.map(|ms: i64| NOW.plus(ms)),
                    created: NOW.plus(created),
                    facts: Facts {
                        deleted,
                        locked_out,
                        expires_at: expires.map(|expiry| expiry.at),
                        delivered,
                        api_access: true,
                    },
                    zone,
                    locale,
                    overlap: overlap.map(|ms: i64| NOW.plus(ms)),
                }
            },
        )
}

fn term() -> impl Strategy<Value = String> {
    let terms = vec![
        "backup",
        "équipe",
        "1",
        "host:8080",
        "\"the équipe\"",
        "zzz",
        "state:active",
        "state:soon",
        "state:expired",
        "state:locked",
        "state:undelivered",
        "state:no-access",
        "state:limited",
        "state:deleted",
        "state:any",
        "role:auditor",
        "role:\"FULL access\"",
        "role:full",
        "by:ALICE",
        "by:bob",
        "owner:acme",
        "owner:\"\"",
        "owner:\"storage t\"",
        "service:billing",
        "service:CRM",
        "service:bill",
        "from:10.0",
        "from:2001:DB8",
        "from:\"\"",
        "name:\"équipe \"\"x\"",
        "name:日本",
        "description:\"\"",
        "description:équipe",
        "id:2",
        "id:>2",
        "id:<=3",
        "zone:utc",
        "zone:T",
        "zone:\"\"",
        "language:en-us",
        "language:ja-jp",
        "policy:broken",
        "expires:never",
        "expires:<30d",
        "expires:<=30d",
        "expires:>14d",
        "expires:>=14d",
        "expires:2026-11-22",
        "expires:<2026-11-22",
        "expires:>2026-11-21",
        "used:never",
        "used:>90d",
        "used:>=90d",
        "used:<90d",
        "used:<=1d",
        "used:2026-11-22",
        "used:<2026-11-22",
        "used:>2026-01-01",
        "created:>90d",
        "created:<1d",
        "created:2026-11-21",
        "created:>=2026-11-22",
        "secrets:0",
        "secrets:1",
        "secrets:2",
        "secrets:>0",
        "secrets:<2",
        "secrets:>=3",
        "id:>=9223372036854775807",
    ];
    (any::<bool>(), prop::sample::select(terms))
        .prop_map(|(not, term)| format!("{}{term}", if not { "-" } else { "" }))
}

fn within(at: Option<Timestamp>, range: Range) -> bool {
    at.is_some_and(|at| {
        range.0.is_none_or(|from| at >= from) && range.1.is_none_or(|before| at < before)
    })
}

fn compares<T: PartialOrd + Copy>(one: T, comparison: Comparison, other: T) -> bool {
    match comparison {
        Comparison::Less => one < other,
        Comparison::AtMost => one <= other,
        Comparison::Equal => one == other,
        Comparison::AtLeast => one >= other,
        Comparison::More => one > other,
    }
}

fn has(text: &str, part: &str) -> bool {
    let text = name_key(text);
    if part.is_empty() {
        text.is_empty()
    } else {
        text.contains(part)
    }
}

fn holds(key: &Known, field: KeyField, value: &Value) -> bool {
    match (field, value) {
        (KeyField::State, Value::Word(word)) => {
            StateWord::of(word)
                .expect("a word")
                .holds(&key.facts, key.is_bounded(), AS_OF)
        }
        (KeyField::Role, Value::Text(name)) => name_key(ROLES[key.role]) == *name,
        (KeyField::By, Value::Text(name)) => name_key(&key.by) == *name,
        (KeyField::Owner, Value::Text(part)) => has(&key.owner, part),
        (KeyField::Service, Value::Text(name)) => opens(SERVICES[key.role], Some(name)),
        (KeyField::From, Value::Text(part)) => has(&key.addresses, part),
        (KeyField::Name, Value::Text(part)) => has(&key.name, part),
        (KeyField::Description, Value::Text(part)) => has(&key.description, part),
        (KeyField::Zone, Value::Text(part)) => has(key.zone.name(), part),
        (KeyField::Policy, _) => key
            .facts
            .expires_at
            .is_none_or(|at| at > NOW.plus((LONGEST + 1) * DAY)),
        (KeyField::Language, Value::Word(word)) => *word == key.locale.tag(),
        (KeyField::Id, Value::Number(comparison, id)) => compares(key.id, *comparison, *id),
        (KeyField::Secrets, Value::Number(comparison, many)) => {
            compares(key.secrets(), *comparison, *many)
        }
        (KeyField::Expires, Value::When(When::Never)) => key.expires.is_none(),
        (KeyField::Expires, Value::When(When::Day(comparison, day, _))) => key
            .expires
            .is_some_and(|expiry| compares(expiry.on, *comparison, *day)),
        (KeyField::Expires, Value::When(when)) => {
            within(key.facts.expires_at, when.ahead(NOW).expect("a range"))
        }
        (KeyField::Created, Value::When(when)) => {
            within(Some(key.created), when.past(NOW).expect("a range"))
        }
        (KeyField::Used, Value::When(When::Never)) => key.used.is_none(),
        (KeyField::Used, Value::When(when)) => {
            let range = when.past(NOW).expect("a range");
            let delivered = key.facts.delivered.then_some(key.created.plus(1));
            let there = key.used.or(delivered).or(Some(key.created));
            within(if range.0.is_none() { there } else { key.used }, range)
        }
        other => panic!("{other:?}"),
    }
}

fn shows(key: &Known, terms: &[Term<KeyField>]) -> bool {
    let asks = |term: &Term<KeyField>| {
        let deleted =
            ["any", "deleted"].map(|word| Test::Field(KeyField::State, Value::Word(word)));
        !term.not && deleted.contains(&term.test)
    };
    let looked_at = !key.facts.deleted || terms.iter().any(asks);
    looked_at
        && terms.iter().all(|term| {
            let holds = match &term.test {
                Test::Word(word) => {
                    let parts = [&key.name, &key.description, &key.owner];
                    let text = parts.map(|part| name_key(part)).join("\n");
                    text.contains(word) || key.id.to_string().starts_with(word)
                }
                Test::Field(field, value) => holds(key, *field, value),
            };
            holds != term.not
        })
}

/// As it is, never a walk to its end, and then by the IDs of few or of many.
fn reaches() -> [Reach; 3] {
    let never = Reach {
        looks: 0,
        looks_for_words: 0,
        looks_in_set: 0,
        few: 0,
        sorted: 1_000,
    };
    [Reach::default(), never, Reach { sorted: 0, ..never }]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(24)))]

    #[test]
    fn a_filter_shows_the_rows_for_which_every_term_holds(
        mut keys in prop::collection::vec(known(), 1..12),
        texts in prop::collection::vec(prop::collection::vec(term(), 0..4), 1..24),
    ) {
        let bench = Bench::new();
        let mut store = bench.store();
        let stored = store.write(|tx| {
            for (number, key) in keys.iter_mut().enumerate() {
                if !key.facts.deleted {
                    key.name = format!("{} n{number}", key.name);
                }
                let fields = ApiKeyFields {
                    name: key.name.clone(),
                    description: key.description.clone(),
                    owner: key.owner.clone(),
                    role: [AUDITOR, FULL_ACCESS][key.role],
                    locale: key.locale,
                    zone: key.zone,
                    expiry: key.expires,
                    addresses: key.addresses.clone(),
                    rate: None,
                    locked_out: key.facts.locked_out.then(String::new),
                };
                let id = api_keys::reserve(tx)?;
                key.id = id.0;
                api_keys::insert(tx, id, &fields, &key.by, key.created)?;
                let secret = secrets::insert(tx, id, &[0; 8], "hash", "alice", key.created)?;
                if key.facts.delivered {
                    api_keys::set_delivered(tx, id)?;
                }
                if let Some(at) = key.used {
                    uses::accepted(tx, id, secret, at)?;
                }
                if key.facts.deleted {
                    api_keys::set_deleted(tx, id, NOW)?;
                }
            }
            Ok::<(), Fault>(())
        });
        stored.expect("stored");
        let reader = Store::open_reader(&bench.place, &account(), Arc::default()).expect("opened");
        let connection = raw(&bench.place);
        let sql = "UPDATE roles SET services = ?2 WHERE id = ?1";
        connection.execute(sql, (AUDITOR.0, SERVICES[0])).expect("services");
        connection.execute("UPDATE policy SET longest_days = ?1", [LONGEST]).expect("a policy");
        for key in &keys {
            if key.facts.delivered {
                let sql = "UPDATE api_key_secrets SET delivered_at = ?2 WHERE key = ?1";
                connection.execute(sql, (key.id, key.created.0 + 1)).expect("delivered");
                if let Some(until) = key.overlap {
                    let sql = "INSERT INTO api_key_secrets (key, tag, hash, issued_at, issued_by, delivered_at, retires_at)
                        VALUES (?1, x'0102030405060708', 'hash', ?2, 'alice', ?2, ?3)";
                    connection.execute(sql, (key.id, key.created.0, until.0)).expect("a secret before");
                }
            }
        }
        for terms in texts {
            let text = terms.join(" ");
            let filter = Filter::<KeyRow>::parse(&text, Tz::UTC).expect("a filter");
            let found = store.read(|tx| list::matches(tx, &filter, AS_OF, 1_000)).expect("read");
            let wanted: Vec<i64> = keys.iter().filter(|key| shows(key, &filter.terms)).map(|key| key.id).collect();
            prop_assert_eq!(&found, &wanted, "{} of {:?}", text, keys);
            // However far a reader looks in one way before it looks in another.
            for reach in reaches() {
                reader.set_reach(reach);
                let found = reader.read(|tx| list::matches(tx, &filter, AS_OF, 1_000)).expect("read");
                prop_assert_eq!(&found, &wanted, "{} of {:?}: {:?}", text, keys, reach);
                let counts = |store: &Store| store.read(|tx| list::counts(tx, &filter, AS_OF)).expect("counted");
                prop_assert_eq!(counts(&reader), counts(&store), "{} of {:?}: {:?}", text, keys, reach);
                for by in KeyRow::SORTS {
                    let order = Order { by: *by, descending: reach.few == 0 };
                    let all = WindowQuery { filter: filter.clone(), order, anchor: Anchor::First, rows: 1_000 };
                    let window = |store: &Store, query: &WindowQuery<KeyRow>| {
                        store.read(|tx| list::window(tx, query, AS_OF)).expect("a window")
                    };
                    let rows = window(&store, &all).rows;
                    prop_assert_eq!(&window(&reader, &all).rows, &rows, "{} {:?} {:?}", text, order, reach);
                    for (number, row) in rows.iter().enumerate() {
                        let before = reader.read(|tx| list::before(tx, &filter, order, row.place(), AS_OF));
                        prop_assert_eq!(before, Ok(i64::try_from(number).expect("few")), "{} {:?}", text, order);
                        for anchor in [Anchor::After(row.place().clone()), Anchor::Before(row.place().clone()), Anchor::Row(number)] {
                            let query = WindowQuery { anchor, rows: 3, ..all.clone() };
                            prop_assert_eq!(window(&reader, &query), window(&store, &query), "{} {:?} {:?}", text, query, reach);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn what_another_process_has_changed_is_in_the_next_answer_of_a_reader() {
    let mut bench = Bench::new();
    let reader = Store::open_reader(&bench.place, &account(), Arc::default()).expect("opened");
    let found = |text: &str| {
        let filter = Filter::<KeyRow>::parse(text, Tz::UTC).expect("a filter");
        reader
            .read(|tx| list::matches(tx, &filter, AS_OF, 1_000))
            .expect("read")
    };
    assert!(found("alpha").is_empty());
    let alpha = bench.delivered("alpha").key;
    let beta = bench.delivered("beta").key;
    assert_eq!(found("alpha"), [alpha.0]);
    bench.by_alice(|service, alice| {
        let before = service.key_properties(alice, alpha)?.key.fields;
        let mut draft = ApiKeyDraft::from(&before);
        "gamma".clone_into(&mut draft.name);
        "of alpha".clone_into(&mut draft.owner);
        service.save_key(alice, alpha, &before, &draft)
    });
    assert_eq!(found("gamma"), [alpha.0]);
    assert_eq!(found("alpha"), [alpha.0]);
    assert!(found("name:alpha").is_empty());
    assert_eq!(found("owner:alpha"), [alpha.0]);
    assert_eq!(found("-gamma"), [beta.0]);
    bench.by_alice(|service, alice| service.change_key(alice, KeyChange::Delete, beta));
    assert!(found("beta").is_empty());
    assert_eq!(found("beta state:any"), [beta.0]);
}
