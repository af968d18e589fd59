//! Administration > User Management > Users: the list.

use std::fmt::Display;

use crate::domain::event::Target;
use crate::domain::id::UserId;
use crate::domain::intent::{Intent, UserChange};
use crate::domain::list::{UserRow, UserSort};
use crate::domain::rights::Right;
use crate::domain::state::UserState;
use crate::domain::trouble::Trouble;
use crate::text::bulk::{DELETE, LOCK_OUT_USERS, SET_ROLE, UNLOCK};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::destination::Destination;
use crate::ui::layer::list::{
    Change, Column, ListScreen, Question, Table, Verb, Verbs, aging, choose_sight, column,
    last_used, plain,
};
use crate::ui::layer::properties::Properties;
use crate::ui::layer::{Cannot, Ctx};

impl Table for UserRow {
    const TITLE: &'static str = "tree.users";

    const EXPORT: &'static str = "users";

    const COLUMNS: &'static [Column<UserRow>] = &[
        column("column.name", (16, 100), ('n', UserSort::Name), |row, _| {
            plain(&row.name)
        }),
        column(
            "column.state",
            (14, 20),
            ('s', UserSort::State),
            |row, ctx| {
                let state = row.state();
                let words = ctx.user_state(state, ctx.text.user_state(state));
                (words, ctx.theme.user_state(state))
            },
        ),
        column("column.role", (12, 24), ('r', UserSort::Role), |row, _| {
            plain(&row.role)
        }),
        column(
            "column.full_name",
            (16, 40),
            ('f', UserSort::FullName),
            |row, _| plain(&row.full_name),
        ),
        column(
            "column.last_sign_in",
            (9, 16),
            ('l', UserSort::LastSignIn),
            |row: &UserRow, ctx| plain(ctx.age(row.last_sign_in_at)),
        )
        .changing(|row, as_of| aging(row.last_sign_in_at, as_of)),
        column(
            "column.created",
            (9, 16),
            ('c', UserSort::Created),
            |row: &UserRow, ctx| plain(ctx.age(Some(row.created_at))),
        )
        .changing(|row, as_of| aging(Some(row.created_at), as_of)),
        column("column.id", (4, 10), ('i', UserSort::Id), |row, _| {
            plain(row.place.id.to_string())
        }),
    ];

    fn name(&self, _ctx: &Ctx) -> String {
        self.name.clone()
    }

    fn none(ctx: &Ctx) -> String {
        // There is always one: whoever made the database.
        ctx.text.say("list.nothing_found").to_owned()
    }
}

/// The list of users with its verbs.
pub type Users = ListScreen<UserVerbs>;

/// The verbs of users.
#[derive(Default)]
pub struct UserVerbs;

impl Verbs for UserVerbs {
    type Row = UserRow;

    const SCOPE: Scope = Scope::Users;

    const VERBS: &'static [Verb<UserVerbs, UserRow>] = &[
        Verb::here(Action::New, &[Right::CreateUsers], |_, _, _, asks| {
            asks.push(Properties::of_new_user(Users::goes_to_row()));
        }),
        Verb::opens(Action::Properties, &[], |row, _, asks| {
            asks.push(Properties::of_user(row.id(), Users::goes_to_row()));
        }),
        Verb::changes(
            Action::Delete,
            Change {
                can: |row, ctx| {
                    Cannot::Trouble(Trouble::OwnDeletion).unless(!ctx.actor.is_user(row.id()))
                },
                intent: |id| Intent::User(UserChange::Delete, UserId(id)),
                question: Question::Confirm {
                    title: "confirm.delete_title",
                    body: |row, ctx| follows("confirm.delete_user", row, ctx),
                    verb: "confirm.delete_verb",
                    done: "users.deleted",
                },
                many: Some(&DELETE),
            },
        ),
        Verb::changes(
            Action::Lock,
            Change {
                can: |row, ctx| {
                    // Who did it is not in the row.
                    Cannot::Asks("list.locked_already", &row.name).unless(!row.locked_out)?;
                    Cannot::Trouble(Trouble::OwnLock).unless(!ctx.actor.is_user(row.id()))
                },
                intent: |id| {
                    Intent::User(
                        UserChange::LockOut {
                            reason: String::new(),
                        },
                        UserId(id),
                    )
                },
                question: Question::Confirm {
                    title: "confirm.lock_title",
                    body: |row, ctx| follows("confirm.lock_user", row, ctx),
                    verb: "confirm.lock_verb",
                    done: "users.locked",
                },
                many: Some(&LOCK_OUT_USERS),
            },
        ),
        Verb::changes(
            Action::Unlock,
            Change {
                can: |row, _| Cannot::Asks("list.not_locked", &row.name).unless(row.locked_out),
                intent: |id| Intent::User(UserChange::Unlock, UserId(id)),
                question: Question::Confirm {
                    title: "confirm.unlock_title",
                    body: |row, ctx| match unlocked(row) {
                        UserState::Active => follows("confirm.unlock_user", row, ctx),
                        _ => follows("confirm.unlock_user_in_vain", row, ctx),
                    },
                    verb: "confirm.unlock_verb",
                    done: "users.unlocked",
                },
                many: Some(&UNLOCK),
            },
        ),
        Verb::many(
            Action::SetRole,
            &[Right::EditUsers],
            &SET_ROLE,
            |screen, _, asks| {
                screen.choose_role(
                    |role| Intent::User(UserChange::SetRole(role), UserId(0)),
                    asks,
                );
            },
        ),
        Verb::here(Action::StateFilter, &[], |_, list, ctx, asks| {
            choose_sight::<UserVerbs>(list, ctx, asks);
        }),
        Verb::opens(Action::Events, &[Right::ViewEvents], |row, _, asks| {
            let about = Target::from((row.id(), row.name.as_str()));
            asks.go(Destination::events_about(&about));
        }),
    ];
}

/// The state of the user when they are not locked out.
fn unlocked(row: &UserRow) -> UserState {
    UserState::of(false, row.user_interface)
}

/// What follows from a change, and when the user last signed in.
fn follows(sentence: &'static str, row: &UserRow, ctx: &Ctx) -> String {
    let state = ctx.text.user_state(unlocked(row));
    let words: [(&str, &dyn Display); 3] =
        [("name", &row.name), ("role", &row.role), ("state", &state)];
    let used = ["confirm.last_sign_in", "confirm.user_never"];
    ctx.text.fill(sentence, &words) + &last_used(row.last_sign_in_at, used, ctx)
}
