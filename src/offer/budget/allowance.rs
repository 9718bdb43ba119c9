//! How much may be taken of a budget, and how much is.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::money::{Currency, Money};

/// How many uses and how much money: what a budget is, or what is left of it.
///
/// JSON: `{"uses": 1000, "amount": "10000.00 EUR"}`; what is left out is not limited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Allowance {
    /// How many uses; any number if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses: Option<u64>,
    /// How much money; any amount if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amount: Option<Money>,
}

/// What is taken of a budget: uses, and the money that they take off.
///
/// JSON: `{"uses": 1, "amount": "3.00 EUR"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Draw {
    /// How many uses.
    pub uses: u64,
    /// How much money; zero where nothing is taken off.
    pub amount: Money,
}

impl Allowance {
    /// So many uses, of any amount.
    #[must_use]
    pub const fn uses(uses: u64) -> Self {
        Self { uses: Some(uses), amount: None }
    }

    /// So much money, in any number of uses.
    #[must_use]
    pub const fn amount(amount: Money) -> Self {
        Self { uses: None, amount: Some(amount) }
    }

    /// Whether not a single use, or not the smallest amount, is left.
    #[must_use]
    pub fn is_exhausted(&self) -> bool {
        self.uses == Some(0) || self.amount.is_some_and(|amount| amount.minor() <= 0)
    }

    /// What a share allows of it: of what the share does not tell, or tells in another currency,
    /// nothing.
    pub(super) fn within(self, share: Self) -> Self {
        let amount = self.amount.map(|amount| match share.amount {
            Some(part) if part.currency() == amount.currency() => amount.min(part),
            _ => Money::zero(amount.currency()),
        });
        Self { uses: self.uses.map(|uses| uses.min(share.uses.unwrap_or(0))), amount }
    }

    /// What is left when `draw` is given back, but not more than there is.
    pub(super) fn with(self, draw: Draw, limit: Self) -> Self {
        let uses = self.uses.map(|uses| uses.saturating_add(draw.uses));
        let amount = self.amount.map(|amount| amount.checked_add(draw.amount).unwrap_or(amount));
        limit.within(Self { uses, amount })
    }

    /// What is left of it when so much is gone, and nothing if more is gone than there was.
    pub(super) fn less(self, gone: Tally) -> Self {
        let left = |amount: Money| {
            let minor = amount.minor().saturating_sub(gone.minor).max(0);
            Money::from_minor(minor, amount.currency())
        };
        Self {
            uses: self.uses.map(|uses| uses.saturating_sub(gone.uses)),
            amount: self.amount.map(left),
        }
    }

    /// As a tally, with nothing for what is not limited.
    pub(super) fn tally(self) -> Tally {
        Tally { uses: self.uses.unwrap_or(0), minor: self.amount.map_or(0, Money::minor) }
    }
}

impl Draw {
    /// One use that takes off `amount`.
    #[must_use]
    pub const fn once(amount: Money) -> Self {
        Self { uses: 1, amount }
    }

    /// Nothing of a budget in `currency`.
    #[must_use]
    pub const fn nothing(currency: Currency) -> Self {
        Self { uses: 0, amount: Money::zero(currency) }
    }

    pub(super) const fn tally(self) -> Tally {
        Tally { uses: self.uses, minor: self.amount.minor() }
    }

    /// What is left over when only `spent` is used.
    pub(super) fn less(self, spent: Self) -> Self {
        let minor = self.amount.minor().saturating_sub(spent.amount.minor());
        let amount = Money::from_minor(minor, self.amount.currency());
        Self { uses: self.uses.saturating_sub(spent.uses), amount }
    }
}

impl fmt::Display for Allowance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.uses, self.amount) {
            (None, None) => f.write_str("any number of uses"),
            (Some(1), None) => f.write_str("1 use"),
            (Some(uses), None) => write!(f, "{uses} uses"),
            (None, Some(amount)) => amount.fmt(f),
            (Some(1), Some(amount)) => write!(f, "1 use and {amount}"),
            (Some(uses), Some(amount)) => write!(f, "{uses} uses and {amount}"),
        }
    }
}

/// Uses and minor units, added up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Tally {
    pub uses: u64,
    pub minor: i64,
}

impl Tally {
    pub(super) const fn plus(self, other: Self) -> Self {
        Self {
            uses: self.uses.saturating_add(other.uses),
            minor: self.minor.saturating_add(other.minor),
        }
    }

    pub(super) const fn minus(self, other: Self) -> Self {
        Self {
            uses: self.uses.saturating_sub(other.uses),
            minor: self.minor.saturating_sub(other.minor),
        }
    }
}
