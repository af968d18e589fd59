//! A home with a database of many keys, made by the program itself.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use keyward::auth::hash::Cost;
use keyward::domain::user::Actor;
use keyward::service::Service;
use tempfile::TempDir;

use super::harness::{STARTED, now, settle};
use super::support::database::as_made;
use super::support::pty::{Process, Pty, Start};

/// What the line of the selected row begins with.
pub const SELECTED: &str = "> ";

/// A home, and the program that is measured in it.
pub struct Home {
    directory: TempDir,
    pub program: String,
}

impl Home {
    /// With so many keys, and how long it took to make them.
    pub fn make(program: &str, keys: u32) -> (Home, Duration) {
        let home = Home {
            directory: tempfile::tempdir().expect("a directory"),
            program: program.to_owned(),
        };
        let database = home.database();
        fs::create_dir_all(database.parent().expect("a directory")).expect("made");
        let (database, keys) = (database.display().to_string(), keys.to_string());
        let start = now();
        let console = home.run(&["demo", "--keys", &keys, "--db", &database]);
        // Longer than a test would wait.
        while !console.screen().contains(SELECTED) {
            console.bytes_while_idle(STARTED);
            let state = Process::read(console.pid()).map(|process| process.state);
            assert_ne!(state, Some('Z'), "it ended:\n{}", console.screen());
        }
        let took = start.elapsed();
        leave(console);
        (home, took)
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }

    pub fn database(&self) -> PathBuf {
        self.path().join("data/keyward/keyward.db")
    }

    fn run(&self, args: &[&str]) -> Pty {
        Start {
            program: &self.program,
            ..Start::new(self.path(), args)
        }
        .go()
    }

    /// The console, with its first rows.
    pub fn start(&self) -> Pty {
        let console = self.run(&[]);
        console.see(SELECTED);
        console
    }

    /// With everything shown that is going to be shown by itself.
    pub fn settled(&self) -> Pty {
        let console = self.start();
        settle(&console, now(), 0, STARTED);
        console
    }

    /// What another process does beside the console, as the first user.
    pub fn beside(&self) -> (Service, Actor) {
        as_made(&self.database(), Cost::REAL)
    }
}

/// Ends a console as its user does.
pub fn leave(mut console: Pty) {
    console.quits();
}
