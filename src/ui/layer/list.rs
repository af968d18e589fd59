//! What every list screen does: rows with a cursor, the filter line, the order, changes to the selected row.

mod click;
mod columns;
mod completing;
mod copy;
mod export;
mod marks;
mod screen;
mod sights;
mod verbs;
mod view;

use ratatui::layout::Rect;

use crate::domain::filter::{self, Mistake};
use crate::domain::intent::Intent;
use crate::domain::list::{
    Anchor, Counts, FILTER_MAX, Filter, Order, Place, SortValue, Window, WindowQuery,
};
use crate::domain::secret::is_secret_begun;
use crate::domain::time::Timestamp;
use crate::domain::trouble::{Fault, Trouble};
use crate::domain::tz::Tz;
use crate::ui::field::{Edit, LineField, Typed};
use crate::ui::keymap::Action;
use crate::ui::layer::list::completing::Completing;
use crate::ui::layer::{Asks, Ctx};
use crate::ui::look::cells;
use crate::ui::request::{self, Done, ListQuery, Listing, Outcome, Read, Ticket, Write};
use crate::ui::table::{Move, Rows};

pub use columns::{Column, aging, column, plain, unsorted};
pub use copy::sent;
pub use marks::Marks;
pub use screen::ListScreen;
pub use sights::choose_sight;
pub use verbs::{Change, Does, Question, Verb, Verbs, last_used};

/// A kind of row as a screen shows it.
pub trait Table: request::Asked {
    /// The columns in order of importance; those at the end are the first to go when the window is narrow.
    const COLUMNS: &'static [Column<Self>];

    /// The headings from the left to the right.
    #[must_use]
    fn from_the_left() -> Vec<&'static str> {
        Self::COLUMNS.iter().map(|column| column.heading).collect()
    }

    /// A secret says which row it is of.
    const HAS_SECRETS: bool = false;

    /// Name of what the list is called.
    const TITLE: &'static str;

    /// What the names of files begin with to which the list is exported.
    const EXPORT: &'static str;

    /// Rows can be marked, to do something to all of them.
    const HAS_MARKS: bool = true;

    /// What messages call the row.
    fn name(&self, ctx: &Ctx) -> String;

    /// What of the row can be copied, each with the name of its label; what tells by itself what it is has none.
    fn copies(&self, ctx: &Ctx) -> Vec<(Option<&'static str>, String)> {
        let id = self.place().id.to_string();
        vec![
            (Some("column.id"), id),
            (Some("column.name"), self.name(ctx)),
        ]
    }

    /// What is said when there is no row at all.
    fn none(ctx: &Ctx) -> String;

    /// What is said when there are rows, and none is shown of its own accord.
    #[must_use]
    fn all_hidden(ctx: &Ctx) -> String {
        Self::none(ctx)
    }
}

/// A window that was asked for, and why.
struct Wanted {
    ticket: Ticket,
    anchor: Anchor,
    why: Why,
}

