//! How far points are taken back that are not there any more.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Cause, Contents, Lot, LotState, Movement, Points, Posting};
use crate::id::EventId;

/// How far a return or a void takes back what was earned, where it was spent or has expired.
///
/// What is not taken is forgiven: later returns and voids do not take it either. When a return is
/// declared void, just what it took is given back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ClawBack {
    /// Only what cannot be spent yet of the very points that were earned.
    PendingOnly,
    /// What is left of the very points that were earned, and then other points that can be spent;
    /// the balance never falls below zero for it.
    WithinBalance,
    /// All of it: what is not there is owed, and paid down by the next points.
    #[default]
    IntoDeficit,
}

/// What can be taken back at an instant.
struct Takeable {
    lots: Vec<Lot>,
    /// The points that can be spent.
    active: i64,
}

impl ClawBack {
    /// What one event really moves in a purse of what it is to move in it, if all that stands there
    /// until its instant came before it.
    ///
    /// An event spends first, then it takes back, in the order of its causes.
    #[must_use]
    pub fn clamp(self, mut postings: Vec<Posting>, purse: Contents<'_>) -> Vec<Posting> {
        let takes =
            |posting: &Posting| matches!(posting.cause().movement, Movement::ClawBack { .. });
        let Some(at) = postings.iter().find(|posting| takes(posting)).map(|one| one.cause().at)
        else {
            return postings;
        };
        if self == Self::IntoDeficit {
            return postings;
        }
        postings.sort();
        let mut takeable = Takeable::at(purse, at);
        let moved = postings.into_iter().filter_map(|posting| {
            let cause = posting.cause();
            match &cause.movement {
                Movement::Spend => {
                    takeable.active = (takeable.active - posting.points().0).max(0);
                    Some(posting)
                }
                Movement::ClawBack { of } => {
                    let points = takeable.take(self, cause, of, posting.points().0);
                    Posting::new(cause.clone(), Points(points)).ok()
                }
                _ => Some(posting),
            }
        });
        moved.collect()
    }
}

impl Takeable {
    fn at(purse: Contents<'_>, at: DateTime<Utc>) -> Self {
        let lots = purse.lots(at);
        let active = lots.iter().filter(|lot| lot.state == LotState::Active);
        let active = active.map(|lot| lot.left.0).sum();
        Self { lots, active }
    }

    /// Takes at most so many points of what `of` earned, and says how many.
    fn take(&mut self, policy: ClawBack, cause: &Cause, of: &EventId, wanted: i64) -> i64 {
        let mut wanted = wanted;
        let before = wanted;
        let undone = cause.share_of(of);
        for lot in self.lots.iter_mut().filter(|lot| lot.cause.share() == undone) {
            if policy == ClawBack::PendingOnly && lot.state != LotState::Pending {
                continue;
            }
            // What was taken of active points by other shares may have come from this lot.
            let is_active = lot.state == LotState::Active;
            let there = if is_active { lot.left.0.min(self.active) } else { lot.left.0 };
            let points = there.min(wanted);
            lot.left.0 -= points;
            wanted -= points;
            if is_active {
                self.active -= points;
            }
        }
        if policy == ClawBack::WithinBalance {
            let points = self.active.min(wanted);
            self.active -= points;
            wanted -= points;
        }
        before - wanted
    }
}
