//! The laws of granting and declining offers.

use super::facts::Named;
use super::{Violation, uphold};
use crate::event::Basket;
use crate::id::{LineId, OfferId};
use crate::money::Money;
use crate::offer::{
    Award, Evaluation, Explain, Grant, LinePrice, OfferEvaluator, Outcome, Request,
};
use crate::points::{Amount, Multiplier, Wallet};
use crate::rule::Schema;

/// Checks the laws of [`OfferEvaluator`] for one request, whose facts are those of `schema`.
///
/// # Errors
/// The first law that is broken: the same request has the same answer; only the facts matter that
/// are named by [`OfferEvaluator::fields`], and the order of lines, coupons and chosen offers does
/// not; every offer has exactly one outcome, by offer id, whatever the basket; the conditions of a
/// granted offer hold, so that a missing fact never grants; discounts sum exactly, and never exceed
/// a line or shipping; points, the multiplier and what is reserved are those of the granted offers;
/// lanes tell what was granted; asking again with the discounted basket gives the same answer; what
/// is told when no more than grants is asked for is what is told otherwise, and leaves out only
/// offers that the customer is not eligible for and did not ask for.
pub fn offer_evaluator(
    evaluator: &dyn OfferEvaluator,
    request: &Request<'_>,
    schema: &Schema,
) -> Result<(), Violation> {
    let explain = match request.explain {
        Explain::Full => Explain::Full,
        _ => Explain::Codes,
    };
    let request = &Request { explain, ..*request };
    let found = evaluator.evaluate(request);
    let same = |law, request: &Request<'_>| {
        let other = evaluator.evaluate(request);
        uphold(law, other == found, || format!("{}; but also {}", told(&found), told(&other)))
    };
    same("the same request has the same answer", request)?;
    let slots = evaluator.fields().into_iter().filter_map(|name| schema.slot(name)).collect();
    let named = Named { slots, facts: request.facts };
    same("only the facts matter that are named", &Request { facts: &named, ..*request })?;
    let mut basket = request.basket.clone();
    basket.lines.reverse();
    basket.coupons.reverse();
    basket.chosen.reverse();
    let chosen: Vec<OfferId> = request.chosen.iter().rev().cloned().collect();
    same(
        "the order of lines, coupons and chosen offers does not matter",
        &Request { basket: &basket, chosen: &chosen, ..*request },
    )?;
    let none = evaluator.evaluate(&Request { basket: &Basket::default(), ..*request });
    outcomes(&found, &none)?;
    verdicts(evaluator, &found, request)?;
    lines(&found, request.basket)?;
    discounts(&found)?;
    shipping(&found, request.basket.shipping)?;
    points(&found, request.points)?;
    lanes(&found)?;
    let basket = found.applied_to(request.basket);
    same(
        "asking again with the discounted basket gives the same answer",
        &Request { basket: &basket, ..*request },
    )?;
    brief(evaluator, request)
}

fn outcomes(found: &Evaluation, other: &Evaluation) -> Result<(), Violation> {
    let offers = |evaluation: &Evaluation| -> Vec<OfferId> {
        evaluation.outcomes.iter().map(|outcome| outcome.offer.clone()).collect()
    };
    let ids = offers(found);
    uphold("every offer has one outcome, by offer id", ids.is_sorted_by(|a, b| a < b), || {
        format!("the outcomes are those of {ids:?}")
    })?;
    let others = offers(other);
    uphold("every offer has an outcome, whatever the basket", ids == others, || {
        format!("the outcomes are those of {ids:?}, without a basket those of {others:?}")
    })
}

