//! What takes long where a database is large, told to whoever waits for it. Who opens a database gives no word for that
//! along: the process says once how it is told.

use std::sync::{Arc, PoisonError, RwLock};

/// Work that takes minutes where a database is large.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Work {
    /// The database is newer than its log: all of it is read, so many bytes, to see whether the two belong together.
    Checking { bytes: u64 },
    /// They do, and that is not looked at again.
    Checked,
    /// So many of a hundred pages are copied.
    Copying { percent: i64 },
    /// A copy is read once more.
    CheckingCopy,
    /// It is brought up to this version, on the way to another.
    Updating { version: i64, known: i64 },
    /// Nothing of that any more.
    Over,
}

/// How it is told, at the beginning of each.
pub type Tell = Arc<dyn Fn(Work) + Send + Sync>;

static TELL: RwLock<Option<Tell>> = RwLock::new(None);

/// Sets how it is told from here on; nothing is told of no one. The sentences are for a terminal: who draws a screen, or
/// writes a log, has none.
pub fn tell_with(tell: Option<Tell>) {
    *TELL.write().unwrap_or_else(PoisonError::into_inner) = tell;
}

/// Tells it.
pub(super) fn tell(work: Work) {
    let tell = TELL.read().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(tell) = tell {
        tell(work);
    }
}

/// Tells that it is over, however it ends.
#[derive(Debug)]
pub(super) struct UntilOver;

impl Drop for UntilOver {
    fn drop(&mut self) {
        tell(Work::Over);
    }
}
