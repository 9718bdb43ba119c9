//! What a store knows of one budget.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Allowance;
use super::allowance::Tally;
use crate::money::{Currency, Money};

/// Whose budgets a store keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Office {
    /// All of them, each as large as the claims say.
    Whole,
    /// Only the shares that were handed to it.
    Shares,
}

/// What a store knows of one budget.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Account {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub currency: Option<Currency>,
    pub spent: Tally,
    /// What reservations hold; derived from them.
    #[serde(skip)]
    pub held: Tally,
    /// In an office of shares, how much of it there is: what came in, less what was handed on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub quota: Option<Allowance>,
    /// In an office of the whole, what was handed out and has not come back.
    #[serde(default)]
    pub handed: Tally,
    /// The number of the share that it began with; empty in an office of the whole.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub name: Vec<u64>,
    /// How many shares were handed out.
    #[serde(default)]
    pub issued: u64,
    /// The numbers of the shares that came in.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub taken: BTreeSet<Vec<u64>>,
}

impl Office {
    /// How much there is of a budget of which nothing is known.
    pub(super) fn start(self, limit: Allowance) -> Allowance {
        match self {
            Self::Whole => limit,
            Self::Shares => {
                let zero = limit.amount.map(|amount| Money::zero(amount.currency()));
                Allowance { uses: Some(0), amount: zero }
            }
        }
    }
}

impl Account {
    /// What is left of a budget of this limit, if `lapsed` of what is held has expired.
    pub(super) fn left(&self, office: Office, limit: Allowance, lapsed: Tally) -> Allowance {
        let whole = match (office, self.quota) {
            (Office::Whole, _) => limit,
            (Office::Shares, Some(quota)) => limit.within(quota),
            (Office::Shares, None) => return office.start(limit),
        };
        whole.less(self.spent.plus(self.held.minus(lapsed)).plus(self.handed))
    }
}
