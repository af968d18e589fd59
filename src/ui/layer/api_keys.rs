//! Administration > User Management > API Keys: the list.

use ratatui::style::Style;

use crate::domain::event::Target;
use crate::domain::intent::{Intent, KeyChange};
use crate::domain::list::{KeyRow, KeySort};
use crate::domain::rights::Right;
use crate::domain::state::{AsOf, Facts, StateFilter};
use crate::domain::time::Timestamp;
use crate::domain::trouble::Trouble;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::choice::Choice;
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::list::{Change, Column, List, ListScreen, Table, Verbs, column};
use crate::ui::layer::new_secret::NewSecret;
use crate::ui::layer::properties::Properties;
use crate::ui::layer::{Asks, Ctx, Then};
use crate::ui::request::Write;

impl Table for KeyRow {
    const COLUMNS: &'static [Column<KeyRow>] = &[
        column("column.name", (20, 2), Some(KeySort::Name), |row, _| {
            plain(row.name.clone())
        }),
        column("column.state", (15, 0), Some(KeySort::State), |row, ctx| {
            let state = row.state(ctx.as_of());
            (ctx.text.state(state), ctx.theme.state(state))
        }),
        column("column.role", (11, 0), None, |row, _| {
            plain(row.role.clone())
        }),
        column(
            "column.expires",
            (10, 0),
            Some(KeySort::Expires),
            |row, ctx| {
                let on = row.expiry.map(|expiry| expiry.on.to_string());
                plain(on.unwrap_or_else(|| ctx.text.say("list.never").to_owned()))
            },
        ),
        column(
            "column.last_sign_in",
            (16, 0),
            Some(KeySort::LastSignIn),
            |row, ctx| plain(ctx.minute(row.last_sign_in_at)),
        ),
        column("column.id", (5, 0), Some(KeySort::Id), |row, _| {
            plain(row.place.id.to_string())
        }),
        column(
            "column.created",
            (16, 0),
            Some(KeySort::Created),
            |row, ctx| plain(ctx.minute(Some(row.created_at))),
        ),
        column("column.created_by", (12, 0), None, |row, _| {
            plain(row.created_by.clone())
        }),
        column("column.description", (16, 3), None, |row, _| {
            plain(
                row.description
                    .lines()
                    .next()
                    .unwrap_or_default()
                    .to_owned(),
            )
        }),
    ];

    const HAS_SECRETS: bool = true;

    fn name(&self, _ctx: &Ctx) -> String {
        self.name.clone()
    }

    fn facets(facets: &StateFilter, ctx: &Ctx) -> String {
        ctx.text.state_filter(*facets, ctx.warning)
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

    fn changes_at(&self, as_of: AsOf) -> Option<Timestamp> {
        self.facts.changes_at(as_of)
    }
}

fn plain(words: String) -> (String, Style) {
    (words, Style::new())
}

/// The screen.
pub type ApiKeys = ListScreen<KeyVerbs>;

/// Its verbs.
#[derive(Default)]
pub struct KeyVerbs;

impl KeyVerbs {
    /// Asks before a verb that takes effect at once.
    fn confirm(action: Action, row: &KeyRow, ctx: &Ctx, asks: &mut Asks) {
        let id = row.id();
        let (request, said, title, sentence, verb) = match action {
            Action::Unlock => (
                Write::ChangeKey(KeyChange::Unlock, id),
                "list.unlocked",
                "confirm.unlock_title",
                "confirm.unlock",
                "confirm.unlock_verb",
            ),
            Action::Lock => (
                Write::ChangeKey(KeyChange::LockOut, id),
                "list.locked",
                "confirm.lock_title",
                "confirm.lock",
                "confirm.lock_verb",
            ),
            Action::EndOverlap => (
                Write::ChangeKey(KeyChange::EndOverlap, id),
                "list.overlap_ended",
                "confirm.overlap_title",
                "confirm.overlap",
                "confirm.overlap_verb",
            ),
            Action::Restore => (
                Write::ChangeKey(KeyChange::Restore, id),
                "list.restored",
                "confirm.restore_title",
                "confirm.restore",
                "confirm.restore_verb",
            ),
            _ => (
                Write::ChangeKey(KeyChange::Delete, id),
                "list.deleted",
                "confirm.delete_title",
                "confirm.delete",
                "confirm.delete_verb",
            ),
        };
        let (used_at, used, unused) = match row.retiring.filter(|_| action == Action::EndOverlap) {
            Some(earlier) => (
                earlier.last_used_at,
                "confirm.earlier_used",
                "confirm.earlier_unused",
            ),
            None => (
                row.last_sign_in_at,
                "confirm.last_sign_in",
                "confirm.never_used",
            ),
        };
        let text = ctx.text;
        let used = match used_at {
            Some(at) => text.fill(used, &[("ago", &text.ago(ctx.now.since(at)))]),
            None => text.say(unused).to_owned(),
        };
        let (sentence, state) = match action {
            Action::Unlock | Action::Restore => {
                let then = Facts {
                    locked_out: row.facts.locked_out && action == Action::Restore,
                    deleted: false,
                    ..row.facts
                };
                let vain = !then.authenticates(ctx.now);
                let sentence = match action {
                    Action::Unlock if vain => "confirm.unlock_in_vain",
                    Action::Restore if vain => "confirm.restore_in_vain",
                    _ => sentence,
                };
                (sentence, text.state(then.state(ctx.as_of())))
            }
            _ => (sentence, String::new()),
        };
        let filled = [
            ("name", &row.name as &dyn std::fmt::Display),
            ("id", &id.0),
            ("state", &state),
        ];
        let body = text.fill(sentence, &filled);
        let body = format!("{body}\n\n{used}");
        let change = Change {
            request,
            id: id.0,
            said: text.fill(said, &[("name", &row.name)]),
        };
        let yes = ApiKeys::makes(change);
        asks.push(Confirm::new(text.say(title), body, text.say(verb), yes));
    }

