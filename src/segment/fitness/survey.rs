//! Measuring a segmentation, and judging what was measured.

use std::cmp::Reverse;

use ndarray::{Array2, ArrayView2};

use super::{Concern, Defect, Figures, Fitness, Gravity, Limits, Usability};
use super::{cloud, reference, scatter};
use crate::cluster::validation::{recurrence, silhouette};
use crate::feature::{FeatureTable, TableFault};
use crate::path::Problems;
use crate::rule::Text;
use crate::segment::Segmenter;
use crate::segment::clustered::{Clustered, Clusters};

/// What was measured.
pub(super) struct Survey {
    figures: Figures,
    /// The customers of a segment who are looked at closely, in the scaled columns.
    sample: Array2<f64>,
    labels: Vec<usize>,
    /// Pairs of segments, by position, with the statistic of their being one cloud.
    clouds: Vec<(usize, usize, f64)>,
}

impl Survey {
    pub(super) fn of(
        model: &Clustered,
        table: &FeatureTable,
        limits: &Limits,
    ) -> Result<Self, Problems<TableFault>> {
        let coordinates = model.prepared().table(table)?;
        let nothing = Array2::zeros((0, model.model().columns()));
        let matrix = coordinates.matrix().unwrap_or_else(|| nothing.view());
        let found = model.model().labels(matrix);
        let rows: Vec<usize> =
            (0..found.len()).filter(|row| label(&found, *row).is_some()).collect();
        let labels: Vec<usize> = rows.iter().filter_map(|row| label(&found, *row)).collect();
        let inside = matrix.select(ndarray::Axis(0), &rows);
        let outlier = scatter::outlier(inside.view()).and_then(|(place, share)| {
            let customer = coordinates.customers().get(*rows.get(place)?)?;
            Some((customer.clone(), share))
        });
        let segments = model.segments();
        let shares = scatter::dominance(inside.view(), &labels, segments.len());
        let mut dominance: Vec<(Text, f64)> = model.inputs().iter().cloned().zip(shares).collect();
        dominance.sort_by(|left, right| right.1.total_cmp(&left.1));
        let count = |position| labels.iter().filter(|label| **label == position).count();
        let sizes = segments.iter().enumerate().map(|(at, found)| (found.id.clone(), count(at)));
        let customers = table.customers().len();
        let spread = spread(labels.len(), limits.most);
        let sample = inside.select(ndarray::Axis(0), &spread);
        let sampled: Vec<usize> = spread.iter().filter_map(|at| labels.get(*at)).copied().collect();
        let figures = Figures {
            customers,
            unassigned: 1.0 - labels.len() as f64 / customers.max(1) as f64,
            sizes: sizes.collect(),
            silhouette: silhouette(sample.view(), &sampled).ok(),
            structure: model
                .is_by_centers()
                .then(|| reference::structure(sample.view(), &sampled, limits))
                .flatten(),
            stability: None,
            recurrence: Vec::new(),
            dominance,
            outlier,
        };
        let clouds = cloud::all(inside.view(), &labels, segments.len());
        Ok(Self { figures, sample, labels: sampled, clouds })
    }