/// A count that was asked for.
struct Counting {
    ticket: Ticket,
    /// It is to tell how many rows come before this place.
    unplaced: Option<Place>,
    /// It is to tell how many of these the filter shows.
    marked: Vec<i64>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Why {
    /// The movement goes on when the rows are there; the next key means nothing before.
    Moving(Move),
    /// The filter or the order is another; the selected row stays selected.
    Asked,
    /// Somebody changed something; the selected row stays selected, or it is told that it is gone.
    Refresh,
    /// The list goes to the row that it is asked around, or to the first one; the next key means nothing before.
    Shown,
}

/// A usual window, until it is drawn.
const UNDRAWN: Rect = Rect::new(0, 0, 80, 24);

/// The list.
pub struct List<L: Table> {
    rows: Rows<L>,
    /// The text that the list goes back to: it was opened with it.
    base: String,
    /// What the list is filtered by, as it was typed.
    text: String,
    /// What that asks for; where it has a mistake, no row.
    filter: Result<Filter<L>, Vec<Mistake>>,
    order: Order<L::SortBy>,
    chosen: columns::Chosen<L>,
    /// Cells that each column needs for what it shows of the rows that are loaded.
    contents: Vec<(u16, u16)>,
    /// Where it was drawn last: what it can be sorted by is what is on the screen.
    area: Rect,
    counts: Option<Counts>,
    /// The rows that are marked, on the screen or not.
    pub marks: Marks,
    /// The filter line, while it is being typed in.
    typing: Option<LineField>,
    /// What its terms are completed with.
    completing: Completing,
    wanted: Option<Wanted>,
    /// The text and the order of the rows that are loaded.
    loaded: (String, Order<L::SortBy>),
    /// The count that was asked for.
    counting: Option<Counting>,
    /// The counts are not those of what is shown.
    count_due: bool,
    loaded_once: bool,
    /// Why there are no rows, when the list was refused.
    refused: Option<String>,
    /// Why the rows could not be read the last time, and why they could not be counted.
    unread: Option<String>,
    uncounted: Option<String>,
    /// The change under way, its row and what to say.
    changing: Option<(Ticket, i64, String)>,
}

impl<L: Table> Default for List<L> {
    fn default() -> List<L> {
        List {
            rows: Rows::default(),
            base: String::new(),
            text: String::new(),
            filter: Ok(Filter::default()),
            order: L::FIRST_ORDER,
            chosen: columns::Chosen::default(),
            contents: Vec::new(),
            area: UNDRAWN,
            counts: None,
            marks: Marks::default(),
            typing: None,
            completing: Completing::default(),
            wanted: None,
            loaded: (String::new(), L::FIRST_ORDER),
            counting: None,
            count_due: false,
            loaded_once: false,
            refused: None,
            unread: None,
            uncounted: None,
            changing: None,
        }
    }
}

impl<L: Table> List<L> {
    /// The selected row.
    #[must_use]
    pub fn selected(&self) -> Option<&L> {
        self.rows.selected()
    }

    /// What the list is filtered by, as it was typed.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What the list is filtered by; none where the text has a mistake, and no row is shown.
    #[must_use]
    pub fn filter(&self) -> Option<&Filter<L>> {
        self.filter.as_ref().ok()
    }

    /// Whether the filter line is being typed in.
    #[must_use]
    pub fn is_typing(&self) -> bool {
        self.typing.is_some()
    }

    /// Asks for the columns and then, of the same thread, for the first rows: they are drawn with their columns.
    pub fn open(&mut self, asks: &mut Asks) {
        self.chosen.ask(asks);
        self.ask(Anchor::First, Why::Asked, asks);
    }

    fn ask(&mut self, anchor: Anchor, why: Why, asks: &mut Asks) {
        let Ok(filter) = &self.filter else {
            self.show_nothing();
            return;
        };
        let query = WindowQuery {
            filter: filter.clone(),
            order: self.order,
            anchor: anchor.clone(),
            rows: self.rows.asked(),
        };
        let ticket = asks.request(L::ask(ListQuery::Window(query)));
        // The reader gives up a count for this; it is asked for again when the rows are there.
        self.counting = None;
        self.count_due |= !matches!(why, Why::Moving(_));
        self.wanted = Some(Wanted {
            ticket,
            anchor,
            why,
        });
    }

    /// A text with a mistake shows no row that could be acted on; when it is mended, the selection is where it was.
    fn show_nothing(&mut self) {
        self.rows.forget();
        self.loaded_once = true;
        self.wanted = None;
        self.counting = None;
        self.counts = None;
        self.count_due = true;
        self.marks.counted(0);
        self.unread = None;
        self.uncounted = None;
    }

    fn selected_id(&self) -> Option<i64> {
        self.rows.selected().map(|row| row.place().id)
    }

    fn go(&mut self, movement: Move, asks: &mut Asks) {
        let before = self.selected_id();
        if let Some((anchor, rest)) = self.rows.go(movement) {
            self.ask(anchor, Why::Moving(rest), asks);
        }
        let filter = self.filter.as_mut().ok();
        let kept = filter.filter(|_| before != self.rows.selected().map(|row| row.place().id));
        if kept.and_then(|filter| filter.keep.take()).is_some() {
            self.ask(self.rows.around(), Why::Asked, asks);
        }
    }

