//! Rounding that is carried on from line to line.

use super::{Allocation, Allocator, Open, Share, fill, share_of, worth};
use crate::money::{Money, Rounding};

/// From the first line by id to the last, each gets what rounds the sum so far right, less what was
/// given so far: no sum of first lines is off by a cent.
///
/// Magento does so with halves up (`DeltaPriceRound`: what rounding a line gained or lost is
/// carried over to the next).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct CumulativeRounding {
    /// What is done with a fraction of a cent of the sum so far.
    pub rounding: Rounding,
}

impl Allocator for CumulativeRounding {
    fn allocate(&self, amount: Money, shares: &[Share<'_>]) -> Allocation {
        fill(amount, shares, |amount, open| split(amount, open, self.rounding))
    }
}

fn split(amount: i128, open: &mut [Open<'_>], rounding: Rounding) {
    let total = worth(open);
    // The sum so far is `whole + fraction / total`.
    let (mut whole, mut fraction, mut given) = (0, 0, 0);
    for line in open {
        let (floor, remainder) = share_of(amount, line.worth, total);
        fraction += remainder;
        let carried = i128::from(fraction >= total);
        fraction -= carried * total;
        whole += floor + carried;
        line.part = rounded(whole, fraction, total, rounding) - given;
        given += line.part;
    }
}

/// `whole + fraction / total` without a fraction; what matters of `whole` is whether it is even.
fn rounded(whole: i128, fraction: i128, total: i128, rounding: Rounding) -> i128 {
    let odd = whole.rem_euclid(2);
    whole - odd + rounding.divide(odd * total + fraction, total).map_or(odd, i128::from)
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn what_rounding_gained_is_carried_on() {
        // Magento 2, `DeltaPriceRoundTest`: 1.005 and 1.005 are 1.01 and 1.00.
        check(&CumulativeRounding::default(), 201, &[500, 500], &[101, 100]);
        // 0.666… each: the sums are 0.67, 1.33 and 2.
        check(&CumulativeRounding::default(), 2, &[10, 10, 10], &[1, 0, 1]);
        // 0.5 each: the sums are 0.5, 1, 1.5 and 2.
        check(&CumulativeRounding::default(), 2, &[10; 4], &[1, 0, 1, 0]);
        let even = CumulativeRounding { rounding: Rounding::HalfEven };
        check(&even, 2, &[10; 4], &[0, 1, 1, 0]);
        let down = CumulativeRounding { rounding: Rounding::Down };
        check(&down, 2, &[10; 4], &[0, 1, 0, 1]);
    }

    #[test]
    fn the_greatest_amounts_do_not_overflow() {
        let half = i64::MAX / 2;
        let found = CumulativeRounding::default();
        check(&found, i64::MAX, &[i64::MAX, i64::MAX], &[half + 1, half]);
    }
}
