//! What is not wrong with a template, but may not be meant.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Locale, Medium, Refusal};

/// Something that the author of a template may want to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case", tag = "code", deny_unknown_fields)]
#[non_exhaustive]
pub enum Remark {
    /// A text message has words that are not in the alphabet of GSM.
    #[error(
        "`{character}` is not in the alphabet of text messages: with it, a segment has room for 70 \
        characters instead of 160"
    )]
    OutsideAlphabet {
        /// The first character that is not.
        character: char,
    },
    /// A text message falls into several segments.
    #[error("for {whom} the text falls into {segments} segments")]
    Segments {
        /// Whom the trial supposed.
        whom: String,
        /// Into how many it falls.
        segments: u32,
    },
    /// Some customers would get no message.
    #[error("for {whom} there would be no message: {refusal}")]
    Refused {
        /// Whom the trial supposed.
        whom: String,
        /// Why there would be none.
        refusal: Refusal,
    },
    /// There are no texts for a medium in a language, so that its customers get another one.
    #[error("there are no texts for `{}`: they are taken from `{from}`", medium.name())]
    OtherLanguage {
        /// The medium.
        medium: Medium,
        /// The locale from which texts are taken.
        from: Locale,
    },
    /// A mail has no plain text beside its HTML.
    #[error("the mail has no plain text for those who read no HTML")]
    NoPlainText,
}

impl Remark {
    /// The stable name of the remark.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::OutsideAlphabet { .. } => "outside_alphabet",
            Self::Segments { .. } => "segments",
            Self::Refused { .. } => "refused",
            Self::OtherLanguage { .. } => "other_language",
            Self::NoPlainText => "no_plain_text",
        }
    }
}