    /// Asks for the list again, as it is now. The zone may be another one: a day begins when it begins there.
    pub fn refresh(&mut self, zone: Tz, asks: &mut Asks) {
        self.chosen.ask_again(asks);
        let keep = self.filter().and_then(|filter| filter.keep);
        self.filter = Filter::parse(&self.text, zone).map(|filter| Filter { keep, ..filter });
        self.ask_matches_again(asks);
        match &self.wanted {
            // The rows that are waited for come from the database as it is now, too.
            Some(Wanted {
                why: Why::Moving(_) | Why::Shown,
                ..
            }) => {}
            _ => self.ask(self.rows.around(), Why::Refresh, asks),
        }
    }

    /// Asks for the list again after something was done to several rows: what is no longer there was told.
    pub fn reread(&mut self, asks: &mut Asks) {
        self.ask(self.rows.around(), Why::Asked, asks);
    }

    /// Goes to a row, which is shown whatever the filter says; one that says nothing is let go.
    pub fn show(&mut self, id: i64, asks: &mut Asks) {
        if self.filter.is_err() {
            self.text.clear();
        }
        let terms = self.filter().map(|filter| filter.terms.clone());
        self.filter = Ok(Filter {
            terms: terms.unwrap_or_default(),
            keep: Some(id),
        });
        let place = self.rows.find(id).map_or_else(
            || Place {
                value: SortValue::Number(0),
                id,
            },
            |row| row.place().clone(),
        );
        self.ask(self.rows.around_place(place), Why::Shown, asks);
    }

    /// Filters by another text, in which days are those of `zone`; the selected row stays selected.
    pub fn set_text(&mut self, text: &str, zone: Tz, asks: &mut Asks) {
        text.clone_into(&mut self.text);
        self.filter = Filter::parse(text, zone);
        self.ask(self.rows.around(), Why::Asked, asks);
    }

    /// Shows from the first row on what this text lets through: it is what the list goes back to.
    pub fn show_only(&mut self, base: &str, zone: Tz, asks: &mut Asks) {
        self.typing = None;
        base.clone_into(&mut self.base);
        base.clone_into(&mut self.text);
        self.filter = Filter::parse(base, zone);
        self.ask(Anchor::First, Why::Asked, asks);
    }

    fn take_window(&mut self, wanted: &Wanted, window: Window<L>, ctx: &Ctx, asks: &mut Asks) {
        let before = self
            .rows
            .selected()
            .map(|row| (row.place().id, row.name(ctx)));
        if !matches!(wanted.why, Why::Asked | Why::Refresh) {
            self.rows.take(&wanted.anchor, window);
        } else if !self.rows.take_keeping(&wanted.anchor, window) {
            self.ask(self.rows.around(), wanted.why, asks);
            return;
        }
        self.measure(wanted.why == Why::Refresh, ctx);
        if self.loaded.0 != self.text {
            // What was counted is of the older filter.
            self.counts = None;
            self.rows.uncounted();
        }
        self.loaded = (self.text.clone(), self.order);
        self.loaded_once = true;
        self.refused = None;
        self.unread = None;
        match (wanted.why, before) {
            (Why::Moving(rest), _) => {
                self.wanted = None;
                self.go(rest, asks);
            }
            (Why::Refresh, Some((id, name))) if self.selected_id() != Some(id) => {
                asks.say(ctx.text.fill("list.gone", &[("name", &name)]));
            }
            _ => {}
        }
        if self.wanted.is_none() && self.count_due {
            self.count(asks);
        }
    }

    fn count(&mut self, asks: &mut Asks) {
        let Ok(filter) = &self.filter else {
            return;
        };
        let unplaced = self.rows.unplaced();
        let place = unplaced.clone().map(|place| (self.order, place));
        let marked = self.marks.ids();
        let count = ListQuery::Count(filter.clone(), marked.clone(), place);
        self.counting = Some(Counting {
            ticket: asks.request(L::ask(count)),
            unplaced,
            marked,
        });
    }

    fn filter_edited(&mut self, edit: &Edit, ctx: &Ctx, asks: &mut Asks) {
        match (edit, &mut self.typing) {
            (Edit::SecretRefused(id), Some(field)) if L::HAS_SECRETS => {
                field.set(&format!("id:{id}"));
                asks.say(ctx.text.fill("list.secret_in_filter", &[("id", id)]));
            }
            (Edit::SecretRefused(_), Some(field)) => field.set(&self.text),
            _ => {}
        }
        let text = self.typing.as_ref().map(|field| field.text().to_owned());
        let text = text.unwrap_or_default();
        // The database would keep what it is asked for.
        if self.text != text && !is_secret_begun(&text) {
            self.set_text(&text, ctx.zone, asks);
        }
    }

