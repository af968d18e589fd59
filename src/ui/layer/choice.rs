//! A list to choose one entry from, found by typing: dropdowns, time zones, the state filter.

use std::cell::Cell;
use std::rc::Rc;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::fold::name_key;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::tz::Tz;
use crate::domain::zone;
use crate::ui::field::{Edit, LineField, Typed};
use crate::ui::hits::{Hit, Hits, Mouse};
use crate::ui::keymap::{Action, Scope, TextKey};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Hint, Layer, Then};
use crate::ui::look::{boxed, cells, centred, dropdown, first, inside, row, select, skip, width};
use crate::ui::request::{Done, Outcome, Read, Ticket};
use crate::ui::scroll::Scroll;

/// Rows of the list, with its edges, below which it covers its field.
const LEAST_ROWS: u16 = 5;
/// Columns of a zone's name with its offset.
const ZONE: u16 = 44;
/// Rows of zones where there is room for more.
const ZONES: usize = 16;

/// An entry.
#[derive(Clone)]
pub(super) struct Entry<T> {
    /// Tells it from all others, also those that what is typed does not find.
    pub number: i64,
    pub shown: String,
    /// The keys that do the same, where some do.
    pub key: String,
    /// Why it cannot be chosen now, where that is so.
    pub cannot: Option<String>,
    /// What is said of it while it is selected, where there is more to say.
    pub says: Option<String>,
    /// What is answered when it is chosen.
    pub answer: T,
}

impl<T> Entry<T> {
    /// An entry that can be chosen, and has no key.
    pub fn new(number: i64, shown: String, answer: T) -> Entry<T> {
        Entry {
            number,
            shown,
            key: String::new(),
            cannot: None,
            says: None,
            answer,
        }
    }
}

/// The entries that what is typed finds.
type Find<T> = Box<dyn Fn(&str) -> Vec<Entry<T>>>;

/// Asks for one entry.
pub struct Choice<T> {
    title: String,
    find: Find<T>,
    /// Columns of the widest entry, and how many there are.
    size: (u16, usize),
    typed: LineField,
    found: Vec<Entry<T>>,
    selected: usize,
    scroll: Scroll,
    then: Then<T>,
    counting: Option<Counting>,
    /// Where on the screen the field is that it is chosen for, if it is for one.
    at: Option<Rc<Cell<Rect>>>,
}

/// How many there are of each entry, by its number.
struct Counting {
    ask: Read,
    ticket: Option<Ticket>,
    found: Vec<i64>,
}

/// Columns of a count and the space before it.
const COUNT: u16 = 8;

impl<T: Clone + PartialEq + 'static> Choice<T> {
    /// A choice among these answers, each with how it is shown; the present one is selected.
    #[must_use]
    pub fn of(title: &str, entries: Vec<(T, String)>, present: &T, then: Then<T>) -> Choice<T> {
        let widest = entries.iter().map(|(_, shown)| width(shown)).max();
        let size = (widest.unwrap_or(0), entries.len());
        let entries = (0..).zip(entries);
        let entry = |(number, (answer, shown))| Entry::new(number, shown, answer);
        let entries: Vec<Entry<T>> = entries.map(entry).collect();
        let find = move |typed: &str| {
            let wanted = name_key(typed);
            let folded = entries.iter().map(|entry| (name_key(&entry.shown), entry));
            let mut hits: Vec<_> = folded
                .filter(|(folded, _)| folded.contains(&wanted))
                .collect();
            hits.sort_by_key(|(folded, _)| !folded.starts_with(&wanted));
            hits.into_iter().map(|(_, entry)| entry.clone()).collect()
        };
        Choice::new(title, Box::new(find), size, "", present, then)
    }

    pub(super) fn new(
        title: &str,
        find: Find<T>,
        size: (u16, usize),
        typed: &str,
        present: &T,
        then: Then<T>,
    ) -> Choice<T> {
        let found = find(typed);
        let selected = found.iter().position(|entry| entry.answer == *present);
        Choice {
            title: title.to_owned(),
            find,
            size,
            typed: LineField::new(typed),
            found,
            selected: selected.unwrap_or(0),
            scroll: Scroll::default(),
            then,
            counting: None,
            at: None,
        }
    }

    /// The choice for a field, at which it opens.
    #[must_use]
    pub fn at(self, field: Rc<Cell<Rect>>) -> Choice<T> {
        Choice {
            at: Some(field),
            ..self
        }
    }

    /// The choice with how many there are of each entry, as soon as that is known: it is not waited for.
    #[must_use]
    pub fn counted(self, ask: Read) -> Choice<T> {
        let counting = Counting {
            ask,
            ticket: None,
            found: Vec::new(),
        };
        Choice {
            counting: Some(counting),
            ..self
        }
    }
}

