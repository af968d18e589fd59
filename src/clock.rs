//! The only file that asks what time it is.

use std::sync::OnceLock;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use nix::time::{ClockId, clock_gettime};

use crate::domain::time::{SECOND, Timestamp, Uptime};

/// Something that knows the time.
pub trait Clock: Send + Sync {
    /// The present instant, as the machine's clock is set: for what is dated and what expires.
    fn now(&self) -> Timestamp;

    /// How long the machine has been on: for how long something takes. Nobody can set it.
    fn uptime(&self) -> Uptime;
}

/// The machine's clock.
#[derive(Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Timestamp(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// Counts the time in which the machine sleeps, too (`CLOCK_BOOTTIME`): who closed a lid has not been at the keys.
    fn uptime(&self) -> Uptime {
        // It fails on no Linux; where it did, no time would pass.
        clock_gettime(ClockId::CLOCK_BOOTTIME).map_or(Uptime(0), |time| {
            Uptime(time.tv_sec() * SECOND + time.tv_nsec() / 1_000_000)
        })
    }
}

/// A clock that stands at an instant of one's own choice until somebody looks for how long the machine has been on, and
/// goes on from there in whole seconds: for recordings, whose dates are the same every time.
#[derive(Debug)]
pub struct ClockFrom {
    instant: Timestamp,
    began: OnceLock<Uptime>,
}

impl ClockFrom {
    /// A clock that stands at this instant.
    #[must_use]
    pub fn new(instant: Timestamp) -> ClockFrom {
        let began = OnceLock::new();
        ClockFrom { instant, began }
    }
}

impl Clock for ClockFrom {
    fn now(&self) -> Timestamp {
        let since = |began: &Uptime| SystemClock.uptime().since(*began);
        let ms = self.began.get().map_or(0, since);
        self.instant.plus(ms / SECOND * SECOND)
    }

    fn uptime(&self) -> Uptime {
        let now = SystemClock.uptime();
        self.began.get_or_init(|| now);
        now
    }
}

/// Measures how long something takes that this process does.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// One that runs from now on.
    #[must_use]
    #[expect(
        clippy::disallowed_methods,
        reason = "the one place that reads the clock"
    )]
    pub fn start() -> Stopwatch {
        Stopwatch(Instant::now())
    }

    /// How long it has run.
    #[must_use]
    pub fn elapsed(self) -> Duration {
        self.0.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_from_an_instant_stands_until_it_is_used_and_goes_on_in_whole_seconds() {
        let instant = Timestamp(1_000_123);
        let clock = ClockFrom::new(instant);
        assert_eq!(clock.now(), instant);
        let up = clock.uptime();
        assert_eq!(clock.began.get(), Some(&up));
        assert_eq!(clock.now().since(instant) % SECOND, 0);
        let later = ClockFrom {
            instant,
            began: OnceLock::from(up.plus(-90_500)),
        };
        let gone = later.now().since(instant);
        assert!(gone >= 90 * SECOND && gone % SECOND == 0, "{gone}");
    }

    #[test]
    fn the_machine_is_on_and_for_less_long_than_there_is_time() {
        let up = SystemClock.uptime();
        assert!(up > Uptime(0) && up.0 < SystemClock.now().0, "{up:?}");
        assert!(SystemClock.uptime() >= up);
    }
}
