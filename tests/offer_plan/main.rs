//! Plans of offers against all plans there are.
//!
//! The model here knows nothing of the search: it tries every sequence of every subset of the
//! offers. What a sequence takes off it asks a stack of the same offers without any conditions of
//! how they combine; who goes with whom it works out by itself.

mod model;

use std::collections::BTreeSet;

use loyalty::calendar::Zone;
use loyalty::event::{Basket, LineItem};
use loyalty::id::{LaneId, LineId, OfferId, ProductId};
use loyalty::money::{Currency, Money, Percent};
use loyalty::offer::{
    Aim, Aims, Base, Benefit, Bundle, BuyGet, Catalog, Combines, DeclineCode, Evaluation, Explain,
    FixedOff, FreeItem, JointMissing, Lane, LanePlan, Limits, Minimum, Mode, NoBudgets, NoUses,
    Off, Offer, OfferEvaluator, PercentOff, Reason, Request, ShippingOff, Slot, Target, Which,
};
use loyalty::points::{Amount, Points, Wallet};
use loyalty::rule::{Schema, Sheet};
use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use model::{Model, Whole, together};

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

fn lane(mode: Mode, base: Base) -> Lane {
    Lane::new(LaneId::new("l").unwrap(), mode).on(base)
}

fn check(offers: &[Offer], lane: Lane) -> Catalog {
    let offers = offers.iter().map(|offer| offer.clone().in_lane(lane.id.clone())).collect();
    let schema = Schema::new([]).unwrap();
    Catalog::check(offers, vec![lane], &schema, Currency::EUR).unwrap()
}

/// What is bought, and the points that there are for it.
#[derive(Clone, Debug)]
struct Question {
    basket: Basket,
    points: Points,
}

impl Question {
    /// There are half as many stars as points.
    fn wallet(&self) -> Wallet {
        let stars = Points(self.points.0 / 2);
        [self.points.into(), Amount::of(stars, "stars".parse().unwrap())].into_iter().collect()
    }

    /// All offers are chosen by the customer.
    fn ask(&self, catalog: &Catalog) -> Evaluation {
        let chosen: Vec<OfferId> = catalog.offers().map(|offer| offer.id.clone()).collect();
        catalog.evaluate(&Request {
            facts: &Sheet::of(Vec::new(), "2026-03-14".parse().unwrap()),
            basket: &self.basket,
            as_of: "2026-03-14T12:00:00Z".parse().unwrap(),
            zone: Zone::UTC,
            member_since: None,
            customer: &"ann".parse().unwrap(),
            budgets: &NoBudgets,
            uses: &NoUses,
            points: &self.wallet(),
            chosen: &chosen,
            explain: Explain::Codes,
        })
    }
}

fn target() -> impl Strategy<Value = Target> {
    let products = |names: &[&str]| Target::products(names.iter().map(|n| n.parse().unwrap()));
    select(vec![Target::Order, Target::Order, Target::Lines, products(&["a"]), products(&["b"])])
}

/// Deals and bundles, which claim units.
fn deal() -> impl Strategy<Value = Benefit> {
    let off = prop_oneof![
        Just(Off::Percent(Percent::new(100))),
        Just(Off::Percent(Percent::new(40))),
        (1_i64..900).prop_map(|price| Off::Price(euro(price))),
    ];
    let most = option::weighted(0.3, 1_u32..3);
    (target(), 1_u32..3, target(), off, most, any::<bool>()).prop_map(
        |(one, units, other, off, most, bundle)| {
            let (one, other) = (Slot::new(one, units), Slot::new(other, 1));
            if bundle {
                Benefit::Bundle(Bundle { at_most: most, ..Bundle::new([one, other], off) })
            } else {
                Benefit::BuyGet(BuyGet { at_most: most, ..BuyGet::new(one, other).off(off) })
            }
        },
    )
}

fn benefit() -> impl Strategy<Value = Benefit> {
    let base = option::of(select(vec![Base::Original, Base::Running]));
    prop_oneof![
        4 => (500_u32..=8_000, target(), base).prop_map(|(points, target, base)| {
            let percent = PercentOff::new(Percent::from_basis_points(points)).off(target);
            Benefit::Percent(PercentOff { base, ..percent })
        }),
        3 => deal(),
        4 => (1_i64..900, target())
            .prop_map(|(amount, target)| Benefit::Fixed(FixedOff::new(euro(amount)).off(target))),
        2 => (target(), 1_u32..3, select(vec![Which::Cheapest, Which::Dearest])).prop_map(
            |(target, units, which)| Benefit::FreeItem(FreeItem { target, units, which })
        ),
        1 => (1_i64..600).prop_map(|amount| Benefit::Shipping(ShippingOff::UpTo(euro(amount)))),
        1 => (1_u32..=10_000).prop_map(|points| {
            Benefit::Shipping(ShippingOff::Percent(Percent::from_basis_points(points)))
        }),
    ]
}

