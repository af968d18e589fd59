//! What a click and the wheel do in Role Properties.

use crate::ui::hits::{Click, Hit, Mouse};
use crate::ui::keymap::Action;
use crate::ui::layer::role::RoleDialog;
use crate::ui::layer::role::focus::Focus;
use crate::ui::layer::role::tabs::Page;

impl RoleDialog {
    /// Takes a click. Wherever it is, but in the find line itself, that line is left as Enter leaves it.
    pub(super) fn clicked(&mut self, click: &Click) -> Option<Action> {
        let finding = self.is_searching();
        if let Some(boxes) = self.boxes_mut() {
            if click.hit == Hit::Line {
                boxes.click_find(click.cell.0);
                return (!finding).then_some(Action::Filter);
            }
            boxes.finding = false;
        }
        match click.hit {
            Hit::Button(action) => Some(action),
            Hit::Tab(index) => {
                self.show(*Page::ALL.get(index)?);
                None
            }
            Hit::Item(_) if self.page == Page::General => {
                self.focus = Focus::Page;
                self.general.mouse(Mouse::Click(*click))
            }
            Hit::Row(number) => {
                self.focus_on(Focus::Page, true);
                if self.page == Page::AssignedTo {
                    let is_there = self.assigned.select(number);
                    (is_there && click.again).then_some(Action::Press)
                } else {
                    let boxes = self.boxes_mut()?;
                    boxes.select(number).then_some(Action::Tick)
                }
            }
            _ => None,
        }
    }

    /// Scrolls what the tab shows.
    pub(super) fn scroll_page(&mut self, does: Mouse) {
        match self.page {
            Page::General => self.general.scroll.mouse(does),
            Page::AssignedTo => self.assigned.scroll.mouse(does),
            Page::Rights(_) => {
                if let Some(boxes) = self.boxes_mut() {
                    boxes.scroll.mouse(does);
                }
            }
        }
    }
}
