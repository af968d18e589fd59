//! Names that are different and look alike: `prod` in Latin letters, and with a Cyrillic `о`.

use std::array;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;

use crate::domain::fold::{name_key, nfkc};

// SHAPED, sorted: every character whose shape is not itself, and where that begins and ends among SHAPES, all of them in one.
include!(concat!(env!("OUT_DIR"), "/shapes.rs"));

/// What a name looks like: two names with the same one can be taken for each other (UTS #39, 4, with the case left
/// out and runs of spaces as one).
///
/// It is kept with the name. Nothing is refused because of it, so one that was computed with older tables does no
/// harm.
#[must_use]
pub fn name_look(name: &str) -> String {
    // Once more behind the case: `M` and `m` have different shapes, but are one letter.
    let look = shape(&name_key(&shape(&nfkc(name))));
    look.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The skeleton of a text, as UTS #39 has it: each character that can be taken for others becomes one that stands for all of
/// them, and one that is not seen becomes nothing. That of ASCII is put together from those of its characters, many times
/// faster: none of them joins with another.
fn shape(text: &str) -> String {
    static OF_ASCII: LazyLock<[String; 128]> = LazyLock::new(|| {
        array::from_fn(|code| {
            let c = u8::try_from(code).map_or(' ', char::from);
            skeleton(c.encode_utf8(&mut [0; 4]))
        })
    });
    if !text.is_ascii() {
        return skeleton(text);
    }
    text.bytes()
        .fold(String::with_capacity(2 * text.len()), |shape, byte| {
            shape + &OF_ASCII[usize::from(byte & 0x7f)]
        })
}

fn skeleton(text: &str) -> String {
    let mut shapes = String::with_capacity(text.len());
    for c in text.nfd() {
        match SHAPED.binary_search_by_key(&c, |(shaped, _)| *shaped) {
            Ok(found) => {
                let [start, end] = SHAPED[found].1.map(usize::from);
                shapes += &SHAPES[start..end];
            }
            Err(_) => shapes.push(c),
        }
    }
    // Marks of two shapes can stand in another order.
    shapes.nfd().collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use unicode_security::confusable_detection;

    use super::*;

    proptest! {
        #[test]
        fn the_shape_of_ascii_is_its_skeleton(text in "[ -~]{0,40}") {
            prop_assert_eq!(shape(&text), theirs(&text));
        }

        #[test]
        fn the_shape_of_a_text_is_the_skeleton_that_unicode_security_gives(text in "\\PC{0,20}") {
            prop_assert_eq!(shape(&text), theirs(&text));
        }
    }

    /// What unicode-security says.
    fn theirs(text: &str) -> String {
        confusable_detection::skeleton(text).collect()
    }

    #[test]
    fn the_shape_of_every_character_is_its_skeleton() {
        for c in '\0'..=char::MAX {
            let c = c.to_string();
            assert_eq!(shape(&c), theirs(&c), "{c:?}");
        }
    }

    #[test]
    fn names_that_look_alike_are_told_and_others_are_not() {
        for (one, other) in [
            ("prod", "pr\u{43E}d"),
            ("prod", "\u{440}rod"),
            ("Prod", "\u{420}ROD"),
            ("Admin", "\u{410}dmin"),
            ("deploy-1", "deploy-l"),
            ("O2", "02"),
            ("alpha", "\u{3B1}lpha"),
            ("a-b", "a\u{2010}b"),
            ("a b", "a  b"),
            ("a b", "a\u{2003}b"),
            ("\u{2764}", "\u{2764}\u{FE0F}"),
            ("نامهها", "نامه\u{200C}ها"),
            ("葛城", "葛\u{E0100}城"),
        ] {
            assert_eq!(name_look(one), name_look(other), "{one:?} {other:?}");
        }
        for (one, other) in [
            ("prod", "prob"),
            ("key 1", "key 2"),
            ("mail", "mall"),
            ("Équipe", "Equipe"),
            ("ガイド", "カイド"),
        ] {
            assert_ne!(name_look(one), name_look(other), "{one:?} {other:?}");
        }
    }
}
