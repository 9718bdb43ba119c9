//! With how many times the points an event earns, and how long they last.

use super::Program;
use super::judge::Judged;
use crate::event::Event;
use crate::money::Money;
use crate::points::{Boost, BoostSource, Boosts, Expiry, Ledger};
use crate::rule::Sheet;
use crate::tier::{AtLeast, Credits, Crossing, Measure, Tier};

/// What a member's tier does to what an event earns.
pub(super) struct TierTerms {
    /// Its multiplier; several for parts of what is paid, if a purchase is split between tiers.
    boosts: Vec<Boost>,
    /// When points expire for which the earning rule does not say it.
    pub expiry: Expiry,
}

impl Program {
    /// What the tier does in which an event earns.
    pub(super) fn tier_terms(
        &self,
        event: &Event,
        judged: &Judged<'_>,
        ledger: &Ledger,
    ) -> TierTerms {
        let tier = self.earning_tier(event, judged, ledger);
        let parts = self.split(event, judged, ledger).filter(|parts| parts.len() > 1);
        let whole = || tier.map(|tier| boost(tier, None)).into_iter().collect();
        TierTerms {
            boosts: parts.unwrap_or_else(whole),
            expiry: tier.and_then(|tier| tier.points_expiry).unwrap_or(self.points_expiry),
        }
    }

    /// The multipliers with which an event earns: of the tier, of the offers that were granted, and
    /// of the campaigns that apply to the facts on `sheet`.
    pub(super) fn boosts(
        &self,
        event: &Event,
        tier: TierTerms,
        sheet: &Sheet,
        granted: Vec<Boost>,
    ) -> Boosts {
        let mut boosts = tier.boosts;
        boosts.extend(self.multipliers.offers(granted));
        boosts.extend(self.multipliers.campaigns(sheet, event.at));
        Boosts::new(self.multipliers.written().combine, boosts)
    }

    /// The parts of what is paid for a purchase that earn with one tier each, if terms split it.
    fn split(&self, event: &Event, judged: &Judged<'_>, ledger: &Ledger) -> Option<Vec<Boost>> {
        let tiers = self.tiers.as_ref().filter(|tiers| tiers.crossing() == Crossing::Split)?;
        let paid = event.purchase()?.basket.net_price(self.currency).ok()?.minor();
        let standing = tiers.standing(&judged.snapshot, ledger);
        let Some(Credits::Money(credits)) = standing.credits.0.get(&Measure::Spend) else {
            return None;
        };
        let rank = judged.place.rank?;
        let (mut from, end) = (credits.minor(), credits.minor().checked_add(paid)?);
        let mut tier = tiers.tiers().get(rank)?;
        let mut parts = Vec::new();
        for next in tiers.tiers().iter().skip(rank + 1) {
            let AtLeast::Credits(Credits::Money(begins)) = next.at_least else { return None };
            if begins.minor() >= end {
                break;
            }
            if begins.minor() > from {
                parts.push(boost(
                    tier,
                    Some(Money::from_minor(begins.minor() - from, self.currency)),
                ));
                from = begins.minor();
            }
            tier = next;
        }
        parts.push(boost(tier, Some(Money::from_minor(end.checked_sub(from)?, self.currency))));
        Some(parts)
    }

    /// The tier in which an event earns.
    fn earning_tier(&self, event: &Event, judged: &Judged<'_>, ledger: &Ledger) -> Option<&Tier> {
        let tiers = self.tiers.as_ref()?;
        let rank = match tiers.crossing() {
            Crossing::After => {
                let mut profile = judged.snapshot.profile().clone();
                let _ = profile.history.record(event.clone());
                let snapshot = self.snapshot(&profile, self.moment(event.at));
                tiers.rank(&snapshot, ledger)
            }
            _ => judged.place.rank?,
        };
        tiers.tiers().get(rank)
    }
}

/// What a tier multiplies, or a part of what is paid.
fn boost(tier: &Tier, part: Option<Money>) -> Boost {
    let source = BoostSource::Tier(tier.id.clone());
    Boost { source, by: tier.multiplier, rules: Default::default(), part }
}
