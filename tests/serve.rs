//! `keyward serve` as proxies and clients see it: the real program, over its sockets.

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod process;
    pub mod program;
    pub mod server;
}

#[path = "serve"]
mod serve {
    mod api;
    mod endpoints;
    mod handed;
    mod life;
    mod limits;
    mod log;
    mod race;
    mod sdk;
    mod together;
    mod verdicts;
}
