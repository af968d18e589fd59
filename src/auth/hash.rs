//! A secret's hash: argon2id, as a PHC string. The only file that names argon2.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::auth::random::Random;
use crate::domain::trouble::Trouble;

const SALT_LEN: usize = 16;
const OUTPUT_LEN: usize = 32;

/// Held while a hash is computed: two at once would need twice the memory and be no sooner done.
static ONE_AT_A_TIME: Mutex<()> = Mutex::new(());

/// How many hashes this process has computed.
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
        let output = self.compute(secret, &salt)?;
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
        let (salt, expected) = self.read(phc).ok_or(Trouble::UnknownHash)?;
        let output = self.compute(secret, &salt)?;
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

    fn compute(&self, secret: &[u8], salt: &[u8]) -> Result<Zeroizing<[u8; OUTPUT_LEN]>, Trouble> {
        let Cost {
            memory_kib,
            passes,
            lanes,
        } = self.cost;
        let params = Params::new(memory_kib, passes, lanes, Some(OUTPUT_LEN))
            .map_err(|_| Trouble::UnknownHash)?;
        let _turn = ONE_AT_A_TIME.lock().unwrap_or_else(PoisonError::into_inner);
        self.computations.fetch_add(1, Ordering::SeqCst);
        // An allocation that fails is told, where a plain one would abort the program.
        let blocks = params.block_count();
        // argon2 does not wipe its memory; whatever is freed is (see `harden`).
        let mut memory = Vec::new();
        memory
            .try_reserve_exact(reserved(blocks, TIMES.fetch_add(1, Ordering::SeqCst)))
            .map_err(|_| Trouble::OutOfMemory)?;
        memory.resize(blocks, Block::new());
        let mut output = Zeroizing::new([0; OUTPUT_LEN]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into_with_memory(
                secret,
                salt,
                output.as_mut_slice(),
                memory.as_mut_slice(),
            )
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
