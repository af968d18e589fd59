//! `keyward key show` and its like: all that is known of a few rows.

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::cli::args::rows::{Format, ShowArgs};
use crate::cli::change::{Changed, named_ids};
use crate::cli::exit::Exit;
use crate::cli::rows::Rows;
use crate::cli::session::{Access, Session};
use crate::cli::{Failure, print, tell};
use crate::config::Config;
use crate::domain::export::View;
use crate::domain::id::{KeyId, RoleId, UserId};
use crate::domain::list::{KeyRow, RoleRow, UserRow};
use crate::domain::name::printable;
use crate::domain::preview::Preview;
use crate::domain::secret::{Phase, SecretFacts};
use crate::domain::time::{Timestamp, Uptime};
use crate::domain::trouble::Trouble;
use crate::export::{Record, json as json_text};
use crate::ui::keymap::Keymap;
use crate::ui::layer::Ctx;
use crate::ui::layer::panes::{Pane, Wanted};
use crate::ui::layer::preview::told;
use crate::ui::look::{Theme, width};

/// The name of a label, and what stands behind it.
type Label<R> = (&'static str, fn(&R) -> String);

/// A kind of row of which all that is known is shown.
trait Shown: Changed {
    /// The columns of what Properties tells besides the preview, each with the name of its label.
    const MORE: &'static [Label<Self::Record>];

    fn preview(session: &Session, id: i64) -> Result<Preview, Trouble>;

    /// The members that lists do not have.
    fn members(_session: &Session, _id: i64) -> Result<Map<String, Value>, Trouble> {
        Ok(Map::new())
    }
}

impl Shown for KeyRow {
    const MORE: &'static [Label<Self::Record>] = &[
        ("column.id", |key| key.row.place.id.to_string()),
        ("field.name", |key| key.fields.name.clone()),
        ("field.language", |key| key.fields.locale.tag().to_owned()),
        ("field.time_zone", |key| key.fields.zone.name().to_owned()),
        ("field.addresses", |key| key.fields.addresses.clone()),
        ("field.rate", |key| {
            let rate = key.fields.rate;
            rate.map(|rate| rate.to_string()).unwrap_or_default()
        }),
    ];

    fn preview(session: &Session, id: i64) -> Result<Preview, Trouble> {
        let shown = session.service.preview_key(&session.actor, KeyId(id));
        shown.map(Preview::Key)
    }

    fn members(session: &Session, id: i64) -> Result<Map<String, Value>, Trouble> {
        let secrets = session.service.key_secrets(&session.actor, KeyId(id))?;
        let secrets = secrets
            .iter()
            .map(|(facts, by)| secret(facts, by, session.now));
        let mut members = Map::new();
        members.insert("secrets".to_owned(), secrets.collect());
        Ok(members)
    }
}

impl Shown for UserRow {
    const MORE: &'static [Label<Self::Record>] = &[
        ("column.id", |user| user.row.place.id.to_string()),
        ("field.name", |user| user.fields.name.clone()),
    ];

    fn preview(session: &Session, id: i64) -> Result<Preview, Trouble> {
        let shown = session.service.preview_user(&session.actor, UserId(id));
        shown.map(Preview::User)
    }
}

impl Shown for RoleRow {
    const MORE: &'static [Label<Self::Record>] = &[
        ("column.id", |role| role.row.place.id.to_string()),
        ("field.name", |role| role.fields.name.clone()),
    ];

    fn preview(session: &Session, id: i64) -> Result<Preview, Trouble> {
        let shown = session.service.preview_role(&session.actor, RoleId(id));
        shown.map(Preview::Role)
    }
}

/// `keyward key show`.
pub(super) fn keys(config: &Config, asked: ShowArgs) -> Result<ExitCode, Failure> {
    show::<KeyRow>(config, asked)
}

/// `keyward user show`.
pub(super) fn users(config: &Config, asked: ShowArgs) -> Result<ExitCode, Failure> {
    show::<UserRow>(config, asked)
}

/// `keyward role show`.
pub(super) fn roles(config: &Config, asked: ShowArgs) -> Result<ExitCode, Failure> {
    show::<RoleRow>(config, asked)
}

