//! How a trigger follows what happens: a small automaton over the events that concern it.

use serde::{Deserialize, Serialize};
use thin_vec::ThinVec;

use super::key::Key;
use super::matcher::Parts;
use super::micros::{Length, Micros};
use super::written::Edge;
use crate::digest::Digest;
use crate::id::TriggerName;

/// A trigger, ready to follow events.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Flow {
    pub(super) name: TriggerName,
    pub(super) version: Digest,
    pub(super) way: Way,
    pub(super) cool_down: Option<Length>,
    /// How long after it happened an event can still make a difference to a firing; how long after
    /// it a void of it counts. In microseconds, at most.
    pub(super) reach: u64,
    /// For how long after a firing it can be taken back, in microseconds.
    pub(super) correction: u64,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Way {
    Happens { nth: Option<u32> },
    Follows { within: Length },
    Silence { lasting: Length },
    Times { count: u32, within: Length },
    Session { gap: Length, edge: Edge },
    Near { dwell: Option<Length>, gap: Length },
}

/// An event as a trigger sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Seen {
    pub(super) at: Micros,
    pub(super) key: Key,
    pub(super) parts: Parts,
}

/// The place of a flow among those of the machine.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct FlowNo(pub(super) u32);

/// What a trigger knows of what it has seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct State {
    /// Whose it is.
    #[serde(skip)]
    pub(super) flow: FlowNo,
    /// How many events have been counted; 0 if nothing is open.
    pub(super) count: u32,
    /// Since when something is open.
    pub(super) since: Micros,
    /// The last event that mattered.
    pub(super) last: Micros,
    /// Until when it rests.
    pub(super) rests_until: Micros,
    /// The instants that are counted, in their order.
    pub(super) recent: ThinVec<Micros>,
}

/// From when until when that happened which a firing tells, and which event completed it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stretch {
    pub(super) from: Micros,
    pub(super) until: Micros,
    /// Zeros if time alone completed it.
    pub(super) by: Key,
}

/// What becomes of a trigger at an event, or when time has passed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    Armed(Micros),
    Moved(Micros),
    NoLonger,
    Answered,
    Counted(u32),
    Fired(Stretch),
    Rested(Micros),
}

impl State {
    /// What a flow knows before anything happens.
    pub(super) fn of(flow: FlowNo) -> Self {
        Self { flow, ..Self::default() }
    }

    /// Whether nothing is known.
    pub(super) fn is_blank(&self) -> bool {
        *self == Self::of(self.flow)
    }
}

impl Flow {
    /// Whether something needs to be known of what happened longer ago than the reach.
    pub(super) const fn lasts(&self) -> bool {
        let is_short = match self.way {
            Way::Happens { nth } => nth.is_none(),
            Way::Silence { .. } => true,
            _ => false,
        };
        !is_short || self.cool_down.is_some()
    }

    /// How long after it happened an event must be kept, in microseconds.
    pub(super) const fn keep(&self) -> u64 {
        self.reach.saturating_mul(2).saturating_add(self.correction)
    }

    /// How late an event may be and still make a difference, in microseconds.
    pub(super) const fn accepts(&self) -> u64 {
        self.reach.saturating_add(self.correction)
    }

    /// The first moment at which it could fire because of an event, or the first after it at which
    /// it should be looked at.
    pub(super) fn soonest(&self, at: Micros, parts: Parts) -> Micros {
        match self.way {
            Way::Silence { lasting } if parts.has(Parts::FIRST) => lasting.after(at),
            Way::Session { gap, edge: Edge::End } if parts.has(Parts::FIRST) => gap.after(at),
            Way::Silence { .. } | Way::Session { edge: Edge::End, .. } => Micros::NEVER,
            _ if self.may_fire_at(parts) => at,
            _ => Micros::NEVER,
        }
    }

    /// Whether an event may complete something at its own instant.
    pub(super) const fn may_fire_at(&self, parts: Parts) -> bool {
        match self.way {
            Way::Silence { .. } | Way::Session { edge: Edge::End, .. } => false,
            Way::Follows { .. } => parts.has(Parts::THEN),
            _ => parts.has(Parts::FIRST),
        }
    }

