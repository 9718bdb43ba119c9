//! What is expected of a customer before they show anything, and after.

use serde::{Deserialize, Serialize};

use super::{Quantity, dirichlet, gamma, normal};
use crate::stats::{Beta, ChiSquared, Confidence, Estimate};

/// What the customers of a segment are like, and how they differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Prior {
    /// Rates are as after so many hits and misses.
    Beta {
        /// Hits.
        hits: f64,
        /// Misses.
        misses: f64,
    },
    /// Counts per exposure are as after so many events in so much exposure.
    Gamma {
        /// Events: the shape of the distribution.
        events: f64,
        /// Exposure: its rate.
        exposure: f64,
    },
    /// Means are spread normally.
    Normal {
        /// The mean of the customers' means.
        mean: f64,
        /// The variance between customers.
        between: f64,
        /// The variance within one of them.
        within: f64,
    },
    /// Shares of categories are as after so many of each.
    Dirichlet {
        /// So many of each.
        counts: Vec<f64>,
    },
}

/// A customer's number in balance with that of the segment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Shrunk {
    /// The balanced number, with the interval in which the customer's true number is with 95 %.
    pub estimate: Estimate,
    /// What the customer shows alone; nothing of a newcomer.
    pub own: Option<f64>,
    /// What is expected of the segment's customers.
    pub segment: f64,
    /// How much the customer's own number counts, from 0 (a newcomer) to nearly 1; what is left to
    /// 1 the segment's counts.
    pub weight: f64,
}

impl Prior {
    /// What these customers are like, of whom the numbers of
    /// [`Shrinkage::inputs`](super::Shrinkage::inputs) are known; none if none of
    /// them shows anything.
    pub(super) fn fit(quantity: &Quantity, customers: &[Vec<Option<f64>>]) -> Option<Self> {
        let shown = || customers.iter().filter_map(|numbers| Shown::of(quantity, numbers));
        match quantity {
            Quantity::Rate { .. } | Quantity::Affinity { .. } => {
                let counts: Vec<Vec<f64>> = shown().filter_map(Shown::counts).collect();
                let found = dirichlet::fit(&counts)?;
                Some(match (quantity, found.as_slice()) {
                    (Quantity::Rate { .. }, [hits, misses]) => {
                        Self::Beta { hits: *hits, misses: *misses }
                    }
                    _ => Self::Dirichlet { counts: found },
                })
            }
            Quantity::Count { .. } => {
                let counts: Vec<(f64, f64)> = shown().filter_map(Shown::events).collect();
                let (events, exposure) = gamma::fit(&counts)?;
                Some(Self::Gamma { events, exposure })
            }
            Quantity::Mean { .. } => {
                let means: Vec<normal::Own> = shown().filter_map(Shown::mean).collect();
                let [mean, between, within] = normal::fit(&means)?;
                Some(Self::Normal { mean, between, within })
            }
        }
    }

    /// The balanced numbers of a customer, one for each of
    /// [`Shrinkage::outputs`](super::Shrinkage::outputs); a customer who shows nothing, or
    /// nonsense, is a newcomer.
    pub(super) fn balance(&self, quantity: &Quantity, numbers: &[Option<f64>]) -> Vec<Shrunk> {
        let shown = Shown::of(quantity, numbers);
        match self {
            Self::Beta { hits, misses } => {
                let counts = shown.and_then(Shown::counts);
                shares(&[*hits, *misses], counts.as_deref()).into_iter().take(1).collect()
            }
            Self::Dirichlet { counts } => shares(counts, shown.and_then(Shown::counts).as_deref()),
            Self::Gamma { events, exposure } => {
                let own = shown.and_then(Shown::events);
                vec![rate(*events, *exposure, own)]
            }
            Self::Normal { mean, between, within } => {
                vec![mean_of(*mean, *between, *within, shown.and_then(Shown::mean))]
            }
        }
    }
}

/// What a customer shows.
enum Shown {
    Counts(Vec<f64>),
    Events(f64, f64),
    Mean(normal::Own),
}

