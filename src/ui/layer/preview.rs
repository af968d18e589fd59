//! The preview of a row: what it has and what became of it, in words. Beside a list it follows the cursor; in a window
//! that has no room for that it is a dialog.

mod facts;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::preview::Preview;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Status};
use crate::ui::look::{
    Dialog, NO_BREAK, Theme, boxed, cells, first, row, skip, split_last, width, wrap,
};
use crate::ui::request::{Done, Listing, Outcome, Read, Ticket};
use crate::ui::scroll::Scroll;

/// Columns of what the dialog holds where there is room for more.
const WIDEST: u16 = 72;
/// Columns between a label and its words.
const GAP: u16 = 2;
/// The most lines of a description beside a list: what else there is to know comes below it.
const DESCRIPTION_LINES: usize = 5;

/// What is said of a row.
#[derive(Default)]
struct Sheet {
    title: String,
    entries: Vec<Entry>,
    /// When time alone changes what is said.
    changes_at: Option<Timestamp>,
}

/// One thing that is said.
struct Entry {
    /// Where there is none, the words are as wide as the preview.
    label: String,
    words: String,
    style: Style,
}

/// A line that fits.
struct Line {
    label: String,
    indent: u16,
    words: String,
    style: Style,
}

impl Sheet {
    /// The lines in so many columns; what is as wide as all of them is broken by `whole`.
    fn lines(&self, columns: u16, whole: &dyn Fn(&str, u16) -> Vec<String>) -> Vec<Line> {
        let labels = self.entries.iter().map(|entry| width(&entry.label));
        let labels = labels.max().unwrap_or(0).min(columns * 3 / 5);
        let mut lines = Vec::new();
        for entry in &self.entries {
            let (indent, words) = if entry.label.is_empty() {
                (0, whole(&entry.words, columns))
            } else {
                let indent = labels + GAP;
                (indent, wrap(&entry.words, columns.saturating_sub(indent)))
            };
            let mut label = entry.label.clone();
            for words in words {
                lines.push(Line {
                    label: std::mem::take(&mut label),
                    indent,
                    words,
                    style: entry.style,
                });
            }
        }
        lines
    }
}

fn view_lines(buf: &mut Buffer, area: Rect, lines: &[Line], theme: &Theme) {
    for (index, line) in (0..).zip(lines) {
        let at = row(area, index);
        let label = first(at, line.indent.saturating_sub(GAP));
        theme.put(buf, label, &line.label, theme.label);
        theme.put(buf, skip(at, line.indent), &line.words, line.style);
    }
}

/// What is said of a row where there is no screen: each thing with its label, and in words alone.
#[must_use]
pub fn told(shown: &Preview, ctx: &Ctx) -> Vec<(String, String)> {
    let state = ctx.text.say("fact.state");
    let entries = facts::of(shown, ctx).entries.into_iter().map(|entry| {
        let words = entry.words.replace(NO_BREAK, " ");
        let words = match words.split_once(' ') {
            // Its mark is before it.
            Some((_, words)) if entry.label == state => words.to_owned(),
            _ => words,
        };
        (entry.label, words)
    });
    entries.collect()
}

/// Draws the pane where no row is selected.
pub fn view_nothing(buf: &mut Buffer, area: Rect, ctx: &Ctx) {
    let theme = ctx.theme.beside();
    let inner = boxed(buf, area, ctx.text.say("key.preview"), &theme);
    let words = ctx.text.say("preview.nothing");
    theme.put(buf, row(inner, 0), words, theme.dim);
}

