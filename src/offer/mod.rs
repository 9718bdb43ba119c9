//! Offers: what is given to whom, when, and how offers go together; every offer gets an answer.
//!
//! An [`Offer`] is written in Rust or as JSON. [`Catalog::check`] checks all offers and lanes
//! against a [`Schema`](crate::rule::Schema) and reports every problem; the [`Catalog`] then
//! answers every [`Request`] with an [`Evaluation`], which grants or declines each offer and prices
//! each line.
//!
//! ```
//! use loyalty::offer::{Lane, Offer};
//!
//! let offer: Offer = serde_json::from_str(r#"{
//!   "id": "spring-coffee", "name": "20 % off coffee in spring",
//!   "when": {"field": "tier", "one_of": ["gold", "platinum"]},
//!   "validity": {"from": "2026-03-01T00:00:00Z", "until": "2026-06-01T00:00:00Z"},
//!   "benefit": {"percent": {"percent": "20%", "target": {"categories": ["coffee"]}}},
//!   "lane": "seasonal", "priority": 10, "code": "SPRING",
//!   "limits": {"uses": [{"at_most": 1, "within": "this_month"}], "max_discount": "10.00 EUR"},
//!   "cost": 250
//! }"#)?;
//! let lane = r#"{"id": "seasonal", "mode": "stack", "base": "original"}"#;
//! let lane: Lane = serde_json::from_str(lane)?;
//! assert_eq!(offer.lane, Some(lane.id));
//! # Ok::<(), serde_json::Error>(())
//! ```
//!
//! Only `id` and `benefit` must be there. The other benefits: `{"fixed": {"amount": "5.00 EUR"}}`,
//! `{"tiered": {"steps": [{"from": "50.00 EUR", "off": {"percent": "5%"}}]}}`,
//! `{"unit_price": {"price": "2.00 EUR", "target": {"products": ["espresso"]}}}`,
//! `{"free_item": {"target": {"products": ["espresso"]}, "which": "cheapest"}}`,
//! `{"buy_get": {"buy": {"target": "lines", "units": 2}, "get": {"target": "lines"}}}`,
//! `{"bundle": {"slots": [{"target": {"categories": ["drink"]}}, {"target": {"categories":
//! ["snack"]}}], "off": {"price": "5.00 EUR"}}}`,
//! `{"shipping": {"percent": "100%"}}`, `{"points": 500}`,
//! `{"points_per": {"points": 5, "per": "1.00 EUR"}}`, `{"points_multiplier": "2x"}`,
//! `{"gift": {"product": "mug"}}` and `{"access": {"name": "preview", "kind": "invitation"}}`.
//!
//! # How offers are evaluated
//! 1. *Eligibility*, offer by offer: validity, code, conditions, use limits, amounts, budgets,
//!    points, choice. The first that stands in the way is the [`Reason`] of the decline; a missing
//!    fact never grants.
//! 2. *Lanes*, in their order, the default lane first; see [`Lane`]. An offer that would take
//!    nothing off, whose minimum is not reached, or that a pilot or a holdout withholds, is
//!    declined before it competes. Points are spent in the order of grants.
//! 3. *Together*: an offer that cannot be combined with one that was granted is declined, and the
//!    reason names it; see [`Combines`].
//!
//! In the lanes [`Mode::BestForCustomer`] and [`Mode::BestMargin`] the plan is *exact*: of all
//! compatible offers in all orders of application, the one that leaves the least, or the most, to
//! pay. [`Evaluation::lanes`] tells it with what both aims come to, and proves it: `optimal`, or
//! the bound that no plan can pass if the search was cut short at [`Catalog::with_node_limit`].
//!
//! The answer depends on the set of offers and lines, never on the order in which they are listed.
//! Points are spent only where the customer says so: an offer with a cost is granted to those who
//! present its code or, if it has none, have chosen it.
//!
//! # What customers share
//! `"limits": {"budgets": [{"uses": 1000}, {"scope": "store", "within": "this_month", "amount":
//! "500.00 EUR", "partial": "grant"}]}` is for all customers together, `"codes": {"length": 8,
//! "count": 50000, "seed": "a secret", "uses_per_code": 1}` gives each a code of their own. What is
//! granted of them is in [`Evaluation::reserve`]; [`BudgetStore`] shows how it is held from the
//! quote to the purchase. `"pilot": "10%"` and `"holdout": "5%"` try an offer out; see [`Portion`].

