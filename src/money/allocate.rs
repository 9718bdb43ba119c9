//! Splitting an amount over lines without losing or inventing a cent.

use crate::id::LineId;

use super::Money;

/// A line that takes part in an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share<'a> {
    /// The line, whose id breaks ties.
    pub line: &'a LineId,
    /// What the line is worth: its weight, and the most that it can get.
    pub worth: Money,
}

/// The outcome of an allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// What each share got, in the order of the shares.
    pub parts: Vec<Money>,
    /// What no line could take, because the lines are worth less than the amount.
    pub unused: Money,
}

/// Splits an amount over lines; hosts bring their own where another system's cents must be matched.
///
/// Laws (`laws::allocator` checks them): parts and what is unused sum to the amount; no part is
/// negative or exceeds its line's worth; a line worth nothing gets nothing; the order of the shares
/// does not matter.
pub trait Allocator: Send + Sync {
    /// Splits `amount`, which is not negative, over `shares`, which are all of its currency.
    ///
    /// A negative amount, or a share that is negative or of another currency, takes no part.
    fn allocate(&self, amount: Money, shares: &[Share<'_>]) -> Allocation;
}

/// Proportional to worth, rounded down; the cents left over go one each to the largest remainders
/// (Hamilton's method), ties to the line of larger worth, then to the smaller line id.
///
/// # Complexity
/// O(n log n).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct LargestRemainder;

impl Allocator for LargestRemainder {
    fn allocate(&self, amount: Money, shares: &[Share<'_>]) -> Allocation {
        let currency = amount.currency();
        let worth = |share: &Share<'_>| {
            if share.worth.currency() == currency {
                i128::from(share.worth.minor().max(0))
            } else {
                0
            }
        };
        let weights: Vec<(&LineId, i128)> =
            shares.iter().map(|share| (share.line, worth(share))).collect();
        let total: i128 = weights.iter().map(|(_, worth)| worth).sum();
        let spread = i128::from(amount.minor()).clamp(0, total);
        let parts = apportion(spread, &weights);

        let money =
            |minor: i128| Money::from_minor(i64::try_from(minor).unwrap_or(i64::MAX), currency);
        Allocation {
            parts: parts.into_iter().map(money).collect(),
            unused: money(i128::from(amount.minor()) - spread),
        }
    }
}

/// Splits `amount` over lines in proportion to their weights, as [`LargestRemainder`] does; neither
/// is negative, and no product of both exceeds 127 bits. Without any weight nobody gets anything.
pub(crate) fn apportion(amount: i128, weights: &[(&LineId, i128)]) -> Vec<i128> {
    let total: i128 = weights.iter().map(|(_, weight)| weight).sum();
    let mut parts = Vec::with_capacity(weights.len());
    let mut remainders = Vec::new();
    let mut left = amount;
    for (index, &(line, weight)) in weights.iter().enumerate() {
        let product = amount * weight;
        let part = product.checked_div(total).unwrap_or(0);
        let remainder = product.checked_rem(total).unwrap_or(0);
        left -= part;
        parts.push(part);
        if remainder > 0 {
            remainders.push((remainder, weight, line, index));
        }
    }
    remainders.sort_by(|a, b| (b.0, b.1, a.2).cmp(&(a.0, a.1, b.2)));
    for &(.., index) in remainders.iter().take(usize::try_from(left).unwrap_or(0)) {
        if let Some(part) = parts.get_mut(index) {
            *part += 1;
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn check(amount: i64, worths: &[i64], parts: &[i64], unused: i64) {
        let ids: Vec<LineId> =
            (0..worths.len()).map(|i| LineId::new(format!("{i:02}")).unwrap()).collect();
        let euro = |minor| Money::from_minor(minor, Currency::EUR);
        let shares: Vec<Share<'_>> = ids
            .iter()
            .zip(worths)
            .map(|(line, &worth)| Share { line, worth: euro(worth) })
            .collect();
        let found = LargestRemainder.allocate(euro(amount), &shares);
        let expected = Allocation {
            parts: parts.iter().map(|&part| euro(part)).collect(),
            unused: euro(unused),
        };
        assert_eq!(found, expected, "{amount} over {worths:?}");
    }

    #[test]
    fn largest_remainder_gives_the_worked_splits() {
        check(1_000, &[3_333, 3_333, 3_334], &[333, 333, 334], 0);
        check(5, &[100; 7], &[1, 1, 1, 1, 1, 0, 0], 0);
        check(500, &[1, 999], &[0, 500], 0);
        check(299, &[4_300, 1_400, 2_300], &[161, 52, 86], 0);
    }

    #[test]
    fn more_than_the_lines_are_worth_is_reported_unused() {
        check(2_000, &[500, 300], &[500, 300], 1_200);
        check(10, &[], &[], 10);
        check(10, &[0, 0], &[0, 0], 10);
    }

    #[test]
    fn a_line_worth_nothing_gets_nothing_and_takes_no_cent_from_others() {
        check(7, &[0, 10, -5, 10], &[0, 4, 0, 3], 0);
        check(-7, &[10], &[0], -7);
    }

    #[test]
    fn the_greatest_amounts_do_not_overflow() {
        check(i64::MAX, &[i64::MAX, i64::MAX], &[i64::MAX / 2 + 1, i64::MAX / 2], 0);
    }
}
