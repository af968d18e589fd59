//! The names of actions, as the config file has them: where they are done, and what is done there. The screens with
//! lists are one place: what they have in common is done with the same keys on all.

use std::fmt::Debug;

use crate::ui::keymap::{Action, Binding, Scope};

impl Binding {
    /// The action's name; nothing where its keys cannot be changed.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        (!self.is_fixed()).then(|| self.full_name())
    }

    /// The name also of an action whose keys cannot be changed.
    pub(super) fn full_name(&self) -> String {
        format!("{}.{}", place(self.scope), in_words(&self.action))
    }

    /// Whether nobody changes the keys. A confirmation must not take the key that brought it up, held down, for its
    /// answer; everybody is to find the way out; and a tour is the same everywhere.
    fn is_fixed(&self) -> bool {
        let scope = matches!(
            self.scope,
            Scope::Confirmation | Scope::Countdown | Scope::Ended | Scope::Tour
        );
        let everywhere = matches!(self.action, Action::Leave | Action::Stop | Action::Redraw);
        scope || everywhere
    }
}

fn place(scope: Scope) -> String {
    match scope {
        Scope::ApiKeys | Scope::Users | Scope::Roles | Scope::Events => place(Scope::List),
        Scope::Check => place(Scope::Entry),
        _ => in_words(&scope),
    }
}

/// The name of a variant as the config file writes it: `save_to_file` of `SaveToFile`.
fn in_words(variant: &dyn Debug) -> String {
    let mut name = String::new();
    for c in format!("{variant:?}").chars() {
        if c.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(c.to_ascii_lowercase());
    }
    name
}

#[cfg(test)]
mod tests {
    use crate::ui::keymap::actions;

    /// They are in the config files of those who have changed keys.
    const NAMES: &str = "
        list.new list.properties list.delete list.new_secret list.lock list.unlock list.end_overlap list.restore
        list.duplicate list.preview list.by_event list.by_level list.by_target list.by_person list.by_time list.filter list.tree
        list.my_account list.mark list.mark_all list.unmark_all list.state_filter list.events list.sort_next list.sort_reverse
        list.sort_by list.columns list.cancel list.quit list.up
        list.set_role list.set_expiry
        list.down list.page_up list.page_down list.first list.last
        list.to_api_keys list.to_users list.to_roles list.to_system_events list.back
        tree.accept tree.cancel tree.up tree.down tree.first tree.last
        filter.accept filter.cancel filter.up filter.down filter.page_up filter.page_down
        form.accept form.cancel form.next form.previous form.press form.tick form.left form.right form.page_up
        form.page_down
        date.accept date.cancel date.tick date.next date.previous date.press date.up date.down date.page_up date.page_down
        calendar.accept calendar.cancel calendar.up calendar.down calendar.left calendar.right calendar.page_up
        calendar.page_down calendar.first calendar.last calendar.in30_days calendar.in90_days calendar.in_a_year
        merge.accept merge.cancel merge.left merge.right merge.tick merge.next merge.previous merge.press merge.page_up
        merge.page_down
        role.accept role.cancel role.next_tab role.previous_tab role.tick role.filter role.press role.next
        role.previous role.up role.down role.left role.right role.page_up role.page_down role.first role.last
        choice.accept choice.cancel choice.up choice.down choice.page_up choice.page_down choice.first choice.last
        sorting.accept sorting.cancel sorting.up sorting.down sorting.page_up sorting.page_down sorting.first
        sorting.last
        columns.accept columns.cancel columns.tick columns.to_the_left columns.to_the_right columns.wider
        columns.narrower columns.as_usual columns.up columns.down columns.page_up columns.page_down columns.first
        columns.last
        secret.stored secret.discard secret.press secret.copy secret.check secret.copy_header secret.save_to_file
        secret.hide_or_show secret.next secret.previous secret.cancel
        entry.accept entry.cancel
        details.cancel details.up details.down details.page_up details.page_down details.first details.last
        help.cancel help.states help.up help.down help.page_up help.page_down help.first help.last
        list.half_up list.half_down list.tree_pane
        anywhere.help anywhere.palette";

    #[test]
    fn no_action_loses_its_name() {
        let names: Vec<String> = actions().into_iter().map(|action| action.name).collect();
        for name in NAMES.split_whitespace() {
            assert!(names.iter().any(|known| known == name), "{name}");
        }
    }
}
