//! The columns of secrets that were found.

use crate::domain::leak::Find;
use crate::export::{Cell, Column, Record};
use crate::text::Text;

fn number(number: Option<u64>) -> Cell {
    number.map_or(Cell::Unset, |number| {
        Cell::Number(i64::try_from(number).unwrap_or(i64::MAX))
    })
}

impl Record for Find {
    const COLUMNS: &'static [Column<Find>] = &[
        ("file", |find, _| Cell::text(&find.file)),
        ("line", |find, _| number(find.spot.map(|spot| spot.line))),
        ("offset", |find, _| {
            number(find.spot.and_then(|spot| spot.offset))
        }),
        ("keyID", |find, _| Cell::Number(find.leak.key.0)),
        ("keyName", |find, _| match find.leak.name.as_str() {
            "" => Cell::Unset,
            name => Cell::text(name),
        }),
        ("state", |find, _| {
            let state = find.leak.state;
            state.map_or(Cell::Unset, |state| Cell::Text(Text::en_us().state(state)))
        }),
        ("secret", |find, _| Cell::text(find.leak.worth.word())),
        ("living", |find, _| Cell::Flag(find.leak.is_living())),
        ("locked", |find, _| Cell::Flag(find.locked)),
    ];
}
