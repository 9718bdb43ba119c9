//! What movements and states of lots mean for a cohort: the one place that knows all of them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::points::{Lot, LotState, Movement, Points, Use};

/// In which column of a roll-forward a movement of points stands.
pub(super) enum Flow {
    /// Points come into being.
    Issued,
    /// The customer uses points.
    Redeemed,
    /// Points are taken back.
    Reversed,
}

impl Flow {
    /// The column of a movement that opened a lot or took from it.
    ///
    /// What is given back is no movement of its own here: the movement that took it took less.
    pub(super) const fn of(movement: &Movement) -> Self {
        match movement {
            Movement::Earn(_) => Self::Issued,
            Movement::Spend => Self::Redeemed,
            Movement::ClawBack { .. } | Movement::Restore { .. } => Self::Reversed,
        }
    }
}

/// Points that customers hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outstanding {
    /// They cannot be spent yet.
    pub pending: Points,
    /// They can be spent.
    pub active: Points,
}

impl Outstanding {
    /// What is outstanding of a lot.
    pub(super) const fn of(lot: &Lot) -> Self {
        let (pending, active) = match lot.state {
            LotState::Pending => (lot.left, Points::ZERO),
            LotState::Active => (Points::ZERO, lot.left),
            LotState::Expired | LotState::Used => (Points::ZERO, Points::ZERO),
        };
        Self { pending, active }
    }

    /// Both together, if that fits.
    #[must_use]
    pub const fn total(self) -> Option<Points> {
        self.pending.checked_add(self.active)
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        let pending = self.pending.checked_add(other.pending)?;
        Some(Self { pending, active: self.active.checked_add(other.active)? })
    }

    pub(super) fn sum(self) -> i128 {
        i128::from(self.pending.0) + i128::from(self.active.0)
    }

    pub(super) fn is_negative(self) -> bool {
        self.pending < Points::ZERO || self.active < Points::ZERO
    }
}

/// What a lot has lost because it was not used in time.
pub(super) const fn expired(lot: &Lot) -> Points {
    match lot.state {
        LotState::Expired => lot.left,
        LotState::Pending | LotState::Active | LotState::Used => Points::ZERO,
    }
}

/// When the points of a use left their lot: at its cause's instant or, where a lot paid down what
/// was owed before it could be spent, when it became active.
pub(super) fn taken_at(lot: &Lot, taken: &Use) -> DateTime<Utc> {
    match &lot.cause.movement {
        Movement::Earn(term) => taken.by.at.max(term.active_at),
        Movement::Spend | Movement::ClawBack { .. } | Movement::Restore { .. } => taken.by.at,
    }
}
