//! The list of API keys.

use crate::domain::expiry::end_of_day_anywhere;
use crate::domain::filter::{Comparison, StateWord, Value, When};
use crate::domain::fold::name_key;
use crate::domain::list::{EarlierSecret, Filter, KeyField, KeyRow, KeySort, SortValue};
use crate::domain::moment::Range;
use crate::domain::name::text_sort;
use crate::domain::state::Facts;
use crate::domain::time::Timestamp;
use crate::domain::trouble::Fault;
use crate::store::convert::expiry;
use crate::store::list::Source;
use crate::store::list::filter::{Asked, Part};
use crate::store::list::rows::{Driver, Rows};
use crate::store::list::words::Part as InText;
use crate::store::sql::columns;
use crate::store::{Tx, dialect};

columns! {
    KeyRow [place] {
        name,
        description = "first_line(k.description)",
        owner,
        role = "(SELECT name FROM roles WHERE id = k.role)",
        zone = "time_zone",
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
            AND s.delivered_at IS NULL AND s.issued_at > :pending_since
            AND s.issued_at < :pending_before)",
        last_used_at = "(SELECT s.last_used_at FROM api_key_secrets s WHERE s.key = k.id AND s.ended_at IS NULL
            AND s.retires_at IS NOT NULL)",
        bounded = "(k.addresses <> '' OR k.rate IS NOT NULL)",
        services = "(SELECT services FROM roles WHERE id = k.role)",
        api_access = "(SELECT web_service FROM roles WHERE id = k.role)",
    } => {
        let expiry = expiry(expires_on, expires_at)?;
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
    const IN_MEMORY: bool = true;
    const HIDES: Option<(&'static str, &'static str)> =
        Some(("api_keys_deleted", "k.deleted_at IS NOT NULL"));

    fn index(by: KeySort) -> Option<&'static str> {
        match by {
            KeySort::Expires => Some("api_keys_by_expiry"),
            KeySort::LastSignIn => Some("api_keys_by_sign_in"),
            KeySort::Created => Some("api_keys_by_creation"),
            _ => None,
        }
    }

    fn is_told(by: KeySort) -> bool {
        by != KeySort::LastSignIn
    }

    fn column(by: KeySort) -> String {
        match by {
            KeySort::Name => "k.name_sort".to_owned(),
            KeySort::State => state_rank(),
            KeySort::Role => "(SELECT name_sort FROM roles WHERE id = k.role)".to_owned(),
            KeySort::Expires => "k.expires_sort".to_owned(),
            KeySort::LastSignIn => "k.sign_in_sort".to_owned(),
            KeySort::Created => "k.created_at".to_owned(),
            KeySort::Id => "k.id".to_owned(),
            KeySort::Owner => "k.owner_sort".to_owned(),
            KeySort::CreatedBy => "k.creator_sort".to_owned(),
            KeySort::Description => "k.description_sort".to_owned(),
        }
    }

    fn parts(by: KeySort, tx: &Tx<'_>) -> Result<Option<Vec<Part>>, Fault> {
        Ok(match by {
            KeySort::State => Some(parts_by_state()),
            KeySort::Role => Some(parts_by_role(tx)?),
            _ => None,
        })
    }

    fn looks_at(filter: &Filter<KeyRow>) -> &'static str {
        if filter.asks_for_deleted() {
            KeyRow::EXISTS
        } else {
            "+k.deleted_at IS NULL"
        }
    }

    fn known() -> Vec<(&'static str, String)> {
        let newest = |column: &str| {
            format!(
                "SELECT DISTINCT {column} FROM (SELECT {column} FROM api_keys ORDER BY id DESC LIMIT 10000) AS newest
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
            (KeyField::Used, _) => used(value, asked),
            (KeyField::Created, _) => asked.usual("+k.created_at", value),
            (KeyField::By, Value::Text(name)) => asked.is("+k.creator_sort", &text_sort(name)),
            (KeyField::Owner, Value::Text(part)) => {
                match asked.in_memory::<KeyRow>(InText::Owner, part)? {
                    Some(found) => found,
                    None => asked.has("+k.owner_key", part),
                }
            }
            (KeyField::Service, Value::Text(name)) => opens(name, asked),
            (KeyField::From, _) => asked.usual("k.addresses", value),
            (KeyField::Secrets, _) => asked.usual(WORKING_SECRETS, value),
            (KeyField::Name, Value::Text(part)) => {
                match asked.in_memory::<KeyRow>(InText::Name, part)? {
                    Some(found) => found,
                    None => asked.has("+k.name_key", part),
                }
            }
            (KeyField::Description, Value::Text(part)) => {
                match asked.in_memory::<KeyRow>(InText::Description, part)? {
                    Some(found) => found,
                    None => asked.has(DESCRIPTION, part),
                }
            }
            (KeyField::Zone, _) => asked.usual("lower(k.time_zone)", value),
            (KeyField::Language, _) => asked.usual("k.locale", value),
            (KeyField::Policy, _) => BREAKS_POLICY.to_owned(),
            (
                KeyField::Id
                | KeyField::Owner
                | KeyField::Name
                | KeyField::Description
                | KeyField::State
                | KeyField::Role
                | KeyField::Expires
                | KeyField::By
                | KeyField::Service,
                _,
            ) => asked.usual("k.id", value),
        })
    }

    fn rows(
        field: KeyField,
        value: &Value,
        filter: &Filter<KeyRow>,
        asked: &mut Asked<'_>,
    ) -> Result<Option<Rows>, Fault> {
        let all = filter.asks_for_deleted();
        Ok(match (field, value) {
            (KeyField::State, Value::Word(word)) => StateWord::of(word).map(rows_of_state),
            (KeyField::Role, Value::Text(name)) => {
                let is = asked.is("name_key", name);
                let roles = format!("k.role IN (SELECT id FROM roles WHERE {is})");
                Some(Rows::by("api_keys_with_role", roles))
            }
            (KeyField::Service, Value::Text(name)) => {
                let opens = opens(name, asked);
                Some(Rows::by(
                    "api_keys_with_role",
                    opens.trim_start_matches('+'),
                ))
            }
            (KeyField::Expires, Value::When(when)) => Some(rows_that_expire(when, asked)),
            (KeyField::Used, Value::When(when)) => Some(rows_used(when, asked)),
            (KeyField::Created, Value::When(when)) => when
                .past(asked.now)
                .map(|range| Rows::by("api_keys_by_creation", asked.range("k.created_at", range))),
            (KeyField::By, Value::Text(name)) => {
                let by = asked.is("k.creator_sort", &text_sort(name));
                Some(Rows::by("api_keys_by_creator_sort", by))
            }
            (KeyField::Owner, Value::Text(part)) if !part.is_empty() => {
                let among = "deleted_at IS NULL AND owner_key <> ''";
                let names = distinct(asked.tx, "owner_key", among, |name| name.contains(part))?;
                names.map(|names| {
                    let names = dialect::texts(&asked.bind(names));
                    let of = format!(
                        "k.deleted_at IS NULL AND k.owner_key <> '' AND k.owner_key IN ({names})"
                    );
                    and_deleted(all, Rows::by("api_keys_by_owner", of))
                })
            }
            (KeyField::From, Value::Text(part)) => {
                let bounded = |also: &str| {
                    let from = format!("({BOUNDED_ITSELF}) AND {also}");
                    Rows::by("api_keys_bounded", from)
                };
                Some(match part.as_str() {
                    "" => Rows::not(bounded("k.addresses <> ''")),
                    _ => bounded(&asked.usual("k.addresses", value)),
                })
            }
            (KeyField::Secrets, Value::Number(comparison, number)) => {
                Some(rows_with_secrets(*comparison, *number))
            }
            (KeyField::Id, Value::Number(comparison, id)) => {
                let (from, before) = match comparison {
                    Comparison::Less => (i64::MIN, *id),
                    Comparison::AtMost => (i64::MIN, id.saturating_add(1)),
                    Comparison::Equal => (*id, id.saturating_add(1)),
                    Comparison::AtLeast => (*id, i64::MAX),
                    Comparison::More => (id.saturating_add(1), i64::MAX),
                };
                let found = Driver::by_id(asked.number("k.id", *comparison, *id));
                Some(Rows::Between(from, before, found))
            }
            (KeyField::Zone, Value::Text(part)) => {
                let holds = |zone: &str| match part.as_str() {
                    "" => zone.is_empty(),
                    part => name_key(zone).contains(part),
                };
                let zones = distinct(asked.tx, "time_zone", "TRUE", holds)?;
                zones.map(|zones| rows_in_zones(&zones, "TRUE", asked))
            }
            (KeyField::Language, Value::Word(tag)) => {
                let zones = distinct(asked.tx, "time_zone", "TRUE", |_| true)?;
                let is = asked.is("k.locale", tag);
                zones.map(|zones| rows_in_zones(&zones, &is, asked))
            }
            (KeyField::Policy, Value::Word(_)) => {
                Some(Rows::by("api_keys_by_expiry", AFTER_POLICY))
            }
            _ => None,
        })
    }
}

