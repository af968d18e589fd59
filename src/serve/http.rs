//! Connections: accepting them, speaking HTTP/1.1 on them, and what they may cost.

pub mod line;

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::IpAddr;
use std::os::unix::net;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::Request;
use hyper::body::Incoming;
use hyper::header::CONNECTION;
use hyper::rt::{Read, ReadBuf};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::task::spawn_local;
use tokio::time::sleep;

use crate::serve::Here;
use crate::serve::auth::answer::Answer;
use crate::serve::http::line::{Entry, Lines, Watched, Wish};
use crate::serve::metrics::Face;
use crate::serve::{admin, api, auth};

/// The most bytes of a request's line and headers together.
const HEAD: usize = 16 * 1024;
/// The most bytes that are kept of what a client has sent and nobody has read.
const BUFFER: usize = 32 * 1024;
/// The most bytes that are taken from a client after its answer, so that they do not reset the connection on which the
/// answer is.
const BODY: usize = 64 * 1024;
/// How many accepted connections may wait for their thread.
const WAITING: usize = 16;
/// How long nothing is accepted when the machine has no more to give.
const PAUSE: Duration = Duration::from_millis(50);

/// A socket at which connections are accepted.
pub enum Socket {
    Unix(UnixListener),
    Tcp(TcpListener),
}

/// A connection on its way to the thread that answers on it.
pub struct Accepted {
    face: Face,
    stream: Stream,
    loaded: Loaded,
}

/// The stream of a connection, with the address that it is from.
enum Stream {
    Unix(net::UnixStream),
    Tcp(std::net::TcpStream, IpAddr),
}

/// The way to a thread that answers, and how many connections it has.
#[derive(Clone)]
pub struct Way {
    inbox: Sender<Accepted>,
    load: Arc<AtomicUsize>,
}

/// A connection that a thread has, until this is dropped.
struct Loaded(Arc<AtomicUsize>);

impl Drop for Loaded {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Way {
    /// A way to a thread, and its end there.
    pub fn new() -> (Way, Receiver<Accepted>) {
        let (inbox, accepted) = channel(WAITING);
        let load = Arc::default();
        (Way { inbox, load }, accepted)
    }
}

/// Accepts connections, and gives each to the thread that has fewest. Of several threads that accept from one socket the
/// quickest would take nearly all.
pub async fn accept(face: Face, socket: Socket, ways: Vec<Way>) {
    loop {
        let accepted = match &socket {
            Socket::Unix(socket) => {
                let accepted = socket.accept().await;
                accepted.and_then(|(stream, _)| Ok(Stream::Unix(stream.into_std()?)))
            }
            Socket::Tcp(socket) => {
                let accepted = socket.accept().await;
                accepted.and_then(|(stream, peer)| {
                    // Without it an answer may wait for the next one.
                    stream.set_nodelay(true)?;
                    Ok(Stream::Tcp(stream.into_std()?, peer.ip()))
                })
            }
        };
        let Ok(stream) = accepted else {
            // No descriptor or no memory is left, or the client has gone: what is there may end meanwhile.
            sleep(PAUSE).await;
            continue;
        };
        let load = |way: &&Way| way.load.load(Ordering::Relaxed);
        let Some(way) = ways.iter().min_by_key(load) else {
            return;
        };
        way.load.fetch_add(1, Ordering::Relaxed);
        let accepted = Accepted {
            face,
            stream,
            loaded: Loaded(Arc::clone(&way.load)),
        };
        if way.inbox.send(accepted).await.is_err() {
            return;
        }
    }
}

/// The connections of one thread.
pub struct Server {
    here: Rc<Here>,
    lines: Rc<Lines>,
    most: usize,
    http: http1::Builder,
}

impl Server {
    /// A server for at most so many connections at a time.
    pub fn new(here: Rc<Here>, most: usize) -> Server {
        let mut http = http1::Builder::new();
        // Its own limit for a head counts the time before the head begins, too; `Lines` has another.
        http.header_read_timeout(None)
            .max_header_size(HEAD)
            .max_buf_size(BUFFER)
            .half_close(true);
        Server {
            here,
            lines: Rc::default(),
            most: most.max(1),
            http,
        }
    }

    /// The connections that there are.
    pub fn lines(&self) -> &Lines {
        &self.lines
    }

    /// Answers on the connections that come, until no more can.
    pub async fn take(self: Rc<Server>, mut inbox: Receiver<Accepted>) {
        while let Some(accepted) = inbox.recv().await {
            self.lines.make_room(self.most).await;
            // Where the runtime does not watch it, it is closed.
            match accepted.stream {
                Stream::Unix(stream) => {
                    if let Ok(stream) = UnixStream::from_std(stream) {
                        self.begin(accepted.face, None, stream, accepted.loaded);
                    }
                }
                Stream::Tcp(stream, peer) => {
                    if let Ok(stream) = TcpStream::from_std(stream) {
                        self.begin(accepted.face, Some(peer), stream, accepted.loaded);
                    }
                }
            }
        }
    }

