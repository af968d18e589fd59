//! A client that sends exactly what it is told, on one connection.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::Duration;

use tokio::net::TcpSocket;
use tokio::runtime::Builder;

/// The address that the client comes from: not that of a proxy which asks keyward over TCP.
pub const ADDRESS: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);

/// How long an answer may take on a busy machine before the test has failed.
const LIMIT: Duration = Duration::from_secs(30);

/// A request, line by line.
#[derive(Clone)]
pub struct Request {
    head: String,
    is_head: bool,
    body: Vec<u8>,
}

impl Request {
    pub fn new(method: &str, target: &str) -> Request {
        Request {
            head: format!("{method} {target} HTTP/1.1\r\nHost: api.example.org\r\n"),
            is_head: method == "HEAD",
            body: Vec::new(),
        }
    }

    pub fn get(target: &str) -> Request {
        Request::new("GET", target)
    }

    /// With a header, as it is to be sent.
    pub fn with(mut self, name: &str, value: &str) -> Request {
        self.head += &[name, ": ", value, "\r\n"].concat();
        self
    }

    pub fn key(self, secret: &str) -> Request {
        self.with("api-secret-key", secret)
    }

    pub fn body(mut self, body: &[u8]) -> Request {
        self.body = body.to_vec();
        self.with("Content-Length", &body.len().to_string())
    }

    /// With a body whose length is not told beforehand.
    pub fn chunked(mut self, body: &[u8]) -> Request {
        let (one, two) = body.split_at(body.len() / 3);
        for chunk in [one, two, b""] {
            self.body.extend(format!("{:x}\r\n", chunk.len()).bytes());
            self.body.extend(chunk);
            self.body.extend(b"\r\n");
        }
        self.with("Transfer-Encoding", "chunked")
    }

    /// The handshake of a WebSocket, with the key of RFC 6455, section 1.3.
    pub fn web_socket(target: &str) -> Request {
        Request::get(target)
            .with("Connection", "Upgrade")
            .with("Upgrade", "websocket")
            .with("Sec-WebSocket-Version", "13")
            .with("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
}

impl Answer {
    /// The values of a header; the name is given in small letters.
    pub fn header(&self, name: &str) -> Vec<&str> {
        values(&self.headers, name)
    }
}

/// The values of a header, by its name in small letters.
pub fn values<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
    let named = headers.iter().filter(|(of, _)| of == name);
    named.map(|(_, value)| value.as_str()).collect()
}

/// A head: its first line and its headers, whose names are given in small letters. Nothing where the other side has closed.
pub fn read_head(stream: &mut impl BufRead) -> Option<(String, Vec<(String, String)>)> {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).ok()? == 0 {
            return None;
        }
        match line.trim_end_matches(['\r', '\n']) {
            "" => break,
            line => lines.push(line.to_owned()),
        }
    }
    let mut lines = lines.into_iter();
    let first = lines.next()?;
    let headers = lines.map(|line| {
        let (name, value) = line.split_once(':').expect("a header");
        (name.to_lowercase(), value.trim().to_owned())
    });
    Some((first, headers.collect()))
}

/// The body that belongs to a head.
pub fn read_body(stream: &mut impl BufRead, headers: &[(String, String)]) -> Vec<u8> {
    let mut body = Vec::new();
    if values(headers, "transfer-encoding").contains(&"chunked") {
        loop {
            let mut size = String::new();
            stream.read_line(&mut size).expect("a chunk");
            let size = u64::from_str_radix(size.trim_end(), 16).expect("a size");
            stream.take(size).read_to_end(&mut body).expect("a chunk");
            stream.read_line(&mut String::new()).expect("its end");
            if size == 0 {
                return body;
            }
        }
    }
    if let [length] = values(headers, "content-length")[..] {
        let length = length.parse().expect("a number");
        stream.take(length).read_to_end(&mut body).expect("a body");
    }
    body
}

/// A connection from the address of the client's.
fn connect(port: u16) -> io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    socket.bind(SocketAddr::from((ADDRESS, 0)))?;
    let runtime = Builder::new_current_thread().enable_io().build()?;
    let connecting = socket.connect(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    let _inside = runtime.enter();
    let stream = runtime.block_on(connecting)?.into_std()?;
    stream.set_nonblocking(false)?;
    Ok(stream)
}

/// One connection to a proxy.
pub struct Client {
    stream: BufReader<TcpStream>,
}

impl Client {
    pub fn connect(port: u16) -> Client {
        let stream = connect(port).expect("connected");
        stream.set_read_timeout(Some(LIMIT)).expect("set");
        Client {
            stream: BufReader::new(stream),
        }
    }

    /// Sends a request and waits for the answer.
    #[track_caller]
    pub fn ask(&mut self, request: &Request) -> Answer {
        self.send(format!("{}\r\n", request.head).as_bytes());
        self.send(&request.body);
        let (line, headers) = read_head(&mut self.stream).expect("an answer");
        let status = line
            .split(' ')
            .nth(1)
            .and_then(|status| status.parse().ok());
        let status = status.expect(&line);
        let has_body = !request.is_head && ![101, 204, 304].contains(&status);
        if has_body {
            read_body(&mut self.stream, &headers);
        }
        Answer { status, headers }
    }

    /// Sends bytes. A proxy may have answered and closed before it has them all.
    fn send(&mut self, bytes: &[u8]) {
        let _ = self.stream.get_mut().write_all(bytes);
    }

    /// Whether bytes sent come back as they are, once protocols were changed.
    pub fn echoes(&mut self, bytes: &[u8]) -> bool {
        self.send(bytes);
        let mut back = vec![0; bytes.len()];
        self.stream.read_exact(&mut back).is_ok() && back == bytes
    }
}
