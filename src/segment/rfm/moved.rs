//! What moved a customer between named segments of scores.

use crate::rule::Value;
use crate::segment::migration::{Cause, Turn};

use super::RfmSegments;

impl RfmSegments {
    /// The scores that changed.
    pub(super) fn moved(&self, then: &[Option<Value>], now: &[Option<Value>]) -> Vec<Cause> {
        let (before, after) = (self.explain(then), self.explain(now));
        let old = [before.recency, before.frequency, before.monetary];
        let new = [after.recency, after.frequency, after.monetary];
        let cause = |(old, new): (super::ScoredFeature, super::ScoredFeature)| {
            let (turn, weight) = match (old.score, new.score) {
                (Some(old), Some(new)) if old == new => return None,
                (Some(old), Some(new)) => (Turn::Score, f64::from(new) - f64::from(old)),
                (None, Some(_)) => (Turn::Known, 1.0),
                (Some(_), None) => (Turn::Unknown, 1.0),
                (None, None) => return None,
            };
            let (then, now) = (old.value.map(Value::from), new.value.map(Value::from));
            Some(Cause { feature: new.feature, then, now, turn, weight })
        };
        old.into_iter().zip(new).filter_map(cause).collect()
    }
}
