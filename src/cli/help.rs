//! What the help of a command says besides what clap makes of its options. Every matter has one table, from which
//! `--help`, the manual pages and `docs/` are drawn.

pub(super) mod environment;
mod groups;
pub(super) mod notes;
pub(super) mod pages;

use clap::Command;

use crate::cli::exit::{self, Exit};
use crate::cli::help::pages::Page;
use crate::ui::look::{width, wrap};

/// How many cells any line of help may have.
pub(super) const WIDTH: u16 = 79;
/// How many cells of it a term may have that has its meaning beside it.
const NARROW: u16 = 16;

/// A command and all below it with their whole help.
pub(super) fn dress(command: Command) -> Command {
    dress_at("", command)
}

fn dress_at(path: &str, command: Command) -> Command {
    let page = pages::page(path);
    let behind = behind(path, page, &command);
    let command = command
        .mut_args(groups::grouped)
        .mut_subcommands(|below| dress_at(&path_to(path, below.get_name()), below))
        .after_long_help(behind);
    match page.and_then(|page| page.last) {
        Some(last) => command.after_help(last),
        None => command,
    }
}

/// The words of a command below another.
pub(super) fn path_to(path: &str, name: &str) -> String {
    format!("{path} {name}").trim_start().to_owned()
}

/// Every exit code of a command, and what it means.
pub(super) fn exits(path: &str, command: &Command) -> Vec<(&'static str, &'static str)> {
    let own = pages::page(path).map(|page| page.exits).unwrap_or_default();
    let opens = environment::DATABASE.count(path, command);
    let rows = exit::TABLE.iter().filter_map(|&(code, general)| {
        let is = |exit: Exit| exit.code().to_string() == code;
        let own = own.iter().find(|(exit, _)| is(*exit));
        let can_be = !is(Exit::Refused) && (opens || !is(Exit::NotAllowed));
        match own {
            Some(&(_, meaning)) => Some((code, meaning)),
            None => can_be.then_some((code, general)),
        }
    });
    rows.collect()
}

