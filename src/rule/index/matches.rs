//! Which rules hold, as a set of positions.

use super::bits;
use super::scratch::Scratch;

/// A set of positions of rules: those that hold, or those that are to be looked at.
///
/// It is meant to be used again and again: once it has been as large, nothing is allocated.
///
/// ```
/// use loyalty::rule::Matches;
///
/// let valid: Matches = [2, 70].into_iter().collect();
/// assert!(valid.contains(70) && !valid.contains(3));
/// assert_eq!((valid.count(), valid.iter().collect()), (2, vec![2, 70]));
/// ```
#[derive(Clone, Debug, Default)]
pub struct Matches {
    pub(super) words: Vec<u64>,
    /// What is in here between two questions has no meaning.
    pub(super) scratch: Scratch,
}

impl Matches {
    /// No positions.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a position.
    pub fn insert(&mut self, position: usize) {
        let width = bits::width(position + 1);
        if self.words.len() < width {
            self.words.resize(width, 0);
        }
        bits::insert(&mut self.words, position);
    }

    /// Removes all positions.
    pub fn clear(&mut self) {
        self.words.clear();
    }

    /// Whether a position is in the set.
    #[must_use]
    pub fn contains(&self, position: usize) -> bool {
        bits::contains(&self.words, position)
    }

    /// How many positions there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.words.iter().map(|word| word.count_ones() as usize).sum()
    }

    /// The positions in ascending order.
    pub fn iter(&self) -> impl Iterator<Item = usize> {
        bits::positions(&self.words)
    }

    /// Takes from the first `positions` of `words` what is not in the set.
    pub(super) fn restrict(&self, words: &mut [u64], positions: usize) {
        let rows = self.words.iter().copied().chain(std::iter::repeat(0));
        for ((word, row), start) in words.iter_mut().zip(rows).zip((0..positions).step_by(64)) {
            let left = positions - start;
            let beyond = if left < 64 { u64::MAX << left } else { 0 };
            *word &= row | beyond;
        }
    }

    /// The set as words: position 0 is the lowest bit of the first.
    #[must_use]
    pub fn words(&self) -> &[u64] {
        &self.words
    }
}

impl PartialEq for Matches {
    fn eq(&self, other: &Self) -> bool {
        let (short, long) = match self.words.len() <= other.words.len() {
            true => (&self.words, &other.words),
            false => (&other.words, &self.words),
        };
        let rest = long.iter().skip(short.len());
        short.iter().zip(long).all(|(left, right)| left == right) && rest.copied().all(|w| w == 0)
    }
}

impl Eq for Matches {}

impl FromIterator<usize> for Matches {
    fn from_iter<I: IntoIterator<Item = usize>>(positions: I) -> Self {
        let mut set = Self::new();
        positions.into_iter().for_each(|position| set.insert(position));
        set
    }
}
