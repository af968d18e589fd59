//! Administration > User Management > Roles: the list.

use ratatui::style::Style;

use crate::domain::event::Target;
use crate::domain::intent::Intent;
use crate::domain::list::{RoleRow, RoleSort};
use crate::domain::rights::Right;
use crate::domain::trouble::Trouble;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::list::{Change, Column, List, ListScreen, Table, Verbs, column};
use crate::ui::layer::role::RoleDialog;
use crate::ui::layer::{Asks, Ctx};
use crate::ui::request::Write;

impl Table for RoleRow {
    const COLUMNS: &'static [Column<RoleRow>] = &[
        column("column.name", (18, 1), Some(RoleSort::Name), |row, _| {
            (row.name.clone(), Style::new())
        }),
        column("column.access", (19, 0), None, |row, ctx| {
            let name = match (row.user_interface, row.web_service) {
                (true, true) => "access.both",
                (true, false) => "access.user_interface",
                (false, true) => "access.web_service",
                (false, false) => "access.none",
            };
            (ctx.text.say(name).to_owned(), Style::new())
        }),
        column("column.users", (5, 0), None, |row, _| {
            (row.users.to_string(), Style::new())
        }),
        column("column.keys", (8, 0), None, |row, _| {
            (row.keys.to_string(), Style::new())
        }),
        column("column.built_in", (8, 0), None, |row, ctx| {
            let name = if row.is_built_in() {
                "roles.built_in"
            } else {
                "roles.defined"
            };
            (ctx.text.say(name).to_owned(), Style::new())
        }),
        column("column.id", (5, 0), Some(RoleSort::Id), |row, _| {
            (row.place.id.to_string(), Style::new())
        }),
        column("column.description", (16, 2), None, |row, _| {
            (row.description.clone(), Style::new())
        }),
    ];

    fn name(&self, _ctx: &Ctx) -> String {
        self.name.clone()
    }

    fn facets((): &(), _ctx: &Ctx) -> String {
        String::new()
    }

    fn none(ctx: &Ctx) -> String {
        // There is always one: Full Access.
        ctx.text.say("list.nothing_found").to_owned()
    }
}

/// The screen.
pub type Roles = ListScreen<RoleVerbs>;

/// Its verbs.
#[derive(Default)]
pub struct RoleVerbs;

impl Verbs for RoleVerbs {
    type Row = RoleRow;

    const SCOPE: Scope = Scope::Roles;

    fn needs(action: Action) -> Option<Right> {
        match action {
            Action::New | Action::Duplicate => Some(Right::CreateRoles),
            Action::Delete => Some(Right::DeleteRoles),
            _ => None,
        }
    }

    fn allows(row: Option<&RoleRow>, action: Action, _ctx: &Ctx) -> Option<bool> {
        Some(match action {
            Action::New => true,
            Action::Properties | Action::Duplicate => row.is_some(),
            Action::Delete => row.is_some_and(|row| !row.immutable),
            _ => return None,
        })
    }

    fn why_not(row: &RoleRow, action: Action, ctx: &Ctx) -> Option<String> {
        let immutable = Trouble::RoleImmutable(row.name.clone());
        (action == Action::Delete).then(|| ctx.text.trouble(&immutable))
    }

    fn target(row: &RoleRow) -> Option<Target> {
        Some(Target::from((row.id(), row.name.as_str())))
    }

    fn intent(row: &RoleRow, action: Action) -> Option<Intent> {
        (action == Action::Delete).then(|| Intent::DeleteRole(row.id()))
    }

    fn begin(
        &mut self,
        _list: &mut List<RoleRow>,
        _action: Action,
        row: &RoleRow,
        ctx: &Ctx,
        asks: &mut Asks,
    ) {
        let text = ctx.text;
        let name = [("name", &row.name as &dyn std::fmt::Display)];
        let change = Change {
            request: Write::DeleteRole(row.id()),
            id: row.place.id,
            said: text.fill("roles.deleted", &name),
        };
        let body = text.fill("confirm.delete_role", &name);
        let title = text.say("confirm.delete_title");
        let verb = text.say("confirm.delete_verb");
        asks.push(Confirm::new(title, body, verb, Roles::makes(change)));
    }

    fn act(
        &mut self,
        list: &mut List<RoleRow>,
        action: Action,
        _ctx: &Ctx,
        asks: &mut Asks,
    ) -> bool {
        let row = list.selected().cloned();
        let then = Roles::goes_to_row();
        match (action, row) {
            (Action::New, _) => asks.push(RoleDialog::of_new_role(then)),
            (Action::Properties, Some(row)) => asks.push(RoleDialog::of_role(row.id(), then)),
            (Action::Duplicate, Some(row)) => asks.push(RoleDialog::of_copy(row.id(), then)),
            _ => return false,
        }
        true
    }
}
