//! Databases that are not as they should be: each is refused with its own fault, and left as it was.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use keyward::domain::trouble::{Fault, OpenFault, PathFault, Trouble};
use keyward::domain::user::OsAccount;
use keyward::domain::verdict::Refused;
use keyward::store::{Place, Store, list};
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::unistd::geteuid;
use rusqlite::Connection;

use crate::support::database::raw::sqlite;
use crate::support::database::{AS_OF, Bench, NOW, account, draft, everything, in_memory, on_disk};
use crate::support::process::{NOBODY, again, ended_well, given, skip};

fn open_as(path: &Path, account: &OsAccount) -> Result<(), OpenFault> {
    let place = Place::File(path.to_owned());
    match Store::create_or_open(&place, account, NOW, &mut |_| Ok(())) {
        Ok(_) => Ok(()),
        Err(Trouble::Open(named, fault)) => {
            assert_eq!(named, path);
            Err(fault)
        }
        Err(other) => panic!("{other:?}"),
    }
}

fn open(path: &Path) -> Result<(), OpenFault> {
    open_as(path, &account())
}

fn open_existing(path: &Path) -> Result<(), Trouble> {
    Store::open_existing(&Place::File(path.to_owned()), &account()).map(|_| ())
}

/// Refused with this fault, by every way of opening, and unchanged.
fn refused(path: &Path, fault: &OpenFault) {
    let before = fs::read(path).ok();
    assert_eq!(open(path).as_ref(), Err(fault));
    let existing = Err(Trouble::Open(path.to_owned(), fault.clone()));
    assert_eq!(open_existing(path), existing);
    assert_eq!(fs::read(path).ok(), before);
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("there").mode() & 0o7777
}

/// A database with some keys, closed again.
fn made(path: &Path) {
    let mut bench = Bench::on(Place::File(path.to_owned()));
    for name in 0..50 {
        bench.create(&name.to_string());
    }
}

#[test]
fn a_text_file_is_not_a_database() {
    let (_directory, path) = on_disk();
    let long = "no database, but a long enough text\n".repeat(100);
    for text in ["x", &long] {
        fs::write(&path, text).expect("written");
        set_mode(&path, 0o600);
        refused(&path, &OpenFault::NotADatabase);
    }
}

#[test]
fn a_directory_is_not_a_database_and_a_file_is_not_a_directory() {
    let (directory, path) = on_disk();
    refused(directory.path(), &OpenFault::IsDirectory);
    fs::write(&path, "").expect("written");
    let below = path.join("keyward.db");
    assert!(matches!(open(&below), Err(OpenFault::Unreachable(_))));
}

#[test]
fn another_applications_database_is_left_alone() {
    let (_directory, path) = on_disk();
    let connection = Connection::open(&path).expect("made");
    let make = "CREATE TABLE notes (text TEXT)";
    connection.execute_batch(make).expect("made");
    set_mode(&path, 0o600);
    refused(&path, &OpenFault::Foreign);
    let mark = "PRAGMA application_id = 7; DROP TABLE notes;";
    connection.execute_batch(mark).expect("marked");
    drop(connection);
    refused(&path, &OpenFault::Foreign);
}

#[test]
fn a_newer_database_is_left_alone() {
    let (_directory, path) = on_disk();
    made(&path);
    let connection = sqlite(&Place::File(path.clone()));
    let set = connection.execute_batch("PRAGMA user_version = 99");
    set.expect("set");
    drop(connection);
    let Err(newer @ OpenFault::Newer { found: 99, .. }) = open(&path) else {
        panic!("opened");
    };
    refused(&path, &newer);
}

#[test]
fn a_truncated_database_is_told_to_be_damaged() {
    let (_directory, path) = on_disk();
    made(&path);
    let half = fs::metadata(&path).expect("there").len() / 2;
    let file = fs::OpenOptions::new().write(true).open(&path);
    let file = file.expect("opened");
    for (length, fault) in [
        (half, OpenFault::Fault(Fault::Corrupt)),
        (300, OpenFault::Fault(Fault::Corrupt)),
        (10, OpenFault::NotADatabase),
    ] {
        file.set_len(length).expect("cut");
        refused(&path, &fault);
    }
}

#[test]
fn what_group_or_others_can_write_is_refused_with_what_to_mend() {
    let (directory, path) = on_disk();
    made(&path);
    for (what, bad, good) in [
        (path.as_path(), 0o660, 0o600),
        (path.as_path(), 0o602, 0o600),
        (directory.path(), 0o770, 0o700),
        (directory.path(), 0o1777, 0o700),
    ] {
        set_mode(what, bad);
        let writable = PathFault::Writable {
            path: what.to_owned(),
            mode: bad,
        };
        refused(&path, &OpenFault::Unsafe(writable));
        set_mode(what, good);
        assert_eq!(open(&path), Ok(()));
    }
    set_mode(directory.path(), 0o777);
    let new = directory.path().join("new.db");
    assert!(matches!(
        open(&new),
        Err(OpenFault::Unsafe(PathFault::Writable { .. }))
    ));
    assert!(
        !new.exists(),
        "nothing is made where others could replace it"
    );
}

