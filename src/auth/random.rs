//! Where random bytes come from.

use rand::rngs::StdRng;
use rand::{SeedableRng, TryCryptoRng};

use crate::domain::trouble::Trouble;

/// The operating system's source.
pub use rand::rngs::SysRng as SystemRandom;

/// A cryptographic source of random bytes, which may fail.
pub trait Random: Send {
    /// Fills the buffer.
    ///
    /// # Errors
    /// [`Trouble::NoRandomness`]; the buffer is then of no use.
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Trouble>;
}

/// The same bytes in every run, which anybody can compute: for recordings of what was made up, and nothing that is kept.
#[must_use]
pub fn predictable(seed: u64) -> Box<dyn Random> {
    Box::new(StdRng::seed_from_u64(seed))
}

impl<R: TryCryptoRng + Send> Random for R {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), Trouble> {
        self.try_fill_bytes(bytes)
            .map_err(|_| Trouble::NoRandomness)
    }
}
