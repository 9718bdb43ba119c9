//! A host's own features beside the crate's.

use chrono::{DateTime, Utc};

use super::Snapshot;
use crate::rule::{Kind, Value};

/// A feature that the host computes; rules and segments name it like the crate's own.
///
/// Laws (`laws::extractor` checks them): the same snapshot gives the same value, of the stated
/// type, and the value stays what it is until the stated next change.
pub trait Extractor: Send + Sync {
    /// The name by which rules call it: no name of a [`Feature`](super::Feature) or an attribute.
    fn name(&self) -> &str;

    /// The type of its values.
    fn kind(&self) -> Kind;

    /// The value for a customer at a moment; `None` if it cannot be told.
    fn extract(&self, snapshot: &Snapshot<'_>) -> Option<Value>;

    /// The first later instant at which the value may differ with no new event.
    ///
    /// By default the start of the next day in the program's time zone.
    fn next_change(&self, snapshot: &Snapshot<'_>) -> Option<DateTime<Utc>> {
        snapshot.next_midnight()
    }
}