    /// Fits anew on resampled customers.
    pub(super) fn refit(&mut self, model: &Clustered, recipe: &Clusters, limits: &Limits) {
        let (points, labels) = (self.sample.view(), &self.labels);
        let found = recurrence(points, labels, limits.refits, limits.seed, |sample, seed| {
            let found = recipe.method.fit_seeded(sample, None, seed)?;
            Ok(move |points: ArrayView2<'_, f64>| found.labels(points))
        });
        // Without refits, or where the recipe fits no longer, there is nothing to tell.
        let Ok(found) = found else { return };
        self.figures.stability = Some(found.agreement);
        let ids = model.segments().iter().map(|segment| segment.id.clone());
        let shares = ids.zip(found.clusters);
        self.figures.recurrence = shares.filter_map(|(id, share)| Some((id, share?))).collect();
    }

    /// What to make of it.
    pub(super) fn fitness(self, model: &Clustered, limits: &Limits) -> Fitness {
        let mut findings = self.sizes(limits);
        findings.extend(self.wholes(limits));
        let id = |position: usize| model.segments().get(position).map(|found| found.id.clone());
        for (first, second, statistic) in &self.clouds {
            let (Some(first), Some(second)) = (id(*first), id(*second)) else { continue };
            let concern = Concern::OneCloud(first, second);
            findings.extend(defect(concern, *statistic, limits.cloud.below(*statistic)));
        }
        findings.sort_by_key(|finding| Reverse(finding.gravity));
        let usability = match findings.first().map(|finding| finding.gravity) {
            None => Usability::Usable,
            Some(Gravity::Warning) => Usability::WithWarnings,
            Some(Gravity::Refusal) => Usability::Refused,
        };
        Fitness { usability, findings, figures: self.figures }
    }

    /// What is wrong with the segments one by one, and with their number.
    fn sizes(&self, limits: &Limits) -> Vec<Defect> {
        let Figures { customers, sizes, recurrence, .. } = &self.figures;
        let mut found = Vec::new();
        for (id, size) in sizes {
            let (count, share) = (*size as f64, *size as f64 / (*customers).max(1) as f64);
            let few = defect(Concern::Small(id.clone()), count, limits.size.below(count));
            let little =
                || defect(Concern::SmallShare(id.clone()), share, limits.share.below(share));
            found.extend(few.or_else(little));
        }
        for (id, share) in recurrence {
            let bound = limits.recurrence.below(*share);
            found.extend(defect(Concern::NotRecurring(id.clone()), *share, bound));
        }
        let count = sizes.len() as f64;
        let many = defect(Concern::TooMany, count, limits.segments.above(count));
        let most = (*customers as f64 / 2.0).sqrt();
        let too_many = (count > most).then_some((Gravity::Warning, most));
        found.extend(many.or_else(|| defect(Concern::TooManyForSoFew, count, too_many)));
        if sizes.iter().filter(|(_, size)| *size > 0).count() < 2 {
            found.extend(defect(Concern::OnlyOne, count, Some((Gravity::Refusal, 2.0))));
        }
        found
    }

    /// What is wrong with the segmentation as a whole.
    fn wholes(&self, limits: &Limits) -> Vec<Defect> {
        let figures = &self.figures;
        let unassigned = figures.unassigned;
        let mut found = Vec::new();
        found.extend(defect(Concern::Unassigned, unassigned, limits.unassigned.above(unassigned)));
        for (concern, figure, bound) in [
            (Concern::NotApart, figures.silhouette, limits.silhouette),
            (Concern::NoStructure, figures.structure, limits.structure),
            (Concern::Unstable, figures.stability, limits.stability),
        ] {
            found.extend(figure.and_then(|number| defect(concern, number, bound.below(number))));
        }
        if let (Some((feature, share)), true) =
            (figures.dominance.first(), figures.dominance.len() > 1)
        {
            let concern = Concern::Dominated(feature.clone());
            found.extend(defect(concern, *share, limits.dominance.above(*share)));
        }
        if let Some((customer, share)) = &figures.outlier
            && share * self.labels.len() as f64 > 10.0
        {
            let concern = Concern::Outlier(customer.clone());
            found.extend(defect(concern, *share, limits.outlier.above(*share)));
        }
        found
    }
}

fn defect(concern: Concern, found: f64, beyond: Option<(Gravity, f64)>) -> Option<Defect> {
    beyond.map(|(gravity, limit)| Defect { gravity, concern, found, limit })
}

fn label(labels: &[Option<usize>], row: usize) -> Option<usize> {
    labels.get(row).copied().flatten()
}

/// At most so many places, evenly over all.
fn spread(count: usize, most: usize) -> Vec<usize> {
    let kept = count.min(most.max(1));
    (0..kept).map(|place| place * count / kept).collect()
}
