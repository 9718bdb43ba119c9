//! How long customers waited, where some are waiting still.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// How many customers came, and how many were seen no longer, after so many days.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Waiting(BTreeMap<u32, Ends>);

/// Whose wait ends after a number of days.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ends {
    came: u64,
    unknown: u64,
}

impl Waiting {
    /// Counts a customer who came after so many days, or has not yet.
    pub(super) fn add(&mut self, days: i64, came: bool) {
        let ends = self.0.entry(u32::try_from(days).unwrap_or(0)).or_default();
        *(if came { &mut ends.came } else { &mut ends.unknown }) += 1;
    }

    /// How many customers came.
    #[must_use]
    pub fn came(&self) -> u64 {
        self.0.values().fold(0, |sum, ends| sum.saturating_add(ends.came))
    }

    /// The share of all customers who came within so many days, for each number of days after which
    /// somebody did.
    ///
    /// Of those who are waiting still it is taken that they come like the others (Kaplan and
    /// Meier).
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than 15 digits")]
    pub fn curve(&self) -> impl Iterator<Item = (u32, f64)> {
        let all = |ends: &Ends| u128::from(ends.came) + u128::from(ends.unknown);
        let mut at_risk: u128 = self.0.values().map(all).sum();
        let mut waiting = 1.0;
        let steps = self.0.iter().map(move |(days, ends)| {
            waiting *= 1.0 - ends.came as f64 / at_risk as f64;
            at_risk -= all(ends);
            (*days, ends.came, 1.0 - waiting)
        });
        steps.filter(|(_, came, _)| *came > 0).map(|(days, _, share)| (days, share))
    }

    /// After how many days so large a share had come.
    #[must_use]
    pub fn quantile(&self, share: f64) -> Option<u32> {
        // What is left over of products of floats decides no day.
        self.curve().find(|(_, came)| *came >= share - 1e-12).map(|(days, _)| days)
    }
}
