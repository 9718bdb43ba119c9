//! More than one model: how much to believe that customers who seem to have left have.

use serde::{Deserialize, Serialize};

use crate::calendar::Unit;
use crate::parallel;
use crate::path::{Path, Problems};

use super::holdout::{check, judged};
use super::outcome::{Outcome, TooLittle};
use super::{AttritionModel, Fault, Kind, LatentAttrition, Length, Repeat, Repeats, Validation};

/// The recipe of two models blended: one of customers who may leave, and the NBD, whose customers
/// never do.
///
/// Models with attrition expect next to nothing of customers who have been silent for long; some of
/// them come back. And most of those of whom little is expected buy nothing at all. So some of the
/// NBD is blended in, and then the same amount is taken off from what is expected of everybody,
/// down to nothing. How much of either is learned from pasts: what the customers had done at
/// earlier instants, and what they did from then up to now. Both models are fitted on what was
/// known at each past; the errors are compared with those of the model with attrition, and each
/// past counts as much. What is expected of all customers together stays what the model with
/// attrition expects. Nothing after the customers' ages is looked at.
///
/// ```
/// use loyalty::clv::{Aim, Blend, Kind};
///
/// let blend = Blend { kind: Kind::ParetoNbd, aim: Aim::Both };
/// assert_eq!(serde_json::from_str::<Blend>("{}")?, blend);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blend {
    /// The model with attrition; Pareto/NBD without a word.
    #[serde(default = "pareto")]
    pub kind: Kind,
    /// By which errors the blend is chosen; both without a word.
    #[serde(default)]
    pub aim: Aim,
}

/// By which errors a blend is chosen.
///
/// No forecast is best by all: the mean of what may happen has the least squared error, and its
/// median the least absolute error, which is 0 for a customer who more likely than not buys
/// nothing.
///
/// ```
/// use loyalty::clv::{Aim, Blend};
///
/// let blend: Blend = serde_json::from_str(r#"{ "aim": "absolute" }"#)?;
/// assert_eq!(blend.aim, Aim::Absolute);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aim {
    /// The least squared error of those blends that are no worse than the model alone by the
    /// squared error and by the absolute error.
    #[default]
    Both,
    /// The least squared error.
    Squared,
    /// The least absolute error.
    Absolute,
}

const fn pareto() -> Kind {
    Kind::ParetoNbd
}

impl Default for Blend {
    fn default() -> Self {
        Self { kind: pareto(), aim: Aim::Both }
    }
}

/// Customers as they were at an earlier instant, and what they did from then on.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    /// The customers as they were.
    pub customers: Vec<Repeat>,
    /// How many purchases each of them made afterwards, up to now at most.
    pub purchases: Vec<u32>,
    /// For how long.
    pub within: Length,
}

/// Two models of repeat purchases, and how much of each is expected.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct BlendedModel {
    model: AttritionModel,
    without: AttritionModel,
    share: f64,
    taken_off: f64,
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    model: AttritionModel,
    without: AttritionModel,
    share: f64,
    #[serde(default, skip_serializing_if = "is_nothing")]
    taken_off: f64,
}

fn is_nothing(value: &f64) -> bool {
    *value == 0.0
}

impl TryFrom<Stored> for BlendedModel {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { model, without, share, taken_off } = stored;
        let mut problems = Problems::none();
        if !(0.0..1.0).contains(&taken_off) {
            problems.add(Path::from("taken_off"), Fault::OutOfRange { value: taken_off });
        }
        if !(0.0..=1.0).contains(&share) {
            problems.add(Path::from("share"), Fault::OutOfRange { value: share });
        }
        if model.unit() != without.unit() {
            problems.add(Path::from("without").field("unit"), Fault::Unit);
        }
        problems.into_result(Self { model, without, share, taken_off })
    }
}

impl From<BlendedModel> for Stored {
    fn from(blended: BlendedModel) -> Self {
        let BlendedModel { model, without, share, taken_off } = blended;
        Self { model, without, share, taken_off }
    }
}

