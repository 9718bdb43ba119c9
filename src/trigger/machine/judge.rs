//! What follows for one customer from what is kept of them.

use super::Machine;
use super::seat::{Base, Held, Mark, Undone};
use super::terms::Terms;
use super::touch::{FlowNo, Touch, Touches};
use crate::trigger::flow::{Flow, Seen, State, Stretch, Turn, Way};
use crate::trigger::key::Key;
use crate::trigger::matcher::Parts;
use crate::trigger::micros::Micros;

/// One flow of the machine beside what is kept of a customer.
#[derive(Clone, Copy)]
pub(super) struct Look<'a> {
    pub(super) no: FlowNo,
    pub(super) flow: &'a Flow,
    pub(super) touches: &'a Touches,
}

/// What fires until a moment, and when something fires next.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Told {
    pub(super) fired: Vec<(Micros, Stretch)>,
    pub(super) next: Option<Micros>,
}

impl Look<'_> {
    /// Tells all turns, of the past and those that are to come if nothing more happens.
    ///
    /// What counts at an instant are the events in effect then. So where events are void, what
    /// happened before the void is told as it was without it.
    pub(super) fn turns(&self, held: &Held, mut tell: impl FnMut(Micros, Turn)) {
        let undone = held.undone();
        if undone.is_empty() {
            let mut state = self.start(held);
            self.follow(held, &[], &mut state, Micros::NEVER, &mut tell);
            return;
        }
        let mut begins = Micros::START;
        for known in 0..=undone.len() {
            let ends = undone.get(known).map_or(Micros::NEVER, |next| next.at);
            if begins < ends {
                let (dead, _) = undone.split_at_checked(known).unwrap_or((undone, &[]));
                let mut tell = |at, turn| {
                    if begins <= at && at < ends {
                        tell(at, turn);
                    }
                };
                let mut state = self.start(held);
                self.follow(
                    held,
                    &in_effect(dead, self.flow.reach),
                    &mut state,
                    Micros::NEVER,
                    &mut tell,
                );
            }
            begins = ends;
        }
    }

    /// What fires after one moment and until another, and when something fires next.
    pub(super) fn told(&self, held: &Held, after: Option<Micros>, until: Micros) -> Told {
        let mut told = Told::default();
        self.turns(held, |at, turn| {
            let Turn::Fired(stretch) = turn else { return };
            if at > until {
                told.next = Some(told.next.map_or(at, |next| next.min(at)));
            } else if after.is_none_or(|after| at > after) {
                told.fired.push((at, stretch));
            }
        });
        told
    }

    /// What the flow knows right before a moment, or the later one before which it is known.
    pub(super) fn base(&self, held: &Held, before: Micros) -> Base {
        if let Some(known) = held.base(self.no).filter(|base| base.before >= before) {
            return known.clone();
        }
        // A void of what goes into it is so long ago that what fired before it stands.
        let mut state = self.start(held);
        let dead = in_effect(held.undone(), self.flow.reach);
        self.follow(held, &dead, &mut state, before, &mut |_, _| {});
        self.flow.forget(&mut state, before);
        Base { before, state }
    }

    fn start(&self, held: &Held) -> State {
        held.base(self.no).map_or_else(|| State::of(self.no), |base| base.state.clone())
    }

    /// Follows the events before a moment, and then the time until it.
    fn follow(
        &self,
        held: &Held,
        dead: &[(Key, Micros)],
        state: &mut State,
        until: Micros,
        tell: &mut impl FnMut(Micros, Turn),
    ) {
        let from = held.known_from(self.no, self.flow);
        for mark in held.marks().filter(|mark| from <= mark.at && mark.at < until) {
            let parts = self.parts(&mark, dead);
            if parts != Parts::NONE {
                self.flow.see(state, Seen { at: mark.at, key: mark.key, parts }, tell);
            }
        }
        self.flow.pass(state, until, tell);
    }

    /// The parts that an event plays. Where silence is looked for after one that is void, there is
    /// nothing any more to be silent after.
    fn parts(&self, mark: &Mark, dead: &[(Key, Micros)]) -> Parts {
        let parts = self.touches.parts(mark.touch, self.no);
        let (earliest, latest) = (mark.at.minus(self.flow.reach), mark.at.plus(self.flow.reach));
        let in_reach = |at: &Micros| (earliest..=latest).contains(at);
        let is_void = dead.iter().any(|(target, at)| *target == mark.key && in_reach(at));
        match self.flow.way {
            _ if !is_void => parts,
            Way::Silence { .. } if parts != Parts::NONE && !parts.has(Parts::THEN) => {
                Parts::NO_LONGER
            }
            _ => Parts::NONE,
        }
    }
}

/// The voids that are not void themselves, of those that are known. One can only be voided by
/// another that stands after it, and no further away than what a flow looks back.
fn in_effect(undone: &[Undone], reach: u64) -> Vec<(Key, Micros)> {
    let mut dead: Vec<(Key, Micros)> = Vec::new();
    for (place, one) in undone.iter().enumerate().rev() {
        let is_dead =
            dead.iter().any(|(target, at)| *target == one.key && *at <= one.at.plus(reach));
        let later = undone.iter().skip(place).any(|other| other.key == one.target);
        if !is_dead && !later {
            dead.push((one.target, one.at));
        }
    }
    dead
}

impl Machine {
    pub(super) fn look(&self, no: FlowNo) -> Option<Look<'_>> {
        self.terms.look(no)
    }

    pub(super) fn flows_of(&self, held: &Held) -> Vec<FlowNo> {
        self.terms.flows_of(held)
    }

    /// Names a combination of flows.
    pub(super) fn name(&mut self, combination: &[(FlowNo, Parts)]) -> Option<Touch> {
        let Terms { flows, touches } = &mut self.terms;
        touches.name(combination, |no| Some(&*flows.get(no.0 as usize)?.flow))
    }
}