    fn choose_state(present: StateFilter, ctx: &Ctx, asks: &mut Asks) {
        let named = |filter| (filter, ctx.text.state_filter(filter, ctx.warning));
        let entries = StateFilter::ALL.map(named).to_vec();
        let then = Then::new(|screen: &mut ApiKeys, filter, _, asks| {
            screen.list.set_facets(filter, asks);
        });
        let title = ctx.text.say("list.state_filter");
        asks.push(Choice::of(title, entries, &present, then));
    }
}

impl Verbs for KeyVerbs {
    type Row = KeyRow;

    const SCOPE: Scope = Scope::ApiKeys;

    fn needs(action: Action) -> Option<Right> {
        match action {
            Action::New => Some(Right::CreateApiKeys),
            Action::NewSecret | Action::Lock | Action::Unlock | Action::EndOverlap => {
                Some(Right::EditApiKeys)
            }
            Action::Delete | Action::Restore => Some(Right::DeleteApiKeys),
            _ => None,
        }
    }

    fn allows(row: Option<&KeyRow>, action: Action, _ctx: &Ctx) -> Option<bool> {
        let live = row.filter(|row| !row.facts.deleted);
        Some(match action {
            Action::New | Action::StateFilter => true,
            Action::Properties => row.is_some(),
            Action::NewSecret | Action::Delete => live.is_some(),
            Action::Lock => live.is_some_and(|row| !row.facts.locked_out),
            Action::Unlock => live.is_some_and(|row| row.facts.locked_out),
            Action::EndOverlap => live.is_some_and(|row| row.retiring.is_some()),
            Action::Restore => row.is_some() && live.is_none(),
            _ => return None,
        })
    }

    fn why_not(row: &KeyRow, action: Action, ctx: &Ctx) -> Option<String> {
        let text = ctx.text;
        let name = [("name", &row.name as &dyn std::fmt::Display)];
        Some(match action {
            Action::Restore => text.say("list.not_deleted").to_owned(),
            Action::NewSecret | Action::Lock | Action::Unlock | Action::Delete
                if row.facts.deleted =>
            {
                text.fill("list.is_deleted", &name)
            }
            Action::Lock => text.fill("list.locked_already", &name),
            Action::Unlock => text.fill("list.not_locked", &name),
            Action::EndOverlap => text.trouble(&Trouble::NoOverlap),
            _ => return None,
        })
    }

    fn target(row: &KeyRow) -> Option<Target> {
        Some(Target::from((row.id(), row.name.as_str())))
    }

    fn intent(row: &KeyRow, action: Action) -> Option<Intent> {
        let id = row.id();
        Some(match action {
            Action::Lock => Intent::LockOut(id),
            Action::Unlock => Intent::Unlock(id),
            Action::Delete => Intent::Delete(id),
            Action::Restore => Intent::Restore(id),
            Action::EndOverlap => Intent::EndOverlap(id),
            Action::NewSecret => Intent::Issue(id),
            _ => return None,
        })
    }

    fn begin(
        &mut self,
        _list: &mut List<KeyRow>,
        action: Action,
        row: &KeyRow,
        ctx: &Ctx,
        asks: &mut Asks,
    ) {
        match action {
            Action::NewSecret => asks.push(NewSecret::new(row, ApiKeys::goes_to_row())),
            _ => KeyVerbs::confirm(action, row, ctx, asks),
        }
    }

    fn act(&mut self, list: &mut List<KeyRow>, action: Action, ctx: &Ctx, asks: &mut Asks) -> bool {
        let row = list.selected().cloned();
        match (action, row) {
            (Action::New, _) => asks.push(Properties::of_new_key(ApiKeys::goes_to_row())),
            (Action::StateFilter, _) => KeyVerbs::choose_state(*list.facets(), ctx, asks),
            (Action::Properties, Some(row)) => {
                asks.push(Properties::of_key(row.id(), ApiKeys::goes_to_row()));
            }
            _ => return false,
        }
        true
    }
}
