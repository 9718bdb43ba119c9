//! The totals of the keys of one part.

use std::hint::black_box;

use super::rows::Row;
use super::{Key, Total};

/// In how many places from their home on almost all keys are; as many as a word has bytes.
const NEAR: usize = 8;

/// A word of which each byte is 1.
const ONES: u64 = u64::MAX / 0xff;

/// For how many keys there is room behind the last home, before all of them are moved.
const OVER_THE_EDGE: usize = 16;

/// How many bits of a key say in which of the ranges it is by which keys are counted at first.
const RANGE_BITS: u32 = 14;

/// How many rows are looked up at a time.
const BATCH: usize = 64;

/// An open-addressed table in which the keys stand in their order, so that they are told in one
/// that does not depend on how they came (Amble and Knuth, *Ordered hash tables*, The Computer
/// Journal 17, 1974). Keys are as they are told apart [within a part](super::key::parted).
#[derive(Clone, Debug, Default)]
pub(super) struct Table<K> {
    /// Over how many places keys are spread at first.
    homes: usize,
    len: usize,
    /// For each place a byte of its key, never 0, so that many are compared at a time; 0 if the
    /// place is free.
    tags: Vec<u8>,
    /// A place for each home, and behind them what was pushed over the edge.
    places: Vec<Place<K>>,
}

#[derive(Clone, Debug)]
struct Place<K> {
    key: K,
    total: Total,
}

impl<K: Key> Place<K> {
    /// A free place, with what is never a key within a part.
    fn free() -> Self {
        Self { key: K::default().with_first(1), total: Total::default() }
    }
}

impl<K: Key> Table<K> {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (K, &Total)> {
        let places = self.tags.iter().zip(&self.places).filter(|(tag, _)| **tag != 0);
        places.map(|(_, place)| (place.key, &place.total))
    }

    pub(super) fn get(&self, key: K) -> Option<&Total> {
        let place = self.places.get(self.sought(key))?;
        (place.key == key).then_some(&place.total)
    }

    /// Makes ready for so many rows with these keys.
    ///
    /// A table without keys gets room for them. Of any other most is needed soon if they are not
    /// very few, so that it is brought near: to read it from one end to the other is several times
    /// as fast as to wait for what each row needs.
    pub(super) fn await_rows(&mut self, rows: usize, keys: impl Iterator<Item = K>) {
        if self.homes == 0 {
            let distinct = distinct(keys);
            self.move_to(distinct + distinct / 2);
        } else if rows >= self.homes / 16 {
            black_box(self.places.iter().fold(0, |all, place| all ^ place.key.first()));
        }
    }

    /// Counts rows, of which `row` tells each.
    #[inline]
    pub(super) fn count_rows<R>(&mut self, rows: &[R], row: impl Fn(&R) -> Row<K>) {
        let mut likely = [0; BATCH];
        for rows in rows.chunks(BATCH) {
            // All are looked up before the first is counted, so that none waits for another.
            for (place, it) in likely.iter_mut().zip(rows) {
                *place = self.likely(row(it).key);
            }
            for (place, it) in likely.iter().zip(rows) {
                let row = row(it);
                match self.places.get_mut(*place) {
                    Some(place) if place.key == row.key => {
                        place.total.count(row.at, row.net_minor);
                    }
                    _ => self.count(row.key, |total| total.count(row.at, row.net_minor)),
                }
            }
        }
    }

    /// Counts something of a key, which must not come to nothing.
    #[inline(never)]
    pub(super) fn count(&mut self, key: K, count: impl FnOnce(&mut Total)) {
        let mut at = self.sought(key);
        if self.places.get(at).is_none_or(|place| place.key != key) {
            if self.is_crowded() {
                // A quarter more homes.
                self.move_to((self.homes + self.homes / 4).max(NEAR));
                at = self.sought(key);
            }
            self.insert(at, key);
        }
        if let Some(place) = self.places.get_mut(at) {
            count(&mut place.total);
        }
    }

