//! Somebody who types what a page says, in a home of their own and perhaps on a host of its own.

use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;

use super::process::eventually;
use super::pty::{Pty, Start};

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

/// Known to every block.
const COMMON: &str = "
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 TERM=xterm-256color
unset XDG_DATA_HOME
umask 022
cd
";

/// Somebody with a home, in which they are.
pub struct Reader {
    home: PathBuf,
    /// What the shell knows before each block.
    known: PathBuf,
    block: PathBuf,
    /// The command by which their host is entered, where it is not this one.
    way_in: Vec<String>,
}

impl Reader {
    /// With a new home in this directory.
    pub fn new(directory: &Path, name: &str) -> Reader {
        let home = directory.join(name);
        fs::create_dir(&home).expect("made");
        Reader::at(directory, name, &home, Vec::new())
    }

    /// Root of a host that is entered by this command.
    pub fn root(directory: &Path, name: &str, way_in: Vec<String>) -> Reader {
        Reader::at(directory, name, Path::new("/root"), way_in)
    }

    fn at(directory: &Path, name: &str, home: &Path, way_in: Vec<String>) -> Reader {
        let reader = Reader {
            home: home.to_owned(),
            known: directory.join(format!("{name}.known")),
            block: directory.join(format!("{name}.block")),
            way_in,
        };
        reader.knows("");
        reader
    }

    pub fn home(&self) -> &Path {
        &self.home
    }

    /// What the shell knows before each block from now on: variables, and what stands for programs that are not there.
    pub fn knows(&self, known: &str) {
        let known = format!("repository='{ROOT}'\n{COMMON}\n{known}\n");
        fs::write(&self.known, known).expect("written");
    }

    /// A shell that runs this.
    fn shell(&self, text: &str) -> Command {
        fs::write(&self.block, text).expect("written");
        let mut words = self.way_in.iter().map(String::as_str).chain(["/bin/sh"]);
        let mut shell = Command::new(words.next().expect("a program"));
        shell
            .args(words)
            .args(["-euc", ". \"$0\"; . \"$1\""])
            .args([&self.known, &self.block])
            .current_dir(&self.home)
            .env_clear()
            .env("HOME", &self.home)
            .stdin(Stdio::null());
        shell
    }

    /// Runs it; gives how it ended, and what it said.
    pub fn run(&self, text: &str) -> (Option<i32>, String) {
        let ran = self.shell(text).output().expect("ran");
        let told = [ran.stdout, ran.stderr].concat();
        (
            ran.status.code(),
            String::from_utf8_lossy(&told).into_owned(),
        )
    }

    /// Runs it to its good end; gives what it said.
    #[track_caller]
    pub fn runs(&self, name: &str, text: &str) -> String {
        let (code, told) = self.run(text);
        assert_eq!(code, Some(0), "{name}\n{text}\n{told}");
        told
    }

    /// Runs what does not end by itself until something is so.
    pub fn runs_until(&self, name: &str, text: &str, state: &str) {
        let out = File::create(self.home.join("out")).expect("made");
        let errors = out.try_clone().expect("a file");
        let mut shell = self.shell(text);
        let child = shell.stdout(out).stderr(errors).process_group(0).spawn();
        let lasting = Lasting(child.expect("started"));
        let seen = Reader {
            home: self.home.clone(),
            known: self.known.clone(),
            block: self.block.with_extension("state"),
            way_in: self.way_in.clone(),
        };
        eventually(&format!("{name}: {state}"), || seen.run(state).0 == Some(0));
        drop(lasting);
    }

    /// Begins it in a terminal.
    pub fn begins(&self, text: &str) -> Pty {
        let shell = self.shell(text);
        let words: Vec<&str> = shell.get_args().filter_map(|word| word.to_str()).collect();
        Start {
            program: shell.get_program().to_str().expect("a name"),
            ..Start::new(&self.home, &words)
        }
        .go()
    }

    /// Runs it in a terminal, where what is seen is answered.
    #[track_caller]
    pub fn answers(&self, name: &str, text: &str, answers: &[(&str, &str)]) {
        let mut terminal = self.begins(text);
        for (seen, answer) in answers {
            terminal.see(seen);
            terminal.send(answer);
        }
        assert_eq!(terminal.end(), 0, "{name}");
    }
}

/// A group of processes that goes on until it is dropped.
struct Lasting(Child);

impl Drop for Lasting {
    fn drop(&mut self) {
        let group = i32::try_from(self.0.id()).map(Pid::from_raw);
        if let Ok(group) = group {
            let _ = killpg(group, Signal::SIGTERM);
        }
        let _ = self.0.wait();
    }
}
