//! What can be wrong with an RFM recipe, a model, or what they are applied to.

use thiserror::Error;

use super::Figure;
use crate::feature::TableFault;
use crate::id::CustomerId;
use crate::money::Currency;
use crate::rule::{self, Kind, Text};
use crate::segment::grid::{self, Bins, MAX_BINS, MIN_BINS};

/// What is wrong at a place of a recipe, of a model or of its segments.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A dimension has too few or too many scores.
    #[error("{bins} scores: a dimension has {MIN_BINS} to {MAX_BINS}")]
    Bins {
        /// How many scores it has.
        bins: usize,
    },
    /// Two cuts cannot be compared.
    #[error("`{before}` and `{after}` cannot be compared")]
    Mixed {
        /// A cut.
        before: Figure,
        /// The one after it.
        after: Figure,
    },
    /// The cuts are not in order.
    #[error("`{after}` comes after `{before}`: write cuts from the least to the greatest")]
    Falling {
        /// A cut.
        before: Figure,
        /// The one after it.
        after: Figure,
    },
    /// Recency is the first dimension and cannot be nested in another.
    #[error("recency is not scored within another dimension")]
    NestedRecency,
    /// There is not one list of cuts for each group of customers.
    #[error("{found} lists of cuts: there are {expected} groups of customers")]
    Groups {
        /// How many groups there are.
        expected: usize,
        /// How many lists there are.
        found: usize,
    },
    /// A group has another number of scores than the first.
    #[error("{found} cuts: the first group has {expected}")]
    GroupCuts {
        /// How many cuts the first group has.
        expected: usize,
        /// How many this one has.
        found: usize,
    },
    /// The feature is of a type that has no more and less.
    #[error("`{feature}` is {kind}: only numbers and money are scored")]
    NotRanked {
        /// The feature.
        feature: Text,
        /// Its type.
        kind: Kind,
    },
    /// A cut cannot be compared with the feature.
    #[error(
        "`{cut}` cannot be compared with `{feature}`, which is {kind}{}",
        in_currency(*currency)
    )]
    WrongCut {
        /// The feature.
        feature: Text,
        /// Its type.
        kind: Kind,
        /// Its currency.
        currency: Option<Currency>,
        /// The cut.
        cut: Figure,
    },
    /// A column has figures that cannot be compared with each other.
    #[error("`{feature}` has `{first}` and `{other}`, which cannot be compared")]
    MixedColumn {
        /// The feature.
        feature: Text,
        /// The first figure.
        first: Figure,
        /// One of another type or currency.
        other: Figure,
    },
    /// A column has not one cell for each customer.
    #[error("{found} cells for {expected} customers")]
    Rows {
        /// How many customers there are.
        expected: usize,
        /// How many cells there are.
        found: usize,
    },
    /// A customer is there twice.
    #[error("the customer `{customer}` is there twice")]
    DuplicateCustomer {
        /// The customer.
        customer: CustomerId,
    },
    /// There is nobody of whom quantiles could be taken.
    #[error("no customer has what is scored: quantiles need at least one")]
    NoCustomers,
    /// The grid has other scores than the model.
    #[error("the grid has {grid} scores, the customers have {scores}")]
    GridBins {
        /// The scores of the grid.
        grid: Bins,
        /// The scores of the customers.
        scores: Bins,
    },
    /// The table does not fit.
    #[error(transparent)]
    Table(#[from] TableFault),
    /// The schema does not have the feature.
    #[error(transparent)]
    Rule(#[from] rule::Fault),
    /// The grid makes no sense.
    #[error(transparent)]
    Grid(#[from] grid::Fault),
}

fn in_currency(currency: Option<Currency>) -> String {
    currency.map(|currency| format!(" in {currency}")).unwrap_or_default()
}
