//! Which triggers an event touches: few combinations that very many events share.

use std::collections::{HashMap, HashSet};
use std::num::NonZeroU32;

use crate::trigger::flow::Flow;
use crate::trigger::matcher::Parts;

pub(super) use crate::trigger::flow::FlowNo;

/// Names a combination of triggers, each with the parts that an event plays in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Touch(NonZeroU32);

impl Touch {
    /// Where it is among all of them.
    const fn place(self) -> usize {
        (self.0.get() as usize).wrapping_sub(1)
    }
}

/// A combination of triggers.
#[derive(Clone, Debug)]
struct Row {
    parts: Box<[(FlowNo, Parts)]>,
    /// Of these, those of flows that know of events for longer than these are kept.
    lasting: Box<[(FlowNo, Parts)]>,
    /// For how long an event of this combination is kept, in microseconds.
    keep: u64,
    /// For how long it matters to all flows of the combination, in microseconds.
    least_keep: u64,
    /// Whether such an event completes nothing at its own instant.
    waits: bool,
}

/// All combinations that there were and may still be needed, each once.
#[derive(Clone, Debug, Default)]
pub(super) struct Touches {
    rows: Vec<Row>,
    places: HashMap<Box<[(FlowNo, Parts)]>, Touch>,
    /// Names that are taken by nothing any more.
    free: Vec<Touch>,
    /// How many there were the last time that those were looked for that are needed.
    needed: usize,
}

/// How many combinations are never too many.
const FEW: usize = 1_024;

impl Touches {
    /// The name of a combination, which is in the order of the flows; `None` if it is empty.
    pub(super) fn name<'a>(
        &mut self,
        combination: &[(FlowNo, Parts)],
        flow: impl Fn(FlowNo) -> Option<&'a Flow>,
    ) -> Option<Touch> {
        if combination.is_empty() {
            return None;
        }
        if let Some(touch) = self.places.get(combination) {
            return Some(*touch);
        }
        let number = u32::try_from(self.rows.len()).ok()?.checked_add(1)?;
        let touch = self.free.pop().or_else(|| NonZeroU32::new(number).map(Touch))?;
        let flows = || combination.iter().filter_map(|(no, parts)| Some((flow(*no)?, *parts)));
        let keep = flows().map(|(flow, _)| flow.keep()).max().unwrap_or(0);
        let least_keep = flows().map(|(flow, _)| flow.keep()).min().unwrap_or(0);
        let waits = !flows().any(|(flow, parts)| flow.may_fire_at(parts));
        let is_lasting = |no: FlowNo| flow(no).is_some_and(Flow::lasts);
        let lasting = combination.iter().copied().filter(|(no, _)| is_lasting(*no)).collect();
        let row = Row { parts: combination.into(), lasting, keep, least_keep, waits };
        match self.rows.get_mut(touch.place()) {
            Some(freed) => *freed = row,
            None => self.rows.push(row),
        }
        self.places.insert(combination.into(), touch);
        Some(touch)
    }

    /// Whether so many have come that it is time to look for those that are needed, which takes as
    /// long as there are customers.
    pub(super) fn are_many(&self, customers: usize) -> bool {
        self.places.len() >= FEW.max(2 * self.needed).max(customers / 8)
    }

    /// Lets all go but those that are needed.
    pub(super) fn let_go(&mut self, needed: &HashSet<Touch>) {
        let Self { rows, places, free, .. } = self;
        places.retain(|_, touch| {
            let stays = needed.contains(touch);
            if !stays && let Some(row) = rows.get_mut(touch.place()) {
                (row.parts, row.lasting) = (Box::default(), Box::default());
                free.push(*touch);
            }
            stays
        });
        self.needed = self.places.len();
    }

    pub(super) fn row(&self, touch: Touch) -> &[(FlowNo, Parts)] {
        self.found(touch).map_or(&[], |row| &row.parts)
    }

    /// As much of the row as flows know of for longer than events are kept.
    pub(super) fn lasting(&self, touch: Touch) -> &[(FlowNo, Parts)] {
        self.found(touch).map_or(&[], |row| &row.lasting)
    }

    /// For how long an event of this combination is kept, in microseconds.
    pub(super) fn keep(&self, touch: Touch) -> u64 {
        self.found(touch).map_or(0, |row| row.keep)
    }

    /// For how long such an event matters to all flows of the combination, in microseconds.
    pub(super) fn least_keep(&self, touch: Touch) -> u64 {
        self.found(touch).map_or(0, |row| row.least_keep)
    }

    /// Whether an event of this combination completes nothing at its own instant.
    pub(super) fn waits(&self, touch: Touch) -> bool {
        self.found(touch).is_some_and(|row| row.waits)
    }

    fn found(&self, touch: Touch) -> Option<&Row> {
        self.rows.get(touch.place())
    }

    /// The parts that an event of this combination plays in a flow.
    pub(super) fn parts(&self, touch: Touch, flow: FlowNo) -> Parts {
        let found = self.row(touch).iter().find(|(known, _)| *known == flow);
        found.map_or(Parts::NONE, |(_, parts)| *parts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn combinations_that_nobody_needs_are_let_go() {
        let mut touches = Touches::default();
        let combination = |number: u32| [(FlowNo(number), Parts::FIRST)];
        let named =
            |touches: &mut Touches, number| touches.name(&combination(number), |_| None).unwrap();
        let kept: Vec<Touch> = (0..10).map(|number| named(&mut touches, number)).collect();
        for number in 10..100_000 {
            if touches.are_many(100) {
                touches.let_go(&kept.iter().copied().collect());
            }
            let _ = named(&mut touches, number);
        }
        assert!(touches.rows.len() <= FEW, "{}", touches.rows.len());
        for (number, touch) in (0..).zip(kept) {
            assert_eq!(touches.row(touch), combination(number));
            assert_eq!(named(&mut touches, number), touch);
        }
    }
}
