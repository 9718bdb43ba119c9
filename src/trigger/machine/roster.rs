//! Who has a seat: customers by their keys, each with what is kept of them.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};

use prefetch_index::prefetch_index;

use super::seat::Held;
use crate::id::CustomerId;
use crate::trigger::key::Key;

/// A customer and what is kept of them.
#[derive(Clone, Debug)]
pub(super) struct Seat {
    pub(super) customer: Key,
    pub(super) held: Held,
}

const CHUNK_BITS: u32 = 12;
const CHUNK: usize = 1 << CHUNK_BITS;
/// A place of the index in which nobody is.
const EMPTY: u32 = u32::MAX;
const LEAST_BITS: u32 = 6;

/// All customers of whom something is kept.
///
/// The index is an open-addressing table of four bytes a place: the number of a seat in as many
/// bits as it takes, and bits of the hash in the others. The order in which customers stand in it
/// is seen by nobody.
#[derive(Clone, Debug)]
pub(super) struct Roster {
    chunks: Vec<Vec<Seat>>,
    free: Vec<u32>,
    taken: usize,
    index: Vec<u32>,
    bits: u32,
    /// Drawn anew for every roster, so that nobody can make names that crowd one place.
    seeds: [u64; 2],
    /// The ids that cannot be told from their keys.
    names: HashMap<u32, CustomerId>,
}

impl Default for Roster {
    fn default() -> Self {
        Self {
            chunks: Vec::new(),
            free: Vec::new(),
            taken: 0,
            index: vec![EMPTY; 1 << LEAST_BITS],
            bits: LEAST_BITS,
            seeds: [RandomState::new(), RandomState::new()]
                .map(|drawn| drawn.build_hasher().finish()),
            names: HashMap::new(),
        }
    }
}

impl Roster {
    /// How many customers have a seat.
    pub(super) const fn len(&self) -> usize {
        self.taken
    }

    pub(super) fn find(&self, customer: Key) -> Option<u32> {
        self.search(customer).0
    }

    /// The seat of a customer, who gets one if they have none. It most likely is the one that was
    /// guessed.
    pub(super) fn seat(&mut self, customer: Key, guess: Option<u32>, id: &CustomerId) -> u32 {
        if let Some(seat) = guess
            && self.at(seat).is_some_and(|seat| seat.customer == customer)
        {
            return seat;
        }
        let (found, place) = self.search(customer);
        if let Some(seat) = found {
            return seat;
        }
        let seat = self.fresh(customer);
        if customer.id().is_none() {
            self.names.insert(seat, id.clone());
        }
        self.taken += 1;
        let entry = self.entry(customer, seat);
        if let Some(empty) = self.index.get_mut(place) {
            *empty = entry;
        }
        if self.taken * 8 > self.index.len() * 7 {
            self.grow();
        }
        seat
    }

    /// Lets a seat go, and everything with it.
    pub(super) fn free(&mut self, seat: u32) {
        let Some(customer) = self.at(seat).map(|found| found.customer) else { return };
        let (Some(_), place) = self.search(customer) else { return };
        self.unlink(place);
        if let Some(left) = self.at_mut(seat) {
            *left = Seat { customer: Key::default(), held: Held::NOTHING };
        }
        if customer.id().is_none() {
            self.names.remove(&seat);
        }
        self.free.push(seat);
        self.taken = self.taken.saturating_sub(1);
    }

    pub(super) fn held(&self, seat: u32) -> &Held {
        const NOTHING: &Held = &Held::NOTHING;
        self.at(seat).map_or(NOTHING, |seat| &seat.held)
    }

    /// What is kept of a customer, whether or not they have a seat.
    pub(super) fn held_of(&self, customer: Key) -> &Held {
        self.held(self.find(customer).unwrap_or(EMPTY))
    }

    pub(super) fn held_mut(&mut self, seat: u32) -> Option<&mut Held> {
        self.at_mut(seat).map(|seat| &mut seat.held)
    }

    /// Whose seat it is.
    pub(super) fn customer(&self, seat: u32) -> Option<CustomerId> {
        let key = self.at(seat)?.customer;
        match key.id() {
            Some(id) => Some(CustomerId::known(id)),
            None => self.names.get(&seat).cloned(),
        }
    }

    /// All seats that are taken, with whose they are.
    pub(super) fn seats(&self) -> impl Iterator<Item = (u32, Key)> {
        let seats = (0_u32..).zip(self.chunks.iter().flatten());
        let taken = seats.filter(|(_, seat)| seat.customer != Key::default());
        taken.map(|(number, seat)| (number, seat.customer))
    }

    pub(super) fn at(&self, seat: u32) -> Option<&Seat> {
        self.chunks.get((seat >> CHUNK_BITS) as usize)?.get(seat as usize & (CHUNK - 1))
    }

    fn at_mut(&mut self, seat: u32) -> Option<&mut Seat> {
        self.chunks.get_mut((seat >> CHUNK_BITS) as usize)?.get_mut(seat as usize & (CHUNK - 1))
    }

