//! Events as text, CSV and JSON, one to a line.

use crate::cli::args::Format;
use crate::cli::rows::with_blanks_shown;
use crate::domain::event::trail::{EventRow, SYSTEM_NAME};
use crate::domain::export::{ExportForm, View};
use crate::domain::name::printable;
use crate::export::{self, events};
use crate::text::Text;
use crate::ui::look::width;

/// How events are written, and in whose words and zone.
#[derive(Clone, Copy)]
pub(super) struct Writing {
    text: Text,
    view: View,
    format: Format,
}

/// Cells of the text's columns but the last; what is longer moves the rest of its line.
const LEVEL: u16 = 7;
const NUMBER: u16 = 4;
const EVENT: u16 = 33;
const TARGET: u16 = 30;
const ACTOR: u16 = 12;

impl Writing {
    /// In this format. Only what people read is in their language: programs get the same words everywhere.
    pub(super) fn new(format: Format, text: Text, view: View) -> Writing {
        Writing { text, view, format }
    }

    /// What comes before the first event.
    pub(super) fn header(self) -> String {
        match self.format {
            Format::Csv => export::begin::<EventRow>(ExportForm::Csv),
            Format::Text | Format::Json => String::new(),
        }
    }

    /// An event with its line end.
    pub(super) fn line(self, event: &EventRow) -> String {
        match self.format {
            Format::Text => self.text_line(event),
            Format::Csv => self.csv_line(event),
            Format::Json => events::line(event) + "\n",
        }
    }

    fn csv_line(self, event: &EventRow) -> String {
        export::records(ExportForm::Csv, std::slice::from_ref(event), 0, self.view)
    }

    fn description(self, event: &EventRow) -> String {
        self.text
            .event_description(event.number, &event.body, self.view.zone)
    }

    fn text_line(self, event: &EventRow) -> String {
        let columns = [
            (self.text.instant(event.at, self.view.zone), 0),
            (with_blanks_shown(&printable(&event.level)), LEVEL),
            (format!("{:>1$}", event.number, usize::from(NUMBER)), NUMBER),
            (self.text.event(event.number), EVENT),
            (
                with_blanks_shown(&self.text.event_target(&event.target)),
                TARGET,
            ),
            (with_blanks_shown(&printable(actor(event))), ACTOR),
            (with_blanks_shown(&self.description(event)), 0),
        ];
        let mut line = String::new();
        for (value, least) in columns {
            let pad = usize::from(least.saturating_sub(width(&value)));
            line.push_str(&value);
            line.push_str(&" ".repeat(pad + 2));
        }
        line.truncate(line.trim_end().len());
        line.push('\n');
        line
    }
}

fn actor(event: &EventRow) -> &str {
    event.actor.as_deref().unwrap_or(SYSTEM_NAME)
}
