//! What was proven in this process: that a secret matched a hash. Nothing else is remembered, and no failure; whether the
//! secret is valid depends on rows that are read anew each time.

use std::collections::HashSet;
use std::fmt;
use std::mem;
use std::sync::{Mutex, MutexGuard, PoisonError};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use crate::auth::random::Random;
use crate::domain::trouble::Trouble;

/// The most proofs that are remembered.
pub const MOST: usize = 65_536;

/// So many threads look at the same time without waiting for each other, mostly.
const SHARDS: usize = 16;

const KEY_LEN: usize = 32;

/// One secret together with one PHC string: HMAC-SHA-256 of both under a key that only this process has. It tells nothing
/// of either.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pair([u8; 32]);

impl fmt::Debug for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[pair]")
    }
}

/// The pairs of which it was proven that the secret matches.
pub struct Proofs {
    /// Wiped when it is dropped (feature `zeroize`), as the key is that it was made of.
    mac: Box<Hmac<Sha256>>,
    shards: [Mutex<Shard>; SHARDS],
    /// The most that one generation of a shard holds.
    most: usize,
}

/// Two generations. What is used lives on in the younger; when that is full, what was not used since the last time is
/// forgotten.
#[derive(Default)]
struct Shard {
    young: HashSet<Pair>,
    old: HashSet<Pair>,
}

impl Proofs {
    /// Remembers nothing yet, and never more than [`MOST`].
    ///
    /// # Errors
    /// [`Trouble::NoRandomness`].
    pub fn new(random: &mut dyn Random) -> Result<Proofs, Trouble> {
        Proofs::bounded(random, MOST)
    }

    fn bounded(random: &mut dyn Random, most: usize) -> Result<Proofs, Trouble> {
        let mut key = Zeroizing::new(vec![0; KEY_LEN].into_boxed_slice());
        random.fill(&mut key)?;
        let mac = Hmac::new_from_slice(&key).expect("HMAC takes keys of any length");
        Ok(Proofs {
            mac: Box::new(mac),
            shards: Default::default(),
            most: most / SHARDS / 2,
        })
    }

    /// The pair of a secret and a PHC string. Where one ends and the other begins is certain: no secret has a `$`, with which
    /// each PHC string begins.
    #[must_use]
    pub fn pair(&self, secret: &[u8], phc: &str) -> Pair {
        let mut mac = self.mac.clone();
        mac.update(secret);
        mac.update(phc.as_bytes());
        Pair(mac.finalize().into_bytes().into())
    }

    /// Whether it was proven that the secret matches, and is not forgotten.
    #[must_use]
    pub fn holds(&self, pair: &Pair) -> bool {
        let mut shard = self.shard(pair);
        if shard.young.contains(pair) {
            return true;
        }
        let known = shard.old.remove(pair);
        if known {
            shard.remember(*pair, self.most);
        }
        known
    }

    /// Remembers that the secret matches.
    pub fn remember(&self, pair: Pair) {
        self.shard(&pair).remember(pair, self.most);
    }

    /// How many are remembered.
    #[must_use]
    pub fn count(&self) -> usize {
        let shards = self.shards.iter().map(lock);
        shards
            .map(|shard| shard.young.len() + shard.old.len())
            .sum()
    }

    fn shard(&self, pair: &Pair) -> MutexGuard<'_, Shard> {
        lock(&self.shards[usize::from(pair.0[0]) % SHARDS])
    }
}

impl fmt::Debug for Proofs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[proofs]")
    }
}

impl Shard {
    fn remember(&mut self, pair: Pair, most: usize) {
        if self.young.len() >= most {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(pair);
    }
}

fn lock(shard: &Mutex<Shard>) -> MutexGuard<'_, Shard> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    fn proofs(seed: u64, most: usize) -> Proofs {
        Proofs::bounded(&mut StdRng::seed_from_u64(seed), most).expect("random bytes")
    }

    #[test]
    fn a_proof_is_of_one_secret_and_one_hash() {
        let proofs = proofs(1, 1_024);
        let pair = proofs.pair(b"7:one", "$a$b");
        assert!(!proofs.holds(&pair), "nothing is proven yet");
        proofs.remember(pair);
        assert!(proofs.holds(&proofs.pair(b"7:one", "$a$b")));
        for (secret, phc) in [("7:two", "$a$b"), ("7:one", "$a$c"), ("7:one", "$a$b ")] {
            let other = proofs.pair(secret.as_bytes(), phc);
            assert!(!proofs.holds(&other), "{secret} {phc}");
        }
    }

    #[test]
    fn another_process_makes_other_pairs_of_the_same() {
        let [one, other] = [1, 2].map(|seed| proofs(seed, 1_024));
        assert_ne!(one.pair(b"7:one", "$a"), other.pair(b"7:one", "$a"));
    }

    #[test]
    fn no_more_are_remembered_than_there_is_room_for_and_those_in_use_stay() {
        let most = 1_024;
        let proofs = proofs(1, most);
        let used = proofs.pair(b"used", "$");
        proofs.remember(used);
        for n in 0..20 * most {
            proofs.remember(proofs.pair(n.to_string().as_bytes(), "$"));
            assert!(proofs.holds(&used), "{n}");
        }
        assert!(
            (most / 2..=most).contains(&proofs.count()),
            "{}",
            proofs.count()
        );
        assert!(
            !proofs.holds(&proofs.pair(b"0", "$")),
            "the first is forgotten"
        );
    }

    #[test]
    fn debug_shows_nothing_of_what_is_remembered() {
        let proofs = proofs(1, 1_024);
        let shown = format!("{proofs:?} {:?}", proofs.pair(b"7:one", "$a"));
        assert_eq!(shown, "[proofs] [pair]");
    }
}