/// The folded description: of the text in which words are looked for what stands between the name and the owner.
const DESCRIPTION: &str = "substr(k.search, length(k.name_key) + 2,
    length(k.search) - length(k.name_key) - length(k.owner_key) - 2)";

/// Where what is not set sorts.
const UNSET: i64 = i64::MAX;

/// The most different names by which keys are looked up.
const NAMES: usize = 2_000;

/// The texts in a column of which this holds, as a list in JSON, by the index alone that has these rows, from text to text;
/// nothing where the column has too many.
fn distinct(
    tx: &Tx<'_>,
    column: &str,
    among: &str,
    holds: impl Fn(&str) -> bool,
) -> Result<Option<String>, Fault> {
    let among = format!("FROM api_keys WHERE {among}");
    let sql = format!(
        "WITH RECURSIVE found (name, number) AS (
             SELECT * FROM (SELECT {column}, 1 {among} ORDER BY {column} LIMIT 1) AS first
             UNION ALL SELECT (SELECT {column} {among} AND {column} > found.name ORDER BY {column} LIMIT 1), number + 1
                 FROM found WHERE name IS NOT NULL AND number <= {NAMES})
         SELECT name FROM found WHERE name IS NOT NULL"
    );
    let mut names: Vec<String> = tx.values(&sql, ())?;
    if names.len() > NAMES {
        return Ok(None);
    }
    names.retain(|name| holds(name));
    Ok(Some(serde_json::Value::from(names).to_string()))
}

