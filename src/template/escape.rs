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
        // Overrides and isolates of the direction of writing.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => Fate::Goes,
        // Without width; joiners stay, because words and emoji need them.
        '\u{200b}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' => Fate::Goes,
        // Tags, which can spell a second text that nobody sees.
        '\u{e0000}'..='\u{e007f}' => Fate::Goes,
        _ if character.is_control() || u32::from(character) & 0xFFFE == 0xFFFE => Fate::Goes,
        _ => Fate::Stays,
    }
}

/// Whether anything of a value would be seen.
pub(super) fn visible(text: &str) -> bool {
    let seen = |next: char| !next.is_whitespace() && fate(next) == Fate::Stays;
    text.chars().any(seen)
}

/// Plain text on one line or more: what breaks lines becomes a space.
pub(super) fn plain(text: &str, to: &mut impl Write) -> fmt::Result {
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return to.write_str(text);
    }
    text.chars().try_for_each(|character| match fate(character) {
        Fate::Stays => to.write_char(character),
        Fate::Breaks => to.write_char(' '),
        Fate::Goes => Ok(()),
    })
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
            '‘' | '’' => to.write_char('\''),
            '“' | '”' => to.write_char('"'),
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
        (_, Fate::Breaks) => to.write_char(' '),
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
