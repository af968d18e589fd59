//! How old what a standby knows may be. Its primary may have locked a key out that the standby still takes for valid: where
//! it has heard nothing for too long, it gives no answer.

use std::time::Duration;

use tokio::time::Instant;

use crate::domain::server::is_fresh;
use crate::domain::trouble::Fault;
use crate::store::postgres::Postgres;

/// How often a standby is asked.
const PACE: Duration = Duration::from_secs(1);

/// Whether a server is a standby, and how many milliseconds ago it surely knew all that its primary did: at the last commit
/// that it has replayed and, while it is attached and has replayed all that came, when something came last. A role that
/// may not read that (`pg_read_all_stats`) knows that it was no longer ago than `wal_receiver_timeout`, at which a standby
/// gives up the line; where that is 0, it never does.
const LOOK: &str = "
    SELECT pg_catalog.pg_is_in_recovery(), CAST(extract(epoch FROM pg_catalog.clock_timestamp() - greatest(
        pg_catalog.pg_last_xact_replay_timestamp(),
        (SELECT coalesce(last_msg_receipt_time, pg_catalog.clock_timestamp()
                - nullif(CAST(pg_catalog.current_setting('wal_receiver_timeout') AS interval), '0'))
            FROM pg_catalog.pg_stat_get_wal_receiver() WHERE pid IS NOT NULL
                AND pg_catalog.pg_last_wal_receive_lsn() <= pg_catalog.pg_last_wal_replay_lsn())
        )) * 1000 AS bigint)";

/// What is known of a standby.
#[derive(Clone, Copy, Debug, Default)]
pub struct Known {
    looked: Option<Instant>,
    /// At this moment it knew all that its primary did.
    at: Option<Instant>,
}

impl Postgres {
    /// Refuses to read where the server is a standby that has heard nothing for too long.
    pub(super) fn refuse_stale(&self) -> Result<(), Fault> {
        let Some(stale) = self.stale() else {
            return Ok(());
        };
        let standby = self.with_link(|link| link.reached.only_reads.then_some(link.fresh));
        let Some(mut known) = standby.flatten() else {
            return Ok(());
        };
        let now = Instant::now();
        if known.looked.is_none_or(|at| now.duration_since(at) >= PACE) {
            known = Known {
                looked: Some(now),
                at: known.at.max(self.known_at(now)?),
            };
            self.with_link(|link| link.fresh = known);
        }
        let age = known.at.map(|at| now.duration_since(at));
        if is_fresh(age, stale) {
            Ok(())
        } else {
            Err(Fault::Stale)
        }
    }

    fn known_at(&self, now: Instant) -> Result<Option<Instant>, Fault> {
        let row = self.command(LOOK)?.unwrap_or_default();
        let text = |at: usize| row.get(at).cloned().flatten();
        if text(0).as_deref() == Some("f") {
            // It was promoted meanwhile.
            return Ok(Some(now));
        }
        // Two clocks differ by a little.
        let ago = text(1).and_then(|ago| ago.parse::<i64>().ok());
        let ago = ago.map(|ago| Duration::from_millis(u64::try_from(ago).unwrap_or(0)));
        Ok(ago.and_then(|ago| now.checked_sub(ago)))
    }
}
