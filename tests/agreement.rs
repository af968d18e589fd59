//! Console, command line, management API and service agree: what one of them refuses the others refuse, in the same
//! sentence, and what they do leaves the same rows and the same events.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::Arc;

use keyward::auth::hash::{Cost, Hasher};
use keyward::cli::exit::Exit;
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config as Machine;
use keyward::domain::id::KeyId;
use keyward::domain::locale::Locale;
use keyward::domain::policy::PolicyDraft;
use keyward::domain::reference::RowKind;
use keyward::domain::rights::Right;
use keyward::domain::trouble::Trouble;
use keyward::domain::user::{Actor, Arrival};
use keyward::service::Service;
use keyward::text::Text;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use proptest::strategy::ValueTree as _;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod console;
    pub mod database;
    pub mod files;
    pub mod process;
    pub mod program;
    pub mod sentence;
}

#[path = "agreement/acts.rs"]
mod acts;
#[path = "agreement/api.rs"]
mod api;
#[path = "agreement/command.rs"]
mod command;
#[path = "agreement/console.rs"]
mod console;
#[path = "agreement/table.rs"]
mod table;
#[path = "agreement/world.rs"]
mod world;

use acts::Act;
use console::Hand;
use support::console::Console;
use support::database::{Bench, CHEAP, SetClock, cases, service};
use support::files::sources;
use world::{ROBOT, Spec, World};

/// How many databases there are, and how many things are done to each, one after the other.
const CASES: u32 = 12;
const ACTS: usize = 10;

/// How big the console is: what is said of a field is not cut.
const WINDOW: (u16, u16) = (96, 50);

/// The use cases on the database of a home, by the machine's clock, and who does something.
fn bench(world: &World, user: Option<&str>, cost: Cost) -> (Bench, Result<Actor, Trouble>) {
    let place = world.place();
    let clock = Arc::new(SetClock::new(SystemClock.now()));
    let hasher = Hasher::new(cost);
    let mut service = service(&place, &clock, &hasher, 1);
    let owner = Machine::read().account.user_name();
    let actor = service.sign_in(user.unwrap_or(&owner), &Arrival::default());
    let alice = service.sign_in(&owner, &Arrival::default());
    let bench = Bench {
        place,
        clock,
        hasher,
        service,
        alice: alice.expect("the owner"),
    };
    (bench, actor)
}

/// What came of it.
struct Came {
    trouble: Option<Trouble>,
    rows: Vec<String>,
    events: Vec<String>,
}

/// Does it by the service, where `delivered` is as the API has it.
fn by_service(world: &World, user: Option<&str>, act: &Act, delivered: bool) -> Came {
    let before = world.last_event();
    // What is read back was made at the full cost.
    let cost = if matches!(act, Act::ReadBack(_)) {
        Cost::REAL
    } else {
        CHEAP
    };
    let (mut bench, actor) = bench(world, user, cost);
    let done = actor.and_then(|actor| {
        let now = bench.clock.now();
        act.by_service(&mut bench.service, &actor, (now, &world.pending, delivered))
    });
    Came {
        trouble: done.err(),
        rows: world.rows(),
        events: world.events_after(before),
    }
}

/// The sentences that tell of it.
fn sentences(trouble: &Trouble) -> Vec<String> {
    let text = Text::of(Locale::EnUs);
    match trouble {
        Trouble::Problems(problems) => problems.iter().map(|one| text.problem(one, &[])).collect(),
        other => vec![text.trouble(other)],
    }
}

