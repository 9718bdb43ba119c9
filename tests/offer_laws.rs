//! What holds of every evaluation, whatever the catalog and the basket.

use std::collections::BTreeMap;
use std::sync::Arc;

use loyalty::calendar::Zone;
use loyalty::event::{Basket, Discount, LineItem};
use loyalty::id::{LaneId, LineId, OfferId, ProductId};
use loyalty::money::{Allocation, Allocator, Currency, Money, Percent, Share};
use loyalty::offer::{
    Award, Base, Benefit, Catalog, Combines, Contest, Decline, DeclineCode, Evaluation, Explain,
    FixedOff, FreeItem, Lane, Mode, NoBudgets, NoUses, Offer, OfferEvaluator, Outcome, PercentOff,
    Request, ShippingOff, Target, Which,
};
use loyalty::points::{Multiplier, Points};
use loyalty::rule::{Field, Kind, Rule, Schema, Sheet, Value, field, not};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

fn schema() -> Schema {
    Schema::new([Field::new("orders", Kind::Integer), Field::money("total", Currency::EUR)])
        .unwrap()
}

#[derive(Clone, Debug)]
struct Question {
    basket: Basket,
    orders: Option<i64>,
    points: Points,
    chosen: Vec<OfferId>,
}

impl Question {
    fn facts(&self) -> Sheet {
        let total = self.basket.list_price(Currency::EUR).unwrap();
        let facts = vec![self.orders.map(Value::Integer), Some(Value::Money(total))];
        Sheet::of(facts, "2026-03-14".parse().unwrap())
    }

    fn ask(&self, catalog: &Catalog) -> Evaluation {
        self.told(catalog, Explain::Full)
    }

    fn told(&self, catalog: &Catalog, explain: Explain) -> Evaluation {
        catalog.evaluate(&Request {
            customer: &"ann".parse().unwrap(),
            facts: &self.facts(),
            basket: &self.basket,
            as_of: "2026-03-14T12:00:00Z".parse().unwrap(),
            zone: Zone::UTC,
            member_since: None,
            uses: &NoUses,
            budgets: &NoBudgets,
            points: &self.points.into(),
            chosen: &self.chosen,
            explain,
        })
    }
}

fn target() -> impl Strategy<Value = Target> {
    let products = |names: &[&str]| Target::products(names.iter().map(|n| n.parse().unwrap()));
    select(vec![
        Target::Order,
        Target::Lines,
        products(&["a"]),
        products(&["a", "b"]),
        Target::categories(["odd".parse().unwrap()]),
    ])
}

fn benefit() -> impl Strategy<Value = Benefit> {
    let base = option::of(select(vec![Base::Original, Base::Running]));
    prop_oneof![
        (1_u32..=10_000, target(), base).prop_map(|(points, target, base)| {
            let percent = PercentOff::new(Percent::from_basis_points(points)).off(target);
            Benefit::Percent(PercentOff { base, ..percent })
        }),
        (1_i64..3_000, target())
            .prop_map(|(amount, target)| Benefit::Fixed(FixedOff::new(euro(amount)).off(target))),
        (target(), 1_u32..4, select(vec![Which::Cheapest, Which::Dearest])).prop_map(
            |(target, units, which)| Benefit::FreeItem(FreeItem { target, units, which })
        ),
        (1_u32..=10_000).prop_map(|points| {
            Benefit::Shipping(ShippingOff::Percent(Percent::from_basis_points(points)))
        }),
        (1_i64..600).prop_map(|amount| Benefit::Shipping(ShippingOff::UpTo(euro(amount)))),
        (1_i64..100).prop_map(|points| Benefit::Points(Points(points).into())),
        (101_u32..300).prop_map(|times| Benefit::PointsMultiplier(
            Multiplier::from_hundredths(times).unwrap()
        )),
        Just(Benefit::gift(ProductId::new("mug").unwrap())),
    ]
}

fn rule() -> impl Strategy<Value = Rule> {
    prop_oneof![
        3 => Just(Rule::Always),
        1 => (0_i64..5).prop_map(|orders| field("orders").at_least(orders)),
        1 => (0_i64..5).prop_map(|orders| not(field("orders").at_least(orders))),
        1 => (0_i64..5_000).prop_map(|total| field("total").at_least(euro(total))),
    ]
}

