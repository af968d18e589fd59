//! What others could do to the database's files and on the way to them: each is refused, and told when it happens
//! while the database is open.

use std::fs::{self, Permissions};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown, lchown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use keyward::domain::secret::IssuedSecret;
use keyward::domain::trouble::{Fault, OpenFault, PathFault, Trouble};
use keyward::store::{Place, Store};
use nix::unistd::geteuid;
use tempfile::TempDir;

use crate::support::database::raw::sqlite;
use crate::support::database::{Bench, NOW, account, authenticate, draft, everything, on_disk};
use crate::support::process::{NOBODY, skip};

fn open(path: &Path) -> Result<(), OpenFault> {
    let place = Place::File(path.to_owned());
    let opened = Store::create_or_open(&place, &account(), NOW, &mut |_| Ok(()));
    fault(opened)
}

fn open_existing(path: &Path) -> Result<(), OpenFault> {
    fault(Store::open_existing(
        &Place::File(path.to_owned()),
        &account(),
    ))
}

fn fault(opened: Result<Store, Trouble>) -> Result<(), OpenFault> {
    match opened {
        Ok(_) => Ok(()),
        Err(Trouble::Open(_, fault)) => Err(fault),
        Err(other) => panic!("{other:?}"),
    }
}

/// Refused with this fault, by every way of opening.
#[track_caller]
fn refused(path: &Path, fault: &PathFault) {
    let fault = Err(OpenFault::Unsafe(fault.clone()));
    assert_eq!(open(path), fault);
    if path.exists() {
        assert_eq!(open_existing(path), fault);
    }
}

#[track_caller]
fn accepted(path: &Path) {
    assert_eq!((open(path), open_existing(path)), (Ok(()), Ok(())));
}

fn set_mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).expect("set");
}

fn writable(path: &Path, mode: u32) -> PathFault {
    let path = path.to_owned();
    PathFault::Writable { path, mode }
}

fn of_nobody(path: &Path) -> PathFault {
    let owner = |uid: u32| nix::unistd::User::from_uid(uid.into()).expect("asked");
    PathFault::Owner {
        path: path.to_owned(),
        owner: "nobody".to_owned(),
        account: owner(geteuid().as_raw()).expect("an account").name,
    }
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    format!("{}{suffix}", path.display()).into()
}

/// Other programs write to the files: this process would drop `SQLite`'s locks on them.
#[track_caller]
fn run(program: &str, arguments: &[&dyn AsRef<std::ffi::OsStr>]) {
    let done = Command::new(program)
        .args(arguments.iter().map(AsRef::as_ref))
        .status();
    assert!(done.expect("run").success(), "{program}");
}

/// A directory with two more in it, and the path of a database in the last.
fn deep() -> (TempDir, [PathBuf; 2], PathBuf) {
    let (directory, _) = on_disk();
    let [one, two] = ["one", "one/two"].map(|name| directory.path().join(name));
    for made in [&one, &two] {
        fs::create_dir(made).expect("made");
        set_mode(made, 0o755);
    }
    let path = two.join("keyward.db");
    (directory, [one, two], path)
}

#[test]
fn a_directory_on_the_way_that_others_can_write_is_refused_unless_it_is_sticky() {
    let (_directory, [one, two], path) = deep();
    for mode in [0o775, 0o757, 0o777] {
        set_mode(&one, mode);
        refused(&path, &writable(&one, mode));
        assert!(!path.exists(), "nothing is made there");
    }
    set_mode(&one, 0o1777);
    accepted(&path);
    for mode in [0o770, 0o777] {
        set_mode(&one, mode);
        refused(&path, &writable(&one, mode));
    }
    set_mode(&one, 0o1777);
    if !geteuid().is_root() {
        return skip("only root can give a directory away");
    }
    chown(&two, Some(NOBODY), None).expect("given away");
    refused(&path, &of_nobody(&two));
    set_mode(&one, 0o755);
    refused(&path, &of_nobody(&two));
    chown(&two, Some(0), None).expect("taken back");
    chown(&one, Some(NOBODY), None).expect("given away");
    refused(&path, &of_nobody(&one));
    chown(&one, Some(0), None).expect("taken back");
    accepted(&path);
}

