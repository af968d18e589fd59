//! Disks that are full or read-only.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;

use nix::unistd::geteuid;

use super::broken::{Broken, VALID, mounted, said, says};
use crate::support::process::NOBODY;
use crate::support::program::keyward;

#[test]
fn a_full_disk_denies_nobody_who_has_a_valid_secret() {
    let lines = "disk; fill; verify; verify; keyward events --check --db $DB;
                 keyward events --db $DB; keyward user unlock mallory --break-glass --db $DB";
    let Some(said) = mounted(&Broken::closed(), lines) else {
        return;
    };
    let rest = says(&said, &[VALID, "exit 0", VALID, "exit 0"]);
    says(rest, &["is intact", "exit 0", "User Created", "exit 0"]);
    says(&said, &["The disk is full. Nothing was changed", "exit 2"]);
}

#[test]
fn a_disk_that_takes_no_more_files_denies_nobody_who_has_a_valid_secret() {
    // The directory, the database, and one or two of the files that SQLite wants beside it.
    for inodes in 2..5 {
        let lines = format!(
            "disk nr_inodes={inodes}; keyward user unlock mallory --break-glass --db $DB; verify; verify"
        );
        let Some(said) = mounted(&Broken::closed(), &lines) else {
            return;
        };
        let unlocked = if inodes < 4 {
            "The disk is full. Nothing was changed"
        } else {
            "was unlocked"
        };
        says(&said, &[unlocked, VALID, "exit 0", VALID, "exit 0"]);
    }
}

#[test]
fn a_read_only_mount_denies_nobody_who_has_a_valid_secret_and_is_named() {
    let lines = "disk; mv $DB \"$DB 100%?x=1#\"; DB=\"$DB 100%?x=1#\"; mount -o remount,ro $DISK;
                 verify; keyward events --check --db \"$DB\";
                 keyward user unlock mallory --break-glass --db \"$DB\"; ls $DISK";
    let Some(said) = mounted(&Broken::closed(), lines) else {
        return;
    };
    says(&said, &[VALID, "exit 0", "is intact", "exit 0"]);
    says(&said, &["mounted read-only", "exit 2"]);
    assert!(!said.contains("account"), "{said}");
}

#[test]
fn a_log_on_a_read_only_mount_is_read_and_never_left_out() {
    let mut broken = Broken::new();
    let path = broken.directory.path().join("keyward.db");
    let checkpoint = rusqlite::Connection::open(path).expect("opened");
    let moved = checkpoint.query_row("PRAGMA wal_checkpoint(TRUNCATE)", (), |row| row.get(0));
    assert_eq!(moved, Ok(0));
    broken.lock();
    // Only the log has the lock, as of a console that was killed.
    let lines = "disk; mount -o remount,ro $DISK; verify; mount -o remount,rw $DISK;
                 rm $DB-shm; mount -o remount,ro $DISK; verify; mount -o remount,rw $DISK; fill; verify";
    let Some(said) = mounted(&broken.directory, lines) else {
        return;
    };
    let locked = "\"reason\":\"locked-out\"";
    let rest = says(&said, &[locked, "exit 1"]);
    let rest = says(rest, &["mounted read-only", "exit 2"]);
    says(rest, &[locked, "exit 1"]);
}

#[test]
fn a_read_only_directory_or_file_denies_nobody_who_has_a_valid_secret() {
    for (file, folder) in [(0o600, 0o500), (0o400, 0o700), (0o400, 0o500)] {
        let directory = Broken::closed();
        let path = directory.path().join("keyward.db");
        let secret = fs::File::open(directory.path().join("secret")).expect("there");
        fs::set_permissions(&path, Permissions::from_mode(file)).expect("set");
        let mut command = keyward(directory.path(), &["verify", "--db"]);
        command.arg(&path);
        if geteuid().is_root() {
            // Modes do not bind root, so somebody else asks.
            chown(&path, Some(NOBODY), None).expect("given away");
            chown(directory.path(), Some(NOBODY), None).expect("given away");
            command.uid(NOBODY).gid(NOBODY);
        }
        fs::set_permissions(directory.path(), Permissions::from_mode(folder)).expect("set");
        let said = said(command.stdin(secret).output().expect("run"));
        fs::set_permissions(directory.path(), Permissions::from_mode(0o700)).expect("set");
        says(&said, &[VALID, "exit 0"]);
    }
}
