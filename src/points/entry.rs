//! What stands in a ledger: entries, and the cause that each of them has.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Fault, Points};
use crate::id::{EarningId, EventId, LineId, OfferId};

/// The most points of one posting: no sum of a ledger can overflow.
pub const MAX_POSTING: Points = Points(1_000_000_000_000);

/// What gave the points, or what they were spent on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Source {
    /// An earning rule.
    Earning(EarningId),
    /// An offer.
    Offer(OfferId),
}

/// From when until when earned points can be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Term {
    /// The first instant at which they can be spent.
    pub active_at: DateTime<Utc>,
    /// The first instant at which they can no longer be spent; `None` if they never expire.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

impl Term {
    /// Spendable from `at` on, for good.
    #[must_use]
    pub const fn from(at: DateTime<Utc>) -> Self {
        Self { active_at: at, expires_at: None }
    }

    /// Whether points of this term have expired at `as_of`.
    #[must_use]
    pub fn is_over(&self, as_of: DateTime<Utc>) -> bool {
        self.expires_at.is_some_and(|expires_at| expires_at <= as_of)
    }
}

/// What happens to the points; within one event they are spent, then taken back, then given back,
/// then earned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Movement {
    /// They are spent.
    Spend,
    /// What an earlier event earned is taken back.
    ClawBack {
        /// The event that earned it.
        of: EventId,
    },
    /// What an earlier event spent or took back is given back, to the lots that it came from.
    Restore {
        /// The event that spent it or took it back.
        of: EventId,
    },
    /// They are earned, and open a lot.
    Earn(Term),
}

impl Movement {
    /// What `points` moved this way do to the balance.
    pub(super) const fn effect(&self, points: Points) -> Points {
        match self {
            Self::Earn(_) | Self::Restore { .. } => points,
            // Amounts are far from the least integer, which alone has no opposite.
            Self::Spend | Self::ClawBack { .. } => Points(points.0.saturating_neg()),
        }
    }
}

/// Why points move: entries with the same cause correct each other.
///
/// Causes are ordered chronologically: by instant, then by event id, and within an event by what
/// happens, source and line.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cause {
    /// When they move.
    pub at: DateTime<Utc>,
    /// The event that moves them.
    pub event: EventId,
    /// What happens to them.
    pub movement: Movement,
    /// What gave them, or what they were spent on.
    pub source: Source,
    /// The line of the order whose share this is, if it is a line's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<LineId>,
}

/// What an event did with points of a source for a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Share<'a> {
    event: &'a EventId,
    source: &'a Source,
    line: Option<&'a LineId>,
}

impl Cause {
    /// What was done.
    pub(super) const fn share(&self) -> Share<'_> {
        self.share_of(&self.event)
    }

    /// What `event` did with points of the same source for the same line: what this undoes.
    pub(super) const fn share_of<'a>(&'a self, event: &'a EventId) -> Share<'a> {
        Share { event, source: &self.source, line: self.line.as_ref() }
    }

    pub(super) fn check(&self) -> Result<(), Fault> {
        match &self.movement {
            Movement::Earn(term) if term.active_at < self.at => Err(Fault::ActiveTooEarly),
            Movement::Earn(term) if term.is_over(term.active_at) => Err(Fault::ExpiresTooEarly),
            Movement::ClawBack { of } | Movement::Restore { of } if *of == self.event => {
                Err(Fault::OwnClawBack)
            }
            _ => Ok(()),
        }
    }
}

/// Points that are to stand in the ledger for a cause.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Posting {
    cause: Cause,
    points: Points,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    cause: Cause,
    points: Points,
}

impl Posting {
    /// So many points, which are earned, spent or taken back for `cause`.
    ///
    /// # Errors
    /// [`Fault::Amount`] unless there are 1 to [`MAX_POSTING`] points, and the faults of a term
    /// that ends before it starts or of an event that takes back its own points.
    pub fn new(cause: Cause, points: Points) -> Result<Self, Fault> {
        cause.check()?;
        if points > Points::ZERO && points <= MAX_POSTING {
            Ok(Self { cause, points })
        } else {
            Err(Fault::Amount { points })
        }
    }

    /// Why they move.
    #[must_use]
    pub const fn cause(&self) -> &Cause {
        &self.cause
    }

    /// How many they are: at least one.
    #[must_use]
    pub const fn points(&self) -> Points {
        self.points
    }
}

impl TryFrom<Written> for Posting {
    type Error = Fault;

    fn try_from(written: Written) -> Result<Self, Fault> {
        Self::new(written.cause, written.points)
    }
}

/// A line of the ledger, which is never changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Its number in the ledger, counted from 1.
    pub id: u64,
    /// Why points move.
    pub cause: Cause,
    /// What it does to the balance: positive for points earned, negative for points spent or taken
    /// back, and the other way round where it corrects earlier entries of the same cause.
    pub points: Points,
    /// The event whose arrival led to it; another than the cause's where it corrects.
    pub recorded_by: EventId,
}
