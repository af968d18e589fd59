//! What lists cost with many keys, asked as the console's reader asks: `cargo bench --bench many -- DATABASE...`, each a
//! database of `keyward demo --keys N --db DATABASE`, in a file or on a server. Each is printed in milliseconds, the best of
//! several; nothing fails here. With `--facts`, only what filters cost that ask for a fact of a file: the first rows in the
//! slowest of all orders, and the count.
#![expect(clippy::print_stdout, reason = "a report")]

use std::env::args_os;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::list::{Anchor, Filter, KeyRow, Listed, Order, WindowQuery};
use keyward::domain::state::{AsOf, Warning};
use keyward::domain::trouble::Fault;
use keyward::domain::tz::Tz;
use keyward::store::{Place, Store, Tx, list};
use nix::time::{ClockId, clock_gettime};
use rusqlite::Connection;

const TIMES: usize = 5;
/// As many rows as the console asks for.
const ROWS: usize = 200;

/// Words with many hits, with few and with none, and facts of which many, some and few keys are.
const FILTERS: [&str; 14] = [
    "",
    "prod",
    "lisbon",
    "0012345",
    "zqx",
    "state:active",
    "state:expired",
    "state:locked",
    "state:soon",
    "role:automation owner:payments",
    "expires:<30d",
    "used:never",
    "created:<30d",
    "state:locked -state:locked",
];

/// Every fact that a filter can ask for, with each of its operators; two of them together, and one with a word.
const FACTS: [&str; 75] = [
    "state:active",
    "state:soon",
    "state:no-access",
    "state:undelivered",
    "state:expired",
    "state:locked",
    "state:limited",
    "state:deleted",
    "state:any",
    "-state:active",
    "-state:expired",
    "-state:locked",
    "-state:no-access",
    "-state:limited",
    "role:automation",
    "role:\"help desk\"",
    "role:nobody",
    "-role:auditor",
    "by:alice",
    "by:nobody",
    "-by:alice",
    "owner:payments",
    "owner:\"\"",
    "-owner:payments",
    "used:never",
    "used:<7d",
    "used:>90d",
    "used:>900d",
    "used:<2025-01-01",
    "-used:never",
    "-used:>90d",
    "expires:never",
    "expires:<30d",
    "expires:>30d",
    "expires:>1200d",
    "expires:<2026-01-31",
    "expires:2027-01-31",
    "expires:>=2027-01-31",
    "-expires:never",
    "-expires:<30d",
    "created:<30d",
    "created:>30d",
    "created:>980d",
    "created:2026-01-31",
    "created:>2026-01-31",
    "-created:<30d",
    "service:crm",
    "-service:crm",
    "from:10.0",
    "from:\"\"",
    "-from:10.0",
    "secrets:0",
    "secrets:1",
    "secrets:2",
    "secrets:>1",
    "-secrets:1",
    "id:<1000",
    "id:>=1000",
    "id:42",
    "-id:42",
    "name:deploy",
    "-name:deploy",
    "description:prices",
    "description:\"\"",
    "zone:tokyo",
    "zone:bogota",
    "-zone:tokyo",
    "language:ja-JP",
    "-language:ja-JP",
    "policy:broken",
    "state:expired role:automation",
    "state:locked zone:lisbon",
    "used:never created:<90d",
    "by:alice lisbon",
    "state:locked 0012345",
];

fn main() {
    let (flags, paths): (Vec<_>, Vec<_>) = args_os()
        .skip(1)
        .partition(|arg| arg.to_string_lossy().starts_with("--"));
    for path in paths {
        let path = PathBuf::from(path);
        println!("{}", path.display());
        let place = Place::of(&path);
        if flags.iter().any(|flag| flag == "--facts") {
            of_facts(&place);
        } else {
            of_database(&place);
        }
    }
}

/// A change that no list shows.
const WRITE: &str = "UPDATE meta SET created_at = created_at + 1";

/// What this thread has had of the processor.
fn processor() -> Duration {
    let time = clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).expect("the processor's time");
    Duration::from(time)
}

