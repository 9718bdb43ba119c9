//! Being let in.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::rule::Text;

/// Something that only some customers may do: buy before the others, or come to an event.
///
/// JSON: `{"name": "spring collection", "kind": "early_access", "opens": "2026-03-01T08:00:00Z"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Access {
    /// What they are let in to, in the words of the customer.
    pub name: Text,
    /// What they may do there.
    pub kind: AccessKind,
    /// When it opens, which may be after the offer was granted; always open if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opens: Option<DateTime<Utc>>,
    /// The first instant at which it is closed, from which on the offer is expired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub closes: Option<DateTime<Utc>>,
}

/// What an [`Access`] lets a customer do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccessKind {
    /// Buy what others cannot buy yet.
    EarlyAccess,
    /// Come to an event.
    Invitation,
}

impl Access {
    /// Early access without opening hours.
    pub fn early(name: impl Into<Text>) -> Self {
        Self::to(name, AccessKind::EarlyAccess)
    }

    /// An invitation without opening hours.
    pub fn invitation(name: impl Into<Text>) -> Self {
        Self::to(name, AccessKind::Invitation)
    }

    /// The same access, from `opens` to before `closes`.
    #[must_use]
    pub fn open(self, opens: DateTime<Utc>, closes: DateTime<Utc>) -> Self {
        Self { opens: Some(opens), closes: Some(closes), ..self }
    }

    fn to(name: impl Into<Text>, kind: AccessKind) -> Self {
        Self { name: name.into(), kind, opens: None, closes: None }
    }
}
