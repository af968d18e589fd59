//! All of one event: what the list shows and has no room for, and its place in the chain.

use chrono::SecondsFormat;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::event::chain::hex;
use crate::domain::event::trail::EventRow;
use crate::domain::zone::is_utc;
use crate::text::{Fact, Text, Told};
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::events::actor_name;
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer};
use crate::ui::look::{Dialog, cells, first, row, skip, width, wrap};
use crate::ui::scroll::Scroll;

/// Columns inside the box where there is room for more.
const WIDEST: u16 = 96;
/// Columns that the values need for a column of their own: half a hash. Where they have fewer, each stands behind its
/// label, or below it where it is long.
const VALUES: u16 = 32;
/// Columns between a label and its value, or before a value below its label.
const GAP: u16 = 2;

/// The dialog.
pub struct Details {
    title: String,
    /// Labels and values; empty ones keep parts apart.
    entries: Vec<(String, String)>,
    /// What is shown, in lines that fit.
    lines: Vec<Line>,
    scroll: Scroll,
}

struct Line {
    /// Empty on all lines of an entry but the first.
    label: String,
    /// Columns before the words.
    indent: u16,
    words: String,
}

impl Details {
    /// The details of an event.
    #[must_use]
    pub fn new(event: &EventRow, ctx: &Ctx) -> Details {
        let text = ctx.text;
        let mut entries = entries(event, ctx);
        entries.push(apart());
        let chain = [
            ("event_details.sequence", event.sequence().to_string()),
            ("event_details.hash", hex(&event.hash)),
            ("event_details.previous", hex(&event.previous)),
        ];
        entries.extend(chain.map(|(label, value)| (text.say(label).to_owned(), value)));
        Details {
            title: text.event(event.number),
            entries,
            lines: Vec::new(),
            scroll: Scroll::default(),
        }
    }

    /// Columns of the labels.
    fn labels(&self) -> u16 {
        let widths = self.entries.iter().map(|(label, _)| width(label));
        widths.max().unwrap_or(0)
    }

    fn dialog(&self, area: Rect) -> Dialog {
        Dialog::new(area, WIDEST, cells(self.lines.len()), false)
    }
}

/// What keeps parts apart.
fn apart() -> (String, String) {
    (String::new(), String::new())
}

/// Labels and values of an event, without its place in the chain; empty ones keep parts apart.
pub(in crate::ui::layer) fn entries(event: &EventRow, ctx: &Ctx) -> Vec<(String, String)> {
    let text = ctx.text;
    let local = text.instant(event.at, ctx.zone);
    let utc = event.at.utc();
    let times = [
        ("column.time", format!("{local} ({})", ctx.zone.name())),
        (
            "event_details.utc",
            utc.to_rfc3339_opts(SecondsFormat::Millis, true),
        ),
    ];
    // Where times are shown in UTC, once is enough.
    let times = times.into_iter().skip(usize::from(is_utc(ctx.zone)));
    let facts = [
        ("column.level", event.level.clone()),
        ("event_details.id", event.number.to_string()),
        ("column.event", text.event(event.number)),
        ("column.target", text.event_target(&event.target)),
        ("event_details.performed_by", actor_name(event).to_owned()),
    ];
    let said = times.chain(facts);
    let mut entries: Vec<(String, String)> = said
        .map(|(label, value)| (text.say(label).to_owned(), value))
        .collect();
    match text.event_facts(event.number, &event.body, ctx.zone) {
        Some(facts) if facts.is_empty() => {}
        Some(facts) => {
            entries.push(apart());
            for fact in &facts {
                entries.extend(told(fact, text));
            }
        }
        // Of another version: as it is.
        None => {
            let body = text.event_description(event.number, &event.body, ctx.zone);
            entries.push(apart());
            entries.push((text.say("event_details.body").to_owned(), body));
        }
    }
    entries
}

/// What a body says of one thing, each part on a line of its own.
fn told(fact: &Fact, text: Text) -> Vec<(String, String)> {
    let fill = |name, value: &String| text.fill(name, &[("value", value)]);
    let parts: Vec<String> = match &fact.told {
        Told::Value(value) => vec![value.clone()],
        Told::List(list) => list.clone(),
        Told::Change { before, after } => vec![
            fill("event_details.before", before),
            fill("event_details.after", after),
        ],
        Told::Changes { added, removed } => {
            let added = added.iter().map(|one| fill("event_details.added", one));
            let removed = removed.iter().map(|one| fill("event_details.removed", one));
            added.chain(removed).collect()
        }
    };
    let labels = std::iter::once(fact.label.clone()).chain(std::iter::repeat(String::new()));
    labels.zip(parts).collect()
}

impl Layer for Details {
    fn scope(&self) -> Scope {
        Scope::Details
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

    fn place(&mut self, area: Rect) {
        let wide = Dialog::columns(area, WIDEST);
        let in_columns = self.labels() + GAP + VALUES <= wide;
        let mut lines = Vec::new();
        for (label, value) in &self.entries {
            let mut label = label.clone();
            let beside = width(&label) + GAP;
            let indent = match label.is_empty() {
                _ if in_columns => self.labels() + GAP,
                false if beside + width(value) <= wide => beside,
                _ => GAP,
            };
            if indent < beside && !label.is_empty() {
                lines.push(Line {
                    label: std::mem::take(&mut label),
                    indent,
                    words: String::new(),
                });
            }
            for words in wrap(value, wide.saturating_sub(indent).max(1)) {
                lines.push(Line {
                    label: std::mem::take(&mut label),
                    indent,
                    words,
                });
            }
        }
        self.lines = lines;
        let room = self.dialog(area).body.height;
        self.scroll.settle(self.lines.len(), room);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let dialog = self.dialog(area);
        dialog.view(buf, &self.title, ctx.theme);
        let (whole, area) = (dialog.whole, dialog.body);
        let shown = &self.lines[self.scroll.shown()];
        for (index, line) in (0..).zip(shown) {
            let at = row(area, index);
            ctx.theme
                .put(buf, first(at, area.width), &line.label, ctx.theme.label);
            ctx.theme
                .put(buf, skip(at, line.indent), &line.words, Style::new());
        }
        self.scroll.view(buf, (whole, area), ctx.theme, hits);
        Some(area.as_position())
    }
}