#[test]
fn links_are_followed_and_every_directory_of_their_way_is_looked_at() {
    let (directory, [one, two], path) = deep();
    accepted(&path);
    let link = directory.path().join("link.db");
    symlink("one/../one/two/keyward.db", &link).expect("a link");
    accepted(&link);
    set_mode(&one, 0o777);
    refused(&link, &writable(&one, 0o777));
    set_mode(&one, 0o755);
    let [elsewhere, around] = ["elsewhere", "a"].map(|name| directory.path().join(name));
    fs::create_dir(&elsewhere).expect("made");
    symlink(&two, elsewhere.join("way")).expect("a link");
    symlink("elsewhere/way", &around).expect("a link");
    let path = around.join("keyward.db");
    set_mode(&elsewhere, 0o755);
    accepted(&path);
    set_mode(&elsewhere, 0o777);
    refused(&path, &writable(&elsewhere, 0o777));
    // As in /tmp: whose the link is decides.
    set_mode(&elsewhere, 0o1777);
    accepted(&path);
    if geteuid().is_root() {
        let way = elsewhere.join("way");
        lchown(&way, Some(NOBODY), None).expect("given away");
        refused(&path, &of_nobody(&way));
        set_mode(&elsewhere, 0o755);
        accepted(&path);
    }
    symlink("loop.db", directory.path().join("loop.db")).expect("a link");
    let looping = open(&directory.path().join("loop.db"));
    assert!(
        matches!(looping, Err(OpenFault::Unreachable(_))),
        "{looping:?}"
    );
}

#[test]
fn what_sqlite_opens_beside_the_database_is_looked_at_where_it_really_is() {
    let (directory, _, path) = deep();
    accepted(&path);
    let link = directory.path().join("link.db");
    symlink(&path, &link).expect("a link");
    // Nothing is opened beside the link.
    fs::write(beside(&link, "-wal"), "x").expect("written");
    set_mode(&beside(&link, "-wal"), 0o666);
    for path in [&path, &link] {
        for suffix in ["-wal", "-shm", "-journal"] {
            let file = beside(&fs::canonicalize(path).expect("there"), suffix);
            fs::write(&file, "").expect("written");
            for mode in [0o620, 0o602] {
                set_mode(&file, mode);
                refused(path, &writable(&file, mode));
            }
            set_mode(&file, 0o600);
            if geteuid().is_root() {
                chown(&file, Some(NOBODY), None).expect("given away");
                refused(path, &of_nobody(&file));
                chown(&file, Some(0), None).expect("taken back");
            }
            let other = directory.path().join("other");
            fs::hard_link(&file, &other).expect("a hard link");
            let links = PathFault::HardLinks {
                path: file.clone(),
                links: 2,
            };
            refused(path, &links);
            fs::remove_file(&file).expect("removed");
            symlink(&other, &file).expect("a link");
            refused(path, &PathFault::NotAFile(file.clone()));
            fs::remove_file(&file).expect("removed");
            fs::remove_file(&other).expect("removed");
            accepted(path);
        }
    }
}

#[test]
fn a_database_with_two_names_is_refused() {
    let (directory, _, path) = deep();
    accepted(&path);
    let other = directory.path().join("other.db");
    fs::hard_link(&path, &other).expect("a hard link");
    for path in [&path, &other] {
        let path = path.clone();
        refused(&path.clone(), &PathFault::HardLinks { path, links: 2 });
    }
    fs::remove_file(&other).expect("removed");
    accepted(&path);
}

#[test]
fn a_new_database_is_not_put_beside_the_log_of_another() {
    let (_directory, path) = on_disk();
    for suffix in ["-wal", "-journal"] {
        let log = beside(&path, suffix);
        fs::write(&log, "frames").expect("written");
        set_mode(&log, 0o600);
        assert_eq!(open(&path), Err(OpenFault::OrphanedLog(log.clone())));
        assert!(!path.exists());
        fs::remove_file(&log).expect("removed");
    }
    accepted(&path);
    let left: Vec<_> = fs::read_dir(path.parent().expect("a directory"))
        .expect("read")
        .map(|entry| entry.expect("read").file_name())
        .collect();
    assert_eq!(left, ["keyward.db"], "nothing of making it is left");
}

/// A database that is open, with some keys that are in the log alone.
fn at_work() -> (TempDir, PathBuf, Bench, Vec<IssuedSecret>) {
    let (directory, path) = on_disk();
    let mut bench = Bench::on(Place::File(path.clone()));
    let keys = (0..5).map(|n| bench.delivered(&n.to_string())).collect();
    (directory, path, bench, keys)
}

