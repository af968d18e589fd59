//! One change of rows, for scripts: looked at before it is made, then made row by row, each only while it is as it was
//! seen. As the console does it with marked rows.

use std::io::{self, Write as _};
use std::process::ExitCode;

use crate::cli::args::rows::{SureArgs, WhichArgs};
use crate::cli::ask::confirm;
use crate::cli::exit::Exit;
use crate::cli::session::Session;
use crate::cli::{Failure, print};
use crate::domain::intent::Intent;
use crate::domain::list::{KeyRow, MARKS_MAX, RoleRow, UserRow};
use crate::domain::reference::{Reference, RowKind};
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::lists::Source;
use crate::text::bulk::{Many, Plan, named, why};

/// A kind of row that commands change.
pub(super) trait Changed: Source {
    const KIND: RowKind;
}

impl Changed for KeyRow {
    const KIND: RowKind = RowKind::ApiKey;
}

impl Changed for UserRow {
    const KIND: RowKind = RowKind::User;
}

impl Changed for RoleRow {
    const KIND: RowKind = RowKind::Role;
}

/// What is to be done to each row, and in which words it is told.
pub(super) struct Changing {
    /// Of whatever row.
    pub(super) intent: Intent,
    pub(super) many: &'static Many,
    /// What the rows are to have, as it is told; empty where the change has no value.
    pub(super) value: String,
}

/// Looks at the change of each row, asks, and makes it. What was refused of it is told on standard error.
pub(super) fn change<L: Changed>(
    mut session: Session,
    which: WhichArgs,
    sure: &SureArgs,
    changing: Changing,
) -> Result<ExitCode, Failure> {
    let ids = ids::<L>(&session, which)?;
    let text = session.text;
    let outlooks = session
        .service
        .foresee_each(&session.actor, &changing.intent, &ids)?;
    let plan = Plan::new(changing.many, changing.value, outlooks);
    if sure.dry_run {
        return print(&(plan.told(text, session.now) + "\n"));
    }
    if plan.open() > 0 {
        confirm(text, sure.yes, &plan.told(text, session.now))?;
    }
    let (mut done, mut worst) = (0, Exit::Done);
    for row in &plan.rows {
        let came = match &row.prospect {
            Err(trouble) => Err(trouble.clone()),
            Ok(_) if !row.is_open() => Ok(false),
            Ok(_) => {
                let (actor, intent) = (&session.actor, row.intent.clone());
                let made = session
                    .service
                    .unless_changed(row.version, |service| carry_out(service, actor, intent));
                made.map(|()| true)
            }
        };
        match came {
            Ok(changed) => done += usize::from(changed),
            Err(trouble) => {
                worst = worst.max(Exit::of(&trouble));
                let said = named(row, &why(&trouble, text), text);
                let _ = writeln!(io::stderr(), "keyward: {said}");
            }
        }
    }
    print(&(plan.fill(plan.many.done, done, text) + "\n"))?;
    Ok(worst.into())
}

/// The rows that are named or that the filter shows.
fn ids<L: Changed>(session: &Session, which: WhichArgs) -> Result<Vec<i64>, Failure> {
    let Some(typed) = which.filter.filter else {
        let references: Vec<_> = which
            .named
            .iter()
            .map(|one| Reference::parse(one))
            .collect();
        return Ok(session
            .service
            .find_rows(&session.actor, L::KIND, &references)?);
    };
    let filter = session.filter::<L>(Some(&typed))?;
    let ids = session.service.matches(&session.actor, &filter)?;
    if ids.len() > MARKS_MAX {
        let words = session.text.fill("cli.too_many", &[("most", &MARKS_MAX)]);
        return Err(Failure::Words(words, Exit::Usage));
    }
    Ok(ids)
}

fn carry_out(service: &mut Service, actor: &Actor, intent: Intent) -> Result<(), Trouble> {
    match intent {
        Intent::Key(change, id) => service.change_key(actor, change, id),
        Intent::User(change, id) => service.change_user(actor, change, id),
        Intent::DeleteRole(id) => service.delete_role(actor, id),
        Intent::SaveKey { id, before, draft } => {
            service.save_key(actor, id, &before, &draft).map(drop)
        }
        Intent::SaveUser { id, before, draft } => {
            service.save_user(actor, id, &before, &draft).map(drop)
        }
        Intent::SaveRole { id, before, draft } => {
            service.save_role(actor, id, &before, &draft).map(drop)
        }
        Intent::IssueSecret(id, _) => service.issue(actor, id).map(drop),
    }
}
