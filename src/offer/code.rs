//! Batches of coupon codes: made from a seed, each its own, and hard to guess.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use hmac_sha256::Hash;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde::{Deserialize, Serialize};

use super::{Fault, MAX_LIST, Offer};
use crate::id::{CouponCode, MAX_BYTES, OfferId};
use crate::path::{Path, Problems};
use crate::rule::Text;

/// The most codes of a batch, and of all batches of a catalog together. Each takes 24 bytes of
/// memory, or as much more as it is longer than 23 bytes.
pub const MAX_CODES: u32 = 1_000_000;
/// The digits of Crockford's base 32: without `I`, `L`, `O` and `U`, which are misread.
pub const CROCKFORD: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// The least that [`CodeBatch::one_in`] can be.
pub const MIN_ONE_IN: u64 = 100;

/// Codes of which each customer gets one of their own.
///
/// JSON: `{"prefix": "SPRING-", "length": 8, "count": 50000, "seed": "a secret", "uses_per_code":
/// 1}`. Whoever presents any code of the batch has presented the offer's code.
///
/// # How the codes are made
/// With the key stream of ChaCha20 (RFC 8439, block counter from 0, nonce of zeros) under the key
/// that is the SHA-256 of `{prefix}:{seed}`, read as 32-bit words, little end first.
/// With an alphabet of *n* characters, a word of *n* ⌊2³² ÷ *n*⌋ or more is skipped, and of any
/// other the remainder by *n* tells the character. Each `length` characters are a code, unless it
/// was there before. So a batch of more codes begins with those of the smaller one; and whoever
/// knows the seed knows all codes.
///
/// # How hard they are to guess
/// Whoever tries a text of the right form hits a code with a chance of `count` ÷ *n*^`length`. The
/// check refuses a batch in which that is more than one in [`one_in`](Self::one_in).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct CodeBatch {
    /// What all codes begin with.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub prefix: Text,
    /// The characters of the rest, all different; [`CROCKFORD`] if not said.
    #[serde(default = "crockford", skip_serializing_if = "is_crockford")]
    pub alphabet: Text,
    /// How many characters come after the prefix.
    pub length: u32,
    /// How many codes there are.
    pub count: u32,
    /// What they are made from: a secret that nobody can guess.
    pub seed: Text,
    /// How often each code can be used by all customers together; any number of times if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uses_per_code: Option<u32>,
    /// A guess must hit a code with a chance of at most one in this.
    #[serde(default = "one_in", skip_serializing_if = "is_one_in")]
    pub one_in: u64,
    /// A character at the end by which mistyped codes are told from wrong ones, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub check: Option<CheckCharacter>,
}

/// How the last character of a code follows from those before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CheckCharacter {
    /// Luhn's formula modulo the size of the alphabet, which must be even: finds every wrong
    /// character and nearly all that changed places with their neighbors.
    LuhnModN,
}

fn crockford() -> Text {
    Text::from(CROCKFORD)
}

fn is_crockford(alphabet: &Text) -> bool {
    alphabet.as_str() == CROCKFORD
}

fn is_empty(text: &Text) -> bool {
    text.as_str().is_empty()
}

