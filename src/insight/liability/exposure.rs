//! What a liability is computed from: the points, the money, and what is assumed.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::deferral::not_negative;
use super::{Cohorts, Fault, Method, Triangle, Worth};
use crate::id::PurseId;
use crate::money::{Currency, Money, MoneyError, Percent, Rounding};
use crate::path::{Path, Problems};
use crate::points::Points;

/// What a liability rests on besides what happened.
///
/// ```
/// use loyalty::insight::liability::Assumptions;
///
/// let assumptions: Assumptions = serde_json::from_str(r#"{
///   "worth": {"amount": "1.00 EUR", "per": 100}, "sold_as_redeemed": "90%",
///   "method": {"level": "90%"}
/// }"#)?;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assumptions {
    /// What main points would be sold for alone.
    pub worth: Worth,
    /// What points of other purses would be; those of a purse that is not named are worth nothing.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub purses: BTreeMap<PurseId, Worth>,
    /// How many of the points that come with goods are expected to be redeemed when the price is
    /// split; that split is never made again, whatever is learned later.
    #[serde(default = "all")]
    pub sold_as_redeemed: Percent,
    /// How redemptions are estimated.
    #[serde(default)]
    pub method: Method,
    /// What becomes of a fraction of a minor unit.
    #[serde(default)]
    pub rounding: Rounding,
}

const fn all() -> Percent {
    Percent::new(100)
}

/// What was deferred of the prices that were paid, by the cohort of the points; parts of different
/// customers merge in any order into the same whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deferred {
    currency: Currency,
    rows: BTreeMap<NaiveDate, Money>,
}

/// All that a [`Liability`](super::Liability) is computed from; parts of different customers merge
/// in any order into the same whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Exposure {
    /// The points.
    pub triangle: Triangle,
    /// The money.
    pub deferred: Deferred,
}

impl Deferred {
    /// Nothing, in this currency.
    #[must_use]
    pub const fn new(currency: Currency) -> Self {
        Self { currency, rows: BTreeMap::new() }
    }

    /// The currency of all amounts.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.currency
    }

    /// What was deferred of each cohort.
    #[must_use]
    pub const fn rows(&self) -> &BTreeMap<NaiveDate, Money> {
        &self.rows
    }

    /// Takes in what was deferred of a price for points of a cohort.
    ///
    /// # Errors
    /// [`Fault::NegativeMoney`], and amounts of another currency or out of range; nothing has
    /// changed then.
    pub fn add(&mut self, cohort: NaiveDate, amount: Money) -> Result<(), Fault> {
        not_negative(amount)?;
        let sum = self.of(cohort).checked_add(amount)?;
        self.rows.insert(cohort, sum);
        Ok(())
    }

    /// Takes in what was deferred for other customers.
    ///
    /// # Errors
    /// As [`Deferred::add`].
    pub fn merge(&mut self, other: &Self) -> Result<(), Fault> {
        if self.currency != other.currency {
            return Err(Fault::OtherQuestion);
        }
        let sum = |(cohort, amount): (&NaiveDate, &Money)| {
            Ok((*cohort, self.of(*cohort).checked_add(*amount)?))
        };
        let rows = other.rows.iter().map(sum).collect::<Result<Vec<_>, MoneyError>>()?;
        self.rows.extend(rows);
        Ok(())
    }

    /// What was deferred of a cohort.
    #[must_use]
    pub fn of(&self, cohort: NaiveDate) -> Money {
        self.rows.get(&cohort).copied().unwrap_or(Money::zero(self.currency))
    }
}

impl Exposure {
    /// No points and no money.
    #[must_use]
    pub const fn new(cohorts: Cohorts, as_of: DateTime<Utc>, currency: Currency) -> Self {
        Self { triangle: Triangle::new(cohorts, as_of), deferred: Deferred::new(currency) }
    }

    /// The same of a purse.
    #[must_use]
    pub fn of_purse(self, purse: Option<PurseId>) -> Self {
        Self { triangle: self.triangle.of_purse(purse), ..self }
    }

    /// Takes in what was computed of other customers.
    ///
    /// # Errors
    /// As [`Triangle::merge`] and [`Deferred::merge`]; nothing has changed then.
    pub fn merge(&mut self, other: &Self) -> Result<(), Fault> {
        let mut deferred = self.deferred.clone();
        deferred.merge(&other.deferred)?;
        self.triangle.merge(&other.triangle)?;
        self.deferred = deferred;
        Ok(())
    }
}

impl Assumptions {
    /// What points of a purse are worth.
    pub(super) fn worth_of(&self, purse: Option<&PurseId>) -> Result<Worth, Fault> {
        let Some(purse) = purse else { return Ok(self.worth) };
        let worth = self.purses.get(purse).copied();
        worth.ok_or_else(|| Fault::NoWorth { purse: purse.clone() })
    }

    /// How much of `points` is expected to be redeemed when their price is split, and what these
    /// are sold for alone.
    pub(super) fn stand_alone(&self, worth: Worth, points: Points) -> Result<Money, Fault> {
        let share = i128::from(self.sold_as_redeemed.basis_points());
        let expected = Rounding::HalfUp.divide(i128::from(points.0) * share, 10_000);
        worth.of(Points(expected.ok_or(Fault::OutOfRange)?), self.rounding)
    }

    pub(super) fn check(&self, currency: Currency) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        let purses = self.purses.iter();
        let purses =
            purses.map(|(purse, worth)| (Path::from("purses").field(purse.as_str()), *worth));
        for (path, worth) in std::iter::once((Path::from("worth"), self.worth)).chain(purses) {
            let worth = worth.of(Points::ZERO, self.rounding);
            let fits = worth.and_then(|worth| Ok(Money::zero(currency).checked_sub(worth)?));
            if let Err(fault) = fits {
                problems.add(path, fault);
            }
        }
        if self.sold_as_redeemed > all() {
            let fault = Fault::Share { percent: self.sold_as_redeemed };
            problems.add(Path::from("sold_as_redeemed"), fault);
        }
        let method = self.method.check();
        let _checked = problems.take(&Path::from("method"), method);
        problems.into_result(())
    }
}
