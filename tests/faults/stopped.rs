//! A process that was stopped while it holds the lock under which changes are made.

use std::fs;
use std::path::Path;

use nix::sys::signal::{Signal, kill, raise};
use nix::unistd::Pid;
use rusqlite::Connection;

use super::broken::{Broken, VALID, events, verified};
use super::console::on;
use crate::support::hand;
use crate::support::process::{again, ended_well, eventually, given};
use crate::support::pty::Process;

const NAME: &str =
    "faults::stopped::while_a_stopped_process_holds_the_lock_verdicts_are_given_and_keys_wait";

/// Takes the lock, is stopped, and gives it back when it goes on.
fn hold(database: &Path) {
    let connection = Connection::open(database).expect("opened");
    let begun = connection.execute_batch("BEGIN IMMEDIATE; UPDATE meta SET demonstration = 0");
    begun.expect("begun");
    raise(Signal::SIGSTOP).expect("stopped");
    connection.execute_batch("ROLLBACK").expect("given back");
}

#[test]
fn while_a_stopped_process_holds_the_lock_verdicts_are_given_and_keys_wait() {
    if let Some((database, _)) = given() {
        return hold(&database);
    }
    let broken = Broken::closed();
    let secret = fs::read_to_string(broken.path().join("secret")).expect("there");
    let mut console = on(&broken);
    for goes_on_in_time in [false, true] {
        let mut holder = again(NAME, &broken.path().join("keyward.db"), "");
        let holder = holder
            .stdout(std::process::Stdio::piped())
            .spawn()
            .expect("started");
        let is_stopped = || Process::read(holder.id()).is_some_and(|process| process.state == 'T');
        eventually("it is stopped", is_stopped);
        assert!(verified(broken.path(), &secret).contains(VALID));
        console.send("l").says("confirm.lock_title");
        hand::pause();
        console.send("y").says("message.working");
        let go_on = || {
            let pid = Pid::from_raw(i32::try_from(holder.id()).expect("a number"));
            kill(pid, Signal::SIGCONT).expect("sent");
        };
        if goes_on_in_time {
            // What is typed meanwhile waits for the answer.
            console.send("n");
            go_on();
            console.says("form.title_new");
            assert!(verified(broken.path(), &secret).contains("locked-out"));
        } else {
            console.says("trouble.busy");
            assert!(verified(broken.path(), &secret).contains(VALID));
            go_on();
        }
        ended_well(&holder.wait_with_output().expect("ended"));
    }
    console.send("\x1b");
    console.see("Locked Out");
    console.quits();
    let events = events(broken.path());
    assert!(events.ends_with("Reason: signed out\n"), "{events}");
}