/// What is told of grants alone is what is told otherwise.
fn brief(evaluator: &dyn OfferEvaluator, request: &Request<'_>) -> Result<(), Violation> {
    let mut brief = evaluator.evaluate(&Request { explain: Explain::Grants, ..*request });
    let mut whole = evaluator.evaluate(&Request { explain: Explain::Codes, ..*request });
    let told: Vec<Outcome> = std::mem::take(&mut brief.outcomes);
    let all: Vec<Outcome> = std::mem::take(&mut whole.outcomes);
    uphold("what is left to pay does not depend on how much is told", brief == whole, || {
        format!("{brief:?}; but also {whole:?}")
    })?;
    let case = || format!("{told:?} of {all:?}");
    let same = told.iter().all(|outcome| all.contains(outcome));
    let ordered = told.is_sorted_by(|one, next| one.offer < next.offer);
    uphold("the grants alone are told as they are otherwise", same && ordered, case)?;
    let discounts = || request.basket.lines.iter().flat_map(|line| &line.discounts);
    let asked_for = |offer: &OfferId| {
        request.chosen.contains(offer)
            || discounts().any(|discount| discount.offer.as_ref() == Some(offer))
    };
    let due = |outcome: &&Outcome| outcome.is_eligible() || asked_for(&outcome.offer);
    let missing = all.iter().filter(due).find(|outcome| !told.contains(outcome));
    uphold("with the grants, all are told that the customer can have", missing.is_none(), case)
}

/// The lanes tell the discounts that were granted.
fn lanes(found: &Evaluation) -> Result<(), Violation> {
    let case = || told(found);
    let applied = || found.lanes.iter().flat_map(|lane| &lane.applied);
    let granted = applied().all(|one| {
        let grant = found.outcome(&one.offer).and_then(|outcome| outcome.answer.granted());
        let told = grant.map(|grant| (grant.discount(), grant.times));
        told == Some((Some(one.amount), one.times))
    });
    uphold("what was applied in a lane was granted", granted, case)?;
    let sums = found.lanes.iter().all(|lane| {
        let sum = lane.applied.iter().map(|one| minor(one.amount)).sum::<i128>();
        sum == minor(lane.discount)
    });
    uphold("a lane takes off what is applied in it", sums, case)
}

/// Every offer can be explained, and the conditions of one that is granted hold.
fn verdicts(
    evaluator: &dyn OfferEvaluator,
    found: &Evaluation,
    request: &Request<'_>,
) -> Result<(), Violation> {
    for Outcome { offer, answer } in &found.outcomes {
        let verdict = evaluator.explain(offer, request.facts);
        let case = || format!("`{offer}` is {answer:?}; its conditions: {verdict:?}");
        uphold("the conditions of every offer can be explained", verdict.is_some(), case)?;
        let holds = verdict.as_ref().is_some_and(|verdict| verdict.truth.holds());
        let granted = answer.granted().is_some();
        uphold("the conditions of a granted offer hold", holds || !granted, case)?;
    }
    Ok(())
}

/// Each line has a price that adds up; or none has, if the basket has no price.
fn lines(found: &Evaluation, basket: &Basket) -> Result<(), Violation> {
    let priced: Vec<&LineId> = found.lines.iter().map(|price| &price.line).collect();
    let mut expected: Vec<&LineId> = basket.lines.iter().map(|line| &line.id).collect();
    expected.sort_unstable();
    let holds = priced.is_empty() || priced == expected;
    uphold("either all lines have a price, by line id, or none", holds, || {
        format!("{priced:?} have a price of {expected:?}")
    })?;
    for price in &found.lines {
        let case = || format!("{price:?}");
        let list = basket.line(&price.line).and_then(|line| line.list_price().ok());
        uphold("the list price is that of the line", list == Some(price.list), case)?;
        let positive = price.discounts.iter().all(|discount| !discount.amount.is_negative());
        uphold("no discount is negative", positive, case)?;
        let off = Money::sum(price.list.currency(), price.discounts.iter().map(|d| d.amount));
        let left = off.and_then(|off| price.list.checked_sub(off));
        uphold("a line costs its price less its discounts", left == Ok(price.net), case)?;
        uphold("discounts never exceed a line", !price.net.is_negative(), case)?;
    }
    Ok(())
}

