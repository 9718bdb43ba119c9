//! Whom offers reach, and what stands between a member and an offer.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::{Member, Program};
use crate::event::Basket;
use crate::id::OfferId;
use crate::parallel::each;
use crate::rule::{Columns, Facts, MatchTable, Sheet, Text, Turns, unlocks};

/// Which members meet the conditions of which offers.
#[derive(Clone, Debug)]
pub struct Audience {
    offers: Vec<OfferId>,
    members: usize,
    table: MatchTable,
}

/// What would open an offer for a member, and until when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prospect {
    /// The smallest sets of changes with which its conditions would hold.
    pub turns: Turns,
    /// The first instant at which the offer can no longer be had, if it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<DateTime<Utc>>,
}

/// A fact that is not known of a member, and the offers that knowing it could open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unlocked {
    /// The field that has no value.
    pub field: Text,
    /// The offers whose conditions are unknown, and hold for some value of it, by id.
    pub offers: Vec<OfferId>,
}

impl Audience {
    /// All offers, by id.
    #[must_use]
    pub fn offers(&self) -> &[OfferId] {
        &self.offers
    }

    /// The offers whose conditions the member at this position meets, by id.
    pub fn offers_of(&self, member: usize) -> impl Iterator<Item = &OfferId> {
        self.table.iter(member).filter_map(|at| self.offers.get(at))
    }

    /// The positions of the members who meet the conditions of an offer, in ascending order; none
    /// if there is no such offer.
    pub fn members_of(&self, offer: &OfferId) -> impl Iterator<Item = usize> {
        let place = self.offers.binary_search(offer).ok();
        let meets = move |member: &usize| place.is_some_and(|at| self.table.contains(*member, at));
        (0..self.members).filter(meets)
    }
}

impl Program {
    /// Which of the members meet the conditions of which offers as of an instant, with nothing in
    /// their baskets: whom a campaign would reach. `None` if offers are granted in the host's own
    /// way.
    ///
    /// It looks at conditions only: codes, limits and validity are the business of
    /// [`Program::quote`]. With the feature `rayon` it is spread over all cores; the answer is the
    /// same.
    #[must_use]
    pub fn audience(&self, members: &[Member], as_of: DateTime<Utc>) -> Option<Audience> {
        let catalog = self.offers.part.catalog().filter(|_| self.offers.slots.is_none())?;
        let basket = Basket::default();
        let sheets = each(members, |member| self.sheet_of(member, &basket, as_of));
        let rows = sheets.iter().map(|sheet| sheet as &dyn Facts);
        let columns = Columns::of(self.fields.schema(), self.moment(as_of).today(), rows).ok()?;
        Some(Audience {
            offers: catalog.offers().map(|offer| offer.id.clone()).collect(),
            members: members.len(),
            table: catalog.conditions().holding_all(&columns),
        })
    }

    /// The smallest sets of changes with which the conditions of an offer would hold for the member
    /// with this basket, and until when: `spend(90d) 12.40 EUR more, or orders(30d) 1 more, before
    /// 2026-12-31T23:00:00Z`. `None` if there is no such offer, or if it has no rule.
    #[must_use]
    pub fn prospect(
        &self,
        member: &Member,
        basket: &Basket,
        as_of: DateTime<Utc>,
        offer: &OfferId,
    ) -> Option<Prospect> {
        let catalog = self.offers.part.catalog()?;
        let (rule, offer) = (catalog.condition(offer)?, catalog.offer(offer)?);
        let sheet = self.sheet_of(member, basket, as_of);
        let turns = rule.turns(&self.offers.facts(&sheet));
        Some(Prospect { turns, before: offer.ends() })
    }

    /// What is not known of the member with this basket and stands between them and offers: the
    /// facts that could open most offers first.
    #[must_use]
    pub fn unlocks(&self, member: &Member, basket: &Basket, as_of: DateTime<Utc>) -> Vec<Unlocked> {
        let Some(catalog) = self.offers.part.catalog() else { return Vec::new() };
        let sheet = self.sheet_of(member, basket, as_of);
        let ids: Vec<&OfferId> = catalog.offers().map(|offer| &offer.id).collect();
        let rules = ids.iter().filter_map(|id| catalog.condition(id));
        let found = unlocks(rules, &self.offers.facts(&sheet));
        let offer = |at: usize| ids.get(at).map(|id| (*id).clone());
        let told = found.into_iter().map(|unlock| Unlocked {
            field: unlock.field,
            offers: unlock.rules.into_iter().filter_map(offer).collect(),
        });
        told.collect()
    }

    /// All that rules can know of the member with this basket.
    fn sheet_of(&self, member: &Member, basket: &Basket, as_of: DateTime<Utc>) -> Sheet {
        let judged = self.judge_at(member, as_of);
        self.with_basket(&judged, basket, None)
    }
}

impl fmt::Display for Prospect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.turns.fmt(f)?;
        match self.before {
            Some(before) if !self.turns.sets.is_empty() => {
                write!(f, ", before {}", before.to_rfc3339_opts(SecondsFormat::AutoSi, true))
            }
            _ => Ok(()),
        }
    }
}
