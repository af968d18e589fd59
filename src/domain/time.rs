//! An instant, as the database keeps it, and what intervals are measured by. Nothing here asks what time it is.

use crate::domain::tz::Tz;
use chrono::{DateTime, NaiveDate, TimeZone, Utc};

/// One second, in milliseconds.
pub const SECOND: i64 = 1_000;
/// One minute, in milliseconds.
pub const MINUTE: i64 = 60 * SECOND;
/// One hour, in milliseconds.
pub const HOUR: i64 = 60 * MINUTE;
/// One day of 24 hours, in milliseconds.
pub const DAY: i64 = 24 * HOUR;

/// An instant: milliseconds since the Unix epoch, UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp(pub i64);

impl Timestamp {
    /// The instant `ms` milliseconds later (earlier when negative), saturating.
    #[must_use]
    pub fn plus(self, ms: i64) -> Timestamp {
        Timestamp(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this instant; negative when this one is the earlier.
    #[must_use]
    pub fn since(self, earlier: Timestamp) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// Whether this instant is less than `ms` milliseconds after `earlier`. An `earlier` that is still to come was told
    /// by a clock that was ahead, and silences nothing.
    #[must_use]
    pub fn is_soon_after(self, earlier: Timestamp, ms: i64) -> bool {
        (0..ms).contains(&self.since(earlier))
    }

    /// Whether the two instants are less than `ms` milliseconds apart, whichever comes first.
    #[must_use]
    pub fn is_near(self, other: Timestamp, ms: i64) -> bool {
        self.0.abs_diff(other.0) < ms.unsigned_abs()
    }

    /// The wall clock time in `zone`. Instants outside chrono's range are shown as the epoch.
    #[must_use]
    pub fn in_zone(self, zone: Tz) -> DateTime<Tz> {
        self.utc().with_timezone(&zone)
    }

    /// The wall clock time in UTC. Instants outside chrono's range are shown as the epoch.
    #[must_use]
    pub fn utc(self) -> DateTime<Utc> {
        Utc.timestamp_millis_opt(self.0)
            .single()
            .unwrap_or(DateTime::UNIX_EPOCH)
    }

    /// The calendar day in `zone`.
    #[must_use]
    pub fn day_in(self, zone: Tz) -> NaiveDate {
        self.in_zone(zone).date_naive()
    }
}

/// How long the machine has been on, in milliseconds, sleep included: what intervals are measured by. Setting the
/// machine's clock does not move it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uptime(pub i64);

impl Uptime {
    /// `ms` milliseconds later (earlier when negative), saturating.
    #[must_use]
    pub fn plus(self, ms: i64) -> Uptime {
        Uptime(self.0.saturating_add(ms))
    }

    /// Milliseconds from `earlier` to this; negative when this one is the earlier.
    #[must_use]
    pub fn since(self, earlier: Uptime) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl<Z: TimeZone> From<DateTime<Z>> for Timestamp {
    fn from(at: DateTime<Z>) -> Timestamp {
        Timestamp(at.timestamp_millis())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_clock_that_was_ahead_has_told_is_not_a_moment_ago() {
        let now = Timestamp(1_000_000);
        assert!(now.is_soon_after(now, HOUR) && now.is_soon_after(now.plus(1 - HOUR), HOUR));
        assert!(!now.is_soon_after(now.plus(-HOUR), HOUR));
        assert!(!now.is_soon_after(now.plus(1), HOUR));
        assert!(!now.is_soon_after(Timestamp(i64::MAX), HOUR));
        assert!(now.is_near(now.plus(HOUR - 1), HOUR) && now.is_near(now.plus(1 - HOUR), HOUR));
        assert!(!now.is_near(now.plus(HOUR), HOUR) && !now.is_near(now.plus(-HOUR), HOUR));
        assert!(!now.is_near(Timestamp(i64::MIN), HOUR));
    }
}
