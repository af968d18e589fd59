//! Settings, where they come from, and what is wrong with the config file, in words.

use std::fmt::Display;
use std::path::{Path, PathBuf};

use crate::config::complaint::{CONFIG_FILE_MAX, Complaint, Expected, Why};
use crate::config::settings::{Settings, ThemeSetting};
use crate::domain::secret::find_secret_shape;
use crate::text::Text;

/// The most characters that are repeated of a name in the file.
const REPEATED: usize = 60;

impl Text {
    /// What does not count in the config file, its keys and the theme's file, and what counts instead.
    #[must_use]
    pub fn complaints(
        self,
        settings: &Settings,
        of_keys: &[Complaint],
        of_theme: &[Complaint],
    ) -> Vec<String> {
        let mut of_config = [&settings.complaints, of_keys].concat();
        of_config.sort_by_key(|complaint| complaint.line);
        let none = PathBuf::new();
        let config = settings.file.as_ref().unwrap_or(&none);
        let theme = match &settings.theme {
            ThemeSetting::File(path) => path,
            ThemeSetting::BuiltIn(_) => &none,
        };
        let of_config = of_config.iter();
        let of_config =
            of_config.map(|complaint| self.complaint(config, complaint, "config.all_default"));
        let of_theme = of_theme.iter();
        let of_theme =
            of_theme.map(|complaint| self.complaint(theme, complaint, "config.default_theme"));
        of_config.chain(of_theme).collect()
    }

    /// One complaint about the file at this path; the sentence of this name says what counts in place of a whole file.
    fn complaint(self, path: &Path, complaint: &Complaint, instead: &'static str) -> String {
        let mut why = self.why(&complaint.why);
        if complaint.why.is_of_file() {
            // A command that mends it has no full stop, and is the last word.
            let is_sentence = why.ends_with(['.', '。']);
            let both = [&*why, self.say(instead)];
            let [first, last] = if is_sentence {
                both
            } else {
                [both[1], both[0]]
            };
            why = self.joined(&[first, last]);
        }
        let path = path.display();
        let facts: [(&str, &dyn Display); 2] = [("path", &path), ("why", &why)];
        match complaint.line {
            Some(line) => self.fill("config.in_line", &[facts[0], ("line", &line), facts[1]]),
            None => self.fill("config.in_file", &facts),
        }
    }

    fn why(self, why: &Why) -> String {
        let of_name = |sentence, name: &str| self.fill(sentence, &[("name", &repeated(name))]);
        let of_key = |sentence, action: &str, key: &str| {
            let (action, key) = (repeated(action), repeated(key));
            self.fill(sentence, &[("action", &action), ("key", &key)])
        };
        match why {
            Why::Unreadable(words) => self.fill("config.unreadable", &[("words", words)]),
            Why::Missing => self.say("config.missing").to_owned(),
            Why::Unsafe(fault) => self.path_fault(fault),
            Why::NotAFile => self.say("config.not_a_file").to_owned(),
            Why::TooLong => self.fill("config.too_long", &[("most", &(CONFIG_FILE_MAX / 1024))]),
            Why::NotText => self.say("config.not_text").to_owned(),
            Why::NotToml(words) => self.fill("config.not_toml", &[("words", &repeated(words))]),
            Why::UnknownStyle(name) => of_name("config.unknown_style", name),
            Why::Unknown(name) => of_name("config.unknown", name),
            Why::Value { name, expected } => {
                let (name, expected) = (repeated(name), self.expected(expected));
                self.fill("config.value", &[("name", &name), ("expected", &expected)])
            }
            Why::UnderKeys(name) => of_name("config.under_keys", name),
            Why::UnknownAction(name) => of_name("config.unknown_action", name),
            Why::FixedAction(name) => of_name("config.fixed_action", name),
            Why::Twice(name) => of_name("config.twice", name),
            Why::NotAKey { action, key } => of_key("config.not_a_key", action, key),
            Why::Reserved { action, key } => of_key("config.reserved", action, key),
            Why::Typed { action, key } => of_key("config.typed", action, key),
            Why::Clash { action, key, other } => self.fill(
                "config.clash",
                &[("action", action), ("key", key), ("other", other)],
            ),
        }
    }

    fn expected(self, expected: &Expected) -> String {
        match expected {
            Expected::OneOf(words) => {
                let words = words.join(self.say("assigned.between"));
                self.fill("config.one_of", &[("words", &words)])
            }
            Expected::Theme => self.say("config.theme").to_owned(),
            Expected::Style => self.say("config.style").to_owned(),
            Expected::Colour => self.say("config.colour").to_owned(),
            Expected::Attributes => self.say("config.attributes").to_owned(),
            Expected::Flag => self.say("config.flag").to_owned(),
            Expected::UpTo(most) => self.fill("config.up_to", &[("most", most)]),
            Expected::Zone => self.say("config.zone").to_owned(),
            Expected::Keys => self.say("config.keys").to_owned(),
            Expected::Table => self.say("config.table").to_owned(),
        }
    }
}

/// What stands in the file, if it is not too long for a sentence and has nothing of the shape of a secret.
fn repeated(name: &str) -> String {
    if find_secret_shape(name).is_some() {
        return "...".to_owned();
    }
    let mut characters = name.chars();
    let mut short: String = characters.by_ref().take(REPEATED).collect();
    if characters.next().is_some() {
        short.push_str("...");
    }
    short
}
