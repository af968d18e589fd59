//! The list's filter as SQL.

use rusqlite::CachedStatement;
use rusqlite::types::Value;

use crate::domain::api_key::KeyId;
use crate::domain::list::Filter;
use crate::domain::name::name_key;
use crate::domain::state::{StateFilter, WARNING};
use crate::domain::time::Timestamp;

/// More words than this are not looked at: `SQLite`'s expressions have a depth.
const MAX_WORDS: usize = 100;

/// Values by the names that they have in SQL.
pub type Values = Vec<(String, Value)>;

/// The filter as SQL. A key that is kept is shown whatever the rest says; the `+` keeps `SQLite` from looking it up
/// on its own and sorting afterwards.
pub fn condition(filter: &Filter, now: Timestamp) -> (String, Values) {
    let mut parts = vec![state_condition(filter.state)];
    let mut values = vec![(":now".to_owned(), Value::from(now.0))];
    for (index, word) in filter.text.split_whitespace().take(MAX_WORDS).enumerate() {
        let word = name_key(word);
        let name = format!(":word{index}");
        if let Some(id) = exact_id(&word) {
            parts.push(format!("k.id = {name}"));
            values.push((name, id.0.into()));
        } else {
            parts.push(format!(
                "(instr(k.search, {name}) > 0 OR instr(CAST(k.id AS TEXT), {name}) = 1)"
            ));
            values.push((name, word.into()));
        }
    }
    let all = parts.join(" AND ");
    match filter.keep {
        Some(id) => {
            values.push((":keep".to_owned(), id.0.into()));
            (format!("({all} OR +k.id = :keep)"), values)
        }
        None => (all, values),
    }
}

/// `domain::state::StateFilter::shows` at `:now`; a test compares the two.
fn state_condition(filter: StateFilter) -> String {
    let fact = match filter {
        StateFilter::Deleted => return "k.deleted_at IS NOT NULL".to_owned(),
        StateFilter::Undeleted => return "k.deleted_at IS NULL".to_owned(),
        StateFilter::Active => "NOT k.locked_out AND k.expires_sort > :now AND k.delivered",
        StateFilter::ExpiresSoon => {
            return format!(
                "k.deleted_at IS NULL AND k.expires_sort > :now AND k.expires_sort <= :now + {WARNING}"
            );
        }
        StateFilter::NotDelivered => "NOT k.delivered",
        StateFilter::Expired => "k.expires_sort <= :now",
        StateFilter::LockedOut => "k.locked_out",
    };
    format!("k.deleted_at IS NULL AND {fact}")
}

fn exact_id(word: &str) -> Option<KeyId> {
    let digits = word.strip_prefix("id:")?;
    let digits = digits
        .bytes()
        .all(|b| b.is_ascii_digit())
        .then_some(digits)?;
    digits.parse().ok().map(KeyId)
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
