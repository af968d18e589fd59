//! Administration > System Events: the trail as a list, the newest first.

pub(super) mod details;

use ratatui::style::Style;

use crate::domain::date::parse_date;
use crate::domain::event::chain::hex;
use crate::domain::event::trail::{EventField, EventRow, EventSort, SYSTEM_NAME};
use crate::domain::event::{EventKind, Level};
use crate::domain::filter::{Test, Value, quoted, with_terms};
use crate::domain::fold::name_key;
use crate::domain::list::Listed;
use crate::domain::moment::{self, parse_range};
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
    const TITLE: &'static str = "tree.system_events";

    const EXPORT: &'static str = "system-events";

    const COLUMNS: &'static [Column<EventRow>] = &[
        column(
            "column.time",
            (11, 19),
            ('t', EventSort::Time),
            |row: &EventRow, ctx| {
                let local = row.at.in_zone(ctx.zone);
                plain(local.format("%Y-%m-%d %H:%M:%S").to_string())
            },
        )
        .or_shorter(|row, ctx| {
            let local = row.at.in_zone(ctx.zone);
            local.format("%m-%d %H:%M").to_string()
        }),
        unsorted("column.event", (17, 40), |row, ctx| {
            plain(ctx.text.event(row.number))
        }),
        unsorted("column.level", (7, 10), |row, ctx| {
            (row.level.clone(), level_style(row, ctx))
        }),
        unsorted("column.target", (14, 40), |row, _| plain(target_name(row))),
        unsorted("column.event_id", (4, 4), |row, _| {
            plain(row.number.to_string())
        }),
        unsorted("column.performed_by", (12, 24), |row, _| {
            plain(actor_name(row))
        }),
        unsorted("column.description", (14, 120), |row, ctx| {
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

    fn copies(&self, _ctx: &Ctx) -> Vec<(Option<&'static str>, String)> {
        let target = format!("{}:{}", self.target.kind, self.target.id);
        vec![
            (Some("event_details.sequence"), self.sequence().to_string()),
            (Some("column.target"), target),
            (Some("column.name"), target_name(self)),
            (Some("column.performed_by"), actor_name(self).to_owned()),
            (Some("event_details.hash"), hex(&self.hash)),
        ]
    }

    fn none(ctx: &Ctx) -> String {
        ctx.text.say("events.none").to_owned()
    }
}

/// The style of an event's level.
pub(super) fn level_style(row: &EventRow, ctx: &Ctx) -> Style {
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

/// The list of system events with its verbs.
pub type SystemEvents = ListScreen<EventVerbs>;

/// The verbs of system events.
#[derive(Default)]
pub struct EventVerbs {
    /// The people to choose from are on their way.
    people: Option<Ticket>,
}

impl SystemEvents {
    /// Puts terms in place of those that ask for a field's values.
    fn filter(&mut self, field: EventField, terms: &str, ctx: &Ctx, asks: &mut Asks) {
        let text = with_terms(EventRow::FIELDS, self.list.text(), field, terms);
        self.list.set_text(&text, ctx.zone, asks);
    }
}

/// What the filter asks of a field.
fn present(list: &List<EventRow>, wanted: EventField) -> Option<&Value> {
    list.filter()?
        .terms
        .iter()
        .find_map(|term| match &term.test {
            Test::Field(field, value) if *field == wanted && !term.not => Some(value),
            _ => None,
        })
}

/// A choice of a value of a field, each with how it is typed and how it is shown, with an entry before all others that
/// takes the field's term away.
fn choose(
    (field, name): (EventField, &'static str),
    (title, every): (&'static str, &'static str),
    entries: impl Iterator<Item = (String, String)>,
    is_present: impl Fn(&str) -> bool,
    text: Text,
) -> Choice<Option<String>> {
    let entries: Vec<_> = entries.collect();
    let mut values = entries.iter().map(|(value, _)| value);
    let present = values.find(|value| is_present(value)).cloned();
    let all = std::iter::once((None, text.say(every).to_owned()));
    let entries = entries
        .into_iter()
        .map(|(value, shown)| (Some(value), shown));
    let then = Then::new(
        move |screen: &mut SystemEvents, chosen: Option<String>, ctx: &Ctx, asks| {
            let term = chosen.map(|value| format!("{name}:{}", quoted(&value)));
            screen.filter(field, &term.unwrap_or_default(), ctx, asks);
        },
    );
    Choice::of(
        text.say(title),
        all.chain(entries).collect(),
        &present,
        then,
    )
}

fn choose_event(list: &List<EventRow>, ctx: &Ctx, asks: &mut Asks) {
    let text = ctx.text;
    let entries = EventKind::ALL.iter().map(|kind| {
        let number = kind.number();
        let shown = format!("{number:>4} {}", text.event(number));
        (kind.word().to_owned(), shown)
    });
    let words = ("event_filter.event_title", "event_filter.every_event");
    let number = match present(list, EventField::Event) {
        Some(Value::Number(_, number)) => EventKind::of(*number),
        _ => None,
    };
    let is_present = |word: &str| number.is_some_and(|kind| kind.word() == word);
    let field = (EventField::Event, "event");
    asks.push(choose(field, words, entries, is_present, text));
}

fn choose_level(list: &List<EventRow>, ctx: &Ctx, asks: &mut Asks) {
    let entries = Level::WORDS
        .iter()
        .map(|word| ((*word).to_owned(), (*word).to_owned()));
    let words = ("event_filter.level_title", "event_filter.every_level");
    let level = present(list, EventField::Level);
    let is_present = |word: &str| matches!(level, Some(Value::Word(present)) if *present == word);
    let field = (EventField::Level, "level");
    asks.push(choose(field, words, entries, is_present, ctx.text));
}

/// Asks for a time, or again with what was typed and why it is none.
fn ask_time(typed: &str, problem: Option<String>, text: Text, asks: &mut Asks) {
    let then = Then::new(
        |screen: &mut SystemEvents, typed: String, ctx: &Ctx, asks| match parse_range(
            &typed, ctx.zone, ctx.now,
        ) {
            Ok(_) => screen.filter(EventField::Time, &range_terms(&typed), ctx, asks),
            Err(why) => {
                let problem = ctx.text.no_moment(why, &typed);
                ask_time(&typed, Some(problem), ctx.text, asks);
            }
        },
    );
    let (title, note) = ("event_filter.time_title", "event_filter.time_note");
    let entry = Entry::new(text.say(title), text.say(note), typed, then);
    asks.push(match problem {
        Some(problem) => entry.refused(problem),
        None => entry,
    });
}

/// The terms that ask for a range: it holds a day at its end, but not a time. A span back is longer the earlier it
/// begins.
fn range_terms(typed: &str) -> String {
    let (since, until) = typed.split_once("..").unwrap_or((typed, ""));
    let term = |typed: &str, [of_span, of_day, of_time]: [&str; 3]| {
        let typed = typed.trim();
        let (sign, typed) = if moment::is_span(typed) {
            // Behind a field it could be months.
            (of_span, typed.replace('m', "min"))
        } else if parse_date(typed).is_ok() {
            (of_day, typed.to_owned())
        } else {
            (of_time, typed.to_owned())
        };
        if typed.is_empty() {
            String::new()
        } else {
            format!("time:{sign}{}", quoted(&typed))
        }
    };
    let ends = [
        term(since, ["<=", ">=", ">="]),
        term(until, [">", "<=", "<"]),
    ];
    ends.join(" ").trim().to_owned()
}

fn ask_target(list: &List<EventRow>, text: Text, asks: &mut Asks) {
    let present = match present(list, EventField::Target) {
        Some(Value::Text(target)) => Some(target.clone()),
        _ => None,
    };
    let of_row = |row: &EventRow| format!("{}:{}", row.target.kind, row.target.id);
    let typed = present.or_else(|| list.selected().map(of_row));
    let then = Then::new(
        |screen: &mut SystemEvents, typed: String, ctx: &Ctx, asks| {
            let term = format!("target:{}", quoted(&typed));
            screen.filter(EventField::Target, &term, ctx, asks);
        },
    );
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
                let entries = people.into_iter().map(|name| (name.clone(), name));
                let words = ("event_filter.actor_title", "event_filter.everybody");
                let by = present(list, EventField::By);
                let is_present =
                    |name: &str| matches!(by, Some(Value::Text(by)) if *by == name_key(name));
                let field = (EventField::By, "by");
                asks.push(choose(field, words, entries, is_present, ctx.text));
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
