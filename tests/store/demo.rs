//! The demo's keys.

use std::fs;
use std::sync::Arc;

use keyward::auth::hash::Hasher;
use keyward::auth::random::predictable;
use keyward::domain::id::{KeyId, UserId};
use keyward::domain::list::{KeyRow, WindowQuery};
use keyward::domain::name::{check_description, check_name};
use keyward::domain::rights::Rights;
use keyward::domain::trouble::{Fault, Trouble};
use keyward::domain::user::{Arrival, UserDraft};
use keyward::service::demo::Making;
use keyward::service::{Service, demo};
use keyward::store::{Place, Store, checked, events};

use crate::support::database::{
    AS_OF, Bench, CHEAP, NOW, SetClock, account, as_owner, draft, everything, filter, fresh,
    on_disk, raw, service_for,
};

fn seeded() -> Service {
    Bench::demo(demo::FULL_ACCESS_USER).0.service
}

fn rows(service: &mut Service) -> Vec<KeyRow> {
    let auditor = service
        .sign_in(demo::AUDITOR_USER, &Arrival::default())
        .expect("signed in");
    let query = WindowQuery {
        filter: filter("state:any"),
        ..everything()
    };
    service.window(&auditor, &query).expect("rows").rows
}

#[test]
fn the_demo_has_keys_in_every_state_and_a_whole_trail() {
    let mut service = seeded();
    let rows = rows(&mut service);
    let mut ranks: Vec<i64> = rows.iter().map(|row| row.state(AS_OF).rank()).collect();
    ranks.sort_unstable();
    ranks.dedup();
    assert_eq!(ranks, [0, 1, 2, 3, 4, 5, 6]);
    assert!(rows.iter().any(|row| row.retiring.is_some()));
    assert!(rows.iter().any(|row| row.pending && row.facts.delivered));
    assert!(rows.iter().any(|row| row.last_sign_in_at.is_none()));
    let chain = service.store().read(|tx| events::check_chain(tx, None));
    assert!(chain.expect("read").is_ok_and(|whole| whole.events > 100));
    assert_eq!(service.sweep(), Ok(0), "nothing is overdue");
}

#[test]
fn the_demo_has_roles_and_users_of_many_kinds_and_nothing_lies_in_the_future() {
    let (bench, demo) = Bench::demo(demo::FULL_ACCESS_USER);
    let roles = bench.service.roles(&demo).expect("roles");
    let named: Vec<(i64, &str)> = roles
        .iter()
        .map(|role| (role.id.0, role.fields.name.as_str()))
        .collect();
    let wanted = [
        (2, "Auditor"),
        (5, "Automation"),
        (1, "Full Access"),
        (6, "Help Desk"),
        (3, "Key Operators"),
        (4, "監視担当"),
    ];
    assert_eq!(named, wanted);
    // Every right that is named in the samples is one.
    let added: Vec<usize> = [5, 3, 4, 6]
        .map(|id| {
            let role = roles.iter().find(|role| role.id.0 == id).expect("a role");
            role.fields
                .rights
                .without(&Rights::view_only())
                .names()
                .count()
        })
        .to_vec();
    assert_eq!(added, [4, 3, 1, 0]);
    let mut locked = 0;
    for id in 1..=9 {
        let user = bench
            .service
            .user_properties(&demo, UserId(id))
            .expect("a user");
        let draft = UserDraft::from(&user.fields);
        assert!(draft.check(None).is_ok(), "{draft:?}");
        assert!(
            user.created_at < NOW
                && user
                    .last_sign_in_at
                    .is_none_or(|at| at <= NOW && at > user.created_at)
        );
        locked += usize::from(user.fields.locked_out.is_some());
    }
    assert_eq!(locked, 1);
    let future = "SELECT count(*) FROM events e WHERE at > ?1 OR at < (SELECT max(at) FROM events WHERE sequence < e.sequence)";
    assert_eq!(raw(&bench.place).row::<i64>(future, [NOW.0]), 0);
}

