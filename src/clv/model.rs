//! Fitted models of repeat purchases, and what they say of a customer.

use serde::{Deserialize, Serialize};

use crate::calendar::Unit;
use crate::parallel;
use crate::path::{Path, Problems};

use super::discount::{discounted, still_there};
use super::geometric::Geometric;
use super::pareto;
use super::repeat::History;
use super::special::logistic;
use super::survivors::Survivor;
use super::{Discount, Fault, Length, Parameters, Repeat, Report};

/// So many customers are answered for at once.
const CHUNK: usize = 4_096;

/// A model of repeat purchases in a unit of time.
///
/// What it is asked of a customer is `None` if the customer's numbers make no sense or are in a
/// unit that has no fixed number of the model's, and nothing else.
///
/// ```
/// use loyalty::calendar::Unit;
/// use loyalty::clv::{AttritionModel, Length, Parameters, Repeat};
///
/// // The CDNOW sample in weeks, as published with the BG/NBD model.
/// let (r, alpha, a, b) = (0.242595, 4.413602, 0.792922, 2.425907);
/// let model = AttritionModel::new(Parameters::BgNbd { k: 1, r, alpha, a, b }, Unit::Week)?;
/// let customer = Repeat::new(2, 30.43, 38.86, Unit::Week);
/// let expected = model.expected_purchases(&customer, Length::new(39.0, Unit::Week));
/// assert!((expected.unwrap_or_default() - 1.226).abs() < 0.0005);
/// // In months it cannot be said: they have no fixed number of weeks.
/// assert_eq!(model.expected_purchases(&customer, Length::new(9.0, Unit::Month)), None);
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(try_from = "Stored", into = "Stored")]
pub struct AttritionModel {
    parameters: Parameters,
    unit: Unit,
    report: Option<Report>,
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
struct Stored {
    parameters: Parameters,
    unit: Unit,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(
        feature = "schemars",
        schemars(with = "Option<serde_json::Map<String, serde_json::Value>>")
    )]
    report: Option<Report>,
}

impl TryFrom<Stored> for AttritionModel {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { parameters, unit, report } = stored;
        Ok(Self { report, ..Self::new(parameters, unit)? })
    }
}

impl From<AttritionModel> for Stored {
    fn from(model: AttritionModel) -> Self {
        let AttritionModel { parameters, unit, report } = model;
        Self { parameters, unit, report }
    }
}

