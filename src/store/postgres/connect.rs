//! Reaching a server: the hosts of an address one after the other, and what each of them says first.

use std::error::Error as _;
use std::io::{self, ErrorKind};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::net::sockopt;
use tokio_postgres::tls::{MakeTlsConnect, TlsConnect};
use tokio_postgres::{CancelToken, Client, Config, Error, SimpleQueryMessage};

use crate::domain::server::is_fresh;
use crate::domain::trouble::{Fault, OpenFault, ServerFault};
use crate::store::postgres::address::{Address, Endpoint};
use crate::store::postgres::fault::fault;
use crate::store::postgres::line::{Line, PACE, Socket, Waiting};
use crate::store::postgres::passwords;
use crate::store::postgres::standby;
use crate::store::postgres::tls::Securing;

/// When a line is taken for cut on which nothing comes any more: probes begin after so long, one follows another after so
/// long, and there are so many.
const PROBES: (Duration, Duration, u32) = (Duration::from_secs(5), Duration::from_secs(2), 3);
/// And what was sent is taken for lost after so many milliseconds.
const UNTAKEN: u32 = 10_000;

/// The oldest version that has what Keyward asks for.
const OLDEST: u32 = 15;

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Aim {
    /// Only a server on which something can be changed will do.
    Changes,
    /// The first that answers.
    Answers,
    /// The first that answers, unless it is a standby that knows nothing newer than this.
    Fresh(Duration),
}

/// What is wanted of which servers.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub address: Address,
    pub aim: Aim,
    /// Whoever waits for a verdict waits for each answer of a server no longer than for a connection to it.
    pub hurried: bool,
    /// The account's home directory, where it keeps certificates.
    pub home: PathBuf,
    /// The file in which it keeps passwords, unless the address names another.
    pub passwords: PathBuf,
}

/// A server that was reached.
pub struct Reached {
    /// It goes first: then the server is told that nothing more will be asked.
    pub client: Client,
    pub waiting: Waiting,
    pub cancelling: Cancelling,
    /// Nothing can be changed on it, as far as it said so.
    pub only_reads: bool,
    /// So many hosts come before it.
    pub before: usize,
}

impl Reached {
    /// Commands in one go.
    pub fn command(&mut self, sql: &str) -> Result<Vec<SimpleQueryMessage>, Error> {
        let asked = self.client.simple_query(sql);
        self.waiting.wait(PACE, &mut || (), asked)
    }

    /// How long ago it surely knew all that its primary did; nothing where it never did. A standby may have become a
    /// primary meanwhile.
    pub fn age(&mut self) -> Result<Option<Duration>, Error> {
        if !self.only_reads {
            return Ok(Some(Duration::ZERO));
        }
        let row = first_row(&self.command(standby::LOOK)?).unwrap_or_default();
        self.only_reads = standby::is_standby(&row);
        Ok(standby::age(&row))
    }
}

/// The first row of what was answered.
pub fn first_row(found: &[SimpleQueryMessage]) -> Option<Vec<Option<String>>> {
    let row = found.iter().find_map(|one| match one {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    })?;
    let values = (0..row.len()).map(|at| row.get(at).map(str::to_owned));
    Some(values.collect())
}

/// How a server was reached, to reach it again.
#[derive(Clone)]
struct Way {
    to: To,
    /// The name by which its certificate has to know it.
    host: String,
    securing: Securing,
    patience: Duration,
}

#[derive(Clone, Debug)]
enum To {
    Socket(PathBuf),
    Network(SocketAddr),
}

/// Why a host will not do.
enum Why {
    /// Another one may.
    Next(OpenFault),
    /// Nor will any other.
    Last(OpenFault),
}

impl From<ServerFault> for Why {
    fn from(fault: ServerFault) -> Why {
        Why::Last(OpenFault::Server(fault))
    }
}

fn away(error: &io::Error) -> Why {
    Why::Next(OpenFault::Fault(Fault::Away(error.to_string())))
}

impl Wanted {
    /// The same of a server that takes changes; each host is waited for no longer than this.
    pub fn at_primary(&self, patience: Duration) -> Wanted {
        let mut wanted = Wanted {
            aim: Aim::Changes,
            ..self.clone()
        };
        wanted.address.patience = wanted.address.patience.min(patience);
        wanted
    }

    /// Connects to the first of the hosts that will do.
    ///
    /// # Errors
    /// What the last one said or, where one of them only reads or is stale, that.
    pub fn connect(&self) -> Result<Reached, OpenFault> {
        self.connect_before(self.address.endpoints.len())
    }

