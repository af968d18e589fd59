//! A field for a day: typed, moved by keys, or chosen in a month.

use chrono::NaiveDate;

use crate::domain::date::{Step, last_day, parse_day, takes_space};
use crate::ui::field::{Edit, LineField, Typed};
use crate::ui::keymap::{Action, TextKey};

/// The most characters: more than the longest form of a day has.
const DAY_MAX: usize = 24;

/// The field. What was typed stays as it is until the field is left.
#[derive(Clone)]
pub struct DateField {
    pub line: LineField,
}

impl DateField {
    /// A field with this text.
    #[must_use]
    pub fn new(text: &str) -> DateField {
        DateField {
            line: LineField::new(text).at_most(DAY_MAX),
        }
    }

    /// What is typed.
    #[must_use]
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// Puts a day into the field.
    pub fn set(&mut self, day: NaiveDate) {
        self.line.set(&day.to_string());
    }

    /// The day that is typed, if it is one.
    #[must_use]
    pub fn day(&self, today: NaiveDate) -> Option<NaiveDate> {
        parse_day(self.text(), today).ok()
    }

    /// Edits by what is typed or pasted. A space is taken only where it belongs to a day: else it opens the month.
    pub fn take(&mut self, typed: Typed) -> Edit {
        match typed {
            Typed::Key(TextKey::Char(' ')) if !takes_space(self.text()) => Edit::NotTaken,
            _ => self.line.take(typed),
        }
    }

    /// Goes to a day or a month earlier or later, not before today; where no day is typed, to today.
    pub fn go(&mut self, action: Action, today: NaiveDate) {
        let day = self.day(today).map(|day| moved(action, day));
        self.set(day.unwrap_or(today).clamp(today, last_day()));
    }

    /// The field is left: the day is written out, if it is one.
    pub fn leave(&mut self, today: NaiveDate) {
        if let Some(day) = self.day(today) {
            self.set(day);
        }
    }
}

/// The day to which a key goes from another.
fn moved(action: Action, day: NaiveDate) -> NaiveDate {
    match action {
        Action::Up => Step::Days(1).before(day),
        Action::Down => Step::Days(1).after(day),
        Action::PageUp => Step::Months(1).before(day),
        Action::PageDown => Step::Months(1).after(day),
        _ => day,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_move_the_day_and_never_out_of_reach() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
        let mut field = DateField::new("");
        for (action, day) in [
            (Action::Down, "2026-11-22"),
            (Action::Down, "2026-11-23"),
            (Action::PageDown, "2026-12-23"),
            (Action::Up, "2026-12-22"),
            (Action::PageUp, "2026-11-22"),
            (Action::PageUp, "2026-11-22"),
        ] {
            field.go(action, today);
            assert_eq!(field.text(), day, "{action:?}");
        }
        for (typed, action, day) in [
            ("2099-12-31", Action::Down, "2099-12-31"),
            ("2099-12-31", Action::PageDown, "2099-12-31"),
            ("2027-01-31", Action::PageDown, "2027-02-28"),
            ("90d", Action::Down, "2027-02-21"),
            ("never", Action::Up, "2026-11-22"),
            ("2020-01-01", Action::Down, "2026-11-22"),
        ] {
            let mut field = DateField::new(typed);
            field.go(action, today);
            assert_eq!(field.text(), day, "{typed}");
        }
    }

    #[test]
    fn what_was_typed_is_written_out_when_it_is_left() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).expect("a day");
        for (typed, left) in [
            ("90d", "2027-02-20"),
            ("end of", "end of"),
            ("2030-1-5", "2030-01-05"),
        ] {
            let mut field = DateField::new("");
            for c in typed.chars() {
                assert_eq!(field.take(Typed::Key(TextKey::Char(c))), Edit::Taken);
            }
            assert_eq!(field.text(), typed);
            field.leave(today);
            assert_eq!(field.text(), left);
        }
        let mut field = DateField::new("90d");
        assert_eq!(field.take(Typed::Key(TextKey::Char(' '))), Edit::NotTaken);
    }
}
