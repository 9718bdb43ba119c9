//! Customers with a contract, who renew it or not.
//!
//! P. Fader and B. Hardie, "How to project customer retention", Journal of Interactive Marketing 21
//! (2007), 76–90 (sBG): at each renewal a customer leaves with a chance θ ~ beta(α, β); and
//! "Customer-base valuation in a contractual setting: the perils of ignoring heterogeneity",
//! Marketing Science 29 (2010), 85–93.

use serde::{Deserialize, Serialize};

use crate::path::{Path, Problems};

use super::Fault;
use super::jet::Jet;
use super::outcome::{Outcome, TooLittle};
use super::parameters::check_parameter;
use super::repeat::check_weights;
use super::report::{About, Report, bounds};
use super::rounds::{discounted, stayed};
use super::search::{Limits, highest};
use super::special::log_rising;

/// How far logarithms of parameters are searched.
const REACH: f64 = 14.0;

/// A contract and how often it was renewed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contract {
    /// How often it was renewed.
    pub renewals: u32,
    /// What became of it then.
    pub state: ContractState,
}

/// What became of a contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContractState {
    /// It was not renewed at the next occasion.
    Ended,
    /// There was no further occasion yet.
    Open,
}

/// The recipe of the sBG model.
///
/// ```
/// use loyalty::clv::{Contract, ContractState, Sbg};
///
/// // Of 1,000 customers of the paper's "regular" segment 631, 468, … are left after each year.
/// let left = [1_000.0, 631.0, 468.0, 382.0, 326.0, 289.0, 262.0, 241.0];
/// let ended = (0..7).map(|renewals| Contract { renewals, state: ContractState::Ended });
/// let open = Contract { renewals: 7, state: ContractState::Open };
/// let contracts: Vec<Contract> = ended.chain([open]).collect();
/// let counts: Vec<f64> = left.windows(2).map(|two| two[0] - two[1]).chain([241.0]).collect();
/// let fitted = Sbg::default().fit(&contracts, Some(&counts))?.fitted();
/// let model = fitted.ok_or_else(|| "enough data").unwrap();
/// let [alpha, beta] = model.parameters();
/// assert!((alpha - 0.704).abs() < 0.001 && (beta - 1.182).abs() < 0.001);
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sbg {
    /// Where a search starts beside of where it does anyway: α and β.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start: Option<[f64; 2]>,
    /// The most iterations of a search; 200 without a word.
    #[serde(default = "two_hundred")]
    pub max_iterations: usize,
}

const fn two_hundred() -> usize {
    200
}

impl Default for Sbg {
    fn default() -> Self {
        Self { start: None, max_iterations: two_hundred() }
    }
}

impl Sbg {
    /// The most likely model; each contract counts once without `weights`.
    ///
    /// # Errors
    /// Everything that is out of range, with its place.
    pub fn fit(
        &self,
        contracts: &[Contract],
        weights: Option<&[f64]>,
    ) -> Result<Outcome<SbgModel>, Problems<Fault>> {
        self.check(contracts, weights)?;
        let mut weight = weights.unwrap_or_default().iter().copied();
        let rows = contracts.iter().map(|one| (*one, weight.next().unwrap_or(1.0)));
        let mut rows: Vec<(Contract, f64)> = rows.filter(|(_, weight)| *weight > 0.0).collect();
        rows.sort_unstable_by_key(|(contract, weight)| (*contract, weight.to_bits()));
        rows.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 += next.1;
            }
            same
        });
        if let Some(reason) = too_little(&rows) {
            return Ok(Outcome::TooLittle(reason));
        }
        let function = |place: &[f64]| {
            let place = <[f64; 2]>::try_from(place);
            place.map_or_else(|_| Jet::constant(f64::NAN), |at| log_likelihood(&rows, at)).into()
        };
        let limits =
            Limits { low: vec![-REACH; 2], high: vec![REACH; 2], iterations: self.max_iterations };
        let starts = [[1.0, 3.0], [1.0, 1.0], [0.2, 0.2], [5.0, 50.0]];
        let starts: Vec<Vec<f64>> =
            starts.iter().chain(&self.start).map(|start| start.map(libm::log).to_vec()).collect();
        let Some(summit) = highest(&function, &starts, &limits) else {
            return Ok(Outcome::TooLittle(TooLittle::NoDifference));
        };
        let names = ["alpha", "beta"].map(str::to_owned);
        let customers = rows.iter().map(|(_, weight)| weight).sum();
        let notes = bounds(&names, &summit, REACH);
        let about = About { customers, histories: rows.len(), notes };
        let report = Some(Report::of(&summit, &names, 2, about));
        Ok(match summit.place.as_slice() {
            &[alpha, beta] => {
                Outcome::Fitted(SbgModel { alpha: libm::exp(alpha), beta: libm::exp(beta), report })
            }
            _ => Outcome::TooLittle(TooLittle::NoDifference),
        })
    }

    fn check(
        &self,
        contracts: &[Contract],
        weights: Option<&[f64]>,
    ) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        if self.max_iterations == 0 {
            problems.add(Path::from("max_iterations"), Fault::Zero);
        }
        for (at, &value) in self.start.iter().flatten().enumerate() {
            check_parameter(value, &Path::from("start").item(at), &mut problems);
        }
        check_weights(contracts.len(), weights, &mut problems);
        problems.into_result(())
    }
}

