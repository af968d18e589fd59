//! The address of a database, as libpq writes it (<https://www.postgresql.org/docs/15/libpq-connect.html>), but for a
//! password, which it never holds.

use std::path::PathBuf;
use std::time::Duration;

use tokio_postgres::Config;
use tokio_postgres::config::{Host, SslMode};

use crate::domain::server::holds_password;
use crate::domain::trouble::ServerFault;

/// Where Debian's servers have their sockets.
const SOCKETS: &str = "/run/postgresql";
const PORT: u16 = 5432;
/// How long a host is waited for that does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The parameters that are taken, beside [`FILES`].
const TAKEN: [&str; 6] = [
    "host",
    "port",
    "user",
    "dbname",
    "options",
    "connect_timeout",
];
/// Those that name files or say how the line is secured; they are no parameters of the library.
const FILES: [&str; 5] = ["sslmode", "sslrootcert", "sslcert", "sslkey", "passfile"];

/// A server to be tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// The directory of its socket, and the number in the socket's name.
    Socket(PathBuf, u16),
    /// A name or an address, and the port.
    Network(String, u16),
}

impl Endpoint {
    pub fn port(&self) -> u16 {
        match self {
            Endpoint::Socket(_, port) | Endpoint::Network(_, port) => *port,
        }
    }
}

/// The files that an address names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    pub roots: Option<PathBuf>,
    pub certificate: Option<PathBuf>,
    pub key: Option<PathBuf>,
    pub passwords: Option<PathBuf>,
}

/// An address that was understood.
#[derive(Clone, Debug)]
pub struct Address {
    /// Who is asked for what; nothing of where, and no password.
    pub config: Config,
    /// In the order in which they are tried.
    pub endpoints: Vec<Endpoint>,
    /// How long each of them is waited for.
    pub patience: Duration,
    /// The line is secured even where nobody else could listen.
    pub secured: bool,
    pub files: Files,
}

impl Address {
    /// Reads one; who does not name a role is the one of their account's name.
    ///
    /// # Errors
    /// [`ServerFault::Password`], [`ServerFault::Parameter`] and [`ServerFault::Address`].
    pub fn parse(text: &str, account: &str) -> Result<Address, ServerFault> {
        if holds_password(text) {
            return Err(ServerFault::Password);
        }
        let (place, parameters) = text.split_once('?').unwrap_or((text, ""));
        let mut files = Files::default();
        let mut secured = false;
        let mut rest = Vec::new();
        for parameter in parameters.split('&').filter(|one| !one.is_empty()) {
            let (name, value) = parameter.split_once('=').ok_or(ServerFault::Address)?;
            if TAKEN.contains(&name) {
                // The library takes one host at a time.
                let hosts = name == "host";
                let values = value.split(',').filter(|_| hosts);
                rest.extend(values.map(|host| format!("host={host}")));
                rest.extend((!hosts).then(|| parameter.to_owned()));
                continue;
            }
            if !FILES.contains(&name) {
                return Err(ServerFault::Parameter(name.to_owned()));
            }
            let value = decoded(value)?;
            match name {
                "sslrootcert" => files.roots = Some(value.into()),
                "sslcert" => files.certificate = Some(value.into()),
                "sslkey" => files.key = Some(value.into()),
                "passfile" => files.passwords = Some(value.into()),
                _ => match value.as_str() {
                    "require" | "verify-ca" | "verify-full" => secured = true,
                    "disable" | "allow" | "prefer" => {}
                    _ => return Err(ServerFault::Address),
                },
            }
        }
        secured |= files.roots.is_some();
        let config = parsed(&format!("{place}?{}", rest.join("&")))?;
        let endpoints = endpoints(&config)?;
        let patience = config.get_connect_timeout().copied();
        let mut asked = Config::new();
        let user = config.get_user().filter(|user| !user.is_empty());
        let user = user.unwrap_or(account);
        asked
            .user(user)
            .dbname(config.get_dbname().unwrap_or(user))
            .application_name("keyward");
        if let Some(options) = config.get_options() {
            asked.options(options);
        }
        Ok(Address {
            config: asked,
            endpoints,
            patience: patience.unwrap_or(PATIENCE),
            secured,
            files,
        })
    }

    /// Adds to what the server is told of the session.
    pub fn set(&mut self, option: &str) {
        let before = self.config.get_options().unwrap_or_default();
        let options = format!("{before} -c {option}");
        self.config.options(options.trim());
    }

    /// The role that is asked for.
    pub fn role(&self) -> &str {
        self.config.get_user().unwrap_or_default()
    }

    /// The database that is asked for.
    pub fn database(&self) -> &str {
        self.config.get_dbname().unwrap_or_default()
    }

    /// What the library is told where the line is secured, and where it is not.
    pub fn asking(&self, secured: bool) -> Config {
        let mut config = self.config.clone();
        config.ssl_mode(if secured {
            SslMode::Require
        } else {
            SslMode::Disable
        });
        config
    }
}

