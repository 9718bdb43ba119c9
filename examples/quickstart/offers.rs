//! Every offer for every member with the same basket: who would get it today, and why not.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use loyalty::event::Basket;
use loyalty::id::OfferId;
use loyalty::offer::{Answer, Decline, Offer, Reason};
use loyalty::rule::{Because, Finding};
use loyalty::{Member, Program};

use super::words::plain;

/// What became of one offer.
#[derive(Default)]
pub struct Tally {
    pub name: String,
    pub granted: usize,
    /// How many could have it, if they chose it or no other offer were better.
    pub eligible: usize,
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
    let tally = |offer: &Offer| Tally { name: name(offers, &offer.id), ..Tally::default() };
    let mut tallies: Vec<Tally> = offers.iter().map(tally).collect();
    let mut declined: Vec<BTreeMap<String, usize>> = vec![BTreeMap::new(); offers.len()];
    for member in members {
        let Some(found) = program.quote_explained(member, basket, as_of).evaluation else {
            continue;
        };
        for ((offer, tally), declined) in offers.iter().zip(&mut tallies).zip(&mut declined) {
            let Some(outcome) = found.outcome(&offer.id) else { continue };
            match &outcome.answer {
                Answer::Granted(grant) => {
                    tally.granted += 1;
                    tally.discount += grant.discount().map_or(0, |amount| amount.minor());
                }
                Answer::Declined(decline) => {
                    tally.eligible += usize::from(outcome.is_eligible());
                    let words = in_general(decline, offers);
                    *declined.entry(words).or_default() += 1;
                }
            }
        }
    }
    for (tally, declined) in tallies.iter_mut().zip(declined) {
        tally.declined = declined.into_iter().collect();
        tally.declined.sort_by_key(|(_, times)| Reverse(*times));
    }
    tallies
}

/// Why an offer is declined, in words that do not depend on the member.
fn in_general(decline: &Decline, offers: &[Offer]) -> String {
    match (&decline.reason, &decline.verdict) {
        (Reason::RuleFailed, Some(verdict)) => {
            let demands: Vec<String> =
                verdict.decisive().into_iter().map(Finding::demand).collect();
            let either = matches!(verdict.because, Because::Any(_));
            let and = if either { " or " } else { " and " };
            format!("wanted: {}", plain(&demands.join(and)))
        }
        (Reason::NotEnoughPoints { cost, .. }, _) => format!("fewer than {cost}"),
        (Reason::NotChosen { cost }, _) => format!("can pay the {cost}, did not ask to"),
        (Reason::BeatenInLane(beaten), _) => {
            format!("\"{}\" takes more off", name(offers, &beaten.by))
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