#[test]
fn only_the_owner_opens_a_database_root_included() {
    let (_directory, path) = on_disk();
    made(&path);
    if !geteuid().is_root() {
        return skip("only root can give a file away");
    }
    for (uid, name) in [(NOBODY, "nobody"), (54_321, "54321")] {
        chown(&path, Some(uid), None).expect("given away");
        let owner = name.to_owned();
        refused(&path, &OpenFault::NotOwner { owner });
    }
}

#[test]
fn a_read_only_file_or_directory_is_told_before_anything_is_tried() {
    if let Some((path, _)) = given() {
        let us = OsAccount {
            uid: geteuid().as_raw(),
            ..account()
        };
        assert_eq!(open_as(&path, &us), Err(OpenFault::ReadOnly));
        return;
    }
    let (directory, path) = on_disk();
    made(&path);
    for (file, folder) in [(0o400, 0o700), (0o600, 0o500)] {
        set_mode(&path, file);
        set_mode(directory.path(), folder);
        let name = "opening::a_read_only_file_or_directory_is_told_before_anything_is_tried";
        let mut child = again(name, &path, "");
        if geteuid().is_root() {
            // Modes do not bind root, so somebody else looks.
            chown(&path, Some(NOBODY), None).expect("given away");
            chown(directory.path(), Some(NOBODY), None).expect("given away");
            child.uid(NOBODY).gid(NOBODY);
        }
        let output = child.output().expect("run");
        ended_well(&output);
    }
}

#[test]
fn verify_makes_no_database_and_migrates_none() {
    let (_directory, path) = on_disk();
    let missing = Trouble::Open(path.clone(), OpenFault::Missing);
    assert_eq!(open_existing(&path), Err(missing));
    assert!(!path.exists());
    let (_directory, older) = on_disk();
    drop(crate::migration::made(&older));
    let before = fs::read(&older).expect("read");
    let refused = open_existing(&older);
    assert!(
        matches!(&refused, Err(Trouble::Open(named, OpenFault::Older { found: 1, .. })) if *named == older),
        "{refused:?}"
    );
    assert_eq!(fs::read(&older).expect("read"), before);
}

#[test]
fn a_file_that_holds_nothing_is_damage_and_never_a_new_database() {
    let (_directory, path) = on_disk();
    fs::write(&path, "").expect("written");
    set_mode(&path, 0o600);
    refused(&path, &OpenFault::Empty);
    // What SQLite itself makes of nothing.
    let connection = Connection::open(&path).expect("opened");
    connection.execute_batch("VACUUM").expect("written");
    drop(connection);
    set_mode(&path, 0o600);
    refused(&path, &OpenFault::Empty);
}

#[test]
fn root_by_sudo_makes_no_database_and_an_odd_account_does() {
    let (directory, _) = on_disk();
    let path = directory.path().join("below/keyward.db");
    let sudo = OsAccount {
        root_by_sudo: true,
        ..account()
    };
    assert_eq!(open_as(&path, &sudo), Err(OpenFault::RootBySudo));
    let below = directory.path().join("below");
    assert!(!below.exists(), "nothing is left behind");
    let odd = OsAccount {
        name: "CORP\\alice".to_owned(),
        ..account()
    };
    assert_eq!(open_as(&path, &odd), Ok(()));
    let first: String = sqlite(&Place::File(path))
        .query_row("SELECT name FROM users", (), |row| row.get(0))
        .expect("one");
    assert_eq!(first, "CORP.alice");
}

#[test]
fn the_database_is_the_owners_alone_whatever_the_file_creation_mask() {
    if let Some((path, _)) = given() {
        let mask = nix::sys::stat::Mode::from_bits_truncate(0o027);
        nix::sys::stat::umask(mask);
        let mut bench = Bench::on(Place::File(path.clone()));
        bench.create("a");
        assert_eq!(mode(path.parent().expect("a directory")), 0o700);
        for suffix in ["", "-wal", "-shm"] {
            let file = format!("{}{suffix}", path.display());
            assert_eq!(mode(Path::new(&file)), 0o600, "{file}");
        }
        return;
    }
    let (directory, _) = on_disk();
    let path = directory.path().join("below/keyward.db");
    let name = "opening::the_database_is_the_owners_alone_whatever_the_file_creation_mask";
    let output = again(name, &path, "").output().expect("run");
    ended_well(&output);
}

#[test]
fn a_database_locked_beyond_the_limit_is_busy_and_can_be_tried_again() {
    let (_directory, path) = on_disk();
    let mut bench = Bench::on(Place::File(path));
    let issued = bench.create("a");
    let patience = Duration::from_millis(20);
    bench.service.store().patience().set(patience);
    let blocker = sqlite(&bench.place);
    blocker.execute_batch("BEGIN IMMEDIATE").expect("locked");
    let busy = Trouble::Storage(Fault::Busy);
    let delivered = bench.service.deliver(&bench.alice, issued.id, None);
    assert_eq!(delivered, Err(busy.clone()));
    let created = bench.service.create_key(&bench.alice, &draft("b"));
    assert_eq!(created.map(drop), Err(busy));
    let seen = bench.service.window(&bench.alice, &everything()).is_ok();
    assert!(seen, "looking goes on");
    blocker.execute_batch("ROLLBACK").expect("unlocked");
    bench.deliver(&issued, None);
}

