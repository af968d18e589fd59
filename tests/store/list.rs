//! The list's windows, against a list that is sorted and filtered by the domain's own rules.

use keyward::domain::api_key::ApiKeyFields;
use keyward::domain::expiry::Expiry;
use keyward::domain::filter::{StateWord, TERMS_MAX};
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId};
use keyward::domain::list::{
    Anchor, Counts, Filter, KeyRow, KeySort, Listed, Order, Place as Spot, RoleRow, RoleSort,
    SortValue, UserRow, UserSort, Window, WindowQuery,
};
use keyward::domain::locale::Locale;
use keyward::domain::name::name_sort;
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::secret::Overlap;
use keyward::domain::state::{AsOf, Facts, Warning};
use keyward::domain::time::{DAY, HOUR, Timestamp};
use keyward::domain::trouble::Fault;
use keyward::domain::tz::Tz;
use keyward::service::lists::Source;
use keyward::store::{Store, api_keys, list, roles, secrets, uses};
use proptest::prelude::*;

use crate::support::database::{
    AS_OF, Bench, NOW, cases, draft, everything, filter, role_draft, user_draft,
};

/// A key as the test knows it.
#[derive(Clone, Debug)]
struct Known {
    id: KeyId,
    name: String,
    facts: Facts,
    last_sign_in: Option<Timestamp>,
    created: Timestamp,
    created_by: &'static str,
    description: &'static str,
}

/// Few different values, so that there are ties; instants on both sides of every limit.
fn known() -> impl Strategy<Value = Known> {
    let instant = prop::sample::select(vec![
        -1,
        0,
        1,
        DAY,
        DAY + 1,
        14 * DAY - 1,
        14 * DAY,
        14 * DAY + 1,
        28 * DAY,
    ]);
    (
        prop::sample::select(vec!["a", "B", "b", "É", "zz", "ｱ", "日本"]),
        prop::option::of(instant),
        prop::option::of(0..3_i64),
        0..3_i64,
        any::<(bool, bool, bool, bool)>(),
        prop::sample::select(vec!["alice", "Alf", "bob"]),
        prop::sample::select(vec!["", "Äpfel\nsecond Ünit", "apfel", "9", "10\n"]),
    )
        .prop_map(
            |(
                name,
                expires,
                used,
                created,
                (deleted, locked_out, delivered, api_access),
                created_by,
                description,
            )| Known {
                id: KeyId(0),
                name: name.to_owned(),
                facts: Facts {
                    deleted,
                    locked_out,
                    expires_at: expires.map(|ms| NOW.plus(ms)),
                    delivered,
                    api_access,
                },
                last_sign_in: used.map(|ms| NOW.plus(-ms)),
                created: NOW.plus(-created),
                created_by,
                description,
            },
        )
}

fn store(bench: &Bench, keys: &mut [Known]) -> Store {
    let mut store = bench.store();
    store
        .write(|tx| {
            let draft = RoleDraft::from(RoleFields {
                name: "console".to_owned(),
                ..RoleFields::default()
            });
            let no_access = roles::insert(tx, &draft.check().expect("valid"))?;
            for (number, key) in keys.iter_mut().enumerate() {
                // Undeleted names are unique, so most get a number after the part that is the same.
                if !key.facts.deleted {
                    key.name = format!("{} {number}", key.name);
                }
                let on = NOW.utc().date_naive();
                let fields = ApiKeyFields {
                    name: key.name.clone(),
                    owner: first_line(key.description).to_owned(),
                    description: key.description.to_owned(),
                    role: if key.facts.api_access {
                        AUDITOR
                    } else {
                        no_access
                    },
                    locale: Locale::EnUs,
                    zone: Tz::UTC,
                    expiry: key.facts.expires_at.map(|at| Expiry { on, at }),
                    addresses: String::new(),
                    rate: None,
                    locked_out: key.facts.locked_out.then(String::new),
                };
                key.id = api_keys::reserve(tx)?;
                api_keys::insert(tx, key.id, &fields, key.created_by, key.created)?;
                if key.facts.delivered {
                    api_keys::set_delivered(tx, key.id)?;
                }
                if let Some(at) = key.last_sign_in {
                    let by = "alice";
                    let secret = secrets::insert(tx, key.id, &[0; 8], "hash", by, key.created)?;
                    uses::accepted(tx, key.id, secret, at)?;
                }
                if key.facts.deleted {
                    api_keys::set_deleted(tx, key.id, NOW)?;
                }
            }
            Ok::<(), Fault>(())
        })
        .expect("stored");
    store
}