fn combines() -> impl Strategy<Value = Combines> {
    let names = |names: &'static [&'static str]| {
        btree_set(select(names), 0..2).prop_map(|names| names.into_iter().map(Into::into).collect())
    };
    let none = Just(BTreeSet::new());
    let exclusive = prop_oneof![2 => none.clone(), 1 => names(&["g", "h"])];
    let tags = prop_oneof![1 => none.clone(), 1 => names(&["x", "y"])];
    let not_with = prop_oneof![1 => none, 1 => names(&["x", "y"])];
    let joint = option::weighted(0.2, select(vec!["s", "t"]).prop_map(Into::into));
    (exclusive, tags, not_with, joint).prop_map(|(exclusive, tags, not_with, joint)| Combines {
        exclusive,
        joint,
        tags,
        not_with,
    })
}

fn minimum() -> impl Strategy<Value = Minimum> {
    (1_i64..3_000, target(), option::of(base()))
        .prop_map(|(amount, of, base)| Minimum { base, ..Minimum::amount(euro(amount)).of(of) })
}

fn offer() -> impl Strategy<Value = Offer> {
    let most = option::weighted(0.2, 1_i64..400);
    let cost = option::weighted(0.3, (1_i64..200, any::<bool>())).prop_map(|cost| {
        let (points, stars) = cost?;
        let purse = stars.then(|| "stars".parse().unwrap());
        Some(Amount { points: Points(points), purse })
    });
    let minimum = option::weighted(0.2, minimum());
    (benefit(), -1_i32..2, most, cost, combines(), minimum).prop_map(
        |(benefit, priority, most, cost, combines, minimum)| {
            let offer = Offer::new(OfferId::new("o").unwrap(), benefit).with_priority(priority);
            let limits = Limits { max_discount: most.map(euro), ..Limits::default() };
            Offer { limits, cost, combines, minimum, ..offer }
        },
    )
}

/// Offers that pass the check: without tags that nobody has and sets that exclude themselves.
fn offers(most: usize) -> impl Strategy<Value = Vec<Offer>> {
    vec(offer(), 0..=most).prop_map(|mut offers| {
        for (at, offer) in offers.iter_mut().enumerate() {
            offer.id = OfferId::new(format!("o{}", (at * 5 + 3) % 7)).unwrap();
        }
        let all = offers.clone();
        for offer in &mut offers {
            let others = || all.iter().filter(|other| other.id != offer.id);
            let known = |tag: &_| others().any(|other| other.combines.tags.contains(tag));
            let apart = others().any(|other| {
                other.combines.joint == offer.combines.joint
                    && !together(&other.combines, &offer.combines)
            });
            offer.combines.not_with.retain(known);
            offer.combines.joint = offer.combines.joint.take().filter(|_| !apart);
        }
        offers
    })
}

fn question() -> impl Strategy<Value = Question> {
    let line = (select(vec!["a", "b", "c"]), 1_i64..4, 1_i64..900);
    let shipping = option::of(0_i64..900).prop_map(|price| price.map(euro));
    (vec(line, 0..4), shipping, 0_i64..400).prop_map(|(lines, shipping, points)| {
        let lines = lines.into_iter().enumerate().map(|(at, (product, quantity, price))| {
            let id = LineId::new(format!("l{at}")).unwrap();
            LineItem::new(id, ProductId::new(product).unwrap(), quantity, euro(price))
        });
        let mut basket = Basket::of(lines);
        basket.shipping = shipping;
        Question { basket, points: Points(points) }
    })
}

fn base() -> impl Strategy<Value = Base> {
    select(vec![Base::Original, Base::Running])
}

fn plan(evaluation: &Evaluation) -> Option<&LanePlan> {
    evaluation.lanes.first()
}

fn applied(evaluation: &Evaluation) -> Vec<(OfferId, u32)> {
    let plan = plan(evaluation).into_iter();
    plan.flat_map(|plan| &plan.applied).map(|one| (one.offer.clone(), one.times)).collect()
}

/// What is left to pay before the lane.
fn price(question: &Question) -> i64 {
    let lines = question.basket.list_price(Currency::EUR).unwrap().minor();
    lines + question.basket.shipping.map_or(0, Money::minor)
}

fn proven(aim: &Aim, value: i64, question: &Question) {
    assert!(aim.optimal);
    assert_eq!(aim.discount, euro(value));
    assert_eq!(aim.bound, euro(value));
    assert_eq!(aim.pays, euro(price(question) - value));
}

