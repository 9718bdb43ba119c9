//! Personas in words.

use std::fmt;

use super::{Apart, Contrast, Hallmark, Persona, Topic};
use crate::segment::told::{counted, customers, percent, told};

/// How many traits of one kind are told of a topic.
const NAMED: usize = 3;

/// What sets a segment apart in a topic.
pub(super) fn about(persona: &Persona, topic: Topic) -> Option<String> {
    let hallmarks = persona.hallmarks.iter().filter(|found| found.topic == topic);
    let hallmarks: Vec<&Hallmark> = hallmarks.take(NAMED).collect();
    let covered =
        |contrast: &&Contrast| !hallmarks.iter().any(|hallmark| hallmark.of == contrast.feature);
    let contrasts = persona.contrasts.iter().filter(|found| found.topic == topic);
    let contrasts = contrasts.filter(|found| found.is_notable()).filter(covered).take(NAMED);
    let told: Vec<String> = hallmarks
        .iter()
        .map(ToString::to_string)
        .chain(contrasts.map(Contrast::to_string))
        .collect();
    (!told.is_empty()).then(|| told.join("; "))
}

/// The name with the size in a line, and one for each topic of which there is something to tell.
impl fmt::Display for Persona {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let share = self.size as f64 / self.customers.max(1) as f64;
        let (name, size, all) = (&self.name, counted(self.size), customers(self.customers));
        write!(f, "{name}: {size} of {all} ({})", percent(share))?;
        for topic in Topic::ALL {
            if let Some(told) = self.about(topic) {
                write!(f, "\n{}: {told}", topic.question())?;
            }
        }
        Ok(())
    }
}

/// `spend(90d) 240.00 EUR (half between 200.00 EUR and 310.00 EUR; all 80.00 EUR), far above the
/// others`.
impl fmt::Display for Contrast {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [lower, median, upper, overall] = [self.lower, self.median, self.upper, self.overall]
            .map(|number| told(number, self.stands_for));
        write!(f, "{} {median} (", self.feature)?;
        if lower != upper {
            write!(f, "half between {lower} and {upper}; ")?;
        }
        write!(f, "all {overall}), {}", self.apart())
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