/// What offers say that they take off is what the lines say that was taken off by offers.
fn discounts(found: &Evaluation) -> Result<(), Violation> {
    let mut total = 0_i128;
    for (offer, grant) in found.grants() {
        let case = || format!("offer `{offer}` grants {:?}; lines: {:?}", grant.award, found.lines);
        total += grant.discount().map_or(0, minor);
        let Award::Discount(discount) = &grant.award else { continue };
        let sum: i128 = discount.lines.iter().map(|line| minor(line.amount)).sum();
        uphold("discounts sum exactly", sum == minor(discount.applied), case)?;
        let holds = discount.applied <= discount.desired;
        uphold("no more is taken off than an offer's terms come to", holds, case)?;
        let on_lines = discount.lines.iter().all(|part| {
            let price = found.lines.iter().find(|price| price.line == part.line);
            price.is_some_and(|price| taken(price, offer) == minor(part.amount))
        });
        uphold("the lines have the discounts of the offers", on_lines, case)?;
    }
    let holds = total == minor(found.discount);
    uphold("discounts sum exactly", holds, || format!("they come to {total}: {}", told(found)))
}

/// What an offer took off a line.
fn taken(price: &LinePrice, offer: &OfferId) -> i128 {
    let by_offer = price.discounts.iter().filter(|discount| discount.offer.as_ref() == Some(offer));
    by_offer.map(|discount| minor(discount.amount)).sum()
}

fn shipping(found: &Evaluation, asked: Option<Money>) -> Result<(), Violation> {
    let Some(shipping) = &found.shipping else { return Ok(()) };
    let case = || format!("{shipping:?} of {asked:?}: {}", told(found));
    uphold("the list price of shipping is that of the basket", asked == Some(shipping.list), case)?;
    let off = found.grants().map(|(_, grant)| match &grant.award {
        Award::Shipping(discount) => minor(discount.applied),
        _ => 0,
    });
    let left = minor(shipping.list) - off.sum::<i128>();
    uphold("shipping costs its price less its discounts", left == minor(shipping.net), case)?;
    uphold("discounts never exceed shipping", !shipping.net.is_negative(), case)
}

fn points(found: &Evaluation, available: &Wallet) -> Result<(), Violation> {
    let case = || told(found);
    let grants = || found.grants().map(|(_, grant)| grant);
    let given: Wallet = grants()
        .filter_map(|grant| match &grant.award {
            Award::Points(amount) => Some(amount.clone()),
            _ => None,
        })
        .collect();
    let mut told = Wallet::from(found.points);
    for (purse, points) in &found.purses {
        told.put(Amount::of(*points, purse.clone()));
    }
    let all = told.covers(&given) && given.covers(&told);
    uphold("the points are those of the granted offers", all, case)?;
    let multiplier = grants().filter_map(|grant| match grant.award {
        Award::PointsMultiplier(multiplier) => Some(multiplier),
        _ => None,
    });
    let greatest = multiplier.fold(Multiplier::ONE, Multiplier::max);
    uphold("the multiplier is the greatest that is granted", greatest == found.multiplier, case)?;
    let cost = |grant: &Grant| grant.cost.clone().unwrap_or_default();
    let costs: Wallet = grants().filter_map(|grant| grant.cost.clone()).collect();
    let holds = costs.iter().all(|(_, points)| points.is_zero()) || available.covers(&costs);
    uphold("granted offers cost no more points than there are", holds, case)?;
    let reserved = found.reserve.iter().all(|reservation| {
        let granted = found.outcome(&reservation.offer).and_then(|o| o.answer.granted());
        granted.is_some_and(|grant| cost(grant) == reservation.points)
    });
    let ordered = found.reserve.is_sorted_by(|a, b| a.offer < b.offer);
    uphold("reserved is what granted offers cost, by offer id", reserved && ordered, case)?;
    let paid = found.grants().all(|(offer, grant)| {
        cost(grant).points.is_zero() || found.reserve.iter().any(|held| held.offer == *offer)
    });
    uphold("what granted offers cost is reserved", paid, case)?;
    let claimed = found.reserve.iter().all(|reservation| {
        let taken = found.outcome(&reservation.offer).and_then(|o| o.answer.granted()?.discount());
        reservation.budgets.iter().all(|claim| {
            let own = claim.key.offer == reservation.offer;
            own && claim.wants.uses == 1
                && claim.wants.amount.minor() == taken.map_or(0, Money::minor)
        })
    });
    uphold("budgets are claimed for one use and what it takes off", claimed, case)
}

fn minor(amount: Money) -> i128 {
    i128::from(amount.minor())
}

fn told(evaluation: &Evaluation) -> String {
    format!("{evaluation:?}")
}
