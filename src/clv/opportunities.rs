//! Customers who may buy at given opportunities, and may leave before each.
//!
//! P. Fader, B. Hardie and J. Shang, "Customer-base analysis in a discrete-time noncontractual
//! setting", Marketing Science 29 (2010), 1086–1108 (BG/BB): a customer who is there buys with a
//! chance p ~ beta(α, β) at each opportunity, and leaves before it with a chance θ ~ beta(γ, δ).

use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::jet::Jet;
use super::outcome::{NoAttrition, Outcome, TooLittle, Without};
use super::parameters::check_parameter;
use super::repeat::check_weights;
use super::report::{About, LikelihoodRatio, Report};
use super::rounds::{discounted, stayed};
use super::search::{Limits, Summit, highest};
use super::special::log_rising;
use super::{Fault, Fitted};

/// The most opportunities that a customer can have had.
pub const MOST_OPPORTUNITIES: u32 = 10_000;

/// How far logarithms of parameters are searched.
const REACH: f64 = 14.0;

/// A model whose log-likelihood is less above that of customers who never leave, as a share of it,
/// says no more.
const NOTHING_GAINED: f64 = 1e-9;

/// What a customer did at the opportunities so far: usually called (x, t_x, n).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opportunities {
    /// At how many the customer bought, usually called x.
    pub frequency: u32,
    /// At which of them last, counted from 1, usually called t_x; 0 if at none.
    pub recency: u32,
    /// How many there were, usually called n.
    pub count: u32,
}

impl Opportunities {
    const fn is_sound(self) -> bool {
        let Self { frequency, recency, count } = self;
        let bought = frequency <= recency && (frequency > 0) == (recency > 0);
        bought && recency <= count && count <= MOST_OPPORTUNITIES
    }

    /// Adds everything that cannot be.
    fn check(self, path: &Path, problems: &mut Problems<Fault>) {
        let Self { frequency, recency, count } = self;
        if count > MOST_OPPORTUNITIES {
            let (what, most) = ("opportunities", MOST_OPPORTUNITIES);
            problems.add(path.field("count"), Fault::MoreThanPossible { what, most, found: count });
        }
        if recency > count {
            let what = "opportunities up to the last purchase";
            let fault = Fault::MoreThanPossible { what, most: count, found: recency };
            problems.add(path.field("recency"), fault);
        }
        if frequency > recency {
            let fault =
                Fault::MoreThanPossible { what: "purchases", most: recency, found: frequency };
            problems.add(path.field("frequency"), fault);
        }
        if frequency == 0 && recency > 0 {
            let fault = Fault::NoPurchase { recency: f64::from(recency) };
            problems.add(path.field("recency"), fault);
        }
    }
}

/// The recipe of the BG/BB model.
///
/// ```
/// use loyalty::clv::{BgBb, Opportunities, Outcome, TooLittle};
///
/// let never = [Opportunities { frequency: 0, recency: 0, count: 6 }];
/// let outcome = BgBb::default().fit(&never, None)?;
/// assert_eq!(outcome, Outcome::TooLittle(TooLittle::NoRepeatPurchases));
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BgBb {
    /// Where a search starts beside of where it does anyway: α, β, γ and δ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<[f64; 4]>,
    /// The most iterations of a search; 200 without a word.
    #[serde(default = "two_hundred")]
    pub max_iterations: usize,
}

const fn two_hundred() -> usize {
    200
}

impl Default for BgBb {
    fn default() -> Self {
        Self { start: None, max_iterations: two_hundred() }
    }
}

