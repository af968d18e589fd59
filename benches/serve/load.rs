//! What sends requests: one thread with several connections that are kept alive, over unix sockets.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::now;

/// How long a client waits that was told to try again: what `Retry-After` says.
const AGAIN: Duration = Duration::from_secs(1);

/// A connection that is kept alive, on which one request is answered at a time.
pub struct Client {
    stream: UnixStream,
    /// What has come of an answer and was not read yet.
    come: Vec<u8>,
}

impl Client {
    pub fn connect(socket: &Path) -> io::Result<Client> {
        let stream = UnixStream::connect(socket)?;
        stream.set_read_timeout(Some(Duration::from_mins(1)))?;
        Ok(Client {
            stream,
            come: Vec::with_capacity(1_024),
        })
    }

    pub fn send(&mut self, request: &[u8]) -> io::Result<()> {
        self.stream.write_all(request)
    }

    /// Waits for an answer and says its status.
    pub fn answer(&mut self) -> io::Result<u16> {
        loop {
            if let Some(end) = self.come.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = String::from_utf8_lossy(&self.come[..end]).to_ascii_lowercase();
                let length = head.split("content-length:").nth(1).map_or(0, |rest| {
                    let digits = rest.lines().next().unwrap_or_default();
                    digits.trim().parse().unwrap_or(0)
                });
                let whole = end + 4 + length;
                if self.come.len() >= whole {
                    let status = head.get(9..12).and_then(|status| status.parse().ok());
                    self.come.drain(..whole);
                    return status.ok_or(io::ErrorKind::InvalidData.into());
                }
            }
            let mut room = [0; 1_024];
            match self.stream.read(&mut room)? {
                0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                read => self.come.extend_from_slice(&room[..read]),
            }
        }
    }
}

/// What came of a while of requests.
#[derive(Clone, Copy, Debug, Default)]
pub struct Load {
    pub answered: u32,
    /// Those among them that were answered 200.
    pub allowed: u32,
    pub time: Duration,
}

impl Load {
    pub fn per_second(self) -> f64 {
        f64::from(self.answered) / self.time.as_secs_f64()
    }
}

/// As many requests as are answered in this time, one after another from `requests` on each connection.
pub fn flood(
    socket: &Path,
    requests: &[Vec<u8>],
    connections: usize,
    time: Duration,
) -> io::Result<Load> {
    let mut requests = requests.iter().cycle();
    let mut next = || requests.next().expect("a request");
    let mut clients = Vec::new();
    for _ in 0..connections {
        let mut client = Client::connect(socket)?;
        client.send(next())?;
        clients.push(client);
    }
    let (start, mut load) = (now(), Load::default());
    loop {
        for client in &mut clients {
            let status = client.answer()?;
            load.answered += 1;
            load.allowed += u32::from(status == 200);
            client.send(next())?;
        }
        load.time = now() - start;
        if load.time >= time {
            break;
        }
    }
    for client in &mut clients {
        client.answer()?;
    }
    Ok(load)
}

/// How long each of these requests took, sent at this rate over one connection. What is sent late because the answer before
/// it was late counts from when it was due.
pub fn paced(
    socket: &Path,
    requests: &[Vec<u8>],
    per_second: u32,
    time: Duration,
) -> io::Result<Vec<Duration>> {
    let mut client = Client::connect(socket)?;
    let (step, start) = (Duration::from_secs(1) / per_second, now());
    let mut times = Vec::new();
    for (due, request) in (0_u32..)
        .map(|steps| start + step * steps)
        .zip(requests.iter().cycle())
    {
        let early = due.saturating_duration_since(now());
        thread::sleep(early);
        let from = if early.is_zero() { due } else { now() };
        client.send(request)?;
        client.answer()?;
        times.push(now() - from);
        if due - start >= time {
            break;
        }
    }
    Ok(times)
}

/// Sends each request at once, on a connection of its own, and again whatever is not allowed. Says how long it took until
/// all were, and how many answers were others.
pub fn stampede(socket: &Path, requests: &[Vec<u8>]) -> io::Result<(Duration, usize)> {
    let clients = requests.iter().map(|_| Client::connect(socket));
    let mut clients = clients.collect::<io::Result<Vec<_>>>()?;
    let (start, mut others) = (now(), 0);
    let mut left: Vec<usize> = (0..requests.len()).collect();
    while !left.is_empty() {
        for at in &left {
            clients[*at].send(&requests[*at])?;
        }
        let mut again = Vec::new();
        for at in left {
            if clients[at].answer()? != 200 {
                again.push(at);
            }
        }
        others += again.len();
        left = again;
        if !left.is_empty() {
            thread::sleep(AGAIN);
        }
    }
    Ok((now() - start, others))
}
