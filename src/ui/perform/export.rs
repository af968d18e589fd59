//! Carries an export out, part by part. What is not whole goes: a file is removed when this is dropped before its end.

use crate::domain::export::{CLIPBOARD_MOST, ExportForm, ExportTo, View};
use crate::domain::list::{Anchor, WindowQuery};
use crate::domain::secret::Secret;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::export::{self, Record};
use crate::new_file::NewFile;
use crate::service::Service;
use crate::service::export::Whole;
use crate::ui::request::{Done, ExportBegin, Exported, ListQuery, ListRead};

/// An export under way.
pub(super) struct Exporting {
    /// The part that is read next.
    list: ListRead,
    form: ExportForm,
    view: View,
    to: Sink,
    /// How many rows have been written.
    rows: usize,
}

enum Sink {
    File(NewFile),
    Text(String),
}

/// A part as it is written.
struct Written {
    text: String,
    rows: usize,
    more: bool,
}

impl Exporting {
    /// Begins to write: makes the file where it goes to one.
    pub(super) fn begin(begin: ExportBegin) -> Result<Exporting, Trouble> {
        let ExportBegin {
            list,
            form,
            to,
            view,
        } = begin;
        let to = match to {
            ExportTo::File(path) => Sink::File(NewFile::create(&path)?),
            ExportTo::Clipboard => Sink::Text(String::new()),
        };
        Ok(Exporting {
            list,
            form,
            view,
            to,
            rows: 0,
        })
    }

    /// Writes one part more; nothing is left to do where that was the last one.
    pub(super) fn step(
        mut self,
        service: &Service,
        actor: &Actor,
    ) -> Result<(Done, Option<Exporting>), Trouble> {
        let of = (self.form, self.rows, self.view);
        let written = match &mut self.list {
            ListRead::Keys(query) => part(service, actor, query, of)?,
            ListRead::Users(query) => part(service, actor, query, of)?,
            ListRead::Roles(query) => part(service, actor, query, of)?,
            ListRead::Events(query) => part(service, actor, query, of)?,
        };
        self.rows += written.rows;
        self.to.add(&written.text)?;
        if written.more {
            return Ok((Done::Exporting(self.rows), Some(self)));
        }
        self.to.add(export::end(self.form))?;
        let to = match self.to {
            Sink::File(file) => {
                file.sync()?;
                Exported::File(file.keep(Ok(()))?)
            }
            Sink::Text(text) => Exported::Text(Secret::from(text)),
        };
        let rows = self.rows;
        Ok((Done::Exported { rows, to }, None))
    }
}

impl Sink {
    fn add(&mut self, text: &str) -> Result<(), Trouble> {
        match self {
            Sink::File(file) => file.add(text.as_bytes()),
            Sink::Text(all) if all.len() + text.len() > CLIPBOARD_MOST => {
                Err(Trouble::ExportTooLong)
            }
            Sink::Text(all) => {
                all.push_str(text);
                Ok(())
            }
        }
    }
}

/// Reads a part, and makes the query one for the next.
fn part<L: Whole>(
    service: &Service,
    actor: &Actor,
    query: &mut ListQuery<L>,
    (form, before, view): (ExportForm, usize, View),
) -> Result<Written, Trouble>
where
    L::Record: Record,
{
    // Nothing but windows is exported.
    let ListQuery::Window(query) = query else {
        return Ok(Written {
            text: String::new(),
            rows: 0,
            more: false,
        });
    };
    let first = query.anchor == Anchor::First;
    let part = service.export(actor, query)?;
    let mut text = if first {
        export::begin::<L::Record>(form)
    } else {
        String::new()
    };
    text += &export::records(form, &part.records, before, view);
    let more = part.more_after.is_some();
    if let Some(place) = part.more_after {
        *query = WindowQuery {
            anchor: Anchor::After(place),
            ..query.clone()
        };
    }
    Ok(Written {
        text,
        rows: part.records.len(),
        more,
    })
}
