//! Administration > User Management > API Keys: the list.

use std::fmt::Display;

use chrono::NaiveDate;

use crate::domain::event::Target;
use crate::domain::id::KeyId;
use crate::domain::intent::{Intent, KeyChange};
use crate::domain::list::{KeyRow, KeySort};
use crate::domain::rights::Right;
use crate::domain::state::Facts;
use crate::domain::trouble::Trouble;
use crate::domain::user::unnamed;
use crate::text::bulk::{
    DELETE, LOCK_OUT_KEYS, RESTORE, SET_EXPIRY, SET_NO_EXPIRY, SET_ROLE, UNLOCK,
};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::destination::Destination;
use crate::ui::layer::expiry::SetExpiry;
use crate::ui::layer::list::{
    Change, Column, ListScreen, Question, Table, Verb, Verbs, aging, choose_sight, column,
    last_used, plain,
};
use crate::ui::layer::new_secret::NewSecret;
use crate::ui::layer::properties::Properties;
use crate::ui::layer::try_secret::TrySecret;
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Then};

/// A request to the API that the keys open, with the secret left out.
const REQUEST: &str = "curl -H 'api-secret-key: <secret>' -H 'api-version: v1' https://HOST/api/";

impl Table for KeyRow {
    const TITLE: &'static str = "tree.api_keys";

    const EXPORT: &'static str = "api-keys";

    const COLUMNS: &'static [Column<KeyRow>] = &[
        column("column.name", (18, 100), ('n', KeySort::Name), |row, _| {
            plain(&row.name)
        }),
        column(
            "column.state",
            (18, 42),
            ('s', KeySort::State),
            |row: &KeyRow, ctx| {
                let state = row.state(ctx.as_of());
                let overlap = row.overlap_until(ctx.now);
                let mut words = ctx.text.key_state(state, overlap, ctx.zone);
                if row.is_limited(ctx.now) {
                    words = ctx.text.limited(&words);
                }
                (ctx.state(state, &words), ctx.theme.state(state))
            },
        )
        .or_shorter(|row, ctx| {
            let overlap = row.overlap_until(ctx.now);
            let left = overlap.map(|until| until.since(ctx.now));
            let state = row.state(ctx.as_of());
            let limited = row.is_limited(ctx.now);
            ctx.state(state, &ctx.text.key_state_short(state, left, limited))
        })
        .changing(KeyRow::changes_at),
        column("column.role", (11, 24), ('r', KeySort::Role), |row, _| {
            plain(&row.role)
        }),
        column(
            "column.expires",
            (10, 16),
            ('e', KeySort::Expires),
            |row: &KeyRow, ctx| {
                let exactly = row.expiry.filter(|expiry| !expiry.is_end_of_day(row.zone));
                plain(match exactly {
                    Some(expiry) => ctx.minute_in(expiry.at, row.zone),
                    None => expires_on(row, ctx),
                })
            },
        )
        .or_shorter(expires_on),
        column(
            "column.last_sign_in",
            (9, 16),
            ('l', KeySort::LastSignIn),
            |row: &KeyRow, ctx| plain(ctx.age(row.last_sign_in_at)),
        )
        .changing(|row, as_of| aging(row.last_sign_in_at, as_of)),
        column("column.owner", (12, 24), ('w', KeySort::Owner), |row, _| {
            plain(&row.owner)
        }),
        column("column.id", (4, 10), ('i', KeySort::Id), |row, _| {
            plain(row.place.id.to_string())
        }),
        column(
            "column.created",
            (9, 16),
            ('c', KeySort::Created),
            |row: &KeyRow, ctx| plain(ctx.age(Some(row.created_at))),
        )
        .changing(|row, as_of| aging(Some(row.created_at), as_of)),
        column(
            "column.created_by",
            (12, 24),
            ('b', KeySort::CreatedBy),
            |row: &KeyRow, _| plain(&row.created_by),
        )
        .or_shorter(|row, _| unnamed(&row.created_by).to_owned()),
        column(
            "column.description",
            (16, 80),
            ('d', KeySort::Description),
            |row, _| plain(row.description.lines().next().unwrap_or_default()),
        ),
    ];

    const HAS_SECRETS: bool = true;

    fn name(&self, _ctx: &Ctx) -> String {
        self.name.clone()
    }

    fn copies(&self, _ctx: &Ctx) -> Vec<(Option<&'static str>, String)> {
        vec![
            (Some("column.id"), self.place.id.to_string()),
            (Some("column.name"), self.name.clone()),
            (None, REQUEST.to_owned()),
        ]
    }

    fn none(ctx: &Ctx) -> String {
        if !ctx.actor.may(Right::CreateApiKeys) {
            return ctx.text.say("list.empty_read_only").to_owned();
        }
        let key = ctx.keys.key(Scope::ApiKeys, Action::New);
        ctx.text.fill("list.empty", &[("key", &key)])
    }

    fn all_hidden(ctx: &Ctx) -> String {
        let key = ctx.keys.key(Scope::ApiKeys, Action::StateFilter);
        ctx.text.fill("list.only_deleted", &[("key", &key)])
    }
}

