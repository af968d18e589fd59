//! A running `keyward serve`, and a client that speaks to it byte by byte.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use keyward::auth::hash::Cost;
use keyward::domain::api_key::ApiKeyDraft;
use keyward::domain::id::KeyId;
use keyward::domain::secret::Secret;
use keyward::domain::user::Actor;
use keyward::service::Service;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::Value;
use tempfile::TempDir;

use super::database::{Raw, as_made, at, db, draft, raw};
use super::process::eventually;
use super::program::keyward;

/// No answer takes longer than this.
const PATIENCE: Duration = Duration::from_secs(20);

/// A directory with a database of the machine's clock and real cost, and its owner.
pub struct House {
    pub directory: TempDir,
    pub service: Service,
    pub owner: Actor,
}

impl House {
    pub fn new() -> House {
        let directory = tempfile::tempdir().expect("a directory");
        let (service, owner) = as_made(&directory.path().join("keyward.db"), Cost::REAL);
        House {
            directory,
            service,
            owner,
        }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    pub fn database(&self) -> PathBuf {
        self.path("keyward.db")
    }

    /// A connection past the product.
    pub fn behind(&self) -> Raw {
        raw(&at(&self.database()))
    }

    /// Creates a key for which nothing else was typed than its name; Auditor is its role.
    pub fn key(&mut self, name: &str) -> (KeyId, Secret) {
        self.key_of(&draft(name))
    }

    /// Creates a key whose secret is delivered.
    pub fn key_of(&mut self, draft: &ApiKeyDraft) -> (KeyId, Secret) {
        let issued = self.service.create_key(&self.owner, draft);
        let issued = issued.expect("created");
        let delivered = self.service.deliver(&self.owner, issued.id, None);
        delivered.expect("delivered");
        (issued.key, issued.secret)
    }

    /// The command that serves this database; sockets without a directory are in its own.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = keyward(self.directory.path(), &["serve", "--db"]);
        command.arg(db(&self.database())).args(args);
        command
    }

    /// Starts a server, and waits until it is ready.
    #[track_caller]
    pub fn serve(&self, args: &[&str]) -> Server {
        Server::start(self.command(args))
    }
}

/// A server that is ready; it is killed if nobody stops it.
pub struct Server {
    child: Child,
    log: Arc<Mutex<String>>,
    reading: Option<JoinHandle<()>>,
    directory: PathBuf,
}

impl Server {
    /// Starts a server, and waits until it is ready.
    #[track_caller]
    pub fn start(mut command: Command) -> Server {
        let directory = command.get_current_dir().unwrap_or(Path::new(".")).into();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let mut child = child.expect("started");
        let log = Arc::new(Mutex::new(String::new()));
        let (lines, kept) = (child.stderr.take().expect("piped"), Arc::clone(&log));
        let reading = thread::spawn(move || {
            let mut lines = BufReader::new(lines);
            let mut line = String::new();
            while lines.read_line(&mut line).is_ok_and(|read| read > 0) {
                kept.lock().expect("the log").push_str(&line);
                line.clear();
            }
        });
        let server = Server {
            child,
            log,
            reading: Some(reading),
            directory,
        };
        server.has_logged("ready", |event| event["event"] == "ready");
        server
    }

    /// The process.
    pub fn pid(&self) -> Pid {
        Pid::from_raw(i32::try_from(self.child.id()).expect("a process ID"))
    }

    /// All that was written to standard error.
    pub fn log(&self) -> String {
        self.log.lock().expect("the log").clone()
    }

    /// The lines of the log, those that are JSON.
    pub fn events(&self) -> Vec<Value> {
        let log = self.log();
        log.lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect()
    }

    /// Waits until the log has such a line.
    #[track_caller]
    pub fn has_logged(&self, what: &str, is_it: impl Fn(&Value) -> bool) {
        eventually(what, || self.events().iter().any(&is_it));
    }

    /// Where it listens: `auth`, `api` or `admin`, the first of them.
    #[track_caller]
    pub fn place(&self, face: &str) -> String {
        let events = self.events();
        let ready = events.iter().find(|event| event["event"] == "ready");
        let place = ready.and_then(|ready| ready[face][0].as_str());
        place.unwrap_or_else(|| panic!("no {face}")).to_owned()
    }

    /// Connects a client.
    #[track_caller]
    pub fn connect(&self, face: &str) -> Client {
        Client::connect(&self.place(face), &self.directory)
    }

    /// One request on a connection of its own.
    #[track_caller]
    pub fn ask(&self, face: &str, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.connect(face).ask(method, target, headers)
    }

    /// Ends it as systemd does, and waits until it has ended.
    pub fn stop(mut self) -> (ExitStatus, Vec<Value>) {
        self.signal(Signal::SIGTERM);
        let status = self.ended();
        (status, self.events())
    }

