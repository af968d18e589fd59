//! The database and the use cases on it, without a terminal.

mod support;

#[path = "store/actors.rs"]
mod actors;
#[path = "store/apart.rs"]
mod apart;
#[path = "store/authority.rs"]
mod authority;
#[path = "store/bulk.rs"]
mod bulk;
#[path = "store/clock.rs"]
mod clock;
#[path = "store/demo.rs"]
mod demo;
#[path = "store/escalation.rs"]
mod escalation;
#[path = "store/events.rs"]
mod events;
#[path = "store/export.rs"]
mod export;
#[path = "store/files.rs"]
mod files;
#[path = "store/filter.rs"]
mod filter;
#[path = "store/flaws.rs"]
mod flaws;
#[path = "store/handover.rs"]
mod handover;
#[path = "store/keys.rs"]
mod keys;
#[path = "store/leaks.rs"]
mod leaks;
#[path = "store/list.rs"]
mod list;
#[path = "store/machine.rs"]
mod machine;
#[path = "store/merging.rs"]
mod merging;
#[path = "store/migration.rs"]
mod migration;
#[path = "store/names.rs"]
mod names;
#[path = "store/opening.rs"]
mod opening;
#[path = "store/policy.rs"]
mod policy;
#[path = "store/power.rs"]
mod power;
#[path = "store/preview.rs"]
mod preview;
#[path = "store/processes.rs"]
mod processes;
#[path = "store/restore.rs"]
mod restore;
#[path = "store/roles.rs"]
mod roles;
#[path = "store/secrets.rs"]
mod secrets;
#[path = "store/sign_in.rs"]
mod sign_in;
#[path = "store/taken.rs"]
mod taken;
#[path = "store/users.rs"]
mod users;
