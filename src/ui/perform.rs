//! Carries requests out; the only file in ui that calls the service.

mod export;

use std::iter::once;
use std::path::Path;

use crate::clipboard::Clipboard;
use crate::domain::event::trail::EventRow;
use crate::domain::export::ExportTo;
use crate::domain::filter::Known;
use crate::domain::id::{KeyId, RoleId, SecretId, UserId};
use crate::domain::intent::Intent;
use crate::domain::list::{KeyRow, RoleRow, UserRow, Window};
use crate::domain::preview::Preview;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::handover::{Recipient, written};
use crate::new_file::NewFile;
use crate::service::lists::Source;
use crate::service::{Service, Snapshot};
use crate::ui::perform::export::Exporting;
use crate::ui::request::{
    Aside, Done, Export, ListQuery, ListRead, Listing, Matches, Outcome, Read, Write,
};

/// The clipboard's worker.
pub struct Copier(Box<dyn Clipboard>);

impl Copier {
    /// A worker that sends to this clipboard.
    #[must_use]
    pub fn new(clipboard: Box<dyn Clipboard>) -> Copier {
        Copier(clipboard)
    }

    /// Does what was asked for.
    pub fn carry_out(&mut self, aside: Aside) -> Outcome {
        match aside {
            Aside::Copy(text) => {
                let way = self.0.send(&text)?;
                Ok(Done::Copied { way, text })
            }
            Aside::Leave(text) => {
                let way = self.0.leave(&text)?;
                Ok(Done::Copied { way, text })
            }
            Aside::Forget => self.0.forget().map(|()| Done::Forgotten),
        }
    }
}

/// A worker with a connection to the database.
pub struct Performer {
    service: Service,
    actor: Actor,
    files: bool,
    remembered: Option<Snapshot>,
    /// Dropped before its end it leaves nothing behind.
    exporting: Option<Exporting>,
}

impl Performer {
    /// A worker on behalf of this actor, who may have files written or not.
    #[must_use]
    pub fn new(service: Service, actor: Actor, files: bool) -> Performer {
        Performer {
            service,
            actor,
            files,
            remembered: None,
            exporting: None,
        }
    }

    /// The service that does the work. For tests alone, which make its connection full or busy: nothing of the product
    /// calls it.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Answers a question. `number` is that under which it can be superseded.
    pub fn read(&mut self, read: Read, number: Option<u64>) -> Outcome {
        let actor = &self.actor;
        let service = &mut self.service;
        service.begin_request();
        match read {
            Read::List(list) => match number {
                Some(number) => service.answer(number, |service| read_list(service, actor, &list)),
                None => read_list(service, actor, &list),
            },
            Read::Matches(filter) => matches(service, actor, &filter).map(Done::Matches),
            Read::Columns(list) => service.columns(actor, list).map(Done::Columns),
            Read::Known(list) => known(service, actor, list).map(Done::Known),
            Read::Ahead => {
                let read = |service: &Service| service.read_ahead(actor).map(|()| Done::Ahead);
                match number {
                    Some(number) => service.answer(number, read),
                    None => read(service),
                }
            }
            Read::EventActors => service.event_actors(actor).map(Done::EventActors),
            Read::Roles => service.roles(actor).map(Done::Roles),
            Read::NewKey => {
                let roles = service.roles(actor)?;
                Ok(Done::NewKey(roles, service.policy(actor)?))
            }
            Read::Policy => service.policy(actor).map(Done::Policy),
            Read::KeyProperties(id) => {
                let found = service.key_properties(actor, id)?;
                Ok(Done::KeyProperties(Box::new(found)))
            }
            Read::RoleProperties(id) => {
                let found = service.role_properties(actor, id)?;
                Ok(Done::RoleProperties(Box::new(found)))
            }
            Read::UserProperties(id) => {
                let found = service.user_properties(actor, id)?;
                Ok(Done::UserProperties(Box::new(found)))
            }
            Read::Preview(list, id) => match number {
                Some(number) => service.answer(number, |service| preview(service, actor, list, id)),
                None => preview(service, actor, list, id),
            },
            Read::NewRoleName(base) => service.new_role_name(actor, &base).map(Done::RoleName),
            Read::Export(step) => self.export(step),
            Read::Try(secret) => {
                let tried = service.try_secret(actor, secret.expose().as_bytes());
                tried.map(Done::Tried)
            }
            Read::Foresee(intent) => service.foresee(actor, &intent).map(Done::Foreseen),
            Read::ForeseeEach(intent, ids) => {
                let foreseen = service.foresee_each(actor, &intent, &ids)?;
                Ok(Done::ForeseenEach(foreseen))
            }
            Read::Look { known } => look(service, actor, known),
        }
    }

