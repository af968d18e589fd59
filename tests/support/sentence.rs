//! The program's sentences, as tests look for them: by name.

use std::fmt::Display;

use keyward::text::Text;

/// What the words of a sentence stand for. A word that is not among them may stand for anything.
pub type Values<'a> = &'a [(&'a str, &'a dyn Display)];

/// Stands where a word may be anything.
const ANYTHING: char = '⁂';

/// Whether the sentence of this name is on a screen: in one line, or wrapped, or wrapped in a box over something else,
/// which may be another box.
pub fn is_on(screen: &str, text: Text, name: &'static str, values: Values) -> bool {
    let sentence = text.say(name);
    assert_ne!(sentence, name, "there is no such sentence");
    let words = sentence.split('{').skip(1);
    let words = words.filter_map(|rest| rest.split(['}', '|']).next());
    let unknown = words.filter(|word| !values.iter().any(|(known, _)| known == word));
    let mut values = values.to_vec();
    values.extend(unknown.map(|word| (word, &ANYTHING as &dyn Display)));
    shows(screen, &text.fill(name, &values))
}

/// Whether these words are on a screen, in one of these ways.
pub fn shows(screen: &str, sentence: &str) -> bool {
    let sentence = unwrapped(sentence);
    let boxed: String = screen.lines().filter_map(in_box).collect();
    let over_a_box = screen.lines().filter_map(in_box).filter_map(in_box);
    let over_a_box: String = over_a_box.collect();
    [screen, &boxed, &over_a_box]
        .into_iter()
        .any(|part| has(&unwrapped(part), &sentence))
}

fn has(text: &str, sentence: &str) -> bool {
    let mut rest = text;
    sentence.split(ANYTHING).all(|part| {
        let found = rest.split_once(part);
        rest = found.map_or("", |(_, behind)| behind);
        found.is_some()
    })
}

/// What is between the edges of a box.
fn in_box(line: &str) -> Option<&str> {
    let (_, inside) = line.split_once(['│', '|'])?;
    Some(inside.rsplit_once(['│', '|', '▐', '#', '↑', '↓'])?.0)
}

/// A text without what wraps it: spaces, ends of lines, and the edges of boxes.
fn unwrapped(text: &str) -> String {
    let is_edge = |c: char| c.is_whitespace() || "│╭╮╰╯─▐|+-#".contains(c);
    text.chars().filter(|c| !is_edge(*c)).collect()
}
