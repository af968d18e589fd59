//! What a click and the wheel do in a list.

use crate::domain::list::Order;
use crate::ui::hits::{Hit, Mouse};
use crate::ui::keymap::Action;
use crate::ui::layer::Asks;
use crate::ui::layer::list::{List, Table};
use crate::ui::table::Move;

impl<L: Table> List<L> {
    /// Takes what the mouse does. Wherever a click is, but in the filter line itself, that line is left as Enter leaves
    /// it; with the wheel the selection stays on its row as long as that is on the screen.
    pub fn mouse(&mut self, does: Mouse, asks: &mut Asks) -> Option<Action> {
        let click = match does {
            Mouse::Wheel(rows) => {
                self.go(Move::Scroll(rows.into()), asks);
                return None;
            }
            Mouse::To(row) => {
                self.go(Move::Top(row), asks);
                return None;
            }
            Mouse::Click(click) => click,
        };
        if click.hit == Hit::Line {
            return match &mut self.typing {
                Some(field) => {
                    field.click(click.cell.0);
                    None
                }
                None => Some(Action::Filter),
            };
        }
        self.typing = None;
        match click.hit {
            Hit::Row(id) => {
                self.go(Move::To(id), asks);
                let is_there = self.selected_id() == Some(id);
                (click.again && is_there).then_some(Action::Properties)
            }
            Hit::Heading(name) => {
                self.sort_by(name, asks);
                None
            }
            Hit::Tree(_) => Some(Action::Tree),
            _ => None,
        }
    }

    /// Sorts by a column; or, where the list is sorted by it, the other way round.
    fn sort_by(&mut self, heading: &str, asks: &mut Asks) {
        let mut columns = L::COLUMNS.iter();
        let column = columns.find(|column| column.heading == heading);
        let Some(sort) = column.and_then(|column| column.sort) else {
            return;
        };
        let order = if sort.by == self.order.by {
            self.order.reversed()
        } else {
            Order::upwards(sort.by)
        };
        self.sort(order, asks);
    }
}
