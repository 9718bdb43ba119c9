//! What became of segments in a new fit, as data and in sentences.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Pair;
use super::overlap::Counts;
use crate::feature::figure::counted;
use crate::id::SegmentId;
use crate::segment::Segment;
use crate::segment::told::{self, customers};

/// Customers who went from or to a segment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Portion {
    /// The segment.
    pub segment: SegmentId,
    /// How many customers.
    pub customers: u64,
}

/// What became of a segment, or where a new one comes from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Transition {
    /// It is the same segment.
    Kept {
        /// The segment.
        segment: SegmentId,
        /// How many of its customers are still in it.
        stayed: u64,
        /// How many customers it had.
        before: u64,
        /// How many customers it has.
        now: u64,
        /// How similar it is to what it was, from 0 to 1.
        similarity: f64,
    },
    /// Its customers are in several segments now, in each of which they are at least half.
    Split {
        /// The segment.
        segment: SegmentId,
        /// How many customers it had.
        before: u64,
        /// The parts; the one that has the segment's own id, if there is one, is the same segment.
        into: Vec<Portion>,
    },
    /// At least half of the customers of each of several segments are in one now.
    Merged {
        /// The segment that they are in.
        into: SegmentId,
        /// How many customers it has.
        now: u64,
        /// The segments that merged; one that has the id of the new one is the same segment.
        from: Vec<Portion>,
    },
    /// It is new.
    Born {
        /// The segment.
        segment: SegmentId,
        /// How many customers it has.
        now: u64,
        /// Where they were before.
        from: Vec<Portion>,
        /// How many of them were in no segment.
        come: u64,
    },
    /// It is no more.
    Died {
        /// The segment.
        segment: SegmentId,
        /// How many customers it had.
        before: u64,
        /// Where they are now.
        into: Vec<Portion>,
        /// How many of them are in no segment.
        gone: u64,
    },
}

/// All transitions, of the segments before in their order and then of the new ones.
pub(super) fn transitions(
    part: f64,
    counts: &Counts,
    before: &[SegmentId],
    now: &[SegmentId],
    pairs: &[Pair],
) -> Vec<Transition> {
    let tale = Tale { part, counts, before, now, pairs };
    let mut transitions: Vec<Transition> = Vec::new();
    for (segment, id) in before.iter().enumerate() {
        let split = tale.split(segment, id);
        let merged = tale.held_by(segment).is_some_and(|pair| tale.sources(pair.cluster).len() > 1);
        let absorbed = (0..now.len()).any(|cluster| {
            let sources = tale.sources(cluster);
            sources.len() > 1 && sources.contains(&segment)
        });
        let whole = split.is_none() && !merged;
        transitions.extend(split);
        match tale.held_by(segment) {
            Some(pair) if whole => transitions.push(tale.kept(id, pair)),
            None if whole && !absorbed => transitions.push(tale.died(segment, id)),
            _ => {}
        }
    }
    for (cluster, id) in now.iter().enumerate() {
        let held = pairs.iter().any(|pair| pair.cluster == cluster);
        let merged = tale.merged(cluster, id);
        let part = (0..before.len()).any(|segment| {
            let parts = tale.parts(segment);
            parts.len() > 1 && parts.contains(&cluster)
        });
        if !held && !part && merged.is_none() {
            transitions.push(tale.born(cluster, id));
        }
        transitions.extend(merged);
    }
    transitions
}

struct Tale<'a> {
    part: f64,
    counts: &'a Counts,
    before: &'a [SegmentId],
    now: &'a [SegmentId],
    pairs: &'a [Pair],
}

