//! Making a database in a schema, and who may do what with it.

use std::thread;

use super::{Schema, connected};
use crate::domain::event::{EventKind, NewEvent};
use crate::domain::id::{FULL_ACCESS, UserId};
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, OpenFault, ServerFault, Trouble};
use crate::domain::user::UserFields;
use crate::store::tests::account;
use crate::store::{Place, Store, events, users};

const ROLES: [&str; 3] = ["keyward_owner", "keyward_console", "keyward_verifier"];

impl Schema {
    /// A schema with nothing in it, which the first of the roles owns.
    fn empty(name: &str) -> Option<Schema> {
        let schema = Schema::new(name)?;
        let superuser = connected(&schema.server);
        for role in ROLES {
            // Another test may be making it at the same time.
            let _ = superuser.command(&format!("CREATE ROLE {role} LOGIN"));
        }
        let name = &schema.name;
        let owned =
            format!("DROP SCHEMA {name} CASCADE; CREATE SCHEMA {name} AUTHORIZATION keyward_owner");
        superuser.command(&owned).expect("made");
        Some(schema)
    }

    /// Its address for a role.
    fn of(&self, role: &str) -> Place {
        let (server, parameters) = self.server.split_once('?').unwrap_or((&self.server, ""));
        let others = parameters
            .split('&')
            .filter(|one| !one.starts_with("user="))
            .collect::<Vec<_>>()
            .join("&");
        Place::Server(format!(
            "{server}?{others}&user={role}&options=-csearch_path%3D{}",
            self.name
        ))
    }

    fn make(&self, role: &str) -> Result<Store, Trouble> {
        let place = self.of(role);
        Store::create_or_open(&place, &account(), Timestamp(1), &mut |_| Ok(()))
    }

    fn existing(&self, role: &str) -> Result<Store, Trouble> {
        Store::open_existing(&self.of(role), &account())
    }

    /// What a command comes to for a role.
    fn attempt(&self, role: &str, sql: &str) -> Result<(), Fault> {
        let Place::Server(address) = self.of(role) else {
            return Ok(());
        };
        connected(&address).command(sql).map(|_| ())
    }
}

fn fault(opened: Result<Store, Trouble>) -> OpenFault {
    match opened {
        Err(Trouble::Open(_, fault)) => fault,
        other => panic!("{other:?}"),
    }
}

fn user(name: &str) -> UserFields {
    UserFields {
        name: name.to_owned(),
        full_name: String::new(),
        role: FULL_ACCESS,
        locale: None,
        zone: None,
        locked_out: None,
    }
}

fn signed_out() -> NewEvent {
    NewEvent {
        kind: EventKind::UserSignedOut,
        actor: None,
        target: (UserId(1), "alice").into(),
        body: serde_json::json!({}),
    }
}

#[test]
fn of_those_that_make_it_at_once_one_does_and_the_others_find_it_done() {
    let Some(schema) = Schema::empty("at_once") else {
        return;
    };
    thread::scope(|scope| {
        let make = || schema.make("keyward_owner").map(drop);
        let threads: Vec<_> = (0..6).map(|_| scope.spawn(make)).collect();
        for thread in threads {
            assert_eq!(thread.join().expect("ended"), Ok(()));
        }
    });
    let store = schema.existing("keyward_owner").expect("there");
    let first =
        store.read(|tx| Ok::<_, Fault>((users::get(tx, UserId(1))?, users::get(tx, UserId(2))?)));
    let (first, second) = first.expect("read");
    assert_eq!(first.expect("a user").fields.name, "alice");
    assert_eq!(second, None);
    // No ID is given a second time, also of those that no sequence gave.
    assert_eq!(store.base.engine().last_id("roles"), Ok(2));
    assert_eq!(store.base.engine().next_id("roles"), Ok(3));
    assert_eq!(store.read(crate::store::flaws), Ok(Vec::new()));
}

