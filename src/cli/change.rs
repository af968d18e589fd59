//! One change of rows, for scripts: looked at before it is made, then made row by row, each only while it is as it was
//! seen. As the console does it with marked rows.

mod foreseen;

use std::marker::PhantomData;
use std::process::ExitCode;

use crate::cli::args::rows::{ChangeArgs, ChangedArgs, Format, WhichArgs};
use crate::cli::ask::confirm;
use crate::cli::change::foreseen::Foreseen;
use crate::cli::exit::Exit;
use crate::cli::rows::{Rows, Tabled};
use crate::cli::session::{Access, Session};
use crate::cli::{Failure, options, print, tell};
use crate::config::Config;
use crate::domain::intent::{Intent, KeyChange, Outlook, UserChange};
use crate::domain::list::{KeyRow, MARKS_MAX, RoleRow, UserRow};
use crate::domain::reference::{Reference, RowKind};
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::export::Whole;
use crate::text::Text;
use crate::text::bulk::{self, Many, Plan, named};

/// A kind of row that commands change.
pub(super) trait Changed: Whole<Record: Tabled> {
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

impl Changing {
    /// A change that has no value.
    pub(super) fn of(intent: Intent, many: &'static Many) -> Changing {
        Changing {
            intent,
            many,
            value: String::new(),
        }
    }
}

/// Makes a change of rows, which may depend on who makes it.
pub(super) fn change<L: Changed>(
    config: &Config,
    asked: ChangeArgs,
    changing: impl FnOnce(&Session) -> Result<Changing, Failure>,
) -> Result<ExitCode, Failure> {
    let ChangeArgs { rows, acting } = asked;
    Session::run(config, Access::for_change(&rows.sure), acting, |session| {
        let changing = changing(&session)?;
        change_rows::<L>(session, &rows, changing)
    })
}

/// Looks at the change of each row, asks, and makes it. What was refused of it is told on standard error; on standard
/// output how many rows were changed, or each row as it is then.
fn change_rows<L: Changed>(
    mut session: Session,
    asked: &ChangedArgs,
    changing: Changing,
) -> Result<ExitCode, Failure> {
    let format = asked.format.format;
    if format != Format::Table {
        // Who may not see the rows may not be shown them afterwards.
        session.service.records::<L>(&session.actor, &[])?;
    }
    let (ids, mut worst) = ids::<L>(&session, &asked.which)?;
    if ids.len() > 1 && names_one(&changing.intent) {
        return Err(Failure::Sentence("cli.one_name", Exit::Usage));
    }
    let text = session.text;
    let outlooks = session
        .service
        .foresee_changes(&session.actor, &changing.intent, &ids);
    let outlooks = match (outlooks, ids.first()) {
        (Err(trouble), Some(first)) if asked.sure.yes => {
            // What is meant and forbidden is tried all the same: that is an event.
            let intent = changing.intent.on(*first);
            session.look_ahead(|service, actor| carry_out(service, actor, intent))?;
            return Err(trouble.into());
        }
        (outlooks, _) => outlooks?,
    };
    let mut plan = Plan::new(changing.many, changing.value, outlooks);
    if plan.rows.is_empty() && worst == Exit::Done && format == Format::Table {
        return print(&(text.say("cli.no_hit").to_owned() + "\n"));
    }
    if asked.sure.dry_run {
        for row in &plan.rows {
            if let Err(trouble) = &row.prospect {
                worst = worst.max(refused(row, trouble, text));
            }
        }
        if format != Format::Table {
            foreseen(&session, &plan, format)?;
            return Ok(worst.into());
        }
        // The others are told already.
        plan.rows.retain(|row| row.prospect.is_ok());
        if !plan.rows.is_empty() {
            print(&(plan.told(text, session.now) + "\n"))?;
        }
        return Ok(worst.into());
    }
    if plan.open() > 0 {
        confirm(text, asked.sure.yes, &plan.told(text, session.now))?;
        session.bring_up_to_date()?;
    }
    let mut told = Told::<L>::begin(&session, format)?;
    let mut done = 0;
    for row in &plan.rows {
        let id = row.intent.id();
        let before = told.record(&session, id);
        match make(&mut session, row, asked.sure.yes) {
            Ok(changed) => {
                done += usize::from(changed);
                let after = told.record(&session, id);
                told.tell(after.or(before));
            }
            Err(trouble) => worst = worst.max(refused(row, &trouble, text)),
        }
    }
    // Where nothing was to be done, why not.
    let in_vain = worst == Exit::Done && plan.open() == 0 && !plan.rows.is_empty();
    let came = if in_vain {
        plan.told(text, session.now) + "\n"
    } else if done == 0 && worst != Exit::Done {
        // Why is told already.
        String::new()
    } else if let ([row], 1) = (&plan.rows[..], done) {
        // A number alone could be taken for an ID.
        named(row, text.say("bulk.row_done"), text) + "\n"
    } else {
        plan.fill(plan.many.done, done, text) + "\n"
    };
    told.end(&came)?;
    Ok(worst.into())
}

/// Tells on standard error why a row was refused, or would be, and how a command ends then.
fn refused(row: &Outlook, trouble: &Trouble, text: Text) -> Exit {
    let said = named(row, &why(trouble, &row.intent, text), text);
    tell(&said);
    Exit::of(trouble)
}

/// Whether the change gives a name, which no two rows can have.
fn names_one(intent: &Intent) -> bool {
    match intent {
        Intent::Key(KeyChange::Edit(edit), _) => edit.name.is_some(),
        Intent::EditRole(edit, _) => edit.name.is_some(),
        _ => false,
    }
}

/// Changes one row, where there is anything to change. What is meant and forbidden is tried all the same: that is an event.
fn make(session: &mut Session, row: &Outlook, meant: bool) -> Result<bool, Trouble> {
    let try_it = |service: &mut Service, actor: &Actor| {
        let intent = row.intent.clone();
        service.unless_changed(row.version, |service| carry_out(service, actor, intent))
    };
    let made = match &row.prospect {
        Ok(_) if row.is_open() => try_it(&mut session.service, &session.actor),
        Ok(_) => return Ok(false),
        Err(trouble) if meant && trouble.refusal().is_some() => session.look_ahead(try_it),
        Err(trouble) => Err(trouble.clone()),
    };
    made.map(|()| true)
}

/// Why nothing came of a row, told beside the options that have it, but where the value is none of an option.
fn why(trouble: &Trouble, intent: &Intent, text: Text) -> String {
    match intent {
        Intent::Key(KeyChange::SetRole(_) | KeyChange::SetExpiry(_), _)
        | Intent::User(UserChange::SetRole(_), _) => bulk::why(trouble, text),
        _ => options::why(trouble, text),
    }
}

/// Tells what came of a change: in a sentence for people, the rows themselves for programs.
struct Told<L: Changed> {
    /// Nothing where a sentence is told.
    rows: Option<Rows>,
    /// Standard output took no more. The change goes on all the same.
    lost: Result<(), Failure>,
    kind: PhantomData<L>,
}

impl<L: Changed> Told<L> {
    fn begin(session: &Session, format: Format) -> Result<Told<L>, Failure> {
        let mut told = Told {
            rows: None,
            lost: Ok(()),
            kind: PhantomData,
        };
        if format != Format::Table {
            let rows = Rows::new(format, session.text, session.view()?);
            told.write(&rows.begin::<L::Record>());
            told.rows = Some(rows);
        }
        Ok(told)
    }

