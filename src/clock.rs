//! The only file that asks what time it is.

use std::time::{SystemTime, UNIX_EPOCH};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machine_is_on_and_for_less_long_than_there_is_time() {
        let up = SystemClock.uptime();
        assert!(up > Uptime(0) && up.0 < SystemClock.now().0, "{up:?}");
        assert!(SystemClock.uptime() >= up);
    }
}
