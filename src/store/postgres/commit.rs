//! A commit that the server has others confirm.
//!
//! Where `synchronous_standby_names` names standbys, a commit waits until they have it, for ever if they are away, and all that
//! time nobody else can change anything. It is then told to wait no longer: the change holds, and that is told.

use std::time::Duration;

use tokio_postgres::{Error, SimpleQueryMessage};

use crate::store::postgres::connect::Reached;
use crate::store::postgres::line::PACE;

/// How long a standby has time to confirm a change.
const TIME_TO_CONFIRM: Duration = Duration::from_secs(5);

impl Reached {
    /// Commits; says whether the standbys have confirmed it that have to.
    pub fn commit(&mut self) -> Result<bool, Error> {
        let Reached {
            client,
            waiting,
            cancelling,
            ..
        } = self;
        let mut waited = Duration::ZERO;
        let mut is_given_up = false;
        let mut look = || {
            waited += PACE;
            if waited >= TIME_TO_CONFIRM {
                waited = Duration::ZERO;
                is_given_up = true;
                cancelling.cancel();
            }
        };
        waiting.wait(PACE, &mut look, client.simple_query("COMMIT"))?;
        if !is_given_up {
            return Ok(true);
        }
        // What took so long may have been the disk.
        let names = client.simple_query("SHOW synchronous_standby_names");
        let names = waiting.wait(PACE, &mut || (), names)?;
        Ok(names.iter().any(|one| match one {
            SimpleQueryMessage::Row(row) => row.get(0) == Some(""),
            _ => false,
        }))
    }
}
