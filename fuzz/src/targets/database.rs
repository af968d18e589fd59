//! Files that were a database of Keyward's until some of their bytes were changed.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::sync::{Arc, LazyLock};

use keyward::auth::hash::Hasher;
use keyward::domain::event::trail::EventRow;
use keyward::domain::id::{AUDITOR, KeyId};
use keyward::domain::list::{KeyRow, RoleRow, UserRow};
use keyward::domain::trouble::Trouble;
use keyward::domain::user::Arrival;
use keyward::domain::verdict::{Asked, Verdict};
use keyward::service::Service;
use keyward::store::{Place, Store};
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::bytes::Bytes;
use crate::support::database::{Bench, CHEAP, NOW, SetClock, account, all_of, on_disk};

/// The bytes of a database as it should be, and secrets.
struct Whole {
    bytes: Vec<u8>,
    /// Each with whether it is valid.
    secrets: Vec<(String, bool)>,
    /// Of the form of a secret, and with the tag of one, but nobody has made it.
    forged: String,
}

/// Each change is nine bytes: what, where and with what.
pub fn run(data: &[u8]) {
    static WHOLE: LazyLock<Whole> = LazyLock::new(whole);
    let mut bytes = WHOLE.bytes.clone();
    change(&mut bytes, &mut Bytes::of(data));
    let is_whole = bytes == WHOLE.bytes;
    let (_directory, path) = on_disk();
    fs::write(&path, &bytes).expect("written");
    fs::set_permissions(&path, Permissions::from_mode(0o600)).expect("set");
    let place = Place::File(path);
    if let Ok(store) = Store::open_to_verify(&place, &account())
        && let Ok(service) = service(store)
    {
        let judge = |secret: &str| {
            let judged = service.judge(secret.as_bytes(), &Asked::default());
            judged.map(|judged| matches!(judged.verdict, Verdict::Valid(_)))
        };
        let forged = judge(&WHOLE.forged);
        assert!(!forged.is_ok_and(|valid| valid), "nobody has made it");
        for (secret, valid) in &WHOLE.secrets {
            let found = judge(secret);
            assert!(!is_whole || found.is_ok_and(|found| found == *valid));
        }
    }
    let done = Store::bring_up_to_date(&place, &account())
        .and_then(service)
        .and_then(|mut service| uses(&mut service));
    assert!(!is_whole || done.is_ok(), "{done:?}");
}

/// A bit changed, bytes overwritten, a page in the place of another, or the end cut off.
fn change(bytes: &mut Vec<u8>, input: &mut Bytes) {
    const PAGE: usize = 4096;
    for _ in 0..64 {
        if input.is_empty() || bytes.len() < PAGE {
            return;
        }
        let what = input.byte();
        let at = usize::try_from(u32::from_le_bytes(input.array())).expect("64 bits") % bytes.len();
        let with: [u8; 4] = input.array();
        match what % 8 {
            0..=2 => bytes[at] = with[0],
            3 => bytes[at] ^= 1 << (with[0] % 8),
            4 | 5 => {
                for (byte, with) in bytes[at..].iter_mut().zip(with) {
                    *byte = with;
                }
            }
            6 => {
                let pages = bytes.len() / PAGE;
                let from = usize::from(with[0]) % pages * PAGE;
                let to = at / PAGE % pages * PAGE;
                bytes.copy_within(from..from + PAGE, to);
            }
            _ if with[0] < 16 => bytes.truncate(at),
            _ => bytes[at..]
                .iter_mut()
                .take(usize::from(with[1]))
                .for_each(|byte| *byte = 0),
        }
    }
}

fn service(store: Store) -> Result<Service, Trouble> {
    let random = Box::new(StdRng::seed_from_u64(3));
    let clock = Arc::new(SetClock::new(NOW));
    Service::new(store, clock, random, Hasher::new(CHEAP))
}

/// What the console and the commands do with it.
fn uses(service: &mut Service) -> Result<(), Trouble> {
    let alice = service.sign_in("alice", &Arrival::default())?;
    let listed = [
        service.window::<KeyRow>(&alice, &all_of()).map(drop),
        service.window::<UserRow>(&alice, &all_of()).map(drop),
        service.window::<RoleRow>(&alice, &all_of()).map(drop),
        service.window::<EventRow>(&alice, &all_of()).map(drop),
        service.check_events(&alice, None).map(drop),
        service.sweep().map(drop),
        service.lock_out_key(&alice, KeyId(1), "").map(drop),
        service.issue(&alice, KeyId(2)).map(drop),
    ];
    listed.into_iter().collect()
}

fn whole() -> Whole {
    let (_directory, path) = on_disk();
    let mut bench = Bench::on(Place::File(path.clone()));
    let mut secrets = Vec::new();
    for name in ["first", "second", "third"] {
        let issued = bench.delivered(name);
        secrets.push((issued.secret.expose().to_owned(), true));
    }
    let locked = bench.delivered("locked");
    bench.by_alice(|service, alice| service.lock_out_key(alice, locked.key, "lost"));
    let pending = bench.create("pending");
    let replaced = bench.issue(KeyId(1));
    bench.deliver(&replaced, None);
    secrets[0].1 = false;
    for (issued, valid) in [(&locked, false), (&pending, false), (&replaced, true)] {
        secrets.push((issued.secret.expose().to_owned(), valid));
    }
    bench.user("bob", AUDITOR);
    // A secret that another database makes for the same key, and this one has no hash of.
    let forged = Bench::new().delivered("first").secret.expose().to_owned();
    drop(bench);
    let connection = rusqlite::Connection::open(&path).expect("opened");
    let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
    connection
        .query_row(checkpoint, (), |_| Ok(()))
        .expect("written back");
    drop(connection);
    Whole {
        bytes: fs::read(&path).expect("read"),
        secrets,
        forged,
    }
}
