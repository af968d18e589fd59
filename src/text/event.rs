//! Events in words: their names, and what their bodies say.

use std::fmt::Display;

use serde_json::{Map, Value};

use crate::domain::date::LAST_YEAR;
use crate::domain::event::chain::{Break, Kept, KeptHead, Whole};
use crate::domain::event::flaw::{Differs, Flaw};
use crate::domain::event::trail::RowTarget;
use crate::domain::event::{BEHIND, EventKind, SYSTEM};
use crate::domain::locale::Locale;
use crate::domain::moment::NoMoment;
use crate::domain::name::printable;
use crate::domain::rights;
use crate::domain::time::Timestamp;
use crate::domain::tz::Tz;
use crate::domain::verdict::Refused;
use crate::text::Text;

/// The version of the form of a body that is told in words.
const BODY_VERSION: i64 = 1;

/// The fields of bodies with their labels, in the order in which they are told.
const FIELDS: [(&str, &str); 40] = [
    ("name", "event_field.name"),
    ("fullName", "event_field.full_name"),
    ("description", "event_field.description"),
    ("owner", "event_field.owner"),
    ("addresses", "event_field.addresses"),
    ("requestsPerMinute", "event_field.rate"),
    ("role", "event_field.role"),
    ("locale", "event_field.language"),
    ("timeZone", "event_field.time_zone"),
    ("expires", "event_field.expires"),
    ("lockedOut", "event_field.locked_out"),
    ("lockReason", "event_field.lock_reason"),
    ("userInterface", "event_field.user_interface"),
    ("webService", "event_field.web_service"),
    ("equalOrLess", "event_field.equal_or_less"),
    ("services", "event_field.services"),
    ("rights", "event_field.rights"),
    ("expiryRequired", "event_field.expiry_required"),
    ("longestDays", "event_field.longest_days"),
    ("warningDays", "event_field.warning_days"),
    ("action", "event_field.action"),
    ("reason", "event_field.reason"),
    ("right", "event_field.right"),
    ("secret", "event_field.secret"),
    ("voids", "event_field.voids"),
    ("replaces", "event_field.replaces"),
    ("overlapUntil", "event_field.overlap_until"),
    ("expiredAt", "event_field.expired_at"),
    ("lastAction", "event_field.last_action"),
    ("path", "event_field.path"),
    ("recipients", "event_field.recipients"),
    ("through", "event_field.through"),
    ("hash", "event_field.hash"),
    ("file", "event_field.path"),
    ("before", "event_field.head_before"),
    ("keptAs", "event_field.kept_as"),
    ("account", "event_field.account"),
    ("sudoUser", "event_field.sudo_user"),
    ("sshConnection", "event_field.ssh_connection"),
    (BEHIND, "event_field.clock_behind"),
];

/// One thing that a body says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    pub label: String,
    pub told: Told,
}

/// What is said of a field, on one line each and fit to be printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Told {
    Value(String),
    Change {
        before: String,
        after: String,
    },
    List(Vec<String>),
    /// A list's entries that came and went.
    Changes {
        added: Vec<String>,
        removed: Vec<String>,
    },
}

impl Text {
    /// The name of the kind of event with this number.
    #[must_use]
    pub fn event(self, number: i64) -> String {
        match EventKind::of(number) {
            Some(kind) => self.say(kind.sentence()).to_owned(),
            None => self.fill("event.unknown", &[("number", &number)]),
        }
    }

    /// What an event is about, as `--target` takes it, and its name.
    #[must_use]
    pub fn event_target(self, target: &RowTarget) -> String {
        let RowTarget { kind, id, name } = target;
        match (kind.as_str(), name.as_str()) {
            (SYSTEM, _) => printable(kind),
            // What was never made has a name and no ID.
            _ if *id == 0 => printable(&format!("{kind} {name}")),
            (_, "") => printable(&format!("{kind}:{id}")),
            _ => printable(&format!("{kind}:{id} {name}")),
        }
    }

