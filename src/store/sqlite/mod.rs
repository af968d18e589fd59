//! `SQLite`: the files of a database and their log, opening and bringing up to date, copies, and what is wrong with them.

pub(super) mod address;
pub mod backup;
mod before;
mod begin;
mod copy;
pub mod doctor;
pub(super) mod fault;
mod file;
pub(super) mod flaws;
pub(super) mod identity;
pub mod left;
pub mod load;
mod lock;
pub(super) mod log;
pub(super) mod migrate;
mod open;
pub(super) mod read_only;
pub mod rehearsal;
pub mod restore;
pub mod snapshot;
