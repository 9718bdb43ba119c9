//! The best split of some points by one threshold.

use super::Criterion;

/// A way to divide points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Division {
    pub(super) column: usize,
    /// The greatest value on the low side.
    pub(super) below: f64,
    /// The least value on the high side.
    pub(super) above: f64,
    /// The impurity that is left, times the weight.
    pub(super) left: f64,
}

/// A point as seen by a split: its value, its class and its weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    pub(super) value: f64,
    pub(super) class: usize,
    pub(super) weight: f64,
}

impl Criterion {
    /// The impurity of points whose classes have these weights, times their weight.
    pub(super) fn impurity(self, weights: &[f64]) -> f64 {
        let total: f64 = weights.iter().sum();
        if total <= 0.0 {
            return 0.0;
        }
        match self {
            Self::Gini => total - weights.iter().map(|weight| weight * weight).sum::<f64>() / total,
            Self::Entropy => {
                let there = weights.iter().filter(|weight| **weight > 0.0);
                there.map(|weight| weight * libm::log2(total / weight)).sum()
            }
        }
    }
}

/// The best division of items by one column, if any leaves `min_leaf` on each side; the items are
/// put in the order of their values.
pub(super) fn best(
    items: &mut [Item],
    column: usize,
    classes: usize,
    criterion: Criterion,
    min_leaf: usize,
) -> Option<Division> {
    items.sort_by(|left, right| left.value.total_cmp(&right.value));
    let mut high = vec![0.0; classes];
    for item in items.iter() {
        *high.get_mut(item.class)? += item.weight;
    }
    let total: f64 = high.iter().sum();
    let mut low = vec![0.0; classes];
    let mut best: Option<Division> = None;
    let pairs = items.iter().zip(items.iter().skip(1)).enumerate();
    for (index, (item, next)) in pairs {
        *low.get_mut(item.class)? += item.weight;
        *high.get_mut(item.class)? -= item.weight;
        let enough = index + 1 >= min_leaf && items.len() - index > min_leaf;
        if item.value == next.value || !enough {
            continue;
        }
        let left = criterion.impurity(&low) + criterion.impurity(&high);
        let found = Division { column, below: item.value, above: next.value, left };
        if best.is_none_or(|best| is_better(&found, &best, total)) {
            best = Some(found);
        }
    }
    best
}

/// Whether a division leaves less impurity than another, beyond what rounding does.
pub(super) fn is_better(found: &Division, best: &Division, total: f64) -> bool {
    found.left < best.left - 1e-12 * total
}

/// The middle between two values, which is less than the upper.
pub(super) fn middle(below: f64, above: f64) -> f64 {
    let middle = below / 2.0 + above / 2.0;
    if middle < above && middle >= below { middle } else { below }
}
