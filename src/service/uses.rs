//! Noting how secrets were used: the last use, counters, and the events of refusals.

use std::time::Duration;

use serde_json::json;

use crate::domain::event::EventKind;
use crate::domain::trouble::Trouble;
use crate::domain::verdict::{Use, UseKind};
use crate::service::Service;
use crate::service::record::Writing;
use crate::store::uses;

/// How long the use of one secret may wait for the lock to be noted.
const NOTING: Duration = Duration::from_millis(2);

impl Service {
    /// Notes what was judged, as far as the database can be written at this moment: a busy or full one must not lock the
    /// clients out, or keep them waiting.
    pub fn note_use(&mut self, noted: Option<Use>) {
        if let Some(noted) = noted {
            let _ = self.note_uses(&[noted], NOTING);
        }
    }

    /// Notes uses in one transaction, for whose lock it waits no longer than this: all of them or none.
    pub fn note_uses(&mut self, noted: &[Use], budget: Duration) -> Result<(), Trouble> {
        self.within(budget, |service| {
            service.write(|writing| noted.iter().try_for_each(|one| note(writing, one)))
        })
    }
}

fn note(writing: &Writing<'_>, noted: &Use) -> Result<(), Trouble> {
    let (tx, now) = (writing.tx, writing.now);
    let UseKind {
        key,
        secret,
        refused,
    } = noted.kind;
    let Some(reason) = refused else {
        let accepted = |secret| uses::accepted(tx, key, secret, noted.at);
        return Ok(secret.map_or(Ok(()), accepted)?);
    };
    let mut body = json!({ "reason": reason.word() });
    if let Some(secret) = secret {
        let Some(count) = uses::refused(tx, key, secret, reason.word(), noted.count, now)? else {
            return Ok(());
        };
        body["secret"] = secret.0.into();
        body["count"] = count.into();
    } else if !uses::unknown(tx, key, reason.word(), noted.count, now)? {
        return Ok(());
    }
    let kind = EventKind::ApiKeySessionValidationFailed;
    writing.record(kind, (key, noted.name.as_str()), body)
}
