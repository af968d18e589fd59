//! Administration > User Management > API Keys: the list.

mod view;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use zeroize::Zeroizing;

use crate::domain::api_key::KeyId;
use crate::domain::list::{
    Anchor, Counts, Filter, KeyRow, Order, Place, SortValue, Window, WindowQuery,
};
use crate::domain::rights::Right;
use crate::domain::state::StateFilter;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::ui::field::{Edit, LineField};
use crate::ui::keymap::{Action, Scope, TextKey};
use crate::ui::layer::choice::Choice;
use crate::ui::layer::confirm::Confirm;
use crate::ui::layer::new_secret::NewSecret;
use crate::ui::layer::properties::Properties;
use crate::ui::layer::{Asks, Ctx, Layer, Reply};
use crate::ui::request::{Done, Outcome, Request, Ticket};
use crate::ui::table::{ASKED, Move, Rows};

/// A window that was asked for, and why.
struct Wanted {
    ticket: Ticket,
    anchor: Anchor,
    why: Why,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// The movement goes on when the rows are there; the next key means nothing before.
    Moving(Move),
    /// The filter or the order is another; the selected row stays selected.
    Asked,
    /// Somebody changed something; the selected row stays selected, or it is told that it is gone.
    Refresh,
    /// The list goes to the key that it is asked around.
    Shown,
}

/// What the dialog on top was asked.
enum Question {
    StateFilter,
    LockOut(KeyId),
    Unlock(KeyId),
    EndOverlap(KeyId),
    Delete(KeyId),
}

/// The screen.
#[derive(Default)]
pub struct ApiKeys {
    rows: Rows,
    filter: Filter,
    order: Order,
    counts: Option<Counts>,
    /// The filter line, while it is being typed in.
    typing: Option<LineField>,
    wanted: Option<Wanted>,
    counting: Option<Ticket>,
    /// The counts are not those of what is shown.
    count_due: bool,
    loaded_once: bool,
    question: Option<Question>,
    /// A change under way, with what to say when it is done.
    changing: Option<(Ticket, KeyId, &'static str)>,
}

/// The right that a verb needs.
fn needs(action: Action) -> Option<Right> {
    match action {
        Action::New => Some(Right::CreateApiKeys),
        Action::NewSecret | Action::Lock | Action::EndOverlap => Some(Right::EditApiKeys),
        Action::Delete => Some(Right::DeleteApiKeys),
        _ => None,
    }
}

impl ApiKeys {
    fn ask(&mut self, anchor: Anchor, why: Why, asks: &mut Asks) {
        let query = WindowQuery {
            filter: self.filter.clone(),
            order: self.order,
            anchor: anchor.clone(),
            rows: ASKED,
        };
        let ticket = asks.request(Request::Window(query));
        // The reader gives up a count for this; it is asked for again when the rows are there.
        self.counting = None;
        self.count_due |= !matches!(why, Why::Moving(_));
        self.wanted = Some(Wanted {
            ticket,
            anchor,
            why,
        });
    }

    fn go(&mut self, movement: Move, asks: &mut Asks) {
        let before = self.rows.selected().map(KeyRow::id);
        if let Some((anchor, rest)) = self.rows.go(movement) {
            self.ask(anchor, Why::Moving(rest), asks);
        }
        if before != self.rows.selected().map(KeyRow::id) && self.filter.keep.take().is_some() {
            self.ask(self.rows.around(), Why::Asked, asks);
        }
    }

    /// Asks for the list again, as it is now.
    fn ask_again(&mut self, why: Why, asks: &mut Asks) {
        match &self.wanted {
            // The rows that are waited for come from the database as it is now, too.
            Some(Wanted {
                why: Why::Moving(_) | Why::Shown,
                ..
            }) => {}
            _ => self.ask(self.rows.around(), why, asks),
        }
    }

    fn show(&mut self, id: KeyId, asks: &mut Asks) {
        self.filter.keep = Some(id);
        let place = self.rows.find(id).map_or_else(
            || Place {
                value: SortValue::Number(0),
                id,
            },
            |row| row.place.clone(),
        );
        self.ask(self.rows.around_place(place), Why::Shown, asks);
    }

