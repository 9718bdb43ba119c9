//! The totals of the keys of one part.

use super::scatter::PART_BITS;
use super::{Key, Total};

/// An open-addressed table in which the keys stand in the order of their spread numbers, so that
/// they are told in an order that does not depend on how they came (Amble and Knuth, *Ordered hash
/// tables*, The Computer Journal 17, 1974).
#[derive(Clone, Debug, Default)]
pub(super) struct Table<K> {
    /// How many bits of a spread key say where it is at home.
    bits: u32,
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
        let run = self.keys.iter().skip(home);
        home + run.take_while(|other| **other != key && **other != K::default()).count()
    }

    fn home(&self, spread: u64) -> usize {
        let home = (spread << PART_BITS).checked_shr(u64::BITS - self.bits).unwrap_or(0);
        usize::try_from(home).unwrap_or(0)
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
    fn is_crowded(&self) -> bool {
        self.keys.is_empty() || self.len >> self.bits.saturating_sub(2) >= 3
    }

    /// Makes twice as many homes.
    fn grow(&mut self) {
        let bits = (self.bits + 1).max(3);
        let (keys, totals) = (vec![K::default(); 1 << bits], vec![Total::default(); 1 << bits]);
        let first = std::mem::take(&mut self.first);
        let old = std::mem::replace(self, Self { bits, len: 0, keys, totals, first });
        for (key, total) in old.keys.into_iter().zip(old.totals) {
            if key != K::default() {
                let at = self.insert(key);
                if let Some(place) = self.totals.get_mut(at) {
                    *place = total;
                }
            }
        }
    }
}

impl<K: Key> PartialEq for Table<K> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Key> Eq for Table<K> {}
