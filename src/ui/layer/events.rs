//! Administration > System Events: the trail as a list, the newest first.

mod details;

use std::fmt::Display;

use ratatui::style::Style;

use crate::domain::event::trail::{EventFilter, EventRow, EventSort, SYSTEM_NAME, TargetFilter};
use crate::domain::event::{EventKind, Level};
use crate::domain::list::Filter;
use crate::domain::moment::parse_range;
use crate::text::Text;
use crate::ui::keymap::{Action, Scope};
use crate::ui::layer::choice::Choice;
use crate::ui::layer::entry::Entry;
use crate::ui::layer::events::details::Details;
use crate::ui::layer::list::{
    Column, List, ListScreen, Table, Verb, Verbs, column, plain, unsorted,
};
use crate::ui::layer::{Asks, Ctx, Then};
use crate::ui::request::{Done, Outcome, Read, Ticket};

impl Table for EventRow {
    const COLUMNS: &'static [Column<EventRow>] = &[
        column(
            "column.time",
            (19, 0),
            ('t', EventSort::Time),
            |row, ctx| {
                let local = row.at.in_zone(ctx.zone);
                plain(local.format("%Y-%m-%d %H:%M:%S").to_string())
            },
        ),
        unsorted("column.event", (18, 2), |row, ctx| {
            plain(ctx.text.event(row.number))
        }),
        unsorted("column.target", (14, 2), |row, _| plain(target_name(row))),
        unsorted("column.event_id", (4, 0), |row, _| {
            plain(row.number.to_string())
        }),
        unsorted("column.level", (7, 0), |row, ctx| {
            (row.level.clone(), level_style(row, ctx))
        }),
        unsorted("column.performed_by", (12, 0), |row, _| {
            plain(actor_name(row))
        }),
        unsorted("column.description", (14, 4), |row, ctx| {
            plain(ctx.text.event_description(row.number, &row.body, ctx.zone))
        }),
    ];

    fn from_the_left() -> Vec<&'static str> {
        vec![
            "column.time",
            "column.level",
            "column.event_id",
            "column.event",
            "column.target",
            "column.performed_by",
            "column.description",
        ]
    }

    const HAS_MARKS: bool = false;

    fn name(&self, ctx: &Ctx) -> String {
        ctx.text.event(self.number)
    }

    fn facets(filter: &EventFilter, ctx: &Ctx) -> String {
        ctx.theme.symbols.join(&words(filter, ctx))
    }

    fn only(filter: &str) -> Filter<EventRow> {
        let target = filter.strip_prefix("target:").unwrap_or(filter);
        let facets = EventFilter {
            target: Some(TargetFilter::parse(target)),
            ..EventFilter::default()
        };
        Filter {
            facets,
            ..Filter::default()
        }
    }

    fn none(ctx: &Ctx) -> String {
        ctx.text.say("events.none").to_owned()
    }
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

/// The list of system events with its verbs.
pub type SystemEvents = ListScreen<EventVerbs>;

/// The verbs of system events.
#[derive(Default)]
pub struct EventVerbs {
    /// The people to choose from are on their way.
    people: Option<Ticket>,
}

impl SystemEvents {
    /// Changes a part of the filter.
    fn filter(&mut self, change: impl FnOnce(&mut EventFilter), asks: &mut Asks) {
        let mut filter = self.list.facets().clone();
        change(&mut filter);
        self.list.set_facets(filter, asks);
    }
}

/// A choice with an entry before all others, which takes this part of the filter away.
fn choose<T: Clone + PartialEq + 'static>(
    (title, every): (&'static str, &'static str),
    entries: impl Iterator<Item = (T, String)>,
    present: Option<&T>,
    set: fn(&mut EventFilter, Option<T>),
    text: Text,
) -> Choice<Option<T>> {
    let all = std::iter::once((None, text.say(every).to_owned()));
    let entries = all.chain(entries.map(|(one, shown)| (Some(one), shown)));
    let then = Then::new(move |screen: &mut SystemEvents, chosen, _, asks| {
        screen.filter(|filter| set(filter, chosen), asks);
    });
    Choice::of(text.say(title), entries.collect(), &present.cloned(), then)
}

