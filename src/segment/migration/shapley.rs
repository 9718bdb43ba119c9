//! The parts that several changes have in the change of one number.

/// Up to so many changes all of their orders count.
const ALL: usize = 10;

/// The part of each coordinate in how `measure` changes from one point to another, in the order of
/// the coordinates: the parts sum to the whole change. 0 where the coordinate does not change.
///
/// L. Shapley, "A value for n-person games" (1953): the mean over all orders in which the
/// coordinates could have changed. With more than 10 changes it is the mean over two orders, from
/// the first coordinate to the last and back. `None` if a point on the way has no measure.
pub(super) fn shapley(
    from: &[f64],
    to: &[f64],
    measure: impl Fn(&[f64]) -> Option<f64>,
) -> Option<Vec<f64>> {
    let pairs = from.iter().zip(to).enumerate();
    let changed: Vec<usize> =
        pairs.filter(|(_, (from, to))| from != to).map(|(place, _)| place).collect();
    let mut parts = vec![0.0; from.len()];
    if changed.len() > ALL {
        let back: Vec<usize> = changed.iter().rev().copied().collect();
        for order in [&changed, &back] {
            along(order, from, to, &measure, &mut parts)?;
        }
        return Some(parts);
    }
    // The measure with every set of changes, a bit for each.
    let sets = 0..1_usize << changed.len();
    let measured = |set: usize| {
        let mut point = from.to_vec();
        let taken = changed.iter().enumerate().filter(|(bit, _)| set >> bit & 1 == 1);
        for (_, &place) in taken {
            if let (Some(here), Some(there)) = (point.get_mut(place), to.get(place)) {
                *here = *there;
            }
        }
        measure(&point)
    };
    let measured: Vec<f64> = sets.clone().map(measured).collect::<Option<_>>()?;
    let weights = weights(changed.len());
    for (bit, &place) in changed.iter().enumerate() {
        let without = sets.clone().filter(|set| set >> bit & 1 == 0);
        let part = |set: usize| {
            let weight = weights.get(set.count_ones() as usize)?;
            Some(weight * (measured.get(set | 1 << bit)? - measured.get(set)?))
        };
        if let Some(sum) = parts.get_mut(place) {
            *sum = without.filter_map(part).sum();
        }
    }
    Some(parts)
}

/// For each number of changes before one of `n`, s! (n - s - 1)! / n!: which part of all orders
/// has just a given set of s changes before it.
fn weights(n: usize) -> Vec<f64> {
    let mut weights = vec![1.0 / n.max(1) as f64];
    for before in 1..n {
        let last = weights.last().copied().unwrap_or_default();
        weights.push(last * before as f64 / (n - before) as f64);
    }
    weights
}

/// Adds half of what each change makes when they happen in this order.
fn along(
    order: &[usize],
    from: &[f64],
    to: &[f64],
    measure: &impl Fn(&[f64]) -> Option<f64>,
    parts: &mut [f64],
) -> Option<()> {
    let mut point = from.to_vec();
    let mut before = measure(&point)?;
    for &place in order {
        *point.get_mut(place)? = *to.get(place)?;
        let after = measure(&point)?;
        *parts.get_mut(place)? += (after - before) / 2.0;
        before = after;
    }
    Some(())
}
