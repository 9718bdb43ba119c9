//! Texts and their numbers, looked up without allocation.

use crate::rule::Text;

/// No text stands here.
const NONE: u32 = u32::MAX;

/// Texts that are numbered from 0 in their order.
#[derive(Clone, Debug)]
pub(super) struct Lookup {
    texts: Vec<Text>,
    /// For each hash, from its low bits on, the number of a text; at most half is in use.
    places: Vec<u32>,
}

impl Lookup {
    /// Numbers `texts`, which are distinct.
    pub(super) fn new(texts: Vec<Text>) -> Self {
        let mut lookup = Self { places: vec![NONE; (texts.len() * 2).next_power_of_two()], texts };
        for (number, text) in (0..).zip(&lookup.texts) {
            let free = probe(&lookup.places, text.as_str())
                .find(|place| lookup.places.get(*place).is_none_or(|number| *number == NONE));
            if let Some(place) = free.and_then(|place| lookup.places.get_mut(place)) {
                *place = number;
            }
        }
        lookup
    }

    /// The number of `text`.
    pub(super) fn find(&self, text: &str) -> Option<usize> {
        for place in probe(&self.places, text) {
            let number = *self.places.get(place)? as usize;
            if self.texts.get(number)?.as_str() == text {
                return Some(number);
            }
        }
        None
    }

    pub(super) fn texts(&self) -> &[Text] {
        &self.texts
    }
}

/// The places at which a text may stand, in the order in which they are looked at.
fn probe(places: &[u32], text: &str) -> impl Iterator<Item = usize> {
    let mask = places.len() - 1;
    let start = hash(text.as_bytes()) as usize;
    (0..places.len()).map(move |step| start.wrapping_add(step) & mask)
}

/// A multiply and a rotation for every 8 bytes, and for the rest with the length.
fn hash(bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let mix = |hash: u64, word: u64| (hash.rotate_left(29) ^ word).wrapping_mul(FACTOR);
    let (words, rest) = bytes.as_chunks::<8>();
    let hash =
        words.iter().fold(bytes.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    let rest = rest.iter().fold(0, |word, byte| word << 8 | u64::from(*byte));
    let hash = mix(hash, rest);
    hash ^ hash >> 32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_text_has_its_number_and_others_have_none() {
        for count in [0, 1, 2, 3, 100, 1_000] {
            let texts: Vec<Text> =
                (0..count).map(|n: u32| Text::from(n.pow(2).to_string())).collect();
            let lookup = Lookup::new(texts.clone());
            for (number, text) in texts.iter().enumerate() {
                assert_eq!(lookup.find(text.as_str()), Some(number));
                assert_eq!(lookup.find(&format!("{text} or a longer text")), None);
            }
            assert_eq!(lookup.find(""), None);
        }
    }
}
