//! Texts that are no documents, and documents with a few bytes changed.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::Config;

use crate::documents::document;
use crate::doors::{Answer, Door};

/// The problem names its place and is told in a line or so.
pub fn assert_clear(answer: &Answer) -> Result<(), TestCaseError> {
    let told = answer.told();
    match answer {
        Answer::Taken => {}
        Answer::Unreadable(_) => {
            prop_assert!(told.starts_with('`') && told.contains("`: "), "no place: {told}");
            prop_assert!(told.len() <= 1_000, "{} bytes: {told}", told.len());
        }
        Answer::Refused(_) => prop_assert!(told.starts_with('`'), "no place: {told}"),
    }
    Ok(())
}

fn door() -> impl Strategy<Value = Door> {
    select(Door::ALL.to_vec())
}

/// Pieces of JSON in any order, which get further than bytes do.
fn pieces() -> impl Strategy<Value = String> {
    let pieces = [
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"id\"",
        "\"kind\"",
        "\"at\"",
        "\"all\"",
        "\"field\"",
        "\"\"",
        "null",
        "true",
        "0",
        "-1",
        "1e999",
        "\"purchase\"",
        "\"2024-01-01T00:00:00Z\"",
        "\\",
        "\u{0}",
    ];
    vec(select(pieces.to_vec()), 0..40).prop_map(|pieces| pieces.concat())
}

#[derive(Clone, Debug)]
enum Edit {
    Flip(Index, u8),
    Insert(Index, u8),
    Delete(Index),
    Double(Index, Index),
}

fn edit() -> impl Strategy<Value = Edit> {
    let byte = prop_oneof![any::<u8>(), select(b"{}[]\",:0-e\\".to_vec())];
    let at = any::<Index>;
    prop_oneof![
        (at(), 1..=u8::MAX).prop_map(|(at, bits)| Edit::Flip(at, bits)),
        (at(), byte).prop_map(|(at, byte)| Edit::Insert(at, byte)),
        at().prop_map(Edit::Delete),
        (at(), at()).prop_map(|(from, to)| Edit::Double(from, to)),
    ]
}

impl Edit {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let place = |at: &Index| at.index(bytes.len().max(1));
        match self {
            _ if bytes.is_empty() => {}
            Self::Flip(at, bits) => {
                let at = place(at);
                bytes[at] ^= bits;
            }
            Self::Insert(at, byte) => bytes.insert(place(at), *byte),
            Self::Delete(at) => {
                bytes.remove(place(at));
            }
            Self::Double(from, to) => {
                let (from, to) = (place(from).min(place(to)), place(from).max(place(to)));
                let part = bytes[from..to].to_vec();
                bytes.splice(to..to, part);
            }
        }
    }
}

proptest! {
    #![proptest_config(Config::with_cases(256))]

    #[test]
    fn a_document_that_nobody_spoiled_is_taken((door, document) in document()) {
        prop_assert_eq!(door.hand_in(&document.to_string()), Answer::Taken);
    }

    #[test]
    fn any_bytes_are_refused_or_do_no_harm(bytes in vec(any::<u8>(), 0..80), door in door()) {
        assert_clear(&door.hand_in(&String::from_utf8_lossy(&bytes)))?;
    }

    #[test]
    fn any_pieces_of_json_are_refused_or_do_no_harm(text in pieces(), door in door()) {
        assert_clear(&door.hand_in(&text))?;
    }

    #[test]
    fn a_document_with_changed_bytes_is_refused_or_does_no_harm(
        (door, document) in document(),
        edits in vec(edit(), 1..4),
    ) {
        let mut bytes = document.to_string().into_bytes();
        edits.iter().for_each(|edit| edit.apply(&mut bytes));
        assert_clear(&door.hand_in(&String::from_utf8_lossy(&bytes)))?;
    }

    #[test]
    fn a_document_that_is_cut_short_is_unreadable(
        (door, document) in document(),
        end: Index,
    ) {
        let text = document.to_string();
        let mut end = end.index(text.len());
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let answer = door.hand_in(&text[..end]);
        prop_assert!(matches!(answer, Answer::Unreadable(_)), "{answer:?}");
        assert_clear(&answer)?;
    }
}