#[test]
fn only_a_schema_of_ours_is_opened() {
    let Some(schema) = Schema::empty("ours") else {
        return;
    };
    let role = || "keyward_console".to_owned();
    assert_eq!(fault(schema.existing("keyward_owner")), OpenFault::Missing);
    // Who has no right to look into it sees no schema.
    let grant = format!("GRANT USAGE ON SCHEMA {} TO keyward_console", schema.name);
    connected(&schema.server).command(&grant).expect("granted");
    let not_made = OpenFault::Server(ServerFault::NotMade { role: role() });
    assert_eq!(fault(schema.make("keyward_console")), not_made);
    let revoke = format!(
        "REVOKE USAGE ON SCHEMA {} FROM keyward_console",
        schema.name
    );
    connected(&schema.server).command(&revoke).expect("revoked");
    let no_schema = OpenFault::Server(ServerFault::NoSchema);
    assert_eq!(fault(schema.make("keyward_console")), no_schema);

    schema
        .attempt("keyward_owner", "CREATE TABLE meta (version bigint)")
        .expect("made");
    assert_eq!(fault(schema.make("keyward_owner")), OpenFault::Foreign);
    assert_eq!(fault(schema.existing("keyward_owner")), OpenFault::Foreign);
    schema
        .attempt("keyward_owner", "DROP TABLE meta")
        .expect("gone");

    drop(schema.make("keyward_owner").expect("made"));
    drop(schema.make("keyward_console").expect("opened"));
    let version = |version: i64| {
        let set = format!("UPDATE meta SET version = {version}");
        schema.attempt("keyward_owner", &set).expect("set");
    };
    let store = schema.existing("keyward_console").expect("opened");
    version(99);
    let (found, known) = (99, 13);
    let newer = OpenFault::Newer { found, known };
    assert_eq!(fault(schema.make("keyward_owner")), newer);
    let read = store.read(|_| Ok::<_, Fault>(()));
    assert_eq!(read, Err(Fault::Newer), "also for who has it open");
    version(12);
    let (found, known) = (12, 13);
    let older = OpenFault::Older { found, known };
    assert_eq!(fault(schema.existing("keyward_owner")), older);
    let owner = "keyward_owner".to_owned();
    let not_owner = OpenFault::Server(ServerFault::NotOwner {
        role: role(),
        owner,
    });
    let up_to_date = Store::bring_up_to_date(&schema.of("keyward_console"), &account());
    assert_eq!(fault(up_to_date), not_owner);
}

#[test]
fn each_role_may_do_its_work_and_nothing_else() {
    let Some(schema) = Schema::empty("grants") else {
        return;
    };
    drop(schema.make("keyward_owner").expect("made"));
    let mut console = schema.existing("keyward_console").expect("opened");
    let worked = console.write(|tx| {
        users::insert(tx, &user("bob"), "alice", Timestamp(2))?;
        tx.engine.next_id("api_keys")?;
        events::append(tx, Timestamp(2), signed_out())
    });
    assert_eq!(worked, Ok(()));
    let mut verifier =
        Store::open_to_verify(&schema.of("keyward_verifier"), &account()).expect("opened");
    let noted = verifier.write(|tx| {
        tx.change(
            "UPDATE api_keys SET last_sign_in_at = 1, attempts = 0 WHERE id = 1",
            (),
        )?;
        tx.change(
            "UPDATE api_key_secrets SET last_used_at = 1, uses_refused = 0 WHERE id = 1",
            (),
        )?;
        events::append(tx, Timestamp(3), signed_out())
    });
    assert_eq!(noted, Ok(()));
    let denied = |role: &str, sql: &str| {
        let done = schema.attempt(role, sql);
        assert!(
            matches!(done, Err(Fault::Denied(_))),
            "{role}: {sql}: {done:?}"
        );
    };
    for role in ["keyward_console", "keyward_verifier"] {
        for sql in [
            "TRUNCATE events",
            "UPDATE events SET actor = 'eve'",
            "UPDATE event_texts SET search = ''",
            "DELETE FROM event_texts",
            "UPDATE meta SET tag_key = tag_key",
            "UPDATE meta SET version = 14",
            "DELETE FROM meta",
            "DROP TRIGGER events_only_grow ON events",
            "ALTER TABLE events DISABLE TRIGGER ALL",
            "DROP TABLE events",
            "CREATE TABLE other (id bigint)",
            "CREATE OR REPLACE FUNCTION events_stay() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END'",
            "SET session_replication_role = replica",
        ] {
            denied(role, sql);
        }
    }
    for sql in [
        "UPDATE api_keys SET locked_out = FALSE",
        "UPDATE api_keys SET expires_at = NULL",
        "INSERT INTO users (name, name_key, role, created_at) VALUES ('eve', 'eve', 1, 1)",
        "UPDATE users SET role = 1",
        "DELETE FROM events",
        "SELECT nextval('api_keys_id_seq')",
    ] {
        denied("keyward_verifier", sql);
    }
}

