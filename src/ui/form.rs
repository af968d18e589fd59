//! A form: labelled fields, problems beside them, buttons below, scrolling where the window is low.

mod layout;
mod view;

use std::cell::Cell;
use std::rc::Rc;

use chrono::NaiveDate;
use ratatui::layout::Rect;

use crate::domain::problem::{Field, Value};
use crate::text::Text;
use crate::ui::field::{AreaField, DateField, Edit, LineField, Typed};
use crate::ui::hits::{Hit, Mouse};
use crate::ui::keymap::Action;
use crate::ui::look::{cells, width, wrap};
use crate::ui::scroll::Scroll;

/// Rows of a field of several lines.
const AREA_ROWS: u16 = 3;
/// Columns of the fields with their labels where there is room for more: as many as in a window of 80.
const WIDEST: u16 = 76;
/// Columns between a label and its field.
const LABEL_GAP: u16 = 2;
/// Columns of a date, with room for the longest words, the cursor behind them, the mark and the edges.
const DATE: u16 = 16;
/// Columns of the box before what can be ticked, with the space behind it.
const BOX: u16 = 4;
/// Columns of the mark of a dropdown, with the space before it.
const MARK: u16 = 2;

/// How a field is filled in.
pub enum Input {
    Line(LineField),
    Area(Box<AreaField>),
    /// A value that is chosen in a dropdown; what is shown of it.
    Choice(String),
    Tick(bool),
    /// A day, which stands behind the tick before it.
    Date(DateField),
}

/// A field with what belongs to it.
pub struct Item {
    pub field: Field,
    /// Name of the label.
    pub label: &'static str,
    /// Name of a line above it, for it and those that follow.
    pub heading: Option<&'static str>,
    pub input: Input,
    pub enabled: bool,
    /// It has no row while the box before it, which opens it, is not ticked.
    pub shown: bool,
    pub problem: Option<String>,
    /// Sentences below the field.
    pub notes: Vec<String>,
    /// Somebody has changed it since the form was opened.
    pub edited: bool,
}

impl Item {
    /// A field that can be filled in.
    #[must_use]
    pub fn new(field: Field, label: &'static str, input: Input) -> Item {
        let (problem, notes) = (None, Vec::new());
        Item {
            field,
            label,
            heading: None,
            input,
            enabled: true,
            shown: true,
            problem,
            notes,
            edited: false,
        }
    }

    /// Columns of what has to be said before the field.
    fn label_width(&self, text: Text) -> u16 {
        let label = width(text.say(self.label));
        match self.input {
            Input::Tick(_) => 0,
            // It stands behind the box with this label.
            Input::Date(_) => BOX + label,
            _ => label,
        }
    }

    /// Rows of the field alone, of so many columns: what cannot be scrolled is shown whole.
    fn own_rows(&self, columns: u16) -> u16 {
        match &self.input {
            Input::Area(_) if self.enabled => AREA_ROWS,
            Input::Area(lines) => cells(wrap(&lines.text(), columns).len()),
            Input::Line(line) if !self.enabled => cells(wrap(line.text(), columns).len()),
            // A date stands in the row of the box before it.
            Input::Date(_) => 0,
            _ => 1,
        }
    }

    /// Rows of it, with so many columns for its value.
    fn rows(&self, columns: u16) -> u16 {
        if !self.shown {
            return 0;
        }
        let below: usize = self.below(columns).map(|(lines, _)| lines.len()).sum();
        u16::from(self.heading.is_some()) + self.own_rows(columns) + cells(below)
    }

    /// The problem, then the notes, as lines.
    fn below(&self, columns: u16) -> impl Iterator<Item = (Vec<String>, bool)> {
        let problem = self
            .problem
            .iter()
            .map(move |p| (wrap(&format!("! {p}"), columns), true));
        problem.chain(
            self.notes
                .iter()
                .map(move |note| (wrap(note, columns), false)),
        )
    }
}

/// Where the focus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    Item(usize),
    Ok,
    Cancel,
}

/// The form.
pub struct Form {
    pub items: Vec<Item>,
    /// Facts below the fields: a label and what it says.
    pub facts: Vec<(String, String)>,
    pub focus: Focus,
    /// There is nothing to save: no OK, and the other button is Close.
    pub read_only: bool,
    pub scroll: Scroll,
    /// Columns of the labels, with the space behind them, where there is room.
    labels: u16,
    /// Fields have edges.
    edged: bool,
    /// Where the dialog was put for an area, of which it keeps its first row.
    placed: Option<(Rect, u16)>,
    /// Where on the screen the field is that has the focus.
    field_at: Rc<Cell<Rect>>,
}

