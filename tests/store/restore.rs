//! A copy that is put over a database: with the log of a console that was killed it is not merged, and the steps
//! of `docs/data.md` bring back what the copy has.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use keyward::domain::secret::IssuedSecret;
use keyward::domain::trouble::{OpenFault, Trouble};
use keyward::domain::verdict::Refused;
use keyward::store::{Place, Store};
use tempfile::TempDir;

use crate::support::database::raw::sqlite;
use crate::support::database::{Bench, NOW, account, on_disk};
use crate::support::page;
use crate::support::process::{is_there, skip};

/// What a console that was killed leaves, and copies of what it had before.
struct Killed {
    directory: TempDir,
    path: PathBuf,
    /// The copies have the first, and nothing of the others.
    keys: Vec<IssuedSecret>,
}

impl Killed {
    /// With a checkpoint since the copies were made, or without: then the log has all that came since.
    fn new(checkpointed: bool) -> Killed {
        let (origin, path) = on_disk();
        let place = Place::File(path.clone());
        let mut bench = Bench::on(place.clone());
        let mut keys = vec![bench.delivered("first")];
        sh(
            origin.path(),
            "cp keyward.db half.db; cp keyward.db-wal half.db-wal",
        );
        drop(bench);
        sh(origin.path(), "cp keyward.db closed.db");
        let mut bench = Bench::on(place.clone());
        sqlite(&place)
            .execute("VACUUM INTO ?1", [path_in(origin.path(), "vacuumed.db")])
            .expect("copied");
        if is_there("sqlite3") {
            sh(origin.path(), "sqlite3 keyward.db '.backup backed-up.db'");
        } else {
            skip("sqlite3 is not there");
        }
        let more = |bench: &mut Bench, names: std::ops::Range<i32>| -> Vec<IssuedSecret> {
            names
                .map(|name| bench.delivered(&name.to_string()))
                .collect()
        };
        keys.extend(more(&mut bench, 0..10));
        if checkpointed {
            let checkpoint = "PRAGMA wal_checkpoint(TRUNCATE)";
            sqlite(&place)
                .query_row(checkpoint, (), |_| Ok(()))
                .expect("done");
        }
        keys.extend(more(&mut bench, 10..26));
        // What SIGKILL leaves is what is in the files.
        let (directory, path) = on_disk();
        sh(
            origin.path(),
            &format!("cp -p * {}", directory.path().display()),
        );
        Killed {
            directory,
            path,
            keys,
        }
    }

    fn sh(&self, line: &str) {
        sh(self.directory.path(), line);
    }

    fn open(&self) -> [Result<(), OpenFault>; 2] {
        let place = Place::File(self.path.clone());
        [
            Store::create_or_open(&place, &account(), NOW, &mut |_| Ok(())),
            Store::open_existing(&place, &account()),
        ]
        .map(|opened| match opened {
            Ok(_) => Ok(()),
            Err(Trouble::Open(_, fault)) => Err(fault),
            Err(other) => panic!("{other:?}"),
        })
    }

    /// How many of the secrets are valid; nothing else is said of the rest but that they never were.
    fn valid(&self) -> usize {
        let mut bench = Bench::on(Place::File(self.path.clone()));
        let refusals = self.keys.iter().map(|key| bench.refusal(key));
        let valid = refusals.filter(|refusal| {
            assert!(matches!(refusal, None | Some(Refused::Unknown)));
            refusal.is_none()
        });
        let valid = valid.count();
        bench.events();
        valid
    }
}

fn path_in(directory: &Path, name: &str) -> String {
    directory.join(name).display().to_string()
}

fn sh(directory: &Path, line: &str) {
    let done = Command::new("sh")
        .args(["-ec", line])
        .current_dir(directory)
        .env("HOME", directory)
        .status();
    assert!(done.expect("run").success(), "{line}");
}

#[test]
fn a_console_that_was_killed_lost_nothing() {
    for checkpointed in [true, false] {
        let killed = Killed::new(checkpointed);
        assert_eq!(killed.valid(), 27);
    }
}

#[test]
fn what_another_program_has_vacuumed_is_no_copy() {
    for times in [1, 3] {
        let (origin, path) = on_disk();
        let place = Place::File(path);
        let mut bench = Bench::on(place.clone());
        let key = bench.delivered("first");
        // The main file is older than the log by the schema's count, and was written after it as far as times tell.
        for _ in 0..times {
            sqlite(&place).execute_batch("VACUUM").expect("vacuumed");
        }
        let (directory, path) = on_disk();
        sh(
            origin.path(),
            &format!(
                "cp -p keyward.db keyward.db-wal {}",
                directory.path().display()
            ),
        );
        let keys = vec![key];
        let killed = Killed {
            directory,
            path,
            keys,
        };
        assert_eq!(killed.open(), [Ok(()), Ok(())], "{times}");
        assert_eq!(killed.valid(), 1, "{times}");
    }
}

#[test]
fn a_copy_is_not_merged_with_the_log_of_the_database_before_it() {
    for copy in ["closed.db", "backed-up.db", "vacuumed.db"] {
        for put in ["cp", "cp -p", "mv"] {
            let killed = Killed::new(true);
            if !killed.directory.path().join(copy).exists() {
                continue;
            }
            killed.sh(&format!("chmod 600 {copy}; {put} {copy} keyward.db"));
            let before = ["keyward.db", "keyward.db-wal"]
                .map(|name| fs::read(killed.directory.path().join(name)).expect("read"));
            let foreign = || Err(OpenFault::ForeignLog);
            assert_eq!(killed.open(), [foreign(), foreign()], "{put} {copy}");
            let after = ["keyward.db", "keyward.db-wal"]
                .map(|name| fs::read(killed.directory.path().join(name)).expect("read"));
            assert!(after == before, "nothing was written: {put} {copy}");
            // As the sentence says.
            killed.sh("mv keyward.db-wal keyward.db-wal.before; rm -f keyward.db-shm");
            assert_eq!(killed.valid(), 1, "{put} {copy}");
        }
    }
}

#[test]
fn a_copy_by_sqlites_backup_is_told_also_where_the_log_has_all_that_came_since() {
    let killed = Killed::new(false);
    if !killed.directory.path().join("backed-up.db").exists() {
        return;
    }
    killed.sh("chmod 600 backed-up.db; cp backed-up.db keyward.db");
    assert_eq!(killed.open(), [(); 2].map(|()| Err(OpenFault::ForeignLog)));
}

#[test]
fn the_steps_for_restoring_bring_back_what_the_copy_has() {
    let page = page::read("docs/data.md");
    let steps = page::blocks(page::section(&page, "## Restoring a copy")).concat();
    let steps: Vec<&str> = steps.lines().collect();
    assert!(steps.len() > 2, "{steps:?}");
    for copy in ["closed.db", "backed-up.db", "vacuumed.db"] {
        let killed = Killed::new(true);
        if !killed.directory.path().join(copy).exists() {
            continue;
        }
        killed.sh(&format!(
            "mkdir -p .local/share/keyward; mv keyward.db* .local/share/keyward; mv {copy} copy.db"
        ));
        let restore: Vec<&str> = steps
            .iter()
            .copied()
            .filter(|line| !line.starts_with("keyward"))
            .collect();
        killed.sh(&restore.join("\n"));
        let restored = Killed {
            path: killed
                .directory
                .path()
                .join(".local/share/keyward/keyward.db"),
            ..killed
        };
        assert_eq!(restored.valid(), 1, "{copy}");
    }
}
