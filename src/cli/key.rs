//! `keyward key`: API keys for scripts.

mod handing;
mod new;
mod secret;

use std::process::ExitCode;

use crate::cli::Failure;
use crate::cli::args::key::{
    KeyCommand, KeyEditArgs, KeyFieldsArgs, KeyListArgs, SetExpiryArgs, SetRoleArgs,
};
use crate::cli::args::rows::ChangeArgs;
use crate::cli::change::{Changing, change};
use crate::cli::exit::Exit;
use crate::cli::rows::list;
use crate::cli::session::{Access, Session};
use crate::cli::show;
use crate::config::Config;
use crate::domain::edit::KeyEdit;
use crate::domain::id::KeyId;
use crate::domain::intent::{Intent, KeyChange};
use crate::domain::list::KeyRow;
use crate::text::bulk::{
    DELETE, EDIT, END_OVERLAP, LOCK_OUT_KEYS, Many, RESTORE, SET_EXPIRY, SET_NO_EXPIRY, SET_ROLE,
    UNLOCK,
};

pub(super) fn key(config: &Config, command: KeyCommand) -> Result<ExitCode, Failure> {
    match command {
        KeyCommand::List(asked) => list_keys(config, asked),
        KeyCommand::New(asked) => new::new(config, *asked),
        KeyCommand::NewSecret(asked) => secret::new_secret(config, asked),
        KeyCommand::Delivered(asked) => secret::delivered(config, asked),
        KeyCommand::Show(asked) => show::keys(config, asked),
        KeyCommand::Edit(asked) => edit(config, *asked),
        KeyCommand::Lock(asked) => {
            let reason = asked.reason;
            let lock_out = KeyChange::LockOut { reason };
            at_once(config, asked.change, lock_out, &LOCK_OUT_KEYS)
        }
        KeyCommand::Unlock(asked) => at_once(config, asked, KeyChange::Unlock, &UNLOCK),
        KeyCommand::Delete(asked) => at_once(config, asked, KeyChange::Delete, &DELETE),
        KeyCommand::Restore(asked) => at_once(config, asked, KeyChange::Restore, &RESTORE),
        KeyCommand::EndOverlap(asked) => {
            at_once(config, asked, KeyChange::EndOverlap, &END_OVERLAP)
        }
        KeyCommand::SetRole(asked) => set_role(config, asked),
        KeyCommand::SetExpiry(asked) => set_expiry(config, asked),
    }
}

fn list_keys(config: &Config, asked: KeyListArgs) -> Result<ExitCode, Failure> {
    Session::run(config, Access::Look, asked.acting, |session| {
        let mut filter = session.filter::<KeyRow>(asked.filter.filter.as_deref())?;
        let (expiring, unused) = (asked.expiring.as_deref(), asked.unused.as_deref());
        session.narrow(&mut filter, ("--expiring", "expires:<"), expiring)?;
        session.narrow(&mut filter, ("--unused", "used:>"), unused)?;
        let order = asked.order.order::<KeyRow>();
        let any = list(&session, filter, order, asked.format.format)?;
        let looked_for = expiring.is_some() || unused.is_some();
        Ok(if any && looked_for {
            Exit::Refused.into()
        } else {
            Exit::Done.into()
        })
    })
}

/// A change of keys that has no value.
fn at_once(
    config: &Config,
    asked: ChangeArgs,
    what: KeyChange,
    many: &'static Many,
) -> Result<ExitCode, Failure> {
    change::<KeyRow>(config, asked, |_| {
        Ok(Changing::of(Intent::Key(what, KeyId(0)), many))
    })
}

fn set_role(config: &Config, asked: SetRoleArgs) -> Result<ExitCode, Failure> {
    change::<KeyRow>(config, asked.change, |session| {
        let (role, value) = session.role(&asked.role)?;
        Ok(Changing {
            intent: Intent::Key(KeyChange::SetRole(role), KeyId(0)),
            many: &SET_ROLE,
            value,
        })
    })
}

fn set_expiry(config: &Config, asked: SetExpiryArgs) -> Result<ExitCode, Failure> {
    change::<KeyRow>(config, asked.change, |session| {
        let day = session.day("DAY", &asked.day)?;
        Ok(Changing {
            intent: Intent::Key(KeyChange::SetExpiry(day), KeyId(0)),
            many: if day.is_some() {
                &SET_EXPIRY
            } else {
                &SET_NO_EXPIRY
            },
            value: day.map(|day| day.to_string()).unwrap_or_default(),
        })
    })
}

fn edit(config: &Config, asked: KeyEditArgs) -> Result<ExitCode, Failure> {
    let alike = asked.change.rows.sure.yes;
    change::<KeyRow>(config, asked.change, |session| {
        let edit = fields(session, asked.fields, alike)?;
        let edit = KeyChange::Edit(Box::new(edit));
        Ok(Changing::of(Intent::Key(edit, KeyId(0)), &EDIT))
    })
}

/// What is to be changed.
fn fields(session: &Session, asked: KeyFieldsArgs, alike: bool) -> Result<KeyEdit, Failure> {
    let role = asked.role.map(|typed| session.role(&typed)).transpose()?;
    let day = asked
        .expires_on
        .map(|typed| session.day("--expires-on", &typed));
    Ok(KeyEdit {
        name: asked.name,
        description: asked.description,
        owner: asked.owner,
        role: role.map(|(role, _)| role),
        locale: asked.locale,
        zone: asked.zone,
        expires_on: day.transpose()?,
        addresses: asked.addresses,
        rate: asked.rate,
        locked_out: asked.lock.lock().transpose()?,
        alike,
    })
}
