//! The tasks of `docs/tasks.md`: the keys that the page gives do what it says, in as many presses as it says.

use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::{FULL_ACCESS, KeyId};
use keyward::domain::time::{DAY, HOUR};
use keyward::domain::verdict::Refused;
use keyward::ui::keymap::Chord;

use crate::support::console::{Console, chords};
use crate::support::database::{Bench, draft};
use crate::support::page;

/// The most presses that a job may take, by the beginning of its row.
const BUDGETS: [(&str, usize); 4] = [
    ("Lock out all keys of a contractor", 12),
    ("Give another role", 15),
    ("See which keys nobody", 4),
    ("Go back from a key's events", 1),
];

/// What is there when a job begins, and what is when it is done.
struct Job {
    /// How its row on the page begins.
    begins: &'static str,
    /// What is to be done before.
    before: fn(&mut Console),
    after: fn(&mut Console),
}

fn nothing(_: &mut Console) {}

const JOBS: [Job; 12] = [
    Job {
        begins: "Create a key",
        before: nothing,
        after: |console| {
            let secret = console.clipboard().pop().expect("copied");
            assert!(console.works(&secret));
        },
    },
    Job {
        begins: "Replace a key's secret",
        before: nothing,
        after: |console| {
            console.expect("Active, old");
            let secret = console.clipboard().pop().expect("copied");
            assert!(console.works(&secret));
        },
    },
    Job {
        begins: "Lock out a key",
        before: nothing,
        after: |console| {
            console.expect_selected("Locked Out");
            console.keys("l").expect("leaked");
        },
    },
    Job {
        begins: "Lock out all keys of a contractor",
        before: nothing,
        after: |console| assert_eq!(events(console, 673), 15),
    },
    Job {
        begins: "Give another role",
        before: nothing,
        after: |console| assert_eq!(events(console, 658), 20),
    },
    Job {
        begins: "Give a later expiry",
        before: nothing,
        after: |console| {
            assert_eq!(events(console, 658), 2);
            console.keys("<Esc><Esc>/soon\n").expect("2027-11-22");
        },
    },
    Job {
        begins: "See which keys nobody",
        before: |console| {
            console.wait(91 * DAY);
            let secret = console.make_and_store("used");
            assert!(console.works(&secret));
            console.wait(HOUR);
        },
        after: |console| {
            console
                .expect("38 of 40")
                .expect("team 19")
                .expect_not("  used");
        },
    },
    Job {
        begins: "See what happened to a key",
        before: nothing,
        after: |console| {
            console.expect("System Events > alpha");
        },
    },
    Job {
        begins: "Go back from a key's events",
        before: |console| {
            console.keys("je").expect("System Events");
        },
        after: |console| {
            console.expect_selected("contract 00");
        },
    },
    Job {
        begins: "See whose secret",
        before: nothing,
        after: |console| {
            let secret = console.bench.delivered("tried").secret;
            console.paste(secret.expose()).enter();
            console.expect("tried");
        },
    },
    Job {
        begins: "Take a deletion back",
        before: nothing,
        after: |console| {
            console.keys("<Esc>").expect("gone");
        },
    },
    Job {
        begins: "Hand the list to an auditor",
        before: nothing,
        after: |console| {
            let list = console.clipboard().pop().expect("sent");
            assert!(list.contains("contract 00") && !list.contains("gone"));
        },
    },
];

/// How many events of this number there are.
fn events(console: &Console, number: i64) -> usize {
    let events = console.bench.events();
    events.iter().filter(|(found, ..)| *found == number).count()
}

/// A console on the keys of a contractor, a team and others.
fn fleet() -> Console {
    let mut bench = Bench::new();
    bench.delivered("alpha");
    let ann = bench.user("ann", FULL_ACCESS);
    for n in 0..15 {
        let key = draft(&format!("contract {n:02}"));
        bench.service.create_key(&ann, &key).expect("created");
    }
    for n in 0..20 {
        bench.delivered(&format!("team {n:02}"));
    }
    for n in 0..2 {
        let key = ApiKeyDraft {
            expires_on: Some("2026-11-25".to_owned()),
            ..draft(&format!("soon {n}"))
        };
        bench.by_alice(|service, alice| service.create_key(alice, &key));
    }
    let gone = bench.delivered("gone");
    bench.by_alice(|service, alice| service.delete_key(alice, gone.key));
    assert_eq!(bench.refusal(&gone), Some(Refused::Deleted));
    assert_eq!(gone.key, KeyId(39));
    Console::on(bench)
}

/// The keys of a row, as a test types them.
fn typed(cell: &str) -> String {
    let keys = cell.split(' ').map(|key| match key {
        "Enter" => "\n".to_owned(),
        "Tab" => "\t".to_owned(),
        "Space" => " ".to_owned(),
        key => match key.strip_prefix('`') {
            Some(text) => text.trim_end_matches('`').to_owned(),
            None => format!("<{key}>"),
        },
    });
    keys.collect()
}

#[test]
fn every_job_of_the_page_is_done_by_its_keys_in_as_many_presses() {
    let text = page::read("docs/tasks.md");
    let rows = page::rows(&text);
    assert_eq!(rows.len(), JOBS.len());
    for (row, job) in rows.iter().zip(&JOBS) {
        let [name, keys, presses] = row[..] else {
            panic!("{row:?}");
        };
        assert!(name.starts_with(job.begins), "{name}");
        let keys = typed(keys);
        assert_eq!(chords(&keys).len().to_string(), presses, "{name}");
        let mut console = fleet();
        (job.before)(&mut console);
        for chord in chords(&keys) {
            let Chord(code, held) = chord;
            console.press_with(code, held);
        }
        (job.after)(&mut console);
    }
}

#[test]
fn what_is_done_most_often_keeps_to_its_budget() {
    let text = page::read("docs/tasks.md");
    for (job, most) in BUDGETS {
        let rows = page::rows(&text);
        let row = rows.iter().find(|row| row[0].starts_with(job)).expect(job);
        let presses: usize = row[2].parse().expect("a number");
        assert!(presses <= most, "{job}: {presses}");
    }
}
