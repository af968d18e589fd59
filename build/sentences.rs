//! The sentences of every language as tables, in one order. Every language has the same names, or there is no program.

use std::collections::BTreeMap;
use std::fmt::Write;

use toml::Value;

use crate::hash::hash;
use crate::read;
use crate::texts::Texts;

/// The language that says which sentences there are.
const FIRST: &str = "en-US";
/// The others, each with the name of its table.
const OTHERS: [(&str, &str); 1] = [("ja-JP", "JA_JP")];

/// Places where a name can be looked for: a power of two, of which most are free.
const PLACES: usize = 4_096;

/// Sentences by their full names: `section.name`.
type Sentences = BTreeMap<String, String>;

/// Tables for `src/text/table.rs`: the names, and at the same places the sentences of each language; those of
/// [`FIRST`] once more in ASCII.
pub fn tables() -> String {
    let mut texts = Texts::default();
    let first = sentences(FIRST);
    let ascii: Vec<String> = first.values().map(|sentence| in_ascii(sentence)).collect();
    let mut source = places(first.keys()) + &table("NAMES", &mut texts, first.keys());
    source += &table("EN_US", &mut texts, first.values());
    source += &table("EN_US_ASCII", &mut texts, &ascii);
    for (language, name) in OTHERS {
        let sentences = sentences(language);
        compare(&first, language, &sentences);
        source += &table(name, &mut texts, sentences.values());
    }
    source + &format!("static ALL: &str = {:?};\n", texts.all)
}

/// For each place the name that is there, by its number from 1; 0 is none. A name whose place is taken has the next free
/// one.
fn places<'a>(names: impl Iterator<Item = &'a String>) -> String {
    let mut places = vec![0; PLACES];
    for (number, name) in (1..).zip(names) {
        assert!(number < PLACES / 2, "more places are needed");
        let mut at = hash(name) % PLACES;
        while places[at] != 0 {
            at = (at + 1) % PLACES;
        }
        places[at] = number;
    }
    format!("static PLACES: &[u16; {PLACES}] = &{places:?};\n")
}

/// The table of this name: where each of these is among all texts.
fn table<'a>(name: &str, all: &mut Texts, texts: impl IntoIterator<Item = &'a String>) -> String {
    let mut source = format!("static {name}: Table = Table(&[");
    for text in texts {
        let [start, end] = all.place(text);
        let _ = write!(source, "[{start},{end}],");
    }
    source + "]);\n"
}

fn sentences(language: &str) -> Sentences {
    let file = format!("text/{language}.toml");
    let mut sentences = Sentences::new();
    for (section, value) in read(&file) {
        let Value::Table(keys) = value else {
            panic!("{file}: {section} is no section");
        };
        for (key, value) in keys {
            let name = format!("{section}.{key}");
            let Value::String(sentence) = value else {
                panic!("{file}: {name} is no sentence");
            };
            sentences.insert(name, sentence);
        }
    }
    sentences
}

fn compare(first: &Sentences, language: &str, sentences: &Sentences) {
    if let Some(name) = first.keys().find(|name| !sentences.contains_key(*name)) {
        panic!("{language}.toml has no {name}");
    }
    if let Some(name) = sentences.keys().find(|name| !first.contains_key(*name)) {
        panic!("{FIRST}.toml has no {name}, which {language}.toml has");
    }
}

/// A sentence with ASCII quotation marks; of a language's name, what is ASCII.
fn in_ascii(sentence: &str) -> String {
    if sentence.is_ascii() {
        return sentence.to_owned();
    }
    let plain = sentence.replace(['“', '”'], "\"");
    let ascii = plain.replace(|c: char| !c.is_ascii(), "");
    ascii.trim_start().to_owned()
}
