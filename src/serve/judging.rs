//! The judge of all threads: what was proven, the hashes, the notes and the limits.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::clock::Clock;
use crate::domain::secret::received;
use crate::domain::trouble::Trouble;
use crate::domain::verdict::{Asked, Bearer};
use crate::serve::hashing::{Hashing, Hindrance};
use crate::serve::looking::Looking;
use crate::serve::metrics::Figure;
use crate::serve::noting::Noting;
use crate::serve::rate::Rates;
use crate::service::Service;
use crate::service::authenticate::{Judged, Weighed};

/// What the threads share of judging. A thread asks with the connection that it reads with:
///
/// 1. [`Judging::judge`] gives the verdict, and takes down what is to be noted of it.
/// 2. [`Judging::take`] takes a request of the bearer's from those of the minute.
/// 3. Whether the bearer's access is enough is seen by whoever asks.
pub struct Judging {
    hashing: Hashing,
    noting: Noting,
    rates: Rates,
    /// Of the management API alone.
    calls: Rates,
    clock: Arc<dyn Clock>,
    proven: AtomicU64,
    unproven: AtomicU64,
}

impl Judging {
    /// A judge who knows nothing yet.
    #[must_use]
    pub fn new(hashing: Hashing, noting: Noting, clock: Arc<dyn Clock>) -> Judging {
        Judging {
            hashing,
            noting,
            rates: Rates::default(),
            calls: Rates::default(),
            clock,
            proven: AtomicU64::new(0),
            unproven: AtomicU64::new(0),
        }
    }

    /// Judges what a client sent, by the rows as they are now, or as they are once its hash was computed.
    ///
    /// # Errors
    /// [`Hindrance`] is no verdict: the caller must take it as denied.
    pub async fn judge(
        &self,
        service: &Service,
        looking: &Looking,
        secret: &[u8],
        asked: &Asked<'_>,
    ) -> Result<Judged, Hindrance> {
        let of = match service.genuine(secret) {
            Ok(of) => of,
            Err(judged) => return Ok(judged),
        };
        let proofs = self.hashing.proofs();
        let mut computed = None;
        loop {
            let found = looking.find(of).await?;
            let mut pair = None;
            let proof = |phc: &str| {
                let of = proofs.pair(received(secret), phc);
                pair = Some(of);
                match computed {
                    Some((computed, is_of)) if computed == of => Some(is_of),
                    _ => proofs.holds(&of).then_some(true),
                }
            };
            match (service.weigh_found(of, found, asked, proof)?, pair) {
                (Weighed::Judged(mut judged), pair) => {
                    if pair.is_some() && computed.is_none() {
                        self.proven.fetch_add(1, Ordering::Relaxed);
                    }
                    if let Some(noted) = judged.noted.take() {
                        self.noting.add(noted);
                    }
                    return Ok(judged);
                }
                (Weighed::Unproven(phc), Some(pair)) => {
                    self.unproven.fetch_add(1, Ordering::Relaxed);
                    let is_of = self.hashing.is_of(pair, received(secret), phc).await?;
                    computed = Some((pair, is_of));
                }
                // What is not proven was asked about.
                (Weighed::Unproven(_), None) => return Err(Trouble::UnknownHash.into()),
            }
        }
    }

    /// Takes down a call of the management API, of which each key may make so many a minute, whatever else it may.
    ///
    /// # Errors
    /// As of [`Judging::take`].
    pub fn take_call(&self, bearer: &Bearer, most: u32) -> Result<(), u32> {
        self.take(bearer)?;
        self.calls.take(bearer.id, most, self.clock.uptime())
    }

    /// Takes down a request of whoever a secret speaks for.
    ///
    /// # Errors
    /// There were as many in this minute as the key may make: after this many seconds there is room again.
    pub fn take(&self, bearer: &Bearer) -> Result<(), u32> {
        match bearer.rate {
            None => Ok(()),
            Some(limit) => self.rates.take(bearer.id, limit, self.clock.uptime()),
        }
    }

    /// Ends the threads, and notes what is left to be noted; gives how many uses could not be noted in all the time.
    #[must_use]
    pub fn end(self) -> u64 {
        self.noting.end()
    }

    /// What is counted here.
    #[must_use]
    pub fn figures(&self) -> [Figure; 8] {
        let number = |count: usize| u64::try_from(count).unwrap_or(u64::MAX);
        let figure = |name, help, value| Figure { name, help, value };
        let (hashing, noting) = (&self.hashing, &self.noting);
        [
            figure(
                "keyward_proof_hits_total",
                "Verdicts that needed no hash, because one had proven the secret.",
                self.proven.load(Ordering::Relaxed),
            ),
            figure(
                "keyward_proof_misses_total",
                "Verdicts that waited for a hash.",
                self.unproven.load(Ordering::Relaxed),
            ),
            figure(
                "keyward_proofs",
                "Secrets that are proven.",
                number(hashing.proofs().count()),
            ),
            figure(
                "keyward_hashes_total",
                "Hashes that were computed.",
                hashing.computed(),
            ),
            figure(
                "keyward_hashes_waiting",
                "Hashes that wait to be computed.",
                number(hashing.waiting()),
            ),
            figure(
                "keyward_busy_total",
                "Requests for whose hash there was no place or no turn in time.",
                hashing.turned_away(),
            ),
            figure(
                "keyward_notes_waiting",
                "Different uses of secrets that wait to be noted.",
                number(noting.waiting()),
            ),
            figure(
                "keyward_notes_dropped_total",
                "Uses of secrets that could not be noted.",
                noting.dropped(),
            ),
        ]
    }
}
