//! The audit trail cannot be rewritten through SQL, and says what happened.

use rusqlite::Connection;

use crate::support::database::{Bench, in_memory, raw};

fn with_events() -> (Bench, Connection) {
    let mut bench = Bench::new(in_memory());
    bench.delivered("a");
    let connection = raw(&bench.place);
    connection
        .pragma_update(None, "recursive_triggers", true)
        .expect("set");
    (bench, connection)
}

#[test]
fn events_cannot_be_changed_removed_or_replaced() {
    let (bench, connection) = with_events();
    let before = bench.events();
    for sql in [
        "UPDATE events SET actor = 'mallory'",
        "UPDATE OR REPLACE events SET sequence = 1 WHERE sequence = 2",
        "DELETE FROM events WHERE sequence = 3",
        "DELETE FROM events",
        "INSERT OR REPLACE INTO events SELECT * FROM events WHERE sequence = 2",
        "REPLACE INTO events SELECT * FROM events WHERE sequence = 3",
    ] {
        let refused = connection.execute(sql, ()).expect_err(sql).to_string();
        assert!(refused.contains("events"), "{refused}");
    }
    assert_eq!(bench.events(), before);
}

#[test]
fn events_are_added_only_at_the_end_and_only_to_the_chain() {
    let (bench, connection) = with_events();
    let row = "at, number, level, actor, target_kind, target_id, target_name, body";
    for (sequence, previous) in [
        ("5", "hash"),
        ("0", "hash"),
        ("-7", "hash"),
        ("NULL", "hash"),
        ("4", "zeroblob(32)"),
    ] {
        let sql = format!(
            "INSERT INTO events (sequence, {row}, previous, hash)
             SELECT {sequence}, {row}, {previous}, hash FROM events WHERE sequence = 3"
        );
        assert!(
            connection.execute(&sql, ()).is_err(),
            "{sequence} {previous}"
        );
    }
    assert_eq!(bench.event_numbers(), [656, 9000, 9001]);
}

#[test]
fn a_change_behind_the_triggers_breaks_the_chain() {
    let (bench, connection) = with_events();
    connection
        .execute_batch("DROP TRIGGER events_never_change; UPDATE events SET target_name = 'b' WHERE sequence = 2")
        .expect("changed");
    let store = bench.store();
    assert_eq!(store.read(keyward::store::events::check_chain), Ok(Err(2)));
}
