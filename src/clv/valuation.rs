//! What a customer is worth.

use serde::{Deserialize, Serialize};

use crate::parallel;
use crate::path::{Path, Problems};

use super::{AttritionModel, Discount, Fault, GammaGammaModel, Length, Repeat, Spent};

/// How the value of customers is counted (CLV): what they are expected to buy from now on, each
/// purchase at what they are expected to spend, of which a margin is left, discounted.
///
/// ```
/// use loyalty::calendar::Unit;
/// use loyalty::clv::{AttritionModel, Discount, GammaGammaModel, Length, Parameters, Repeat};
/// use loyalty::clv::{Spent, Valuation};
///
/// let buying = AttritionModel::new(Parameters::Nbd { r: 1.0, alpha: 10.0 }, Unit::Week)?;
/// let spending = GammaGammaModel::new(6.0, 4.0, 15.0)?;
/// let customer = Repeat::new(2, 30.0, 40.0, Unit::Week);
/// let spent = Spent { purchases: 2, mean: 20.0 };
/// // 3/50 a week for 50 weeks at 22 each, 30 % of which is left.
/// let half = Length::new(50.0, Unit::Week);
/// let all = Valuation { within: Some(half), discount: Discount::yearly(0.0), margin: 0.3 };
/// let value = all.value(&buying, &spending, &customer, &spent).unwrap_or_default();
/// assert!((value - 3.0 * 22.0 * 0.3).abs() < 1e-12);
/// let later = Valuation { discount: Discount::yearly(0.15), ..all };
/// let values = later.value_each(&buying, &spending, &[(customer, spent)]);
/// assert!(values[0] < Some(value) && later.check().is_ok());
/// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Valuation {
    /// How far ahead purchases count; without an end if nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub within: Option<Length>,
    /// How much less later purchases count.
    pub discount: Discount,
    /// The share of what is spent that is left: 0.3 for 30 %.
    pub margin: f64,
}

impl Valuation {
    /// Whether it makes sense.
    ///
    /// # Errors
    /// Everything that is out of range, with its place.
    pub fn check(&self) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        if let Some(Length { count: value, .. }) = self.within
            && !(value >= 0.0 && value.is_finite())
        {
            problems.add(Path::from("within").field("count"), Fault::OutOfRange { value });
        }
        let _ = problems.take(&Path::from("discount"), self.discount.check());
        if !self.margin.is_finite() {
            problems.add(Path::from("margin"), Fault::OutOfRange { value: self.margin });
        }
        problems.into_result(())
    }

    /// What the customer is worth from the customer's age on, in the unit of the amounts; `None` if
    /// something about the customer or this makes no sense, or the value is infinite.
    #[must_use]
    pub fn value(
        &self,
        buying: &AttritionModel,
        spending: &GammaGammaModel,
        customer: &Repeat,
        spent: &Spent,
    ) -> Option<f64> {
        let purchases = buying.discounted_purchases(customer, self.within, &self.discount)?;
        let value = purchases * spending.expected_spend(spent)? * self.margin;
        value.is_finite().then_some(value)
    }

    /// [`Valuation::value`] of each customer.
    #[must_use]
    pub fn value_each(
        &self,
        buying: &AttritionModel,
        spending: &GammaGammaModel,
        customers: &[(Repeat, Spent)],
    ) -> Vec<Option<f64>> {
        parallel::each(customers, |(customer, spent)| self.value(buying, spending, customer, spent))
    }
}
