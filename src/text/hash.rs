//! Where a sentence's name is looked for first. The build, which makes the tables, and the program agree on it here.

/// A number for a name, by FNV-1a (<http://www.isthe.com/chongo/tech/comp/fnv>).
pub fn hash(name: &str) -> usize {
    let hash = name.bytes().fold(0x811C_9DC5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    hash as usize
}
