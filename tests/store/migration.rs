//! A database of the first issue's Keyward, with rows in every table, brought up to date.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::event::EventKind;
use keyward::domain::fold::name_key;
use keyward::domain::id::{AUDITOR, FULL_ACCESS, KeyId, UserId};
use keyward::domain::list::KeyRow;
use keyward::domain::reference::RowKind;
use keyward::domain::role::{Role, RoleDraft};
use keyward::domain::state::{AsOf, Warning};
use keyward::domain::time::DAY;
use keyward::domain::trouble::{Fault, Trouble};
use keyward::domain::user::Arrival;
use keyward::domain::verdict::{Asked, Refused, Verdict};
use keyward::store::names;
use keyward::store::{Place, Store, list};
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::support::database::raw::sqlite;
use crate::support::database::{
    AS_OF, Bench, NOW, TWELFTH, account, authenticate, draft, everything, filter, on_disk,
    role_draft, user_draft, user_of,
};

const SCHEMA: &str = include_str!("../../assets/migrations/0001_keys.sql");
/// Makes it a database of the second issue's.
pub const SECOND: &str = concat!(
    "PRAGMA foreign_keys = OFF;",
    include_str!("../../assets/migrations/0002_users_and_roles.sql"),
    "PRAGMA user_version = 2;"
);
const ROWS: &str = include_str!("first_issue.sql");

/// Its tables, with the columns that they had.
const TABLES: [(&str, &str); 7] = [
    ("meta", "id, tag_key, created_at"),
    (
        "roles",
        "id, name, name_key, description, immutable, user_interface, web_service, rights, version",
    ),
    ("users", "id, name, name_key, role, created_at, version"),
    (
        "api_keys",
        "id, name, name_key, description, role, locale, time_zone, expires_on, expires_at, expiry_noted, \
         locked_out, delivered, last_sign_in_at, attempts, created_at, created_by, deleted_at, erased, version",
    ),
    ("api_key_secrets", "*"),
    ("refused_uses", "*"),
    (
        "events",
        "sequence, at, number, level, actor, target_kind, target_id, target_name, body, previous, hash",
    ),
];

/// Secrets that were issued there.
const WORKS: &str = "1:VHQ9xeJNKkE7FZWEwSJt9uzPxMqozXtjVGwza0w/6ug=";
const LOCKED: &str = "3:2dhwVO1MAAsIH1t9bCTDmw+EglA/kMpDj2M6Ow5oaQ4=";
const DELETED: &str = "4:mg0F9Gc+9aG/QYsL3O7UH2oA9l8eUzVDG7K02X9GHK0=";

/// The database of that Keyward.
pub fn made(path: &Path) -> Connection {
    fs::write(path, "").expect("made");
    fs::set_permissions(path, Permissions::from_mode(0o600)).expect("set");
    let connection = sqlite(&Place::File(path.to_owned()));
    connection.execute_batch(SCHEMA).expect("a schema");
    connection.execute_batch(ROWS).expect("rows");
    connection
}

fn rows(connection: &Connection, table: &str, columns: &str) -> Vec<Vec<Value>> {
    let sql = format!("SELECT {columns} FROM {table} ORDER BY 1");
    let mut query = connection.prepare(&sql).expect("prepared");
    let width = query.column_count();
    let rows = query.query_map((), |row| (0..width).map(|index| row.get(index)).collect());
    rows.expect("queried")
        .collect::<Result<_, _>>()
        .expect("read")
}

#[test]
fn every_row_lives_through_it_and_the_chain_is_whole() {
    let (_directory, path) = on_disk();
    let connection = made(&path);
    let before = TABLES.map(|(table, columns)| rows(&connection, table, columns));
    assert!(before.iter().all(|rows| !rows.is_empty()));
    let events = before[6].len();
    drop(connection);
    let place = Place::File(path);
    let store = Store::bring_up_to_date(&place, &account()).expect("brought up to date");
    let whole = store.read(|tx| keyward::store::events::check_chain(tx, None));
    let whole = whole.expect("read").expect("a whole chain");
    assert_eq!(whole.events, i64::try_from(events).expect("few"));
    let connection = sqlite(&place);
    let told = "SELECT count(actor_kind) + count(actor_id) FROM events";
    let told = connection.query_row(told, (), |row| row.get(0));
    assert_eq!(told, Ok(0), "nothing is made up of who did what");
    let locked = "SELECT locked_by, locked_at, lock_reason FROM api_keys WHERE id = 3";
    let locked = connection.query_row(locked, (), |row| row.try_into());
    let by_alice = ("alice".to_owned(), 1_795_449_600_000_i64, String::new());
    assert_eq!(locked, Ok(by_alice), "as the event tells");
    let gone = connection.execute("DELETE FROM events WHERE sequence = 1", ());
    assert!(gone.is_err(), "the trail is guarded as before");
    let after = TABLES.map(|(table, columns)| rows(&connection, table, columns));
    assert_eq!(after, before);
    let fresh = [
        ("roles", "search, equal_or_less, deleted_at"),
        (
            "users",
            "full_name, search, locale, time_zone, locked_out, last_sign_in_at, sign_in_sort",
        ),
    ];
    let text = |text: &str| Value::Text(text.to_owned());
    let [roles, users] = fresh.map(|(table, columns)| rows(&connection, table, columns));
    assert_eq!(
        roles[0],
        [text("auditor\n"), Value::Integer(0), Value::Null]
    );
    let alice = [
        text(""),
        text("alice\n"),
        Value::Null,
        Value::Null,
        Value::Integer(0),
        Value::Null,
        Value::Integer(i64::MAX),
    ];
    assert_eq!(users[0], alice);
}