impl Choice<Option<Tz>> {
    /// A choice among all time zones, with the present one selected, or the search begun with what was typed.
    /// `unset` is what can be chosen instead of a zone.
    #[must_use]
    pub fn zone(
        title: &str,
        present: Option<Tz>,
        unset: Option<String>,
        typed: &str,
        now: Timestamp,
        then: Then<Option<Tz>>,
    ) -> Choice<Option<Tz>> {
        let find = move |typed: &str| {
            let unset = unset.iter().filter(|_| typed.is_empty());
            let unset = unset.map(|unset| Entry::new(-1, unset.clone(), None));
            let zones = zone::search(typed, now).into_iter();
            let zones =
                zones.map(|zone| Entry::new(zone.number(), with_offset(zone, now), Some(zone)));
            unset.chain(zones).collect()
        };
        Choice::new(title, Box::new(find), (ZONE, ZONES), typed, &present, then)
    }
}

/// A zone's name with its offset at this instant.
#[must_use]
pub fn with_offset(zone: Tz, now: Timestamp) -> String {
    format!("{} ({})", zone.name(), zone::offset_text(zone, now))
}

impl<T: 'static> Choice<T> {
    fn search(&mut self) {
        self.found = (self.find)(self.typed.text());
        self.selected = 0;
        self.scroll.follow();
    }

    fn area(&self, area: Rect) -> Rect {
        let (widest, entries) = self.size;
        let height = cells(entries).saturating_add(3);
        let counts = self.counting.as_ref().map_or(0, |_| COUNT);
        let widest = (widest + counts).max(width(&self.title)).max(28);
        match &self.at {
            Some(field) => dropdown(area, field.get(), widest + 6, height, LEAST_ROWS),
            None => centred(area, widest + 6, height),
        }
    }
}

impl<T: Clone + 'static> Layer for Choice<T> {
    fn scope(&self) -> Scope {
        Scope::Choice
    }

    fn open(&mut self, ctx: &Ctx, asks: &mut Asks) {
        self.refresh(ctx, asks);
    }

    fn refresh(&mut self, _ctx: &Ctx, asks: &mut Asks) {
        if let Some(counting) = &mut self.counting {
            counting.ticket = Some(asks.request(counting.ask.clone()));
        }
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        let Some(counting) = &mut self.counting else {
            return;
        };
        if counting.ticket.take_if(|asked| *asked == ticket).is_none() {
            return;
        }
        match outcome {
            Ok(Done::Tally(found)) => counting.found = found,
            Ok(_) | Err(Trouble::Storage(Fault::Superseded)) => {}
            Err(trouble) => asks.complain(ctx.text.trouble(&trouble)),
        }
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        if action != Action::Accept {
            return Ok(());
        }
        match self.found.get(self.selected) {
            Some(Entry { cannot: None, .. }) => Ok(()),
            Some(Entry {
                cannot: Some(why), ..
            }) => Err(Cannot::Said(why.into())),
            None => Err(Cannot::Unused),
        }
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => asks.answer(&self.then, self.found[self.selected].answer.clone()),
            Action::Cancel => asks.close(),
            _ => {
                let last = self.found.len().saturating_sub(1);
                self.selected = self.scroll.moved(action, self.selected, last);
                self.scroll.follow();
            }
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        match does {
            Mouse::Click(click) => {
                let mut found = self.found.iter();
                self.selected = found.position(|entry| click.hit == Hit::Row(entry.number))?;
                Some(Action::Accept)
            }
            Mouse::Wheel(_) | Mouse::To(_) => {
                self.scroll.mouse(does);
                let shown = self.scroll.shown();
                let last = shown.end.saturating_sub(1).max(shown.start);
                self.selected = self.selected.clamp(shown.start, last);
                None
            }
        }
    }

    fn edit(&mut self, typed: Typed, ctx: &Ctx, asks: &mut Asks) -> bool {
        let edit = match typed {
            // The other keys move in the list; what is typed is short.
            Typed::Key(key) if !key.edits_end() => Edit::NotTaken,
            Typed::Key(TextKey::DeleteToStart) if self.typed.text().is_empty() => Edit::NotTaken,
            _ => self.typed.take(typed),
        };
        if !matches!(edit, Edit::NotTaken | Edit::Full(_) | Edit::PasteTooLong(_)) {
            self.search();
        }
        asks.edited(typed, &edit, ctx.text)
    }

    fn hint(&self, _ctx: &Ctx) -> Option<Hint> {
        let says = self.found.get(self.selected)?.says.clone();
        says.map(Hint::alike)
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
        self.scroll.view(buf, (whole, area), ctx.theme, hits);
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
            let style = match found.cannot {
                Some(_) => ctx.theme.disabled,
                None => Style::new(),
            };
            let at = row(list, line);
            let key = skip(at, at.width.saturating_sub(width(&found.key)));
            ctx.theme.put(buf, key, &found.key, ctx.theme.key);
            let words = first(at, key.x.saturating_sub(at.x + 1));
            let words = if found.key.is_empty() { at } else { words };
            ctx.theme.put(buf, skip(words, 2), &found.shown, style);
            let count = self.counting.as_ref().and_then(|counting| {
                let index = usize::try_from(found.number).ok()?;
                counting.found.get(index)
            });
            if let Some(count) = count {
                let count = count.to_string();
                let right = at.width.saturating_sub(width(&count) + 1);
                ctx.theme.put(buf, skip(at, right), &count, ctx.theme.dim);
            }
            if index == self.selected {
                select(buf, at, ctx.theme);
            }
            hits.add(at, Hit::Row(found.number));
        }
        Some(cursor)
    }
}
