//! What of a schema is not as Keyward makes it: a table, an index, a trigger or a function that is missing, added or another.

use std::collections::BTreeMap;

use crate::domain::event::flaw::{Differs, Flaw};
use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::postgres::migrate::MIGRATIONS;

/// What the schema has, each by its kind and name, and what can be compared of it: of an index whether it is unique, of a
/// trigger all of it, of a function what it does. What is off, or was never finished, is another one.
const THERE: &str = "
    SELECT CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END, c.relname, ''
        FROM pg_catalog.pg_class c WHERE c.relnamespace = CAST(current_schema() AS regnamespace)
            AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
    UNION ALL SELECT 'index', c.relname, CASE WHEN NOT i.indisvalid THEN 'INVALID' WHEN i.indisunique THEN 'UNIQUE' ELSE '' END
        FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
        WHERE c.relnamespace = CAST(current_schema() AS regnamespace)
            AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_constraint o WHERE o.conindid = c.oid)
    UNION ALL SELECT 'trigger', t.tgname,
            CASE WHEN t.tgenabled = 'O' THEN pg_catalog.pg_get_triggerdef(t.oid, TRUE) ELSE 'DISABLED' END
        FROM pg_catalog.pg_trigger t JOIN pg_catalog.pg_class c ON c.oid = t.tgrelid
        WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND NOT t.tgisinternal
    UNION ALL SELECT 'trigger', r.rulename, 'RULE'
        FROM pg_catalog.pg_rewrite r JOIN pg_catalog.pg_class c ON c.oid = r.ev_class
        WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND r.rulename <> '_RETURN'
    UNION ALL SELECT 'function', p.proname, p.prosrc
        FROM pg_catalog.pg_proc p WHERE p.pronamespace = CAST(current_schema() AS regnamespace)";

/// Parts of a schema by kind and name, with what is compared of each.
type Schema = BTreeMap<(String, String), String>;

/// The first flaw.
pub fn flaws(tx: &Tx<'_>) -> Result<Vec<Flaw>, Fault> {
    let wanted = wanted(MIGRATIONS.iter().map(|(_, sql)| *sql));
    let there: Schema = tx
        .rows(THERE, ())?
        .into_iter()
        .map(|(kind, name, what): (String, String, String)| ((kind, name), what))
        .collect();
    let flaw = |differs, (kind, name): &(String, String)| Flaw::Schema {
        differs,
        kind: kind.clone(),
        name: name.clone(),
    };
    let added = there.keys().find(|part| !wanted.contains_key(*part));
    let added = added.map(|part| flaw(Differs::Added, part));
    let differs = wanted
        .iter()
        .find_map(|(part, what)| match there.get(part) {
            None => Some(flaw(Differs::Missing, part)),
            Some(found) if found != what => Some(flaw(Differs::Altered, part)),
            Some(_) => None,
        });
    Ok(added.or(differs).into_iter().collect())
}

/// The parts that the migrations make: kind and name.
pub fn ours() -> impl Iterator<Item = (String, String)> {
    wanted(MIGRATIONS.iter().map(|(_, sql)| *sql)).into_keys()
}

/// What the migrations make: each statement that makes something begins a line of its own.
fn wanted<'s>(migrations: impl Iterator<Item = &'s str>) -> Schema {
    let mut wanted = Schema::new();
    for sql in migrations {
        for (at, line) in lines(sql) {
            let Some(made) = line.strip_prefix("CREATE ") else {
                continue;
            };
            let (unique, made) = match made.strip_prefix("UNIQUE ") {
                Some(made) => ("UNIQUE", made),
                None => ("", made),
            };
            let mut words = made.split([' ', '(']);
            let (Some(kind), Some(name)) = (words.next(), words.next()) else {
                continue;
            };
            let what = match kind {
                "TRIGGER" => line.trim_end_matches(';'),
                "FUNCTION" => body(&sql[at..]),
                _ => unique,
            };
            wanted.insert((kind.to_lowercase(), name.to_owned()), what.to_owned());
        }
    }
    wanted
}

/// The lines of a text, and where each begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let lines = text.split_inclusive('\n');
    let begin = |at: &mut usize, line: &'_ str| {
        let begin = *at;
        *at += line.len();
        begin
    };
    lines.scan(0, move |at, line| Some((begin(at, line), line.trim_end())))
}

/// What stands between the dollars behind a function; one that is an expression has none.
fn body(sql: &str) -> &str {
    let end = sql.find("\n\n").unwrap_or(sql.len());
    sql[..end].split("$$").nth(1).unwrap_or_default()
}
