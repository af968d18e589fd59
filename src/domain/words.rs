//! Enums whose values have a word: each value with its word is one line.

/// Declares an enum together with `ALL`, its values in their order, `WORDS`, their words, and the method that gives a
/// value's word.
macro_rules! words {
    (
        $(#[$doc:meta])*
        pub enum $name:ident: $(#[$word_doc:meta])* $method:ident {
            $($(#[$value_doc:meta])* $value:ident = $word:literal,)+
        }
    ) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name {
            $($(#[$value_doc])* $value,)+
        }

        impl $name {
            /// Every value, in order.
            pub const ALL: [$name; [$($word),+].len()] = [$($name::$value),+];

            /// The word of every value, in order.
            pub const WORDS: &'static [&'static str] = &[$($word),+];

            $(#[$word_doc])*
            #[must_use]
            pub fn $method(self) -> &'static str {
                match self {
                    $($name::$value => $word,)+
                }
            }
        }
    };
}

pub(crate) use words;
