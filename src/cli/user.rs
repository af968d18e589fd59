//! `keyward user`: users for scripts.

use std::process::ExitCode;

use crate::cli::args::rows::{ChangeArgs, Format};
use crate::cli::args::user::{
    PersonArgs, UserCommand, UserEditArgs, UserListArgs, UserNewArgs, UserUnlockArgs,
};
use crate::cli::change::{Changing, change};
use crate::cli::exit::Exit;
use crate::cli::rows::{list, made};
use crate::cli::session::{Access, Session};
use crate::cli::{Failure, place, show, unlock};
use crate::config::Config;
use crate::domain::edit::UserEdit;
use crate::domain::id::{RoleId, UserId};
use crate::domain::intent::{Intent, UserChange};
use crate::domain::list::UserRow;
use crate::domain::user::{UserDraft, UserFields};
use crate::text::Text;
use crate::text::bulk::{DELETE, EDIT, LOCK_OUT_USERS, Many, SET_ROLE, UNLOCK};

pub(super) fn user(text: Text, config: &Config, command: UserCommand) -> Result<ExitCode, Failure> {
    match command {
        UserCommand::List(asked) => list_users(config, asked),
        UserCommand::Show(asked) => show::users(config, asked),
        UserCommand::New(asked) => new(config, asked),
        UserCommand::Edit(asked) => edit(config, asked),
        UserCommand::Lock(asked) => {
            let reason = asked.reason;
            let lock_out = UserChange::LockOut { reason };
            at_once(config, asked.change, lock_out, &LOCK_OUT_USERS)
        }
        UserCommand::Unlock(asked) if asked.break_glass => break_glass(text, config, asked),
        UserCommand::Unlock(asked) => at_once(config, asked.change, UserChange::Unlock, &UNLOCK),
        UserCommand::Delete(asked) => at_once(config, asked, UserChange::Delete, &DELETE),
        UserCommand::SetRole(asked) => change::<UserRow>(config, asked.change, |session| {
            let (role, value) = session.role(&asked.role)?;
            Ok(Changing {
                intent: Intent::User(UserChange::SetRole(role), UserId(0)),
                many: &SET_ROLE,
                value,
            })
        }),
    }
}

fn list_users(config: &Config, asked: UserListArgs) -> Result<ExitCode, Failure> {
    Session::run(config, Access::Look, asked.acting, |session| {
        let filter = session.filter::<UserRow>(asked.filter.filter.as_deref())?;
        let order = asked.order.order::<UserRow>();
        list(&session, filter, order, asked.format.format)?;
        Ok(Exit::Done.into())
    })
}

/// A change of users that has no value.
fn at_once(
    config: &Config,
    asked: ChangeArgs,
    what: UserChange,
    many: &'static Many,
) -> Result<ExitCode, Failure> {
    change::<UserRow>(config, asked, |_| {
        Ok(Changing::of(Intent::User(what, UserId(0)), many))
    })
}

fn break_glass(text: Text, config: &Config, asked: UserUnlockArgs) -> Result<ExitCode, Failure> {
    let ChangeArgs { rows, acting } = asked.change;
    let [name] = &rows.which.named[..] else {
        return Err(Failure::Sentence("cli.one_user", Exit::Usage));
    };
    let place = place(acting.database, config)?;
    unlock::unlock(text, config, &place, name)
}

fn new(config: &Config, asked: UserNewArgs) -> Result<ExitCode, Failure> {
    Session::run(config, Access::Create, asked.acting, |mut session| {
        if asked.format.format != Format::Table {
            session.service.records::<UserRow>(&session.actor, &[])?;
        }
        let (role, _) = session.role(&asked.role)?;
        let mut draft = UserDraft::from(UserFields {
            name: asked.name,
            full_name: String::new(),
            role,
            locale: None,
            zone: None,
            locked_out: None,
        });
        fields(None, asked.person)?.apply(&mut draft);
        draft.told_alike = asked.yes.then(|| draft.name.clone());
        let created = session.act(|service, actor| service.create_user(actor, &draft));
        let id = created.map_err(|trouble| session.of_options(&trouble))?;
        made::<UserRow>(&session, id.0, draft.name.trim(), asked.format.format)
    })
}

fn edit(config: &Config, asked: UserEditArgs) -> Result<ExitCode, Failure> {
    change::<UserRow>(config, asked.change, |session| {
        let role = asked.fields.role.map(|typed| session.role(&typed));
        let edit = fields(role.transpose()?.map(|(role, _)| role), asked.fields.person)?;
        let edit = UserChange::Edit(Box::new(edit));
        Ok(Changing::of(Intent::User(edit, UserId(0)), &EDIT))
    })
}

/// What is to be changed.
fn fields(role: Option<RoleId>, asked: PersonArgs) -> Result<UserEdit, Failure> {
    Ok(UserEdit {
        full_name: asked.full_name,
        role,
        locale: asked.locale.map(|locale| locale.0),
        zone: asked.zone.map(|zone| zone.0),
        locked_out: asked.lock.lock().transpose()?,
    })
}
