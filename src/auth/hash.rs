//! A secret's hash: argon2id, as a PHC string. The only file that names argon2.

use std::fmt;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

use crate::auth::random::Random;
use crate::domain::trouble::Trouble;

const SALT_LEN: usize = 16;
const OUTPUT_LEN: usize = 32;

/// Held while a hash is computed in memory of its own: two at once would need twice the memory and be no sooner done.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// How often this process has asked for memory for hashes.
static TIMES: AtomicUsize = AtomicUsize::new(0);

/// What a hash costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory_kib: u32,
    pub passes: u32,
    pub lanes: u32,
}

impl Cost {
    /// 19 MiB, 2 passes, 1 lane: the OWASP Password Storage Cheat Sheet's first choice for argon2id.
    pub const REAL: Cost = Cost {
        memory_kib: 19_456,
        passes: 2,
        lanes: 1,
    };

    fn prefix(self) -> String {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self;
        format!("$argon2id$v=19$m={memory_kib},t={passes},p={lanes}$")
    }
}

/// Memory in which one thread computes one hash after the other: sooner than each in memory of its own. It is wiped when it
/// is given back (see `harden`).
#[derive(Default)]
pub struct Memory(Vec<Block>);

impl Memory {
    /// Wipes what the last hash left behind.
    pub fn wipe(&mut self) {
        self.0.iter_mut().for_each(Zeroize::zeroize);
    }

    /// Room for so many blocks. An allocation that fails is told, where a plain one would abort the program.
    fn blocks(&mut self, blocks: usize) -> Result<&mut [Block], Trouble> {
        if self.0.len() != blocks {
            self.0 = Vec::new();
            self.0
                .try_reserve_exact(reserved(blocks, TIMES.fetch_add(1, Ordering::SeqCst)))
                .map_err(|_| Trouble::OutOfMemory)?;
            self.0.resize(blocks, Block::new());
        }
        Ok(&mut self.0)
    }
}

impl fmt::Debug for Memory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[memory]")
    }
}

/// Makes and compares hashes of one cost.
#[derive(Clone, Debug)]
pub struct Hasher {
    cost: Cost,
    computations: Arc<AtomicU64>,
}

impl Hasher {
    #[must_use]
    pub fn new(cost: Cost) -> Hasher {
        Hasher {
            cost,
            computations: Arc::default(),
        }
    }

    /// How many hashes this hasher and its clones have computed.
    #[must_use]
    pub fn computations(&self) -> u64 {
        self.computations.load(Ordering::SeqCst)
    }

    /// The PHC string of a secret, under a new salt.
    ///
    /// # Errors
    /// [`Trouble::NoRandomness`], [`Trouble::OutOfMemory`].
    pub fn hash(&self, secret: &[u8], random: &mut dyn Random) -> Result<String, Trouble> {
        let mut salt = [0; SALT_LEN];
        random.fill(&mut salt)?;
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        let output = self.compute(&mut Memory::default(), secret, &salt)?;
        Ok(format!(
            "{}{}${}",
            self.cost.prefix(),
            STANDARD_NO_PAD.encode(salt),
            STANDARD_NO_PAD.encode(output.as_slice())
        ))
    }

    /// Whether a PHC string is of this secret.
    ///
    /// # Errors
    /// [`Trouble::UnknownHash`] for any other algorithm, version, cost or length than [`Hasher::hash`] makes, so
    /// that whoever can write a row cannot make the check cheaper or endless; [`Trouble::OutOfMemory`].
    pub fn verify(&self, phc: &str, secret: &[u8]) -> Result<bool, Trouble> {
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        self.verify_in(&mut Memory::default(), phc, secret)
    }

    /// [`Hasher::verify`] in the caller's memory, at the same time as others.
    ///
    /// # Errors
    /// As of [`Hasher::verify`].
    pub fn verify_in(
        &self,
        memory: &mut Memory,
        phc: &str,
        secret: &[u8],
    ) -> Result<bool, Trouble> {
        let (salt, expected) = self.read(phc).ok_or(Trouble::UnknownHash)?;
        let output = self.compute(memory, secret, &salt)?;
        Ok(output.as_slice().ct_eq(&expected).into())
    }

