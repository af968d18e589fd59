//! The tree of rights as a table, in the order of its file.

use std::fmt::Write;

use toml::Value;

use crate::read;

/// The file, in `assets`.
const FILE: &str = "rights.toml";

/// Tables for `src/domain/rights.rs`: the groups, and every full name, sorted.
pub fn tables() -> String {
    let file = read(FILE);
    let (mut groups, mut names) = (String::new(), Vec::new());
    for group in list(&file["group"]) {
        let group = group.as_table().expect("a group");
        let [tab, section, name] = ["tab", "section", "name"].map(|key| text(&group[key]));
        let mut rights = String::new();
        for right in list(&group["rights"]) {
            let [right, label @ ..] = list(right) else {
                panic!("{FILE}: a right of {name} has no name");
            };
            let full = format!("{section}.{name}.{}", text(right));
            let _ = write!(
                rights,
                "Leaf {{ name: {full:?}, label: {} }},",
                self::label(label)
            );
            names.push(full);
        }
        let _ = writeln!(
            groups,
            "Group {{ tab: Tab::{}, section: {section:?}, name: {name:?}, label: {}, rights: &[{rights}] }},",
            variant(tab),
            label(list(&group["label"]))
        );
    }
    names.sort_unstable();
    format!("static GROUPS: &[Group] = &[{groups}];\nstatic NAMES: &[&str] = &{names:?};\n")
}

/// A label in every language.
fn label(words: &[Value]) -> String {
    let [english, japanese] = words else {
        panic!("{FILE}: {words:?} is no label");
    };
    format!("Label({:?}, {:?})", text(english), text(japanese))
}

/// The variant of a tab: `Computer` of `computer`.
fn variant(tab: &str) -> String {
    let (first, rest) = tab.split_at(1);
    first.to_uppercase() + rest
}

fn list(value: &Value) -> &[Value] {
    value
        .as_array()
        .unwrap_or_else(|| panic!("{FILE}: {value} is no list"))
}

fn text(value: &Value) -> &str {
    value
        .as_str()
        .unwrap_or_else(|| panic!("{FILE}: {value} is no text"))
}
