//! Five methods on the same shoppers, by the same scores.

use std::error::Error;

use loyalty::cluster::choice::{Choice, Criteria, Recipe, choose};
use loyalty::cluster::validation::{calinski_harabasz, davies_bouldin, silhouette, stability};
use loyalty::cluster::{Cut, Dbscan, Hdbscan, Hierarchy, KMeans, Method, Mixture, Optics};
use loyalty::feature::FeatureTable;
use ndarray::ArrayView2;

use super::words::{percent, several};

/// Where all chance comes from.
pub const SEED: u64 = 1998;

/// How many segments are asked for: two are too few to act on, and more than eight nobody keeps
/// apart.
pub const WANTED: std::ops::RangeInclusive<usize> = 3..=8;

/// How often shoppers are drawn anew to see whether the segments stay the same, and shoppers
/// without segments are made up to be compared with.
pub const DRAWN: usize = 10;

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

/// What all methods are tried on.
struct Bench<'a> {
    points: ArrayView2<'a, f64>,
    drawn: usize,
}

/// All methods on the same coordinates, with so many draws as [`DRAWN`].
pub fn candidates(
    coordinates: &FeatureTable,
    drawn: usize,
) -> Result<Vec<Candidate>, Box<dyn Error>> {
    let points = coordinates.matrix().ok_or("a shopper has no coordinates")?;
    let bench = Bench { points, drawn };
    let least = points.nrows().div_ceil(50);
    let radius = radius(points)?;
    let tree = Hierarchy::new(Cut::Clusters(2));
    Ok(vec![
        asked("k-means", &KMeans::new(2), |k| KMeans::new(k).into(), &bench)?,
        asked("Gaussian mixture", &Mixture::new(2), |k| Mixture::new(k).into(), &bench)?,
        asked("Ward's tree", &tree, |k| Hierarchy::new(Cut::Clusters(k)).into(), &bench)?,
        scored(
            "DBSCAN",
            Dbscan { radius, min_weight: NEIGHBORS as f64 }.into(),
            format!(
                "a radius of {radius:.2}, within which 19 of 20 shoppers have {NEIGHBORS} \
                 neighbors"
            ),
            &bench,
        )?,
        scored(
            "HDBSCAN",
            Hdbscan::new(least).into(),
            format!("any density, at least {least} shoppers, a fiftieth of all"),
            &bench,
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
    bench: &Bench<'_>,
) -> Result<Candidate, Box<dyn Error>> {
    let criteria = Criteria { references: bench.drawn, pairs: bench.drawn, ..Criteria::default() };
    let choice = choose(recipe, bench.points, None, WANTED, &criteria, SEED)?;
    let (number, chosen) = number(&choice).ok_or("no number of segments has a score")?;
    let found = scored(name, method(number), chosen, bench)?;
    Ok(Candidate { choice: Some(choice), ..found })
}

/// The number that is recommended, or that cuts best if nothing separates; with the reason.
fn number(choice: &Choice) -> Option<(usize, String)> {
    let told = choice.reason.to_string();
    let told = told.replace("clusters", "segments").replace("points", "shoppers");
    if WANTED.contains(&choice.recommended) {
        return Some((choice.recommended, format!("{} segments, as {told}", choice.recommended)));
    }
    let cut = choice.best_cut?;
    Some((cut, format!("{told}; if there are to be some, {cut} levels are the best cut")))
}

/// What a method finds, by scores that know nothing of the method.
fn scored(
    name: &'static str,
    method: Method,
    chosen: String,
    bench: &Bench<'_>,
) -> Result<Candidate, Box<dyn Error>> {
    let points = bench.points;
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
        stability: stability(points, bench.drawn, SEED, |sample, seed| {
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
        let (found, least) = (self.sizes.len(), *WANTED.start());
        if found < least {
            let found = several(found, "segment");
            return Some(format!("it finds {found}, and at least {least} are wanted"));
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
/// all. With the reason, and a warning where these are no groups of their own.
pub fn best(candidates: &[Candidate]) -> Option<(usize, String)> {
    let usable = |found: &&Candidate| found.against().is_none();
    let some = candidates.iter().any(|found| usable(&found));
    let score = |found: &Candidate| found.silhouette.unwrap_or(-1.0);
    let pool = candidates.iter().enumerate().filter(|(_, found)| !some || usable(found));
    // Of equally good ones the first.
    let (place, found) =
        pool.min_by(|(_, left), (_, right)| score(right).total_cmp(&score(left)))?;
    let of = if some { "of the methods that can be used" } else { "of all, as none can be used" };
    let cut = found.choice.as_ref().is_some_and(|it| !WANTED.contains(&it.recommended));
    let told = if cut { "its levels overlap least" } else { "its segments are best separated" };
    let reason = format!(
        "{} with {}: {of}, {told} (silhouette {:.2})",
        found.name,
        several(found.sizes.len(), if cut { "level" } else { "segment" }),
        score(found)
    );
    let warned = format!("{reason}. Between levels there are no gaps");
    Some((place, if cut { warned } else { reason }))
}