    /// What an event's body says, in one line. What is not known here is told as the JSON that it is.
    #[must_use]
    pub fn event_description(self, number: i64, body: &str, zone: Tz) -> String {
        let Some(facts) = self.event_facts(number, body, zone) else {
            let compact = serde_json::from_str(body).map(|body: Value| body.to_string());
            return printable(compact.as_deref().unwrap_or(body));
        };
        let told: Vec<String> = facts.iter().map(|fact| self.fact(fact)).collect();
        told.join("; ")
    }

    /// What an event's body says, thing by thing; nothing where it is of another version.
    #[must_use]
    pub fn event_facts(self, number: i64, body: &str, zone: Tz) -> Option<Vec<Fact>> {
        let body: Value = serde_json::from_str(body).ok()?;
        let body = body.as_object()?;
        if body
            .get("version")
            .is_some_and(|version| version.as_i64() != Some(BODY_VERSION))
        {
            return None;
        }
        let telling = Telling {
            text: self,
            kind: EventKind::of(number),
            zone,
        };
        Some(telling.body(body))
    }

    /// The fields that got other values, or would, a line each, as [`Text::event_description`] has them in one; of a list
    /// each entry that comes (+) and goes (-).
    #[must_use]
    pub fn changes(self, changes: &Map<String, Value>) -> Vec<String> {
        let telling = Telling {
            text: self,
            kind: None,
            // Whoever reads them may be in any.
            zone: Tz::UTC,
        };
        let facts = ordered(changes).into_iter();
        let facts = facts.map(|(name, change)| telling.change(name, change));
        facts
            .flat_map(|fact| match &fact.told {
                Told::Changes { added, removed } => {
                    let added = added.iter().map(|entry| format!("+ {entry}"));
                    let removed = removed.iter().map(|entry| format!("- {entry}"));
                    added.chain(removed).collect()
                }
                _ => vec![self.fact(&fact)],
            })
            .collect()
    }

    /// One thing that a body says, in one line.
    fn fact(self, fact: &Fact) -> String {
        let label = &fact.label;
        let value = match &fact.told {
            Told::Change { before, after } => {
                let values: [(&str, &dyn Display); 3] =
                    [("label", label), ("before", before), ("after", after)];
                return self.fill("event_body.change", &values);
            }
            Told::Value(value) => value.clone(),
            Told::List(list) => self.listed(list.iter().cloned(), 0),
            Told::Changes { added, removed } => {
                let parts = [("event_body.added", added), ("event_body.removed", removed)];
                let parts = parts.into_iter().filter(|(_, list)| !list.is_empty());
                let parts: Vec<String> = parts
                    .map(|(name, list)| {
                        self.fill(name, &[("list", &self.listed(list.iter().cloned(), 0))])
                    })
                    .collect();
                parts.join("; ")
            }
        };
        self.fill("event_body.value", &[("label", label), ("value", &value)])
    }

