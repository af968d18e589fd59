//! Which of several servers is asked: the first of the list that answers and is fresh. A nearer one is looked for beside the
//! one that is asked, and any at all while none will do, on a thread of its own: of all who wait for an answer, only the
//! first to find that there is none waits for that.

use std::cell::RefCell;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use crate::domain::time::Uptime;
use crate::domain::trouble::Fault;
use crate::store::postgres::connect::{Aim, Reached, Wanted};
use crate::store::postgres::fault::{fault, of_reaching};
use crate::store::postgres::link::Link;

/// How long it rests before it is looked whether a nearer server will do.
const NEARER: Duration = Duration::from_secs(10);
/// The same for any server, while none will do.
const ANY: Duration = Duration::from_secs(1);

/// Tells how long the machine has been on.
pub(super) type Uptimes = Box<dyn Fn() -> Uptime + Send>;

/// What is known of the servers of a list.
pub(super) struct Nearest {
    wanted: Wanted,
    stale: Duration,
    uptime: Uptimes,
    search: RefCell<Option<Search>>,
    /// Why none will do, while that is so.
    none: RefCell<Option<Fault>>,
}

/// A search that goes on until it has found a server, or nobody wants it any more.
struct Search {
    /// Among so many servers, the first ones.
    among: usize,
    found: Receiver<Reached>,
    _wanted: Sender<()>,
}

impl Nearest {
    /// Of these servers; a standby that knows nothing newer than this will not do.
    pub(super) fn new(wanted: &Wanted, stale: Duration, uptime: Uptimes) -> Nearest {
        Nearest {
            wanted: Wanted {
                aim: Aim::Fresh(stale),
                ..wanted.clone()
            },
            stale,
            uptime,
            search: RefCell::new(None),
            none: RefCell::new(None),
        }
    }

    /// Has the line be one to a server that will do.
    ///
    /// # Errors
    /// There is none.
    pub(super) fn settle(&self, link: &mut Option<Box<Link>>) -> Result<(), Fault> {
        if let Some(reached) = self.found() {
            *link = Some(Box::new(Link::new(reached)));
        }
        if self.will_do(link)? {
            self.none.take();
            let before = link.as_ref().map_or(0, |link| link.reached.before);
            self.search_among(before, NEARER);
            return Ok(());
        }
        let all = self.wanted.address.endpoints.len();
        if let Some(why) = self.none.borrow().clone() {
            // What was found may not do any more.
            self.search_among(all, ANY);
            return Err(why);
        }
        match self.wanted.connect() {
            Ok(reached) => {
                *link = Some(Box::new(Link::new(reached)));
                Ok(())
            }
            Err(why) => {
                let why = of_reaching(why);
                self.none.replace(Some(why.clone()));
                self.search_among(all, ANY);
                Err(why)
            }
        }
    }

    /// Whether there is a line to a server that is no standby, or a fresh one.
    fn will_do(&self, place: &mut Option<Box<Link>>) -> Result<bool, Fault> {
        let Some(link) = place else {
            return Ok(false);
        };
        let Link { reached, fresh, .. } = &mut **link;
        if !reached.only_reads {
            return Ok(true);
        }
        let fresh = fresh.is_fresh((self.uptime)(), self.stale, || reached.age());
        let is_over = reached.waiting.is_over();
        let fresh = fresh.map_err(|error| fault(&error));
        if is_over || matches!(fresh, Err(Fault::Away(_))) {
            *place = None;
            return Ok(false);
        }
        fresh
    }

    /// What the search has found.
    fn found(&self) -> Option<Reached> {
        let mut search = self.search.borrow_mut();
        let found = search.as_ref()?.found.try_recv().ok()?;
        *search = None;
        Some(found)
    }

    /// Has so many of the servers searched, the first ones, with a rest before each time.
    fn search_among(&self, among: usize, rest: Duration) {
        let mut search = self.search.borrow_mut();
        if search.as_ref().map_or(0, |search| search.among) != among {
            *search = Search::begin(&self.wanted, among, rest);
        }
    }
}

impl Search {
    /// Nothing where there is no server to search, or no thread to do it.
    fn begin(wanted: &Wanted, among: usize, rest: Duration) -> Option<Search> {
        if among == 0 {
            return None;
        }
        let wanted = wanted.clone();
        let (tell, found) = mpsc::channel();
        let (is_wanted, end) = mpsc::channel::<()>();
        let work = move || {
            while end.recv_timeout(rest) == Err(RecvTimeoutError::Timeout) {
                if let Ok(reached) = wanted.connect_before(among) {
                    // Whoever wanted it may have gone.
                    let _ = tell.send(reached);
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("nearest".to_owned());
        thread.spawn(work).ok()?;
        Some(Search {
            among,
            found,
            _wanted: is_wanted,
        })
    }
}
