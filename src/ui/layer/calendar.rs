//! A month to choose a day from.

use std::cell::Cell;
use std::rc::Rc;

use chrono::{Datelike, NaiveDate};
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use crate::domain::date::{Step, last_day};
use crate::ui::hits::{Hit, Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Hint, Layer, Then};
use crate::ui::look::{boxed, cells, dropdown, first, row, skip, split_last, width};
use crate::ui::scroll::Scroll;

/// Columns of a day, with a mark on either side.
const DAY: u16 = 4;
/// Columns of the box.
const COLUMNS: u16 = 7 * DAY + 4;
/// Most weeks that a month is part of.
const WEEKS: u16 = 6;
/// Rows of the box: its edges, the days of the week, the weeks, the day that is selected, and what is chosen at once.
const ROWS: u16 = 2 + 1 + WEEKS + 2;

/// What is said of a day that can be chosen, and why another one cannot.
pub type Judge = Box<dyn Fn(NaiveDate, &Ctx) -> Result<Hint, String>>;

/// What a key chooses at once.
const QUICK: [(Action, Step, &str); 3] = [
    (Action::In30Days, Step::Days(30), "key.in_30_days"),
    (Action::In90Days, Step::Days(90), "key.in_90_days"),
    (Action::InAYear, Step::Months(12), "key.in_a_year"),
];

/// The month.
pub struct Calendar {
    /// Where the field is that it belongs to.
    at: Rc<Cell<Rect>>,
    today: NaiveDate,
    selected: NaiveDate,
    judge: Judge,
    then: Then<NaiveDate>,
}

impl Calendar {
    /// The month of a day, which is selected, at a field on the screen.
    #[must_use]
    pub fn new(
        at: Rc<Cell<Rect>>,
        today: NaiveDate,
        selected: Option<NaiveDate>,
        judge: Judge,
        then: Then<NaiveDate>,
    ) -> Calendar {
        Calendar {
            at,
            today,
            selected: selected.unwrap_or(today),
            judge,
            then,
        }
    }

    /// The box: below the field or above it, where a whole month has room there, else over it.
    fn area(&self, area: Rect) -> Rect {
        dropdown(area, self.at.get(), COLUMNS, ROWS, ROWS)
    }

    /// The first day that stands in the month's first week.
    fn first_shown(&self, ctx: &Ctx) -> NaiveDate {
        let first = self.selected.with_day(1).unwrap_or(self.selected);
        let begin = ctx.text.language().first_weekday();
        let before = first.weekday().days_since(begin);
        Step::Days(before).before(first)
    }

    fn moved(&self, action: Action) -> Option<NaiveDate> {
        let day = self.selected;
        let quick = QUICK.iter().find(|(quick, ..)| *quick == action);
        if let Some((_, step, _)) = quick {
            return Some(step.after(self.today));
        }
        Some(match action {
            Action::Left => Step::Days(1).before(day),
            Action::Right => Step::Days(1).after(day),
            Action::Up => Step::Days(7).before(day),
            Action::Down => Step::Days(7).after(day),
            Action::PageUp => Step::Months(1).before(day),
            Action::PageDown => Step::Months(1).after(day),
            Action::First => day.with_day(1)?,
            Action::Last => {
                let next = Step::Months(1).after(day.with_day(1)?);
                Step::Days(1).before(next)
            }
            _ => return None,
        })
    }

    /// Selects another day; one before this month or after the last one of all is out of reach.
    fn go(&mut self, action: Action) {
        if let Some(day) = self.moved(action) {
            let first = self.today.with_day(1).unwrap_or(self.today);
            self.selected = day.clamp(first.min(self.selected), last_day());
        }
    }

    fn view_day(&self, ctx: &Ctx, buf: &mut Buffer, at: Rect, day: NaiveDate) {
        let is_selected = day == self.selected;
        let refused = (self.judge)(day, ctx).is_err();
        let before = match (is_selected, refused) {
            (true, _) => '>',
            (false, true) => '(',
            (false, false) => ' ',
        };
        let behind = match (day == self.today, refused) {
            (true, _) => '*',
            (false, true) => ')',
            (false, false) => ' ',
        };
        let style = match (is_selected, refused) {
            (true, _) => ctx.theme.focused,
            (false, true) => ctx.theme.dim,
            (false, false) if day == self.today => ctx.theme.label,
            (false, false) => Style::new(),
        };
        let shown = format!("{before}{:>2}{behind}", day.day());
        ctx.theme.put(buf, at, &shown, style);
    }
}