/// Both modes find the first of the best of all plans.
fn exact(offers: &[Offer], base: Base, question: &Question) {
    let model = Model::of(offers, base, question);
    for (mode, best) in
        [(Mode::BestForCustomer, model.customer()), (Mode::BestMargin, model.margin())]
    {
        let found = question.ask(&check(offers, lane(mode, base)));
        let Whole(sequence, value) = best;
        assert_eq!(found.discount, euro(*value), "{mode:?}");
        assert_eq!(applied(&found), model.told(sequence), "{mode:?}");
        let granted: Vec<&OfferId> = found.grants().map(|(offer, _)| offer).collect();
        let mut ids = model.told(sequence);
        ids.sort();
        assert_eq!(granted, ids.iter().map(|(offer, _)| offer).collect::<Vec<_>>());
        if let Some(plan) = plan(&found) {
            let aims = plan.aims.as_ref().unwrap();
            proven(&aims.customer, model.customer().1, question);
            proven(&aims.margin, model.margin().1, question);
            let amounts: i64 = plan.applied.iter().map(|one| one.amount.minor()).sum();
            assert_eq!((plan.discount, amounts), (euro(*value), *value));
        }
    }
}

/// The JSON of the lanes of an evaluation.
fn told(offers: &[&str], mode: Mode, price: i64) -> serde_json::Value {
    let offers: Vec<Offer> =
        offers.iter().map(|offer| serde_json::from_str(offer).unwrap()).collect();
    let line = LineItem::new(LineId::new("1").unwrap(), "p".parse().unwrap(), 1, euro(price));
    let question = Question { basket: Basket::of([line]), points: Points(0) };
    let found = question.ask(&check(&offers, lane(mode, Base::Running)));
    serde_json::to_value(found.lanes).unwrap()
}

#[test]
fn a_lane_tells_its_plan_and_what_both_aims_come_to() {
    let offers = [
        r#"{"id":"f","benefit":{"fixed":{"amount":"10.00 EUR"}}}"#,
        r#"{"id":"p","benefit":{"percent":{"percent":"20%"}}}"#,
    ];
    let mut lanes = told(&offers, Mode::BestForCustomer, 10_000);
    let aims = lanes[0]["aims"].take();
    let expected = serde_json::json!([{
        "lane": "l", "mode": "best_for_customer", "discount": "30.00 EUR", "aims": null,
        "applied": [
            {"offer": "p", "times": 1, "amount": "20.00 EUR"},
            {"offer": "f", "times": 1, "amount": "10.00 EUR"},
        ],
    }]);
    assert_eq!(lanes, expected);
    for (aim, pays, off) in
        [("customer", "70.00 EUR", "30.00 EUR"), ("margin", "72.00 EUR", "28.00 EUR")]
    {
        assert_eq!(aims[aim]["pays"], pays);
        assert_eq!(aims[aim]["discount"], off);
        assert_eq!(aims[aim]["bound"], off);
        assert_eq!(aims[aim]["optimal"], true);
    }
    assert_eq!(told(&offers, Mode::BestMargin, 10_000)[0]["discount"], "28.00 EUR");
}

#[test]
fn a_lane_with_one_winner_tells_it_and_one_without_discounts_nothing() {
    let ten = r#"{"id":"ten","benefit":{"percent":{"percent":"10%"}}}"#;
    let five = r#"{"id":"five","benefit":{"percent":{"percent":"5%"}}}"#;
    let gift = r#"{"id":"gift","benefit":{"gift":{"product":"mug"}}}"#;
    let expected = serde_json::json!([{
        "lane": "l", "mode": "best", "discount": "1.00 EUR",
        "applied": [{"offer": "ten", "times": 1, "amount": "1.00 EUR"}],
    }]);
    assert_eq!(told(&[ten, five, gift], Mode::Best, 1_000), expected);
    assert_eq!(told(&[gift], Mode::Best, 1_000), serde_json::json!([]));
    assert_eq!(told(&[ten], Mode::BestForCustomer, 0), serde_json::json!([]));
}

#[test]
fn both_aims_are_told_in_words() {
    let aim = |pays, bound, optimal| Aim {
        pays: euro(pays),
        discount: euro(10_000 - pays),
        optimal,
        bound: euro(bound),
        nodes: 7,
    };
    let aims = Aims { customer: aim(7_000, 3_000, true), margin: aim(7_200, 2_500, false) };
    assert_eq!(
        aims.to_string(),
        "70.00 EUR to pay at best for the customer, 72.00 EUR to pay (28.00 EUR off, where the \
         bound is 25.00 EUR) at best for the margin"
    );
}

