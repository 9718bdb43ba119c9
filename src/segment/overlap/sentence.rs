//! Overlaps in words.

use std::fmt;

use super::{Overlaps, Pair, Relation};
use crate::feature::figure::{counted, percent};
use crate::segment::told::customers;

impl fmt::Display for Overlaps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let one = self.by_count.get(1).copied().unwrap_or_default();
        let more =
            self.by_count.iter().skip(2).fold(0, |sum: usize, count| sum.saturating_add(*count));
        write!(
            f,
            "of {}, {} in no segment, {} in one and {} in more",
            customers(self.customers),
            are(self.outside()),
            are(one),
            are(more)
        )?;
        self.pairs
            .iter()
            .filter(|pair| pair.is_notable())
            .try_for_each(|pair| write!(f, "\n{pair}"))
    }
}

/// `1 is`, `2 are`.
fn are(count: usize) -> String {
    let verb = if count == 1 { "is" } else { "are" };
    format!("{} {verb}", counted(count))
}

impl Pair {
    /// Whether there is more to say than that nobody is in both, and nobody can be.
    fn is_notable(&self) -> bool {
        self.both > 0 || !matches!(self.by_rule, None | Some(Relation::Disjoint))
    }

    /// What the customers say.
    fn counted(&self) -> String {
        let [first, second] = &self.names;
        let (one, other) = self.sizes();
        match (self.both, self.only_first, self.only_second) {
            (0, ..) => format!("nobody is in both {first} and {second}"),
            (both, 0, 0) => format!("{first} and {second} have the same {}", customers(both)),
            (both, 0, _) => format!("all of {first} ({}) are in {second}", customers(both)),
            (both, _, 0) => format!("all of {second} ({}) are in {first}", customers(both)),
            (both, ..) => format!(
                "{} in both {first} and {second}: {} of the one and {} of the other",
                if both == 1 {
                    "1 customer is".to_owned()
                } else {
                    format!("{} are", customers(both))
                },
                percent(both as f64 / one as f64),
                percent(both as f64 / other as f64)
            ),
        }
    }

    /// What the rules add to it.
    fn ruled(&self) -> Option<String> {
        let [first, second] = &self.names;
        let contained = |part: &str, whole: &str, witness: &dyn fmt::Display, all_so_far: bool| {
            if all_so_far {
                return ", and by their rules always will be".to_owned();
            }
            format!(
                "; by their rules whoever is in {part} is in {whole}, and not the other way round: \
                 {witness}"
            )
        };
        Some(match self.by_rule.as_ref()? {
            Relation::Disjoint if self.both == 0 => ", and by their rules nobody can be".to_owned(),
            // Facts are as of different days, or not of their schema.
            Relation::Disjoint => "; their rules exclude it".to_owned(),
            Relation::Same => "; their rules say the same".to_owned(),
            Relation::FirstInSecond(witness) => {
                let so_far = self.only_first == 0 && self.both > 0 && self.only_second > 0;
                contained(first, second, witness, so_far)
            }
            Relation::SecondInFirst(witness) => {
                let so_far = self.only_second == 0 && self.both > 0 && self.only_first > 0;
                contained(second, first, witness, so_far)
            }
            Relation::Overlapping(witness) if self.both == 0 => {
                format!(" so far, but their rules allow it: {witness}")
            }
            Relation::Overlapping(_) if self.only_first == 0 || self.only_second == 0 => {
                " so far, but their rules do not say so".to_owned()
            }
            Relation::Overlapping(_) => return None,
            Relation::NotTold(limit) => {
                format!(" so far; what their rules say is not told: {limit}")
            }
        })
    }
}

impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.counted(), self.ruled().unwrap_or_default())
    }
}