impl AttritionModel {
    /// A model with known parameters, where time is counted in `unit`.
    ///
    /// # Errors
    /// Every parameter that is out of range.
    pub fn new(parameters: Parameters, unit: Unit) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        parameters.check(&Path::from("parameters"), &mut problems);
        problems.into_result(Self { parameters, unit, report: None })
    }

    pub(super) const fn fitted(parameters: Parameters, unit: Unit, report: Report) -> Self {
        Self { parameters, unit, report: Some(report) }
    }

    /// Its parameters.
    #[must_use]
    pub const fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// What its time is counted in.
    #[must_use]
    pub const fn unit(&self) -> Unit {
        self.unit
    }

    /// How it was fitted, if it was.
    #[must_use]
    pub const fn report(&self) -> Option<&Report> {
        self.report.as_ref()
    }

    /// The chance that the customer has not left for good, at the customer's age.
    #[must_use]
    pub fn p_alive(&self, customer: &Repeat) -> Option<f64> {
        Some(logistic(-self.log_odds(&customer.seen_in(self.unit)?)))
    }

    /// [`AttritionModel::p_alive`] of each customer.
    #[must_use]
    pub fn p_alive_each(&self, customers: &[Repeat]) -> Vec<Option<f64>> {
        self.each(customers, |history| logistic(-self.log_odds(history)))
    }

    /// How many purchases are to be expected in a time that begins at the customer's age, given
    /// what the customer did so far.
    #[must_use]
    pub fn expected_purchases(&self, customer: &Repeat, within: Length) -> Option<f64> {
        let time = within.in_units(self.unit).filter(|time| *time >= 0.0)?;
        Some(self.expected(&customer.seen_in(self.unit)?, time))
    }

    /// [`AttritionModel::expected_purchases`] of each customer.
    #[must_use]
    pub fn expected_purchases_each(
        &self,
        customers: &[Repeat],
        within: Length,
    ) -> Vec<Option<f64>> {
        match within.in_units(self.unit).filter(|time| *time >= 0.0) {
            Some(time) => self.each(customers, |history| self.expected(history, time)),
            None => vec![None; customers.len()],
        }
    }

    /// How many repeat purchases are to be expected of a customer of whom nothing is known, in a
    /// time that begins with the first purchase.
    ///
    /// ```
    /// use loyalty::calendar::Unit;
    /// use loyalty::clv::{AttritionModel, Length, Parameters};
    ///
    /// let model = AttritionModel::new(Parameters::Nbd { r: 0.5, alpha: 10.0 }, Unit::Week)?;
    /// assert_eq!(model.expected_of_new(Length::new(140.0, Unit::Day)), Some(1.0));
    /// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
    /// ```
    #[must_use]
    pub fn expected_of_new(&self, within: Length) -> Option<f64> {
        let time = within.in_units(self.unit).filter(|time| *time >= 0.0)?;
        Some(self.expected(&NEW, time))
    }

    /// How many purchases are to be expected after the customer's age, each counted less the later
    /// it is: the discounted expected residual transactions (DERT), without an end, or within a
    /// time.
    ///
    /// For Pareto/NBD: P. Fader, B. Hardie and K. L. Lee, "RFM and CLV: using iso-value curves for
    /// customer base analysis", Journal of Marketing Research 42 (2005), 415–430. It is `None` as
    /// well where the sum is infinite, for want of a discount.
    #[must_use]
    pub fn discounted_purchases(
        &self,
        customer: &Repeat,
        within: Option<Length>,
        discount: &Discount,
    ) -> Option<f64> {
        discounted(self, &customer.seen_in(self.unit)?, within, discount)
    }

    /// [`AttritionModel::discounted_purchases`] of each customer.
    #[must_use]
    pub fn discounted_purchases_each(
        &self,
        customers: &[Repeat],
        within: Option<Length>,
        discount: &Discount,
    ) -> Vec<Option<f64>> {
        parallel::each(customers, |customer| self.discounted_purchases(customer, within, discount))
    }

    fn each(
        &self,
        customers: &[Repeat],
        answer: impl Fn(&History) -> f64 + Sync,
    ) -> Vec<Option<f64>> {
        let mut answers = vec![None; customers.len()];
        parallel::fill_chunks(&mut answers, CHUNK, |number, places| {
            let own = customers.iter().skip(number * CHUNK);
            for (place, customer) in places.iter_mut().zip(own) {
                *place = customer.seen_in(self.unit).map(|history| answer(&history));
            }
        });
        answers
    }

    /// The logarithm of the odds of having left.
    #[inline]
    pub(super) fn log_odds(&self, history: &History) -> f64 {
        match self.parameters {
            Parameters::Nbd { .. } => f64::NEG_INFINITY,
            Parameters::BgNbd { k: 1, r, alpha, a, b } => {
                if history.frequency == 0.0 {
                    return f64::NEG_INFINITY;
                }
                exponential_odds([r, alpha, a, b - 1.0], history)
            }
            Parameters::MbgNbd { k: 1, r, alpha, a, b } => {
                exponential_odds([r, alpha, a, b], history)
            }
            Parameters::BgNbd { k, r, alpha, a, b } => {
                Geometric { k, at_first: 0.0 }.odds([r, alpha, a, b], history).left
            }
            Parameters::MbgNbd { k, r, alpha, a, b } => {
                Geometric { k, at_first: 1.0 }.odds([r, alpha, a, b], history).left
            }
            Parameters::ParetoNbd { r, alpha, s, beta } => {
                pareto::At::new([r, alpha, s, beta].map(libm::log)).odds(history)
            }
        }
    }

    /// The purchases that are to be expected of a customer who may have left.
    pub(super) fn expected(&self, history: &History, time: f64) -> f64 {
        let alive = logistic(-self.log_odds(history));
        let History { frequency, age, .. } = *history;
        match self.parameters {
            Parameters::Nbd { r, alpha } => (r + frequency) / (alpha + age) * time,
            Parameters::BgNbd { k, r, alpha, a, b } => {
                alive * geometric(Geometric { k, at_first: 0.0 }, [r, alpha, a, b], history, time)
            }
            Parameters::MbgNbd { k, r, alpha, a, b } => {
                alive * geometric(Geometric { k, at_first: 1.0 }, [r, alpha, a, b], history, time)
            }
            Parameters::ParetoNbd { r, alpha, s, beta } => {
                let rate = (r + frequency) / (alpha + age);
                alive * rate * still_there(s, beta + age, time)
            }
        }
    }
}

/// A customer of whom nothing is known.
const NEW: History = History { frequency: 0.0, recency: 0.0, age: 0.0 };

/// ln (a / (less + x)) + (r + x) ln ((α+T) / (α+t_x)).
#[inline]
fn exponential_odds([r, alpha, a, less]: [f64; 4], history: &History) -> f64 {
    let History { frequency, recency, age } = *history;
    let ratio = libm::log((alpha + age) / (alpha + recency));
    libm::log(a / (less + frequency)) + (r + frequency) * ratio
}

/// The purchases that are to be expected of a customer who is there.
fn geometric(family: Geometric, parameters: [f64; 4], history: &History, time: f64) -> f64 {
    let [_, alpha, _, _] = parameters;
    let odds = time / (alpha + history.age);
    survivors(family, parameters, history, |survivor| survivor.purchases(odds))
}

/// What is to be expected of a customer who is there, over the waits that may have passed.
fn survivors(
    family: Geometric,
    parameters: [f64; 4],
    history: &History,
    ask: impl Fn(Survivor) -> f64,
) -> f64 {
    let (first, chances) = waiting(family, parameters, history);
    // What is as good as impossible adds nothing.
    let some = (0..family.k).zip(chances).filter(|(_, chance)| *chance > 1e-16);
    let expected = some.map(|(waited, chance)| {
        let shape = first.shape + f64::from(waited);
        chance * ask(Survivor { shape, waited, ..first })
    });
    expected.sum()
}

/// A customer who is there, if no wait has passed, and how likely none, one, two, … have.
pub(super) fn waiting(
    family: Geometric,
    [r, alpha, a, b]: [f64; 4],
    history: &History,
) -> (Survivor, Vec<f64>) {
    let later = b + history.frequency + family.at_first;
    let shape = r + history.frequency * f64::from(family.k);
    let first = Survivor { shape, a, b: later, k: family.k, waited: 0 };
    if family.k == 1 {
        return (first, vec![1.0]);
    }
    let waits = family.odds([r, alpha, a, b], history).waits;
    (first, waits.into_iter().take(family.k as usize).collect())
}
