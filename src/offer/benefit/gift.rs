//! Something on top of the basket.

use serde::{Deserialize, Serialize};

use super::slot::{is_one, one};
use crate::id::ProductId;

/// A product on top of the basket. JSON: `{"product": "mug"}`, `{"product": "mug", "units": 2}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Gift {
    /// What is given.
    pub product: ProductId,
    /// How many units of it, one or more.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub units: u32,
}

impl Gift {
    /// One unit of `product`.
    #[must_use]
    pub const fn new(product: ProductId) -> Self {
        Self { product, units: 1 }
    }

    /// So many units of the same product.
    #[must_use]
    pub fn units(self, units: u32) -> Self {
        Self { units, ..self }
    }
}