/// Errors of the library may repeat what they were given.
fn parsed(text: &str) -> Result<Config, ServerFault> {
    text.parse().map_err(|_| ServerFault::Address)
}

/// A value as it is meant, by the library's own hand.
fn decoded(value: &str) -> Result<String, ServerFault> {
    let config = parsed(&format!("postgres:///?application_name={value}"))?;
    let value = config.get_application_name().unwrap_or_default();
    Ok(value.to_owned())
}

fn endpoints(config: &Config) -> Result<Vec<Endpoint>, ServerFault> {
    let sockets = [Host::Unix(SOCKETS.into())];
    let hosts = match config.get_hosts() {
        [] => &sockets[..],
        hosts => hosts,
    };
    let ports = config.get_ports();
    if ports.len() > 1 && ports.len() != hosts.len() {
        return Err(ServerFault::Address);
    }
    let port = |at: usize| ports.get(at).or(ports.first()).copied().unwrap_or(PORT);
    let endpoint = |(at, host): (usize, &Host)| match host {
        Host::Unix(directory) => Endpoint::Socket(directory.clone(), port(at)),
        Host::Tcp(name) if name.is_empty() => Endpoint::Socket(SOCKETS.into(), port(at)),
        Host::Tcp(name) => Endpoint::Network(name.clone(), port(at)),
    };
    Ok(hosts.iter().enumerate().map(endpoint).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Address {
        Address::parse(text, "alice").expect(text)
    }

    fn refused(text: &str) -> ServerFault {
        Address::parse(text, "alice").expect_err(text)
    }

    fn socket(directory: &str) -> Endpoint {
        Endpoint::Socket(directory.into(), PORT)
    }

    fn host(name: &str, port: u16) -> Endpoint {
        Endpoint::Network(name.to_owned(), port)
    }

    #[test]
    fn an_address_says_who_asks_which_servers_for_what() {
        let address = read("postgres:///keyward");
        assert_eq!(address.endpoints, [socket(SOCKETS)]);
        assert_eq!((address.role(), address.database()), ("alice", "keyward"));
        assert_eq!(address.patience, PATIENCE);
        assert!(!address.secured);

        let address = read("postgresql://bob@db1,db2:5433/keys?connect_timeout=2");
        assert_eq!(address.endpoints, [host("db1", PORT), host("db2", 5433)]);
        assert_eq!((address.role(), address.database()), ("bob", "keys"));
        assert_eq!(address.patience, Duration::from_secs(2));

        let address = read("postgres:///keyward?host=/tmp/a%20b,[::1],db2&port=5432,6000,7000");
        let hosts = [socket("/tmp/a b"), host("[::1]", 6000), host("db2", 7000)];
        assert_eq!(address.endpoints, hosts);
        assert_eq!(read("postgres:///").database(), "alice");
        assert_eq!(read("postgres://bob@db1").database(), "bob");
    }

    #[test]
    fn what_the_server_is_told_is_added_to_what_the_address_says() {
        let mut address = read("postgres:///keyward?options=-csearch_path%3Dt17");
        address.set("jit=off");
        assert_eq!(
            address.config.get_options(),
            Some("-csearch_path=t17 -c jit=off")
        );
        let mut address = read("postgres:///keyward");
        address.set("jit=off");
        assert_eq!(address.config.get_options(), Some("-c jit=off"));
    }

    #[test]
    fn files_and_the_wish_for_a_secured_line_are_read() {
        let address =
            read("postgres://db1/k?sslrootcert=/etc/a%26b.crt&sslcert=c&sslkey=k&passfile=/p");
        let files = Files {
            roots: Some("/etc/a&b.crt".into()),
            certificate: Some("c".into()),
            key: Some("k".into()),
            passwords: Some("/p".into()),
        };
        assert_eq!(address.files, files);
        assert!(address.secured);
        assert!(read("postgres://localhost/k?sslmode=verify-full").secured);
        assert!(!read("postgres://localhost/k?sslmode=prefer").secured);
    }

    #[test]
    fn what_is_not_understood_is_refused_and_not_repeated() {
        assert_eq!(
            refused("postgres://a:sesame@db1/keyward"),
            ServerFault::Password
        );
        assert_eq!(
            refused("postgres:///keyward?password=sesame"),
            ServerFault::Password
        );
        let parameter = ServerFault::Parameter("gssencmode".to_owned());
        assert_eq!(refused("postgres:///keyward?gssencmode=x"), parameter);
        for unclear in [
            "postgres:///k?host",
            "postgres://db1:x/k",
            "postgres:///k?host=a,b,c&port=1,2",
            "postgres:///k?sslmode=maybe",
            "postgres:///k?connect_timeout=soon",
        ] {
            assert_eq!(refused(unclear), ServerFault::Address, "{unclear}");
        }
    }
}
