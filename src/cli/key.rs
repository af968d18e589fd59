//! `keyward key`: API keys for scripts.

mod handing;
mod new;
mod secret;

use std::process::ExitCode;

use crate::cli::Failure;
use crate::cli::args::key::{KeyCommand, KeyListArgs, KeyLockArgs};
use crate::cli::change::{Changing, change};
use crate::cli::rows::{list, listed};
use crate::cli::session::{Access, Session};
use crate::config::Config;
use crate::domain::id::KeyId;
use crate::domain::intent::{Intent, KeyChange};
use crate::domain::list::KeyRow;
use crate::text::bulk::LOCK_OUT_KEYS;

pub(super) fn key(config: &Config, command: KeyCommand) -> Result<ExitCode, Failure> {
    match command {
        KeyCommand::List(asked) => list_keys(config, asked),
        KeyCommand::New(asked) => new::new(config, *asked),
        KeyCommand::NewSecret(asked) => secret::new_secret(config, asked),
        KeyCommand::Delivered(asked) => secret::delivered(config, asked),
        KeyCommand::Lock(asked) => lock(config, asked),
    }
}

fn list_keys(config: &Config, asked: KeyListArgs) -> Result<ExitCode, Failure> {
    Session::run(config, Access::Look, asked.acting, |session| {
        let filter = session.filter::<KeyRow>(asked.filter.filter.as_deref())?;
        list(&session, filter, asked.format.format).map(listed)
    })
}

fn lock(config: &Config, asked: KeyLockArgs) -> Result<ExitCode, Failure> {
    let reason = asked.reason;
    let lock_out = KeyChange::LockOut { reason };
    Session::run(config, Access::Change, asked.acting, |session| {
        change::<KeyRow>(
            session,
            asked.which,
            &asked.sure,
            Changing {
                intent: Intent::Key(lock_out, KeyId(0)),
                many: &LOCK_OUT_KEYS,
                value: String::new(),
            },
        )
    })
}
