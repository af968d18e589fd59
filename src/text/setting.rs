//! Settings, where they come from, and what is wrong with the config file, in words.

use std::fmt::Display;
use std::path::Path;

use crate::config::complaint::{CONFIG_FILE_MAX, Complaint, Expected, Why};
use crate::domain::secret::find_secret_shape;
use crate::text::Text;

/// The most characters that are repeated of a name in the file.
const REPEATED: usize = 60;

impl Text {
    /// What does not count in the config file at this path, and what counts instead.
    #[must_use]
    pub fn complaint(self, path: &Path, complaint: &Complaint) -> String {
        let why = self.why(&complaint.why);
        let path = &path.display();
        match &complaint.line {
            Some(line) => {
                let facts: [(&str, &dyn Display); 3] =
                    [("path", path), ("line", line), ("why", &why)];
                self.fill("config.in_line", &facts)
            }
            None => self.fill("config.in_file", &[("path", path), ("why", &why)]),
        }
    }

    fn why(self, why: &Why) -> String {
        let of_action = |name, action: &str, key: &str| {
            let (action, key) = (repeated(action), repeated(key));
            self.fill(name, &[("action", &action), ("key", &key)])
        };
        let of_name = |sentence, name: &str| self.fill(sentence, &[("name", &repeated(name))]);
        match why {
            Why::Unreadable(words) => self.fill("config.unreadable", &[("words", words)]),
            Why::Unsafe(fault) => {
                let sentence = self.path_fault(fault);
                self.fill("config.unsafe", &[("sentence", &sentence)])
            }
            Why::NotAFile => self.say("config.not_a_file").to_owned(),
            Why::TooLong => {
                let most = CONFIG_FILE_MAX / 1024;
                self.fill("config.too_long", &[("most", &most)])
            }
            Why::NotText => self.say("config.not_text").to_owned(),
            Why::NotToml(words) => self.fill("config.not_toml", &[("words", &repeated(words))]),
            Why::Unknown(name) => of_name("config.unknown", name),
            Why::Value { name, expected } => {
                let expected = self.expected(expected);
                let facts: [(&str, &dyn Display); 2] =
                    [("name", &repeated(name)), ("expected", &expected)];
                self.fill("config.value", &facts)
            }
            Why::UnderKeys(name) => of_name("config.under_keys", name),
            Why::UnknownAction(name) => of_name("config.unknown_action", name),
            Why::FixedAction(name) => of_name("config.fixed_action", name),
            Why::Twice(name) => of_name("config.twice", name),
            Why::NotAKey { action, key } => of_action("config.not_a_key", action, key),
            Why::Reserved { action, key } => of_action("config.reserved", action, key),
            Why::Typed { action, key } => of_action("config.typed", action, key),
            Why::Clash { action, key, other } => {
                let facts: [(&str, &dyn Display); 3] =
                    [("action", action), ("key", key), ("other", other)];
                self.fill("config.clash", &facts)
            }
        }
    }

    fn expected(self, expected: &Expected) -> String {
        match expected {
            Expected::OneOf(words) => {
                let words = words.join(self.say("assigned.between"));
                self.fill("config.one_of", &[("words", &words)])
            }
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
