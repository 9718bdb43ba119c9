//! Tiers: what customers are promised for what they did within a window of time.
//!
//! A [`Ladder`] says which credits count, in which window, and how many a [`Tier`] takes. Credits
//! are no balance: points that were spent have still been earned. Every customer has exactly one
//! tier at every instant, and more credits never mean a lower one.

mod benefit;
mod check;
mod credits;
mod fault;
mod frame;
mod grant;
mod history;
mod hold;
mod ladder;
mod measure;
mod placing;
mod qualification;
mod tier_year;
mod timeline;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use benefit::{Benefit, EarlyAccess, NamedBenefit};
pub use check::CheckedLadder;
pub use credits::{AtLeast, Combined, Credits, Needed, Tally};
pub use fault::Fault;
pub use history::{Reason, TierStep};
pub use ladder::{AfterReturn, CarryOver, Crossing, Downgrade, Ladder, MAX_TIERS, Validity};
pub use measure::Measure;
pub use qualification::Qualification;

use crate::feature::Snapshot;
use crate::id::TierId;
use crate::points::{Expiry, Ledger, Multiplier};
use crate::rule::Text;

/// A tier and what its customers get.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// Its id, which rules and offers refer to.
    pub id: TierId,
    /// What people call it.
    pub name: Text,
    /// From how many credits on a customer is in it.
    pub at_least: AtLeast,
    /// From how many credits in all their life on a customer never falls below it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub for_life: Option<AtLeast>,
    /// How many times the points its customers earn.
    #[serde(default)]
    pub multiplier: Multiplier,
    /// When points expire that are earned in the tier, unless the earning rule says it; as the
    /// program says if it is not said here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points_expiry: Option<Expiry>,
    /// What else they get.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub benefits: Vec<Benefit>,
}

/// Decides who is in which tier; hosts bring their own where a [`Ladder`] does not say it.
///
/// Laws (`laws::tier_policy` checks them): there is at least one tier, and their ids differ; the
/// standing names the tier at its rank, which is that of [`TierPolicy::rank`]; the answer depends
/// on what happened up to the moment, and stays the same until its `next_change` if nothing more
/// happens.
pub trait TierPolicy: Send + Sync {
    /// All tiers, from the lowest to the highest; at least one.
    fn tiers(&self) -> &[Tier];

    /// Where a customer stands at a moment.
    fn standing(&self, snapshot: &Snapshot<'_>, ledger: &Ledger) -> Standing;

    /// The position of the customer's tier in [`TierPolicy::tiers`]: the rank of the standing, for
    /// which a policy may know a shorter way.
    fn rank(&self, snapshot: &Snapshot<'_>, ledger: &Ledger) -> usize {
        self.standing(snapshot, ledger).rank
    }

    /// The changes of the customer's tier up to the moment, in their order; nothing where it cannot
    /// be told.
    fn history(&self, snapshot: &Snapshot<'_>, ledger: &Ledger) -> Vec<TierStep> {
        let _ = (snapshot, ledger);
        Vec::new()
    }

    /// The tier at a later instant if nothing more happens; `None` where it cannot be told. By
    /// itself a policy can tell it as long as its standing stays the same.
    fn forecast(
        &self,
        snapshot: &Snapshot<'_>,
        ledger: &Ledger,
        at: DateTime<Utc>,
    ) -> Option<Forecast> {
        let Standing { tier, rank, until, .. } = self.standing(snapshot, ledger);
        let stays = until.is_none_or(|until| at < until);
        stays.then_some(Forecast { at, tier, rank, steps: Vec::new() })
    }

    /// Whether the answers depend on points. Where they do not, the ledger that is handed in may
    /// lack the latest entries.
    fn looks_at_points(&self) -> bool {
        true
    }

    /// Whether a tier lasts for a term, so that one that is granted without an end has one.
    fn has_terms(&self) -> bool {
        true
    }

    /// With which tier's multiplier a purchase earns that leads to another tier.
    fn crossing(&self) -> Crossing {
        Crossing::Before
    }
}

/// Where a customer stands at an instant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Standing {
    /// The customer's tier.
    pub tier: TierId,
    /// Its position in [`TierPolicy::tiers`], counted from 0.
    pub rank: usize,
    /// The credits that count at the instant.
    pub credits: Tally,
    /// Since when the customer has been in the tier; `None` if they were in no other.
    pub since: Option<DateTime<Utc>>,
    /// The first instant at which the customer is in another tier if nothing more happens; `None`
    /// if that never is.
    pub until: Option<DateTime<Utc>>,
    /// What is missing to keep the tier, if it is lost as things are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep: Option<Keep>,
    /// What is missing to the next tier; `None` in the highest.
    pub progress: Option<Progress>,
    /// The first instant at which any of this is different if nothing more happens.
    pub next_change: Option<DateTime<Utc>>,
}

/// What is missing to the next tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Progress {
    /// The next tier.
    pub next: TierId,
    /// How many credits are missing in each measure of which any are; none if it only takes another
    /// credit to come in.
    pub gap: Tally,
    /// Whether any of that is enough, or all of it is needed.
    pub needed: Needed,
    /// The first instant at which some of the credits that count now no longer do; `None` if all
    /// count for good.
    pub counts_until: Option<DateTime<Utc>>,
}

/// What is missing to keep a tier.
///
/// Where a tier that is lost leads to the lowest ([`Downgrade::ToBase`]), who climbs higher with it
/// and loses that falls all the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keep {
    /// When it is lost if nothing more happens.
    pub until: DateTime<Utc>,
    /// How many credits are missing in each measure of which any are; none if any credit renews it.
    pub gap: Tally,
    /// Whether any of that is enough, or all of it is needed.
    pub needed: Needed,
    /// From when on credits can count for that; `None` if they do now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// Up to when it is so few: the last instant before the window ends, some of the credits that
    /// count no longer do, or the tier is lost.
    pub by: DateTime<Utc>,
}

/// A customer's tier at a later instant if nothing more happens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Forecast {
    /// The instant.
    pub at: DateTime<Utc>,
    /// The tier then.
    pub tier: TierId,
    /// Its position in [`TierPolicy::tiers`].
    pub rank: usize,
    /// The changes until then.
    pub steps: Vec<TierStep>,
}