    fn export(&mut self, step: Export) -> Outcome {
        let present = self.exporting.take();
        let exporting = match step {
            Export::Begin(begin) => {
                drop(present);
                if matches!(begin.to, ExportTo::File(_)) && !self.files {
                    return Err(Trouble::NoFiles);
                }
                Some(Exporting::begin(*begin)?)
            }
            Export::Next => present,
            Export::Stop => None,
        };
        let Some(exporting) = exporting else {
            return Ok(Done::ExportStopped);
        };
        let (done, rest) = exporting.step(&self.service, &self.actor)?;
        self.exporting = rest;
        Ok(done)
    }

    /// Makes a change.
    pub fn write(&mut self, write: Write) -> Outcome {
        let actor = &self.actor;
        let service = &mut self.service;
        service.begin_request();
        match write {
            Write::SignIn(arrival) => {
                service.note_sign_in(actor, &arrival)?;
                Ok(Done::SignedIn)
            }
            Write::SignOut(reason) => {
                service.note_sign_out(actor, reason)?;
                Ok(Done::SignedOut)
            }
            Write::CreateKey(draft) => {
                let issued = service.create_key(actor, &draft)?;
                let overlap = None;
                Ok(Done::Secret { issued, overlap })
            }
            Write::CreateRole(draft) => service.create_role(actor, &draft).map(Done::RoleCreated),
            Write::CreateUser(draft) => service.create_user(actor, &draft).map(Done::UserCreated),
            Write::ChooseColumns { list, chosen } => {
                service.choose_columns(actor, list, chosen.as_deref())?;
                Ok(Done::Changed)
            }
            Write::Change(intent) => change(service, actor, intent),
            Write::ChangeSeen { intent, version } => {
                service.unless_changed(version, |service| change(service, actor, intent))
            }
            Write::SavePolicy { before, draft } => {
                service.save_policy(actor, &before, &draft)?;
                Ok(Done::PolicySaved)
            }
            Write::DeliverSecret { secret, overlap } => {
                let delivered = service.deliver(actor, secret, overlap)?;
                Ok(Done::SecretDelivered(delivered))
            }
            Write::DiscardSecret(id) => service.discard(actor, id).map(|()| Done::Changed),
            Write::SaveSecret { .. } if !self.files => Err(Trouble::NoFiles),
            Write::SaveSecret {
                path,
                secret,
                id,
                recipient,
            } => {
                let recipient = recipient.as_deref().map(Recipient::parse).transpose()?;
                let lines = written(once(&secret), recipient.as_slice())?;
                let recipients: Vec<String> = recipient.iter().map(ToString::to_string).collect();
                save(service, actor, &path, (&lines, &recipients), id)
            }
            Write::Sweep => service.sweep().map(|_| Done::Swept {
                long_log: service.store().long_log(),
            }),
            Write::Remember => {
                self.remembered = service.snapshot()?;
                Ok(Done::Remembered)
            }
            Write::Rewind => {
                if let Some(remembered) = &self.remembered {
                    service.set_back(remembered)?;
                }
                Ok(Done::Rewound)
            }
            Write::Settle => Ok(Done::Settled(service.settle()?)),
        }
    }
}

/// Changes one row.
fn change(service: &mut Service, actor: &Actor, intent: Intent) -> Outcome {
    match intent {
        Intent::Key(change, id) => {
            service.change_key(actor, change, id)?;
            Ok(Done::Changed)
        }
        Intent::SaveKey { id, before, draft } => {
            let saved = service.save_key(actor, id, &before, &draft)?;
            Ok(Done::KeySaved(Box::new(saved)))
        }
        Intent::IssueSecret(key, overlap) => {
            let issued = service.issue(actor, key)?;
            Ok(Done::Secret { issued, overlap })
        }
        Intent::User(change, id) => {
            service.change_user(actor, change, id)?;
            Ok(Done::Changed)
        }
        Intent::SaveUser { id, before, draft } => {
            let saved = service.save_user(actor, id, &before, &draft)?;
            Ok(Done::UserSaved(Box::new(saved)))
        }
        Intent::DeleteRole(id) => service.delete_role(actor, id).map(|()| Done::Changed),
        Intent::EditRole(edit, id) => {
            let edited = service.edit_role(actor, id, |draft| edit.apply(draft));
            edited.map(|_| Done::Changed)
        }
        Intent::SaveRole { id, before, draft } => {
            let saved = service.save_role(actor, id, &before, &draft)?;
            Ok(Done::RoleSaved(Box::new(saved)))
        }
    }
}

