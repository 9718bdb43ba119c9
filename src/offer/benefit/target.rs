//! Which lines a benefit looks at.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::Spread;
use crate::event::LineItem;
use crate::id::{CategoryId, ProductId};

/// What a discount is taken off: the order as one amount, or lines one by one.
///
/// The difference is in the rounding and in what a fixed amount means: on the order, ten percent of
/// three lines of 1.05 are 0.32; on the lines they are 0.11 each. A benefit with an
/// [allocation](Spread) of its own takes only the lines from here. JSON: `"order"`, `"lines"`,
/// `{"products": ["espresso"]}`, `{"categories": ["coffee"]}`,
/// `{"except": {"categories": ["gift-card"]}}`.
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
    /// All lines but some, each by itself.
    Except(AllBut),
}

/// Products and categories that a [`Target`] leaves out.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct AllBut {
    /// These products.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub products: BTreeSet<ProductId>,
    /// These categories; a line without category is in none.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub categories: BTreeSet<CategoryId>,
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

    /// All lines but those of these products.
    pub fn except_products(products: impl IntoIterator<Item = ProductId>) -> Self {
        let products = products.into_iter().collect();
        Self::Except(AllBut { products, ..AllBut::default() })
    }

    /// All lines but those of these categories.
    pub fn except_categories(categories: impl IntoIterator<Item = CategoryId>) -> Self {
        let categories = categories.into_iter().collect();
        Self::Except(AllBut { categories, ..AllBut::default() })
    }

    /// Whether `line` is one that it looks at.
    #[must_use]
    pub fn includes(&self, line: &LineItem) -> bool {
        let listed = |categories: &BTreeSet<CategoryId>| {
            line.category.as_ref().is_some_and(|category| categories.contains(category))
        };
        match self {
            Self::Order | Self::Lines => true,
            Self::Products(products) => products.contains(&line.product),
            Self::Categories(categories) => listed(categories),
            Self::Except(AllBut { products, categories }) => {
                !products.contains(&line.product) && !listed(categories)
            }
        }
    }

    /// Whether it is another way to say `other`.
    pub(in super::super) fn is_same(&self, other: &Self) -> bool {
        let all = |target: &Self| matches!(target, Self::Order | Self::Lines);
        self == other || (all(self) && all(other))
    }

    /// How a discount falls on it if the benefit does not say.
    pub(in super::super) const fn spread(&self) -> Spread {
        match self {
            Self::Order => Spread::Across,
            _ => Spread::Each,
        }
    }
}
