//! Rules of which all that the tables do not tell is that so many of their parts hold.

use super::bits;
use super::conjunct::{Choice, Entry, Rest};

/// The choices of many rules and parts, close together.
#[derive(Clone, Debug)]
pub(super) struct Choices {
    /// For each 64 positions which of them have something besides the tables, and how many there
    /// are before.
    words: Vec<(u64, usize)>,
    /// In the order of the positions; nothing where there is more than one choice.
    list: Vec<Option<Choice>>,
}

impl Choices {
    pub(super) fn new(entries: &[Entry]) -> Self {
        let mut words = Vec::with_capacity(bits::width(entries.len()));
        let mut list = Vec::new();
        for entries in entries.chunks(64) {
            let before = list.len();
            let mut word = [0];
            for (bit, entry) in entries.iter().enumerate() {
                if !entry.rest.is_empty() {
                    bits::insert(&mut word, bit);
                    list.push(match &entry.rest[..] {
                        [Rest::Parts(choice)] => Some(choice.clone()),
                        _ => None,
                    });
                }
            }
            let [word] = word;
            words.push((word, before));
        }
        Self { words, list }
    }

    /// The choice of the rule or part at a position.
    pub(super) fn at(&self, position: usize) -> Option<&Choice> {
        let (word, before) = self.words.get(position / 64)?;
        let bit = 1 << (position % 64);
        if word & bit == 0 {
            return None;
        }
        self.list.get(before + (word & (bit - 1)).count_ones() as usize)?.as_ref()
    }
}
