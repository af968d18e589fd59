//! The service behind a proxy: it answers everything, and remembers what it was sent.

use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use super::client::{read_body, read_head, values};

/// A request that came through.
#[derive(Clone, Debug)]
pub struct Seen {
    pub method: String,
    pub target: String,
    pub headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Seen {
    /// The values of a header; the name is given in small letters.
    pub fn header(&self, name: &str) -> Vec<&str> {
        values(&self.headers, name)
    }
}

/// A service on a port of its own, as long as the test runs.
pub struct Application {
    pub port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    all: Mutex<Vec<Seen>>,
    ended: Arc<AtomicBool>,
    listening: Option<JoinHandle<()>>,
}

impl Application {
    pub fn start() -> Application {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("bound");
        let port = listener.local_addr().expect("an address").port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let remembered = Arc::clone(&seen);
        let ended = Arc::new(AtomicBool::new(false));
        let has_ended = Arc::clone(&ended);
        let listening = thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                if has_ended.load(Ordering::SeqCst) {
                    return;
                }
                let (seen, has_ended) = (Arc::clone(&remembered), Arc::clone(&has_ended));
                thread::spawn(move || serve(stream, &seen, &has_ended));
            }
        });
        Application {
            port,
            seen,
            all: Mutex::default(),
            ended,
            listening: Some(listening),
        }
    }

    /// From now on nobody listens, and connections are closed without an answer.
    pub fn end(&mut self) {
        self.ended.store(true, Ordering::SeqCst);
        let _wakes = TcpStream::connect(("127.0.0.1", self.port));
        let listening = self.listening.take().expect("it runs");
        listening.join().expect("ended");
    }

    /// What came since this was last asked. Each request is here before its answer is sent.
    pub fn seen(&self) -> Vec<Seen> {
        let seen = std::mem::take(&mut *self.seen.lock().expect("seen"));
        self.all.lock().expect("all").extend(seen.iter().cloned());
        seen
    }

    /// The only request that came since this was last asked.
    #[track_caller]
    pub fn one(&self) -> Seen {
        let mut seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen.remove(0)
    }

    /// Everything that ever came.
    pub fn everything(&self) -> Vec<Seen> {
        self.seen();
        self.all.lock().expect("all").clone()
    }
}

/// Answers one connection's requests.
fn serve(stream: TcpStream, seen: &Mutex<Vec<Seen>>, has_ended: &AtomicBool) {
    let mut reader = BufReader::new(stream);
    while let Some((line, headers)) = read_head(&mut reader) {
        if has_ended.load(Ordering::SeqCst) {
            return;
        }
        let body = read_body(&mut reader, &headers);
        let mut words = line.split(' ').map(str::to_owned);
        let (method, target) = (
            words.next().expect("a method"),
            words.next().expect("a target"),
        );
        let names_it = |value: &&str| value.to_lowercase().contains("upgrade");
        let changes = values(&headers, "upgrade") == ["websocket"]
            && values(&headers, "connection").iter().any(names_it);
        let is_head = method == "HEAD";
        seen.lock().expect("seen").push(Seen {
            method,
            target,
            headers,
            body,
        });
        let answer: &[u8] = match (changes, is_head) {
            (true, _) => {
                b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
                  Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
            }
            (false, true) => b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n",
            (false, false) => b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone",
        };
        if reader.get_mut().write_all(answer).is_err() {
            return;
        }
        if changes {
            return echo(reader);
        }
    }
}

/// Sends back what comes.
fn echo(mut reader: BufReader<TcpStream>) {
    let mut bytes = [0; 256];
    while let Ok(count @ 1..) = reader.read(&mut bytes) {
        if reader.get_mut().write_all(&bytes[..count]).is_err() {
            return;
        }
    }
}