    fn fresh(&mut self, customer: Key) -> u32 {
        let fresh = Seat { customer, held: Held::NOTHING };
        if let Some(seat) = self.free.pop() {
            if let Some(free) = self.at_mut(seat) {
                *free = fresh;
            }
            return seat;
        }
        let full = self.chunks.last().is_none_or(|chunk| chunk.len() == CHUNK);
        if full {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        let before = self.chunks.len().saturating_sub(1) << CHUNK_BITS;
        let Some(chunk) = self.chunks.last_mut() else { return 0 };
        chunk.push(fresh);
        u32::try_from(before + chunk.len() - 1).unwrap_or(EMPTY)
    }

    /// Both halves of the key, multiplied and folded, twice (as wyhash and its kin do).
    pub(super) fn hash(&self, customer: Key) -> u64 {
        let [one, other] = self.seeds;
        let key = customer.number();
        let mixed = folded(key as u64 ^ one, (key >> 64) as u64 ^ other);
        folded(mixed ^ one, other | 1)
    }

    /// The number of the seat and the highest bits of the hash in one.
    fn entry(&self, customer: Key, seat: u32) -> u32 {
        (((self.hash(customer) >> 32) as u32) & !self.mask()) | seat
    }

    const fn mask(&self) -> u32 {
        (1 << self.bits) - 1
    }

    /// Fetches the place of the index at which a customer with this hash is looked for first.
    pub(super) fn fetch_home(&self, hash: u64) {
        prefetch_index(&self.index, (hash as u32 & self.mask()) as usize);
    }

    pub(super) fn fetch_seat(&self, seat: u32) {
        if let Some(chunk) = self.chunks.get((seat >> CHUNK_BITS) as usize) {
            let place = seat as usize & (CHUNK - 1);
            prefetch_index(chunk, place);
            prefetch_index(chunk, place + 1);
        }
    }

    /// The seat of a customer, and its place in the index or the one that it would have.
    fn search(&self, customer: Key) -> (Option<u32>, usize) {
        let is_theirs = |seat| self.at(seat).is_some_and(|seat| seat.customer == customer);
        self.probe(self.hash(customer), is_theirs)
    }

    /// The seat that a customer with this hash most likely has.
    pub(super) fn guess(&self, hash: u64) -> Option<u32> {
        self.probe(hash, |_| true).0
    }

    /// The first seat that fits a hash by the index and by what else is asked, and its place.
    fn probe(&self, hash: u64, is_theirs: impl Fn(u32) -> bool) -> (Option<u32>, usize) {
        let (mask, tag) = (self.mask(), (hash >> 32) as u32);
        let mut place = hash as u32 & mask;
        loop {
            let entry = self.index.get(place as usize).copied().unwrap_or(EMPTY);
            if entry == EMPTY {
                return (None, place as usize);
            }
            let alike = (entry ^ tag) & !mask == 0;
            if alike && is_theirs(entry & mask) {
                return (Some(entry & mask), place as usize);
            }
            place = (place + 1) & mask;
        }
    }

    /// Empties a place, and moves up those that were put further on because of it.
    fn unlink(&mut self, place: usize) {
        let mask = self.mask() as usize;
        let (mut hole, mut next) = (place, place);
        loop {
            next = (next + 1) & mask;
            let entry = self.index.get(next).copied().unwrap_or(EMPTY);
            if entry == EMPTY {
                break;
            }
            let seat = entry & self.mask();
            let Some(customer) = self.at(seat).map(|seat| seat.customer) else { break };
            let home = self.hash(customer) as usize & mask;
            let stays = (next.wrapping_sub(home) & mask) < (next.wrapping_sub(hole) & mask);
            if !stays {
                if let Some(empty) = self.index.get_mut(hole) {
                    *empty = entry;
                }
                hole = next;
            }
        }
        if let Some(empty) = self.index.get_mut(hole) {
            *empty = EMPTY;
        }
    }

    fn grow(&mut self) {
        self.bits += 1;
        let mut index = vec![EMPTY; 1 << self.bits];
        for (seat, customer) in self.seats() {
            let mut place = self.hash(customer) as u32 & self.mask();
            while index.get(place as usize).is_some_and(|entry| *entry != EMPTY) {
                place = (place + 1) & self.mask();
            }
            if let Some(empty) = index.get_mut(place as usize) {
                *empty = self.entry(customer, seat);
            }
        }
        self.index = index;
    }
}

const fn folded(one: u64, other: u64) -> u64 {
    let product = one as u128 * other as u128;
    product as u64 ^ (product >> 64) as u64
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_seat_with_one_event_takes_48_bytes() {
        assert_eq!(size_of::<Seat>(), 48);
    }

    proptest! {
        #[test]
        fn everybody_has_the_seat_that_they_were_given_until_they_leave(
            steps in prop::collection::vec((0_u32..400, any::<bool>()), 1..1_500),
        ) {
            let mut roster = Roster::default();
            let mut known: BTreeMap<Key, u32> = BTreeMap::new();
            for (name, comes) in steps {
                let id = match name % 2 {
                    0 => CustomerId::new(format!("c-{name}")).unwrap(),
                    _ => CustomerId::new(format!("a customer with a long name {name}")).unwrap(),
                };
                let key = Key::of(id.as_str());
                prop_assert_eq!(roster.find(key), known.get(&key).copied());
                if comes {
                    let seat = roster.seat(key, Some(name), &id);
                    prop_assert_eq!(*known.entry(key).or_insert(seat), seat);
                    prop_assert_eq!(roster.customer(seat), Some(id));
                } else if let Some(seat) = known.remove(&key) {
                    roster.free(seat);
                }
                prop_assert_eq!(roster.len(), known.len());
            }
            let mut seats: Vec<(Key, u32)> =
                roster.seats().map(|(seat, key)| (key, seat)).collect();
            seats.sort();
            prop_assert_eq!(seats, known.into_iter().collect::<Vec<_>>());
        }
    }
}
