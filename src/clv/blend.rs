//! More than one model: how much to believe that customers who seem to have left have.

use serde::{Deserialize, Serialize};

use crate::calendar::Unit;
use crate::path::{Path, Problems};

use super::holdout::{check, judged};
use super::outcome::{Outcome, TooLittle};
use super::{AttritionModel, Fault, Kind, LatentAttrition, Length, Repeat, Repeats, Validation};

/// The recipe of two models blended: one of customers who may leave, and the NBD, whose customers
/// never do.
///
/// Models with attrition expect next to nothing of customers who have been silent for long; some of
/// them come back. How much of the NBD is blended in is learned from pasts: what the customers had
/// done at earlier instants, and what they did from then up to now. Both models are fitted on what
/// was known at each past, and the share is the one with the least squared error over all of them,
/// where each past counts by its own mean square. What is expected of all customers together stays
/// what the model with attrition expects. Nothing after the customers' ages is looked at.
///
/// ```
/// use loyalty::clv::{Blend, Kind};
///
/// assert_eq!(serde_json::from_str::<Blend>("{}")?, Blend { kind: Kind::ParetoNbd });
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Blend {
    /// The model with attrition; Pareto/NBD without a word.
    #[serde(default = "pareto")]
    pub kind: Kind,
}

const fn pareto() -> Kind {
    Kind::ParetoNbd
}

impl Default for Blend {
    fn default() -> Self {
        Self { kind: pareto() }
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
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    model: AttritionModel,
    without: AttritionModel,
    share: f64,
}

impl TryFrom<Stored> for BlendedModel {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { model, without, share } = stored;
        let mut problems = Problems::none();
        if !(0.0..=1.0).contains(&share) {
            problems.add(Path::from("share"), Fault::OutOfRange { value: share });
        }
        if model.unit() != without.unit() {
            problems.add(Path::from("without").field("unit"), Fault::Unit);
        }
        problems.into_result(Self { model, without, share })
    }
}

impl From<BlendedModel> for Stored {
    fn from(blended: BlendedModel) -> Self {
        let BlendedModel { model, without, share } = blended;
        Self { model, without, share }
    }
}

impl Blend {
    /// The blend for customers as they are now, with the share that the pasts tell; times are
    /// turned into `unit`.
    ///
    /// Pasts in which there is too little for a model say nothing; if none says anything, nothing
    /// of the NBD is blended in.
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
        // The share that makes Σ (base + share × difference - actual)² least.
        let (mut along, mut squares) = (0.0, 0.0);
        for (at, past) in pasts.iter().enumerate() {
            match self.past(unit, past) {
                Ok(Some(told)) => {
                    along += told.along;
                    squares += told.squares;
                }
                Ok(None) => {}
                Err(found) => problems.absorb(&Path::from("pasts").item(at), found),
            }
        }
        problems.into_result(())?;
        let share = if squares > 0.0 { (along / squares).clamp(0.0, 1.0) } else { 0.0 };
        let fitted = self.models(unit, customers)?;
        Ok(match fitted {
            Ok((model, without)) => Outcome::Fitted(BlendedModel { model, without, share }),
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

    fn past(&self, unit: Unit, past: &Past) -> Result<Option<Told>, Problems<Fault>> {
        let Past { customers, purchases, within } = past;
        check(unit, customers, purchases, *within)?;
        let Ok((model, without)) = self.models(unit, customers)? else { return Ok(None) };
        let one = model.expected_purchases_each(customers, *within);
        let two = without.expected_purchases_each(customers, *within);
        let rows: Option<Vec<[f64; 3]>> = one
            .into_iter()
            .zip(two)
            .zip(purchases)
            .map(|((one, two), actual)| Some([one?, two?, f64::from(*actual)]))
            .collect();
        Ok(rows.and_then(|rows| told(&rows)))
    }
}

/// What a past says of the share.
struct Told {
    along: f64,
    squares: f64,
}

/// What customers say of the share, of whom so much is expected by the models and happened.
fn told(rows: &[[f64; 3]]) -> Option<Told> {
    let sum = |of: fn(&[f64; 3]) -> f64| rows.iter().map(of).sum::<f64>();
    let (one, two) = (sum(|[one, _, _]| *one), sum(|[_, two, _]| *two));
    let (actual, square) = (sum(|[_, _, it]| *it), sum(|[_, _, it]| it * it));
    // Who buys how much is compared, not how much all do.
    let (to_one, to_two) = (actual / one, actual / two);
    let sound = to_one.is_finite() && to_two.is_finite() && square > 0.0;
    sound.then(|| {
        let (mut along, mut squares) = (0.0, 0.0);
        for [one, two, actual] in rows {
            let (one, two) = (one * to_one, two * to_two);
            along += (two - one) * (actual - one);
            squares += (two - one) * (two - one);
        }
        Told { along: along / square, squares: squares / square }
    })
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
        one.into_iter().zip(two).map(blended).collect()
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
