//! A set of IDs, a bit for each up to the highest.

/// Beyond this ID no row is in a set of bits: those up to it take 64 MiB at the most.
pub const HIGHEST: i64 = 1 << 29;

/// Some of a table's IDs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ids(Vec<u64>);

const BITS: usize = 64;

impl Ids {
    /// Adds one from 0 up to [`HIGHEST`]; any other is left out.
    pub fn insert(&mut self, id: i64) {
        let Some((at, bit)) = place(id) else {
            return;
        };
        if at >= self.0.len() {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= bit;
    }

    /// Takes one away.
    pub fn remove(&mut self, id: i64) {
        if let Some((at, bit)) = place(id)
            && let Some(bits) = self.0.get_mut(at)
        {
            *bits &= !bit;
        }
    }

    /// Whether it is in the set.
    pub fn has(&self, id: i64) -> bool {
        place(id).is_some_and(|(at, bit)| self.0.get(at).is_some_and(|bits| bits & bit != 0))
    }

    /// No ID in it is higher.
    pub fn highest(&self) -> i64 {
        i64::try_from(self.0.len() * BITS).unwrap_or(i64::MAX) - 1
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        let bits = self.0.iter().map(|bits| bits.count_ones());
        bits.map(|ones| usize::try_from(ones).unwrap_or(0)).sum()
    }

    /// Leaves those that are in the other set, or that are not.
    pub fn keep(&mut self, other: &Ids, those_in: bool) {
        for (at, bits) in self.0.iter_mut().enumerate() {
            let others = other.0.get(at).copied().unwrap_or(0);
            *bits &= if those_in { others } else { !others };
        }
    }

    /// All of them, the lowest first.
    pub fn iter(&self) -> impl Iterator<Item = i64> {
        let within = |(at, bits): (usize, &u64)| {
            let bits = *bits;
            (0..BITS)
                .filter(move |bit| bits & (1 << bit) != 0)
                .filter_map(move |bit| i64::try_from(at * BITS + bit).ok())
        };
        let some = |(_, bits): &(usize, &u64)| **bits != 0;
        self.0.iter().enumerate().filter(some).flat_map(within)
    }
}

fn place(id: i64) -> Option<(usize, u64)> {
    let at = usize::try_from(id).ok().filter(|_| id < HIGHEST)?;
    Some((at / BITS, 1 << (at % BITS)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_what_was_put_in() {
        let mut ids = Ids::default();
        for id in [0, 63, 64, 1_000, HIGHEST, -1] {
            ids.insert(id);
        }
        assert_eq!(ids.iter().collect::<Vec<_>>(), [0, 63, 64, 1_000]);
        assert_eq!(ids.len(), 4);
        assert!(ids.has(64) && !ids.has(65) && !ids.has(HIGHEST) && !ids.has(5_000));
        ids.remove(63);
        ids.remove(70_000);
        let mut other = Ids::default();
        other.insert(64);
        other.insert(9_000);
        let mut both = ids.clone();
        both.keep(&other, true);
        assert_eq!(both.iter().collect::<Vec<_>>(), [64]);
        ids.keep(&other, false);
        assert_eq!(ids.iter().collect::<Vec<_>>(), [0, 1_000]);
    }
}
