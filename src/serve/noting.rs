//! What is to be noted of uses: it is put together in memory and written once a second, so that no answer waits for it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::io;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::domain::trouble::{Fault, Trouble};
use crate::domain::verdict::{Use, UseKind};
use crate::service::Service;
use crate::store::patience::give_way;

/// The most that waits: so many different uses.
const MOST: usize = 65_536;
/// How long uses are gathered before they are written.
const GATHERING: Duration = Duration::from_secs(1);
/// So many are written in one transaction: whoever else wants to write waits for no more.
const TOGETHER: usize = 500;
/// How long one transaction waits for its lock.
const BUDGET: Duration = Duration::from_millis(500);
/// The same at the end, when there is no other time: as long as the connections may go on.
const AT_THE_END: Duration = Duration::from_secs(5);

/// The uses that wait, and the thread that writes them. Its end writes what is left.
#[derive(Debug)]
pub struct Noting {
    notes: Arc<Notes>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Notes {
    waiting: Mutex<Waiting>,
    changed: Condvar,
    most: usize,
    dropped: AtomicU64,
}

#[derive(Debug, Default)]
struct Waiting {
    uses: HashMap<UseKind, Use>,
    ended: bool,
}

impl Noting {
    /// Starts the thread, on a connection of its own that can write.
    ///
    /// # Errors
    /// The operating system gave none.
    pub fn start(service: Service) -> io::Result<Noting> {
        let notes = Arc::new(Notes::new(MOST));
        let work = Arc::clone(&notes);
        let thread = thread::Builder::new().name("notes".to_owned());
        let thread = thread.spawn(move || work.write(service))?;
        Ok(Noting {
            notes,
            thread: Some(thread),
        })
    }

    /// Takes a use down.
    pub fn add(&self, one: Use) {
        self.notes.add(one);
    }

    /// Writes what is left; gives how many uses could not be noted in all the time.
    #[must_use]
    pub fn end(mut self) -> u64 {
        self.finish();
        self.dropped()
    }

    fn finish(&mut self) {
        self.notes.lock().ended = true;
        self.notes.changed.notify_all();
        if let Some(thread) = self.thread.take() {
            // If it has panicked, it has told it itself.
            let _ = thread.join();
        }
    }

    /// How many different uses wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.notes.lock().uses.len()
    }

    /// How many uses were not noted, because there was no room for them or the database refused them.
    #[must_use]
    pub fn dropped(&self) -> u64 {
        self.notes.dropped.load(Ordering::Relaxed)
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        self.finish();
    }
}

