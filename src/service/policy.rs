//! The policy: reading and saving it.

use serde_json::{Map, Value, json};

use crate::domain::event::{EventKind, Target};
use crate::domain::policy::{Policy, PolicyDraft};
use crate::domain::rights::Right;
use crate::domain::state::AsOf;
use crate::domain::trouble::Trouble;
use crate::domain::user::Actor;
use crate::service::Service;
use crate::service::change::{Attempt, Change, Edits, On};
use crate::service::record::differences;
use crate::store::policy;

/// The event of an edit.
const EDITS: Edits = [EventKind::SystemSettingsSaved; 3];

impl Service {
    /// As of when states are told to the actor, with the policy's warning time or that of the setting.
    pub fn as_of_now(&self, actor: &Actor) -> Result<AsOf, Trouble> {
        self.ask(actor, &[], |tx, _| Ok(self.as_of(tx)?))
    }

    /// The policy that the keys are held to. Everybody may know it.
    pub fn policy(&self, actor: &Actor) -> Result<Policy, Trouble> {
        self.ask(actor, &[], |tx, _| Ok(policy::get(tx)?))
    }

    /// What the policy would be with what this person changed of it (`before` to `draft`), and the fields that would get
    /// other values, as the event would tell them. Nothing is saved or noted.
    ///
    /// # Errors
    /// Those of [`Service::save_policy`].
    pub fn foresee_policy(
        &self,
        actor: &Actor,
        before: &Policy,
        draft: &PolicyDraft,
    ) -> Result<(Policy, Map<String, Value>), Trouble> {
        self.look_ahead(actor, &[Right::EditUsers], |change| {
            let (present, merged) = savable(change, before, draft)?;
            let changes = changes(&present, &merged);
            Ok((merged, changes))
        })
    }

    /// Saves what this person changed of the policy (`before` to `draft`), who can edit users and roles, and gives the
    /// policy as it is then. Nothing changed is nothing written.
    ///
    /// # Errors
    /// [`Trouble::Problems`] with the form, among them what somebody else changed meanwhile.
    pub fn save_policy(
        &mut self,
        actor: &Actor,
        before: &Policy,
        draft: &PolicyDraft,
    ) -> Result<Policy, Trouble> {
        let attempt = Attempt::new("save-policy", On::Trail, &[Right::EditUsers]);
        self.change(actor, attempt, |change| {
            let (present, merged) = savable(change, before, draft)?;
            if merged != present {
                policy::update(change.tx, &merged)?;
                let body = json!({ "changes": changes(&present, &merged) });
                change.record(EventKind::SystemSettingsSaved, Target::trail(), body)?;
            }
            Ok(merged)
        })
    }
}

/// The policy as it is and as it is to be, where the actor may save that.
fn savable(
    change: &Change<'_>,
    before: &Policy,
    draft: &PolicyDraft,
) -> Result<(Policy, Policy), Trouble> {
    if !change.own.fields.rights.has(Right::EditRoles) {
        return Err(Trouble::NotAuthorized(Right::EditRoles));
    }
    let mine = draft.check().map_err(Trouble::Problems)?;
    let present = policy::get(change.tx)?;
    let merged = mine.merge(before, &present);
    let merged = change.refuse_clashes(merged, &Target::trail(), EDITS)?;
    Ok((present, merged))
}

/// The fields that differ, each before and after.
fn changes(before: &Policy, after: &Policy) -> Map<String, Value> {
    differences(&in_event(before), &in_event(after))
}

fn in_event(policy: &Policy) -> Value {
    json!({
        "expiryRequired": policy.expiry_required,
        "longestDays": policy.longest_days,
        "warningDays": policy.warning.map(|warning| warning.days),
    })
}