#[test]
fn the_demos_keys_could_have_been_typed_and_lie_in_the_past() {
    for row in rows(&mut seeded()) {
        assert_eq!(check_name(&row.name), Ok(row.name.clone()));
        assert!(check_description(&row.description).is_ok());
        assert!(row.created_at < NOW && row.last_sign_in_at.is_none_or(|at| at < NOW));
        assert!(
            row.last_sign_in_at.is_none_or(|at| at > row.created_at),
            "{}",
            row.name
        );
    }
}

#[test]
fn only_a_database_in_memory_is_set_back_and_then_for_all_its_connections() {
    let (mut bench, _) = Bench::demo(demo::FULL_ACCESS_USER);
    let before = bench.dump();
    let start = bench.service.snapshot().expect("read").expect("in memory");
    bench.delivered("nightly");
    assert_ne!(bench.dump(), before);
    bench.service.set_back(&start).expect("set back");
    assert_eq!(bench.dump(), before);
    // What was made is made again under the same number.
    bench.delivered("nightly");
    let (_directory, path) = on_disk();
    let mut on_disk = Bench::on(Place::File(path));
    assert!(on_disk.service.snapshot().expect("read").is_none());
    let before = on_disk.dump();
    on_disk.service.set_back(&start).expect("nothing was done");
    assert_eq!(on_disk.dump(), before);
}

#[test]
fn a_demo_of_many_keys_is_whole_and_has_them_in_every_state() {
    const KEYS: u32 = 3_000;
    let (place, clock) = (as_owner(fresh()), Arc::new(SetClock::new(NOW)));
    let mut service = service_for(&place, &account(), &clock, &Hasher::new(CHEAP), 1);
    let mut told = Vec::new();
    let seeded = demo::seed(&mut service, "alice", KEYS, &mut |making| {
        told.push(making);
        Ok(())
    });
    seeded.expect("seeded");
    let all = KEYS - demo::KEYS;
    assert_eq!(told[0], Making::Keys { made: 0, all });
    let made_anew = matches!(told[told.len() - 1], Making::Index(n) if n > 20);
    assert_eq!(
        made_anew,
        raw(&place).is_sqlite(),
        "a server keeps its indexes"
    );
    let rows = rows(&mut service);
    assert_eq!(rows.len(), 3_000);
    let mut states = [0; 7];
    for row in &rows {
        states[usize::try_from(row.state(AS_OF).rank()).expect("a rank")] += 1;
        assert_eq!(check_name(&row.name).as_ref(), Ok(&row.name));
        assert_eq!(
            check_description(&row.description).as_ref(),
            Ok(&row.description)
        );
        assert!(
            row.last_sign_in_at
                .is_none_or(|at| at > row.created_at && at <= NOW),
            "{row:?}"
        );
    }
    assert!(states.iter().all(|keys| *keys > 10), "{states:?}");
    let whole = service.store().read(|tx| checked(tx, None)).expect("read");
    assert!(whole.is_ok_and(|whole| whole.events > 9_000));
    assert_eq!(service.sweep(), Ok(0), "nothing is overdue");
    // Times never run backwards in the trail.
    let backwards = "SELECT count(*) FROM events e JOIN events f ON f.sequence = e.sequence + 1 WHERE f.at < e.at";
    assert_eq!(raw(&place).row::<i64>(backwards, ()), 0);
    // What can be done to a key that one makes oneself can be done to these.
    let alice = service
        .sign_in("alice", &Arrival::default())
        .expect("signed in");
    let created = service
        .create_key(&alice, &draft("one more"))
        .expect("created");
    assert_eq!(created.key, KeyId(3_001));
}

#[test]
fn whoever_stops_the_making_of_a_demo_leaves_no_database() {
    let (home, path) = on_disk();
    let stopped = Store::make_filled(
        &Place::File(path.clone()),
        &account(),
        NOW,
        &mut |_| Ok(()),
        |store| {
            let clock = Arc::new(SetClock::new(NOW));
            let mut service = Service::new(store, clock, predictable(1), Hasher::new(CHEAP))?;
            demo::seed(&mut service, "alice", 9_000, &mut |making| match making {
                Making::Keys { made: 0, .. } => Ok(()),
                _ => Err(Fault::Superseded.into()),
            })
        },
    );
    assert_eq!(stopped, Err(Trouble::Storage(Fault::Superseded)));
    let left = fs::read_dir(home.path()).expect("read").count();
    assert_eq!(left, 0);
}