/// With those of all deleted keys that the term holds for, where an index has none of them.
fn and_deleted(all: bool, rows: Rows) -> Rows {
    if !all {
        return rows;
    }
    let deleted = Driver::by("api_keys_deleted", "k.deleted_at IS NOT NULL");
    Rows::Either(vec![rows, Rows::Among(deleted)])
}

/// The keys in a state.
fn rows_of_state(word: StateWord) -> Rows {
    match word {
        StateWord::Soon => Rows::by(
            "api_keys_by_expiry",
            "k.expires_sort > :now AND k.expires_sort <= :soon",
        ),
        StateWord::NoAccess => {
            Rows::by("api_keys_with_role", NO_API_ACCESS.trim_start_matches('+'))
        }
        StateWord::Undelivered => Rows::by("api_keys_undelivered", "NOT k.delivered"),
        StateWord::Expired => Rows::by("api_keys_by_expiry", "k.expires_sort <= :now"),
        StateWord::Locked => Rows::by("api_keys_locked", "k.locked_out"),
        StateWord::Limited => Rows::Either(vec![
            Rows::by("api_keys_bounded", BOUNDED_ITSELF),
            Rows::by(
                "api_keys_with_role",
                "k.role IN (SELECT id FROM roles WHERE services <> '')",
            ),
        ]),
        StateWord::Deleted => Rows::by("api_keys_deleted", "k.deleted_at IS NOT NULL"),
        StateWord::Active => Rows::not(any_of(&[
            StateWord::Deleted,
            StateWord::Locked,
            StateWord::Expired,
            StateWord::Undelivered,
            StateWord::NoAccess,
        ])),
        StateWord::Any => Rows::not(any_of(&[])),
    }
}

