//! Loading many rows at once: into a database that nobody sees yet, in the order of its tables, with the indexes made
//! afterwards.

use crate::domain::trouble::Fault;
use crate::store::Tx;

/// Does something without the indexes and triggers of keys, secrets and events, where an engine lets them go, and makes them
/// again, letter by letter as they were. What they would have refused is for the caller to be sure of: an index that must have one row of each kind
/// refuses what has two when it is made. Before each is made, `told` is called.
///
/// # Errors
/// The closures', or what the database said; what was done is then of no use.
pub fn without_indexes<T, E: From<Fault>>(
    tx: &Tx<'_>,
    load: impl FnOnce() -> Result<T, E>,
    mut told: impl FnMut() -> Result<(), E>,
) -> Result<T, E> {
    let parts = tx.engine.apart(tx)?;
    let run = |sql: &str| tx.change(sql, ());
    for (kind, name, _) in &parts {
        run(&format!("DROP {kind} {name}"))?;
    }
    let loaded = load()?;
    for (_, _, sql) in &parts {
        told()?;
        run(sql)?;
    }
    Ok(loaded)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::tests::made;
    use crate::store::{Place, flaws};

    #[test]
    fn what_was_loaded_has_every_index_and_trigger_as_before() {
        let mut store = made(&Place::Memory("loaded".to_owned()));
        let fill = "INSERT INTO api_keys (name, name_key, name_sort, description, search, role, locale, time_zone,
                locked_out, created_at, created_by) VALUES ('a', ?1, 'a', '', 'a', 1, 'en-US', 'UTC', 0, 0, 'alice')";
        let load = |tx: &Tx<'_>, names: [&str; 2]| {
            let mut made = 0;
            without_indexes(
                tx,
                || {
                    names
                        .iter()
                        .try_for_each(|name| tx.change_one(fill, [name]))
                },
                || {
                    made += 1;
                    Ok::<_, Fault>(())
                },
            )?;
            assert!(made > 20, "{made}");
            Ok::<_, Fault>(())
        };
        store.write(|tx| load(tx, ["a", "b"])).expect("loaded");
        assert_eq!(store.read(flaws), Ok(Vec::new()));
        assert!(
            store.write(|tx| load(tx, ["c", "c"])).is_err(),
            "one name, two keys"
        );
        assert_eq!(store.read(flaws), Ok(Vec::new()));
    }
}