impl Blend {
    /// The blend for customers as they are now, as the pasts tell; times are turned into `unit`.
    ///
    /// Pasts in which there is too little for a model say nothing; if none says anything, it is the
    /// model with attrition alone.
    ///
    /// # Errors
    /// Everything that makes no sense, with its place.
    pub fn fit(
        &self,
        unit: Unit,
        customers: &[Repeat],
        pasts: &[Past],
    ) -> Result<Outcome<BlendedModel>, Problems<Fault>> {
        let mut problems = Problems::none();
        let mut told = Vec::new();
        for (at, past) in pasts.iter().enumerate() {
            match self.past(unit, past) {
                Ok(found) => told.extend(found),
                Err(found) => problems.absorb(&Path::from("pasts").item(at), found),
            }
        }
        problems.into_result(())?;
        let Mix { share, taken_off } = self.aim.best(&told);
        let fitted = self.models(unit, customers)?;
        Ok(match fitted {
            Ok((model, without)) => {
                Outcome::Fitted(BlendedModel { model, without, share, taken_off })
            }
            Err(reason) => Outcome::TooLittle(reason),
        })
    }

    /// The two models of some customers, or why there are none.
    fn models(
        &self,
        unit: Unit,
        customers: &[Repeat],
    ) -> Result<Result<(AttritionModel, AttritionModel), TooLittle>, Problems<Fault>> {
        let repeats = Repeats::new(unit, customers, None)?;
        let one = LatentAttrition::new(self.kind).fit(&repeats)?;
        let two = LatentAttrition::new(Kind::Nbd).fit(&repeats)?;
        let reason = match (&one, &two) {
            (Outcome::TooLittle(reason), _) | (_, Outcome::TooLittle(reason)) => *reason,
            _ => TooLittle::NoDifference,
        };
        Ok(one.model().zip(two.model()).ok_or(reason))
    }

    /// The errors of each mix in a past, as shares of those of the model alone.
    fn past(&self, unit: Unit, past: &Past) -> Result<Option<Vec<[f64; 2]>>, Problems<Fault>> {
        let Past { customers, purchases, within } = past;
        check(unit, customers, purchases, *within)?;
        let Ok((model, without)) = self.models(unit, customers)? else { return Ok(None) };
        let one = model.expected_purchases_each(customers, *within);
        let two = without.expected_purchases_each(customers, *within);
        let rows = one.into_iter().zip(two).zip(purchases);
        let rows = rows.map(|((one, two), actual)| Some([one?, two?, f64::from(*actual)]));
        let rows: Option<Vec<[f64; 3]>> = rows.collect();
        Ok(rows.and_then(|rows| errors(&rows)))
    }
}

/// How much of the NBD there is, and what share of the mean is taken off from everybody.
#[derive(Clone, Copy)]
struct Mix {
    share: f64,
    taken_off: f64,
}

/// So many steps of a share from 0 to 1, and of what is taken off from 0 to half the mean.
const STEPS: u32 = 20;

/// All mixes that are tried, the plainest first.
fn mixes() -> impl Iterator<Item = Mix> {
    let step = |number: u32| f64::from(number) / f64::from(STEPS);
    let shares = (0..=STEPS).map(step);
    shares.flat_map(move |share| {
        (0..=STEPS).map(move |off| Mix { share, taken_off: 0.5 * step(off) })
    })
}

/// The root of the mean squared error and the mean absolute error of each mix, as shares of those
/// of the first, which is the model alone.
///
/// Who buys how much is compared, not how much all do.
fn errors(rows: &[[f64; 3]]) -> Option<Vec<[f64; 2]>> {
    let sum = |of: fn(&[f64; 3]) -> f64| rows.iter().map(of).sum::<f64>();
    let actual = sum(|[_, _, it]| *it);
    let (to_one, to_two) = (actual / sum(|[one, _, _]| *one), actual / sum(|[_, two, _]| *two));
    let all: Vec<Mix> = mixes().collect();
    let own = parallel::each(&all, |mix| {
        let mixed: Vec<f64> = rows
            .iter()
            .map(|[one, two, _]| one * to_one + mix.share * (two * to_two - one * to_one))
            .collect();
        let (mut squares, mut absolute) = (0.0, 0.0);
        for (expected, [_, _, actual]) in mix.less(&mixed).zip(rows) {
            squares += (expected - actual).powi(2);
            absolute += (expected - actual).abs();
        }
        [(squares / rows.len() as f64).sqrt(), absolute / rows.len() as f64]
    });
    let [squared, absolute] = own.first().copied()?;
    let shares = own.into_iter().map(|[one, two]| [one / squared, two / absolute]);
    let shares: Vec<[f64; 2]> = shares.collect();
    shares.iter().flatten().all(|share| share.is_finite()).then_some(shares)
}

