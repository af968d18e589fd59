//! The verbs of a list's screen: a row for each, which router, toolbar, footer, help and click read.

use crate::domain::id::UserId;
use crate::domain::intent::Intent;
use crate::domain::rights::Right;
use crate::domain::time::Timestamp;
use crate::text::bulk::Many;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::list::{List, ListScreen, Table};
use crate::ui::layer::{Asks, Can, Ctx};
use crate::ui::request::{Outcome, Ticket};

/// What can be done on a screen beside what every list can do.
pub trait Verbs: Default + 'static {
    type Row: Table;

    /// The part of the key table with the keys of the verbs.
    const SCOPE: Scope;

    /// Every verb, a row each.
    const VERBS: &'static [Verb<Self, Self::Row>];

    /// Takes what came of a request of this screen's own, and gives back what is not for it.
    fn answer(
        &mut self,
        _list: &List<Self::Row>,
        answer: (Ticket, Outcome),
        _ctx: &Ctx,
        _asks: &mut Asks,
    ) -> Option<(Ticket, Outcome)> {
        Some(answer)
    }

    /// The database has changed, or the screen was left and is shown again: what was asked for is asked for anew.
    fn refresh(&mut self, _asks: &mut Asks) {}

    /// Whether such an answer decides what the next key means.
    fn waits(&self) -> bool {
        false
    }
}

/// A verb of a screen.
pub struct Verb<V: Verbs, R: Table> {
    pub action: Action,
    pub does: Does<V, R>,
    /// The rights of which one is enough, beside that to see the list; where there are none, none is needed. What a
    /// change needs, its intent tells.
    needs: &'static [Right],
}

/// What a verb does.
pub enum Does<V: Verbs, R: Table> {
    /// Something for which no row has to be selected.
    Here(fn(&mut V, &mut List<R>, &Ctx, &mut Asks)),
    /// Opens something about the selected row.
    Opens(fn(&R, &Ctx, &mut Asks)),
    /// Changes the selected row.
    Changes(Change<R>),
    /// Asks how the marked rows are to be changed, or else the selected one.
    Many(&'static Many, fn(&mut ListScreen<V>, &Ctx, &mut Asks)),
}

/// A change of a row, about which the service is asked first and then the administrator.
pub struct Change<R> {
    /// Whether the row lets it be done, as far as is known here.
    pub can: for<'a> fn(&'a R, &Ctx) -> Can<'a>,
    /// The change of the row with this ID.
    pub intent: fn(i64) -> Intent,
    pub question: Question<R>,
    /// What is said of it where it is done to the marked rows at once; nothing where it is of one row alone.
    pub many: Option<&'static Many>,
}

/// How the administrator is asked.
pub enum Question<R> {
    /// By a dialog of its own, which sees to the rest.
    Dialog(fn(&R, &mut Asks)),
    Confirm {
        /// Name of the title.
        title: &'static str,
        /// What follows from the change.
        body: fn(&R, &Ctx) -> String,
        /// Name of what the button says.
        verb: &'static str,
        /// Name of what is said when it is done.
        done: &'static str,
    },
}

impl<V: Verbs, R: Table> Verb<V, R> {
    /// A verb for which no row has to be selected.
    pub const fn here(
        action: Action,
        needs: &'static [Right],
        act: fn(&mut V, &mut List<R>, &Ctx, &mut Asks),
    ) -> Verb<V, R> {
        let does = Does::Here(act);
        Verb {
            action,
            does,
            needs,
        }
    }

    /// A verb that opens something about the selected row.
    pub const fn opens(
        action: Action,
        needs: &'static [Right],
        open: fn(&R, &Ctx, &mut Asks),
    ) -> Verb<V, R> {
        let does = Does::Opens(open);
        Verb {
            action,
            does,
            needs,
        }
    }

    /// A verb that changes the selected row.
    #[must_use]
    pub const fn changes(action: Action, change: Change<R>) -> Verb<V, R> {
        let does = Does::Changes(change);
        let needs = &[];
        Verb {
            action,
            does,
            needs,
        }
    }

    /// A verb that asks how the marked rows are to be changed, or else the selected one.
    pub const fn many(
        action: Action,
        needs: &'static [Right],
        many: &'static Many,
        ask: fn(&mut ListScreen<V>, &Ctx, &mut Asks),
    ) -> Verb<V, R> {
        let does = Does::Many(many, ask);
        Verb {
            action,
            does,
            needs,
        }
    }

    /// What is said of it where it is done to the marked rows at once.
    #[must_use]
    pub fn of_many(&self) -> Option<&'static Many> {
        match &self.does {
            Does::Changes(change) => change.many,
            Does::Many(many, _) => Some(many),
            Does::Here(_) | Does::Opens(_) => None,
        }
    }

    /// The rights of which this user needs one to do it, beside that to see the list.
    #[must_use]
    pub fn needs(&self, actor: Option<UserId>) -> &'static [Right] {
        match &self.does {
            Does::Changes(change) => (change.intent)(0).needs(actor),
            _ => self.needs,
        }
    }
}

/// When something was last used, in a paragraph of its own: the sentence of the first name, or of the second where it
/// never was.
#[must_use]
pub fn last_used(at: Option<Timestamp>, [used, never]: [&'static str; 2], ctx: &Ctx) -> String {
    let text = ctx.text;
    let sentence = match at {
        Some(at) => text.fill(used, &[("ago", &text.ago(ctx.now.since(at)))]),
        None => text.say(never).to_owned(),
    };
    format!("\n\n{sentence}")
}
