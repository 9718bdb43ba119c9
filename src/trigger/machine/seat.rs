//! What is kept of one customer: the events that may still matter, and what went before them.

use smallvec::SmallVec;

use super::MAX_KEPT;
use super::live::Live;
use super::touch::{FlowNo, Touch};
use super::wheel::Tick;
use crate::trigger::flow::{Flow, State};
use crate::trigger::key::Key;
use crate::trigger::micros::Micros;

/// An event that may still matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) at: Micros,
    pub(super) key: Key,
    pub(super) touch: Touch,
}

/// The statement that an event never happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Undone {
    pub(super) at: Micros,
    pub(super) key: Key,
    pub(super) target: Key,
}

/// What a flow knew before a moment, of events that are no longer kept.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Base {
    pub(super) before: Micros,
    pub(super) state: State,
}

/// What is kept of a customer. Most have one event, which is kept in place.
#[derive(Clone, Debug)]
pub(super) enum Held {
    One {
        at: Micros,
        key: Key,
        touch: Touch,
        /// Where the wheel has the customer, who is looked at then.
        armed: Tick,
    },
    Many {
        crowd: Option<Box<Crowd>>,
        /// When the customer is to be looked at.
        next: Micros,
        /// Where the wheel has the customer, who is put where that is when it is found there.
        armed: Tick,
    },
}

/// All that is kept of a customer of whom there is more than one event.
///
/// The events come first in memory, so that all of it can be fetched from there.
#[derive(Clone, Debug, Default)]
#[repr(C)]
pub(super) struct Crowd {
    /// In the order of instants, then of keys.
    pub(super) marks: Vec<Mark>,
    /// What follows from the above, as long as only later events are added.
    pub(super) live: Option<Live>,
    /// The last moment as of which events were let go while others stayed that no longer matter to
    /// all of their flows; the start of time if there are none such.
    pub(super) pruned: Micros,
    /// What few have.
    pub(super) rest: Option<Box<Rest>>,
}

/// What is known of events that are no longer kept, or never happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Rest {
    /// In the order of flows.
    pub(super) bases: Vec<Base>,
    /// In the order of instants, then of keys.
    pub(super) undone: Vec<Undone>,
    /// What fired before this moment stands: it may have been told of another customer, who has
    /// become this one since.
    pub(super) stands_before: Micros,
}

impl Mark {
    const fn place(&self) -> (Micros, Key) {
        (self.at, self.key)
    }
}

impl Rest {
    /// Whether it says nothing beside these events.
    const fn is_nothing(&self, marks: &[Mark]) -> bool {
        let nothing_stands = self.stands_before.number() == 0 || marks.is_empty();
        self.bases.is_empty() && self.undone.is_empty() && nothing_stands
    }
}

impl Base {
    /// Whether it says more than that nothing was known up to a moment.
    pub(super) fn is_to_be_kept(&self, floor: Micros) -> bool {
        !self.state.is_blank() || self.before > floor
    }
}

impl Crowd {
    /// Changes what is known of events that are no longer kept.
    pub(super) fn edit_rest<T>(&mut self, change: impl FnOnce(&mut Rest) -> T) -> T {
        let mut rest = self.rest.take().unwrap_or_default();
        let told = change(&mut rest);
        self.rest = (!rest.is_nothing(&self.marks)).then_some(rest);
        told
    }

    pub(super) fn bases(&self) -> &[Base] {
        self.rest.as_deref().map_or(&[], |rest| &rest.bases)
    }

    pub(super) fn undone(&self) -> &[Undone] {
        self.rest.as_deref().map_or(&[], |rest| &rest.undone)
    }

    /// From when on the events that are kept tell a flow what happened. What it knew before is in
    /// its base; without one it knew nothing that still mattered.
    pub(super) fn known_from(&self, no: FlowNo, flow: &Flow) -> Micros {
        let base = self.bases().iter().find(|base| base.state.flow == no);
        base.map_or_else(|| self.pruned.minus(flow.keep()), |base| base.before)
    }