/// Writes what is known of each row that is named; of those that are not there it is told on standard error.
fn show<L: Shown>(config: &Config, asked: ShowArgs) -> Result<ExitCode, Failure> {
    Session::run(config, Access::Look, asked.acting, |session| {
        let (text, view) = (session.text, session.view()?);
        let (ids, mut worst) = named_ids::<L>(&session, &asked.named)?;
        let mut found = Vec::with_capacity(ids.len());
        for id in ids {
            match one::<L>(&session, id) {
                Ok(one) => found.push(one),
                Err(trouble) => {
                    worst = worst.max(Exit::of(&trouble));
                    tell(&text.trouble(&trouble));
                }
            }
        }
        let written = match asked.format.format {
            Format::Table => {
                let sheets: Vec<String> = found
                    .iter()
                    .map(|one| sheet::<L>(&session, view, one))
                    .collect();
                sheets.join("\n")
            }
            Format::Csv => {
                let records: Vec<_> = found.into_iter().map(|one| one.record).collect();
                let mut rows = Rows::new(Format::Csv, text, view);
                rows.begin::<L::Record>() + &rows.part(&records)
            }
            format => {
                let objects = found.iter().map(|one| {
                    let mut object = one.record.object(view);
                    object.extend(one.members.clone());
                    json_text::line(&object)
                });
                let objects: Vec<String> = objects.collect();
                match (format, &objects[..]) {
                    (Format::Json, [one]) if asked.named.len() == 1 => one.clone() + "\n",
                    (Format::Json, all) => format!("[\n{}\n]\n", all.join(",\n")),
                    (_, all) => all.iter().map(|one| one.clone() + "\n").collect(),
                }
            }
        };
        print(&written)?;
        Ok(worst.into())
    })
}

/// What is known of a row.
struct One<L: Shown> {
    record: L::Record,
    preview: Preview,
    members: Map<String, Value>,
}

fn one<L: Shown>(session: &Session, id: i64) -> Result<One<L>, Trouble> {
    // It tells what is gone.
    let preview = L::preview(session, id)?;
    let members = L::members(session, id)?;
    let record = session.service.records::<L>(&session.actor, &[id])?.pop();
    let record = record.ok_or(Trouble::ChangedSinceSeen)?;
    Ok(One {
        record,
        preview,
        members,
    })
}

/// Labels, and what they are the labels of, as the preview and Properties have them.
fn sheet<L: Shown>(session: &Session, view: View, one: &One<L>) -> String {
    let text = session.text;
    let mut lines: Vec<(String, String)> = L::MORE
        .iter()
        .map(|(label, words)| (text.say(label).to_owned(), words(&one.record)))
        .filter(|(_, words)| !words.is_empty())
        .collect();
    let ctx = Ctx {
        now: view.as_of.now,
        uptime: Uptime(0),
        warning: view.as_of.warning,
        zone: view.zone,
        actor: &session.actor,
        text,
        theme: &Theme::default(),
        files: session.files,
        keys: &Keymap::default(),
        on_top: true,
        panes: Wanted {
            tree: Pane::Hidden,
            preview: Pane::Hidden,
        },
        columns: 0,
        leads_back: false,
    };
    lines.extend(told(&one.preview, &ctx));
    let widest = lines.iter().map(|(label, _)| width(label)).max();
    let widest = usize::from(widest.unwrap_or_default());
    let mut sheet = String::new();
    for (label, words) in &lines {
        let pad = " ".repeat(widest.saturating_sub(usize::from(width(label))));
        let mut before = format!("{label}{pad}  ");
        // What somebody wrote never begins where the labels do.
        for line in words.split('\n') {
            sheet += (before.clone() + &printable(line)).trim_end();
            sheet.push('\n');
            before = " ".repeat(widest + 2);
        }
    }
    sheet
}

/// What is known of a secret; never the secret. Instants are milliseconds since the epoch.
fn secret(facts: &SecretFacts, by: &str, now: Timestamp) -> Value {
    let phase = match facts.life.phase(now) {
        Phase::Pending => "pending",
        Phase::Current => "current",
        Phase::Retiring => "retiring",
        Phase::Dead => "dead",
        Phase::Void => "void",
    };
    let mut secret = json!({
        "id": facts.id.0,
        "phase": phase,
        "issued": facts.life.issued_at.0,
        "issuedBy": by,
        "refused": facts.uses_refused,
    });
    for (name, at) in [
        ("delivered", facts.life.delivered_at),
        ("retires", facts.life.retires_at),
        ("lastUsed", facts.last_used_at),
    ] {
        // What is not so is left out, as in the other members.
        if let Some(at) = at {
            secret[name] = at.0.into();
        }
    }
    secret
}