fn offer(lanes: &'static [&'static str]) -> impl Strategy<Value = Offer> {
    let lane = option::of(select(lanes));
    let most = option::weighted(0.2, 1_i64..1_000);
    let groups = (option::weighted(0.3, select(vec!["g", "h"])), any::<bool>());
    let cost = option::weighted(0.3, 1_i64..300);
    (benefit(), rule(), lane, -1_i32..2, most, cost, groups).prop_map(
        |(benefit, when, lane, priority, most, cost, (group, coupon))| {
            let mut offer = Offer::new(OfferId::new("o").unwrap(), benefit);
            offer.when = when;
            offer.lane = lane.map(|lane| LaneId::new(lane).unwrap());
            offer.priority = priority;
            offer.limits.max_discount = most.filter(|_| offer.benefit.is_discount()).map(euro);
            offer.cost = cost.map(|cost| Points(cost).into());
            offer.combines.exclusive = group.into_iter().map(Into::into).collect();
            if coupon { offer.tagged("coupon") } else { offer }
        },
    )
}

/// The id of the offer that is listed at this place.
fn name(at: usize) -> OfferId {
    OfferId::new(format!("o{}", (at * 5 + 3) % 7)).unwrap()
}

/// Offers whose ids are not in the order in which they are listed.
fn offers() -> impl Strategy<Value = Vec<Offer>> {
    vec(offer(&["x", "y"]), 0..7).prop_map(|offers| {
        let offers = offers.into_iter().enumerate();
        let mut offers: Vec<Offer> = offers.map(|(at, o)| Offer { id: name(at), ..o }).collect();
        // Coupons exclude each other, where there is more than one.
        if offers.iter().filter(|offer| !offer.combines.tags.is_empty()).count() > 1 {
            for offer in &mut offers {
                offer.combines.not_with = offer.combines.tags.clone();
            }
        }
        offers
    })
}

fn lanes() -> impl Strategy<Value = Vec<Lane>> {
    let lane = |id: &'static str| {
        (
            select(vec![
                Mode::Best,
                Mode::First,
                Mode::Stack,
                Mode::BestForCustomer,
                Mode::BestMargin,
            ]),
            select(vec![Base::Original, Base::Running]),
            select(vec![Contest::Discounts, Contest::Everything]),
        )
            .prop_map(move |(mode, base, contest)| Lane {
                base,
                contest,
                ..Lane::new(LaneId::new(id).unwrap(), mode)
            })
    };
    (lane("x"), lane("y")).prop_map(|(x, y)| vec![x, y])
}

fn catalog() -> impl Strategy<Value = (Vec<Offer>, Vec<Lane>)> {
    (offers(), lanes())
}

fn line() -> impl Strategy<Value = LineItem> {
    let price = prop_oneof![1 => Just(0_i64), 5 => 1_i64..2_000];
    (select(vec!["a", "b", "c"]), any::<bool>(), 1_i64..4, price, option::weighted(0.2, 1_i64..9))
        .prop_map(|(product, odd, quantity, price, off)| {
            let (id, product) = (LineId::new("l").unwrap(), ProductId::new(product).unwrap());
            let mut line = LineItem::new(id, product, quantity, euro(price));
            let off = off.filter(|off| *off <= price);
            line.discounts.extend(off.map(|off| Discount { amount: euro(off), offer: None }));
            if odd { line.of("odd".parse().unwrap()) } else { line }
        })
}

fn question() -> impl Strategy<Value = Question> {
    let shipping = option::of(0_i64..900).prop_map(|price| price.map(euro));
    let points = (0_i64..500).prop_map(Points);
    let chosen = vec((0_usize..7).prop_map(name), 0..7);
    (vec(line(), 0..6), shipping, option::of(0_i64..5), points, chosen).prop_map(
        |(lines, shipping, orders, points, chosen)| {
            let name = |at: usize| LineId::new(format!("l{}", (at * 5 + 2) % 6)).unwrap();
            let lines = lines.into_iter().enumerate();
            let mut basket = Basket::of(lines.map(|(at, line)| LineItem { id: name(at), ..line }));
            basket.shipping = shipping;
            Question { basket, orders, points, chosen }
        },
    )
}

fn check(offers: Vec<Offer>, lanes: Vec<Lane>) -> Catalog {
    Catalog::check(offers, lanes, &schema(), Currency::EUR).unwrap()
}

