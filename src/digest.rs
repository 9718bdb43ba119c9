//! Content hashes: the name of a record that follows from what is in it.

use std::fmt;
use std::io;

use hmac_sha256::Hash;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use thiserror::Error;

/// The SHA-256 (FIPS 180-4) of a value's JSON without white space, fields in the order of their
/// declaration and maps in the order of their keys.
///
/// In JSON it is 64 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

/// The text is no digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a digest is 64 hexadecimal digits in lower case")]
pub struct NoDigest;

impl Digest {
    /// The digest of `value`.
    ///
    /// A value that cannot be written as JSON, such as a map whose keys are no texts, has the
    /// digest of what can be written before the place where that shows.
    #[must_use]
    pub fn of(value: &impl Serialize) -> Self {
        let mut hasher = Hasher { hash: Hash::new(), text: Vec::with_capacity(2 * PIECE) };
        let written = serde_json::to_writer(&mut hasher, value);
        hasher.hash.update(&hasher.text);
        if written.is_err() {
            hasher.hash.update(b"\0");
        }
        Self(hasher.hash.finalize())
    }

    /// The digest of which these are the bytes.
    pub(crate) const fn of_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Its 32 bytes.
    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Its text, in what `place` is for.
    fn text<'a>(&self, place: &'a mut [u8; 64]) -> &'a str {
        let digit = |value: u8| if value < 10 { b'0' + value } else { b'a' + value - 10 };
        for (pair, byte) in place.chunks_exact_mut(2).zip(self.0) {
            if let [high, low] = pair {
                (*high, *low) = (digit(byte >> 4), digit(byte & 15));
            }
        }
        std::str::from_utf8(place).unwrap_or_default()
    }
}

/// JSON is written in very small parts, and hashed in pieces of at least so many bytes.
const PIECE: usize = 1_024;

struct Hasher {
    hash: Hash,
    /// What is written and not hashed yet.
    text: Vec<u8>,
}

impl io::Write for Hasher {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.text.extend_from_slice(bytes);
        if self.text.len() >= PIECE {
            self.hash.update(&self.text);
            self.text.clear();
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text(&mut [0; 64]))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({self})")
    }
}

impl std::str::FromStr for Digest {
    type Err = NoDigest;

    fn from_str(text: &str) -> Result<Self, NoDigest> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Ok(byte - b'0'),
            b'a'..=b'f' => Ok(byte - b'a' + 10),
            _ => Err(NoDigest),
        };
        let mut bytes = [0; 32];
        let pairs = text.as_bytes().chunks_exact(2);
        if text.len() != 64 {
            return Err(NoDigest);
        }
        for (byte, pair) in bytes.iter_mut().zip(pairs) {
            let [high, low] = pair else { return Err(NoDigest) };
            *byte = digit(*high)? * 16 + digit(*low)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.text(&mut [0; 64]))
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        SmolStr::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_sha_256_of_the_json() {
        // printf '"abc"' | sha256sum
        let known = "6cc43f858fbb763301637b5af970e2a46b46f461f27e5a0f41e009c59b827b25";
        assert_eq!(Digest::of(&"abc").to_string(), known);
        assert_eq!(known.parse(), Ok(Digest::of(&"abc")));
        for text in ["", "6cc4", &known.to_uppercase(), &known.replace('6', "g")] {
            assert_eq!(text.parse::<Digest>(), Err(NoDigest), "{text}");
        }
    }
}
