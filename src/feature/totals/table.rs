//! The totals of the keys of one part.

use std::hint::black_box;

use super::scatter::PART_BITS;
use super::{Key, Total};

/// In how many places from their home on almost all keys are.
const NEAR: usize = 8;

/// For how many keys there is room behind the last home, before all of them are moved.
const OVER_THE_EDGE: usize = 16;

/// An open-addressed table in which the keys stand in the order of their spread numbers, so that
/// they are told in an order that does not depend on how they came (Amble and Knuth, *Ordered hash
/// tables*, The Computer Journal 17, 1974).
#[derive(Clone, Debug, Default)]
pub(super) struct Table<K> {
    /// Over how many places keys are spread at first.
    homes: usize,
    len: usize,
    /// A place for each home, and behind them what was pushed over the edge. A place is free as
    /// long as the key in it is the default one.
    keys: Vec<K>,
    totals: Vec<Total>,
    /// The total of the default key, whose spread number is the first.
    first: Total,
}

impl<K: Key> Table<K> {
    pub(super) fn len(&self) -> usize {
        self.len + usize::from(!self.first.is_nothing())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &Total)> {
        let first = (!self.first.is_nothing()).then_some((K::default(), &self.first));
        let places = self.keys.iter().copied().zip(&self.totals);
        first.into_iter().chain(places.filter(|(key, _)| *key != K::default()))
    }

    pub(super) fn get(&self, key: K) -> Option<&Total> {
        if key == K::default() {
            return Some(&self.first).filter(|first| !first.is_nothing());
        }
        let at = self.last_seen(key);
        self.totals.get(at).filter(|_| self.keys.get(at) == Some(&key))
    }

    /// Brings the table near if so many rows are to come that they need most of it. To read it
    /// from one end to the other is several times as fast as to fetch what each row needs.
    pub(super) fn await_rows(&self, rows: usize) {
        if rows >= self.homes / 2 {
            black_box(self.keys.iter().max());
            black_box(self.totals.iter().fold(0, |all, total| all ^ total.orders()));
        }
    }

    /// Counts something of a key, which must not come to nothing.
    #[inline]
    pub(super) fn count(&mut self, key: K, count: impl FnOnce(&mut Total)) {
        if key == K::default() {
            return count(&mut self.first);
        }
        let mut at = self.last_seen(key);
        if self.keys.get(at) != Some(&key) {
            at = self.insert(key);
        }
        if let Some(total) = self.totals.get_mut(at) {
            count(total);
        }
    }

    /// Where a key is; if it is not there, where it was looked for last.
    #[inline]
    fn last_seen(&self, key: K) -> usize {
        let home = self.home(key.spread());
        let run = self.keys.get(home..).unwrap_or_default();
        if let Some(near) = run.first_chunk::<NEAR>() {
            // Without a branch for each of them, which could not be foretold.
            let mut at = NEAR;
            for (steps, other) in near.iter().enumerate().rev() {
                at = if *other == key { steps } else { at };
            }
            if at < NEAR {
                return home + at;
            }
        }
        home + run.iter().take_while(|other| **other != key && **other != K::default()).count()
    }

    fn home(&self, spread: u64) -> usize {
        // All keys of a part begin alike; what follows is a fraction of all homes.
        let fraction = u128::from(spread << PART_BITS);
        usize::try_from((fraction * self.homes as u128) >> u64::BITS).unwrap_or(0)
    }

    /// Puts a key that is not there at its place, and says where that is.
    #[cold]
    fn insert(&mut self, key: K) -> usize {
        if self.is_crowded() {
            self.grow();
        }
        let spread = key.spread();
        let home = self.home(spread);
        let stays_before =
            |other: &K| *other != K::default() && (other.spread(), *other) < (spread, key);
        let run = self.keys.iter().skip(home);
        let at = home + run.take_while(|other| stays_before(other)).count();
        self.make_room(at);
        if let (Some(place), Some(total)) = (self.keys.get_mut(at), self.totals.get_mut(at)) {
            (*place, *total) = (key, Total::default());
            self.len += 1;
        }
        at
    }

    /// Moves what stands at a place on, up to the next free place.
    fn make_room(&mut self, at: usize) {
        let mut run = self.keys.iter().skip(at);
        let free = run.position(|other| *other == K::default());
        let free = free.map_or(self.keys.len(), |steps| at + steps);
        if free == self.keys.len() {
            self.keys.push(K::default());
            self.totals.push(Total::default());
        }
        if let Some(keys) = self.keys.get_mut(at..=free) {
            keys.rotate_right(1);
        }
        if let Some(totals) = self.totals.get_mut(at..=free) {
            totals.rotate_right(1);
        }
    }

    /// Whether three quarters of the homes are taken.
    const fn is_crowded(&self) -> bool {
        self.len >= self.homes - self.homes / 4
    }

    /// Makes half as many homes more. As the keys stand in order, they move there in order.
    fn grow(&mut self) {
        let homes = (self.homes + self.homes / 2).max(8);
        let room = homes + OVER_THE_EDGE;
        let (keys, totals) = (Vec::with_capacity(room), Vec::with_capacity(room));
        let first = std::mem::take(&mut self.first);
        let old = std::mem::replace(self, Self { homes, len: self.len, keys, totals, first });
        for (key, total) in old.keys.into_iter().zip(old.totals) {
            if key != K::default() {
                self.extend_to(self.home(key.spread()));
                self.keys.push(key);
                self.totals.push(total);
            }
        }
        self.extend_to(homes);
    }

    /// Sees to it that there are at least so many places.
    fn extend_to(&mut self, places: usize) {
        if self.keys.len() < places {
            self.keys.resize(places, K::default());
            self.totals.resize(places, Total::default());
        }
    }
}

impl<K: Key> PartialEq for Table<K> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Key> Eq for Table<K> {}
