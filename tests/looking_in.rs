//! Who else of the account can look into the process's memory, from its first instant on.

use std::fs::{self, Permissions};
use std::io::{ErrorKind, PipeReader, Write, pipe};
use std::os::fd::AsFd;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::unistd::geteuid;

mod support {
    #![allow(dead_code, reason = "each file of tests uses a part of it")]
    pub mod process;
}

use support::process::{eventually, is_there, skip};

/// An account that owns nothing and is not root.
const OTHER: [&str; 3] = ["--reuid=65534", "--regid=65534", "--clear-groups"];

fn as_other() -> Command {
    let mut command = Command::new("/usr/bin/setpriv");
    command.args(OTHER);
    command
}

/// A process that hangs between the kernel's start of it and its own first instruction: what the dynamic linker has to
/// say does not go into a pipe that is full.
struct Held {
    child: Child,
    _pipe: PipeReader,
}

impl Held {
    fn start(program: &Path) -> Held {
        let (reader, mut writer) = pipe().expect("a pipe");
        let set = |flags| fcntl(writer.as_fd(), FcntlArg::F_SETFL(flags)).expect("set");
        set(OFlag::O_NONBLOCK);
        loop {
            match writer.write(b" ") {
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                written => assert_eq!(written.expect("written"), 1),
            }
        }
        let set = |flags| fcntl(writer.as_fd(), FcntlArg::F_SETFL(flags)).expect("set");
        set(OFlag::empty());
        let child = as_other()
            .args(["/usr/bin/env", "LD_DEBUG=all"])
            .args([program.as_os_str(), "verify".as_ref()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(writer)
            .spawn()
            .expect("started");
        let name = program.file_name().and_then(|name| name.to_str());
        let comm = format!("/proc/{}/comm", child.id());
        eventually("it is the program, and hangs", || {
            fs::read_to_string(&comm).expect("running").trim() == name.expect("a name")
        });
        Held {
            child,
            _pipe: reader,
        }
    }

    /// Whether another process of its account can open its memory.
    fn can_be_looked_into(&self) -> bool {
        let look = format!(": < /proc/{}/mem", self.child.id());
        let looked = as_other()
            .args(["/bin/sh", "-c", &look])
            .stderr(Stdio::null())
            .status();
        looked.expect("ran").success()
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn installed_as_readme_says_nobody_looks_in_even_before_its_first_instruction() {
    if !geteuid().is_root() || !is_there("setpriv") {
        skip("needs root, who can start a process of another account with setpriv");
        return;
    }
    let directory = tempfile::tempdir().expect("directory");
    fs::set_permissions(directory.path(), Permissions::from_mode(0o755)).expect("opened");
    for (name, mode, open) in [("readable", 0o755, true), ("installed", 0o711, false)] {
        let program = directory.path().join(name);
        fs::copy(env!("CARGO_BIN_EXE_keyward"), &program).expect("copied");
        fs::set_permissions(&program, Permissions::from_mode(mode)).expect("set");
        assert_eq!(Held::start(&program).can_be_looked_into(), open, "{name}");
    }
}
