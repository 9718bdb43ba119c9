//! The name that a misspelled one probably meant.

use super::Text;

/// Longer names are not compared: the comparison takes the product of both lengths.
const MAX_COMPARED_BYTES: usize = 128;

/// The candidate nearest to `written`, if it is near enough to be what was meant.
///
/// The nearest has the fewest edits (insertion, deletion, substitution, swap of neighbors), and is
/// one that is near as a whole, and then the first by its bytes, among equals. A candidate with an
/// argument, such as `spend(90d)`, is also compared by the part before its parenthesis, and then
/// suggested with the argument that was written.
pub(crate) fn name<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<Text> {
    if written.len() > MAX_COMPARED_BYTES {
        return None;
    }
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= MAX_COMPARED_BYTES)
        .flat_map(|candidate| {
            let whole = whole(written, candidate).map(|(edits, text)| (edits, 0, text));
            [whole, stem(written, candidate).map(|(edits, text)| (edits, 1, text))]
        })
        .flatten()
        .min()
        .map(|(.., text)| Text::from(text))
}

/// The candidate as it is, with the number of edits.
fn whole(written: &str, candidate: &str) -> Option<(usize, String)> {
    Some((edits(written, candidate)?, candidate.to_owned()))
}

/// The candidate's stem with the argument that was written, with the number of edits of the stem.
fn stem(written: &str, candidate: &str) -> Option<(usize, String)> {
    let (stem, _) = candidate.split_once('(')?;
    let (written_stem, argument) = match written.split_once('(') {
        Some((stem, argument)) => (stem, Some(argument)),
        None => (written, None),
    };
    let edits = edits(written_stem, stem)?;
    match argument {
        Some(argument) if edits > 0 => Some((edits, format!("{stem}({argument}"))),
        _ => Some((edits + 1, candidate.to_owned())),
    }
}

/// How many edits apart two names are, ignoring case, if that is few for their length.
fn edits(left: &str, right: &str) -> Option<usize> {
    let edits = strsim::damerau_levenshtein(&left.to_lowercase(), &right.to_lowercase());
    let allowed = (left.chars().count().max(right.chars().count()) / 3).clamp(1, 4);
    (edits <= allowed).then_some(edits)
}
