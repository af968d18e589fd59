//! Drawing Role Properties: the bar of tabs, what the present one shows, the buttons.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::rights::Tab;
use crate::ui::form;
use crate::ui::hits::Hits;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::Ctx;
use crate::ui::layer::role::RoleDialog;
use crate::ui::layer::role::boxes::{Elsewhere, Subject};
use crate::ui::layer::role::focus::Focus;
use crate::ui::layer::role::tabs::{self, Page};
use crate::ui::look::{Dialog, is_wide, row};

/// Columns inside the dialog where there is room for more: the tabs need as many.
const WIDEST: u16 = 96;
/// Rows inside the dialog where there is room for more: about those of the longer tabs.
const TALLEST: u16 = 30;
/// Rows inside from which on the tabs stand apart from what they show.
const ROOMY: u16 = 11;
/// Rows of the tabs and of the space below them.
const ABOVE: u16 = 2;

/// The part of the dialog's body that the tab fills.
fn page(body: Rect) -> Rect {
    let above = if body.height >= ROOMY { ABOVE } else { 1 };
    Rect {
        y: body.y + above.min(body.height),
        height: body.height.saturating_sub(above),
        ..body
    }
}

impl RoleDialog {
    /// The dialog: of one height for all tabs, or they would jump from under the mouse.
    fn dialog(area: Rect) -> Dialog {
        if is_wide(area) {
            Dialog::new(area, WIDEST, TALLEST, true)
        } else {
            Dialog::filling(area, WIDEST)
        }
    }

    /// The sentences above the boxes of a tab: what is wrong, and why nothing can be changed.
    fn notes(&self, tab: Tab) -> Vec<(String, bool)> {
        let own = self.problems.iter().filter(|(on, _)| *on == tab);
        let problems = own.map(|(_, sentence)| (format!("! {sentence}"), true));
        let locked = self.locked.iter().map(|why| (why.clone(), false));
        problems.chain(locked).collect()
    }

    /// What the boxes of a tab are about.
    fn subject(&self, tab: Tab) -> Subject<'_> {
        let elsewhere = self.next_found(true).and_then(|page| {
            let boxes = self.boxes.iter();
            let mut boxes = boxes.filter(|boxes| page == Page::Rights(boxes.tab));
            Some(Elsewhere {
                tab: page.title(true),
                count: boxes.next()?.hits(),
                key: self.next_tab.clone(),
            })
        });
        Subject {
            draft: &self.draft,
            grantable: &self.grantable,
            notes: self.notes(tab),
            elsewhere,
        }
    }

    /// Settles the scroll of what the present tab shows.
    pub(super) fn place_page(&mut self, area: Rect) {
        let edged = is_wide(area);
        let area = page(RoleDialog::dialog(area).body);
        match self.page {
            Page::General => self.general.place_page(area, edged),
            Page::AssignedTo => self.assigned.place(area),
            Page::Rights(tab) => {
                // Taken out, since the subject is the dialog's.
                let at = self.boxes.iter().position(|boxes| boxes.tab == tab);
                if let Some(at) = at {
                    let mut boxes = self.boxes.remove(at);
                    boxes.place(area, &self.subject(tab));
                    self.boxes.insert(at, boxes);
                }
            }
        }
    }

    pub(super) fn draw(
        &self,
        ctx: &Ctx,
        buf: &mut Buffer,
        area: Rect,
        hits: &mut Hits,
    ) -> Position {
        let (text, theme) = (ctx.text, ctx.theme);
        let dialog = RoleDialog::dialog(area);
        dialog.view(buf, &self.title, theme);
        let (whole, body, bar) = (dialog.whole, dialog.body, dialog.bar);
        if self.is_beginning() {
            return body.as_position();
        }
        let marked = |page| self.is_marked(page);
        let present = (self.page, self.focus == Focus::Tabs);
        let on_bar = tabs::view(buf, row(body, 0), present, &marked, (text, theme), hits);
        let area = page(body);
        let focused = self.focus == Focus::Page;
        let mut shown = None;
        let on_page = match self.page {
            Page::General => {
                shown = Some(self.general.scroll);
                self.general.view_page(buf, area, (text, theme), hits)
            }
            Page::AssignedTo => {
                shown = Some(self.assigned.scroll);
                if self.assigned.selected().is_some() {
                    let key = ctx.keys.key(Scope::Role, Action::Press);
                    let said = text.fill("role.enter", &[("key", &key)]);
                    dialog.say_below(buf, &said, theme);
                }
                self.assigned.view(buf, area, focused, (text, theme), hits)
            }
            Page::Rights(tab) => {
                let mut cursor = area.as_position();
                let subject = self.subject(tab);
                if let Some(boxes) = self.boxes() {
                    shown = Some(boxes.scroll);
                    cursor = boxes.view(buf, area, &subject, focused, theme, hits);
                    let (held, all) = boxes.count(&self.draft.rights);
                    let count = [("held", &held as &dyn std::fmt::Display), ("all", &all)];
                    let ticked = if boxes.is_ticked_only() {
                        "role.ticked_only"
                    } else {
                        "role.ticked"
                    };
                    dialog.say_below(buf, &text.fill(ticked, &count), theme);
                }
                cursor
            }
        };
        if let Some(scroll) = shown {
            scroll.view(buf, (whole, area), theme, hits);
        }
        let (focus, elsewhere) = match self.focus {
            Focus::Tabs => (form::Focus::Item(0), on_bar),
            Focus::Page => (form::Focus::Item(0), on_page),
            Focus::Ok => (form::Focus::Ok, on_page),
            Focus::Cancel => (form::Focus::Cancel, on_page),
        };
        let said = (text, theme);
        let on_button = self.general.view_buttons(buf, bar, focus, said, hits);
        on_button.unwrap_or(elsewhere)
    }
}
