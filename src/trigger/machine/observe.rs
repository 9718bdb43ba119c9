//! What one event does.

use chrono::TimeDelta;

use super::Machine;
use super::judge::Told;
use super::seat::{Mark, Rest, Undone};
use super::touch::{FlowNo, Touch};
use super::wheel::Tick;
use crate::event::{Event, EventKind, MAX_CLOCK_SKEW_HOURS, earliest, latest};
use crate::id::EventId;
use crate::trigger::firing::{Firing, Late, Output, Reason};
use crate::trigger::key::Key;
use crate::trigger::matcher::Parts;
use crate::trigger::micros::Micros;

/// The most voids that are kept of one customer.
const MAX_UNDONE: usize = 256;

/// How many events are looked up together.
pub(super) const TOGETHER: usize = 32;

/// An event, whose it is and when.
#[derive(Clone, Copy)]
struct Arrived<'e> {
    event: &'e Event,
    customer: Key,
    at: Micros,
}

impl<'e> Arrived<'e> {
    fn new(event: &'e Event) -> Self {
        Self { event, customer: Key::of(event.customer.as_str()), at: Micros::of(event.at) }
    }
}

impl Machine {
    /// Follows an event of a partition of the queue, and tells what comes of it and of the time
    /// that has passed with it: late events, then firings that are taken back, then firings, each
    /// by instant, customer and trigger.
    ///
    /// The event is not validated: what is wrong in it, other than its instant, does not matter
    /// here, and at most makes its rules unknown.
    pub fn observe(&mut self, partition: u32, event: &Event) -> Vec<Output> {
        let mut outputs = Vec::new();
        self.see(partition, Arrived::new(event), &mut outputs);
        if outputs.len() > 1 {
            Output::sort(&mut outputs);
        }
        outputs
    }