impl Layer for Calendar {
    fn scope(&self) -> Scope {
        Scope::Calendar
    }

    fn can(&self, action: Action, ctx: &Ctx) -> Can<'_> {
        if action != Action::Accept {
            return Ok(());
        }
        match (self.judge)(self.selected, ctx) {
            Ok(_) => Ok(()),
            Err(why) => Err(Cannot::Said(why.into())),
        }
    }

    fn act(&mut self, action: Action, _ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => asks.answer(&self.then, self.selected),
            Action::Cancel => asks.close(),
            _ => self.go(action),
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        match does {
            Mouse::Click(click) => {
                let Hit::Row(number) = click.hit else {
                    return does.button();
                };
                let number = i32::try_from(number).ok()?;
                self.selected = NaiveDate::from_num_days_from_ce_opt(number)?;
                Some(Action::Accept)
            }
            Mouse::Wheel(lines) => {
                self.go(if lines < 0 {
                    Action::PageUp
                } else {
                    Action::PageDown
                });
                None
            }
            Mouse::To(_) => None,
        }
    }

    fn hint(&self, ctx: &Ctx) -> Option<Hint> {
        let said = (self.judge)(self.selected, ctx);
        Some(said.unwrap_or_else(Hint::alike))
    }

    fn place(&mut self, _area: Rect) {}

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let text = ctx.text;
        let whole = self.area(area);
        let page = boxed(buf, whole, &text.month(self.selected), ctx.theme);
        let first_day = self.first_shown(ctx);
        let cell = |line: Rect, index: u16| first(skip(line, index * DAY), DAY);
        for index in 0..7 {
            let weekday = Step::Days(index.into()).after(first_day).weekday();
            let at = skip(cell(row(page, 0), index), 1);
            ctx.theme
                .put(buf, at, text.short_weekday(weekday), ctx.theme.label);
        }
        let below = Rect {
            y: page.y + 1.min(page.height),
            height: page.height.saturating_sub(1),
            ..page
        };
        // In a low window the weeks come first: what can be chosen at once stands in the edge then.
        let (weeks, named, quick) = if below.height >= WEEKS + 2 {
            let (below, quick) = split_last(below);
            let (weeks, named) = split_last(below);
            (weeks, Some(named), quick)
        } else {
            let (_, edge) = split_last(whole);
            let quick = first(skip(edge, 2), edge.width.saturating_sub(4));
            (below, None, quick)
        };
        let week = (self.selected - first_day).num_days() / 7;
        let week = usize::try_from(week).unwrap_or(0);
        let scroll = Scroll::around(week..week + 1, WEEKS.into(), weeks.height);
        // The weeks follow the day that is selected: there is nothing to be dragged.
        scroll.view(buf, (whole, weeks), ctx.theme, &mut Hits::default());
        let mut cursor = None;
        for (line, week) in (0..).zip(scroll.shown()) {
            for index in 0..7 {
                let days = u32::from(cells(week)) * 7 + u32::from(index);
                let day = Step::Days(days).after(first_day);
                if day.month() != self.selected.month() || day > last_day() {
                    continue;
                }
                let at = cell(row(weeks, line), index);
                self.view_day(ctx, buf, at, day);
                hits.add(at, Hit::Row(day.num_days_from_ce().into()));
                if day == self.selected {
                    cursor = Some(Position {
                        x: at.x + 1,
                        y: at.y,
                    });
                }
            }
        }
        if let Some(named) = named {
            let weekday = text.weekday(self.selected.weekday());
            let named_day = format!("{} {weekday}", self.selected);
            ctx.theme.put(buf, named, &named_day, Style::new());
        }
        let mut at = quick;
        for (action, _, label) in QUICK {
            let key = ctx.keys.key(Scope::Calendar, action);
            let shown = format!("{key}: {}", text.say(label));
            let used = ctx.theme.put(buf, at, &shown, Style::new());
            ctx.theme
                .put(buf, first(at, width(&key)), &key, ctx.theme.key);
            hits.add(first(at, used), Hit::Button(action));
            at = skip(at, used + 2);
        }
        cursor
    }
}