    /// The same of so many hosts, the first ones.
    pub fn connect_before(&self, hosts: usize) -> Result<Reached, OpenFault> {
        let mut last = None;
        for (before, endpoint) in self.address.endpoints.iter().take(hosts).enumerate() {
            let mut tried: Vec<_> = match self.ways(endpoint) {
                Ok(ways) => ways.into_iter().map(Ok).collect(),
                Err(why) => vec![Err(why)],
            };
            for way in tried.drain(..) {
                match way.and_then(|way| self.reach(endpoint, way)) {
                    Ok(reached) => return Ok(Reached { before, ..reached }),
                    Err(Why::Last(fault)) => return Err(fault),
                    Err(Why::Next(_)) if last == Some(ONLY_READS) || last == Some(STALE) => {}
                    Err(Why::Next(fault)) => last = Some(fault),
                }
            }
        }
        Err(last.unwrap_or(OpenFault::Server(ServerFault::Address)))
    }

    /// Where an endpoint is: a name may have several addresses.
    fn ways(&self, endpoint: &Endpoint) -> Result<Vec<Way>, Why> {
        let way = |to, host: &str, securing| Way {
            to,
            host: host.to_owned(),
            securing,
            patience: self.address.patience,
        };
        match endpoint {
            Endpoint::Socket(directory, port) => {
                let socket = directory.join(format!(".s.PGSQL.{port}"));
                Ok(vec![way(To::Socket(socket), "", Securing::none()?)])
            }
            Endpoint::Network(host, port) => {
                let host = host.trim_start_matches('[').trim_end_matches(']');
                let found = (host, *port).to_socket_addrs();
                let found = found.map_err(|error| away(&error))?;
                let to_way = |found: SocketAddr| {
                    let securing = if self.is_secured(found) {
                        Securing::new(&self.address.files, &self.home)?
                    } else {
                        Securing::none()?
                    };
                    Ok(way(To::Network(found), host, securing))
                };
                found.map(to_way).collect()
            }
        }
    }

    /// Nobody listens within the machine.
    fn is_secured(&self, to: SocketAddr) -> bool {
        self.address.secured || !to.ip().to_canonical().is_loopback()
    }

    fn reach(&self, endpoint: &Endpoint, way: Way) -> Result<Reached, Why> {
        let secured = matches!(way.to, To::Network(to) if self.is_secured(to));
        let mut config = self.address.asking(secured);
        let (client, mut waiting, told) = match way.begin(&config) {
            Err(Begun::Said(error)) if asks_for_password(&error) => {
                config.password(&*self.password(endpoint)?);
                way.begin(&config)
            }
            begun => begun,
        }
        .map_err(|begun| self.why(begun, &way))?;
        if let Some(version) = told.too_old() {
            return Err(ServerFault::TooOld(version).into());
        }
        if told.only_reads && self.aim == Aim::Changes {
            return Err(Why::Next(ONLY_READS));
        }
        if self.hurried {
            waiting.bear(way.patience);
        }
        let token = client.cancel_token();
        let mut reached = Reached {
            client,
            waiting,
            cancelling: Cancelling { way, token },
            only_reads: told.only_reads,
            before: 0,
        };
        if let Aim::Fresh(stale) = self.aim {
            let age = reached
                .age()
                .map_err(|error| Why::Next(OpenFault::Fault(fault(&error))))?;
            if !is_fresh(age, stale) {
                return Err(Why::Next(STALE));
            }
        }
        Ok(reached)
    }

    /// The password that is kept for this server.
    fn password(&self, endpoint: &Endpoint) -> Result<zeroize::Zeroizing<Vec<u8>>, Why> {
        let address = &self.address;
        let (host, port) = match endpoint {
            Endpoint::Socket(..) => ("localhost", endpoint.port()),
            Endpoint::Network(host, _) => (host.as_str(), endpoint.port()),
        };
        let port = port.to_string();
        let wanted = [host, &port, address.database(), address.role()];
        let kept = passwords::kept(self.passwords(), wanted)?;
        let missing = || ServerFault::NoPassword {
            role: address.role().to_owned(),
            file: self.passwords().to_owned(),
            line: passwords::line(wanted),
        };
        Ok(kept.ok_or_else(missing)?)
    }

    fn passwords(&self) -> &Path {
        let named = self.address.files.passwords.as_deref();
        named.unwrap_or(&self.passwords)
    }

