//! Whether segments treat groups of people unlike.

use loyalty::segment::disparity::{Disparity, Fairness, Finding};

use super::study::Study;

/// The comparisons by one attribute.
pub struct Fair {
    pub attribute: &'static str,
    pub looked_at: usize,
    /// Those that differ beyond the limit, the farthest first.
    pub unlike: Vec<Disparity>,
}

/// By each attribute that is known of the shoppers.
pub fn fair(study: &Study) -> Vec<Fair> {
    let by = |group: &super::households::Group| {
        let found = Fairness::default().look(&study.memberships, &group.of, None);
        let told = |it: &&Disparity| !matches!(it.finding, Finding::TooFew { .. });
        let looked_at = found.iter().filter(told).count();
        let mut unlike: Vec<Disparity> =
            found.into_iter().filter(|it| it.finding == Finding::Unlike).collect();
        let points = |it: &Disparity| it.difference.map_or(0.0, |found| found.value.abs());
        unlike.sort_by(|left, right| points(right).total_cmp(&points(left)));
        Fair { attribute: group.name, looked_at, unlike }
    };
    study.shoppers.groups.iter().map(by).collect()
}
