//! The evaluation of a catalog: eligibility of each offer, then lane by lane what it gives.

use std::cmp::Reverse;

use super::Request;
use super::candidates::Candidates;
use super::catalog::Catalog;
use super::decline::Decline;
use super::evaluation::{Answer, Award, Evaluation, Outcome, Reservation};
use super::round::Round;
use super::till::Turn;
use crate::id::PurseId;
use crate::money::Money;
use crate::points::{Multiplier, Wallet};

/// Grants or declines every offer of the catalog.
pub(super) fn evaluate<'a>(catalog: &'a Catalog, request: &'a Request<'a>) -> Evaluation {
    let candidates = Candidates::of(catalog, request);
    let sifted = candidates.sift();
    let mut turns = Vec::with_capacity(sifted.eligible.len());
    for place in sifted.eligible {
        let Some(checked) = catalog.offers.get(place) else { continue };
        turns.push(Turn { place, checked, ceiling: checked.ceiling(request) });
    }
    // Places are in the order of ids, so that a stable sort leaves ties by rank to the smaller id.
    turns.sort_by_key(|turn| (turn.checked.lane, Reverse(turn.checked.offer.priority)));
    let mut round = Round::new(catalog, request);
    for lane in turns.chunk_by(|one, next| one.checked.lane == next.checked.lane) {
        round.play(lane);
    }
    let declined = sifted.declined.into_iter();
    round.answers.extend(declined.map(|(place, decline)| (place, Answer::Declined(decline))));
    round.answers.sort_by_key(|(place, _)| *place);
    finish(&candidates, round)
}

/// Adds up what was granted, and tells what is told.
fn finish(candidates: &Candidates<'_, '_>, round: Round<'_>) -> Evaluation {
    let (catalog, request) = (candidates.catalog, candidates.request);
    let mut reserve = Vec::new();
    let mut given = Wallet::default();
    let mut multiplier = Multiplier::ONE;
    let mut outcomes = Vec::with_capacity(round.answers.len());
    for (place, answer) in round.answers {
        let Some(checked) = catalog.offers.get(place) else { continue };
        let offer = &checked.offer;
        if let Answer::Granted(grant) = &answer {
            match &grant.award {
                Award::Points(amount) => given.put(amount.clone()),
                Award::PointsMultiplier(one) => multiplier = multiplier.max(*one),
                _ => {}
            }
            let zero = Money::zero(catalog.currency);
            let budgets = checked.claims(request, grant.discount().unwrap_or(zero));
            if offer.needs_reservation() || !budgets.is_empty() {
                let (points, code) = (offer.cost.clone().unwrap_or_default(), grant.code.clone());
                reserve.push(Reservation { offer: offer.id.clone(), points, code, budgets });
            }
        }
        let code = answer.declined().map(Decline::code);
        if code.is_none_or(|code| candidates.tells(place, code)) {
            outcomes.push(Outcome { offer: offer.id.clone(), answer });
        }
    }
    let discount = round.till.prices.discount();
    let (lines, shipping) = round.till.prices.told();
    let of_purse = |(purse, points): (Option<&PurseId>, _)| Some((purse?.clone(), points));
    let (points, purses) = (given.points(None), given.iter().filter_map(of_purse).collect());
    let lanes = round.lanes;
    Evaluation { outcomes, lines, shipping, discount, points, purses, multiplier, reserve, lanes }
}
