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

    /// How many bytes it takes.
    pub fn bytes(&self) -> usize {
        self.0.len() * size_of::<u64>()
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

    /// Adds those that are in the other set.
    pub fn add(&mut self, other: &Ids) {
        if self.0.len() < other.0.len() {
            self.0.resize(other.0.len(), 0);
        }
        for (bits, others) in self.0.iter_mut().zip(&other.0) {
            *bits |= others;
        }
    }

    /// Leaves those from one ID on and before another.
    pub fn keep_between(&mut self, from: i64, before: i64) {
        for (start, bits) in (0_i64..).step_by(BITS).zip(&mut self.0) {
            let below = |id: i64| match u32::try_from(id.saturating_sub(start).max(0)) {
                Ok(some) if some < u64::BITS => (1 << some) - 1,
                _ => u64::MAX,
            };
            *bits &= below(before) & !below(from);
        }
    }

    /// How many are lower than this one.
    pub fn below(&self, id: i64) -> usize {
        let mut lower = self.clone();
        lower.keep_between(0, id);
        lower.len()
    }

    /// The one that has so many lower ones.
    pub fn nth(&self, mut lower: usize) -> Option<i64> {
        for (at, bits) in self.0.iter().enumerate() {
            let here = usize::try_from(bits.count_ones()).unwrap_or(0);
            if lower < here {
                return within(at, *bits).nth(lower);
            }
            lower -= here;
        }
        None
    }

    /// Up to so many that are higher than this one, the lowest first.
    pub fn above(&self, id: i64, most: usize) -> Vec<i64> {
        let first = usize::try_from(id.max(-1).saturating_add(1)).unwrap_or(usize::MAX) / BITS;
        let words = self.0.iter().enumerate().skip(first);
        let ids = words.flat_map(|(at, bits)| within(at, *bits));
        ids.filter(|other| *other > id).take(most).collect()
    }

    /// Up to so many that are lower than this one, the highest first.
    pub fn under(&self, id: i64, most: usize) -> Vec<i64> {
        let end = usize::try_from(id.max(0)).unwrap_or(usize::MAX) / BITS + 1;
        let words = self.0.iter().enumerate().take(end).rev();
        let ids = words.flat_map(|(at, bits)| {
            let ids: Vec<i64> = within(at, *bits).collect();
            ids.into_iter().rev()
        });
        ids.filter(|other| *other < id).take(most).collect()
    }

    /// All of them, the lowest first.
    pub fn iter(&self) -> impl Iterator<Item = i64> {
        let some = self.0.iter().enumerate().filter(|(_, bits)| **bits != 0);
        some.flat_map(|(at, bits)| within(at, *bits))
    }
}

/// The IDs of the bits at this place, the lowest first.
fn within(at: usize, bits: u64) -> impl Iterator<Item = i64> {
    let set = (0..BITS).filter(move |bit| bits & (1 << bit) != 0);
    set.filter_map(move |bit| i64::try_from(at * BITS + bit).ok())
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
    #[test]
    fn a_set_knows_the_order_of_its_ids() {
        let mut ids = Ids::default();
        let all = [0, 1, 63, 64, 100, 127, 128, 1_000];
        for id in all {
            ids.insert(id);
        }
        for at in [-5, 0, 1, 62, 63, 64, 99, 101, 128, 1_000, 5_000, i64::MAX] {
            let (below, above): (Vec<i64>, Vec<i64>) = (
                all.into_iter().filter(|id| *id < at).collect(),
                all.into_iter().filter(|id| *id > at).collect(),
            );
            assert_eq!(ids.below(at), below.len(), "{at}");
            assert_eq!(ids.above(at, 3), above[..above.len().min(3)], "{at}");
            let under: Vec<i64> = below.into_iter().rev().take(3).collect();
            assert_eq!(ids.under(at, 3), under, "{at}");
        }
        for (lower, id) in (0..).zip(all) {
            assert_eq!(ids.nth(lower), Some(id));
        }
        assert_eq!(ids.nth(all.len()), None);
        let mut some = ids.clone();
        some.keep_between(1, 128);
        assert_eq!(some.iter().collect::<Vec<_>>(), [1, 63, 64, 100, 127]);
        let mut other = Ids::default();
        other.insert(70_000);
        some.add(&other);
        assert_eq!(some.highest(), other.highest());
        assert_eq!(some.len(), 6);
    }
}
