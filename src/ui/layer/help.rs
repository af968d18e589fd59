//! The keys of the layer below, read from the table.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::text::Text;
use crate::ui::frame::{boxed, centred, first, inside, put, row, scrolled, skip, width, wrap};
use crate::ui::keymap::{Action, Scope, of};
use crate::ui::layer::{Asks, Ctx, Layer, Reply};

/// Columns of the box where there is room for more.
const WIDEST: u16 = 90;
/// Columns between the keys and what they do.
const GAP: u16 = 2;

/// The layer.
pub struct Help {
    title: &'static str,
    /// Keys and what they do; what is not allowed now is left out.
    entries: Vec<(String, &'static str)>,
    /// The same in lines that fit: keys on the first one of each, and words.
    lines: Vec<(String, String)>,
    top: usize,
    height: usize,
}

impl Help {
    /// Help on a scope; only what `allows` now.
    #[must_use]
    pub fn new(scope: Scope, allows: &dyn Fn(Action) -> bool, text: Text) -> Help {
        let bindings = of(scope).filter(|binding| allows(binding.action));
        Help {
            title: text.say("help.title"),
            entries: bindings
                .map(|b| (b.keys_named(), text.say(b.help)))
                .collect(),
            lines: Vec::new(),
            top: 0,
            height: 1,
        }
    }

    fn area(&self, area: Rect) -> Rect {
        let height = u16::try_from(self.lines.len())
            .unwrap_or(u16::MAX)
            .saturating_add(2);
        centred(area, WIDEST, height)
    }

    /// Columns of the keys.
    fn keys(&self) -> u16 {
        let widths = self.entries.iter().map(|(keys, _)| width(keys));
        widths.max().unwrap_or(0)
    }

    fn last_top(&self) -> usize {
        self.lines.len().saturating_sub(self.height)
    }
}

impl Layer for Help {
    fn scope(&self) -> Scope {
        Scope::Help
    }

    fn allows(&self, action: Action, _ctx: &Ctx) -> bool {
        action != Action::Help
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Cancel => asks.close(Reply::Cancelled),
            Action::Up => self.top = self.top.saturating_sub(1),
            Action::Down => self.top = (self.top + 1).min(self.last_top()),
            Action::PageUp => self.top = self.top.saturating_sub(self.height),
            Action::PageDown => self.top = (self.top + self.height).min(self.last_top()),
            _ => {}
        }
    }

    fn place(&mut self, area: Rect) {
        let words = area.width.min(WIDEST).saturating_sub(4 + self.keys() + GAP);
        let wrapped = self.entries.iter().flat_map(|(keys, sentence)| {
            let firsts = std::iter::once(keys.as_str()).chain(std::iter::repeat(""));
            let lines = wrap(sentence, words.max(1)).into_iter();
            firsts
                .zip(lines)
                .map(|(keys, line)| (keys.to_owned(), line))
        });
        self.lines = wrapped.collect();
        self.height = usize::from(inside(self.area(area)).height).max(1);
        self.top = self.top.min(self.last_top());
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect) -> Option<Position> {
        let whole = self.area(area);
        let area = boxed(buf, whole, self.title, ctx.theme);
        let keys = self.keys();
        for (index, (key, sentence)) in self
            .lines
            .iter()
            .skip(self.top)
            .take(self.height)
            .enumerate()
        {
            let line = row(area, u16::try_from(index).unwrap_or(u16::MAX));
            put(buf, first(line, keys), key, ctx.theme.label);
            put(buf, skip(line, keys + GAP), sentence, Style::new());
        }
        if self.last_top() > 0 {
            let last = self.top + self.height;
            let lines = (self.top + 1, last, self.lines.len());
            scrolled(buf, whole, lines, ctx.text, ctx.theme);
        }
        Some(Position {
            x: area.x,
            y: area.y,
        })
    }
}
