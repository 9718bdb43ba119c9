//! From when to when an offer can be had.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// The instants at which an offer can be had: from the first, up to but without the last.
///
/// JSON: `{"from": "2026-03-01T00:00:00Z", "until": "2026-04-01T00:00:00Z"}`; what is left out is
/// without end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Validity {
    /// The first instant at which it can be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// The first instant at which it can no longer be had.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

impl Validity {
    /// Always.
    pub const ALWAYS: Self = Self { from: None, until: None };

    /// From `from` to before `until`.
    #[must_use]
    pub const fn between(from: DateTime<Utc>, until: DateTime<Utc>) -> Self {
        Self { from: Some(from), until: Some(until) }
    }

    /// Whether no instant is in it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!((self.from, self.until), (Some(from), Some(until)) if from >= until)
    }

    /// The first instant after `as_of` at which it begins or ends.
    #[must_use]
    pub fn next_change(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        [self.from, self.until].into_iter().flatten().filter(|&at| at > as_of).min()
    }

    pub(super) const fn is_always(&self) -> bool {
        self.from.is_none() && self.until.is_none()
    }
}