    /// Sends a signal.
    pub fn signal(&self, signal: Signal) {
        kill(self.pid(), signal).expect("sent");
    }

    /// Waits until it has ended.
    #[track_caller]
    pub fn ended(&mut self) -> ExitStatus {
        for _ in 0..2_000 {
            if let Some(status) = self.child.try_wait().expect("waited") {
                if let Some(reading) = self.reading.take() {
                    reading.join().expect("read");
                }
                return status;
            }
            thread::sleep(Duration::from_millis(10));
        }
        panic!("never ended: {}", self.log());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A connection to a server.
pub struct Client {
    stream: Stream,
    read: Vec<u8>,
}

enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream),
}

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The one value of a header.
    #[track_caller]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(header, _)| header == name);
        let value = values.next();
        assert!(values.next().is_none(), "{name} twice: {self:?}");
        value.map(|(_, value)| value.as_str())
    }
}

impl Client {
    /// Connects to a place as the log names it; a relative path begins in the directory.
    #[track_caller]
    pub fn connect(place: &str, directory: &Path) -> Client {
        let stream = if let Some(path) = place.strip_prefix("unix:") {
            let stream = UnixStream::connect(directory.join(path)).expect("connected");
            stream.set_read_timeout(Some(PATIENCE)).expect("set");
            Stream::Unix(stream)
        } else {
            let stream = TcpStream::connect(place).expect("connected");
            stream.set_read_timeout(Some(PATIENCE)).expect("set");
            Stream::Tcp(stream)
        };
        Client {
            stream,
            read: Vec::new(),
        }
    }

    /// Sends bytes as they are.
    #[track_caller]
    pub fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let sent = self.try_send(bytes.as_ref());
        sent.expect("sent");
    }

    /// Sends bytes as they are, where the server may have closed the connection.
    pub fn try_send(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        match &mut self.stream {
            Stream::Unix(stream) => stream.write_all(bytes),
            Stream::Tcp(stream) => stream.write_all(bytes),
        }
    }

    /// Sends nothing more, and still reads.
    pub fn finish_sending(&self) {
        let done = match &self.stream {
            Stream::Unix(stream) => stream.shutdown(Shutdown::Write),
            Stream::Tcp(stream) => stream.shutdown(Shutdown::Write),
        };
        done.expect("shut down");
    }

    /// Sends a request without a body, and reads its answer.
    #[track_caller]
    pub fn ask(&mut self, method: &str, target: &str, headers: &[(&str, &str)]) -> Answer {
        self.send(request(method, target, headers));
        self.answer_to(method)
    }

    /// Reads the next answer, to a method that has a body in its answers.
    #[track_caller]
    pub fn answer(&mut self) -> Answer {
        self.answer_to("GET")
    }

    /// Reads the next answer.
    #[track_caller]
    pub fn answer_to(&mut self, method: &str) -> Answer {
        let end = loop {
            let end = self.read.windows(4).position(|four| four == b"\r\n\r\n");
            if let Some(end) = end {
                break end + 4;
            }
            assert!(self.more(), "closed after {:?}", self.text());
        };
        let head: Vec<u8> = self.read.drain(..end).collect();
        let head = String::from_utf8(head).expect("ASCII");
        let mut lines = head.trim_end().split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let status = status.and_then(|status| status.parse().ok());
        let header = |line: &str| {
            let (name, value) = line.split_once(": ").expect("a header");
            (name.to_ascii_lowercase(), value.to_owned())
        };
        let mut answer = Answer {
            status: status.expect("a status"),
            headers: lines.map(header).collect(),
            body: Vec::new(),
        };
        let length = answer.header("content-length");
        let length: usize = length.map_or(0, |length| length.parse().expect("a length"));
        if method != "HEAD" {
            while self.read.len() < length {
                assert!(self.more(), "closed in a body");
            }
            answer.body = self.read.drain(..length).collect();
        }
        answer
    }

    /// What has come and belongs to no answer yet.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.read).into_owned()
    }

    fn more(&mut self) -> bool {
        let mut buffer = [0; 4096];
        let read = match &mut self.stream {
            Stream::Unix(stream) => stream.read(&mut buffer),
            Stream::Tcp(stream) => stream.read(&mut buffer),
        };
        match read {
            Ok(0) => false,
            Ok(read) => {
                self.read.extend_from_slice(&buffer[..read]);
                true
            }
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => false,
            Err(error) => panic!("{error}"),
        }
    }

    /// Waits until the server closes the connection; says what came before.
    #[track_caller]
    pub fn closed(&mut self) -> String {
        while self.more() {}
        self.text()
    }
}

/// A request without a body.
pub fn request(method: &str, target: &str, headers: &[(&str, &str)]) -> String {
    let headers = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    let headers: String = headers.collect();
    format!("{method} {target} HTTP/1.1\r\nhost: keyward\r\n{headers}\r\n")
}