impl Mix {
    /// What is left of each when the same is taken off from all, with the same total.
    fn less(self, mixed: &[f64]) -> impl Iterator<Item = f64> {
        let total: f64 = mixed.iter().sum();
        let off = self.taken_off * total / mixed.len() as f64;
        let rest: f64 = mixed.iter().map(|one| (one - off).max(0.0)).sum();
        let to = if off > 0.0 && rest > 0.0 { total / rest } else { 1.0 };
        let off = if rest > 0.0 { off } else { 0.0 };
        mixed.iter().map(move |one| (one - off).max(0.0) * to)
    }
}

impl Aim {
    /// The best mix by its errors in each past; the first of those that are as good.
    fn best(self, pasts: &[Vec<[f64; 2]>]) -> Mix {
        let mut best = (Mix { share: 0.0, taken_off: 0.0 }, f64::INFINITY);
        for (number, mix) in mixes().enumerate() {
            let own = pasts.iter().filter_map(|past| past.get(number));
            let [squared, absolute] = own.fold([0.0; 2], |[one, two], [a, b]| [one + a, two + b]);
            let most = pasts.len() as f64 * (1.0 + 1e-12);
            let error = match self {
                Self::Both if squared > most || absolute > most => continue,
                Self::Both | Self::Squared => squared,
                Self::Absolute => absolute,
            };
            if error < best.1 {
                best = (mix, error);
            }
        }
        best.0
    }
}

impl BlendedModel {
    /// The model with attrition.
    #[must_use]
    pub const fn model(&self) -> &AttritionModel {
        &self.model
    }

    /// The model of customers who never leave.
    #[must_use]
    pub const fn without(&self) -> &AttritionModel {
        &self.without
    }

    /// The share of the latter.
    #[must_use]
    pub const fn share(&self) -> f64 {
        self.share
    }

    /// What is taken off from what is expected of everybody, as a share of its mean.
    #[must_use]
    pub const fn taken_off(&self) -> f64 {
        self.taken_off
    }

    /// How many purchases are to be expected of each customer in a time that begins at their age.
    ///
    /// All customers that the blend is for must be among them: what is expected of all together is
    /// what the model with attrition expects. `None` for a customer whose numbers make no sense.
    #[must_use]
    pub fn expected_purchases_each(
        &self,
        customers: &[Repeat],
        within: Length,
    ) -> Vec<Option<f64>> {
        let one = self.model.expected_purchases_each(customers, within);
        let two = self.without.expected_purchases_each(customers, within);
        let sum = |all: &[Option<f64>]| all.iter().flatten().sum::<f64>();
        let (all, of_two) = (sum(&one), sum(&two));
        let to = if of_two > 0.0 { all / of_two } else { 0.0 };
        let blended = |(one, two): (Option<f64>, Option<f64>)| {
            let (one, two) = (one?, two? * to);
            Some(one + self.share * (two - one))
        };
        let mixed: Vec<Option<f64>> = one.into_iter().zip(two).map(blended).collect();
        let known: Vec<f64> = mixed.iter().copied().flatten().collect();
        let mut less = Mix { share: self.share, taken_off: self.taken_off }.less(&known);
        mixed.into_iter().map(|one| one.and_then(|_| less.next())).collect()
    }

    /// Compares what is expected of customers with what they did, as [`AttritionModel::validate`].
    ///
    /// # Errors
    /// Those of [`AttritionModel::validate`].
    pub fn validate(
        &self,
        customers: &[Repeat],
        purchases: &[u32],
        within: Length,
    ) -> Result<Validation, Problems<Fault>> {
        judged(self.model.unit(), customers, purchases, within, || {
            self.expected_purchases_each(customers, within)
        })
    }
}