/// With a warning time on either side of the instants above, or none.
fn as_of() -> impl Strategy<Value = AsOf> {
    prop::sample::select(vec![14, 1, 0]).prop_map(|days| AsOf {
        warning: Warning { days },
        ..AS_OF
    })
}

fn value(key: &Known, by: KeySort, as_of: AsOf) -> SortValue {
    let unset_last = |at: Option<Timestamp>| SortValue::Number(at.map_or(i64::MAX, |at| at.0));
    match by {
        KeySort::Name => SortValue::Text(name_sort(&key.name)),
        KeySort::State => SortValue::Number(key.facts.state(as_of).rank()),
        KeySort::Expires => unset_last(key.facts.expires_at),
        KeySort::LastSignIn => unset_last(key.last_sign_in),
        KeySort::Created => SortValue::Number(key.created.0),
        KeySort::Id => SortValue::Number(key.id.0),
        KeySort::Role if key.facts.api_access => SortValue::Text(name_sort("Auditor")),
        KeySort::Role => SortValue::Text(name_sort("console")),
        KeySort::CreatedBy => SortValue::Text(name_sort(key.created_by)),
        KeySort::Owner | KeySort::Description => text(first_line(key.description)),
    }
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// What is empty is last.
fn text(text: &str) -> SortValue {
    let sorted = match text {
        "" => char::MAX.to_string(),
        _ => name_sort(text),
    };
    SortValue::Text(sorted)
}

/// Whether a list shows a key that is filtered by this word.
fn shows(state: Option<StateWord>, facts: &Facts, as_of: AsOf) -> bool {
    let looked_at = !facts.deleted || state.is_some_and(StateWord::asks_for_deleted);
    looked_at && state.is_none_or(|word| word.holds(facts, false, as_of))
}

/// The list without a word, and with each.
fn states() -> impl Iterator<Item = (Option<StateWord>, Filter<KeyRow>)> {
    let words = StateWord::ALL.into_iter().map(Some);
    std::iter::once(None).chain(words).map(|word| {
        let text = word.map(|word| format!("state:{}", word.word()));
        (word, filter(&text.unwrap_or_default()))
    })
}

/// The whole list as it must be.
fn expected(
    keys: &[Known],
    order: Order<KeySort>,
    state: Option<StateWord>,
    as_of: AsOf,
) -> Vec<KeyId> {
    let mut shown: Vec<&Known> = keys
        .iter()
        .filter(|key| shows(state, &key.facts, as_of))
        .collect();
    shown.sort_by_key(|key| (value(key, order.by, as_of), key.id));
    if order.descending {
        shown.reverse();
    }
    shown.iter().map(|key| key.id).collect()
}

fn numbers<L: Listed>(rows: &[L]) -> Vec<i64> {
    rows.iter().map(|row| row.place().id).collect()
}

fn ids(rows: &[KeyRow]) -> Vec<KeyId> {
    rows.iter().map(KeyRow::id).collect()
}

fn ask<L: Source>(store: &Store, query: &WindowQuery<L>, as_of: AsOf) -> Window<L> {
    store
        .read(|tx| list::window(tx, query, as_of))
        .expect("a window")
}

/// All pages one after the other, forwards from the first or backwards from the last.
fn pages<L: Source>(store: &Store, query: &WindowQuery<L>, forward: bool, as_of: AsOf) -> Vec<i64> {
    let start = if forward { Anchor::First } else { Anchor::Last };
    let ask_from = |anchor| {
        let query = WindowQuery {
            anchor,
            ..query.clone()
        };
        ask(store, &query, as_of)
    };
    let mut window = ask_from(start);
    let mut all = Vec::new();
    let mut started = false;
    loop {
        let behind = if forward {
            window.more_before
        } else {
            window.more_after
        };
        assert_eq!(behind, started, "rows behind are known");
        started = true;
        if forward {
            all.extend(numbers(&window.rows));
        } else {
            all.splice(0..0, numbers(&window.rows));
        }
        let (more, edge) = if forward {
            (window.more_after, window.rows.last())
        } else {
            (window.more_before, window.rows.first())
        };
        let Some(place) = edge.filter(|_| more).map(|row| row.place().clone()) else {
            return all;
        };
        let anchor = if forward {
            Anchor::After(place)
        } else {
            Anchor::Before(place)
        };
        window = ask_from(anchor);
    }
}

fn orders<L: Listed>() -> impl Iterator<Item = Order<L::SortBy>> {
    L::SORTS.iter().flat_map(|by| {
        [false, true].map(|descending| Order {
            by: *by,
            descending,
        })
    })
}

/// Pages of every order of a list hold its rows as they are sorted by these values.
fn expect_orders<L: Source>(
    store: &Store,
    rows: usize,
    value: impl Fn(&L, L::SortBy) -> SortValue,
) {
    let mut query = WindowQuery {
        filter: Filter::<L>::default(),
        order: L::FIRST_ORDER,
        anchor: Anchor::First,
        rows: 1_000,
    };
    let mut all = ask(store, &query, AS_OF).rows;
    query.rows = rows;
    for order in orders::<L>() {
        query.order = order;
        all.sort_by_key(|row| (value(row, order.by), row.place().id));
        if order.descending {
            all.reverse();
        }
        for forward in [true, false] {
            let pages = pages(store, &query, forward, AS_OF);
            assert_eq!(pages, numbers(&all), "{order:?}");
        }
    }
}

/// Three roles of the same name but for its case and number, and users who have one of them or a built-in one.
fn store_of_users(bench: &mut Bench, users: &[(usize, usize, bool)]) -> Store {
    let mut roles = vec![FULL_ACCESS, AUDITOR];
    for (number, description) in ["", "é\nsecond", "E"].into_iter().enumerate() {
        let mut draft = role_draft(&format!("Role {}", 11 - number), &[]);
        description.clone_into(&mut draft.description);
        draft.user_interface = number == 1;
        draft.web_service = number != 0;
        roles.push(bench.role(&draft));
    }
    for (number, (role, name, locked_out)) in users.iter().enumerate() {
        let mut user = user_draft(&format!("user-{}", 12 - number), roles[*role]);
        ["", "É", "e", "Ｅ", "10", "9"][*name].clone_into(&mut user.full_name);
        user.locked_out = locked_out.then(String::new);
        bench.by_alice(|service, alice| service.create_user(alice, &user));
        bench.clock.advance(i64::try_from(number % 2).expect("few"));
        let mut key = draft(&format!("key {number}"));
        key.role = roles[*role];
        bench.by_alice(|service, alice| service.create_key(alice, &key));
    }
    bench.store()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(cases(24)))]

    #[test]
    fn pages_of_every_order_of_users_and_roles_equal_the_sorted_list(
        users in prop::collection::vec((0..5_usize, 0..6_usize, any::<bool>()), 0..12), rows in 1..5_usize,
    ) {
        let mut bench = Bench::new();
        let store = store_of_users(&mut bench, &users);
        let name = |name: &str| SortValue::Text(name_sort(name));
        expect_orders(&store, rows, |user: &UserRow, by| match by {
            UserSort::Name => name(&user.name),
            UserSort::State => SortValue::Number(user.state().rank()),
            UserSort::Role => name(&user.role),
            UserSort::FullName => text(&user.full_name),
            UserSort::LastSignIn => SortValue::Number(user.last_sign_in_at.map_or(i64::MAX, |at| at.0)),
            UserSort::Created => SortValue::Number(user.created_at.0),
            UserSort::Id => SortValue::Number(user.place.id),
        });
        expect_orders(&store, rows, |role: &RoleRow, by| match by {
            RoleSort::Name => name(&role.name),
            RoleSort::Access => SortValue::Number(match (role.user_interface, role.web_service) {
                (false, false) => 0,
                (true, false) => 1,
                (false, true) => 2,
                (true, true) => 3,
            }),
            RoleSort::Users => SortValue::Number(role.users),
            RoleSort::Keys => SortValue::Number(role.keys),
            RoleSort::BuiltIn => SortValue::Number(i64::from(!role.is_built_in())),
            RoleSort::Id => SortValue::Number(role.place.id),
            RoleSort::Description => text(&role.description),
        });
    }

    #[test]
    fn pages_of_every_order_and_filter_equal_the_sorted_list(
        mut keys in prop::collection::vec(known(), 0..40), rows in 1..9_usize, as_of in as_of(),
    ) {
        let bench = Bench::new();
        let store = store(&bench, &mut keys);
        for (state, filter) in states() {
            for order in orders::<KeyRow>() {
                let query = WindowQuery { filter: filter.clone(), order, anchor: Anchor::First, rows };
                let all = expected(&keys, order, state, as_of);
                let all: Vec<i64> = all.iter().map(|id| id.0).collect();
                prop_assert_eq!(pages(&store, &query, true, as_of), all.clone(), "{:?} {:?}", order, state);
                prop_assert_eq!(pages(&store, &query, false, as_of), all, "{:?} {:?}", order, state);
            }
            let counts = store.read(|tx| list::counts(tx, &filter, as_of)).expect("counted");
            let number = |shown: &dyn Fn(&&Known) -> bool| i64::try_from(keys.iter().filter(shown).count()).unwrap();
            prop_assert_eq!(counts, Counts {
                shown: number(&|key| shows(state, &key.facts, as_of)),
                all: number(&|_| true),
                told: [StateWord::Soon, StateWord::Locked].map(|word| number(&|key| {
                    shows(state, &key.facts, as_of) && word.holds(&key.facts, false, as_of)
                })).to_vec(),
            });
        }
    }

    #[test]
    fn a_window_around_a_key_holds_it_or_what_took_its_place(
        mut keys in prop::collection::vec(known(), 1..40),
        rows in 1..9_usize, above in 0..9_usize, chosen: prop::sample::Index,
    ) {
        let bench = Bench::new();
        let store = store(&bench, &mut keys);
        let chosen = chosen.get(&keys);
        for order in orders::<KeyRow>() {
            // The place is an old one: the key's own, if it is shown, counts.
            let place = Spot { value: value(chosen, order.by, AS_OF), id: chosen.id.0 };
            let query = WindowQuery {
                anchor: Anchor::Around { place: place.clone(), above }, order, rows, ..everything()
            };
            let window = ask(&store, &query, AS_OF);
            let all = expected(&keys, order, None, AS_OF);
            let mut everyone: Vec<&Known> = keys.iter().filter(|key| !key.facts.deleted || key.id == chosen.id).collect();
            everyone.sort_by_key(|key| (value(key, order.by, AS_OF), key.id));
            if order.descending {
                everyone.reverse();
            }
            // The index that the key has, or that it would have.
            let at = everyone.iter().position(|key| key.id == chosen.id).unwrap();
            let first = at.saturating_sub(above.min(rows - 1));
            let last = (first + rows).min(all.len());
            prop_assert_eq!(ids(&window.rows), &all[first.min(last)..last]);
            prop_assert_eq!((window.more_before, window.more_after), (first > 0, last < all.len()));
            if !window.rows.is_empty() {
                prop_assert_eq!(window.rows[window.at].id(), all[at.min(all.len() - 1)]);
            }
        }
    }

    #[test]
    fn a_window_around_a_row_is_found_by_how_many_there_are_before_it(
        mut keys in prop::collection::vec(known(), 1..40), rows in 1..9_usize, before in 0..50_usize,
    ) {
        let bench = Bench::new();
        let store = store(&bench, &mut keys);
        for order in orders::<KeyRow>() {
            let query = WindowQuery { anchor: Anchor::Row(before), order, rows, ..everything() };
            let window = ask(&store, &query, AS_OF);
            let all = expected(&keys, order, None, AS_OF);
            let first = before.saturating_sub(rows / 2);
            let first = if first < all.len() { first } else { all.len().saturating_sub(rows) };
            let last = (first + rows).min(all.len());
            prop_assert_eq!(ids(&window.rows), &all[first..last]);
            prop_assert_eq!((window.more_before, window.more_after), (first > 0, last < all.len()));
            if !all.is_empty() {
                prop_assert_eq!(window.rows[window.at].id(), all[before.min(last - 1)]);
            }
        }
    }

    #[test]
    fn a_row_tells_the_state_that_the_domain_decides(
        mut keys in prop::collection::vec(known(), 1..40), as_of in as_of(),
    ) {
        let bench = Bench::new();
        let store = store(&bench, &mut keys);
        let order = Order { by: KeySort::State, descending: false };
        let query = WindowQuery { filter: filter("state:any"), order, ..everything() };
        for row in ask(&store, &query, as_of).rows {
            let key = keys.iter().find(|key| key.id == row.id()).unwrap();
            prop_assert_eq!(row.facts, key.facts);
            prop_assert_eq!(row.place.value.clone(), SortValue::Number(row.state(as_of).rank()));
            prop_assert_eq!((row.last_sign_in_at, row.created_at), (key.last_sign_in, key.created));
            prop_assert!(!row.description.contains('\n'));
        }
    }
}

