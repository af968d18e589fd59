//! Names that are different and look alike: `prod` in Latin letters, and with a Cyrillic `о`.

use std::array;
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use crate::domain::fold::name_key;

/// What a name looks like: two names with the same one can be taken for each other (UTS #39, 4, with the case left
/// out and runs of spaces as one).
///
/// It is kept with the name. Nothing is refused because of it, so one that was computed with older tables does no
/// harm.
#[must_use]
pub fn name_look(name: &str) -> String {
    let composed: String = name.nfkc().collect();
    // Once more behind the case: `M` and `m` have different shapes, but are one letter.
    let look = shape(&name_key(&shape(&composed)));
    look.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The skeleton of a text. That of ASCII is put together from those of its characters, many times faster: none of them
/// joins with another.
fn shape(text: &str) -> String {
    static OF_ASCII: LazyLock<[String; 128]> = LazyLock::new(|| {
        array::from_fn(|code| {
            let c = u8::try_from(code).map_or(' ', char::from);
            skeleton(c.encode_utf8(&mut [0; 4])).collect()
        })
    });
    if !text.is_ascii() {
        return skeleton(text).collect();
    }
    text.bytes()
        .fold(String::with_capacity(2 * text.len()), |shape, byte| {
            shape + &OF_ASCII[usize::from(byte & 0x7f)]
        })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_shape_of_ascii_is_its_skeleton(text in "[ -~]{0,40}") {
            prop_assert_eq!(shape(&text), skeleton(&text).collect::<String>());
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