/// The keys in any of these states.
fn any_of(words: &[StateWord]) -> Rows {
    Rows::Either(words.iter().copied().map(rows_of_state).collect())
}

/// Days are compared as they are shown, by the key's own zone: only near the day that takes a look at the key.
fn rows_that_expire(when: &When, asked: &mut Asked<'_>) -> Rows {
    let now = asked.now;
    let mut within = |range| {
        Driver::by(
            "api_keys_by_expiry",
            asked.range("k.expires_sort", set(range)),
        )
    };
    let When::Day(comparison, day, _) = when else {
        return match when.ahead(now) {
            Some(range) => Rows::By(within(range)),
            None => Rows::by("api_keys_by_expiry", format!("k.expires_sort = {UNSET}")),
        };
    };
    let (from, before) = end_of_day_anywhere(*day);
    let near = Rows::Among(within((Some(from), Some(before))));
    let far = match comparison {
        Comparison::Less | Comparison::AtMost => (None, Some(from)),
        Comparison::Equal => return near,
        Comparison::AtLeast | Comparison::More => (Some(before), None),
    };
    Rows::Either(vec![near, Rows::By(within(far))])
}

/// What was never used may be as old as what was.
fn rows_used(when: &When, asked: &mut Asked<'_>) -> Rows {
    let never = || Rows::by("api_keys_by_sign_in", format!("k.sign_in_sort = {UNSET}"));
    let now = asked.now;
    let mut by = |index, column, range| Rows::by(index, asked.range(column, range));
    match when.past(now) {
        None => never(),
        Some(range @ (Some(_), _)) => by("api_keys_by_sign_in", "k.sign_in_sort", set(range)),
        Some((None, before)) => {
            let used = by("api_keys_by_sign_in", "k.sign_in_sort", set((None, before)));
            let since = (before, None);
            let made = asked.range("k.created_at", since);
            let made = format!("NOT k.delivered AND {made}");
            let delivered = asked.range("s.delivered_at", since);
            let delivered = format!("s.delivered_at IS NOT NULL AND {delivered}");
            let there_since = Rows::Either(vec![
                Rows::Of(keys_of("api_key_secrets_delivered", &delivered)),
                Rows::by("api_keys_undelivered", made),
            ]);
            let unused = Rows::Both(vec![never(), Rows::not(there_since)]);
            Rows::Either(vec![used, unused])
        }
    }
}

/// A question for the keys of the secrets in a range of this index.
fn keys_of(index: &str, range: &str) -> String {
    let hint = dialect::by(Some(index));
    format!("SELECT s.key FROM api_key_secrets s {hint} WHERE {range}")
}

