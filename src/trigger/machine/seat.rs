//! What is kept of one customer: the events that may still matter, and what went before them.

use thin_vec::ThinVec;

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
    Many(Crowd),
}

/// All that is kept of a customer of whom there is more than one event.
#[derive(Clone, Debug)]
pub(super) struct Crowd {
    /// When the customer is looked at next.
    pub(super) next: Micros,
    /// In the order of instants, then of keys.
    pub(super) marks: ThinVec<Mark>,
    /// What few have.
    rest: Option<Box<Rest>>,
}

/// What is known of events that are no longer kept, or never happened.
#[derive(Clone, Debug, Default)]
pub(super) struct Rest {
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

impl Crowd {
    pub(super) const NOBODY: Self = Self { next: Micros::NEVER, marks: ThinVec::new(), rest: None };

    /// Changes what is known of events that are no longer kept.
    pub(super) fn edit_rest<T>(&mut self, change: impl FnOnce(&mut Rest) -> T) -> T {
        let mut rest = self.rest.take().unwrap_or_default();
        let told = change(&mut rest);
        let is_empty = rest.bases.is_empty() && rest.undone.is_empty();
        self.rest = (!is_empty).then_some(rest);
        told
    }
}

impl Held {
    pub(super) const NOTHING: Self = Self::Many(Crowd::NOBODY);

    pub(super) fn tick(&self) -> Tick {
        match self {
            Self::One { tick, .. } => *tick,
            Self::Many(crowd) => Tick::of(crowd.next),
        }
    }

    /// The customer is looked at then.
    pub(super) fn expect(&mut self, moment: Micros) {
        match self {
            Self::One { tick, .. } => *tick = Tick::of(moment),
            Self::Many(crowd) => crowd.next = moment,
        }
    }

    /// The customer is looked at then, if not before.
    pub(super) fn expect_by(&mut self, moment: Micros) {
        match self {
            Self::One { tick, .. } => *tick = Tick::of(moment).min(*tick),
            Self::Many(crowd) => crowd.next = moment.min(crowd.next),
        }
    }

    pub(super) fn is_nothing(&self) -> bool {
        match self {
            Self::One { .. } => false,
            Self::Many(crowd) => crowd.marks.is_empty() && crowd.rest.is_none(),
        }
    }

    /// The only event, if there is nothing else.
    const fn only(&self) -> Option<Mark> {
        match self {
            Self::One { at, key, touch, .. } => Some(Mark { at: *at, key: *key, touch: *touch }),
            Self::Many(_) => None,
        }
    }

    /// The events of one who has more than one.
    pub(super) fn many(&self) -> &[Mark] {
        match self {
            Self::One { .. } => &[],
            Self::Many(crowd) => &crowd.marks,
        }
    }

    fn rest(&self) -> Option<&Rest> {
        match self {
            Self::One { .. } => None,
            Self::Many(crowd) => crowd.rest.as_deref(),
        }
    }

    /// The events in their order.
    pub(super) fn marks(&self) -> impl Iterator<Item = Mark> + Clone {
        self.only().into_iter().chain(self.many().iter().copied())
    }

    /// How many events there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::One { .. } => 1,
            Self::Many(crowd) => crowd.marks.len(),
        }
    }

    pub(super) fn undone(&self) -> &[Undone] {
        self.rest().map_or(&[], |rest| &rest.undone)
    }

    pub(super) fn bases(&self) -> &[Base] {
        self.rest().map_or(&[], |rest| &rest.bases)
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
            Self::Many(crowd) => crowd,
            Self::One { at, key, touch, tick } => {
                let mut marks = ThinVec::with_capacity(4);
                marks.push(Mark { at, key, touch });
                Crowd { next: tick.start(), marks, rest: None }
            }
        };
        let told = change(&mut crowd);
        *self = Self::Many(crowd);
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
        self.edit(|crowd| match crowd.marks.last() {
            Some(last) if last.place() > mark.place() => {
                let place = crowd.marks.partition_point(|known| known.place() < mark.place());
                crowd.marks.insert(place, mark);
            }
            _ => crowd.marks.push(mark),
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
            Self::Many(crowd) => crowd.marks.retain(keep),
        }
        self.shrink();
    }

    /// Keeps the only event in place, if there is only one.
    pub(super) fn shrink(&mut self) {
        let Self::Many(crowd) = self else { return };
        if crowd.rest.is_some() || crowd.marks.len() > 1 {
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
