//! `keyward doctor`: what can stand in the way, line by line, with what to do about it. Nothing is changed.

mod checks;

use std::fmt::Write as _;
use std::process::ExitCode;

use serde_json::json;

use crate::cli::args::doctor::DoctorArgs;
use crate::cli::exit::Exit;
use crate::cli::{Failure, any_path, print};
use crate::clock::{Clock, SystemClock};
use crate::config::Config;
use crate::domain::name::printable;
use crate::domain::secret::find_secret_shape;
use crate::store::doctor::look;
use crate::store::{Place, server};
use crate::text::Text;
use crate::ui::look::{width, wrap};

/// Cells of a line.
const COLUMNS: u16 = 80;

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Grade {
    Ok,
    Warning,
    Failed,
}

/// One line of the answer.
#[derive(Debug)]
struct Check {
    /// What was looked at: the word in JSON, and the name of its label.
    name: (&'static str, &'static str),
    grade: Grade,
    /// What was found, and what to do about it where that is not as it should be.
    said: String,
}

impl Grade {
    /// The word in JSON, and the name of the one for people.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Grade::Ok => ("ok", "doctor.ok"),
            Grade::Warning => ("warning", "doctor.warning"),
            Grade::Failed => ("failed", "doctor.failed"),
        }
    }
}

/// Looks, and prints what was found.
pub(super) fn doctor(text: Text, config: &Config, args: DoctorArgs) -> Result<ExitCode, Failure> {
    let place = any_path(args.database, config)?;
    let (now, account) = (SystemClock.now(), &config.account);
    let mut checks = match Place::of(&place) {
        Place::Server(address) => {
            let found = server::look(&address, account, now);
            checks::all_on_server(text, config, &place, &found, now)
        }
        _ => checks::all(text, config, &place, &look(&place, account), now),
    };
    for check in &mut checks {
        // A path may be a variable of the environment, and hold anything.
        if find_secret_shape(&check.said).is_some() {
            text.say("doctor.not_shown").clone_into(&mut check.said);
        }
    }
    let told = if args.json {
        as_json(&checks)
    } else {
        as_lines(text, &checks)
    };
    print(&told)?;
    let worst = checks.iter().map(|check| check.grade).max();
    Ok(match worst {
        Some(Grade::Failed) => Exit::Refused.into(),
        _ => Exit::Done.into(),
    })
}

fn as_json(checks: &[Check]) -> String {
    let one = |check: &Check| {
        json!({
            "name": check.name.0,
            "result": check.grade.words().0,
            "said": printable(&check.said),
        })
    };
    let checks: Vec<_> = checks.iter().map(one).collect();
    json!({ "checks": checks }).to_string() + "\n"
}

fn as_lines(text: Text, checks: &[Check]) -> String {
    let longest =
        |words: &mut dyn Iterator<Item = &'static str>| words.map(width).max().unwrap_or(0);
    let grades = [Grade::Ok, Grade::Warning, Grade::Failed];
    let grade = longest(&mut grades.iter().map(|grade| text.say(grade.words().1)));
    let label = longest(&mut checks.iter().map(|check| text.say(check.name.1)));
    let before = grade + label + 4;
    let mut all = String::new();
    for check in checks {
        let padded = |words: &str, to: u16| {
            let blanks = usize::from(to.saturating_sub(width(words)));
            format!("{words}{}  ", " ".repeat(blanks))
        };
        let mut head =
            padded(text.say(check.grade.words().1), grade) + &padded(text.say(check.name.1), label);
        let lines = if check.said.contains(' ') {
            wrap(&check.said, COLUMNS - before)
        } else {
            // A path can be copied.
            vec![printable(&check.said)]
        };
        for line in lines {
            let _ = writeln!(all, "{}", format!("{head}{line}").trim_end());
            head = " ".repeat(usize::from(before));
        }
    }
    all
}
