//! Which triggers events of one type are looked at for.

use super::touch::{FlowNo, Touch};
use crate::event::Event;
use crate::money::Currency;
use crate::trigger::matcher::{Matcher, Parts, Values};

/// How many outcomes are remembered.
const REMEMBERED: usize = 8;

/// The matchers of events of one type.
#[derive(Clone, Debug, Default)]
pub(super) struct Route {
    matchers: Vec<(FlowNo, Matcher)>,
    /// What outcomes come to, the first ones that there were.
    known: Vec<(Outcome, Touch)>,
}

/// The parts that an event plays for each of up to 32 matchers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Outcome(u128);

impl Outcome {
    /// It plays no part at all.
    pub(super) const NOTHING: Self = Self(0);
}

impl Route {
    pub(super) fn add(&mut self, flow: FlowNo, matcher: Matcher) {
        self.matchers.push((flow, matcher));
    }

    /// The parts that an event plays, as far as they can be told in short.
    pub(super) fn outcome(
        &self,
        event: &Event,
        currency: Currency,
        values: &mut Values,
    ) -> Option<Outcome> {
        let mut outcome = 0;
        for (_, matcher) in &self.matchers {
            outcome =
                outcome << Parts::BITS | u128::from(matcher.parts(event, currency, values).bits());
        }
        (self.matchers.len() <= (u128::BITS / Parts::BITS) as usize).then_some(Outcome(outcome))
    }

    /// The combination that an outcome is known to come to.
    pub(super) fn known(&self, outcome: Outcome) -> Option<Touch> {
        self.known.iter().find(|(known, _)| *known == outcome).map(|(_, touch)| *touch)
    }

    pub(super) fn remember(&mut self, outcome: Outcome, touch: Touch) {
        if self.known.len() < REMEMBERED {
            self.known.push((outcome, touch));
        }
    }

    /// All that is remembered.
    pub(super) fn remembered(&self) -> impl Iterator<Item = Touch> {
        self.known.iter().map(|(_, touch)| *touch)
    }

    /// The flows that an event concerns, each with the parts that it plays.
    pub(super) fn combine(
        &self,
        event: &Event,
        currency: Currency,
        values: &mut Values,
    ) -> Vec<(FlowNo, Parts)> {
        let mut combination: Vec<(FlowNo, Parts)> = Vec::new();
        for (flow, matcher) in &self.matchers {
            let parts = matcher.parts(event, currency, values);
            match combination.last_mut() {
                _ if parts == Parts::NONE => {}
                Some((last, known)) if last == flow => *known = *known | parts,
                _ => combination.push((*flow, parts)),
            }
        }
        combination
    }
}
