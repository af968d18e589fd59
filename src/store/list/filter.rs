//! A list's filter as SQL.

use rusqlite::CachedStatement;
use rusqlite::types::Value;

use crate::domain::fold::name_key;
use crate::domain::list::Filter;
use crate::domain::state::AsOf;
use crate::store::list::Source;

/// More words than this are not looked at: `SQLite`'s expressions have a depth.
const MAX_WORDS: usize = 100;

/// Values by the names that they have in SQL.
pub type Values = Vec<(String, Value)>;

/// The filter as SQL. A row that is kept is shown whatever the rest says; the `+` keeps `SQLite` from looking it up
/// on its own and sorting afterwards.
pub fn condition<L: Source>(filter: &Filter<L>, as_of: AsOf) -> (String, Values) {
    let (id, search) = (L::ID, L::SEARCH);
    let mut values = vec![
        (":now".to_owned(), Value::from(as_of.now.0)),
        (":warning".to_owned(), as_of.warning.ms().into()),
    ];
    let mut parts = vec![L::shows(&filter.facets, &mut values)];
    for (index, word) in filter.text.split_whitespace().take(MAX_WORDS).enumerate() {
        let word = name_key(word);
        let name = format!(":word{index}");
        if let Some(exact) = exact_id(&word) {
            parts.push(format!("{id} = {name}"));
            values.push((name, exact.into()));
        } else {
            parts.push(format!(
                "(instr({search}, {name}) > 0 OR instr(CAST({id} AS TEXT), {name}) = 1)"
            ));
            values.push((name, word.into()));
        }
    }
    let all = parts.join(" AND ");
    match filter.keep {
        Some(kept) => {
            values.push((":keep".to_owned(), kept.into()));
            let kept = format!("+{id} = :keep AND {}", L::EXISTS);
            (format!("({all} OR {kept})"), values)
        }
        None => (all, values),
    }
}

fn exact_id(word: &str) -> Option<i64> {
    let digits = word.strip_prefix("id:")?;
    let digits = digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then_some(digits)?;
    digits.parse().ok()
}

/// Binds those values that the SQL names.
pub fn bind(query: &mut CachedStatement<'_>, values: &Values) -> rusqlite::Result<()> {
    for (name, value) in values {
        if let Some(index) = query.parameter_index(name)? {
            query.raw_bind_parameter(index, value)?;
        }
    }
    Ok(())
}
