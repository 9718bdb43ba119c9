//! The answers to `view` and `quote`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::judge::{Asked, Look};
use super::{Complaint, Member, Program};
use crate::digest::Digest;
use crate::event::Basket;
use crate::game::Play;
use crate::id::{CustomerId, LadderId, OfferId, PurseId};
use crate::offer::{Allowance, BudgetKey, Budgets, Evaluation, Explain, NoBudgets};
use crate::points::{Balance, Expiring};
use crate::rule::{Facts, Text, Value, Verdict};
use crate::segment::Membership;
use crate::tier::Standing;

/// How many instants [`Program::view`] tries for the next change.
pub const MAX_LOOKS: usize = 32;

/// How a member stands at an instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct View {
    /// The digest of the program's terms.
    pub policy: Digest,
    /// The digest of the member's state and the instant.
    pub inputs: Digest,
    /// The member.
    pub customer: CustomerId,
    /// The instant.
    pub as_of: DateTime<Utc>,
    /// The features that the program's rules name, by name; `None` for what cannot be told.
    pub features: Vec<(Text, Option<Value>)>,
    /// The segments that the member is in.
    pub segments: Membership,
    /// The tier and the way to the next, if the program has tiers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub standing: Option<Standing>,
    /// How the member stands in the games.
    #[serde(default, skip_serializing_if = "Play::is_empty")]
    pub games: Play,
    /// The tiers on the ladders beside the first one, by ladder.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub other_standings: BTreeMap<LadderId, Standing>,
    /// The main points.
    pub balance: Balance,
    /// The points of the other purses: of those that the program has, and of others in which the
    /// member had any.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub purses: BTreeMap<PurseId, Balance>,
    /// What of the points of all purses will expire, and when.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub expiring: Vec<Expiring>,
    /// The first later instant at which this answer differs though nothing more is recorded; `None`
    /// for never. See [`Program::view`] for how far it looks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_change: Option<DateTime<Utc>>,
}

/// What every offer would do for a basket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Quote {
    /// The digest of the program's terms.
    pub policy: Digest,
    /// The digest of the member's state, the basket and the instant, and of what was told of
    /// budgets.
    pub inputs: Digest,
    /// The member.
    pub customer: CustomerId,
    /// The instant.
    pub as_of: DateTime<Utc>,
    /// Why the basket cannot be priced; then there is no evaluation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<Complaint>,
    /// Every offer granted or declined, the discounts of every line, and what must be reserved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evaluation: Option<Evaluation>,
}

impl Quote {
    /// The offers of which the member meets all that they ask, granted or not: what a profile page
    /// shows as "yours".
    pub fn eligible(&self) -> impl Iterator<Item = &OfferId> {
        let outcomes = self.evaluation.iter().flat_map(|evaluation| &evaluation.outcomes);
        outcomes.filter(|outcome| outcome.is_eligible()).map(|outcome| &outcome.offer)
    }
}

impl Program {
    /// How the member stands as of an instant: features, segments, tier, points, and when that
    /// changes though nothing more is recorded.
    ///
    /// The instants at which something may change are tried one by one until something does. If
    /// nothing does at the first [`MAX_LOOKS`], the last of them is told: until then, nothing
    /// changes.
    pub fn view(&self, member: &Member, as_of: DateTime<Utc>) -> View {
        let look = self.look(member, self.moment(as_of));
        let next_change = self.next_change(&look, member);
        let Look { judged, standing, other_standings, games } = look;
        let ladders = self.ladders.others.iter().map(|ladder| ladder.id().clone());
        let features = self.fields.features();
        let features =
            features.map(|(name, slot)| (name.clone(), judged.sheet.value(slot).cloned()));
        View {
            policy: self.version,
            inputs: Digest::of(&(member.digest(), as_of)),
            customer: member.id().clone(),
            as_of,
            features: features.collect(),
            expiring: expiring(member, as_of),
            next_change,
            segments: judged.place.membership,
            standing,
            games,
            other_standings: ladders.zip(other_standings).collect(),
            balance: judged.balance,
            purses: judged.purses,
        }
    }

