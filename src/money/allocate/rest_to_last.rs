//! Rounded down, and the rest to the last line.

use super::{Allocation, Allocator, Share, fill, share_of};
use crate::id::LineId;
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

fn split(amount: i128, weights: &[(&LineId, i128)]) -> Vec<i128> {
    let total: i128 = weights.iter().map(|(_, weight)| weight).sum();
    let share = |(_, weight): &(_, i128)| share_of(amount, *weight, total).0;
    let mut parts: Vec<i128> = weights.iter().map(share).collect();
    let left = amount - parts.iter().sum::<i128>();
    if let Some(last) = parts.last_mut() {
        *last += left;
    }
    parts
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
