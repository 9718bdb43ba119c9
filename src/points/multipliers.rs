//! Multipliers of a program as they are written, and their check.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Boost, BoostSource, Combine, Earning, Fault, Multiplier, OfferBoosts};
use crate::id::{CampaignId, EarningId};
use crate::path::{Path, Problems};
use crate::rule::{CheckedRule, Facts, Rule, Schema, Truth};

/// How the multipliers of tiers, offers and campaigns go together, and the campaigns.
///
/// ```
/// use loyalty::points::Multipliers;
///
/// let multipliers: Multipliers = serde_json::from_str(r#"{
///   "combine": "add",
///   "campaigns": [
///     {"id": "double-days", "by": "2x", "when": "weekday in {sat, sun}"},
///     {"id": "vip-week", "by": "1.5x", "when": {"field": "segments", "any_of": ["vip"]},
///      "rules": ["base"], "from": "2026-03-02T00:00:00Z", "until": "2026-03-09T00:00:00Z"}
///   ]
/// }"#)?;
/// assert_eq!(multipliers.campaigns.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Multipliers {
    /// How those that apply to the same points go together.
    #[serde(default)]
    pub combine: Combine,
    /// Which of several offers that multiply count.
    #[serde(default)]
    pub offers: OfferBoosts,
    /// What multiplies points beside tiers and offers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub campaigns: Vec<Campaign>,
}

/// Points are multiplied for those, and at the times, that it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Campaign {
    /// Names the campaign.
    pub id: CampaignId,
    /// How many times the points.
    pub by: Multiplier,
    /// What must hold when points are earned: of the customer, their segments and tier, the day,
    /// the basket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Rule>,
    /// The earning rules whose points are multiplied; all if none is named.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub rules: BTreeSet<EarningId>,
    /// The first instant at which it applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    /// The first instant at which it no longer applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<DateTime<Utc>>,
}

/// Multipliers that fit a program.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckedMultipliers {
    written: Multipliers,
    /// The conditions of the campaigns.
    conditions: Vec<Option<CheckedRule>>,
}

impl Multipliers {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The multipliers, checked against the fields of a program and its earning rules.
    ///
    /// # Errors
    /// All problems, each with its path, such as `campaigns[0].by`.
    pub fn check(
        &self,
        schema: &Schema,
        earning: &Earning,
    ) -> Result<CheckedMultipliers, Problems<Fault>> {
        let mut problems = Problems::none();
        let mut seen = BTreeMap::new();
        let mut conditions = Vec::with_capacity(self.campaigns.len());
        for (index, campaign) in self.campaigns.iter().enumerate() {
            let path = Path::from("campaigns").item(index);
            if let Some(first) = seen.insert(&campaign.id, index) {
                let fault = Fault::DuplicateCampaign { id: campaign.id.clone(), first };
                problems.add(path.field("id"), fault);
            }
            campaign.check(earning, &path, &mut problems);
            let when = campaign.when.as_ref();
            conditions
                .push(when.and_then(|when| problems.take(&path.field("when"), when.check(schema))));
        }
        problems.into_result(CheckedMultipliers { written: self.clone(), conditions })
    }
}

impl Campaign {
    fn check(&self, earning: &Earning, path: &Path, problems: &mut Problems<Fault>) {
        if self.by == Multiplier::ONE {
            problems.add(path.field("by"), Fault::MultipliesNothing);
        }
        let named = |id: &EarningId| earning.0.iter().any(|rule| rule.id == *id);
        for (index, id) in self.rules.iter().enumerate() {
            // A host's own policy has rules that the document does not tell.
            if !earning.0.is_empty() && !named(id) {
                let fault = Fault::UnknownRule { id: id.clone() };
                problems.add(path.field("rules").item(index), fault);
            }
        }
        if let (Some(from), Some(until)) = (self.from, self.until)
            && from >= until
        {
            problems.add(path.field("until"), Fault::EndsBeforeItBegins);
        }
    }

    fn is_on(&self, at: DateTime<Utc>) -> bool {
        self.from.is_none_or(|from| from <= at) && self.until.is_none_or(|until| at < until)
    }
}

impl CheckedMultipliers {
    /// The multipliers as they were written.
    #[must_use]
    pub const fn written(&self) -> &Multipliers {
        &self.written
    }

    /// Those of the campaigns that apply at an instant to who has these facts.
    pub fn campaigns(&self, facts: &dyn Facts, at: DateTime<Utc>) -> impl Iterator<Item = Boost> {
        let campaigns = self.written.campaigns.iter().zip(&self.conditions);
        let apply = campaigns.filter(move |(campaign, when)| {
            campaign.is_on(at) && when.as_ref().is_none_or(|when| when.truth(facts) == Truth::Hold)
        });
        apply.map(|(campaign, _)| Boost {
            source: BoostSource::Campaign(campaign.id.clone()),
            by: campaign.by,
            rules: campaign.rules.clone(),
            part: None,
        })
    }

    /// Those of the offers that count.
    pub fn offers(&self, mut granted: Vec<Boost>) -> Vec<Boost> {
        if self.written.offers == OfferBoosts::Best {
            granted.sort_by(|one, other| (other.by, &one.source).cmp(&(one.by, &other.source)));
            granted.truncate(1);
        }
        granted
    }
}
