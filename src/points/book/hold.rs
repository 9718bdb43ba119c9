//! Points that are held, and what becomes of them.

use chrono::{DateTime, Utc};

use super::{Book, Causes, Taken};
use crate::id::EventId;

/// Points that are held, with the lots that they came from.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) by: usize,
    pub(super) until: DateTime<Utc>,
    pub(super) parts: Vec<(usize, i64)>,
}

impl Book {
    /// Gives back to lots what was held of them.
    pub(super) fn let_go(&mut self, parts: Vec<(usize, i64)>, at: DateTime<Utc>) {
        for (lot, points) in &parts {
            if let Some(opened) = self.lots.get_mut(*lot) {
                opened.reserved -= points;
            }
        }
        self.put_back(parts, at);
    }

    /// Holds points of the active lots in turn, and no more than they have.
    pub(super) fn hold(
        &mut self,
        by: usize,
        until: DateTime<Utc>,
        mut wanted: i64,
        at: DateTime<Utc>,
    ) {
        let mut parts = Vec::new();
        self.for_each_active(at, |book, lot| {
            if let Some(opened) = book.lots.get_mut(lot) {
                let points = opened.left.min(wanted);
                opened.left -= points;
                opened.reserved += points;
                wanted -= points;
                parts.push((lot, points));
            }
            wanted > 0
        });
        self.holds.push(Held { by, until, parts });
    }

    /// Spends what `of` holds, and says how much of it is missing.
    pub(super) fn capture(
        &mut self,
        by: usize,
        of: &EventId,
        mut wanted: i64,
        causes: Causes<'_>,
    ) -> i64 {
        let Some(held) = self.held(of, causes).and_then(|place| self.holds.get_mut(place)) else {
            return wanted;
        };
        for (lot, left) in &mut held.parts {
            let points = wanted.min(*left);
            *left -= points;
            wanted -= points;
            if let Some(opened) = self.lots.get_mut(*lot).filter(|_| points > 0) {
                opened.reserved -= points;
                let at = self.now.unwrap_or_default();
                self.uses.push(Taken { lot: *lot, by, at, points });
            }
        }
        held.parts.retain(|(_, left)| *left > 0);
        self.close_empty();
        wanted
    }

    /// Lets go of what `of` holds, first of what it took last.
    pub(super) fn release(
        &mut self,
        of: &EventId,
        mut wanted: i64,
        at: DateTime<Utc>,
        causes: Causes<'_>,
    ) {
        let Some(held) = self.held(of, causes).and_then(|place| self.holds.get_mut(place)) else {
            return;
        };
        let mut given = Vec::new();
        while wanted > 0
            && let Some((lot, left)) = held.parts.pop()
        {
            let points = wanted.min(left);
            wanted -= points;
            given.push((lot, points));
            if left > points {
                held.parts.push((lot, left - points));
            }
        }
        self.close_empty();
        self.let_go(given, at);
        self.pay(at);
    }

    /// Drops the holds that have nothing left.
    fn close_empty(&mut self) {
        self.holds.retain(|held| !held.parts.is_empty());
    }

    /// Where the points are that `of` holds.
    pub(super) fn held(&self, of: &EventId, causes: Causes<'_>) -> Option<usize> {
        let is_it = |held: &Held| causes.get(held.by).is_some_and(|cause| cause.event == *of);
        self.holds.iter().position(is_it)
    }

    /// The place of the cause by which `event` holds points, as long as it does.
    pub(in super::super) fn holder(&self, event: &EventId, causes: Causes<'_>) -> Option<usize> {
        self.holds.get(self.held(event, causes)?).map(|held| held.by)
    }
}
