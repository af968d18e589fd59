//! Connections: accepting them, speaking HTTP/1.1 on them, and what they may cost.

pub mod line;

use std::cell::RefCell;
use std::convert::Infallible;
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::{Pin, pin};
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::Request;
use hyper::body::{Body, Incoming};
use hyper::rt::{Read, ReadBuf};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream, UnixListener, UnixStream};
use tokio::task::{spawn_local, yield_now};
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
/// How long nothing is accepted when the machine has no more to give.
const PAUSE: Duration = Duration::from_millis(50);

/// A socket of one thread.
pub enum Socket {
    Unix(UnixListener),
    Tcp(TcpListener),
}

/// A connection that was accepted, with the address that it is from.
enum Stream {
    Unix(UnixStream),
    Tcp(TcpStream, IpAddr),
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

    /// Accepts connections for ever.
    pub async fn accept(self: Rc<Server>, face: Face, socket: Socket) {
        loop {
            let accepted = match &socket {
                Socket::Unix(socket) => socket
                    .accept()
                    .await
                    .map(|(stream, _)| Stream::Unix(stream)),
                Socket::Tcp(socket) => {
                    let accepted = socket.accept().await;
                    accepted.map(|(stream, peer)| Stream::Tcp(stream, peer.ip()))
                }
            };
            let Ok(stream) = accepted else {
                // No descriptor or no memory is left: what is there may end meanwhile.
                sleep(PAUSE).await;
                continue;
            };
            self.lines.make_room(self.most).await;
            match stream {
                Stream::Unix(stream) => self.begin(face, None, stream),
                Stream::Tcp(stream, peer) => {
                    // Without it an answer may wait for the next one; where it fails, it waits.
                    let _ = stream.set_nodelay(true);
                    self.begin(face, Some(peer), stream);
                }
            }
            // Lets the other threads have the next one.
            yield_now().await;
        }
    }

    fn begin<S: AsyncRead + AsyncWrite + Unpin + 'static>(
        self: &Rc<Server>,
        face: Face,
        peer: Option<IpAddr>,
        stream: S,
    ) {
        let server = Rc::clone(self);
        let entry = self.lines.add();
        spawn_local(async move { server.converse(face, peer, stream, entry).await });
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
        let answer = service_fn(|request: Request<Incoming>| async move {
            line.is_busy(!request.body().is_end_stream());
            let answer = answer(&self.here, face, peer, request).await;
            line.is_answered();
            Ok::<_, Infallible>(answer)
        });
        let mut connection = pin!(self.http.serve_connection(watched, answer));
        let (mut finishing, mut left) = (false, BODY);
        let ended = poll_fn(|cx| {
            match line.wish(cx) {
                Wish::GoOn => {}
                Wish::Finish if finishing => {}
                Wish::Finish => {
                    finishing = true;
                    connection.as_mut().graceful_shutdown();
                }
                Wish::End => return Poll::Ready(None),
            }
            connection.as_mut().poll(cx).map(Some)
        });
        let leaves_bytes = match ended.await {
            // Cut off: nobody waits for an answer.
            None => false,
            Some(Ok(())) => line.leaves_body(),
            // A head that is none was answered, too.
            Some(Err(_)) => true,
        };
        if leaves_bytes {
            line.is_answered();
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
