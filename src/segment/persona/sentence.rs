//! Personas in words.

use std::fmt;

use super::{Apart, Contrast, Hallmark, Persona, Topic};
use crate::feature::Labels;
use crate::feature::figure::{counted, percent};
use crate::segment::told::customers;

/// How many traits of one kind are told of a topic.
const NAMED: usize = 3;

/// What sets a segment apart in a topic.
pub(super) fn about(persona: &Persona, topic: Topic, labels: &Labels) -> Option<String> {
    let hallmarks = persona.hallmarks.iter().filter(|found| found.topic == topic);
    let hallmarks: Vec<&Hallmark> = hallmarks.take(NAMED).collect();
    let covered =
        |contrast: &&Contrast| !hallmarks.iter().any(|hallmark| hallmark.of == contrast.feature);
    let contrasts = persona.contrasts.iter().filter(|found| found.topic == topic);
    let contrasts = contrasts.filter(|found| found.is_notable()).filter(covered).take(NAMED);
    let told: Vec<String> = hallmarks
        .iter()
        .map(ToString::to_string)
        .chain(contrasts.map(|contrast| contrast.told(labels)))
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// The name with the size in a line, and one for each topic of which there is something to tell.
pub(super) fn told(persona: &Persona, labels: &Labels) -> String {
    let share = persona.size as f64 / persona.customers.max(1) as f64;
    let (name, size, all) = (&persona.name, counted(persona.size), customers(persona.customers));
    let first = format!("{name}: {size} of {all} ({})", percent(share));
    let topics = Topic::ALL.into_iter().filter_map(|topic| {
        let told = about(persona, topic, labels)?;
        Some(format!("{}: {told}", topic.question()))
    });
    std::iter::once(first).chain(topics).collect::<Vec<_>>().join("\n")
}

/// As [`Persona::told`] without labels of the host.
impl fmt::Display for Persona {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

impl Contrast {
    /// Where they stand in words, in which the feature is called by these labels: `240.00 EUR spent
    /// in the last 90 days (half between 200.00 EUR and 310.00 EUR; all 80.00 EUR), far above the
    /// others`.
    #[must_use]
    pub fn told(&self, labels: &Labels) -> String {
        let (feature, measure) = (self.feature.as_str(), self.stands_for);
        let phrase = labels.phrase(feature, self.median, measure);
        let [lower, upper, overall] = [self.lower, self.upper, self.overall]
            .map(|number| labels.number(feature, number, measure));
        let half = if lower == upper {
            String::new()
        } else {
            format!("half between {lower} and {upper}; ")
        };
        format!("{phrase} ({half}all {overall}), {}", self.apart())
    }
}

/// As [`Contrast::told`] without labels of the host.
impl fmt::Display for Contrast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&Labels::default()))
    }
}

/// `coffee 80 % (all 30 %)`.
impl fmt::Display for Hallmark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} (all {})", self.text, percent(self.share), percent(self.overall))
    }
}

impl fmt::Display for Apart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FarBelow => "far below the others",
            Self::Below => "below the others",
            Self::LittleBelow => "a little below the others",
            Self::Alike => "like the others",
            Self::LittleAbove => "a little above the others",
            Self::Above => "above the others",
            Self::FarAbove => "far above the others",
        })
    }
}
