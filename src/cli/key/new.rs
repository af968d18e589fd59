//! `keyward key new`: keys are made, and their secrets handed over.

use std::collections::HashMap;
use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use crate::cli::args::handover::WantedArgs;
use crate::cli::args::key::KeyNewArgs;
use crate::cli::args::rows::Format;
use crate::cli::exit::Exit;
use crate::cli::key::handing::Handing;
use crate::cli::options;
use crate::cli::rows::list;
use crate::cli::session::{Access, Session};
use crate::cli::{Failure, print, tell};
use crate::config::Config;
use crate::domain::api_key::ApiKeyDraft;
use crate::domain::authority::first_to_give;
use crate::domain::fold::name_key;
use crate::domain::id::{KeyId, RoleId};
use crate::domain::import::{IMPORT_BYTES, ImportFault, WantedKey};
use crate::domain::list::{KeyRow, Listed as _};
use crate::domain::locale::Locale;
use crate::domain::policy::Policy;
use crate::domain::reference::{Reference, RowKind};
use crate::domain::rights::Right;
use crate::domain::role::Role;
use crate::domain::trouble::Trouble;
use crate::domain::zone;
use crate::import;
use crate::service::handover::Delivery;
use crate::text::Text;

/// Standard input, by the name that many programs have for it.
const STANDARD_INPUT: &str = "-";

pub(super) fn new(config: &Config, asked: KeyNewArgs) -> Result<ExitCode, Failure> {
    let text = Text::of(config.settings.language);
    let handing = Handing::begin(asked.channel, asked.secret_dir, &asked.acting)?;
    let lines = match &asked.from {
        Some(path) => {
            let form = asked.from_format.map(Into::into);
            let lines = import::read(&read(path)?, form)?;
            if lines.is_empty() {
                return none_wanted(text, &handing, asked.format.format);
            }
            lines
        }
        None => vec![(0, Ok(wanted(asked.wanted)?))],
    };
    let making = Making {
        lines,
        many: asked.from.is_some(),
        keep_going: asked.keep_going,
        yes: asked.yes,
        format: asked.format.format,
    };
    Session::run(config, Access::Create, asked.acting, |session| {
        making.make(session, handing)
    })
}

/// A file may have no keys: a script that has nothing to do has not failed.
fn none_wanted(text: Text, handing: &Handing, format: Format) -> Result<ExitCode, Failure> {
    tell(text.say("cli.none_wanted"));
    if handing.leaves_stdout() && format == Format::Json {
        return print("[]\n");
    }
    Ok(Exit::Done.into())
}

/// All of a file, or one byte more than it may have.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let most = IMPORT_BYTES as u64 + 1;
    let read = if path == Path::new(STANDARD_INPUT) {
        io::stdin().lock().take(most).read_to_end(&mut bytes)
    } else {
        File::open(path).and_then(|file| file.take(most).read_to_end(&mut bytes))
    };
    read.map_err(|error| Failure::System("cli.from", error))?;
    Ok(bytes)
}

/// What the options say.
fn wanted(args: WantedArgs) -> Result<WantedKey, Failure> {
    let locale = args
        .locale
        .map(|tag| Locale::from_tag(&tag).ok_or(Failure::Sentence("cli.no_locale", Exit::Usage)));
    let zone = args
        .zone
        .map(|name| zone::by_name(&name).ok_or(Failure::Sentence("cli.no_zone", Exit::Usage)));
    Ok(WantedKey {
        name: args.name.unwrap_or_default(),
        description: args.description,
        owner: args.owner,
        role: args.role,
        role_id: None,
        locale: locale.transpose()?,
        zone: zone.transpose()?,
        expires_on: args.expires_on,
        expires_at: None,
        addresses: args.addresses,
        rate: args.rate,
        locked_out: None,
        columns: Vec::new(),
    })
}

