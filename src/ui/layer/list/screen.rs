//! A list as a screen: what all lists do, and the verbs of this one.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::event::Target;
use crate::domain::event::trail::SYSTEM_NAME;
use crate::domain::intent::{Intent, Prospect};
use crate::domain::rights::Right;
use crate::domain::trouble::Trouble;
use crate::ui::field::Typed;
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::list::{Change, List, Table};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Status, Then, if_of_use};
use crate::ui::request::{Done, Outcome, Read, Ticket};

/// What can be done on a screen beside what every list can do.
pub trait Verbs: Default + 'static {
    type Row: Table;

    /// The part of the key table with the verbs.
    const SCOPE: Scope;

    /// The right that a verb needs.
    fn needs(action: Action) -> Option<Right>;

    /// Whether a verb that the actor's rights allow can be used on the selected row; nothing for what is no verb of
    /// this screen.
    fn allows(row: Option<&Self::Row>, action: Action, ctx: &Ctx) -> Option<bool>;

    /// Why it cannot, in a sentence.
    fn why_not(row: &Self::Row, action: Action, ctx: &Ctx) -> Option<String>;

    /// What the events about a row are about.
    fn target(row: &Self::Row) -> Option<Target>;

    /// What a verb would do to a row, where it is looked at before the question is put.
    fn intent(_row: &Self::Row, _action: Action) -> Option<Intent> {
        None
    }

    /// Nothing stands in the way of such a verb: puts the question.
    fn begin(
        &mut self,
        _list: &mut List<Self::Row>,
        _action: Action,
        _row: &Self::Row,
        _ctx: &Ctx,
        _asks: &mut Asks,
    ) {
    }

    /// Does another verb of this screen; false for what is none.
    fn act(
        &mut self,
        list: &mut List<Self::Row>,
        action: Action,
        ctx: &Ctx,
        asks: &mut Asks,
    ) -> bool;

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

/// The screen.
pub struct ListScreen<V: Verbs> {
    pub list: List<V::Row>,
    verbs: V,
    foreseeing: Option<Foreseeing<V::Row>>,
}

/// A verb about which the service is asked first: the row as it was when the key was pressed.
struct Foreseeing<R> {
    ticket: Ticket,
    intent: Intent,
    action: Action,
    row: R,
}

impl<V: Verbs> Default for ListScreen<V> {
    fn default() -> ListScreen<V> {
        ListScreen {
            list: List::default(),
            verbs: V::default(),
            foreseeing: None,
        }
    }
}

impl<V: Verbs> ListScreen<V> {
    /// Goes to the row whose ID a dialog answers.
    #[must_use]
    pub fn goes_to_row() -> Then<i64> {
        Then::new(|screen: &mut ListScreen<V>, id, _, asks| screen.list.show(id, asks))
    }

    /// Makes a change when it is confirmed.
    #[must_use]
    pub fn makes(change: Change) -> Then<()> {
        Then::new(move |screen: &mut ListScreen<V>, (), _, asks| {
            screen.list.change(change.clone(), asks);
        })
    }

    /// Asks the service about a verb; false where it is none that is asked about.
    fn foresee(&mut self, action: Action, asks: &mut Asks) -> bool {
        let row = self.list.selected().cloned();
        let intent = row.as_ref().and_then(|row| V::intent(row, action));
        let (Some(row), Some(intent)) = (row, intent) else {
            return false;
        };
        self.foreseeing = Some(Foreseeing {
            ticket: asks.request(Read::Foresee(intent.clone())),
            intent,
            action,
            row,
        });
        true
    }

