//! What the other programs have to show.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

const LINES: usize = 1_000;
/// The processes that htop has to show beside those of the machine.
const PROCESSES: usize = 120;

/// A directory with a directory of 1,000 files, a file of 1,000 lines, and 1,000 commits.
pub fn data() -> TempDir {
    let place = tempfile::tempdir().expect("a directory");
    let files: PathBuf = place.path().join("files");
    fs::create_dir(&files).expect("made");
    let names = (0..LINES).map(|number| format!("backup-ams-prod-{number:04}"));
    let (mut lines, mut commits) = (String::new(), String::new());
    for (name, at) in names.zip((1_700_000_000..).step_by(60)) {
        fs::write(files.join(&name), "").expect("written");
        lines.extend([name.as_str(), "\n"]);
        let length = name.len();
        commits.extend([format!("commit refs/heads/main\ncommitter A <a@example.org> {at} +0000\ndata {length}\n{name}\n")]);
    }
    fs::write(place.path().join("lines"), lines).expect("written");
    let git = |args: &[&str], input: &str| {
        let mut git = Command::new("git");
        git.args(args).current_dir(place.path());
        let started = git.stdin(Stdio::piped()).stdout(Stdio::null()).spawn();
        // Without git, tig is not there either.
        let Ok(mut git) = started else { return };
        let mut pipe = git.stdin.take().expect("a pipe");
        pipe.write_all(input.as_bytes()).expect("written");
        drop(pipe);
        assert!(git.wait().expect("ended").success(), "git {args:?}");
    };
    git(&["init", "-q", "-b", "main"], "");
    git(&["fast-import", "--quiet"], &commits);
    place
}

/// Processes that do nothing, for as long as this is there.
pub struct Processes(Vec<Child>);

impl Processes {
    pub fn start() -> Processes {
        let started = (0..PROCESSES).flat_map(|_| Command::new("sleep").arg("3600").spawn());
        Processes(started.collect())
    }
}

impl Drop for Processes {
    fn drop(&mut self) {
        for process in &mut self.0 {
            let _ = process.kill();
            let _ = process.wait();
        }
    }
}
