//! `keyward serve`: one long-running process that answers proxies, clients of the management API, and probes.
//!
//! Each thread has a runtime and a connection to the database of its own; what they share is in `Shared`. Every answer about a key reads its rows anew.

mod admin;
pub mod api;
pub mod auth;
pub mod hashing;
mod http;
pub mod judging;
pub mod listen;
mod log;
pub mod looking;
pub mod metrics;
pub mod noting;
mod rate;

use std::io;
use std::iter;
use std::net::IpAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Sender};
use std::thread;
use std::time::Duration;

use hyper::header::{HeaderMap, HeaderValue};
use sd_notify::NotifyState;
use serde_json::json;
use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::iterator::Signals;
use tokio::runtime::Builder;
use tokio::sync::mpsc::Receiver;
use tokio::sync::watch;
use tokio::task::{JoinHandle, LocalSet, spawn_local};
use tokio::time::{MissedTickBehavior, interval, timeout};

use crate::clock::Clock;
use crate::domain::address::Networks;
use crate::domain::hops;
use crate::domain::id::KeyId;
use crate::domain::trouble::{Fault, Trouble};
use crate::serve::api::work::{Work, Writer};
use crate::serve::auth::answer::Denied;
use crate::serve::auth::credential::Headers;
use crate::serve::hashing::Hindrance;
use crate::serve::http::{Accepted, Server, Socket, Way};
use crate::serve::judging::Judging;
use crate::serve::listen::Listener;
use crate::serve::log::{Log, Repeated};
use crate::serve::looking::Looking;
use crate::serve::metrics::{Face, Figure, Metrics};
use crate::service::Service;
use crate::text::Text;

/// How long connections may go on once the server is to end.
const DRAIN: Duration = Duration::from_secs(5);
/// How often it is looked whether the database is still there while nobody asks for anything.
const LOOK: Duration = Duration::from_secs(1);

/// What the server is made of.
pub struct Parts {
    /// On connections that only read: one for each thread, and one that looks closer at the files (see
    /// `Store::open_to_answer`).
    pub readers: Vec<Service>,
    pub watch: Service,
    pub judging: Judging,
    /// On connections that write, for the management API: a thread for each.
    pub writers: Vec<Writer>,
    pub listeners: Vec<(Face, Listener)>,
    pub options: Options,
    /// The most connections at a time.
    pub connections: usize,
    pub clock: Arc<dyn Clock>,
    /// Where the log goes.
    pub log: Box<dyn io::Write + Send>,
}

/// What can be set.
#[derive(Clone, Debug, Default)]
pub struct Options {
    pub headers: Headers,
    /// The proxies that are believed where their client is.
    pub trusted: Networks,
    /// A line for each request.
    pub access_log: bool,
}

/// Why the server did not begin, or has ended by itself.
#[derive(Debug)]
pub enum Ended {
    /// The operating system gave no thread or would not watch a socket.
    System(io::Error),
    /// The database is no longer the one that was opened.
    Database(Trouble),
}

impl From<io::Error> for Ended {
    fn from(error: io::Error) -> Ended {
        Ended::System(error)
    }
}

/// What ends the server.
enum Stop {
    Signal,
    Database(Trouble),
}

/// What all threads share.
struct Shared {
    options: Options,
    judging: Judging,
    log: Log,
    metrics: Metrics,
    work: Work,
    ending: AtomicBool,
    stop: Sender<Stop>,
}

impl Shared {
    /// Takes down that a request was not let through, and the key that it was about.
    fn denied(&self, key: Option<KeyId>, why: Denied) {
        self.metrics.denied(why);
        self.log.count(Repeated::Refused(key, why.word()));
    }

    /// Takes down what hindered a verdict.
    fn hindered(&self, by: &Hindrance) {
        match by {
            Hindrance::Busy => self.log.count(Repeated::Busy),
            Hindrance::Trouble(trouble) => self.trouble(trouble),
        }
    }

