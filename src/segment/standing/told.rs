//! Moves and holds in sentences.

use std::fmt;

use chrono::NaiveDate;

use super::{Held, Hold, Moved};
use crate::id::SegmentId;

/// One sentence, such as `ann leaves cluster-2 (since 2026-03-01) for cluster-1, which is nearer by
/// 16.00`.
impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { customer, left, joined, margin } = self;
        let since = |(id, since): (&SegmentId, &NaiveDate)| format!("{id} (since {since})");
        let left = left.iter().map(since).collect::<Vec<_>>().join(" and ");
        let joined = joined.iter().map(SegmentId::as_str).collect::<Vec<_>>().join(" and ");
        match (left.is_empty(), joined.is_empty()) {
            (true, _) => write!(f, "{customer} joins {joined}"),
            (false, true) => write!(f, "{customer} leaves {left}"),
            (false, false) => write!(f, "{customer} leaves {left} for {joined}"),
        }?;
        match margin {
            Some(margin) if !joined.is_empty() => write!(f, ", which is nearer by {margin:.2}"),
            _ => Ok(()),
        }
    }
}

/// One sentence, with all that keeps the customer.
impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { customer, stays, waits } = self;
        let ids: Vec<&str> = stays.keys().map(SegmentId::as_str).collect();
        write!(f, "{customer} stays in {}", ids.join(" and "))?;
        let waits: Vec<&str> = waits.iter().map(SegmentId::as_str).collect();
        if !waits.is_empty() {
            write!(f, " and does not join {}", waits.join(" and "))?;
        }
        let mut reasons: Vec<String> = stays.values().flatten().map(Hold::to_string).collect();
        reasons.dedup();
        write!(f, ": {}", reasons.join("; "))
    }
}

impl fmt::Display for Hold {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Margin { found, needed } => {
                write!(f, "it is nearer by {found:.2} only, {needed:.2} are needed")
            }
            Self::Stay { since, until } => write!(f, "in it since {since}, at least until {until}"),
        }
    }
}
