//! Hashes, on threads of their own: a request that needs one waits for it without holding up another.
//!
//! Each secret has at most one place in the queue, which is served in its order, so that no secret is in the way of
//! another for longer than one hash. What was begun is finished although nobody waits for it any more: whoever tries again
//! finds it proven.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io;
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use tokio::sync::watch::{self, Receiver, Sender};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::auth::hash::{Hasher, Memory};
use crate::auth::proof::{Pair, Proofs};
use crate::domain::trouble::Trouble;

/// Proxies give up after 5 s.
const LIMITS: Limits = Limits {
    queue: 4_096,
    patience: Duration::from_millis(4_500),
};
/// A thread that had nothing to do for so long gives its memory back.
const IDLE: Duration = Duration::from_secs(10);

/// Why there is no answer yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// Too many hashes are wanted: this one had no place, or no turn in time. Trying again is worth while.
    Busy,
    Trouble(Trouble),
}

impl From<Trouble> for Hindrance {
    fn from(trouble: Trouble) -> Hindrance {
        Hindrance::Trouble(trouble)
    }
}

/// What may be asked of the threads.
#[derive(Clone, Copy, Debug)]
struct Limits {
    /// The most hashes that wait.
    queue: usize,
    /// How long a request waits for one.
    patience: Duration,
}

/// The threads and their queue. Dropping it ends them after the hash that each is at.
#[derive(Debug)]
pub struct Hashing {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    hasher: Hasher,
    proofs: Proofs,
    queue: Mutex<Queue>,
    changed: Condvar,
    limits: Limits,
    turned_away: AtomicU64,
}

#[derive(Debug, Default)]
struct Queue {
    waiting: VecDeque<Work>,
    /// Where what came of it will be, for each that waits or is being computed.
    flights: HashMap<Pair, Sender<Option<Outcome>>>,
    ended: bool,
}

/// Whether the secret is of the PHC string.
type Outcome = Result<bool, Trouble>;

struct Work {
    pair: Pair,
    secret: Zeroizing<Box<[u8]>>,
    phc: String,
}

impl fmt::Debug for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pair.fmt(f)
    }
}

impl Hashing {
    /// Starts so many threads.
    ///
    /// # Errors
    /// The operating system gave none.
    pub fn start(hasher: Hasher, proofs: Proofs, threads: usize) -> io::Result<Hashing> {
        Hashing::bounded(hasher, proofs, threads, LIMITS)
    }

    fn bounded(
        hasher: Hasher,
        proofs: Proofs,
        threads: usize,
        limits: Limits,
    ) -> io::Result<Hashing> {
        let shared = Arc::new(Shared {
            hasher,
            proofs,
            queue: Mutex::default(),
            changed: Condvar::new(),
            limits,
            turned_away: AtomicU64::new(0),
        });
        let mut hashing = Hashing {
            shared,
            threads: Vec::new(),
        };
        for number in 0..threads {
            let shared = Arc::clone(&hashing.shared);
            let thread = thread::Builder::new().name(format!("hash-{number}"));
            hashing.threads.push(thread.spawn(move || shared.work())?);
        }
        Ok(hashing)
    }

    /// What is proven already.
    #[must_use]
    pub fn proofs(&self) -> &Proofs {
        &self.shared.proofs
    }

    /// Whether a secret is of a PHC string; `pair` is of both.
    ///
    /// # Errors
    /// See [`Hindrance`].
    pub async fn is_of(&self, pair: Pair, secret: &[u8], phc: String) -> Result<bool, Hindrance> {
        let answer = match self.shared.ask(pair, secret, phc) {
            None => None,
            Some(Place::Proven) => return Ok(true),
            Some(Place::On(way)) => {
                let done = timeout(self.shared.limits.patience, outcome(way));
                done.await.ok().flatten()
            }
        };
        let Some(outcome) = answer else {
            self.shared.turned_away.fetch_add(1, Ordering::Relaxed);
            return Err(Hindrance::Busy);
        };
        Ok(outcome?)
    }

    /// How many hashes were computed.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.shared.hasher.computations()
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.lock().waiting.len()
    }

    /// How many requests had no place or no turn in time.
    #[must_use]
    pub fn turned_away(&self) -> u64 {
        self.shared.turned_away.load(Ordering::Relaxed)
    }
}

impl Drop for Hashing {
    fn drop(&mut self) {
        let mut queue = self.shared.lock();
        queue.ended = true;
        // Whoever waits is told.
        let (waiting, flights) = (mem::take(&mut queue.waiting), mem::take(&mut queue.flights));
        drop((queue, waiting, flights));
        self.shared.changed.notify_all();
        for thread in self.threads.drain(..) {
            // One that has panicked has told it itself.
            let _ = thread.join();
        }
    }
}