impl BgBb {
    /// The most likely model; each customer counts once without `weights`.
    ///
    /// # Errors
    /// Everything that is out of range, with its place.
    ///
    /// # Complexity
    /// O(iterations · m · n) for m different histories of n opportunities.
    pub fn fit(
        &self,
        customers: &[Opportunities],
        weights: Option<&[f64]>,
    ) -> Result<Outcome<BgBbModel>, Problems<Fault>> {
        self.check(customers, weights)?;
        let rows = rows(customers, weights);
        if let Some(reason) = too_little(&rows) {
            return Ok(Outcome::TooLittle(reason));
        }
        let total: f64 = rows.iter().map(|(_, weight)| weight).sum();
        let limits = |size| Limits {
            low: vec![-REACH; size],
            high: vec![REACH; size],
            iterations: self.max_iterations,
        };
        let without = |place: &[f64]| {
            let place = <[f64; 2]>::try_from(place);
            place.map_or_else(|_| Jet::constant(f64::NAN), |at| staying(&rows, at)).into()
        };
        let usual = [vec![0.0, 0.0], vec![-0.7, 0.7]];
        let whole = |place: &[f64]| {
            let place = <[f64; 4]>::try_from(place);
            place.map_or_else(|_| Jet::constant(f64::NAN), |at| log_likelihood(&rows, at)).into()
        };
        let mut starts: Vec<Vec<f64>> = [[1.0, 1.0, 0.5, 3.0], [1.0, 0.5, 1.0, 20.0]]
            .iter()
            .chain(&self.start)
            .map(|start| start.map(libm::log).to_vec())
            .collect();
        let Some(bernoulli) = highest(&without, &usual, &limits(2)) else {
            return Ok(Outcome::TooLittle(TooLittle::NoDifference));
        };
        // Those who never leave, as a start.
        starts.push(bernoulli.place.iter().copied().chain([-1.0, 3.0]).collect());
        let Some(found) = highest(&whole, &starts, &limits(4)) else {
            return Ok(Outcome::TooLittle(TooLittle::NoDifference));
        };
        Ok(outcome(&bernoulli, &found, total, rows.len()))
    }

    fn check(
        &self,
        customers: &[Opportunities],
        weights: Option<&[f64]>,
    ) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        if self.max_iterations == 0 {
            problems.add(Path::from("max_iterations"), Fault::Zero);
        }
        for (at, &value) in self.start.iter().flatten().enumerate() {
            check_parameter(value, &Path::from("start").item(at), &mut problems);
        }
        for (at, customer) in customers.iter().enumerate() {
            customer.check(&Path::from("customers").item(at), &mut problems);
        }
        check_weights(customers.len(), weights, &mut problems);
        problems.into_result(())
    }
}

/// Each history once, in their order, with its weight.
fn rows(customers: &[Opportunities], weights: Option<&[f64]>) -> Vec<(Opportunities, f64)> {
    let mut weight = weights.unwrap_or_default().iter().copied();
    let mut rows: Vec<(Opportunities, f64)> =
        customers.iter().map(|customer| (*customer, weight.next().unwrap_or(1.0))).collect();
    rows.retain(|(_, weight)| *weight > 0.0);
    rows.sort_unstable_by_key(|(customer, weight)| (*customer, weight.to_bits()));
    rows.dedup_by(|next, kept| {
        let same = next.0 == kept.0;
        if same {
            kept.1 += next.1;
        }
        same
    });
    rows
}

fn too_little(rows: &[(Opportunities, f64)]) -> Option<TooLittle> {
    if rows.is_empty() {
        Some(TooLittle::NoCustomers)
    } else if rows.iter().all(|(row, _)| row.count == 0) {
        Some(TooLittle::NoTime)
    } else if rows.iter().all(|(row, _)| row.frequency == 0) {
        Some(TooLittle::NoRepeatPurchases)
    } else {
        let (found, needed) = (rows.len(), 4);
        (found < needed).then_some(TooLittle::FewHistories { found, needed })
    }
}