/// All that a role may do in a schema: with the schema itself, its tables, columns of those that are not changed as a whole,
/// and its sequences. A function that does for somebody what they may not do is there for nobody.
const RIGHTS: &str = "
    SELECT string_agg(line, E'\\n' ORDER BY line COLLATE \"C\") FROM (
        SELECT 'schema: ' || string_agg(p, ' ' ORDER BY p) AS line FROM unnest(ARRAY['CREATE', 'USAGE']) AS p
            WHERE has_schema_privilege('{role}', '{schema}', p)
        UNION ALL SELECT c.relname || ': ' || string_agg(p, ' ' ORDER BY p) FROM pg_class c,
                unnest(ARRAY['DELETE', 'INSERT', 'REFERENCES', 'SELECT', 'TRIGGER', 'TRUNCATE', 'UPDATE']) AS p
            WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind = 'r' AND has_table_privilege('{role}', c.oid, p)
            GROUP BY c.relname
        UNION ALL SELECT c.relname || '.' || a.attname || ': ' || string_agg(p, ' ' ORDER BY p) FROM pg_class c
                JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0,
                unnest(ARRAY['INSERT', 'REFERENCES', 'SELECT', 'UPDATE']) AS p
            WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind = 'r'
                AND has_column_privilege('{role}', c.oid, a.attnum, p) AND NOT has_table_privilege('{role}', c.oid, p)
            GROUP BY c.relname, a.attname
        UNION ALL SELECT c.relname || ': ' || string_agg(p, ' ' ORDER BY p) FROM pg_class c,
                unnest(ARRAY['SELECT', 'UPDATE', 'USAGE']) AS p
            WHERE c.relnamespace = '{schema}'::regnamespace AND c.relkind = 'S' AND has_sequence_privilege('{role}', c.oid, p)
            GROUP BY c.relname
        UNION ALL SELECT p.proname || ': definer' FROM pg_proc p
            WHERE p.pronamespace = '{schema}'::regnamespace AND p.prosecdef
    ) AS all_of_them";

#[test]
fn a_role_has_these_rights_and_no_other() {
    let Some(schema) = Schema::empty("rights") else {
        return;
    };
    drop(schema.make("keyward_owner").expect("made"));
    let rights = |role: &str| {
        let asked = RIGHTS
            .replace("{role}", role)
            .replace("{schema}", &schema.name);
        let found = connected(&schema.server).command(&asked).expect("asked");
        found.expect("a row")[0].clone().expect("rights")
    };
    assert_eq!(rights("keyward_console"), CONSOLE.trim());
    assert_eq!(rights("keyward_verifier"), VERIFIER.trim());
}

const CONSOLE: &str = "
api_key_secrets: DELETE INSERT SELECT UPDATE
api_key_secrets_id_seq: SELECT USAGE
api_keys: DELETE INSERT SELECT UPDATE
api_keys_id_seq: SELECT USAGE
event_texts: INSERT SELECT
events: DELETE INSERT SELECT
list_columns: DELETE INSERT SELECT UPDATE
meta.changes: UPDATE
meta.demonstration: UPDATE
meta: SELECT
policy: DELETE INSERT SELECT UPDATE
refused_uses: DELETE INSERT SELECT UPDATE
roles: DELETE INSERT SELECT UPDATE
roles_id_seq: SELECT USAGE
schema: USAGE
users: DELETE INSERT SELECT UPDATE
users_id_seq: SELECT USAGE
";

const VERIFIER: &str = "
api_key_secrets.last_used_at: UPDATE
api_key_secrets.uses_refused: UPDATE
api_key_secrets: SELECT
api_key_secrets_id_seq: SELECT
api_keys.attempts: UPDATE
api_keys.last_sign_in_at: UPDATE
api_keys: SELECT
api_keys_id_seq: SELECT
event_texts: INSERT SELECT
events: INSERT SELECT
list_columns: SELECT
meta.changes: UPDATE
meta: SELECT
policy: SELECT
refused_uses: INSERT SELECT UPDATE
roles: SELECT
roles_id_seq: SELECT
schema: USAGE
users: SELECT
users_id_seq: SELECT
";

