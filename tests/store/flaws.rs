//! What `--check` finds beside the chain: a schema that is not as the migrations make it, damage, dangling references.

use keyward::domain::event::flaw::{Differs, Flaw};
use keyward::store::{self, Place, Store};

use crate::migration::made;
use crate::support::database::raw::sqlite;
use crate::support::database::{Bench, account, on_disk};

fn found(bench: &Bench) -> Vec<Flaw> {
    let checked = bench.service.check_events(&bench.alice, None);
    checked.expect("read").err().unwrap_or_default()
}

fn schema(differs: Differs, kind: &str, name: &str) -> Vec<Flaw> {
    vec![Flaw::Schema {
        differs,
        kind: kind.to_owned(),
        name: name.to_owned(),
    }]
}

/// As somebody does who writes to the file past Keyward.
fn after(sql: &str) -> Vec<Flaw> {
    let mut bench = Bench::new();
    bench.delivered("a");
    assert_eq!(found(&bench), []);
    sqlite(&bench.place).execute_batch(sql).expect(sql);
    found(&bench)
}

#[test]
fn a_trigger_that_undoes_lock_outs_is_found() {
    let undoing = "CREATE TRIGGER t AFTER UPDATE OF locked_out ON api_keys BEGIN
                       UPDATE api_keys SET locked_out = 0 WHERE id = NEW.id; END";
    assert_eq!(after(undoing), schema(Differs::Added, "trigger", "t"));
}

#[test]
fn whatever_is_added_removed_or_altered_in_the_schema_is_found() {
    use Differs::{Added, Altered, Missing};
    for (sql, flaws) in [
        ("CREATE VIEW v AS SELECT 1", schema(Added, "view", "v")),
        ("CREATE TABLE t (a)", schema(Added, "table", "t")),
        ("ANALYZE", schema(Added, "table", "sqlite_stat1")),
        (
            "CREATE INDEX i ON api_keys (description)",
            schema(Added, "index", "i"),
        ),
        (
            "DROP TRIGGER events_never_change",
            schema(Missing, "trigger", "events_never_change"),
        ),
        (
            "DROP INDEX events_by_time",
            schema(Missing, "index", "events_by_time"),
        ),
        (
            "DROP INDEX events_by_time; CREATE INDEX events_by_time ON events (at) WHERE at > 0",
            schema(Altered, "index", "events_by_time"),
        ),
        (
            "DROP TRIGGER events_never_change;
             CREATE TRIGGER events_never_change BEFORE UPDATE ON events WHEN 0 BEGIN SELECT 1; END",
            schema(Altered, "trigger", "events_never_change"),
        ),
        (
            "ALTER TABLE users ADD COLUMN x TEXT",
            schema(Altered, "table", "users"),
        ),
    ] {
        assert_eq!(after(sql), flaws, "{sql}");
    }
}

#[test]
fn an_index_with_a_false_definition_that_hides_an_event_is_found() {
    let false_index = "PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = 'CREATE INDEX events_by_time ON events (at) WHERE number <> 9001'
            WHERE name = 'events_by_time';
        PRAGMA writable_schema = RESET; REINDEX events_by_time;
        PRAGMA writable_schema = ON;
        UPDATE sqlite_schema SET sql = 'CREATE INDEX events_by_time ON events (at)' WHERE name = 'events_by_time';
        PRAGMA writable_schema = RESET";
    let flaws = after(false_index);
    assert!(
        matches!(&flaws[..], [Flaw::Damaged(words)] if words.contains("events_by_time")),
        "{flaws:?}"
    );
}

#[test]
fn a_row_that_refers_to_nothing_is_found() {
    let bench = Bench::new();
    let sql = "PRAGMA foreign_keys = OFF; INSERT INTO refused_uses VALUES (99, 'expired', 0, 0)";
    sqlite(&bench.place).execute_batch(sql).expect("written");
    let dangling = Flaw::Dangling {
        table: "refused_uses".to_owned(),
        parent: "api_key_secrets".to_owned(),
    };
    assert_eq!(found(&bench), [dangling]);
}

#[test]
fn a_database_that_came_through_older_versions_is_as_a_new_one() {
    let (_directory, path) = on_disk();
    drop(made(&path));
    let store = Store::bring_up_to_date(&Place::File(path), &account()).expect("brought up");
    assert_eq!(store.read(store::flaws), Ok(Vec::new()));
}
