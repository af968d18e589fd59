//! Events as the lines of a table.

use crate::cli::rows::{Column, Tabled, column};
use crate::domain::event::trail::{EventRow, SYSTEM_NAME};

impl Tabled for EventRow {
    const TABLE: &'static [Column<EventRow>] = &[
        column("column.time", |event, text, view| {
            text.instant(event.at, view.zone)
        }),
        column("column.level", |event, _, _| event.level.clone()),
        column("column.event_id", |event, _, _| event.number.to_string()),
        column("column.event", |event, text, _| text.event(event.number)),
        column("column.target", |event, text, _| {
            text.event_target(&event.target)
        }),
        column("column.performed_by", |event, _, _| {
            let by = event.actor.as_deref();
            by.unwrap_or(SYSTEM_NAME).to_owned()
        }),
        column("column.description", |event, text, view| {
            text.event_description(event.number, &event.body, view.zone)
        }),
    ];
}