    /// Has a row changed. What is said when it is done has the name in it that was asked about.
    fn change(&mut self, intent: Intent, id: i64, said: String, asks: &mut Asks) {
        self.changing = Some((asks.request(Write::Change(intent)), id, said));
    }

    /// Sorts the list in this order and goes to its first row.
    pub fn sort(&mut self, order: Order<L::SortBy>, asks: &mut Asks) {
        self.order = order;
        if let Ok(filter) = &mut self.filter {
            filter.keep = None;
        }
        self.ask(Anchor::First, Why::Shown, asks);
    }

    /// Whether a movement, the filter or the order is of use now; the screen's verbs are its own affair.
    #[must_use]
    pub fn has_use(&self, action: Action, ctx: &Ctx) -> bool {
        match action {
            Action::Cancel => self.is_typing() || self.text != self.base,
            Action::SortNext => self.next_order(ctx).by != self.order.by,
            Action::Events => false,
            Action::Next | Action::Previous => !self.candidates().is_empty(),
            Action::Mark | Action::MarkAll => L::HAS_MARKS && self.selected().is_some(),
            Action::UnmarkAll => !self.marks.is_empty(),
            _ => true,
        }
    }

    /// Does what every list can do.
    pub fn act(&mut self, action: Action, ctx: &Ctx, asks: &mut Asks) {
        self.mark_by(action, asks);
        let height = i64::from(cells(self.rows.height()));
        let (page, half) = ((height - 1).max(1), (height / 2).max(1));
        match action {
            Action::Up => self.go(Move::By(-1), asks),
            Action::Down => self.go(Move::By(1), asks),
            Action::PageUp => self.go(Move::By(-page), asks),
            Action::PageDown => self.go(Move::By(page), asks),
            Action::HalfUp => self.go(Move::By(-half), asks),
            Action::HalfDown => self.go(Move::By(half), asks),
            Action::First => self.go(Move::First, asks),
            Action::Last => self.go(Move::Last, asks),
            Action::Quit => asks.quit(),
            Action::Accept => self.typing = None,
            Action::Filter => {
                let text = filter::to_go_on(L::FIELDS, &self.text);
                self.typing = Some(LineField::new(&text).at_most(FILTER_MAX));
                self.begin_completing(asks);
                if L::LISTING == Listing::Keys {
                    asks.request(Read::Ahead);
                }
            }
            Action::Next => self.complete(ctx, asks),
            Action::Previous => self.next_candidate(),
            Action::Cancel => {
                self.typing = None;
                let base = self.base.clone();
                self.set_text(&base, ctx.zone, asks);
            }
            Action::SortNext => self.sort(self.next_order(ctx), asks),
            Action::SortReverse => self.sort(self.order.reversed(), asks),
            _ => {}
        }
    }

    /// Offers what is typed or pasted to the filter line.
    pub fn edit(&mut self, typed: Typed, ctx: &Ctx, asks: &mut Asks) -> bool {
        let edit = match &mut self.typing {
            Some(field) => field.take(typed),
            None => Edit::NotTaken,
        };
        let taken = asks.edited(typed, &edit, ctx.text);
        if taken {
            self.completing.first();
            self.filter_edited(&edit, ctx, asks);
        }
        taken
    }