    fn take_window(&mut self, wanted: &Wanted, window: Window, ctx: &Ctx, asks: &mut Asks) {
        let before = self.rows.selected().map(|row| (row.id(), row.name.clone()));
        if !matches!(wanted.why, Why::Asked | Why::Refresh) {
            self.rows.take(&wanted.anchor, window);
        } else if !self.rows.take_keeping(&wanted.anchor, window) {
            self.ask(self.rows.around(), wanted.why, asks);
            return;
        }
        self.loaded_once = true;
        let now = self.rows.selected().map(KeyRow::id);
        match (wanted.why, before) {
            (Why::Moving(rest), _) => {
                self.wanted = None;
                self.go(rest, asks);
            }
            (Why::Refresh, Some((id, name))) if now != Some(id) => {
                asks.say(ctx.text.fill("list.gone", &[("name", &name)]));
            }
            _ => {}
        }
        if self.wanted.is_none() && self.count_due {
            self.counting = Some(asks.request(Request::Count(self.filter.clone())));
        }
    }

    fn set_text(&mut self, text: String, asks: &mut Asks) {
        if self.filter.text != text {
            self.filter = Filter {
                text,
                keep: None,
                ..self.filter
            };
            self.ask(self.rows.around(), Why::Asked, asks);
        }
    }

    fn filter_edited(&mut self, edit: &Edit, ctx: &Ctx, asks: &mut Asks) {
        if let (Edit::SecretRefused(id), Some(field)) = (edit, &mut self.typing) {
            field.set(&format!("id:{id}"));
            asks.say(ctx.text.fill("list.secret_in_filter", &[("id", id)]));
        }
        let text = self.typing.as_ref().map(|field| field.text().to_owned());
        self.set_text(text.unwrap_or_default(), asks);
    }

    fn confirm(&mut self, question: Question, ctx: &Ctx, asks: &mut Asks) {
        let Some(row) = self.rows.selected() else {
            return;
        };
        let text = ctx.text;
        let (title, sentence, verb) = match question {
            Question::LockOut(_) => ("confirm.lock_title", "confirm.lock", "confirm.lock_verb"),
            Question::Unlock(_) => (
                "confirm.unlock_title",
                "confirm.unlock",
                "confirm.unlock_verb",
            ),
            Question::EndOverlap(_) => (
                "confirm.overlap_title",
                "confirm.overlap",
                "confirm.overlap_verb",
            ),
            Question::Delete(_) => (
                "confirm.delete_title",
                "confirm.delete",
                "confirm.delete_verb",
            ),
            Question::StateFilter => return,
        };
        let (used_at, used, unused) = match (&question, &row.retiring) {
            (Question::EndOverlap(_), Some(earlier)) => (
                earlier.last_used_at,
                "confirm.earlier_used",
                "confirm.earlier_unused",
            ),
            _ => (
                row.last_sign_in_at,
                "confirm.last_sign_in",
                "confirm.never_used",
            ),
        };
        let used = match used_at {
            Some(at) => text.fill(used, &[("ago", &text.ago(ctx.now.since(at)))]),
            None => text.say(unused).to_owned(),
        };
        let body = text.fill(sentence, &[("name", &row.name), ("id", &row.id().0)]);
        asks.push(Confirm::new(
            text.say(title),
            format!("{body}\n\n{used}"),
            text.say(verb),
        ));
        self.question = Some(question);
    }

    fn change(&mut self, request: Request, id: KeyId, said: &'static str, asks: &mut Asks) {
        self.changing = Some((asks.request(request), id, said));
    }

    fn act_on_row(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        let Some(row) = self.rows.selected() else {
            return;
        };
        let id = row.id();
        match action {
            Action::Properties => asks.push(Properties::of_key(id)),
            Action::NewSecret => asks.push(NewSecret::new(row)),
            Action::Lock if row.facts.locked_out => self.confirm(Question::Unlock(id), ctx, asks),
            Action::Lock => self.confirm(Question::LockOut(id), ctx, asks),
            Action::EndOverlap => self.confirm(Question::EndOverlap(id), ctx, asks),
            Action::Delete => self.confirm(Question::Delete(id), ctx, asks),
            _ => {}
        }
    }

