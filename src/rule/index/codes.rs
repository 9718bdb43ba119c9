//! The place at which each of many rules was stopped, as a number of which every bit of all rules
//! stands together.

use std::sync::Arc;

use super::bits::{self, Ones};
use super::obstacles::Obstacle;
use super::table::Table;
use crate::rule::Truth;

/// The places at which rules are stopped, in their order: the tables, and behind them the rest.
///
/// The code of a place differs in one bit from that of the next (F. Gray, US patent 2,632,058,
/// 1953), so that one "exclusive or" for each place tells where a rule failed first. No place has
/// the code 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    count: usize,
    /// For each code the obstacle; those that fail have one bit more.
    obstacles: Arc<[Option<Obstacle>]>,
}

/// For each of many rules the code of the place at which it was stopped, and whether it failed.
#[derive(Clone, Debug, Default)]
pub(super) struct Codes {
    places: Places,
    /// For each bit the words of all rules: where they failed.
    failed: Vec<u64>,
    /// Where they became unknown.
    unknown: Vec<u64>,
    /// How many words there are for a bit.
    width: usize,
}

impl Places {
    pub(super) fn new(tables: &[Table]) -> Self {
        let slots = tables.iter().map(|table| Some(table.slot)).chain([None]);
        let mut places = Self { count: tables.len() + 1, obstacles: Arc::default() };
        let mut obstacles = vec![None; 2 << places.bits()];
        for (place, slot) in slots.enumerate() {
            for (truth, mark) in [(Truth::Unknown, 0), (Truth::Fail, 1 << places.bits())] {
                if let Some(obstacle) = obstacles.get_mut(places.code(place) | mark) {
                    *obstacle = Some(Obstacle { truth, slot });
                }
            }
        }
        places.obstacles = obstacles.into();
        places
    }

    const fn code(&self, place: usize) -> usize {
        place ^ place >> 1 ^ self.count ^ self.count >> 1
    }

    /// How many bits a code has.
    const fn bits(&self) -> usize {
        (usize::BITS - self.count.leading_zeros()) as usize
    }
}

impl Codes {
    /// Begins with so many rules, none of which was stopped.
    pub(super) fn begin(&mut self, places: &Places, rules: usize) {
        self.places.clone_from(places);
        self.width = bits::width(rules);
        bits::empty(&mut self.failed, (places.bits() + 1) * self.width);
        bits::empty(&mut self.unknown, places.bits() * self.width);
    }

    /// Goes on from a place; `failed` are the rules that fail up to there.
    pub(super) fn pass(&mut self, place: usize, failed: &[u64]) {
        let start = (place + 1).trailing_zeros() as usize * self.width;
        let plane = self.failed.get_mut(start..start + self.width).unwrap_or_default();
        for (word, failed) in plane.iter_mut().zip(failed) {
            *word ^= failed;
        }
    }

    /// Notes that the rules of a word become unknown at a place.
    pub(super) fn unknown(&mut self, place: usize, index: usize, rules: u64) {
        if index < self.width {
            for bit in Ones(self.places.code(place) as u64) {
                let word = self.unknown.get_mut(bit * self.width + index);
                word.into_iter().for_each(|word| *word |= rules);
            }
        }
    }

    /// Ends with the rules that failed among those that were asked for.
    pub(super) fn end(&mut self, failed: &[u64], asked: &[u64]) {
        let size = self.places.bits() * self.width;
        let (codes, marks) = self.failed.split_at_mut_checked(size).unwrap_or_default();
        let codes = codes.chunks_exact_mut(self.width.max(1));
        for (codes, unknown) in codes.zip(self.unknown.chunks_exact(self.width.max(1))) {
            let known = failed.iter().zip(asked);
            for ((code, unknown), (failed, asked)) in codes.iter_mut().zip(unknown).zip(known) {
                *code = (*code | unknown & !failed) & asked;
            }
        }
        for (mark, (failed, asked)) in marks.iter_mut().zip(failed.iter().zip(asked)) {
            *mark = failed & asked;
        }
    }

    /// What stopped the rule at a position.
    pub(super) fn of(&self, position: usize) -> Option<Obstacle> {
        let planes = self.failed.chunks_exact(self.width.max(1)).enumerate();
        let code = planes.map(|(bit, row)| usize::from(bits::contains(row, position)) << bit);
        self.obstacle(code.sum())
    }

    /// What stopped each of the 64 rules of a word.
    pub(super) fn word(&self, index: usize) -> impl Iterator<Item = Option<Obstacle>> {
        let mut codes = [0_u32; 64];
        let width = self.width.max(1);
        for (planes, shift) in self.failed.chunks(width * 8).zip((0..).step_by(8)) {
            let words = planes.chunks_exact(width).filter_map(|plane| plane.get(index));
            for (code, byte) in codes.iter_mut().zip(turned(words).as_flattened()) {
                *code |= u32::from(*byte) << shift;
            }
        }
        codes.into_iter().map(|code| self.obstacle(code as usize))
    }

    fn obstacle(&self, code: usize) -> Option<Obstacle> {
        self.places.obstacles.get(code).copied().flatten()
    }
}

/// For each of 64 places a byte that has its bits of the first 8 words.
///
/// First the bytes change places, then the bits within each 8 bytes (H. S. Warren, *Hacker's
/// Delight*, 2nd ed., 2012, § 7–3).
fn turned<'a>(words: impl Iterator<Item = &'a u64>) -> [[u8; 8]; 8] {
    let mut square = [0; 8];
    square.iter_mut().zip(words).for_each(|(place, word)| *place = *word);
    for (half, mask) in [(4, 0xffff_ffff), (2, 0xffff_0000_ffff), (1, 0xff_00ff_00ff_00ff)] {
        for rows in square.chunks_exact_mut(half * 2) {
            let (upper, lower) = rows.split_at_mut(half);
            for (upper, lower) in upper.iter_mut().zip(lower) {
                let other = (*upper >> (half * 8) ^ *lower) & mask;
                *lower ^= other;
                *upper ^= other << (half * 8);
            }
        }
    }
    let steps = [(7, 0x00aa_00aa_00aa_00aa), (14, 0xcccc_0000_cccc), (28, 0xf0f0_f0f0)];
    square.map(|word: u64| {
        let swap = |word: u64, (shift, mask): (u32, u64)| {
            let other = (word ^ word >> shift) & mask;
            word ^ other ^ other << shift
        };
        steps.into_iter().fold(word, swap).to_le_bytes()
    })
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    #[test]
    fn words_that_are_turned_have_each_bit_at_its_place() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        for count in 0..=8 {
            let words: Vec<u64> = (0..count).map(|_| rng.random()).collect();
            let expected: Vec<u8> = (0..64)
                .map(|place| (0..count).map(|bit| ((words[bit] >> place & 1) as u8) << bit).sum())
                .collect();
            assert_eq!(turned(words.iter()).as_flattened(), expected);
        }
    }

    #[test]
    fn the_codes_of_neighbors_differ_in_the_bit_that_is_turned_between_them() {
        for count in 1..2_000 {
            let places = Places { count, obstacles: Arc::default() };
            for place in 0..count {
                let code = places.code(place);
                assert!(code > 0 && code < 1 << places.bits());
                let bit = (place + 1).trailing_zeros();
                assert_eq!(code ^ places.code(place + 1), 1 << bit);
            }
        }
    }
}