    /// What every offer would do for the member with this basket as of an instant, before anything
    /// is bought. With an empty basket: which offers the member is eligible for.
    pub fn quote(&self, member: &Member, basket: &Basket, as_of: DateTime<Utc>) -> Quote {
        self.quoted(member, basket, as_of, &NoBudgets, Explain::Codes)
    }

    /// As [`Program::quote`], with offers declined or cut short whose shared budgets are used up.
    ///
    /// Each budget is asked for at most once. What was told of them is among the inputs of the
    /// quote: it is in their digest, unless no budget was asked for.
    pub fn quote_within(
        &self,
        member: &Member,
        basket: &Basket,
        as_of: DateTime<Utc>,
        budgets: &dyn Budgets,
    ) -> Quote {
        self.quoted(member, basket, as_of, budgets, Explain::Codes)
    }

    /// As [`Program::quote`], and declines for failed or unknown conditions have the verdict on
    /// every condition: what was found, what is wanted, and the gap.
    pub fn quote_explained(&self, member: &Member, basket: &Basket, as_of: DateTime<Utc>) -> Quote {
        self.quoted(member, basket, as_of, &NoBudgets, Explain::Full)
    }

    fn quoted(
        &self,
        member: &Member,
        basket: &Basket,
        as_of: DateTime<Utc>,
        budgets: &dyn Budgets,
        explain: Explain,
    ) -> Quote {
        let refused = match basket.validate() {
            Ok(()) => Vec::new(),
            Err(problems) => Complaint::all(&problems),
        };
        let noted = Noted { budgets, told: RefCell::default() };
        let evaluation = refused.is_empty().then(|| {
            let judged = self.judge_at(member, as_of);
            let asked = Asked { chosen: &basket.chosen, budgets: &noted, explain };
            let sheet = self.with_basket(&judged, basket, None);
            self.evaluate(&judged, basket, &sheet, asked)
        });
        let told = noted.told.into_inner();
        let inputs = if told.is_empty() {
            Digest::of(&(member.digest(), basket, as_of))
        } else {
            Digest::of(&(member.digest(), basket, as_of, told))
        };
        Quote {
            policy: self.version,
            inputs,
            customer: member.id().clone(),
            as_of,
            refused,
            evaluation,
        }
    }

    /// How the conditions of one offer come out for the member with this basket: what was found,
    /// what is wanted, and the gap. `None` if there is no such offer.
    #[must_use]
    pub fn explain(
        &self,
        member: &Member,
        basket: &Basket,
        as_of: DateTime<Utc>,
        offer: &OfferId,
    ) -> Option<Verdict> {
        let judged = self.judge_at(member, as_of);
        let sheet = self.with_basket(&judged, basket, None);
        self.offers.part.explain(offer, &self.offers.facts(&sheet))
    }
}

/// What expires of all purses, by instant and then by purse, that of the main points first.
fn expiring(member: &Member, as_of: DateTime<Utc>) -> Vec<Expiring> {
    let ledger = member.ledger();
    let purses = std::iter::once(None).chain(ledger.purses().map(Some));
    let expiring =
        purses.flat_map(|purse| ledger.purse(purse).expiring(as_of, DateTime::<Utc>::MAX_UTC));
    let mut expiring: Vec<Expiring> = expiring.collect();
    expiring.sort_by_key(|one| one.at);
    expiring
}

/// Asks for each budget once, and notes what was told.
struct Noted<'a> {
    budgets: &'a dyn Budgets,
    told: RefCell<BTreeMap<BudgetKey, Allowance>>,
}

impl Budgets for Noted<'_> {
    fn left(&self, key: &BudgetKey, limit: &Allowance) -> Option<Allowance> {
        if let Some(left) = self.told.borrow().get(key) {
            return Some(*left);
        }
        let left = self.budgets.left(key, limit)?;
        self.told.borrow_mut().insert(key.clone(), left);
        Some(left)
    }

    fn reserved(&self, offer: &OfferId) -> Option<bool> {
        self.budgets.reserved(offer)
    }
}
