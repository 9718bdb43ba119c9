//! The least that following events takes: what the machine is measured against.
//!
//! It knows the silences and sessions of carts and views and nothing else. Of each customer there
//! is one record in one line of memory. No event is kept, so none may be late or void or come
//! twice, and nothing can be stored, taken back or explained.

use chrono::{DateTime, Utc};
use loyalty::event::{Event, EventKind};
use loyalty::id::CustomerId;
use prefetch_index::prefetch_index;

const SILENCE: i64 = 3_600_000_000;
const GAP: i64 = 1_800_000_000;
/// How many microseconds are a tick of the wheel, as a power of two.
const TICK_BITS: u32 = 22;
const SLOTS: usize = 2_048;
const TOGETHER: usize = 32;
const NOBODY: u32 = u32::MAX;

/// What is known of a customer: of carts, then of views.
#[repr(align(64))]
struct Record {
    key: u128,
    began: [i64; 2],
    last: [i64; 2],
    /// Which silences are open, two bits, and which sessions, two more.
    open: u8,
    armed: u32,
}

/// What is told, in as much memory as a firing of the machine: whose, when and the rest.
pub type Told = (CustomerId, [DateTime<Utc>; 3], [u64; 9]);

pub struct Bare {
    /// Which silences and sessions are followed.
    followed: u8,
    index: Vec<u32>,
    records: Vec<Record>,
    slots: Vec<Vec<u32>>,
    tick: u32,
    /// Who is due within the tick, the first one last.
    due: Vec<(i64, u32)>,
}

impl Record {
    /// All ends that are open, with their bits.
    fn ends(&self) -> impl Iterator<Item = (u8, usize, i64)> {
        let ends = (0..2).flat_map(|kind| {
            let last = self.last[kind];
            [(1 << kind, kind, last + SILENCE), (4 << kind, kind, last + GAP)]
        });
        ends.filter(|(bit, ..)| self.open & bit != 0)
    }

    fn next(&self) -> Option<i64> {
        self.ends().map(|(.., at)| at).min()
    }

    fn name(&self) -> CustomerId {
        let (bytes, zeros) = (self.key.to_le_bytes(), self.key.leading_zeros() / 8);
        let name = str::from_utf8(&bytes[..bytes.len() - zeros as usize]).expect("a name");
        name.parse().expect("an id")
    }
}

impl Bare {
    pub fn new(customers: usize, start: DateTime<Utc>) -> Self {
        Self {
            followed: u8::MAX,
            index: vec![NOBODY; (2 * customers).next_power_of_two()],
            records: Vec::new(),
            slots: vec![Vec::new(); SLOTS],
            tick: tick(start.timestamp_micros()),
            due: Vec::new(),
        }
    }

    /// The same, for nothing but silences after carts.
    pub fn of_carts(self) -> Self {
        Self { followed: 1, ..self }
    }

    pub fn observe_all(&mut self, events: &[Event], told: &mut Vec<Told>) {
        for some in events.chunks(TOGETHER) {
            let keys = some.iter().map(|event| key(event.customer.as_str()));
            let keys: Vec<(u128, usize)> =
                keys.map(|key| (key, hash(key) & (self.index.len() - 1))).collect();
            keys.iter().for_each(|(_, home)| prefetch_index(&self.index, *home));
            for (_, home) in &keys {
                prefetch_index(&self.records, self.index[*home] as usize);
            }
            for (_, customer) in self.due.iter().rev().take(TOGETHER) {
                prefetch_index(&self.records, *customer as usize);
            }
            for (event, (key, home)) in some.iter().zip(keys) {
                self.observe(event, key, home, told);
            }
        }
    }

    fn observe(&mut self, event: &Event, key: u128, mut place: usize, told: &mut Vec<Told>) {
        let kind = match event.kind {
            EventKind::CartUpdated(_) => 0,
            EventKind::View(_) => 1,
            _ => return,
        };
        while self.index[place] != NOBODY && self.records[self.index[place] as usize].key != key {
            place = (place + 1) & (self.index.len() - 1);
        }
        if self.index[place] == NOBODY {
            self.index[place] = self.records.len() as u32;
            self.records.push(Record { key, began: [0; 2], last: [0; 2], open: 0, armed: 0 });
        }
        let (customer, now) = (self.index[place], event.at.timestamp_micros());
        let record = &mut self.records[customer as usize];
        if record.open & 4 << kind == 0 {
            record.began[kind] = now;
        }
        record.last[kind] = now;
        record.open |= (5 << kind) & self.followed;
        self.arm(customer);
        self.pass(event.at, told);
    }

    fn arm(&mut self, customer: u32) {
        let record = &mut self.records[customer as usize];
        let Some(next) = record.next() else { return };
        let then = tick(next);
        if then <= self.tick {
            let place = self.due.partition_point(|one| *one > (next, customer));
            self.due.insert(place, (next, customer));
        } else if record.armed <= self.tick || then < record.armed {
            record.armed = then;
            self.slots[then as usize % SLOTS].push(customer);
        }
    }

    pub fn pass(&mut self, now: DateTime<Utc>, told: &mut Vec<Told>) {
        let now = now.timestamp_micros();
        while self.tick < tick(now) {
            self.tick += 1;
            let slot = std::mem::take(&mut self.slots[self.tick as usize % SLOTS]);
            for some in slot.chunks(TOGETHER) {
                some.iter().for_each(|one| prefetch_index(&self.records, *one as usize));
                for customer in some {
                    let record = &self.records[*customer as usize];
                    match record.next().filter(|_| record.armed == self.tick) {
                        Some(next) if tick(next) <= self.tick => self.due.push((next, *customer)),
                        Some(_) => self.arm(*customer),
                        None => {}
                    }
                }
            }
            self.due.sort_unstable_by(|one, other| other.cmp(one));
        }
        while let Some((_, customer)) = self.due.pop_if(|(at, _)| *at <= now) {
            let record = &mut self.records[customer as usize];
            let mut over = 0;
            for (bit, kind, at) in record.ends().filter(|(.., at)| *at <= now) {
                over |= bit;
                let times = [at, record.began[kind], record.last[kind]];
                let at = times.map(|at| DateTime::from_timestamp_micros(at).expect("an instant"));
                told.push((record.name(), at, [customer.into(); 9]));
            }
            record.open &= !over;
            self.arm(customer);
        }
    }
}

fn tick(at: i64) -> u32 {
    (at >> TICK_BITS) as u32
}

/// An id of up to 16 bytes.
fn key(id: &str) -> u128 {
    let mut bytes = [0; 16];
    bytes[..id.len()].copy_from_slice(id.as_bytes());
    u128::from_le_bytes(bytes)
}

fn hash(key: u128) -> usize {
    let folded = |product: u128| product as u64 ^ (product >> 64) as u64;
    let mixed = folded(
        u128::from(key as u64 ^ 0x9e37_79b9_7f4a_7c15)
            * u128::from((key >> 64) as u64 ^ 0xbf58_476d_1ce4_e5b9),
    );
    folded(u128::from(mixed) * 0x94d0_49bb_1331_11eb) as usize
}