    /// Puts the question, or says what stands in its way.
    fn foreseen(&mut self, of: &Foreseeing<V::Row>, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        let name = of.row.name(ctx);
        match outcome {
            Ok(Done::Foreseen(Prospect::Clear)) => {
                self.verbs
                    .begin(&mut self.list, of.action, &of.row, ctx, asks);
            }
            Ok(Done::Foreseen(Prospect::NotLocked)) => {
                asks.complain(text.fill("list.not_locked", &[("name", &name)]));
            }
            Ok(Done::Foreseen(Prospect::LockedAlready(None))) => {
                asks.complain(text.fill("list.locked_already", &[("name", &name)]));
            }
            Ok(Done::Foreseen(Prospect::LockedAlready(Some(by)))) => {
                let who = by.name.as_deref().unwrap_or(SYSTEM_NAME);
                let at = ctx.second(Some(by.at));
                let said = [
                    ("name", &name as &dyn std::fmt::Display),
                    ("who", &who),
                    ("at", &at),
                ];
                asks.complain(text.fill("list.locked_by", &said));
            }
            Ok(_) => {}
            Err(trouble) => asks.complain(text.trouble(&trouble)),
        }
    }
}

impl<V: Verbs> Layer for ListScreen<V> {
    fn scope(&self) -> Scope {
        if self.list.is_typing() {
            Scope::Filter
        } else {
            V::SCOPE
        }
    }

    fn open(&mut self, _ctx: &Ctx, asks: &mut Asks) {
        self.list.open(asks);
    }

    fn can(&self, action: Action, ctx: &Ctx) -> Can<'_> {
        let right = match action {
            Action::Events => Some(Right::ViewEvents),
            _ => V::needs(action),
        };
        if let Some(right) = right.filter(|right| !ctx.actor.may(*right)) {
            return Err(Cannot::Trouble(Trouble::NotAuthorized(right)));
        }
        let row = self.list.selected();
        match (action, V::allows(row, action, ctx), row) {
            (_, Some(true), _) => Ok(()),
            (Action::Events, _, None) | (_, Some(false), None) => {
                Err(Cannot::Said(self.list.empty(ctx).into()))
            }
            (_, Some(false), Some(row)) => Err(match V::why_not(row, action, ctx) {
                // Who locked it is not in the row.
                Some(why) if matches!(action, Action::Lock | Action::Unlock) => {
                    Cannot::Asks(why.into())
                }
                Some(why) => Cannot::Said(why.into()),
                None => Cannot::Unused,
            }),
            (Action::Events, None, Some(row)) => if_of_use(V::target(row).is_some()),
            (_, None, _) => if_of_use(self.list.allows(action)),
        }
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        if self.foresee(action, asks) {
            return;
        }
        if self.verbs.act(&mut self.list, action, ctx, asks) {
            return;
        }
        let target = self.list.selected().and_then(V::target);
        match (action, target) {
            (Action::Events, Some(target)) => asks.go_to_events(target),
            _ => self.list.act(action, asks),
        }
    }

    fn mouse(&mut self, does: Mouse, _ctx: &Ctx, asks: &mut Asks) -> Option<Action> {
        self.list.mouse(does, asks)
    }

    fn edit(&mut self, typed: Typed, ctx: &Ctx, asks: &mut Asks) -> bool {
        self.list.edit(typed, ctx, asks)
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        if let Some(of) = self.foreseeing.take_if(|of| of.ticket == ticket) {
            self.foreseen(&of, outcome, ctx, asks);
            return;
        }
        let answer = (ticket, outcome);
        if let Some((ticket, outcome)) = self.verbs.answer(&self.list, answer, ctx, asks) {
            self.list.answer(ticket, outcome, ctx, asks);
        }
    }

    fn refresh(&mut self, _ctx: &Ctx, asks: &mut Asks) {
        self.verbs.refresh(asks);
        if let Some(of) = &mut self.foreseeing {
            of.ticket = asks.request(Read::Foresee(of.intent.clone()));
        }
        self.list.refresh(asks);
    }

    fn status(&self, ctx: &Ctx) -> Status<'_> {
        let changes_at = self.list.next_wake(ctx.as_of());
        Status {
            waits: self.list.waits() || self.verbs.waits() || self.foreseeing.is_some(),
            unread: self.list.unread(),
            wakes_in: changes_at.map(|at| at.since(ctx.now)),
        }
    }

    fn place(&mut self, area: Rect) {
        self.list.place(area);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        self.list.view(ctx, buf, area, hits)
    }
}
