//! What can be wrong with an event.

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::validate::{MAX_CLOCK_SKEW_HOURS, MAX_LIST, MAX_QUANTITY, MAX_TEXT_BYTES};
use crate::id::LineId;
use crate::money::{Currency, Money};
use crate::point::{MAX_POSTING, Points};

/// What can be wrong with an event.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The instant is outside 1900 to 2200.
    #[error("{at} is outside the years 1900 to 2200")]
    InstantOutOfRange {
        /// The instant.
        at: DateTime<Utc>,
    },
    /// The event claims to have happened after it was recorded.
    #[error("it happened more than {MAX_CLOCK_SKEW_HOURS} hours after it was recorded")]
    AfterRecording,
    /// A list that must have items has none.
    #[error("there is nothing in it")]
    Empty,
    /// A list is too long.
    #[error("{count} are too many: at most {MAX_LIST}")]
    TooMany {
        /// How many there are.
        count: usize,
    },
    /// A text is too long.
    #[error("the text has {bytes} bytes: at most {MAX_TEXT_BYTES}")]
    TextTooLong {
        /// How long it is.
        bytes: usize,
    },
    /// A quantity is not between 1 and [`MAX_QUANTITY`].
    #[error("the quantity is {quantity}: it must be 1 to {MAX_QUANTITY}")]
    Quantity {
        /// The quantity.
        quantity: i64,
    },
    /// An amount that must not be negative is.
    #[error("{amount} is negative")]
    Negative {
        /// The amount.
        amount: Money,
    },
    /// Two currencies in one event.
    #[error("{found} is mixed with {expected}")]
    MixedCurrencies {
        /// The currency of the first line.
        expected: Currency,
        /// The other currency.
        found: Currency,
    },
    /// An amount does not fit.
    #[error("the amount is out of range")]
    AmountOutOfRange,
    /// The stated total is not what the parts come to.
    #[error("{stated} is stated, but the parts come to {computed}")]
    TotalMismatch {
        /// What the event says.
        stated: Money,
        /// What its parts come to.
        computed: Money,
    },
    /// More is taken off a line than it costs.
    #[error("discounts of {discount} are more than the price of {price}")]
    DiscountTooLarge {
        /// The sum of the discounts.
        discount: Money,
        /// The list price.
        price: Money,
    },
    /// Two lines have one id.
    #[error("line `{line}` is there twice")]
    DuplicateLine {
        /// The id.
        line: LineId,
    },
    /// A rating is not between 1 and 5.
    #[error("the rating is {rating}: it must be 1 to 5")]
    Rating {
        /// The rating.
        rating: u8,
    },
    /// A score is higher than the highest.
    #[error(
        "the score is {score} of {highest}: it must be 0 to the highest, which must be 1 or more"
    )]
    Score {
        /// The score.
        score: u16,
        /// The highest score.
        highest: u16,
    },
    /// A latitude or longitude is outside its range.
    #[error("{degrees} degrees are outside ±{limit}")]
    Degrees {
        /// What was given, as text.
        degrees: String,
        /// The limit in degrees.
        limit: u16,
    },
    /// A number of points is zero, negative where it must not be, or too large.
    #[error("{points} points: it must be 1 to {MAX_POSTING}")]
    Points {
        /// The number.
        points: Points,
    },
    /// An instant is not after the event.
    #[error("{at} is not after the event")]
    NotLater {
        /// The instant.
        at: DateTime<Utc>,
    },
    /// Points expire before they can be spent.
    #[error("the points expire before they are active")]
    NeverActive,
    /// What is granted ends before it begins.
    #[error("it ends before it begins")]
    EndsBefore,
    /// A challenge asks for none of something.
    #[error("a challenge takes more than none")]
    NothingToDo,
    /// The event voids itself, or the customer referred themselves.
    #[error("it refers to itself")]
    Itself,
}