/// Neither reading, saving nor judging a secret goes on.
#[track_caller]
fn told(bench: &mut Bench, secret: &IssuedSecret, fault: &Fault) {
    let storage = Trouble::Storage(fault.clone());
    let (service, alice) = (&mut bench.service, &bench.alice);
    assert_eq!(service.store().data_version(), Err(fault.clone()));
    let read = service.window(alice, &everything()).map(|_| ());
    assert_eq!(read, Err(storage.clone()));
    let saved = service.create_key(alice, &draft("more")).map(|_| ());
    assert_eq!(saved, Err(storage.clone()));
    let verdict = authenticate(service, secret.secret.expose());
    assert_eq!(verdict, Err(storage));
}

#[test]
fn a_log_that_was_removed_under_an_open_database_is_told_and_nothing_of_it_is_lost() {
    let (_directory, path, mut bench, keys) = at_work();
    fs::remove_file(beside(&path, "-wal")).expect("removed");
    let gone = Fault::LogGone { kept: false };
    assert_eq!(open_existing(&path), Err(OpenFault::Fault(gone)));
    told(&mut bench, &keys[0], &Fault::LogGone { kept: true });
    // As if it were killed.
    std::mem::forget(bench);
    let _ = fs::remove_file(beside(&path, "-shm"));
    let copy = path.with_file_name("copy.db");
    run("cp", &[&path, &copy]);
    let mut again = Bench::on(Place::File(copy));
    for key in &keys {
        assert_eq!(again.refusal(key), None);
    }
}

#[test]
fn a_log_that_was_exchanged_or_cut_short_under_an_open_database_is_told() {
    for exchanged in [true, false] {
        let (_directory, path, mut bench, keys) = at_work();
        let log = beside(&path, "-wal");
        if exchanged {
            run("cp", &[&"-p", &log, &beside(&path, "-other")]);
            run("mv", &[&beside(&path, "-other"), &log]);
        } else {
            run("truncate", &[&"-s", &"4200", &log]);
        }
        told(&mut bench, &keys[0], &Fault::LogGone { kept: false });
    }
}

#[test]
fn a_log_that_is_shorter_than_its_index_says_is_told_on_opening() {
    let (_directory, path, bench, _) = at_work();
    run("truncate", &[&"-s", &"0", &beside(&path, "-wal")]);
    let gone = Fault::LogGone { kept: false };
    assert_eq!(open_existing(&path), Err(OpenFault::Fault(gone)));
    drop(bench);
}

#[test]
fn a_database_that_was_overwritten_in_place_is_told_whatever_its_times_say() {
    for (checkpointed, preserve) in [(true, true), (true, false), (false, true), (false, false)] {
        let (_directory, path) = on_disk();
        let copy = path.with_extension("copy");
        drop(Bench::on(Place::File(path.clone())));
        run("cp", &[&"-p", &path, &copy]);
        let mut bench = Bench::on(Place::File(path.clone()));
        let key = bench.delivered("a");
        checkpoint(&bench, "TRUNCATE");
        let more = bench.delivered("b");
        if checkpointed {
            checkpoint(&bench, "TRUNCATE");
        }
        bench
            .service
            .store()
            .data_version()
            .expect("in place so far");
        let inode = fs::metadata(&path).expect("there").ino();
        let how: &[&dyn AsRef<std::ffi::OsStr>] = if preserve {
            &[&"-p", &copy, &path]
        } else {
            &[&copy, &path]
        };
        run("cp", how);
        assert_eq!(fs::metadata(&path).expect("there").ino(), inode);
        told(&mut bench, &more, &Fault::Moved);
        let copied = fs::read(&copy).expect("read");
        drop(bench);
        assert_eq!(
            fs::read(&path).expect("read"),
            copied,
            "the log of the one before does not go into the copy"
        );
        let _ = key;
    }
}

