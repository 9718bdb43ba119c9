//! What one event does.

use chrono::TimeDelta;

use super::Machine;
use super::judge::Told;
use super::seat::{Held, Mark, Rest, Undone};
use super::touch::{FlowNo, Touch};
use super::wheel::Tick;
use crate::event::{Event, EventKind, MAX_CLOCK_SKEW_HOURS, earliest, latest};
use crate::id::{CustomerId, EventId};
use crate::trigger::firing::{Firing, Late, Output, Reason};
use crate::trigger::key::Key;
use crate::trigger::matcher::Parts;
use crate::trigger::micros::Micros;

/// The most voids that are kept of one customer.
const MAX_UNDONE: usize = 256;

/// How many events are looked up together.
pub(super) const TOGETHER: usize = 32;

/// What an event is and whose.
#[derive(Clone, Copy)]
struct Named<'a> {
    event: &'a EventId,
    customer: &'a CustomerId,
    at: Micros,
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
        self.see(partition, event, &mut outputs);
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
            let some: Vec<&Event> = events.by_ref().take(TOGETHER).collect();
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
    fn reach_for(&mut self, events: &[&Event]) {
        let matters = |event: &&&Event| {
            let route = self.routes.get(event.kind.event_type() as usize);
            route.is_some_and(|route| !route.is_empty())
        };
        let customers = events.iter().filter(matters).map(|event| Key::of(event.customer.as_str()));
        let mut seats = self.roster.guess(customers);
        let until = events.iter().map(|event| Micros::of(event.at)).max();
        let due = until.map(|until| self.present.soon(until).take(2 * TOGETHER));
        seats.extend(due.into_iter().flatten());
        self.roster.reach(&seats);
    }

    fn see(&mut self, partition: u32, event: &Event, outputs: &mut Vec<Output>) {
        let at = Micros::of(event.at);
        let named = Named { event: &event.id, customer: &event.customer, at };
        let skew = || event.at.signed_duration_since(event.recorded_at);
        let is_ahead = event.at > event.recorded_at;
        let believable = event.at >= earliest()
            && event.at < latest()
            && (!is_ahead || skew() <= TimeDelta::hours(MAX_CLOCK_SKEW_HOURS));
        if !believable {
            self.be_late(named, None, Reason::Unbelievable, outputs);
            return;
        }
        match &event.kind {
            EventKind::Void(void) => self.undo(named, &void.event, outputs),
            _ => self.touch(named, event, outputs),
        }
        let from = self.watermark.at();
        let known_at = if is_ahead { Micros::of(event.recorded_at) } else { at };
        self.watermark.see(partition, known_at);
        self.pass(from, outputs);
    }

    /// Finds out which flows the event matters for, and lets it.
    fn touch(&mut self, named: Named<'_>, event: &Event, outputs: &mut Vec<Output>) {
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
            self.leave_to_armed(named.customer, &mut combination);
        }
        if named.at < self.watermark.at() {
            self.drop_forgotten(named, &mut combination, outputs);
        }
        let touch = self.named(route, &combination);
        self.scratch.combination = combination;
        if let Some(touch) = touch {
            let key = Key::of(named.event.as_str());
            self.mark(named, Mark { at: named.at, key, touch }, outputs);
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
        named: Named<'_>,
        combination: &mut Vec<(FlowNo, Parts)>,
        outputs: &mut Vec<Output>,
    ) {
        let now = self.watermark.at();
        let mut forgotten = Vec::new();
        combination.retain(|(no, _)| {
            let Some(known) = self.flows.get(no.0 as usize) else { return false };
            let knows = named.at >= now.minus(known.flow.accepts());
            if !knows {
                forgotten.push(*no);
            }
            knows
        });
        for no in forgotten {
            self.be_late(named, Some(no), Reason::Forgotten, outputs);
        }
    }

    /// Lets an event that matters take effect.
    fn mark(&mut self, named: Named<'_>, mark: Mark, outputs: &mut Vec<Output>) {
        let seat = self.roster.seat(Key::of(named.customer.as_str()), named.customer);
        let held = self.roster.held(seat);
        if held.knows(mark.key) {
            return;
        }
        let settled = |no| held.base(no).is_some_and(|base| base.before > mark.at);
        let settled = self.touches.row(mark.touch).iter().any(|(no, _)| settled(*no));
        if settled || !self.has_room(seat) {
            self.be_late(named, None, Reason::Crowded, outputs);
            return;
        }
        if mark.at > self.watermark.at() {
            self.put(seat, mark);
            let soonest = self.soonest(&mark);
            self.expect(seat, soonest);
            return;
        }
        let flows: Vec<FlowNo> =
            self.touches.row(mark.touch).iter().map(|(flow, _)| *flow).collect();
        self.change(seat, named, &flows, outputs, |machine| machine.put(seat, mark));
    }

    fn put(&mut self, seat: u32, mark: Mark) {
        if let Some(held) = self.roster.held_mut(seat) {
            held.add(mark);
        }
    }

    /// The first moment at which the customer must be looked at because of an event.
    fn soonest(&self, mark: &Mark) -> Micros {
        let mut soonest = mark.at.plus(self.touches.keep(mark.touch)).plus(1);
        for (no, parts) in self.touches.row(mark.touch) {
            if let Some(look) = self.look(*no) {
                soonest = soonest.min(look.flow.soonest(mark.at, *parts));
            }
        }
        soonest
    }

    /// A void: the event that it names never happened.
    fn undo(&mut self, named: Named<'_>, target: &EventId, outputs: &mut Vec<Output>) {
        if self.flows.is_empty() {
            return;
        }
        if named.at < self.watermark.at().minus(self.longest) {
            self.be_late(named, None, Reason::Forgotten, outputs);
            return;
        }
        let (key, target) = (Key::of(named.event.as_str()), Key::of(target.as_str()));
        let undone = Undone { at: named.at, key, target };
        let seat = self.roster.seat(Key::of(named.customer.as_str()), named.customer);
        let held = self.roster.held(seat);
        if held.undone().iter().any(|known| known.key == key) {
            return;
        }
        if held.undone().len() >= MAX_UNDONE {
            self.be_late(named, None, Reason::Crowded, outputs);
            return;
        }
        let flows = self.flows_of(held);
        self.change(seat, named, &flows, outputs, |machine| {
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
        named: Named<'_>,
        flows: &[FlowNo],
        outputs: &mut Vec<Output>,
        change: impl FnOnce(&mut Self),
    ) {
        let before = self.past(seat, flows);
        change(self);
        let after = self.past(seat, flows);
        self.compare(named, &before, &after, outputs);
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
        named: Named<'_>,
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
                Firing::of(&flow, named.customer.clone(), at.at(), *stretch)
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
                self.be_late(named, Some(*no), Reason::Settled, outputs);
            }
        }
    }

    /// Looks at a customer again: when next, and whether anything is still to be kept.
    pub(super) fn settle(&mut self, seat: u32) {
        self.wake(seat, self.watermark.at(), &mut Vec::new());
    }

    fn be_late(
        &mut self,
        named: Named<'_>,
        flow: Option<FlowNo>,
        reason: Reason,
        outputs: &mut Vec<Output>,
    ) {
        let count = self.late.entry(reason).or_default();
        *count = count.saturating_add(1);
        let known = flow.and_then(|no| self.flows.get(no.0 as usize));
        outputs.push(Output::Late(Late {
            at: named.at.at(),
            customer: named.customer.clone(),
            trigger: known.map(|known| known.flow.name.clone()),
            event: named.event.clone(),
            reason,
        }));
    }

    /// What a customer's present wake-up is for, or some moment before it.
    pub(super) fn due(&self, seat: u32, after: Micros) -> Micros {
        let held = self.roster.held(seat);
        let next = match held {
            Held::One { .. } => held.marks().next().map(|mark| self.soonest(&mark)),
            Held::Many(crowd) => Some(crowd.next),
        };
        next.map_or(after, |next| next.max(after))
    }

    /// Sees to it that a customer is looked at no later than at a moment.
    pub(super) fn expect(&mut self, seat: u32, moment: Micros) {
        let (tick, known) = (Tick::of(moment), self.roster.tick(seat));
        if tick <= self.wheel.now() {
            self.present.add(moment, seat);
        } else if tick < known && !self.wheel.same_slot(tick, known) {
            self.wheel.add(seat, tick);
        }
        if let Some(held) = self.roster.held_mut(seat) {
            held.expect_by(moment);
        }
    }
}
