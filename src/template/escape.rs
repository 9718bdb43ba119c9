//! What of a value's text is printed, and how, so that it stays a text wherever it stands.

use std::borrow::Cow;
use std::fmt::{self, Write};

/// What becomes of a character of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    Stays,
    /// It breaks lines.
    Breaks,
    /// It is not seen, and could mislead.
    Goes,
}

pub(super) fn fate(character: char) -> Fate {
    match character {
        '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Fate::Breaks,
        '\t' => Fate::Stays,
        // Words and emoji need joiners, selectors, marks of direction and fillers of syllables.
        '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180b}'..='\u{180d}' | '\u{180f}' => {
            Fate::Stays
        }
        '\u{200c}'..='\u{200f}' | '\u{fe00}'..='\u{fe0f}' => Fate::Stays,
        // The others without width: overrides of the direction of writing, tags and selectors that
        // can spell a second text that nobody sees, and the like.
        '\u{fff9}'..='\u{fffb}' => Fate::Goes,
        _ if ignorable(character) => Fate::Goes,
        _ if character.is_control() || u32::from(character) & 0xFFFE == 0xFFFE => Fate::Goes,
        _ => Fate::Stays,
    }
}

/// Whether nothing is seen of the character by itself: Default_Ignorable_Code_Point of Unicode
/// (`DerivedCoreProperties.txt`).
const fn ignorable(character: char) -> bool {
    matches!(
        character,
        '\u{ad}'
            | '\u{34f}'
            | '\u{61c}'
            | '\u{115f}'..='\u{1160}'
            | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}'
            | '\u{ffa0}'
            | '\u{fff0}'..='\u{fff8}'
            | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}'
            | '\u{e0000}'..='\u{e0fff}'
    )
}

/// Whether anything of a value would be seen; U+2800 is a cell of Braille without dots.
pub(super) fn visible(text: &str) -> bool {
    let blank = |next: char| next.is_whitespace() || next == '\u{2800}' || ignorable(next);
    text.chars().any(|next| !blank(next) && fate(next) == Fate::Stays)
}

/// Plain text on one line or more: tabs and what breaks lines become spaces.
pub(super) fn plain(text: &str, to: &mut impl Write) -> fmt::Result {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return to.write_str(text);
    }
    text.chars().try_for_each(|character| match fate(character) {
        Fate::Stays => to.write_char(untabbed(character)),
        Fate::Breaks => to.write_char(' '),
        Fate::Goes => Ok(()),
    })
}

/// The character, or a space for a tab.
pub(super) const fn untabbed(character: char) -> char {
    if character == '\t' { ' ' } else { character }
}

/// Plain text in which what formats are written with and quotes are in the alphabet of text
/// messages.
pub(super) fn sms(text: &str, to: &mut impl Write) -> fmt::Result {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return to.write_str(text);
    }
    text.chars().try_for_each(|character| match fate(character) {
        Fate::Stays => match character {
            '…' => to.write_str("..."),
            '‘' | '’' | '‚' | '‛' | '‹' | '›' => to.write_char('\''),
            '“' | '”' | '„' | '‟' | '«' | '»' => to.write_char('"'),
            _ => to.write_char(in_sms(character)),
        },
        Fate::Breaks => to.write_char(' '),
        Fate::Goes => Ok(()),
    })
}

/// The space or minus sign that stands for one in a text message.
pub(super) const fn in_sms(character: char) -> char {
    match character {
        '\t' | '\u{a0}' | '\u{2009}' | '\u{202f}' => ' ',
        '\u{2212}' => '-',
        _ => character,
    }
}

/// Text between tags or in a quoted attribute.
pub(super) fn html(text: &str, to: &mut impl Write) -> fmt::Result {
    let safe = |byte: u8| matches!(byte, b' '..=b'~') && !b"&<>\"'`".contains(&byte);
    if text.bytes().all(safe) {
        return to.write_str(text);
    }
    text.chars().try_for_each(|character| match (character, fate(character)) {
        (_, Fate::Goes) => Ok(()),
        (_, Fate::Breaks) | ('\t', _) => to.write_char(' '),
        ('&', _) => to.write_str("&amp;"),
        ('<', _) => to.write_str("&lt;"),
        ('>', _) => to.write_str("&gt;"),
        ('"', _) => to.write_str("&quot;"),
        ('\'', _) => to.write_str("&#39;"),
        ('`', _) => to.write_str("&#96;"),
        _ => to.write_char(character),
    })
}

/// Schemes of links that a value may be.
const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];

/// The link, if it is one with a safe scheme and without what ends or hides a link.
pub(super) fn link(text: &str) -> Option<&str> {
    let text = text.trim();
    let known = SCHEMES.iter().any(|scheme| {
        let start = text.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme)) && text.len() > scheme.len()
    });
    let odd = |character: char| {
        fate(character) != Fate::Stays
            || character.is_whitespace()
            || matches!(character, '"' | '\'' | '<' | '>' | '\\' | '`' | '{' | '}' | '|' | '^')
    };
    (known && !text.contains(odd)).then_some(text)
}

/// A part of a link's path or query: everything but unreserved characters (RFC 3986) is encoded.
pub(super) fn link_part(text: &str) -> Cow<'_, str> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if text.bytes().all(plain) {
        return Cow::Borrowed(text);
    }
    let digit = |value: u8| char::from_digit(value.into(), 16).unwrap_or('0').to_ascii_uppercase();
    let mut encoded = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        if plain(byte) {
            encoded.push(byte.into());
        } else {
            encoded.extend(['%', digit(byte >> 4), digit(byte & 15)]);
        }
    }
    Cow::Owned(encoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `DerivedCoreProperties.txt` of Unicode 14 counts 4174 code points.
    #[test]
    fn as_many_characters_are_ignorable_as_unicode_counts() {
        assert_eq!(('\0'..=char::MAX).filter(|character| ignorable(*character)).count(), 4_174);
    }
}
