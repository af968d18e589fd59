//! A server that is wanted, and the line to it, which is made again where it broke.

use std::cell::RefCell;
use std::time::Duration;

use crate::domain::trouble::Fault;
use crate::store::postgres::connect::{Reached, Wanted};
use crate::store::postgres::fault::{fault, is_refusal, of_reaching};
use crate::store::postgres::link::{Hindrance, Link};
use crate::store::postgres::nearest::{Nearest, Uptimes};

const BROKEN: &str = "the connection broke";

/// A server that is wanted, and the line to it, while there is one.
pub(super) struct Side {
    pub(super) wanted: Wanted,
    link: RefCell<Option<Box<Link>>>,
    /// Which of several servers is asked, where that matters.
    nearest: RefCell<Option<Box<Nearest>>>,
}

/// Why something was not done on a line.
pub(super) struct Undone {
    pub(super) fault: Fault,
    /// The server said no, and the line goes on.
    pub(super) is_refusal: bool,
}

impl From<Fault> for Undone {
    fn from(fault: Fault) -> Undone {
        Undone {
            fault,
            is_refusal: false,
        }
    }
}

impl Side {
    pub(super) fn new(wanted: Wanted, reached: Option<Reached>) -> Side {
        let link = reached.map(|reached| Box::new(Link::new(reached)));
        Side {
            wanted,
            link: RefCell::new(link),
            nearest: RefCell::new(None),
        }
    }

    /// Has the server be the first that answers and is no standby that knows nothing newer than this.
    pub(super) fn deny_stale(&self, after: Duration, uptime: Uptimes) {
        let nearest = Nearest::new(&self.wanted, after, uptime);
        self.nearest.replace(Some(Box::new(nearest)));
    }

    /// The line, while there is one.
    pub(super) fn with_link<T>(&self, work: impl FnOnce(&mut Link) -> T) -> Option<T> {
        let mut link = self.link.try_borrow_mut().ok()?;
        link.as_mut().map(|link| work(link))
    }

    /// Gives the line up: the server takes back what has begun on it.
    pub(super) fn hang_up(&self) {
        self.link.take();
    }

    /// Does something on the line, which is another one where none will do and nothing has begun on it.
    pub(super) fn on_line<T>(
        &self,
        has_begun: bool,
        work: impl FnOnce(&mut Link) -> Result<T, Hindrance>,
    ) -> Result<T, Undone> {
        // A row's taker asks nothing.
        let mut place = self.link.try_borrow_mut().map_err(|_| nested())?;
        if !has_begun {
            self.settle(&mut place)?;
        }
        let Some(link) = place.as_mut() else {
            return Err(Fault::Away(BROKEN.to_owned()).into());
        };
        let done = work(link);
        let why = link.reached.waiting.why_over();
        let is_over = link.reached.waiting.is_over();
        let done = done.map_err(|hindrance| match hindrance {
            Hindrance::Taker(fault) => fault.into(),
            // A closed line's last words are the server's.
            Hindrance::Said(error) if error.is_closed() => {
                why.as_ref().map_or_else(|| fault(&error), fault).into()
            }
            Hindrance::Said(error) => Undone {
                fault: fault(&error),
                is_refusal: is_refusal(&error),
            },
        });
        let says_away = |undone: &Undone| matches!(undone.fault, Fault::Away(_));
        // Whoever says that they go is gone, also before the line says so.
        if is_over || done.as_ref().is_err_and(says_away) {
            *place = None;
        }
        done
    }

    /// Has there be a line that will do.
    fn settle(&self, place: &mut Option<Box<Link>>) -> Result<(), Fault> {
        if let Some(nearest) = &*self.nearest.borrow() {
            return nearest.settle(place);
        }
        if place.is_none() {
            let reached = self.wanted.connect().map_err(of_reaching)?;
            *place = Some(Box::new(Link::new(reached)));
        }
        Ok(())
    }
}

/// A statement while the rows of another are read.
fn nested() -> Fault {
    Fault::Server("-".to_owned(), "nested".to_owned())
}
