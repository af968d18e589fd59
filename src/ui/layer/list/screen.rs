//! A list as a screen: what all lists do, and the verbs of this one.

use std::fmt::Display;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::intent::{Intent, LeftKeys, Prospect};
use crate::domain::list::{ChosenColumn, Listed, Order};
use crate::domain::rights::Right;
use crate::domain::trouble::Trouble;
use crate::ui::field::Typed;
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::destination::Destination;
use crate::ui::layer::list::{Change, Does, List, Question, Table, Verb, Verbs};
use crate::ui::layer::tree::{Screen, has_room};
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Status, Then};
use crate::ui::request::{Done, Outcome, Read, Ticket};

/// The screen of a list with its verbs.
pub struct ListScreen<V: Verbs> {
    pub list: List<V::Row>,
    verbs: V,
    foreseeing: Option<Foreseeing<V::Row>>,
    /// A copy that is on its way; nothing waits for it.
    pub(super) copying: Option<Ticket>,
}

/// A change about which the service is asked first: the row as it was when the key was pressed.
struct Foreseeing<R: 'static> {
    ticket: Ticket,
    intent: Intent,
    change: &'static Change<R>,
    row: R,
}

impl<V: Verbs> Default for ListScreen<V> {
    fn default() -> ListScreen<V> {
        ListScreen {
            list: List::default(),
            verbs: V::default(),
            foreseeing: None,
            copying: None,
        }
    }
}

impl<V: Verbs> ListScreen<V> {
    /// Goes to the row whose ID a dialog answers.
    #[must_use]
    pub fn goes_to_row() -> Then<i64> {
        Then::new(|screen: &mut ListScreen<V>, id, _, asks| screen.list.show(id, asks))
    }

    /// Shows the columns that a dialog answers.
    fn chooses_columns() -> Then<Option<Vec<ChosenColumn>>> {
        Then::new(|screen: &mut ListScreen<V>, chosen, _, asks| {
            screen.list.choose_columns(chosen, asks);
        })
    }

    /// Sorts by what a dialog answers.
    fn sorts() -> Then<Order<<V::Row as Listed>::SortBy>> {
        Then::new(|screen: &mut ListScreen<V>, order, _, asks| screen.list.sort(order, asks))
    }

    /// Whether an action goes back to the screen from which one came: dropping the filter does where there is none.
    fn goes_back(&self, action: Action, ctx: &Ctx) -> bool {
        action == Action::Back || action == Action::Cancel && !self.list.has_use(action, ctx)
    }

