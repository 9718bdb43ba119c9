//! How far fits and predictions would move with other customers: intervals without formulas.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};
use crate::stats::{Confidence, Estimate};

use super::draw::{beta, exponential, gamma};
use super::parameters::Parameters;
use super::repeat::History;
use super::{AttritionModel, Fault, Kind, LatentAttrition, Repeat, Repeats};

/// No customer buys more often in a simulation.
const MOST_PURCHASES: u32 = 1_000_000;

/// So many customers are drawn from one stream of random numbers.
const CHUNK: usize = 4_096;

/// How fits of other customers are made up.
///
/// ```
/// use loyalty::calendar::Unit;
/// use loyalty::clv::{AttritionModel, Bootstrap, Length, Parameters, Repeat, Repeats, Resampling};
/// use loyalty::stats::Confidence;
///
/// let (r, alpha) = (0.8, 6.0);
/// let truth = AttritionModel::new(Parameters::Nbd { r, alpha }, Unit::Week)?;
/// let ages = vec![30.0; 400];
/// let customers = truth.simulate(&ages, 7);
/// let repeats = Repeats::new(Unit::Week, &customers, None)?;
/// let bootstrap = Bootstrap { replicates: 40, seed: 7, resampling: Resampling::Model };
/// let found = bootstrap.run(&truth, &repeats)?;
/// let customer = Repeat::new(2, 20.0, 30.0, Unit::Week);
/// let expected = found.interval(Confidence::USUAL, |model| {
///     model.expected_purchases(&customer, Length::new(10.0, Unit::Week))
/// });
/// assert!(expected.is_some_and(|interval| interval.covers(interval.value)));
/// assert!(found.parameters(Confidence::USUAL)[0].1.covers(r));
/// assert_eq!((found.models().len(), found.failed()), (40, 0));
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bootstrap {
    /// How many fits; 200 without a word.
    #[serde(default = "two_hundred")]
    pub replicates: usize,
    /// The same seed gives the same fits.
    pub seed: u64,
    /// What the customers of a fit are.
    #[serde(default)]
    pub resampling: Resampling,
}

const fn two_hundred() -> usize {
    200
}

/// What the customers of a fit are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Resampling {
    /// Made up by the model, with the same ages: the parametric bootstrap, without a word.
    #[default]
    Model,
    /// The same ones with random weights: the Bayesian bootstrap (D. Rubin, Annals of Statistics 9,
    /// 1981), which does not take the model for true.
    Customers,
}

impl Bootstrap {
    /// Fits of the model's kind on customers like these.
    ///
    /// # Errors
    /// Fewer than one replicate, or a model in another unit than the customers.
    ///
    /// # Complexity
    /// That of as many fits.
    pub fn run(
        &self,
        model: &AttritionModel,
        repeats: &Repeats,
    ) -> Result<Replicates, Problems<Fault>> {
        let mut problems = Problems::none();
        if self.replicates == 0 {
            problems.add(Path::from("replicates"), Fault::Zero);
        }
        if model.unit() != repeats.unit() {
            problems.add(Path::from("model").field("unit"), Fault::Unit);
        }
        problems.into_result(())?;
        let recipe = LatentAttrition::new(kind(model.parameters()));
        let ages = self.ages(repeats);
        let fit = |number: usize| {
            let customers = self.customers(model, repeats, &ages, number);
            recipe.fit(&customers).ok()?.model()
        };
        let fits = parallel::each_number(self.replicates, fit);
        let failed = fits.iter().filter(|fit| fit.is_none()).count();
        let models = fits.into_iter().flatten().collect();
        Ok(Replicates { original: model.clone(), models, failed })
    }

    /// The ages of all customers, as far as they are needed.
    fn ages(&self, repeats: &Repeats) -> Vec<f64> {
        if self.resampling == Resampling::Customers {
            return Vec::new();
        }
        let rows = repeats.rows().iter();
        rows.flat_map(|(history, weight)| std::iter::repeat_n(history.age, whole(*weight)))
            .collect()
    }

    fn customers(
        &self,
        model: &AttritionModel,
        repeats: &Repeats,
        ages: &[f64],
        number: usize,
    ) -> Repeats {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        rng.set_stream(number as u64);
        match self.resampling {
            Resampling::Model => {
                let histories = model.histories(ages, rng.next_u64());
                let rows = histories.into_iter().map(|history| (history, 1.0)).collect();
                Repeats::of(repeats.unit(), rows)
            }
            Resampling::Customers => {
                let weights = repeats.rows().iter().map(|(_, weight)| *weight);
                repeats.reweighted(weights.map(|weight| gamma(&mut rng, weight, 1.0)))
            }
        }
    }
}

/// A weight as a number of customers.
fn whole(weight: f64) -> usize {
    libm::round(weight).min(1e9) as usize
}

/// The kind of a model, with the same regularity.
const fn kind(parameters: &Parameters) -> Kind {
    match *parameters {
        Parameters::Nbd { .. } => Kind::Nbd,
        Parameters::BgNbd { k, .. } => Kind::BgCnbd { k: Some(k) },
        Parameters::MbgNbd { k, .. } => Kind::MbgCnbd { k: Some(k) },
        Parameters::ParetoNbd { .. } => Kind::ParetoNbd,
    }
}

