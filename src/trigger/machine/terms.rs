//! The triggers that a machine follows, apart from the customers that it follows.

use smallvec::SmallVec;

use super::Known;
use super::judge::Look;
use super::live::Before;
use super::seat::{Base, Held, Mark};
use super::touch::{FlowNo, Touch, Touches};
use crate::trigger::flow::{Flow, Seen, State, Turn};
use crate::trigger::matcher::Parts;
use crate::trigger::micros::Micros;

/// What a machine follows.
#[derive(Clone, Debug, Default)]
pub(super) struct Terms {
    pub(super) flows: Vec<Known>,
    pub(super) touches: Touches,
}

impl Terms {
    pub(super) fn flow(&self, no: FlowNo) -> Option<&Flow> {
        self.flows.get(no.0 as usize).map(|known| &*known.flow)
    }

    pub(super) fn look(&self, no: FlowNo) -> Option<Look<'_>> {
        Some(Look { no, flow: self.flow(no)?, touches: &self.touches })
    }

    pub(super) fn row(&self, touch: Touch) -> &[(FlowNo, Parts)] {
        self.touches.row(touch)
    }

    /// As much of the row as flows know of for longer than events are kept.
    pub(super) fn lasting(&self, touch: Touch) -> &[(FlowNo, Parts)] {
        self.touches.lasting(touch)
    }

    /// Whether an event completes nothing at its own instant.
    pub(super) fn waits(&self, mark: &Mark) -> bool {
        self.touches.waits(mark.touch)
    }

    /// The first moment at which the customer must be looked at because of an event.
    pub(super) fn soonest(&self, mark: &Mark) -> Micros {
        let looks = self
            .row(mark.touch)
            .iter()
            .filter_map(|(no, parts)| self.flow(*no).map(|flow| flow.soonest(mark.at, *parts)));
        looks.fold(self.lasts(mark), Micros::min)
    }

    /// From when on nothing is to be kept of an event.
    pub(super) fn lasts(&self, mark: &Mark) -> Micros {
        mark.at.plus(self.touches.keep(mark.touch)).plus(1)
    }

    /// When all that is kept is over if nothing more happens, as far as it ever is.
    pub(super) fn over(&self, marks: &[Mark], bases: &[Base]) -> Option<Micros> {
        let marks = marks.iter().map(|mark| self.lasts(mark));
        let bases = bases.iter().filter_map(|base| {
            let flow = self.flow(base.state.flow)?;
            Some(flow.over(&base.state)?.max(base.before).plus(flow.keep()).plus(1))
        });
        marks.chain(bases).max()
    }

    /// What is to be known of when events were let go, if that is now and these stay.
    pub(super) fn pruned(&self, marks: &[Mark], now: Micros) -> Micros {
        let is_partly_over = |mark: &Mark| mark.at < now.minus(self.touches.least_keep(mark.touch));
        if marks.iter().any(is_partly_over) { now } else { Micros::START }
    }

    /// The flows that something is kept for, in order, each once.
    pub(super) fn flows_of(&self, held: &Held) -> Vec<FlowNo> {
        let mut flows: Vec<FlowNo> = held.bases().iter().map(|base| base.state.flow).collect();
        for mark in held.marks() {
            flows.extend(self.row(mark.touch).iter().map(|(flow, _)| *flow));
        }
        flows.sort_unstable();
        flows.dedup();
        flows
    }

    /// What is known of all flows before the moments that are wanted.
    pub(super) fn bases(&self, held: &Held, before_all: Before) -> SmallVec<[Base; 4]> {
        if let Some(crowd) = held.crowd().filter(|crowd| crowd.undone().is_empty()) {
            return crowd.bases_before(self, before_all);
        }
        let pruned = held.crowd().map_or(Micros::START, |crowd| crowd.pruned);
        let before = |look: &Look<'_>| before_all.of(look.flow, held.base(look.no).is_some());
        let looks = self.flows_of(held).into_iter().filter_map(|no| self.look(no));
        let bases = looks.filter_map(|look| {
            let base = look.base(held, before(&look)?);
            base.is_to_be_kept(before_all.floor(pruned, look.flow)).then_some(base)
        });
        bases.collect()
    }

    /// Tells what an event leads to if it is all that happens.
    pub(super) fn alone(&self, mark: &Mark, tell: &mut impl FnMut(FlowNo, Micros, Turn)) {
        for (no, parts) in self.row(mark.touch) {
            if let Some(flow) = self.flow(*no).filter(|_| *parts != Parts::NONE) {
                let mut state = State::of(*no);
                let mut tell = |at, turn| tell(*no, at, turn);
                let seen = Seen { at: mark.at, key: mark.key, parts: *parts };
                flow.see(&mut state, seen, &mut tell);
                flow.pass(&mut state, Micros::NEVER, &mut tell);
            }
        }
    }
}
