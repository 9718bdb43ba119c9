//! What is done with points apart from what orders and earning rules do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::validate::{check_length, check_text};
use super::{Event, Fault};
use crate::id::{CustomerId, EventId, OperatorId, RewardId};
use crate::path::{Problems, Trail};
use crate::point::{MAX_POSTING, Points};
use crate::rule::Text;

/// Something that is done with points: they are spent, held, put right or given to another account.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Operation {
    /// They are spent on a reward.
    Spend {
        /// How many.
        points: Points,
        /// What for.
        reward: RewardId,
    },
    /// They are held for a reward that is still to be handed over.
    Hold {
        /// How many.
        points: Points,
        /// What for.
        reward: RewardId,
        /// The first instant at which they are held no longer.
        until: DateTime<Utc>,
    },
    /// Points that are held are spent, and what is left of them is released.
    Capture {
        /// The event that holds them.
        hold: EventId,
        /// How many; all of them if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        points: Option<Points>,
    },
    /// Points that are held are let go.
    Release {
        /// The event that holds them.
        hold: EventId,
    },
    /// Somebody gives points, or takes them away.
    Adjust {
        /// How many are given; negative if they are taken away.
        points: Points,
        /// Who does it.
        operator: OperatorId,
        /// Why, in words.
        reason: Text,
        /// The first instant at which those that are given can no longer be spent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<DateTime<Utc>>,
    },
    /// Somebody lets points be spent that have expired.
    Reinstate {
        /// How many.
        points: Points,
        /// Only those count that expired then or later.
        expired_since: DateTime<Utc>,
        /// Who does it.
        operator: OperatorId,
        /// Why, in words.
        reason: Text,
        /// The first instant at which they expire once more.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        expires_at: Option<DateTime<Utc>>,
    },
    /// Points go to another account.
    Send {
        /// How many.
        points: Points,
        /// Whose account.
        to: CustomerId,
        /// Why.
        #[serde(default)]
        why: Passage,
    },
    /// Points come from another account.
    Receive {
        /// The points, as they were in that account.
        parcels: Vec<Parcel>,
        /// Whose account.
        from: CustomerId,
        /// Why.
        #[serde(default)]
        why: Passage,
    },
}

impl Operation {
    /// Whether an operator does it, whatever the customer wants or can do.
    #[must_use]
    pub const fn is_by_operator(&self) -> bool {
        matches!(self, Self::Adjust { .. } | Self::Reinstate { .. })
    }

    /// Which of them it is, as in JSON.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Spend { .. } => "spend",
            Self::Hold { .. } => "hold",
            Self::Capture { .. } => "capture",
            Self::Release { .. } => "release",
            Self::Adjust { .. } => "adjust",
            Self::Reinstate { .. } => "reinstate",
            Self::Send { .. } => "send",
            Self::Receive { .. } => "receive",
        }
    }
}

/// Why points go from one account to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Passage {
    /// One customer gives them to another.
    #[default]
    Transfer,
    /// The accounts become one.
    Merge,
    /// The accounts are two again.
    Unmerge,
}

/// Points that go from one account to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parcel {
    /// How many.
    pub points: Points,
    /// The first instant at which they can be spent, if that is still to come.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub active_at: Option<DateTime<Utc>>,
    /// The first instant at which they can no longer be spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<DateTime<Utc>>,
}

impl Operation {
    /// Checks what can be seen from the event alone; whether it can be done, the ledger says.
    pub(super) fn check(&self, event: &Event, path: &Trail<'_>, problems: &mut Problems<Fault>) {
        let path = path.field(self.name());
        let mut later = |name, at: Option<DateTime<Utc>>| {
            if let Some(at) = at.filter(|at| *at <= event.at) {
                problems.add(path.field(name), Fault::NotLater { at });
            }
        };
        match self {
            Operation::Hold { until, .. } => later("until", Some(*until)),
            Operation::Adjust { expires_at, .. } | Operation::Reinstate { expires_at, .. } => {
                later("expires_at", *expires_at);
            }
            _ => {}
        }
        match self {
            Operation::Adjust { reason, .. } | Operation::Reinstate { reason, .. } => {
                check_text(reason.as_str(), &path.field("reason"), problems);
            }
            Operation::Capture { hold, .. } | Operation::Release { hold } if *hold == event.id => {
                problems.add(path.field("hold"), Fault::Itself);
            }
            Operation::Receive { parcels, .. } => {
                check_parcels(parcels, event.at, &path.field("parcels"), problems);
            }
            _ => {}
        }
        let points = match self {
            Operation::Adjust { points, .. } => Some(Points(points.0.saturating_abs())),
            Operation::Spend { points, .. }
            | Operation::Hold { points, .. }
            | Operation::Reinstate { points, .. }
            | Operation::Send { points, .. } => Some(*points),
            Operation::Capture { points, .. } => *points,
            Operation::Release { .. } | Operation::Receive { .. } => None,
        };
        if let Some(points) = points {
            check_points(points, &path.field("points"), problems);
        }
    }
}

fn check_parcels(
    parcels: &[Parcel],
    at: DateTime<Utc>,
    path: &Trail<'_>,
    problems: &mut Problems<Fault>,
) {
    if parcels.is_empty() {
        problems.add(*path, Fault::Empty);
    }
    check_length(parcels.len(), path, problems);
    for (index, parcel) in parcels.iter().enumerate() {
        let path = path.item(index);
        check_points(parcel.points, &path.field("points"), problems);
        let active_at = parcel.active_at.unwrap_or(at);
        if parcel.expires_at.is_some_and(|expires_at| expires_at <= active_at.max(at)) {
            problems.add(path.field("expires_at"), Fault::NeverActive);
        }
    }
}

fn check_points(points: Points, path: &Trail<'_>, problems: &mut Problems<Fault>) {
    if points <= Points::ZERO || points > MAX_POSTING {
        problems.add(*path, Fault::Points { points });
    }
}
