//! When to look at whom: a hierarchical timer wheel.
//!
//! A tick is 2²² microseconds (about four seconds). A level has 2,048 slots of ticks, so that what
//! is due within two hours is put where it stays; a slot of one level is as long as all of the
//! level below (G. Varghese and T. Lauck, 1987). What is due in the tick at hand is the business of
//! whoever asks. Nobody is ever taken out: a seat that is found in a slot in which it is not armed
//! any more is passed over, and one that is armed there but expected later is put where that is.

use std::ops::RangeInclusive;

use crate::trigger::micros::Micros;

/// How many bits of a moment are within a tick.
const TICK_BITS: u32 = 22;
/// How many bits of a tick are one level's.
const SLOT_BITS: u32 = 11;
const LEVELS: usize = 3;
const SLOTS: usize = 1 << SLOT_BITS;
/// How many words have a bit for each slot of a level.
const WORDS: usize = SLOTS / 64;

/// A moment, in ticks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Tick(u32);

impl Tick {
    /// After all others: nobody is looked at then.
    pub(super) const NEVER: Self = Self(u32::MAX);

    pub(super) fn of(moment: Micros) -> Self {
        Self(u32::try_from(moment.number() >> TICK_BITS).unwrap_or(u32::MAX))
    }

    /// The first moment of the tick.
    pub(super) fn start(self) -> Micros {
        Micros::START.plus(u64::from(self.0) << TICK_BITS)
    }
}

/// The timers of all seats.
#[derive(Clone, Debug)]
pub(super) struct Wheel {
    now: Tick,
    /// A bit for each slot that has somebody in it, one level after the other.
    occupied: Vec<u64>,
    slots: Vec<Bucket>,
    pool: Pool,
}

/// A list of seats, in pieces.
#[derive(Clone, Copy, Debug, Default)]
struct Bucket {
    /// The first piece, counted from 1.
    head: u32,
}

/// Whom the wheel has.
pub(super) trait Armed {
    /// Reaches for several seats.
    fn reach(&self, seats: &[u32]);

    /// In which tick a seat is expected, if it is armed in one of these.
    fn expected(&self, seat: u32, ticks: &RangeInclusive<Tick>) -> Option<Tick>;

    /// The seat is put there.
    fn arm(&mut self, seat: u32, tick: Tick);
}

const PIECE: usize = 62;

#[derive(Clone, Copy, Debug)]
struct Piece {
    next: u32,
    count: u32,
    seats: [u32; PIECE],
}

#[derive(Clone, Debug, Default)]
struct Pool {
    pieces: Vec<Piece>,
    /// The first piece that is free, counted from 1.
    free: u32,
}

impl Wheel {
    pub(super) fn new(now: Micros) -> Self {
        Self {
            now: Tick::of(now),
            occupied: vec![0; LEVELS * WORDS],
            slots: vec![Bucket::default(); LEVELS * SLOTS],
            pool: Pool::default(),
        }
    }

    pub(super) const fn now(&self) -> Tick {
        self.now
    }

    /// Puts a seat where it is due; `false` if that is in the tick at hand, or was before.
    pub(super) fn add(&mut self, seat: u32, tick: Tick) -> bool {
        if tick <= self.now {
            return false;
        }
        if tick == Tick::NEVER {
            return true;
        }
        let (level, slot) = self.place(tick);
        self.put(level, slot, seat);
        true
    }

    /// Whether a seat that is put where one tick is due is found for the other one, too.
    pub(super) fn same_slot(&self, one: Tick, other: Tick) -> bool {
        let is_ahead = |tick: Tick| self.now < tick && tick < Tick::NEVER;
        is_ahead(one) && is_ahead(other) && self.place(one) == self.place(other)
    }

    fn place(&self, tick: Tick) -> (usize, usize) {
        let differs = tick.0 ^ self.now.0;
        let level = (u32::BITS - 1).saturating_sub(differs.leading_zeros()) / SLOT_BITS;
        let slot = (tick.0 >> (level * SLOT_BITS)) & (SLOTS as u32 - 1);
        (level as usize, slot as usize)
    }