impl Notes {
    fn new(most: usize) -> Notes {
        Notes {
            waiting: Mutex::default(),
            changed: Condvar::new(),
            most,
            dropped: AtomicU64::new(0),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, one: Use) {
        let mut waiting = self.lock();
        let room = waiting.uses.len() < self.most;
        match waiting.uses.entry(one.kind) {
            Entry::Occupied(mut there) => {
                let there = there.get_mut();
                there.count = there.count.saturating_add(one.count);
                there.at = there.at.max(one.at);
            }
            Entry::Vacant(free) if room => {
                free.insert(one);
                if waiting.uses.len() == 1 {
                    self.changed.notify_all();
                }
            }
            Entry::Vacant(_) => self.lose(&[one]),
        }
    }

    fn lose(&self, uses: &[Use]) {
        let count = uses.iter().map(|one| u64::from(one.count)).sum();
        self.dropped.fetch_add(count, Ordering::Relaxed);
    }

    /// What the thread does, until the end.
    fn write(&self, mut service: Service) {
        loop {
            let (uses, ended) = self.gathered();
            let budget = if ended { AT_THE_END } else { BUDGET };
            let left = self.note(&mut service, &uses, budget);
            if ended {
                return self.lose(&left);
            }
            for one in left {
                self.add(one);
            }
        }
    }

    /// Waits until there is something, and a while longer; the oldest come first.
    fn gathered(&self) -> (Vec<Use>, bool) {
        let waiting = self.lock();
        let none = |waiting: &mut Waiting| waiting.uses.is_empty() && !waiting.ended;
        let some = self.changed.wait_while(waiting, none);
        let waiting = some.unwrap_or_else(PoisonError::into_inner);
        let goes_on = |waiting: &mut Waiting| !waiting.ended;
        let gathered = self.changed.wait_timeout_while(waiting, GATHERING, goes_on);
        let (mut waiting, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        let uses = mem::take(&mut waiting.uses);
        let ended = waiting.ended;
        drop(waiting);
        let mut uses: Vec<Use> = uses.into_values().collect();
        uses.sort_by_key(|one| one.at);
        (uses, ended)
    }

    /// Writes them; gives those that are to be written later.
    fn note(&self, service: &mut Service, uses: &[Use], budget: Duration) -> Vec<Use> {
        let mut left: Vec<Use> = Vec::new();
        for (number, together) in uses.chunks(TOGETHER).enumerate() {
            if number > 0 {
                give_way();
            }
            match service.note_uses(together, budget) {
                Ok(()) => {}
                Err(trouble) if passes(&trouble) => {
                    left.extend_from_slice(&uses[number * TOGETHER..]);
                    break;
                }
                // Of those that may have been noted the last use is noted again, which changes nothing; what was counted
                // is not counted again.
                Err(trouble) if trouble.is_unsure() => {
                    let counted = |one: &Use| one.kind.refused.is_some();
                    let (counted, others): (Vec<Use>, Vec<Use>) =
                        together.iter().cloned().partition(counted);
                    self.lose(&counted);
                    left.extend(others);
                    left.extend_from_slice(&uses[number * TOGETHER + together.len()..]);
                    break;
                }
                // One of them cannot be noted.
                Err(_) => {
                    for one in together.chunks(1) {
                        if service.note_uses(one, BUDGET).is_err() {
                            self.lose(one);
                        }
                    }
                }
            }
        }
        left
    }
}

/// Whether the database may take later what it does not take now.
fn passes(trouble: &Trouble) -> bool {
    let Trouble::Storage(fault) = trouble else {
        return false;
    };
    matches!(
        fault,
        Fault::Busy | Fault::Away(_) | Fault::TooManyConnections
    ) || fault.hinders_writing_only()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::id::{KeyId, SecretId};
    use crate::domain::time::Timestamp;
    use crate::domain::verdict::Refused;

    fn of(key: i64, refused: Option<Refused>, count: u32, at: i64) -> Use {
        Use {
            kind: UseKind {
                key: KeyId(key),
                secret: Some(SecretId(key)),
                refused,
            },
            name: String::new(),
            count,
            at: Timestamp(at),
        }
    }

    /// Everything that waits, at once.
    fn gathered(notes: &Notes) -> Vec<Use> {
        notes.lock().ended = true;
        notes.gathered().0
    }

    #[test]
    fn uses_of_one_kind_are_one_note_with_their_number_and_the_last_time() {
        let notes = Notes::new(10);
        for at in [5, 7, 6] {
            notes.add(of(1, None, 1, at));
            notes.add(of(1, Some(Refused::Expired), 2, at + 10));
        }
        notes.add(of(2, None, 1, 1));
        let refused = of(1, Some(Refused::Expired), 6, 17);
        assert_eq!(
            gathered(&notes),
            [of(2, None, 1, 1), of(1, None, 3, 7), refused]
        );
    }

    #[test]
    fn what_has_no_room_is_counted_and_what_has_a_place_keeps_it() {
        let notes = Notes::new(2);
        for key in [1, 2, 3, 4, 1] {
            notes.add(of(key, None, 1, key));
        }
        notes.add(of(5, None, 7, 5));
        assert_eq!(notes.dropped.load(Ordering::Relaxed), 9);
        assert_eq!(gathered(&notes), [of(1, None, 2, 1), of(2, None, 1, 2)]);
    }
}