    /// The row as it is now, where it is told; one that is gone has none.
    fn record(&self, session: &Session, id: i64) -> Option<L::Record> {
        self.rows.as_ref()?;
        let read = session.service.records::<L>(&session.actor, &[id]);
        read.ok().and_then(|mut records| records.pop())
    }

    fn tell(&mut self, record: Option<L::Record>) {
        if let (Some(rows), Some(record)) = (&mut self.rows, record) {
            let part = rows.part(&[record]);
            self.write(&part);
        }
    }

    fn write(&mut self, words: &str) {
        if self.lost.is_ok() {
            self.lost = print(words).map(drop);
        }
    }

    fn end(mut self, sentence: &str) -> Result<(), Failure> {
        let end = match &self.rows {
            Some(rows) => rows.end(),
            None => sentence,
        };
        let end = end.to_owned();
        self.write(&end);
        self.lost
    }
}

/// Writes what would become of each row, for programs.
fn foreseen(session: &Session, plan: &Plan, format: Format) -> Result<ExitCode, Failure> {
    let mut rows = Rows::new(format, session.text, session.view()?);
    let each = plan.rows.iter().map(|row| Foreseen {
        id: row.intent.id(),
        name: row.name.clone(),
        would: row.is_open(),
        why: bulk::obstacle(row, Text::en_us()),
        changes: row.changes.clone(),
    });
    let begin = rows.begin::<Foreseen>();
    let part = rows.part(&each.collect::<Vec<_>>());
    print(&(begin + &part + rows.end()))
}

/// The rows that are named or that the filter shows.
fn ids<L: Changed>(session: &Session, which: &WhichArgs) -> Result<(Vec<i64>, Exit), Failure> {
    let Some(typed) = &which.filter.filter else {
        return named_ids::<L>(session, &which.named);
    };
    let filter = session.filter::<L>(Some(typed))?;
    // An unset variable of a script shall not be every row.
    if filter.terms.is_empty() {
        return Err(Failure::Sentence("cli.empty_filter", Exit::Usage));
    }
    let ids = session.service.matches(&session.actor, &filter)?;
    if ids.len() > MARKS_MAX {
        let words = session.text.fill("cli.too_many", &[("most", &MARKS_MAX)]);
        return Err(Failure::Words(words, Exit::Usage));
    }
    Ok((ids, Exit::Done))
}

/// The rows that are named. Those that are not there are told on standard error, and hold up no others: the exit code of
/// the worst.
pub(super) fn named_ids<L: Changed>(
    session: &Session,
    named: &[String],
) -> Result<(Vec<i64>, Exit), Failure> {
    let references: Vec<_> = named.iter().map(|one| Reference::parse(one)).collect();
    let found = session
        .service
        .find_rows(&session.actor, L::KIND, &references)?;
    let (mut ids, mut worst) = (Vec::with_capacity(found.len()), Exit::Done);
    for one in found {
        match one {
            Ok(id) => ids.push(id),
            Err(trouble) => {
                worst = worst.max(Exit::of(&trouble));
                tell(&session.text.trouble(&trouble));
            }
        }
    }
    Ok((ids, worst))
}

fn carry_out(service: &mut Service, actor: &Actor, intent: Intent) -> Result<(), Trouble> {
    match intent {
        Intent::Key(change, id) => service.change_key(actor, change, id),
        Intent::User(change, id) => service.change_user(actor, change, id),
        Intent::DeleteRole(id) => service.delete_role(actor, id),
        Intent::EditRole(edit, id) => {
            let edited = service.edit_role(actor, id, |draft| edit.apply(draft));
            edited.map(drop)
        }
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