    /// What is wrong with a database, one after the other.
    #[must_use]
    pub fn flaws(self, flaws: &[Flaw]) -> String {
        let told: Vec<String> = flaws.iter().map(|flaw| self.flaw(flaw)).collect();
        self.joined(&told.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// One thing that is wrong with a database.
    #[must_use]
    pub fn flaw(self, flaw: &Flaw) -> String {
        match flaw {
            Flaw::Chain(Break(at)) => self.fill("chain.broken", &[("at", at)]),
            Flaw::Damaged(words) => self.fill("chain.damaged", &[("words", words)]),
            Flaw::Dangling { table, parent } => {
                self.fill("chain.dangling", &[("table", table), ("parent", parent)])
            }
            Flaw::Schema {
                differs,
                kind,
                name,
            } => {
                let sentence = match differs {
                    Differs::Missing => "chain.schema_missing",
                    Differs::Added => "chain.schema_added",
                    Differs::Altered => "chain.schema_altered",
                };
                self.fill(sentence, &[("kind", kind), ("name", name)])
            }
        }
    }

    /// The sentence for a chain that is whole.
    #[must_use]
    pub fn chain_whole(self, whole: &Whole) -> String {
        let name = match whole.start.sequence {
            0 => "chain.whole",
            _ => "chain.whole_pruned",
        };
        let facts: [(&str, &dyn Display); 3] = [
            ("events", &whole.events),
            ("through", &whole.start.sequence),
            ("head", &whole.head),
        ];
        self.fill(name, &facts)
    }

    /// What a whole chain says about a head that was kept elsewhere.
    #[must_use]
    pub fn kept_head(self, kept: &Kept, asked: &KeptHead, whole: &Whole) -> String {
        let (name, at) = match kept {
            Kept::There(head) => ("chain.there", Some(head.sequence)),
            Kept::Checkpoint(head) => ("chain.checkpoint", Some(head.sequence)),
            Kept::Pruned => ("chain.pruned", asked.sequence),
            Kept::CutOff => ("chain.cut_off", asked.sequence),
            Kept::Rewritten => ("chain.head_rewritten", asked.sequence),
            Kept::Nowhere if whole.start.sequence == 0 => ("chain.nowhere", None),
            Kept::Nowhere => ("chain.nowhere_pruned", None),
        };
        let facts: [(&str, &dyn Display); 2] = [
            ("at", &at.unwrap_or_default()),
            ("through", &whole.start.sequence),
        ];
        self.fill(name, &facts)
    }

    /// Why a secret is refused, as events tell it.
    #[must_use]
    pub fn refusal(self, reason: Refused) -> &'static str {
        let word = reason.word();
        in_words("reason", word, None).map_or(word, |name| self.say(name))
    }

    /// Why what was typed is no moment.
    #[must_use]
    pub fn no_moment(self, why: NoMoment, typed: &str) -> String {
        let name = match why {
            NoMoment::Form => "moment.form",
            NoMoment::NoSuchTime => "moment.no_such_time",
            NoMoment::TooLate => "moment.too_late",
            NoMoment::Backwards => "moment.backwards",
        };
        self.fill(name, &[("typed", &typed), ("year", &LAST_YEAR)])
    }
}

/// The words in bodies that are told otherwise than they are stored: the field, the word, and the name of what is said.
const WORDS: [(&str, &str, &str); 40] = [
    ("action", "break-glass", "event_action.break_glass"),
    ("action", "choose-columns", "event_action.choose_columns"),
    ("action", "create", "event_action.create"),
    ("action", "delete", "event_action.delete"),
    ("action", "deliver", "event_action.deliver"),
    ("action", "discard", "event_action.discard"),
    ("action", "end-overlap", "event_action.end_overlap"),
    ("action", "issue", "event_action.issue"),
    ("action", "lock-out", "event_action.lock_out"),
    ("action", "prune", "event_action.prune"),
    ("action", "read", "event_action.read"),
    ("action", "restore", "event_action.restore"),
    ("action", "save", "event_action.save"),
    ("action", "save-policy", "event_action.save_policy"),
    ("action", "save-to-file", "event_action.save_to_file"),
    ("action", "unlock", "event_action.unlock"),
    ("reason", "not-authorized", "event_reason.not_authorized"),
    ("reason", "no-such-user", "event_reason.no_such_user"),
    ("reason", "secret", "event_reason.secret"),
    ("reason", "locked-out", "event_reason.locked_out"),
    (
        "reason",
        "no-user-interface",
        "event_reason.no_user_interface",
    ),
    ("reason", "beyond-own-role", "event_reason.beyond_own_role"),
    ("reason", "oneself", "event_reason.oneself"),
    ("reason", "last-manager", "event_reason.last_manager"),
    ("reason", "immutable", "event_reason.immutable"),
    ("reason", "in-use", "event_reason.in_use"),
    ("reason", "malformed", "event_reason.malformed"),
    ("reason", "forged", "event_reason.forged"),
    ("reason", "unknown", "event_reason.unknown"),
    ("reason", "deleted", "event_reason.deleted"),
    ("reason", "not-delivered", "event_reason.not_delivered"),
    ("reason", "replaced", "event_reason.replaced"),
    ("reason", "expired", "event_reason.expired"),
    ("reason", "no-api-access", "event_reason.no_api_access"),
    ("reason", "service", "event_reason.service"),
    ("reason", "address", "event_reason.address"),
    ("reason", "left", "event_reason.left"),
    (
        "reason",
        "no-longer-allowed",
        "event_reason.no_longer_allowed",
    ),
    ("reason", "interrupted", "event_reason.interrupted"),
    ("reason", "idle", "event_reason.idle"),
];

/// What is said for a word in a body, where it is one of ours.
fn in_words(field: &str, stored: &str, kind: Option<EventKind>) -> Option<&'static str> {
    // Why something was locked out is said in somebody's own words.
    let own = [EventKind::ApiKeyLockedOut, EventKind::UserLockedOut].map(Some);
    let known = |word: &&(&str, &str, &str)| (word.0, word.1) == (field, stored);
    let word = WORDS.iter().filter(|_| !own.contains(&kind)).find(known)?;
    Some(word.2)
}

