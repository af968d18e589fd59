//! Plain data and the rules of the product: every rule lives here, once.
//!
//! Nothing in here knows a terminal, a database, the clock or the environment; what a rule needs it is given.

pub mod address;
pub mod api_key;
pub mod authority;
pub mod bounds;
pub mod clipboard;
pub mod date;
pub mod edit;
pub mod event;
pub mod expiry;
pub mod export;
pub mod filter;
pub mod fold;
pub mod hops;
pub mod id;
pub mod import;
pub mod intent;
pub mod leak;
pub mod list;
pub mod locale;
pub mod merge;
pub mod moment;
pub mod name;
pub mod policy;
pub mod preview;
pub mod problem;
pub mod reference;
pub mod restore;
pub mod rights;
pub mod role;
pub mod secret;
pub mod server;
pub mod services;
pub mod state;
pub mod time;
pub mod trouble;
pub mod typed;
pub mod tz;
pub mod user;
pub mod verdict;
pub(crate) mod words;
pub mod zone;

#[cfg(test)]
mod tests {
    /// A copy with a change.
    pub fn with<T: Clone>(base: &T, change: impl FnOnce(&mut T)) -> T {
        let mut copy = base.clone();
        change(&mut copy);
        copy
    }
}
