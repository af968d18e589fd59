//! A bit that flipped in a row, which is no damage to `SQLite`.

use std::fs;
use std::ops::Range;

use keyward::auth::token;
use keyward::domain::verdict::Verdict;
use rusqlite::Connection;

use super::damage::{PAGE, judged, of_every_kind, trees};
use crate::support::database::CHEAP;

/// A number as `SQLite` writes it in a record, and where the next byte is.
fn varint(bytes: &[u8], at: usize) -> (usize, usize) {
    let mut number = 0;
    for (length, byte) in bytes[at..at + 8].iter().enumerate() {
        number = number << 7 | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            return (number, at + length + 1);
        }
    }
    panic!("a number of more than eight bytes");
}

/// Where the rows of a table on one page are: of each its number, the bytes of its length, and those before its values.
fn records(bytes: &[u8], page: u32) -> Vec<(usize, [Range<usize>; 2])> {
    let begin = (page as usize - 1) * PAGE;
    let two = |at: usize| usize::from(u16::from_be_bytes([bytes[at], bytes[at + 1]]));
    assert_eq!(bytes[begin], 0x0d, "all rows are on one page");
    let cells = (0..two(begin + 3)).map(|cell| begin + two(begin + 8 + 2 * cell));
    let record = |at| {
        let (_, row) = varint(bytes, at);
        let (id, header) = varint(bytes, row);
        let (length, _) = varint(bytes, header);
        (id, [at..row, header..header + length])
    };
    cells.map(record).collect()
}

/// The rows of a table that belong to a key.
fn of_key(database: &Connection, sql: &str, key: i64) -> Vec<usize> {
    let mut query = database.prepare(sql).expect("prepared");
    let rows = query.query_map([key], |row| row.get::<_, i64>(0));
    let rows = rows.expect("queried").map(|id| id.expect("read"));
    rows.map(|id| usize::try_from(id).expect("an ID")).collect()
}

#[test]
fn no_flipped_bit_before_the_values_of_a_row_makes_a_refused_secret_valid() {
    let (directory, secrets) = of_every_kind();
    let path = directory.path().join("keyward.db");
    let whole = fs::read(&path).expect("there");
    let database = Connection::open(&path).expect("opened");
    let page = |name: &str| trees(&path).into_iter().find(|(tree, _)| tree == name);
    let copy = tempfile::tempdir().expect("a directory");
    let is_valid = |secret: &str| {
        let judged = judged(copy.path(), CHEAP, secret.as_bytes());
        for beside in ["keyward.db-wal", "keyward.db-shm"] {
            let _ = fs::remove_file(copy.path().join(beside));
        }
        matches!(judged, Ok(Verdict::Valid(_)))
    };
    let damaged = copy.path().join("keyward.db");
    let mut wrong = Vec::new();
    let mut flips = 0;
    for secret in &secrets[1..] {
        let key = token::parse(secret.as_bytes()).expect("a secret").id();
        for (table, sql) in [
            ("api_keys", "SELECT id FROM api_keys WHERE id = ?1"),
            (
                "api_key_secrets",
                "SELECT id FROM api_key_secrets WHERE key = ?1",
            ),
        ] {
            let rows = of_key(&database, sql, key.0);
            let all = records(&whole, page(table).expect("there").1);
            let of_these = all.into_iter().filter(|(id, _)| rows.contains(id));
            for at in of_these.flat_map(|(_, parts)| parts).flatten() {
                for bit in 0..8 {
                    let mut bytes = whole.clone();
                    bytes[at] ^= 1 << bit;
                    fs::write(&damaged, bytes).expect("written");
                    flips += 1;
                    if is_valid(secret) {
                        wrong.push((key.0, table, at, bit, whole[at]));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:?} of {flips}");
    assert!(flips > 1_000, "{flips}");
}
