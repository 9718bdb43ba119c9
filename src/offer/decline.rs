//! Why an offer was not granted: a stable code, the numbers found, and a sentence made on demand.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::minimum::Short;
use super::{Allowance, BudgetKey, Trial, TrialUnit};
use crate::calendar::Window;
use crate::id::{LineId, OfferId};
use crate::money::{Currency, Money, Percent};
use crate::points::{Amount, Points};
use crate::rule::{Text, Verdict};

/// Why an offer was not granted. `to_string` is the sentence for a marketer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decline {
    /// What stood in the way, with the numbers found.
    pub reason: Reason,
    /// The first field, in the order of the schema, whose conditions stood in the way; none if the
    /// reason is no condition, or one that looks at several fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub field: Option<Text>,
    /// How the offer's conditions came out, if they stood in the way and
    /// [`Explain::Full`](super::Explain::Full) was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verdict: Option<Box<Verdict>>,
}

/// What stood in the way of an offer, in the order in which it is looked at.
///
/// The first that applies is the one that is told; only of a pilot or a holdout it is looked at
/// last whether the store is known. In JSON its name is that of its
/// [`DeclineCode`], except that what is not known has one code and several reasons.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Reason {
    /// The question is asked before the offer begins.
    NotYetValid {
        /// When it begins.
        from: DateTime<Utc>,
    },
    /// The question is asked after the offer's end.
    Expired {
        /// The first instant at which it was no longer valid.
        until: DateTime<Utc>,
    },
    /// The offer wants a code that was not presented.
    CodeMissing,
    /// The conditions do not hold.
    RuleFailed,
    /// The conditions could hold or not: a fact is missing.
    FactUnknown,
    /// The uses cannot be counted: the window begins with the customer's membership, whose start
    /// is missing or still to come.
    MembershipUnknown,
    /// The customer used it as often as allowed.
    LimitReached(Box<LimitReached>),
    /// A limit on what it takes off cannot be told: what it took off so far is not known.
    AmountUnknown,
    /// It took off as much for the customer as allowed.
    AmountReached(Box<AmountReached>),
    /// It has a budget, a pilot or a holdout of stores, and the store is not known.
    StoreUnknown,
    /// A budget that customers share has not enough left.
    BudgetExhausted(Box<BudgetExhausted>),
    /// It has a budget, and the purchase does not name it among the offers that it used: nothing
    /// was reserved for it.
    NotReserved,
    /// The customer has fewer points than it costs.
    NotEnoughPoints {
        /// What it costs.
        cost: Amount,
        /// What the customer has of that purse, less what offers granted before this one cost.
        available: Points,
    },
    /// The customer can pay what it costs, but has not chosen to.
    NotChosen {
        /// What it costs.
        cost: Amount,
    },
    /// It is only granted together with another offer, for which the customer is not eligible.
    JointMissing(Box<JointMissing>),
    /// The customer is eligible, but it is not granted together with what was granted, or there is
    /// nothing left for it.
    Excluded(Box<Excluded>),
    /// The basket is not in the currency of the catalog.
    WrongCurrency {
        /// The other currency.
        found: Currency,
        /// The currency of the catalog.
        expected: Currency,
    },
    /// The basket has no price: a line is broken, or the sum does not fit.
    InvalidBasket {
        /// The broken line, if it is one.
        line: Option<LineId>,
    },
    /// The customer is eligible, but when the offer's turn comes too little is in the basket or
    /// left to pay.
    MinimumNotReached(Short),
    /// The customer is eligible, but there is nothing to take a discount off.
    NothingToDiscount(Nothing),
    /// All else is met, but the offer is tried out: this customer or store does not get it.
    Withheld(Withheld),
    /// The customer is eligible, but another offer won the lane.
    BeatenInLane(Box<Beaten>),
}

/// A limit on what an offer takes off for a customer that was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AmountReached {
    /// How much is allowed.
    pub at_most: Money,
    /// In which window.
    pub within: Window,
    /// How much it was.
    pub used: Money,
}

/// A budget that has not enough left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetExhausted {
    /// The budget.
    pub key: BudgetKey,
    /// How much there was.
    pub limit: Allowance,
    /// What is left.
    pub left: Allowance,
    /// The discount that is more than what is left, if anything is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<Money>,
}