/// The rows that a filter shows.
fn filtered(bench: &Bench, filter: &Filter<KeyRow>) -> Vec<KeyRow> {
    let query = WindowQuery {
        filter: filter.clone(),
        ..everything()
    };
    let window = bench.service.window(&bench.alice, &query);
    window.expect("a window").rows
}

/// The names that a filter text finds.
fn found(bench: &Bench, text: &str) -> Vec<String> {
    let filter = filter(text);
    let rows = filtered(bench, &filter);
    let names: Vec<String> = rows.into_iter().map(|row| row.name).collect();
    let counts = bench.service.counts(&bench.alice, &filter);
    let shown = usize::try_from(counts.expect("counted").shown);
    assert_eq!(shown, Ok(names.len()), "{text}");
    let matches = bench.service.matches(&bench.alice, &filter).expect("found");
    assert_eq!(matches.len(), names.len(), "{text}");
    let ids: Vec<i64> = (1..=20).collect();
    let of = bench.service.shown_of(&bench.alice, &filter, &ids);
    assert_eq!(of.map(usize::try_from), Ok(Ok(names.len())), "{text}");
    names
}

#[test]
fn filter_words_are_found_in_name_description_and_id() {
    let mut bench = Bench::new();
    for (name, description) in [
        ("Équipe de nuit", ""),
        ("backup", "for the ÉQUIPE 100%"),
        ("ﾊﾞｯｸｱｯﾌﾟ", "two\nlines_here"),
        ("under_score", "Straße"),
    ] {
        let mut draft = draft(name);
        draft.description = description.to_owned();
        bench.by_alice(|service, alice| service.create_key(alice, &draft));
    }
    for number in 5..=14 {
        bench.create(&format!("filler {number}"));
    }
    assert_eq!(found(&bench, "équipe"), ["backup", "Équipe de nuit"]);
    assert_eq!(found(&bench, "  NUIT   équ "), ["Équipe de nuit"]);
    assert_eq!(found(&bench, "バックアップ"), ["ﾊﾞｯｸｱｯﾌﾟ"]);
    assert_eq!(found(&bench, "LINES"), ["ﾊﾞｯｸｱｯﾌﾟ"]);
    assert_eq!(found(&bench, "strasse"), ["under_score"]);
    assert_eq!(found(&bench, "%"), ["backup"], "no character is a wildcard");
    assert_eq!(found(&bench, "_"), ["under_score", "ﾊﾞｯｸｱｯﾌﾟ"]);
    let one = found(&bench, "12");
    assert_eq!(one, ["filler 12"], "the ID and the name are the same key");
    assert_eq!(found(&bench, "id:4"), ["under_score"]);
    assert_eq!(found(&bench, "id:4 backup"), [""; 0]);
    assert_eq!(found(&bench, "id:99999999999999999999"), [""; 0]);
    assert_eq!(found(&bench, "'; --"), [""; 0]);
    let many = "backup ".repeat(TERMS_MAX);
    let one = found(&bench, &many);
    assert_eq!(one, ["backup"], "as many words as there may be");
    let begins = |name: &str| found(&bench, "1").contains(&name.to_owned());
    assert!(begins("Équipe de nuit"), "ID 1 begins with 1");
    assert!(!begins("under_score"));
}