    /// Follows events of a partition one after the other, and adds what comes of each to `outputs`
    /// in the order of [`Machine::observe`].
    pub fn observe_all<'e>(
        &mut self,
        partition: u32,
        events: impl IntoIterator<Item = &'e Event>,
        outputs: &mut Vec<Output>,
    ) {
        let mut events = events.into_iter();
        loop {
            let some: Vec<Arrived<'_>> = events.by_ref().take(TOGETHER).map(Arrived::new).collect();
            if some.is_empty() {
                return;
            }
            self.reach_for(&some);
            for event in some {
                let before = outputs.len();
                self.see(partition, event, outputs);
                if let Some((_, fresh)) = outputs.split_at_mut_checked(before)
                    && fresh.len() > 1
                {
                    Output::sort(fresh);
                }
            }
        }
    }

    /// Reaches for what will be needed of the customers whose events these are, and of those who
    /// are due meanwhile.
    fn reach_for(&mut self, events: &[Arrived<'_>]) {
        let matters = |arrived: &&Arrived<'_>| {
            let route = self.routes.get(arrived.event.kind.event_type() as usize);
            route.is_some_and(|route| !route.is_empty())
        };
        let customers = events.iter().filter(matters).map(|arrived| arrived.customer);
        let mut seats = self.roster.guess(customers);
        let known = seats.len();
        let until = events.iter().map(|arrived| arrived.at).max();
        let due = until.map(|until| self.present.soon(until).take(2 * TOGETHER));
        seats.extend(due.into_iter().flatten());
        self.roster.reach(&seats);
        self.roster.reach_live(seats.get(known..).unwrap_or_default());
    }

    fn see(&mut self, partition: u32, arrived: Arrived<'_>, outputs: &mut Vec<Output>) {
        let Arrived { event, at, .. } = arrived;
        let skew = || event.at.signed_duration_since(event.recorded_at);
        let is_ahead = event.at > event.recorded_at;
        let believable = event.at >= earliest()
            && event.at < latest()
            && (!is_ahead || skew() <= TimeDelta::hours(MAX_CLOCK_SKEW_HOURS));
        if !believable {
            self.be_late(arrived, None, Reason::Unbelievable, outputs);
            return;
        }
        match &event.kind {
            EventKind::Void(void) => self.undo(arrived, &void.event, outputs),
            _ => self.touch(arrived, outputs),
        }
        let from = self.watermark.at();
        let known_at = if is_ahead { Micros::of(event.recorded_at) } else { at };
        self.watermark.see(partition, known_at);
        self.pass(from, outputs);
    }

    /// Finds out which flows the event matters for, and lets it.
    fn touch(&mut self, arrived: Arrived<'_>, outputs: &mut Vec<Output>) {
        let event = arrived.event;
        let route = event.kind.event_type() as usize;
        let mut combination = std::mem::take(&mut self.scratch.combination);
        combination.clear();
        if let Some(route) = self.routes.get(route) {
            for (flow, matcher) in route {
                let parts = matcher.parts(event, self.currency, &mut self.scratch.values);
                match combination.last_mut() {
                    _ if parts == Parts::NONE => {}
                    Some((last, known)) if last == flow => *known = *known | parts,
                    _ => combination.push((*flow, parts)),
                }
            }
        }
        if self.has_retired {
            self.leave_to_armed(arrived.customer, &mut combination);
        }
        if arrived.at < self.watermark.at() {
            self.drop_forgotten(arrived, &mut combination, outputs);
        }
        let touch = self.named(route, &combination);
        self.scratch.combination = combination;
        if let Some(touch) = touch {
            let key = Key::of(event.id.as_str());
            self.mark(arrived, Mark { at: arrived.at, key, touch }, outputs);
        }
    }

    fn named(&mut self, route: usize, combination: &[(FlowNo, Parts)]) -> Option<Touch> {
        let recent = self.recent.get(route).copied().flatten();
        if let Some(recent) = recent
            && self.touches.row(recent) == combination
        {
            return Some(recent);
        }
        let touch = self.name(combination);
        if let Some(place) = self.recent.get_mut(route) {
            *place = touch;
        }
        touch
    }

    /// Takes out the flows for which the event is so late that they know nothing of its time.
    fn drop_forgotten(
        &mut self,
        arrived: Arrived<'_>,
        combination: &mut Vec<(FlowNo, Parts)>,
        outputs: &mut Vec<Output>,
    ) {
        let now = self.watermark.at();
        let mut forgotten = Vec::new();
        combination.retain(|(no, _)| {
            let Some(known) = self.flows.get(no.0 as usize) else { return false };
            let knows = arrived.at >= now.minus(known.flow.accepts());
            if !knows {
                forgotten.push(*no);
            }
            knows
        });
        for no in forgotten {
            self.be_late(arrived, Some(no), Reason::Forgotten, outputs);
        }
    }

    /// Lets an event that matters take effect.
    fn mark(&mut self, arrived: Arrived<'_>, mark: Mark, outputs: &mut Vec<Output>) {
        let seat = self.roster.seat(arrived.customer, &arrived.event.customer);
        let held = self.roster.held(seat);
        if held.knows(mark.key) {
            return;
        }
        if mark.at > self.watermark.at() && self.has_room(seat) {
            self.await_mark(seat, mark);
            return;
        }
        let held = self.roster.held(seat);
        let settled = |no| held.base(no).is_some_and(|base| base.before > mark.at);
        let settled = self.touches.row(mark.touch).iter().any(|(no, _)| settled(*no));
        if settled || !self.has_room(seat) {
            self.be_late(arrived, None, Reason::Crowded, outputs);
            return;
        }
        let flows: Vec<FlowNo> =
            self.touches.row(mark.touch).iter().map(|(flow, _)| *flow).collect();
        self.change(seat, arrived, &flows, outputs, |machine| {
            if let Some(held) = machine.roster.held_mut(seat) {
                held.add(mark);
            }
        });
    }

    /// Lets an event that the watermark has not reached take effect when it does.
    fn await_mark(&mut self, seat: u32, mark: Mark) {
        if self.roster.held(seat).is_full() {
            self.prune(seat);
        }
        let terms = self.terms();
        let (soonest, over) = (terms.soonest(&mark), terms.lasts(&mark));
        if let Some(held) = self.roster.held_mut(seat) {
            held.add_later(mark, over);
        }
        self.expect_by(seat, soonest);
    }

    /// A void: the event that it names never happened.
    fn undo(&mut self, arrived: Arrived<'_>, target: &EventId, outputs: &mut Vec<Output>) {
        if self.flows.is_empty() {
            return;
        }
        if arrived.at < self.watermark.at().minus(self.longest) {
            self.be_late(arrived, None, Reason::Forgotten, outputs);
            return;
        }
        let (key, target) = (Key::of(arrived.event.id.as_str()), Key::of(target.as_str()));
        let undone = Undone { at: arrived.at, key, target };
        let seat = self.roster.seat(arrived.customer, &arrived.event.customer);
        let held = self.roster.held(seat);
        if held.undone().iter().any(|known| known.key == key) {
            return;
        }
        if held.undone().len() >= MAX_UNDONE {
            self.be_late(arrived, None, Reason::Crowded, outputs);
            return;
        }
        let flows = self.flows_of(held);
        self.change(seat, arrived, &flows, outputs, |machine| {
            if let Some(held) = machine.roster.held_mut(seat) {
                held.edit(|crowd| {
                    crowd.edit_rest(|Rest { undone: known, .. }| {
                        known.insert(known.partition_point(|one| *one < undone), undone);
                    });
                });
            }
        });
    }

    /// Makes a change to what is kept of a customer, and tells what of the past comes out
    /// otherwise.
    fn change(
        &mut self,
        seat: u32,
        arrived: Arrived<'_>,
        flows: &[FlowNo],
        outputs: &mut Vec<Output>,
        change: impl FnOnce(&mut Self),
    ) {
        let before = self.past(seat, flows);
        change(self);
        let after = self.past(seat, flows);
        self.compare(arrived, &before, &after, outputs);
        self.settle(seat);
    }

    /// What fired until now, by flow.
    pub(super) fn past(&self, seat: u32, flows: &[FlowNo]) -> Vec<(FlowNo, Told)> {
        let (held, now) = (self.roster.held(seat), self.watermark.at());
        let told = |no: &FlowNo| Some((*no, self.look(*no)?.told(held, None, now)));
        flows.iter().filter_map(told).collect()
    }

    /// Tells the differences between what was told and what should have been.
    fn compare(
        &mut self,
        arrived: Arrived<'_>,
        before: &[(FlowNo, Told)],
        after: &[(FlowNo, Told)],
        outputs: &mut Vec<Output>,
    ) {
        for ((no, was), (_, is)) in before.iter().zip(after) {
            let Some(flow) = self.look(*no).map(|look| look.flow.clone()) else { continue };
            let since = self.watermark.at().minus(flow.correction);
            let gone = was.fired.iter().filter(|one| !is.fired.contains(one));
            let fresh = is.fired.iter().filter(|one| !was.fired.contains(one));
            let firing = |(at, stretch): &(Micros, _)| {
                Firing::of(&flow, arrived.event.customer.clone(), *at, *stretch)
            };
            let mut settled = false;
            for one in gone {
                settled |= one.0 < since;
                if one.0 >= since {
                    outputs.push(Output::Retract(firing(one)));
                }
            }
            for one in fresh {
                settled |= one.0 < since;
                if one.0 >= since {
                    outputs.push(Output::Fired(firing(one)));
                }
            }
            if settled {
                self.be_late(arrived, Some(*no), Reason::Settled, outputs);
            }
        }
    }

    /// Looks at a customer again: when next, and whether anything is still to be kept.
    pub(super) fn settle(&mut self, seat: u32) {
        self.wake(seat, self.watermark.at(), &mut Vec::new());
    }

    fn be_late(
        &mut self,
        arrived: Arrived<'_>,
        flow: Option<FlowNo>,
        reason: Reason,
        outputs: &mut Vec<Output>,
    ) {
        let count = self.late.entry(reason).or_default();
        *count = count.saturating_add(1);
        let known = flow.and_then(|no| self.flows.get(no.0 as usize));
        outputs.push(Output::Late(Late {
            at: arrived.at.at(),
            customer: arrived.event.customer.clone(),
            trigger: known.map(|known| known.flow.name.clone()),
            event: arrived.event.id.clone(),
            reason,
        }));
    }

    /// What a customer's present wake-up is for, or some moment before it.
    pub(super) fn due(&self, seat: u32, after: Micros) -> Micros {
        let held = self.roster.held(seat);
        let alone = || held.only().map(|mark| self.terms().soonest(&mark));
        held.next().or_else(alone).map_or(after, |next| next.max(after))
    }

    /// Sees to it that a customer is looked at no later than at a moment, as well.
    fn expect_by(&mut self, seat: u32, moment: Micros) {
        let next = self.roster.held(seat).next();
        self.expect(seat, next.map_or(moment, |next| next.min(moment)));
    }

    /// Sees to it that a customer is looked at no later than at a moment, whatever was expected
    /// before.
    pub(super) fn expect(&mut self, seat: u32, moment: Micros) {
        let (tick, wheel) = (Tick::of(moment), &mut self.wheel);
        let Some(held) = self.roster.held_mut(seat) else { return };
        held.expect(moment);
        if tick <= wheel.now() {
            self.present.add(moment, seat);
            return;
        }
        let armed = held.armed();
        if armed <= wheel.now() || tick < armed {
            if !wheel.same_slot(tick, armed) {
                wheel.add(seat, tick);
            }
            held.arm(tick);
        }
    }
}
