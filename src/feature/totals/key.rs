//! What totals are kept by.

use self::sealed::Spread;

/// What totals are kept by: a customer, or a customer and one of their orders or days.
pub trait Key: Copy + Default + Ord + Send + Sync + Spread {}

/// A customer.
impl Key for u64 {}

/// A customer and an order of theirs.
impl Key for [u64; 2] {}

/// How many parts there are.
pub(super) const PARTS: usize = 1 << PART_BITS;

/// How many bits of a spread key say in which part it is.
pub(super) const PART_BITS: u32 = 8;

/// In which part a key is, and what tells it from the others there: spread, and without the bits
/// that all of the part share. As many bits of the first word are free at its end.
#[inline]
pub(super) fn parted<K: Key>(key: K) -> (usize, K) {
    let spread = key.spread();
    let part = usize::try_from(spread.first() >> (u64::BITS - PART_BITS)).unwrap_or(0);
    (part, spread.with_first(spread.first() << PART_BITS))
}

/// The key that is told from the others of a part in this way.
pub(super) fn whole<K: Key>(part: usize, within: K) -> K {
    let shared = (part as u64) << (u64::BITS - PART_BITS);
    within.with_first((within.first() >> PART_BITS) | shared).gathered()
}

mod sealed {
    /// A key as words.
    pub trait Spread: Sized {
        /// For each key another one, of whose first word all bits depend on all bits of the key.
        fn spread(self) -> Self;

        /// The key of which `self` is what [`Spread::spread`] gives.
        fn gathered(self) -> Self;

        /// The first word.
        fn first(self) -> u64;

        /// The same with another first word.
        fn with_first(self, first: u64) -> Self;
    }

    /// By the finalizer of MurmurHash3.
    impl Spread for u64 {
        #[inline]
        fn spread(self) -> Self {
            let mut bits = self;
            bits = (bits ^ (bits >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
            bits = (bits ^ (bits >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
            bits ^ (bits >> 33)
        }

        #[inline]
        fn gathered(self) -> Self {
            // The same steps backwards, with the inverses of the factors.
            let mut bits = self;
            bits = (bits ^ (bits >> 33)).wrapping_mul(0x9cb4_b2f8_1293_37db);
            bits = (bits ^ (bits >> 33)).wrapping_mul(0x4f74_430c_22a5_4005);
            bits ^ (bits >> 33)
        }

        #[inline]
        fn first(self) -> u64 {
            self
        }

        #[inline]
        fn with_first(self, first: u64) -> Self {
            first
        }
    }

    impl Spread for [u64; 2] {
        #[inline]
        fn spread(self) -> Self {
            let [customer, order] = self;
            [(customer.spread().rotate_left(32) ^ order).spread(), order]
        }

        #[inline]
        fn gathered(self) -> Self {
            let [first, order] = self;
            [(first.gathered() ^ order).rotate_right(32).gathered(), order]
        }

        #[inline]
        fn first(self) -> u64 {
            let [first, _] = self;
            first
        }

        #[inline]
        fn with_first(self, first: u64) -> Self {
            let [_, order] = self;
            [first, order]
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_key_is_told_by_its_part_and_what_it_is_there(customer: u64, order: u64) {
            let (part, within) = parted(customer);
            prop_assert_eq!(within & 0xff, 0);
            prop_assert_eq!(whole(part, within), customer);

            let (part, within) = parted([customer, order]);
            prop_assert_eq!(within[0] & 0xff, 0);
            prop_assert_eq!(whole(part, within), [customer, order]);
        }
    }
}