/// The variables of a command, each once.
fn names(path: &str, command: &Command) -> String {
    let mut names: Vec<&str> = Vec::new();
    for row in environment::variables(path, command) {
        for name in row.name.split(", ") {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.join(", ")
}

/// What stands behind the options in the long help.
fn behind(path: &str, page: Option<&Page>, command: &Command) -> String {
    let environment = if path.is_empty() {
        let rows = environment::variables(path, command).into_iter();
        columns(rows.map(|row| (row.name, row.what)))
    } else {
        let told = format!("{}: see keyward --help", names(path, command));
        indented(&told, "  ")
    };
    let examples = page.map(|page| page.examples).unwrap_or_default();
    let examples = examples.iter().flat_map(|(line, what)| {
        let mut lines = vec![format!("  {line}")];
        lines.extend(indented(what, "      "));
        lines
    });
    let parts = [
        page.map(|page| page.notes.trim_end().to_owned()),
        under("Examples:", &examples.collect::<Vec<_>>()),
        under("Environment:", &environment),
        under("Exit codes:", &columns(exits(path, command).into_iter())),
        page.and_then(|page| page.last).map(str::to_owned),
    ];
    let parts = parts.into_iter().flatten().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join("\n\n")
}

/// Lines under their heading; nothing where there are none.
fn under(heading: &str, lines: &[String]) -> Option<String> {
    let is_some = !lines.is_empty();
    is_some.then(|| format!("{heading}\n{}", lines.join("\n")))
}

/// Sentences in lines that begin with these blanks.
fn indented(sentences: &str, blanks: &str) -> Vec<String> {
    let lines = wrap(sentences, WIDTH - width(blanks));
    lines.iter().map(|line| format!("{blanks}{line}")).collect()
}

/// Two columns; a term that is too wide for the first has a line of its own.
fn columns<'a>(rows: impl Iterator<Item = (&'a str, &'a str)> + Clone) -> Vec<String> {
    let widths = rows.clone().map(|(term, _)| width(term));
    let first = widths.filter(|width| *width <= NARROW).max().unwrap_or(0);
    let blanks = " ".repeat(usize::from(first) + 4);
    let mut lines = Vec::new();
    for (term, meaning) in rows {
        let mut meaning = indented(meaning, &blanks);
        if width(term) > first {
            lines.push(format!("  {term}"));
        } else if let Some(line) = meaning.first_mut() {
            line.replace_range(2..2 + term.len(), term);
        }
        lines.append(&mut meaning);
    }
    lines
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::sync::LazyLock;

    use super::*;
    use crate::cli::args::{self, Args};
    use crate::cli::help::pages::PAGES;
    use crate::cli::reference::all;
    use crate::domain::verdict::Refused;

    /// The help of a command, as it is printed where nobody sees how wide.
    fn help(path: &str, form: &str) -> String {
        static KEYWARD: LazyLock<Command> = LazyLock::new(args::command);
        let words = ["keyward"]
            .into_iter()
            .chain(path.split_whitespace())
            .chain([form]);
        let printed = KEYWARD.clone().try_get_matches_from(words);
        printed.expect_err("help").to_string()
    }

    #[test]
    fn every_command_has_examples_and_says_what_its_exit_codes_mean() {
        for (path, command) in all() {
            if command.has_subcommands() && !path.is_empty() {
                continue;
            }
            let page = pages::page(&path);
            let page = page.unwrap_or_else(|| panic!("{path} has no row in src/cli/help/pages.rs"));
            assert!(!page.examples.is_empty(), "{path}");
            assert!(
                page.exits.iter().any(|(exit, _)| *exit == Exit::Done),
                "{path}"
            );
            let help = help(&path, "--help");
            for (line, what) in page.examples {
                assert!(help.contains(line) && help.contains(what), "{help}");
            }
            for (code, _) in exits(&path, &command) {
                assert!(help.contains(&format!("\n  {code} ")), "{code}: {help}");
            }
        }
    }

    #[test]
    fn every_page_is_of_a_command() {
        let all = all();
        for page in PAGES {
            assert!(all.iter().any(|(path, _)| path == page.command), "{page:?}");
        }
    }

    /// The words of a command line that calls `keyward`, as a shell has them, up to a pipe or a redirection.
    fn words(line: &str) -> Vec<OsString> {
        let called = line
            .split(" | ")
            .find(|part| part.contains("keyward "))
            .unwrap_or(line);
        let called = &called[called.find("keyward").expect("keyward")..];
        let mut words = vec![String::new()];
        let mut quote = None;
        for c in called.chars() {
            match (quote, c) {
                (Some(open), c) if c == open => quote = None,
                (None, '\'' | '"') => quote = Some(c),
                (None, '<' | '>') => break,
                (None, ' ') => words.push(String::new()),
                (_, c) => words.last_mut().expect("a word").push(c),
            }
        }
        words.retain(|word| !word.is_empty());
        words.into_iter().map(OsString::from).collect()
    }

    #[test]
    fn every_example_is_understood() {
        for page in PAGES {
            for (line, _) in page.examples {
                let read = Args::read(words(line));
                assert!(
                    read.is_ok(),
                    "{line}: {}",
                    read.expect_err("not understood")
                );
                assert!(
                    line.contains(&format!("keyward {}", page.command)) || page.command.is_empty()
                );
            }
        }
    }

    #[test]
    fn no_line_of_help_is_broken_by_a_terminal() {
        for (path, _) in all() {
            for form in ["-h", "--help"] {
                for line in help(&path, form).lines() {
                    assert!(width(line) <= WIDTH, "{path}: {line}");
                }
            }
        }
    }

    /// Commands with more options than a small terminal has lines.
    const LONG: &[&str] = &[
        "",
        "serve",
        "key list",
        "key new",
        "key new-secret",
        "key edit",
        "key set-role",
        "key set-expiry",
        "user new",
        "user edit",
        "user set-role",
        "role new",
        "role edit",
        "policy set",
        "events",
    ];

    #[test]
    fn the_short_help_fits_a_small_terminal() {
        for (path, _) in all() {
            let lines = help(&path, "-h").lines().count();
            assert!(
                lines <= 24 || LONG.contains(&path.as_str()),
                "{path}: {lines}"
            );
        }
    }

    #[test]
    fn the_help_tells_every_reason_of_a_refusal() {
        for reason in Refused::ALL {
            assert!(
                help("verify", "--help").contains(reason.word()),
                "{reason:?}"
            );
        }
    }

    #[test]
    fn callers_are_warned_last() {
        for form in ["-h", "--help"] {
            let help = help("verify", form);
            assert!(
                help.trim_end()
                    .ends_with("take any exit code but 0 as denied."),
                "{help}"
            );
        }
    }
}
