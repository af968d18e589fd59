//! The list of API keys.

use crate::domain::filter::{StateWord, Value, When};
use crate::domain::list::{EarlierSecret, Filter, KeyField, KeyRow, KeySort};
use crate::domain::state::Facts;
use crate::domain::trouble::Fault;
use crate::store::convert::{Zone, expiry};
use crate::store::list::Source;
use crate::store::list::filter::Asked;
use crate::store::query::columns;

columns! {
    KeyRow [place] {
        name,
        description = "first_line(k.description)",
        owner,
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
        retires_at = "(SELECT s.retires_at FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
            AND s.retires_at IS NOT NULL AND s.retires_at > :now)",
        pending = "EXISTS (SELECT 1 FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
            AND s.delivered_at IS NULL AND s.issued_at > :now - :pending_life
            AND s.issued_at < :now + :pending_life)",
        last_used_at = "(SELECT s.last_used_at FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
            AND s.retires_at IS NOT NULL)",
        bounded = "(k.addresses <> '' OR k.rate IS NOT NULL)",
        services = "(SELECT services FROM roles WHERE id = k.role)",
        api_access = "(SELECT web_service FROM roles WHERE id = k.role)",
    } => {
        let (Zone(zone), expiry) = (time_zone, expiry(expires_on, expires_at)?);
        let expires_at = expiry.map(|expiry| expiry.at);
        let retiring = Option::map(retires_at, |until| EarlierSecret { until, last_used_at });
        let facts = Facts { deleted, locked_out, expires_at, delivered, api_access };
        KeyRow {
            place, name, description, owner, role, zone, facts, expiry, last_sign_in_at, created_at, created_by, retiring,
            pending, bounded: bounded || !String::is_empty(&services), services,
        }
    }
}

impl Source for KeyRow {
    const TABLE: &'static str = "api_keys k";
    const ID: &'static str = "k.id";
    const SEARCH: &'static str = "k.search";

    /// For an order by state, by role, by owner, by who made them or by description all rows are read: there is no index.
    fn column(by: KeySort) -> String {
        match by {
            KeySort::Name => "k.name_sort".to_owned(),
            KeySort::State => state_rank(),
            KeySort::Role => "(SELECT name_sort FROM roles WHERE id = k.role)".to_owned(),
            KeySort::Expires => "k.expires_sort".to_owned(),
            KeySort::LastSignIn => "k.sign_in_sort".to_owned(),
            KeySort::Created => "k.created_at".to_owned(),
            KeySort::Id => "k.id".to_owned(),
            KeySort::Owner => "text_sort(k.owner)".to_owned(),
            KeySort::CreatedBy => "text_sort(k.created_by)".to_owned(),
            KeySort::Description => "text_sort(first_line(k.description))".to_owned(),
        }
    }

    fn looks_at(filter: &Filter<KeyRow>) -> &'static str {
        if filter.asks_for_deleted() {
            KeyRow::EXISTS
        } else {
            "k.deleted_at IS NULL"
        }
    }

    fn known() -> Vec<(&'static str, String)> {
        let newest = |column: &str| {
            format!(
                "SELECT DISTINCT {column} FROM (SELECT {column} FROM api_keys ORDER BY id DESC LIMIT 10000)
                 WHERE {column} <> '' ORDER BY 1 LIMIT 200"
            )
        };
        vec![
            ("role", roles_of("api_keys")),
            ("by", newest("created_by")),
            ("owner", newest("owner")),
            ("service", SERVICES.to_owned()),
        ]
    }

    fn test(field: KeyField, value: &Value, asked: &mut Asked<'_>) -> Result<String, Fault> {
        Ok(match (field, value) {
            (KeyField::State, Value::Word(word)) => state(word),
            (KeyField::Role, Value::Text(name)) => {
                let is = asked.is("name_key", name);
                format!("+k.role IN (SELECT id FROM roles WHERE {is})")
            }
            (KeyField::Expires, Value::When(when)) => expires(when, asked),
            (KeyField::Used, _) => asked.used("k.last_sign_in_at", THERE_SINCE, value),
            (KeyField::Created, _) => asked.usual("+k.created_at", value),
            (KeyField::By, Value::Text(name)) => asked.is("folded(k.created_by)", name),
            (KeyField::Owner, _) => asked.usual("folded(k.owner)", value),
            (KeyField::Service, Value::Text(name)) => opens(name, asked),
            (KeyField::From, _) => asked.usual("k.addresses", value),
            (KeyField::Secrets, _) => asked.usual(WORKING_SECRETS, value),
            (KeyField::Name, _) => asked.usual("+k.name_key", value),
            (KeyField::Description, _) => asked.usual("folded(k.description)", value),
            (KeyField::Zone, _) => asked.usual("folded(k.time_zone)", value),
            (KeyField::Language, _) => asked.usual("k.locale", value),
            (KeyField::Policy, _) => BREAKS_POLICY.to_owned(),
            (
                KeyField::Id
                | KeyField::State
                | KeyField::Role
                | KeyField::Expires
                | KeyField::By
                | KeyField::Service,
                _,
            ) => asked.usual("k.id", value),
        })
    }
}

