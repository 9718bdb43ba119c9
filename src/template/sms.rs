//! Into how many segments a text message falls.

use serde::{Deserialize, Serialize};

/// In which alphabet a text message is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmsEncoding {
    /// The default alphabet of GSM 03.38 (3GPP TS 23.038) with its extension: septets.
    Gsm7,
    /// UCS-2, in fact UTF-16: units of two bytes.
    Ucs2,
}

/// What a text message costs.
///
/// A message is sent in the alphabet of GSM as soon as all of its characters are there, and in
/// UCS-2 otherwise. A message of one segment has 160 septets or 70 units; if it is longer, each
/// segment gives room to a header and has 153 or 67. Characters of two units (the extension of the
/// alphabet, such as `€` or `[`, and surrogate pairs, such as emoji) are never parted.
///
/// ```
/// use loyalty::template::{SmsCount, SmsEncoding};
///
/// let count = SmsCount::of("Hi Anna, 5 € off until Sunday");
/// assert_eq!((count.encoding, count.units, count.segments), (SmsEncoding::Gsm7, 30, 1));
/// let count = SmsCount::of("Hi Zoë, 5 € off until Sunday");
/// assert_eq!((count.encoding, count.outside), (SmsEncoding::Ucs2, Some('ë')));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SmsCount {
    /// The alphabet.
    pub encoding: SmsEncoding,
    /// How many septets or UTF-16 units the text has, without headers.
    pub units: u32,
    /// How many segments it falls into; none if the text is empty.
    pub segments: u32,
    /// The first character that is not in the alphabet of GSM, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outside: Option<char>,
}

impl SmsCount {
    /// The count of `text`.
    #[must_use]
    pub fn of(text: &str) -> Self {
        let outside = text.chars().find(|character| septets(*character).is_none());
        let (encoding, single, each) = match outside {
            None => (SmsEncoding::Gsm7, 160, 153),
            Some(_) => (SmsEncoding::Ucs2, 70, 67),
        };
        let lengths = || {
            text.chars().map(move |character| match encoding {
                SmsEncoding::Gsm7 => septets(character).unwrap_or_default(),
                SmsEncoding::Ucs2 => {
                    if u32::from(character) > 0xFFFF {
                        2
                    } else {
                        1
                    }
                }
            })
        };
        let units = lengths().fold(0_u32, u32::saturating_add);
        let segments = match units {
            0 => 0,
            units if units <= single => 1,
            _ => segments(lengths(), each),
        };
        Self { encoding, units, segments, outside }
    }
}

/// How many segments of `room` units hold characters of these lengths, none of which is parted.
fn segments(lengths: impl Iterator<Item = u32>, room: u32) -> u32 {
    let (mut segments, mut used) = (1_u32, 0);
    for length in lengths {
        if used + length > room {
            segments = segments.saturating_add(1);
            used = 0;
        }
        used += length;
    }
    segments
}

/// How many septets each character of ASCII takes; none if it is not in the alphabet of GSM.
const ASCII: [u8; 128] = {
    let mut table = [0; 128];
    let mut code = 0_u8;
    while code < 128 {
        #[expect(clippy::indexing_slicing, reason = "the code is below the length")]
        {
            table[code as usize] = match code {
                b'a'..=b'z' | b'A'..=b'Z' | b' '..=b'?' | b'\n' | b'\r' | b'@' | b'_' => 1,
                0x0C | b'^' | b'{' | b'}' | b'\\' | b'[' | b'~' | b']' | b'|' => 2,
                _ => 0,
            };
        }
        code += 1;
    }
    table
};

/// How many septets a character takes in the alphabet of GSM; none if it is not there.
pub(super) fn septets(character: char) -> Option<u32> {
    if let Some(septets) = ASCII.get(character as usize) {
        return (*septets > 0).then_some(u32::from(*septets));
    }
    match character {
        '£' | '¥' | 'è' | 'é' | 'ù' | 'ì' | 'ò' | 'Ç' | 'Ø' | 'ø' | 'Å' | 'å' | 'Δ' => {
            Some(1)
        }
        'Φ' | 'Γ' | 'Λ' | 'Ω' | 'Π' | 'Ψ' | 'Σ' | 'Θ' | 'Ξ' | 'Æ' | 'æ' | 'ß' | 'É' => {
            Some(1)
        }
        '¤' | '¡' | 'Ä' | 'Ö' | 'Ñ' | 'Ü' | '§' | '¿' | 'ä' | 'ö' | 'ñ' | 'ü' | 'à' => {
            Some(1)
        }
        '€' => Some(2),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
