//! `keyward policy`: what API keys keep to, for scripts.

use std::process::ExitCode;

use crate::cli::args::policy::{PolicyCommand, PolicyFieldsArgs, PolicySetArgs, PolicyShowArgs};
use crate::cli::args::rows::Format;
use crate::cli::ask::confirm;
use crate::cli::rows::{Column, Rows, Tabled, column};
use crate::cli::session::{Access, Session};
use crate::cli::{Failure, print, tell};
use crate::config::Config;
use crate::domain::policy::{Policy, PolicyDraft};
use crate::export::{Cell, Record, View};
use crate::text::Text;

impl Record for Policy {
    const COLUMNS: &'static [(&'static str, fn(&Policy, View) -> Cell)] = &[
        ("expiryRequired", |policy, _| {
            Cell::Flag(policy.expiry_required)
        }),
        ("longestDays", |policy, _| days(policy.longest_days)),
        ("warningDays", |policy, _| {
            days(policy.warning.map(|warning| warning.days))
        }),
    ];
}

fn days(days: Option<u16>) -> Cell {
    days.map_or(Cell::Unset, |days| Cell::Number(days.into()))
}

fn days_told(days: Option<u16>, unset: &'static str, text: Text) -> String {
    days.map_or_else(|| text.say(unset).to_owned(), |days| days.to_string())
}

impl Tabled for Policy {
    const TABLE: &'static [Column<Policy>] = &[
        column("field.expiry_required", |policy, text, _| {
            let name = if policy.expiry_required {
                "value.yes"
            } else {
                "value.no"
            };
            text.say(name).to_owned()
        }),
        column("field.longest_days", |policy, text, _| {
            days_told(policy.longest_days, "value.empty", text)
        }),
        column("field.warning_days", |policy, text, _| {
            days_told(
                policy.warning.map(|warning| warning.days),
                "value.empty",
                text,
            )
        }),
    ];
}

pub(super) fn policy(config: &Config, command: PolicyCommand) -> Result<ExitCode, Failure> {
    match command {
        PolicyCommand::Show(asked) => show(config, asked),
        PolicyCommand::Set(asked) => set(config, asked),
    }
}

fn show(config: &Config, asked: PolicyShowArgs) -> Result<ExitCode, Failure> {
    Session::run(config, Access::Look, asked.acting, |session| {
        let policy = session.service.policy(&session.actor)?;
        print(&written(&session, policy, asked.format.format)?)
    })
}

fn set(config: &Config, asked: PolicySetArgs) -> Result<ExitCode, Failure> {
    Session::run(
        config,
        Access::for_change(&asked.sure),
        asked.acting,
        |mut session| {
            let format = asked.format.format;
            let before = session.service.policy(&session.actor)?;
            let draft = draft(&before, asked.fields);
            let foreseen = session
                .service
                .foresee_policy(&session.actor, &before, &draft);
            if foreseen.is_err() && asked.sure.yes {
                // What is meant and forbidden is tried all the same: that is an event.
                session
                    .look_ahead(|service, actor| service.save_policy(actor, &before, &draft))
                    .map_err(|trouble| session.of_options(&trouble))?;
            }
            let (foreseen, changes) = foreseen.map_err(|trouble| session.of_options(&trouble))?;
            let told = || -> Result<String, Failure> {
                let lines = session.text.changes(&changes).into_iter();
                let lines = lines.map(|line| line + "\n").collect::<String>();
                Ok(written(&session, foreseen, Format::Table)? + &lines)
            };
            if asked.sure.dry_run {
                let printed = print(&match format {
                    Format::Table => told()?,
                    format => written(&session, foreseen, format)?,
                })?;
                if format == Format::Table {
                    tell(session.text.say("cli.not_done"));
                }
                return Ok(printed);
            }
            if foreseen != before {
                confirm(session.text, asked.sure.yes, &told()?)?;
            }
            let saved = session
                .act(|service, actor| service.save_policy(actor, &before, &draft))
                .map_err(|trouble| session.of_options(&trouble))?;
            print(&written(&session, saved, format)?)
        },
    )
}

/// What the policy is to be.
fn draft(before: &Policy, asked: PolicyFieldsArgs) -> PolicyDraft {
    let mut draft = PolicyDraft::from(before);
    if let Some(required) = asked.expiry_required {
        draft.expiry_required = required.is_on();
    }
    draft.longest_days = asked.longest_days.unwrap_or(draft.longest_days);
    draft.warning_days = asked.warning_days.unwrap_or(draft.warning_days);
    draft
}

/// The policy in this form: an object of its own, and not a list of one.
fn written(session: &Session, policy: Policy, format: Format) -> Result<String, Failure> {
    let view = session.view()?;
    Ok(match format {
        Format::Json | Format::Jsonl => policy.json(view) + "\n",
        format => {
            let mut rows = Rows::new(format, session.text, view);
            rows.begin::<Policy>() + &rows.part(&[policy])
        }
    })
}
