//! The same Debian with systemd as its first process: what becomes of the units, over an upgrade and until they go.

use std::cell::RefCell;
use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::process::{Child, Command, Stdio};
use std::{fs, str};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::{Debian, ended_well, shell, steps};
use crate::packed;
use crate::support::page;
use crate::support::process::{eventually, is_there, skip, skip_anywhere};

/// A Debian that runs.
struct Booted {
    nspawn: Child,
    /// Its first process, by its number here.
    init: Pid,
    debian: Debian,
}

impl Booted {
    /// Starts it, where the kernel lets that be.
    fn new(debian: Debian) -> Option<Booted> {
        let nspawn = Command::new("/usr/bin/systemd-nspawn")
            .args(["--quiet", "--boot", "--register=no", "--keep-unit"])
            .arg(format!("--machine=keyward-{}", std::process::id()))
            .args(["--private-network", "--console=pipe", "--directory"])
            .arg(debian.path(""))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let children = format!("/proc/{0}/task/{0}/children", nspawn.id());
        let nspawn = RefCell::new(nspawn);
        // Before it there is one that only prepares.
        let child = || -> Option<i32> {
            let children = fs::read_to_string(&children).ok()?;
            children.split_whitespace().find_map(|child| {
                let name = fs::read_to_string(format!("/proc/{child}/comm")).ok()?;
                (name == "systemd\n").then(|| child.parse().ok())?
            })
        };
        eventually("there is a first process, or can be none", || {
            let ended = nspawn.borrow_mut().try_wait().expect("a child");
            child().is_some() || ended.is_some()
        });
        let init = Pid::from_raw(child()?);
        let booted = Booted {
            nspawn: nspawn.into_inner(),
            init,
            debian,
        };
        eventually("it has started all", || {
            let said = booted.run("systemctl is-system-running || :").stdout;
            [&b"running\n"[..], b"degraded\n"].contains(&&*said)
        });
        Some(booted)
    }

    fn run(&self, steps: &str) -> std::process::Output {
        let mut command = Command::new("/usr/bin/nsenter");
        command.args(["--all", "--target", &self.init.to_string()]);
        shell(command, "/root", steps)
    }

    /// What steps that must go well print.
    #[track_caller]
    fn does(&self, steps: &str) -> String {
        let output = self.run(steps);
        ended_well(&output);
        String::from_utf8(output.stdout).expect("text")
    }

    fn property(&self, unit: &str, name: &str) -> String {
        self.does(&format!("systemctl show --value -p {name} {unit}"))
    }

    /// The status with which a proxy that asks is answered.
    fn status(&self, secret: &str) -> String {
        let socket = format!("/proc/{}/root/run/keyward/auth.sock", self.init);
        let mut socket = UnixStream::connect(socket).expect("connected");
        let ask = format!(
            "GET /auth-request/read HTTP/1.1\r\nhost: x\r\napi-secret-key: {secret}\r\nconnection: close\r\n\r\n"
        );
        socket.write_all(ask.as_bytes()).expect("asked");
        let mut answer = Vec::new();
        socket.read_to_end(&mut answer).expect("answered");
        let status = answer.get(9..12).unwrap_or_default();
        str::from_utf8(status).expect("a status").to_owned()
    }
}

impl Drop for Booted {
    fn drop(&mut self) {
        // All its processes end with the first.
        let _ = kill(self.init, Signal::SIGKILL);
        let _ = self.nspawn.kill();
        let _ = self.nspawn.wait();
    }
}

const UNITS: &str = "keyward.service keyward-auth.socket keyward-api.socket keyward-expiring.timer";

#[test]
fn under_systemd_its_units_run_over_an_upgrade_and_end_when_it_goes() {
    let Some(packed) = packed() else { return };
    let Some(debian) = Debian::new() else { return };
    if !is_there("systemd-nspawn") {
        return skip("there is no systemd-nspawn");
    }
    debian.is_handed(packed);
    let Some(booted) = Booted::new(debian) else {
        return skip_anywhere("systemd-nspawn cannot boot it");
    };
    booted.does(&steps("## The Debian package"));
    let page = page::read("docs/serve.md");
    let line = |start: &str| {
        let line = page.lines().find(|line| line.starts_with(start));
        line.expect(start).to_owned()
    };
    booted.does(
        "cd /var/lib/keyward
         runuser -u keyward -- sh -ec '
             umask 077; export KEYWARD_DB=$PWD/keyward.db
             keyward key new --name ci --role Auditor --stdout > secret
             keyward key delivered ci < secret'",
    );
    let secret = fs::read_to_string(booted.debian.path("var/lib/keyward/secret")).expect("read");
    let secret = secret.trim_end();
    booted.does(&line("systemctl enable --now keyward-auth.socket"));
    booted.does(
        "systemctl enable --now keyward-expiring.timer; systemctl start keyward-expiring.service",
    );
    booted.does(&format!("systemctl is-active {UNITS}"));
    assert_eq!(booted.status(secret), "200");
    assert_eq!(booted.status("1:none"), "401");

    // After an upgrade the new program runs, and the sockets are the same.
    let runs = || {
        let process = booted.property("keyward.service", "MainPID");
        (
            process,
            booted.property("keyward-auth.socket", "InvocationID"),
        )
    };
    let before = runs();
    booted.does("dpkg -i keyward_*.deb");
    let after = runs();
    assert!(
        before.0 != after.0 && before.1 == after.1,
        "{before:?} {after:?}"
    );
    assert_eq!(booted.status(secret), "200");

    // Where it cannot start the package is installed all the same.
    booted.does("mv /var/lib/keyward/keyward.db .; systemctl restart keyward.service || :; dpkg -i keyward_*.deb");
    assert_eq!(
        booted.does("dpkg-query -W -f '${Status}' keyward"),
        "install ok installed"
    );
    booted.does("mv keyward.db /var/lib/keyward; systemctl restart keyward.service");
    assert_eq!(booted.status(secret), "200");

    // Its sockets end it, and starting it starts them.
    let stop = "systemctl stop keyward-auth.socket keyward-api.socket";
    assert!(page.contains(stop));
    booted.does(stop);
    assert_eq!(
        booted.property("keyward.service", "ActiveState"),
        "inactive\n"
    );
    booted.does("systemctl start keyward.service");
    assert_eq!(booted.status(secret), "200");

    booted.does(&steps("## Removing"));
    for unit in UNITS.split(' ') {
        assert_eq!(booted.property(unit, "ActiveState"), "inactive\n", "{unit}");
    }
    booted.does("test ! -e /run/keyward/auth.sock; test -f /var/lib/keyward/keyward.db");
}
