//! What a connection finds rows with beside the database's indexes: how far a walk may go, sets of rows, and the words of
//! the keys in memory. Only a reader that answers one question after the other has it; without it every answer is the same,
//! and later.

use std::collections::HashMap;
use std::fmt::{self, Debug, Formatter};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::trouble::Fault;
use crate::store::Tx;
use crate::store::list::ids::Ids;
use crate::store::list::milestones::{AsOf, Milestones, Rows};
use crate::store::list::words::{Part, Words};

/// How far rows are looked for in one way, before they are in another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// How often it is looked, on one walk through an order, whether it goes on: every some thousand steps of `SQLite`'s
    /// machine.
    pub looks: i64,
    /// The same of a walk that looks for words while those of all keys are not read yet.
    pub looks_for_words: i64,
    /// The same of a walk that looks for the rows of a set, and reads no others.
    pub looks_in_set: i64,
    /// So many rows are looked at and sorted for a window, before the order is walked.
    pub few: usize,
    /// So many are sorted that were found already.
    pub sorted: usize,
}

impl Default for Reach {
    fn default() -> Reach {
        Reach {
            looks: 30,
            looks_for_words: 60,
            looks_in_set: 200,
            few: 2_000,
            sorted: 20_000,
        }
    }
}

/// What is left where a walk goes as far as it must.
const ANY: i64 = i64::MAX;
/// How long a set of rows stands for what is in the database, in milliseconds: what depends on the time changes with it.
const LASTS: i64 = 1_000;

/// What a connection finds rows with; its clones are of the same connection.
#[derive(Clone, Default)]
pub struct Finder(Option<Arc<Shared>>);

struct Shared {
    /// How many looks a walk has left.
    left: AtomicI64,
    /// The sets that the present statement looks into, by their numbers.
    sets: Mutex<Vec<Arc<Ids>>>,
    words: Mutex<Words>,
    kept: Mutex<Option<Kept>>,
    read: Mutex<Read>,
    milestones: Mutex<Milestones>,
    reach: Mutex<Reach>,
}

/// The keys that have a word, and all keys that there are.
pub type Hits = (Arc<Ids>, Arc<Ids>);

/// Sets as they were read from the database, by the question for them; for as long as nobody writes.
#[derive(Default)]
struct Read {
    version: i64,
    sets: HashMap<String, Arc<Ids>>,
    bytes: usize,
}

/// How many bytes of them are kept at the most.
const MOST_READ: usize = 16 << 20;

/// The rows that a filter shows, found a moment ago.
struct Kept {
    question: String,
    version: i64,
    at: i64,
    ids: Arc<Ids>,
}

impl Debug for Finder {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.debug_tuple("Finder").field(&self.0.is_some()).finish()
    }
}