    fn empty(&self, ctx: &Ctx) -> &'static str {
        let untouched = self.filter.text.is_empty() && self.filter.state == StateFilter::Undeleted;
        ctx.text.say(match (self.loaded_once, untouched) {
            (false, _) => "list.loading",
            (true, true) if ctx.actor.may(Right::CreateApiKeys) => "list.empty",
            (true, true) => "list.empty_read_only",
            (true, false) => "list.nothing_found",
        })
    }
}

impl Layer for ApiKeys {
    fn scope(&self) -> Scope {
        match self.typing {
            Some(_) => Scope::Filter,
            None => Scope::List,
        }
    }

    fn verbs(&self) -> Scope {
        Scope::List
    }

    fn open(&mut self, _ctx: &Ctx, asks: &mut Asks) {
        self.ask(Anchor::First, Why::Asked, asks);
    }

    fn allows(&self, action: Action, ctx: &Ctx) -> bool {
        if needs(action).is_some_and(|right| !ctx.actor.may(right)) {
            return false;
        }
        let live = self.rows.selected().filter(|row| !row.facts.deleted);
        match action {
            Action::Properties => self.rows.selected().is_some(),
            Action::NewSecret | Action::Lock | Action::Delete => live.is_some(),
            Action::EndOverlap => live.is_some_and(|row| row.retiring.is_some()),
            Action::Cancel => {
                self.typing.is_some()
                    || self.filter
                        != Filter {
                            keep: self.filter.keep,
                            ..Filter::default()
                        }
            }
            _ => true,
        }
    }

    fn why_not(&self, action: Action, ctx: &Ctx) -> Option<String> {
        let text = ctx.text;
        let right = needs(action)?;
        if !ctx.actor.may(right) {
            return Some(text.trouble(&Trouble::NotAuthorized(right)));
        }
        Some(match self.rows.selected() {
            Some(row) if row.facts.deleted => text.trouble(&Trouble::KeyGone(row.id())),
            Some(_) => text.trouble(&Trouble::NoOverlap),
            None => self.empty(ctx).to_owned(),
        })
    }

    fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        let page = i64::try_from(self.rows.height().saturating_sub(1))
            .unwrap_or(1)
            .max(1);
        match action {
            Action::Up => self.go(Move::By(-1), asks),
            Action::Down => self.go(Move::By(1), asks),
            Action::PageUp => self.go(Move::By(-page), asks),
            Action::PageDown => self.go(Move::By(page), asks),
            Action::First => self.go(Move::First, asks),
            Action::Last => self.go(Move::Last, asks),
            Action::Quit => asks.quit(),
            Action::Accept => self.typing = None,
            Action::New => asks.push(Properties::of_new_key()),
            Action::Filter => self.typing = Some(LineField::new(&self.filter.text)),
            Action::Cancel => {
                self.typing = None;
                self.filter = Filter::default();
                self.ask(self.rows.around(), Why::Asked, asks);
            }
            Action::StateFilter => {
                let names = StateFilter::ALL.map(|filter| ctx.text.state_filter(filter).to_owned());
                let at = StateFilter::ALL
                    .iter()
                    .position(|filter| *filter == self.filter.state);
                asks.push(Choice::of(
                    ctx.text.say("list.state_filter"),
                    names.to_vec(),
                    at.unwrap_or(0),
                ));
                self.question = Some(Question::StateFilter);
            }
            Action::SortNext => {
                self.order = Order {
                    by: self.order.by.next(),
                    descending: false,
                };
                self.ask(self.rows.around(), Why::Asked, asks);
            }
            Action::SortReverse => {
                self.order.descending = !self.order.descending;
                self.ask(self.rows.around(), Why::Asked, asks);
            }
            _ => {}
        }
        self.act_on_row(action, ctx, asks);
    }

    fn edit(&mut self, key: TextKey, ctx: &Ctx, asks: &mut Asks) -> bool {
        let Some(field) = &mut self.typing else {
            return false;
        };
        let edit = field.edit(key);
        self.filter_edited(&edit, ctx, asks);
        edit != Edit::NotTaken
    }

    fn paste(&mut self, pasted: &Zeroizing<String>, ctx: &Ctx, asks: &mut Asks) {
        match &mut self.typing {
            Some(field) => {
                let edit = field.paste(pasted);
                self.filter_edited(&edit, ctx, asks);
            }
            None => asks.say(ctx.text.say("message.paste_ignored")),
        }
    }

    fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        if self
            .wanted
            .as_ref()
            .is_some_and(|wanted| wanted.ticket == ticket)
        {
            let Some(wanted) = self.wanted.take() else {
                return;
            };
            match outcome {
                Ok(Done::Window(window)) => self.take_window(&wanted, window, ctx, asks),
                Err(Trouble::Storage(Fault::Superseded)) | Ok(_) => {}
                Err(trouble) => {
                    // Keys do not wait for what does not come.
                    self.loaded_once = true;
                    asks.complain(ctx.text.trouble(&trouble));
                }
            }
        } else if self.counting == Some(ticket) {
            self.counting = None;
            if let Ok(Done::Count(counts)) = outcome {
                self.counts = Some(counts);
                self.count_due = false;
            }
        } else if let Some((_, id, said)) = self.changing.take_if(|(asked, ..)| *asked == ticket) {
            match outcome {
                Ok(_) => {
                    let name = self
                        .rows
                        .find(id)
                        .map(|row| row.name.clone())
                        .unwrap_or_default();
                    asks.say(ctx.text.fill(said, &[("name", &name)]));
                }
                Err(trouble) => asks.complain(ctx.text.trouble(&trouble)),
            }
            self.show(id, asks);
        }
    }

    fn reply(&mut self, reply: Reply, _ctx: &Ctx, asks: &mut Asks) {
        let question = self.question.take();
        match (reply, question) {
            (Reply::Chosen(index), Some(Question::StateFilter)) => {
                self.filter.state = StateFilter::ALL[index];
                self.filter.keep = None;
                self.ask(self.rows.around(), Why::Asked, asks);
            }
            (Reply::Yes, Some(Question::LockOut(id))) => {
                self.change(Request::LockOut(id), id, "list.locked", asks);
            }
            (Reply::Yes, Some(Question::Unlock(id))) => {
                self.change(Request::Unlock(id), id, "list.unlocked", asks);
            }
            (Reply::Yes, Some(Question::EndOverlap(id))) => {
                self.change(Request::EndOverlap(id), id, "list.overlap_ended", asks);
            }
            (Reply::Yes, Some(Question::Delete(id))) => {
                self.change(Request::Delete(id), id, "list.deleted", asks);
            }
            (Reply::Done(id), _) => self.show(id, asks),
            (Reply::Said(id, sentence), _) => {
                asks.say(sentence);
                self.show(id, asks);
            }
            _ => self.ask_again(Why::Refresh, asks),
        }
    }

    fn refresh(&mut self, _ctx: &Ctx, asks: &mut Asks) {
        self.ask_again(Why::Refresh, asks);
    }

    fn waits(&self) -> bool {
        let moving = |wanted: &Wanted| matches!(wanted.why, Why::Moving(_) | Why::Shown);
        !self.loaded_once || self.changing.is_some() || self.wanted.as_ref().is_some_and(moving)
    }

    fn next_wake(&self, ctx: &Ctx) -> Option<Timestamp> {
        self.rows
            .on_screen()
            .filter_map(|(row, _)| row.facts.changes_at(ctx.now))
            .min()
    }

    fn place(&mut self, area: Rect) {
        self.rows.place(area.height.saturating_sub(2));
        if let Some(field) = &mut self.typing {
            field.place(area.width.saturating_sub(1) / 2);
        }
    }

    fn view(&self, ctx: &Ctx, buf: &mut Buffer, area: Rect) -> Option<Position> {
        self.draw(ctx, buf, area)
    }
}
