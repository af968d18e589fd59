//! A list to choose one entry from, found by typing: dropdowns, time zones, the state filter.

use chrono_tz::Tz;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use zeroize::Zeroizing;

use crate::domain::fold::name_key;
use crate::domain::time::Timestamp;
use crate::domain::zone;
use crate::ui::field::{Edit, LineField};
use crate::ui::frame::{boxed, centred, inside, row, skip, width};
use crate::ui::hits::{Click, Hit, Hits};
use crate::ui::keymap::{Action, Scope, TextKey};
use crate::ui::layer::{Asks, Can, Ctx, Layer, Reply, if_of_use};
use crate::ui::scroll::Scroll;

/// The number of the first time zone; what can be chosen instead of one is below.
const FIRST_ZONE: i64 = 1;

/// What can be chosen.
enum Entries {
    /// Fixed entries; the reply is the index of the one chosen.
    Fixed(Vec<String>),
    /// All time zones, with their offsets at this instant, and what can be chosen instead of one.
    Zones(Timestamp, Option<String>),
}

/// One entry that what was typed finds.
struct Found {
    reply: Reply,
    shown: String,
}

impl Found {
    /// The number of the entry among all that there are.
    fn number(&self) -> i64 {
        match self.reply {
            Reply::Chosen(index) => i64::try_from(index).unwrap_or(-1),
            Reply::ZoneChosen(zone) => FIRST_ZONE + zone as i64,
            _ => -1,
        }
    }
}

/// The layer.
pub struct Choice {
    title: String,
    entries: Entries,
    typed: LineField,
    found: Vec<Found>,
    selected: usize,
    scroll: Scroll,
}

impl Choice {
    /// A choice among fixed entries, with one of them selected.
    #[must_use]
    pub fn of(title: &str, entries: Vec<String>, selected: usize) -> Choice {
        Choice::new(
            title,
            Entries::Fixed(entries),
            LineField::default(),
            |index, _| index == selected,
        )
    }

    /// A choice among all time zones, with the present one selected, or the search begun with what was typed.
    /// `unset` is what can be chosen instead of a zone, with the index 0.
    #[must_use]
    pub fn zone(
        title: &str,
        present: Option<Tz>,
        unset: Option<String>,
        typed: &str,
        now: Timestamp,
    ) -> Choice {
        let is_present = |_, reply: &Reply| match (reply, present) {
            (Reply::ZoneChosen(zone), Some(present)) => *zone == present,
            (Reply::Chosen(_), None) => true,
            _ => false,
        };
        let entries = Entries::Zones(now, unset);
        Choice::new(title, entries, LineField::new(typed), is_present)
    }

    fn new(
        title: &str,
        entries: Entries,
        typed: LineField,
        is_selected: impl Fn(usize, &Reply) -> bool,
    ) -> Choice {
        let mut choice = Choice {
            title: title.to_owned(),
            entries,
            typed,
            found: Vec::new(),
            selected: 0,
            scroll: Scroll::default(),
        };
        choice.search();
        let at = choice
            .found
            .iter()
            .enumerate()
            .position(|(i, found)| is_selected(i, &found.reply));
        choice.selected = at.unwrap_or(0);
        choice
    }

    fn search(&mut self) {
        let typed = self.typed.text();
        self.found = match &self.entries {
            Entries::Fixed(entries) => {
                let wanted = name_key(typed);
                let hits = entries
                    .iter()
                    .enumerate()
                    .filter(|(_, e)| name_key(e).contains(&wanted));
                let mut hits: Vec<_> = hits.collect();
                hits.sort_by_key(|(_, entry)| !name_key(entry).starts_with(&wanted));
                hits.into_iter()
                    .map(|(i, e)| Found {
                        reply: Reply::Chosen(i),
                        shown: e.clone(),
                    })
                    .collect()
            }
            Entries::Zones(now, unset) => {
                let unset = unset
                    .iter()
                    .filter(|_| typed.is_empty())
                    .map(|unset| Found {
                        reply: Reply::Chosen(0),
                        shown: unset.clone(),
                    });
                let zones = zone::search(typed, *now).into_iter().map(|zone| Found {
                    reply: Reply::ZoneChosen(zone),
                    shown: format!("{} ({})", zone.name(), zone::offset_text(zone, *now)),
                });
                unset.chain(zones).collect()
            }
        };
        self.selected = 0;
        self.scroll.follow();
    }