/// The trial that an offer is withheld for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Withheld {
    /// Why it is not given.
    pub by: Trial,
    /// How large the part is that gets it (of a pilot) or does not (of a holdout).
    pub share: Percent,
    /// What it is a part of.
    pub of: TrialUnit,
}

/// A use limit that was reached.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LimitReached {
    /// How many uses are allowed.
    pub at_most: u32,
    /// In which window.
    pub within: Window,
    /// How many uses there were.
    pub used: u64,
}

/// Why there is nothing to take a discount off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Nothing {
    /// There is nothing in the basket.
    EmptyBasket,
    /// The basket has nothing of what the offer is for.
    NoMatchingLine,
    /// The basket has too few units of what the offer is for, or other offers have claimed them.
    TooFewUnits,
    /// The basket has too little of what the offer is for to reach its first step.
    BelowFirstStep,
    /// What is paid comes to less than a point.
    NoPoint,
    /// The price of shipping is not known.
    ShippingUnknown,
    /// Nothing is left to pay, or the discount rounds to nothing.
    NothingLeft,
}

/// The offer without which a joint set is not granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JointMissing {
    /// The set.
    pub set: Text,
    /// The first offer of the set, by id, for which the customer is not eligible.
    pub missing: OfferId,
    /// Why not.
    pub code: DeclineCode,
}

/// The offer that stands in the way of another one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Excluded {
    /// Which one.
    pub by: OfferId,
    /// How.
    pub why: Exclusion,
    /// What it takes off; nothing if it is no discount, or not granted either.
    pub winning: Money,
    /// What this offer would have taken off.
    pub offered: Money,
}

/// How one offer stands in the way of another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Exclusion {
    /// Both are in an exclusivity group.
    Group(Text),
    /// The other has a tag that this offer is not granted with.
    Tag(Text),
    /// This offer has a tag that the other is not granted with.
    OwnTag(Text),
    /// The other claimed the units that this offer is for.
    Units,
    /// Both are granted jointly, and the other is not granted.
    Joint(Text),
}

/// Who won the lane instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Beaten {
    /// The winner.
    pub by: OfferId,
    /// What the winner takes off; nothing if it is no discount.
    pub winning: Money,
    /// What this offer would have taken off.
    pub offered: Money,
}

/// The stable code of a [`Reason`], for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeclineCode {
    /// [`Reason::NotYetValid`].
    NotYetValid,
    /// [`Reason::Expired`].
    Expired,
    /// [`Reason::CodeMissing`].
    CodeMissing,
    /// [`Reason::RuleFailed`].
    RuleFailed,
    /// [`Reason::FactUnknown`], [`Reason::MembershipUnknown`], [`Reason::AmountUnknown`] or
    /// [`Reason::StoreUnknown`].
    FactUnknown,
    /// [`Reason::LimitReached`].
    LimitReached,
    /// [`Reason::AmountReached`].
    AmountReached,
    /// [`Reason::BudgetExhausted`].
    BudgetExhausted,
    /// [`Reason::NotReserved`].
    NotReserved,
    /// [`Reason::NotEnoughPoints`].
    NotEnoughPoints,
    /// [`Reason::NotChosen`].
    NotChosen,
    /// [`Reason::JointMissing`].
    JointMissing,
    /// [`Reason::Excluded`].
    Excluded,
    /// [`Reason::WrongCurrency`].
    WrongCurrency,
    /// [`Reason::InvalidBasket`].
    InvalidBasket,
    /// [`Reason::MinimumNotReached`].
    MinimumNotReached,
    /// [`Reason::NothingToDiscount`].
    NothingToDiscount,
    /// [`Reason::Withheld`].
    Withheld,
    /// [`Reason::BeatenInLane`].
    BeatenInLane,
}

