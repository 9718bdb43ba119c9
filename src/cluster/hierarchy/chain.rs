//! The chain of nearest neighbors, which finds the merges of every linkage for which clusters do
//! not come nearer to others by being joined.
//!
//! F. Murtagh, "A survey of recent advances in hierarchical clustering algorithms", The Computer
//! Journal 26 (1983), 354–359. Slots are those of SciPy, so that ties are settled as there: of two
//! clusters the joined one keeps the greater slot, and of equally near ones the least slot counts.

use super::edges::Edge;

/// Clusters that can be joined, each in a slot.
pub(super) trait Clusters {
    /// The number of slots.
    fn count(&self) -> usize;

    /// The nearest of a cluster and its distance: `before` if none is nearer, else the least slot;
    /// `likely` may be it.
    fn nearest(
        &mut self,
        slot: usize,
        before: Option<usize>,
        likely: Option<usize>,
    ) -> Option<(usize, f64)>;

    /// Joins two clusters: `gone`, and `kept` in whose slot they are then.
    fn join(&mut self, gone: usize, kept: usize);
}

/// All merges in the order in which they are found, with distances that never fall from a cluster
/// to a greater one.
pub(super) fn merges(clusters: &mut impl Clusters) -> Vec<Edge> {
    let count = clusters.count();
    let mut edges = Vec::with_capacity(count);
    let mut levels: Vec<Option<f64>> = vec![Some(0.0); count];
    let mut chain: Vec<usize> = Vec::new();
    let (mut first, mut likely) = (0, None);
    while edges.len() + 1 < count {
        let Some(&slot) = chain.last() else {
            while levels.get(first).is_some_and(Option::is_none) {
                first += 1;
            }
            chain.push(first);
            continue;
        };
        let before = chain.len().checked_sub(2).and_then(|at| chain.get(at)).copied();
        let Some((next, distance)) = clusters.nearest(slot, before, likely) else {
            break;
        };
        likely = None;
        if before != Some(next) {
            chain.push(next);
            continue;
        }
        chain.truncate(chain.len() - 2);
        let (gone, kept) = (slot.min(next), slot.max(next));
        let lower = levels.get_mut(gone).and_then(Option::take);
        let Some(Some(level)) = levels.get_mut(kept) else { break };
        *level = distance.max(*level).max(lower.unwrap_or_default());
        edges.push(Edge { left: gone, right: kept, height: *level });
        clusters.join(gone, kept);
        // What is the end of the chain now had one of the two as its nearest.
        likely = Some(kept).filter(|_| !chain.is_empty());
    }
    edges
}
