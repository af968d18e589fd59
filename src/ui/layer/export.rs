//! An export under way: how far it is. Esc stops it, and nothing of it stays.

use std::fmt::Display;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::trouble::{FileFault, Trouble};
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::list::sent;
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Status, Then};
use crate::ui::look::{Button, Dialog, buttons, paragraph};
use crate::ui::request::{Aside, Done, Export, ExportBegin, Exported, Outcome, Read, Ticket};

/// Columns of the words, where there is room for them.
const COLUMNS: u16 = 56;

/// The dialog.
pub struct ExportDialog {
    /// What is to be exported, until it was asked for.
    begin: Option<ExportBegin>,
    /// How many rows there are, as far as that is known.
    all: Option<i64>,
    rows: usize,
    under_way: Option<Ticket>,
    /// It is being stopped.
    stopping: Option<Ticket>,
    /// What is written is on its way to the clipboard.
    copying: Option<Ticket>,
    /// Takes why the file could not be written, to ask for another one.
    refused: Then<String>,
}

impl ExportDialog {
    /// An export of so many rows, if that is known.
    #[must_use]
    pub fn new(begin: ExportBegin, all: Option<i64>, refused: Then<String>) -> ExportDialog {
        ExportDialog {
            begin: Some(begin),
            all,
            rows: 0,
            under_way: None,
            stopping: None,
            copying: None,
            refused,
        }
    }

    fn said(&self, ctx: &Ctx) -> String {
        let words: [(&str, &dyn Display); 2] =
            [("rows", &self.rows), ("all", &self.all.unwrap_or_default())];
        let sentence = match self.all {
            Some(_) => "export.running_of",
            None => "export.running",
        };
        ctx.text.fill(sentence, &words)
    }

    fn exported(&mut self, rows: usize, to: Exported, ctx: &Ctx, asks: &mut Asks) {
        self.rows = rows;
        match to {
            Exported::File(path) => {
                let words: [(&str, &dyn Display); 2] = [("rows", &rows), ("path", &path.display())];
                asks.say(ctx.text.fill("export.written", &words));
                asks.close();
            }
            Exported::Text(text) => self.copying = Some(asks.request(Aside::Leave(text))),
        }
    }

    fn failed(&self, trouble: &Trouble, ctx: &Ctx, asks: &mut Asks) {
        let why = ctx.text.trouble(trouble);
        match trouble {
            Trouble::File(_, fault) if *fault != FileFault::Unsure => {
                asks.answer(&self.refused, why);
            }
            _ => {
                asks.complain(why);
                asks.close();
            }
        }
    }
}

impl Layer for ExportDialog {
    fn scope(&self) -> Scope {
        Scope::Export
    }

    fn open(&mut self, _ctx: &Ctx, asks: &mut Asks) {
        let begin = self
            .begin
            .take()
            .map(|begin| Export::Begin(Box::new(begin)));
        self.under_way = begin.map(|begin| asks.request(Read::Export(begin)));
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        let stops = self.stopping.is_none() && self.copying.is_none();
        Cannot::Unused.unless(action != Action::Cancel || stops)
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        if action == Action::Cancel {
            self.stopping = Some(asks.request(Read::Export(Export::Stop)));
        }
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        let its = |asked: &mut Option<Ticket>| asked.take_if(|asked| *asked == ticket).is_some();
        if its(&mut self.stopping) {
            asks.say(ctx.text.say("export.stopped"));
            asks.close();
        } else if its(&mut self.copying) {
            match outcome {
                Ok(Done::Copied { way, .. }) => {
                    let rows = ctx.text.fill("export.copied", &[("rows", &self.rows)]);
                    asks.say(ctx.text.joined(&[&rows, ctx.text.say(sent(way))]));
                    asks.close();
                }
                Ok(_) => {}
                Err(trouble) => self.failed(&trouble, ctx, asks),
            }
        } else if its(&mut self.under_way) {
            match outcome {
                Ok(Done::Exporting(rows)) => {
                    self.rows = rows;
                    if self.stopping.is_none() {
                        self.under_way = Some(asks.request(Read::Export(Export::Next)));
                    }
                }
                Ok(Done::Exported { rows, to }) => self.exported(rows, to, ctx, asks),
                Ok(_) => {}
                Err(trouble) => self.failed(&trouble, ctx, asks),
            }
        }
    }

    fn status(&self) -> Status<'_> {
        Status {
            // What takes no longer than a part is there in a moment.
            waits: self.rows == 0 && self.under_way.is_some() || self.copying.is_some(),
            ..Status::default()
        }
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let (dialog, lines) = Dialog::of(area, COLUMNS, &self.said(ctx), 0, true);
        dialog.view(buf, ctx.text.say("export.running_title"), ctx.theme);
        paragraph(buf, dialog.body, &lines, ctx.theme);
        let stop = [Button::new(ctx.text.say("export.stop"), Action::Cancel)];
        let x = buttons(buf, dialog.bar, &stop, Some(0), ctx.theme, hits)?;
        Some(Position { x, y: dialog.bar.y })
    }
}