/// What is in there, whatever became of who had it before.
fn lock<T>(shared: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Finder {
    /// For a connection that only reads. Its statements ask [`Finder::has`] where they say `found`.
    #[must_use]
    pub fn of_reader() -> Finder {
        Finder(Some(Arc::new(Shared {
            left: AtomicI64::new(ANY),
            sets: Mutex::default(),
            words: Mutex::default(),
            kept: Mutex::new(None),
            read: Mutex::default(),
            milestones: Mutex::default(),
            reach: Mutex::default(),
        })))
    }

    /// Whether the set with this number has an ID.
    #[must_use]
    pub fn has(&self, set: usize, id: i64) -> bool {
        let sets = self.0.as_ref().map(|shared| lock(&shared.sets));
        sets.is_some_and(|sets| sets.get(set).is_some_and(|ids| ids.has(id)))
    }

    /// How far rows are looked for in each way.
    pub fn reach(&self) -> Reach {
        self.0
            .as_ref()
            .map_or_else(Reach::default, |shared| *lock(&shared.reach))
    }

    /// Sets how far they are.
    pub fn set_reach(&self, reach: Reach) {
        if let Some(shared) = &self.0 {
            *lock(&shared.reach) = reach;
        }
    }

    /// Counts a look, and says whether the walk has gone far enough.
    #[must_use]
    pub fn is_far(&self) -> bool {
        let Some(shared) = &self.0 else {
            return false;
        };
        match shared.left.load(Ordering::SeqCst) {
            ANY => false,
            left => {
                shared.left.store((left - 1).max(0), Ordering::SeqCst);
                left <= 0
            }
        }
    }

    /// A walk that ends where it leads too far, which are so many looks: then there is nothing.
    pub fn within<T>(
        &self,
        looks: i64,
        walk: impl FnOnce() -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let Some(shared) = &self.0 else {
            return walk().map(Some);
        };
        if looks == 0 {
            return Ok(None);
        }
        shared.left.store(looks, Ordering::SeqCst);
        let done = walk();
        let left = shared.left.swap(ANY, Ordering::SeqCst);
        match done {
            Err(Fault::Superseded) if left == 0 => Ok(None),
            done => done.map(Some),
        }
    }

    /// Whether rows are found by sets of them.
    #[must_use]
    pub fn has_sets(&self) -> bool {
        self.0.is_some()
    }

    /// All keys that there are, where they are in memory already.
    pub fn all(&self, tx: &Tx<'_>) -> Result<Option<Arc<Ids>>, Fault> {
        let Some(shared) = &self.0 else {
            return Ok(None);
        };
        lock(&shared.words).all_of(tx)
    }

    /// Sets of the statements before are not looked into any more.
    pub fn forget_sets(&self) {
        if let Some(shared) = &self.0 {
            lock(&shared.sets).clear();
        }
    }

    /// The number under which the function `found` looks into this set, in this transaction.
    #[must_use]
    pub fn number(&self, ids: Arc<Ids>) -> Option<i64> {
        let mut sets = lock(&self.0.as_ref()?.sets);
        sets.push(ids);
        i64::try_from(sets.len() - 1).ok()
    }

    /// The keys that have a word in this part of their text, as they are in this transaction; nothing where the words of so
    /// many keys are not kept. Also gives all keys that there are.
    pub fn with_word(&self, tx: &Tx<'_>, part: Part, word: &str) -> Result<Option<Hits>, Fault> {
        let Some(shared) = &self.0 else {
            return Ok(None);
        };
        let mut words = lock(&shared.words);
        if !words.bring_up_to_date(tx)? {
            return Ok(None);
        }
        Ok(Some((words.once_with(part, word), words.all())))
    }

    /// Whether no word is waited for until those of all keys are read.
    #[must_use]
    pub fn has_words(&self) -> bool {
        self.0
            .as_ref()
            .is_none_or(|shared| lock(&shared.words).are_read())
    }

    /// Reads the words of the keys ahead of the first question for one, as far as no question comes between.
    pub fn read_ahead(&self, tx: &Tx<'_>) -> Result<(), Fault> {
        let Some(shared) = &self.0 else {
            return Ok(());
        };
        lock(&shared.words).bring_up_to_date(tx).map(|_| ())
    }

    /// Asks the milestones of an order, where there are any; those that are missing are set up.
    pub fn milestones<T>(
        &self,
        (order, as_of): (&str, AsOf),
        rows: &dyn Rows,
        ask: impl FnOnce(&Milestones) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        let Some(shared) = &self.0 else {
            return Ok(None);
        };
        let mut milestones = lock(&shared.milestones);
        milestones.bring_up_to_date(order, as_of, rows)?;
        ask(&milestones).map(Some)
    }

    /// The set that this question asks for, read before or now.
    pub fn read_once(
        &self,
        tx: &Tx<'_>,
        question: String,
        read: impl FnOnce() -> Result<Arc<Ids>, Fault>,
    ) -> Result<Arc<Ids>, Fault> {
        let Some(shared) = &self.0 else {
            return read();
        };
        let version = tx.engine.data_version()?;
        let mut kept = lock(&shared.read);
        if kept.version != version || kept.bytes > MOST_READ {
            *kept = Read {
                version,
                ..Read::default()
            };
        }
        if let Some(ids) = kept.sets.get(&question) {
            return Ok(Arc::clone(ids));
        }
        let ids = read()?;
        kept.bytes += ids.bytes();
        kept.sets.insert(question, Arc::clone(&ids));
        Ok(ids)
    }

    /// The answer to this question as of now, found before or now. It is kept for a moment.
    pub fn once(
        &self,
        tx: &Tx<'_>,
        question: String,
        now: i64,
        find: impl FnOnce() -> Result<Arc<Ids>, Fault>,
    ) -> Result<Arc<Ids>, Fault> {
        let version = tx.engine.data_version()?;
        if let Some(shared) = &self.0
            && let Some(kept) = lock(&shared.kept).as_ref()
            && kept.question == question
            && kept.version == version
            && (kept.at..kept.at + LASTS).contains(&now)
        {
            return Ok(Arc::clone(&kept.ids));
        }
        let ids = find()?;
        if let Some(shared) = &self.0 {
            *lock(&shared.kept) = Some(Kept {
                question,
                version,
                at: now,
                ids: Arc::clone(&ids),
            });
        }
        Ok(ids)
    }
}
