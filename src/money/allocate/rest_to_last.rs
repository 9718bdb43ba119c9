//! Rounded down, and the rest to the last line.

use super::{Allocation, Allocator, Open, Share, fill, share_of, worth};
use crate::money::Money;

/// Proportional to worth, rounded down; the last line by id gets all that is left over.
///
/// Shopify documents its splits so (`approximateAllocatedAmountPerItem`: 4 cents on 3 units are
/// 1, 1 and 2 cents), and Solidus tests for it (`distributed_amounts_handler_spec.rb`: "applies the
/// remainder of the total amount to the last item").
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RestToLast;

impl Allocator for RestToLast {
    fn allocate(&self, amount: Money, shares: &[Share<'_>]) -> Allocation {
        fill(amount, shares, split)
    }
}

fn split(amount: i128, open: &mut [Open<'_>]) {
    let total = worth(open);
    let mut left = amount;
    for line in open.iter_mut() {
        (line.part, _) = share_of(amount, line.worth, total);
        left -= line.part;
    }
    if let Some(last) = open.last_mut() {
        last.part += left;
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;
    use super::*;

    #[test]
    fn the_last_line_gets_the_rest() {
        // shopify.dev, Admin GraphQL 2025-10, `FinancialSummaryDiscountAllocation`.
        check(&RestToLast, 4, &[100, 100, 100], &[1, 1, 2]);
        // Solidus, `core/spec/models/spree/distributed_amounts_handler_spec.rb`: 10.00 over three
        // lines of 50.00, 15.00 over 150.00, 50.00 and 100.00.
        check(&RestToLast, 1_000, &[5_000, 5_000, 5_000], &[333, 333, 334]);
        check(&RestToLast, 1_500, &[15_000, 5_000, 10_000], &[750, 250, 500]);
    }
}