    /// Puts bases below what is kept, in the place of what they stand for.
    pub(super) fn lay(
        &mut self,
        bases: SmallVec<[Base; 4]>,
        keep: impl Fn(&Mark) -> bool,
        oldest_void: Micros,
    ) {
        self.marks.retain(keep);
        if self.marks.len() < self.marks.capacity() / 4 {
            self.marks.shrink_to(2 * self.marks.len());
        }
        match &mut self.rest {
            Some(rest) if !bases.is_empty() && rest.undone.is_empty() => {
                rest.bases.clear();
                rest.bases.extend(bases);
            }
            None if bases.is_empty() => {}
            _ => self.edit_rest(|rest| {
                rest.bases = bases.into_vec();
                rest.undone.retain(|one| one.at >= oldest_void);
                if rest.stands_before < oldest_void {
                    rest.stands_before = Micros::START;
                }
            }),
        }
    }

    fn knows(&self, key: Key) -> bool {
        self.live.as_ref().is_none_or(|live| live.may_know(key))
            && self.marks.iter().any(|mark| mark.key == key)
    }

    pub(super) fn insert(&mut self, mark: Mark) {
        match self.marks.last() {
            Some(last) if last.place() > mark.place() => {
                let place = self.marks.partition_point(|known| known.place() < mark.place());
                self.marks.insert(place, mark);
            }
            _ => self.marks.push(mark),
        }
    }
}

impl Held {
    pub(super) const NOTHING: Self =
        Self::Many { crowd: None, next: Micros::NEVER, armed: Tick::NEVER };

    pub(super) fn of(crowd: Crowd) -> Self {
        let mut held = Self::NOTHING;
        held.edit(|kept| *kept = crowd);
        held
    }

    /// When the customer is to be looked at.
    pub(super) fn tick(&self) -> Tick {
        match self {
            Self::One { armed, .. } => *armed,
            Self::Many { next, .. } => Tick::of(*next),
        }
    }

    /// Where the wheel has the customer.
    pub(super) const fn armed(&self) -> Tick {
        match self {
            Self::One { armed, .. } | Self::Many { armed, .. } => *armed,
        }
    }

    pub(super) const fn arm(&mut self, at: Tick) {
        match self {
            Self::One { armed, .. } | Self::Many { armed, .. } => *armed = at,
        }
    }

    /// The customer is to be looked at then.
    pub(super) const fn expect(&mut self, moment: Micros) {
        if let Self::Many { next, .. } = self {
            *next = moment;
        }
    }

    /// When that is, as far as it is known.
    pub(super) const fn next(&self) -> Option<Micros> {
        match self {
            Self::One { .. } => None,
            Self::Many { next, .. } => Some(*next),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Self::One { .. } => false,
            Self::Many { crowd, .. } => {
                crowd.as_ref().is_none_or(|crowd| crowd.marks.is_empty() && crowd.rest.is_none())
            }
        }
    }

    /// The only event, if there is nothing else.
    pub(super) const fn only(&self) -> Option<Mark> {
        match self {
            Self::One { at, key, touch, .. } => Some(Mark { at: *at, key: *key, touch: *touch }),
            Self::Many { .. } => None,
        }
    }

    /// What is kept of one of whom there is more than an event.
    pub(super) fn crowd(&self) -> Option<&Crowd> {
        match self {
            Self::One { .. } => None,
            Self::Many { crowd, .. } => crowd.as_deref(),
        }
    }

    pub(super) fn crowd_mut(&mut self) -> Option<&mut Crowd> {
        match self {
            Self::One { .. } => None,
            Self::Many { crowd, .. } => crowd.as_deref_mut(),
        }
    }

    /// The events in their order.
    pub(super) fn marks(&self) -> impl Iterator<Item = Mark> + Clone {
        let many = self.crowd().map_or(&[][..], |crowd| &crowd.marks);
        self.only().into_iter().chain(many.iter().copied())
    }

