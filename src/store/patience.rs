//! Waiting for another connection's lock. `SQLite`'s own timeout lets one writer starve another; short sleeps of
//! random length share the lock out fairly.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::sleep;
use std::time::Duration;

/// How long a person waits before being told that another process holds the lock.
const USUAL: Duration = Duration::from_secs(5);
/// A sleep is from this many microseconds up to [`LONGEST`].
const SHORTEST: u64 = 500;
const LONGEST: u64 = 4_000;

/// The time that a connection may spend waiting, in microseconds; its clones share it.
#[derive(Clone, Debug)]
pub struct Patience(Arc<AtomicU64>);

impl Default for Patience {
    fn default() -> Patience {
        Patience(Arc::new(AtomicU64::new(micros(USUAL))))
    }
}

impl Patience {
    /// Sets the budget and gives the one before.
    pub fn set(&self, budget: Duration) -> Duration {
        Duration::from_micros(self.0.swap(micros(budget), Ordering::SeqCst))
    }

    /// `SQLite`'s busy handler: told how often it was asked for this lock before, it sleeps and says whether to try
    /// again. It sums what it asked to sleep and reads no clock.
    pub fn handler(&self) -> impl FnMut(i32) -> bool + Send + 'static {
        let budget = Arc::clone(&self.0);
        let mut slept = 0;
        let mut jitter = RandomState::new().hash_one(0_u8) | 1;
        move |asked| {
            if asked == 0 {
                slept = 0;
            }
            jitter ^= jitter << 13;
            jitter ^= jitter >> 7;
            jitter ^= jitter << 17;
            let nap = SHORTEST + jitter % (LONGEST - SHORTEST);
            slept += nap;
            if slept > budget.load(Ordering::SeqCst) {
                return false;
            }
            sleep(Duration::from_micros(nap));
            true
        }
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_budget_is_for_each_lock_and_runs_out() {
        let patience = Patience::default();
        patience.set(Duration::from_millis(10));
        let mut handler = patience.handler();
        let tries =
            |handler: &mut dyn FnMut(i32) -> bool| (0..100).take_while(|n| handler(*n)).count();
        let first = tries(&mut handler);
        assert!((2..=20).contains(&first), "{first}");
        assert!(
            tries(&mut handler) >= 2,
            "a new lock has the whole budget again"
        );
    }
}
