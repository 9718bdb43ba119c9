//! Splitting an amount over lines without losing or inventing a cent.
//!
//! [`LargestRemainder`] is the default. The others are for hosts whose cents must be those of
//! another system; each names the system whose documentation or tests it follows. All of them obey
//! the laws, so that where a method depends on the order of the lines, that is the order of ids.

mod cents_to_first;
mod cumulative;
mod largest_remainder;
mod rest_to_last;
mod share_of_rest;

use std::cmp::Ordering;

use crate::id::LineId;

use super::rounding::floor_and_remainder;
use super::{Currency, Money};

pub use cents_to_first::CentsToFirst;
pub use cumulative::CumulativeRounding;
pub use largest_remainder::LargestRemainder;
pub(crate) use largest_remainder::apportion;
pub use rest_to_last::RestToLast;
pub use share_of_rest::ShareOfRest;

/// A line that takes part in an allocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Share<'a> {
    /// The line, whose id breaks ties.
    pub line: &'a LineId,
    /// What the line is worth: its weight. A line worth nothing gets nothing.
    pub worth: Money,
    /// The most that it can get.
    pub room: Money,
}

impl<'a> Share<'a> {
    /// A line that can get all that it is worth.
    #[must_use]
    pub const fn new(line: &'a LineId, worth: Money) -> Self {
        Self { line, worth, room: worth }
    }

    /// The same line, that can get `room` at most.
    #[must_use]
    pub const fn up_to(self, room: Money) -> Self {
        Self { room, ..self }
    }
}

/// The outcome of an allocation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allocation {
    /// What each share got, in the order of the shares.
    pub parts: Vec<Money>,
    /// What no line could take, because together they have less room than the amount.
    pub unused: Money,
}

/// Splits an amount over lines; hosts bring their own where another system's cents must be matched.
///
/// Laws (`laws::allocator` checks them): parts and what is unused sum to the amount; no part is
/// negative or exceeds its line's room; a line worth nothing gets nothing; nothing is unused while
/// a line that is worth something has room; the order of the shares does not matter.
///
/// ```
/// use loyalty::money::{Allocator, CentsToFirst, Currency, LargestRemainder, Money, Share};
///
/// let cents = |minor| Money::from_minor(minor, Currency::EUR);
/// let ids = ["1".parse()?, "2".parse()?, "3".parse()?];
/// let worths = [cents(4_300), cents(1_400), cents(2_300)];
/// let shares: Vec<Share<'_>> =
///     ids.iter().zip(worths).map(|(line, worth)| Share::new(line, worth)).collect();
/// // 161.25, 52.50 and 86.25 cents: the one that is left over goes to the largest remainder, or
/// // where the cents of another system must be matched, as that system does it.
/// let ours = LargestRemainder.allocate(cents(300), &shares);
/// assert_eq!(ours.parts, [161, 53, 86].map(cents));
/// let theirs = CentsToFirst.allocate(cents(300), &shares);
/// assert_eq!(theirs.parts, [162, 52, 86].map(cents));
/// # Ok::<(), loyalty::id::IdError>(())
/// ```
pub trait Allocator: Send + Sync {
    /// Splits `amount`, which is not negative, over `shares`, which are all of its currency.
    ///
    /// A negative amount, or a share that is negative or of another currency, takes no part.
    fn allocate(&self, amount: Money, shares: &[Share<'_>]) -> Allocation;
}

/// A line that can take something, in minor units: what it is worth and its room are more than
/// nothing.
struct Open<'a, K = LineId> {
    /// Where it stands among the shares.
    index: usize,
    line: &'a K,
    worth: i128,
    room: i128,
    /// What a method gives it.
    part: i128,
    /// What rounding its part down took from it, for methods that look at it.
    remainder: i128,
}

/// Splits by `method`, and gives lines that would exceed their room just their room: the rest is
/// split again over the others, until none exceeds it.
///
/// `method` splits an amount that is not negative over lines in the order of their ids, in
/// proportion to worth, into parts that sum to the amount; the product of both fits 127 bits. It
/// may leave the lines in another order.
fn fill(amount: Money, shares: &[Share<'_>], method: impl Fn(i128, &mut [Open<'_>])) -> Allocation {
    let currency = amount.currency();
    let money = |minor: i128| Money::from_minor(i64::try_from(minor).unwrap_or(i64::MAX), currency);
    let mut open = open(shares, currency);
    let room: i128 = open.iter().map(|line| line.room).sum();
    let spread = i128::from(amount.minor()).clamp(0, room);
    let mut parts = vec![Money::zero(currency); shares.len()];
    let mut left = spread;
    while left > 0 && !open.is_empty() {
        open.sort_by(Open::by_line);
        method(left, &mut open);
        let exceeds = open.iter().any(|line| line.part > line.room);
        open.retain(|line| {
            if exceeds && line.part <= line.room {
                return true;
            }
            let part = line.part.min(line.room);
            left -= part;
            if let Some(slot) = parts.get_mut(line.index) {
                *slot = money(part);
            }
            false
        });
    }
    Allocation { parts, unused: money(i128::from(amount.minor()) - spread) }
}

