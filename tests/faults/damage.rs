//! Databases that are damaged.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use keyward::auth::hash::{Cost, Hasher};
use keyward::auth::random::SystemRandom;
use keyward::clock::{Clock, SystemClock};
use keyward::config::Config;
use keyward::domain::id::KeyId;
use keyward::domain::secret::Secret;
use keyward::domain::trouble::Trouble;
use keyward::domain::user::Actor;
use keyward::domain::verdict::{Asked, Verdict};
use keyward::service::Service;
use keyward::store::{Place, Store};
use keyward::text::Text;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use tempfile::TempDir;

use super::broken::{Broken, copied, on_database, said};
use crate::support::database::raw::sqlite;
use crate::support::database::{CHEAP, as_made, draft, on_disk};
use crate::support::hand;
use crate::support::pty::Start;

/// A verdict on the database as it is, by whichever way it can be opened.
pub fn judged(directory: &Path, cost: Cost, secret: &[u8]) -> Result<Verdict, Trouble> {
    let place = Place::File(directory.join("keyward.db"));
    let account = Config::read().account;
    let store = Store::open_to_verify(&place, &account)
        .or_else(|_| Store::open_to_read(&place, &account))?;
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let hasher = Hasher::new(cost);
    let service = Service::new(store, clock, Box::new(SystemRandom), hasher)?;
    let judged = service.judge(secret, &Asked::default());
    judged.map(|judged| judged.verdict)
}

#[test]
fn no_damage_makes_a_secret_valid_that_is_refused() {
    let mut broken = Broken::new();
    broken.lock();
    // A log would be left out from where it is damaged on, whatever it holds: there is none.
    let (directory, service) = (broken.directory, broken.service);
    drop(service);
    let secret = fs::read(directory.path().join("secret")).expect("there");
    let mut random = StdRng::seed_from_u64(9);
    let (mut refused, mut troubles) = (0, 0);
    for step in 0..300 {
        let copy = copied(&directory);
        let path = copy.path().join("keyward.db");
        let mut bytes = fs::read(&path).expect("there");
        let at = random.random_range(0..bytes.len());
        match step % 3 {
            0 => bytes.truncate(at),
            1 => bytes[at] ^= 1 << (step % 8),
            _ => {
                let end = bytes.len().min(at + 64);
                bytes[at..end].fill_with(|| random.random());
            }
        }
        fs::write(&path, bytes).expect("damaged");
        match judged(copy.path(), Cost::REAL, &secret) {
            Ok(Verdict::Valid(_)) => panic!("{step}: valid"),
            Ok(Verdict::Refused(_)) => refused += 1,
            Err(_) => troubles += 1,
        }
    }
    assert!(refused > 0 && troubles > 0, "{refused} {troubles}");
}

/// What is done to a key; gives the secret that is refused for it, where it is not the key's first.
type Change = fn(&mut Service, &Actor, KeyId) -> Option<Secret>;

/// A database with a key in every state in which it is refused, and one that is valid; the secrets of all, the valid one
/// first.
pub fn of_every_kind() -> (TempDir, Vec<String>) {
    let (directory, path) = on_disk();
    let (mut service, owner) = as_made(&path, CHEAP);
    let mut secrets = Vec::new();
    let states: [Change; 5] = [
        |_, _, _| None,
        |service, owner, key| {
            service.lock_out_key(owner, key, "").expect("locked out");
            None
        },
        |service, owner, key| {
            service.delete_key(owner, key).expect("deleted");
            None
        },
        |service, owner, key| {
            let issued = service.issue(owner, key).expect("issued");
            let delivered = service.deliver(owner, issued.id, None);
            delivered.expect("delivered");
            None
        },
        |service, owner, key| {
            let issued = service.issue(owner, key).expect("issued");
            service.discard(owner, issued.id).expect("discarded");
            Some(issued.secret)
        },
    ];
    for (number, change) in states.into_iter().enumerate() {
        let issued = service.create_key(&owner, &draft(&format!("key {number}")));
        let issued = issued.expect("created");
        service.deliver(&owner, issued.id, None).expect("delivered");
        let refused = change(&mut service, &owner, issued.key);
        let secret = refused.unwrap_or(issued.secret);
        secrets.push(secret.expose().to_owned());
    }
    let pending = service.create_key(&owner, &draft("pending"));
    secrets.push(pending.expect("created").secret.expose().to_owned());
    let past = service.create_key(&owner, &draft("past")).expect("created");
    service.deliver(&owner, past.id, None).expect("delivered");
    secrets.push(past.secret.expose().to_owned());
    drop(service);
    let expire = "UPDATE api_keys SET expires_on = '2026-01-31', expires_at = 1769904000000 WHERE name = 'past'";
    sqlite(&Place::File(path))
        .execute_batch(expire)
        .expect("set");
    (directory, secrets)
}

/// Bytes of a page.
pub const PAGE: usize = 4_096;

/// The first page of each table and index, by name.
pub fn trees(database: &Path) -> Vec<(String, u32)> {
    let connection = rusqlite::Connection::open(database).expect("opened");
    let roots = "SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0";
    let mut query = connection.prepare(roots).expect("prepared");
    let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
    let rows = query.query_map((), row).expect("queried");
    let mut trees: Vec<(String, u32)> = rows.collect::<Result<_, _>>().expect("read");
    trees.push(("sqlite_schema".to_owned(), 1));
    trees
}

