//! What can be wrong with a recipe or with the dates it is asked for.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::MOST_DATES;
use crate::{clv, logistic};

/// Why churn cannot be told as asked.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// At this date it was not known yet who would lapse.
    #[error("who lapses at {date} is only known at {until}, after {as_of}")]
    OutcomeOpen {
        /// The date.
        date: DateTime<Utc>,
        /// When its outcome is known.
        until: DateTime<Utc>,
        /// What is known is known up to this instant.
        as_of: DateTime<Utc>,
    },
    /// A model is judged at a date that it has learned from.
    #[error("the model knows what happened up to {known}: {date} is not after that")]
    Known {
        /// The date.
        date: DateTime<Utc>,
        /// Up to when the model knows what happened.
        known: DateTime<Utc>,
    },
    /// There are no dates to learn from, or too many.
    #[error("{found} dates: 1 to {MOST_DATES} are needed")]
    Dates {
        /// How many there are.
        found: usize,
    },
    /// A date is there twice.
    #[error("{date} is there twice")]
    SameDate {
        /// The date.
        date: DateTime<Utc>,
    },
    /// No customer has bought enough before the dates.
    #[error("no customer has bought enough before")]
    NoCustomers,
    /// A number is not above 0 and finite.
    #[error("`{value}` must be above 0 and at most 1e6")]
    NotPositive {
        /// The value found.
        value: f64,
    },
    /// A number must be at least 1.
    #[error("at least 1 is needed")]
    Zero,
    /// The log has too little data for a model of repeat purchases.
    #[error("no model of repeat purchases: {reason}")]
    NoModel {
        /// Why.
        reason: String,
    },
    /// The model of repeat purchases cannot be fitted.
    #[error(transparent)]
    Repeat(#[from] clv::Fault),
    /// The regression cannot be fitted.
    #[error(transparent)]
    Regression(#[from] logistic::Fault),
    /// A stored model has not one coefficient for each sign.
    #[error("{found} coefficients: {expected} are needed")]
    Coefficients {
        /// How many there must be.
        expected: usize,
        /// How many there are.
        found: usize,
    },
}