fn outcome(
    without: &Summit,
    found: &Summit,
    customers: f64,
    histories: usize,
) -> Outcome<BgBbModel> {
    let names = ["alpha", "beta", "gamma", "delta"].map(str::to_owned);
    let values: Vec<f64> = found.place.iter().map(|place| libm::exp(*place)).collect();
    let (value, less) = (found.slope.value, without.slope.value);
    if value - less <= NOTHING_GAINED * less.abs().max(1.0)
        && let Some(ratio) = LikelihoodRatio::new(value - less, 2)
        && let &[alpha, beta] = without.place.as_slice()
    {
        let reached = names.iter().zip(&values);
        let reached =
            reached.map(|(name, value)| Fitted { name: name.clone(), value: *value, error: None });
        let [alpha, beta] = [alpha, beta].map(libm::exp);
        return Outcome::NoAttrition(Box::new(NoAttrition {
            without: Without::BetaBernoulli { alpha, beta, log_likelihood: less },
            reached: reached.collect(),
            log_likelihood: value,
            ratio,
        }));
    }
    let notes = super::report::bounds(&names, found, REACH);
    let report = Report::of(found, &names, 4, About { customers, histories, notes });
    match values.as_slice() {
        &[alpha, beta, gamma, delta] => {
            Outcome::Fitted(BgBbModel { alpha, beta, gamma, delta, report: Some(report) })
        }
        _ => Outcome::TooLittle(TooLittle::NoDifference),
    }
}

/// ln Σ of what may have become of each customer: left before the opportunity after the last
/// purchase or any later one, or still there.
fn log_likelihood(rows: &[(Opportunities, f64)], place: [f64; 4]) -> Jet<4> {
    let [alpha, beta, gamma, delta] = Jet::exponentials(place);
    let (buys, leaves) = (alpha + beta, gamma + delta);
    let own = |(row, weight): &(Opportunities, f64)| {
        let [x, last, n] = [row.frequency, row.recency, row.count].map(f64::from);
        let stayed = beta.log_rising(n - x) - buys.log_rising(n) + delta.log_rising(n)
            - leaves.log_rising(n);
        let mut sum = stayed;
        let mut at = last;
        while at < n {
            let left = beta.log_rising(at - x) - buys.log_rising(at) + delta.log_rising(at)
                - leaves.log_rising(at + 1.0)
                + gamma.ln();
            sum = sum + (left - sum).softplus();
            at += 1.0;
        }
        (alpha.log_rising(x) + sum).times(*weight)
    };
    parallel::each(rows, own).into_iter().fold(Jet::ZERO, |sum, own| sum + own)
}

/// The same of customers who never leave.
fn staying(rows: &[(Opportunities, f64)], place: [f64; 2]) -> Jet<2> {
    let [alpha, beta] = Jet::exponentials(place);
    let buys = alpha + beta;
    let own = |(row, weight): &(Opportunities, f64)| {
        let [x, n] = [row.frequency, row.count].map(f64::from);
        (alpha.log_rising(x) + beta.log_rising(n - x) - buys.log_rising(n)).times(*weight)
    };
    rows.iter().map(own).fold(Jet::ZERO, |sum, own| sum + own)
}

/// A BG/BB model.
///
/// What it is asked of a customer is `None` if the customer's numbers make no sense.
///
/// ```
/// use loyalty::clv::{BgBbModel, Opportunities};
///
/// // The donations of the paper.
/// let model = BgBbModel::new([1.2035, 0.7497, 0.6567, 2.7834])?;
/// let donor = Opportunities { frequency: 6, recency: 6, count: 6 };
/// assert!((model.expected_purchases(&donor, 5).unwrap_or_default() - 3.75).abs() < 0.005);
/// assert!((model.p_alive(&donor).unwrap_or_default() - 0.930).abs() < 0.001);
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct BgBbModel {
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
    report: Option<Report>,
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    alpha: f64,
    beta: f64,
    gamma: f64,
    delta: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
}

impl TryFrom<Stored> for BgBbModel {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { alpha, beta, gamma, delta, report } = stored;
        Ok(Self { report, ..Self::new([alpha, beta, gamma, delta])? })
    }
}

impl From<BgBbModel> for Stored {
    fn from(model: BgBbModel) -> Self {
        let BgBbModel { alpha, beta, gamma, delta, report } = model;
        Self { alpha, beta, gamma, delta, report }
    }
}