#[test]
fn nothing_that_a_session_makes_takes_the_place_of_what_the_trail_asks() {
    let Some(schema) = Schema::empty("shadows") else {
        return;
    };
    let mut store = schema.make("keyward_owner").expect("made");
    let recorded =
        store.write(|tx| (0..3).try_for_each(|at| events::append(tx, Timestamp(at), signed_out())));
    assert_eq!(recorded, Ok(()));
    let (own, elsewhere) = (&schema.name, format!("{}_elsewhere", schema.name));
    let superuser = connected(&schema.server);
    let made = format!(
        "DROP SCHEMA IF EXISTS {elsewhere} CASCADE; CREATE SCHEMA {elsewhere};
         CREATE TABLE {elsewhere}.events AS SELECT * FROM {own}.events WHERE FALSE;
         CREATE TABLE {elsewhere}.meta AS SELECT * FROM {own}.meta;
         CREATE FUNCTION {elsewhere}.encode(bytea, text) RETURNS text LANGUAGE sql RETURN 'x';
         GRANT USAGE ON SCHEMA {elsewhere} TO keyward_console, keyward_owner;
         GRANT ALL ON ALL TABLES IN SCHEMA {elsewhere} TO keyward_console, keyward_owner"
    );
    superuser.command(&made).expect("made");
    let tables = "CREATE TEMP TABLE events AS SELECT * FROM {own}.events WHERE FALSE";
    let types = "CREATE DOMAIN pg_temp.text AS integer; CREATE DOMAIN pg_temp.bytea AS integer;
         CREATE DOMAIN pg_temp.int8 AS boolean";
    let functions =
        "CREATE FUNCTION pg_temp.encode(bytea, text) RETURNS text LANGUAGE sql RETURN 'x';
         CREATE FUNCTION pg_temp.json_typeof(json) RETURNS text LANGUAGE sql RETURN 'number';
         CREATE FUNCTION pg_temp.never(bytea, bytea) RETURNS boolean LANGUAGE sql RETURN FALSE;
         CREATE OPERATOR pg_temp.= (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = pg_temp.never);
         CREATE OPERATOR pg_temp.> (LEFTARG = bytea, RIGHTARG = bytea, FUNCTION = pg_temp.never)";
    let columns = "sequence, at, number, level, actor, target_kind, target_id, target_name, body, previous, hash";
    let first = format!(
        "INSERT INTO {own}.events ({columns}) SELECT 1, at, number, level, actor, target_kind, target_id, target_name,
             body, previous, hash FROM {own}.events WHERE sequence = 1"
    );
    let checkpoint = format!(
        "INSERT INTO {own}.events ({columns}) SELECT 4, at, 9008, level, actor, target_kind, target_id, target_name,
             '{{\"through\":2,\"hash\":\"x\",\"count\":2}}', hash, hash FROM {own}.events WHERE sequence = 3"
    );
    let gone = format!("DELETE FROM {own}.events WHERE sequence = 1");
    let first_here = format!("SET search_path = {elsewhere}, pg_temp, {own}");
    for role in ["keyward_owner", "keyward_console"] {
        for before in [
            tables,
            types,
            functions,
            "SET search_path = pg_temp",
            &first_here,
        ] {
            let before = before.replace("{own}", own);
            for forged in [&first, &checkpoint, &gone] {
                let done = schema.attempt(role, &format!("{before}; {forged}"));
                let refused = matches!(&done, Err(Fault::Server(code, _)) if code == "P0001");
                assert!(refused, "{role}: {before}; {forged}: {done:?}");
            }
        }
    }
    let dropped = format!("DROP SCHEMA {elsewhere} CASCADE");
    superuser.command(&dropped).expect("dropped");
    let whole = store.read(|tx| events::check_chain(tx, None));
    assert!(whole.expect("read").is_ok());
}

