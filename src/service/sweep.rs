//! Writing down what time alone has done, a bounded part at a time.

use serde_json::json;

use crate::domain::event::EventKind;
use crate::domain::trouble::Trouble;
use crate::service::Service;
use crate::store::sweep;

/// The most rows of each kind in one sweep.
const MOST: u32 = 100;

impl Service {
    /// Ends the secrets whose time was reached, tells of keys that have expired (once for each key and expiry), and
    /// erases the hashes of keys that can no longer be restored. Gives how many rows it dealt with; nothing due is
    /// nothing written.
    pub fn sweep(&mut self) -> Result<usize, Trouble> {
        let now = self.now();
        if !self.store.read(|tx| sweep::due(tx, now))? {
            return Ok(0);
        }
        self.write(|writing| {
            let (tx, now) = (writing.tx, writing.now);
            let ended = sweep::end_secrets(tx, now, MOST)?;
            let expired = sweep::expired(tx, now, MOST)?;
            for key in &expired {
                sweep::note_expired(tx, key.id)?;
                let body = json!({ "expiredAt": key.expires_at.0 });
                let target = (key.id, key.name.as_str());
                writing.record(EventKind::ApiKeyExpired, target, body)?;
            }
            let early = sweep::forget_early(tx, now, MOST)?;
            let erased = sweep::erase(tx, now, MOST)?;
            Ok(ended + expired.len() + early + erased)
        })
    }
}