    fn verb(action: Action) -> Option<&'static Verb<V, V::Row>> {
        V::VERBS.iter().find(|verb| verb.action == action)
    }

    /// Puts the question; with what is left behind, where something is.
    fn ask(of: Foreseeing<V::Row>, left: Option<LeftKeys>, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        let name = of.row.name(ctx);
        match of.change.question {
            Question::Dialog(open) => open(&of.row, asks),
            Question::Confirm {
                title,
                body,
                verb,
                done,
            } => {
                let (mut intent, id) = (of.intent, of.row.place().id);
                let said = text.fill(done, &[("name", &name)]);
                let with_reason = intent.reason().is_some();
                let yes = Then::new(move |screen: &mut ListScreen<V>, reason, _, asks| {
                    let mut intent = intent.clone();
                    if let Some(kept) = intent.reason() {
                        *kept = reason;
                    }
                    screen.list.change(intent, id, said.clone(), asks);
                });
                let mut body = body(&of.row, ctx);
                if let Some(left) = left {
                    body = format!("{body}\n\n{}", text.left_keys(&name, left));
                }
                let mut confirm = Confirm::giving(text.say(title), body, text.say(verb), yes);
                if with_reason {
                    confirm = confirm.with_reason();
                }
                if let Some(left) = left.filter(|_| ctx.actor.may(Right::ViewApiKeys)) {
                    let field = if left.made > 0 { "by" } else { "owner" };
                    let filter = format!("{field}:{name}");
                    let to = Destination::about(Screen::ApiKeys, &name, filter);
                    let show = Then::new(move |_: &mut ListScreen<V>, (), _, asks| {
                        asks.go(to.clone());
                    });
                    confirm = confirm.offering(text.say("affected.show"), show);
                }
                asks.push(confirm);
            }
        }
    }

    /// Puts the question, or says what stands in its way.
    fn foreseen(of: Foreseeing<V::Row>, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        let name = of.row.name(ctx);
        match outcome {
            Ok(Done::Foreseen(Prospect::Clear)) => Self::ask(of, None, ctx, asks),
            Ok(Done::Foreseen(Prospect::LeavesKeys(left))) => Self::ask(of, Some(left), ctx, asks),
            Ok(Done::Foreseen(Prospect::NotLocked)) => {
                asks.complain(text.fill("list.not_locked", &[("name", &name)]));
            }
            Ok(Done::Foreseen(Prospect::LockedAlready { by, reason })) => {
                let lock = text.lock(by.as_ref(), &reason, ctx.zone);
                let said: [(&str, &dyn Display); 2] = [("name", &name), ("lock", &lock)];
                asks.complain(text.fill("list.locked_already", &said));
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

    fn arrive(&mut self, at: &Destination, ctx: &Ctx, asks: &mut Asks) {
        if let Some(about) = &at.about {
            self.list.show_only(&about.filter, ctx.zone, asks);
        }
        if let Some(id) = at.row {
            self.list.show(id, asks);
        }
    }

    fn can(&self, action: Action, ctx: &Ctx) -> Can<'_> {
        if let Some(screen) = Screen::of(action) {
            let why = Cannot::Trouble(Trouble::NotAuthorized(screen.needs()));
            return why.unless(ctx.actor.may(screen.needs()));
        }
        if action == Action::TreePane {
            return has_room(ctx.columns, ctx.text);
        }
        if self.goes_back(action, ctx) {
            return Cannot::Unused.unless(ctx.leads_back);
        }
        let Some(verb) = Self::verb(action) else {
            if matches!(action, Action::Copy | Action::Export) && self.list.selected().is_none() {
                return Err(Cannot::Said(self.list.empty(ctx).into()));
            }
            return Cannot::Unused.unless(self.list.has_use(action, ctx));
        };
        let needs = verb.needs(self.list.selected(), ctx.actor.user);
        if let Some(right) = needs.first()
            && !needs.iter().any(|right| ctx.actor.may(*right))
        {
            return Err(Cannot::Trouble(Trouble::NotAuthorized(*right)));
        }
        match (&verb.does, self.list.selected()) {
            (Does::Here(_), _) | (Does::Opens(_), Some(_)) => Ok(()),
            (Does::Changes(change), Some(row)) => (change.can)(row, ctx),
            (_, None) => Err(Cannot::Said(self.list.empty(ctx).into())),
        }
    }

    fn label(&self, action: Action, ctx: &Ctx) -> Option<&str> {
        self.goes_back(action, ctx)
            .then_some(ctx.text.say("key.back"))
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        if let Some(screen) = Screen::of(action) {
            asks.go(screen);
            return;
        }
        if self.goes_back(action, ctx) {
            asks.back();
            return;
        }
        let Some(verb) = Self::verb(action) else {
            match (action, self.list.selected()) {
                (Action::SortBy, _) => asks.push(self.list.sorting(Self::sorts(), ctx)),
                (Action::Columns, _) => {
                    asks.push(self.list.columns_page(Self::chooses_columns(), ctx));
                }
                (Action::Export, _) => self.choose_export(ctx, asks),
                (Action::Copy, Some(row)) => Self::choose_copy(row, ctx, asks),
                _ => self.list.act(action, ctx, asks),
            }
            return;
        };
        self.list.mark_by(action, asks);
        match (&verb.does, self.list.selected()) {
            (Does::Here(act), _) => act(&mut self.verbs, &mut self.list, ctx, asks),
            (Does::Opens(open), Some(row)) => open(row, ctx, asks),
            (Does::Changes(change), Some(row)) => {
                let intent = (change.intent)(row);
                self.foreseeing = Some(Foreseeing {
                    ticket: asks.request(Read::Foresee(intent.clone())),
                    intent,
                    change,
                    row: row.clone(),
                });
            }
            (_, None) => {}
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
            Self::foreseen(of, outcome, ctx, asks);
            return;
        }
        if self.copying.take_if(|asked| *asked == ticket).is_some() {
            Self::copied(outcome, ctx, asks);
            return;
        }
        let answer = (ticket, outcome);
        if let Some((ticket, outcome)) = self.verbs.answer(&self.list, answer, ctx, asks) {
            self.list.answer(ticket, outcome, ctx, asks);
        }
    }

    fn refresh(&mut self, ctx: &Ctx, asks: &mut Asks) {
        self.verbs.refresh(asks);
        if let Some(of) = &mut self.foreseeing {
            of.ticket = asks.request(Read::Foresee(of.intent.clone()));
        }
        self.list.refresh(ctx.zone, asks);
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