impl Tale<'_> {
    fn held_by(&self, segment: usize) -> Option<&Pair> {
        self.pairs.iter().find(|pair| pair.segment == segment)
    }

    /// Which share of a segment's customers who are in any cluster are in this one, and which share
    /// of a cluster's customers who were in any segment were in this one.
    fn shares(&self, segment: usize, cluster: usize) -> (f64, f64) {
        let moved = self.counts.moved(segment, cluster) as f64;
        let of = |all: u64| if all > 0 { moved / all as f64 } else { 0.0 };
        (of(self.counts.left(segment)), of(self.counts.known(cluster)))
    }

    /// The clusters that a segment has gone into.
    fn parts(&self, segment: usize) -> Vec<usize> {
        let is_part = |cluster: &usize| {
            let (portion, source) = self.shares(segment, *cluster);
            portion > 0.0 && portion >= self.part && source >= 0.5
        };
        (0..self.now.len()).filter(is_part).collect()
    }

    /// The segments that a cluster has come from.
    fn sources(&self, cluster: usize) -> Vec<usize> {
        let is_source = |segment: &usize| {
            let (portion, source) = self.shares(*segment, cluster);
            source > 0.0 && source >= self.part && portion >= 0.5
        };
        (0..self.before.len()).filter(is_source).collect()
    }

    fn split(&self, segment: usize, id: &SegmentId) -> Option<Transition> {
        let parts = self.parts(segment);
        let into = self.into(segment, |cluster| parts.contains(&cluster));
        let before = self.counts.before(segment);
        (parts.len() > 1).then(|| Transition::Split { segment: id.clone(), before, into })
    }

    fn merged(&self, cluster: usize, id: &SegmentId) -> Option<Transition> {
        let sources = self.sources(cluster);
        let from = self.from(cluster, |segment| sources.contains(&segment));
        let now = self.counts.now(cluster);
        (sources.len() > 1).then(|| Transition::Merged { into: id.clone(), now, from })
    }

    fn kept(&self, id: &SegmentId, pair: &Pair) -> Transition {
        Transition::Kept {
            segment: id.clone(),
            stayed: self.counts.moved(pair.segment, pair.cluster),
            before: self.counts.before(pair.segment),
            now: self.counts.now(pair.cluster),
            similarity: pair.similarity,
        }
    }

    fn born(&self, cluster: usize, id: &SegmentId) -> Transition {
        let now = self.counts.now(cluster);
        let come = now - self.counts.known(cluster);
        Transition::Born { segment: id.clone(), now, from: self.from(cluster, |_| true), come }
    }

    fn died(&self, segment: usize, id: &SegmentId) -> Transition {
        let before = self.counts.before(segment);
        let gone = before - self.counts.left(segment);
        Transition::Died { segment: id.clone(), before, into: self.into(segment, |_| true), gone }
    }

    fn into(&self, segment: usize, wanted: impl Fn(usize) -> bool) -> Vec<Portion> {
        let now = self.now.iter().enumerate().filter(|(cluster, _)| wanted(*cluster));
        portions(now.map(|(cluster, id)| (id, self.counts.moved(segment, cluster))))
    }

    fn from(&self, cluster: usize, wanted: impl Fn(usize) -> bool) -> Vec<Portion> {
        let before = self.before.iter().enumerate().filter(|(segment, _)| wanted(*segment));
        portions(before.map(|(segment, id)| (id, self.counts.moved(segment, cluster))))
    }
}

/// The portions of anybody, the greatest first and of equal ones the smaller id.
fn portions<'a>(all: impl Iterator<Item = (&'a SegmentId, u64)>) -> Vec<Portion> {
    let some = all.filter(|(_, customers)| *customers > 0);
    let mut portions: Vec<Portion> =
        some.map(|(id, customers)| Portion { segment: id.clone(), customers }).collect();
    portions.sort_by(|left, right| {
        right.customers.cmp(&left.customers).then_with(|| left.segment.cmp(&right.segment))
    });
    portions
}

impl Transition {
    /// The transition in a sentence, in which segments are called by their names; by their ids if
    /// they are not among `segments`.
    #[must_use]
    pub fn told(&self, segments: &[Segment]) -> String {
        let name = |id: &SegmentId| told::name(segments, id);
        let list = |portions: &[Portion]| {
            let one = |portion: &Portion| {
                format!("{} ({})", name(&portion.segment), counted(portion.customers))
            };
            portions.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        match self {
            Self::Kept { segment, stayed, before, now, .. } => format!(
                "{} is the same: {} of its {} stayed, and it has {} now",
                name(segment),
                counted(*stayed),
                customers(*before),
                counted(*now),
            ),
            Self::Split { segment, before, into } => {
                format!(
                    "{} with {} has split into {}",
                    name(segment),
                    customers(*before),
                    list(into)
                )
            }
            Self::Merged { into, now, from } => {
                let (into, now) = (name(into), customers(*now));
                format!("{} have merged into {into}, with {now} now", list(from))
            }
            Self::Born { segment, now, from, come } => {
                let start = format!("{} is new, with {}", name(segment), customers(*now));
                told_from(
                    start,
                    &list(from),
                    "from",
                    *come,
                    "was in no segment",
                    "were in no segment",
                )
            }
            Self::Died { segment, before, into, gone } => {
                let start = format!("{} is no more; it had {}", name(segment), customers(*before));
                told_from(start, &list(into), "now in", *gone, "is in none", "are in none")
            }
        }
    }
}

fn told_from(
    start: String,
    portions: &str,
    from: &str,
    rest: u64,
    one: &str,
    many: &str,
) -> String {
    let portions = (!portions.is_empty()).then(|| format!("{from} {portions}"));
    let rest = match rest {
        0 => None,
        1 => Some(format!("1 {one}")),
        rest => Some(format!("{} {many}", counted(rest))),
    };
    let parts: Vec<String> = portions.into_iter().chain(rest).collect();
    if parts.is_empty() { start } else { format!("{start}: {}", parts.join("; ")) }
}

/// As [`Transition::told`] without names.
impl fmt::Display for Transition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&[]))
    }
}
