//! The console on a disk that is full while it is in use: while keys are made, handed over and locked out, and while it
//! begins and ends.

use std::fs::{self, File};
use std::io::Write;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::broken::{Broken, VALID, events, may_mount, said, verified};
use crate::support::hand::{self, F2};
use crate::support::process::skip_anywhere;
use crate::support::program::KEYWARD;
use crate::support::pty::{Pty, Start};

/// A console on a disk of its own, which nobody else sees.
struct OnDisk {
    console: Pty,
    /// The disk, as it is seen from outside.
    disk: PathBuf,
    outside: TempDir,
}

/// Starts the console on a new disk of so many KiB with a database that has one key, `backup`, after a line of a shell.
/// Nothing where the machine does not allow it.
fn on_disk(kib: u32, before: &str) -> Option<OnDisk> {
    let mount = format!("mount -t tmpfs -o size={kib}k,mode=700 none $DISK");
    Some(started(may_mount()?, &mount, before))
}

/// Starts the console once a disk is mounted at `$DISK`; when the console is over the database comes back.
fn started(way: &[&str], mount: &str, before: &str) -> OnDisk {
    let outside = Broken::closed();
    let disk = outside.path().join("disk");
    let line = format!(
        "{mount} && cp -p $FROM $DISK
         {before}
         $PROGRAM --db $DISK/keyward.db; code=$?; cp -p $DISK/keyward.db* $HOME; exit $code"
    );
    let from = outside.path().join("keyward.db");
    let args = [way, &["/bin/sh", "-c", &line]].concat();
    let start = Start {
        program: "/usr/bin/unshare",
        variables: &[
            ("DISK", disk.as_os_str()),
            ("FROM", from.as_os_str()),
            ("PROGRAM", KEYWARD.as_ref()),
        ],
        ..Start::new(outside.path(), &args)
    };
    let console = start.go();
    let root = PathBuf::from(format!("/proc/{}/root", console.pid()));
    OnDisk {
        disk: root.join(disk.strip_prefix("/").expect("from the root")),
        console,
        outside,
    }
}

/// A disk in a file, which the kernel can be told to take for broken.
const IMAGE: &str = "truncate -s 8M $HOME/image && /usr/sbin/mkfs.ext4 -q $HOME/image
    mount -o loop,errors=remount-ro $HOME/image $DISK && chmod 700 $DISK";

/// Whether such a disk can be mounted here.
fn may_mount_image() -> bool {
    let directory = tempfile::tempdir().expect("a directory");
    let tried = Command::new("unshare")
        .args(["--mount", "/bin/sh", "-c", IMAGE])
        .env("HOME", directory.path())
        .env("DISK", directory.path())
        .output();
    tried.is_ok_and(|output| output.status.success())
}

impl OnDisk {
    /// Leaves no space on the disk.
    fn fill(&self) {
        let mut rest = File::create(self.disk.join("rest")).expect("created");
        for size in [4096, 1] {
            while rest.write_all(&vec![1; size]).is_ok() {}
        }
    }

    /// A program that sees the disk as the console does.
    fn beside(&self, args: &[&str]) -> Command {
        let mut command = Command::new("nsenter");
        let pid = self.console.pid().to_string();
        command.args(["--mount", "--target", &pid]).args(args);
        command
    }
}

/// The console on a copy of the database that is no disk of its own.
pub fn on(broken: &TempDir) -> Pty {
    let database = broken.path().join("keyward.db");
    let console = Start::new(broken.path(), &["--db", &database.to_string_lossy()]).go();
    console.see("1 shown");
    console
}

/// Lets the process write no file beyond so many bytes, or any.
fn limit(console: &Pty, bytes: Option<u64>) {
    let bytes = bytes.map_or_else(|| "unlimited".to_owned(), |bytes| bytes.to_string());
    let set = Command::new("/usr/bin/prlimit")
        .args(["--pid", &console.pid().to_string()])
        .arg(format!("--fsize={bytes}:"))
        .status();
    assert!(set.expect("run").success());
}

fn lock_out(console: &mut Pty) {
    console.send("l").says("confirm.lock_title");
    hand::pause();
    console.send("y");
}

