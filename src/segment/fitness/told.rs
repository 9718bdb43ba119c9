//! What was found in words.

use std::fmt;

use super::{Concern, Defect, Fitness, Usability};
use crate::feature::Labels;
use crate::feature::figure::{percent, plain};
use crate::segment::Segment;
use crate::segment::told::{customers, name};

impl Defect {
    /// The finding in a sentence with the numbers and an advice, in which segments are called by
    /// their names (by their ids if they are not among `segments`) and features by these labels.
    #[must_use]
    pub fn told(&self, segments: &[Segment], labels: &Labels) -> String {
        Told(self, segments, labels).to_string()
    }
}

/// As [`Defect::told`] without names and without labels of the host.
impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.told(&[], &Labels::default()))
    }
}

struct Told<'a>(&'a Defect, &'a [Segment], &'a Labels);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(defect, segments, labels) = self;
        let Defect { concern, found, limit, .. } = defect;
        let named = |id| name(segments, id);
        let (found, limit) = (*found, *limit);
        let (number, bound) = (plain(found), plain(limit));
        let (share, most) = (percent(found), percent(limit));
        match concern {
            Concern::Small(id) => {
                let few = customers(found as usize);
                write!(f, "{} has {few}, fewer than {limit:.0}", named(id))
            }
            Concern::SmallShare(id) => {
                write!(f, "{} has {share} of the customers, less than {most}", named(id))
            }
            Concern::TooMany => write!(f, "there are {found:.0} segments, more than {limit:.0}"),
            Concern::TooManyForSoFew => write!(
                f,
                "there are {found:.0} segments, more than {bound} (the square root of half the \
                 customers)"
            ),
            Concern::OnlyOne => write!(f, "there are {found:.0} segments, fewer than {limit:.0}"),
            Concern::OneCloud(first, second) => write!(
                f,
                "{} and {} are as normal as one cloud (Anderson–Darling {number}, less than \
                 {bound})",
                named(first),
                named(second)
            ),
            Concern::Unassigned => {
                write!(f, "{share} of the customers are in no segment, more than {most}")
            }
            Concern::NotApart => write!(f, "the mean silhouette is {number}, less than {bound}"),
            Concern::NoStructure => write!(
                f,
                "the segments explain {number} standard errors more than cuts, less than \
                 {bound}"
            ),
            Concern::Unstable => write!(
                f,
                "segments of resampled customers agree by {number} (adjusted Rand), less than \
                 {bound}"
            ),
            Concern::NotRecurring(id) => write!(
                f,
                "{} recurs by {number} (Jaccard) when customers are resampled, less than {bound}",
                named(id)
            ),
            Concern::Dominated(feature) => write!(
                f,
                "{share} of the differences between segments are made by {}, more than {most}",
                labels.name(feature.as_str())
            ),
            Concern::Outlier(customer) => {
                write!(f, "customer {customer} makes {share} of all differences, more than {most}")
            }
        }?;
        write!(f, ": {}", defect.advice())
    }
}

impl fmt::Display for Usability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Usable => "usable",
            Self::WithWarnings => "usable, with warnings",
            Self::Refused => "refused",
        })
    }
}

impl fmt::Display for Fitness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.usability.fmt(f)?;
        self.findings.iter().try_for_each(|finding| write!(f, "\n{finding}"))
    }
}
