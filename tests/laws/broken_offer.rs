//! Offer evaluators that break a law are found out.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Basket, LineItem};
use loyalty::id::OfferId;
use loyalty::laws;
use loyalty::money::{Currency, Money};
use loyalty::offer::{
    Benefit, Catalog, Evaluation, Explain, NoBudgets, NoUses, Offer, OfferEvaluator, Request,
};
use loyalty::points::Points;
use loyalty::rule::{Facts, Field, Kind, Schema, Sheet, Verdict, field};

use crate::check;

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

fn noon() -> DateTime<Utc> {
    "2026-03-14T12:00:00Z".parse().unwrap()
}

/// A catalog whose answers are bent.
struct Misled<F>(Catalog, F);

impl<F: Fn(&mut Evaluation) + Send + Sync> OfferEvaluator for Misled<F> {
    fn fields(&self) -> BTreeSet<&str> {
        BTreeSet::new()
    }

    fn evaluate(&self, request: &Request<'_>) -> Evaluation {
        let mut evaluation = self.0.evaluate(request);
        (self.1)(&mut evaluation);
        evaluation
    }

    fn explain(&self, offer: &OfferId, facts: &dyn Facts) -> Option<Verdict> {
        self.0.explain(offer, facts)
    }
}

#[test]
fn an_offer_evaluator_that_breaks_a_law_is_found_out() {
    let schema = Schema::new([Field::new("vip", Kind::Bool)]).unwrap();
    let catalog = |offers| Catalog::check(offers, vec![], &schema, Currency::EUR).unwrap();
    let offer = |id: &str, benefit| Offer::new(id.parse().unwrap(), benefit);
    let plain = || catalog(vec![offer("ten", Benefit::percent(10)), offer("gift", gift())]);
    let vip = || catalog(vec![offer("ten", Benefit::percent(10)).when(field("vip").is(true))]);
    let facts = Sheet::of(vec![Some(true.into())], NaiveDate::default());
    let line = |id: &str, minor| {
        LineItem::new(id.parse().unwrap(), "mug".parse().unwrap(), 1, euro(minor))
    };
    let basket = Basket::of([line("1", 1_000), line("2", 500)]);
    let request = Request {
        facts: &facts,
        basket: &basket,
        as_of: noon(),
        zone: Zone::UTC,
        member_since: None,
        customer: &"ann".parse().unwrap(),
        budgets: &NoBudgets,
        uses: &NoUses,
        points: &Points(0).into(),
        chosen: &[],
        explain: Explain::Full,
    };
    let run = |evaluator: &dyn OfferEvaluator| laws::offer_evaluator(evaluator, &request, &schema);
    assert_eq!(run(&plain()), Ok(()));
    check(
        run(&Misled(vip(), |_: &mut Evaluation| {})),
        "only the facts matter that are named",
        "Granted",
    );
    check(
        run(&Misled(plain(), |it: &mut Evaluation| it.outcomes.reverse())),
        "every offer has one outcome, by offer id",
        "[OfferId(\"ten\"), OfferId(\"gift\")]",
    );
    check(
        run(&Misled(plain(), |it: &mut Evaluation| {
            if !it.lines.is_empty() {
                it.outcomes.pop();
            }
        })),
        "every offer has an outcome, whatever the basket",
        "without a basket",
    );
    check(
        run(&Misled(plain(), |it: &mut Evaluation| it.discount = euro(1))),
        "discounts sum exactly",
        "they come to 150",
    );
    check(
        run(&Misled(plain(), |it: &mut Evaluation| {
            for price in &mut it.lines {
                price.net = euro(0);
            }
        })),
        "a line costs its price less its discounts",
        "net: 0.00 EUR",
    );
}

#[test]
fn an_offer_evaluator_that_tells_too_little_or_too_much_is_found_out() {
    let schema = Schema::new([]).unwrap();
    let ten = || Offer::new("ten".parse().unwrap(), Benefit::percent(10));
    let plain = || Catalog::check(vec![ten()], vec![], &schema, Currency::EUR).unwrap();
    let mug = LineItem::new("1".parse().unwrap(), "mug".parse().unwrap(), 1, euro(1_000));
    let basket = Basket::of([mug]);
    let request = Request {
        facts: &Sheet::of(vec![], NaiveDate::default()),
        basket: &basket,
        as_of: noon(),
        zone: Zone::UTC,
        member_since: None,
        customer: &"ann".parse().unwrap(),
        budgets: &NoBudgets,
        uses: &NoUses,
        points: &Points(0).into(),
        chosen: &[],
        explain: Explain::Grants,
    };
    let run = |evaluator: &dyn OfferEvaluator| laws::offer_evaluator(evaluator, &request, &schema);
    assert_eq!(run(&plain()), Ok(()));
    check(
        run(&Misled(plain(), |it: &mut Evaluation| {
            for one in it.lanes.iter_mut().flat_map(|lane| &mut lane.applied) {
                one.times = 2;
            }
        })),
        "what was applied in a lane was granted",
        "times: 2",
    );
    check(
        run(&Misled(plain(), |it: &mut Evaluation| {
            it.lanes.iter_mut().for_each(|lane| lane.discount = euro(1));
        })),
        "a lane takes off what is applied in it",
        "discount: 0.01 EUR",
    );
    check(
        run(&Terse(plain(), |it: &mut Evaluation| it.outcomes.clear())),
        "with the grants, all are told that the customer can have",
        "[] of [Outcome",
    );
    check(
        run(&Terse(plain(), |it: &mut Evaluation| it.discount = euro(1))),
        "what is left to pay does not depend on how much is told",
        "but also",
    );
}

/// A catalog whose answers are bent if only grants are asked for.
struct Terse(Catalog, fn(&mut Evaluation));

impl OfferEvaluator for Terse {
    fn fields(&self) -> BTreeSet<&str> {
        self.0.fields()
    }

    fn evaluate(&self, request: &Request<'_>) -> Evaluation {
        let mut evaluation = self.0.evaluate(request);
        if request.explain == Explain::Grants {
            (self.1)(&mut evaluation);
        }
        evaluation
    }

    fn explain(&self, offer: &OfferId, facts: &dyn Facts) -> Option<Verdict> {
        self.0.explain(offer, facts)
    }
}

fn gift() -> Benefit {
    Benefit::gift("mug".parse().unwrap())
}
