//! The list of API keys.

use crate::domain::list::{EarlierSecret, KeyRow, KeySort};
use crate::domain::secret::PENDING_LIFE;
use crate::domain::state::{Facts, StateFilter};
use crate::store::convert::{Zone, expiry};
use crate::store::list::Source;
use crate::store::list::filter::Values;
use crate::store::query::columns;

columns! {
    KeyRow [place] {
        name,
        description = "first_line(k.description)",
        role = "(SELECT name FROM roles WHERE id = k.role)",
        time_zone,
        deleted = "k.deleted_at IS NOT NULL",
        locked_out,
        delivered,
        expires_on,
        expires_at,
        last_sign_in_at,
        created_at,
        created_by,
        is_retiring = "EXISTS (SELECT 1 FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
            AND s.retires_at IS NOT NULL AND s.retires_at > :now)",
        pending = "EXISTS (SELECT 1 FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
            AND s.delivered_at IS NULL AND s.issued_at > :now - :pending_life
            AND s.issued_at < :now + :pending_life)",
        last_used_at = "(SELECT s.last_used_at FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
            AND s.retires_at IS NOT NULL)",
        api_access = "(SELECT web_service FROM roles WHERE id = k.role)",
    } => {
        let (Zone(zone), expiry) = (time_zone, expiry(expires_on, expires_at)?);
        let expires_at = expiry.map(|expiry| expiry.at);
        let retiring = bool::then_some(is_retiring, EarlierSecret { last_used_at });
        let facts = Facts { deleted, locked_out, expires_at, delivered, api_access };
        KeyRow {
            place, name, description, role, zone, facts, expiry, last_sign_in_at, created_at, created_by, retiring,
            pending,
        }
    }
}

impl Source for KeyRow {
    const TABLE: &'static str = "api_keys k";
    const ID: &'static str = "k.id";
    const SEARCH: &'static str = "k.search";

    /// For an order by state, by role, by who made them or by description all rows are read: there is no index.
    fn column(by: KeySort) -> String {
        match by {
            KeySort::Name => "k.name_sort".to_owned(),
            KeySort::State => state_rank(),
            KeySort::Role => "(SELECT name_sort FROM roles WHERE id = k.role)".to_owned(),
            KeySort::Expires => "k.expires_sort".to_owned(),
            KeySort::LastSignIn => "k.sign_in_sort".to_owned(),
            KeySort::Created => "k.created_at".to_owned(),
            KeySort::Id => "k.id".to_owned(),
            KeySort::CreatedBy => "text_sort(k.created_by)".to_owned(),
            KeySort::Description => "text_sort(first_line(k.description))".to_owned(),
        }
    }

    /// `domain::state::StateFilter::shows` as of `:now` and `:warning`; a test compares the two.
    fn shows(facets: &StateFilter, values: &mut Values) -> String {
        values.push((":pending_life".to_owned(), PENDING_LIFE.into()));
        let fact = match facets {
            StateFilter::Deleted => return "k.deleted_at IS NOT NULL".to_owned(),
            StateFilter::Undeleted => return "k.deleted_at IS NULL".to_owned(),
            StateFilter::Active => {
                return format!(
                    "k.deleted_at IS NULL AND NOT k.locked_out AND k.expires_sort > :now AND k.delivered AND NOT {NO_API_ACCESS}"
                );
            }
            StateFilter::ExpiresSoon => {
                "k.expires_sort > :now AND k.expires_sort <= :now + :warning"
            }
            StateFilter::NoApiAccess => NO_API_ACCESS,
            StateFilter::NotDelivered => "NOT k.delivered",
            StateFilter::Expired => "k.expires_sort <= :now",
            StateFilter::LockedOut => "k.locked_out",
        };
        format!("k.deleted_at IS NULL AND {fact}")
    }
}

/// The roles without access are found once for each question, not once for each key. The `+` keeps `SQLite` from
/// looking the keys up by their role and sorting them afterwards.
const NO_API_ACCESS: &str = "+k.role IN (SELECT id FROM roles WHERE NOT web_service)";

/// `domain::state::State::rank` at `:now`, warned `:warning` milliseconds early; a test compares the two.
fn state_rank() -> String {
    format!(
        "CASE WHEN k.deleted_at IS NOT NULL THEN 0 WHEN k.locked_out THEN 1 WHEN k.expires_sort <= :now THEN 2
             WHEN NOT k.delivered THEN 3 WHEN {NO_API_ACCESS} THEN 4
             WHEN k.expires_sort <= :now + :warning THEN 5 ELSE 6 END"
    )
}