#[test]
fn what_a_joint_set_is_missing_stands_in_the_way_of_being_eligible() {
    let missing = JointMissing {
        set: "s".into(),
        missing: OfferId::new("b").unwrap(),
        code: DeclineCode::CodeMissing,
    };
    let reason = Reason::JointMissing(Box::new(missing));
    assert!(!reason.code().is_eligible());
    let json = r#"{"joint_missing":{"set":"s","missing":"b","code":"code_missing"}}"#;
    assert_eq!(serde_json::to_string(&reason).unwrap(), json);
    let json = concat!(
        r#"{"excluded":{"by":"a","why":{"group":"g"},"#,
        r#""winning":"1.00 EUR","offered":"2.00 EUR"}}"#,
    );
    let excluded: Reason = serde_json::from_str(json).unwrap();
    assert!(excluded.code().is_eligible());
    assert_eq!(serde_json::to_string(&excluded).unwrap(), json);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn four_offers_are_planned_as_if_all_plans_were_tried(
        offers in offers(4),
        base in base(),
        question in question(),
    ) {
        exact(&offers, base, &question);
    }

    #[test]
    fn the_order_of_offers_and_lines_does_not_matter(
        offers in offers(7),
        base in base(),
        question in question(),
        by in 0_usize..7,
        mode in select(vec![Mode::BestForCustomer, Mode::BestMargin]),
    ) {
        let expected = question.ask(&check(&offers, lane(mode, base)));
        let (mut turned, mut other) = (offers, question);
        turned.reverse();
        let count = turned.len();
        turned.rotate_left(by.min(count));
        other.basket.lines.reverse();
        prop_assert_eq!(other.ask(&check(&turned, lane(mode, base))), expected);
    }

    #[test]
    fn another_offer_never_makes_the_customer_pay_more(
        offers in offers(7),
        base in base(),
        question in question(),
    ) {
        let mut fewer = 0;
        for count in 0..=offers.len() {
            // What is dropped later must be named by nobody yet.
            let mut some = offers[..count].to_vec();
            some.iter_mut().for_each(|offer| offer.combines.joint = None);
            let all = some.clone();
            for offer in &mut some {
                let others = || all.iter().filter(|other| other.id != offer.id);
                let known = |tag: &_| others().any(|other| other.combines.tags.contains(tag));
                offer.combines.not_with.retain(known);
            }
            let found = question.ask(&check(&some, lane(Mode::BestForCustomer, base)));
            prop_assert!(found.discount.minor() >= fewer);
            fewer = found.discount.minor();
        }
    }

    #[test]
    fn a_search_that_is_cut_short_gives_a_plan_and_a_bound(
        offers in offers(4),
        base in base(),
        question in question(),
        limit in 0_u64..6,
    ) {
        let model = Model::of(&offers, base, &question);
        for mode in [Mode::BestForCustomer, Mode::BestMargin] {
            let catalog = check(&offers, lane(mode, base)).with_node_limit(limit);
            let found = question.ask(&catalog);
            let ids = applied(&found);
            let plan = (&ids, found.discount.minor());
            let same = |Whole(s, value): &Whole| (&model.told(s), *value) == plan;
            let is_there = model.whole.iter().any(same);
            prop_assert!(is_there, "{:?} is a plan", plan);
            let Some(aims) = found.lanes.first().and_then(|plan| plan.aims.as_ref()) else {
                continue;
            };
            let (customer, margin) = (model.customer().1, model.margin().1);
            prop_assert!(aims.customer.bound.minor() >= customer);
            prop_assert!(aims.customer.discount.minor() <= customer);
            prop_assert!(aims.margin.bound.minor() <= margin);
            for (aim, best) in [(&aims.customer, customer), (&aims.margin, margin)] {
                prop_assert!(!aim.optimal || aim.discount.minor() == best);
                prop_assert!(!aim.optimal || aim.bound == aim.discount);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn six_offers_are_planned_as_if_all_plans_were_tried(
        offers in offers(6),
        base in base(),
        question in question(),
    ) {
        exact(&offers, base, &question);
    }
}

/// Bought as often as it fits, the deal would take the dear mugs for those that are bought.
#[test]
fn a_deal_that_takes_nothing_off_as_often_as_it_fits_is_applied_less_often() {
    let offer: Offer = serde_json::from_str(
        r#"{"id":"deal","benefit":{"buy_get":{"buy":{"target":"order"},
            "get":{"target":{"products":["a"]}},"off":{"price":"1.42 EUR"}}}}"#,
    )
    .unwrap();
    let line = |id: &str, units, price| {
        LineItem::new(id.parse().unwrap(), "a".parse().unwrap(), units, euro(price))
    };
    let basket = Basket::of([line("1", 1, 143), line("2", 1, 143), line("3", 2, 1)]);
    let question = Question { basket, points: Points(0) };
    for mode in [Mode::BestForCustomer, Mode::BestMargin, Mode::Stack, Mode::Best] {
        let found = question.ask(&check(std::slice::from_ref(&offer), lane(mode, Base::Original)));
        assert_eq!(found.discount, euro(1), "{mode:?}");
    }
}
