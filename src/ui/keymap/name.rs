//! The names of actions, as the config file has them: where they are done, and what is done there. The screens with
//! lists are one place: what they have in common is done with the same keys on all.

use crate::ui::keymap::{Action, Binding, Scope};

impl Binding {
    /// The action's name; nothing where its keys cannot be changed.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        (!self.is_fixed()).then(|| self.full_name())
    }

    /// The name also of an action whose keys cannot be changed.
    pub(super) fn full_name(&self) -> String {
        format!("{}.{}", place(self.scope), word(self.action))
    }

    /// Whether nobody changes the keys. A confirmation must not take the key that brought it up, held down, for its
    /// answer; and everybody is to find the way out.
    fn is_fixed(&self) -> bool {
        let scope = matches!(
            self.scope,
            Scope::Confirmation | Scope::Countdown | Scope::Ended
        );
        scope || matches!(self.action, Action::Leave | Action::Stop)
    }
}

fn place(scope: Scope) -> &'static str {
    match scope {
        Scope::Anywhere => "anywhere",
        Scope::List | Scope::ApiKeys | Scope::Users | Scope::Roles | Scope::Events => "list",
        Scope::Details => "details",
        Scope::Tree => "tree",
        Scope::Filter => "filter",
        Scope::Form => "form",
        Scope::Role => "role",
        Scope::Choice => "choice",
        Scope::Confirmation => "confirmation",
        Scope::Secret => "secret",
        Scope::Entry | Scope::Check => "entry",
        Scope::Countdown => "countdown",
        Scope::Ended => "ended",
        Scope::Help => "help",
    }
}

fn word(action: Action) -> &'static str {
    match action {
        Action::Help => "help",
        Action::States => "states",
        Action::Leave => "leave",
        Action::Stop => "stop",
        Action::Up => "up",
        Action::Down => "down",
        Action::PageUp => "page_up",
        Action::PageDown => "page_down",
        Action::First => "first",
        Action::Last => "last",
        Action::Next => "next",
        Action::Previous => "previous",
        Action::Left => "left",
        Action::Right => "right",
        Action::NextTab => "next_tab",
        Action::PreviousTab => "previous_tab",
        Action::Open => "open",
        Action::Press => "press",
        Action::Accept => "accept",
        Action::Cancel => "cancel",
        Action::Yes => "yes",
        Action::New => "new",
        Action::Properties => "properties",
        Action::NewSecret => "new_secret",
        Action::Lock => "lock",
        Action::Unlock => "unlock",
        Action::EndOverlap => "end_overlap",
        Action::Delete => "delete",
        Action::Restore => "restore",
        Action::Duplicate => "duplicate",
        Action::Events => "events",
        Action::Filter => "filter",
        Action::StateFilter => "state_filter",
        Action::ByEvent => "by_event",
        Action::ByLevel => "by_level",
        Action::ByTarget => "by_target",
        Action::ByPerson => "by_person",
        Action::ByTime => "by_time",
        Action::SortNext => "sort_next",
        Action::SortReverse => "sort_reverse",
        Action::Tree => "tree",
        Action::MyAccount => "my_account",
        Action::Quit => "quit",
        Action::Copy => "copy",
        Action::CopyHeader => "copy_header",
        Action::SaveToFile => "save_to_file",
        Action::HideOrShow => "hide_or_show",
        Action::Check => "check",
        Action::Stored => "stored",
        Action::Discard => "discard",
    }
}