/// The list of API keys with its verbs.
pub type ApiKeys = ListScreen<KeyVerbs>;

/// The verbs of API keys.
#[derive(Default)]
pub struct KeyVerbs;

impl Verbs for KeyVerbs {
    type Row = KeyRow;

    const SCOPE: Scope = Scope::ApiKeys;

    const VERBS: &'static [Verb<KeyVerbs, KeyRow>] = &[
        Verb::here(Action::New, &[Right::CreateApiKeys], |_, _, _, asks| {
            asks.push(Properties::of_new_key(ApiKeys::goes_to_row()));
        }),
        Verb::opens(Action::Properties, &[], |row, _, asks| {
            asks.push(Properties::of_key(row.id(), ApiKeys::goes_to_row()));
        }),
        Verb::opens(
            Action::Duplicate,
            &[Right::CreateApiKeys],
            |row, _, asks| {
                asks.push(Properties::of_copied_key(row.id(), ApiKeys::goes_to_row()));
            },
        ),
        Verb::changes(
            Action::Delete,
            Change {
                can: |row, _| undeleted(row),
                intent: |id| Intent::Key(KeyChange::Delete, KeyId(id)),
                question: Question::Confirm {
                    title: "confirm.delete_title",
                    body: |row, ctx| stops("confirm.delete", row, ctx),
                    verb: "confirm.delete_verb",
                    done: "list.deleted",
                },
                many: Some(&DELETE),
            },
        ),
        Verb::changes(
            Action::NewSecret,
            Change {
                can: |row, _| undeleted(row),
                intent: |id| Intent::IssueSecret(KeyId(id), None),
                question: Question::Dialog(|row, asks| {
                    asks.push(NewSecret::new(row, ApiKeys::goes_to_row()));
                }),
                many: None,
            },
        ),
        Verb::changes(
            Action::Lock,
            Change {
                can: |row, _| lockable(row, true),
                intent: |id| {
                    Intent::Key(
                        KeyChange::LockOut {
                            reason: String::new(),
                        },
                        KeyId(id),
                    )
                },
                question: Question::Confirm {
                    title: "confirm.lock_title",
                    body: |row, ctx| stops("confirm.lock", row, ctx),
                    verb: "confirm.lock_verb",
                    done: "list.locked",
                },
                many: Some(&LOCK_OUT_KEYS),
            },
        ),
        Verb::changes(
            Action::Unlock,
            Change {
                can: |row, _| lockable(row, false),
                intent: |id| Intent::Key(KeyChange::Unlock, KeyId(id)),
                question: Question::Confirm {
                    title: "confirm.unlock_title",
                    body: |row, ctx| {
                        let then = Facts {
                            locked_out: false,
                            ..row.facts
                        };
                        revives(["confirm.unlock", "confirm.unlock_in_vain"], row, then, ctx)
                    },
                    verb: "confirm.unlock_verb",
                    done: "list.unlocked",
                },
                many: Some(&UNLOCK),
            },
        ),
        Verb::changes(
            Action::EndOverlap,
            Change {
                can: |row, _| {
                    undeleted(row)?;
                    Cannot::Trouble(Trouble::NoOverlap).unless(row.retiring.is_some())
                },
                intent: |id| Intent::Key(KeyChange::EndOverlap, KeyId(id)),
                question: Question::Confirm {
                    title: "confirm.overlap_title",
                    body: |row, ctx| {
                        let until = row.retiring.map(|earlier| earlier.until);
                        let words: [(&str, &dyn Display); 3] = [
                            ("name", &row.name),
                            ("id", &row.id().0),
                            ("at", &ctx.second(until)),
                        ];
                        let earlier = row.retiring.and_then(|earlier| earlier.last_used_at);
                        let used = ["confirm.earlier_used", "confirm.earlier_unused"];
                        ctx.text.fill("confirm.overlap", &words) + &last_used(earlier, used, ctx)
                    },
                    verb: "confirm.overlap_verb",
                    done: "list.overlap_ended",
                },
                many: None,
            },
        ),
        Verb::changes(
            Action::Restore,
            Change {
                can: |row, ctx| {
                    let why = ctx.text.say("list.not_deleted");
                    Cannot::Said(why.into()).unless(row.facts.deleted)
                },
                intent: |id| Intent::Key(KeyChange::Restore, KeyId(id)),
                question: Question::Confirm {
                    title: "confirm.restore_title",
                    body: |row, ctx| {
                        let then = Facts {
                            deleted: false,
                            ..row.facts
                        };
                        revives(
                            ["confirm.restore", "confirm.restore_in_vain"],
                            row,
                            then,
                            ctx,
                        )
                    },
                    verb: "confirm.restore_verb",
                    done: "list.restored",
                },
                many: Some(&RESTORE),
            },
        ),
        Verb::many(
            Action::SetRole,
            &[Right::EditApiKeys],
            &SET_ROLE,
            |screen, _, asks| {
                screen.choose_role(|role| Intent::Key(KeyChange::SetRole(role), KeyId(0)), asks);
            },
        ),
        Verb::many(
            Action::SetExpiry,
            &[Right::EditApiKeys],
            &SET_EXPIRY,
            |_, ctx, asks| ask_expiry(ctx, asks),
        ),
        Verb::here(Action::Try, &[], |_, _, _, asks| {
            asks.push(TrySecret::new(ApiKeys::goes_to_row()));
        }),
        Verb::here(Action::StateFilter, &[], |_, list, ctx, asks| {
            choose_sight::<KeyVerbs>(list, ctx, asks);
        }),
        Verb::opens(Action::Events, &[Right::ViewEvents], |row, _, asks| {
            let about = Target::from((row.id(), row.name.as_str()));
            asks.go(Destination::events_about(&about));
        }),
    ];
}

