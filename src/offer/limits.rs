//! How often a customer can use an offer, and how much it takes off.

use serde::{Deserialize, Serialize};

use crate::calendar::Window;
use crate::money::Money;

/// How often a customer can use an offer, and how much a use takes off at most.
///
/// JSON: `{"uses": [{"at_most": 1, "within": "30d"}], "max_discount": "50.00 EUR"}`.
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

const fn lifetime() -> Window {
    Window::Lifetime
}

impl Limits {
    pub(super) const fn is_none(&self) -> bool {
        self.uses.is_empty() && self.max_discount.is_none()
    }
}