/// What is to be made.
struct Making {
    lines: Vec<import::Line>,
    /// They are lines of a file.
    many: bool,
    keep_going: bool,
    yes: bool,
    format: Format,
}

/// What keys begin with where nothing else is said, as in the console's New.
struct Beginning {
    roles: Result<Vec<Role>, Trouble>,
    role: RoleId,
    policy: Policy,
}

impl Beginning {
    fn of(session: &Session) -> Result<Beginning, Trouble> {
        let roles = session.service.roles(&session.actor);
        let known: &[Role] = roles.as_deref().unwrap_or_default();
        Ok(Beginning {
            role: first_to_give(known, &session.actor.role),
            policy: session.service.policy(&session.actor)?,
            roles,
        })
    }

    fn draft(&self, wanted: &WantedKey, session: &Session) -> Result<ApiKeyDraft, Trouble> {
        let role = match (&wanted.role, wanted.role_id) {
            (None, None) => self.role,
            (None, Some(id)) => id,
            (Some(named), id) => {
                let named = self.role_named(named)?;
                if id.is_some_and(|id| id != named) {
                    let fault = ImportFault::Differ("role", "roleID");
                    return Err(Trouble::Import { line: 0, fault });
                }
                named
            }
        };
        let draft = wanted.draft(role, session.zone, &self.policy, session.now);
        draft.map_err(|fault| Trouble::Import { line: 0, fault })
    }

    /// Says of which role's keys none authenticates, as the console's form does.
    fn tell_what_opens_nothing(&self, drafts: &[ApiKeyDraft], text: Text) {
        let roles = self.roles.as_deref().unwrap_or_default().iter();
        let given = roles.filter(|role| drafts.iter().any(|draft| draft.role == role.id));
        for role in given.filter(|role| !role.fields.web_service) {
            let why = text.say("hint.no_web_service");
            let said: [(&str, &dyn Display); 2] = [("role", &role.fields.name), ("why", &why)];
            let said = text.fill("cli.role_opens_nothing", &said);
            tell(&said);
        }
    }

    fn role_named(&self, named: &str) -> Result<RoleId, Trouble> {
        let name = match Reference::parse(named) {
            Reference::Id(id) => return Ok(RoleId(id)),
            Reference::Name(name) | Reference::Beyond(name) => name,
        };
        let roles = self.roles.as_ref().map_err(Clone::clone)?;
        let is_named = |role: &&Role| name_key(&role.fields.name) == name_key(&name);
        let found = roles.iter().find(is_named).map(|role| role.id);
        found.ok_or(Trouble::NoneNamed(RowKind::Role, name))
    }
}

impl Making {
    fn make(self, mut session: Session, mut handing: Handing) -> Result<ExitCode, Failure> {
        handing.check(&session)?;
        let beginning = Beginning::of(&session)?;
        let mut names = HashMap::new();
        let (mut drafts, mut places, mut faults) = (Vec::new(), Vec::new(), Vec::new());
        for (place, (line, wanted)) in self.lines.iter().enumerate() {
            let draft = match wanted {
                Ok(wanted) => beginning.draft(wanted, &session).and_then(|draft| {
                    let fault = |line| ImportFault::NameOf { line };
                    match names.insert(name_key(&draft.name), *line).map(fault) {
                        Some(fault) => Err(Trouble::Import { line: *line, fault }),
                        None => Ok(draft),
                    }
                }),
                Err(trouble) => Err(trouble.clone()),
            };
            match draft {
                Ok(mut draft) => {
                    draft.told_alike = self.yes.then(|| draft.name.clone());
                    drafts.push(draft);
                    places.push(place);
                }
                Err(trouble) => faults.push((place, trouble)),
            }
        }
        let checked =
            session.look_ahead(|service, actor| service.check_new_keys(actor, &drafts))?;
        let mut good = Vec::new();
        for ((draft, place), fault) in drafts.into_iter().zip(places).zip(checked) {
            match fault {
                None => good.push(draft),
                Some(trouble) => faults.push((place, trouble)),
            }
        }
        faults.sort_by_key(|(place, _)| *place);
        let exits = faults
            .iter()
            .map(|(place, trouble)| self.tell(&session, &self.lines[*place], trouble));
        let worst = exits.max().unwrap_or(Exit::Done);
        if worst != Exit::Done && (good.is_empty() || !self.keep_going) {
            if self.many {
                tell(session.text.say("cli.none_made"));
            }
            return Ok(worst.into());
        }
        beginning.tell_what_opens_nothing(&good, session.text);
        let delivery = if handing.delivers() {
            Delivery::Now(None)
        } else {
            Delivery::Later
        };
        session.bring_up_to_date()?;
        let made = session
            .service
            .create_keys(&session.actor, &good, delivery, |made| {
                handing.hand_over(made)
            });
        let (ids, files) = handing.settle(&session, made)?;
        told(&session, &handing, &ids, &files, self.format)?;
        Ok(worst.into())
    }