fn choose_event(list: &List<EventRow>, ctx: &Ctx, asks: &mut Asks) {
    let text = ctx.text;
    let entries = EventKind::ALL.iter().map(|kind| {
        let number = kind.number();
        (number, format!("{number:>4} {}", text.event(number)))
    });
    let words = ("event_filter.event_title", "event_filter.every_event");
    let set = |filter: &mut EventFilter, number| filter.number = number;
    let present = list.facets().number.as_ref();
    asks.push(choose(words, entries, present, set, text));
}

fn choose_level(list: &List<EventRow>, ctx: &Ctx, asks: &mut Asks) {
    let entries = Level::ALL
        .iter()
        .map(|level| (*level, level.word().to_owned()));
    let words = ("event_filter.level_title", "event_filter.every_level");
    let set = |filter: &mut EventFilter, level| filter.level = level;
    let present = list.facets().level.as_ref();
    asks.push(choose(words, entries, present, set, ctx.text));
}

/// Asks for a time, or again with what was typed and why it is none.
fn ask_time(typed: &str, problem: Option<String>, text: Text, asks: &mut Asks) {
    let then = Then::new(|screen: &mut SystemEvents, typed: String, ctx, asks| {
        match parse_range(&typed, ctx.zone, ctx.now) {
            Ok(range) => {
                screen.filter(|filter| (filter.since, filter.until) = range, asks);
            }
            Err(why) => {
                let problem = ctx.text.no_moment(why, &typed);
                ask_time(&typed, Some(problem), ctx.text, asks);
            }
        }
    });
    let (title, note) = ("event_filter.time_title", "event_filter.time_note");
    let entry = Entry::new(text.say(title), text.say(note), typed, then);
    asks.push(match problem {
        Some(problem) => entry.refused(problem),
        None => entry,
    });
}

fn ask_target(list: &List<EventRow>, text: Text, asks: &mut Asks) {
    let present = list.facets().target.as_ref().map(ToString::to_string);
    let of_row = |row: &EventRow| format!("{}:{}", row.target.kind, row.target.id);
    let typed = present.or_else(|| list.selected().map(of_row));
    let then = Then::new(|screen: &mut SystemEvents, typed: String, _, asks| {
        screen.filter(
            |filter| filter.target = Some(TargetFilter::parse(&typed)),
            asks,
        );
    });
    asks.push(Entry::new(
        text.say("event_filter.target_title"),
        text.say("event_filter.target_note"),
        &typed.unwrap_or_default(),
        then,
    ));
}

impl Verbs for EventVerbs {
    type Row = EventRow;

    const SCOPE: Scope = Scope::Events;

    const VERBS: &'static [Verb<EventVerbs, EventRow>] = &[
        Verb::opens(Action::Properties, &[], |row, ctx, asks| {
            asks.push(Details::new(row, ctx));
        }),
        Verb::here(Action::ByEvent, &[], |_, list, ctx, asks| {
            choose_event(list, ctx, asks);
        }),
        Verb::here(Action::ByLevel, &[], |_, list, ctx, asks| {
            choose_level(list, ctx, asks);
        }),
        Verb::here(Action::ByTarget, &[], |_, list, ctx, asks| {
            ask_target(list, ctx.text, asks);
        }),
        Verb::here(Action::ByPerson, &[], |verbs, _, _, asks| {
            verbs.people = Some(asks.request(Read::EventActors));
        }),
        Verb::here(Action::ByTime, &[], |_, _, ctx, asks| {
            ask_time("", None, ctx.text, asks);
        }),
    ];

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
                let entries = people.into_iter().map(|person| {
                    let name = person.name().to_owned();
                    (person, name)
                });
                let words = ("event_filter.actor_title", "event_filter.everybody");
                let set = |filter: &mut EventFilter, actor| filter.actor = actor;
                let present = list.facets().actor.clone();
                asks.push(choose(words, entries, present.as_ref(), set, ctx.text));
            }
            Ok(_) => {}
            Err(trouble) => asks.complain(ctx.text.trouble(&trouble)),
        }
        None
    }

    fn refresh(&mut self, asks: &mut Asks) {
        if self.people.is_some() {
            self.people = Some(asks.request(Read::EventActors));
        }
    }

    fn waits(&self) -> bool {
        self.people.is_some()
    }
}
