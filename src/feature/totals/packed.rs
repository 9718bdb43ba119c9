//! Rows in few bytes.

use super::Key;
use super::key::PART_BITS;
use super::rows::Row;

/// A row in 16 bytes, or 24 if its key takes 16.
///
/// The first word of the key leaves 8 bits at its end free. They and a further word are for the
/// instant and the amount, which share them as the [`Frame`] has it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packed<K> {
    key: K,
    rest: u64,
}

/// How rows are packed that were near each other in the log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    /// The instant from which the others are counted.
    from: i64,
    /// How many bits at the end of what is counted are zero, as when instants are of whole days.
    zeros: u32,
    /// How many of the 64 bits the instants take; they have those of the key besides.
    bits: u32,
}

/// The bits of the first word of a key that are free.
const FREE: u64 = (1 << PART_BITS) - 1;

/// Of how many rows one is looked at for a frame.
const LOOK: usize = 64;

impl Frame {
    /// A frame for rows with instants like these.
    pub(super) fn of(at: &[i64]) -> Self {
        let seen = || at.iter().step_by(LOOK).copied();
        let from = seen().min().unwrap_or_default();
        let since = |at: i64| at.wrapping_sub(from).cast_unsigned();
        let varied = seen().fold(0, |all, at| all | since(at));
        let zeros = varied.trailing_zeros() % u64::BITS;
        let bits = (u64::BITS - varied.leading_zeros()).saturating_sub(zeros + PART_BITS);
        // At least a bit is left to either of both.
        Self { from, zeros, bits: bits.clamp(1, u64::BITS - PART_BITS - 1) }
    }

    /// The row in few bytes; `None` if the bits do not suffice.
    #[inline]
    pub(super) fn pack<K: Key>(self, row: Row<K>) -> Option<Packed<K>> {
        // What is no multiple has bits among the first then.
        let since = row.at.wrapping_sub(self.from).cast_unsigned().rotate_right(self.zeros);
        let net = (row.net_minor << self.bits).cast_unsigned();
        let fits = since >> (PART_BITS + self.bits) == 0
            && net.cast_signed() >> self.bits == row.net_minor;
        let first = row.key.first() | (since >> self.bits);
        let rest = (since << (u64::BITS - self.bits)) | (net >> self.bits);
        fits.then_some(Packed { key: row.key.with_first(first), rest })
    }

    /// The row as it was.
    #[inline]
    pub(super) fn unpack<K: Key>(self, packed: &Packed<K>) -> Row<K> {
        let first = packed.key.first();
        let since = ((first & FREE) << self.bits) | (packed.rest >> (u64::BITS - self.bits));
        Row {
            key: packed.key.with_first(first & !FREE),
            at: self.from.wrapping_add(since.rotate_left(self.zeros).cast_signed()),
            net_minor: (packed.rest << self.bits).cast_signed() >> self.bits,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const DAY: i64 = 86_400_000_000_000;

    fn row(at: i64, net_minor: i64) -> Row<u64> {
        Row { key: 0xabcd_ef00, at, net_minor }
    }

    /// The bits of instants and amounts of any size.
    fn number() -> impl Strategy<Value = i64> {
        (any::<i64>(), 0..64_u32).prop_map(|(number, bits)| number >> bits)
    }

    proptest! {
        #[test]
        fn what_is_packed_is_as_it_was(
            seen in proptest::collection::vec(number(), 0..300),
            (key, order) in any::<(u64, u64)>(),
            (at, net_minor) in (number(), number()),
        ) {
            let (key, frame) = ([key & !FREE, order], Frame::of(&seen));
            for at in seen.into_iter().chain([at]) {
                if let Some(packed) = frame.pack(Row { key, at, net_minor }) {
                    let found = frame.unpack(&packed);
                    prop_assert_eq!((found.key, found.at, found.net_minor), (key, at, net_minor));
                }
            }
        }
    }

    #[test]
    fn instants_and_amounts_share_72_bits() {
        // Nanoseconds of a year take 55 bits, which leaves 17 for an amount and its sign.
        let mut seen = vec![0; LOOK + 1];
        seen[LOOK] = 365 * DAY + 1;
        let frame = Frame::of(&seen);
        for (at, net_minor, fits) in [
            (365 * DAY, 65_535, true),
            (365 * DAY, -65_536, true),
            (365 * DAY, 65_536, false),
            (12_345_678_901, 65_535, true),
            ((1 << 55) - 1, 0, true),
            (1 << 55, 0, false),
            (-1, 0, false),
        ] {
            assert_eq!(frame.pack(row(at, net_minor)).is_some(), fits, "{at} {net_minor}");
        }
        // A day is 2^16 times an odd number: those of ten years take 43 bits, and leave 29.
        let days: Vec<i64> = (0..3_653 * 64).map(|day| day / 64 * DAY).collect();
        let frame = Frame::of(&days);
        for (at, net_minor, fits) in [
            (3_652 * DAY, (1 << 28) - 1, true),
            (3_652 * DAY, 1 << 28, false),
            (DAY + 1, 100, false),
        ] {
            assert_eq!(frame.pack(row(at, net_minor)).is_some(), fits, "{at} {net_minor}");
        }
    }
}
