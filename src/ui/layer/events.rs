//! Administration > System Events: the trail as a list, the newest first.

mod details;

use std::fmt::Display;

use ratatui::style::Style;

use crate::domain::event::trail::{
    ActorFilter, EventFilter, EventRow, EventSort, SYSTEM_NAME, TargetFilter,
};
use crate::domain::event::{EventKind, Level, Target};
use crate::domain::moment::parse_range;
use crate::domain::rights::Right;
use crate::text::Text;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::choice::Choice;
use crate::ui::layer::entry::Entry;
use crate::ui::layer::events::details::Details;
use crate::ui::layer::list::{Column, List, ListScreen, Table, Verbs, column};
use crate::ui::layer::{Asks, Ctx, Reply};
use crate::ui::request::{Done, Outcome, Request, Ticket};

impl Table for EventRow {
    const COLUMNS: &'static [Column<EventRow>] = &[
        column("column.time", (19, 0), Some(EventSort::Time), |row, ctx| {
            let local = row.at.in_zone(ctx.zone);
            plain(local.format("%Y-%m-%d %H:%M:%S").to_string())
        }),
        column("column.event", (18, 2), None, |row, ctx| {
            plain(ctx.text.event(row.number))
        }),
        column("column.target", (14, 2), None, |row, _| {
            plain(target_name(row))
        }),
        column("column.event_id", (4, 0), None, |row, _| {
            plain(row.number.to_string())
        }),
        column("column.level", (7, 0), None, |row, ctx| {
            (row.level.clone(), level_style(row, ctx))
        }),
        column("column.performed_by", (12, 0), None, |row, _| {
            plain(actor_name(row).to_owned())
        }),
        column("column.description", (14, 4), None, |row, ctx| {
            plain(ctx.text.event_description(row.number, &row.body, ctx.zone))
        }),
    ];

    const FROM_THE_LEFT: &'static [&'static str] = &[
        "column.time",
        "column.level",
        "column.event_id",
        "column.event",
        "column.target",
        "column.performed_by",
        "column.description",
    ];

    fn name(&self, ctx: &Ctx) -> String {
        ctx.text.event(self.number)
    }

    fn facets(filter: &EventFilter, ctx: &Ctx) -> String {
        ctx.theme.symbols.join(&words(filter, ctx))
    }

    fn none(ctx: &Ctx) -> String {
        ctx.text.say("events.none").to_owned()
    }
}

fn plain(words: String) -> (String, Style) {
    (words, Style::new())
}

fn level_style(row: &EventRow, ctx: &Ctx) -> Style {
    match Level::ALL.iter().find(|level| level.word() == row.level) {
        Some(Level::Error) => ctx.theme.problem,
        Some(Level::Warning) => ctx.theme.warning,
        _ => Style::new(),
    }
}

/// What the event is about, in few words: its name, or its ID where it had none.
fn target_name(row: &EventRow) -> String {
    let target = &row.target;
    match (target.name.as_str(), target.id) {
        ("", 0) => target.kind.clone(),
        ("", id) => format!("{}:{id}", target.kind),
        (name, _) => name.to_owned(),
    }
}

fn actor_name(row: &EventRow) -> &str {
    row.actor.as_deref().unwrap_or(SYSTEM_NAME)
}

/// What a filter lets through, part by part.
fn words(filter: &EventFilter, ctx: &Ctx) -> Vec<String> {
    let text = ctx.text;
    let mut words = Vec::new();
    let mut say = |name, value: &dyn Display| words.push(text.fill(name, &[("value", value)]));
    if let Some(level) = filter.level {
        say("event_filter.level", &level.word());
    }
    if let Some(number) = filter.number {
        say("event_filter.event", &text.event(number));
    }
    if let Some(target) = &filter.target {
        say("event_filter.target", target);
    }
    if let Some(actor) = &filter.actor {
        say("event_filter.actor", &actor.name());
    }
    if let Some(since) = filter.since {
        say("event_filter.since", &ctx.minute(Some(since)));
    }
    if let Some(until) = filter.until {
        say("event_filter.until", &ctx.minute(Some(until)));
    }
    words
}

/// The screen.
pub type SystemEvents = ListScreen<EventVerbs>;

/// Its verbs.
#[derive(Default)]
pub struct EventVerbs {
    /// What the dialog on top asks for.
    asking: Option<Asking>,
    /// The people to choose from are on their way.
    people: Option<Ticket>,
}

/// A part of the filter that is asked for.
enum Asking {
    Event,
    Level,
    Target,
    /// One of these, behind the entry for everybody.
    Person(Vec<ActorFilter>),
    Time,
}

impl EventVerbs {
    /// A choice with an entry before all others, which takes this part of the filter away.
    fn choose(
        &mut self,
        asking: Asking,
        (title, every): (&'static str, &'static str),
        entries: impl Iterator<Item = (String, bool)>,
        text: Text,
        asks: &mut Asks,
    ) {
        let mut shown = vec![text.say(every).to_owned()];
        let mut selected = 0;
        for (entry, is_selected) in entries {
            if is_selected {
                selected = shown.len();
            }
            shown.push(entry);
        }
        self.asking = Some(asking);
        asks.push(Choice::of(text.say(title), shown, selected));
    }

    fn ask_time(&mut self, typed: &str, problem: Option<String>, text: Text, asks: &mut Asks) {
        let entry = Entry::new(
            text.say("event_filter.time_title"),
            text.say("event_filter.time_note"),
            typed,
        );
        self.asking = Some(Asking::Time);
        asks.push(match problem {
            Some(problem) => entry.refused(problem),
            None => entry,
        });
    }

