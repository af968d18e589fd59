//! What stands in the manual pages: what clap knows of a command, and the tables of its help.

use std::fmt::Write as _;

use clap::{Arg, Command};
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, italic, roman};

use crate::cli::args;
use crate::cli::help::notes::{Block, blocks};
use crate::cli::help::{self, environment, pages};
use crate::cli::man::{MARK, Page};
use crate::config::settings::SETTINGS;
use crate::text::Text;
use crate::ui::keymap;

/// The day of this version's release, as CHANGELOG has it; before that, the day since which the pages say what they say.
const DATE: &str = "2026-11-27";
const VERSION: &str = concat!("keyward ", env!("CARGO_PKG_VERSION"));
const MANUAL: &str = "Keyward Manual";
/// How long a line of a page's source may be.
const LINE: usize = 78;
/// Pages about no command, and in which part of the manual each is.
const KEYS: (&str, &str) = ("keyward-keys", "7");
const CONFIG: (&str, &str) = ("keyward-config", "5");

/// Every page, that of `keyward` first.
pub(super) fn pages() -> Vec<Page> {
    let mut console = args::command().disable_help_subcommand(true);
    console.build();
    let mut all = Vec::new();
    of_commands("", &console, &[], &mut all);
    let text = Text::en_us();
    all.extend([of_keys(text), of_config(text)]);
    all
}

/// The pages of a command and of all below it, each with those that it leads to.
fn of_commands(path: &str, command: &Command, above: &[(&str, &str)], all: &mut Vec<Page>) {
    let name = title(path);
    let below: Vec<(String, &Command)> = command
        .get_subcommands()
        .map(|below| (help::path_to(path, below.get_name()), below))
        .collect();
    let mut titles: Vec<String> = below.iter().map(|(path, _)| title(path)).collect();
    titles.sort();
    let mut see: Vec<(&str, &str)> = above.to_vec();
    see.extend(titles.iter().map(|title| (title.as_str(), "1")));
    if path.is_empty() {
        see.extend([CONFIG, KEYS]);
    }
    all.push(Page {
        name: format!("{name}.1"),
        text: of_command(path, command, &see),
    });
    let above = [above, &[(name.as_str(), "1")]].concat();
    for (path, command) in below {
        of_commands(&path, command, &above, all);
    }
}

/// The name of a command's page.
fn title(path: &str) -> String {
    help::path_to("keyward", path).trim_end().replace(' ', "-")
}

fn of_command(path: &str, command: &Command, see: &[(&str, &str)]) -> String {
    let man = Man::new(command.clone().mut_args(with_values));
    let mut page = begun(&title(path), "1");
    let page_of_clap = clap(&man, command);
    let mut rest = Roff::new();
    let own = pages::page(path);
    if let Some(own) = own.filter(|own| !own.notes.is_empty()) {
        rest.control("SH", ["NOTES"]);
        notes(own.notes, &mut rest);
    }
    let variables = environment::variables(path, command);
    rows(
        "ENVIRONMENT",
        variables.iter().map(|it| (it.name, it.what)),
        &mut rest,
    );
    let files = environment::files(path, command);
    rows(
        "FILES",
        files.iter().map(|it| (it.name, it.what)),
        &mut rest,
    );
    rows(
        "EXIT STATUS",
        help::exits(path, command).into_iter(),
        &mut rest,
    );
    if let Some(last) = own.and_then(|own| own.last) {
        rest.control("PP", []).text([roman(last)]);
    }
    let examples = own.map(|own| own.examples).unwrap_or_default();
    if !examples.is_empty() {
        rest.control("SH", ["EXAMPLES"]);
    }
    for (line, what) in examples {
        rest.control("TP", [])
            .text([bold(*line)])
            .text([roman(*what)]);
    }
    see_also(see, &mut rest);
    page.push_str(&in_lines(&page_of_clap));
    page.push_str(&drawn(&rest));
    page
}

/// An argument whose values are told in a sentence, as clap's list of them is not well formed.
fn with_values(arg: Arg) -> Arg {
    let values = arg.get_possible_values();
    if values.is_empty() || !arg.get_action().takes_values() {
        return arg;
    }
    let values = values.iter().map(|value| match value.get_help() {
        Some(help) => format!("{} ({help})", value.get_name()),
        None => value.get_name().to_owned(),
    });
    let values: Vec<String> = values.collect();
    let help = arg.get_long_help().or(arg.get_help());
    let help = help.map(ToString::to_string).unwrap_or_default();
    let end = if help.ends_with('.') { "" } else { "." };
    let told = format!("{help}{end} One of: {}.", values.join(", "));
    arg.long_help(told).hide_possible_values(true)
}

/// The sections that clap has all for.
fn clap(man: &Man, command: &Command) -> String {
    let mut sections: Vec<Vec<u8>> = vec![Vec::new(); 5];
    let _ = man.render_name_section(&mut sections[0]);
    let _ = man.render_synopsis_section(&mut sections[1]);
    let _ = man.render_description_section(&mut sections[2]);
    let _ = man.render_options_section(&mut sections[3]);
    if command.has_subcommands() {
        let _ = man.render_subcommands_section(&mut sections[4]);
    }
    let sections = sections.iter().map(|section| {
        let section = String::from_utf8_lossy(section);
        section.replacen(&Roff::new().render(), "", 1)
    });
    sections.collect()
}

/// A page as far as its title.
fn begun(name: &str, part: &str) -> String {
    let mut title = Roff::new();
    title.control("TH", [&*name.to_uppercase(), part, DATE, VERSION, MANUAL]);
    format!("{MARK}{}", title.render())
}