#[test]
fn the_trail_only_grows_whoever_writes_to_it_and_whatever_they_put_in_its_place() {
    let Some(schema) = Schema::empty("trail") else {
        return;
    };
    let mut store = schema.make("keyward_owner").expect("made");
    let recorded =
        store.write(|tx| (0..3).try_for_each(|at| events::append(tx, Timestamp(at), signed_out())));
    assert_eq!(recorded, Ok(()));
    let columns = "sequence, at, number, level, actor, target_kind, target_id, target_name, body, previous, hash";
    let next = |sequence: &str, previous: &str| {
        format!(
            "INSERT INTO events ({columns}) SELECT {sequence}, at, number, level, actor, target_kind, target_id,
                 target_name, body, {previous}, hash FROM events ORDER BY sequence DESC LIMIT 1"
        )
    };
    let checkpoint = |body: &str| {
        format!(
            "INSERT INTO events ({columns}) SELECT 4, at, 9008, level, actor, target_kind, target_id, target_name,
                 '{body}', hash, hash FROM events WHERE sequence = 3"
        )
    };
    let shadow = format!(
        "CREATE TEMP TABLE events AS SELECT * FROM {0}.events WHERE FALSE;
         CREATE TEMP TABLE meta AS SELECT * FROM {0}.meta;
         INSERT INTO {0}.events ({columns}) SELECT 1, 1, 1, '', '', '', 1, '', '{{}}', decode(repeat('00', 32), 'hex'),
             decode(repeat('00', 32), 'hex')",
        schema.name
    );
    for role in ["keyward_owner", "keyward_console"] {
        for sql in [
            &next("sequence", "hash"),
            &next("sequence + 2", "hash"),
            &next("sequence + 1", "previous"),
            &shadow,
            "DELETE FROM events",
            "DELETE FROM events WHERE sequence = 1",
            &checkpoint("{\"through\":2,\"hash\":\"00\",\"count\":2}"),
            &checkpoint("{\"through\":\"2\",\"count\":2}"),
            &checkpoint("{}"),
        ] {
            let done = schema.attempt(role, sql);
            let refused = matches!(&done, Err(Fault::Server(code, _)) if code == "P0001");
            assert!(refused, "{role}: {sql}: {done:?}");
        }
    }
    for sql in ["UPDATE events SET at = 9", "TRUNCATE events CASCADE"] {
        let done = schema.attempt("keyward_owner", sql);
        let refused = matches!(&done, Err(Fault::Server(code, _)) if code == "P0001");
        assert!(refused, "{sql}: {done:?}");
    }
    let texts = "SELECT count(*) = (SELECT count(*) FROM events) FROM event_texts";
    let kept = store.read(|tx| tx.value::<bool>(texts, ()));
    assert_eq!(kept, Ok(true), "each with its words");
}

#[test]
fn a_broken_chain_is_read_no_further_than_it_is_whole() {
    let Some(schema) = Schema::empty("broken") else {
        return;
    };
    let mut store = schema.make("keyward_owner").expect("made");
    let recorded = store
        .write(|tx| (0..3_500).try_for_each(|at| events::append(tx, Timestamp(at), signed_out())));
    assert_eq!(recorded, Ok(()));
    let Place::Server(address) = schema.of("keyward_owner") else {
        panic!("a server");
    };
    // As for a long trail: of a short one all rows are read, and sorted.
    let place = Place::Server(address + "%20-cenable_seqscan%3Doff%20-cenable_bitmapscan%3Doff");
    // What the server has read for this session.
    let read = "SELECT CAST(seq_tup_read + idx_tup_fetch AS bigint) FROM pg_stat_xact_user_tables
        WHERE relid = to_regclass('events')";
    let check = || {
        let store = Store::open_existing(&place, &account()).expect("opened");
        store.read(|tx| {
            let whole = events::check_chain(tx, None)?;
            Ok::<_, Fault>((whole.err().map(|at| at.0), tx.value::<i64>(read, ())?))
        })
    };
    assert_eq!(check(), Ok((None, 3_500)));
    let change = format!(
        "ALTER TABLE {0}.events DISABLE TRIGGER USER;
         UPDATE {0}.events SET actor = 'eve' WHERE sequence = 1200",
        schema.name
    );
    connected(&schema.server).command(&change).expect("changed");
    assert_eq!(check(), Ok((Some(1_200), 2_000)));
}
