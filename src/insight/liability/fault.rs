//! What can be wrong with a question about many ledgers, or with what is assumed.

use chrono::{DateTime, NaiveDate, Utc};
use thiserror::Error;

use crate::id::PurseId;
use crate::money::{Money, MoneyError, Percent};
use crate::points::Points;

/// Why there is no figure.
#[derive(Clone, Debug, PartialEq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The end is before the start.
    #[error("the end {to} is before the start {from}")]
    Backwards {
        /// The start.
        from: DateTime<Utc>,
        /// The end.
        to: DateTime<Utc>,
    },
    /// Parts of two questions were to be merged.
    #[error(
        "these are parts of two questions: period, zone, instants, currency and purse must be the \
         same"
    )]
    OtherQuestion,
    /// There is no such purse.
    #[error("there is no purse `{purse}`")]
    UnknownPurse {
        /// The purse.
        purse: PurseId,
    },
    /// Nothing is owed for points that cannot be spent.
    #[error("points of purse `{purse}` cannot be spent: nothing is owed for them")]
    Unspendable {
        /// The purse.
        purse: PurseId,
    },
    /// It is not said what points of a purse are worth.
    #[error("it is not said what points of purse `{purse}` are worth")]
    NoWorth {
        /// The purse.
        purse: PurseId,
    },
    /// A roll-forward does not begin where the one before it ends.
    #[error("it begins at {begins}: the one before it ends at {ends}")]
    Gap {
        /// Where the one before ends.
        ends: DateTime<Utc>,
        /// Where this one begins.
        begins: DateTime<Utc>,
    },
    /// A sum of points does not fit.
    #[error("the points are out of range")]
    OutOfRange,
    /// The columns of a stored row do not come to its last one.
    #[error("the row of {cohort} does not tie")]
    Untied {
        /// The first day of the cohort.
        cohort: NaiveDate,
    },
    /// The deficit of a stored roll-forward does not tie.
    #[error("the deficit does not tie")]
    UntiedDeficit,
    /// A triangle has no cohort.
    #[error("there are no cohorts")]
    NoCohorts,
    /// A cohort has no figure.
    #[error("the cohort has no figures")]
    NoFigures,
    /// A cohort is known for longer than one before it, or an age in between is missing.
    #[error("the cohort has {found} figures, more than the {most} of the one before it")]
    Hole {
        /// How many figures it has.
        found: usize,
        /// How many it can have.
        most: usize,
    },
    /// A figure is negative, infinite or NaN.
    #[error("`{value}` is no figure: it must be finite and not negative")]
    Figure {
        /// What was found.
        value: f64,
    },
    /// A tail takes redemptions away, or has no end.
    #[error("`{value}` is no tail factor: it must be 1 to {}", super::MAX_TAIL)]
    Tail {
        /// What was found.
        value: f64,
    },
    /// The level of an interval is no probability strictly between 0 and 1.
    #[error("{level} is no level of an interval: it must be more than 0% and less than 100%")]
    Level {
        /// What was found.
        level: Percent,
    },
    /// More points are to be redeemed than there are.
    #[error("{percent} of the points cannot be redeemed: at most 100%")]
    Share {
        /// What was found.
        percent: Percent,
    },
    /// An amount must not be negative.
    #[error("{amount} is negative")]
    NegativeMoney {
        /// The amount.
        amount: Money,
    },
    /// A number of points must not be negative.
    #[error("{points} points are negative")]
    NegativePoints {
        /// The points.
        points: Points,
    },
    /// A price of points is for none of them.
    #[error("the price is for {points} points: it must be for at least one")]
    PerNothing {
        /// The points.
        points: Points,
    },
    /// A price is to be split over things that are worth nothing.
    #[error("{price} was paid for what is worth nothing")]
    WorthNothing {
        /// The price.
        price: Money,
    },
    /// Points that were redeemed are not redeemed any more.
    #[error("{found} points are expected to be redeemed, less than the {redeemed} that are")]
    LessThanRedeemed {
        /// How many are expected in the end.
        found: Points,
        /// How many are redeemed.
        redeemed: Points,
    },
    /// Amounts cannot be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}
