//! Administration > User Management > Users: the list.

use ratatui::style::Style;

use crate::domain::event::Target;
use crate::domain::intent::{Intent, UserChange};
use crate::domain::list::{UserRow, UserSort};
use crate::domain::rights::Right;
use crate::domain::state::UserState;
use crate::domain::trouble::Trouble;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::list::{Change, Column, List, ListScreen, Table, Verbs, column};
use crate::ui::layer::properties::Properties;
use crate::ui::layer::{Asks, Ctx};
use crate::ui::request::Write;

impl Table for UserRow {
    const COLUMNS: &'static [Column<UserRow>] = &[
        column("column.name", (16, 1), Some(UserSort::Name), |row, _| {
            (row.name.clone(), Style::new())
        }),
        column("column.state", (12, 0), None, |row, ctx| {
            let state = row.state();
            let words = ctx.text.user_state(state).to_owned();
            (words, ctx.theme.user_state(state))
        }),
        column("column.role", (12, 1), None, |row, _| {
            (row.role.clone(), Style::new())
        }),
        column("column.full_name", (16, 2), None, |row, _| {
            (row.full_name.clone(), Style::new())
        }),
        column(
            "column.last_sign_in",
            (16, 0),
            Some(UserSort::LastSignIn),
            |row, ctx| (ctx.minute(row.last_sign_in_at), Style::new()),
        ),
        column(
            "column.created",
            (16, 0),
            Some(UserSort::Created),
            |row, ctx| (ctx.minute(Some(row.created_at)), Style::new()),
        ),
        column("column.id", (5, 0), Some(UserSort::Id), |row, _| {
            (row.place.id.to_string(), Style::new())
        }),
    ];

    fn name(&self, _ctx: &Ctx) -> String {
        self.name.clone()
    }

    fn facets((): &(), _ctx: &Ctx) -> String {
        String::new()
    }

    fn none(ctx: &Ctx) -> String {
        // There is always one: whoever made the database.
        ctx.text.say("list.nothing_found").to_owned()
    }
}

/// The screen.
pub type Users = ListScreen<UserVerbs>;

/// Its verbs.
#[derive(Default)]
pub struct UserVerbs;

impl Verbs for UserVerbs {
    type Row = UserRow;

    const SCOPE: Scope = Scope::Users;

    fn needs(action: Action) -> Option<Right> {
        match action {
            Action::New => Some(Right::CreateUsers),
            Action::Lock | Action::Unlock => Some(Right::EditUsers),
            Action::Delete => Some(Right::DeleteUsers),
            _ => None,
        }
    }

    fn allows(row: Option<&UserRow>, action: Action, ctx: &Ctx) -> Option<bool> {
        let other = row.filter(|row| row.id() != ctx.actor.user);
        Some(match action {
            Action::New => true,
            Action::Properties => row.is_some(),
            Action::Lock => other.is_some_and(|row| !row.locked_out),
            Action::Unlock => row.is_some_and(|row| row.locked_out),
            Action::Delete => other.is_some(),
            _ => return None,
        })
    }

    fn why_not(row: &UserRow, action: Action, ctx: &Ctx) -> Option<String> {
        let text = ctx.text;
        let name = [("name", &row.name as &dyn std::fmt::Display)];
        Some(match action {
            Action::Lock if row.locked_out => text.fill("list.locked_already", &name),
            Action::Lock => text.trouble(&Trouble::OwnLock),
            Action::Unlock => text.fill("list.not_locked", &name),
            Action::Delete => text.trouble(&Trouble::OwnDeletion),
            _ => return None,
        })
    }

    fn intent(row: &UserRow, action: Action) -> Option<Intent> {
        let id = row.id();
        Some(match action {
            Action::Lock => Intent::LockOutUser(id),
            Action::Unlock => Intent::UnlockUser(id),
            Action::Delete => Intent::DeleteUser(id),
            _ => return None,
        })
    }

    fn begin(
        &mut self,
        _list: &mut List<UserRow>,
        action: Action,
        row: &UserRow,
        ctx: &Ctx,
        asks: &mut Asks,
    ) {
        confirm(action, row, ctx, asks);
    }

    fn target(row: &UserRow) -> Option<Target> {
        Some(Target::from((row.id(), row.name.as_str())))
    }

    fn act(
        &mut self,
        list: &mut List<UserRow>,
        action: Action,
        _ctx: &Ctx,
        asks: &mut Asks,
    ) -> bool {
        let row = list.selected().cloned();
        let then = Users::goes_to_row();
        match (action, row) {
            (Action::New, _) => asks.push(Properties::of_new_user(then)),
            (Action::Properties, Some(row)) => asks.push(Properties::of_user(row.id(), then)),
            _ => return false,
        }
        true
    }
}

/// Asks before a verb that takes effect at once.
fn confirm(action: Action, row: &UserRow, ctx: &Ctx, asks: &mut Asks) {
    let id = row.id();
    let (request, said, title, sentence, verb) = match action {
        Action::Unlock => (
            Write::ChangeUser(UserChange::Unlock, id),
            "users.unlocked",
            "confirm.unlock_title",
            "confirm.unlock_user",
            "confirm.unlock_verb",
        ),
        Action::Lock => (
            Write::ChangeUser(UserChange::LockOut, id),
            "users.locked",
            "confirm.lock_title",
            "confirm.lock_user",
            "confirm.lock_verb",
        ),
        _ => (
            Write::ChangeUser(UserChange::Delete, id),
            "users.deleted",
            "confirm.delete_title",
            "confirm.delete_user",
            "confirm.delete_verb",
        ),
    };
    let text = ctx.text;
    let used = match row.last_sign_in_at {
        Some(at) => text.fill(
            "confirm.last_sign_in",
            &[("ago", &text.ago(ctx.now.since(at)))],
        ),
        None => text.say("confirm.user_never").to_owned(),
    };
    let then = UserState::of(false, row.user_interface);
    let sentence = match action {
        Action::Unlock if then != UserState::Active => "confirm.unlock_user_in_vain",
        _ => sentence,
    };
    let filled = [
        ("name", &row.name as &dyn std::fmt::Display),
        ("role", &row.role),
        ("state", &text.user_state(then)),
    ];
    let body = text.fill(sentence, &filled);
    let body = format!("{body}\n\n{used}");
    let change = Change {
        request,
        id: id.0,
        said: text.fill(said, &[("name", &row.name)]),
    };
    let yes = Users::makes(change);
    asks.push(Confirm::new(text.say(title), body, text.say(verb), yes));
}