impl Default for Form {
    /// A form in which nothing is yet.
    fn default() -> Form {
        Form::new(Vec::new(), Vec::new(), true, Text::en_us())
    }
}

impl Form {
    /// A form with the focus on its first field that can be filled in.
    #[must_use]
    pub fn new(
        items: Vec<Item>,
        facts: Vec<(String, String)>,
        read_only: bool,
        text: Text,
    ) -> Form {
        let of_facts = facts.iter().map(|(label, _)| width(label));
        let labels = items.iter().map(|item| item.label_width(text));
        let labels = labels.chain(of_facts).max().unwrap_or(0) + LABEL_GAP;
        let mut form = Form {
            items,
            facts,
            focus: Focus::Cancel,
            read_only,
            scroll: Scroll::default(),
            labels,
            edged: false,
            placed: None,
            field_at: Rc::default(),
        };
        if let Some(first) = form.stops().first() {
            form.focus = *first;
        }
        form
    }

    fn stops(&self) -> Vec<Focus> {
        if self.read_only {
            return vec![Focus::Cancel];
        }
        let items = self
            .items
            .iter()
            .enumerate()
            .filter(|(_, item)| item.enabled && item.shown);
        items
            .map(|(i, _)| Focus::Item(i))
            .chain([Focus::Ok, Focus::Cancel])
            .collect()
    }

    /// Moves the focus by one, round and round; a form that only shows scrolls instead.
    pub fn step(&mut self, forward: bool) {
        if self.read_only {
            self.scroll.by(if forward { 1 } else { -1 });
            return;
        }
        let stops = self.stops();
        let at = stops
            .iter()
            .position(|stop| *stop == self.focus)
            .unwrap_or(0);
        let by = if forward { 1 } else { stops.len() - 1 };
        self.focus_on(stops[(at + by) % stops.len()]);
    }

    /// Puts the focus somewhere and brings it on the screen.
    pub fn focus_on(&mut self, focus: Focus) {
        self.focus = focus;
        self.scroll.follow();
    }

    /// Scrolls by a page, of which one row stays; the focus stays where it is.
    pub fn page(&mut self, action: Action) {
        let page = self.scroll.height().saturating_sub(1).max(1);
        let page = i32::try_from(page).unwrap_or(i32::MAX);
        match action {
            Action::PageUp => self.scroll.by(-page),
            Action::PageDown => self.scroll.by(page),
            _ => false,
        };
    }

    /// The field that has the focus.
    #[must_use]
    pub fn focused(&self) -> Option<&Item> {
        match self.focus {
            Focus::Item(index) => self.items.get(index),
            _ => None,
        }
    }

    /// The field that has the focus, to change it.
    pub fn focused_mut(&mut self) -> Option<&mut Item> {
        match self.focus {
            Focus::Item(index) => self.items.get_mut(index),
            _ => None,
        }
    }

    /// Whether this is the field that has the focus.
    #[must_use]
    pub fn is_on(&self, hit: Hit) -> bool {
        matches!((self.focus, hit), (Focus::Item(own), Hit::Item(hit)) if own == hit)
    }

    /// The date that has the focus.
    #[must_use]
    pub fn date(&self) -> Option<&DateField> {
        match self.focused() {
            Some(Item {
                input: Input::Date(date),
                ..
            }) => Some(date),
            _ => None,
        }
    }

    /// Where on the screen the field is that has the focus, whenever that is asked: what is chosen for it opens there.
    #[must_use]
    pub fn field_at(&self) -> Rc<Cell<Rect>> {
        Rc::clone(&self.field_at)
    }

    /// Changes the date that has the focus.
    pub fn change_date(&mut self, change: impl FnOnce(&mut DateField)) {
        if let Some(Item {
            input: Input::Date(date),
            edited,
            ..
        }) = self.focused_mut()
        {
            change(date);
            *edited = true;
        }
        self.scroll.follow();
    }

    /// The field that has the focus is left: a day is written out.
    pub fn leave_date(&mut self, today: NaiveDate) {
        if let Some(Item {
            input: Input::Date(date),
            edited: true,
            ..
        }) = self.focused_mut()
        {
            date.leave(today);
        }
    }

