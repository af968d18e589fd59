//! GNU screen with a console in it; it ends with the test.

use std::ffi::OsStr;
use std::fs;
use std::ops::{Deref, DerefMut};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::process::{is_there, skip};
use super::pty::{Pty, Start};

/// The terminal around screen.
pub struct InScreen {
    terminal: Pty,
    sockets: PathBuf,
}

impl InScreen {
    /// Starts a program in screen, with these settings of screen's own. Nothing where there is no screen.
    pub fn start(
        home: &Path,
        settings: &str,
        program: &[&str],
        variables: &[(&str, &OsStr)],
    ) -> Option<InScreen> {
        if !is_there("screen") {
            skip("there is no GNU screen");
            return None;
        }
        let sockets = home.join("screen");
        fs::create_dir(&sockets).expect("directory");
        fs::set_permissions(&sockets, PermissionsExt::from_mode(0o700)).expect("private");
        let config = home.join("screenrc");
        fs::write(&config, settings).expect("settings");
        let mut arguments = vec!["-c", config.to_str().expect("path")];
        arguments.extend(program);
        let mut variables = variables.to_vec();
        variables.push(("SCREENDIR", sockets.as_os_str()));
        let terminal = Start {
            program: "/usr/bin/screen",
            variables: &variables,
            ..Start::new(home, &arguments)
        }
        .go();
        Some(InScreen { terminal, sockets })
    }
}

impl Deref for InScreen {
    type Target = Pty;

    fn deref(&self) -> &Pty {
        &self.terminal
    }
}

impl DerefMut for InScreen {
    fn deref_mut(&mut self) -> &mut Pty {
        &mut self.terminal
    }
}

impl Drop for InScreen {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = Command::new("/usr/bin/screen")
            .args(["-X", "quit"])
            .env("SCREENDIR", &self.sockets)
            .output();
    }
}
