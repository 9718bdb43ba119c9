//! Customers who buy in a cycle of their own.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::Zone;
use crate::event::Purchases;
use crate::id::CustomerId;
use crate::parallel;
use crate::path::{Path, Problems};
use crate::stats::{ChiSquared, digamma, discoveries, trigamma};

use super::Fault;
use super::days::{days, gaps};

/// The fewest gaps that can show a cycle.
const FEWEST: usize = 3;

/// The recipe of personal cycles: who buys more regularly than chance would have it.
///
/// A customer's gaps are taken to be gamma distributed with a shape k, their regularity: 1 is pure
/// chance, and the spread of gaps is 1/√k of their mean. Whether k is above 1 is told by the ratio
/// of likelihoods, and of all customers with a cycle at most `mistaken` are expected to have none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycles {
    /// Customers with fewer gaps are not looked at, at least 3; 5 without a word.
    #[serde(default = "five")]
    pub least_gaps: usize,
    /// The least regularity; 4 without a word: gaps that spread by half of their mean.
    #[serde(default = "four")]
    pub least_regularity: f64,
    /// The share of those found who may have none, 0.05 without a word.
    #[serde(default = "twentieth")]
    pub mistaken: f64,
}

const fn five() -> usize {
    5
}

const fn four() -> f64 {
    4.0
}

const fn twentieth() -> f64 {
    0.05
}

impl Default for Cycles {
    fn default() -> Self {
        Self { least_gaps: five(), least_regularity: four(), mistaken: twentieth() }
    }
}

/// A customer who buys in a cycle.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cycle {
    /// The customer.
    pub customer: CustomerId,
    /// The mean gap, in days.
    pub days: f64,
    /// The shape of the gaps: 1 is chance, 100 are gaps that spread by a tenth of their mean.
    pub regularity: f64,
    /// How many gaps there are.
    pub gaps: usize,
    /// The day of the last purchase.
    pub last: NaiveDate,
    /// The chance of such regular gaps without a cycle.
    pub chance: f64,
}

impl Cycles {
    /// The customers of `log` who bought in a cycle before `as_of`, by their ids; days are those of
    /// `zone`.
    ///
    /// # Errors
    /// What is out of range.
    pub fn find(
        &self,
        log: &Purchases,
        as_of: DateTime<Utc>,
        zone: &Zone,
    ) -> Result<Vec<Cycle>, Problems<Fault>> {
        let mut problems = Problems::none();
        if self.least_gaps < FEWEST {
            let fault = Fault::TooFew { least: FEWEST, found: self.least_gaps };
            problems.add(Path::from("least_gaps"), fault);
        }
        let limits =
            [("least_regularity", self.least_regularity, 1e6), ("mistaken", self.mistaken, 1.0)];
        for (name, value, most) in limits {
            if !(value > 0.0 && value <= most) {
                problems.add(Path::from(name), Fault::OutOfRange { value, most });
            }
        }
        problems.into_result(())?;
        let found = parallel::each_number(log.len(), |index| {
            let days = days(log.orders(index), as_of, zone);
            let gaps = gaps(&days);
            let customer = log.customers().get(index)?;
            (gaps.len() >= self.least_gaps).then(|| cycle(customer, &gaps, *days.last()?)).flatten()
        });
        let found: Vec<Cycle> = found.into_iter().flatten().collect();
        let chances: Vec<f64> = found.iter().map(|cycle| cycle.chance).collect();
        let told = found.into_iter().zip(discoveries(&chances, self.mistaken));
        let kept = told.filter(|(cycle, told)| *told && cycle.regularity >= self.least_regularity);
        Ok(kept.map(|(cycle, _)| cycle).collect())
    }
}

/// The most regular that is told.
const MOST: f64 = 1e4;

fn cycle(customer: &CustomerId, gaps: &[f64], last: NaiveDate) -> Option<Cycle> {
    let count = gaps.len() as f64;
    let mean = gaps.iter().sum::<f64>() / count;
    let logs = gaps.iter().map(|gap| libm::log(*gap)).sum::<f64>() / count;
    let regularity = shape(libm::log(mean) - logs);
    // Twice the logarithm of the ratio of likelihoods with this shape and with 1.
    let ratio = 2.0 * (height(regularity, mean, logs) - height(1.0, mean, logs)) * count;
    // Of the two sides only that of more regular gaps counts.
    let both = ChiSquared::new(1.0)?.survival(ratio.max(0.0));
    let chance = if regularity > 1.0 { both / 2.0 } else { 1.0 - both / 2.0 };
    let (customer, gaps) = (customer.clone(), gaps.len());
    Some(Cycle { customer, days: mean, regularity, gaps, last, chance })
}

/// The likeliest shape, for the logarithm of the mean less the mean of logarithms: the start of
/// T. Minka, "Estimating a gamma distribution" (2002), and Newton's steps.
fn shape(spread: f64) -> f64 {
    let s = spread.max(1e-12);
    let mut k = ((3.0 - s) + libm::sqrt((s - 3.0) * (s - 3.0) + 24.0 * s)) / (12.0 * s);
    for _ in 0..60 {
        let step = (libm::log(k) - digamma(k) - s) / (1.0 / k - trigamma(k));
        let next = (k - step).max(k / 2.0).min(k * 2.0);
        if (next - k).abs() <= 1e-13 * k {
            break;
        }
        k = next;
    }
    k.min(MOST)
}

/// The mean log-likelihood of gaps with this shape and the likeliest rate.
fn height(k: f64, mean: f64, logs: f64) -> f64 {
    k * libm::log(k / mean) - libm::lgamma(k) + (k - 1.0) * logs - k
}
