//! Administration > User Management > Roles: the list.

use crate::domain::event::Target;
use crate::domain::id::RoleId;
use crate::domain::intent::Intent;
use crate::domain::list::{RoleRow, RoleSort};
use crate::domain::rights::Right;
use crate::text::bulk::DELETE;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::destination::Destination;
use crate::ui::layer::list::{
    Change, Column, ListScreen, Question, Table, Verb, Verbs, column, plain,
};
use crate::ui::layer::role::RoleDialog;
use crate::ui::layer::{Cannot, Ctx};

impl Table for RoleRow {
    const TITLE: &'static str = "tree.roles";

    const EXPORT: &'static str = "roles";

    const COLUMNS: &'static [Column<RoleRow>] = &[
        column("column.name", (18, 100), ('n', RoleSort::Name), |row, _| {
            plain(&row.name)
        }),
        column(
            "column.access",
            (28, 48),
            ('a', RoleSort::Access),
            |row: &RoleRow, ctx| plain(ctx.text.role_access(row)),
        )
        .or_shorter(|row, ctx| match row.services.as_str() {
            "" => ctx.text.lets_into(row).to_owned(),
            _ => ctx.text.limited(ctx.text.lets_into(row)),
        }),
        column("column.users", (5, 10), ('u', RoleSort::Users), |row, _| {
            plain(row.users.to_string())
        }),
        column("column.keys", (8, 10), ('k', RoleSort::Keys), |row, _| {
            plain(row.keys.to_string())
        }),
        column(
            "column.built_in",
            (8, 12),
            ('t', RoleSort::BuiltIn),
            |row, ctx| {
                let name = if row.is_built_in() {
                    "roles.built_in"
                } else {
                    "roles.defined"
                };
                plain(ctx.text.say(name))
            },
        ),
        column("column.id", (4, 10), ('i', RoleSort::Id), |row, _| {
            plain(row.place.id.to_string())
        }),
        column(
            "column.description",
            (16, 100),
            ('d', RoleSort::Description),
            |row, _| plain(&row.description),
        ),
    ];

    fn name(&self, _ctx: &Ctx) -> String {
        self.name.clone()
    }

    fn none(ctx: &Ctx) -> String {
        // There is always one: Full Access.
        ctx.text.say("list.nothing_found").to_owned()
    }
}

/// The list of roles with its verbs.
pub type Roles = ListScreen<RoleVerbs>;

/// The verbs of roles.
#[derive(Default)]
pub struct RoleVerbs;

impl Verbs for RoleVerbs {
    type Row = RoleRow;

    const SCOPE: Scope = Scope::Roles;

    const VERBS: &'static [Verb<RoleVerbs, RoleRow>] = &[
        Verb::here(Action::New, &[Right::CreateRoles], |_, _, _, asks| {
            asks.push(RoleDialog::of_new_role(Roles::goes_to_row()));
        }),
        Verb::opens(Action::Properties, &[], |row, _, asks| {
            asks.push(RoleDialog::of_role(row.id(), Roles::goes_to_row()));
        }),
        Verb::opens(Action::Duplicate, &[Right::CreateRoles], |row, _, asks| {
            asks.push(RoleDialog::of_copy(row.id(), Roles::goes_to_row()));
        }),
        Verb::changes(
            Action::Delete,
            Change {
                can: |row, _| {
                    Cannot::Of("trouble.role_immutable", &row.name).unless(!row.immutable)
                },
                intent: |id| Intent::DeleteRole(RoleId(id)),
                question: Question::Confirm {
                    title: "confirm.delete_title",
                    body: |row, ctx| ctx.text.fill("confirm.delete_role", &[("name", &row.name)]),
                    verb: "confirm.delete_verb",
                    done: "roles.deleted",
                },
                many: Some(&DELETE),
            },
        ),
        Verb::opens(Action::Events, &[Right::ViewEvents], |row, _, asks| {
            let about = Target::from((row.id(), row.name.as_str()));
            asks.go(Destination::events_about(&about));
        }),
    ];
}