const fn one_in() -> u64 {
    10_000
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_one_in(one: &u64) -> bool {
    *one == one_in()
}

impl CodeBatch {
    /// So many codes of `length` characters of [`CROCKFORD`], without prefix.
    pub fn new(seed: impl Into<Text>, length: u32, count: u32) -> Self {
        Self {
            prefix: Text::from(""),
            alphabet: crockford(),
            length,
            count,
            seed: seed.into(),
            uses_per_code: None,
            one_in: one_in(),
            check: None,
        }
    }

    /// The same batch, each code of which begins with `prefix`.
    #[must_use]
    pub fn prefixed(self, prefix: impl Into<Text>) -> Self {
        Self { prefix: prefix.into(), ..self }
    }

    /// The same batch, each code of which can be used so many times.
    #[must_use]
    pub fn usable(self, times: u32) -> Self {
        Self { uses_per_code: Some(times), ..self }
    }

    /// The codes, in the order in which they are made: to be printed or sent.
    ///
    /// # Errors
    /// All that is wrong with the batch.
    ///
    /// # Example
    /// ```
    /// use loyalty::offer::CodeBatch;
    ///
    /// let batch = CodeBatch::new("a secret", 8, 1_000).prefixed("SPRING-");
    /// let codes = batch.codes()?;
    /// assert_eq!((codes.len(), codes[0].as_str().len()), (1_000, 15));
    /// assert!(batch.has_form(&codes[0]) && !batch.has_form(&"SPRING-0OI".parse()?));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn codes(&self) -> Result<Vec<CouponCode>, Problems<Fault>> {
        let problems = self.problems(&Path::root());
        problems.into_result(()).map(|()| self.generate())
    }

    /// Whether a text could be one of its codes: prefix, length, alphabet and check character.
    ///
    /// A till that asks this first can tell what is mistyped from what is not valid.
    #[must_use]
    pub fn has_form(&self, code: &CouponCode) -> bool {
        let Some(rest) = code.as_str().strip_prefix(self.prefix.as_str()) else { return false };
        let alphabet: Vec<char> = self.alphabet.as_str().chars().collect();
        let place = |digit: char| alphabet.iter().position(|known| *known == digit);
        let Some(digits) = rest.chars().map(place).collect::<Option<Vec<usize>>>() else {
            return false;
        };
        match (self.check, digits.split_last()) {
            (None, _) => digits.len() as u64 == u64::from(self.length),
            (Some(CheckCharacter::LuhnModN), Some((check, digits))) => {
                digits.len() as u64 == u64::from(self.length)
                    && luhn(digits, alphabet.len()) == Some(*check)
            }
            (Some(_), None) => false,
        }
    }

    /// All that is wrong with it, under `path`.
    pub(super) fn problems(&self, path: &Path) -> Problems<Fault> {
        let mut problems = Problems::none();
        let mut seen = BTreeSet::new();
        let alphabet = self.alphabet.as_str();
        let count = alphabet.chars().count();
        let size = count as u64;
        let place = path.field("alphabet");
        if count > MAX_LIST {
            return Problems::one(place, Fault::ListTooLong { count });
        }
        if size < 2 {
            problems.add(place.clone(), Fault::AlphabetTooSmall { size });
        }
        for character in alphabet.chars() {
            if !seen.insert(character) {
                problems.add(place.clone(), Fault::CharacterTwice { character });
            }
            if character.is_control() || character.is_whitespace() {
                let character = character.escape_default().to_string();
                problems.add(place.clone(), Fault::NoCodeCharacter { character });
            }
        }
        if self.check.is_some() && size % 2 == 1 {
            problems.add(path.field("check"), Fault::OddAlphabet { size });
        }
        for (name, count) in [("length", self.length), ("count", self.count)] {
            if count == 0 {
                problems.add(path.field(name), Fault::Zero);
            }
        }
        if self.uses_per_code == Some(0) {
            problems.add(path.field("uses_per_code"), Fault::Zero);
        }
        if self.count > MAX_CODES {
            problems.add(path.field("count"), Fault::TooManyCodes { count: self.count.into() });
        }
        if is_empty(&self.seed) {
            problems.add(path.field("seed"), Fault::NoSeed);
        }
        if self.one_in < MIN_ONE_IN {
            problems.add(path.field("one_in"), Fault::EasyGuess { one_in: self.one_in });
        }
        let widest = alphabet.chars().map(char::len_utf8).max().unwrap_or(1) as u64;
        let characters = u64::from(self.length) + u64::from(self.check.is_some());
        let bytes = (self.prefix.as_str().len() as u64).saturating_add(widest * characters);
        if bytes > MAX_BYTES as u64 {
            problems.add(path.field("length"), Fault::CodeTooLong { bytes });
        } else if self.prefix.as_str().chars().any(char::is_control)
            || self.prefix.as_str().trim_start().len() != self.prefix.as_str().len()
        {
            problems.add(path.field("prefix"), Fault::CodePrefix);
        }
        if problems.is_empty() {
            self.density(size, path, &mut problems);
        }
        problems
    }

    fn density(&self, size: u64, path: &Path, problems: &mut Problems<Fault>) {
        let needed = u128::from(self.count) * u128::from(self.one_in);
        let forms = |length: u32| u128::from(size).checked_pow(length);
        if forms(self.length).is_some_and(|forms| forms < needed) {
            let enough = |length: &u32| forms(*length).is_none_or(|forms| forms >= needed);
            let enough = (self.length..=u32::MAX).find(enough).unwrap_or(u32::MAX);
            let (count, length, one_in) = (self.count, self.length, self.one_in);
            let fault = Fault::CodesTooDense { count, size, length, one_in, enough };
            problems.add(path.field("length"), fault);
        }
    }

    /// The codes of a batch without problems.
    fn generate(&self) -> Vec<CouponCode> {
        let alphabet: Vec<char> = self.alphabet.as_str().chars().collect();
        let Ok(size) = u32::try_from(alphabet.len()) else { return Vec::new() };
        let all = 1_u64 << 32;
        let end = all - all.checked_rem(u64::from(size)).unwrap_or(0);
        let key = Hash::hash(format!("{}:{}", self.prefix.as_str(), self.seed.as_str()).as_bytes());
        let mut words = ChaCha20Rng::from_seed(key);
        let mut next = || loop {
            let word = words.next_u32();
            if u64::from(word) < end {
                return (word % size) as usize;
            }
        };
        let wanted = usize::try_from(self.count).unwrap_or(usize::MAX);
        let mut seen = HashSet::with_capacity(wanted);
        let mut codes = Vec::with_capacity(wanted);
        while codes.len() < wanted {
            let mut digits: Vec<usize> = (0..self.length).map(|_| next()).collect();
            if let Some(CheckCharacter::LuhnModN) = self.check {
                digits.extend(luhn(&digits, alphabet.len()));
            }
            let characters = digits.iter().filter_map(|digit| alphabet.get(*digit));
            let text: String = self.prefix.as_str().chars().chain(characters.copied()).collect();
            let Ok(code) = CouponCode::new(text) else { return codes };
            if seen.insert(code.clone()) {
                codes.push(code);
            }
        }
        codes
    }
}