    fn put(&mut self, level: usize, slot: usize, seat: u32) {
        if let Some(bucket) = self.slots.get_mut(level * SLOTS + slot) {
            self.pool.push(bucket, seat);
        }
        if let Some(word) = self.occupied.get_mut(level * WORDS + slot / 64) {
            *word |= 1 << (slot % 64);
        }
    }

    /// Goes on to a tick, and tells which seats are expected on the way in `past`, and those that
    /// are expected in that tick in `present`.
    pub(super) fn advance(
        &mut self,
        to: Tick,
        armed: &mut impl Armed,
        mut past: impl FnMut(u32),
        mut present: impl FnMut(u32),
    ) {
        while self.now < to {
            let Some((level, slot, start)) = self.next() else { break };
            if start > to {
                break;
            }
            self.now = start;
            let Some(bucket) = self.slots.get_mut(level * SLOTS + slot) else { break };
            let mut rest = std::mem::take(bucket);
            if let Some(word) = self.occupied.get_mut(level * WORDS + slot / 64) {
                *word &= !(1 << (slot % 64));
            }
            let ticks = start..=Tick(start.0 | ((1 << (level as u32 * SLOT_BITS)) - 1));
            while let Some(piece) = self.pool.pop(&mut rest) {
                armed.reach(piece.seats());
                for seat in piece.seats().iter().copied() {
                    let Some(tick) = armed.expected(seat, &ticks) else { continue };
                    if tick < to {
                        past(seat);
                    } else if tick == to {
                        present(seat);
                    } else {
                        let (level, slot) = self.place(tick);
                        self.put(level, slot, seat);
                        armed.arm(seat, tick);
                    }
                }
            }
        }
        self.now = self.now.max(to);
    }

    /// The first slot with somebody in it, and when it begins.
    fn next(&self) -> Option<(usize, usize, Tick)> {
        self.occupied.chunks(WORDS).enumerate().find_map(|(level, words)| {
            let shift = level as u32 * SLOT_BITS;
            let here = (self.now.0 >> shift) as usize & (SLOTS - 1);
            let slot = first_after(words, here)?;
            let above = u64::from(self.now.0) >> (shift + SLOT_BITS) << (shift + SLOT_BITS);
            let start = above | (slot as u64) << shift;
            Some((level, slot, Tick(u32::try_from(start).ok()?)))
        })
    }
}

/// The first bit after a place that is set.
fn first_after(words: &[u64], place: usize) -> Option<usize> {
    let (first, rest) = (place / 64, u64::MAX.checked_shl(place as u32 % 64 + 1).unwrap_or(0));
    let masks = std::iter::once(rest).chain(std::iter::repeat(u64::MAX));
    let words = words.iter().enumerate().skip(first).zip(masks);
    let mut set = words.map(|((number, word), mask)| (number, word & mask));
    let (number, word) = set.find(|(_, word)| *word != 0)?;
    Some(number * 64 + word.trailing_zeros() as usize)
}

impl Piece {
    fn seats(&self) -> &[u32] {
        self.seats.get(..self.count as usize).unwrap_or(&[])
    }
}

impl Pool {
    fn push(&mut self, bucket: &mut Bucket, seat: u32) {
        let full = self.piece(bucket.head).is_none_or(|piece| piece.count as usize >= PIECE);
        if full {
            let fresh = Piece { next: bucket.head, count: 0, seats: [0; PIECE] };
            bucket.head = self.place(fresh);
        }
        if let Some(piece) = self.piece(bucket.head)
            && let Some(place) = piece.seats.get_mut(piece.count as usize)
        {
            *place = seat;
            piece.count += 1;
        }
    }