#[test]
fn on_a_disk_that_others_filled_keys_are_made_and_locked_out_with_the_room_that_was_kept() {
    let Some(mut on) = on_disk(6 * 1024, "") else {
        return;
    };
    on.console.see("1 shown");
    on.fill();
    let console = &mut on.console;
    console.send("n").says("form.title_new");
    console.send("nightly").see("nightly");
    console.send(F2).says("secret.title");
    hand::pause();
    console.send("a\r").says("secret.delivered");
    lock_out(console);
    console.says_with("list.locked", &[("name", &"nightly")]);
    console.quits();
    let last = events(on.outside.path());
    assert!(last.ends_with("Reason: signed out\n"), "{last}");
}

#[test]
fn what_cannot_be_written_is_told_step_by_step_and_goes_on_from_there_when_it_can() {
    let broken = Broken::closed();
    let before = fs::read_to_string(broken.path().join("secret")).expect("there");
    let mut console = on(&broken);
    // Made: what was typed stays.
    limit(&console, Some(0));
    console.send("n").says("form.title_new");
    console.send("nightly").see("nightly");
    console.send(F2).says("trouble.over_limit").see("nightly");
    limit(&console, None);
    console.send(F2).says("secret.title");
    hand::pause();
    console.send("\x03").says("secret.ways_out");
    let shown = console.screen();
    let of_key = |line: &&str| line.starts_with(|c: char| c.is_ascii_digit());
    let secret = shown.lines().find(of_key).expect("shown").trim_end();
    // Handed over: the dialog stays, and the secret with it.
    limit(&console, Some(0));
    console.send("a\r").says("trouble.over_limit").see(secret);
    assert!(verified(broken.path(), secret).contains("not-delivered"));
    limit(&console, None);
    console.send("\r").says("secret.delivered");
    assert!(verified(broken.path(), secret).contains("exit 0"));
    // Locked out: the key works on, and a verdict is given meanwhile.
    limit(&console, Some(0));
    lock_out(&mut console);
    console.says("trouble.over_limit");
    assert!(verified(broken.path(), secret).contains("exit 0"));
    limit(&console, None);
    lock_out(&mut console);
    console.says("list.locked");
    assert!(verified(broken.path(), secret).contains("locked-out"));
    // Left.
    limit(&console, Some(0));
    console.quits();
    assert!(verified(broken.path(), &before).contains(VALID));
    assert!(!events(broken.path()).contains("signed out"));
}

#[test]
fn where_nothing_can_be_written_the_console_says_so_and_does_not_begin() {
    let broken = Broken::closed();
    let database = broken.path().join("keyward.db");
    let args = ["-c", "ulimit -f 0; exec $PROGRAM --db $DB"];
    let start = Start {
        program: "/bin/sh",
        variables: &[("PROGRAM", KEYWARD.as_ref()), ("DB", database.as_ref())],
        ..Start::new(broken.path(), &args)
    };
    let mut console = start.go();
    console.says("trouble.over_limit");
    assert_eq!(console.end(), 2);
    let Some(mut on) = on_disk(512, "! dd if=/dev/zero of=$DISK/rest bs=4k 2>/dev/null") else {
        return;
    };
    on.console.says("trouble.full");
    assert_eq!(on.console.end(), 2);
    events(on.outside.path());
}

#[test]
fn a_disk_that_becomes_read_only_while_it_is_in_use_is_named_and_verdicts_are_given() {
    if !may_mount_image() {
        return skip_anywhere("no disk in a file can be mounted here");
    }
    let mut on = started(&["--mount"], IMAGE, "");
    on.console.see("1 shown");
    let disk = on.outside.path().join("disk");
    let disk = disk.to_str().expect("UTF-8");
    let broken = on.beside(&["mount", "-o", "remount,abort", disk]).status();
    assert!(broken.expect("run").success());
    let console = &mut on.console;
    console.send("n").says("form.title_new");
    console.send("nightly").see("nightly");
    console
        .send(F2)
        .says("trouble.read_only_mount")
        .see("nightly");
    console.send("\x1b").says("leave.title");
    hand::pause();
    console.send("y");
    lock_out(console);
    console.says("trouble.read_only_mount");
    let secret = File::open(on.outside.path().join("secret")).expect("there");
    let database = format!("{disk}/keyward.db");
    let mut verify = on.beside(&[KEYWARD, "verify", "--db", &database]);
    let verdict = said(verify.stdin(secret).output().expect("run"));
    assert!(verdict.contains(VALID), "{verdict}");
    on.console.quits();
    assert!(!events(on.outside.path()).contains("API Key Locked Out"));
}
