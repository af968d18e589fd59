//! A change of one row that the database does not take is no change: nothing of it stays, and it is said.

use keyward::domain::id::{AUDITOR, KeyId, RoleId, SecretId, UserId};
use keyward::domain::role::{RoleDraft, RoleFields};
use keyward::domain::secret::Overlap;
use keyward::domain::trouble::{Fault, Trouble};
use keyward::domain::user::Actor;
use keyward::service::Service;

use crate::support::database::{Bench, draft, raw, user_draft, user_of};
use crate::support::files::sources;

const NOT_TAKEN: Trouble = Trouble::Storage(Fault::NotTaken);

/// A database with something to change in every table.
struct World {
    bench: Bench,
    alice: Actor,
    /// With a current, a retiring and a pending secret.
    key: KeyId,
    pending: SecretId,
    deleted: KeyId,
    bob: UserId,
    role: RoleId,
}

impl World {
    fn new() -> World {
        let mut bench = Bench::new();
        let alice = bench.alice.clone();
        let key = bench.delivered("a").key;
        let second = bench.issue(key);
        bench.deliver(&second, Some(Overlap::Week));
        let pending = bench.issue(key).id;
        let deleted = bench.create("gone").key;
        bench.by_alice(|service, alice| service.delete_key(alice, deleted));
        let role = bench.service.create_role(&alice, &RoleDraft::default());
        World {
            bob: user_of(&bench.user("bob", AUDITOR)),
            role: role.expect("made"),
            bench,
            alice,
            key,
            pending,
            deleted,
        }
    }
}

type Act = fn(&World, &mut Service, &Actor) -> Result<(), Trouble>;

/// What is swallowed, in which table, and what is done.
#[rustfmt::skip]
const ACTS: &[(&str, &str, Act)] = &[
    ("UPDATE", "api_keys", |w, s, who| s.lock_out_key(who, w.key, "")),
    ("UPDATE", "api_keys", |w, s, who| s.delete_key(who, w.key)),
    ("UPDATE", "api_keys", |w, s, who| s.restore_key(who, w.deleted)),
    ("INSERT", "api_keys", |_, s, who| s.create_key(who, &draft("b")).map(drop)),
    ("INSERT", "api_key_secrets", |_, s, who| s.create_key(who, &draft("b")).map(drop)),
    ("INSERT", "api_key_secrets", |w, s, who| s.issue(who, w.key).map(drop)),
    ("UPDATE", "api_key_secrets", |w, s, who| s.deliver(who, w.pending, None).map(drop)),
    ("UPDATE", "api_key_secrets", |w, s, who| s.discard(who, w.pending)),
    ("UPDATE", "api_key_secrets", |w, s, who| s.end_overlap(who, w.key)),
    ("UPDATE", "users", |w, s, who| s.lock_out_user(who, w.bob, "")),
    ("DELETE", "users", |w, s, who| s.delete_user(who, w.bob)),
    ("INSERT", "users", |_, s, who| s.create_user(who, &user_draft("eve", AUDITOR)).map(drop)),
    ("INSERT", "roles", |_, s, who| {
        s.create_role(who, &RoleDraft::from(RoleFields { name: "other".to_owned(), ..RoleFields::default() })).map(drop)
    }),
    ("UPDATE", "roles", |w, s, who| s.delete_role(who, w.role)),
    // What is not in the trail has not happened.
    ("INSERT", "events", |w, s, who| s.lock_out_key(who, w.key, "")),
];

#[test]
fn a_change_that_the_database_swallows_fails_and_leaves_nothing() {
    let world = World::new();
    let mut service = world.bench.another();
    let before = world.bench.events();
    let behind = raw(&world.bench.place);
    for (what, table, act) in ACTS {
        behind.swallow(what, table, "TRUE");
        let done = act(&world, &mut service, &world.alice);
        assert_eq!(done, Err(NOT_TAKEN), "{what} {table}");
        behind.swallow_no_more(table);
        assert_eq!(world.bench.events(), before, "{what} {table}");
    }
    service
        .lock_out_key(&world.alice, world.key, "")
        .expect("locked");
}

/// Files that change several rows at once, or one if there is one, or are no part of a use case.
const SEVERAL: [&str; 8] = [
    "columns.rs",
    "engine.rs",
    "load.rs",
    "moved.rs",
    "prune.rs",
    "sweep.rs",
    "tests.rs",
    "uses.rs",
];

#[test]
fn every_change_of_one_row_goes_through_the_one_place_that_counts() {
    let mut found = Vec::<String>::new();
    for (path, source) in sources("src/store") {
        let name = path.file_name().expect("a name").to_string_lossy();
        let changes = source.contains("tx.change(") || source.contains(".execute(");
        // Unit tests in a file of their own are no use case.
        let is_test = path
            .iter()
            .any(|part| part == "tests" || part == "tests.rs");
        let changes = changes && !is_test;
        if changes && !SEVERAL.contains(&name.as_ref()) {
            found.push(name.into_owned());
        }
    }
    assert!(found.is_empty(), "Tx::change_one is for these: {found:?}");
}
