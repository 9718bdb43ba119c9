//! What comes of a fit: a model, or why the data cannot answer.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{AttritionModel, Fitted, LikelihoodRatio};

/// What comes of a fit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome<M> {
    /// The model that was asked for.
    Fitted(M),
    /// No attrition is identifiable in this data: as far as it tells, nobody ever left.
    NoAttrition(Box<NoAttrition>),
    /// There is too little data for the model.
    TooLittle(TooLittle),
}

/// The likelihood ran to where nobody leaves: the evidence, and the model that it comes to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoAttrition {
    /// The model of customers who never leave, which explains the data as well.
    pub without: Without,
    /// Where the search for the greatest likelihood ended.
    pub reached: Vec<Fitted>,
    /// The log-likelihood there.
    pub log_likelihood: f64,
    /// How much that is more than of customers who never leave.
    pub ratio: LikelihoodRatio,
}

/// A model of customers who never leave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Without {
    /// Who buy at any time.
    Nbd(AttritionModel),
    /// Who buy at any time, regularly: a model of the same k in which nobody leaves to speak of.
    Regular(AttritionModel),
    /// Who buy at opportunities, each with a chance of their own ~ beta(α, β).
    BetaBernoulli {
        /// The first shape of the chances.
        alpha: f64,
        /// The second shape.
        beta: f64,
        /// How likely the data is.
        log_likelihood: f64,
    },
}

impl fmt::Display for NoAttrition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let gained = self.ratio.statistic / 2.0;
        write!(f, "no attrition identifiable in this data: the log-likelihood ")?;
        write!(f, "{:.4} is {gained:.1e} more than without any", self.log_likelihood)
    }
}

/// Why there is too little data.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum TooLittle {
    /// There are no customers that count.
    NoCustomers,
    /// Nobody bought again: any rate that is small enough explains that.
    NoRepeatPurchases,
    /// All were looked at as soon as they came.
    NoTime,
    /// There are fewer different histories than the model has parameters.
    FewHistories {
        /// How many there are.
        found: usize,
        /// How many are needed.
        needed: usize,
    },
    /// The time from the first purchase on is too short to tell a season from what happened by
    /// chance or by the years.
    TooShort {
        /// How many days it is.
        days: u32,
        /// How many are needed.
        needed: u32,
    },
    /// Nobody left.
    NobodyLeft,
    /// Nobody stayed.
    NobodyStayed,
    /// All that happened is the same for all, so that nothing tells customers apart.
    NoDifference,
}

impl fmt::Display for TooLittle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoCustomers => f.write_str("there are no customers"),
            Self::NoRepeatPurchases => f.write_str("nobody bought again"),
            Self::NoTime => f.write_str("no time has passed since the first purchases"),
            Self::FewHistories { found, needed } => {
                write!(f, "there are {found} different histories: {needed} are needed")
            }
            Self::TooShort { days, needed } => write!(
                f,
                "{days} days are too short to tell a season from a trend: {needed} are needed"
            ),
            Self::NobodyLeft => f.write_str("nobody left"),
            Self::NobodyStayed => f.write_str("nobody stayed"),
            Self::NoDifference => f.write_str("nothing tells the customers apart"),
        }
    }
}

impl<M> Outcome<M> {
    /// The model that was asked for, if there is one.
    #[must_use]
    pub fn fitted(self) -> Option<M> {
        match self {
            Self::Fitted(model) => Some(model),
            Self::NoAttrition(_) | Self::TooLittle(_) => None,
        }
    }
}

impl Outcome<AttritionModel> {
    /// The model that explains the data: that which was asked for, or the NBD if nobody leaves.
    #[must_use]
    pub fn model(self) -> Option<AttritionModel> {
        match self {
            Self::Fitted(model) => Some(model),
            Self::NoAttrition(evidence) => match evidence.without {
                Without::Nbd(model) | Without::Regular(model) => Some(model),
                Without::BetaBernoulli { .. } => None,
            },
            Self::TooLittle(_) => None,
        }
    }
}