    /// Follows one event, and the time before it.
    pub(super) fn see(&self, state: &mut State, seen: Seen, tell: &mut impl FnMut(Micros, Turn)) {
        self.pass(state, seen.at, tell);
        self.take(state, seen, tell);
    }

    /// Follows one event, the time before it having passed.
    pub(super) fn take(&self, state: &mut State, seen: Seen, tell: &mut impl FnMut(Micros, Turn)) {
        match self.way {
            Way::Happens { nth } => self.happens(state, seen, nth, tell),
            Way::Follows { within } => self.follows(state, seen, within, tell),
            Way::Silence { lasting } => silence(state, seen, lasting, tell),
            Way::Times { count, within } => self.times(state, seen, (count, within), tell),
            Way::Session { gap, edge } => self.session(state, seen, (gap, edge), tell),
            Way::Near { dwell, gap } => self.near(state, seen, (dwell, gap), tell),
        }
    }

    /// Lets time pass up to a moment, which is itself still to come.
    pub(super) fn pass(
        &self,
        state: &mut State,
        until: Micros,
        tell: &mut impl FnMut(Micros, Turn),
    ) {
        let due = self.due(state);
        if due < until {
            state.count = 0;
            let last = if matches!(self.way, Way::Silence { .. }) { due } else { state.last };
            let stretch = Stretch { from: state.since, until: last, by: Key::default() };
            self.fire(state, due, stretch, tell);
        }
    }

    /// When time alone completes what is open.
    pub(super) fn due(&self, state: &State) -> Micros {
        match self.way {
            _ if state.count == 0 => Micros::NEVER,
            Way::Silence { lasting } => lasting.after(state.since),
            Way::Session { gap, edge: Edge::End } => gap.after(state.last),
            _ => Micros::NEVER,
        }
    }

    fn fire(
        &self,
        state: &mut State,
        at: Micros,
        stretch: Stretch,
        tell: &mut impl FnMut(Micros, Turn),
    ) {
        if at < state.rests_until {
            tell(at, Turn::Rested(state.rests_until));
            return;
        }
        if let Some(cool_down) = self.cool_down {
            state.rests_until = cool_down.after(at);
        }
        tell(at, Turn::Fired(stretch));
    }

    fn happens(
        &self,
        state: &mut State,
        seen: Seen,
        nth: Option<u32>,
        tell: &mut impl FnMut(Micros, Turn),
    ) {
        if !seen.parts.has(Parts::FIRST) {
            return;
        }
        if let Some(nth) = nth {
            state.count = state.count.saturating_add(1);
            if state.count != nth {
                tell(seen.at, Turn::Counted(state.count));
                return;
            }
        }
        self.fire(state, seen.at, Stretch { from: seen.at, until: seen.at, by: seen.key }, tell);
    }

    fn follows(
        &self,
        state: &mut State,
        seen: Seen,
        within: Length,
        tell: &mut impl FnMut(Micros, Turn),
    ) {
        if seen.parts.has(Parts::THEN) && state.count > 0 && seen.at <= within.after(state.since) {
            state.count = 0;
            let stretch = Stretch { from: state.since, until: seen.at, by: seen.key };
            self.fire(state, seen.at, stretch, tell);
        }
        if seen.parts.has(Parts::FIRST) {
            state.count = 1;
            state.since = seen.at;
            tell(seen.at, Turn::Armed(within.after(seen.at)));
        }
    }

    fn times(
        &self,
        state: &mut State,
        seen: Seen,
        (count, within): (u32, Length),
        tell: &mut impl FnMut(Micros, Turn),
    ) {
        if !seen.parts.has(Parts::FIRST) {
            return;
        }
        state.recent.push(seen.at);
        let is_over = |first: &&Micros| within.after(**first) < seen.at;
        let over = state.recent.iter().take_while(is_over).count();
        state.recent.drain(..over);
        let counted = u32::try_from(state.recent.len()).unwrap_or(u32::MAX);
        match state.recent.first() {
            Some(first) if counted >= count => {
                let stretch = Stretch { from: *first, until: seen.at, by: seen.key };
                state.recent.clear();
                self.fire(state, seen.at, stretch, tell);
            }
            _ => tell(seen.at, Turn::Counted(counted)),
        }
    }