/// What becomes of a page, by name.
type Harm = (&'static str, fn(&mut [u8]));

const HARMS: [Harm; 5] = [
    ("zeros", |page| page.fill(0)),
    ("noise", |page| StdRng::seed_from_u64(7).fill(page)),
    ("inverted", |page| flip(page, 0xff)),
    ("half of it", |page| {
        let half = page.len() / 2;
        flip(&mut page[half..], 0x55);
    }),
    ("its kind", |page| flip(&mut page[..1], 0x07)),
];

fn flip(bytes: &mut [u8], bits: u8) {
    for byte in bytes {
        *byte ^= bits;
    }
}

/// The database with such a page; the first is 1, and begins with the header of the database.
fn harmed(whole: &[u8], page: u32, harm: fn(&mut [u8])) -> Vec<u8> {
    let (mut bytes, page) = (whole.to_vec(), page as usize);
    let header = if page == 1 { 100 } else { 0 };
    harm(&mut bytes[(page - 1) * PAGE + header..page * PAGE]);
    bytes
}

#[test]
fn no_damaged_page_of_any_table_or_index_makes_a_refused_secret_valid() {
    let (directory, secrets) = of_every_kind();
    let path = directory.path().join("keyward.db");
    let whole = fs::read(&path).expect("there");
    let is_valid =
        |directory: &Path, secret: &str| match judged(directory, CHEAP, secret.as_bytes()) {
            Ok(verdict) => matches!(verdict, Verdict::Valid(_)),
            Err(trouble) => {
                let words = Text::en_us().trouble(&trouble);
                assert!(!words.contains("please report"), "{words}");
                false
            }
        };
    let rightly: Vec<bool> = secrets
        .iter()
        .map(|secret| is_valid(directory.path(), secret))
        .collect();
    assert_eq!(rightly, [true, false, false, false, false, false, false]);
    let (mut valid, mut cases) = (0, 0);
    for (name, page) in trees(&path) {
        for (how, harm) in HARMS {
            let copy = tempfile::tempdir().expect("a directory");
            let damaged = copy.path().join("keyward.db");
            for (secret, rightly) in secrets.iter().zip(&rightly) {
                fs::write(&damaged, harmed(&whole, page, harm)).expect("written");
                let is_valid = is_valid(copy.path(), secret);
                assert!(*rightly || !is_valid, "{name} {how}: {secret}");
                valid += usize::from(is_valid);
            }
            cases += 1;
        }
    }
    assert!(valid > 0 && valid < cases, "{valid} of {cases}");
}

#[test]
fn a_damaged_page_of_any_table_or_index_is_told_by_the_check() {
    let (directory, _) = of_every_kind();
    let path = directory.path().join("keyward.db");
    let whole = fs::read(&path).expect("there");
    let trees = trees(&path);
    for (at, (name, page)) in trees.iter().enumerate() {
        // An empty page has nothing in its other half.
        let (how, harm) = HARMS[at % 3];
        fs::write(&path, harmed(&whole, *page, harm)).expect("written");
        let check = on_database(directory.path(), &["events", "--check"]).output();
        let check = said(check.expect("run"));
        let told = check.contains("damaged") || check.contains("is not a Keyward database");
        let code = ["exit 1\n", "exit 2\n"]
            .iter()
            .any(|code| check.ends_with(code));
        assert!(told && code, "{name} {how}: {check}");
        let doctor = on_database(directory.path(), &["doctor"]).output();
        let doctor = said(doctor.expect("run"));
        assert!(doctor.contains("failed"), "{name} {how}: {doctor}");
        assert!(doctor.ends_with("exit 1\n"), "{name} {how}: {doctor}");
        let events = on_database(directory.path(), &["events"]).output();
        let events = said(events.expect("run"));
        assert!(!events.contains("please report"), "{name} {how}: {events}");
        let after = fs::read(&path).expect("there");
        assert!(
            after == harmed(&whole, *page, harm),
            "{name} {how}: looking writes nothing"
        );
    }
}

#[test]
fn the_console_says_of_a_damaged_table_that_it_is_damaged_and_ends_in_order() {
    let (directory, _) = of_every_kind();
    let path = directory.path().join("keyward.db");
    let whole = fs::read(&path).expect("there");
    let trees = trees(&path);
    let mut told = 0;
    for name in [
        "api_keys",
        "api_key_secrets",
        "roles",
        "users",
        "events",
        "events_by_time",
        "policy",
    ] {
        let page = trees.iter().find(|(tree, _)| tree == name).expect(name).1;
        fs::write(&path, harmed(&whole, page, HARMS[0].1)).expect("written");
        let database = path.to_string_lossy();
        let mut console = Start::new(directory.path(), &["--db", &database]).go();
        let is_damaged = |screen: &str| screen.contains("is damaged");
        console.wait_for("list or sentence", |screen| {
            let screen = screen.contents();
            is_damaged(&screen) || screen.contains("6 of 7")
        });
        if console.screen().contains("F1 Help") {
            console.send("l");
            hand::pause();
            console.send("y");
            console.wait_for("end of it", |screen| {
                let screen = screen.contents();
                is_damaged(&screen) || screen.contains("was locked out")
            });
            told += usize::from(is_damaged(&console.screen()));
            console.send("\x1b");
            hand::pause();
            console.send("q");
        } else {
            told += 1;
        }
        let code = console.end();
        assert!(code == 0 || code == 2, "{name}: {code}");
    }
    assert!(told >= 4, "{told}");
}
