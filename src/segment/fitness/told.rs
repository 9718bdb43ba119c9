//! What was found in words.

use std::fmt;

use super::{Concern, Defect, Fitness, Usability};
use crate::segment::Segment;
use crate::segment::told::{customers, name, percent, plain};

impl Defect {
    /// The finding in a sentence with the numbers and an advice, in which segments are called by
    /// their names; by their ids if they are not among `segments`.
    #[must_use]
    pub fn told(&self, segments: &[Segment]) -> String {
        Told(self, segments).to_string()
    }
}

/// As [`Defect::told`] without names.
impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Told(self, &[]).fmt(f)
    }
}

struct Told<'a>(&'a Defect, &'a [Segment]);

impl fmt::Display for Told<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(defect, segments) = self;
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
                "{feature} makes {share} of the differences between segments, more than {most}"
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