/// Fits of customers that could have been.
#[derive(Clone, Debug, PartialEq)]
pub struct Replicates {
    original: AttritionModel,
    models: Vec<AttritionModel>,
    failed: usize,
}

impl Replicates {
    /// The fits; where nobody left, they are those of customers who never leave.
    #[must_use]
    pub fn models(&self) -> &[AttritionModel] {
        &self.models
    }

    /// How many fits had too little data.
    #[must_use]
    pub const fn failed(&self) -> usize {
        self.failed
    }

    /// What the original model answers, with the interval between the percentiles of what all fits
    /// do; `None` if one of them does not answer.
    #[must_use]
    pub fn interval(
        &self,
        confidence: Confidence,
        ask: impl Fn(&AttritionModel) -> Option<f64>,
    ) -> Option<Estimate> {
        let value = ask(&self.original)?;
        let answers: Option<Vec<f64>> = self.models.iter().map(ask).collect();
        percentiles(value, answers?, confidence)
    }

    /// Each parameter with the interval between the percentiles of the fits; those in which nobody
    /// left are not among them.
    #[must_use]
    pub fn parameters(&self, confidence: Confidence) -> Vec<(&'static str, Estimate)> {
        let named = self.original.parameters().named();
        let kind = |model: &&AttritionModel| model.parameters().named().len() == named.len();
        let fits: Vec<Vec<(&str, f64)>> =
            self.models.iter().filter(kind).map(|model| model.parameters().named()).collect();
        let interval = |(at, (name, value)): (usize, &(&'static str, f64))| {
            let values = fits.iter().filter_map(|fit| fit.get(at)).map(|(_, value)| *value);
            Some((*name, percentiles(*value, values.collect(), confidence)?))
        };
        named.iter().enumerate().filter_map(interval).collect()
    }
}

/// A value with the interval between two percentiles, linear between the numbers.
fn percentiles(value: f64, mut numbers: Vec<f64>, confidence: Confidence) -> Option<Estimate> {
    numbers.sort_by(f64::total_cmp);
    let last = numbers.len().checked_sub(1)?;
    let at = |share: f64| {
        let place = share * last as f64;
        let below = libm::floor(place);
        let low = numbers.get(below as usize)?;
        let high = numbers.get((below as usize + 1).min(last))?;
        Some(low + (high - low) * (place - below))
    };
    let tail = confidence.tail();
    Some(Estimate { value, low: at(tail)?, high: at(1.0 - tail)? })
}

impl AttritionModel {
    /// Customers as the model has them, one of each age in its unit; ages that make no sense are
    /// left out. The same seed gives the same customers.
    #[must_use]
    pub fn simulate(&self, ages: &[f64], seed: u64) -> Vec<Repeat> {
        let sound: Vec<f64> =
            ages.iter().copied().filter(|age| (0.0..=super::LONGEST).contains(age)).collect();
        let histories = self.histories(&sound, seed).into_iter();
        let repeat = |history: History| {
            let frequency = history.frequency as u32;
            Repeat::new(frequency, history.recency, history.age, self.unit())
        };
        histories.map(repeat).collect()
    }

    fn histories(&self, ages: &[f64], seed: u64) -> Vec<History> {
        let empty = History { frequency: 0.0, recency: 0.0, age: 0.0 };
        let mut histories = vec![empty; ages.len()];
        parallel::fill_chunks(&mut histories, CHUNK, |number, places| {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            rng.set_stream(number as u64);
            for (place, age) in places.iter_mut().zip(ages.iter().skip(number * CHUNK)) {
                *place = drawn(self.parameters(), *age, &mut rng);
            }
        });
        histories
    }
}

/// A customer of this age.
fn drawn(parameters: &Parameters, age: f64, rng: &mut ChaCha8Rng) -> History {
    let (k, rate, leaves, end) = match *parameters {
        Parameters::Nbd { r, alpha } => (1, gamma(rng, r, alpha), 0.0, age),
        Parameters::BgNbd { k, r, alpha, a, b } => (k, gamma(rng, r, alpha), beta(rng, a, b), age),
        Parameters::MbgNbd { k, r, alpha, a, b } => {
            let (rate, leaves) = (gamma(rng, r, alpha), beta(rng, a, b));
            let stays = super::draw::uniform(rng) >= leaves;
            (k, rate, leaves, if stays { age } else { 0.0 })
        }
        Parameters::ParetoNbd { r, alpha, s, beta } => {
            let (rate, leaving) = (gamma(rng, r, alpha), gamma(rng, s, beta));
            (1, rate, 0.0, exponential(rng, leaving).min(age))
        }
    };
    let (mut frequency, mut recency, mut at) = (0, 0.0, 0.0);
    while frequency < MOST_PURCHASES {
        at += if k == 1 { exponential(rng, rate) } else { gamma(rng, f64::from(k), rate) };
        if at > end || end == 0.0 {
            break;
        }
        frequency += 1;
        recency = at;
        if leaves > 0.0 && super::draw::uniform(rng) < leaves {
            break;
        }
    }
    History { frequency: f64::from(frequency), recency, age }
}