    fn session(
        &self,
        state: &mut State,
        seen: Seen,
        (gap, edge): (Length, Edge),
        tell: &mut impl FnMut(Micros, Turn),
    ) {
        if !seen.parts.has(Parts::FIRST) {
            return;
        }
        let goes_on = state.count > 0 && seen.at <= gap.after(state.last);
        state.last = seen.at;
        if goes_on {
            tell(seen.at, Turn::Moved(gap.after(seen.at)));
            return;
        }
        state.count = 1;
        state.since = seen.at;
        match edge {
            Edge::Start => {
                let stretch = Stretch { from: seen.at, until: seen.at, by: seen.key };
                self.fire(state, seen.at, stretch, tell);
            }
            Edge::End => tell(seen.at, Turn::Armed(gap.after(seen.at))),
        }
    }

    /// A stay is open while `count` is 1 (to be fired for) or 2 (fired for).
    fn near(
        &self,
        state: &mut State,
        seen: Seen,
        (dwell, gap): (Option<Length>, Length),
        tell: &mut impl FnMut(Micros, Turn),
    ) {
        if seen.parts.has(Parts::NO_LONGER) {
            if state.count > 0 {
                tell(seen.at, Turn::NoLonger);
            }
            state.count = 0;
            return;
        }
        if state.count == 0 || gap.after(state.last) < seen.at {
            state.count = 1;
            state.since = seen.at;
        }
        state.last = seen.at;
        let enough = dwell.map_or(state.since, |dwell| dwell.after(state.since));
        if state.count == 1 && seen.at >= enough {
            state.count = 2;
            let stretch = Stretch { from: state.since, until: seen.at, by: seen.key };
            self.fire(state, seen.at, stretch, tell);
        } else if state.count == 1 {
            tell(seen.at, Turn::Armed(enough));
        }
    }
}

/// What breaks the silence at an instant breaks it for all that happens at that instant, unless
/// that is the same event.
fn silence(state: &mut State, seen: Seen, lasting: Length, tell: &mut impl FnMut(Micros, Turn)) {
    let (first, then) = (seen.parts.has(Parts::FIRST), seen.parts.has(Parts::THEN));
    if then || seen.parts.has(Parts::NO_LONGER) {
        if state.count > 0 {
            tell(seen.at, if then { Turn::Answered } else { Turn::NoLonger });
        }
        state.count = 0;
    }
    if then && !first {
        state.last = seen.at;
    }
    let broken = !then && state.last == seen.at && state.last > Micros::START;
    if first && !broken {
        let due = lasting.after(seen.at);
        tell(seen.at, if state.count > 0 { Turn::Moved(due) } else { Turn::Armed(due) });
        state.count = 1;
        state.since = seen.at;
    }
}

impl Flow {
    /// Puts down what makes no difference any more to what happens from a moment on.
    pub(super) fn forget(&self, state: &mut State, from: Micros) {
        let over = match self.way {
            Way::Follows { within } => within.after(state.since) < from,
            Way::Session { gap, .. } | Way::Near { gap, .. } => gap.after(state.last) < from,
            Way::Happens { .. } | Way::Silence { .. } | Way::Times { .. } => false,
        };
        if over {
            state.count = 0;
        }
        if let Way::Times { within, .. } = self.way {
            state.recent.retain(|at| within.after(*at) >= from);
        }
        if state.count == 0 {
            state.since = Micros::START;
        }
        if state.count == 0 || !matches!(self.way, Way::Session { .. } | Way::Near { .. }) {
            state.last = Micros::START;
        }
        if state.rests_until < from {
            state.rests_until = Micros::START;
        }
    }
}

impl Flow {
    /// From when on what is known makes no difference any more if nothing more happens; `None` if
    /// it always does.
    pub(super) fn over(&self, state: &State) -> Option<Micros> {
        let open = match self.way {
            _ if state.count == 0 => Micros::START,
            Way::Happens { .. } => return None,
            Way::Follows { within } => within.after(state.since),
            Way::Silence { lasting } => lasting.after(state.since),
            Way::Session { gap, .. } | Way::Near { gap, .. } => gap.after(state.last),
            Way::Times { .. } => Micros::START,
        };
        let recent = match (self.way, state.recent.last()) {
            (Way::Times { within, .. }, Some(last)) => within.after(*last),
            _ => Micros::START,
        };
        Some(open.max(recent).max(state.rests_until))
    }
}
