//! Standbys and failover, with servers of their own: a primary, and standbys that stream from it.

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod cluster;
    pub mod cutter;
    pub mod database;
    pub mod network;
    pub mod process;
    pub mod program;
    pub mod server;
}

#[path = "standbys"]
mod standbys {
    mod confirming;
    mod cut;
    mod failover;
    mod fresh;
    mod hosts;
    mod nearest;
    mod notes;
}
