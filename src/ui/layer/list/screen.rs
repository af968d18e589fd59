//! A list as a screen: what all lists do, and the verbs of this one.

use std::fmt::Display;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use crate::domain::id::RoleId;
use crate::domain::intent::{Intent, LeftKeys, Prospect};
use crate::domain::list::{ChosenColumn, Listed, Order};
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::trouble::Trouble;
use crate::text::bulk::{Many, Plan, SET_ROLE};
use crate::ui::field::Typed;
use crate::ui::hits::{Hits, Mouse};
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::bulk::{Bulk, Came};
use crate::ui::layer::choice::Choice;
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::destination::Destination;
use crate::ui::layer::list::{Change, Does, List, Question, Table, Verb, Verbs};
use crate::ui::layer::panes::{PREVIEW_FROM, has_room};
use crate::ui::layer::tree::Screen;
use crate::ui::layer::{Asks, Can, Cannot, Ctx, Layer, Status, Then, policy};
use crate::ui::request::{Asked, Done, Outcome, Read, Ticket};

/// The screen of a list with its verbs.
pub struct ListScreen<V: Verbs> {
    pub list: List<V::Row>,
    verbs: V,
    foreseeing: Option<Foreseeing<V::Row>>,
    /// A copy that is on its way; nothing waits for it.
    pub(super) copying: Option<Ticket>,
    looking: Option<Looking>,
    /// The roles to choose from are on their way.
    choosing: Option<Choosing>,
}

/// A role that is to be chosen, and the change of no row yet that gives it.
struct Choosing {
    ticket: Ticket,
    change: fn(RoleId) -> Intent,
}

/// A change of many rows, about which the service is asked first.
struct Looking {
    ticket: Ticket,
    /// The change of no row yet.
    intent: Intent,
    ids: Vec<i64>,
    many: &'static Many,
    value: String,
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
            looking: None,
            choosing: None,
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

    /// Whether one of the marked rows lets a change be done. Of those that are not loaded nothing is known.
    fn can_any(&self, change: &Change<V::Row>, ctx: &Ctx) -> Can<'_> {
        let marks = &self.list.marks;
        let marked = |row: &&V::Row| marks.has(row.place().id);
        let loaded: Vec<&V::Row> = self.list.rows.loaded().filter(marked).collect();
        let mut each = loaded.iter().map(|row| (change.can)(row, ctx));
        if loaded.len() < marks.len() || each.any(|can| can.is_ok()) {
            return Ok(());
        }
        loaded.first().map_or(Ok(()), |row| (change.can)(row, ctx))
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
                    confirm = confirm.with_reason(ctx.text);
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

    /// Asks for the role that the marked rows are to have, or else the selected one.
    pub fn choose_role(&mut self, change: fn(RoleId) -> Intent, asks: &mut Asks) {
        self.choosing = Some(Choosing {
            ticket: asks.request(Read::Roles),
            change,
        });
    }

    /// Offers the roles that have come.
    fn offer_roles(change: fn(RoleId) -> Intent, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        let roles = match outcome {
            Ok(Done::Roles(roles)) => roles,
            Ok(_) => return,
            Err(trouble) => {
                asks.complain(ctx.text.trouble(&trouble));
                return;
            }
        };
        let entry = |role: Role| {
            let name = role.fields.name;
            (Some((role.id, name.clone())), name)
        };
        let entries = roles.into_iter().map(entry).collect();
        let then = Then::new(move |screen: &mut ListScreen<V>, chosen, _, asks| {
            if let Some((role, name)) = chosen {
                screen.look_at_each(change(role), &SET_ROLE, name, asks);
            }
        });
        let title = ctx.text.say("bulk.role_title");
        asks.push(Choice::of(title, entries, &None, then));
    }

    /// Looks at what would come of a change of each marked row, or else of the selected one, and then asks about it.
    pub fn look_at_each(
        &mut self,
        intent: Intent,
        many: &'static Many,
        value: String,
        asks: &mut Asks,
    ) {
        let ids = self.list.targets();
        self.looking = Some(Looking {
            ticket: asks.request(Read::ForeseeEach(intent.clone(), ids.clone())),
            intent,
            ids,
            many,
            value,
        });
    }

