//! The line to a server: a socket, and the thread that waits for it.
//!
//! What is asked for through the library is a future. It is polled here, by turns with the connection's own, and between the
//! polls the thread sleeps until the socket has something.

use std::cell::Cell;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::net::UnixStream;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// How often it is looked, while the server is at work, whether something else is wanted.
pub const PACE: Duration = Duration::from_millis(10);

/// A socket that is connected to a server.
#[derive(Debug)]
pub enum Socket {
    Unix(UnixStream),
    Tcp(TcpStream),
}

impl Socket {
    fn read(&self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Socket::Unix(socket) => Read::read(&mut &*socket, into),
            Socket::Tcp(socket) => Read::read(&mut &*socket, into),
        }
    }

    fn write(&self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Socket::Unix(socket) => Write::write(&mut &*socket, bytes),
            Socket::Tcp(socket) => Write::write(&mut &*socket, bytes),
        }
    }

    fn shut(&self) -> io::Result<()> {
        match self {
            Socket::Unix(socket) => socket.shutdown(Shutdown::Write),
            Socket::Tcp(socket) => socket.shutdown(Shutdown::Write),
        }
    }
}

impl AsFd for Socket {
    fn as_fd(&self) -> BorrowedFd<'_> {
        match self {
            Socket::Unix(socket) => socket.as_fd(),
            Socket::Tcp(socket) => socket.as_fd(),
        }
    }
}

/// A socket, and what is known of it.
#[derive(Debug)]
struct Ends {
    socket: Socket,
    /// There may be something to read.
    readable: AtomicBool,
    /// It took less than was to be written.
    is_full: AtomicBool,
}

/// The end of a line that the library reads and writes.
#[derive(Debug)]
pub struct Line(Arc<Ends>);

