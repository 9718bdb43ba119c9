//! What one event does.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use super::Machine;
use super::judge::Told;
use super::reach::fetch_event;
use super::route::{Outcome, Route};
use super::seat::{Mark, Rest, Undone};
use super::touch::{FlowNo, Touch};
use super::wheel::Tick;
use crate::event::{Event, EventKind, EventType, MAX_CLOCK_SKEW_HOURS, earliest, latest};
use crate::id::EventId;
use crate::trigger::firing::{Firing, Late, Output, Reason};
use crate::trigger::key::Key;
use crate::trigger::matcher::Parts;
use crate::trigger::micros::{Days, Micros};

/// The most voids that are kept of one customer.
const MAX_UNDONE: usize = 256;

/// How many events are looked up together.
pub(super) const TOGETHER: usize = 16;

/// An event, and all that is read from it. Events are far from each other in memory: so they are
/// read one after the other before anything else is done.
#[derive(Clone, Copy)]
struct Arrived<'e> {
    event: &'e Event,
    customer: Key,
    key: Key,
    at: Micros,
    /// When it can have been known.
    known_at: Micros,
    kind: EventType,
    is_believable: bool,
    /// The parts that it plays, if they can be told in short.
    outcome: Option<Outcome>,
    /// What is kept of it, if that follows from the parts alone.
    mark: Option<Mark>,
    /// The hash of the customer's key, once it was needed.
    hash: u64,
    /// The seat that the customer most likely has.
    seat: Option<u32>,
}

impl<'e> Arrived<'e> {
    fn new(event: &'e Event) -> Self {
        let at = Micros::of(event.at);
        let skew = || event.at.signed_duration_since(event.recorded_at);
        let is_ahead = event.at > event.recorded_at;
        Self {
            event,
            customer: Key::of(event.customer.as_str()),
            key: Key::of(event.id.as_str()),
            at,
            known_at: if is_ahead { Micros::of(event.recorded_at) } else { at },
            kind: event.kind.event_type(),
            is_believable: event.at >= earliest()
                && event.at < latest()
                && (!is_ahead || skew() <= TimeDelta::hours(MAX_CLOCK_SKEW_HOURS)),
            outcome: None,
            mark: None,
            hash: 0,
            seat: None,
        }
    }

    /// Whether it plays a part in any trigger.
    fn matters(&self) -> bool {
        self.outcome != Some(Outcome::NOTHING)
    }
}

/// Events on their way into the machine, in blocks. At each turn of the line, what is needed next
/// is fetched for all events of a block: nobody is waited for who was fetched a turn before.
#[derive(Default)]
struct Line<'e> {
    /// Those whose places in the index are being fetched, then those whose seats are, then those of
    /// whose customers all is, and those who come in next.
    blocks: [Vec<Arrived<'e>>; 4],
    /// Customers who will be due and whose seats are being fetched.
    due: Vec<u32>,
}

