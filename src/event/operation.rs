//! What is done with points apart from what orders and earning rules do.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::validate::{check_length, check_text};
use super::{Event, Fault};
use crate::id::{CustomerId, EventId, OperatorId, PurseId, RewardId};
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
        /// The purse whose points they are; that of the main points if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purse: Option<PurseId>,
    },
    /// They are held for a reward that is still to be handed over.
    Hold {
        /// How many.
        points: Points,
        /// What for.
        reward: RewardId,
        /// The first instant at which they are held no longer.
        until: DateTime<Utc>,
        /// The purse whose points they are; that of the main points if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purse: Option<PurseId>,
    },
    /// Points that are held are spent, and what is left of them is released.
    Capture {
        /// The event that holds them.
        hold: EventId,
        /// How many; all of them if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        points: Option<Points>,
        /// The purse whose points they are; that of the main points if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purse: Option<PurseId>,
    },
    /// Points that are held are let go.
    Release {
        /// The event that holds them.
        hold: EventId,
        /// The purse whose points they are; that of the main points if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purse: Option<PurseId>,
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
        /// The purse whose points they are; that of the main points if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purse: Option<PurseId>,
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
        /// The purse whose points they are; that of the main points if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purse: Option<PurseId>,
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
        /// The purse whose points they are; that of the main points if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purse: Option<PurseId>,
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
        /// The purse whose points they are; that of the main points if not said.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purse: Option<PurseId>,
    },
}

impl Operation {
    /// Whether an operator does it, whatever the customer wants or can do.
    #[must_use]
    pub const fn is_by_operator(&self) -> bool {
        matches!(self, Self::Adjust { .. } | Self::Reinstate { .. })
    }

    /// The purse whose points it moves; `None` for the main points.
    #[must_use]
    pub const fn purse(&self) -> Option<&PurseId> {
        match self {
            Self::Spend { purse, .. }
            | Self::Hold { purse, .. }
            | Self::Capture { purse, .. }
            | Self::Release { purse, .. }
            | Self::Adjust { purse, .. }
            | Self::Reinstate { purse, .. }
            | Self::Send { purse, .. }
            | Self::Receive { purse, .. } => purse.as_ref(),
        }
    }

    /// Whether it uses points as the customer wants: spends them, holds them for that, or gives
    /// them to somebody else.
    #[must_use]
    pub const fn spends(&self) -> bool {
        matches!(
            self,
            Self::Spend { .. }
                | Self::Hold { .. }
                | Self::Send { why: Passage::Transfer, .. }
                | Self::Receive { why: Passage::Transfer, .. }
        )
    }

    /// Why points go to or come from another account, if they do.
    #[must_use]
    pub const fn passage(&self) -> Option<Passage> {
        match self {
            Self::Send { why, .. } | Self::Receive { why, .. } => Some(*why),
            _ => None,
        }
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
            Operation::Capture { hold, .. } | Operation::Release { hold, .. }
                if *hold == event.id =>
            {
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
    let all = Points::sum(parcels.iter().map(|parcel| parcel.points));
    if all.is_none_or(|all| all > MAX_POSTING) {
        problems.add(*path, Fault::Points { points: all.unwrap_or(Points(i64::MAX)) });
    }
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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn check(operation: &Value, expected: &[&str]) {
        let event: Event = serde_json::from_value(json!({
            "id": "e-1", "customer": "ann", "kind": {"points": operation},
            "at": "2026-03-14T09:00:00Z", "recorded_at": "2026-03-14T09:00:00Z",
        }))
        .unwrap();
        let found = event.validate().err().unwrap_or_default();
        let told: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(told, expected);
    }

    #[test]
    fn an_operation_that_makes_sense_is_taken() {
        check(&json!({"spend": {"points": 1, "reward": "mug"}}), &[]);
        check(&json!({"capture": {"hold": "e-0"}}), &[]);
        check(&json!({"adjust": {"points": -5, "operator": "eve", "reason": "a mistake"}}), &[]);
        check(
            &json!({"receive": {"from": "bob", "parcels": [
                {"points": 1_000_000_000_000_i64, "active_at": "2026-01-01T00:00:00Z"}]}}),
            &[],
        );
    }

    #[test]
    fn numbers_that_cannot_be_are_told() {
        for points in [0, -5, 1_000_000_000_001_i64] {
            let told = format!(
                "`kind.points.spend.points`: {points} points: it must be 1 to 1000000000000"
            );
            check(&json!({"spend": {"points": points, "reward": "mug"}}), &[&told]);
        }
        check(
            &json!({"adjust": {"points": 0, "operator": "eve", "reason": "nothing"}}),
            &["`kind.points.adjust.points`: 0 points: it must be 1 to 1000000000000"],
        );
    }

    #[test]
    fn instants_that_are_not_later_are_told() {
        check(
            &json!({"hold": {"points": 0, "reward": "mug", "until": "2026-03-14T09:00:00Z"}}),
            &[
                "`kind.points.hold.until`: 2026-03-14 09:00:00 UTC is not after the event",
                "`kind.points.hold.points`: 0 points: it must be 1 to 1000000000000",
            ],
        );
    }

    #[test]
    fn a_hold_that_names_itself_and_parcels_that_cannot_be_are_told() {
        check(
            &json!({"release": {"hold": "e-1"}}),
            &["`kind.points.release.hold`: it refers to itself"],
        );
        check(
            &json!({"receive": {"from": "bob", "parcels": []}}),
            &["`kind.points.receive.parcels`: there is nothing in it"],
        );
        let most = 1_000_000_000_000_i64;
        check(
            &json!({"receive": {"from": "bob", "parcels": [
                {"points": most},
                {"points": 1, "active_at": "2026-04-01T00:00:00Z",
                 "expires_at": "2026-04-01T00:00:00Z"}]}}),
            &[
                "`kind.points.receive.parcels`: 1000000000001 points: it must be 1 to \
                 1000000000000",
                "`kind.points.receive.parcels[1].expires_at`: the points expire before they are \
                 active",
            ],
        );
    }
}