/// Tries something in every way, each on a copy of this world; adds to `wrong` what differs. Gives the world in which it
/// was done by the service.
fn compare(world: &World, user: Option<&str>, act: &Act, wrong: &mut Vec<String>) -> World {
    let mut differ = |what: String| wrong.push(format!("{user:?} {act:?}\n   {what}"));
    let served = world.copy();
    let came = by_service(&served, user, act, false);
    let told = came.trouble.as_ref().map(sentences).unwrap_or_default();
    let before = world.last_event();

    let text = Text::of(Locale::EnUs);
    let commanded = world.copy();
    if let Some((code, said)) = command::by_command(&commanded, user, act) {
        let exit = came.trouble.as_ref().map_or(Exit::Done, Exit::of);
        let is_form = matches!(came.trouble, Some(Trouble::Problems(_)));
        let unread = act.is_unreadable() && !is_form;
        if !unread && code != Some(exit.code().into()) {
            differ(format!(
                "command: {code:?} in place of {exit:?}, for {:?}: {said}",
                came.trouble
            ));
        }
        // The command line names rows: of one that never was it is said that there is none.
        let never_was = [RowKind::ApiKey, RowKind::User, RowKind::Role]
            .iter()
            .any(|kind| {
                let none = Trouble::NoneWithId(*kind, act.row().to_string());
                said.contains(&text.trouble(&none))
            });
        let silent = told
            .iter()
            .find(|sentence| !said.contains(sentence.as_str()));
        if let Some(silent) = silent.filter(|_| !unread && !never_was) {
            differ(format!("command: “{silent}” is not in: {said}"));
        }
        if commanded.rows() != came.rows {
            differ(format!(
                "command: rows\n{}",
                difference(&came.rows, &commanded.rows())
            ));
        }
        let events = commanded.events_after(before);
        if !unread && !never_was && events != came.events {
            differ(format!(
                "command: events\n{}",
                difference(&came.events, &events)
            ));
        }
    }

    let typed = world.copy();
    let (bench, actor) = bench(&typed, user, CHEAP);
    if let (Ok(actor), true) = (actor, world.has(act)) {
        let console = Console::of(bench, actor, WINDOW);
        let mut hand = Hand::of(console, &told);
        hand.act(act);
        let (rows, events) = (typed.rows(), typed.events_after(before));
        let refused = came.trouble.is_some();
        let silent = refused && !hand.was_told() && !hand.not_offered;
        if silent {
            differ(format!("console: {told:?} is not said\n{}", hand.screen()));
        }
        if !(hand.not_offered && rows == world.rows()) && rows != came.rows {
            let rows = difference(&came.rows, &rows);
            differ(format!("console: rows\n{rows}\n{}", hand.screen()));
        }
        let must_have_them = if refused {
            !events.is_empty()
        } else {
            !hand.not_offered
        };
        if must_have_them && events != came.events {
            differ(format!(
                "console: events\n{}",
                difference(&came.events, &events)
            ));
        }
    }

    if user == Some("bob") {
        by_api(world, act, &mut differ);
    }
    served
}

