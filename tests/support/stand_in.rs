//! What tests have in place of the real thing: a clock that stands still, and a hash that costs next to nothing.

use std::sync::atomic::{AtomicI64, Ordering};

use keyward::auth::hash::Cost;
use keyward::clock::Clock;
use keyward::domain::time::{Timestamp, Uptime};

/// As little as argon2 allows.
pub const CHEAP: Cost = Cost {
    memory_kib: 8,
    passes: 1,
    lanes: 1,
};

/// A clock that stands still until it is moved.
#[derive(Debug)]
pub struct SetClock {
    now: AtomicI64,
    uptime: AtomicI64,
}

impl SetClock {
    /// A clock that shows `at`.
    pub fn new(at: Timestamp) -> SetClock {
        SetClock {
            now: AtomicI64::new(at.0),
            uptime: AtomicI64::new(0),
        }
    }

    /// Lets `ms` milliseconds pass.
    pub fn advance(&self, ms: i64) {
        self.set(ms);
        self.uptime.fetch_add(ms, Ordering::SeqCst);
    }

    /// Sets it by `ms` milliseconds, as a person or a time server does; no time passes.
    pub fn set(&self, ms: i64) {
        self.now.fetch_add(ms, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> Timestamp {
        Timestamp(self.now.load(Ordering::SeqCst))
    }

    fn uptime(&self) -> Uptime {
        Uptime(self.uptime.load(Ordering::SeqCst))
    }
}
