//! `keyward role`: roles for scripts.

mod from;

use std::process::ExitCode;

use crate::cli::args::role::{AllowsArgs, RoleCommand, RoleEditArgs, RoleListArgs, RoleNewArgs};
use crate::cli::args::rows::Format;
use crate::cli::args::values::Switch;
use crate::cli::change::{Changing, change};
use crate::cli::exit::Exit;
use crate::cli::rows::{list, made};
use crate::cli::session::{Access, Session};
use crate::cli::{Failure, show};
use crate::config::Config;
use crate::domain::authority::cut;
use crate::domain::edit::RoleEdit;
use crate::domain::id::RoleId;
use crate::domain::intent::Intent;
use crate::domain::list::RoleRow;
use crate::domain::rights::Rights;
use crate::domain::role::{RoleDraft, RoleFields};
use crate::text::bulk::{DELETE, EDIT};

pub(super) fn role(config: &Config, command: RoleCommand) -> Result<ExitCode, Failure> {
    match command {
        RoleCommand::List(asked) => list_roles(config, asked),
        RoleCommand::Show(asked) => show::roles(config, asked),
        RoleCommand::New(asked) => new(config, *asked),
        RoleCommand::Edit(asked) => edit(config, *asked),
        RoleCommand::Delete(asked) => change::<RoleRow>(config, asked, |_| {
            Ok(Changing::of(Intent::DeleteRole(RoleId(0)), &DELETE))
        }),
    }
}

fn list_roles(config: &Config, asked: RoleListArgs) -> Result<ExitCode, Failure> {
    Session::run(config, Access::Look, asked.acting, |session| {
        let filter = session.filter::<RoleRow>(asked.filter.filter.as_deref())?;
        let order = asked.order.order::<RoleRow>();
        list(&session, filter, order, asked.format.format)?;
        Ok(Exit::Done.into())
    })
}

fn new(config: &Config, asked: RoleNewArgs) -> Result<ExitCode, Failure> {
    Session::run(config, Access::Create, asked.acting, |mut session| {
        if asked.format.format != Format::Table {
            session.service.records::<RoleRow>(&session.actor, &[])?;
        }
        // As in the console: what a new role has of itself, as far as it may be given.
        let begun = cut(&RoleFields::default(), &session.actor.role.fields);
        let mut draft = RoleDraft::from(begun);
        fields(&session, Some(asked.name), asked.allows, asked.yes)?.apply(&mut draft);
        let created = session.act(|service, actor| service.create_role(actor, &draft));
        let id = created.map_err(|trouble| session.of_options(&trouble))?;
        made::<RoleRow>(&session, id.0, draft.name.trim(), asked.format.format)
    })
}

fn edit(config: &Config, asked: RoleEditArgs) -> Result<ExitCode, Failure> {
    let alike = asked.change.rows.sure.yes;
    change::<RoleRow>(config, asked.change, |session| {
        let edit = fields(session, asked.fields.name, asked.fields.allows, alike)?;
        Ok(Changing::of(
            Intent::EditRole(Box::new(edit), RoleId(0)),
            &EDIT,
        ))
    })
}

/// What is to be changed: what the file has, and in its place what options say.
fn fields(
    session: &Session,
    name: Option<String>,
    asked: AllowsArgs,
    alike: bool,
) -> Result<RoleEdit, Failure> {
    let from = match &asked.from {
        Some(path) => from::read(session, path)?,
        None => RoleEdit::default(),
    };
    let is_on = |switch: Option<Switch>| switch.map(Switch::is_on);
    Ok(RoleEdit {
        name: name.or(from.name),
        description: asked.description.or(from.description),
        user_interface: is_on(asked.allow_user_interface).or(from.user_interface),
        web_service: is_on(asked.allow_web_service).or(from.web_service),
        preset: asked.preset.map(Into::into),
        rights: from.rights,
        added: Rights::from_names(asked.right),
        removed: Rights::from_names(asked.no_right),
        equal_or_less: is_on(asked.equal_or_less).or(from.equal_or_less),
        services: asked.services.or(from.services),
        alike,
    })
}
