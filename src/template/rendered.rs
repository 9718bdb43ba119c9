//! What came of rendering: a message, or why there is none.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{Locale, SmsCount};
use crate::rule::Text;

/// How a message reaches a customer, and so which parts it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Medium {
    /// Electronic mail.
    Email,
    /// Text message.
    Sms,
    /// Push message.
    Push,
}

impl Medium {
    /// All of them, in their order.
    pub const ALL: [Self; 3] = [Self::Email, Self::Sms, Self::Push];

    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Sms => "sms",
            Self::Push => "push",
        }
    }
}

/// A message as the customer gets it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rendered {
    /// The locale of its texts.
    pub locale: Locale,
    /// What it says.
    pub content: Content,
}

/// The parts of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Content {
    /// Of an electronic mail.
    Email {
        /// The subject: one line without control characters, not encoded for a header yet.
        subject: String,
        /// The body as HTML.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        html: Option<String>,
        /// The body as plain text.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        text: Option<String>,
    },
    /// Of a text message.
    Sms {
        /// What it says.
        text: String,
        /// What it costs.
        count: SmsCount,
    },
    /// Of a push message.
    Push {
        /// The title, one line.
        title: String,
        /// What it says.
        body: String,
    },
}

impl Content {
    /// The medium that it is for.
    #[must_use]
    pub const fn medium(&self) -> Medium {
        match self {
            Self::Email { .. } => Medium::Email,
            Self::Sms { .. } => Medium::Sms,
            Self::Push { .. } => Medium::Push,
        }
    }

    /// The parts by their names, in their order.
    #[must_use]
    pub fn parts(&self) -> Vec<(Part, &str)> {
        match self {
            Self::Email { subject, html, text } => {
                let bodies = [(Part::Html, html), (Part::Text, text)];
                let bodies = bodies
                    .into_iter()
                    .filter_map(|(part, body)| body.as_deref().map(|body| (part, body)));
                std::iter::once((Part::Subject, subject.as_str())).chain(bodies).collect()
            }
            Self::Sms { text, .. } => vec![(Part::Text, text)],
            Self::Push { title, body } => vec![(Part::Title, title), (Part::Body, body)],
        }
    }
}

/// A part of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Part {
    /// The subject of a mail.
    Subject,
    /// The HTML of a mail.
    Html,
    /// The text of a mail or of a text message.
    Text,
    /// The title of a push message.
    Title,
    /// The body of a push message.
    Body,
}

impl Part {
    /// Its name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Subject => "subject",
            Self::Html => "html",
            Self::Text => "text",
            Self::Title => "title",
            Self::Body => "body",
        }
    }
}

/// Why a message was not rendered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, Error)]
#[serde(rename_all = "snake_case", tag = "code", deny_unknown_fields)]
#[non_exhaustive]
pub enum Refusal {
    /// The template has no texts for the medium.
    #[error("there are no texts for `{}`", medium.name())]
    NoTexts {
        /// The medium.
        medium: Medium,
    },
    /// A variable that the template needs, or that is never to be missing, is missing.
    #[error("`{name}` is missing")]
    Missing {
        /// The variable.
        name: Text,
    },
    /// The part took more steps than it may.
    #[error("the {} takes more than {steps} steps", part.name())]
    StepsSpent {
        /// The part.
        part: Part,
        /// How many it may take.
        steps: u64,
    },
    /// The part is longer than it may be.
    #[error("the {} is too long: at most {most} {}", part.name(), if *part == Part::Html ||
        *part == Part::Text { "bytes" } else { "characters" })]
    TooLong {
        /// The part.
        part: Part,
        /// How long it may be: in bytes for a mail's bodies, otherwise in characters.
        most: u64,
    },
    /// The text message falls into more segments than it may.
    #[error("the text falls into {segments} segments: at most {most}")]
    TooManySegments {
        /// Into how many it falls.
        segments: u32,
        /// Into how many it may fall.
        most: u32,
    },
    /// A value would break the line of a header.
    #[error("a value in the {} has a line break", part.name())]
    HeaderLineBreak {
        /// The part.
        part: Part,
    },
    /// A value is no link that is known to be safe.
    #[error("a link in the {} is not one with `https`, `http`, `mailto` or `tel`", part.name())]
    UnsafeLink {
        /// The part.
        part: Part,
    },
    /// Nothing is left of the part but white space.
    #[error("the {} is empty", part.name())]
    Empty {
        /// The part.
        part: Part,
    },
    /// The engine gave up for a reason of its own.
    #[error("the {} could not be rendered: {reason}", part.name())]
    Failed {
        /// The part.
        part: Part,
        /// What the engine says.
        reason: String,
    },
}

impl Refusal {
    /// The stable name of the reason.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::NoTexts { .. } => "no_texts",
            Self::Missing { .. } => "missing",
            Self::StepsSpent { .. } => "steps_spent",
            Self::TooLong { .. } => "too_long",
            Self::TooManySegments { .. } => "too_many_segments",
            Self::HeaderLineBreak { .. } => "header_line_break",
            Self::UnsafeLink { .. } => "unsafe_link",
            Self::Empty { .. } => "empty",
            Self::Failed { .. } => "failed",
        }
    }
}
