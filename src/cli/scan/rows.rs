//! Finds as rows of a table.

use crate::cli::rows::{Column, Tabled, column};
use crate::domain::leak::{Find, Worth};

impl Tabled for Find {
    const TABLE: &'static [Column<Find>] = &[
        column("scan.file", |find, _, _| find.file.clone()),
        column("scan.line", |find, _, _| {
            find.spot
                .map_or_else(String::new, |spot| spot.line.to_string())
        }),
        column("scan.byte", |find, _, _| {
            let offset = find.spot.and_then(|spot| spot.offset);
            offset.map_or_else(String::new, |offset| offset.to_string())
        }),
        column("column.id", |find, _, _| find.leak.key.0.to_string()),
        column("column.name", |find, _, _| find.leak.name.clone()),
        column("column.state", |find, text, _| {
            let state = find.leak.state;
            state.map_or_else(String::new, |state| text.state(state))
        }),
        column("scan.secret", |find, text, _| {
            let word = match find.leak.worth {
                Worth::Pending => "scan.pending",
                Worth::Current => "scan.current",
                Worth::Retiring => "scan.retiring",
                Worth::Replaced => "scan.replaced",
                Worth::Void => "scan.void",
                Worth::Unknown => "scan.unknown",
            };
            text.say(word).to_owned()
        }),
    ];
}
