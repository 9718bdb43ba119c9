//! What a customer spends per purchase.
//!
//! P. Fader, B. Hardie and K. L. Lee, "RFM and CLV" (2005), and P. Fader and B. Hardie, "The
//! gamma-gamma model of monetary value" (2013): amounts are gamma distributed with shape p and a
//! rate of the customer's own, which is gamma distributed with shape q and rate γ.

use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};
use crate::stats::{Confidence, Estimate};

use super::jet::Jet;
use super::outcome::{Outcome, TooLittle};
use super::parameters::check_parameter;
use super::repeat::check_weights;
use super::report::{About, Note, Report};
use super::search::{Limits, climb};
use super::{Fault, LONGEST};

/// How far logarithms of parameters are searched from what is usual.
const REACH: f64 = 18.0;

/// What a customer spent: the number of purchases and the mean of their amounts.
///
/// Usually the first purchase is left out, as it is of the repeat purchases. Amounts are in a unit
/// of money of the caller's choice, the same for all.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Spent {
    /// How many purchases there are, usually called x.
    pub purchases: u32,
    /// The mean of their amounts, usually called z̄; of no purchase it is not looked at.
    pub mean: f64,
}

impl Spent {
    fn is_sound(&self) -> bool {
        self.purchases == 0 || (0.0..=LONGEST).contains(&self.mean)
    }
}

/// The recipe of the gamma-gamma model.
///
/// Customers without a purchase, or who paid nothing, say nothing of it and are left out.
///
/// ```
/// use loyalty::clv::{GammaGamma, Outcome, Spent, TooLittle};
///
/// let nothing = [Spent { purchases: 0, mean: 0.0 }];
/// let outcome = GammaGamma::default().fit(&nothing, None)?;
/// assert_eq!(outcome, Outcome::TooLittle(TooLittle::NoRepeatPurchases));
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GammaGamma {
    /// Where a search starts beside of where it does anyway: p, q and γ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<[f64; 3]>,
    /// The most iterations of a search; 200 without a word.
    #[serde(default = "two_hundred")]
    pub max_iterations: usize,
}

const fn two_hundred() -> usize {
    200
}

impl Default for GammaGamma {
    fn default() -> Self {
        Self { start: None, max_iterations: two_hundred() }
    }
}

impl GammaGamma {
    /// The most likely model of what customers spend; each counts once without `weights`.
    ///
    /// # Errors
    /// Everything that is out of range, with its place.
    pub fn fit(
        &self,
        customers: &[Spent],
        weights: Option<&[f64]>,
    ) -> Result<Outcome<GammaGammaModel>, Problems<Fault>> {
        self.check(customers, weights)?;
        let rows = rows(customers, weights);
        if rows.is_empty() {
            return Ok(Outcome::TooLittle(TooLittle::NoRepeatPurchases));
        }
        let (found, needed) = (rows.len(), 3);
        if found < needed {
            return Ok(Outcome::TooLittle(TooLittle::FewHistories { found, needed }));
        }
        let total: f64 = rows.iter().map(|(_, weight)| weight).sum();
        let mean = rows.iter().map(|(row, weight)| weight * row.mean).sum::<f64>() / total;
        let center = libm::log(mean);
        let usual = [0.0, 0.0, center];
        let limits = Limits {
            low: usual.map(|place| place - REACH).to_vec(),
            high: usual.map(|place| place + REACH).to_vec(),
            iterations: self.max_iterations,
        };
        let function = |place: &[f64]| {
            <[f64; 3]>::try_from(place)
                .map_or_else(|_| Jet::constant(f64::NAN), |place| log_likelihood(&rows, place))
                .into()
        };
        let usual = [[2.0, 4.0], [0.5, 2.0], [20.0, 4.0]].map(|[p, q]: [f64; 2]| {
            // The mean of all is p γ / (q - 1).
            [libm::log(p), libm::log(q), center + libm::log((q - 1.0) / p)]
        });
        let own = self.start.map(|start| start.map(libm::log));
        let summits = usual.iter().chain(&own).filter_map(|at| climb(&function, at, &limits));
        let best =
            summits.reduce(|one, two| if two.slope.value > one.slope.value { two } else { one });
        let Some(summit) = best else {
            return Ok(Outcome::TooLittle(TooLittle::NoDifference));
        };
        let names = ["p", "q", "gamma"].map(str::to_owned);
        let mut notes = Vec::new();
        let ends = limits.low.iter().zip(&limits.high);
        for ((name, place), (low, high)) in names.iter().zip(&summit.place).zip(ends) {
            if place <= low || place >= high {
                notes.push(Note::AtBound { parameter: name.clone() });
            }
        }
        let about = About { customers: total, histories: rows.len(), notes };
        let report = Report::of(&summit, &names, 3, about);
        let model = match summit.place.as_slice() {
            &[p, q, gamma] => {
                let [p, q, gamma] = [p, q, gamma].map(libm::exp);
                GammaGammaModel { p, q, gamma, report: Some(report) }
            }
            _ => return Ok(Outcome::TooLittle(TooLittle::NoDifference)),
        };
        Ok(Outcome::Fitted(model))
    }

