//! The columns that each user wants in each list, in JSON: `[{"column": "column.name", "width": 30}, ...]`.

use serde_json::{Value, json};

use crate::domain::id::UserId;
use crate::domain::list::{ChosenColumn, WIDTHS};
use crate::domain::trouble::Fault;
use crate::store::Tx;

/// What the user wants in the list of this name; nothing where they have not chosen, or it is not to be read.
pub fn chosen(tx: &Tx<'_>, user: UserId, list: &str) -> Result<Option<Vec<ChosenColumn>>, Fault> {
    let sql = "SELECT columns FROM list_columns WHERE \"user\" = ?1 AND list = ?2";
    let found: Option<String> = tx.find(sql, (user, list))?;
    Ok(found.and_then(|columns| read(&columns)))
}

/// Keeps what the user wants in the list of this name, or that they have not chosen.
pub fn choose(
    tx: &Tx<'_>,
    user: UserId,
    list: &str,
    chosen: Option<&[ChosenColumn]>,
) -> Result<(), Fault> {
    match chosen {
        None => {
            let forget = "DELETE FROM list_columns WHERE \"user\" = ?1 AND list = ?2";
            tx.change(forget, (user, list)).map(|_| ())
        }
        Some(chosen) => tx.change_one(
            "INSERT INTO list_columns (\"user\", list, columns) VALUES (?1, ?2, ?3)
             ON CONFLICT (\"user\", list) DO UPDATE SET columns = excluded.columns",
            (user, list, written(chosen)),
        ),
    }
}

fn written(chosen: &[ChosenColumn]) -> String {
    let columns = chosen.iter().map(|column| match column.width {
        None => json!({ "column": column.name }),
        Some(width) => json!({ "column": column.name, "width": width }),
    });
    Value::Array(columns.collect()).to_string()
}

/// What is of another shape, as another version might write it, is left out.
fn read(columns: &str) -> Option<Vec<ChosenColumn>> {
    let columns: Value = serde_json::from_str(columns).ok()?;
    let columns = columns.as_array()?.iter().filter_map(|column| {
        let name = column.get("column")?.as_str()?.to_owned();
        let width = column.get("width").and_then(Value::as_u64);
        let width = width.and_then(|width| u16::try_from(width).ok());
        let width = width.map(|width| width.clamp(WIDTHS.0, WIDTHS.1));
        Some(ChosenColumn { name, width })
    });
    Some(columns.collect())
}