    /// How many events there are.
    pub(super) fn len(&self) -> usize {
        self.crowd().map_or(usize::from(self.only().is_some()), |crowd| crowd.marks.len())
    }

    /// Whether what flows know of what is kept is kept, too.
    pub(super) fn is_followed(&self) -> bool {
        self.crowd().is_some_and(|crowd| crowd.live.is_some())
    }

    /// Whether something that is kept may never have happened. What is followed did.
    pub(super) fn has_voids(&self) -> bool {
        !self.is_followed() && !self.undone().is_empty()
    }

    /// Whether another event takes more memory than there is, or than there is to be.
    pub(super) fn is_full(&self) -> bool {
        self.crowd().is_some_and(|crowd| {
            crowd.marks.len() == crowd.marks.capacity() || crowd.marks.len() >= MAX_KEPT
        })
    }

    pub(super) fn undone(&self) -> &[Undone] {
        self.crowd().map_or(&[], Crowd::undone)
    }

    pub(super) fn bases(&self) -> &[Base] {
        self.crowd().map_or(&[], Crowd::bases)
    }

    /// Up to before which moment what fired stands.
    pub(super) fn stands_before(&self) -> Micros {
        let rest = self.crowd().and_then(|crowd| crowd.rest.as_deref());
        rest.map_or(Micros::START, |rest| rest.stands_before)
    }

    /// From when on what is kept tells a flow what happened.
    pub(super) fn known_from(&self, no: FlowNo, flow: &Flow) -> Micros {
        self.crowd().map_or(Micros::START, |crowd| crowd.known_from(no, flow))
    }

    pub(super) fn base(&self, flow: FlowNo) -> Option<&Base> {
        self.bases().iter().find(|base| base.state.flow == flow)
    }

    pub(super) fn knows(&self, key: Key) -> bool {
        match self {
            Self::One { key: known, .. } => *known == key,
            Self::Many { crowd, .. } => crowd.as_ref().is_some_and(|crowd| crowd.knows(key)),
        }
    }

    /// Changes what is kept.
    pub(super) fn edit<T>(&mut self, change: impl FnOnce(&mut Crowd) -> T) -> T {
        let (next, armed) = (self.next().unwrap_or_else(|| self.armed().start()), self.armed());
        let mut crowd = match std::mem::replace(self, Self::NOTHING) {
            Self::Many { crowd, .. } => crowd.unwrap_or_default(),
            Self::One { at, key, touch, .. } => {
                let mut crowd = Box::new(Crowd::default());
                crowd.marks.push(Mark { at, key, touch });
                crowd
            }
        };
        crowd.live = None;
        let told = change(&mut crowd);
        *self = Self::Many { crowd: Some(crowd), next, armed };
        self.fit();
        told
    }

    /// Takes no more room than what is kept needs.
    pub(super) fn fit(&mut self) {
        if let Some(Crowd { marks, rest, .. }) = self.crowd_mut() {
            rest.take_if(|rest| rest.is_nothing(marks));
        }
        if let Self::Many { crowd: Some(crowd), next, armed } = self
            && crowd.rest.is_none()
            && crowd.pruned == Micros::START
        {
            match *crowd.marks {
                [] => *self = Self::Many { crowd: None, next: *next, armed: *armed },
                [Mark { at, key, touch }] => *self = Self::One { at, key, touch, armed: *armed },
                _ => {}
            }
        }
    }

    /// Adds an event that is not known yet.
    pub(super) fn add(&mut self, mark: Mark) {
        if self.is_nothing() {
            let Mark { at, key, touch } = mark;
            *self = Self::One { at, key, touch, armed: self.armed() };
            return;
        }
        self.edit(|crowd| crowd.insert(mark));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_event_takes_32_bytes() {
        assert_eq!((size_of::<Held>(), size_of::<Mark>()), (32, 32));
    }
}