/// The shares that can take something.
fn open<'a>(shares: &[Share<'a>], currency: Currency) -> Vec<Open<'a>> {
    let minor = |money: Money| {
        if money.currency() == currency { i128::from(money.minor().max(0)) } else { 0 }
    };
    let mut open = Vec::with_capacity(shares.len());
    for (index, share) in shares.iter().enumerate() {
        let (worth, room) = (minor(share.worth), minor(share.room));
        if worth > 0 && room > 0 {
            open.push(Open::new(index, share.line, worth, room));
        }
    }
    open
}

impl<'a, K: Ord> Open<'a, K> {
    const fn new(index: usize, line: &'a K, worth: i128, room: i128) -> Self {
        Self { index, line, worth, room, part: 0, remainder: 0 }
    }

    /// By line id; the same id twice, by worth.
    fn by_line(&self, other: &Self) -> Ordering {
        (self.line, self.worth, self.room).cmp(&(other.line, other.worth, other.room))
    }
}

/// What all lines are worth.
fn worth<K>(open: &[Open<'_, K>]) -> i128 {
    open.iter().map(|line| line.worth).sum()
}

/// The exact share of `worth` in `amount` as a fraction over `total`: floor and remainder.
fn share_of(amount: i128, worth: i128, total: i128) -> (i128, i128) {
    if total <= 0 { (0, 0) } else { floor_and_remainder(amount * worth, total) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Checks that `allocator` splits `amount` over lines of these worths and rooms.
    pub(super) fn check_within(
        allocator: &dyn Allocator,
        amount: i64,
        lines: &[(i64, i64)],
        parts: &[i64],
        unused: i64,
    ) {
        let ids: Vec<LineId> =
            (0..lines.len()).map(|i| LineId::new(format!("{i:02}")).unwrap()).collect();
        let euro = |minor| Money::from_minor(minor, Currency::EUR);
        let shares: Vec<Share<'_>> = ids
            .iter()
            .zip(lines)
            .map(|(line, &(worth, room))| Share::new(line, euro(worth)).up_to(euro(room)))
            .collect();
        let found = allocator.allocate(euro(amount), &shares);
        let expected = Allocation {
            parts: parts.iter().map(|&part| euro(part)).collect(),
            unused: euro(unused),
        };
        assert_eq!(found, expected, "{amount} over {lines:?}");
    }

    /// The same over lines that can take what they are worth, of which all is used.
    pub(super) fn check(allocator: &dyn Allocator, amount: i64, worths: &[i64], parts: &[i64]) {
        let lines: Vec<(i64, i64)> = worths.iter().map(|&worth| (worth, worth)).collect();
        check_within(allocator, amount, &lines, parts, 0);
    }

    /// The same with weights that say nothing of how much a line can take.
    pub(super) fn check_weights(
        allocator: &dyn Allocator,
        amount: i64,
        weights: &[i64],
        parts: &[i64],
    ) {
        let lines: Vec<(i64, i64)> = weights.iter().map(|&weight| (weight, amount)).collect();
        check_within(allocator, amount, &lines, parts, 0);
    }

    #[test]
    fn every_method_gives_a_line_its_room_and_splits_the_rest_again() {
        let methods: [&dyn Allocator; 5] = [
            &LargestRemainder,
            &CentsToFirst,
            &RestToLast,
            &ShareOfRest,
            &CumulativeRounding::default(),
        ];
        for method in methods {
            // 12 dollars off a cup of 10, a keyboard of 20 that costs 19 at least, a mouse of 50
            // that costs 50 at least, and headphones of 30 that cost 26 at least; in cents, and
            // in a currency without decimals. The cents are those of the specification of Sylius
            // (`MinimumPriceDistributorSpec`), as are the next ones.
            let cents = [(1_000, 1_000), (2_000, 100), (5_000, 0), (3_000, 400)];
            check_within(method, 1_200, &cents, &[700, 100, 0, 400], 0);
            check_within(method, 12, &[(10, 10), (20, 1), (50, 0), (30, 4)], &[7, 1, 0, 4], 0);
            check_within(method, 2_500, &[(5_000, 500), (6_000, 6_000)], &[500, 2_000], 0);
            check_within(method, 2_000, &[(500, 400), (300, 300)], &[400, 300], 1_300);
            check_within(method, 10, &[(0, 10), (5, 0)], &[0, 0], 10);
        }
    }
}
