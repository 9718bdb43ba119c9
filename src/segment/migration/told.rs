//! Moves in sentences.

use std::fmt;

use super::{Driver, Migration, Move, Place, Turn};
use crate::feature::Labels;
use crate::feature::figure::counted;
use crate::rule::Truth;
use crate::segment::Segment;
use crate::segment::told;

/// How many drivers a sentence names.
const NAMED: usize = 3;

impl Migration {
    /// A sentence for each move, with the names of the segments and with features called by these
    /// labels.
    #[must_use]
    pub fn sentences(&self, segments: &[Segment], labels: &Labels) -> Vec<String> {
        self.moves.iter().map(|step| self.told(step, segments, labels)).collect()
    }

    fn told(&self, step: &Move, segments: &[Segment], labels: &Labels) -> String {
        let Move { from, to, customers, drivers } = step;
        let count = told::customers(*customers);
        let is = if *customers == 1 { "is" } else { "are" };
        match (from, to) {
            (Place::Absent, _) => format!("{count} {is} new in {}", named(to, segments)),
            (_, Place::Absent) => format!("{count} of {} {is} gone", named(from, segments)),
            _ if from == to => {
                let all = told::customers(self.were(from));
                format!("{} of {all} stayed in {}", counted(*customers), named(from, segments))
            }
            _ => {
                let (from, to) = (named(from, segments), named(to, segments));
                let moved = format!("{count} went from {from} to {to}");
                let all: f64 =
                    drivers.iter().filter(|it| it.turn == Turn::Margin).map(|it| it.weight).sum();
                let driven = drivers.iter().filter(|driver| driver.is_told(all)).take(NAMED);
                let told = driven.map(|driver| driver.told(all, *customers, labels));
                let told: Vec<String> = told.collect();
                if told.is_empty() { moved } else { format!("{moved}: {}", told.join("; ")) }
            }
        }
    }
}

impl Driver {
    /// Whether its part of a margin that changed by `all` is at least a half percent.
    fn is_told(&self, all: f64) -> bool {
        self.turn != Turn::Margin || self.weight.abs() >= 0.005 * all.abs()
    }

    /// What drove `customers` customers, whose margin changed by `all`.
    fn told(&self, all: f64, customers: u64, labels: &Labels) -> String {
        let Self { feature: name, turn, customers: count, weight } = self;
        let feature = labels.name(name.as_str());
        match turn {
            Turn::Margin if *weight < 0.0 => {
                format!("{feature} held {:.0} % of it back", -100.0 * weight / all)
            }
            Turn::Margin => format!("{feature} made {:.0} % of it", 100.0 * weight / all),
            Turn::Condition { wanted, truth, .. } => {
                let now = match truth {
                    Truth::Hold => "holds now",
                    Truth::Fail => "does not hold now",
                    Truth::Unknown => "is not known now",
                };
                // A demand begins with the name of the field.
                let asked = wanted.strip_prefix(name.as_str()).filter(|it| it.starts_with(' '));
                let wanted = asked.map_or_else(|| wanted.clone(), |it| format!("{feature}{it}"));
                format!("{wanted} {now} for {count} of {customers}")
            }
            Turn::Score => {
                let by = weight.abs();
                let way = if *weight < 0.0 { "fell" } else { "rose" };
                format!("the score of {feature} {way} by {by:.1} on average")
            }
            Turn::Known => format!("{feature} now known for {count} of {customers}"),
            Turn::Unknown => format!("{feature} no longer known for {count} of {customers}"),
        }
    }
}

fn named(place: &Place, segments: &[Segment]) -> String {
    let Place::In(ids) = place else { return place.to_string() };
    let names: Vec<String> = ids.iter().map(|id| told::name(segments, id)).collect();
    if names.is_empty() { "no segment".to_owned() } else { names.join(" and ") }
}

/// The ids of the segments.
impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.pad("absent"),
            Self::In(_) => f.pad(&named(self, &[])),
        }
    }
}