    /// Takes what came of a request of the list's own.
    pub fn answer(&mut self, ticket: Ticket, outcome: Outcome, ctx: &Ctx, asks: &mut Asks) {
        let Some(outcome) = self.matched(ticket, outcome, ctx, asks) else {
            return;
        };
        let Some(outcome) = self.columns_answered(ticket, outcome, ctx, asks) else {
            return;
        };
        if self.completing.takes(ticket, &outcome) {
            return;
        }
        if let Some(wanted) = self.wanted.take_if(|wanted| wanted.ticket == ticket) {
            match outcome {
                Ok(done) => {
                    if let Some(window) = L::found(done) {
                        self.take_window(&wanted, window, ctx, asks);
                    }
                }
                // By a question that was not this list's.
                Err(Trouble::Storage(Fault::Superseded)) => {
                    if self.has_other_rows() {
                        self.ask(wanted.anchor, wanted.why, asks);
                    }
                }
                Err(trouble) => {
                    // Keys do not wait for what does not come.
                    self.loaded_once = true;
                    let sentence = ctx.text.trouble(&trouble);
                    self.counts = None;
                    if matches!(trouble, Trouble::NotAuthorized(_)) {
                        self.rows = Rows::default();
                        self.refused = Some(sentence);
                    } else {
                        self.could_not_read(wanted.why, sentence);
                    }
                }
            }
        } else if let Some(counting) = self.counting.take_if(|asked| asked.ticket == ticket) {
            match outcome {
                // Rows were marked meanwhile.
                Ok(Done::Count(..)) if counting.marked != self.marks.ids() => self.count(asks),
                Ok(Done::Count(counts, marked, before)) => {
                    if let (Some(place), Some(before)) = (counting.unplaced, before) {
                        self.rows.placed(&place, before);
                    }
                    self.rows.counted(counts.shown);
                    self.counts = Some(counts);
                    self.marks.counted(marked);
                    self.count_due = false;
                    self.uncounted = None;
                }
                Ok(_) | Err(Trouble::Storage(Fault::Superseded)) => {}
                Err(trouble) => {
                    self.counts = None;
                    self.uncounted = Some(ctx.text.trouble(&trouble));
                }
            }
        } else if let Some((_, id, said)) = self.changing.take_if(|(asked, ..)| *asked == ticket) {
            match outcome {
                Ok(_) => asks.say(said),
                Err(trouble) => asks.complain(ctx.text.trouble(&trouble)),
            }
            self.show(id, asks);
        }
    }

    /// Rows of another filter or order are not those that were asked for; the others are what was read last.
    fn could_not_read(&mut self, why: Why, sentence: String) {
        self.unread = Some(sentence);
        self.count_due = true;
        if matches!(why, Why::Asked | Why::Shown) {
            self.rows.forget();
        }
    }

    /// Why what is shown is not what the database has, if that could not be read.
    #[must_use]
    pub fn unread(&self) -> Option<&str> {
        self.unread.as_deref().or(self.uncounted.as_deref())
    }

    /// Whether an answer decides what the next key means.
    #[must_use]
    pub fn waits(&self) -> bool {
        let moving = |wanted: &Wanted| matches!(wanted.why, Why::Moving(_) | Why::Shown);
        !self.loaded_once
            || self.marks.waits()
            || self.changing.is_some()
            || self.wanted.as_ref().is_some_and(moving)
    }

    /// Whether what is shown of the rows is of an older filter or order.
    #[must_use]
    pub fn is_stale(&self) -> bool {
        self.has_other_rows() && self.wanted.is_some()
    }

    fn has_other_rows(&self) -> bool {
        let is_another = self.loaded.0 != self.text || self.loaded.1 != self.order;
        is_another && self.rows.selected().is_some()
    }

    /// When time alone changes what is shown.
    #[must_use]
    pub fn next_wake(&self, ctx: &Ctx) -> Option<Timestamp> {
        let (shown, as_of) = (self.shown(self.area, ctx), ctx.as_of());
        let rows = self.rows.on_screen();
        let changes = rows.flat_map(|(row, _)| {
            let columns = shown.columns.iter();
            columns.filter_map(move |(column, _)| column.changes_at(row, as_of))
        });
        changes.min()
    }

    /// What is said where no row is shown.
    #[must_use]
    pub fn empty(&self, ctx: &Ctx) -> String {
        if let Some(refused) = &self.refused {
            return refused.clone();
        }
        if self.unread.is_some() {
            return ctx.text.say("list.unread").to_owned();
        }
        if let Err(mistakes) = &self.filter {
            return ctx.text.mistake(&mistakes[0]);
        }
        match (self.loaded_once, self.text.is_empty()) {
            (false, _) => ctx.text.say("list.loading").to_owned(),
            (true, true) => match &self.counts {
                Some(counts) if counts.all > counts.shown => L::all_hidden(ctx),
                _ => L::none(ctx),
            },
            (true, false) if self.has_use(Action::Cancel, ctx) => {
                ctx.text.say("list.nothing_found").to_owned()
            }
            (true, false) => ctx.text.say("choice.nothing").to_owned(),
        }
    }
}
