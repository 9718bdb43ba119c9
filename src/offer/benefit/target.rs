//! Which lines a benefit looks at.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::event::LineItem;
use crate::id::{CategoryId, ProductId};

/// What a discount is taken off: the order as one amount, or lines one by one.
///
/// The difference is in the rounding and in what a fixed amount means: on the order, ten percent of
/// three lines of 1.05 are 0.32; on the lines they are 0.11 each. JSON: `"order"`, `"lines"`,
/// `{"products": ["espresso"]}`, `{"categories": ["coffee"]}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Target {
    /// All lines together: rounded once, then split over the lines.
    #[default]
    Order,
    /// Every line by itself.
    Lines,
    /// The lines of these products, each by itself.
    Products(BTreeSet<ProductId>),
    /// The lines of these categories, each by itself; a line without category is in none.
    Categories(BTreeSet<CategoryId>),
}

impl Target {
    /// The lines of these products.
    pub fn products(products: impl IntoIterator<Item = ProductId>) -> Self {
        Self::Products(products.into_iter().collect())
    }

    /// The lines of these categories.
    pub fn categories(categories: impl IntoIterator<Item = CategoryId>) -> Self {
        Self::Categories(categories.into_iter().collect())
    }

    /// Whether `line` is one that it looks at.
    #[must_use]
    pub fn includes(&self, line: &LineItem) -> bool {
        match self {
            Self::Order | Self::Lines => true,
            Self::Products(products) => products.contains(&line.product),
            Self::Categories(categories) => {
                line.category.as_ref().is_some_and(|category| categories.contains(category))
            }
        }
    }
}
