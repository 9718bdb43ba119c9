//! Events in their order, of which a copy takes no time.

use std::collections::VecDeque;
use std::sync::Arc;

use serde::{Serialize, Serializer};

use super::MOST_OWN;
use crate::event::Event;

/// Events in the order of their positions.
///
/// A copy shares them with the one that it was made of: to decide about an event is to look at a
/// copy that has it, which is thrown away.
#[derive(Clone, Debug, Default)]
pub(super) struct Chronicle {
    shared: Arc<VecDeque<Arc<Event>>>,
    /// Those after all that are shared.
    own: Vec<Arc<Event>>,
}

impl Chronicle {
    pub(super) fn len(&self) -> usize {
        self.shared.len() + self.own.len()
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = &Arc<Event>> {
        self.shared.iter().chain(&self.own)
    }

    /// The first so many.
    pub(super) fn until(&self, end: usize) -> impl DoubleEndedIterator<Item = &Arc<Event>> {
        let shared = end.min(self.shared.len());
        let own = self.own.get(..end - shared).unwrap_or(&self.own);
        self.shared.range(..shared).chain(own)
    }

    /// All but the first so many.
    pub(super) fn since(&self, start: usize) -> impl DoubleEndedIterator<Item = &Arc<Event>> {
        let shared = start.min(self.shared.len());
        let own = self.own.get(start - shared..).unwrap_or_default();
        self.shared.range(shared..).chain(own)
    }

    pub(super) fn get(&self, place: usize) -> Option<&Arc<Event>> {
        match place.checked_sub(self.shared.len()) {
            Some(place) => self.own.get(place),
            None => self.shared.get(place),
        }
    }

    pub(super) fn last(&self) -> Option<&Arc<Event>> {
        self.own.last().or_else(|| self.shared.back())
    }

    /// How many events come before all for which this does not hold.
    pub(super) fn partition_point(&self, holds: impl Fn(&Event) -> bool) -> usize {
        if self.own.first().is_some_and(|first| holds(first)) {
            return self.shared.len() + self.own.partition_point(|event| holds(event));
        }
        self.shared.partition_point(|event| holds(event))
    }

    /// Adds an event that is after all others.
    pub(super) fn push(&mut self, event: Arc<Event>) {
        if Arc::get_mut(&mut self.shared).is_none() && self.own.len() < MOST_OWN {
            self.own.push(event);
        } else {
            self.all_mut().push_back(event);
        }
    }

    /// Puts an event at a place.
    pub(super) fn insert(&mut self, place: usize, event: Arc<Event>) {
        self.all_mut().insert(place, event);
    }

    /// Keeps those for which this holds.
    pub(super) fn retain(&mut self, holds: impl FnMut(&Arc<Event>) -> bool) {
        self.all_mut().retain(holds);
    }

    /// Takes out the first so many.
    pub(super) fn take_until(&mut self, end: usize) -> VecDeque<Arc<Event>> {
        if end == 0 {
            return VecDeque::new();
        }
        let kept = self.take_since(end);
        std::mem::replace(self.all_mut(), kept)
    }

    /// Takes out all but the first so many.
    pub(super) fn take_since(&mut self, start: usize) -> VecDeque<Arc<Event>> {
        if start < self.len() { self.all_mut().split_off(start) } else { VecDeque::new() }
    }

    /// All of them, none of which is shared any more.
    fn all_mut(&mut self) -> &mut VecDeque<Arc<Event>> {
        let all = Arc::make_mut(&mut self.shared);
        all.extend(self.own.drain(..));
        all
    }
}

impl PartialEq for Chronicle {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl Serialize for Chronicle {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}
