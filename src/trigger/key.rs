//! Names of events and customers in 16 bytes.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// What an id is in 16 bytes.
///
/// An id of up to 16 bytes is itself, filled up with zeros, so that keys are ordered as the ids
/// are. A longer one is a zero, which begins no id, and the first 15 bytes of its SipHash-2-4-128
/// (J.-P. Aumasson and D. J. Bernstein, 2012) with the key `00 01 … 0f`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub(super) struct Key([u8; 16]);

impl Key {
    #[inline]
    pub(super) fn of(id: &str) -> Self {
        let bytes = id.as_bytes();
        if let Some(number) = short(bytes) {
            return Self(number.to_le_bytes());
        }
        let mut key = [0; 16];
        for (place, byte) in key.iter_mut().skip(1).zip(sip_hash_128(bytes)) {
            *place = byte;
        }
        Self(key)
    }

    /// What names an occasion that a program plans for a trigger. No id has this key.
    pub(super) fn planned(trigger: &str, mark: &str) -> Self {
        Self::of(&format!("\0{trigger}\0{mark}"))
    }

    /// The id, if it is short enough to be told from the key.
    pub(super) fn id(&self) -> Option<&str> {
        let [first, ..] = self.0;
        let filled = self.number().leading_zeros() / u8::BITS;
        let (id, _) = self.0.split_at_checked(self.0.len() - filled as usize)?;
        std::str::from_utf8(id).ok().filter(|_| first != 0)
    }

    pub(super) const fn bytes(&self) -> &[u8; 16] {
        &self.0
    }

    pub(super) const fn number(self) -> u128 {
        u128::from_le_bytes(self.0)
    }
}

/// A short id stands for itself, a longer one for its 32 hexadecimal digits.
impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.id() {
            Some(id) => f.write_str(id),
            None => write!(f, "{:032x}", u128::from_be_bytes(self.0)),
        }
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({self})")
    }
}

impl Serialize for Key {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Key {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = smol_str::SmolStr::deserialize(deserializer)?;
        if text.len() <= 16 {
            return Ok(Self::of(&text));
        }
        let digits = Some(&*text).filter(|text| text.len() == 32);
        let number = digits.and_then(|digits| u128::from_str_radix(digits, 16).ok());
        let number = number.filter(|number| number >> 120 == 0);
        let no_key = || de::Error::custom("a key is an id of up to 16 bytes or 32 digits");
        number.map(|number| Self(number.to_be_bytes())).ok_or_else(no_key)
    }
}

/// Up to 16 bytes, the first one lowest; read from both ends in as few steps as there are.
fn short(bytes: &[u8]) -> Option<u128> {
    let both = |first: u64, last: u64, width: usize| {
        u128::from(first) | u128::from(last) << (8 * (bytes.len() - width))
    };
    match bytes.len() {
        0..2 => Some(bytes.first().copied().unwrap_or(0).into()),
        2..4 => {
            let (first, last) = (*bytes.first_chunk()?, *bytes.last_chunk()?);
            Some(both(u16::from_le_bytes(first).into(), u16::from_le_bytes(last).into(), 2))
        }
        4..8 => {
            let (first, last) = (*bytes.first_chunk()?, *bytes.last_chunk()?);
            Some(both(u32::from_le_bytes(first).into(), u32::from_le_bytes(last).into(), 4))
        }
        8..=16 => {
            let (first, last) = (*bytes.first_chunk()?, *bytes.last_chunk()?);
            Some(both(u64::from_le_bytes(first), u64::from_le_bytes(last), 8))
        }
        _ => None,
    }
}

fn sip_hash_128(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let (low, high) = (0x0706_0504_0302_0100_u64, 0x0f0e_0d0c_0b0a_0908_u64);
    let mut state = [
        low ^ 0x736f_6d65_7073_6575,
        high ^ 0x646f_7261_6e64_6f6d ^ 0xee,
        low ^ 0x6c79_6765_6e65_7261,
        high ^ 0x7465_6462_7974_6573,
    ];
    let (words, rest) = bytes.as_chunks::<8>();
    for word in words {
        absorb(&mut state, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    for (place, byte) in last.iter_mut().zip(rest) {
        *place = *byte;
    }
    absorb(&mut state, u64::from_le_bytes(last) | (bytes.len() as u64) << 56);
    let first = finish(&mut state, |state| state[2] ^= 0xee);
    let second = finish(&mut state, |state| state[1] ^= 0xdd);
    first.to_le_bytes().into_iter().chain(second.to_le_bytes())
}

fn absorb(state: &mut [u64; 4], word: u64) {
    state[3] ^= word;
    round(state);
    round(state);
    state[0] ^= word;
}

fn finish(state: &mut [u64; 4], mark: impl FnOnce(&mut [u64; 4])) -> u64 {
    mark(state);
    for _ in 0..4 {
        round(state);
    }
    state.iter().fold(0, |all, word| all ^ word)
}

fn round(state: &mut [u64; 4]) {
    let [mut a, mut b, mut c, mut d] = *state;
    a = a.wrapping_add(b);
    b = b.rotate_left(13) ^ a;
    a = a.rotate_left(32);
    c = c.wrapping_add(d);
    d = d.rotate_left(16) ^ c;
    a = a.wrapping_add(d);
    d = d.rotate_left(21) ^ a;
    c = c.wrapping_add(b);
    b = b.rotate_left(17) ^ c;
    c = c.rotate_left(32);
    *state = [a, b, c, d];
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_that_of_the_reference_implementation() {
        // `vectors_sip128` of github.com/veorq/SipHash, for inputs of 0, 1, 2, … bytes.
        let known = [
            "a3817f04ba25a8e66df67214c7550293",
            "da87c1d86b99af44347659119b22fc45",
            "8177228da4a45dc7fca38bdef60affe4",
        ];
        for (length, known) in known.into_iter().enumerate() {
            let input: Vec<u8> = (0..length as u8).collect();
            let hash: Vec<String> =
                sip_hash_128(&input).map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(hash.concat(), known, "of {length} bytes");
        }
    }

    #[test]
    fn short_ids_are_themselves_and_long_ones_their_hash() {
        let short = Key::of("0123456789abcdef");
        for end in 1..=16 {
            let id = &"0123456789abcdef"[..end];
            assert_eq!(Key::of(id).id(), Some(id));
        }
        assert!(Key::of("a") < Key::of("aa") && Key::of("aa") < Key::of("b"));
        let long = Key::of("0123456789abcdef0");
        assert_eq!((long.id(), long.bytes()[0]), (None, 0));
        for key in [short, long, Key::of("é")] {
            let json = serde_json::to_string(&key).unwrap();
            assert_eq!(serde_json::from_str::<Key>(&json).unwrap(), key, "{json}");
        }
    }
}