    fn edited(&mut self, edit: &Edit, ctx: &Ctx, asks: &mut Asks) {
        asks.edited(edit, ctx.text);
        if !matches!(edit, Edit::Full(_) | Edit::PasteTooLong(_)) {
            self.search();
        }
    }

    fn area(&self, area: Rect) -> Rect {
        let widest = match &self.entries {
            Entries::Fixed(entries) => entries.iter().map(|e| width(e)).max().unwrap_or(0),
            Entries::Zones(..) => 44,
        };
        let entries = match &self.entries {
            Entries::Fixed(entries) => entries.len(),
            Entries::Zones(..) => 16,
        };
        let height = u16::try_from(entries).unwrap_or(u16::MAX).saturating_add(3);
        centred(area, widest.max(width(&self.title)).max(28) + 6, height)
    }
}

impl Layer for Choice {
    fn scope(&self) -> Scope {
        Scope::Choice
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        if_of_use(action != Action::Accept || !self.found.is_empty())
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => asks.close(self.found[self.selected].reply.clone()),
            Action::Cancel => asks.close(Reply::Cancelled),
            _ => {
                let last = self.found.len().saturating_sub(1);
                self.selected = self.scroll.moved(action, self.selected, last);
                self.scroll.follow();
            }
        }
    }

    fn click(&mut self, click: &Click, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        let is_it = |found: &Found| click.hit == Hit::Row(found.number());
        self.selected = self.found.iter().position(is_it)?;
        Some(Action::Accept)
    }

    fn scroll(&mut self, lines: i32, _asks: &mut Asks) {
        self.scroll.by(lines);
        let shown = self.scroll.shown();
        let last = shown.end.saturating_sub(1).max(shown.start);
        self.selected = self.selected.clamp(shown.start, last);
    }

    fn edit(&mut self, key: TextKey, ctx: &Ctx, asks: &mut Asks) -> bool {
        // The arrows and Home and End move in the list; what is typed is short.
        let typing = matches!(
            key,
            TextKey::Char(_) | TextKey::Backspace | TextKey::DeleteWord | TextKey::DeleteToStart
        );
        if typing {
            let edit = self.typed.edit(key);
            self.edited(&edit, ctx, asks);
        }
        typing
    }

    fn paste(&mut self, pasted: &Zeroizing<String>, ctx: &Ctx, asks: &mut Asks) {
        let edit = self.typed.paste(pasted);
        self.edited(&edit, ctx, asks);
    }

    fn place(&mut self, area: Rect) {
        let inner = inside(self.area(area));
        self.scroll
            .settle(self.found.len(), inner.height.saturating_sub(1));
        self.scroll.keep(self.selected..self.selected + 1);
        self.typed.place(inner.width.saturating_sub(8));
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let whole = self.area(area);
        let area = boxed(buf, whole, &self.title, ctx.theme);
        self.scroll.view(buf, whole, ctx.text, ctx.theme);
        let prompt = ctx.text.say("choice.find");
        let used = ctx.theme.put(buf, row(area, 0), prompt, ctx.theme.label) + 1;
        let field = skip(row(area, 0), used);
        let cursor = self.typed.view(buf, field, Style::new());
        let list = Rect {
            y: area.y + 1,
            height: area.height.saturating_sub(1),
            ..area
        };
        if self.found.is_empty() {
            ctx.theme.put(
                buf,
                row(list, 0),
                ctx.text.say("choice.nothing"),
                ctx.theme.problem,
            );
        }
        for (line, index) in (0..).zip(self.scroll.shown()) {
            let found = &self.found[index];
            let selected = index == self.selected;
            let mark = if selected { '>' } else { ' ' };
            let style = if selected {
                ctx.theme.selected
            } else {
                Style::new()
            };
            let at = row(list, line);
            ctx.theme
                .put(buf, at, &format!("{mark} {}", found.shown), style);
            hits.add(at, Hit::Row(found.number()));
        }
        Some(cursor)
    }
}
