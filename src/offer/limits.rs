//! How often an offer can be used, and how much it takes off: by a customer, and by all together.

use serde::{Deserialize, Serialize};

use super::Budget;
use crate::calendar::Window;
use crate::money::Money;

/// How often a customer can use an offer, how much it takes off, and how much of it there is for
/// all customers together.
///
/// JSON: `{"uses": [{"at_most": 1, "within": "30d"}], "max_discount": "50.00 EUR", "amounts":
/// [{"at_most": "100.00 EUR", "within": "this_month"}], "budgets": [{"amount": "10000.00 EUR"}]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// How often; all of them apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub uses: Vec<UseLimit>,
    /// The most that one use takes off.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_discount: Option<Money>,
    /// How much it takes off for a customer in a window; all of them apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub amounts: Vec<AmountLimit>,
    /// How much of it there is for all customers together; all of them apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<Budget>,
}

/// How often one customer can use an offer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct UseLimit {
    /// How many times, one or more.
    pub at_most: u32,
    /// The window in which uses are counted; all of the customer's life if not said.
    #[serde(default = "lifetime")]
    pub within: Window,
}

/// How much one offer takes off for one customer; the last use gets what is left of it.
///
/// It is answered from what purchases took off their lines, also if they came back; so it is not
/// for offers that take something off shipping, of which purchases do not tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AmountLimit {
    /// How much in all.
    pub at_most: Money,
    /// The window in which discounts are summed; all of the customer's life if not said.
    #[serde(default = "lifetime")]
    pub within: Window,
}

const fn lifetime() -> Window {
    Window::Lifetime
}

impl Limits {
    /// No limits.
    pub const NONE: Self =
        Self { uses: Vec::new(), max_discount: None, amounts: Vec::new(), budgets: Vec::new() };

    pub(super) const fn is_none(&self) -> bool {
        self.uses.is_empty()
            && self.max_discount.is_none()
            && self.amounts.is_empty()
            && self.budgets.is_empty()
    }
}