    fn check(&self, customers: &[Spent], weights: Option<&[f64]>) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        if self.max_iterations == 0 {
            problems.add(Path::from("max_iterations"), Fault::Zero);
        }
        for (at, &value) in self.start.iter().flatten().enumerate() {
            check_parameter(value, &Path::from("start").item(at), &mut problems);
        }
        check_spent(customers, &mut problems);
        check_weights(customers.len(), weights, &mut problems);
        problems.into_result(())
    }
}

/// Adds everything that nobody can have spent.
fn check_spent(customers: &[Spent], problems: &mut Problems<Fault>) {
    for (at, spent) in customers.iter().enumerate().filter(|(_, spent)| !spent.is_sound()) {
        let path = Path::from("customers").item(at).field("mean");
        problems.add(path, Fault::OutOfRange { value: spent.mean });
    }
}

/// A customer who spent something.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Row {
    purchases: f64,
    mean: f64,
}

/// Each number of purchases with a mean once, in their order, with its weight.
fn rows(customers: &[Spent], weights: Option<&[f64]>) -> Vec<(Row, f64)> {
    let mut weight = weights.unwrap_or_default().iter().copied();
    let rows = customers.iter().map(|spent| {
        let row = Row { purchases: f64::from(spent.purchases), mean: spent.mean };
        (row, weight.next().unwrap_or(1.0))
    });
    let some = |(row, weight): &(Row, f64)| row.purchases > 0.0 && row.mean > 0.0 && *weight > 0.0;
    let mut rows: Vec<(Row, f64)> = rows.filter(some).collect();
    rows.sort_unstable_by_key(|(row, weight)| {
        (row.purchases.to_bits(), row.mean.to_bits(), weight.to_bits())
    });
    rows.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    rows
}

/// So many rows are summed up at once.
const BLOCK: usize = 2_048;

/// Σ ln Γ(px+q) - ln Γ(px) - ln Γ(q) + q ln γ + (px-1) ln z̄ + px ln x - (px+q) ln (γ+xz̄).
fn log_likelihood(rows: &[(Row, f64)], place: [f64; 3]) -> Jet<3> {
    let [p, q, gamma] = Jet::exponentials(place);
    let [_, _, log_gamma] = place;
    let mut of_gamma = Jet::constant(log_gamma);
    of_gamma.gradient = [0.0, 0.0, 1.0];
    let alike = q * of_gamma - q.log_gamma();
    let block = |number: usize| {
        let mut sum = Jet::ZERO;
        // Rows stand in the order of their purchases.
        let mut last: Option<(f64, Jet<3>)> = None;
        for (row, weight) in rows.iter().skip(number * BLOCK).take(BLOCK) {
            let Row { purchases, mean } = *row;
            let shape = p.times(purchases);
            let known = last.filter(|(known, _)| *known == purchases).map(|(_, jet)| jet);
            let counted = known.unwrap_or_else(|| {
                (shape + q).log_gamma() - shape.log_gamma() + shape.times(libm::log(purchases))
            });
            last = Some((purchases, counted));
            let amounts = gamma.plus(purchases * mean).ln();
            let own = counted + shape.times(libm::log(mean)) - (shape + q) * amounts;
            sum.add_times(*weight, &(own + alike).plus(-libm::log(mean)));
        }
        sum
    };
    parallel::each_number(rows.len().div_ceil(BLOCK), block)
        .into_iter()
        .fold(Jet::ZERO, |sum, own| sum + own)
}

/// A gamma-gamma model, in the unit of money of its customers.
///
/// ```
/// use loyalty::clv::{GammaGammaModel, Spent};
///
/// // The CDNOW sample, in dollars.
/// let model = GammaGammaModel::new(6.249572, 3.744225, 15.443521)?;
/// let customer = Spent { purchases: 2, mean: 22.35 };
/// assert!((model.expected_spend(&customer).unwrap_or_default() - 24.659).abs() < 0.001);
/// // Of a new customer the mean of all is expected.
/// assert_eq!(model.expected_spend(&Spent { purchases: 0, mean: 0.0 }), model.mean());
/// assert!((model.mean().unwrap_or_default() - 35.171).abs() < 0.001);
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(try_from = "Stored", into = "Stored")]
pub struct GammaGammaModel {
    p: f64,
    q: f64,
    gamma: f64,
    report: Option<Report>,
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Stored {
    p: f64,
    q: f64,
    gamma: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")
    )]
    report: Option<Report>,
}

