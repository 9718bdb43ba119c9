//! From the last line to the first, each its share of what is left.

use super::{Allocation, Allocator, Open, Share, fill, share_of, worth};
use crate::money::Money;

/// From the last line by id to the first, each gets its share of what is left for it and those
/// before it, rounded down; so the cents left over go to the first lines.
///
/// The Ruby gem `money` allocates so (`Money::Allocation`), and with it Spree and Solidus, whose
/// `DistributedAmountsHandler` calls it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ShareOfRest;

impl Allocator for ShareOfRest {
    fn allocate(&self, amount: Money, shares: &[Share<'_>]) -> Allocation {
        fill(amount, shares, split)
    }
}

fn split(amount: i128, open: &mut [Open<'_>]) {
    let mut total = worth(open);
    let mut left = amount;
    for line in open.iter_mut().rev() {
        (line.part, _) = share_of(left, line.worth, total);
        left -= line.part;
        total -= line.worth;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check_weights;
    use super::*;

    #[test]
    fn the_first_lines_get_the_cents_left_over() {
        // RubyMoney, `spec/money/allocation_spec.rb`: whole amounts.
        check_weights(&ShareOfRest, 5, &[1, 1], &[3, 2]);
        check_weights(&ShareOfRest, 2, &[1, 1, 1], &[1, 1, 0]);
        check_weights(&ShareOfRest, 100, &[1, 1, 1], &[34, 33, 33]);
        check_weights(&ShareOfRest, 100, &[1; 6], &[17, 17, 17, 17, 16, 16]);
        check_weights(&ShareOfRest, 100, &[7, 3], &[70, 30]);
        check_weights(&ShareOfRest, 10, &[1, 1, 2], &[3, 2, 5]);
        check_weights(&ShareOfRest, 10, &[1, 2, 1], &[3, 5, 2]);
        check_weights(&ShareOfRest, 100, &[1, 1, 0], &[50, 50, 0]);
    }
}