/// The same by a key with the role of the user.
fn by_api(world: &World, act: &Act, differ: &mut impl FnMut(String)) {
    let copy = world.copy();
    let (bench, bob) = bench(&copy, Some("bob"), CHEAP);
    let mut service: Service = bench.service;
    let Ok(robot) = service.act_as_key(ROBOT, world.robot) else {
        return;
    };
    if bob.is_ok_and(|bob| bob.role.id != robot.role.id) || !robot.role.fields.user_interface {
        return;
    }
    let before = copy.last_event();
    let Some(answered) = api::by_api(&mut service, &robot, act) else {
        return;
    };
    let delivered = by_service(&world.copy(), Some("bob"), act, true);
    match (&delivered.trouble, &answered) {
        (None, Ok(())) => {}
        (Some(trouble), Err(refusal)) => {
            let said = format!("{refusal:?}");
            for sentence in sentences(trouble) {
                let gone = matches!(trouble, Trouble::KeyGone(_) | Trouble::RoleGone(_));
                let quoted = format!("{sentence:?}");
                if !gone && !said.contains(quoted.trim_matches('"')) {
                    differ(format!("API: “{sentence}” is not in: {said}"));
                }
            }
        }
        (trouble, answered) => differ(format!("API: {trouble:?} but {answered:?}")),
    }
    if copy.rows() != delivered.rows {
        differ(format!(
            "API: rows\n{}",
            difference(&delivered.rows, &copy.rows())
        ));
    }
    // A lock is a field of it there.
    let verbless = |events: Vec<String>| -> Vec<String> {
        let saves = |event: String| {
            let verbs = ["lock-out", "unlock"].map(|verb| format!(r#"\"{verb}\""#));
            let saved = |event: String, verb: &String| event.replace(verb, r#"\"save\""#);
            verbs.iter().fold(event, saved)
        };
        events.into_iter().map(saves).collect()
    };
    let (wanted, found) = (
        verbless(delivered.events),
        verbless(copy.events_after(before)),
    );
    if wanted != found {
        differ(format!("API: events\n{}", difference(&wanted, &found)));
    }
}

/// The lines that are not in both.
fn difference(wanted: &[String], found: &[String]) -> String {
    let mut lines = String::new();
    for line in wanted.iter().filter(|line| !found.contains(line)) {
        let _ = writeln!(lines, "      - {line}");
    }
    for line in found.iter().filter(|line| !wanted.contains(line)) {
        let _ = writeln!(lines, "      + {line}");
    }
    lines
}

/// What a role allows: often everything, often the half of it.
fn spec() -> impl Strategy<Value = Spec> {
    let some = subsequence(Right::ALL.to_vec(), 0..=Right::ALL.len());
    let rights = prop_oneof![
        2 => Just(Right::ALL.to_vec()),
        3 => some.prop_map(|mut rights| {
            // Who cannot look has no console.
            for right in [Right::ViewApiKeys, Right::ViewUsers, Right::ViewRoles] {
                if !rights.contains(&right) {
                    rights.push(right);
                }
            }
            rights
        }),
        1 => subsequence(Right::ALL.to_vec(), 0..=Right::ALL.len()),
    ];
    let flags = (
        prop::bool::weighted(0.9),
        prop::bool::weighted(0.8),
        prop::bool::weighted(0.4),
    );
    (rights, flags).prop_map(
        |(rights, (user_interface, web_service, equal_or_less))| Spec {
            rights,
            user_interface,
            web_service,
            equal_or_less,
        },
    )
}

/// What the keys are held to: often nothing.
fn policy() -> impl Strategy<Value = PolicyDraft> {
    let days = select(vec!["", "", "90"]);
    (prop::bool::weighted(0.2), days).prop_map(|(expiry_required, longest)| PolicyDraft {
        expiry_required,
        longest_days: longest.to_owned(),
        warning_days: String::new(),
    })
}

/// Who does it: nothing is the owner.
fn who() -> impl Strategy<Value = Option<&'static str>> {
    prop_oneof![
        2 => Just(None),
        6 => Just(Some("bob")),
        1 => select(vec![Some("ann"), Some("lou"), Some("nobody")]),
    ]
}

#[test]
fn console_command_line_api_and_service_agree_on_every_refusal() {
    let given = vec((1..=12_i64, select(world::ROLES.to_vec())), 0..6);
    let acts = vec((who(), select(table::acts())), ACTS);
    let kinds = (spec(), spec(), policy(), given, acts);
    let random = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    let mut runner = TestRunner::new_with_rng(Config::default(), random);
    let begun = world::begun();
    let mut wrong = Vec::new();
    for _ in 0..cases(CASES) {
        let case = kinds.new_tree(&mut runner).expect("a case");
        let (own, target, policy, given, acts) = case.current();
        let mut world = begun.copy();
        world.allow(&own, &target);
        world.hold_to(&policy);
        for (key, (_, role)) in given {
            if KeyId(key) != ROBOT {
                world.give(KeyId(key), role);
            }
        }
        for (user, act) in acts {
            let known = wrong.len();
            world = compare(&world, user, &act, &mut wrong);
            if wrong.len() > known {
                wrong.push(format!(
                    "  where own is {own:?}, and target {target:?}, {policy:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What changes something and is in no table: who comes and goes, what each user sees, and what has one way alone.
const ELSEWHERE: [&str; 9] = [
    "note_sign_in",
    "note_sign_out",
    "choose_columns",
    // The console's Save to file.
    "may_save_to_file",
    "saved_to_file",
    // The command line's events and scan.
    "may_read_events",
    "prunable_events",
    "prune_events",
    "lock_out_leaked_key",
];

#[test]
fn no_use_case_that_changes_something_is_left_out_here() {
    let mut there = BTreeSet::new();
    for (_, source) in sources("src/service") {
        for function in source.split("    pub fn ").skip(1) {
            let (head, _) = function.split_once('{').expect("a body");
            if head.contains("&mut self") && head.contains("actor: &Actor") {
                let end = head.find(['(', '<']).expect("parameters");
                there.insert(head[..end].to_owned());
            }
        }
    }
    let acts = table::acts();
    let tried = acts.iter().flat_map(Act::use_cases).copied();
    let tried: BTreeSet<String> = tried.chain(ELSEWHERE).map(str::to_owned).collect();
    assert_eq!(there, tried);
}
