//! Reaching for what will be needed of several customers, before it is.
//!
//! Of very many customers nobody is near in memory. So one step of the way to what is kept of them
//! is made for all before the next one, and no step decides anything by what it reaches for: the
//! processor waits for all of them at once.

use std::hint::black_box;
use std::ops::RangeInclusive;

use super::live::Live;
use super::roster::Roster;
use super::seat::Crowd;
use super::wheel::{Armed, Tick};
use crate::trigger::key::Key;

/// Reads all of them.
fn read(all: impl Iterator<Item = u64>) {
    black_box(all.fold(0, |read, one| read ^ one));
}

impl Roster {
    /// Reaches for the seats that some customers most likely have, by the index alone, and tells
    /// which they are.
    pub(super) fn guess(&self, customers: impl Iterator<Item = Key> + Clone) -> Vec<u32> {
        read(customers.clone().map(|customer| u64::from(self.home(customer))));
        customers.filter_map(|customer| self.probe(customer, |_| true).0).collect()
    }

    /// Reaches for what is kept of some customers, and for the places of those who may leave.
    pub(super) fn reach(&self, seats: &[u32]) {
        self.reach_seats(seats);
        let seated = seats.iter().filter_map(|seat| self.at(*seat));
        let small = seated.filter(|seat| seat.held.only().is_some());
        read(small.map(|seat| u64::from(self.home(seat.customer))));
        read(self.crowds(seats).map(|crowd| {
            let followed = crowd.live.as_ref().map_or(0, Live::followed);
            (crowd.marks.len() ^ followed) as u64
        }));
        read(self.crowds(seats).filter_map(|crowd| Some(crowd.marks.last()?.at.number())));
    }

    /// Reaches for what flows know of some customers of whom the rest was reached for.
    pub(super) fn reach_live(&self, seats: &[u32]) {
        read(self.crowds(seats).filter_map(|crowd| Some(crowd.live.as_ref()?.sample())));
    }

    fn reach_seats(&self, seats: &[u32]) {
        let seated = seats.iter().filter_map(|seat| self.at(*seat));
        read(seated.map(|seat| seat.customer.number() as u64));
    }

    fn crowds(&self, seats: &[u32]) -> impl Iterator<Item = &Crowd> {
        seats.iter().filter_map(|seat| self.held(*seat).crowd())
    }
}

impl Armed for Roster {
    fn reach(&self, seats: &[u32]) {
        self.reach_seats(seats);
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