/// What comes of a flight; nothing where the threads end before.
async fn outcome(mut way: Receiver<Option<Outcome>>) -> Option<Outcome> {
    let done = way.wait_for(Option::is_some).await;
    done.ok()?.clone()
}

/// What whoever asks is given.
enum Place {
    Proven,
    /// The flight that it is on.
    On(Receiver<Option<Outcome>>),
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing where there is no place left.
    fn ask(&self, pair: Pair, secret: &[u8], phc: String) -> Option<Place> {
        let mut queue = self.lock();
        // Between the look that found nothing proven and this one it may have been.
        if self.proofs.holds(&pair) {
            return Some(Place::Proven);
        }
        if let Some(flight) = queue.flights.get(&pair) {
            return Some(Place::On(flight.subscribe()));
        }
        if queue.ended || queue.waiting.len() >= self.limits.queue {
            return None;
        }
        let (done, way) = watch::channel(None);
        queue.flights.insert(pair, done);
        queue.waiting.push_back(Work {
            pair,
            secret: Zeroizing::new(secret.into()),
            phc,
        });
        self.changed.notify_one();
        Some(Place::On(way))
    }

    /// What one thread does, until the end.
    fn work(&self) {
        let mut memory = Memory::default();
        while let Some(work) = self.next(&mut memory) {
            self.compute(&mut memory, &work);
        }
    }

    fn compute(&self, memory: &mut Memory, work: &Work) {
        let outcome = self.hasher.verify_in(memory, &work.phc, &work.secret);
        // First, so that whoever asks from now on finds one or the other.
        if outcome == Ok(true) {
            self.proofs.remember(work.pair);
        }
        let flight = self.lock().flights.remove(&work.pair);
        if let Some(flight) = flight {
            flight.send_replace(Some(outcome));
        }
    }