    /// Takes down that there was no verdict. Where there will never be one any more, the server ends.
    fn trouble(&self, trouble: &Trouble) {
        self.metrics.troubled();
        let text = Text::en_us();
        let words = match trouble {
            Trouble::Storage(Fault::Newer) => text.say("serve.newer").to_owned(),
            Trouble::Storage(Fault::OnServer) => text.say("serve.on_server").to_owned(),
            Trouble::Storage(fault) if fault.lasts() => text.say("serve.moved").to_owned(),
            trouble => text.trouble(trouble),
        };
        self.log.count(Repeated::Trouble(words));
        if let Trouble::Storage(fault) = trouble
            && fault.lasts()
            && !self.ending.swap(true, Ordering::SeqCst)
        {
            let _ = self.stop.send(Stop::Database(trouble.clone()));
        }
    }
}

/// What one thread has.
struct Here {
    shared: Arc<Shared>,
    service: Service,
    looking: Looking,
}

impl Here {
    /// Whether verdicts can be given.
    fn is_ready(&self) -> bool {
        if self.shared.ending.load(Ordering::SeqCst) {
            return false;
        }
        is_there(&self.service)
            .inspect_err(|trouble| self.shared.trouble(trouble))
            .is_ok()
    }

    /// Everything that is counted.
    fn metrics(&self) -> String {
        let log = Figure {
            name: "keyward_log_lines_dropped_total",
            help: "Lines of the log that nobody took in time.",
            value: self.shared.log.dropped(),
        };
        let figures: Vec<Figure> = iter::once(log)
            .chain(self.shared.judging.figures())
            .collect();
        self.shared.metrics.page(&figures)
    }

    /// Where a client is, by its connection and what trusted proxies have told.
    fn client(&self, peer: Option<IpAddr>, headers: &HeaderMap) -> Option<IpAddr> {
        let forwarded = headers.get_all("x-forwarded-for").iter();
        let forwarded = forwarded.map(HeaderValue::as_bytes);
        hops::client(forwarded, peer, &self.shared.options.trusted)
    }
}

fn is_there(service: &Service) -> Result<(), Trouble> {
    service.store().read(|_| Ok(()))
}

/// Serves until a signal ends it, SIGTERM or SIGINT.
///
/// # Errors
/// See [`Ended`]. What had begun was answered all the same.
pub fn run(parts: Parts) -> Result<(), Ended> {
    let log = Log::start(Arc::clone(&parts.clock), parts.log)?;
    let (stop, stopped) = mpsc::channel();
    let shared = Arc::new(Shared {
        options: parts.options,
        judging: parts.judging,
        log: log.clone(),
        metrics: Metrics::default(),
        work: Work::start(parts.writers)?,
        ending: AtomicBool::new(false),
        stop: stop.clone(),
    });
    watch_signals(stop)?;
    let (drain, draining) = watch::channel(false);
    let most = parts.connections / parts.readers.len().max(1);
    let (ways, inboxes): (Vec<_>, Vec<_>) = parts.readers.iter().map(|_| Way::new()).unzip();
    // One of the threads accepts for all.
    let sockets: io::Result<Vec<_>> = parts.listeners.iter().map(cloned).collect();
    let mut accepting = Some((sockets?, ways));
    let mut threads = Vec::new();
    for (number, (service, inbox)) in parts.readers.into_iter().zip(inboxes).enumerate() {
        let (sockets, ways) = accepting.take().unwrap_or_default();
        let (shared, draining) = (Arc::clone(&shared), draining.clone());
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()?;
        let work = move || {
            let here = Rc::new(Here {
                shared,
                service,
                looking: Looking::default(),
            });
            let server = Rc::new(Server::new(Rc::clone(&here), most));
            let living = async {
                spawn_local(async move { here.looking.look(&here.service).await });
                let accepting = begin_to_accept(sockets, &ways);
                drop(ways);
                live(server, inbox, accepting, draining).await;
            };
            LocalSet::new().block_on(&runtime, living);
        };
        let thread = thread::Builder::new().name(format!("http-{number}"));
        threads.push(thread.spawn(work)?);
    }
    log.tell("ready", places(&parts.listeners));
    let _ = sd_notify::notify(&[NotifyState::Ready]);
    let why = wait(&shared, &stopped, &parts.watch);
    shared.ending.store(true, Ordering::SeqCst);
    let _ = sd_notify::notify(&[NotifyState::Stopping]);
    let reason = match &why {
        Stop::Signal => "signal",
        Stop::Database(_) => "database",
    };
    log.tell("draining", json!({ "reason": reason }));
    drop(parts.listeners);
    let _ = drain.send(true);
    for thread in threads {
        // One that has panicked has told it itself.
        let _ = thread.join();
    }
    // Nobody else has it any more.
    let lost = Arc::into_inner(shared).map_or(0, |shared| shared.judging.end());
    if lost > 0 {
        log.tell("notes-lost", json!({ "count": lost }));
    }
    log.end("ended", ());
    match why {
        Stop::Signal => Ok(()),
        Stop::Database(trouble) => Err(Ended::Database(trouble)),
    }
}

