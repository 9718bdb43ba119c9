//! What a catalog answers.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::BudgetClaim;
use super::benefit::{Access, AccessKind, Gift};
use super::decline::{Decline, DeclineCode};
use super::trace::LanePlan;
use crate::event::{Basket, Discount};
use crate::id::{CouponCode, LineId, OfferId, PurseId};
use crate::money::Money;
use crate::points::{Amount, Multiplier, Points};

/// Every offer granted or declined, and what that makes of the basket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Evaluation {
    /// One outcome for every offer, by offer id; only for those that matter to the customer if no
    /// more than [`Explain::Grants`](super::Explain::Grants) was asked for.
    pub outcomes: Vec<Outcome>,
    /// The lines of the basket with their discounts, by line id; none if the basket has no price.
    pub lines: Vec<LinePrice>,
    /// The price of shipping with its discounts, if it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<ShippingPrice>,
    /// What the granted offers take off lines and shipping in all.
    pub discount: Money,
    /// The main points that the granted offers give by themselves.
    pub points: Points,
    /// What they give of other purses.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub purses: BTreeMap<PurseId, Points>,
    /// By how much the points that the purchase earns are multiplied: the greatest multiplier
    /// granted, because multipliers do not multiply each other.
    pub multiplier: Multiplier,
    /// What must be reserved until the purchase, by offer id.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reserve: Vec<Reservation>,
    /// How the discounts of each lane went together, in the order of the lanes, without lanes in
    /// which no discount could be given.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lanes: Vec<LanePlan>,
}

/// What became of one offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outcome {
    /// The offer.
    pub offer: OfferId,
    /// Whether it was granted, and what, or why not.
    pub answer: Answer,
}

/// Granted or declined.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// The customer gets it.
    Granted(Box<Grant>),
    /// The customer does not get it.
    Declined(Decline),
}

/// What a customer gets.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// What is given.
    pub award: Award,
    /// What the customer pays for it in points, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Amount>,
    /// How many times it is applied: a bundle as often as it fits, anything else once.
    #[serde(default = "once", skip_serializing_if = "is_once")]
    pub times: u32,
    /// Which code it uses, if it has a batch of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CouponCode>,
}

const fn once() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_once(times: &u32) -> bool {
    *times == 1
}

/// What is given to a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Award {
    /// Money off lines of the basket.
    Discount(LineDiscounts),
    /// Money off shipping.
    Shipping(ShippingDiscount),
    /// Points on top.
    Points(Amount),
    /// More points for the purchase.
    PointsMultiplier(Multiplier),
    /// A product on top.
    Gift(Gift),
    /// Being let in.
    Access(Access),
}

/// Money off lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineDiscounts {
    /// What the terms of the offer come to; more than `applied` where a limit or a price of zero
    /// cut it short.
    pub desired: Money,
    /// What is taken off in all.
    pub applied: Money,
    /// What is taken off each line, by line id, without lines that get nothing.
    pub lines: Vec<LineDiscount>,
}

/// Money off one line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineDiscount {
    /// The line.
    pub line: LineId,
    /// What is taken off it.
    pub amount: Money,
}

/// Money off shipping.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingDiscount {
    /// What the terms of the offer come to.
    pub desired: Money,
    /// What is taken off.
    pub applied: Money,
}

/// One line with all that is taken off it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinePrice {
    /// The line.
    pub line: LineId,
    /// The price before discounts.
    pub list: Money,
    /// What is taken off: first what the basket came with, then by the granted offers in the order
    /// in which they were applied.
    pub discounts: Vec<Discount>,
    /// What is left to pay.
    pub net: Money,
}

/// The price of shipping with all that is taken off it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ShippingPrice {
    /// The price before discounts.
    pub list: Money,
    /// What is left to pay.
    pub net: Money,
}

/// What a granted offer needs held until the purchase: points, one of the customer's uses, and its
/// part of the budgets that customers share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reservation {
    /// The offer, of which one use is held if its uses are limited.
    pub offer: OfferId,
    /// The points that it costs, zero if none.
    pub points: Amount,
    /// Which code it uses, if it has a batch of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CouponCode>,
    /// What is to be held of its budgets, and of the uses of its code if they are limited.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<BudgetClaim>,
}

impl Answer {
    /// The grant, if it is one.
    #[must_use]
    pub fn granted(&self) -> Option<&Grant> {
        match self {
            Self::Granted(grant) => Some(grant),
            Self::Declined(_) => None,
        }
    }

    /// The decline, if it is one.
    #[must_use]
    pub const fn declined(&self) -> Option<&Decline> {
        match self {
            Self::Granted(_) => None,
            Self::Declined(decline) => Some(decline),
        }
    }
}