/// What is drawn, without what every document of its kind begins with.
fn drawn(roff: &Roff) -> String {
    in_lines(&roff.render().replacen(&Roff::new().render(), "", 1))
}

/// The same with no line that is longer than those of a source should be. A term and what is not filled stay as they are.
fn in_lines(source: &str) -> String {
    let mut all = String::new();
    let (mut is_term, mut is_filled) = (false, true);
    for line in source.lines().map(str::trim_end) {
        let is_request = line.starts_with('.');
        if is_request || is_term || !is_filled {
            let _ = writeln!(all, "{line}");
        } else {
            for line in at_blanks(line) {
                // Nothing that begins a line here is a request.
                let guard = if line.starts_with(['.', '\'']) {
                    "\\&"
                } else {
                    ""
                };
                let _ = writeln!(all, "{guard}{line}");
            }
        }
        is_term = line.starts_with(".TP");
        is_filled = (is_filled || line == ".fi") && line != ".nf";
    }
    all
}

/// A line of source in lines that end where it has blanks: within a word an escape could be split.
fn at_blanks(source: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in source.split_inclusive(' ') {
        let width = word.trim_end().chars().count();
        match lines.last_mut() {
            Some(line) if line.is_empty() || line.chars().count() + width <= LINE => {
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
        .iter()
        .map(|line| line.trim_end().to_owned())
        .collect()
}

fn notes(page: &str, to: &mut Roff) {
    for (at, block) in blocks(page).into_iter().enumerate() {
        match block {
            Block::Text(text) if at == 0 => to.text([roman(text)]),
            Block::Text(text) => to.control("PP", []).text([roman(text)]),
            Block::Row(term, meaning) => to
                .control("TP", [])
                .text([bold(term)])
                .text([roman(meaning)]),
            Block::Code(line) => to
                .control("RS", ["4"])
                .control("nf", [])
                .text([roman(line)])
                .control("fi", [])
                .control("RE", []),
        };
    }
}

/// A section of terms with their meanings; nothing where there are none.
fn rows<'a>(heading: &str, rows: impl Iterator<Item = (&'a str, &'a str)>, to: &mut Roff) {
    for (at, (term, meaning)) in rows.enumerate() {
        if at == 0 {
            to.control("SH", [heading]);
        }
        to.control("TP", [])
            .text([bold(term)])
            .text([roman(meaning)]);
    }
}

fn see_also(pages: &[(&str, &str)], to: &mut Roff) {
    to.control("SH", ["SEE ALSO"]);
    for (at, (name, part)) in pages.iter().enumerate() {
        let comma = if at + 1 < pages.len() { "," } else { "" };
        to.text([bold(*name), roman(format!("({part}){comma}"))]);
    }
}

/// The page of the keys, from the console's own table.
fn of_keys(text: Text) -> Page {
    let mut roff = Roff::new();
    roff.control("SH", ["NAME"]);
    roff.text([roman("keyward-keys - the keys of the console")]);
    roff.control("SH", ["DESCRIPTION"]);
    roff.text([roman(
        "Which key does what in the console of keyward(1). A name is that of the action in the config file, where other keys can \
         be given to it: see keyward-config(5).",
    )]);
    for (name, bindings) in keymap::by_scope() {
        roff.control("SS", [text.say(name)]);
        for binding in bindings {
            let mut head = vec![bold(binding.keys_named())];
            head.extend(binding.name().map(|name| italic(format!("  {name}"))));
            roff.control("TP", []).text(head);
            roff.text([roman(text.say(binding.help))]);
        }
    }
    see_also(&[("keyward", "1"), CONFIG], &mut roff);
    Page {
        name: format!("{}.{}", KEYS.0, KEYS.1),
        text: begun(KEYS.0, KEYS.1) + &drawn(&roff),
    }
}

/// The page of the config file, from the table of settings.
fn of_config(text: Text) -> Page {
    let mut roff = Roff::new();
    roff.control("SH", ["NAME"]);
    roff.text([roman("keyward-config - the config file of keyward")]);
    roff.control("SH", ["DESCRIPTION"]);
    roff.text([roman(
        "The file ~/.config/keyward/config.toml says how keyward(1) looks and what its keys are. It is TOML, read when \
         Keyward starts, and never written. What it does not set has its default; for a wrong value the default is used, \
         and told. keyward config --default prints a file with everything to start with, keyward config what is in use \
         and where it comes from.",
    )]);
    roff.control("SH", ["SETTINGS"]);
    for setting in SETTINGS {
        let head = format!("{} = {}", setting.name, setting.written_unset());
        roff.control("TP", []).text([bold(head)]);
        roff.text([roman(text.say(setting.help))]);
    }
    roff.control("SH", ["KEYS"]);
    roff.text([roman(text.say("config.head_keys"))]);
    roff.control("PP", []).text([roman(
        "The names of actions and keys are in keyward-keys(7).",
    )]);
    see_also(
        &[("keyward", "1"), ("keyward-config", "1"), KEYS],
        &mut roff,
    );
    Page {
        name: format!("{}.{}", CONFIG.0, CONFIG.1),
        text: begun(CONFIG.0, CONFIG.1) + &drawn(&roff),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_ends_within_a_word_or_an_escape() {
        let long = "x".repeat(LINE - 1);
        let source = format!("one {long}\\fBtwo\\fR {long} three");
        let lines = at_blanks(&source);
        let word = format!("{long}\\fBtwo\\fR");
        assert_eq!(lines, ["one", &word, &long, "three"]);
        for page in pages() {
            for line in page.text.lines() {
                assert!(!line.ends_with('\\') && !line.ends_with("\\f"), "{line}");
            }
        }
    }
}
