//! Segments that k-means finds in the same three features, beside the named ones.

use std::error::Error;

use loyalty::cluster::KMeans;
use loyalty::cluster::validation::{adjusted_rand, silhouette};
use loyalty::feature::{FeatureTable, Labels, Preparation, Scale};
use loyalty::segment::clustered::{Clusters, Level, Portrait};
use loyalty::segment::{Fit, Segmenter};

use super::base::{FEATURES, Group};
use super::segments::Named;

const HOW_MANY: usize = 5;
const SEED: u64 = 1998;

/// The found segments of a customer base.
pub struct Found {
    pub clusters: Vec<Cluster>,
    /// The position of each customer's cluster, in the order of the table.
    pub labels: Vec<usize>,
    /// How clearly the clusters are apart: 1 is best, 0 means not at all.
    pub silhouette: f64,
    /// How far they agree with the named segments: 1 is the same, 0 is chance.
    pub agreement: f64,
    /// The customers of each named segment (rows) in each cluster (columns).
    pub crossing: Vec<Vec<usize>>,
}

pub struct Cluster {
    pub name: String,
    pub group: Group,
    /// The center: days since the last order, orders, spend.
    pub center: [f64; 3],
    pub portrait: Portrait,
}

/// Five clusters on logarithmic scales, because a few customers buy very much.
pub fn found(table: &FeatureTable, named: &Named) -> Result<Found, Box<dyn Error>> {
    let preparation = Preparation::new(FEATURES.map(|feature| (feature, Scale::Log1p)));
    let model = Clusters::new(KMeans::new(HOW_MANY), preparation).fit_seeded(table, SEED)?;
    let columns = table.positions(FEATURES)?;
    let label = |row: usize| {
        model
            .place(&table.values_at(row, &columns))
            .map_or(usize::MAX, |place| place.nearest.cluster)
    };
    let labels: Vec<usize> = (0..table.customers().len()).map(label).collect();
    let portraits = model.portraits().into_iter().zip(model.segments()).enumerate();
    let clusters: Vec<Cluster> = portraits
        .map(|(index, (portrait, segment))| Cluster {
            name: segment.name.clone(),
            group: Group::of(table, |row| labels.get(row) == Some(&index)),
            center: FEATURES.map(|feature| typical(&portrait, feature)),
            portrait,
        })
        .collect();
    let coordinates = model.prepared().table(table)?;
    let matrix = coordinates.matrix().ok_or("a customer has no coordinates")?;
    let mut crossing = vec![vec![0; clusters.len()]; named.segments.len()];
    for (&segment, &cluster) in named.labels.iter().zip(&labels) {
        if let Some(count) = crossing.get_mut(segment).and_then(|row| row.get_mut(cluster)) {
            *count += 1;
        }
    }
    Ok(Found {
        silhouette: silhouette(matrix, &labels)?,
        agreement: adjusted_rand(&named.labels, &labels).unwrap_or_default(),
        clusters,
        labels,
        crossing,
    })
}

fn typical(portrait: &Portrait, feature: &str) -> f64 {
    let mut traits = portrait.traits.iter();
    traits.find(|found| found.feature.as_str() == feature).map_or(0.0, |found| found.typical)
}

/// What sets a cluster apart, the most first.
pub fn traits(portrait: &Portrait) -> String {
    let labels = Labels::default();
    let apart = portrait.traits.iter().filter(|found| found.level() != Level::Average);
    let told =
        apart.map(|found| format!("{} {}", labels.name(found.feature.as_str()), found.level()));
    told.collect::<Vec<_>>().join("; ")
}
