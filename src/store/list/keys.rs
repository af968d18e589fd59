//! The list of API keys.

use rusqlite::Row;

use crate::domain::list::{EarlierSecret, KeyRow, KeySort, Place};
use crate::domain::secret::PENDING_LIFE;
use crate::domain::state::{Facts, StateFilter};
use crate::domain::time::Timestamp;
use crate::domain::zone;
use crate::store::api_keys::{expiry, instant, parsed};
use crate::store::list::Source;
use crate::store::list::filter::Values;

impl Source for KeyRow {
    const TABLE: &'static str = "api_keys k";
    const ID: &'static str = "k.id";
    const SEARCH: &'static str = "k.search";

    /// All but the state are columns with an index.
    fn column(by: KeySort) -> String {
        match by {
            KeySort::Name => "k.name_sort".to_owned(),
            KeySort::State => state_rank(),
            KeySort::Expires => "k.expires_sort".to_owned(),
            KeySort::LastSignIn => "k.sign_in_sort".to_owned(),
            KeySort::Created => "k.created_at".to_owned(),
            KeySort::Id => "k.id".to_owned(),
        }
    }

    fn columns() -> String {
        format!(
            "k.name, substr(k.description, 1, instr(k.description || char(10), char(10)) - 1),
             (SELECT name FROM roles WHERE id = k.role), k.time_zone, k.deleted_at IS NOT NULL, k.locked_out,
             k.delivered, k.expires_on, k.expires_at, k.last_sign_in_at, k.created_at, k.created_by,
             EXISTS (SELECT 1 FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
                 AND s.retires_at IS NOT NULL AND s.retires_at > :now),
             EXISTS (SELECT 1 FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
                 AND s.delivered_at IS NULL AND s.issued_at > :now - {PENDING_LIFE}
                 AND s.issued_at < :now + {PENDING_LIFE}),
             (SELECT s.last_used_at FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
                 AND s.retires_at IS NOT NULL),
             (SELECT web_service FROM roles WHERE id = k.role)"
        )
    }

    /// `domain::state::StateFilter::shows` as of `:now` and `:warning`; a test compares the two.
    fn shows(facets: &StateFilter, _values: &mut Values) -> String {
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

    fn read(place: Place, row: &Row<'_>) -> rusqlite::Result<KeyRow> {
        let expiry = expiry(row, 9, 10)?;
        Ok(KeyRow {
            place,
            name: row.get(2)?,
            description: row.get(3)?,
            role: row.get(4)?,
            zone: parsed(row, 5, zone::by_name)?,
            facts: Facts {
                deleted: row.get(6)?,
                locked_out: row.get(7)?,
                expires_at: expiry.map(|expiry| expiry.at),
                delivered: row.get(8)?,
                api_access: row.get(17)?,
            },
            expiry,
            last_sign_in_at: instant(row, 11)?,
            created_at: Timestamp(row.get(12)?),
            created_by: row.get(13)?,
            retiring: row.get::<_, bool>(14)?.then_some(EarlierSecret {
                last_used_at: instant(row, 16)?,
            }),
            pending: row.get(15)?,
        })
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
