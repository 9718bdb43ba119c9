//! Very many integers in order.

use std::cmp::Reverse;

/// How many bits of a key are looked at in a pass.
const BITS: u32 = 11;

/// A digit of which all bits are set.
const DIGIT: u64 = (1 << BITS) - 1;

/// Beyond so many passes, comparing is as fast.
const PASSES: u32 = 4;

/// Of at most so many different keys each is counted.
const COUNTED: u64 = 1 << 16;

/// Keys from the least to the greatest.
pub(super) enum Sorted {
    /// How many keys are at most the least one, at most the next integer, and so on.
    Counted { least: i64, up_to: Vec<usize> },
    /// One by one.
    Listed(Vec<i64>),
}

impl Default for Sorted {
    fn default() -> Self {
        Self::Listed(Vec::new())
    }
}

impl Sorted {
    pub(super) fn of(keys: &[i64]) -> Self {
        let (Some(&least), Some(&most)) = (keys.iter().min(), keys.iter().max()) else {
            return Self::default();
        };
        let range = most.abs_diff(least);
        match usize::try_from(range) {
            Ok(last) if range < COUNTED && last < keys.len() => {
                Self::Counted { least, up_to: counted(keys, least, last) }
            }
            _ => Self::Listed(listed(keys, least, range)),
        }
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Counted { up_to, .. } => up_to.last().copied().unwrap_or_default(),
            Self::Listed(keys) => keys.len(),
        }
    }

    /// The key before which so many stand.
    pub(super) fn get(&self, rank: usize) -> Option<i64> {
        match self {
            Self::Counted { least, up_to } => {
                let more = up_to.partition_point(|keys| *keys <= rank);
                (more < up_to.len()).then(|| least.saturating_add_unsigned(more as u64))
            }
            Self::Listed(keys) => keys.get(rank).copied(),
        }
    }

    /// The key that there is most often, the least of several, and how often.
    pub(super) fn commonest(&self) -> Option<(i64, usize)> {
        match self {
            Self::Counted { least, up_to } => {
                let before = std::iter::once(&0).chain(up_to);
                let counts = up_to.iter().zip(before).map(|(up_to, before)| up_to - before);
                let (more, count) = (0..).zip(counts).min_by_key(|(_, count)| Reverse(*count))?;
                Some((least.saturating_add_unsigned(more), count))
            }
            Self::Listed(keys) => {
                let equal = keys.chunk_by(|left, right| left == right);
                let commonest = equal.min_by_key(|it| Reverse(it.len()))?;
                commonest.first().map(|key| (*key, commonest.len()))
            }
        }
    }
}

/// How many keys are at most each integer from `least` on, to the one that comes so many later.
fn counted(keys: &[i64], least: i64, last: usize) -> Vec<usize> {
    let mut up_to = vec![0; last + 1];
    for key in keys {
        let place = usize::try_from(key.abs_diff(least)).ok();
        if let Some(count) = place.and_then(|place| up_to.get_mut(place)) {
            *count += 1;
        }
    }
    let mut before = 0;
    for count in &mut up_to {
        before += *count;
        *count = before;
    }
    up_to
}

/// Keys, which are in such a range, from the least to the greatest.
///
/// Cents differ in few of their bits: a pass for each 11 of them puts the keys in order, without
/// comparing any (Knuth, *The Art of Computer Programming* 3, § 5.2.5).
fn listed(keys: &[i64], least: i64, range: u64) -> Vec<i64> {
    let passes = (u64::BITS - range.leading_zeros()).div_ceil(BITS);
    if passes > PASSES || keys.len() < 1 << BITS {
        let mut sorted = keys.to_vec();
        sorted.sort_unstable();
        return sorted;
    }
    let (mut sorted, mut before) = (vec![0; keys.len()], Vec::new());
    for pass in 0..passes {
        let digit = |key: i64| (key.abs_diff(least) >> (pass * BITS)) & DIGIT;
        if pass == 0 {
            by_digit(keys, &mut sorted, digit);
        } else {
            before.resize(keys.len(), 0);
            std::mem::swap(&mut before, &mut sorted);
            by_digit(&before, &mut sorted, digit);
        }
    }
    sorted
}

/// Puts keys in the order of a digit; those with the same one stay in theirs.
fn by_digit(keys: &[i64], sorted: &mut [i64], digit: impl Fn(i64) -> u64) {
    let mut next = [0; 1 << BITS];
    let count = |next: &mut [usize], key| {
        let place = usize::try_from(digit(key)).ok().and_then(|digit| next.get_mut(digit));
        place.map(|place| std::mem::replace(place, *place + 1))
    };
    for &key in keys {
        count(&mut next, key);
    }
    let mut before = 0;
    for place in &mut next {
        before += std::mem::replace(place, before);
    }
    for &key in keys {
        if let Some(place) = count(&mut next, key).and_then(|at| sorted.get_mut(at)) {
            *place = key;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    fn keys() -> impl Strategy<Value = Vec<i64>> {
        // From none to more than a pass is worth, of few bits, of many, and of both signs.
        let bits = 0..64_u32;
        bits.prop_flat_map(|bits| {
            let key = any::<i64>().prop_map(move |key| key >> bits);
            prop_oneof![
                proptest::collection::vec(key.clone(), 0..100),
                proptest::collection::vec(key, 2_048..4_096),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn keys_stand_as_comparing_puts_them(keys in keys()) {
            let mut expected = keys.clone();
            expected.sort();
            let sorted = Sorted::of(&keys);
            prop_assert_eq!(sorted.len(), keys.len());
            let found: Vec<i64> = (0..keys.len()).map(|rank| sorted.get(rank).unwrap()).collect();
            prop_assert_eq!(&found, &expected);
            prop_assert_eq!(sorted.get(keys.len()), None);

            let mut times = BTreeMap::new();
            keys.iter().for_each(|key| *times.entry(*key).or_insert(0) += 1);
            let most = times.values().max().copied();
            let commonest = times.into_iter().find(|(_, count)| Some(*count) == most);
            prop_assert_eq!(sorted.commonest(), commonest);
        }
    }
}