fn too_little(rows: &[(Contract, f64)]) -> Option<TooLittle> {
    let is_open = |contract: &Contract| contract.state == ContractState::Open;
    if rows.is_empty() {
        Some(TooLittle::NoCustomers)
    } else if rows.iter().all(|(contract, _)| is_open(contract)) {
        Some(TooLittle::NobodyLeft)
    } else if rows.iter().all(|(contract, _)| contract.renewals == 0) {
        Some(TooLittle::NobodyStayed)
    } else {
        None
    }
}

/// Of those who left ln B(α+1, β+k)/B(α, β), of others ln B(α, β+k)/B(α, β), after k renewals.
fn log_likelihood(rows: &[(Contract, f64)], place: [f64; 2]) -> Jet<2> {
    let [alpha, beta] = Jet::exponentials(place);
    let both = alpha + beta;
    let own = |(contract, weight): &(Contract, f64)| {
        let renewals = f64::from(contract.renewals);
        let stayed = beta.log_rising(renewals);
        let own = match contract.state {
            ContractState::Ended => stayed + alpha.ln() - both.log_rising(renewals + 1.0),
            ContractState::Open => stayed - both.log_rising(renewals),
        };
        own.times(*weight)
    };
    rows.iter().map(own).fold(Jet::ZERO, |sum, own| sum + own)
}

/// A shifted-beta-geometric model.
///
/// ```
/// use loyalty::clv::SbgModel;
///
/// let model = SbgModel::new(0.704, 1.182)?;
/// assert!((model.survival(1) - 0.627).abs() < 0.001);
/// // Who stays longer is more likely to stay: 90 % of those who renewed five times do so again.
/// assert!((model.retention(5) - 0.898).abs() < 0.001);
/// assert!(model.expected_renewals(5, 10) > model.expected_renewals(0, 10));
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct SbgModel {
    alpha: f64,
    beta: f64,
    report: Option<Report>,
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    alpha: f64,
    beta: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    report: Option<Report>,
}

impl TryFrom<Stored> for SbgModel {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        Ok(Self { report: stored.report, ..Self::new(stored.alpha, stored.beta)? })
    }
}

impl From<SbgModel> for Stored {
    fn from(model: SbgModel) -> Self {
        let SbgModel { alpha, beta, report } = model;
        Self { alpha, beta, report }
    }
}

impl SbgModel {
    /// A model with known parameters.
    ///
    /// # Errors
    /// Every parameter that is out of range.
    pub fn new(alpha: f64, beta: f64) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        for (name, value) in [("alpha", alpha), ("beta", beta)] {
            check_parameter(value, &Path::from(name), &mut problems);
        }
        problems.into_result(Self { alpha, beta, report: None })
    }

    /// Its parameters α and β.
    #[must_use]
    pub const fn parameters(&self) -> [f64; 2] {
        [self.alpha, self.beta]
    }

    /// How it was fitted, if it was.
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// The share of customers who renew at least so often.
    #[must_use]
    pub fn survival(&self, renewals: u32) -> f64 {
        let renewals = f64::from(renewals);
        libm::exp(log_rising(self.beta, renewals) - log_rising(self.alpha + self.beta, renewals))
    }

    /// The share of those who renewed so often that renews again.
    #[must_use]
    pub fn retention(&self, renewals: u32) -> f64 {
        let stayed = self.beta + f64::from(renewals);
        stayed / (self.alpha + stayed)
    }

    /// How often a customer who renewed so often is expected to renew at the `next` occasions.
    #[must_use]
    pub fn expected_renewals(&self, renewals: u32, next: u32) -> f64 {
        stayed(self.alpha, self.beta + f64::from(renewals), next)
    }

    /// How often a customer who renewed so often is expected to renew without an end, where the
    /// next renewal counts 1 and each one after it 1/(1+d) of the one before: the discounted
    /// expected residual lifetime (DERL) of Fader and Hardie (2010). `None` if that is infinite.
    ///
    /// ```
    /// use loyalty::clv::SbgModel;
    ///
    /// let model = SbgModel::new(3.0, 1.0)?;
    /// assert_eq!(model.discounted_renewals(0, 0.0), Some(0.5));
    /// assert!(model.discounted_renewals(0, 0.1) < Some(0.5));
    /// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
    /// ```
    #[must_use]
    pub fn discounted_renewals(&self, renewals: u32, rate: f64) -> Option<f64> {
        let worth = discounted(self.alpha, self.beta + f64::from(renewals), rate)?;
        Some(worth * (1.0 + rate))
    }
}