/// What each fact costs, in time of the processor: a server's is not this thread's. Each question is asked as of another time.
fn of_facts(place: &Place) {
    let Place::File(path) = place else {
        return println!("  skipped: no file");
    };
    let account = Config::read().account;
    let reader = Store::open_reader(place, &account, Arc::default()).expect("opened");
    reader.read(list::read_ahead).expect("read");
    let writer = Connection::open(path).expect("opened");
    let mut asked = 0;
    let mut best = |ask: &dyn Fn(&Tx<'_>, AsOf) -> Result<(), Fault>| {
        let ask = |_| {
            // Whoever writes has everything read anew that was read for another question.
            writer.execute_batch(WRITE).expect("written");
            asked += 1;
            let mut as_of = as_of();
            as_of.now = as_of.now.plus(2_000 * asked);
            let before = processor();
            reader.read(|tx| ask(tx, as_of)).expect("read");
            processor().saturating_sub(before)
        };
        (0..2).map(ask).min().unwrap_or_default()
    };
    for text in FACTS {
        let filter = Filter::<KeyRow>::parse(text, Tz::UTC).expect("a filter");
        let count = best(&|tx, as_of| list::counts(tx, &filter, as_of).map(drop));
        let shown = reader.read(|tx| list::counts(tx, &filter, as_of()));
        let mut slow = (Duration::ZERO, Order::upwards(KeyRow::SORTS[0]));
        for (by, descending) in KeyRow::SORTS
            .iter()
            .flat_map(|by| [(by, false), (by, true)])
        {
            let order = Order {
                by: *by,
                descending,
            };
            let query = WindowQuery {
                filter: filter.clone(),
                order,
                anchor: Anchor::First,
                rows: ROWS,
            };
            let time = best(&|tx, as_of| list::window(tx, &query, as_of).map(drop));
            if time > slow.0 {
                slow = (time, order);
            }
        }
        let ms = |time: Duration| time.as_secs_f64() * 1_000.0;
        println!(
            "  /{text:<34} {:>9} rows, counted {:>8.2} ms, first of them {:>8.2} ms ({:?}{})",
            shown.expect("counted").shown,
            ms(count),
            ms(slow.0),
            slow.1.by,
            if slow.1.descending { ", down" } else { "" },
        );
    }
}

fn tell(figure: &str, time: Duration) {
    println!("  {figure:<48} {:>9.2} ms", time.as_secs_f64() * 1_000.0);
}

#[expect(clippy::disallowed_methods, reason = "measures")]
fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let start = Instant::now();
    let done = work();
    (done, start.elapsed())
}

fn of_database(place: &Place) {
    let account = Config::read().account;
    let open = || Store::open_reader(place, &account, Arc::default()).expect("opened");
    let opened = (0..TIMES).map(|_| timed(open).1).min();
    tell("open", opened.unwrap_or_default());
    let reader = open();
    let best = |figure: String, ask: &dyn Fn(&Tx<'_>) -> Result<(), Fault>| {
        let ask = || timed(|| reader.read(|tx| ask(tx)).expect("read")).1;
        tell(&figure, (0..TIMES).map(|_| ask()).min().unwrap_or_default());
    };
    let query = |filter: &str, order| WindowQuery {
        filter: Filter::<KeyRow>::parse(filter, Tz::UTC).expect("a filter"),
        order,
        anchor: Anchor::First,
        rows: ROWS,
    };
    for by in KeyRow::SORTS {
        let query = query("", Order::upwards(*by));
        for (name, anchor) in [("first", Anchor::First), ("last", Anchor::Last)] {
            let query = WindowQuery {
                anchor,
                ..query.clone()
            };
            best(format!("by {by:?}: {name} rows"), &|tx| {
                list::window(tx, &query, as_of()).map(drop)
            });
        }
        let half = || -> Result<_, Fault> {
            let count = reader.read(|tx| list::counts(tx, &query.filter, as_of()))?;
            let half = usize::try_from(count.shown / 2).unwrap_or(0);
            let query = WindowQuery {
                anchor: Anchor::Row(half),
                ..query.clone()
            };
            reader.read(|tx| list::window(tx, &query, as_of()))
        };
        let (window, time) = timed(|| half().expect("read"));
        tell(&format!("by {by:?}: count and jump to the middle"), time);
        let Some(place) = window.rows.last().map(|row| row.place().clone()) else {
            continue;
        };
        let next = WindowQuery {
            anchor: Anchor::After(place.clone()),
            ..query.clone()
        };
        best(format!("by {by:?}: the next rows there"), &|tx| {
            list::window(tx, &next, as_of()).map(drop)
        });
        best(format!("by {by:?}: how many come before"), &|tx| {
            list::before(tx, &query.filter, query.order, &place, as_of()).map(drop)
        });
    }
    let ((), time) = timed(|| reader.read(list::read_ahead).expect("read"));
    tell("words read into memory", time);
    for filter in FILTERS {
        let query = query(filter, KeyRow::FIRST_ORDER);
        best(format!("/{filter}: first rows"), &|tx| {
            list::window(tx, &query, as_of()).map(drop)
        });
        best(format!("/{filter}: counts"), &|tx| {
            list::counts(tx, &query.filter, as_of()).map(drop)
        });
    }
}

fn as_of() -> AsOf {
    AsOf {
        now: SystemClock.now(),
        warning: Warning::DEFAULT,
    }
}
