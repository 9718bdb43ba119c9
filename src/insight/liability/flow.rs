//! What movements and states of lots mean for a cohort: the one place that knows all of them.

use serde::{Deserialize, Serialize};

use crate::points::{Lot, LotState, Movement, Points};

/// In which column of a roll-forward a movement of points stands.
pub(super) enum Flow {
    /// Points come into being.
    Issued,
    /// The customer uses points.
    Redeemed,
    /// Points are taken back.
    Reversed,
    /// Points go to another account, or from a lot that has expired to one that has not.
    Transferred,
    /// Points are taken away.
    Forfeited,
}

impl Flow {
    /// The column of a movement that opened a lot or took from it.
    ///
    /// What is given back is no movement of its own here: the movement that took it took less. What
    /// is held has not left its lot.
    pub(super) const fn of(movement: &Movement) -> Self {
        match movement {
            Movement::Earn(_) => Self::Issued,
            Movement::Spend | Movement::Capture { .. } => Self::Redeemed,
            Movement::Send | Movement::Reinstate { .. } => Self::Transferred,
            Movement::Forfeit => Self::Forfeited,
            Movement::ClawBack { .. }
            | Movement::Restore { .. }
            | Movement::Hold { .. }
            | Movement::Release { .. } => Self::Reversed,
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
    /// They are held, and can be spent by who holds them.
    #[serde(default)]
    pub reserved: Points,
}

impl Outstanding {
    /// What is outstanding of a lot.
    pub(super) const fn of(lot: &Lot) -> Self {
        let (pending, active) = match lot.state {
            LotState::Pending => (lot.left, Points::ZERO),
            LotState::Active => (Points::ZERO, lot.left),
            LotState::Expired | LotState::Used => (Points::ZERO, Points::ZERO),
        };
        Self { pending, active, reserved: lot.reserved }
    }

    /// All together, if that fits.
    #[must_use]
    pub fn total(self) -> Option<Points> {
        Points::sum([self.pending, self.active, self.reserved])
    }

    pub(super) fn plus(self, other: Self) -> Option<Self> {
        Some(Self {
            pending: self.pending.checked_add(other.pending)?,
            active: self.active.checked_add(other.active)?,
            reserved: self.reserved.checked_add(other.reserved)?,
        })
    }

    pub(super) fn sum(self) -> i128 {
        [self.pending, self.active, self.reserved].map(|points| i128::from(points.0)).iter().sum()
    }

    pub(super) fn is_negative(self) -> bool {
        [self.pending, self.active, self.reserved].iter().any(|points| *points < Points::ZERO)
    }
}

/// What a lot has lost because it was not used in time.
pub(super) const fn expired(lot: &Lot) -> Points {
    match lot.state {
        LotState::Expired => lot.left,
        LotState::Pending | LotState::Active | LotState::Used => Points::ZERO,
    }
}
