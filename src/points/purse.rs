//! Purses as they are written, and their check.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{ClawBack, Expiry, Fault, SpendOrder};
use crate::id::PurseId;
use crate::path::{Path, Problems};
use crate::rule::{Text, closest};

/// A currency of points beside the main points of a program, such as stars, miles or tier credits.
///
/// Points of two purses never mix: whatever is earned, spent, held, taken back, expired or owed is
/// so in one purse alone. What is not said is as for the main points.
///
/// ```
/// use loyalty::points::Purse;
///
/// let credits: Purse = serde_json::from_str(r#"{
///   "id": "tier_credits",
///   "name": "Tier credits",
///   "spendable": false,
///   "multiplied": false,
///   "expiry": {"end_of": {"period": "year"}}
/// }"#)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Purse {
    /// Names the purse.
    pub id: PurseId,
    /// What its points are called.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<Text>,
    /// Whether customers can spend its points, and give them to others. What cannot be spent still
    /// counts: for tiers and in rules. Operators can put it right, and it goes along when accounts
    /// are merged.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub spendable: bool,
    /// Whether tiers, offers and campaigns multiply what earning rules give of them.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub multiplied: bool,
    /// When its points expire for which an earning rule does not say it; whatever the tier says in
    /// which they are earned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Expiry>,
    /// How far its points that a return or a void takes back are taken.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claw_back: Option<ClawBack>,
    /// In which order its points are spent of members who enroll under these terms; a member who
    /// enrolled before the purse was declared spends them in the order of the main points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend_order: Option<SpendOrder>,
}

const fn yes() -> bool {
    true
}

const fn is_yes(answer: &bool) -> bool {
    *answer
}

/// The purses of a program, each with an id of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Purses(BTreeMap<PurseId, Purse>);

impl Purse {
    /// A purse with the terms of the main points.
    #[must_use]
    pub const fn new(id: PurseId) -> Self {
        Self {
            id,
            name: None,
            spendable: true,
            multiplied: true,
            expiry: None,
            claw_back: None,
            spend_order: None,
        }
    }

    /// The same, whose points cannot be spent.
    #[must_use]
    pub fn unspendable(self) -> Self {
        Self { spendable: false, ..self }
    }
}

impl Purses {
    /// These purses; of those with one id the first.
    pub(crate) fn of(purses: &[Purse]) -> Self {
        Self(purses.iter().rev().map(|purse| (purse.id.clone(), purse.clone())).collect())
    }

    /// These purses, if each has an id of its own.
    ///
    /// # Errors
    /// All problems, each with its path, such as `[1].id`.
    pub fn check(purses: &[Purse]) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        let mut seen = BTreeMap::new();
        for (index, purse) in purses.iter().enumerate() {
            if let Some(first) = seen.insert(&purse.id, index) {
                let fault = Fault::DuplicatePurse { id: purse.id.clone(), first };
                problems.add(Path::root().item(index).field("id"), fault);
            }
        }
        problems.into_result(Self::of(purses))
    }

    /// The purses, in the order of their ids.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Purse> {
        self.0.values()
    }

    /// The purse of this name.
    #[must_use]
    pub fn get(&self, id: &PurseId) -> Option<&Purse> {
        self.0.get(id)
    }

    /// What is wrong with naming a purse: it is not there.
    pub(crate) fn fault(&self, named: Option<&PurseId>) -> Option<Fault> {
        let id = named.filter(|id| !self.0.contains_key(*id))?;
        let suggestion = closest(id.as_str(), self.0.keys().map(PurseId::as_str));
        let suggestion = suggestion.and_then(|found| PurseId::new(found.as_str()).ok());
        Some(Fault::UnknownPurse { id: id.clone(), suggestion })
    }

    /// What is wrong with naming a purse whose points are to be spent.
    pub(crate) fn cost_fault(&self, named: Option<&PurseId>) -> Option<Fault> {
        let spent = || {
            let purse = self.get(named?).filter(|purse| !purse.spendable)?;
            Some(Fault::Unspendable { id: purse.id.clone() })
        };
        self.fault(named).or_else(spent)
    }
}
