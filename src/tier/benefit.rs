//! What a tier's customers get beside more points.

use serde::{Deserialize, Serialize};

use crate::calendar::Span;
use crate::id::OfferId;
use crate::rule::Text;

/// What a tier's customers get.
///
/// In JSON it is words, such as `"free shipping"`, or an object with one key, such as
/// `{"offer": "free-coffee"}`. What an offer takes is said by the offer (whose rule names the
/// tier); here it is named, so that it can be told who used it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(
    untagged,
    expecting = "a benefit is words such as \"free shipping\", or an object such as \
                 {\"offer\": \"free-coffee\"}"
)]
pub enum Benefit {
    /// Something in words.
    Words(Text),
    /// Something that it can be told of who used it.
    Named(NamedBenefit),
}

/// A benefit with a meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum NamedBenefit {
    /// An offer of the program.
    Offer(OfferId),
    /// An offer that they may use before others may.
    EarlyAccess(EarlyAccess),
    /// An invitation to something.
    Invitation(Text),
    /// An offer for their birthday.
    BirthdayGift(OfferId),
}

/// An offer that a tier's customers may use before others may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EarlyAccess {
    /// The offer.
    pub offer: OfferId,
    /// How much earlier.
    pub by: Span,
}

impl Benefit {
    /// The offer with which it is used, if it is one.
    #[must_use]
    pub const fn offer(&self) -> Option<&OfferId> {
        match self {
            Self::Named(
                NamedBenefit::Offer(offer)
                | NamedBenefit::EarlyAccess(EarlyAccess { offer, .. })
                | NamedBenefit::BirthdayGift(offer),
            ) => Some(offer),
            _ => None,
        }
    }
}
