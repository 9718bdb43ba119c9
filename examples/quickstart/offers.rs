//! Every offer for every member with the same basket: who would get it today, and why not.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use loyalty::event::Basket;
use loyalty::id::OfferId;
use loyalty::offer::{Award, Decline, Grant, Offer, Reason};
use loyalty::rule::{Finding, Verdict};
use loyalty::{Member, Program};

/// What became of one offer.
pub struct Tally {
    pub name: String,
    pub granted: usize,
    /// What it takes off in all, in cents.
    pub discount: i64,
    /// The reasons of the declines, the commonest first.
    pub declined: Vec<(String, usize)>,
}

impl Tally {
    pub fn declines(&self) -> usize {
        self.declined.iter().map(|(_, times)| times).sum()
    }
}

/// Quotes the basket to every member.
pub fn tallies(
    program: &Program,
    offers: &[Offer],
    members: &[Member],
    basket: &Basket,
    as_of: DateTime<Utc>,
) -> Vec<Tally> {
    let mut granted: BTreeMap<OfferId, (usize, i64)> = BTreeMap::new();
    let mut declined: BTreeMap<OfferId, BTreeMap<String, usize>> = BTreeMap::new();
    for member in members {
        let Some(found) = program.quote(member, basket, as_of).evaluation else { continue };
        for (offer, grant) in found.grants() {
            let (times, discount) = granted.entry(offer.clone()).or_default();
            *times += 1;
            *discount += grant.discount().map_or(0, |amount| amount.minor());
        }
        for (offer, decline) in found.declines() {
            let verdict = program.explain(member, basket, as_of, offer);
            let words = in_general(decline, verdict.as_ref(), offers);
            *declined.entry(offer.clone()).or_default().entry(words).or_default() += 1;
        }
    }
    let tally = |offer: &Offer| {
        let (granted, discount) = granted.get(&offer.id).copied().unwrap_or_default();
        let mut declined: Vec<(String, usize)> =
            declined.remove(&offer.id).unwrap_or_default().into_iter().collect();
        declined.sort_by_key(|(_, times)| std::cmp::Reverse(*times));
        Tally { name: name(offers, &offer.id), granted, discount, declined }
    };
    offers.iter().map(tally).collect()
}

/// Why an offer is declined, in words that do not depend on the member.
fn in_general(decline: &Decline, verdict: Option<&Verdict>, offers: &[Offer]) -> String {
    match (&decline.reason, verdict) {
        (Reason::RuleFailed, Some(verdict)) => {
            let demands: Vec<String> =
                verdict.decisive().into_iter().map(Finding::demand).collect();
            format!("wanted: {}", demands.join("; "))
        }
        (Reason::NotEnoughPoints { cost, .. }, _) => format!("fewer than {cost} points"),
        (Reason::NotChosen { cost }, _) => format!("can pay the {cost} points, did not ask to"),
        (Reason::BeatenInLane(beaten), _) => {
            format!("`{}` takes more off", name(offers, &beaten.by))
        }
        (reason, _) => reason.to_string(),
    }
}

/// What an offer is called.
pub fn name(offers: &[Offer], id: &OfferId) -> String {
    let offer = offers.iter().find(|offer| offer.id == *id);
    let name = offer.and_then(|offer| offer.name.as_ref());
    name.map_or_else(|| id.to_string(), ToString::to_string)
}

/// What a grant gives, in words.
pub fn gift(grant: &Grant) -> String {
    match &grant.award {
        Award::Discount(off) => format!("{} off", off.applied),
        Award::Shipping(off) => format!("{} off shipping", off.applied),
        Award::Points(points) => format!("{points} points"),
        Award::PointsMultiplier(times) => format!("{times} the points"),
        Award::Gift(gift) => format!("a gift: {}", gift.product),
        Award::Access(access) => match access.opens {
            Some(at) => format!("access from {}", at.date_naive()),
            None => "access".to_owned(),
        },
        _ => "granted".to_owned(),
    }
}
