//! Tiers that are granted, and what is to be done to keep them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Fault;
use crate::calendar::Span;
use crate::id::{LadderId, TierId};
use crate::money::Money;
use crate::path::{Problems, Trail};

/// A tier was granted.
///
/// It is held from then on, beside whatever the customer has earned: a grant never lowers a tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierGranted {
    /// The ladder; the one called `main` if not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ladder: Option<LadderId>,
    /// The tier.
    pub tier: TierId,
    /// Until when; if not stated as long as if it had been earned then, which is not at all on a
    /// ladder whose tiers have no term.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
    /// Why.
    pub reason: GrantReason,
    /// What is to be done to keep it: it is held while there is time for that, and then only if it
    /// was done, from the day on which it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<TierChallenge>,
}

/// Why a tier was granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GrantReason {
    /// The customer has a like one in another program.
    Match,
    /// It is a present.
    Gift,
    /// It is a fast track to the tier.
    Challenge,
}

/// What is to be done within a span to keep a tier that was granted: all that is stated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierChallenge {
    /// The span, from the grant on.
    pub within: Span,
    /// How much is to be spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend: Option<Money>,
    /// How many orders are to be placed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub orders: Option<i64>,
    /// How many visits are to be paid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visits: Option<i64>,
    /// How many points are to be earned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points_earned: Option<i64>,
    /// How many interactions there are to be.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub engagement: Option<i64>,
}

impl TierGranted {
    /// Whether it ends after it begins, and its challenge takes something.
    pub(super) fn check(
        &self,
        at: DateTime<Utc>,
        path: &Trail<'_>,
        problems: &mut Problems<Fault>,
    ) {
        if self.until.is_some_and(|until| until <= at) {
            problems.add(path.field("until"), Fault::EndsBefore);
        }
        let Some(challenge) = &self.challenge else { return };
        let path = path.field("challenge");
        let counts = [
            ("orders", challenge.orders),
            ("visits", challenge.visits),
            ("points_earned", challenge.points_earned),
            ("engagement", challenge.engagement),
        ];
        let spend = ("spend", challenge.spend.map(Money::minor));
        let stated = counts.into_iter().chain([spend]);
        let stated: Vec<_> = stated.filter_map(|(name, count)| Some((name, count?))).collect();
        if stated.is_empty() {
            problems.add(path, Fault::Empty);
        }
        for (name, _) in stated.into_iter().filter(|(_, count)| *count <= 0) {
            problems.add(path.field(name), Fault::NothingToDo);
        }
    }
}
