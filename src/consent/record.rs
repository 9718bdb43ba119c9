//! One word of a customer, and why it is no consent.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use crate::event::{ConsentChange, ConsentChoice, Event};
use crate::id::EventId;

/// What a customer said when asked whether they may be written to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consent {
    /// Whether they agreed.
    pub choice: ConsentChoice,
    /// When they said it.
    pub at: DateTime<Utc>,
    /// The version of the text that they were shown; 0 if it is not known.
    pub version: u32,
    /// The event that tells it: where the host finds its evidence.
    pub event: EventId,
}

/// Why there is no consent. `to_string` is the sentence for a marketer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum NoConsent {
    /// The customer has not said anything.
    #[error("the customer was never asked")]
    Unknown,
    /// The customer's last word is that they do not agree.
    #[error("the customer withdrew it at {}", Written(at))]
    Withdrawn {
        /// When they said so.
        at: DateTime<Utc>,
    },
    /// The customer agreed to an older text than is needed.
    #[error("the customer agreed to version {version} of the text, and version {needed} is needed")]
    Outdated {
        /// The version that they agreed to.
        version: u32,
        /// The oldest version that will do.
        needed: u32,
    },
}

struct Written<'a>(&'a DateTime<Utc>);

impl fmt::Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

impl Consent {
    /// What an event tells.
    pub(super) fn said(event: &Event, change: &ConsentChange) -> Self {
        let (at, _) = event.position();
        Self { choice: change.choice, at, version: change.version, event: event.id.clone() }
    }

    /// By what one word counts before another: the greater does.
    pub(super) fn rank(&self) -> (DateTime<Utc>, ConsentChoice, u32, &EventId) {
        (self.at, self.choice, self.version, &self.event)
    }
}