/// The codes of every offer's batch in order, none for an offer without one.
///
/// A code is that of one offer only, whether it stands in the offer or in its batch.
pub(super) fn batches(
    offers: &[Offer],
    path: &Path,
    problems: &mut Problems<Fault>,
) -> Vec<Arc<[CouponCode]>> {
    let mut count = 0_u64;
    let mut sound = true;
    for (index, offer) in offers.iter().enumerate() {
        let Some(batch) = &offer.codes else { continue };
        let path = path.item(index).field("codes");
        let found = batch.problems(&path);
        sound &= found.is_empty();
        problems.absorb(&Path::root(), found);
        let within = count <= MAX_CODES.into();
        count = count.saturating_add(batch.count.into());
        if within && batch.count <= MAX_CODES && count > MAX_CODES.into() {
            problems.add(path.field("count"), Fault::TooManyCodes { count });
            sound = false;
        }
    }
    let sorted = |offer: &Offer| {
        let mut codes = match &offer.codes {
            Some(batch) if sound => batch.generate(),
            _ => Vec::new(),
        };
        codes.sort_unstable();
        Arc::from(codes)
    };
    let codes: Vec<Arc<[CouponCode]>> = offers.iter().map(sorted).collect();
    for (index, fault) in shared_codes(offers, &codes) {
        problems.add(path.item(index).field("codes"), fault);
    }
    codes
}

/// The batches that have a code of another offer, each with the first such code.
fn shared_codes(offers: &[Offer], codes: &[Arc<[CouponCode]>]) -> Vec<(usize, Fault)> {
    let mut owners: HashMap<&CouponCode, &OfferId> = HashMap::new();
    for offer in offers {
        if let Some(code) = &offer.code {
            owners.entry(code).or_insert(&offer.id);
        }
    }
    let mut shared = Vec::new();
    for (index, (offer, codes)) in offers.iter().zip(codes).enumerate() {
        if let Some((code, first)) = codes.iter().find_map(|code| owners.get_key_value(code)) {
            let (code, offer) = ((*code).clone(), (*first).clone());
            shared.push((index, Fault::DuplicateCode { code, offer }));
        }
        for code in codes.iter() {
            owners.entry(code).or_insert(&offer.id);
        }
    }
    shared
}

/// The check digit of `digits` in base `size` by Luhn's formula: every second digit from the right
/// is doubled, and its own two digits are summed.
fn luhn(digits: &[usize], size: usize) -> Option<usize> {
    let mut sum = 0;
    for (at, digit) in digits.iter().rev().enumerate() {
        let addend = if at % 2 == 0 { digit * 2 } else { *digit };
        sum += addend.checked_div(size)? + addend.checked_rem(size)?;
    }
    (size - sum.checked_rem(size)?).checked_rem(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_check_character_is_that_of_luhn_mod_n() {
        // Wikipedia, "Luhn mod N algorithm": in the alphabet a to f, `abcdef` has the check `e`.
        assert_eq!(luhn(&[0, 1, 2, 3, 4, 5], 6), Some(4));
        // Wikipedia, "Luhn algorithm": 1789372997 has the check digit 4.
        assert_eq!(luhn(&[1, 7, 8, 9, 3, 7, 2, 9, 9, 7], 10), Some(4));
    }
}
