//! Prices below which no offer takes a product.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Fault;
use crate::event::LineItem;
use crate::id::ProductId;
use crate::money::{Currency, Money};
use crate::path::{Path, Problems, each_once};

/// The least price of a unit, for products that have one: no offer takes a line below its floor,
/// which is the least price times the units. A line that is below it already stays as it is.
///
/// JSON: `{"keyboard": "19.00 EUR", "mouse": "50.00 EUR"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Floors(#[serde(deserialize_with = "each_once")] pub BTreeMap<ProductId, Money>);

impl Floors {
    /// Whether no product has a floor.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The floor of a line in minor units; nothing if its product has none.
    pub(super) fn of(&self, line: &LineItem) -> i64 {
        let floor = self.0.get(&line.product).map_or(0, |floor| floor.minor());
        floor.saturating_mul(line.quantity)
    }

    /// Checks that they are of `currency` and more than nothing.
    ///
    /// # Errors
    /// All problems, each with its path, such as `floors.mouse`.
    pub fn check(&self, currency: Currency) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        let path = Path::from("floors");
        for (product, floor) in &self.0 {
            let path = path.field(product.as_str());
            if floor.currency() != currency {
                let (found, expected) = (floor.currency(), currency);
                problems.add(path.clone(), Fault::ForeignCurrency { found, expected });
            }
            if floor.minor() <= 0 {
                problems.add(path, Fault::Amount { amount: *floor });
            }
        }
        problems.into_result(())
    }
}