/// The question for the roles that rows of a table have.
pub(super) fn roles_of(table: &str) -> String {
    format!(
        "SELECT name FROM roles r WHERE deleted_at IS NULL AND EXISTS (SELECT 1 FROM {table} WHERE role = r.id)
         ORDER BY name_sort LIMIT 200"
    )
}

/// Every service that a role lists.
const SERVICES: &str = "SELECT DISTINCT j.value FROM roles r,
        json_each('[\"' || replace(r.services, ', ', '\",\"') || '\"]') j
    WHERE r.deleted_at IS NULL AND r.services <> '' ORDER BY 1 LIMIT 200";

/// `domain::services::opens`; a test compares the two.
fn opens(service: &str, asked: &mut Asked<'_>) -> String {
    let service = asked.bind(format!(", {service},"));
    format!(
        "+k.role IN (SELECT id FROM roles WHERE services = '' OR instr(', ' || services || ',', {service}) > 0)"
    )
}

/// Since when a key that was never used could have been.
const THERE_SINCE: &str =
    "(SELECT max(s.delivered_at) FROM api_key_secrets s WHERE s.key = k.id), +k.created_at";

/// How many secrets of a key work, whatever its state.
const WORKING_SECRETS: &str =
    "(SELECT count(*) FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
    AND s.delivered_at IS NOT NULL AND (s.retires_at IS NULL OR s.retires_at > :now))";

/// `domain::policy::Policy::problem` of a new key with this expiry, but for the hour by which a clock is put forward or
/// back.
const BREAKS_POLICY: &str = "(SELECT coalesce(CASE WHEN k.expires_at IS NULL
        THEN p.expiry_required OR p.longest_days IS NOT NULL
        ELSE k.expires_at > :now + (p.longest_days + 1) * 86400000 END, FALSE) FROM policy p)";

/// Days are compared as they are shown: they are the key's own.
fn expires(when: &When, asked: &mut Asked<'_>) -> String {
    match when {
        When::Never => "k.expires_at IS NULL".to_owned(),
        When::Day(comparison, day, _) => {
            let day = asked.bind(day.to_string());
            format!("k.expires_on {} {day}", comparison.sign())
        }
        When::Age(..) | When::Between(_) => {
            let range = when.ahead(asked.now).unwrap_or_default();
            asked.range("k.expires_at", range)
        }
    }
}

/// `domain::filter::StateWord::holds` as of `:now` and `:warning`; a test compares the two.
fn state(word: &str) -> String {
    match StateWord::of(word) {
        Some(StateWord::Active) => {
            return format!(
                "k.deleted_at IS NULL AND NOT k.locked_out AND +k.expires_sort > :now AND k.delivered
                 AND NOT {NO_API_ACCESS}"
            );
        }
        Some(StateWord::Soon) => "+k.expires_sort > :now AND +k.expires_sort <= :now + :warning",
        Some(StateWord::NoAccess) => NO_API_ACCESS,
        Some(StateWord::Undelivered) => "NOT k.delivered",
        Some(StateWord::Expired) => "+k.expires_sort <= :now",
        Some(StateWord::Locked) => "k.locked_out",
        Some(StateWord::Limited) => BOUNDED,
        Some(StateWord::Deleted) => "k.deleted_at IS NOT NULL",
        Some(StateWord::Any) | None => "TRUE",
    }
    .to_owned()
}

/// The roles without access are found once for each question, not once for each key. The `+` keeps `SQLite` from
/// looking the keys up by their role and sorting them afterwards.
const NO_API_ACCESS: &str = "+k.role IN (SELECT id FROM roles WHERE NOT web_service)";

/// `domain::bounds::Bounds::are_set`.
const BOUNDED: &str = "k.addresses <> '' OR k.rate IS NOT NULL OR +k.role IN (SELECT id FROM roles WHERE services <> '')";

/// `domain::state::State::rank` at `:now`, warned `:warning` milliseconds early; a test compares the two.
fn state_rank() -> String {
    format!(
        "CASE WHEN k.deleted_at IS NOT NULL THEN 0 WHEN k.locked_out THEN 1 WHEN k.expires_sort <= :now THEN 2
             WHEN NOT k.delivered THEN 3 WHEN {NO_API_ACCESS} THEN 4
             WHEN k.expires_sort <= :now + :warning THEN 5 ELSE 6 END"
    )
}
