//! The shapes of characters that can be taken for others, as unicode-security has them, in a table without addresses: its
//! own has one for each of 6,000 characters, all of which the dynamic linker would mend each time that the program starts.

use std::fmt::Write;
use std::iter::once;

use unicode_normalization::UnicodeNormalization;
use unicode_security::confusable_detection::skeleton;

use crate::texts::Texts;

/// The planes in which Unicode has characters that are not for private use; the tests look at all.
const PLANES: [(u32, u32); 2] = [(0, 0x4_0000), (0xE_0000, 0xE_1000)];

/// Tables for `src/domain/name/alike.rs`: every character with a shape that is not its own, sorted, and all shapes in one.
/// What another decomposes to is looked for in place of it.
pub fn tables() -> String {
    let (mut shapes, mut rows) = (Texts::default(), String::new());
    let all = PLANES.into_iter().flat_map(|(from, until)| from..until);
    for c in all.filter_map(char::from_u32) {
        if !once(c).nfd().eq(once(c)) {
            continue;
        }
        let shape: String = skeleton(c.encode_utf8(&mut [0; 4])).collect();
        if shape.chars().ne(once(c)) {
            let [start, end] = shapes.place(&shape);
            let _ = write!(rows, "({c:?},[{start},{end}]),");
        }
    }
    format!(
        "static SHAPED: &[(char, [u16; 2])] = &[{rows}];\nstatic SHAPES: &str = \"{}\";\n",
        shapes.all.escape_default()
    )
}