mod benefit;
mod budget;
mod candidates;
mod catalog;
mod ceiling;
mod check;
mod check_benefit;
mod code;
mod combine;
mod decline;
mod eligibility;
mod evaluate;
mod evaluation;
mod fault;
mod floors;
mod lane;
mod limits;
mod minimum;
mod pilot;
mod plan;
mod price;
mod request;
mod review;
mod round;
mod sentence;
mod stock;
mod till;
mod trace;
mod validity;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use benefit::{
    Access, AccessKind, AllBut, Benefit, Bundle, BuyGet, FixedOff, FreeItem, Gift, MAX_SLOTS, Off,
    PercentOff, PointsPer, ShippingOff, Slot, Spread, Step, StepOff, Target, Threshold, Tiered,
    UnitPrice, Units, Which,
};
pub use budget::{
    Allowance, Budget, BudgetClaim, BudgetDraw, BudgetKey, BudgetPeriod, BudgetScope, BudgetShare,
    BudgetState, BudgetStore, Budgets, BudgetsAt, Committed, Draw, Flaw, KeyScope, MemoryBudgets,
    NoBudgetKey, NoBudgets, Partial, Receipt, ReservationState, ReserveRequest, Reserved,
    ShareTaken, Spent, Voided,
};
pub use catalog::{Catalog, OfferEvaluator};
pub use check::{MAX_LANES, MAX_LIST, MAX_NAME_BYTES, MAX_OFFERS, MAX_POINTS};
pub use code::{CROCKFORD, CheckCharacter, CodeBatch, MAX_CODES, MIN_ONE_IN};
pub use combine::{Combines, MAX_JOINT};
pub use decline::{
    AmountReached, Beaten, BudgetExhausted, Decline, DeclineCode, Excluded, Exclusion,
    JointMissing, LimitReached, Nothing, Reason, Withheld,
};
pub use evaluation::{
    Answer, Award, Evaluation, Grant, LineDiscount, LineDiscounts, LinePrice, Outcome, Reservation,
    ShippingDiscount, ShippingPrice,
};
pub use fault::Fault;
pub use floors::Floors;
pub use lane::{Base, Contest, Lane, Mode};
pub use limits::{AmountLimit, Limits, UseLimit};
pub use minimum::{Minimum, Short};
pub use pilot::{Portion, Trial, TrialUnit};
pub use plan::NODE_LIMIT;
pub use request::{Explain, NoUses, Request, Uses};
pub use review::{
    Bound, CatalogReview, Clash, Concern, LaneBound, MAX_RIVALS, MAX_SHADOWS, Part, PartOf,
    Question, Remark, Rivalry, Rivals, Series, Shade, WholeCart,
};
pub use trace::{Aim, Aims, Application, LanePlan};
pub use validity::Validity;

use crate::calendar::Window;
use crate::id::{CouponCode, LaneId, OfferId};
use crate::money::Money;
use crate::points::Amount;
use crate::rule::{Rule, Text};

/// What is given to whom, when: an offer as it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Offer {
    /// Names the offer; breaks ties.
    pub id: OfferId,
    /// What it is called where people read of it; its id if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Who gets it; everyone if not said.
    #[serde(default = "always", skip_serializing_if = "is_always")]
    pub when: Rule,
    /// When it can be had.
    #[serde(default, skip_serializing_if = "Validity::is_always")]
    pub validity: Validity,
    /// What it gives.
    pub benefit: Benefit,
    /// What must be in the basket when its turn comes, if anything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum: Option<Minimum>,
    /// The lane in which it competes or stacks; the default lane if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneId>,
    /// Its rank within the lane: the higher, the earlier.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub priority: i32,
    /// How often it can be used, and how much it takes off.
    #[serde(default, skip_serializing_if = "Limits::is_none")]
    pub limits: Limits,
    /// The code that must be presented, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<CouponCode>,
    /// What the customer pays for it in points, if anything; who does not choose to pay does not
    /// get it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost: Option<Amount>,
    /// With which other offers it can be given; with any if not said.
    #[serde(default, skip_serializing_if = "Combines::is_free")]
    pub combines: Combines,
    /// The codes of which one must be presented, if each customer gets one of their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub codes: Option<CodeBatch>,
    /// The only part of customers or stores that gets it, while it is tried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pilot: Option<Portion>,
    /// The part of customers or stores that does not get it, to compare the others with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout: Option<Portion>,
}

const fn always() -> Rule {
    Rule::Always
}

