//! What is wrong with a database, as far as `keyward events --check` looks.

use crate::domain::event::chain::Break;

/// Something that is not as Keyward left it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flaw {
    Chain(Break),
    /// A table, index, trigger or view is not what the migrations make: it can undo a change or hide a row.
    Schema {
        differs: Differs,
        /// `table`, `index`, `trigger` or `view`.
        kind: String,
        name: String,
    },
    /// `SQLite` finds pages, indexes or values damaged; its words.
    Damaged(String),
    /// A row of the first table refers to a row of the second that is not there.
    Dangling {
        table: String,
        parent: String,
    },
}

/// How a part of the schema differs from what the migrations make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differs {
    Missing,
    /// Keyward did not make it.
    Added,
    Altered,
}
