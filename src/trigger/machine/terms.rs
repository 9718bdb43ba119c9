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
            Some(flow.over(&base.state)?.plus(flow.keep()).plus(1))
        });
        marks.chain(bases).max()
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
    pub(super) fn bases(&self, held: &Held, before: Before) -> SmallVec<[Base; 4]> {
        if let Some(crowd) = held.crowd().filter(|crowd| crowd.undone().is_empty()) {
            return crowd.bases_before(self, before);
        }
        let before = |look: &Look<'_>| before.of(look.flow, held.base(look.no).is_some());
        let looks = self.flows_of(held).into_iter().filter_map(|no| self.look(no));
        looks.filter_map(|look| look.base(held, before(&look)?)).collect()
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
