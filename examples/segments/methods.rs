//! Five methods on the same shoppers, by the same scores.

use std::error::Error;

use loyalty::cluster::choice::{Choice, Criteria, Recipe, choose};
use loyalty::cluster::{
    Cut, Dbscan, Hdbscan, Hierarchy, KMeans, Method, Mixture, Optics, calinski_harabasz,
    davies_bouldin, silhouette, stability,
};
use loyalty::feature::FeatureTable;
use ndarray::ArrayView2;

/// Where all chance comes from.
pub const SEED: u64 = 1998;

/// How many segments are asked for: two are too few to act on, and more than eight nobody keeps
/// apart.
pub const WANTED: std::ops::RangeInclusive<usize> = 3..=8;

/// How often shoppers are drawn anew to see whether the segments stay the same.
const DRAWN: usize = 10;

/// A segment has at least this share of the shoppers, to be worth a campaign.
const LEAST: f64 = 0.02;
/// So many may be in no segment.
const OUTSIDE: f64 = 0.2;
/// Segments of shoppers who are drawn anew agree at least by this.
const STABLE: f64 = 0.75;

/// A method with what it finds.
pub struct Candidate {
    pub name: &'static str,
    pub method: Method,
    /// How its number of segments came about.
    pub chosen: String,
    /// The scores of each number of segments, of methods that find as many as they are asked for.
    pub choice: Option<Choice>,
    pub sizes: Vec<usize>,
    /// How clearly segments are apart, who is in none being one more.
    pub silhouette: Option<f64>,
    pub calinski_harabasz: Option<f64>,
    pub davies_bouldin: Option<f64>,
    pub stability: f64,
    /// The share of the shoppers who are in no segment.
    pub outside: f64,
    /// The share of them who are in the smallest.
    pub smallest: f64,
}

/// All methods on the same coordinates.
pub fn candidates(coordinates: &FeatureTable) -> Result<Vec<Candidate>, Box<dyn Error>> {
    let points = coordinates.matrix().ok_or("a shopper has no coordinates")?;
    let least = points.nrows().div_ceil(50);
    let radius = radius(points)?;
    let tree = Hierarchy::new(Cut::Clusters(2));
    Ok(vec![
        asked("k-means", &KMeans::new(2), |k| KMeans::new(k).into(), points)?,
        asked("Gaussian mixture", &Mixture::new(2), |k| Mixture::new(k).into(), points)?,
        asked("Ward's tree", &tree, |k| Hierarchy::new(Cut::Clusters(k)).into(), points)?,
        scored(
            "DBSCAN",
            Dbscan { radius, min_weight: NEIGHBORS as f64 }.into(),
            format!(
                "a radius of {radius:.2}, within which 19 of 20 shoppers have {NEIGHBORS} \
                 neighbors"
            ),
            points,
        )?,
        scored(
            "HDBSCAN",
            Hdbscan::new(least).into(),
            format!("any density, at least {least} shoppers, a fiftieth of all"),
            points,
        )?,
    ])
}

/// Twice the number of features, as is usual.
const NEIGHBORS: usize = 6;

/// Within which 19 of 20 shoppers have so many neighbors.
fn radius(points: ArrayView2<'_, f64>) -> Result<f64, Box<dyn Error>> {
    let order = Optics::new(NEIGHBORS).fit(points)?;
    let mut distances: Vec<f64> = order.core_distances.into_iter().flatten().collect();
    distances.sort_by(f64::total_cmp);
    let place = distances.len() * 19 / 20;
    Ok(distances.get(place).copied().ok_or("there are too few shoppers")?)
}

fn asked(
    name: &'static str,
    recipe: &impl Recipe,
    method: impl Fn(usize) -> Method,
    points: ArrayView2<'_, f64>,
) -> Result<Candidate, Box<dyn Error>> {
    let criteria = Criteria { references: DRAWN, pairs: DRAWN, ..Criteria::default() };
    let choice = choose(recipe, points, None, WANTED, &criteria, SEED)?;
    let found = scored(name, method(choice.recommended), choice.to_string(), points)?;
    Ok(Candidate { choice: Some(choice), ..found })
}

/// What a method finds, by scores that know nothing of the method.
fn scored(
    name: &'static str,
    method: Method,
    chosen: String,
    points: ArrayView2<'_, f64>,
) -> Result<Candidate, Box<dyn Error>> {
    let model = method.fit_seeded(points, None, SEED)?;
    let labels = model.labels(points);
    let size = |cluster| labels.iter().filter(|label| **label == Some(cluster)).count();
    let sizes: Vec<usize> = (0..model.clusters().len()).map(size).collect();
    let outside = labels.iter().filter(|label| label.is_none()).count();
    let of_all = |count: usize| count as f64 / labels.len().max(1) as f64;
    let flat: Vec<usize> = labels.iter().map(|label| label.unwrap_or(usize::MAX)).collect();
    Ok(Candidate {
        name,
        chosen,
        choice: None,
        // There is nothing to score where all are together.
        silhouette: silhouette(points, &flat).ok(),
        calinski_harabasz: calinski_harabasz(points, &flat).ok(),
        davies_bouldin: davies_bouldin(points, &flat).ok(),
        stability: stability(points, DRAWN, SEED, |sample, seed| {
            let found = method.fit_seeded(sample, None, seed)?;
            Ok(move |points: ArrayView2<'_, f64>| found.labels(points))
        })?,
        outside: of_all(outside),
        smallest: of_all(sizes.iter().min().copied().unwrap_or_default()),
        method,
        sizes,
    })
}

impl Candidate {
    /// What speaks against using it; nothing if it can be used.
    pub fn against(&self) -> Option<String> {
        let percent = super::words::percent;
        let (found, least) = (self.sizes.len(), *WANTED.start());
        if found < least {
            return Some(format!("it finds {found} segments, and at least {least} are wanted"));
        }
        if found > *WANTED.end() {
            return Some(format!("it finds {found} segments, more than anybody keeps apart"));
        }
        if self.outside > OUTSIDE {
            return Some(format!("it leaves {} in no segment", percent(self.outside)));
        }
        if self.stability < STABLE {
            let found = self.stability;
            return Some(format!(
                "other shoppers of the kind would give other segments (stability {found:.2})"
            ));
        }
        let smallest = percent(self.smallest);
        (self.smallest < LEAST)
            .then(|| format!("its smallest segment has {smallest} of the shoppers"))
    }
}

/// Of the methods that can be used, the one whose segments are best separated; if none can be, of
/// all. With the reason.
pub fn best(candidates: &[Candidate]) -> Option<(usize, String)> {
    let usable = |found: &&Candidate| found.against().is_none();
    let some = candidates.iter().any(|found| usable(&found));
    let score = |found: &Candidate| found.silhouette.unwrap_or(-1.0);
    let pool = candidates.iter().enumerate().filter(|(_, found)| !some || usable(found));
    // Of equally good ones the first.
    let (place, found) =
        pool.min_by(|(_, left), (_, right)| score(right).total_cmp(&score(left)))?;
    let of = if some { "of the methods that can be used" } else { "of all, as none can be used" };
    let reason = format!(
        "{} with {} segments: {of}, its segments are best separated (silhouette {:.2})",
        found.name,
        found.sizes.len(),
        score(found)
    );
    Some((place, reason))
}
