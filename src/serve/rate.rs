//! How many requests a key has made in the present minute, over all threads.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::id::KeyId;
use crate::domain::time::{MINUTE, SECOND, Uptime};

/// The windows that are over are looked for when there are so many, and again when there are twice as many as were left.
const LOOK: usize = 1_024;

/// The requests of each key that has a limit. A minute begins with the first request after the last one has ended.
#[derive(Debug, Default)]
pub struct Rates(Mutex<Windows>);

#[derive(Debug, Default)]
struct Windows {
    of: HashMap<KeyId, Window>,
    /// How many were left after the last look.
    left: usize,
}

#[derive(Debug)]
struct Window {
    began: Uptime,
    used: u32,
}

impl Window {
    fn is_over(&self, now: Uptime) -> bool {
        now.since(self.began) >= MINUTE
    }
}

impl Rates {
    /// Takes down a request of a key that may make so many a minute.
    ///
    /// # Errors
    /// It has made them: after this many seconds, 1 to 60, there is room again.
    pub fn take(&self, key: KeyId, limit: u32, now: Uptime) -> Result<(), u32> {
        let mut windows = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.of.len() >= LOOK.max(2 * windows.left) {
            windows.of.retain(|_, window| !window.is_over(now));
            windows.left = windows.of.len();
        }
        let window = windows.of.entry(key).or_insert(Window {
            began: now,
            used: 0,
        });
        if window.is_over(now) {
            *window = Window {
                began: now,
                used: 0,
            };
        }
        if window.used < limit {
            window.used += 1;
            return Ok(());
        }
        let rest = MINUTE - now.since(window.began);
        Err(u32::try_from((rest + SECOND - 1) / SECOND).unwrap_or(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Uptime = Uptime(1_000_000);

    #[test]
    fn a_key_has_its_requests_from_the_first_one_on_for_a_minute() {
        let rates = Rates::default();
        let take = |ms| rates.take(KeyId(1), 2, NOW.plus(ms));
        assert_eq!([take(0), take(1)], [Ok(()), Ok(())]);
        assert_eq!(
            [take(1), take(1_000), take(1_001)],
            [Err(60), Err(59), Err(59)]
        );
        assert_eq!(take(MINUTE - 1), Err(1));
        assert_eq!(take(MINUTE), Ok(()), "another minute");
        assert_eq!([take(MINUTE + 9), take(MINUTE + 10)], [Ok(()), Err(60)]);
    }

    #[test]
    fn one_key_takes_nothing_from_another_and_a_limit_holds_from_when_it_was_set() {
        let rates = Rates::default();
        assert_eq!(rates.take(KeyId(1), 1, NOW), Ok(()));
        assert_eq!(rates.take(KeyId(2), 1, NOW), Ok(()));
        assert_eq!(rates.take(KeyId(1), 2, NOW), Ok(()), "it was raised");
        assert_eq!(rates.take(KeyId(1), 1, NOW), Err(60), "it was lowered");
    }

    #[test]
    fn what_is_over_takes_no_memory_for_long() {
        let rates = Rates::default();
        let kept = || rates.0.lock().expect("windows").of.len();
        let all_take = |from: i64, now| {
            for key in from..from + 3 * i64::try_from(LOOK).expect("a number") {
                assert_eq!(rates.take(KeyId(key), 1, now), Ok(()));
            }
        };
        all_take(0, NOW);
        assert_eq!(kept(), 3 * LOOK, "all of them are in their minute");
        all_take(1_000_000, NOW.plus(MINUTE));
        assert!(kept() <= 4 * LOOK, "{}", kept());
    }
}
