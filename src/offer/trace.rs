//! How the discounts of each lane went together.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Mode;
use crate::id::{LaneId, OfferId};
use crate::money::Money;

/// What became of the discounts of one lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LanePlan {
    /// The lane; none if it is the default lane.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub lane: Option<LaneId>,
    /// Who wins in it.
    pub mode: Mode,
    /// What was applied, in the order in which it was.
    pub applied: Vec<Application>,
    /// What that takes off in all.
    pub discount: Money,
    /// What both aims come to, if the lane is searched for the best plan.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aims: Option<Box<Aims>>,
}

/// An offer that was applied in a lane.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Application {
    /// The offer.
    pub offer: OfferId,
    /// How many times.
    pub times: u32,
    /// What it takes off.
    pub amount: Money,
}

/// What the best plan for the customer and the one for the shop come to in the same lane; the mode
/// of the lane says which one is carried out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aims {
    /// The plan that leaves the least to pay.
    pub customer: Aim,
    /// The plan, to which nothing can be added, that leaves the most to pay.
    pub margin: Aim,
}

/// The best plan that was found for an aim.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aim {
    /// What is left to pay after it, for lines and shipping.
    pub pays: Money,
    /// What it takes off.
    pub discount: Money,
    /// Whether there is no better plan.
    pub optimal: bool,
    /// What no plan can pass: for the customer the most that any plan takes off, for the margin the
    /// least; what the plan takes off if it is optimal.
    pub bound: Money,
    /// How many applications were tried.
    pub nodes: u64,
}

impl fmt::Display for Aims {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { customer, margin } = self;
        write!(f, "{customer} at best for the customer, {margin} at best for the margin")
    }
}

impl fmt::Display for Aim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { pays, discount, bound, .. } = self;
        write!(f, "{pays} to pay")?;
        if self.optimal {
            return Ok(());
        }
        write!(f, " ({discount} off, where the bound is {bound})")
    }
}
