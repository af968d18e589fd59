//! Folding: the form in which texts are compared.

use std::borrow::Cow;

use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfkc_quick};

/// The form in which names are compared: NFKC and Unicode full case folding (UAX #15, Unicode 3.13 D145).
///
/// Two names with the same key are the same name to a person: `Équipe` and `éQUIPE`, composed or not, and
/// full-width and half-width letters.
#[must_use]
pub fn name_key(name: &str) -> String {
    if name.is_ascii() {
        // What the steps below would give, many times faster.
        return name.trim().to_ascii_lowercase();
    }
    let composed = nfkc(name.trim());
    nfkc(&caseless::default_case_fold_str(&composed)).into_owned()
}

/// A text in NFKC. Most are already, which is seen much faster than they are composed.
#[must_use]
pub fn nfkc(text: &str) -> Cow<'_, str> {
    match is_nfkc_quick(text.chars()) {
        IsNormalized::Yes => Cow::Borrowed(text),
        IsNormalized::No | IsNormalized::Maybe => text.nfkc().collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn what_is_composed_already_is_what_composing_gives(text in "[a-zÀ-ʯ\u{300}-\u{30f}ぁ-ヺﾞ가-각Ａ-ｚ]{0,12}") {
            prop_assert_eq!(nfkc(&text), text.nfkc().collect::<String>());
        }
    }

    #[test]
    fn names_that_differ_in_case_or_composition_are_one_name() {
        assert_eq!(name_key("Équipe"), name_key("éQUIPE"));
        assert_eq!(name_key("E\u{301}quipe"), name_key("équipe"));
        assert_eq!(name_key("Straße"), name_key("STRASSE"));
        assert_eq!(name_key("ｶﾞｲﾄﾞ"), name_key("ガイド"));
        assert_ne!(name_key("deploy-1"), name_key("deploy-2"));
        assert_eq!(name_key(" \tＡＢ-Z "), name_key("ab-z"));
    }
}
