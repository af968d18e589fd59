//! How long another connection's lock is waited for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// How long a person waits before being told that another process holds the lock.
const USUAL: Duration = Duration::from_secs(5);
/// A sleep is from this many microseconds up to [`LONGEST`].
const SHORTEST: u64 = 500;
const LONGEST: u64 = 4_000;

/// The time that a connection may spend waiting; its clones share it. What is left grows less with every wait, for
/// whichever lock, until it is renewed.
#[derive(Clone, Debug)]
pub struct Patience(Arc<Budget>);

/// In microseconds.
#[derive(Debug)]
struct Budget {
    whole: AtomicU64,
    left: AtomicU64,
}

impl Default for Patience {
    fn default() -> Patience {
        let usual = micros(USUAL);
        Patience(Arc::new(Budget {
            whole: AtomicU64::new(usual),
            left: AtomicU64::new(usual),
        }))
    }
}

impl Patience {
    /// Sets the whole budget, and renews it.
    pub fn set(&self, budget: Duration) {
        self.0.whole.store(micros(budget), Ordering::SeqCst);
        self.renew();
    }

    /// The whole budget may be spent again.
    pub fn renew(&self) {
        let whole = self.0.whole.load(Ordering::SeqCst);
        self.0.left.store(whole, Ordering::SeqCst);
    }

    /// What is left.
    pub(super) fn left(&self) -> Duration {
        Duration::from_micros(self.0.left.load(Ordering::SeqCst))
    }

    /// Takes from what is left what somebody else has waited.
    pub(super) fn spend(&self, waited: Duration) {
        let rest = self.left().saturating_sub(waited);
        self.0.left.store(micros(rest), Ordering::SeqCst);
    }

    /// Whether no wait is left.
    #[cfg(test)]
    #[must_use]
    pub fn is_spent(&self) -> bool {
        self.left().is_zero()
    }

    /// Lets `work` spend what is left, but no more than this much of it.
    pub fn within<T>(&self, most: Duration, work: impl FnOnce() -> T) -> T {
        let whole = self.0.whole.load(Ordering::SeqCst);
        let left = self.left();
        let given = left.min(most);
        self.set(given);
        let done = work();
        let spent = given.saturating_sub(self.left());
        self.0.whole.store(whole, Ordering::SeqCst);
        self.0.left.store(micros(left), Ordering::SeqCst);
        self.spend(spent);
        done
    }

    /// Sleeps for a moment of random length; false where the time that is left is over. It sums what it asked to sleep and
    /// reads no clock.
    pub(super) fn nap(&self, random: u64) -> bool {
        let nap = SHORTEST + random % (LONGEST - SHORTEST);
        let left = self.0.left.load(Ordering::SeqCst);
        let rest = left.saturating_sub(nap);
        self.0.left.store(rest, Ordering::SeqCst);
        if left < nap {
            return false;
        }
        sleep(Duration::from_micros(nap));
        true
    }
}

/// Lets go for as long as the longest sleep of who waits for the lock: between two changes out of many every one who
/// waits gets a try.
pub fn give_way() {
    sleep(Duration::from_micros(LONGEST));
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tries(patience: &Patience) -> usize {
        (0..100).take_while(|n| patience.nap(n * 7_919)).count()
    }

    #[test]
    fn the_budget_is_for_all_locks_together_until_it_is_renewed() {
        let patience = Patience::default();
        patience.set(Duration::from_millis(10));
        let first = tries(&patience);
        assert!((2..=20).contains(&first), "{first}");
        assert_eq!(tries(&patience), 0, "another lock has no budget of its own");
        patience.renew();
        assert!(tries(&patience) >= 2);
    }

    #[test]
    fn a_part_of_the_budget_is_taken_from_the_whole() {
        let patience = Patience::default();
        patience.set(Duration::from_millis(20));
        let first = patience.within(Duration::from_millis(8), || tries(&patience));
        assert!((1..=16).contains(&first), "{first}");
        let rest = tries(&patience);
        assert!((2..=24).contains(&rest), "{rest}");
        assert_eq!(
            patience.within(Duration::from_secs(9), || tries(&patience)),
            0
        );
    }
}
