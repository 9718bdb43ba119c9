//! What totals are kept by.

/// What totals are kept by: a customer, or a customer and one of their orders or days.
pub trait Key: Copy + Default + Ord + Send + Sync + sealed::Sealed {
    /// The key as a number of which all bits depend on all of its bits.
    fn spread(self) -> u64;
}

/// A customer.
impl Key for u64 {
    fn spread(self) -> u64 {
        // The finalizer of MurmurHash3, which no two numbers share.
        let mut bits = self;
        bits = (bits ^ (bits >> 33)).wrapping_mul(0xff51_afd7_ed55_8ccd);
        bits = (bits ^ (bits >> 33)).wrapping_mul(0xc4ce_b9fe_1a85_ec53);
        bits ^ (bits >> 33)
    }
}

/// A customer and an order of theirs.
impl Key for [u64; 2] {
    fn spread(self) -> u64 {
        let [customer, order] = self;
        (customer.spread().rotate_left(32) ^ order).spread()
    }
}

mod sealed {
    pub trait Sealed {}

    impl Sealed for u64 {}

    impl Sealed for [u64; 2] {}
}