/// Telling what one body says.
struct Telling {
    text: Text,
    kind: Option<EventKind>,
    zone: Tz,
}

impl Telling {
    fn body(&self, body: &Map<String, Value>) -> Vec<Fact> {
        let mut facts = Vec::new();
        for (name, value) in ordered(body) {
            match (name, value) {
                ("version", _) | (_, Value::Null) => {}
                ("changes", Value::Object(fields)) => facts.extend(
                    ordered(fields)
                        .into_iter()
                        .map(|(name, change)| self.change(name, change)),
                ),
                ("fields", Value::Object(fields)) => facts.extend(
                    ordered(fields)
                        .into_iter()
                        .map(|(name, value)| self.fact(name, value)),
                ),
                ("unproven", Value::Object(fields)) => facts.extend(
                    ordered(fields)
                        .into_iter()
                        .filter(|(_, value)| !value.is_null())
                        .map(|(name, value)| self.fact(name, value)),
                ),
                (name, value) => facts.push(self.fact(name, value)),
            }
        }
        facts
    }

    fn label(&self, name: &str) -> String {
        if name == "count" {
            let pruned = self.kind == Some(EventKind::EventsPruned);
            let name = if pruned {
                "event_field.events"
            } else {
                "event_field.refusals"
            };
            return self.text.say(name).to_owned();
        }
        FIELDS.iter().find(|(field, _)| *field == name).map_or_else(
            || printable(name),
            |(_, label)| self.text.say(label).to_owned(),
        )
    }

    fn fact(&self, name: &str, value: &Value) -> Fact {
        Fact {
            label: self.label(name),
            told: match value {
                Value::Array(entries) => Told::List(self.entries(name, entries)),
                value => Told::Value(self.shown(name, value)),
            },
        }
    }

    fn change(&self, name: &str, change: &Value) -> Fact {
        let part = |part| change.get(part);
        let list = |list: Option<&Value>| {
            let entries = list.and_then(Value::as_array);
            entries.map(|entries| self.entries(name, entries))
        };
        let told = match (part("before"), part("after")) {
            (Some(before), Some(after)) => {
                let mut told = [before, after].map(|value| self.shown(name, value));
                // The same day ends at another instant in another zone.
                if told[0] == told[1]
                    && let (Some(before), Some(after)) = (self.end(before), self.end(after))
                {
                    told = [before, after];
                }
                let [before, after] = told;
                Told::Change { before, after }
            }
            _ => match (list(part("added")), list(part("removed"))) {
                (None, None) => return self.fact(name, change),
                (added, removed) => Told::Changes {
                    added: added.unwrap_or_default(),
                    removed: removed.unwrap_or_default(),
                },
            },
        };
        Fact {
            label: self.label(name),
            told,
        }
    }

    /// The instant of an expiry.
    fn end(&self, expiry: &Value) -> Option<String> {
        let at = expiry.get("at")?.as_i64()?;
        Some(self.text.instant(Timestamp(at), self.zone))
    }

    fn entries(&self, name: &str, entries: &[Value]) -> Vec<String> {
        entries
            .iter()
            .map(|entry| self.shown(name, entry))
            .collect()
    }