    fn read(&self, phc: &str) -> Option<([u8; SALT_LEN], [u8; OUTPUT_LEN])> {
        let (salt, output) = phc.strip_prefix(&self.cost.prefix())?.split_once('$')?;
        let decode = |text| STANDARD_NO_PAD.decode(text).ok();
        Some((
            decode(salt)?.try_into().ok()?,
            decode(output)?.try_into().ok()?,
        ))
    }

    fn compute(
        &self,
        memory: &mut Memory,
        secret: &[u8],
        salt: &[u8],
    ) -> Result<Zeroizing<[u8; OUTPUT_LEN]>, Trouble> {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        let params = Params::new(memory_kib, passes, lanes, Some(OUTPUT_LEN))
            .map_err(|_| Trouble::UnknownHash)?;
        self.computations.fetch_add(1, Ordering::SeqCst);
        let blocks = memory.blocks(params.block_count())?;
        let mut output = Zeroizing::new([0; OUTPUT_LEN]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(secret, salt, output.as_mut_slice(), blocks)
            .map_err(|_| Trouble::UnknownHash)?;
        Ok(output)
    }
}

/// How many blocks to ask for, so that glibc maps the memory by itself and gives it back at once; else it keeps twice as
/// much for ever after the first time. It maps what is larger than all that was given back so far, and what is larger
/// than 32 MiB (`M_MMAP_THRESHOLD` in mallopt(3)): so each time it is a page more. All of it is wiped in the end, and
/// what is written to is real memory.
fn reserved(blocks: usize, times_before: usize) -> usize {
    const MAPPED: usize = 33 * 1024 * 1024 / size_of::<Block>();
    const PAGE: usize = 4_096 / size_of::<Block>();
    // Only where there is much to give back.
    if blocks < 1_024 {
        return blocks;
    }
    let more = times_before.saturating_mul(PAGE);
    blocks.saturating_add(more).min(blocks.max(MAPPED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    const CHEAP: Cost = Cost {
        memory_kib: 8,
        passes: 1,
        lanes: 1,
    };

    fn random() -> StdRng {
        StdRng::seed_from_u64(5)
    }

    #[test]
    fn a_hash_knows_its_secret_and_no_other() {
        let hasher = Hasher::new(CHEAP);
        let phc = hasher.hash(b"7:one", &mut random()).expect("hashed");
        assert_eq!(hasher.verify(&phc, b"7:one"), Ok(true));
        assert_eq!(hasher.verify(&phc, b"7:two"), Ok(false));
        assert_eq!(hasher.clone().computations(), 3);
    }

    #[test]
    fn memory_that_is_used_again_changes_no_answer() {
        let hasher = Hasher::new(CHEAP);
        let phcs = [b"7:one", b"7:two"].map(|secret| hasher.hash(secret, &mut random()));
        let mut memory = Memory::default();
        for _ in 0..2 {
            for (phc, secret) in phcs.iter().zip([b"7:one", b"7:two"]) {
                let phc = phc.as_ref().expect("hashed");
                assert_eq!(hasher.verify_in(&mut memory, phc, secret), Ok(true));
                assert_eq!(hasher.verify_in(&mut memory, phc, b"7:six"), Ok(false));
            }
            memory.wipe();
            let wiped = format!("{:?}", memory.0);
            assert!(!wiped.contains(['1', '2', '3', '4', '5', '6', '7', '8', '9']));
        }
        assert_eq!(format!("{memory:?}"), "[memory]");
    }

    #[test]
    fn a_hash_of_another_kind_is_refused_before_it_is_computed() {
        let hasher = Hasher::new(CHEAP);
        let phc = hasher.hash(b"s", &mut random()).expect("hashed");
        for other in [
            phc.replace("argon2id", "argon2i"),
            phc.replace("v=19", "v=16"),
            phc.replace("m=8", "m=4294967295"),
            phc.replace("t=1", "t=0001"),
            phc.replace("p=1", "p=2"),
            format!("{phc}AAAA"),
            format!("{phc}="),
            String::new(),
        ] {
            assert_eq!(
                hasher.verify(&other, b"s"),
                Err(Trouble::UnknownHash),
                "{other}"
            );
        }
        assert_eq!(hasher.computations(), 1);
    }

    #[test]
    fn the_real_cost_is_the_one_recommended() {
        let hasher = Hasher::new(Cost::REAL);
        let phc = hasher.hash(b"s", &mut random()).expect("hashed");
        assert!(phc.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert_eq!(hasher.verify(&phc, b"s"), Ok(true));
    }
}
