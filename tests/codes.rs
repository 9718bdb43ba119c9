//! Batches of codes: the expected ones were made by a program of its own in Python, with SHA-256 of
//! `hashlib` and a ChaCha20 written from RFC 8439 and checked with the block of its section 2.3.2.

use std::collections::BTreeSet;

use loyalty::id::CouponCode;
use loyalty::offer::{CheckCharacter, CodeBatch};
use loyalty::rule::Text;
use proptest::prelude::*;

fn codes(batch: &CodeBatch) -> Vec<String> {
    batch.codes().unwrap().iter().map(ToString::to_string).collect()
}

#[test]
fn anybody_can_make_the_codes_again() {
    let batch = CodeBatch::new("a secret", 8, 5).prefixed("SPRING-");
    let expected = ["01RJ4Q5Q", "95RGZRTT", "52G5X6HS", "AC09F8AZ", "9TF45DFD"]
        .map(|code| format!("SPRING-{code}"));
    assert_eq!(codes(&batch), expected);
    let alphabet = Text::from("abcdefghijklmnopqrstuvw");
    let batch = CodeBatch { alphabet, ..CodeBatch::new("seed", 5, 3) };
    assert_eq!(codes(&batch), ["cfsqw", "lentv", "jliim"]);
}

/// Of the first hundred texts of this seed the 75th, `0621`, was there before.
#[test]
fn a_code_that_comes_again_is_skipped() {
    let alphabet = Text::from("0123456789");
    let batch = CodeBatch { alphabet, one_in: 100, ..CodeBatch::new("clash-0", 4, 100) };
    let codes = codes(&batch);
    assert_eq!((codes[74].as_str(), codes[99].as_str()), ("3165", "8478"));
    let digest = hmac_sha256::Hash::hash(codes.join("\n").as_bytes());
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(digest, "b314b769ac473ded0e661ffc706445720570f806a20f9b7490b38deebd9f5093");
}

#[test]
fn a_check_character_tells_what_is_mistyped() {
    let check = Some(CheckCharacter::LuhnModN);
    let batch = CodeBatch { check, ..CodeBatch::new("checked", 7, 3) };
    assert_eq!(codes(&batch), ["F02QKMAR", "D492Y1AW", "51GNY0D8"]);
    let has_form = |text: &str| batch.has_form(&CouponCode::new(text).unwrap());
    assert!(has_form("F02QKMAR"), "it is one of the batch");
    assert!(!has_form("F02QKMA"), "the check character is missing");
    assert!(!has_form("F02QKMARR"), "it is too long");
    assert!(!has_form("F02KQMAR"), "two characters changed places");
    for wrong in "0123456789ABCDEFGHJKMNPQRSTVWXYZ".chars().filter(|wrong| *wrong != 'Q') {
        assert!(!has_form(&format!("F02{wrong}KMAR")), "{wrong}");
    }
}

#[test]
fn a_hundred_thousand_codes_are_all_different() {
    let batch = CodeBatch::new("many", 6, 100_000);
    let codes: BTreeSet<CouponCode> = batch.codes().unwrap().into_iter().collect();
    assert_eq!(codes.len(), 100_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn a_larger_batch_begins_with_the_codes_of_the_smaller(
        (few, more) in (1..200_u32, 0..200_u32),
        seed in "[a-z]{1,8}",
        prefix in "[A-Z]{0,4}",
    ) {
        let batch = |count| CodeBatch::new(seed.as_str(), 6, count).prefixed(prefix.as_str());
        let (small, large) = (codes(&batch(few)), codes(&batch(few + more)));
        prop_assert_eq!(small.as_slice(), &large[..small.len()]);
        prop_assert_eq!(large.iter().collect::<BTreeSet<_>>().len(), large.len());
        for code in large {
            prop_assert!(batch(few).has_form(&CouponCode::new(&code).unwrap()));
        }
    }
}
