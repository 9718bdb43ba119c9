//! What was found, and what to do about it.

use serde::{Deserialize, Serialize};

use crate::id::{CustomerId, SegmentId};
use crate::rule::Text;

/// Something that is wrong with a segmentation.
///
/// Its [`Display`](std::fmt::Display) is a sentence with the numbers and an advice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Defect {
    /// How grave it is.
    pub gravity: Gravity,
    /// What it is about.
    pub concern: Concern,
    /// The number found.
    pub found: f64,
    /// The limit that it is beyond.
    pub limit: f64,
}

/// How grave a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gravity {
    /// It should be known.
    Warning,
    /// The segmentation should not be used.
    Refusal,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Concern {
    /// The segment has so few customers.
    Small(SegmentId),
    /// The segment has so small a share of the customers.
    SmallShare(SegmentId),
    /// There are so many segments.
    TooMany,
    /// There are more segments than the square root of half the number of customers (K. Mardia,
    /// J. Kent and J. Bibby, "Multivariate Analysis", 1979, section 13.2).
    TooManyForSoFew,
    /// There is only one segment, or none.
    OnlyOne,
    /// Two segments are one cloud that was cut.
    OneCloud(SegmentId, SegmentId),
    /// So great a share of customers is in no segment.
    Unassigned,
    /// The segments are not apart, by their silhouette.
    NotApart,
    /// The segments explain no more than cuts would.
    NoStructure,
    /// Other customers of the same kind would give other segments.
    Unstable,
    /// The segment would not be found again.
    NotRecurring(SegmentId),
    /// The feature makes nearly all of the differences.
    Dominated(Text),
    /// The customer makes a great part of the differences.
    Outlier(CustomerId),
}

impl Defect {
    /// What to do about it.
    #[must_use]
    pub const fn advice(&self) -> &'static str {
        match self.concern {
            Concern::Small(_) | Concern::SmallShare(_) => {
                "too few to act on; ask for fewer segments, or treat them with the next best"
            }
            Concern::TooMany | Concern::TooManyForSoFew => "ask for fewer segments",
            Concern::OnlyOne => "treat all customers alike, or ask for more segments",
            Concern::OneCloud(..) => {
                "they are one group that was cut; ask for fewer segments, or use them as levels"
            }
            Concern::Unassigned => "a segmentation should speak of most; loosen the recipe",
            Concern::NotApart => {
                "many customers are between segments; ask for another number of segments or \
                 other features"
            }
            Concern::NoStructure => {
                "cuts through customers without groups would do as well; use bands of one feature \
                 instead, or look for features that tell customers apart"
            }
            Concern::Unstable => {
                "another month would give other segments; ask for fewer of them or get more \
                 customers"
            }
            Concern::NotRecurring(_) => "do not build on this segment alone",
            Concern::Dominated(_) => {
                "scale the features (with logarithms for amounts), or use bands of this one \
                 feature instead"
            }
            Concern::Outlier(_) => {
                "look at this customer, and leave them out or use a robust or logarithmic scale"
            }
        }
    }

    /// Which segment it is about, if about one.
    #[must_use]
    pub const fn segment(&self) -> Option<&SegmentId> {
        match &self.concern {
            Concern::Small(id)
            | Concern::SmallShare(id)
            | Concern::OneCloud(id, _)
            | Concern::NotRecurring(id) => Some(id),
            _ => None,
        }
    }
}
