//! Disparities in sentences.

use std::fmt;

use super::{Benefit, Disparity, Finding};
use crate::segment::Segment;
use crate::segment::told::name;
use crate::stats::{Estimate, Proportion};

impl Disparity {
    /// A sentence for the share, and one for the benefit if it was asked, in which the segment is
    /// called by its name; by its id if it is not among `segments`.
    #[must_use]
    pub fn told(&self, segments: &[Segment]) -> String {
        Told(self, segments).to_string()
    }
}

/// As [`Disparity::told`] without names.
impl fmt::Display for Disparity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Told(self, &[]).fmt(f)
    }
}

struct Told<'a>(&'a Disparity, &'a [Segment]);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(disparity, segments) = self;
        let Disparity { segment, group, rate, others, .. } = disparity;
        let Disparity { difference, ratio, finding, benefit, .. } = disparity;
        let segment = name(segments, segment);
        write!(f, "{group} in {segment}: {}, of others {}: ", Counted(rate), Counted(others))?;
        let points = difference.map(|it| Estimate {
            value: 100.0 * it.value,
            low: 100.0 * it.low,
            high: 100.0 * it.high,
        });
        compared(f, *ratio, points, "points", *finding)?;
        benefit.as_ref().map_or(Ok(()), |benefit| write!(f, "; {benefit}"))
    }
}

impl fmt::Display for Benefit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { group, others, difference, ratio, finding } = self;
        write!(f, "there they get {:.2} on average, others {:.2}: ", group.mean, others.mean)?;
        compared(f, *ratio, *difference, "", *finding)
    }
}

fn compared(
    f: &mut fmt::Formatter<'_>,
    ratio: Option<Estimate>,
    difference: Option<Estimate>,
    unit: &str,
    finding: Finding,
) -> fmt::Result {
    if let Finding::TooFew { .. } = finding {
        return write!(f, "{finding}");
    }
    if let Some(Estimate { value, low, high }) = ratio {
        write!(f, "{value:.2} times ({low:.2} to {high:.2}), ")?;
    }
    if let Some(Estimate { value, low, high }) = difference {
        let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
        if value < 0.0 {
            let (value, low, high) = (-value, -high, -low);
            write!(f, "{value:.1}{unit} less ({low:.1} to {high:.1}): ")?;
        } else {
            write!(f, "{value:.1}{unit} more ({low:.1} to {high:.1}): ")?;
        }
    }
    write!(f, "{finding}")
}

struct Counted<'a>(&'a Proportion);

impl fmt::Display for Counted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Proportion { hits, of } = self.0;
        write!(f, "{hits} of {of}")?;
        self.0.share().map_or(Ok(()), |share| write!(f, " ({:.1} %)", 100.0 * share))
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooFew { found, needed } => {
                write!(f, "too few to tell: {found}, and {needed} are needed")
            }
            Self::Alike => f.write_str("no more than chance explains"),
            Self::Within => f.write_str("they differ within the limit"),
            Self::Unlike => f.write_str("warning"),
        }
    }
}
