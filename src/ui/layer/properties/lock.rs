//! Locked Out with its reason: a box, and a line that is there while it is ticked.

use crate::domain::name::REASON_MAX;
use crate::domain::problem::Field;
use crate::ui::field::LineField;
use crate::ui::form::{Input, Item};

/// Which sentence tells of what was saved, by whether it was locked out before and whether it was to be: what somebody
/// else made of the box meanwhile was not done by this save.
pub(super) fn saved(locked: [bool; 2]) -> &'static str {
    match locked {
        [false, true] => "form.saved_locked",
        [true, false] => "form.saved_unlocked",
        _ => "form.saved",
    }
}

/// The box under this label, and the line with the reason.
pub(super) fn items(label: &'static str, lock: Option<&str>) -> [Item; 2] {
    let reason = LineField::new(lock.unwrap_or("")).at_most(REASON_MAX);
    let mut reason = Item::new(Field::LockedOut, "field.lock_reason", Input::Line(reason));
    reason.shown = lock.is_some();
    [
        Item::new(Field::LockedOut, label, Input::Tick(lock.is_some())),
        reason,
    ]
}

/// Takes what one of the two holds; the box is the first.
pub(super) fn read(lock: &mut Option<String>, input: &Input) {
    match input {
        Input::Tick(on) => *lock = on.then(String::new),
        Input::Line(line) => {
            if let Some(reason) = lock {
                *reason = line.copy();
            }
        }
        _ => {}
    }
}

/// Shows the line while the box is ticked.
pub(super) fn show(item: &mut Item, lock: Option<&String>) {
    if item.field == Field::LockedOut && matches!(item.input, Input::Line(_)) {
        item.shown = lock.is_some();
    }
}