    /// Where a key is, if it is there and nothing uncommon happened.
    #[inline]
    fn likely(&self, key: K) -> usize {
        let home = self.home(key);
        let near = self.tags.get(home..).and_then(<[u8]>::first_chunk::<NEAR>);
        let near = near.map_or(0, |near| u64::from_le_bytes(*near));
        let differs = near ^ (ONES * u64::from(tag(key)));
        // The lowest byte that is 0 is found without a branch (Knuth, *The Art of Computer
        // Programming* 4A, § 7.1.3, 90).
        let same = differs.wrapping_sub(ONES) & !differs & (ONES << 7);
        home + (same.trailing_zeros() / u8::BITS) as usize
    }

    /// Where a key is, or else should be.
    fn sought(&self, key: K) -> usize {
        let home = self.home(key);
        let run = self.tags.iter().zip(&self.places).skip(home);
        home + run.take_while(|(tag, place)| **tag != 0 && place.key < key).count()
    }

    #[inline]
    fn home(&self, key: K) -> usize {
        // As a fraction of all homes.
        let fraction = u128::from(key.first());
        usize::try_from((fraction * self.homes as u128) >> u64::BITS).unwrap_or(0)
    }

    /// Puts a key that is not there at its place, and what stands there and behind it on, up to the
    /// next free place.
    fn insert(&mut self, at: usize, key: K) {
        let free = self.tags.iter().skip(at).position(|tag| *tag == 0);
        let free = free.map_or(self.tags.len(), |steps| at + steps);
        self.extend_to(free + 1);
        if let (Some(tags), Some(places)) =
            (self.tags.get_mut(at..=free), self.places.get_mut(at..=free))
        {
            tags.rotate_right(1);
            places.rotate_right(1);
            if let (Some(first), Some(place)) = (tags.first_mut(), places.first_mut()) {
                (*first, place.key) = (tag(key), key);
                self.len += 1;
            }
        }
    }

    /// Whether three quarters of the homes are taken.
    const fn is_crowded(&self) -> bool {
        self.len >= self.homes - self.homes / 4
    }

    /// Has so many homes from now on. As the keys stand in order, they move there in order.
    fn move_to(&mut self, homes: usize) {
        let room = homes + OVER_THE_EDGE;
        let (tags, places) = (Vec::with_capacity(room), Vec::with_capacity(room));
        let old = std::mem::replace(self, Self { homes, len: self.len, tags, places });
        for (tag, place) in old.tags.into_iter().zip(old.places) {
            if tag != 0 {
                self.extend_to(self.home(place.key));
                self.tags.push(tag);
                self.places.push(place);
            }
        }
        self.extend_to(homes + NEAR);
    }

    /// Sees to it that there are at least so many places.
    fn extend_to(&mut self, places: usize) {
        if self.tags.len() < places {
            self.tags.resize(places, 0);
            self.places.resize_with(places, Place::free);
        }
    }
}

/// About how many different keys these are, rather less: in how many equal ranges there is one
/// (Whang, Vander-Zanden and Taylor, *A linear-time probabilistic counting algorithm*, ACM TODS 15,
/// 1990).
fn distinct<K: Key>(keys: impl Iterator<Item = K>) -> usize {
    let mut ranges = [0_u64; 1 << (RANGE_BITS - 6)];
    for key in keys {
        let range = key.first() >> (u64::BITS - RANGE_BITS);
        let word = usize::try_from(range / 64).ok().and_then(|word| ranges.get_mut(word));
        if let Some(word) = word {
            *word |= 1 << (range % 64);
        }
    }
    ranges.iter().map(|word| word.count_ones() as usize).sum()
}

/// The last byte of what a key is spread to, which says nothing of its home.
#[inline]
fn tag<K: Key>(key: K) -> u8 {
    let [_, last, ..] = key.first().to_le_bytes();
    last.max(1)
}

impl<K: Key> PartialEq for Table<K> {
    fn eq(&self, other: &Self) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<K: Key> Eq for Table<K> {}