/// Waits for what ends the server, and looks closer than the others whether the database is still there, and its own.
fn wait(shared: &Shared, stopped: &mpsc::Receiver<Stop>, watch: &Service) -> Stop {
    loop {
        if let Ok(stop) = stopped.recv_timeout(LOOK) {
            return stop;
        }
        let looked = is_there(watch).and_then(|()| Ok(watch.store().data_version()?));
        if let Err(trouble) = looked {
            shared.trouble(&trouble);
        }
    }
}

fn watch_signals(stop: Sender<Stop>) -> io::Result<()> {
    let mut signals = Signals::new([SIGTERM, SIGINT])?;
    let thread = thread::Builder::new().name("signals".to_owned());
    thread.spawn(move || {
        for _ in signals.forever() {
            if stop.send(Stop::Signal).is_err() {
                return;
            }
        }
    })?;
    Ok(())
}

/// Where it listens, by what for.
fn places(listeners: &[(Face, Listener)]) -> serde_json::Value {
    let mut places = serde_json::Map::new();
    for face in Face::ALL {
        let of_it = listeners.iter().filter(|(of, _)| *of == face);
        let of_it: Vec<String> = of_it.map(|(_, listener)| listener.to_string()).collect();
        places.insert(face.word().to_owned(), of_it.into());
    }
    places.into()
}

/// A listener for a thread.
fn cloned((face, listener): &(Face, Listener)) -> io::Result<(Face, Listener)> {
    let clone = match listener {
        Listener::Unix(socket, _) => Listener::Unix(socket.try_clone()?, None),
        Listener::Tcp(socket) => Listener::Tcp(socket.try_clone()?),
    };
    Ok((*face, clone))
}

/// Accepts at these sockets from here on.
fn begin_to_accept(listeners: Vec<(Face, Listener)>, ways: &[Way]) -> Vec<JoinHandle<()>> {
    let mut accepting = Vec::new();
    for (face, listener) in listeners {
        let socket = match listener {
            Listener::Unix(socket, _) => socket.try_into().map(Socket::Unix),
            Listener::Tcp(socket) => socket.try_into().map(Socket::Tcp),
        };
        // A listening socket that was made non-blocking is one that can be watched.
        if let Ok(socket) = socket {
            accepting.push(spawn_local(http::accept(face, socket, ways.to_vec())));
        }
    }
    accepting
}

/// Serves on a thread until the server is to end, and a while longer for what has begun.
async fn live(
    server: Rc<Server>,
    inbox: Receiver<Accepted>,
    accepting: Vec<JoinHandle<()>>,
    mut draining: watch::Receiver<bool>,
) {
    let taking = spawn_local(Rc::clone(&server).take(inbox));
    let ticking = Rc::clone(&server);
    spawn_local(async move {
        let mut seconds = interval(Duration::from_secs(1));
        // What was late by a while is not late by as many seconds at once.
        seconds.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            seconds.tick().await;
            ticking.lines().tick();
        }
    });
    // The sender ends only with the process.
    let _ = draining.wait_for(|draining| *draining).await;
    for task in accepting {
        task.abort();
    }
    let finished = async {
        // What was accepted is answered.
        let _ = taking.await;
        server.lines().finish().await;
    };
    let _ = timeout(DRAIN, finished).await;
}