impl BgBbModel {
    /// A model with known parameters α, β, γ and δ.
    ///
    /// # Errors
    /// Every parameter that is out of range.
    pub fn new([alpha, beta, gamma, delta]: [f64; 4]) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        let named = [("alpha", alpha), ("beta", beta), ("gamma", gamma), ("delta", delta)];
        for (name, value) in named {
            check_parameter(value, &Path::from(name), &mut problems);
        }
        problems.into_result(Self { alpha, beta, gamma, delta, report: None })
    }

    /// Its parameters α, β, γ and δ.
    #[must_use]
    pub const fn parameters(&self) -> [f64; 4] {
        [self.alpha, self.beta, self.gamma, self.delta]
    }

    /// How it was fitted, if it was.
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// The chance that the customer is there at the next opportunity, as in the paper.
    #[must_use]
    pub fn p_alive(&self, customer: &Opportunities) -> Option<f64> {
        self.p_alive_at(customer, 1)
    }

    /// [`BgBbModel::p_alive`] of each customer.
    #[must_use]
    pub fn p_alive_each(&self, customers: &[Opportunities]) -> Vec<Option<f64>> {
        parallel::each(customers, |customer| self.p_alive(customer))
    }

    /// The chance that the customer is there at the opportunity that is so many after the last one:
    /// 0 for the last one itself.
    #[must_use]
    pub fn p_alive_at(&self, customer: &Opportunities, later: u32) -> Option<f64> {
        let there = self.there(customer)?;
        let (b, later) = (self.delta + f64::from(customer.count), f64::from(later));
        let stays = log_rising(b, later) - log_rising(self.gamma + b, later);
        Some(there * libm::exp(stays))
    }

    /// At how many of so many next opportunities the customer is expected to buy.
    #[must_use]
    pub fn expected_purchases(&self, customer: &Opportunities, next: u32) -> Option<f64> {
        let rate = self.there(customer)? * self.buys(customer);
        Some(rate * stayed(self.gamma, self.delta + f64::from(customer.count), next))
    }

    /// [`BgBbModel::expected_purchases`] of each customer.
    #[must_use]
    pub fn expected_purchases_each(
        &self,
        customers: &[Opportunities],
        next: u32,
    ) -> Vec<Option<f64>> {
        parallel::each(customers, |customer| self.expected_purchases(customer, next))
    }

    /// At how many of the next opportunities the customer is expected to buy without an end, where
    /// one that is m opportunities away counts 1/(1+d)^m: the discounted expected residual
    /// transactions (DERT) of the paper. `None` as well if that is infinite.
    #[must_use]
    pub fn discounted_purchases(&self, customer: &Opportunities, rate: f64) -> Option<f64> {
        let worth = discounted(self.gamma, self.delta + f64::from(customer.count), rate)?;
        Some(self.there(customer)? * self.buys(customer) * worth)
    }

    /// The chance that the customer was there at the last opportunity.
    fn there(&self, customer: &Opportunities) -> Option<f64> {
        if !customer.is_sound() {
            return None;
        }
        let [x, last, n] = [customer.frequency, customer.recency, customer.count].map(f64::from);
        let (buys, leaves) = (self.alpha + self.beta, self.gamma + self.delta);
        // How likely it is to have left before each opportunity since, as a multiple of having
        // stayed, from the end backwards: (γ / (δ+i)) Π ((γ+δ+j) (α+β+j) / ((δ+j) (β+j-x))).
        let (mut odds, mut stays, mut at) = (0.0, 1.0, n);
        while at > last {
            at -= 1.0;
            let there = stays * (buys + at) / (self.beta + at - x);
            odds += there * self.gamma / (self.delta + at);
            stays = there * (leaves + at) / (self.delta + at);
        }
        Some(1.0 / (1.0 + odds))
    }

    /// The chance of a customer who is there to buy.
    fn buys(&self, customer: &Opportunities) -> f64 {
        let [x, n] = [customer.frequency, customer.count].map(f64::from);
        (self.alpha + x) / (self.alpha + self.beta + n)
    }
}