    /// All items of a field: the expiry has a tick and a date.
    pub fn items_of(&mut self, field: Field) -> impl Iterator<Item = &mut Item> {
        self.items
            .iter_mut()
            .filter(move |item| item.field == field)
    }

    /// Puts a value that somebody else has saved into a field. What is chosen from a list is shown by whoever has it.
    pub fn set_value(&mut self, field: Field, value: &Value) {
        for item in self.items_of(field) {
            item.edited = false;
            item.problem = None;
            match (&mut item.input, value) {
                (Input::Line(line), Value::Text(text)) => line.set(text),
                (Input::Line(line), Value::Lock(lock)) => line.set(lock.as_deref().unwrap_or("")),
                (Input::Area(area), Value::Text(text)) => **area = AreaField::new(text),
                (Input::Tick(on), Value::Flag(value)) => *on = *value,
                (Input::Tick(on), Value::Lock(lock)) => *on = lock.is_some(),
                (Input::Tick(on), Value::Expiry(expiry)) => *on = expiry.is_some(),
                (Input::Date(date), Value::Expiry(expiry)) => match expiry {
                    Some(expiry) => date.set(expiry.on),
                    None => *date = DateField::new(""),
                },
                _ => {}
            }
        }
    }

    /// Shows a problem at a field, below the last item that belongs to it and is shown.
    pub fn set_problem(&mut self, field: Field, problem: Option<String>) {
        if let Some(item) = self.items_of(field).filter(|item| item.shown).last() {
            item.problem = problem;
        }
    }

    /// Puts the focus on the first field that has a problem.
    pub fn focus_on_problem(&mut self) {
        let at = self.items.iter().position(|item| item.problem.is_some());
        if let Some(at) = at {
            let enabled = (0..=at).rev().find(|index| self.items[*index].enabled);
            self.focus_on(Focus::Item(enabled.unwrap_or(at)));
        }
    }

    /// Takes what the mouse does: with a click the focus goes to the field, and in a text the cursor to the cell. What
    /// is to be done then is what a key would do there.
    pub fn mouse(&mut self, does: Mouse) -> Option<Action> {
        let click = match does {
            Mouse::Wheel(_) | Mouse::To(_) => {
                self.scroll.mouse(does);
                return None;
            }
            Mouse::Click(click) => click,
        };
        let Hit::Item(index) = click.hit else {
            return does.button();
        };
        let date = self.date_columns();
        let item = self.items.get_mut(index).filter(|item| item.enabled)?;
        self.focus = Focus::Item(index);
        // It is on the screen, and stays where it is.
        self.scroll.hold();
        match &mut item.input {
            Input::Line(line) => line.click(click.cell.0),
            Input::Date(_) if click.cell.0 >= date => return Some(Action::Tick),
            Input::Date(date) => date.line.click(click.cell.0),
            Input::Area(area) => area.click(click.cell),
            Input::Choice(_) => return Some(Action::Press),
            Input::Tick(_) => return Some(Action::Tick),
        }
        None
    }

    /// Ticks the box that has the focus, or takes the tick away. Where it opens a field, the focus goes on to that.
    pub fn tick(&mut self) {
        let Focus::Item(index) = self.focus else {
            return;
        };
        let Some(Item {
            input: Input::Tick(on),
            edited,
            field,
            ..
        }) = self.items.get_mut(index)
        else {
            return;
        };
        *on = !*on;
        *edited = true;
        let (on, field) = (*on, *field);
        if let Some(opened) = self.items.get_mut(index + 1)
            && opened.field == field
        {
            opened.enabled = on;
            opened.shown |= on;
            if on {
                // What it held before is offered again.
                match &mut opened.input {
                    Input::Date(date) => date.line.suggest(),
                    Input::Line(line) => line.suggest(),
                    _ => {}
                }
                self.focus_on(Focus::Item(index + 1));
            }
        }
    }

    /// Offers what is typed or pasted to the field that has the focus.
    pub fn take(&mut self, typed: Typed) -> Edit {
        let Some(item) = self.focused_mut() else {
            return Edit::NotTaken;
        };
        let edit = match &mut item.input {
            Input::Line(field) => field.take(typed),
            Input::Date(field) => field.take(typed),
            Input::Area(field) => field.take(typed),
            Input::Choice(_) | Input::Tick(_) => Edit::NotTaken,
        };
        if edit != Edit::NotTaken {
            item.edited = true;
            self.scroll.follow();
        }
        edit
    }
}