    /// Takes the first piece out of the bucket.
    fn pop(&mut self, bucket: &mut Bucket) -> Option<Piece> {
        let head = bucket.head;
        let free = self.free;
        let piece = self.piece(head)?;
        let taken = *piece;
        piece.next = free;
        self.free = head;
        bucket.head = taken.next;
        Some(taken)
    }

    fn place(&mut self, fresh: Piece) -> u32 {
        let free = self.free;
        if let Some(piece) = self.piece(free) {
            let next = piece.next;
            *piece = fresh;
            self.free = next;
            return free;
        }
        if self.pieces.len() == self.pieces.capacity() {
            // By an eighth: twice as much would be most of what the wheel takes.
            self.pieces.reserve_exact(self.pieces.len() / 8 + 16);
        }
        self.pieces.push(fresh);
        u32::try_from(self.pieces.len()).unwrap_or(0)
    }

    fn piece(&mut self, number: u32) -> Option<&mut Piece> {
        self.pieces.get_mut((number as usize).wrapping_sub(1))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    /// Where seats are armed, and when they are expected.
    #[derive(Clone, Default)]
    struct Seats(BTreeMap<u32, (Tick, Tick)>);

    impl Armed for Seats {
        fn reach(&self, _: &[u32]) {}

        fn expected(&self, seat: u32, ticks: &RangeInclusive<Tick>) -> Option<Tick> {
            let (armed, expected) = self.0.get(&seat)?;
            ticks.contains(armed).then_some(*expected)
        }

        fn arm(&mut self, seat: u32, tick: Tick) {
            self.0.entry(seat).and_modify(|(armed, _)| *armed = tick);
        }
    }

    /// Plays additions and advances on the wheel and on a plain map. Seats are expected as much
    /// later than they are armed as is said.
    fn check(steps: &[(u32, u32, u32)]) {
        let mut wheel = Wheel::new(Micros::START);
        let mut seats = Seats::default();
        for (seat, (tick, later, to)) in steps.iter().enumerate() {
            let (seat, tick) = (seat as u32, Tick(*tick));
            if wheel.add(seat, tick) {
                seats.0.insert(seat, (tick, Tick(tick.0.saturating_add(*later))));
            }
            let to = Tick(*to).max(wheel.now());
            let (mut past, mut present) = (Vec::new(), Vec::new());
            wheel.advance(to, &mut seats, |seat| past.push(seat), |seat| present.push(seat));
            past.sort_unstable();
            present.sort_unstable();
            let due = |wanted: fn(Tick, Tick) -> bool| {
                let due = seats.0.iter().filter(|(_, (_, tick))| wanted(*tick, to));
                due.map(|(seat, _)| *seat).collect::<Vec<u32>>()
            };
            assert_eq!(past, due(|tick, to| tick < to));
            assert_eq!(present, due(|tick, to| tick == to));
            seats.0.retain(|_, (_, tick)| *tick > to);
        }
    }

    proptest! {
        #[test]
        fn everybody_is_found_when_due_however_far_that_is(
            steps in prop::collection::vec(
                (any::<[u32; 3]>(), [0_u32..32, 0..33, 0..32]),
                1..60,
            ),
        ) {
            let shifted = |([tick, later, to], [a, b, c]): ([u32; 3], [u32; 3])| {
                (tick >> a, later.checked_shr(b).unwrap_or(0), to >> c)
            };
            let steps: Vec<_> = steps.into_iter().map(shifted).collect();
            check(&steps);
        }
    }

    #[test]
    fn the_ends_of_time_are_ticks_like_others() {
        let on_time = |steps: &[(u32, u32)]| -> Vec<_> {
            steps.iter().map(|(tick, to)| (*tick, 0, *to)).collect()
        };
        check(&on_time(&[(0, 0), (1, 1), (u32::MAX - 1, 2), (63, 63), (64, u32::MAX - 1)]));
        let around = [(4_095, 0), (4_096, 4_094), (4_097, 4_095), (1 << 30, 4_096), (5, 1 << 30)];
        check(&on_time(&around));
    }
}
