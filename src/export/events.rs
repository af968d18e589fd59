//! System events, as `keyward events` writes them, too.

use serde::Serialize;
use serde_json::Value;

use crate::domain::event::chain::hex;
use crate::domain::event::trail::{EventRow, SYSTEM_NAME};
use crate::domain::name::printable;
use crate::export::{Cell, Column, Record, View, json, utc};
use crate::text::Text;

/// Each event stays on one line.
fn one_line(text: &str) -> Cell {
    Cell::Text(printable(text))
}

impl Record for EventRow {
    const COLUMNS: &'static [Column<EventRow>] = &[
        ("sequence", |event, _| Cell::Number(event.sequence())),
        ("time", |event, _| Cell::At(event.at)),
        ("level", |event, _| one_line(&event.level)),
        ("event_id", |event, _| Cell::Number(event.number)),
        ("event", |event, _| {
            Cell::Text(Text::en_us().event(event.number))
        }),
        ("target_kind", |event, _| one_line(&event.target.kind)),
        ("target_id", |event, _| Cell::Number(event.target.id)),
        ("target", |event, _| one_line(&event.target.name)),
        ("performed_by", |event, _| {
            one_line(event.actor.as_deref().unwrap_or(SYSTEM_NAME))
        }),
        ("description", |event, view| {
            let text = Text::en_us();
            one_line(&text.event_description(event.number, &event.body, view.zone))
        }),
    ];

    fn json(&self, _view: View) -> String {
        line(self)
    }
}

/// All fields, in the order in which they are printed.
#[derive(Serialize)]
struct Line<'a> {
    sequence: i64,
    /// Milliseconds since the epoch.
    at: i64,
    time: String,
    number: i64,
    event: String,
    level: &'a str,
    /// Null is `System`.
    actor: Option<&'a str>,
    /// `user`, `api-key` or `system`; null in events of versions that did not keep it.
    #[serde(rename = "actorKind")]
    actor_kind: Option<&'a str>,
    #[serde(rename = "actorId")]
    actor_id: Option<i64>,
    target: Target<'a>,
    body: Value,
    previous: String,
    hash: String,
}

#[derive(Serialize)]
struct Target<'a> {
    kind: &'a str,
    id: i64,
    name: &'a str,
}

/// An event as a JSON object on one line.
#[must_use]
pub fn line(event: &EventRow) -> String {
    json::line(&Line {
        sequence: event.sequence(),
        at: event.at.0,
        time: utc(event.at),
        number: event.number,
        event: Text::en_us().event(event.number),
        level: &event.level,
        actor: event.actor.as_deref(),
        actor_kind: event.who.as_ref().map(|who| who.kind.as_str()),
        actor_id: event.who.as_ref().map(|who| who.id),
        target: Target {
            kind: &event.target.kind,
            id: event.target.id,
            name: &event.target.name,
        },
        // The table lets nothing but JSON in.
        body: serde_json::from_str(&event.body)
            .unwrap_or_else(|_| Value::String(event.body.clone())),
        previous: hex(&event.previous),
        hash: hex(&event.hash),
    })
}
