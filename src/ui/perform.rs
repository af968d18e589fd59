//! Carries requests out; the only file in ui that calls the service.

use std::path::Path;

use crate::clipboard::Clipboard;
use crate::domain::id::SecretId;
use crate::domain::secret::Secret;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::new_file::NewFile;
use crate::service::Service;
use crate::ui::request::{Done, Outcome, Request};

/// The clipboard's worker.
pub struct Copier(Box<dyn Clipboard>);

impl Copier {
    /// A worker that sends to this clipboard.
    #[must_use]
    pub fn new(clipboard: Box<dyn Clipboard>) -> Copier {
        Copier(clipboard)
    }

    /// Does what was asked for.
    pub fn carry_out(&mut self, request: Request) -> Outcome {
        match request {
            Request::Copy { text } => {
                let way = self.0.send(&text)?;
                Ok(Done::Sent { way, text })
            }
            // Nothing else is asked of it.
            _ => self.0.forget().map(|()| Done::Forgotten),
        }
    }
}

/// A worker with a connection to the database.
pub struct Performer {
    service: Service,
    actor: Actor,
    files: bool,
}

impl Performer {
    /// A worker on behalf of this actor, who may have files written or not.
    #[must_use]
    pub fn new(service: Service, actor: Actor, files: bool) -> Performer {
        Performer {
            service,
            actor,
            files,
        }
    }

    /// The service on whose connection it works.
    #[must_use]
    pub fn service(&self) -> &Service {
        &self.service
    }

    /// Does what was asked for. `question` is the number under which a read can be superseded.
    pub fn carry_out(&mut self, request: Request, question: Option<u64>) -> Outcome {
        let actor = &self.actor;
        let service = &mut self.service;
        service.begin_request();
        match request {
            Request::Keys(query) => {
                answer(service, question, |s| s.window(actor, &query)).map(Done::Keys)
            }
            Request::CountKeys(filter) => {
                answer(service, question, |s| s.counts(actor, &filter)).map(Done::Count)
            }
            Request::Users(query) => {
                answer(service, question, |s| s.window(actor, &query)).map(Done::Users)
            }
            Request::CountUsers(filter) => {
                answer(service, question, |s| s.counts(actor, &filter)).map(Done::Count)
            }
            Request::RoleList(query) => {
                answer(service, question, |s| s.window(actor, &query)).map(Done::RoleList)
            }
            Request::CountRoles(filter) => {
                answer(service, question, |s| s.counts(actor, &filter)).map(Done::Count)
            }
            Request::Events(query) => {
                answer(service, question, |s| s.window(actor, &query)).map(Done::Events)
            }
            Request::CountEvents(filter) => {
                answer(service, question, |s| s.counts(actor, &filter)).map(Done::Count)
            }
            Request::EventActors => service.event_actors(actor).map(Done::EventActors),
            Request::Properties(id) => service
                .key_properties(actor, id)
                .map(|found| Done::Properties(Box::new(found))),
            Request::Roles => service.roles(actor).map(Done::Roles),
            Request::RoleProperties(id) => service
                .role_properties(actor, id)
                .map(|found| Done::RoleProperties(Box::new(found))),
            Request::NewRoleName(base) => service.new_role_name(actor, &base).map(Done::RoleName),
            Request::UserProperties(id) => service
                .user_properties(actor, id)
                .map(|found| Done::UserProperties(Box::new(found))),
            Request::Foresee(intent) => service.foresee(actor, &intent).map(Done::Foreseen),
            Request::Look { known } => look(service, actor, known),
            Request::Settle => Ok(Done::Settled(service.settle()?)),
            Request::SignIn(arrival) => service
                .note_sign_in(actor, &arrival)
                .map(|()| Done::SignedIn),
            Request::SignOut { reason } => service
                .note_sign_out(actor, reason)
                .map(|()| Done::SignedOut),
            Request::Create(draft) => {
                let issued = service.create_key(actor, &draft)?;
                Ok(Done::Secret {
                    issued,
                    overlap: None,
                })
            }
            Request::Save { id, before, draft } => {
                let saved = service.save_key(actor, id, &before, &draft)?;
                Ok(Done::Saved(Box::new(saved)))
            }
            Request::LockOut(id) => service.lock_out_key(actor, id).map(|()| Done::Changed),
            Request::Unlock(id) => service.unlock_key(actor, id).map(|()| Done::Changed),
            Request::Delete(id) => service.delete_key(actor, id).map(|()| Done::Changed),
            Request::Restore(id) => service.restore_key(actor, id).map(|()| Done::Changed),
            Request::Issue { key, overlap } => {
                let issued = service.issue(actor, key)?;
                Ok(Done::Secret { issued, overlap })
            }
            Request::Deliver { secret, overlap } => {
                let delivered = service.deliver(actor, secret, overlap)?;
                Ok(Done::Delivered(delivered))
            }
            Request::Discard(id) => service.discard(actor, id).map(|()| Done::Changed),
            Request::EndOverlap(id) => service.end_overlap(actor, id).map(|()| Done::Changed),
            Request::CreateRole(draft) => service.create_role(actor, &draft).map(Done::RoleCreated),
            Request::SaveRole { id, before, draft } => {
                let saved = service.save_role(actor, id, &before, &draft)?;
                Ok(Done::RoleSaved(Box::new(saved)))
            }
            Request::DeleteRole(id) => service.delete_role(actor, id).map(|()| Done::Changed),
            Request::CreateUser(draft) => service.create_user(actor, &draft).map(Done::UserCreated),
            Request::SaveUser { id, before, draft } => {
                let saved = service.save_user(actor, id, &before, &draft)?;
                Ok(Done::UserSaved(Box::new(saved)))
            }
            Request::LockOutUser(id) => service.lock_out_user(actor, id).map(|()| Done::Changed),
            Request::UnlockUser(id) => service.unlock_user(actor, id).map(|()| Done::Changed),
            Request::DeleteUser(id) => service.delete_user(actor, id).map(|()| Done::Changed),
            Request::Sweep => service.sweep().map(|_| Done::Swept),
            // That is the clipboard's worker's.
            Request::Copy { .. } | Request::Forget => Err(Trouble::ClipboardOff),
            Request::SaveToFile { .. } if !self.files => Err(Trouble::NoFiles),
            Request::SaveToFile { path, secret, id } => save(service, actor, &path, &secret, id),
        }
    }
}

/// Whether the database has changed since it was at a version, and what the actor is then.
fn look(service: &Service, actor: &Actor, known: i64) -> Outcome {
    let version = service.data_version()?;
    let changed = version != known;
    let actor = changed.then(|| service.look_again(actor)).transpose()?;
    Ok(Done::Looked { version, actor })
}

/// Writes a secret and a line end to a new file that only its owner can read, and records it.
fn save(
    service: &mut Service,
    actor: &Actor,
    path: &Path,
    secret: &Secret,
    id: SecretId,
) -> Outcome {
    service.may_save_to_file(actor, id, &path.display().to_string())?;
    let mut file = NewFile::create(path)?;
    file.add(secret.expose().as_bytes())?;
    file.add(b"\n")?;
    file.sync()?;
    let recorded = service.saved_to_file(actor, id, &file.path().display().to_string());
    file.keep(recorded).map(Done::Written)
}

fn answer<T>(service: &Service, question: Option<u64>, ask: impl FnOnce(&Service) -> T) -> T {
    match question {
        Some(question) => service.answer(question, ask),
        None => ask(service),
    }
}