#[test]
fn a_word_of_an_older_key_is_found_where_it_was_written() {
    let (_directory, path) = on_disk();
    drop(made(&path));
    let place = Place::File(path);
    let store = Store::bring_up_to_date(&place, &account()).expect("brought up to date");
    let reader = Store::open_reader(&place, &account(), Arc::default()).expect("opened");
    for (text, wanted) in [
        ("lines", vec![2]),
        ("description:lines", vec![2]),
        ("owner:lines", vec![]),
        (r#"owner:"""#, vec![1, 2, 3, 5]),
        (r#"description:"""#, vec![1, 3, 5]),
    ] {
        let filter = filter::<KeyRow>(text);
        for store in [&store, &reader] {
            let found = store.read(|tx| list::matches(tx, &filter, AS_OF, 10));
            assert_eq!(found, Ok(wanted.clone()), "{text}");
        }
    }
}

#[test]
fn what_rows_are_found_and_sorted_by_is_what_a_new_row_has() {
    let (_directory, path) = on_disk();
    let mut bench = Bench::on(Place::File(path.clone()));
    let key = ApiKeyDraft {
        owner: "ÉQUIPE Nord".to_owned(),
        description: "First 9\nsecond".to_owned(),
        ..draft("owned")
    };
    let mut role = role_draft("console", &[]);
    role.description = "First 10\nsecond".to_owned();
    let mut user = user_draft("bob", AUDITOR);
    user.full_name = "Bob Ähre".to_owned();
    bench.by_alice(|service, alice| service.create_key(alice, &key).map(drop));
    bench.by_alice(|service, alice| service.create_role(alice, &role).map(drop));
    bench.by_alice(|service, alice| service.create_user(alice, &user).map(drop));
    drop(bench);
    let place = Place::File(path);
    let found = |connection: &Connection| {
        [
            rows(connection, "api_keys", "id, owner_key, search"),
            rows(connection, "roles", "id, description_sort"),
            rows(connection, "users", "id, full_name_sort"),
        ]
    };
    let connection = sqlite(&place);
    let new = found(&connection);
    connection.execute_batch(TWELFTH).expect("undone");
    drop(connection);
    drop(Store::bring_up_to_date(&place, &account()).expect("brought up to date"));
    assert_eq!(found(&sqlite(&place)), new);
}

#[test]
fn who_locked_an_older_key_out_is_what_its_event_tells() {
    let (_directory, path) = on_disk();
    drop(made(&path));
    let place = Place::File(path);
    Store::bring_up_to_date(&place, &account()).expect("brought up to date");
    let connection = sqlite(&place);
    let columns = "id, lock_reason, locked_by, locked_at";
    let rows = rows(&connection, "api_keys", columns);
    let (empty, alice) = (Value::Text(String::new()), Value::Text("alice".to_owned()));
    for row in rows {
        let locked = row[0] == Value::Integer(3);
        let wanted = if locked {
            [
                empty.clone(),
                alice.clone(),
                Value::Integer(1_795_449_600_000),
            ]
        } else {
            [empty.clone(), Value::Null, Value::Null]
        };
        assert_eq!(row[1..], wanted);
    }
}

#[test]
fn names_of_older_rows_sort_as_people_expect_and_are_known_by_their_look() {
    let (_directory, path) = on_disk();
    let connection = made(&path);
    for (id, name) in (10..).zip(["Zebra", "10", "Ähre", "9", "apfel", "prod", "echo", "État"]) {
        let copy = "INSERT INTO api_keys (id, name, name_key, description, search, role, locale, time_zone, locked_out,
                        created_at, created_by)
                    SELECT ?1, ?2, ?3, '', '', role, locale, time_zone, 0, 0, 'alice' FROM api_keys WHERE id = 1";
        connection
            .execute(copy, (id, name, name_key(name)))
            .expect("added");
    }
    drop(connection);
    let bench = Bench::on(Place::File(path));
    let shown = bench.service.store().read(|tx| {
        let as_of = AsOf {
            now: NOW,
            warning: Warning::DEFAULT,
        };
        list::window(tx, &everything(), as_of)
    });
    let rows = shown.expect("read").rows.into_iter();
    let names: Vec<String> = rows.map(|row| row.name).collect();
    let wanted = [
        "9",
        "10",
        "Ähre",
        "apfel",
        "Backup",
        "echo",
        "État",
        "locked",
        "pending",
        "prod",
        "Zebra",
        "東京 監査",
    ];
    assert_eq!(names, wanted);
    let alike = bench
        .service
        .store()
        .read(|tx| names::alike(tx, RowKind::ApiKey, "pr\u{43E}d", None));
    assert_eq!(alike, Ok(Some((15, "prod".to_owned()))));
}

#[test]
fn what_worked_works_and_what_was_refused_is_refused() {
    let (_directory, path) = on_disk();
    drop(made(&path));
    let mut bench = Bench::on(Place::File(path));
    bench.clock.advance(62 * DAY);
    let mut verdict = |secret: &str| authenticate(&mut bench.service, secret).expect("one");
    assert!(matches!(verdict(WORKS), Verdict::Valid(bearer) if bearer.role == "Auditor"));
    assert_eq!(verdict(LOCKED), Verdict::Refused(Refused::LockedOut));
    assert_eq!(verdict(DELETED), Verdict::Refused(Refused::Deleted));
    assert_eq!(bench.service.roles(&bench.alice).expect("read"), {
        let mut roles = Role::built_in();
        roles.reverse();
        roles
    });
    let eve = bench
        .service
        .sign_in("Eve.X", &Arrival::default())
        .expect("in");
    assert_eq!((user_of(&eve), eve.role.id), (UserId(3), FULL_ACCESS));
    let before = bench
        .service
        .key_properties(&eve, KeyId(2))
        .expect("read")
        .key
        .fields;
    let draft = ApiKeyDraft {
        role: AUDITOR,
        ..ApiKeyDraft::from(&before)
    };
    bench
        .service
        .save_key(&eve, KeyId(2), &before, &draft)
        .expect("saved");
    let last = bench.events().pop().expect("an event");
    let last = (last.0, last.1.as_str());
    assert_eq!(last, (EventKind::ApiKeyUpdated.number(), "Eve.X"));
}

#[test]
fn ids_go_on_where_they_were_and_references_hold_again() {
    let (_directory, path) = on_disk();
    let connection = made(&path);
    // A role that was made and is gone: its ID is not used again either.
    connection
        .execute_batch("UPDATE sqlite_sequence SET seq = 7 WHERE name = 'roles'")
        .expect("set");
    drop(connection);
    let mut bench = Bench::on(Place::File(path));
    let alice = bench.alice.clone();
    let role = bench.service.create_role(&alice, &RoleDraft::default());
    assert_eq!(role.expect("created").0, 8);
    let connection = sqlite(&bench.place);
    connection
        .pragma_update(None, "foreign_keys", true)
        .expect("set");
    for sql in [
        "DELETE FROM roles WHERE id = 1",
        "UPDATE users SET role = 99",
        "UPDATE api_keys SET role = 99",
        "INSERT INTO roles (name, name_key, description, search, immutable, user_interface, web_service, rights,
             equal_or_less) VALUES ('AUDITOR', 'auditor', '', '', 0, 0, 0, '[]', 0)",
    ] {
        let refused = connection.execute(sql, ()).expect_err(sql).to_string();
        assert!(refused.contains("constraint failed"), "{refused}");
    }
}

#[test]
fn rows_that_a_newer_keyward_has_brought_up_to_date_are_neither_read_nor_written() {
    let (_directory, path) = on_disk();
    let mut bench = Bench::on(Place::File(path));
    let key = bench.delivered("a");
    let newer = sqlite(&bench.place);
    let version: i64 = newer
        .query_row("PRAGMA user_version", (), |row| row.get(0))
        .expect("read");
    let set = |version: i64| newer.pragma_update(None, "user_version", version);
    set(version + 1).expect("set");
    let storage = Trouble::Storage(Fault::Newer);
    let secret = key.secret.expose().as_bytes();
    let judged = bench.service.judge(secret, &Asked::default());
    assert_eq!(judged.map(|_| ()), Err(storage.clone()));
    let locked = bench.service.lock_out_key(&bench.alice, key.key, "");
    assert_eq!(locked, Err(storage));
    set(version).expect("set");
    assert_eq!(bench.refusal(&key), None, "nothing was changed");
}
