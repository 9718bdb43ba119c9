//! Sets of positions as words of 64 bits.

/// How many words so many positions take.
pub(super) const fn width(positions: usize) -> usize {
    positions.div_ceil(64)
}

/// The words with the first `positions` bits set.
pub(super) fn full(positions: usize) -> Vec<u64> {
    let mut words = vec![u64::MAX; width(positions)];
    let spare = words.len() * 64 - positions;
    if let Some(last) = words.last_mut() {
        *last >>= spare;
    }
    words
}

/// Keeps what is also in `row`.
pub(super) fn keep(words: &mut [u64], row: &[u64]) {
    for (word, row) in words.iter_mut().zip(row) {
        *word &= row;
    }
}

/// Adds what is in `row`.
pub(super) fn add(words: &mut [u64], row: &[u64]) {
    for (word, row) in words.iter_mut().zip(row) {
        *word |= row;
    }
}

/// Takes away what is in `row`.
pub(super) fn remove(words: &mut [u64], row: &[u64]) {
    for (word, row) in words.iter_mut().zip(row) {
        *word &= !row;
    }
}

/// Makes `words` a copy of `row`, without allocation once it was as long.
pub(super) fn copy(words: &mut Vec<u64>, row: &[u64]) {
    words.clear();
    words.extend_from_slice(row);
}

/// Makes `words` so many words of no positions.
pub(super) fn empty(words: &mut Vec<u64>, width: usize) {
    words.clear();
    words.resize(width, 0);
}

/// Keeps only the first `positions`.
pub(super) fn shorten(words: &mut Vec<u64>, positions: usize) {
    words.truncate(width(positions));
    cut(words, positions);
}

/// Keeps only the first `positions` of words that have no more than they take.
pub(super) fn cut(words: &mut [u64], positions: usize) {
    let spare = (words.len() * 64).saturating_sub(positions);
    if let Some(last) = words.last_mut() {
        *last = *last << spare >> spare;
    }
}

pub(super) fn insert(words: &mut [u64], position: usize) {
    if let Some(word) = words.get_mut(position / 64) {
        *word |= 1 << (position % 64);
    }
}

pub(super) fn delete(words: &mut [u64], position: usize) {
    if let Some(word) = words.get_mut(position / 64) {
        *word &= !(1 << (position % 64));
    }
}

pub(super) fn contains(words: &[u64], position: usize) -> bool {
    words.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
}

/// The positions in ascending order.
pub(super) fn positions(words: &[u64]) -> impl Iterator<Item = usize> {
    words.iter().enumerate().flat_map(|(index, word)| Ones(*word).map(move |bit| index * 64 + bit))
}

/// The places of the bits that are set, from the lowest on.
pub(super) struct Ones(pub(super) u64);

impl Iterator for Ones {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        if self.0 == 0 {
            return None;
        }
        let bit = self.0.trailing_zeros() as usize;
        self.0 &= self.0 - 1;
        Some(bit)
    }
}
