//! Faults of the machine, each made for real: what can be answered is answered, nothing is said to be done that was not,
//! nothing typed is lost, and each refusal says what to do.

#[path = "support"]
mod support {
    #![allow(dead_code, reason = "a part of what the tests use")]
    pub mod database;
    pub mod hand;
    pub mod inject;
    pub mod process;
    pub mod program;
    pub mod pty;
    pub mod sentence;
    pub mod server;
}

#[path = "faults"]
mod faults {
    mod bits;
    mod broken;
    mod calls;
    mod clock;
    mod commands;
    mod console;
    mod damage;
    mod disk;
    mod files;
    mod limits;
    mod output;
    mod stopped;
}