/// A key has a current secret or none, and beside it one that retires or none.
fn rows_with_secrets(comparison: Comparison, number: i64) -> Rows {
    let current = || {
        let range = "s.ended_at IS NULL AND s.delivered_at IS NOT NULL AND s.retires_at IS NULL";
        Rows::Of(keys_of("api_key_secrets_current", range))
    };
    let retiring = || {
        let range = "s.ended_at IS NULL AND s.retires_at IS NOT NULL AND s.retires_at > :now";
        Rows::Of(keys_of("api_key_secrets_retiring", range))
    };
    let both = || Rows::Both(vec![current(), retiring()]);
    let any = || Rows::Either(vec![current(), retiring()]);
    let with = [
        Rows::not(any()),
        Rows::Both(vec![any(), Rows::not(both())]),
        both(),
    ];
    let asked_for = (0..).zip(with).filter(|(some, _)| match comparison {
        Comparison::Less => *some < number,
        Comparison::AtMost => *some <= number,
        Comparison::Equal => *some == number,
        Comparison::AtLeast => *some >= number,
        Comparison::More => *some > number,
    });
    Rows::Either(asked_for.map(|(_, rows)| rows).collect())
}

/// The keys in these zones, a list in JSON, for which this holds of what the index has, too.
fn rows_in_zones(zones: &str, also: &str, asked: &mut Asked<'_>) -> Rows {
    let zones = dialect::texts(&asked.bind(zones.to_owned()));
    let within = format!("k.time_zone IN ({zones}) AND {also}");
    Rows::by("api_keys_by_zone", within)
}

/// [`BREAKS_POLICY`] by the index of the expiries.
const AFTER_POLICY: &str = "k.expires_sort > (SELECT CASE
        WHEN p.longest_days IS NOT NULL THEN :now + (p.longest_days + 1) * 86400000
        WHEN p.expiry_required THEN 9223372036854775806 ELSE 9223372036854775807 END FROM policy p)";

/// One part for each rank of `state_rank`.
fn parts_by_state() -> Vec<Part> {
    let there = "+k.deleted_at IS NULL";
    let works = format!("{there} AND NOT k.locked_out AND k.delivered");
    let ranked: [(Option<StateWord>, Option<&'static str>, String); 7] = [
        (
            Some(StateWord::Deleted),
            Some("api_keys_deleted"),
            "k.deleted_at IS NOT NULL".to_owned(),
        ),
        (
            Some(StateWord::Locked),
            Some("api_keys_locked"),
            format!("{there} AND k.locked_out"),
        ),
        (
            Some(StateWord::Expired),
            None,
            format!("{there} AND NOT k.locked_out AND +k.expires_at <= :now"),
        ),
        (
            Some(StateWord::Undelivered),
            Some("api_keys_undelivered"),
            format!(
                "{there} AND NOT k.locked_out AND coalesce(k.expires_at > :now, TRUE) AND NOT k.delivered"
            ),
        ),
        (
            Some(StateWord::NoAccess),
            None,
            format!("{works} AND coalesce(k.expires_at > :now, TRUE) AND {NO_API_ACCESS}"),
        ),
        (
            Some(StateWord::Soon),
            None,
            format!(
                "{works} AND +k.expires_at > :now AND +k.expires_at <= :soon AND NOT {NO_API_ACCESS}"
            ),
        ),
        (
            None,
            None,
            format!("{works} AND coalesce(k.expires_at > :soon, TRUE) AND NOT {NO_API_ACCESS}"),
        ),
    ];
    let mut before = Vec::new();
    let mut parts = Vec::new();
    for (value, (word, index, condition)) in (0..).zip(ranked) {
        let mut rows: Vec<Rows> = word.map(rows_of_state).into_iter().collect();
        rows.push(Rows::not(any_of(&before)));
        before.extend(word);
        parts.push(Part {
            value: SortValue::Number(value),
            condition,
            index,
            rows: Rows::Both(rows),
        });
    }
    parts
}

/// One part for each name of roles, in their order. Most have one role, whose keys an index has in the order of their IDs.
fn parts_by_role(tx: &Tx<'_>) -> Result<Vec<Part>, Fault> {
    let roles: Vec<(String, i64)> =
        tx.rows("SELECT name_sort, id FROM roles ORDER BY name_sort, id", ())?;
    let part = |roles: &[(String, i64)]| {
        let name = roles[0].0.clone();
        let ids: Vec<String> = roles.iter().map(|(_, id)| id.to_string()).collect();
        let condition = match &ids[..] {
            [id] => format!("k.role = {id}"),
            ids => format!("k.role IN ({})", ids.join(", ")),
        };
        Part {
            value: SortValue::Text(name),
            rows: Rows::by("api_keys_with_role", condition.clone()),
            condition,
            index: Some("api_keys_with_role"),
        }
    };
    Ok(roles
        .chunk_by(|one, other| one.0 == other.0)
        .map(part)
        .collect())
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
        json_each('[\"' || replace(r.services, ', ', '\",\"') || '\"]') AS j
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
        When::Never => "+k.expires_at IS NULL".to_owned(),
        When::Day(comparison, day, _) => {
            let day = asked.bind(day.to_string());
            format!("k.expires_on {} {day}", comparison.sign())
        }
        When::Age(..) | When::Between(_) => {
            let range = when.ahead(asked.now).unwrap_or_default();
            asked.range("+k.expires_at", range)
        }
    }
}