    fn begin<S: AsyncRead + AsyncWrite + Unpin + 'static>(
        self: &Rc<Server>,
        face: Face,
        peer: Option<IpAddr>,
        stream: S,
        loaded: Loaded,
    ) {
        let server = Rc::clone(self);
        let entry = self.lines.add();
        spawn_local(async move {
            server.converse(face, peer, stream, entry).await;
            drop(loaded);
        });
    }

    /// Answers on a connection until it ends.
    async fn converse<S: AsyncRead + AsyncWrite + Unpin>(
        &self,
        face: Face,
        peer: Option<IpAddr>,
        stream: S,
        entry: Entry,
    ) {
        let line = &entry.line;
        let _counted = Counted::new(&self.here, face);
        let stream = Rc::new(RefCell::new(TokioIo::new(stream)));
        let watched = Watched {
            stream: Rc::clone(&stream),
            line: Rc::clone(line),
        };
        let answer = service_fn(|request| async move {
            line.is_busy();
            let answer = answer(&self.here, face, peer, request).await;
            // Whoever leaves a body unread makes the answer the last one.
            line.is_answered(answer.headers().contains_key(CONNECTION));
            Ok::<_, Infallible>(answer)
        });
        let mut connection = pin!(self.http.serve_connection(watched, answer));
        let (mut finishing, mut left) = (false, BODY);
        let ended = poll_fn(|cx| {
            let wish = line.wish(cx);
            if wish == Wish::End {
                return Poll::Ready(None);
            }
            // What has come already is taken first.
            let mut ended = connection.as_mut().poll(cx);
            if wish == Wish::Finish && ended.is_pending() && !finishing {
                finishing = true;
                connection.as_mut().graceful_shutdown();
                ended = connection.as_mut().poll(cx);
            }
            ended.map(Some)
        });
        let leaves_bytes = match ended.await {
            // Cut off: nobody waits for an answer.
            None => false,
            Some(Ok(())) => line.leaves_body(),
            // A head that is none was answered, too.
            Some(Err(_)) => true,
        };
        if leaves_bytes {
            line.is_answered(true);
            let drained = poll_fn(|cx| match line.wish(cx) {
                Wish::End => Poll::Ready(()),
                Wish::GoOn | Wish::Finish => drain(&mut *stream.borrow_mut(), &mut left, cx),
            });
            drained.await;
        }
    }
}

/// Takes what the client still sends, until it ends or nothing is left of the bytes that it may send.
fn drain(stream: &mut (impl Read + Unpin), left: &mut usize, cx: &mut Context<'_>) -> Poll<()> {
    let mut taken = [0; 4096];
    while *left > 0 {
        let mut taken = ReadBuf::new(&mut taken);
        let read = ready!(Pin::new(&mut *stream).poll_read(cx, taken.unfilled()));
        let bytes = taken.filled().len();
        if read.is_err() || bytes == 0 {
            break;
        }
        *left = left.saturating_sub(bytes);
    }
    Poll::Ready(())
}

async fn answer(
    here: &Rc<Here>,
    face: Face,
    peer: Option<IpAddr>,
    request: Request<Incoming>,
) -> Answer {
    match face {
        Face::Auth => auth::answer(here, peer, request).await,
        Face::Api => api::answer(here, peer, request).await,
        Face::Admin => admin::answer(here, &request),
    }
}

/// A connection that is counted until this is dropped.
struct Counted<'a> {
    here: &'a Here,
    face: Face,
}

impl<'a> Counted<'a> {
    fn new(here: &'a Here, face: Face) -> Counted<'a> {
        here.shared.metrics.connected(face, 1);
        Counted { here, face }
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.here.shared.metrics.connected(self.face, -1);
    }
}

#[cfg(test)]
mod tests {
    use tokio::runtime::Builder;
    use tokio::task::LocalSet;

    use super::*;

    #[test]
    fn each_connection_goes_to_the_thread_that_has_fewest() {
        let runtime = Builder::new_current_thread().enable_io().build();
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("auth.sock");
        let spread = async {
            let socket = UnixListener::bind(&path).expect("bound");
            let (first, mut at_first) = Way::new();
            let (second, mut at_second) = Way::new();
            let ways = vec![first.clone(), second.clone()];
            spawn_local(accept(Face::Auth, Socket::Unix(socket), ways));
            let connect = || net::UnixStream::connect(&path).expect("connected");
            let clients: Vec<_> = (0..4).map(|_| connect()).collect();
            let has_come = [at_first.recv().await, at_first.recv().await];
            let others = [at_second.recv().await, at_second.recv().await];
            let loads = || [&first, &second].map(|way| way.load.load(Ordering::Relaxed));
            assert_eq!(loads(), [2, 2]);
            drop(others);
            assert_eq!(loads(), [2, 0]);
            let more: Vec<_> = (0..2).map(|_| connect()).collect();
            let next = [at_second.recv().await, at_second.recv().await];
            assert_eq!(loads(), [2, 2]);
            drop((clients, more, next, has_come));
        };
        LocalSet::new().block_on(&runtime.expect("a runtime"), spread);
    }
}
