//! A mount namespace, in which root can do what the pages say: with an `/etc`, `/home` and `/usr/local/bin` of its own, as if
//! the machine were new.

use std::fs;
use std::path::Path;
use std::process::Command;

use keyward::config::Config;

use super::process::{again, program, skip};
use super::program::KEYWARD;

/// Runs the test `name` of this program in such a namespace, unless something is missing that it needs: then this one is
/// skipped. It finds a directory of its own with `given`, and moves in first.
pub fn run(name: &str, programs: &[&str]) {
    if Config::read().account.uid != 0 {
        return skip("only root can have a namespace of its own");
    }
    for name in programs.iter().chain(&["unshare"]) {
        if program(name).is_none() {
            return skip(&format!("there is no {name}"));
        }
    }
    let allowed = Command::new("unshare").args(["--mount", "true"]).output();
    if !allowed.expect("ran").status.success() {
        return skip("this machine allows no namespaces");
    }
    let directory = tempfile::tempdir().expect("a directory");
    let inner = again(name, directory.path(), "");
    let variables = inner
        .get_envs()
        .filter_map(|(name, value)| Some((name, value?)));
    let ran = Command::new("unshare")
        .args(["--mount", "--propagation", "private"])
        .arg(inner.get_program())
        .args(inner.get_args())
        .envs(variables)
        .output()
        .expect("ran");
    let told = [ran.stdout, ran.stderr].concat();
    let told = String::from_utf8_lossy(&told);
    assert!(ran.status.success() && told.contains("1 passed"), "{told}");
}

/// Puts directories of this namespace's own in the place of those that the pages change, with the program where they have it.
pub fn move_in(directory: &Path) {
    let moved = Command::new("/bin/sh")
        .args(["-ec", &moving_in(directory)])
        .status();
    assert!(moved.expect("a shell").success());
}

/// The shell's commands for it.
pub fn moving_in(directory: &Path) -> String {
    let bin = directory.join("bin");
    fs::create_dir_all(&bin).expect("made");
    fs::copy(KEYWARD, bin.join("keyward")).expect("copied");
    let at = directory.display();
    format!(
        "cp -a /etc {at}/etc
         mount --bind {at}/etc /etc
         mount --bind {at}/bin /usr/local/bin
         for own in /home /run /srv /var/lib /var/log /var/mail; do
             test ! -d $own || mount -t tmpfs -o mode=755 tmpfs $own
         done
"
    )
}
