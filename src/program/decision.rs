//! What follows from an event.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::event::Event;
use crate::id::{CustomerId, LadderId, OfferId, PurseId, SegmentId, TierId};
use crate::money::Money;
use crate::offer::{DeclineCode, Outcome};
use crate::path::{Path, Problems};
use crate::points::{Balance, Boost, Entry, Refusal};

/// What follows from an event for a member: a record to carry out, apply and keep.
///
/// It names the policy and the inputs that it follows from; deciding again with them gives the same
/// bytes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Decision {
    /// The digest of the program's terms.
    pub policy: Digest,
    /// The digest of the member's state and the event.
    pub inputs: Digest,
    /// The member.
    pub customer: CustomerId,
    /// The revision of the member that it was decided for.
    pub revision: u64,
    /// The instant for which it is told how the member stands: when the event happened, or when it
    /// was recorded if that was later.
    pub as_of: DateTime<Utc>,
    /// What happened.
    pub event: Event,
    /// Whether the event takes effect.
    pub status: Status,
    /// What is odd about the event in the light of the history, though it takes effect: a return of
    /// more than was bought, an order that is not known (yet).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Complaint>,
    /// What to post to the ledger; entries whose cause is another event correct what was posted for
    /// that one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<Entry>,
    /// The multipliers, other than 1x, with which the event earned its points; how they go together
    /// is a term of the program.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub multipliers: Vec<Boost>,
    /// For a purchase: what became of its offers, as of the purchase; see
    /// [`Program::decide`](super::Program::decide) for which of them are told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub outcomes: Vec<Outcome>,
    /// For a purchase: the offers that were used in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub settlements: Vec<Settlement>,
    /// The segments that the member comes into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub entered: Vec<SegmentId>,
    /// The segments that the member drops out of.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<SegmentId>,
    /// The change of tier, if it changes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<TierChange>,
    /// The changes on the ladders beside the first one, by ladder.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub other_tiers: BTreeMap<LadderId, TierChange>,
    /// The main points afterwards.
    pub balance: Balance,
    /// The points of the other purses afterwards: of those that the program has, and of others in
    /// which the member had any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub purses: BTreeMap<PurseId, Balance>,
}

/// Whether an event takes effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It does.
    Accepted,
    /// It did already.
    Duplicate,
    /// It cannot, for these reasons.
    Refused(Vec<Complaint>),
    /// What it would do with points cannot be done.
    Declined(Refusal),
}

/// Something wrong in what the host handed in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Complaint {
    /// Where it is.
    pub path: Path,
    /// What is wrong there, in words.
    pub reason: String,
}

/// An offer that was used in a purchase.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settlement {
    /// The offer.
    pub offer: OfferId,
    /// What the purchase took off for it.
    pub claimed: Money,
    /// Whether the program would have granted that.
    pub standing: Claim,
}

/// Whether an offer was rightly used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Claim {
    /// The program grants it, and no less.
    Due,
    /// The program grants it, but less was due.
    TooMuch {
        /// What was due.
        due: Money,
    },
    /// The program declines it.
    Declined {
        /// Why.
        code: DeclineCode,
    },
    /// The program has no such offer.
    Unknown,
}

/// A change of tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierChange {
    /// The tier without the event.
    pub from: TierId,
    /// The tier with it.
    pub to: TierId,
}

impl Complaint {
    /// The problems that a check found, in words.
    pub(super) fn all<F: std::fmt::Display>(problems: &Problems<F>) -> Vec<Self> {
        let told = |problem: &crate::path::Problem<F>| Self {
            path: problem.path.clone(),
            reason: problem.fault.to_string(),
        };
        problems.iter().map(told).collect()
    }

    /// A single complaint.
    pub(super) fn one(path: &str, reason: impl Into<String>) -> Self {
        Self { path: Path::from(path), reason: reason.into() }
    }
}
