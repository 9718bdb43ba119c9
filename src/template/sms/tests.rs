use proptest::prelude::*;
use serde::Deserialize;

use super::*;

/// What Twilio's calculator says; see `tests/data/template/sms.mjs`.
const TWILIO: &str = include_str!("../../../tests/data/template/sms.json");

#[derive(Deserialize)]
struct Case {
    text: String,
    encoding: SmsEncoding,
    units: u32,
    segments: u32,
}

#[test]
fn segments_are_those_of_twilio() {
    let cases: Vec<Case> = serde_json::from_str(TWILIO).unwrap();
    assert!(cases.len() > 100);
    for Case { text, encoding, units, segments } in cases {
        let count = SmsCount::of(&text);
        let ours = (count.encoding, count.units, count.segments);
        assert_eq!(ours, (encoding, units, segments), "{text}");
        assert_eq!(count.outside.is_some(), encoding == SmsEncoding::Ucs2, "{text}");
    }
}

/// 3GPP TS 23.038, table 6.2.1.1, in the order of its codes but without the escape, and 6.2.1.1's
/// extension.
#[test]
fn the_alphabet_is_that_of_gsm() {
    let table = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJ\
        KLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    assert_eq!(table.chars().count(), 127);
    let extension = "\u{c}^{}\\[~]|€";
    for code in 0..=0x10FFFF_u32 {
        let Some(character) = char::from_u32(code) else { continue };
        let expected = match (table.contains(character), extension.contains(character)) {
            (true, _) => Some(1),
            (_, true) => Some(2),
            _ => None,
        };
        assert_eq!(septets(character), expected, "{character:?}");
    }
}

/// Fills segments one after the other, cut at the latest place that parts no character.
fn filled(lengths: &[u32], single: u32, each: u32) -> u32 {
    let total: u32 = lengths.iter().sum();
    if total <= single {
        return u32::from(total > 0);
    }
    let mut rest = lengths;
    let mut segments = 0;
    while !rest.is_empty() {
        let taken = (1..=rest.len()).rev().find(|count| rest[..*count].iter().sum::<u32>() <= each);
        rest = &rest[taken.unwrap()..];
        segments += 1;
    }
    segments
}

proptest! {
    #[test]
    fn segments_are_filled_and_part_no_character(text in "([a-d€]{0,200}|[жa👍]{0,150}){0,3}") {
        let count = SmsCount::of(&text);
        let (lengths, single, each): (Vec<u32>, _, _) = match count.encoding {
            SmsEncoding::Gsm7 => {
                (text.chars().map(|next| if next == '€' { 2 } else { 1 }).collect(), 160, 153)
            }
            SmsEncoding::Ucs2 => {
                let units = |next: char| u32::try_from(next.len_utf16()).unwrap();
                (text.chars().map(units).collect(), 70, 67)
            }
        };
        prop_assert_eq!(count.units, lengths.iter().sum::<u32>());
        prop_assert_eq!(count.segments, filled(&lengths, single, each));
        prop_assert_eq!(count.outside, text.chars().find(|next| "ж👍".contains(*next)));
    }
}
