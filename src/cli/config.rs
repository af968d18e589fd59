//! `keyward config`: the settings in force, as a config file has them, with where each comes from; and a config file
//! with everything that can be set.

use std::fmt::Write as _;
use std::process::ExitCode;

use crate::cli::exit::Exit;
use crate::cli::{Failure, print};
use crate::config::settings::{Origin, SETTINGS, Settings};
use crate::text::Text;
use crate::ui::keymap::{self, Chord, Keymap};
use crate::ui::look::{Theme, width, wrap};

/// Cells of a line of the file that is printed.
const COLUMNS: u16 = 79;

/// Prints the settings in force; then what is wrong with the config file is a failure.
pub(super) fn print_settings(text: Text, settings: &Settings) -> Result<ExitCode, Failure> {
    let changed = Keymap::changed(&settings.keys);
    let values: Vec<_> = SETTINGS
        .iter()
        .map(|setting| {
            let line = format!("{} = {}", setting.name, setting.written(settings));
            (line, settings.origin(setting))
        })
        .collect();
    let keys = settings.keys.iter().filter_map(|setting| {
        let origin = if changed.counts.contains(setting) {
            Origin::File(setting.line)
        } else {
            Origin::Default
        };
        let keys = changed.keys.keys_of(&setting.action)?;
        Some((format!("{} = {}", setting.action, written(keys)), origin))
    });
    let mut keys: Vec<_> = keys.collect();
    keys.dedup_by(|one, other| one.0 == other.0);
    let mut all = String::new();
    if let Some(path) = &settings.file {
        let _ = writeln!(
            all,
            "# {}",
            text.fill("config.path", &[("path", &path.display())])
        );
        if settings.complaints.is_empty() && path.symlink_metadata().is_err() {
            let _ = writeln!(all, "# {}", text.say("config.none"));
        }
    }
    lines(text, &values, &mut all);
    if !keys.is_empty() {
        all.push_str("[keys]\n");
        lines(text, &keys, &mut all);
    }
    print(&all)?;
    let (_, of_theme) = Theme::of(settings);
    let told = text.complaints(settings, &changed.complaints, &of_theme);
    if told.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::Words(told.join("\nkeyward: "), Exit::Refused))
}

/// Lines one below the other, each with where its setting comes from.
fn lines(text: Text, set: &[(String, Origin)], to: &mut String) {
    let widest = set.iter().map(|(line, _)| width(line)).max().unwrap_or(0);
    for (line, origin) in set {
        let gap = " ".repeat(usize::from(widest - width(line)) + 2);
        let _ = writeln!(to, "{line}{gap}# {}", self::origin(text, *origin));
    }
}

fn origin(text: Text, origin: Origin) -> String {
    match origin {
        Origin::Default => text.say("origin.default").to_owned(),
        Origin::Machine => text.say("origin.machine").to_owned(),
        Origin::File(line) => text.fill("origin.file", &[("line", &line)]),
        Origin::Environment(name) => name.to_owned(),
        Origin::CommandLine => text.say("origin.command_line").to_owned(),
    }
}

/// Prints a config file with every setting, all taken out.
pub(super) fn print_default(text: Text) -> Result<ExitCode, Failure> {
    let mut all = String::new();
    explain(text.say("config.head"), &mut all);
    for setting in SETTINGS {
        all.push('\n');
        explain(text.say(setting.help), &mut all);
        let _ = writeln!(all, "#{} = {}", setting.name, setting.written_unset());
    }
    all.push_str("\n[keys]\n");
    explain(text.say("config.head_keys"), &mut all);
    for action in keymap::actions() {
        all.push('\n');
        let does: Vec<&str> = action.help.iter().map(|name| text.say(name)).collect();
        explain(&does.join("; "), &mut all);
        let _ = writeln!(all, "#{} = {}", action.name, written(&action.keys));
    }
    print(&all)
}

fn explain(sentence: &str, to: &mut String) {
    for line in wrap(sentence, COLUMNS - 2) {
        let _ = writeln!(to, "# {line}");
    }
}

/// Keys as the config file has them.
fn written(keys: &[Chord]) -> String {
    let names = keys.iter().map(|key| toml::Value::String(key.name()));
    let names: Vec<String> = names.map(|name| name.to_string()).collect();
    format!("[{}]", names.join(", "))
}
