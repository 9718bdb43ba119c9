//! Whether customers are still those that a model was fitted on.
//!
//! A [`Watch`] compares tables column by column, and counts (of categories, or of the members of
//! segments) with counts. For numbers that come one by one there is
//! [`Adwin`](crate::stats::Adwin).

mod baseline;
mod fault;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::feature::{FeatureTable, Labels};
use crate::path::{Path, Problems};
use crate::rule::Text;
use crate::segment::Membership;
use crate::stats::{Confidence, Evidence, Samples, Stability, chi_squared};

pub use baseline::{Baseline, Binned};
pub use fault::DriftFault;

/// How drift is looked for.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Watch {
    /// Into how many bins of (nearly) equally many customers the reference is cut, at least 2; 10
    /// without a word. Missing values are one bin more.
    pub bins: usize,
    /// How sure it must be that something is no noise; 0.95 without a word.
    pub confidence: Confidence,
}

/// How far a column or a share has drifted, by the usual limits of the population stability index
/// (N. Siddiqi, "Credit Risk Scorecards", 2006), but only where chance does not explain it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// No more than chance explains in samples of this size.
    Noise,
    /// More than chance, but below 0.1.
    Small,
    /// At least 0.1.
    Moderate,
    /// At least 0.25.
    Large,
}

/// How far counts have moved.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Drift {
    /// What drifted: a column, a category or the segments.
    pub name: Text,
    /// The population stability index.
    pub stability: Stability,
    /// The index that chance alone does not exceed, with the confidence of the watch.
    pub threshold: f64,
    /// How far it has drifted.
    pub level: Level,
    /// Pearson's test of the same counts, if there are at least two of them.
    pub counts: Option<Evidence>,
    /// How far the numbers themselves are apart, where they were compared.
    pub numbers: Option<Distance>,
}

/// How far two samples of numbers are apart.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distance {
    /// The test of Kolmogorov and Smirnov.
    pub test: Evidence,
    /// By how much numbers moved on average, in the unit of the column (the first Wasserstein
    /// distance).
    pub moved: f64,
}

impl Default for Watch {
    fn default() -> Self {
        Self { bins: 10, confidence: Confidence::USUAL }
    }
}

impl Watch {
    /// What is kept of a reference, so that later tables can be compared with it when it is gone.
    ///
    /// # Errors
    /// Fewer than two bins, a table of nobody, or columns without any value.
    pub fn baseline(&self, reference: &FeatureTable) -> Result<Baseline, Problems<DriftFault>> {
        Baseline::of(reference, self.bins)
    }

    /// How far each column of a baseline has drifted in the table of now.
    ///
    /// # Errors
    /// A table of nobody, columns that it does not have, or columns without any value.
    pub fn since(
        &self,
        baseline: &Baseline,
        now: &FeatureTable,
    ) -> Result<Vec<Drift>, Problems<DriftFault>> {
        let counted = baseline.count(now)?;
        let columns = baseline.columns().iter().zip(counted);
        let drift = |(column, now): (&Binned, Vec<u64>)| {
            self.counted(column.name().clone(), column.counts(), &now)
        };
        Ok(columns.filter_map(drift).collect())
    }

    /// How far each column of a reference has drifted in the table of now, in bins (of categories
    /// level by level) and number by number.
    ///
    /// ```
    /// use loyalty::feature::FeatureTable;
    /// use loyalty::id::CustomerId;
    /// use loyalty::segment::drift::{Level, Watch};
    ///
    /// let table = |more: f64| {
    ///     let row = |at: i32| {
    ///         let id = CustomerId::new(format!("c{at}")).ok()?;
    ///         Some((id, [Some(f64::from(at % 20)), Some(f64::from(at * 7 % 40) + more)]))
    ///     };
    ///     FeatureTable::new(["orders", "spend"], (0..400).filter_map(row))
    /// };
    /// let found = Watch::default().compare(&table(0.0)?, &table(5.0)?)?;
    /// assert_eq!([found[0].level, found[1].level], [Level::Noise, Level::Large]);
    /// assert_eq!(
    ///     found[1].to_string(),
    ///     "spend: a great drift, with an index of 0.541, where 0.085 is explained by chance; \
    ///      it moved by 5.00 on average",
    /// );
    /// let empty = table(0.0)?.filter(|_| false);
    /// let told = Watch::default().compare(&table(0.0)?, &empty).unwrap_err().to_string();
    /// assert_eq!(told, "`now`: there are no customers");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`Watch::baseline`], under `reference`, and as [`Watch::since`], under `now`.
    pub fn compare(
        &self,
        reference: &FeatureTable,
        now: &FeatureTable,
    ) -> Result<Vec<Drift>, Problems<DriftFault>> {
        let mut problems = Problems::none();
        let baseline = problems.take(&Path::from("reference"), self.baseline(reference));
        let Some(baseline) = baseline else { return Err(problems) };
        let Some(found) = problems.take(&Path::from("now"), self.since(&baseline, now)) else {
            return Err(problems);
        };
        let with_distance = |drift: Drift| {
            let numbers = |table: &FeatureTable| {
                let column = table.column(drift.name.as_str())?;
                // Positions of levels are no numbers.
                let is_of_numbers = !baseline::is_of_categories(table, column);
                is_of_numbers.then(|| table.present(column).collect::<Vec<f64>>())
            };
            let samples = numbers(reference).zip(numbers(now));
            let samples = samples.and_then(|(reference, now)| Samples::new(reference, now));
            let numbers = samples.map(|samples| Distance {
                test: samples.kolmogorov_smirnov(),
                moved: samples.wasserstein(),
            });
            Drift { numbers, ..drift }
        };
        Ok(found.into_iter().map(with_distance).collect())
    }