impl TryFrom<Stored> for GammaGammaModel {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { p, q, gamma, report } = stored;
        Ok(Self { report, ..Self::new(p, q, gamma)? })
    }
}

impl From<GammaGammaModel> for Stored {
    fn from(model: GammaGammaModel) -> Self {
        let GammaGammaModel { p, q, gamma, report } = model;
        Self { p, q, gamma, report }
    }
}

impl GammaGammaModel {
    /// A model with known parameters.
    ///
    /// # Errors
    /// Every parameter that is out of range.
    pub fn new(p: f64, q: f64, gamma: f64) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        for (name, value) in [("p", p), ("q", q), ("gamma", gamma)] {
            check_parameter(value, &Path::from(name), &mut problems);
        }
        problems.into_result(Self { p, q, gamma, report: None })
    }

    /// Its parameters p, q and γ.
    #[must_use]
    pub const fn parameters(&self) -> [f64; 3] {
        [self.p, self.q, self.gamma]
    }

    /// How it was fitted, if it was.
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// What customers spend per purchase on average; `None` if so few spend so much that there is
    /// no mean (q of at most 1).
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        self.expected(0.0, 0.0)
    }

    /// What the customer is expected to spend per purchase from now on: the customer's own mean,
    /// drawn towards that of all. `None` if the numbers make no sense, or there is no mean.
    #[must_use]
    pub fn expected_spend(&self, customer: &Spent) -> Option<f64> {
        match customer.purchases {
            0 => self.mean(),
            purchases if customer.is_sound() => self.expected(f64::from(purchases), customer.mean),
            _ => None,
        }
    }

    /// [`GammaGammaModel::expected_spend`] of each customer.
    #[must_use]
    pub fn expected_spend_each(&self, customers: &[Spent]) -> Vec<Option<f64>> {
        parallel::each(customers, |customer| self.expected_spend(customer))
    }

    /// p (γ + x z̄) / (p x + q - 1).
    fn expected(&self, purchases: f64, mean: f64) -> Option<f64> {
        let below = self.p * purchases + self.q - 1.0;
        (below > 0.0).then(|| self.p * (self.gamma + purchases * mean) / below)
    }
}

/// Whether what customers spend goes with how often they buy, which the model takes for granted it
/// does not: the correlation of the two among customers who bought, with its interval (R. Fisher,
/// 1921). `None` of fewer than four customers, or if one of the two is the same for all.
///
/// ```
/// use loyalty::clv::{Spent, spend_frequency_correlation};
/// use loyalty::stats::Confidence;
///
/// let customers = [(1, 20.0), (2, 10.0), (3, 30.0), (4, 20.0)];
/// let customers = customers.map(|(purchases, mean)| Spent { purchases, mean });
/// let correlation = spend_frequency_correlation(&customers, Confidence::USUAL).ok_or("four")?;
/// assert!((correlation.value - 0.316_227_766).abs() < 1e-9 && correlation.covers(0.0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn spend_frequency_correlation(
    customers: &[Spent],
    confidence: Confidence,
) -> Option<Estimate> {
    let some = || customers.iter().filter(|spent| spent.purchases > 0 && spent.mean > 0.0);
    let pairs = || some().map(|spent| (f64::from(spent.purchases), spent.mean));
    let count = pairs().count() as f64;
    let (sum_x, sum_y) = pairs().fold((0.0, 0.0), |(xs, ys), (x, y)| (xs + x, ys + y));
    let (mean_x, mean_y) = (sum_x / count, sum_y / count);
    let squares = pairs().fold([0.0; 3], |[xx, yy, xy], (x, y)| {
        let (x, y) = (x - mean_x, y - mean_y);
        [xx + x * x, yy + y * y, xy + x * y]
    });
    let [xx, yy, xy] = squares;
    if !(count >= 4.0 && xx > 0.0 && yy > 0.0) {
        return None;
    }
    let value = (xy / (xx.sqrt() * yy.sqrt())).clamp(-1.0, 1.0);
    // Fisher's z has the standard error 1/√(n-3).
    let (z, half) = (libm::atanh(value), confidence.errors() / (count - 3.0).sqrt());
    let (low, high) = (libm::tanh(z - half), libm::tanh(z + half));
    low.is_finite().then_some(Estimate { value, low, high })
}
