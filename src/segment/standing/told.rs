//! Moves and holds in sentences.

use std::fmt;

use chrono::NaiveDate;

use super::{Held, Hold, Moved};
use crate::id::SegmentId;
use crate::segment::Segment;
use crate::segment::told::name;

impl Moved {
    /// The move in a sentence, in which segments are called by their names; by their ids if they
    /// are not among `segments`.
    #[must_use]
    pub fn told(&self, segments: &[Segment]) -> String {
        let Self { customer, left, joined, margin } = self;
        let since = |(id, since): (&SegmentId, &NaiveDate)| {
            format!("{} (since {since})", name(segments, id))
        };
        let left = left.iter().map(since).collect::<Vec<_>>().join(" and ");
        let joined = names(joined, segments);
        let moved = match (left.is_empty(), joined.is_empty()) {
            (true, _) => format!("{customer} joins {joined}"),
            (false, true) => format!("{customer} leaves {left}"),
            (false, false) => format!("{customer} leaves {left} for {joined}"),
        };
        match margin {
            Some(margin) if !joined.is_empty() => {
                format!("{moved}, which is nearer by {margin:.2}")
            }
            _ => moved,
        }
    }
}

impl Held {
    /// What keeps the customer in a sentence, with segments as in [`Moved::told`].
    #[must_use]
    pub fn told(&self, segments: &[Segment]) -> String {
        let Self { customer, stays, waits } = self;
        let mut told = format!("{customer} stays in {}", names(stays.keys(), segments));
        if !waits.is_empty() {
            told = format!("{told} and does not join {}", names(waits, segments));
        }
        let mut reasons: Vec<String> = stays.values().flatten().map(Hold::to_string).collect();
        reasons.dedup();
        format!("{told}: {}", reasons.join("; "))
    }
}

fn names<'a>(ids: impl IntoIterator<Item = &'a SegmentId>, segments: &[Segment]) -> String {
    let names = ids.into_iter().map(|id| name(segments, id));
    names.collect::<Vec<_>>().join(" and ")
}

/// As [`Moved::told`] without names.
impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&[]))
    }
}

/// As [`Held::told`] without names.
impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&[]))
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