#[test]
fn around_a_row_that_is_gone_and_whose_place_nobody_knew_are_the_first_rows() {
    let mut bench = Bench::new();
    for name in ["a", "b", "c"] {
        bench.create(name);
    }
    let store = bench.store();
    for (descending, wanted) in [(false, ["a", "b"]), (true, ["c", "b"])] {
        let (value, by) = (SortValue::Number(0), KeySort::Name);
        let query = WindowQuery {
            anchor: Anchor::Around {
                place: Spot { value, id: 99 },
                above: 1,
            },
            order: Order { by, descending },
            rows: 2,
            ..everything()
        };
        let window = ask(&store, &query, AS_OF);
        let names: Vec<_> = window.rows.iter().map(|row| &row.name[..]).collect();
        assert_eq!((names, window.at), (wanted.to_vec(), 0));
        assert!(!window.more_before && window.more_after);
    }
}

#[test]
fn a_key_just_acted_on_stays_whatever_the_filter_says() {
    let mut bench = Bench::new();
    let (first, _) = (bench.create("a").key, bench.create("b").key);
    let filter = Filter {
        keep: Some(first.0),
        ..filter("b state:locked")
    };
    assert_eq!(ids(&filtered(&bench, &filter)), [first]);
    let counts = bench.by_alice(|service, alice| service.counts(alice, &filter));
    assert_eq!((counts.shown, counts.all), (1, 2));
}

#[test]
fn a_row_tells_of_pending_and_retiring_secrets_to_the_exact_instant() {
    let mut bench = Bench::new();
    let key = bench.delivered("a").key;
    let flags = |bench: &Bench| {
        let rows = filtered(bench, &Filter::default());
        (rows[0].pending, rows[0].retiring.is_some())
    };
    assert_eq!(flags(&bench), (false, false));
    let second = bench.issue(key);
    assert_eq!(flags(&bench), (true, false));
    bench.deliver(&second, Some(Overlap::Hour));
    bench.issue(key);
    assert_eq!(flags(&bench), (true, true));
    bench.clock.advance(HOUR - 1);
    assert_eq!(flags(&bench), (true, true));
    bench.clock.advance(1);
    assert_eq!(flags(&bench), (false, false));
}
