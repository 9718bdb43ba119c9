//! Which benefits of tiers are used, so that one that nobody wants can be seen.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::{Member, Program};
use crate::calendar::Interval;
use crate::event::{Event, EventKind};
use crate::id::{LadderId, OfferId, TierId};
use crate::money::Money;
use crate::parallel::each;
use crate::points::{Movement, Source};
use crate::tier::{Benefit, TierPolicy};

/// How a benefit of a tier was used within a time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct BenefitUse {
    /// The ladder.
    pub ladder: LadderId,
    /// The tier.
    pub tier: TierId,
    /// The benefit.
    pub benefit: Benefit,
    /// How many members were in the tier at some time.
    pub entitled: u64,
    /// How many of them used it while they were; `None` for what is no offer.
    pub used: Option<u64>,
    /// How often it was used.
    pub uses: u64,
    /// What was taken off for it; points that an offer gave are not in it.
    pub cost: Money,
}

/// What one member did with a benefit.
#[derive(Clone, Copy, Default)]
struct Usage {
    entitled: bool,
    uses: u64,
    cost_minor: i64,
}

/// When a member was in which tier of a ladder.
struct Stays {
    within: Interval,
    /// The tiers from an instant on, the first one from the beginning.
    tiers: Vec<(DateTime<Utc>, TierId)>,
}

impl BenefitUse {
    /// How many members who could have used it did not; `None` for what is no offer.
    #[must_use]
    pub fn unused(&self) -> Option<u64> {
        self.used.map(|used| self.entitled.saturating_sub(used))
    }
}

impl Program {
    /// How each benefit of each tier was used by members within a time, in the order of the terms.
    ///
    /// An offer is used by a purchase that names it, or for which it gave points. It is used in the
    /// tier in which the member was right before. Benefits that are no offers leave no trace: of
    /// them only who could use them is told. On tiers of the host's own it counts as one whole
    /// stay in the tier at the end of the time, unless the policy tells its history.
    ///
    /// With the feature `rayon` the members are spread over all cores; the answers are the same
    /// bytes.
    pub fn benefit_use(&self, members: &[Member], within: Interval) -> Vec<BenefitUse> {
        let mut told = Vec::new();
        for ladder in self.ladders() {
            let Some(policy) = self.policy(ladder) else { continue };
            let tiers = policy.tiers().iter();
            let benefits: Vec<(&TierId, &Benefit)> = tiers
                .flat_map(|tier| tier.benefits.iter().map(|benefit| (&tier.id, benefit)))
                .collect();
            let usages = each(members, |member| self.usages(member, policy, &benefits, within));
            for (place, (tier, benefit)) in benefits.iter().enumerate() {
                let usages = usages.iter().filter_map(|member| member.get(place));
                told.push(self.told(ladder, tier, benefit, usages));
            }
        }
        told
    }

    fn told<'a>(
        &self,
        ladder: &LadderId,
        tier: &TierId,
        benefit: &Benefit,
        usages: impl Iterator<Item = &'a Usage> + Clone,
    ) -> BenefitUse {
        let count = |is: fn(&&Usage) -> bool| usages.clone().filter(is).count() as u64;
        let cost = usages.clone().fold(0_i64, |sum, usage| sum.saturating_add(usage.cost_minor));
        BenefitUse {
            ladder: ladder.clone(),
            tier: tier.clone(),
            benefit: benefit.clone(),
            entitled: count(|usage| usage.entitled),
            used: benefit.offer().map(|_| count(|usage| usage.uses > 0)),
            uses: usages.map(|usage| usage.uses).sum(),
            cost: Money::from_minor(cost, self.currency),
        }
    }

    fn usages(
        &self,
        member: &Member,
        policy: &dyn TierPolicy,
        benefits: &[(&TierId, &Benefit)],
        within: Interval,
    ) -> Vec<Usage> {
        let stays = self.stays(member, policy, within);
        let usage = |(tier, benefit): &(&TierId, &Benefit)| {
            let entitled = stays.include(tier);
            let mut usage = Usage { entitled, ..Usage::default() };
            for event in benefit.offer().into_iter().flat_map(|offer| uses(member, offer, within)) {
                if stays.right_before(event.position().0) == Some(*tier) {
                    usage.uses += 1;
                    let off = benefit.offer().map_or(0, |offer| taken_off(event, offer));
                    usage.cost_minor = usage.cost_minor.saturating_add(off);
                }
            }
            usage
        };
        benefits.iter().map(usage).collect()
    }

    fn stays(&self, member: &Member, policy: &dyn TierPolicy, within: Interval) -> Stays {
        let snapshot = self.snapshot(member.profile(), self.moment(within.last));
        let steps = policy.history(&snapshot, member.ledger());
        let first = match steps.first() {
            Some(step) => Some(step.from.clone()),
            None => {
                let rank = policy.rank(&snapshot, member.ledger());
                policy.tiers().get(rank).map(|tier| tier.id.clone())
            }
        };
        let first = first.map(|tier| (DateTime::<Utc>::MIN_UTC, tier));
        let tiers = first.into_iter().chain(steps.into_iter().map(|step| (step.at, step.to)));
        Stays { within, tiers: tiers.collect() }
    }
}

impl Stays {
    /// Whether the member was in a tier within the time.
    fn include(&self, tier: &TierId) -> bool {
        let ends = self.tiers.iter().skip(1).map(|(at, _)| Some(*at)).chain([None]);
        let mut stays = self.tiers.iter().zip(ends);
        stays.any(|((from, held), end)| {
            let is_over = end.is_some_and(|end| end <= self.within.first);
            held == tier && *from <= self.within.last && !is_over
        })
    }

    fn right_before(&self, at: DateTime<Utc>) -> Option<&TierId> {
        let before = at.checked_sub_signed(TimeDelta::nanoseconds(1))?;
        let passed = self.tiers.partition_point(|(from, _)| *from <= before);
        self.tiers.get(passed.checked_sub(1)?).map(|(_, tier)| tier)
    }
}

/// The purchases in effect that used an offer within a time.
fn uses<'a>(
    member: &'a Member,
    offer: &'a OfferId,
    within: Interval,
) -> impl Iterator<Item = &'a Event> {
    let given =
        member.ledger().net().filter_map(|(cause, _)| match (&cause.source, &cause.movement) {
            (Source::Offer(source), Movement::Earn(_)) if source == offer => Some(&cause.event),
            _ => None,
        });
    let given: BTreeSet<_> = given.collect();
    let events = member.profile().history.lasting(within.last);
    let events = events.filter(move |event| within.contains(event.at));
    events.filter(move |event| {
        let named = event.purchase().is_some_and(|bought| bought.offers().any(|it| it == offer));
        named || given.contains(&event.id)
    })
}

/// What a purchase took off for an offer, in minor units.
fn taken_off(event: &Event, offer: &OfferId) -> i64 {
    let EventKind::Purchase(purchase) = &event.kind else { return 0 };
    let discounts = purchase.basket.lines.iter().flat_map(|line| &line.discounts);
    let own = discounts.filter(|discount| discount.offer.as_ref() == Some(offer));
    own.fold(0, |sum: i64, discount| sum.saturating_add(discount.amount.minor()))
}
