//! RFM: scores of recency, frequency and monetary value, and the named segments over them.
//!
//! An [`Rfm`] recipe says how each of the three features is scored: by quantiles of the customers
//! at hand, or by fixed thresholds. Fitting it gives an [`RfmModel`], which scores one customer or
//! a table alike; with a [grid](super::grid) of named segments it becomes [`RfmSegments`]. What a
//! program's document says, and what a fitted model looks like in it, is one and the same
//! [`RfmSpec`].
//!
//! The greatest score is always the best: of recency, the latest purchase. Any other features are
//! scored in the same way by a [`Scorecard`].

mod cuts;
mod explain;
mod fault;
mod figure;
mod fit;
mod keys;
mod model;
mod moved;
mod plain;
mod quantile;
mod radix;
mod recipe;
mod report;
mod score;
mod scorecard;
mod segments;
mod spec;
#[cfg(test)]
mod tests;

pub use cuts::{Better, Cuts, Scale};
pub use explain::{Bound, RfmExplanation, ScoredFeature, Step};
pub use fault::Fault;
pub use figure::Figure;
pub use model::{RfmModel, Scoring};
pub use recipe::{Dimension, Method, Nesting, Rfm, RfmFit, Ties};
pub use report::{Population, RfmReport};
pub use score::{RfmScore, RfmWeights};
pub use scorecard::{Rated, RatedScale, Scorecard, ScorecardFit, ScorecardModel};
pub use segments::{RfmSegmentation, RfmSegments};
pub use spec::{GridChoice, RfmSpec};