    /// Puts the question about many rows, or tells that nothing would come of it for any of them.
    fn looked(of: Looking, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        let text = ctx.text;
        let rows = match outcome {
            Ok(Done::ForeseenEach(rows)) => rows,
            Ok(_) => return,
            Err(trouble) => {
                asks.complain(text.trouble(&trouble));
                return;
            }
        };
        let then = || {
            Then::new(|screen: &mut ListScreen<V>, came: Came, _, asks| {
                screen.list.marks.remove(&came.settled);
                asks.say(came.said);
                screen.list.reread(asks);
            })
        };
        let Looking {
            mut intent,
            many,
            value,
            ..
        } = of;
        let plan = Plan::new(many, value, rows);
        if plan.open() == 0 {
            asks.push(Bulk::in_vain(plan, ctx, then()));
            return;
        }
        let (title, told, verb) = (
            plan.title(text),
            plan.told(ctx.text, ctx.now),
            plan.verb(text),
        );
        let yes = Then::new(move |_: &mut ListScreen<V>, reason: String, _, asks| {
            asks.push(Bulk::new(plan.clone(), &reason, then()));
        });
        let confirm = Confirm::giving(&title, told, &verb, yes);
        asks.push(match intent.reason() {
            Some(_) => confirm.with_reason(ctx.text),
            None => confirm,
        });
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
                let lock = text.lock(by.as_ref(), &reason, &|at| ctx.minute(Some(at)));
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
        if action == Action::Policy {
            return policy::can_open(ctx);
        }
        if let Some(screen) = Screen::of(action) {
            let why = Cannot::Trouble(Trouble::NotAuthorized(screen.needs()));
            return why.unless(ctx.actor.may(screen.needs()));
        }
        if action == Action::TreePane {
            return has_room(ctx);
        }
        if action == Action::Preview && ctx.columns >= PREVIEW_FROM {
            return Ok(());
        }
        if self.goes_back(action, ctx) {
            return Cannot::Unused.unless(ctx.leads_back);
        }
        let Some(verb) = Self::verb(action) else {
            let of_row = [Action::Copy, Action::Export, Action::Preview];
            if of_row.contains(&action) && self.list.selected().is_none() {
                return Err(Cannot::Said(self.list.empty(ctx).into()));
            }
            return Cannot::Unused.unless(self.list.has_use(action, ctx));
        };
        let needs = verb.needs(ctx.actor.user());
        if let Some(right) = needs.first()
            && !needs.iter().any(|right| ctx.actor.may(*right))
        {
            return Err(Cannot::Trouble(Trouble::NotAuthorized(*right)));
        }
        if verb.of_many().is_some() && !self.list.marks.is_empty() {
            return match &verb.does {
                Does::Changes(change) => self.can_any(change, ctx),
                _ => Ok(()),
            };
        }
        match (&verb.does, self.list.selected()) {
            (Does::Here(_), _) | (Does::Opens(_) | Does::Many(..), Some(_)) => Ok(()),
            (Does::Changes(change), Some(row)) => (change.can)(row, ctx),
            (_, None) => Err(Cannot::Said(self.list.empty(ctx).into())),
        }
    }

    fn label(&self, action: Action, ctx: &Ctx) -> Option<&str> {
        if self.goes_back(action, ctx) {
            return Some(ctx.text.say("key.back"));
        }
        let many = Self::verb(action)?.of_many()?;
        (!self.list.marks.is_empty()).then(|| ctx.text.say(many.verb))
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
            (Does::Many(_, ask), _) => ask(self, ctx, asks),
            (
                Does::Changes(Change {
                    intent,
                    many: Some(many),
                    ..
                }),
                _,
            ) if !self.list.marks.is_empty() => {
                self.look_at_each(intent(0), many, String::new(), asks);
            }
            (Does::Changes(change), Some(row)) => {
                let intent = (change.intent)(row.place().id);
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
        if let Some(of) = self.looking.take_if(|of| of.ticket == ticket) {
            Self::looked(of, outcome, ctx, asks);
            return;
        }
        if let Some(of) = self.choosing.take_if(|of| of.ticket == ticket) {
            Self::offer_roles(of.change, outcome, ctx, asks);
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
        if let Some(of) = &mut self.looking {
            let each = Read::ForeseeEach(of.intent.clone(), of.ids.clone());
            of.ticket = asks.request(each);
        }
        if let Some(of) = &mut self.choosing {
            of.ticket = asks.request(Read::Roles);
        }
        self.list.refresh(ctx.zone, asks);
    }

    fn status(&self) -> Status<'_> {
        let selected = self.list.selected();
        Status {
            waits: self.list.waits()
                || self.verbs.waits()
                || self.foreseeing.is_some()
                || self.looking.is_some()
                || self.choosing.is_some(),
            is_stale: self.list.is_stale(),
            unread: self.list.unread(),
            marked: self.list.marks.len(),
            selected: selected.map(|row| (V::Row::LISTING, row.place().id)),
        }
    }

    fn wakes_in(&self, ctx: &Ctx) -> Option<i64> {
        self.list.next_wake(ctx).map(|at| at.since(ctx.now))
    }

    fn place(&mut self, area: Rect) {
        self.list.place(area);
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect, hits: &mut Hits) -> Option<Position> {
        self.list.view(ctx, buf, area, hits)
    }
}