    fn shown(&self, name: &str, value: &Value) -> String {
        let say = |name| self.text.say(name).to_owned();
        let word = value.as_str();
        if let Some(said) = word.and_then(|word| in_words(name, word, self.kind)) {
            return say(said);
        }
        match (name, value) {
            ("expires", Value::Null) => say("event_body.never"),
            ("longestDays" | "warningDays", Value::Null) => say("event_body.not_set"),
            ("requestsPerMinute", Value::Null) => say("event_body.no_limit"),
            ("locale" | "timeZone", Value::Null) => say("event_body.machine"),
            ("expires", Value::Object(expiry)) => match expiry.get("on") {
                Some(Value::String(day)) => printable(day),
                _ => printable(&value.to_string()),
            },
            ("locale", Value::String(tag)) => {
                let locale = Locale::from_tag(tag).map(|locale| self.text.locale(locale));
                printable(locale.unwrap_or(tag))
            }
            ("role", Value::Number(id)) => self.text.fill("event_body.id", &[("id", id)]),
            ("role", Value::Object(role)) => match role.get("name") {
                Some(Value::String(name)) => printable(name),
                _ => printable(&value.to_string()),
            },
            ("right" | "rights", Value::String(right)) => {
                printable(rights::label(right, self.text.language()).unwrap_or(right))
            }
            ("overlapUntil" | "expiredAt" | "lastAction" | BEHIND, Value::Number(at)) => {
                at.as_i64().map_or_else(
                    || at.to_string(),
                    |at| self.text.instant(Timestamp(at), self.zone),
                )
            }
            (_, Value::Bool(true)) => say("event_body.yes"),
            (_, Value::Bool(false)) => say("event_body.no"),
            (_, Value::String(text)) if text.is_empty() => say("event_body.empty"),
            (_, Value::String(text)) => printable(&text.replace('\n', " ")),
            (_, value) => printable(&value.to_string()),
        }
    }
}