/// A range in which nothing is that is not set.
fn set((from, before): Range) -> Range {
    (from, Some(before.unwrap_or(Timestamp(UNSET))))
}

fn used(value: &Value, asked: &mut Asked<'_>) -> String {
    match value {
        Value::When(When::Never) => format!("+k.sign_in_sort = {UNSET}"),
        Value::When(when) => match when.past(asked.now) {
            Some(range @ (Some(_), _)) => asked.range("+k.sign_in_sort", set(range)),
            _ => asked.used("k.last_sign_in_at", THERE_SINCE, value),
        },
        _ => asked.used("k.last_sign_in_at", THERE_SINCE, value),
    }
}

/// `domain::filter::StateWord::holds` as of `:now`, warned until `:soon`; a test compares the two.
fn state(word: &str) -> String {
    match StateWord::of(word) {
        Some(StateWord::Active) => {
            return format!(
                "+k.deleted_at IS NULL AND NOT +k.locked_out AND coalesce(k.expires_at > :now, TRUE) AND +k.delivered
                 AND NOT {NO_API_ACCESS}"
            );
        }
        Some(StateWord::Soon) => "+k.expires_at > :now AND +k.expires_at <= :soon",
        Some(StateWord::NoAccess) => NO_API_ACCESS,
        Some(StateWord::Undelivered) => "NOT +k.delivered",
        Some(StateWord::Expired) => "+k.expires_at <= :now",
        Some(StateWord::Locked) => "+k.locked_out",
        Some(StateWord::Limited) => BOUNDED,
        Some(StateWord::Deleted) => "k.deleted_at IS NOT NULL",
        Some(StateWord::Any) | None => "TRUE",
    }
    .to_owned()
}

/// The roles without access are found once for each question, not once for each key. The `+` keeps `SQLite` from
/// looking the keys up by their role and sorting them afterwards.
const NO_API_ACCESS: &str = "+k.role IN (SELECT id FROM roles WHERE NOT web_service)";

/// What bounds a key itself.
const BOUNDED_ITSELF: &str = "k.addresses <> '' OR k.rate IS NOT NULL";

/// `domain::bounds::Bounds::are_set`.
const BOUNDED: &str = "+k.addresses <> '' OR +k.rate IS NOT NULL OR +k.role IN (SELECT id FROM roles WHERE services <> '')";

/// `domain::state::State::rank` at `:now`, warned until `:soon`; a test compares the two.
fn state_rank() -> String {
    format!(
        "CASE WHEN k.deleted_at IS NOT NULL THEN 0 WHEN k.locked_out THEN 1 WHEN k.expires_at <= :now THEN 2
             WHEN NOT k.delivered THEN 3 WHEN {NO_API_ACCESS} THEN 4
             WHEN k.expires_at <= :soon THEN 5 ELSE 6 END"
    )
}