impl DeclineCode {
    /// All codes, in the order in which they are looked at.
    pub const ALL: [Self; 19] = [
        Self::NotYetValid,
        Self::Expired,
        Self::CodeMissing,
        Self::RuleFailed,
        Self::FactUnknown,
        Self::LimitReached,
        Self::AmountReached,
        Self::BudgetExhausted,
        Self::NotReserved,
        Self::NotEnoughPoints,
        Self::NotChosen,
        Self::JointMissing,
        Self::Excluded,
        Self::WrongCurrency,
        Self::InvalidBasket,
        Self::MinimumNotReached,
        Self::NothingToDiscount,
        Self::Withheld,
        Self::BeatenInLane,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NotYetValid => "not_yet_valid",
            Self::Expired => "expired",
            Self::CodeMissing => "code_missing",
            Self::RuleFailed => "rule_failed",
            Self::FactUnknown => "fact_unknown",
            Self::LimitReached => "limit_reached",
            Self::AmountReached => "amount_reached",
            Self::BudgetExhausted => "budget_exhausted",
            Self::NotReserved => "not_reserved",
            Self::NotEnoughPoints => "not_enough_points",
            Self::NotChosen => "not_chosen",
            Self::JointMissing => "joint_missing",
            Self::Excluded => "excluded",
            Self::WrongCurrency => "wrong_currency",
            Self::InvalidBasket => "invalid_basket",
            Self::MinimumNotReached => "minimum_not_reached",
            Self::NothingToDiscount => "nothing_to_discount",
            Self::Withheld => "withheld",
            Self::BeatenInLane => "beaten_in_lane",
        }
    }

    /// Whether the customer meets all that the offer asks of them, and only their choice or this
    /// basket stands in the way: what a profile page shows as "yours".
    #[must_use]
    pub const fn is_eligible(self) -> bool {
        matches!(
            self,
            Self::NotChosen
                | Self::Excluded
                | Self::WrongCurrency
                | Self::InvalidBasket
                | Self::MinimumNotReached
                | Self::NothingToDiscount
                | Self::BeatenInLane
        )
    }
}

impl fmt::Display for DeclineCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Reason {
    /// The code for programs.
    #[must_use]
    pub const fn code(&self) -> DeclineCode {
        match self {
            Self::NotYetValid { .. } => DeclineCode::NotYetValid,
            Self::Expired { .. } => DeclineCode::Expired,
            Self::CodeMissing => DeclineCode::CodeMissing,
            Self::RuleFailed => DeclineCode::RuleFailed,
            Self::FactUnknown
            | Self::MembershipUnknown
            | Self::AmountUnknown
            | Self::StoreUnknown => DeclineCode::FactUnknown,
            Self::LimitReached(_) => DeclineCode::LimitReached,
            Self::AmountReached(_) => DeclineCode::AmountReached,
            Self::BudgetExhausted(_) => DeclineCode::BudgetExhausted,
            Self::NotReserved => DeclineCode::NotReserved,
            Self::NotEnoughPoints { .. } => DeclineCode::NotEnoughPoints,
            Self::NotChosen { .. } => DeclineCode::NotChosen,
            Self::JointMissing(_) => DeclineCode::JointMissing,
            Self::Excluded(_) => DeclineCode::Excluded,
            Self::WrongCurrency { .. } => DeclineCode::WrongCurrency,
            Self::InvalidBasket { .. } => DeclineCode::InvalidBasket,
            Self::MinimumNotReached(_) => DeclineCode::MinimumNotReached,
            Self::NothingToDiscount(_) => DeclineCode::NothingToDiscount,
            Self::Withheld(_) => DeclineCode::Withheld,
            Self::BeatenInLane(_) => DeclineCode::BeatenInLane,
        }
    }
}

impl Decline {
    /// The code for programs.
    #[must_use]
    pub const fn code(&self) -> DeclineCode {
        self.reason.code()
    }
}

impl From<Reason> for Decline {
    fn from(reason: Reason) -> Self {
        Self { reason, field: None, verdict: None }
    }
}

/// Why a basket cannot be priced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unpriceable {
    /// It is in another currency.
    Currency { found: Currency, expected: Currency },
    /// A line has a negative price, no units, an amount that does not fit, or another line's id.
    Line { line: LineId },
    /// The sum does not fit.
    OutOfRange,
}

impl From<Unpriceable> for Reason {
    fn from(unpriceable: Unpriceable) -> Self {
        match unpriceable {
            Unpriceable::Currency { found, expected } => Self::WrongCurrency { found, expected },
            Unpriceable::Line { line } => Self::InvalidBasket { line: Some(line) },
            Unpriceable::OutOfRange => Self::InvalidBasket { line: None },
        }
    }
}
