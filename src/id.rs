//! Cheap names that cannot be mixed up: a customer's id is no order's id.
//!
//! Every id is 1 to [`MAX_BYTES`] bytes of text without control characters and without white space
//! at its ends. Ids of up to 23 bytes are stored in place; longer ones are shared, so that a clone
//! never copies text. In JSON an id is a plain string. Ids are ordered by their bytes: that order
//! is what breaks ties everywhere in the crate.

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, de};
use smol_str::SmolStr;
use thiserror::Error;

/// The longest id, in bytes.
pub const MAX_BYTES: usize = 128;

/// Why a text is no id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum IdError {
    /// The text is empty.
    #[error("{what} is empty")]
    Empty {
        /// Which kind of id it should have been, in words.
        what: &'static str,
    },
    /// The text has more than [`MAX_BYTES`] bytes.
    #[error("{what} has {bytes} bytes: at most {MAX_BYTES} are allowed")]
    TooLong {
        /// Which kind of id it should have been, in words.
        what: &'static str,
        /// How long the text is.
        bytes: usize,
    },
    /// The text has a control character, or white space at an end.
    #[error("{what} `{text}` has a control character or white space at an end")]
    Unprintable {
        /// Which kind of id it should have been, in words.
        what: &'static str,
        /// The text, with control characters escaped.
        text: String,
    },
}

fn checked(text: &str, what: &'static str) -> Result<SmolStr, IdError> {
    if text.is_empty() {
        Err(IdError::Empty { what })
    } else if text.len() > MAX_BYTES {
        Err(IdError::TooLong { what, bytes: text.len() })
    } else if text.trim().len() != text.len() || text.chars().any(char::is_control) {
        Err(IdError::Unprintable { what, text: text.escape_debug().to_string() })
    } else {
        Ok(SmolStr::new(text))
    }
}

macro_rules! ids {
    ($($(#[$doc:meta])+ $name:ident, $what:literal;)+) => {$(
        $(#[$doc])+
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(SmolStr);

        impl $name {
            /// The id that `text` names.
            ///
            /// # Errors
            /// [`IdError`] if the text is empty, too long or not printable.
            pub fn new(text: impl AsRef<str>) -> Result<Self, IdError> {
                checked(text.as_ref(), $what).map(Self)
            }

            /// The id as text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({:?})", stringify!($name), self.0.as_str())
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = IdError;

            fn try_from(text: &str) -> Result<Self, IdError> {
                Self::new(text)
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = SmolStr::deserialize(deserializer)?;
                Self::new(&text).map_err(de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// Names a customer.
    CustomerId, "the customer id";
    /// Names an event; the same id twice is the same event.
    EventId, "the event id";
    /// Names an order; purchases, returns and voids meet on it.
    OrderId, "the order id";
    /// Names a line within its order or basket.
    LineId, "the line id";
    /// Names a product.
    ProductId, "the product id";
    /// Names a category of products.
    CategoryId, "the category id";
    /// Names a store.
    StoreId, "the store id";
    /// Names a campaign that messages belong to.
    CampaignId, "the campaign id";
    /// Names a message that customers can get.
    MessageId, "the message id";
    /// Names what a customer may be written to for, such as `marketing`.
    PurposeId, "the purpose id";
    /// Names a trigger, whose firings call for messages.
    TriggerName, "the trigger name";
    /// Names a template, from which the parts of a message are rendered.
    TemplateId, "the template id";
    /// Names a survey.
    SurveyId, "the survey id";
    /// Names an offer.
    OfferId, "the offer id";
    /// Names a lane, in which offers compete or stack.
    LaneId, "the lane id";
    /// Names an earning rule.
    EarningId, "the earning rule id";
    /// Names a purse: a currency of points beside a program's main points.
    PurseId, "the purse id";
    /// Names a reward that points can be spent on.
    RewardId, "the reward id";
    /// Names somebody of the business who acts on an account.
    OperatorId, "the operator id";
    /// Names a segment of customers.
    SegmentId, "the segment id";
    /// Names a tier of a ladder.
    TierId, "the tier id";
    /// Names a ladder of tiers.
    LadderId, "the ladder id";
    /// Names an attribute of customers, such as `country`.
    AttributeName, "the attribute name";
    /// A code that a customer presents for an offer.
    CouponCode, "the coupon code";
    /// Names a punch card, a streak or a challenge.
    GameId, "the game id";
    /// Names a badge.
    BadgeId, "the badge id";
    /// Names a leaderboard.
    BoardId, "the leaderboard id";
    /// Names a reservation of budgets; the same id twice is the same reservation.
    ReservationId, "the reservation id";
}

/// The ladder of a program that has only one.
impl Default for LadderId {
    fn default() -> Self {
        Self(SmolStr::new_static("main"))
    }
}

impl CustomerId {
    /// The id of a text that was one before.
    pub(crate) fn known(text: &str) -> Self {
        Self(SmolStr::new(text))
    }
}

impl ReservationId {
    /// The id that is written with the digits of a hash.
    pub(crate) fn of_digest(digest: [u8; 32]) -> Self {
        let digits = digest.iter().flat_map(|byte| [byte >> 4, byte & 15]);
        let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
        Self(digits.map(digit).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_bounded_printable_and_never_empty() {
        assert_eq!(CustomerId::new("c-1").unwrap().as_str(), "c-1");
        assert_eq!(CustomerId::new(""), Err(IdError::Empty { what: "the customer id" }));
        assert!(matches!(OrderId::new("x".repeat(129)), Err(IdError::TooLong { bytes: 129, .. })));
        assert!(OrderId::new("x".repeat(128)).is_ok());
        for text in [" a", "a ", "a\nb", "\u{0}"] {
            assert!(matches!(EventId::new(text), Err(IdError::Unprintable { .. })), "{text:?}");
        }
    }

    #[test]
    fn json_is_a_plain_string_and_is_checked() {
        let id: StoreId = serde_json::from_str("\"Gent-1\"").unwrap();
        assert_eq!(serde_json::to_string(&id).unwrap(), "\"Gent-1\"");
        let error = serde_json::from_str::<StoreId>("\"\"").unwrap_err().to_string();
        assert!(error.starts_with("the store id is empty"), "{error}");
    }
}