#[test]
fn who_answers_often_leaves_it_to_another_connection_to_look_into_what_was_overwritten() {
    for overwritten in [true, false] {
        let (_directory, path) = on_disk();
        let copy = path.with_extension("copy");
        let place = Place::File(path.clone());
        drop(Bench::on(place.clone()));
        run("cp", &[&"-p", &path, &copy]);
        let mut bench = Bench::on(place.clone());
        bench.delivered("a");
        checkpoint(&bench, "TRUNCATE");
        bench.delivered("b");
        let answering = Store::open_to_answer(&place, &account()).expect("opened");
        let watching = Store::open_reader(&place, &account(), Arc::default()).expect("opened");
        let look = |store: &Store| store.read(|_| Ok::<_, Fault>(()));
        let look_closer = |store: &Store| store.data_version().map(drop);
        assert_eq!((look(&answering), look_closer(&watching)), (Ok(()), Ok(())));
        run(if overwritten { "cp" } else { "mv" }, &[&copy, &path]);
        let moved = Err(Fault::Moved);
        let found = look(&answering);
        assert_eq!(found, if overwritten { Ok(()) } else { moved.clone() });
        assert_eq!(look_closer(&watching), moved);
        let replaced = fs::read(&path).expect("read");
        drop((bench, watching, answering));
        assert_eq!(
            fs::read(&path).expect("read"),
            replaced,
            "the log does not go into it"
        );
    }
}

#[test]
fn a_checkpoint_under_way_is_not_looked_into_by_who_answers_often() {
    let (_directory, path) = on_disk();
    let place = Place::File(path.clone());
    let mut bench = Bench::on(place.clone());
    let answering = Store::open_to_answer(&place, &account()).expect("opened");
    bench.delivered("a");
    let look = || answering.read(|_| Ok::<_, Fault>(()));
    assert_eq!(look(), Ok(()));
    // As a checkpoint does before it says how far it has come.
    let touched = fs::File::options()
        .append(true)
        .open(&path)
        .expect("opened");
    touched
        .set_modified(std::time::SystemTime::UNIX_EPOCH)
        .expect("set");
    assert_eq!(look(), Ok(()));
    checkpoint(&bench, "PASSIVE");
    assert_eq!(look(), Ok(()));
    bench.delivered("b");
    assert_eq!(look(), Ok(()));
}

fn checkpoint(bench: &Bench, mode: &str) {
    let sql = format!("PRAGMA wal_checkpoint({mode})");
    let busy: i64 = sqlite(&bench.place)
        .query_row(&sql, (), |row| row.get(0))
        .expect("done");
    assert_eq!(busy, 0);
}

#[test]
fn what_other_processes_do_by_right_raises_no_alarm() {
    let (_directory, path, mut bench, keys) = at_work();
    let mut round = |what: &str| {
        bench
            .service
            .store()
            .data_version()
            .unwrap_or_else(|fault| panic!("{what}: {fault:?}"));
        bench.create(what);
        assert_eq!(bench.refusal(&keys[0]), None, "{what}");
    };
    let place = Place::File(path.clone());
    for mode in ["PASSIVE", "FULL", "RESTART", "TRUNCATE"] {
        let sql = format!("PRAGMA wal_checkpoint({mode})");
        sqlite(&place)
            .query_row(&sql, (), |_| Ok(()))
            .expect("done");
        round(mode);
    }
    let other = sqlite(&place);
    other
        .execute_batch("PRAGMA journal_size_limit = 0; PRAGMA wal_autocheckpoint = 1; VACUUM;")
        .expect("done");
    other
        .execute_batch("UPDATE meta SET created_at = created_at")
        .expect("done");
    drop(other);
    round("a small log");
    set_mode(&path, 0o640);
    round("chmod");
    run("touch", &[&path]);
    round("touch");
    run("touch", &[&"-d", &"2001-01-01", &path]);
    round("an old time");
    run("cp", &[&path, &path.with_extension("copy")]);
    round("cp from it");
    let store = Store::open_existing(&place, &account()).expect("opened");
    drop(store);
    round("another one's end");
}

#[test]
fn a_directory_that_is_closed_to_us_is_told_as_that() {
    let (_directory, path, mut bench, keys) = at_work();
    let directory = path.parent().expect("a directory");
    let away = directory.with_extension("away");
    // What root, whom no mode keeps out, sees instead: a file where the directory was.
    fs::rename(directory, &away).expect("moved");
    fs::write(directory, "").expect("written");
    let told = bench.service.store().data_version();
    assert!(matches!(&told, Err(Fault::Unseen(_))), "{told:?}");
    fs::remove_file(directory).expect("removed");
    fs::rename(&away, directory).expect("moved back");
    assert!(bench.service.store().data_version().is_ok());
    assert_eq!(bench.refusal(&keys[0]), None);
}
