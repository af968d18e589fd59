//! Sockets that systemd hands over, told that it is ready, and the units.

use std::fs;
use std::os::unix::net::UnixDatagram;
use std::path::Path;
use std::process::Command;

use crate::support::database::db;
use crate::support::process::{is_there, skip};
use crate::support::program::KEYWARD;
use crate::support::server::{House, Server};

/// Hands over sockets as systemd does: from descriptor 3 on, with their names in the environment.
const PARENT: &str = r#"
import os, socket, sys
unix = socket.socket(socket.AF_UNIX); unix.bind("handed.sock"); unix.listen(16)
tcp = socket.socket(); tcp.bind((sys.argv[1], 0)); tcp.listen(16)
datagram = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
fds = [os.dup2(os.dup(s.fileno()), 20 + i) for i, s in enumerate((unix, tcp, datagram))]
for i, fd in enumerate(fds):
    os.dup2(fd, 3 + i, inheritable=True)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS="3", LISTEN_FDNAMES="auth:admin:other")
os.execv(sys.argv[2], sys.argv[2:])
"#;

fn handed(house: &House, address: &str, args: &[&str]) -> Command {
    let mut command = Command::new("python3");
    command
        .args(["-c", PARENT, address, KEYWARD, "serve", "--db"])
        .arg(db(&house.database()))
        .args(args)
        .current_dir(house.directory.path());
    command
}

#[test]
fn sockets_that_were_handed_over_are_found_by_their_names_and_are_left_behind() {
    if !is_there("python3") {
        return skip("there is no python3");
    }
    let house = House::new();
    let args = ["--auth", "systemd:auth", "--admin", "systemd:admin"];
    let notified = UnixDatagram::bind(house.path("notify")).expect("bound");
    let mut command = handed(&house, "127.0.0.1", &args);
    command.env("NOTIFY_SOCKET", house.path("notify"));
    let server = Server::start(command);
    assert_eq!(server.ask("auth", "GET", "/auth-request", &[]).status, 401);
    assert_eq!(server.ask("admin", "GET", "/readyz", &[]).status, 200);
    assert!(server.place("auth").ends_with("handed.sock"));
    let mut told = [0; 64];
    let mut message = || {
        let read = notified.recv(&mut told).expect("told");
        String::from_utf8(told[..read].to_vec()).expect("text")
    };
    assert_eq!(message(), "READY=1\n");
    let (status, _) = server.stop();
    assert_eq!(status.code(), Some(0));
    assert_eq!(message(), "STOPPING=1\n");
    assert!(house.path("handed.sock").exists(), "it is systemd's");
}

#[test]
fn what_was_handed_over_and_cannot_be_used_is_told() {
    if !is_there("python3") {
        return skip("there is no python3");
    }
    let house = House::new();
    for (address, args) in [
        ("0.0.0.0", &["--auth", "systemd:admin"][..]),
        ("127.0.0.1", &["--auth", "systemd:other"]),
        ("127.0.0.1", &["--auth", "systemd:api"]),
        (
            "127.0.0.1",
            &["--auth", "systemd:auth", "--api", "systemd:auth"],
        ),
    ] {
        let _ = fs::remove_file(house.path("handed.sock"));
        let output = handed(&house, address, args).output().expect("ran");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(64), "{args:?} {said}");
        assert!(
            said.starts_with("keyward: ") && said.contains("systemd:"),
            "{said}"
        );
    }
}

#[test]
fn the_units_are_ones_that_systemd_takes() {
    if !is_there("systemd-analyze") {
        return skip("there is no systemd-analyze");
    }
    let units = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/systemd");
    let directory = tempfile::tempdir().expect("a directory");
    let mut paths = Vec::new();
    for entry in fs::read_dir(units).expect("the units") {
        let path = entry.expect("a unit").path();
        let unit = fs::read_to_string(&path).expect("read");
        let unit = unit.replace("/usr/local/bin/keyward", KEYWARD);
        let copy = directory.path().join(path.file_name().expect("a name"));
        fs::write(&copy, unit).expect("written");
        paths.push(copy);
    }
    assert_eq!(paths.len(), 5);
    let verified = Command::new("systemd-analyze")
        .args(["verify", "--man=no"])
        .args(&paths)
        .output()
        .expect("ran");
    let said = String::from_utf8_lossy(&verified.stderr).into_owned();
    let ours: Vec<_> = said
        .lines()
        .filter(|line| line.contains("keyward"))
        .collect();
    assert!(verified.status.success() && ours.is_empty(), "{said}");
    // What the services are told to run can be run.
    for (service, command) in [
        ("keyward.service", &["serve"][..]),
        ("keyward-expiring.service", &["key", "list"]),
    ] {
        let service = fs::read_to_string(directory.path().join(service)).expect("read");
        let runs = service
            .lines()
            .find_map(|line| line.strip_prefix("ExecStart="));
        let words: Vec<&str> = runs.expect("ExecStart").split_whitespace().collect();
        assert_eq!(words[1..=command.len()], *command);
    }
}
