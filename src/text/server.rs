//! What stands in the way of a database on a server.

use std::fmt::Display;
use std::path::Path;

use crate::domain::trouble::ServerFault;
use crate::text::{Text, shell_quoted};

impl Text {
    pub(super) fn server_fault(self, place: &Path, fault: &ServerFault) -> String {
        let place = place.display();
        let of = |name, facts: &[(&str, &dyn Display)]| {
            let mut all: Vec<(&str, &dyn Display)> = vec![("path", &place)];
            all.extend(facts);
            self.fill(name, &all)
        };
        match fault {
            ServerFault::Password => self.say("server.password").to_owned(),
            ServerFault::NotBuilt => self.say("server.not_built").to_owned(),
            ServerFault::Address => of("server.address", &[]),
            ServerFault::Parameter(name) => of("server.parameter", &[("name", name)]),
            ServerFault::TooOld(version) => of("server.too_old", &[("version", version)]),
            ServerFault::NoDatabase(name) => of("server.no_database", &[("name", name)]),
            ServerFault::NoSchema => of("server.no_schema", &[]),
            ServerFault::NotEmpty => of("server.not_empty", &[]),
            ServerFault::NotMade { role } => of("server.not_made", &[("role", role)]),
            ServerFault::NotOwner { role, owner } => {
                of("server.not_owner", &[("role", role), ("owner", owner)])
            }
            ServerFault::NoRights { role } => of("server.no_rights", &[("role", role)]),
            ServerFault::NotLetIn { role, words } => {
                of("server.not_let_in", &[("role", role), ("words", words)])
            }
            ServerFault::NoPassword { role, file, line } => {
                let file = file.display();
                let facts: [(&str, &dyn Display); 3] =
                    [("role", role), ("target", &file), ("line", line)];
                of("server.no_password", &facts)
            }
            ServerFault::WrongPassword { role, file } => of(
                "server.wrong_password",
                &[("role", role), ("target", &file.display())],
            ),
            ServerFault::OpenPasswords(file) | ServerFault::OpenKey(file) => {
                let quoted = shell_quoted(file);
                let facts: [(&str, &dyn Display); 2] =
                    [("target", &file.display()), ("quoted", &quoted)];
                self.fill("server.open_file", &facts)
            }
            ServerFault::Unreadable(file, words) => self.fill(
                "server.unreadable",
                &[("target", &file.display()), ("words", words)],
            ),
            ServerFault::Plain => of("server.plain", &[]),
            ServerFault::NoRoots(file) => of("server.no_roots", &[("target", &file.display())]),
            ServerFault::Authority(file) => of("server.authority", &[("target", &file.display())]),
            ServerFault::Name(host) => of("server.name", &[("host", host)]),
            ServerFault::Time => of("server.time", &[]),
            ServerFault::OfAuthority => of("server.of_authority", &[]),
            ServerFault::Tls(words) => of("server.tls", &[("words", words)]),
            ServerFault::OwnCertificate(file, words) => of(
                "server.own_certificate",
                &[("target", &file.display()), ("words", words)],
            ),
            ServerFault::OtherKey { key, certificate } => self.fill(
                "server.other_key",
                &[
                    ("target", &key.display()),
                    ("certificate", &certificate.display()),
                ],
            ),
            ServerFault::Clocks(seconds) => {
                of("server.clocks", &[("seconds", &seconds.unsigned_abs())])
            }
        }
    }
}