fn read_list(service: &Service, actor: &Actor, list: &ListRead) -> Outcome {
    match list {
        ListRead::Keys(query) => read_rows(service, actor, query, Done::Keys),
        ListRead::Users(query) => read_rows(service, actor, query, Done::Users),
        ListRead::Roles(query) => read_rows(service, actor, query, Done::RoleList),
        ListRead::Events(query) => read_rows(service, actor, query, Done::Events),
    }
}

fn read_rows<L: Source>(
    service: &Service,
    actor: &Actor,
    query: &ListQuery<L>,
    found: fn(Window<L>) -> Done,
) -> Outcome {
    match query {
        ListQuery::Window(query) => service.window(actor, query).map(found),
        ListQuery::Tally(filters) => service.tally(actor, filters).map(Done::Tally),
        ListQuery::Count(filter, marked, place) => {
            let counts = service.counts(actor, filter)?;
            let marked = service.shown_of(actor, filter, marked)?;
            let before = |(order, place): &_| service.before(actor, filter, *order, place);
            let before = place.as_ref().map(before).transpose()?;
            Ok(Done::Count(counts, marked, before))
        }
    }
}

/// What the preview shows of a row; nothing where it is gone.
fn preview(service: &Service, actor: &Actor, list: Listing, id: i64) -> Outcome {
    let found = match list {
        Listing::Keys => service.preview_key(actor, KeyId(id)).map(Preview::Key),
        Listing::Users => service.preview_user(actor, UserId(id)).map(Preview::User),
        Listing::Roles => service.preview_role(actor, RoleId(id)).map(Preview::Role),
        Listing::Events => {
            let event = service.preview_event(actor, id)?;
            return Ok(Done::Preview(
                event.map(|event| Box::new(Preview::Event(event))),
            ));
        }
    };
    match found {
        Ok(found) => Ok(Done::Preview(Some(Box::new(found)))),
        Err(Trouble::KeyGone(_) | Trouble::UserGone(_) | Trouble::RoleGone(_)) => {
            Ok(Done::Preview(None))
        }
        Err(trouble) => Err(trouble),
    }
}

fn known(service: &Service, actor: &Actor, list: Listing) -> Result<Known, Trouble> {
    match list {
        Listing::Keys => service.known::<KeyRow>(actor),
        Listing::Users => service.known::<UserRow>(actor),
        Listing::Roles => service.known::<RoleRow>(actor),
        Listing::Events => service.known::<EventRow>(actor),
    }
}

fn matches(service: &Service, actor: &Actor, filter: &Matches) -> Result<Vec<i64>, Trouble> {
    match filter {
        Matches::Keys(filter) => service.matches(actor, filter),
        Matches::Users(filter) => service.matches(actor, filter),
        Matches::Roles(filter) => service.matches(actor, filter),
        Matches::Events(filter) => service.matches(actor, filter),
    }
}

/// Whether the database has changed since it was at a version, and what the actor is then.
fn look(service: &Service, actor: &Actor, known: i64) -> Outcome {
    let version = service.store().data_version()?;
    let changed = version != known;
    let actor = changed.then(|| service.look_again(actor)).transpose()?;
    let warning = match &actor {
        Some(actor) => service.policy(actor)?.warning,
        None => None,
    };
    Ok(Done::Looked {
        version,
        actor,
        warning,
    })
}

/// Writes the line of a secret to a new file that only its owner can read, and records it with whom it is encrypted for.
fn save(
    service: &mut Service,
    actor: &Actor,
    path: &Path,
    (line, recipients): (&[u8], &[String]),
    id: SecretId,
) -> Outcome {
    service.may_save_to_file(actor, id, &path.display().to_string())?;
    let mut file = NewFile::create(path)?;
    file.add(line)?;
    file.sync()?;
    let at = file.path().display().to_string();
    let recorded = service.saved_to_file(actor, id, &at, recipients);
    file.keep(recorded).map(Done::SecretSaved)
}
