//! The figures that Keyward promises, measured on the real program in a pseudo terminal, beside other programs and beside
//! the least that a process costs: `cargo bench --bench figures` prints the tables of `BENCHMARKS.md`. Nothing fails
//! here: times depend on the machine, and on what else it does. What is exact is asserted in the tests.
//!
//! Behind `--`, words choose parts of the report (`floor`, `verdicts`, `console`, `peers`, `growth`), `--keys 1000,10000000` the sizes
//! that the growth is measured at, and `--program FILE` another build of the program.
#![expect(clippy::print_stdout, reason = "a report")]

use std::fs;

#[path = "figures/console.rs"]
mod console;
#[path = "figures/data.rs"]
mod data;
#[path = "figures/floor.rs"]
mod floor;
#[path = "figures/growth.rs"]
mod growth;
#[path = "figures/harness.rs"]
mod harness;
#[path = "figures/home.rs"]
mod home;
#[path = "machine.rs"]
mod machine;
#[path = "figures/peers.rs"]
mod peers;
#[path = "figures/verdicts.rs"]
mod verdicts;
#[path = "../tests/support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod pty;
    pub mod sentence;
}

use home::Home;

/// How many keys the growth is measured at, unless other numbers are asked for.
const SIZES: [u32; 3] = [1_000, 100_000, 1_000_000];

/// A part of the report, and its name.
type Part = (&'static str, fn(&Home));

/// What is asked for.
struct Options {
    program: String,
    sizes: Vec<u32>,
    /// The parts of the report; none are all.
    parts: Vec<String>,
}

impl Options {
    fn read() -> Options {
        let mut options = Options {
            program: env!("CARGO_BIN_EXE_keyward").to_owned(),
            sizes: SIZES.to_vec(),
            parts: Vec::new(),
        };
        let mut words = std::env::args().skip(1);
        while let Some(word) = words.next() {
            match word.as_str() {
                "--keys" => {
                    let sizes = words.next().expect("--keys N,N");
                    let sizes = sizes.split(',').map(str::parse);
                    options.sizes = sizes.collect::<Result<_, _>>().expect("--keys N,N");
                }
                "--program" => {
                    let file = words.next().expect("--program FILE");
                    let file = fs::canonicalize(file).expect("a program");
                    options.program = file.display().to_string();
                }
                // `cargo bench` adds an argument of its own.
                "--bench" => (),
                part => options.parts.push(part.to_owned()),
            }
        }
        options
    }

    fn wants(&self, part: &str) -> bool {
        self.parts.is_empty() || self.parts.iter().any(|wanted| wanted == part)
    }
}

fn main() {
    let options = Options::read();
    println!("{}.", machine::name());
    if cfg!(debug_assertions) {
        println!("A debug build: what is measured in this process says nothing.");
    }
    let (home, _) = Home::make(&options.program, 1_000);
    let parts: [Part; 4] = [
        ("floor", floor::report),
        ("verdicts", verdicts::report),
        ("console", console::report),
        ("peers", peers::report),
    ];
    for (name, report) in parts {
        if options.wants(name) {
            report(&home);
        }
    }
    drop(home);
    if options.wants("growth") {
        growth::report(&options.program, &options.sizes);
    }
}