/// Tells the same small thing again and again until it no longer fits; then saving and delivering cannot either.
fn fill_up(bench: &mut Bench, full: impl Fn(&Trouble) -> bool, make_room: impl FnOnce(&Bench)) {
    let old = bench.delivered("a");
    let issued = bench.issue(old.key);
    let fields = bench.fields(old.key);
    let mut tell = |_| {
        let told = bench
            .service
            .saved_to_file(&bench.alice, issued.id, "", &[]);
        told.err()
    };
    let last = (0..10_000).find_map(&mut tell);
    assert!(last.as_ref().is_some_and(&full), "{last:?}");
    let save = |bench: &mut Bench| {
        bench.save(old.key, &fields, |draft| {
            draft.description = "x".repeat(2_000);
        })
    };
    assert!(save(bench).is_err_and(|trouble| full(&trouble)));
    let delivered = bench.service.deliver(&bench.alice, issued.id, None);
    assert!(delivered.as_ref().is_err_and(&full), "{delivered:?}");
    let refusals = (bench.refusal(&old), bench.refusal(&issued));
    assert_eq!(refusals, (None, Some(Refused::NotDelivered)));
    make_room(bench);
    assert!(save(bench).is_ok());
    bench.deliver(&issued, None);
    let refusals = (bench.refusal(&old), bench.refusal(&issued));
    assert_eq!(refusals, (Some(Refused::Replaced), None));
    bench.events();
}

#[test]
fn a_full_database_changes_nothing_and_can_be_tried_again() {
    let (_directory, path) = on_disk();
    let mut bench = Bench::on(Place::File(path));
    // SQLite takes the pages there are for the limit, where that is lower.
    bench.service.store().limit_pages(1).expect("limited");
    bench.service.store().limit_pages(40).expect("limited");
    let full = |trouble: &Trouble| *trouble == Trouble::Storage(Fault::Full);
    fill_up(&mut bench, full, |bench| {
        let raised = bench.service.store().limit_pages(1_000_000);
        raised.expect("raised");
    });
}

#[test]
fn a_full_disk_changes_nothing_and_can_be_tried_again() {
    let name = "opening::a_full_disk_changes_nothing_and_can_be_tried_again";
    let Some((path, _)) = given() else {
        let (_directory, path) = on_disk();
        let output = again(name, &path, "").output().expect("run");
        ended_well(&output);
        return;
    };
    // A handled signal makes the write fail, where it would else end the process.
    signal_hook::flag::register(nix::libc::SIGXFSZ, Arc::new(AtomicBool::new(false)))
        .expect("handled");
    let mut bench = Bench::on(Place::File(path));
    let (_, hard) = getrlimit(Resource::RLIMIT_FSIZE).expect("read");
    setrlimit(Resource::RLIMIT_FSIZE, 1_000_000, hard).expect("limited");
    let full = |trouble: &Trouble| *trouble == Trouble::Storage(Fault::OverLimit);
    fill_up(&mut bench, full, |_| {
        setrlimit(Resource::RLIMIT_FSIZE, hard, hard).expect("raised");
    });
}

#[test]
fn a_reader_writes_nothing_and_gives_up_a_question_that_is_no_longer_wanted() {
    let (_directory, path) = on_disk();
    for place in [in_memory(), Place::File(path)] {
        let mut bench = Bench::on(place);
        for name in 0..200 {
            bench.create(&name.to_string());
        }
        let wanted = Arc::new(AtomicU64::new(1));
        let mut reader =
            Store::open_reader(&bench.place, &account(), wanted.clone()).expect("opened");
        let ask = |store: &Store| {
            store
                .read(|tx| list::window(tx, &everything(), AS_OF))
                .map(|w| w.rows.len())
        };
        assert_eq!(ask(&reader), Ok(200));
        assert_eq!(reader.answer(1, ask), Ok(200));
        wanted.store(2, Ordering::SeqCst);
        assert_eq!(reader.answer(1, ask), Err(Fault::Superseded));
        assert_eq!(reader.answer(2, ask), Ok(200));
        assert_eq!(
            ask(&reader),
            Ok(200),
            "what was not asked under a number goes on"
        );
        let key = bench.create("a").key;
        let written = reader.write(|tx| keyward::store::api_keys::set_deleted(tx, key, NOW));
        assert_eq!(written, Err(Fault::ReadOnly));
    }
}

#[test]
fn a_database_in_memory_is_gone_with_its_last_connection() {
    let place = in_memory();
    let mut bench = Bench::on(place.clone());
    bench.create("a");
    drop(bench);
    let again = Store::open_existing(&place, &account()).map(|_| ());
    assert!(matches!(
        again,
        Err(Trouble::Open(_, OpenFault::Older { found: 0, .. }))
    ));
}
