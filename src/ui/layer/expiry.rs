//! Set Expiry: the last day of many keys, or none. Each counts it in its own time zone.

use chrono::NaiveDate;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::date::{may_go_on, parse_day};
use crate::domain::problem::{Field, Problem, Rule};
use crate::ui::field::{DateField, Edit, Typed};
use crate::ui::form::{Focus, Form, Input, Item};
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::calendar::{Calendar, Judge};
use crate::ui::layer::hint::{self, About};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Hint, Layer, Then};

/// Where in the form the date is, behind its box.
const DATE: usize = 1;

/// What is typed instead of a day where the keys are never to expire.
const NEVER: &str = "never";

/// The dialog.
pub struct SetExpiry {
    form: Form,
    then: Then<Option<NaiveDate>>,
}

impl SetExpiry {
    /// Asks for the day, which is nothing where the keys are never to expire.
    #[must_use]
    pub fn new(then: Then<Option<NaiveDate>>, ctx: &Ctx) -> SetExpiry {
        let date = Input::Date(DateField::new(""));
        let items = vec![
            Item::new(Field::ExpiresOn, "field.expires_on", Input::Tick(true)),
            Item::new(Field::ExpiresOn, "field.expires_on", date),
        ];
        let mut form = Form::new(items, Vec::new(), false, ctx.text);
        form.focus = Focus::Item(DATE);
        let mut dialog = SetExpiry { form, then };
        dialog.tell(false, ctx);
        dialog
    }

    /// What the date holds, and whether the box before it is ticked.
    fn typed(&self) -> Option<&str> {
        match &self.form.items[DATE].input {
            Input::Date(date) if self.form.items[DATE].enabled => Some(date.text()),
            _ => None,
        }
    }

    /// The day that is chosen, or none.
    fn chosen(&self, ctx: &Ctx) -> Result<Option<NaiveDate>, Rule> {
        match self.typed().map(str::trim) {
            None => Ok(None),
            Some(typed) if typed.eq_ignore_ascii_case(NEVER) => Ok(None),
            Some(typed) => Ok(Some(parse_day(typed, today(ctx))?)),
        }
    }

    /// Says below the date what follows from it, or why it is none.
    fn tell(&mut self, finished: bool, ctx: &Ctx) {
        let chosen = self.chosen(ctx);
        let typed = self.typed().unwrap_or_default();
        let goes_on =
            typed.is_empty() || may_go_on(typed) || NEVER.starts_with(&typed.to_ascii_lowercase());
        let note = match &chosen {
            Ok(Some(day)) => told(*day, ctx),
            Ok(None) => ctx.text.say("bulk.expiry_never").to_owned(),
            Err(_) => ctx.text.say("bulk.expiry_note").to_owned(),
        };
        let problem = chosen.err().filter(|_| finished || !goes_on);
        let item = &mut self.form.items[DATE];
        item.problem = problem.map(|rule| {
            let problem = Problem::new(Field::ExpiresOn, rule);
            ctx.text.problem(&problem, &[])
        });
        item.notes = vec![note];
    }

    fn step(&mut self, forward: bool, ctx: &Ctx) {
        self.form.leave_date(today(ctx));
        self.form.step(forward);
        self.tell(false, ctx);
    }

    fn accept(&mut self, ctx: &Ctx, asks: &mut Asks) {
        if let Ok(day) = self.chosen(ctx) {
            asks.answer(&self.then, day);
        } else {
            self.tell(true, ctx);
            self.form.focus_on(Focus::Item(DATE));
        }
    }

    fn open_calendar(&self, ctx: &Ctx, asks: &mut Asks) {
        let Some(date) = self.form.date() else {
            return;
        };
        let judge: Judge = Box::new(|day, ctx| {
            let today = today(ctx);
            if day >= today {
                return Ok(Hint::alike(told(day, ctx)));
            }
            let problem = Problem::new(Field::ExpiresOn, Rule::DateInPast { today });
            Err(ctx.text.problem(&problem, &[]))
        });
        let then = Then::new(|dialog: &mut SetExpiry, day, ctx, _| {
            dialog.form.change_date(|date| date.set(day));
            dialog.tell(true, ctx);
        });
        let (at, today) = (self.form.field_at(), today(ctx));
        asks.push(Calendar::new(at, today, date.day(today), judge, then));
    }

    fn press(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        match (self.form.focus, action) {
            (Focus::Cancel, _) => asks.close(),
            (Focus::Item(DATE), Action::Tick) => self.open_calendar(ctx, asks),
            (Focus::Ok | Focus::Item(DATE), _) => self.accept(ctx, asks),
            (Focus::Item(_), Action::Tick) => {
                self.form.tick();
                self.tell(false, ctx);
            }
            (Focus::Item(_), _) => self.step(true, ctx),
        }
    }
}

/// The day that it is where the administrator is.
fn today(ctx: &Ctx) -> NaiveDate {
    ctx.now.day_in(ctx.zone)
}

/// When the keys stop whose last day this is.
fn told(day: NaiveDate, ctx: &Ctx) -> String {
    ctx.text.fill("bulk.expiry_stops", &[("value", &day)])
}

impl Layer for SetExpiry {
    fn scope(&self) -> Scope {
        match self.form.date() {
            Some(_) => Scope::Date,
            None => Scope::Form,
        }
    }

    fn can(&self, action: Action, _ctx: &Ctx) -> Can<'_> {
        let pages = matches!(action, Action::PageUp | Action::PageDown);
        let in_date = self.form.date().is_some();
        Cannot::Unused.unless(!pages || in_date || self.form.scroll.has_more())
    }

    fn label(&self, action: Action, ctx: &Ctx) -> Option<&str> {
        let accepts = action == Action::Press && self.form.date().is_some();
        accepts.then(|| ctx.text.say("key.ok"))
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        match action {
            Action::Accept => self.accept(ctx, asks),
            Action::Cancel => asks.close(),
            Action::Next | Action::Right => self.step(true, ctx),
            Action::Previous | Action::Left => self.step(false, ctx),
            Action::Up | Action::Down | Action::PageUp | Action::PageDown
                if self.form.date().is_some() =>
            {
                self.form.change_date(|date| date.go(action, today(ctx)));
                self.tell(true, ctx);
            }
            Action::PageUp | Action::PageDown => self.form.page(action),
            Action::Press | Action::Tick => self.press(action, ctx, asks),
            _ => {}
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, _asks: &mut Asks) -> Option<Action> {
        self.form.mouse(does)
    }

    fn edit(&mut self, typed: Typed, ctx: &Ctx, asks: &mut Asks) -> bool {
        let edit = self.form.take(typed);
        if edit != Edit::NotTaken {
            self.tell(false, ctx);
        }
        asks.edited(typed, &edit, ctx.text)
    }

    fn hint(&self, ctx: &Ctx) -> Option<Hint> {
        hint::of(About::Key, &self.form, None, ctx)
    }

    fn place(&mut self, area: Rect) {
        self.form.place(area);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        let said = (ctx.text, ctx.theme);
        let title = ctx.text.say("bulk.expiry_title");
        self.form.view(buf, area, title, said, hits)
    }
}
