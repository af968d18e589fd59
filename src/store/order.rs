//! THE table of sort columns, and the state as SQL. A window is found by two seeks on a column and the ID.

use crate::domain::list::{Order, SortBy};
use crate::domain::state::WARNING;

/// The expression that an order sorts by; it is never NULL. All but the state are columns with an index.
pub fn column(by: SortBy) -> String {
    match by {
        SortBy::Name => "k.name_key".to_owned(),
        SortBy::State => state_rank(),
        SortBy::Expires => "k.expires_sort".to_owned(),
        SortBy::LastSignIn => "k.sign_in_sort".to_owned(),
        SortBy::Created => "k.created_at".to_owned(),
        SortBy::Id => "k.id".to_owned(),
    }
}

/// `domain::state::State::rank` at `:now`; a test compares the two.
fn state_rank() -> String {
    format!(
        "CASE WHEN k.deleted_at IS NOT NULL THEN 0 WHEN k.locked_out THEN 1 WHEN k.expires_sort <= :now THEN 2 \
         WHEN NOT k.delivered THEN 3 WHEN k.expires_sort <= :now + {WARNING} THEN 4 ELSE 5 END"
    )
}

/// The direction of an order, walked forwards or backwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

impl Direction {
    pub fn of(order: Order, forward: bool) -> Direction {
        if order.descending == forward {
            Direction::Down
        } else {
            Direction::Up
        }
    }

    /// The words after `ORDER BY`'s columns.
    pub fn word(self) -> &'static str {
        match self {
            Direction::Up => "ASC",
            Direction::Down => "DESC",
        }
    }

    /// What a row that comes later is, compared with an earlier one.
    pub fn beyond(self) -> &'static str {
        match self {
            Direction::Up => ">",
            Direction::Down => "<",
        }
    }
}
