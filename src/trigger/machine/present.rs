//! Who is looked at within the tick at hand, and when.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::trigger::micros::Micros;

/// Seats by the moments at which they are due, the first one first.
#[derive(Clone, Debug, Default)]
pub(super) struct Present {
    /// Those who were expected when the tick began, the last one first.
    expected: Vec<(Micros, u32)>,
    /// Those who came since.
    fresh: BinaryHeap<Reverse<(Micros, u32)>>,
}

impl Present {
    /// Begins a tick with those who are expected in it.
    pub(super) fn begin(&mut self, expected: impl IntoIterator<Item = (Micros, u32)>) {
        self.expected.extend(expected);
        self.expected.sort_unstable_by_key(|one| Reverse(*one));
    }

    pub(super) fn add(&mut self, moment: Micros, seat: u32) {
        self.fresh.push(Reverse((moment, seat)));
    }

    /// Whether somebody is due until a moment.
    pub(super) fn is_due(&self, until: Micros) -> bool {
        let expected = self.expected.last().is_some_and(|(moment, _)| *moment <= until);
        expected || self.fresh.peek().is_some_and(|Reverse((moment, _))| *moment <= until)
    }

    /// Takes out the next one who is due until a moment.
    pub(super) fn next(&mut self, until: Micros) -> Option<u32> {
        let expected = self.expected.last().copied();
        let fresh = self.fresh.peek().map(|Reverse(one)| *one);
        let is_fresh = match (expected, fresh) {
            (Some(expected), Some(fresh)) => fresh < expected,
            (None, fresh) => fresh.is_some(),
            (Some(_), None) => false,
        };
        let (moment, seat) = if is_fresh { fresh? } else { expected? };
        if moment > until {
            return None;
        }
        if is_fresh {
            self.fresh.pop();
        } else {
            self.expected.pop();
        }
        Some(seat)
    }

    /// Some of those who are due until a moment, the next one first.
    pub(super) fn soon(&self, until: Micros) -> impl Iterator<Item = u32> {
        let due = self.expected.iter().rev().take_while(move |(moment, _)| *moment <= until);
        due.map(|(_, seat)| *seat)
    }

    /// Takes all out.
    pub(super) fn drain(&mut self) -> impl Iterator<Item = u32> {
        let fresh = self.fresh.drain().map(|Reverse(one)| one);
        self.expected.drain(..).chain(fresh).map(|(_, seat)| seat)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn everybody_comes_when_due_in_their_order(
            expected in prop::collection::vec(0_u64..50, 0..30),
            steps in prop::collection::vec((0_u64..50, 0_u64..50), 0..30),
        ) {
            let moment = |number| Micros::START.plus(number);
            let mut known: Vec<(Micros, u32)> = expected.into_iter().map(moment).zip(0..).collect();
            let mut present = Present::default();
            present.begin(known.clone());
            for ((at, until), seat) in steps.into_iter().zip(1_000..) {
                present.add(moment(at), seat);
                known.push((moment(at), seat));
                known.sort_unstable();
                let due = known.partition_point(|(at, _)| *at <= moment(until));
                let due: Vec<u32> = known.drain(..due).map(|(_, seat)| seat).collect();
                let soon: Vec<u32> = present.soon(moment(until)).collect();
                prop_assert!(soon.iter().all(|seat| due.contains(seat)));
                let told: Vec<u32> =
                    std::iter::from_fn(|| present.next(moment(until))).collect();
                prop_assert_eq!(told, due);
            }
            let mut left: Vec<u32> = present.drain().collect();
            left.sort_unstable();
            let mut known: Vec<u32> = known.into_iter().map(|(_, seat)| seat).collect();
            known.sort_unstable();
            prop_assert_eq!(left, known);
            prop_assert_eq!(present.next(Micros::NEVER), None);
        }
    }
}
