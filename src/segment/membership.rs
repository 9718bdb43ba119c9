//! The segments that a customer is in.

use std::cmp::Reverse;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, de};

use crate::id::SegmentId;
use crate::rule::Number;

/// How much a customer belongs to a segment: more than 0, and 1 for fully.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct Weight(Number);

impl Weight {
    /// Belongs fully.
    pub const FULL: Self = Self(Number::ONE);

    /// This weight, if it is more than 0 and at most 1.
    #[must_use]
    pub fn new(weight: f64) -> Option<Self> {
        (weight > 0.0 && weight <= 1.0).then(|| Number::new(weight).ok().map(Self)).flatten()
    }

    /// The weight as a float.
    #[must_use]
    pub const fn as_f64(self) -> f64 {
        self.0.as_f64()
    }
}

impl<'de> Deserialize<'de> for Weight {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let weight = f64::deserialize(deserializer)?;
        Self::new(weight).ok_or_else(|| {
            de::Error::custom(format_args!("`{weight}` is no weight: it is more than 0, at most 1"))
        })
    }
}

/// A segment that a customer is in, and how much.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Share {
    /// The segment.
    pub segment: SegmentId,
    /// How much the customer belongs to it.
    pub weight: Weight,
}

/// All segments that a customer is in, the weightiest first; of equal weight, the smaller id first.
///
/// Weights need not sum to 1: by rules, a customer can belong fully to several segments.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<Share>", into = "Vec<Share>")]
pub struct Membership(Vec<Share>);

impl Membership {
    /// In no segment.
    #[must_use]
    pub const fn none() -> Self {
        Self(Vec::new())
    }

    /// Fully in one segment.
    #[must_use]
    pub fn of(segment: SegmentId) -> Self {
        Self(vec![Share { segment, weight: Weight::FULL }])
    }

    /// The segment that the customer belongs to most.
    #[must_use]
    pub fn primary(&self) -> Option<&SegmentId> {
        self.0.first().map(|share| &share.segment)
    }

    /// Whether the customer is in the segment `id`.
    #[must_use]
    pub fn contains(&self, id: &SegmentId) -> bool {
        self.weight(id).is_some()
    }

    /// How much the customer belongs to the segment `id`, if at all.
    #[must_use]
    pub fn weight(&self, id: &SegmentId) -> Option<Weight> {
        self.0.iter().find(|share| share.segment == *id).map(|share| share.weight)
    }

    /// Whether the customer is in no segment.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// In how many segments the customer is.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// The segments, the weightiest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Share> {
        self.0.iter()
    }
}

/// The ids of the segments, the weightiest first; `none` if there are none.
impl fmt::Display for Membership {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ids: Vec<&str> = self.0.iter().map(|share| share.segment.as_str()).collect();
        if ids.is_empty() { f.pad("none") } else { f.pad(&ids.join(", ")) }
    }
}

/// Fully in all of these segments.
impl FromIterator<SegmentId> for Membership {
    fn from_iter<I: IntoIterator<Item = SegmentId>>(segments: I) -> Self {
        segments.into_iter().map(|segment| Share { segment, weight: Weight::FULL }).collect()
    }
}

/// Of several shares in one segment the greatest counts.
impl FromIterator<Share> for Membership {
    fn from_iter<I: IntoIterator<Item = Share>>(shares: I) -> Self {
        let mut shares: Vec<Share> = shares.into_iter().collect();
        shares.sort_by(|one, other| {
            one.segment.cmp(&other.segment).then(other.weight.cmp(&one.weight))
        });
        shares.dedup_by(|other, greatest| other.segment == greatest.segment);
        shares.sort_by_key(|share| Reverse(share.weight));
        Self(shares)
    }
}

impl From<Vec<Share>> for Membership {
    fn from(shares: Vec<Share>) -> Self {
        shares.into_iter().collect()
    }
}

impl From<Membership> for Vec<Share> {
    fn from(membership: Membership) -> Self {
        membership.0
    }
}

impl IntoIterator for Membership {
    type Item = Share;
    type IntoIter = std::vec::IntoIter<Share>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a> IntoIterator for &'a Membership {
    type Item = &'a Share;
    type IntoIter = std::slice::Iter<'a, Share>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(text: &str) -> SegmentId {
        SegmentId::new(text).unwrap()
    }

    #[test]
    fn the_weightiest_comes_first_and_ties_go_to_the_smaller_id() {
        let json = r#"[{"segment":"c","weight":0.25},{"segment":"b","weight":0.25},
            {"segment":"a","weight":0.1},{"segment":"d","weight":0.4},
            {"segment":"a","weight":0.05}]"#;
        let membership: Membership = serde_json::from_str(json).unwrap();
        let order: Vec<&str> = membership.iter().map(|share| share.segment.as_str()).collect();
        assert_eq!(order, ["d", "b", "c", "a"]);
        assert_eq!(format!("{membership:>12}|{:6}|", Membership::none()), "  d, b, c, a|none  |");
        assert_eq!(membership.primary(), Some(&id("d")));
        assert_eq!(membership.weight(&id("a")), Weight::new(0.1));
        assert!(membership.contains(&id("c")) && !membership.contains(&id("e")));
        let again = serde_json::to_string(&membership).unwrap();
        assert_eq!(serde_json::from_str::<Membership>(&again).unwrap(), membership);
    }

    #[test]
    fn a_weight_is_more_than_nothing_and_at_most_all() {
        assert_eq!(Weight::new(1.0), Some(Weight::FULL));
        for weight in [0.0, -0.5, 1.000_001, f64::NAN, f64::INFINITY] {
            assert_eq!(Weight::new(weight), None, "{weight}");
        }
        let json = r#"[{"segment":"a","weight":0.0}]"#;
        let error = serde_json::from_str::<Membership>(json).unwrap_err().to_string();
        assert!(error.starts_with("`0` is no weight: it is more than 0, at most 1"), "{error}");
    }

    #[test]
    fn rules_give_full_membership_in_several_segments() {
        let membership: Membership = [id("vip"), id("lapsed"), id("vip")].into_iter().collect();
        assert_eq!(membership.len(), 2);
        assert_eq!(membership.primary(), Some(&id("lapsed")));
        assert!(Membership::none().is_empty() && Membership::none().primary().is_none());
    }
}