/// The fields in the order in which they are told; those that are not known come last.
fn ordered(fields: &Map<String, Value>) -> Vec<(&str, &Value)> {
    let mut ordered: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect();
    ordered.sort_by_key(|(name, _)| {
        let at = FIELDS.iter().position(|(field, _)| field == name);
        at.unwrap_or(FIELDS.len())
    });
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::rights::Right;

    fn told(number: i64, body: &str) -> String {
        Text::en_us().event_description(number, body, Tz::Europe__Berlin)
    }

    #[test]
    fn what_changed_is_told_field_by_field_as_the_form_has_them() {
        let body = r#"{"changes":{"expires":{"after":null,"before":{"at":1798758000000,"on":"2026-12-31"}},
            "name":{"after":"b","before":"a"},"description":{"before":"","after":"two\nlines"},
            "role":{"before":{"id":2,"name":"Auditor"},"after":{"id":1,"name":"Full Access"}}},"version":1}"#;
        assert_eq!(
            told(658, body),
            "Name: a -> b; Description: (empty) -> two lines; Role: Auditor -> Full Access; Expires on: 2026-12-31 -> never"
        );
    }

    #[test]
    fn a_day_that_ends_at_another_instant_is_told_by_its_instants() {
        let body = r#"{"changes":{"expires":{"after":{"at":1798758000000,"on":"2026-12-31"},"before":{"at":1798729200000,"on":"2026-12-31"}},
            "timeZone":{"after":"Europe/Berlin","before":"Asia/Tokyo"}},"version":1}"#;
        assert_eq!(
            told(658, body),
            "Time Zone: Asia/Tokyo -> Europe/Berlin; Expires on: 2026-12-31 16:00:00 +01:00 -> 2027-01-01 00:00:00 +01:00"
        );
    }

    #[test]
    fn rights_are_told_by_what_came_and_went() {
        let body =
            r#"{"changes":{"rights":{"added":["a.b","c.d"],"removed":["e.f"]}},"version":1}"#;
        assert_eq!(told(662, body), "Rights: added a.b, c.d; removed e.f");
        let right = Right::CreateApiKeys.name();
        let body = format!(r#"{{"right":"{right}","version":1}}"#);
        assert_eq!(told(9006, &body), "Right: Can Create New API Keys");
        let body =
            r#"{"fields":{"rights":["a","b","c","d","e","f"],"webService":false},"version":1}"#;
        assert_eq!(
            told(660, body),
            "Web Service API: no; Rights: a, b, c, 3 more"
        );
    }

    #[test]
    fn reasons_counts_and_instants_are_told() {
        let body = r#"{"count":3,"reason":"locked-out","secret":7,"version":1}"#;
        assert_eq!(
            told(675, body),
            "Reason: locked out; Secret: 7; Refusals since the Last Event: 3"
        );
        let body = r#"{"overlapUntil":1795363200000,"replaces":1,"secret":2,"version":1}"#;
        assert_eq!(
            told(9001, body),
            "Secret: 2; Replaces Secret: 1; Previous Secret Works Until: 2026-11-22 17:00:00 +01:00"
        );
        let body = r#"{"lastAction":1795363200000,"reason":"idle","version":1}"#;
        assert_eq!(
            told(602, body),
            "Reason: no keyboard activity; Last Keyboard Activity: 2026-11-22 17:00:00 +01:00"
        );
        let body = r#"{"changes":{"requestsPerMinute":{"after":5,"before":null}},"version":1}"#;
        assert_eq!(told(659, body), "Requests/min: no limit -> 5");
        assert_eq!(told(9001, r#"{"overlapUntil":null,"version":1}"#), "");
        let body = r#"{"unproven":{"account":"keyward","sshConnection":null,"sudoUser":"bob"},"version":1}"#;
        assert_eq!(told(600, body), "OS Account: keyward; SUDO_USER: bob");
        let body = r#"{"count":40,"file":"/tmp/x","hash":"00","through":40,"version":1}"#;
        assert_eq!(
            told(9008, body),
            "Up to Event: 40; Hash: 00; File: /tmp/x; Events: 40"
        );
    }

    #[test]
    fn our_words_are_told_in_plain_ones_and_the_reason_of_a_lock_as_somebody_wrote_it() {
        let body = r#"{"action":"save","reason":"not-authorized","version":1}"#;
        let refused = EventKind::ActionRefused.number();
        assert_eq!(told(refused, body), "Action: Save; Reason: not authorized");
        let lock = r#"{"reason":"not-authorized","version":1}"#;
        let locked = EventKind::ApiKeyLockedOut.number();
        assert_eq!(told(locked, lock), "Reason: not-authorized");
    }

    #[test]
    fn what_is_not_known_is_told_as_it_is() {
        let later = r#"{ "version": 2, "changes": {"name": "x"} }"#;
        assert_eq!(told(656, later), r#"{"changes":{"name":"x"},"version":2}"#);
        assert_eq!(
            told(12_345, r#"{"colour":"red","n":[1,{"a":null}]}"#),
            r#"colour: red; n: 1, {"a":null}"#
        );
        for odd in [
            "[1, 2]",
            "null",
            "\"x\"",
            "no JSON",
            "",
            r#"{"version":"1"}"#,
        ] {
            assert!(told(656, odd).len() <= odd.len(), "{odd}");
        }
        for odd in [
            r#"{"changes":7,"fields":[],"unproven":"x","version":1}"#,
            r#"{"changes":{"name":null,"role":{"after":1},"rights":{"added":"x"}},"version":1}"#,
        ] {
            assert!(!told(658, odd).is_empty(), "{odd}");
        }
    }

    #[test]
    fn no_body_steers_a_terminal() {
        let evil = "\\u001b[2J\\u202e\\n\\u0000";
        for body in [
            format!(r#"{{"fields":{{"name":"{evil}","{evil}":"{evil}","rights":["{evil}"]}}}}"#),
            format!(r#"{{"changes":{{"name":{{"before":"{evil}","after":{{"{evil}":1}}}}}}}}"#),
            format!(r#"{{"version":9,"{evil}":"{evil}"}}"#),
            "\u{1b}[2J\u{202e}\n".to_owned(),
        ] {
            let line = told(658, &body);
            assert_eq!(line, printable(&line), "{body}");
        }
    }

    #[test]
    fn every_kind_has_a_name_of_its_own() {
        let mut names: Vec<String> = EventKind::ALL
            .iter()
            .map(|kind| Text::en_us().event(kind.number()))
            .collect();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), EventKind::ALL.len());
        assert_eq!(Text::en_us().event(1), "Event 1");
    }
}
