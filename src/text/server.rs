//! What stands in the way of a database on a server.

use std::path::Path;

use crate::domain::trouble::ServerFault;
use crate::text::{Text, shell_quoted};

impl Text {
    pub(super) fn server_fault(self, place: &Path, fault: &ServerFault) -> String {
        let place = &place.display();
        match fault {
            ServerFault::Password => self.say("server.password").to_owned(),
            ServerFault::NotBuilt => self.say("server.not_built").to_owned(),
            ServerFault::Address => self.fill("server.address", &[("path", place)]),
            ServerFault::Parameter(name) => {
                self.fill("server.parameter", &[("path", place), ("name", name)])
            }
            ServerFault::TooOld(version) => {
                self.fill("server.too_old", &[("path", place), ("version", version)])
            }
            ServerFault::NoDatabase(name) => {
                self.fill("server.no_database", &[("path", place), ("name", name)])
            }
            ServerFault::NoSchema => self.fill("server.no_schema", &[("path", place)]),
            ServerFault::NotEmpty => self.fill("server.not_empty", &[("path", place)]),
            ServerFault::NotMade { role } => {
                self.fill("server.not_made", &[("path", place), ("role", role)])
            }
            ServerFault::NotOwner { role, owner } => {
                let names = [
                    ("path", place as _),
                    ("role", role as _),
                    ("owner", owner as _),
                ];
                self.fill("server.not_owner", &names)
            }
            ServerFault::NoRights { role } => {
                self.fill("server.no_rights", &[("path", place), ("role", role)])
            }
            ServerFault::NotLetIn { role, words } => {
                let names = [
                    ("path", place as _),
                    ("role", role as _),
                    ("words", words as _),
                ];
                self.fill("server.not_let_in", &names)
            }
            ServerFault::NoPassword { role } => {
                self.fill("server.no_password", &[("path", place), ("role", role)])
            }
            ServerFault::OpenPasswords(file) | ServerFault::OpenKey(file) => {
                let names = [
                    ("target", &file.display() as _),
                    ("quoted", &shell_quoted(file) as _),
                ];
                self.fill("server.open_file", &names)
            }
            ServerFault::Unreadable(file, words) => self.fill(
                "server.unreadable",
                &[("target", &file.display()), ("words", words)],
            ),
            ServerFault::Plain => self.fill("server.plain", &[("path", place)]),
            ServerFault::NoRoots(file) => {
                let names = [("path", place as _), ("target", &file.display() as _)];
                self.fill("server.no_roots", &names)
            }
            ServerFault::Authority(file) => {
                let names = [("path", place as _), ("target", &file.display() as _)];
                self.fill("server.authority", &names)
            }
            ServerFault::Name(host) => self.fill("server.name", &[("path", place), ("host", host)]),
            ServerFault::Time => self.fill("server.time", &[("path", place)]),
            ServerFault::Tls(words) => {
                self.fill("server.tls", &[("path", place), ("words", words)])
            }
            ServerFault::Clocks(seconds) => {
                let apart = seconds.unsigned_abs();
                self.fill("server.clocks", &[("path", place), ("seconds", &apart)])
            }
        }
    }
}