fn paid(evaluation: &Evaluation) -> i64 {
    evaluation.lines.iter().map(|line| line.net.minor()).sum::<i64>()
        + evaluation.shipping.as_ref().map_or(0, |shipping| shipping.net.minor())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn every_offer_has_one_outcome_by_id((offers, lanes) in catalog(), question in question()) {
        let mut ids: Vec<OfferId> = offers.iter().map(|offer| offer.id.clone()).collect();
        ids.sort();
        let evaluation = question.ask(&check(offers, lanes));
        let told: Vec<OfferId> =
            evaluation.outcomes.iter().map(|outcome| outcome.offer.clone()).collect();
        prop_assert_eq!(told, ids);
    }

    #[test]
    fn discounts_sum_exactly_and_never_exceed_a_price(
        (offers, lanes) in catalog(),
        question in question(),
    ) {
        let evaluation = question.ask(&check(offers, lanes));
        let mut by_line: BTreeMap<&LineId, i64> = BTreeMap::new();
        let mut all = 0;
        for (_, grant) in evaluation.grants() {
            let Some(applied) = grant.discount() else { continue };
            prop_assert!(applied.minor() > 0, "a grant takes something off");
            all += applied.minor();
            match &grant.award {
                Award::Discount(discount) => {
                    let parts: i64 = discount.lines.iter().map(|part| part.amount.minor()).sum();
                    prop_assert_eq!(parts, applied.minor());
                    prop_assert!(discount.applied <= discount.desired);
                    for part in &discount.lines {
                        *by_line.entry(&part.line).or_default() += part.amount.minor();
                    }
                }
                Award::Shipping(discount) => {
                    prop_assert!(discount.applied <= discount.desired);
                }
                other => prop_assert!(false, "{:?} is no discount", other),
            }
        }
        prop_assert_eq!(all, evaluation.discount.minor());
        for line in &evaluation.lines {
            let item = question.basket.line(&line.line).unwrap();
            let ours = by_line.get(&line.line).copied().unwrap_or_default();
            prop_assert_eq!(line.list, item.list_price().unwrap());
            prop_assert_eq!(line.net.minor(), item.net_price().unwrap().minor() - ours);
            let told: i64 = line.discounts.iter().map(|discount| discount.amount.minor()).sum();
            prop_assert_eq!(line.list.minor() - told, line.net.minor());
            prop_assert!(!line.net.is_negative());
        }
        if let Some(shipping) = &evaluation.shipping {
            prop_assert!(!shipping.net.is_negative());
        }
    }

    #[test]
    fn the_order_of_offers_and_lines_does_not_matter(
        (offers, lanes) in catalog(),
        question in question(),
        by in 0_usize..7,
    ) {
        let expected = question.ask(&check(offers.clone(), lanes.clone()));
        let (mut turned, mut other) = (offers, question);
        turned.reverse();
        let count = turned.len();
        turned.rotate_left(by.min(count));
        other.basket.lines.reverse();
        let count = other.basket.lines.len();
        other.basket.lines.rotate_left(by.min(count));
        prop_assert_eq!(other.ask(&check(turned, lanes)), expected);
    }

    #[test]
    fn asking_again_with_the_discounts_applied_gives_the_same(
        (offers, lanes) in catalog(),
        mut question in question(),
    ) {
        let catalog = check(offers, lanes);
        let expected = question.ask(&catalog);
        question.basket = expected.applied_to(&question.basket);
        prop_assert!(question.basket.validate().is_ok());
        prop_assert_eq!(question.ask(&catalog), expected);
    }

    #[test]
    fn an_evaluation_survives_its_json((offers, lanes) in catalog(), question in question()) {
        let evaluation = question.ask(&check(offers, lanes));
        let json = serde_json::to_string(&evaluation).unwrap();
        prop_assert_eq!(serde_json::from_str::<Evaluation>(&json).unwrap(), evaluation);
    }

    #[test]
    fn who_is_eligible_without_a_fact_is_so_with_any(
        (offers, lanes) in catalog(),
        question in question(),
        orders in 0_i64..5,
    ) {
        let catalog = check(offers, lanes);
        let without = Question { orders: None, ..question.clone() }.ask(&catalog);
        let with = Question { orders: Some(orders), ..question }.ask(&catalog);
        for (without, with) in without.outcomes.iter().zip(&with.outcomes) {
            let spent = |outcome: &Outcome| {
                let code = outcome.answer.declined().map(Decline::code);
                code == Some(DeclineCode::NotEnoughPoints)
            };
            prop_assert!(!without.is_eligible() || with.is_eligible() || spent(with));
        }
    }

    #[test]
    fn grants_alone_are_told_of_what_the_customer_can_have_or_asked_for(
        (offers, lanes) in catalog(),
        mut question in question(),
        named in option::of((0_usize..7).prop_map(name)),
    ) {
        let catalog = check(offers, lanes);
        if let Some(line) = question.basket.lines.first_mut() {
            line.discounts.push(Discount { amount: euro(0), offer: named.clone() });
        }
        let named = named.filter(|_| !question.basket.lines.is_empty());
        let whole = question.told(&catalog, Explain::Codes);
        let brief = question.told(&catalog, Explain::Grants);
        let mut expected = whole.clone();
        expected.outcomes.retain(|outcome| {
            let asked = question.chosen.contains(&outcome.offer);
            outcome.is_eligible() || asked || named.as_ref() == Some(&outcome.offer)
        });
        prop_assert_eq!(brief, expected);
        let full = question.told(&catalog, Explain::Full);
        let grants = |evaluation: &Evaluation| {
            evaluation.grants().map(|(offer, _)| offer.clone()).collect::<Vec<_>>()
        };
        prop_assert_eq!(grants(&full), grants(&whole));
    }

    #[test]
    fn verdicts_are_those_of_the_rules_that_stood_in_the_way(
        (offers, lanes) in catalog(),
        question in question(),
    ) {
        let catalog = check(offers, lanes);
        let facts = question.facts();
        for (offer, decline) in question.ask(&catalog).declines() {
            let by_rule = [DeclineCode::RuleFailed, DeclineCode::FactUnknown];
            let stood = by_rule.contains(&decline.code());
            let verdict = catalog.explain(offer, &facts).filter(|_| stood);
            let told = verdict.as_ref().is_none_or(|told| {
                decline.to_string().ends_with(&told.to_string())
            });
            prop_assert!(told, "{} tells {:?}", decline, verdict);
            prop_assert_eq!(decline.verdict.as_deref(), verdict.as_ref());
        }
    }

    #[test]
    fn a_larger_basket_keeps_what_a_least_spend_gave(
        question in question(),
        least in 0_i64..5_000,
        line in line(),
    ) {
        let offer = Offer::new(OfferId::new("o").unwrap(), Benefit::percent(10))
            .when(field("total").at_least(euro(least)));
        let catalog = check(vec![offer], Vec::new());
        let before = question.ask(&catalog);
        let mut larger = question;
        larger.basket.lines.push(line);
        let after = larger.ask(&catalog);
        prop_assert!(!before.outcomes[0].is_eligible() || after.outcomes[0].is_eligible());
    }

    #[test]
    fn another_offer_in_a_best_lane_never_costs_the_customer_more(
        offers in offers(),
        question in question(),
    ) {
        let free = |offer: Offer| {
            Offer { lane: None, cost: None, combines: Combines::default(), ..offer }
        };
        let offers: Vec<Offer> = offers.into_iter().map(free).collect();
        for count in 1..offers.len() {
            let fewer = question.ask(&check(offers[..count - 1].to_vec(), Vec::new()));
            let more = question.ask(&check(offers[..count].to_vec(), Vec::new()));
            prop_assert!(paid(&more) <= paid(&fewer));
        }
    }

    #[test]
    fn no_more_points_are_reserved_than_there_are(
        (offers, lanes) in catalog(),
        question in question(),
    ) {
        let evaluation = question.ask(&check(offers, lanes));
        let held = evaluation.reserve.iter().map(|held| held.points.points);
        let reserved = Points::sum(held).unwrap();
        prop_assert!(reserved <= question.points);
    }

    #[test]
    fn an_allocator_that_breaks_its_laws_takes_off_what_is_told_and_no_more_than_there_is(
        (offers, lanes) in catalog(),
        question in question(),
        part: i64,
        count in 0_usize..9,
    ) {
        let catalog = check(offers, lanes).with_allocator(Arc::new(Careless { part, count }));
        let evaluation = question.ask(&catalog);
        for line in &evaluation.lines {
            prop_assert!(!line.net.is_negative() && line.net <= line.list);
        }
        for outcome in &evaluation.outcomes {
            let granted = outcome.answer.granted().map(|grant| &grant.award);
            if let Some(Award::Discount(told)) = granted {
                let parts = told.lines.iter().map(|line| line.amount);
                prop_assert_eq!(Money::sum(Currency::EUR, parts), Ok(told.applied));
            }
        }
    }
}

/// Gives every share the same, as often as it likes.
struct Careless {
    part: i64,
    count: usize,
}

impl Allocator for Careless {
    fn allocate(&self, _: Money, _: &[Share<'_>]) -> Allocation {
        Allocation { parts: vec![euro(self.part); self.count], unused: euro(0) }
    }
}
