//! Names for segments, from what sets them apart.

use std::collections::{BTreeMap, BTreeSet};

use super::phrase::Phrase;
use super::{Contrast, Hallmark, Topic};

/// How many traits a name has, if they are enough to tell the segments apart.
const USUAL: usize = 2;

/// From this strength on a trait may be named where the stronger ones are not enough (a small
/// effect of Vargha and Delaney).
const LEAST: f64 = 0.12;

/// What a segment can be called by, the strongest first.
pub(super) struct Pieces {
    phrases: Vec<Phrase>,
    /// Where its customers stand in the column of each of them, if it is of one.
    stands: Vec<Option<Contrast>>,
    /// So many of them set it apart.
    notable: usize,
}

/// A trait that could be named.
struct Candidate<'a> {
    phrase: Phrase,
    topic: Topic,
    notable: bool,
    strength: f64,
    by: &'a str,
    stands: Option<&'a Contrast>,
}

impl Pieces {
    pub(super) fn of(contrasts: &[Contrast], hallmarks: &[Hallmark]) -> Self {
        let contrasts = contrasts.iter().filter_map(|found| {
            let (strength, by) = (found.strength(), found.feature.as_str());
            let phrase = Phrase::of_contrast(found)?;
            let (topic, notable) = (found.topic, found.is_notable());
            Some(Candidate { phrase, topic, notable, strength, by, stands: Some(found) })
        });
        let hallmarks = hallmarks.iter().map(|found| {
            let (strength, by) = (found.strength(), found.text.as_str());
            let phrase = Phrase::of_hallmark(found);
            Candidate { phrase, topic: found.topic, notable: true, strength, by, stands: None }
        });
        let mut found: Vec<_> =
            contrasts.chain(hallmarks).filter(|found| found.strength >= LEAST).collect();
        found.sort_by(|left, right| {
            let notable = right.notable.cmp(&left.notable);
            let strength = right.strength.total_cmp(&left.strength);
            notable.then(strength).then_with(|| left.by.cmp(right.by))
        });
        let mut families = BTreeSet::new();
        found.retain(|found| families.insert(found.phrase.family.clone()));
        let notable = found.iter().filter(|found| found.notable).count();
        let (phrases, stands) = varied(found).into_iter().unzip();
        Self { phrases, stands, notable }
    }

    /// The same, where only those traits set it apart in which no other segment goes clearly
    /// farther, as long as there is one: who spends much is no big spender beside one who spends
    /// twice as much.
    fn own(&self, all: &[Self]) -> Self {
        let surpassed = |stands: &Option<Contrast>| {
            let mut others = all.iter().flat_map(|other| &other.stands).flatten();
            stands.as_ref().is_some_and(|own| others.any(|other| goes_farther(other, own)))
        };
        let traits = self.phrases.iter().cloned().zip(self.stands.iter().cloned()).enumerate();
        let (own, others): (Vec<_>, Vec<_>) =
            traits.partition(|(place, (_, stands))| *place < self.notable && !surpassed(stands));
        let notable = if own.is_empty() { self.notable } else { own.len() };
        let ordered = own.into_iter().chain(others);
        let (phrases, stands) = ordered.map(|(_, named)| named).unzip();
        Self { phrases, stands, notable }
    }

    /// A name of so many traits: the strongest is the noun.
    fn name(&self, traits: usize) -> String {
        let Some((noun, rest)) = self.phrases.split_first().filter(|_| traits > 0) else {
            return "Typical customers".to_owned();
        };
        let adjectives: Vec<&str> =
            rest.iter().take(traits - 1).map(|phrase| phrase.adjective.as_str()).collect();
        let name = match adjectives.as_slice() {
            [] => noun.noun.clone(),
            words => format!("{} {}", words.join(", "), noun.noun),
        };
        let mut letters = name.chars();
        letters
            .next()
            .map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    }
}

/// Whether the customers of another segment go clearly farther than a segment's own on the same
/// side of a column: the median of each is beyond the other's quartile, and the other's is at least
/// twice as far from that of all.
fn goes_farther(other: &Contrast, own: &Contrast) -> bool {
    let side = if own.superiority > 0.5 { 1.0 } else { -1.0 };
    let same = other.feature == own.feature && side * (other.superiority - 0.5) > 0.0;
    let inner = if side > 0.0 { other.lower } else { other.upper };
    let outer = if side > 0.0 { own.upper } else { own.lower };
    let beyond = side * (inner - own.median) > 0.0 && side * (other.median - outer) > 0.0;
    let away = |found: &Contrast| side * (found.median - found.overall);
    same && beyond && away(other) >= 2.0 * away(own)
}

/// The phrases with those first that set apart, and of these the strongest of each topic.
fn varied(found: Vec<Candidate<'_>>) -> Vec<(Phrase, Option<Contrast>)> {
    let mut counts: BTreeMap<(bool, Topic), usize> = BTreeMap::new();
    let mut ordered = Vec::new();
    for Candidate { phrase, topic, notable, stands, .. } in found {
        let count = counts.entry((notable, topic)).or_default();
        ordered.push((!notable, *count, phrase, stands.cloned()));
        *count += 1;
    }
    ordered.sort_by_key(|(plain, place, ..)| (*plain, *place));
    ordered.into_iter().map(|(.., phrase, stands)| (phrase, stands)).collect()
}

/// A name for each segment, all different: with more traits where two would be called the same,
/// and with a number where all their traits are the same.
pub(super) fn distinct(segments: &[Pieces]) -> Vec<String> {
    let segments: Vec<Pieces> = segments.iter().map(|pieces| pieces.own(segments)).collect();
    let mut traits: Vec<usize> = segments.iter().map(|pieces| pieces.notable.min(USUAL)).collect();
    loop {
        let names = names(&segments, &traits);
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        names.iter().for_each(|name| *counts.entry(name).or_default() += 1);
        let mut grown = false;
        for ((pieces, traits), name) in segments.iter().zip(&mut traits).zip(&names) {
            let shared = counts.get(name.as_str()).is_some_and(|count| *count > 1);
            if shared && *traits < pieces.phrases.len() {
                *traits += 1;
                grown = true;
            }
        }
        if !grown {
            return numbered(names);
        }
    }
}

fn names(segments: &[Pieces], traits: &[usize]) -> Vec<String> {
    segments.iter().zip(traits).map(|(pieces, traits)| pieces.name(*traits)).collect()
}

/// The same names, of which the second of one kind is `… 2`, or with the next number that is free.
fn numbered(names: Vec<String>) -> Vec<String> {
    let mut taken: BTreeSet<String> = BTreeSet::new();
    let number = |name: String| {
        let numbers = (2..).map(|number: usize| format!("{name} {number}"));
        let mut choices = std::iter::once(name.clone()).chain(numbers);
        let free = choices.find(|choice| !taken.contains(choice)).unwrap_or(name);
        taken.insert(free.clone());
        free
    };
    names.into_iter().map(number).collect()
}