    fn ask_target(&mut self, list: &List<EventRow>, text: Text, asks: &mut Asks) {
        let present = list.facets().target.as_ref().map(ToString::to_string);
        let of_row = |row: &EventRow| format!("{}:{}", row.target.kind, row.target.id);
        let typed = present.or_else(|| list.selected().map(of_row));
        self.asking = Some(Asking::Target);
        asks.push(Entry::new(
            text.say("event_filter.target_title"),
            text.say("event_filter.target_note"),
            &typed.unwrap_or_default(),
        ));
    }
}

impl Verbs for EventVerbs {
    type Row = EventRow;

    const SCOPE: Scope = Scope::Events;

    fn needs(_action: Action) -> Option<Right> {
        None
    }

    fn allows(row: Option<&EventRow>, action: Action, _ctx: &Ctx) -> Option<bool> {
        match action {
            Action::Properties => Some(row.is_some()),
            Action::ByEvent
            | Action::ByLevel
            | Action::ByTarget
            | Action::ByPerson
            | Action::ByTime => Some(true),
            _ => None,
        }
    }

    fn why_not(_row: &EventRow, _action: Action, _ctx: &Ctx) -> Option<String> {
        None
    }

    fn target(_row: &EventRow) -> Option<Target> {
        None
    }

    fn act(
        &mut self,
        list: &mut List<EventRow>,
        action: Action,
        ctx: &Ctx,
        asks: &mut Asks,
    ) -> bool {
        let text = ctx.text;
        let facets = list.facets();
        match action {
            Action::Properties => {
                if let Some(row) = list.selected() {
                    asks.push(Details::new(row, ctx));
                }
            }
            Action::ByEvent => {
                let entries = EventKind::ALL.iter().map(|kind| {
                    let number = kind.number();
                    let entry = format!("{number:>4} {}", text.event(number));
                    (entry, facets.number == Some(number))
                });
                let words = ("event_filter.event_title", "event_filter.every_event");
                self.choose(Asking::Event, words, entries, text, asks);
            }
            Action::ByLevel => {
                let entries = Level::ALL.iter().map(|level| {
                    let entry = level.word().to_owned();
                    (entry, facets.level == Some(*level))
                });
                let words = ("event_filter.level_title", "event_filter.every_level");
                self.choose(Asking::Level, words, entries, text, asks);
            }
            Action::ByTarget => self.ask_target(list, text, asks),
            Action::ByPerson => self.people = Some(asks.request(Request::EventActors)),
            Action::ByTime => self.ask_time("", None, text, asks),
            _ => return false,
        }
        true
    }

    fn answer(
        &mut self,
        list: &List<EventRow>,
        (ticket, outcome): (Ticket, Outcome),
        ctx: &Ctx,
        asks: &mut Asks,
    ) -> Option<(Ticket, Outcome)> {
        if self.people.take_if(|asked| *asked == ticket).is_none() {
            return Some((ticket, outcome));
        }
        match outcome {
            Ok(Done::EventActors(people)) => {
                let present = &list.facets().actor;
                let entries: Vec<_> = people
                    .iter()
                    .map(|person| (person.name().to_owned(), present.as_ref() == Some(person)))
                    .collect();
                let words = ("event_filter.actor_title", "event_filter.everybody");
                let asking = Asking::Person(people);
                self.choose(asking, words, entries.into_iter(), ctx.text, asks);
            }
            Ok(_) => {}
            Err(trouble) => asks.complain(ctx.text.trouble(&trouble)),
        }
        None
    }

    fn refresh(&mut self, asks: &mut Asks) {
        if self.people.is_some() {
            self.people = Some(asks.request(Request::EventActors));
        }
    }

    fn waits(&self) -> bool {
        self.people.is_some()
    }

    fn reply(
        &mut self,
        list: &mut List<EventRow>,
        reply: Reply,
        ctx: &Ctx,
        asks: &mut Asks,
    ) -> Option<Reply> {
        let mut filter = list.facets().clone();
        match (self.asking.take(), reply) {
            (_, Reply::EventsOf(target)) => {
                let target = TargetFilter::Is {
                    kind: target.kind,
                    id: target.id,
                };
                let only = EventFilter {
                    target: Some(target),
                    ..EventFilter::default()
                };
                list.show_only(only, asks);
                return None;
            }
            (Some(Asking::Event), Reply::Chosen(index)) => {
                let kind = index.checked_sub(1).map(|index| EventKind::ALL[index]);
                filter.number = kind.map(EventKind::number);
            }
            (Some(Asking::Level), Reply::Chosen(index)) => {
                filter.level = index.checked_sub(1).map(|index| Level::ALL[index]);
            }
            (Some(Asking::Person(people)), Reply::Chosen(index)) => {
                filter.actor = index
                    .checked_sub(1)
                    .and_then(|index| people.get(index).cloned());
            }
            (Some(Asking::Target), Reply::Entered(typed)) => {
                filter.target = Some(TargetFilter::parse(&typed));
            }
            (Some(Asking::Time), Reply::Entered(typed)) => {
                match parse_range(&typed, ctx.zone, ctx.now) {
                    Ok((since, until)) => (filter.since, filter.until) = (since, until),
                    Err(why) => {
                        let problem = ctx.text.no_moment(why, &typed);
                        self.ask_time(&typed, Some(problem), ctx.text, asks);
                        return None;
                    }
                }
            }
            (_, reply) => return Some(reply),
        }
        list.set_facets(filter, asks);
        None
    }
}