    /// Waits for the next one; nothing is the end. While there is none the memory holds nothing of the last.
    fn next(&self, memory: &mut Memory) -> Option<Work> {
        let at_once = self.lock().waiting.pop_front();
        if at_once.is_some() {
            return at_once;
        }
        memory.wipe();
        let mut queue = self.lock();
        loop {
            if queue.ended {
                return None;
            }
            if let Some(work) = queue.waiting.pop_front() {
                return Some(work);
            }
            let woken = self.changed.wait_timeout(queue, IDLE);
            let (again, waited) = woken.unwrap_or_else(PoisonError::into_inner);
            queue = again;
            if waited.timed_out() && queue.waiting.is_empty() && !queue.ended {
                *memory = Memory::default();
                let woken = self.changed.wait(queue);
                queue = woken.unwrap_or_else(PoisonError::into_inner);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::Future;
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    use rand::SeedableRng;
    use rand::rngs::StdRng;
    use tokio::runtime::{Builder, Runtime};

    use super::*;
    use crate::auth::hash::Cost;

    const CHEAP: Cost = Cost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    struct Bench {
        hashing: Hashing,
        runtime: Runtime,
        phc: String,
    }

    impl Bench {
        /// A hash of `7:one`, and so many threads.
        fn new(threads: usize, limits: Limits) -> Bench {
            let mut random = StdRng::seed_from_u64(1);
            let phc = Hasher::new(CHEAP).hash(b"7:one", &mut random);
            let proofs = Proofs::new(&mut random).expect("random bytes");
            let hashing = Hashing::bounded(Hasher::new(CHEAP), proofs, threads, limits);
            Bench {
                hashing: hashing.expect("threads"),
                runtime: Builder::new_current_thread()
                    .enable_time()
                    .build()
                    .expect("a runtime"),
                phc: phc.expect("hashed"),
            }
        }

        async fn is_of(&self, secret: &[u8]) -> Result<bool, Hindrance> {
            let pair = self.hashing.proofs().pair(secret, &self.phc);
            self.hashing.is_of(pair, secret, self.phc.clone()).await
        }

        /// Asks and goes away before there is an answer.
        fn ask(&self, secret: &[u8]) {
            let mut asked = pin!(self.is_of(secret));
            let _entered = self.runtime.enter();
            let mut nobody = Context::from_waker(Waker::noop());
            assert!(asked.as_mut().poll(&mut nobody).is_pending());
        }

        /// Does what waits, and lets the others end.
        fn work(&self) {
            let next = || self.hashing.shared.lock().waiting.pop_front();
            while let Some(work) = next() {
                self.hashing.shared.compute(&mut Memory::default(), &work);
            }
        }
    }

    #[test]
    fn many_who_ask_for_the_same_secret_wait_for_one_hash() {
        let bench = Bench::new(0, LIMITS);
        let mut asked: Vec<_> = (0..50).map(|_| Box::pin(bench.is_of(b"7:one"))).collect();
        let _entered = bench.runtime.enter();
        let mut nobody = Context::from_waker(Waker::noop());
        for one in &mut asked {
            assert!(one.as_mut().poll(&mut nobody).is_pending());
        }
        assert_eq!(bench.hashing.waiting(), 1);
        bench.work();
        for one in &mut asked {
            assert_eq!(one.as_mut().poll(&mut nobody), Poll::Ready(Ok(true)));
        }
        assert_eq!(bench.runtime.block_on(bench.is_of(b"7:one")), Ok(true));
        assert_eq!(bench.hashing.computed(), 1, "it is proven");
    }

    #[test]
    fn a_hash_goes_on_when_nobody_waits_for_it_any_more() {
        let bench = Bench::new(0, LIMITS);
        bench.ask(b"7:one");
        bench.work();
        assert_eq!(bench.runtime.block_on(bench.is_of(b"7:one")), Ok(true));
        assert_eq!(bench.hashing.computed(), 1);
    }

    #[test]
    fn a_secret_that_fails_is_hashed_again_each_time_and_nothing_of_it_is_remembered() {
        let bench = Bench::new(2, LIMITS);
        for _ in 0..3 {
            assert_eq!(bench.runtime.block_on(bench.is_of(b"7:two")), Ok(false));
        }
        assert_eq!(bench.hashing.computed(), 3);
        assert_eq!(bench.hashing.proofs().count(), 0);
        let pair = bench.hashing.proofs().pair(b"7:one", "$other");
        let other = bench.hashing.is_of(pair, b"7:one", "$other".to_owned());
        let trouble = Err(Hindrance::Trouble(Trouble::UnknownHash));
        assert_eq!(bench.runtime.block_on(other), trouble);
        assert_eq!(bench.hashing.proofs().count(), 0);
    }

    #[test]
    fn a_secret_that_is_sent_again_and_again_has_one_place_behind_those_who_came_before() {
        let bench = Bench::new(0, LIMITS);
        let order = |bench: &Bench| -> Vec<Vec<u8>> {
            let queue = bench.hashing.shared.lock();
            queue
                .waiting
                .iter()
                .map(|work| work.secret.to_vec())
                .collect()
        };
        for secret in [b"7:bad", b"7:bad", b"7:one", b"7:bad", b"7:two"] {
            bench.ask(secret);
        }
        assert_eq!(order(&bench), [b"7:bad", b"7:one", b"7:two"]);
        let first = bench
            .hashing
            .shared
            .lock()
            .waiting
            .pop_front()
            .expect("the first");
        bench.hashing.shared.compute(&mut Memory::default(), &first);
        bench.ask(b"7:bad");
        assert_eq!(order(&bench), [b"7:one", b"7:two", b"7:bad"]);
    }

    #[test]
    fn whoever_finds_no_place_or_no_turn_in_time_is_turned_away() {
        let patience = Duration::from_millis(1);
        let bench = Bench::new(0, Limits { queue: 1, patience });
        let busy = Err(Hindrance::Busy);
        assert_eq!(
            bench.runtime.block_on(bench.is_of(b"7:one")),
            busy,
            "no turn"
        );
        assert_eq!(
            bench.runtime.block_on(bench.is_of(b"7:two")),
            busy,
            "no place"
        );
        assert_eq!(bench.hashing.turned_away(), 2);
        bench.work();
        assert_eq!(bench.runtime.block_on(bench.is_of(b"7:one")), Ok(true));
    }

    #[test]
    fn whoever_waits_at_the_end_is_told() {
        let Bench {
            hashing,
            runtime,
            phc,
        } = Bench::new(0, LIMITS);
        let pair = hashing.proofs().pair(b"7:one", &phc);
        let Some(Place::On(mut way)) = hashing.shared.ask(pair, b"7:one", phc) else {
            panic!("it has a place");
        };
        drop(hashing);
        assert!(runtime.block_on(way.wait_for(Option::is_some)).is_err());
    }

    #[test]
    fn threads_answer_each_in_its_turn_and_end() {
        let bench = Bench::new(3, LIMITS);
        for number in 0..20 {
            let secret = format!("7:{number}");
            let is_of = bench.runtime.block_on(bench.is_of(secret.as_bytes()));
            assert_eq!(is_of, Ok(false));
        }
        assert_eq!(bench.runtime.block_on(bench.is_of(b"7:one")), Ok(true));
        drop(bench);
    }
}
