//! Earning rules as they are written, and their check.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Activation, Award, Cap, Expiry, Fault, Points, Purses};
use crate::event::Channel;
use crate::id::{EarningId, PurseId, StoreId};
use crate::money::Currency;
use crate::path::{Path, Problems};
use crate::rule::{CheckedRule, Rule, Schema};

/// The most points that a rule can give per amount, per unit or per event.
pub const MAX_AWARD: Points = Points(1_000_000_000);

/// All earning rules of a program; each gives its points beside the others.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(transparent)]
pub struct Earning(pub Vec<EarningRule>);

/// What earns points, how many, and how long they last.
///
/// ```
/// use loyalty::points::EarningRule;
///
/// let rule: EarningRule = serde_json::from_str(r#"{
///   "id": "base",
///   "award": {"per_amount": {"points": 1, "per": "1.00 EUR", "categories": ["coffee"]}},
///   "activation": {"after": "14d"},
///   "expiry": {"end_of": {"period": "month", "after": "12mo"}}
/// }"#)?;
/// let rule: EarningRule = serde_json::from_str(r#"{
///   "id": "reviews",
///   "award": {"per_event": {"event": "review", "points": 50}},
///   "caps": [{"times": 2, "per": "month"}, {"points": 500, "per": "year"}],
///   "channels": ["app"],
///   "tier_multiplier": "ignored"
/// }"#)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EarningRule {
    /// Names the rule; the points that it gave refer to it.
    pub id: EarningId,
    /// What earns points, and how many.
    pub award: Award,
    /// The purse that the points go into; that of the main points if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purse: Option<PurseId>,
    /// What must hold when it happens, besides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Rule>,
    /// The channels through which it must come; any if none is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub channels: BTreeSet<Channel>,
    /// The stores in which it must happen: that of the basket, or that of a visit; anywhere if none
    /// is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub stores: BTreeSet<StoreId>,
    /// How much it gives at most in a period; all of these hold.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
    /// Whether customers of a higher tier get more.
    #[serde(default)]
    pub tier_multiplier: TierMultiplier,
    /// When the points can be spent.
    #[serde(default)]
    pub activation: Activation,
    /// When they can no longer be spent; if it is not said, when the purse says, or the tier in
    /// which they are earned, or else the program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expiry: Option<Expiry>,
}

/// Whether the multiplier of the customer's tier applies; those of offers and campaigns do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum TierMultiplier {
    /// The points are multiplied.
    #[default]
    Applies,
    /// Every tier gets the same.
    Ignored,
}

/// Earning rules that fit a program, ready to give points.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedEarning {
    pub(super) rules: Vec<CheckedEarningRule>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct CheckedEarningRule {
    pub(super) written: EarningRule,
    pub(super) when: Option<CheckedRule>,
    /// When points of its purse expire, if the purse says it.
    pub(super) expiry: Option<Expiry>,
    /// Whether its points are multiplied at all.
    pub(super) multiplied: bool,
}

impl EarningRule {
    /// A rule without conditions, caps and terms of its own.
    #[must_use]
    pub const fn new(id: EarningId, award: Award) -> Self {
        Self {
            id,
            award,
            purse: None,
            when: None,
            channels: BTreeSet::new(),
            stores: BTreeSet::new(),
            caps: Vec::new(),
            tier_multiplier: TierMultiplier::Applies,
            activation: Activation::Immediate,
            expiry: None,
        }
    }

    fn check(
        &self,
        currency: Currency,
        purses: &Purses,
        path: &Path,
        problems: &mut Problems<Fault>,
    ) {
        if let Some(fault) = purses.fault(self.purse.as_ref()) {
            problems.add(path.field("purse"), fault);
        }
        self.award.check(currency, &path.field("award"), problems);
        for (index, cap) in self.caps.iter().enumerate() {
            cap.check(&path.field("caps").item(index), problems);
        }
        if self.activation.waits() && !self.award.is_for_purchases() {
            problems.add(path.field("activation"), Fault::NothingToConfirm);
        }
    }
}

impl Earning {
    /// The rules, checked against the fields of a program, its currency and its purses.
    ///
    /// # Errors
    /// All problems, each with its path, such as `[2].award.per_amount.per`.
    pub fn check(
        &self,
        schema: &Schema,
        currency: Currency,
        purses: &Purses,
    ) -> Result<CheckedEarning, Problems<Fault>> {
        let mut problems = Problems::none();
        let mut seen = BTreeMap::new();
        let mut rules = Vec::with_capacity(self.0.len());
        for (index, rule) in self.0.iter().enumerate() {
            let path = Path::root().item(index);
            if let Some(first) = seen.insert(&rule.id, index) {
                let fault = Fault::DuplicateRule { id: rule.id.clone(), first };
                problems.add(path.field("id"), fault);
            }
            rule.check(currency, purses, &path, &mut problems);
            let when = rule
                .when
                .as_ref()
                .and_then(|when| problems.take(&path.field("when"), when.check(schema)));
            let purse = rule.purse.as_ref().and_then(|purse| purses.get(purse));
            rules.push(CheckedEarningRule {
                written: rule.clone(),
                when,
                expiry: purse.and_then(|purse| purse.expiry),
                multiplied: purse.is_none_or(|purse| purse.multiplied),
            });
        }
        problems.into_result(CheckedEarning { rules })
    }
}

impl CheckedEarning {
    /// The rules as they were written.
    pub fn rules(&self) -> impl ExactSizeIterator<Item = &EarningRule> {
        self.rules.iter().map(|rule| &rule.written)
    }

    /// The rule with this id.
    #[must_use]
    pub fn rule(&self, id: &EarningId) -> Option<&EarningRule> {
        self.rules().find(|rule| rule.id == *id)
    }
}