impl Shown {
    /// None if nothing is shown, or nothing that can be.
    fn of(quantity: &Quantity, numbers: &[Option<f64>]) -> Option<Self> {
        let number = |place: usize| numbers.get(place).copied().flatten();
        let counted = |place: usize| number(place).filter(|count| (0.0..1e15).contains(count));
        match quantity {
            Quantity::Rate { .. } => {
                let (hits, of) = (counted(0)?, counted(1)?);
                (hits <= of && of > 0.0).then(|| Self::Counts(vec![hits, of - hits]))
            }
            Quantity::Count { exposure, .. } => {
                let long = if exposure.is_some() { counted(1)? } else { 1.0 };
                let events = counted(0)?;
                (long > 0.0).then_some(Self::Events(events, long))
            }
            Quantity::Mean { .. } => {
                let (mean, count) = (number(0)?, counted(1)?);
                let own = normal::Own { mean, count, deviation: counted(2) };
                (count > 0.0).then_some(Self::Mean(own))
            }
            Quantity::Affinity { counts } => {
                let counts: Option<Vec<f64>> = (0..counts.len()).map(counted).collect();
                counts.filter(|counts| counts.iter().sum::<f64>() > 0.0).map(Self::Counts)
            }
        }
    }

    fn counts(self) -> Option<Vec<f64>> {
        if let Self::Counts(counts) = self { Some(counts) } else { None }
    }

    fn events(self) -> Option<(f64, f64)> {
        if let Self::Events(events, exposure) = self { Some((events, exposure)) } else { None }
    }

    fn mean(self) -> Option<normal::Own> {
        if let Self::Mean(own) = self { Some(own) } else { None }
    }
}

/// The share of each category, with the interval of its beta distribution.
fn shares(prior: &[f64], own: Option<&[f64]>) -> Vec<Shrunk> {
    let strength: f64 = prior.iter().sum();
    let all: f64 = own.map_or(0.0, |own| own.iter().sum());
    let share = |(place, prior): (usize, &f64)| {
        let count = own.and_then(|own| own.get(place)).copied().unwrap_or(0.0);
        let (hits, misses) = (prior + count, strength - prior + all - count);
        let ends = Beta::new(hits, misses).map(|beta| ends(|p| beta.quantile(p)));
        let value = hits / (strength + all);
        Shrunk {
            estimate: within(value, ends),
            own: own.map(|_| count / all),
            segment: prior / strength,
            weight: all / (strength + all),
        }
    };
    prior.iter().enumerate().map(share).collect()
}

/// Events per exposure, with the interval of its gamma distribution.
fn rate(shape: f64, exposure: f64, own: Option<(f64, f64)>) -> Shrunk {
    let (events, long) = own.unwrap_or((0.0, 0.0));
    let (hits, all) = (shape + events, exposure + long);
    // Twice a gamma value times its rate is chi-squared.
    let chi = ChiSquared::new(2.0 * hits);
    let ends = chi.map(|chi| ends(|p| chi.quantile(p).map(|x| x / (2.0 * all))));
    Shrunk {
        estimate: within(hits / all, ends),
        own: own.map(|_| events / long),
        segment: shape / exposure,
        weight: long / all,
    }
}

/// A mean, with its normal interval.
fn mean_of(mean: f64, between: f64, variance: f64, own: Option<normal::Own>) -> Shrunk {
    let weight = own.map_or(0.0, |own| between / (between + variance / own.count));
    let value = own.map_or(mean, |own| weight * own.mean + (1.0 - weight) * mean);
    let spread = (between * (1.0 - weight)).sqrt() * Confidence::USUAL.errors();
    Shrunk {
        estimate: Estimate { value, low: value - spread, high: value + spread },
        own: own.map(|own| own.mean),
        segment: mean,
        weight,
    }
}

fn ends(quantile: impl Fn(f64) -> Option<f64>) -> Option<(f64, f64)> {
    let tail = Confidence::USUAL.tail();
    Some((quantile(tail)?, quantile(1.0 - tail)?))
}

fn within(value: f64, ends: Option<Option<(f64, f64)>>) -> Estimate {
    let (low, high) = ends.flatten().unwrap_or((value, value));
    Estimate { value, low, high }
}
