//! Reaching for what will be needed of several customers, before it is.
//!
//! Of very many customers nobody is near in memory. So one step of the way to what is kept of them
//! is made for all before the next one, and nobody waits for what is only fetched.

use std::ops::RangeInclusive;
use std::slice;

use prefetch_index::prefetch_index;

use super::roster::Roster;
use super::seat::{Crowd, Mark};
use super::wheel::{Armed, Tick};
use crate::event::Event;

/// Of how many lines with events it is worth while to fetch each; the processor finds more itself.
const MANY: usize = 8;

/// Fetches the line of memory in which something begins.
fn fetch<T>(one: &T) {
    prefetch_index(slice::from_ref(one), 0);
}

/// Fetches what is read of every event.
pub(super) fn fetch_event(event: &Event) {
    fetch(&event.kind);
    fetch(&event.customer);
    fetch(&event.id);
    fetch(&event.at);
    fetch(&event.recorded_at);
}

impl Roster {
    /// Fetches what is kept of some customers whose seats were fetched, and the places of those who
    /// may leave.
    pub(super) fn fetch_held(&self, seats: impl Iterator<Item = u32>) {
        for found in seats.filter_map(|seat| self.at(seat)) {
            match found.held.crowd() {
                Some(crowd) => crowd.fetch(),
                None => self.fetch_home(self.hash(found.customer)),
            }
        }
    }

    /// Fetches where events of some customers are put, of whom the rest was fetched.
    pub(super) fn fetch_ends(&self, seats: impl Iterator<Item = u32>) {
        for crowd in seats.filter_map(|seat| self.held(seat).crowd()) {
            prefetch_index(&crowd.marks, crowd.marks.len());
            if crowd.marks.len() == crowd.marks.capacity() {
                // Some of them are most likely let go.
                crowd.marks.iter().step_by(2).take(MANY).for_each(fetch);
                crowd.rest.as_deref().into_iter().for_each(fetch);
            }
        }
    }
}

impl Crowd {
    /// Fetches all lines of memory that this takes, without reading any.
    fn fetch(&self) {
        const STEP: usize = 2;
        const { assert!(STEP * size_of::<Vec<Mark>>() <= 64) };
        for step in 0..=size_of::<Self>() / (STEP * size_of::<Vec<Mark>>()) {
            prefetch_index(slice::from_ref(&self.marks), STEP * step);
        }
    }
}

impl Armed for Roster {
    fn reach(&self, seats: &[u32]) {
        for seat in seats {
            self.fetch_seat(*seat);
        }
    }

    fn expected(&self, seat: u32, ticks: &RangeInclusive<Tick>) -> Option<Tick> {
        let held = self.held(seat);
        ticks.contains(&held.armed()).then(|| held.tick())
    }

    fn arm(&mut self, seat: u32, tick: Tick) {
        if let Some(held) = self.held_mut(seat) {
            held.arm(tick);
        }
    }
}
