//! Taking back what returned lines earned.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{Cause, Movement, Points, Posting};
use crate::event::{Purchase, Return};
use crate::id::{EventId, LineId};

/// A return of lines of an order, and what came back of it before.
#[derive(Clone, Copy, Debug)]
pub struct Returned<'a> {
    /// The event that tells of the return.
    pub event: &'a EventId,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// What comes back.
    pub returned: &'a Return,
    /// The order that it was bought in.
    pub purchase: &'a Purchase,
    /// How many units of each line came back earlier.
    pub before: &'a BTreeMap<LineId, i64>,
}

/// Units of a line, or of a whole order.
#[derive(Clone, Copy)]
struct Units {
    bought: i64,
    before: i64,
    after: i64,
}

impl Returned<'_> {
    /// What is taken back of `earned`, which is what the order's purchase earned.
    ///
    /// A line gives back its own share, in proportion to its units: together the returns so far
    /// take back the share of the units so far, rounded down, so that with the last unit exactly
    /// all is taken back. What the order earned as a whole goes back with its last unit.
    #[must_use]
    pub fn claw_back(&self, earned: &[Posting]) -> Vec<Posting> {
        let whole = self.whole();
        earned
            .iter()
            .filter(|posting| matches!(posting.cause().movement, Movement::Earn(_)))
            .filter_map(|posting| {
                let points = match &posting.cause().line {
                    Some(line) => self.units(line)?.share(posting.points()),
                    None => whole.share(posting.points()),
                };
                let cause = posting.cause();
                let cause = Cause {
                    at: self.at,
                    event: self.event.clone(),
                    movement: Movement::ClawBack { of: cause.event.clone() },
                    source: cause.source.clone(),
                    line: cause.line.clone(),
                    purse: cause.purse.clone(),
                };
                Posting::new(cause, points).ok()
            })
            .collect()
    }

    /// A line's units that were bought and came back; never more than were bought.
    fn units(&self, line: &LineId) -> Option<Units> {
        let bought = self.purchase.basket.line(line)?.quantity;
        let now = self.returned.lines.iter().filter(|returned| returned.line == *line);
        let now = now.fold(0_i64, |units, returned| units.saturating_add(returned.quantity.max(0)));
        let before = self.before.get(line).copied().unwrap_or(0).clamp(0, bought.max(0));
        Some(Units { bought, before, after: before.saturating_add(now).min(bought) })
    }

    /// The order as one unit, which comes back when all of its lines have.
    fn whole(&self) -> Units {
        let lines: Vec<Units> =
            self.purchase.basket.lines.iter().filter_map(|line| self.units(&line.id)).collect();
        let before = lines.iter().all(|units| units.before >= units.bought);
        let after = lines.iter().all(|units| units.after >= units.bought);
        Units { bought: 1, before: before.into(), after: after.into() }
    }
}

impl Units {
    /// The part of `earned` that goes back now.
    fn share(self, earned: Points) -> Points {
        let until = |units: i64| {
            let product = i128::from(earned.0) * i128::from(units);
            product.checked_div(i128::from(self.bought)).unwrap_or(0)
        };
        Points(i64::try_from(until(self.after) - until(self.before)).unwrap_or(0))
    }
}
