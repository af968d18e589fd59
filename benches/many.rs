//! What lists cost with many keys, asked as the console's reader asks: `cargo bench --bench many -- FILE...`, each a
//! database of `keyward demo --keys N --db FILE`. Each is printed in milliseconds, the best of several; nothing fails here.
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
use keyward::store::{Place, Store, Tx, list};

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

fn main() {
    let paths = args_os()
        .skip(1)
        .filter(|arg| !arg.to_string_lossy().starts_with("--"));
    for path in paths {
        let path = PathBuf::from(path);
        println!("{}", path.display());
        of_database(&Place::File(path));
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
        filter: Filter::<KeyRow>::parse(filter, chrono_tz::UTC).expect("a filter"),
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
