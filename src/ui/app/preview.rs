//! The preview beside a list follows its cursor: what it is on is read when it has rested, after all that the list itself
//! has to read. Until it is there the pane shows what it showed, under that row's own name.

use std::any::Any;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::domain::preview::Preview;
use crate::domain::time::{SECOND, Uptime};
use crate::domain::trouble::{Fault, Trouble};
use crate::ui::app::{App, LayerId};
use crate::ui::layer::Ctx;
use crate::ui::layer::preview::{PreviewDialog, changes_at, view_nothing, view_pane};
use crate::ui::request::{Done, Listing, Outcome, Read, Ticket};

/// Whoever asks for what is shown beside the list.
pub(super) const PREVIEW: LayerId = LayerId(1);
/// The cursor rests when it was not moved for so long, in milliseconds.
const REST: i64 = 150;
/// What is shown of another row goes when nothing has come in its place for so long, in milliseconds.
const STALE: i64 = 2 * REST;

/// What is shown beside the list, and what is to be.
#[derive(Default)]
pub(super) struct Following {
    /// The row that the cursor is on.
    on: Option<(Listing, i64)>,
    /// What is shown, and of which row it is.
    shown: Option<((Listing, i64), Box<Preview>)>,
    /// When to ask for it.
    due: Option<Uptime>,
    asked: Option<Ticket>,
    /// When what is shown goes, where it is of another row.
    stale: Option<Uptime>,
}

impl Following {
    fn shown(&self) -> Option<&Preview> {
        self.shown.as_ref().map(|(_, shown)| shown.as_ref())
    }

    /// Draws the pane.
    pub fn view(&self, buf: &mut Buffer, pane: Rect, ctx: &Ctx) {
        match self.on {
            Some(_) => view_pane(buf, pane, self.shown(), ctx),
            None => view_nothing(buf, pane, ctx),
        }
    }

    /// In how many milliseconds time alone changes what is shown, if it does.
    pub fn changes_in(&self, ctx: &Ctx) -> Option<i64> {
        let at = changes_at(self.shown()?, ctx)?;
        Some(at.since(ctx.now))
    }

    /// The cursor is on this row, or nothing is shown beside it.
    fn follow(&mut self, on: Option<(Listing, i64)>, up: Uptime) {
        if self.on == on {
            return;
        }
        let of = |row: &(Listing, i64)| row.0;
        if on.as_ref().map(of) != self.shown.as_ref().map(|(row, _)| of(row)) {
            self.shown = None;
        }
        *self = Following {
            on,
            shown: self.shown.take(),
            due: on.map(|_| up.plus(REST)),
            asked: None,
            stale: on.map(|_| up.plus(STALE)),
        };
    }

    /// The database has changed, or may have.
    pub fn refresh(&mut self, up: Uptime) {
        let soon = self.due.map_or(up, |due| due.min(up.plus(REST)));
        self.due = self.on.map(|_| soon);
    }
}

impl App {
    /// Takes where the cursor is, if anything is shown beside the list.
    pub(super) fn follow_row(&mut self, has_pane: bool) {
        let on = self.layers[0].1.status().selected;
        let up = self.uptime();
        self.preview.follow(on.filter(|_| has_pane), up);
    }

    /// Closes the preview that is a dialog where the window has become so wide that it is beside the list.
    pub(super) fn close_preview(&mut self, columns: u16) {
        let is_preview = |layer: &dyn Any| layer.is::<PreviewDialog>();
        let mut layers = self.layers.iter();
        let dialog = layers.find(|(_, layer)| is_preview(layer.as_ref()));
        if let Some(&(id, _)) = dialog.filter(|_| self.panes.has_preview(columns)) {
            self.close(id, None);
        }
    }

    /// Whether the list, or anything above it, is reading.
    fn is_reading(&self) -> bool {
        let mut under_way = self.under_way.iter();
        under_way.any(|asked| !asked.write && asked.is_waited_for())
    }

    /// When the preview has something to do.
    pub(super) fn preview_wake(&self) -> Option<Uptime> {
        let due = self.preview.due.filter(|_| !self.is_reading());
        due.into_iter().chain(self.preview.stale).min()
    }

    /// Asks for what is to be shown beside the list, if the cursor rests; what is shown of another row may go.
    pub(super) fn follow_cursor(&mut self) {
        let up = self.uptime();
        if self.preview.stale.take_if(|at| *at <= up).is_some() {
            let on = self.preview.on;
            let of_other = self.preview.shown.take_if(|(row, _)| Some(*row) != on);
            self.dirty |= of_other.is_some();
        }
        if self.is_reading() || self.ended.is_some() {
            return;
        }
        if let (Some((list, id)), Some(_)) =
            (self.preview.on, self.preview.due.take_if(|due| *due <= up))
        {
            self.last_ticket += 1;
            let ticket = Ticket(self.last_ticket);
            self.preview.asked = Some(ticket);
            self.record(PREVIEW, ticket, Read::Preview(list, id).into());
        }
    }

    /// Takes what is to be shown beside the list. What cannot be read is not shown; it is asked for again.
    pub(super) fn previewed(&mut self, ticket: Ticket, outcome: Outcome) {
        let preview = &mut self.preview;
        if preview.asked.take_if(|asked| *asked == ticket).is_none() {
            return;
        }
        let up = self.setting.clock.uptime();
        let shown = match outcome {
            Ok(Done::Preview(shown)) => shown,
            Err(Trouble::Storage(Fault::Superseded)) => {
                preview.due = Some(up);
                return;
            }
            Err(Trouble::Storage(_)) => {
                preview.due = Some(up.plus(SECOND));
                None
            }
            _ => None,
        };
        let shown = preview.on.zip(shown);
        self.dirty |= preview.shown != shown;
        preview.shown = shown;
        preview.stale = None;
    }
}
