//! The functions that run most, one by one, with criterion: `cargo bench --bench hot`, and `-- window` for those whose names
//! have that. Each is compared with the run before.

use std::hint::black_box;
use std::sync::Arc;

use criterion::{Criterion, criterion_group, criterion_main};
use crossterm::event::KeyCode;
use keyward::auth::hash::Hasher;
use keyward::auth::proof::Proofs;
use keyward::domain::list::{Anchor, KeyRow, Listed, WindowQuery};
use keyward::domain::verdict::Asked;
use keyward::service::demo;
use rand::SeedableRng;
use rand::rngs::StdRng;

#[path = "../tests/support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod console;
    pub mod database;
    pub mod process;
    pub mod sentence;
}

use support::console::Console;
use support::database::{Bench, CHEAP, NOW, SetClock, filter, fresh, service};

const KEYS: u32 = 10_000;
/// As many as a list at 80x24 has.
const ROWS: usize = 18;

/// The demo's keys, so many of them, with hashes that cost little.
fn many() -> Bench {
    let (place, clock) = (fresh(), Arc::new(SetClock::new(NOW)));
    let hasher = Hasher::new(CHEAP);
    let mut service = service(&place, &clock, &hasher, 1);
    let seeded = demo::seed(&mut service, "alice", KEYS, &mut |_| Ok(()));
    seeded.expect("seeded");
    Bench::on(place)
}

fn verdicts(criterion: &mut Criterion) {
    let mut bench = many();
    let issued = bench.delivered("measured");
    let secret = issued.secret.expose().as_bytes();
    let forged = [b"9", secret].concat();
    let (service, asked) = (&bench.service, Asked::default());
    criterion.bench_function("token: genuine", |b| {
        b.iter(|| service.genuine(black_box(secret)).is_ok());
    });
    criterion.bench_function("token: forged", |b| {
        b.iter(|| service.genuine(black_box(&forged)).is_ok());
    });
    criterion.bench_function("authenticate: a cheap hash", |b| {
        b.iter(|| service.judge(black_box(secret), &asked).expect("judged"));
    });
    let mut random = StdRng::seed_from_u64(1);
    let proofs = Proofs::new(&mut random).expect("randomness");
    criterion.bench_function("authenticate: a remembered proof", |b| {
        b.iter(|| {
            let proof = |phc: &str| {
                let pair = proofs.pair(secret, phc);
                if !proofs.holds(&pair) {
                    proofs.remember(pair);
                }
                Some(true)
            };
            let weighed = service.weigh(black_box(secret), &asked, proof);
            weighed.expect("weighed")
        });
    });
}

fn lists(criterion: &mut Criterion) {
    let bench = many();
    let (service, alice) = (&bench.service, &bench.alice);
    let query = |text: &str, anchor| WindowQuery::<KeyRow> {
        filter: filter(text),
        order: KeyRow::FIRST_ORDER,
        anchor,
        rows: ROWS,
    };
    for (name, query) in [
        ("window: the first rows", query("", Anchor::First)),
        ("window: the last rows", query("", Anchor::Last)),
        ("filter: many rows", query("a", Anchor::First)),
        ("filter: no rows", query("zqx", Anchor::First)),
        ("filter: a fact", query("state:locked", Anchor::First)),
    ] {
        criterion.bench_function(name, |b| {
            b.iter(|| service.window(alice, black_box(&query)).expect("read"));
        });
    }
    let counted = filter::<KeyRow>("a");
    criterion.bench_function("filter: the exact count", |b| {
        b.iter(|| service.counts(alice, black_box(&counted)).expect("read"));
    });
}

fn frames(criterion: &mut Criterion) {
    for size in [(80, 24), (120, 40)] {
        let bench = many();
        let alice = bench.alice.clone();
        let mut console = Console::of(bench, alice, size);
        let (columns, rows) = size;
        criterion.bench_function(&format!("frame: {columns}x{rows}"), |b| {
            b.iter(|| console.draw());
        });
        criterion.bench_function(&format!("frame: after Down, {columns}x{rows}"), |b| {
            b.iter(|| {
                console.press(KeyCode::Down);
            });
        });
    }
}

criterion_group!(hot, verdicts, lists, frames);
criterion_main!(hot);
