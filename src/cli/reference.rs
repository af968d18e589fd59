//! The tables of `docs/`, drawn from the tree of commands and from what help is drawn from.

use std::fmt::Write as _;

use clap::{Arg, Command};

use crate::cli::exit;
use crate::cli::help::{self, notes, pages};
use crate::cli::{args, help::notes::Block, verify};
use crate::service::authenticate::Judged;

/// What `keyward verify` answers where no option asks for more, without the end of the line.
#[must_use]
pub fn verify_answer(judged: &Judged) -> String {
    verify::answer(judged, verify::Told::default())
}

/// The words of every command, without `keyward`; that itself has none, and is the first.
#[must_use]
pub fn commands() -> Vec<String> {
    all().into_iter().map(|(path, _)| path).collect()
}

/// Every command with its words, the console first and each before those below it.
pub(super) fn all() -> Vec<(String, Command)> {
    let mut console = args::command().disable_help_subcommand(true);
    console.build();
    let mut all = Vec::new();
    below("", console, &mut all);
    all
}

fn below(path: &str, command: Command, all: &mut Vec<(String, Command)>) {
    let commands = command.get_subcommands().cloned().collect::<Vec<_>>();
    all.push((path.to_owned(), command));
    for command in commands {
        below(&help::path_to(path, command.get_name()), command, all);
    }
}

/// The exit codes in Markdown: what each means everywhere, then what 0, 1 and others mean to each command.
#[must_use]
pub fn exit_codes_markdown() -> String {
    let mut page = "| Code | Meaning |\n| --- | --- |\n".to_owned();
    for (code, meaning) in exit::TABLE {
        let _ = writeln!(page, "| {code} | {meaning} |");
    }
    page.push_str("\n| Command | 0 | 1 |\n| --- | --- | --- |\n");
    for (path, command) in all() {
        if command.has_subcommands() && !path.is_empty() {
            continue;
        }
        let exits = help::exits(&path, &command);
        let of = |code: &str| {
            let found = exits.iter().find(|(is, _)| *is == code);
            found.map_or("never", |(_, meaning)| meaning)
        };
        let name = help::path_to("keyward", &path);
        let _ = writeln!(
            page,
            "| `{}` | {} | {} |",
            name.trim_end(),
            of("0"),
            of("1")
        );
    }
    page
}

/// Every command in Markdown: usage, options, notes, examples and exit codes.
#[must_use]
pub fn commands_markdown() -> String {
    let sections = all()
        .into_iter()
        .map(|(path, command)| section(&path, command));
    sections.collect::<Vec<_>>().join("\n")
}

fn section(path: &str, mut command: Command) -> String {
    let name = help::path_to("keyward", path);
    let mut page = format!("### `{}`\n\n", name.trim_end());
    let about = command.get_long_about().or(command.get_about());
    let about = about.map(ToString::to_string).unwrap_or_default();
    let _ = writeln!(page, "{}\n", plain(&about));
    let usage = command.render_usage().to_string();
    let _ = writeln!(
        page,
        "```text\n{}\n```",
        usage.trim_start_matches("Usage: ")
    );
    let arguments: Vec<&Arg> = command
        .get_arguments()
        .filter(|argument| !argument.is_hide_set() && argument.get_id() != "help")
        .collect();
    if !arguments.is_empty() {
        page.push_str("\n| Option | What it is |\n| --- | --- |\n");
    }
    for argument in arguments {
        let _ = writeln!(page, "| `{}` | {} |", written(argument), told(argument));
    }
    let Some(own) = pages::page(path) else {
        return page;
    };
    noted(own.notes, &mut page);
    if !own.examples.is_empty() {
        page.push_str("\n| Example | What it does |\n| --- | --- |\n");
    }
    for (line, what) in own.examples {
        let _ = writeln!(page, "| `{}` | {what} |", line.replace('|', "\\|"));
    }
    page.push_str("\n| [Exit code](exit-codes.md) | Meaning |\n| --- | --- |\n");
    for (exit, meaning) in own.exits {
        let _ = writeln!(page, "| {} | {} |", exit.code(), plain(meaning));
    }
    if let Some(last) = own.last {
        let _ = writeln!(page, "\n**{last}**");
    }
    page
}

/// An argument as it is typed.
fn written(argument: &Arg) -> String {
    argument.to_string().replace('|', "\\|")
}

/// What the help says of an argument, in one line.
fn told(argument: &Arg) -> String {
    let help = argument.get_long_help().or(argument.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    // The first sentence of a longer help has no full stop.
    let help = plain(&help.replacen("\n\n", ". ", 1));
    let mut told = help.split_whitespace().collect::<Vec<_>>().join(" ");
    let values = argument.get_possible_values();
    if argument.get_action().takes_values() && !values.is_empty() {
        let values = values.iter().map(|value| format!("`{}`", value.get_name()));
        let _ = write!(told, " ({})", values.collect::<Vec<_>>().join(", "));
    }
    told
}

/// The notes of a command, each part as Markdown has it.
fn noted(page: &str, to: &mut String) {
    let mut in_table = false;
    for block in notes::blocks(page) {
        let is_row = matches!(block, Block::Row(..));
        if is_row && !in_table {
            to.push_str("\n| | |\n| --- | --- |\n");
        }
        let _ = match block {
            Block::Text(text) => write!(to, "\n{}\n", plain(&text)),
            Block::Row(term, meaning) => {
                writeln!(to, "| `{term}` | {} |", plain(&meaning))
            }
            Block::Code(line) => write!(to, "\n```text\n{line}\n```\n"),
        };
        in_table = is_row;
    }
}

/// The words without what Markdown would take for its own.
fn plain(words: &str) -> String {
    let mut plain = String::new();
    for c in words.chars() {
        if matches!(c, '*' | '_' | '<' | '>' | '|' | '[' | ']' | '`' | '\\') {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}