impl Outcome {
    /// Whether the customer meets all that the offer asks of them, granted or not.
    #[must_use]
    pub fn is_eligible(&self) -> bool {
        self.answer.declined().map(Decline::code).is_none_or(DeclineCode::is_eligible)
    }
}

impl Grant {
    /// What it takes off, if it is a discount.
    #[must_use]
    pub const fn discount(&self) -> Option<Money> {
        match &self.award {
            Award::Discount(discounts) => Some(discounts.applied),
            Award::Shipping(discount) => Some(discount.applied),
            _ => None,
        }
    }
}

impl Evaluation {
    /// What became of this offer, if the catalog has it.
    #[must_use]
    pub fn outcome(&self, offer: &OfferId) -> Option<&Outcome> {
        let at = self.outcomes.binary_search_by(|outcome| outcome.offer.cmp(offer)).ok()?;
        self.outcomes.get(at)
    }

    /// The granted offers, by offer id.
    pub fn grants(&self) -> impl Iterator<Item = (&OfferId, &Grant)> {
        self.outcomes.iter().filter_map(|outcome| Some((&outcome.offer, outcome.answer.granted()?)))
    }

    /// The declined offers, by offer id.
    pub fn declines(&self) -> impl Iterator<Item = (&OfferId, &Decline)> {
        self.outcomes
            .iter()
            .filter_map(|outcome| Some((&outcome.offer, outcome.answer.declined()?)))
    }

    /// What must be held of the budgets that customers share, for all granted offers: what a
    /// [`ReserveRequest`](super::ReserveRequest) claims.
    #[must_use]
    pub fn claims(&self) -> Vec<BudgetClaim> {
        self.reserve.iter().flat_map(|reservation| &reservation.budgets).cloned().collect()
    }

    /// `basket` with these discounts on its lines: what the customer is asked to pay.
    ///
    /// Asking again with it gives the same evaluation, because discounts that name an offer of the
    /// catalog are decided anew.
    #[must_use]
    pub fn applied_to(&self, basket: &Basket) -> Basket {
        let mut priced = basket.clone();
        for line in &mut priced.lines {
            if let Ok(at) = self.lines.binary_search_by(|price| price.line.cmp(&line.id))
                && let Some(price) = self.lines.get(at)
            {
                line.discounts.clone_from(&price.discounts);
                line.total = Some(price.net);
            }
        }
        priced
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.award.fmt(f)?;
        self.cost.as_ref().map_or(Ok(()), |cost| write!(f, " for {cost}"))
    }
}

impl fmt::Display for Award {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Discount(discounts) => write!(f, "{} off", discounts.applied),
            Self::Shipping(discount) => write!(f, "{} off shipping", discount.applied),
            Self::Points(amount) => amount.fmt(f),
            Self::PointsMultiplier(multiplier) => write!(f, "{multiplier} points"),
            Self::Gift(Gift { product, units: 1 }) => write!(f, "`{product}` as a gift"),
            Self::Gift(Gift { product, units }) => write!(f, "{units} of `{product}` as a gift"),
            Self::Access(Access { name, kind, .. }) => match kind {
                AccessKind::EarlyAccess => write!(f, "early access to {name}"),
                AccessKind::Invitation => write!(f, "an invitation to {name}"),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(award: &str, told: &str) {
        let json = format!(r#"{{"award": {award}}}"#);
        assert_eq!(serde_json::from_str::<Grant>(&json).unwrap().to_string(), told);
    }

    #[test]
    fn a_grant_is_told_in_words() {
        check(
            r#"{"discount": {"desired": "3.00 EUR", "applied": "2.50 EUR", "lines": []}}"#,
            "2.50 EUR off",
        );
        check(
            r#"{"shipping": {"desired": "3.00 EUR", "applied": "3.00 EUR"}}"#,
            "3.00 EUR off shipping",
        );
        check(r#"{"points": 500}"#, "500 points");
        check(r#"{"points": {"points": 5, "purse": "stars"}}"#, "5 stars");
        check(r#"{"points_multiplier": "2x"}"#, "2x points");
        check(r#"{"gift": {"product": "mug"}}, "cost": 250"#, "`mug` as a gift for 250 points");
        check(r#"{"gift": {"product": "mug", "units": 2}}"#, "2 of `mug` as a gift");
        check(
            r#"{"access": {"name": "the sale", "kind": "early_access"}}"#,
            "early access to the sale",
        );
        check(
            r#"{"access": {"name": "the fair", "kind": "invitation"}}"#,
            "an invitation to the fair",
        );
    }
}