impl AsyncRead for Line {
    fn poll_read(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Ends {
            socket, readable, ..
        } = &*self.0;
        while readable.load(Ordering::Relaxed) {
            let room = into.initialize_unfilled();
            let all = room.len();
            match socket.read(room) {
                Ok(read) => {
                    // What came less than there was room for was all that there is.
                    readable.store(read == 0 || read == all, Ordering::Relaxed);
                    into.advance(read);
                    return Poll::Ready(Ok(()));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    readable.store(false, Ordering::Relaxed);
                }
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Pending
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        loop {
            match self.0.socket.write(bytes) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => {
                    self.0.is_full.store(true, Ordering::Relaxed);
                    return Poll::Pending;
                }
                // The other side has closed it, and what it said before is still to be read: why, for example.
                Err(error) if is_closed(&error) => {
                    self.0.readable.store(true, Ordering::Relaxed);
                    return Poll::Ready(Ok(bytes.len()));
                }
                written => return Poll::Ready(written),
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.socket.shut())
    }
}

fn is_closed(error: &io::Error) -> bool {
    let kinds = [ErrorKind::BrokenPipe, ErrorKind::ConnectionReset];
    kinds.contains(&error.kind())
}

/// What the library has to do beside what it is asked for: it ends with the connection.
type Connection = Pin<Box<dyn Future<Output = Result<(), tokio_postgres::Error>> + Send>>;

/// Says that something is to be polled again.
#[derive(Debug, Default)]
struct Woken(AtomicBool);

impl Wake for Woken {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Waiting for what is asked for on a line.
pub struct Waiting {
    ends: Arc<Ends>,
    connection: Option<Connection>,
    /// Why the connection ended, if that was told.
    ended: Option<tokio_postgres::Error>,
    /// Something came since it was looked last.
    heard: Cell<bool>,
    /// A server that says nothing for longer than this, while it is waited for, is given up.
    silence: Option<Duration>,
    woken: Arc<Woken>,
}

impl Waiting {
    /// For a socket; the other end is for the library.
    pub fn on(socket: Socket) -> io::Result<(Waiting, Line)> {
        match &socket {
            Socket::Unix(socket) => socket.set_nonblocking(true)?,
            Socket::Tcp(socket) => socket.set_nonblocking(true)?,
        }
        let ends = Arc::new(Ends {
            socket,
            readable: AtomicBool::new(false),
            is_full: AtomicBool::new(false),
        });
        let waiting = Waiting {
            ends: Arc::clone(&ends),
            connection: None,
            ended: None,
            heard: Cell::new(false),
            silence: None,
            woken: Arc::default(),
        };
        Ok((waiting, Line(ends)))
    }

    /// From here on it is waited for what the connection is asked for.
    pub fn set(&mut self, connection: Connection) {
        self.connection = Some(connection);
    }

    /// From here on a server is given up that says nothing for longer than this while it is waited for.
    pub fn bear(&mut self, silence: Duration) {
        self.silence = Some(silence);
    }

    /// Whether nothing can be asked for any more.
    pub fn is_over(&self) -> bool {
        self.connection.is_none()
    }

    /// Why the connection ended, once.
    pub fn why_over(&mut self) -> Option<tokio_postgres::Error> {
        self.ended.take()
    }

    /// Waits for something, and looks at something else as often. Where the line is cut, the operating system says so;
    /// where the server is silent for too long, the connection ends, and with it what was asked for.
    pub fn wait<T>(
        &mut self,
        pace: Duration,
        look: &mut dyn FnMut(),
        work: impl Future<Output = T>,
    ) -> T {
        let mut work = pin!(work);
        let mut silent = Duration::ZERO;
        loop {
            self.heard.set(false);
            if let Some(done) = self.wait_for(pace, work.as_mut()) {
                return done;
            }
            if self.heard.get() {
                silent = Duration::ZERO;
            }
            silent += pace;
            if self.silence.is_some_and(|most| silent > most) {
                self.connection = None;
            }
            look();
        }
    }

    /// Waits for something, as long as no pause before it is longer than this.
    pub fn wait_for<T>(&mut self, most: Duration, work: impl Future<Output = T>) -> Option<T> {
        let mut work = pin!(work);
        let waker = Waker::from(Arc::clone(&self.woken));
        let mut context = Context::from_waker(&waker);
        loop {
            self.woken.0.store(false, Ordering::SeqCst);
            if let Some(connection) = &mut self.connection
                && let Poll::Ready(ended) = connection.as_mut().poll(&mut context)
            {
                self.ended = ended.err();
                self.connection = None;
            }
            if let Poll::Ready(done) = work.as_mut().poll(&mut context) {
                return Some(done);
            }
            if !self.woken.0.load(Ordering::SeqCst) && !self.sleep(most) {
                return None;
            }
        }
    }

    /// Sleeps until the socket has something, but no longer than this; says whether it has.
    fn sleep(&self, most: Duration) -> bool {
        let mut events = PollFlags::POLLIN;
        if self.ends.is_full.load(Ordering::Relaxed) {
            events |= PollFlags::POLLOUT;
        }
        let mut sockets = [PollFd::new(self.ends.socket.as_fd(), events)];
        let most = PollTimeout::try_from(most).unwrap_or(PollTimeout::MAX);
        match poll(&mut sockets, most) {
            Ok(0) => false,
            Ok(_) => {
                let found = sockets[0].revents().unwrap_or(PollFlags::POLLERR);
                if found.contains(PollFlags::POLLOUT) {
                    self.ends.is_full.store(false, Ordering::Relaxed);
                }
                if found != PollFlags::POLLOUT {
                    self.ends.readable.store(true, Ordering::Relaxed);
                    self.heard.set(true);
                }
                true
            }
            Err(Errno::EINTR) => true,
            // What is wrong with the socket is told by reading it.
            Err(_) => {
                self.ends.readable.store(true, Ordering::Relaxed);
                true
            }
        }
    }

    /// Waits until the other side has closed the line, but no longer than this.
    pub fn until_closed(&self, most: Duration) {
        while self.sleep(most) {
            match self.ends.socket.read(&mut [0; 64]) {
                Ok(0) => return,
                Err(error) if error.kind() != ErrorKind::WouldBlock => return,
                Ok(_) | Err(_) => {}
            }
        }
    }
}

impl Drop for Waiting {
    /// Tells the server that nothing more will be asked, where the library still has a line to it.
    fn drop(&mut self) {
        if let Some(connection) = &mut self.connection {
            let _ = connection
                .as_mut()
                .poll(&mut Context::from_waker(Waker::noop()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::future::poll_fn;
    use std::thread;
    use tokio::io::AsyncRead;

    const SHORT: Duration = Duration::from_millis(5);
    const LONG: Duration = Duration::from_secs(30);

    fn pair() -> (Waiting, Line, UnixStream) {
        let (here, there) = UnixStream::pair().expect("a pair");
        let (waiting, line) = Waiting::on(Socket::Unix(here)).expect("set");
        (waiting, line, there)
    }

    /// Reads some bytes, or nothing at the end.
    async fn read(line: &mut Line) -> io::Result<Vec<u8>> {
        let mut bytes = [0; 4];
        let mut into = ReadBuf::new(&mut bytes);
        poll_fn(|context| Pin::new(&mut *line).poll_read(context, &mut into)).await?;
        Ok(into.filled().to_vec())
    }

    #[test]
    fn what_comes_is_read_when_it_comes_and_to_its_end() {
        let (mut waiting, mut line, mut there) = pair();
        let sent = thread::spawn(move || there.write_all(b"abcdef").expect("sent"));
        let mut all = Vec::new();
        loop {
            let bytes = waiting.wait_for(LONG, read(&mut line));
            let bytes = bytes.expect("in time").expect("read");
            if bytes.is_empty() {
                break;
            }
            all.extend(bytes);
        }
        assert_eq!(all, b"abcdef");
        sent.join().expect("ended");
    }

    #[test]
    fn what_a_closed_line_does_not_take_hides_nothing_of_what_was_said_before() {
        let (mut waiting, mut line, mut there) = pair();
        there.write_all(b"why").expect("sent");
        drop(there);
        let write = poll_fn(|context| Pin::new(&mut line).poll_write(context, b"more"));
        assert_eq!(
            waiting.wait_for(LONG, write).expect("in time").ok(),
            Some(4)
        );
        for said in [&b"why"[..], b""] {
            let read = waiting.wait_for(LONG, read(&mut line));
            assert_eq!(read.expect("in time").expect("read"), said);
        }
    }

    #[test]
    fn who_waits_looks_at_something_else_as_often() {
        let (mut waiting, mut line, mut there) = pair();
        let mut looks = 0;
        let mut look = || {
            looks += 1;
            if looks == 3 {
                there.write_all(b"x").expect("sent");
            }
        };
        let read = waiting.wait(SHORT, &mut look, read(&mut line));
        assert_eq!(read.expect("read"), b"x");
        assert_eq!(looks, 3);
    }

    #[test]
    fn a_pause_that_is_too_long_ends_it() {
        let (mut waiting, mut line, _there) = pair();
        assert!(waiting.wait_for(SHORT, read(&mut line)).is_none());
    }

    #[test]
    fn what_the_socket_does_not_take_at_once_is_written_later() {
        let (mut waiting, mut line, mut there) = pair();
        let much = vec![7_u8; 4 << 20];
        let taken = thread::spawn(move || {
            let mut all = Vec::new();
            there.read_to_end(&mut all).expect("read");
            all.len()
        });
        let work = async {
            let mut rest = &much[..];
            while !rest.is_empty() {
                let written =
                    poll_fn(|context| Pin::new(&mut line).poll_write(context, rest)).await;
                rest = &rest[written.expect("written")..];
            }
            poll_fn(|context| Pin::new(&mut line).poll_shutdown(context)).await
        };
        let done = waiting.wait_for(LONG, work);
        done.expect("in time").expect("shut");
        assert_eq!(taken.join().expect("ended"), much.len());
    }
}