/// Draws the pane beside a list, empty where nothing is known yet. It never has the focus.
pub fn view_pane(buf: &mut Buffer, area: Rect, shown: Option<&Preview>, ctx: &Ctx) {
    let theme = ctx.theme.beside();
    let Some(sheet) = shown.map(|shown| facts::of(shown, ctx)) else {
        boxed(buf, area, "", &theme);
        return;
    };
    let inner = boxed(buf, area, &sheet.title, &theme);
    let whole = |words: &str, columns| theme.wrap_cut(words, columns, DESCRIPTION_LINES);
    let lines = sheet.lines(inner.width, &whole);
    let fitting = lines.len().min(usize::from(inner.height));
    view_lines(buf, inner, &lines[..fitting], &theme);
    if fitting < lines.len() {
        let edge = split_last(area).1;
        let at = skip(edge, edge.width.saturating_sub(5));
        let more = format!(" {} ", theme.symbols.below);
        theme.put(buf, first(at, 3), &more, theme.warning);
    }
}

/// When time alone changes what the pane says.
#[must_use]
pub fn changes_at(shown: &Preview, ctx: &Ctx) -> Option<Timestamp> {
    facts::of(shown, ctx).changes_at
}

/// The preview as a dialog.
pub struct PreviewDialog {
    of: (Listing, i64),
    asked: Option<Ticket>,
    shown: Option<Box<Preview>>,
    /// What was said when it came, by which it is placed.
    sheet: Sheet,
    scroll: Scroll,
}

impl PreviewDialog {
    /// The preview of the row of this list and ID.
    #[must_use]
    pub fn new(of: (Listing, i64)) -> PreviewDialog {
        PreviewDialog {
            of,
            asked: None,
            shown: None,
            sheet: Sheet::default(),
            scroll: Scroll::default(),
        }
    }
}

/// The dialog, with what is said in lines.
fn dialog(area: Rect, sheet: &Sheet) -> (Dialog, Vec<Line>) {
    let lines = sheet.lines(Dialog::columns(area, WIDEST), &wrap);
    let dialog = Dialog::new(area, WIDEST, cells(lines.len()), false);
    (dialog, lines)
}

impl Layer for PreviewDialog {
    fn scope(&self) -> Scope {
        Scope::Details
    }

    fn open(&mut self, _ctx: &Ctx, asks: &mut Asks) {
        self.asked = Some(asks.request(Read::Preview(self.of.0, self.of.1)));
    }

    fn refresh(&mut self, ctx: &Ctx, asks: &mut Asks) {
        self.open(ctx, asks);
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        Cannot::Unused
            .unless(matches!(action, Action::Cancel | Action::Help) || self.scroll.has_more())
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Cancel => asks.close(),
            _ => self.scroll.act(action),
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        self.scroll.mouse(does);
        does.button()
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        if self.asked.take_if(|asked| *asked == ticket).is_none() {
            return;
        }
        match outcome {
            Ok(Done::Preview(Some(shown))) => {
                self.sheet = facts::of(&shown, ctx);
                self.shown = Some(shown);
            }
            // The list says that the row is gone.
            Ok(_) => asks.close(),
            Err(Trouble::Storage(Fault::Superseded)) => self.open(ctx, asks),
            Err(trouble) => {
                asks.complain(ctx.text.trouble(&trouble));
                if self.shown.is_none() {
                    asks.close();
                }
            }
        }
    }

    fn status(&self) -> Status<'_> {
        Status {
            waits: self.shown.is_none(),
            ..Status::default()
        }
    }

    fn wakes_in(&self, ctx: &Ctx) -> Option<i64> {
        let at = changes_at(self.shown.as_ref()?, ctx)?;
        Some(at.since(ctx.now))
    }

    fn place(&mut self, area: Rect) {
        let (dialog, lines) = dialog(area, &self.sheet);
        self.scroll.settle(lines.len(), dialog.body.height);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let now = self.shown.as_ref().map(|shown| facts::of(shown, ctx));
        let sheet = now.as_ref().unwrap_or(&self.sheet);
        let (dialog, lines) = dialog(area, sheet);
        dialog.view(buf, &sheet.title, ctx.theme);
        let from = self.scroll.shown().start.min(lines.len());
        view_lines(buf, dialog.body, &lines[from..], ctx.theme);
        self.scroll
            .view(buf, (dialog.whole, dialog.body), ctx.theme, hits);
        Some(dialog.body.as_position())
    }
}
