//! What a verdict of `keyward verify` costs, beside the hash alone and beside a program that does nothing.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use keyward::auth::hash::{Cost, Hasher};
use keyward::domain::secret::IssuedSecret;
use nix::sys::resource::UsageWho;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::harness::{Spent, Times, by_turns, row, spent, table};
use super::home::Home;
use super::support::database::{as_made, draft};

const ROUNDS: usize = 30;
const TRUE: &str = "/bin/true";
/// The hash alone, in C, as Debian's package argon2 has it.
const IN_C: &str = "/usr/bin/argon2";

/// One of the ways that are compared.
enum Way<'a> {
    Program(&'a Run),
    /// The hash alone, in this process, in memory that is taken and wiped each time.
    Alone(&'a str),
}

impl Way<'_> {
    fn go(&self) -> Spent {
        match self {
            Way::Program(run) => run.go(),
            Way::Alone(secret) => {
                let (hasher, mut random) = (Hasher::new(Cost::REAL), StdRng::seed_from_u64(1));
                spent(UsageWho::RUSAGE_SELF, || {
                    let phc = hasher.hash(secret.as_bytes(), &mut random);
                    phc.expect("hashed");
                })
            }
        }
    }
}

/// One program, what it is given, and whether it says yes to that.
pub struct Run {
    name: &'static str,
    program: String,
    args: Vec<String>,
    input: PathBuf,
    code: i32,
}

impl Run {
    /// `keyward verify` of this text.
    pub fn verify(home: &Home, name: &'static str, text: &str, code: i32) -> Run {
        let database = home.database().display().to_string();
        let args = ["verify".to_owned(), "--db".to_owned(), database];
        Run {
            program: home.program.clone(),
            args: args.into(),
            ..Run::of("", "", home, name, text, code)
        }
    }

    fn of(
        program: &str,
        args: &str,
        home: &Home,
        name: &'static str,
        text: &str,
        code: i32,
    ) -> Run {
        let input = home.path().join(name.replace(['/', ' '], "-"));
        fs::write(&input, text).expect("written");
        Run {
            name,
            program: program.to_owned(),
            args: args.split_whitespace().map(str::to_owned).collect(),
            input,
            code,
        }
    }

    pub fn go(&self) -> Spent {
        let mut command = Command::new(&self.program);
        command.args(&self.args).env_clear().stdout(Stdio::null());
        command.stdin(File::open(&self.input).expect("input"));
        spent(UsageWho::RUSAGE_CHILDREN, || {
            let status = command.status().expect("ran");
            assert_eq!(status.code(), Some(self.code), "{}", self.name);
        })
    }
}

/// A secret that was stored, of a new key.
pub fn stored(database: &Path, name: &str) -> IssuedSecret {
    let (mut service, actor) = as_made(database, Cost::REAL);
    let issued = service.create_key(&actor, &draft(name)).expect("created");
    let delivered = service.deliver(&actor, issued.id, None);
    delivered.expect("delivered");
    issued
}

pub fn report(home: &Home) {
    let database = home.database();
    let copied = home.path().join("copy.db");
    let valid = stored(&database, "valid");
    let locked = stored(&database, "locked");
    let (mut service, actor) = as_made(&database, Cost::REAL);
    let locks = service.lock_out_key(&actor, locked.key, "");
    locks.expect("locked");
    drop((service, actor));
    fs::copy(&database, &copied).expect("copied");
    let unknown = stored(&copied, "unknown");
    let valid = valid.secret.expose();
    let Cost {
        memory_kib,
        passes,
        lanes,
    } = Cost::REAL;
    let in_c = format!("0123456789abcdef -id -t {passes} -k {memory_kib} -p {lanes} -l 32 -r");
    let mut runs = vec![
        Run::of(TRUE, "", home, "`/bin/true`", valid, 0),
        Run::verify(home, "valid", valid, 0),
        Run::verify(home, "forged", &format!("9{valid}"), 1),
        Run::verify(home, "unknown", unknown.secret.expose(), 1),
        Run::verify(home, "locked out", locked.secret.expose(), 1),
    ];
    let is_there = Path::new(IN_C).exists();
    if is_there {
        runs.push(Run::of(IN_C, &in_c, home, "argon2 in C", valid, 0));
    }
    let mut ways: Vec<_> = runs.iter().map(Way::Program).collect();
    ways.push(Way::Alone(valid));
    let taken = by_turns(ROUNDS, &ways, Way::go);
    let mut names: Vec<_> = runs.iter().map(|run| run.name).collect();
    names.push("argon2 here");
    let columns = [
        "`keyward verify`",
        "Processor, ms: least, median",
        "Elapsed, ms: least, median",
    ];
    table("A verdict", &columns);
    let mut all = Vec::new();
    for (name, taken) in names.iter().zip(&taken) {
        let processor = Times::of(taken.iter().map(|one| one.processor));
        let elapsed = Times::of(taken.iter().map(|one| one.elapsed));
        let cell = |times: Times| format!("{:.2}, {:.2}", times.least, times.half);
        row(&[(*name).to_owned(), cell(processor), cell(elapsed)]);
        all.push((*name, processor, elapsed));
    }
    if !is_there {
        println!("\nSkipped: argon2 in C ({IN_C} is not installed).");
    }
    let of = |wanted| all.iter().find(|(name, ..)| *name == wanted);
    let (_, valid, _) = of("valid").expect("measured");
    println!();
    for hash in ["argon2 in C", "argon2 here"] {
        let Some((_, alone, _)) = of(hash) else {
            continue;
        };
        println!(
            "Valid: {:.2} times the processor time of {hash} (medians; of the least {:.2} times). Goal: at most 1.25.",
            valid.half / alone.half,
            valid.least / alone.least
        );
    }
    let (_, _, nothing) = of("`/bin/true`").expect("measured");
    for refused in ["forged", "unknown", "locked out"] {
        let (_, _, elapsed) = of(refused).expect("measured");
        println!(
            "Refused, {refused}: {:.2} ms more than `/bin/true` (medians; of the least {:.2} ms). Goal: at most 3.",
            elapsed.half - nothing.half,
            elapsed.least - nothing.least
        );
    }
}
