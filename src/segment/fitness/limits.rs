//! From which numbers on something is wrong with a segmentation.

use serde::{Deserialize, Serialize};

use super::Gravity;

/// From which number on there is a warning, and from which on a refusal.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Beyond this it is a warning.
    pub warn: f64,
    /// Beyond this it is a refusal.
    pub refuse: f64,
}

/// The limits of what is fit for use; each has a usual value, with its reason.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// A segment of fewer customers is too small to act on: 50 and 10. Fewer than about 50 show no
    /// effect of an offer, and fewer than 10 are persons and not a group.
    pub size: Limit,
    /// So is one of a smaller share of all customers: 0.01 and 0, which never refuses.
    pub share: Limit,
    /// More segments are too many: 12 and 30; nobody keeps more apart.
    pub segments: Limit,
    /// A greater share of customers without a segment leaves out too many: 0.2 and 0.5.
    pub unassigned: Limit,
    /// A lesser mean silhouette tells of no substantial groups: 0.25 and 0.1 (L. Kaufman and
    /// P. Rousseeuw, "Finding Groups in Data", 1990, table 4 of chapter 2).
    pub silhouette: Limit,
    /// Segments that explain less above cuts through customers without groups, in standard
    /// errors, may be such cuts: 3 and 2.
    pub structure: Limit,
    /// A lesser mean adjusted Rand index of refits is unstable: 0.8 and 0.65, below which agreement
    /// is no longer good, and poor (D. Steinley, "Properties of the Hubert–Arabie adjusted Rand
    /// index", Psychological Methods 9, 2004).
    pub stability: Limit,
    /// A segment of a lesser mean Jaccard index in refits does not recur: 0.75 and 0, which never
    /// refuses (C. Hennig, "Cluster-wise assessment of cluster stability", Computational Statistics
    /// & Data Analysis 52, 2007).
    pub recurrence: Limit,
    /// A feature with a greater share of the differences between segments dominates them: 0.8 and
    /// 0.95. With one feature there is nothing to dominate.
    pub dominance: Limit,
    /// A customer with a greater share of all squared distances from the mean is an outlier: 0.1
    /// and 0.5, and in any case ten times the share of an average customer.
    pub outlier: Limit,
    /// Two segments whose customers, seen along the line between their centers, are as normal as
    /// this are one cloud that was cut: 1.8692 and 0, which never refuses. It is the statistic of
    /// T. Anderson and D. Darling with the limit of G. Hamerly and C. Elkan, "Learning the k in
    /// k-means" (NIPS 2003), which a normal cloud exceeds once in ten thousand times.
    pub cloud: Limit,
    /// The most customers whose silhouettes are looked at, and on whom is fitted anew, spread
    /// evenly over the rows of the table; 2000.
    pub most: usize,
    /// How often a recipe is fitted anew; 20.
    pub refits: usize,
    /// How often customers without groups are made up to be compared with; 20.
    pub references: usize,
    /// Where all chance comes from; 0.
    pub seed: u64,
}

impl Default for Limits {
    fn default() -> Self {
        let bound = |warn, refuse| Limit { warn, refuse };
        Self {
            size: bound(50.0, 10.0),
            share: bound(0.01, 0.0),
            segments: bound(12.0, 30.0),
            unassigned: bound(0.2, 0.5),
            silhouette: bound(0.25, 0.1),
            structure: bound(3.0, 2.0),
            stability: bound(0.8, 0.65),
            recurrence: bound(0.75, 0.0),
            dominance: bound(0.8, 0.95),
            outlier: bound(0.1, 0.5),
            cloud: bound(1.8692, 0.0),
            most: 2000,
            refits: 20,
            references: 20,
            seed: 0,
        }
    }
}

impl Limit {
    /// How grave a number below the bound is, and the limit that it is below; nothing if it is not.
    pub(super) fn below(self, found: f64) -> Option<(Gravity, f64)> {
        if found < self.refuse {
            return Some((Gravity::Refusal, self.refuse));
        }
        (found < self.warn).then_some((Gravity::Warning, self.warn))
    }

    /// How grave a number above the bound is, and the limit that it is above; nothing if it is not.
    pub(super) fn above(self, found: f64) -> Option<(Gravity, f64)> {
        if found > self.refuse {
            return Some((Gravity::Refusal, self.refuse));
        }
        (found > self.warn).then_some((Gravity::Warning, self.warn))
    }
}