/// The last day on which a key works.
fn expires_on(row: &KeyRow, ctx: &Ctx) -> String {
    let on = row.expiry.map(|expiry| expiry.on.to_string());
    on.unwrap_or_else(|| ctx.text.say("list.never").to_owned())
}

/// Asks for the last day of many keys.
fn ask_expiry(ctx: &Ctx, asks: &mut Asks) {
    let then = Then::new(|screen: &mut ApiKeys, day: Option<NaiveDate>, _, asks| {
        let intent = Intent::Key(KeyChange::SetExpiry(day), KeyId(0));
        let many = day.map_or(&SET_NO_EXPIRY, |_| &SET_EXPIRY);
        let value = day.map(|day| day.to_string()).unwrap_or_default();
        screen.look_at_each(intent, many, value, asks);
    });
    asks.push(SetExpiry::new(then, ctx));
}

fn undeleted(row: &KeyRow) -> Can<'_> {
    Cannot::Of("list.is_deleted", &row.name).unless(!row.facts.deleted)
}

/// Whether the key can be locked out, or unlocked. Who did so before is not in the row.
fn lockable(row: &KeyRow, lock: bool) -> Can<'_> {
    let why = match row.facts {
        Facts { deleted: true, .. } => "list.is_deleted",
        Facts { locked_out, .. } if locked_out != lock => return Ok(()),
        _ if lock => "list.locked_already",
        _ => "list.not_locked",
    };
    Err(Cannot::Asks(why, &row.name))
}

fn fill(sentence: &'static str, row: &KeyRow, state: &str, ctx: &Ctx) -> String {
    let words: [(&str, &dyn Display); 3] =
        [("name", &row.name), ("id", &row.id().0), ("state", &state)];
    ctx.text.fill(sentence, &words)
}

/// What follows from a change that stops the key.
fn stops(sentence: &'static str, row: &KeyRow, ctx: &Ctx) -> String {
    let used = ["confirm.last_sign_in", "confirm.never_used"];
    fill(sentence, row, "", ctx) + &last_used(row.last_sign_in_at, used, ctx)
}

/// What follows from a change after which the key has these facts: it authenticates again, or does not all the same.
fn revives([works, in_vain]: [&'static str; 2], row: &KeyRow, then: Facts, ctx: &Ctx) -> String {
    let sentence = if then.authenticates(ctx.now) {
        works
    } else {
        in_vain
    };
    let state = ctx.text.state(then.state(ctx.as_of()));
    let used = ["confirm.last_sign_in", "confirm.never_used"];
    fill(sentence, row, &state, ctx) + &last_used(row.last_sign_in_at, used, ctx)
}
