//! Waiting for another connection's lock. `SQLite`'s own timeout lets one writer starve another; short sleeps of
//! random length share the lock out fairly.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;

use crate::store::patience::Patience;

/// `SQLite`'s busy handler: sleeps and says whether to try again.
pub fn handler(patience: &Patience) -> impl FnMut(i32) -> bool + Send + 'static {
    let patience = patience.clone();
    let mut jitter = RandomState::new().hash_one(0_u8) | 1;
    move |_| {
        jitter ^= jitter << 13;
        jitter ^= jitter >> 7;
        jitter ^= jitter << 17;
        patience.nap(jitter)
    }
}
