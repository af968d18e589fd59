//! The order of names in lists.
//!
//! A rule of our own, in the manner of the Unicode Collation Algorithm (UTS #10) and its default table: punctuation,
//! then numbers by their value, then letters, without regard to case and first of all without regard to marks. A
//! library for all of UTS #10 has tables of 1.2 MB.

use std::iter::Peekable;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::canonical_combining_class;
use unicode_properties::{GeneralCategory, GeneralCategoryGroup, UnicodeGeneralCategory};

use crate::domain::fold::name_key;

/// What sorts before digits, in the order of UTS #10's default table.
const PUNCTUATION: &str = " _-,;:!?.'\"()[]{}@*/\\&#%`^+<=>|~$";

/// Before other punctuation and symbols: behind those above, before digits.
const SYMBOL: char = '#';

/// Between what is compared first and what decides between ties; no name has it.
const TIES: char = '\u{1}';

/// The text by which names are sorted, code point by code point: `é` with `e`, `Ä` with `A`, `9` before `10`.
///
/// It is kept with the name. A database has to be sorted by one rule: whoever changes this one adds a migration that
/// computes the column anew, as 0004 does. (Newer Unicode tables need none: they add characters.)
#[must_use]
pub fn name_sort(name: &str) -> String {
    let folded = name_key(name);
    // What is ASCII is taken apart already.
    let folded = if folded.is_ascii() {
        folded
    } else {
        folded.nfkd().collect()
    };
    let mut key = String::with_capacity(2 * folded.len() + 1);
    let mut chars = folded.chars().peekable();
    while let Some(c) = chars.peek().copied() {
        if digit(c).is_some() {
            push_number(&mut key, &mut chars);
            continue;
        }
        chars.next();
        if is_accent(c) {
            continue;
        }
        match letters(c) {
            Some(letters) => key.push_str(letters),
            None if !c.is_ascii() && is_symbol(c) => key.extend([SYMBOL, c]),
            None => key.push(place(c)),
        }
    }
    key.push(TIES);
    key + &folded
}

/// Behind the places of all texts: no text has it.
const NOTHING: &str = "\u{10FFFF}";

/// The text by which lines are sorted that may be empty: as names are, and those that are empty last.
#[must_use]
pub fn text_sort(text: &str) -> String {
    if text.is_empty() {
        return NOTHING.to_owned();
    }
    name_sort(text)
}

/// Takes a run of digits: the longer of two numbers is the greater one.
fn push_number(key: &mut String, chars: &mut Peekable<impl Iterator<Item = char>>) {
    let mut digits = String::new();
    while let Some(value) = chars.peek().copied().and_then(digit) {
        if value > 0 || !digits.is_empty() {
            digits.push(char::from(b'0' + value));
        }
        chars.next();
    }
    key.push('0');
    // Beyond 200 digits no name is long.
    let length = u8::try_from(digits.len().min(200)).unwrap_or(200);
    key.push(char::from(b'!' + length));
    key.push_str(&digits);
}

/// The value of a decimal digit of any script: in Unicode each ten of them follow one another from zero (UAX #44).
fn digit(c: char) -> Option<u8> {
    if let Some(value) = c.to_digit(10) {
        return u8::try_from(value).ok();
    }
    let is_digit = |c: char| c.general_category() == GeneralCategory::DecimalNumber;
    if c.is_ascii() || !is_digit(c) {
        return None;
    }
    let before = |by: &u8| {
        let c = u32::from(c)
            .checked_sub(u32::from(*by))
            .and_then(char::from_u32);
        c.is_some_and(is_digit)
    };
    u8::try_from((1..10).take_while(before).count()).ok()
}

/// A mark that only decides between ties, unlike the vowel signs of India (class 0) and what takes a vowel away (9).
fn is_accent(c: char) -> bool {
    !c.is_ascii() && !matches!(canonical_combining_class(c), 0 | 9)
}

fn is_symbol(c: char) -> bool {
    use GeneralCategoryGroup::{Punctuation, Symbol};
    matches!(c.general_category_group(), Punctuation | Symbol)
}

/// The letters with which one sorts that Unicode does not take apart.
fn letters(c: char) -> Option<&'static str> {
    Some(match c {
        'ø' => "o",
        'đ' => "d",
        'ħ' => "h",
        'ł' => "l",
        'ŧ' => "t",
        'ı' => "i",
        'æ' => "ae",
        'œ' => "oe",
        _ => return None,
    })
}

/// The character that stands for one in the order: punctuation moves before digits, Katakana to its Hiragana.
fn place(c: char) -> char {
    match c {
        'a'..='z' => c,
        '\u{30A1}'..='\u{30F6}' => char::from_u32(u32::from(c) - 0x60).unwrap_or(c),
        _ => match PUNCTUATION.chars().position(|one| one == c) {
            Some(at) => u8::try_from(at + 2).map_or(c, char::from),
            None => c,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Names in the order in which a person expects them.
    fn in_order(names: &[&str]) {
        for pair in names.windows(2) {
            let [one, other] = [pair[0], pair[1]].map(name_sort);
            assert!(one < other, "{pair:?}: {one:?} {other:?}");
        }
    }

    #[test]
    fn names_sort_as_people_expect() {
        in_order(&["e", "é", "Echo", "eclair", "Éclipse", "f"]);
        in_order(&["A", "Ä", "Äpfel", "apollo", "b", "z", "zoë", "zoo"]);
        in_order(&["lodz", "Łódź", "lynx", "smorgas", "smørrebrød", "smouse"]);
        in_order(&["Straße 2", "strasse 10", "strasze"]);
        in_order(&["あか", "アキ", "か", "が", "ガイド", "かか", "きく"]);
        in_order(&["ｱｶ", "アキ"]);
    }

    #[test]
    fn numbers_sort_by_their_value() {
        in_order(&[
            "key 1", "key 2", "key 9", "key 10", "key 10a", "key 11", "key 100",
        ]);
        in_order(&["v1.2", "v1.9", "v1.10", "v2"]);
        in_order(&["9", "10", "a"]);
        in_order(&["0", "00", "001", "01", "1", "2"]);
        in_order(&["k٩", "k١٠"]);
        in_order(&["n９", "n10"]);
        in_order(&[
            "n99999999999999999999998",
            "n99999999999999999999999",
            "n100000000000000000000000",
        ]);
    }

    #[test]
    fn punctuation_comes_before_numbers_and_numbers_before_letters() {
        in_order(&["key", "key a", "key_1", "key-1", "key.1", "key1", "keya"]);
        in_order(&[
            "[a]",
            "{a}",
            "~a",
            "「a」",
            "\u{1F4BB}",
            "1",
            "a",
            "あ",
            "監査",
        ]);
    }

    #[test]
    fn an_empty_text_comes_after_every_other() {
        for text in [" ", "~", "z", "監査", "\u{1F4BB}"] {
            assert!(text_sort(text) < text_sort(""), "{text}");
            assert_eq!(text_sort(text), name_sort(text));
        }
    }

    proptest! {
        #[test]
        fn one_name_has_one_place_whatever_its_case(name in "[a-zäßéøжёα0-9 ._-]{0,20}") {
            prop_assert_eq!(name_sort(&name), name_sort(&name.to_uppercase()));
        }

        #[test]
        fn different_names_have_different_places(one in "\\PC{0,12}", other in "\\PC{0,12}") {
            let [a, b] = [&one, &other].map(|name| name_key(name).nfkd().collect::<String>());
            prop_assert_eq!(name_sort(&one) == name_sort(&other), a == b);
        }
    }
}