impl<'e> Line<'e> {
    /// Moves all blocks on by one. The last one comes out, to be emptied and filled anew.
    fn turn(&mut self) -> &mut Vec<Arrived<'e>> {
        self.blocks.rotate_right(1);
        let [first, ..] = &mut self.blocks;
        first
    }

    fn is_empty(&self) -> bool {
        self.blocks.iter().all(Vec::is_empty)
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
        let arrived = self.read(event);
        self.see(partition, &arrived, &mut outputs);
        if outputs.len() > 1 {
            Output::sort(&mut outputs);
        }
        outputs
    }

    /// Follows events of a partition one after the other, and adds what comes of each to `outputs`
    /// in the order of [`Machine::observe`]. Some events are taken from the iterator ahead of those
    /// that are followed.
    pub fn observe_all<'e>(
        &mut self,
        partition: u32,
        events: impl IntoIterator<Item = &'e Event>,
        outputs: &mut Vec<Output>,
    ) {
        let mut events = events.into_iter();
        let mut ahead: Vec<&Event> = Vec::with_capacity(TOGETHER);
        let mut line = Line::default();
        loop {
            let ready = line.turn();
            for arrived in &*ready {
                let before = outputs.len();
                self.see(partition, arrived, outputs);
                if let Some((_, fresh)) = outputs.split_at_mut_checked(before)
                    && fresh.len() > 1
                {
                    Output::sort(fresh);
                }
            }
            ready.clear();
            ready.extend(ahead.drain(..).map(|event| self.read(event)));
            ahead.extend(events.by_ref().take(TOGETHER).inspect(|event| fetch_event(event)));
            if ahead.is_empty() && line.is_empty() {
                return;
            }
            self.reach_for(&mut line);
        }
    }

    /// Reads an event, and fetches the place where its customer is looked up.
    fn read<'e>(&mut self, event: &'e Event) -> Arrived<'e> {
        let mut arrived = Arrived::new(event);
        if let Some(route) = self.routes.get(arrived.kind as usize) {
            arrived.outcome = route.outcome(event, self.currency, &mut self.scratch.values);
            let touch = arrived.outcome.and_then(|outcome| route.known(outcome));
            let Arrived { at, key, .. } = arrived;
            arrived.mark = touch.map(|touch| Mark { at, key, touch });
        }
        if arrived.matters() {
            arrived.hash = self.roster.hash(arrived.customer);
            self.roster.fetch_home(arrived.hash);
        }
        arrived
    }

    /// Reaches for what will be needed of the customers whose events these are, and of those who
    /// are due meanwhile: one step for those of each block.
    fn reach_for(&mut self, line: &mut Line<'_>) {
        let [_, found, seated, ready] = &mut line.blocks;
        for arrived in found.iter_mut().filter(|arrived| arrived.matters()) {
            arrived.seat = self.roster.guess(arrived.hash);
            arrived.seat.into_iter().for_each(|seat| self.roster.fetch_seat(seat));
        }
        self.roster.fetch_held(seated.iter().filter_map(|arrived| arrived.seat));
        self.roster.fetch_held(line.due.drain(..));
        if let Some(until) = seated.iter().map(|arrived| arrived.at).max() {
            line.due.extend(self.present.soon(until).take(2 * TOGETHER));
            line.due.iter().for_each(|seat| self.roster.fetch_seat(*seat));
        }
        self.roster.fetch_ends(ready.iter().filter_map(|arrived| arrived.seat));
    }

    fn see(&mut self, partition: u32, arrived: &Arrived<'_>, outputs: &mut Vec<Output>) {
        if !arrived.is_believable {
            self.be_late(arrived, None, Reason::Unbelievable, outputs);
            return;
        }
        match &arrived.event.kind {
            EventKind::Void(void) => self.undo(arrived, &void.event, outputs),
            _ => self.touch(arrived, outputs),
        }
        let from = self.watermark.at();
        self.watermark.see(partition, arrived.known_at);
        self.pass(from, outputs);
    }

    /// Finds out which flows the event matters for, and lets it.
    fn touch(&mut self, arrived: &Arrived<'_>, outputs: &mut Vec<Output>) {
        if !arrived.matters() {
            return;
        }
        let is_plain = !self.has_retired && arrived.at >= self.watermark.at();
        if let Some(mark) = arrived.mark.as_ref().filter(|_| is_plain) {
            self.mark(arrived, mark, outputs);
        } else if let Some(touch) = self.combine(arrived, is_plain, outputs) {
            let Arrived { at, key, .. } = *arrived;
            self.mark(arrived, &Mark { at, key, touch }, outputs);
        }
    }

    /// Finds out which flows the event matters for. If nothing else plays a part in that, it is
    /// remembered for the same outcome.
    fn combine(
        &mut self,
        arrived: &Arrived<'_>,
        is_plain: bool,
        outputs: &mut Vec<Output>,
    ) -> Option<Touch> {
        let route = self.routes.get(arrived.kind as usize)?;
        let mut combination = route.combine(arrived.event, self.currency, &mut self.scratch.values);
        if self.has_retired {
            self.leave_to_armed((arrived.customer, arrived.at), &mut combination);
        }
        if arrived.at < self.watermark.at() {
            self.drop_forgotten(arrived, &mut combination, outputs);
        }
        self.let_touches_go();
        let touch = self.name(&combination)?;
        if let Some(outcome) = arrived.outcome.filter(|_| is_plain) {
            self.routes.get_mut(arrived.kind as usize)?.remember(outcome, touch);
        }
        Some(touch)
    }

    /// Lets combinations of flows go that no event has which is kept, if there are many.
    fn let_touches_go(&mut self) {
        if !self.terms.touches.are_many(self.roster.len()) {
            return;
        }
        let marks = self.roster.seats().flat_map(|(seat, _)| self.roster.held(seat).marks());
        let remembered = self.routes.iter().flat_map(Route::remembered);
        let needed = marks.map(|mark| mark.touch).chain(remembered).collect();
        self.terms.touches.let_go(&needed);
    }

    /// Takes out the flows for which the event is so late that they know nothing of its time.
    fn drop_forgotten(
        &mut self,
        arrived: &Arrived<'_>,
        combination: &mut Vec<(FlowNo, Parts)>,
        outputs: &mut Vec<Output>,
    ) {
        let now = self.watermark.at();
        let mut forgotten = Vec::new();
        combination.retain(|(no, _)| {
            let Some(known) = self.terms.flows.get(no.0 as usize) else { return false };
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
    fn mark(&mut self, arrived: &Arrived<'_>, mark: &Mark, outputs: &mut Vec<Output>) {
        let seat = self.roster.seat(arrived.customer, arrived.seat, &arrived.event.customer);
        let held = self.roster.held(seat);
        if held.knows(mark.key) {
            return;
        }
        if mark.at > self.watermark.at() {
            let is_full = held.is_full();
            if is_full {
                self.prune(seat);
            }
            if !is_full || self.has_room(seat) {
                self.await_mark(seat, mark);
                return;
            }
        }
        let has_room = self.has_room(seat);
        let held = self.roster.held(seat);
        let settled = |no| held.base(no).is_some_and(|base| base.before > mark.at);
        let settled = self.terms.touches.row(mark.touch).iter().any(|(no, _)| settled(*no));
        if settled || !has_room {
            self.be_late(arrived, None, Reason::Crowded, outputs);
            return;
        }
        let flows: Vec<FlowNo> =
            self.terms.touches.row(mark.touch).iter().map(|(flow, _)| *flow).collect();
        self.change(seat, arrived, &flows, outputs, |machine| {
            if let Some(held) = machine.roster.held_mut(seat) {
                held.add(*mark);
            }
        });
    }

    /// Lets an event that the watermark has not reached take effect when it does.
    fn await_mark(&mut self, seat: u32, mark: &Mark) {
        if let Some(held) = self.roster.held_mut(seat) {
            let next = held.await_mark(mark, self.watermark.at(), &self.terms);
            self.expect(seat, next);
        }
    }

    /// A void: the event that it names never happened.
    fn undo(&mut self, arrived: &Arrived<'_>, target: &EventId, outputs: &mut Vec<Output>) {
        if self.terms.flows.is_empty() {
            return;
        }
        let (key, target) = (arrived.key, Key::of(target.as_str()));
        let undone = Undone { at: arrived.at, key, target };
        let held = self.roster.held_of(arrived.customer);
        if held.undone().iter().any(|known| known.key == key) {
            return;
        }
        // What is no longer known is either settled or too late to come yet.
        let is_known = held.knows(target) || held.undone().iter().any(|void| void.key == target);
        let within = if is_known { self.longest } else { self.accepts };
        if arrived.at < self.watermark.at().minus(within) {
            self.be_late(arrived, None, Reason::Forgotten, outputs);
            return;
        }
        if held.undone().len() >= MAX_UNDONE {
            self.be_late(arrived, None, Reason::Crowded, outputs);
            return;
        }
        let flows = self.flows_of(held);
        let seat = self.roster.seat(arrived.customer, arrived.seat, &arrived.event.customer);
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
        arrived: &Arrived<'_>,
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
        arrived: &Arrived<'_>,
        before: &[(FlowNo, Told)],
        after: &[(FlowNo, Told)],
        outputs: &mut Vec<Output>,
    ) {
        let stands = self.roster.held_of(arrived.customer).stands_before();
        for ((no, was), (_, is)) in before.iter().zip(after) {
            let Some(flow) = self.look(*no).map(|look| look.flow.clone()) else { continue };
            let since = self.watermark.at().minus(flow.correction).max(stands);
            let (before, after): (BTreeSet<_>, BTreeSet<_>) =
                (was.fired.iter().collect(), is.fired.iter().collect());
            let gone = was.fired.iter().filter(|one| !after.contains(one));
            let fresh = is.fired.iter().filter(|one| !before.contains(one));
            let mut days = Days::default();
            let mut firing =
                |one| Firing::of(&flow, arrived.event.customer.clone(), one, &mut days);
            let mut settled = false;
            for one in gone {
                settled |= one.0 < since;
                if one.0 >= since {
                    outputs.push(Output::Retract(firing(*one)));
                }
            }
            for one in fresh {
                settled |= one.0 < since;
                if one.0 >= since {
                    outputs.push(Output::Fired(firing(*one)));
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
        arrived: &Arrived<'_>,
        flow: Option<FlowNo>,
        reason: Reason,
        outputs: &mut Vec<Output>,
    ) {
        let count = self.late.entry(reason).or_default();
        *count = count.saturating_add(1);
        let known = flow.and_then(|no| self.terms.flows.get(no.0 as usize));
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
        let alone = || held.only().map(|mark| self.terms.soonest(&mark));
        held.next().or_else(alone).map_or(after, |next| next.max(after))
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