    /// Says what is wrong with a key, and how a command ends because of it.
    fn tell(&self, session: &Session, (line, wanted): &import::Line, trouble: &Trouble) -> Exit {
        let text = session.text;
        let fault = match trouble {
            Trouble::Import { fault, .. } => {
                let line = (*line).max(1);
                let fault = fault.clone();
                text.trouble(&Trouble::Import { line, fault })
            }
            Trouble::Problems(problems) if self.many => {
                let each = problems.iter().map(|problem| {
                    let wanted = wanted.as_ref().ok();
                    let said = wanted.and_then(|wanted| wanted.column(problem.field));
                    let fault = options::problem(problem, text);
                    match said.or_else(|| import::name_of(problem.field)) {
                        Some(column) => text.column_fault(column, &fault),
                        None => fault,
                    }
                });
                let each: Vec<String> = each.collect();
                let each: Vec<&str> = each.iter().map(String::as_str).collect();
                text.line_fault(*line, &text.joined(&each))
            }
            other if self.many => text.line_fault(*line, &text.trouble(other)),
            other => options::why(other, text),
        };
        tell(&fault);
        self.exit(trouble)
    }

    /// How a command ends because of a key that is not made. What is wrong in a file is no wrong usage.
    fn exit(&self, trouble: &Trouble) -> Exit {
        match Exit::of(trouble) {
            Exit::Usage if self.many => Exit::Refused,
            exit => exit,
        }
    }
}

/// Says what was made: the keys where standard output is free, where the secrets are, and what is still to be done.
pub(super) fn told(
    session: &Session,
    handing: &Handing,
    ids: &[KeyId],
    files: &[std::path::PathBuf],
    format: Format,
) -> Result<(), Failure> {
    let text = session.text;
    let (Some(first), Some(last)) = (ids.first(), ids.last()) else {
        return Ok(());
    };
    let say = |words: String| tell(&words);
    match files {
        [] => {}
        [file] => say(text.fill("cli.secret_in", &[("path", &file.display())])),
        [file, ..] => {
            let directory = file.parent().unwrap_or(file).display();
            say(text.fill(
                "cli.secrets_in",
                &[("count", &files.len()), ("path", &directory)],
            ));
        }
    }
    if !handing.delivers() {
        let said = if first == last {
            text.fill("cli.to_read_back", &[("id", &first.0)])
        } else {
            text.fill("cli.each_to_read_back", &[("count", &ids.len())])
        };
        say(said);
    }
    if handing.leaves_stdout() && session.actor.may(Right::ViewApiKeys) {
        // What was reserved in one go is one range.
        let these = format!("id:>={} id:<={}", first.0, last.0);
        let filter = session.filter::<KeyRow>(Some(&these))?;
        list(session, filter, KeyRow::FIRST_ORDER, format)?;
    }
    Ok(())
}