fn is_always(rule: &Rule) -> bool {
    *rule == Rule::Always
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_zero(priority: &i32) -> bool {
    *priority == 0
}

impl Offer {
    /// An offer to everyone, always, in the default lane, without limits.
    #[must_use]
    pub const fn new(id: OfferId, benefit: Benefit) -> Self {
        Self {
            id,
            name: None,
            when: Rule::Always,
            validity: Validity::ALWAYS,
            benefit,
            minimum: None,
            lane: None,
            priority: 0,
            limits: Limits::NONE,
            code: None,
            cost: None,
            combines: Combines {
                exclusive: BTreeSet::new(),
                joint: None,
                tags: BTreeSet::new(),
                not_with: BTreeSet::new(),
            },
            codes: None,
            pilot: None,
            holdout: None,
        }
    }

    /// The same offer, called `name`.
    #[must_use]
    pub fn named(self, name: impl Into<Text>) -> Self {
        Self { name: Some(name.into()), ..self }
    }

    /// The same offer, for those for whom `rule` holds.
    #[must_use]
    pub fn when(self, rule: Rule) -> Self {
        Self { when: rule, ..self }
    }

    /// The same offer, from this instant on.
    #[must_use]
    pub fn from(self, from: DateTime<Utc>) -> Self {
        Self { validity: Validity { from: Some(from), ..self.validity }, ..self }
    }

    /// The same offer, up to but without this instant.
    #[must_use]
    pub fn until(self, until: DateTime<Utc>) -> Self {
        Self { validity: Validity { until: Some(until), ..self.validity }, ..self }
    }

    /// The same offer, if so much is in the basket when its turn comes.
    #[must_use]
    pub fn from_minimum(self, minimum: Minimum) -> Self {
        Self { minimum: Some(minimum), ..self }
    }

    /// The same offer, in `lane`.
    #[must_use]
    pub fn in_lane(self, lane: LaneId) -> Self {
        Self { lane: Some(lane), ..self }
    }

    /// The same offer, with this rank within its lane.
    #[must_use]
    pub fn with_priority(self, priority: i32) -> Self {
        Self { priority, ..self }
    }

    /// The same offer, that a customer can use so many times in a window, among other limits.
    #[must_use]
    pub fn at_most(mut self, uses: u32, within: Window) -> Self {
        self.limits.uses.push(UseLimit { at_most: uses, within });
        self
    }

    /// The same offer, that takes off `most` at a time.
    #[must_use]
    pub fn capped(mut self, most: Money) -> Self {
        self.limits.max_discount = Some(most);
        self
    }

    /// The same offer, that takes off so much for a customer in a window, among other limits.
    #[must_use]
    pub fn amount_at_most(mut self, amount: Money, within: Window) -> Self {
        self.limits.amounts.push(AmountLimit { at_most: amount, within });
        self
    }

    /// The same offer, of which there is so much for all customers together, among other budgets.
    #[must_use]
    pub fn with_budget(mut self, budget: Budget) -> Self {
        self.limits.budgets.push(budget);
        self
    }

    /// The same offer, for those who present one of these codes.
    #[must_use]
    pub fn with_codes(self, codes: CodeBatch) -> Self {
        Self { codes: Some(codes), ..self }
    }

    /// The same offer, tried out with this part of customers or stores only.
    #[must_use]
    pub fn piloted(self, pilot: Portion) -> Self {
        Self { pilot: Some(pilot), ..self }
    }

    /// The same offer, which this part of customers or stores does not get.
    #[must_use]
    pub fn held_out(self, holdout: Portion) -> Self {
        Self { holdout: Some(holdout), ..self }
    }

    /// The same offer, for those who present `code`.
    #[must_use]
    pub fn with_code(self, code: CouponCode) -> Self {
        Self { code: Some(code), ..self }
    }

    /// The same offer, for which the customer pays points.
    #[must_use]
    pub fn costing(self, amount: impl Into<Amount>) -> Self {
        Self { cost: Some(amount.into()), ..self }
    }

    /// The same offer, of whose `group` only one offer is granted.
    #[must_use]
    pub fn exclusive_in(mut self, group: impl Into<Text>) -> Self {
        self.combines.exclusive.insert(group.into());
        self
    }

    /// The same offer, granted together with all others of `set` or not at all.
    #[must_use]
    pub fn jointly(mut self, set: impl Into<Text>) -> Self {
        self.combines.joint = Some(set.into());
        self
    }

    /// The same offer, with a tag that others can say they are not granted with.
    #[must_use]
    pub fn tagged(mut self, tag: impl Into<Text>) -> Self {
        self.combines.tags.insert(tag.into());
        self
    }

    /// The same offer, not granted together with others that have `tag`.
    #[must_use]
    pub fn not_with(mut self, tag: impl Into<Text>) -> Self {
        self.combines.not_with.insert(tag.into());
        self
    }

    /// The first instant at which it can no longer be had, if it ends.
    #[must_use]
    pub fn ends(&self) -> Option<DateTime<Utc>> {
        let closes = match &self.benefit {
            Benefit::Access(access) => access.closes,
            _ => None,
        };
        [self.validity.until, closes].into_iter().flatten().min()
    }

    /// Whether something must be held for it besides budgets: points, or one of the uses, or a part
    /// of the amount, that a customer has.
    fn needs_reservation(&self) -> bool {
        let Limits { uses, amounts, .. } = &self.limits;
        self.cost.is_some() || !uses.is_empty() || !amounts.is_empty()
    }
}
