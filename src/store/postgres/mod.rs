//! A database on a `PostgreSQL` server: its address, the line to the server, and what it does with statements. Nothing else in
//! Keyward names the libraries.
//!
//! What tokio-postgres asks for is done by the thread that waits for it, on a socket of its own: there is no runtime, so that
//! the threads of `serve`, which have one, can wait, too.

mod address;
mod commit;
mod connect;
mod engine;
mod fault;
mod flaws;
mod line;
mod link;
mod load;
pub(super) mod look;
pub(super) mod migrate;
mod nearest;
pub(super) mod open;
mod passwords;
mod rewrite;
mod side;
mod standby;
mod tls;
mod values;

pub use engine::Postgres;

#[cfg(test)]
mod tests;