    fn why(&self, begun: Begun, way: &Way) -> Why {
        let error = match begun {
            Begun::Not(error) => return away(&error),
            Begun::Said(error) => error,
        };
        let role = self.address.role().to_owned();
        if let Some(said) = error.as_db_error() {
            let words = said.message().to_owned();
            return match said.code().code() {
                // What was kept was sent: nobody else asks for it.
                "28P01" => {
                    let file = self.passwords().to_owned();
                    ServerFault::WrongPassword { role, file }.into()
                }
                "28000" | "42501" => ServerFault::NotLetIn { role, words }.into(),
                "3D000" => ServerFault::NoDatabase(self.address.database().to_owned()).into(),
                _ => Why::Next(OpenFault::Fault(fault(&error))),
            };
        }
        match way.securing.fault(&error, &way.host) {
            Some(fault) => fault.into(),
            None => Why::Next(OpenFault::Fault(fault(&error))),
        }
    }
}

const ONLY_READS: OpenFault = OpenFault::Fault(Fault::OnlyReads);
const STALE: OpenFault = OpenFault::Fault(Fault::Stale);

/// Why there is no connection.
enum Begun {
    /// The socket says so.
    Not(io::Error),
    /// The server, or the library.
    Said(Error),
}

impl From<io::Error> for Begun {
    fn from(error: io::Error) -> Begun {
        Begun::Not(error)
    }
}

fn asks_for_password(error: &Error) -> bool {
    let said = error.source().map(ToString::to_string);
    error.as_db_error().is_none() && said.as_deref() == Some("password missing")
}

/// What a server tells of itself at first.
struct Told {
    only_reads: bool,
    version: String,
}

impl Told {
    fn too_old(&self) -> Option<String> {
        let major = self.version.split(['.', ' ', 'd', 'b', 'r']).next();
        let major = major.and_then(|major| major.parse::<u32>().ok());
        (major? < OLDEST).then(|| self.version.clone())
    }
}

impl Way {
    fn tls(&self) -> impl TlsConnect<Line, Stream: Send + 'static> + use<> {
        let mut library = self.securing.library.clone();
        let Ok(tls) = MakeTlsConnect::<Line>::make_tls_connect(&mut library, &self.host);
        tls
    }

    fn socket(&self) -> io::Result<Socket> {
        match &self.to {
            To::Socket(path) => UnixStream::connect(path).map(Socket::Unix),
            To::Network(to) => {
                let socket = TcpStream::connect_timeout(to, self.patience)?;
                socket.set_nodelay(true)?;
                let (idle, interval, count) = PROBES;
                sockopt::set_socket_keepalive(&socket, true)?;
                sockopt::set_tcp_keepidle(&socket, idle)?;
                sockopt::set_tcp_keepintvl(&socket, interval)?;
                sockopt::set_tcp_keepcnt(&socket, count)?;
                sockopt::set_tcp_user_timeout(&socket, UNTAKEN)?;
                Ok(Socket::Tcp(socket))
            }
        }
    }

    fn begin(&self, config: &Config) -> Result<(Client, Waiting, Told), Begun> {
        let (mut waiting, line) = Waiting::on(self.socket()?)?;
        let connecting = config.connect_raw(line, self.tls());
        let connected = waiting.wait_for(self.patience, connecting);
        let connected = connected.ok_or_else(|| io::Error::from(ErrorKind::TimedOut))?;
        let (client, connection) = connected.map_err(Begun::Said)?;
        let is_on = |name| connection.parameter(name) == Some("on");
        let told = Told {
            only_reads: is_on("in_hot_standby") || is_on("default_transaction_read_only"),
            version: connection
                .parameter("server_version")
                .unwrap_or_default()
                .to_owned(),
        };
        waiting.set(Box::pin(connection));
        Ok((client, waiting, told))
    }
}

/// Has the server end what it does for a connection.
pub struct Cancelling {
    way: Way,
    token: CancelToken,
}

impl Cancelling {
    /// When this returns, the connection was told. Where that fails, what was asked for goes on to its end.
    pub fn cancel(&self) {
        let _ = self.ask();
    }

    fn ask(&self) -> io::Result<()> {
        let (mut waiting, line) = Waiting::on(self.way.socket()?)?;
        let asking = self.token.cancel_query_raw(line, self.way.tls());
        if let Some(Ok(())) = waiting.wait_for(self.way.patience, asking) {
            // The server closes the line when the other connection was told.
            waiting.until_closed(self.way.patience);
        }
        Ok(())
    }
}
