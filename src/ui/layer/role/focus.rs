//! Moving around in Role Properties: between the tabs, what is on one, and the buttons.

use crate::ui::form::{self, Input};
use crate::ui::keymap::Action;
use crate::ui::layer::role::RoleDialog;
use crate::ui::layer::role::boxes::Boxes;
use crate::ui::layer::role::tabs::Page;
use crate::ui::layer::{Asks, Ctx};

/// Where the focus is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Focus {
    Tabs,
    /// On what the tab shows.
    Page,
    Ok,
    Cancel,
}

impl RoleDialog {
    /// Whether an action can be done now.
    pub(super) fn has_use(&self, action: Action) -> bool {
        let on_page = self.focus == Focus::Page;
        match action {
            Action::Accept => self.is_searching() || !self.is_read_only(),
            Action::Tick => match (self.focus, self.page) {
                (Focus::Page, Page::General) => self.can_tick(),
                (Focus::Page, Page::Rights(_)) => {
                    self.locked.is_none() && self.boxes().is_some_and(Boxes::has_selected)
                }
                (Focus::Page, Page::AssignedTo) | (Focus::Tabs, _) => false,
                (Focus::Ok | Focus::Cancel, _) => true,
            },
            Action::Filter | Action::TickedOnly => matches!(self.page, Page::Rights(_)),
            Action::Press if on_page && self.page == Page::AssignedTo => {
                self.assigned.selected().is_some()
            }
            Action::Left | Action::Right => !on_page,
            Action::First | Action::Last => on_page && self.page != Page::General,
            _ if action.turns_pages() => match self.page {
                Page::General => on_page && self.general.scroll.has_more(),
                Page::Rights(_) | Page::AssignedTo => on_page,
            },
            _ => true,
        }
    }

    /// Whether a box of General has the focus.
    fn can_tick(&self) -> bool {
        let input = self.general.focused().map(|item| &item.input);
        matches!(input, Some(Input::Tick(_)))
    }

    /// Does a movement.
    pub(super) fn go(&mut self, action: Action) {
        match action {
            Action::NextTab | Action::PreviousTab => {
                let forward = action == Action::NextTab;
                match self.next_found(forward) {
                    Some(page) => self.show(page),
                    None => self.turn(forward),
                }
            }
            Action::Next => self.step_focus(true),
            Action::Previous => self.step_focus(false),
            Action::Left | Action::Right if self.focus == Focus::Tabs => {
                self.turn(action == Action::Right);
            }
            Action::Left if !self.is_read_only() => self.focus_on(Focus::Ok, true),
            Action::Right => self.focus_on(Focus::Cancel, true),
            Action::Up | Action::Down => self.step(action == Action::Down),
            Action::First | Action::Last => self.move_selection(action),
            _ if action.turns_pages() => self.move_selection(action),
            Action::TickedOnly => {
                let shown = self.boxes().is_some_and(Boxes::is_ticked_only);
                for boxes in &mut self.boxes {
                    boxes.show_only((!shown).then(|| self.draft.rights.clone()));
                }
            }
            Action::Filter => {
                self.focus_on(Focus::Page, true);
                if let Some(boxes) = self.boxes_mut() {
                    boxes.finding = true;
                }
            }
            _ => {}
        }
    }

    /// The tab after the present one, or before it, on which what is looked for is found.
    pub(super) fn next_found(&self, forward: bool) -> Option<Page> {
        let searched = self.boxes().is_some_and(Boxes::is_searched);
        let mut page = self.page.next(forward);
        while searched && page != self.page {
            let mut boxes = self.boxes.iter();
            if boxes.any(|boxes| page == Page::Rights(boxes.tab) && boxes.hits() > 0) {
                return Some(page);
            }
            page = page.next(forward);
        }
        None
    }

    /// Shows the tab after the present one, or before it.
    fn turn(&mut self, forward: bool) {
        self.show(self.page.next(forward));
    }

    /// Shows a tab; the focus stays on the bar, or goes to what is below it.
    pub(super) fn show(&mut self, page: Page) {
        self.page = page;
        if self.focus != Focus::Tabs {
            self.focus_on(Focus::Page, true);
        }
    }

    /// Puts the focus somewhere; into a tab from above or from below.
    pub(super) fn focus_on(&mut self, focus: Focus, from_above: bool) {
        self.focus = focus;
        let in_form = matches!(self.general.focus, form::Focus::Item(_));
        if focus != Focus::Page {
            self.general.focus = form::Focus::Ok;
        } else if self.page == Page::General && !in_form && !self.is_read_only() {
            self.general.focus = if from_above {
                form::Focus::Cancel
            } else {
                form::Focus::Ok
            };
            self.general.step(from_above);
        }
    }

    /// Tab and Shift-Tab.
    fn step_focus(&mut self, forward: bool) {
        if self.focus == Focus::Page && self.page == Page::General && !self.is_read_only() {
            self.general.step(forward);
            if matches!(self.general.focus, form::Focus::Item(_)) {
                return;
            }
        }
        let stops: &[Focus] = if self.is_read_only() {
            &[Focus::Tabs, Focus::Page, Focus::Cancel]
        } else {
            &[Focus::Tabs, Focus::Page, Focus::Ok, Focus::Cancel]
        };
        let at = stops.iter().position(|stop| *stop == self.focus);
        let by = if forward { 1 } else { stops.len() - 1 };
        self.focus_on(stops[(at.unwrap_or(0) + by) % stops.len()], forward);
    }

    /// The arrows up and down: within what the tab shows; in a form also to the bar and the buttons.
    fn step(&mut self, down: bool) {
        let moved = match (self.focus, self.page) {
            (Focus::Tabs, _) if !down => true,
            (Focus::Ok | Focus::Cancel, _) if down => true,
            (Focus::Page, Page::General) if self.is_read_only() => {
                self.general.step(down);
                self.general.scroll.has_more()
            }
            // Not on to the buttons: the mark stays on the row, and Space or Enter must act on it.
            (Focus::Page, Page::Rights(_) | Page::AssignedTo) => {
                self.move_selection(if down { Action::Down } else { Action::Up });
                true
            }
            (Focus::Cancel, _) => {
                self.focus_on(Focus::Page, false);
                true
            }
            _ => false,
        };
        if !moved {
            self.step_focus(down);
        }
    }

    /// Moves the selection within what the tab shows; a form has pages only.
    fn move_selection(&mut self, action: Action) {
        match self.page {
            Page::General => self.general.page(action),
            Page::AssignedTo => self.assigned.go(action),
            Page::Rights(_) => {
                if let Some(boxes) = self.boxes_mut() {
                    boxes.go(action);
                }
            }
        }
    }

    /// Enter and Space on what has the focus.
    pub(super) fn press(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        match (self.focus, self.page) {
            (Focus::Ok, _) => self.save(ctx, asks),
            (Focus::Cancel, _) => self.leave(ctx, asks),
            (Focus::Page, Page::AssignedTo) => self.open_assigned(asks),
            (Focus::Page, Page::Rights(_)) if action == Action::Tick || self.is_on_radio() => {
                if let Some(sentence) = self.locked.clone() {
                    asks.complain(sentence);
                } else {
                    self.toggle(ctx, asks);
                }
            }
            (Focus::Page, Page::General) if action == Action::Tick => {
                self.tick(ctx, asks);
            }
            _ => self.step(true),
        }
    }
}
