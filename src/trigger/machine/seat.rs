//! What is kept of one customer: the events that may still matter, and what went before them.

use super::touch::{FlowNo, Touch};
use super::wheel::Tick;
use crate::trigger::flow::State;
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
    pub(super) flow: FlowNo,
    pub(super) before: Micros,
    pub(super) state: State,
}

/// What is kept of a customer. Most have one event, which is kept in place.
#[derive(Clone, Debug)]
pub(super) enum Held {
    One { at: Micros, key: Key, touch: Touch, tick: Tick },
    Many(Option<Box<Crowd>>),
}

/// All that is kept of a customer of whom there is more than one event.
#[derive(Clone, Debug)]
pub(super) struct Crowd {
    /// When the customer is looked at next.
    pub(super) next: Micros,
    /// In the order of instants, then of keys.
    pub(super) marks: Vec<Mark>,
    /// In the order of flows.
    pub(super) bases: Vec<Base>,
    /// In the order of instants, then of keys.
    pub(super) undone: Vec<Undone>,
}

impl Mark {
    const fn place(&self) -> (Micros, Key) {
        (self.at, self.key)
    }
}

impl Default for Crowd {
    fn default() -> Self {
        Self { next: Micros::NEVER, marks: Vec::new(), bases: Vec::new(), undone: Vec::new() }
    }
}

impl Held {
    pub(super) const NOTHING: Self = Self::Many(None);

    pub(super) fn tick(&self) -> Tick {
        match self {
            Self::One { tick, .. } => *tick,
            Self::Many(Some(crowd)) => Tick::of(crowd.next),
            Self::Many(None) => Tick::NEVER,
        }
    }

    /// The customer is looked at then.
    pub(super) fn expect(&mut self, moment: Micros) {
        match self {
            Self::One { tick, .. } => *tick = Tick::of(moment),
            Self::Many(Some(crowd)) => crowd.next = moment,
            Self::Many(None) => {}
        }
    }

    /// The customer is looked at then, if not before.
    pub(super) fn expect_by(&mut self, moment: Micros) {
        match self {
            Self::One { tick, .. } => *tick = Tick::of(moment).min(*tick),
            Self::Many(Some(crowd)) => crowd.next = moment.min(crowd.next),
            Self::Many(None) => {}
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Self::One { .. } => false,
            Self::Many(None) => true,
            Self::Many(Some(crowd)) => {
                crowd.marks.is_empty() && crowd.bases.is_empty() && crowd.undone.is_empty()
            }
        }
    }

    /// The only event, if there is nothing else.
    const fn only(&self) -> Option<Mark> {
        match self {
            Self::One { at, key, touch, .. } => Some(Mark { at: *at, key: *key, touch: *touch }),
            Self::Many(_) => None,
        }
    }

    fn many(&self) -> Option<&Crowd> {
        match self {
            Self::Many(Some(crowd)) => Some(crowd),
            _ => None,
        }
    }

    /// The events in their order.
    pub(super) fn marks(&self) -> impl Iterator<Item = Mark> + Clone {
        let many = self.many().map_or(&[][..], |crowd| &crowd.marks);
        self.only().into_iter().chain(many.iter().copied())
    }

    pub(super) fn undone(&self) -> &[Undone] {
        self.many().map_or(&[], |crowd| &crowd.undone)
    }

    pub(super) fn bases(&self) -> &[Base] {
        self.many().map_or(&[], |crowd| &crowd.bases)
    }

    pub(super) fn base(&self, flow: FlowNo) -> Option<&Base> {
        self.bases().iter().find(|base| base.flow == flow)
    }

    pub(super) fn knows(&self, key: Key) -> bool {
        self.marks().any(|mark| mark.key == key)
    }

    /// Changes what is kept.
    pub(super) fn edit<T>(&mut self, change: impl FnOnce(&mut Crowd) -> T) -> T {
        let mut crowd = match std::mem::replace(self, Self::NOTHING) {
            Self::Many(crowd) => crowd.unwrap_or_default(),
            Self::One { at, key, touch, tick } => {
                let mut marks = Vec::with_capacity(4);
                marks.push(Mark { at, key, touch });
                Box::new(Crowd { next: tick.start(), marks, ..Crowd::default() })
            }
        };
        let told = change(&mut crowd);
        *self = Self::Many(Some(crowd));
        self.shrink();
        told
    }

    /// Adds an event that is not known yet.
    pub(super) fn add(&mut self, mark: Mark) {
        if self.is_nothing() {
            let Mark { at, key, touch } = mark;
            *self = Self::One { at, key, touch, tick: self.tick() };
            return;
        }
        self.edit(|crowd| {
            let place = crowd.marks.partition_point(|known| known.place() < mark.place());
            crowd.marks.insert(place, mark);
        });
    }

    /// Takes events out.
    pub(super) fn retain(&mut self, keep: impl Fn(&Mark) -> bool) {
        match self {
            Self::One { .. } => {
                if self.only().is_some_and(|mark| !keep(&mark)) {
                    *self = Self::NOTHING;
                }
            }
            Self::Many(Some(crowd)) => crowd.marks.retain(keep),
            Self::Many(None) => {}
        }
        self.shrink();
    }

    /// Keeps the only event in place, if there is only one.
    pub(super) fn shrink(&mut self) {
        let Some(crowd) = self.many() else { return };
        if !crowd.bases.is_empty() || !crowd.undone.is_empty() || crowd.marks.len() > 1 {
            return;
        }
        *self = match crowd.marks.first() {
            None => Self::NOTHING,
            Some(Mark { at, key, touch }) => {
                Self::One { at: *at, key: *key, touch: *touch, tick: Tick::of(crowd.next) }
            }
        };
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