    /// How far the shares of categories have drifted, given how many customers there are of each.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use loyalty::rule::Text;
    /// use loyalty::segment::drift::{Level, Watch};
    ///
    /// let count = |web, store| {
    ///     BTreeMap::from([(Text::from("web"), web), (Text::from("store"), store)])
    /// };
    /// let drift = Watch::default().categories("channel", &count(500, 500), &count(560, 440))?;
    /// assert_eq!(drift.level, Level::Small);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Nobody in the reference, or nobody now.
    pub fn categories(
        &self,
        name: &str,
        reference: &BTreeMap<Text, u64>,
        now: &BTreeMap<Text, u64>,
    ) -> Result<Drift, Problems<DriftFault>> {
        let mut problems = Problems::none();
        for (path, counts) in [("reference", reference), ("now", now)] {
            if counts.values().all(|&count| count == 0) {
                problems.add(Path::from(path), DriftFault::NoCustomers);
            }
        }
        let names: BTreeSet<&Text> = reference.keys().chain(now.keys()).collect();
        let counts = |of: &BTreeMap<Text, u64>| -> Vec<u64> {
            names.iter().map(|name| of.get(*name).copied().unwrap_or_default()).collect()
        };
        let drift = self.counted(Text::from(name), &counts(reference), &counts(now));
        match (problems.is_empty(), drift) {
            (true, Some(drift)) => Ok(drift),
            _ => Err(problems),
        }
    }

    /// How far the shares of segments have drifted, by the weightiest segment of each customer; who
    /// is in none counts as such.
    ///
    /// ```
    /// use loyalty::id::SegmentId;
    /// use loyalty::segment::Membership;
    /// use loyalty::segment::drift::{Level, Watch};
    ///
    /// let (a, b) = (Membership::of(SegmentId::new("a")?), Membership::of(SegmentId::new("b")?));
    /// let then = [vec![a.clone(); 60], vec![b.clone(); 40]].concat();
    /// let now = [vec![a; 50], vec![b; 40], vec![Membership::none(); 10]].concat();
    /// assert_eq!(Watch::default().segments(&then, &now)?.level, Level::Large);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Nobody in the reference, or nobody now.
    pub fn segments(
        &self,
        reference: &[Membership],
        now: &[Membership],
    ) -> Result<Drift, Problems<DriftFault>> {
        let counts = |memberships: &[Membership]| {
            let mut counts = BTreeMap::new();
            for membership in memberships {
                // An id is never empty.
                let id = membership.primary().map_or("", |id| id.as_str());
                *counts.entry(Text::from(id)).or_insert(0) += 1;
            }
            counts
        };
        self.categories("segments", &counts(reference), &counts(now))
    }

    fn counted(&self, name: Text, reference: &[u64], now: &[u64]) -> Option<Drift> {
        let stability = Stability::of(reference, now)?;
        let threshold = stability.threshold(self.confidence);
        let level = match stability.index {
            _ if stability.p > 1.0 - self.confidence.share() => Level::Noise,
            index if index >= 0.25 => Level::Large,
            index if index >= 0.1 => Level::Moderate,
            _ => Level::Small,
        };
        let counts = chi_squared(&[reference.to_vec(), now.to_vec()]);
        Some(Drift { name, stability, threshold, level, counts, numbers: None })
    }
}

impl Drift {
    /// The drift in a sentence, in which a feature is called by these labels: `spend: a great
    /// drift, with an index of 0.541, where 0.085 is explained by chance`.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let Self { name, stability, threshold, level, .. } = self;
        let far = match level {
            Level::Noise => "no drift",
            Level::Small => "a little drift",
            Level::Moderate => "a drift",
            Level::Large => "a great drift",
        };
        let (name, index) = (labels.name(name.as_str()), stability.index);
        let moved = match self.numbers {
            Some(Distance { moved, .. }) => format!("; it moved by {moved:.2} on average"),
            None => String::new(),
        };
        format!(
            "{name}: {far}, with an index of {index:.3}, where {threshold:.3} is explained by \
             chance{moved}"
        )
    }
}

/// As [`Drift::told`] without labels of the host.
impl fmt::Display for Drift {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}
