//! Sorting of very many integers.

/// How many bits of a key are looked at in a pass.
const BITS: u32 = 11;

/// A digit of which all bits are set.
const DIGIT: u64 = (1 << BITS) - 1;

/// Beyond so many passes, comparing is as fast.
const PASSES: u32 = 4;

/// Sorts keys from the least to the greatest.
///
/// Days, orders and cents differ in few of their bits: a pass for each 11 of them puts the keys
/// in order, without comparing any (Knuth, *The Art of Computer Programming* 3, § 5.2.5).
pub(super) fn sort(keys: &mut Vec<i64>) {
    let (Some(&least), Some(&most)) = (keys.iter().min(), keys.iter().max()) else { return };
    let bits = u64::BITS - most.abs_diff(least).leading_zeros();
    let passes = bits.div_ceil(BITS);
    if passes > PASSES || keys.len() < 1 << BITS {
        return keys.sort_unstable();
    }
    let mut sorted = vec![0; keys.len()];
    for pass in 0..passes {
        let digit = |key: i64| (key.abs_diff(least) >> (pass * BITS)) & DIGIT;
        by_digit(keys, &mut sorted, digit);
        std::mem::swap(keys, &mut sorted);
    }
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
        fn keys_stand_as_comparing_puts_them(mut keys in keys()) {
            let mut expected = keys.clone();
            expected.sort();
            sort(&mut keys);
            prop_assert_eq!(keys, expected);
        }
    }
}
