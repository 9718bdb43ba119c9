//! What a review says of a program's points, and that what it says gains really gains.

use std::collections::BTreeMap;

use loyalty::event::{Basket, Event, EventKind, Purchase};
use loyalty::id::EventId;
use loyalty::money::{Currency, Money};
use loyalty::points::Points;
use loyalty::profile::Customer;
use loyalty::program::{Applied, Claim, Member, Program, Pump, Review, Spec};
use proptest::prelude::*;

const BASE: &str = r#"{"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}}"#;
const FIVE: &str = r#"{"id": "five", "benefit": {"fixed": {"amount": "5.00 EUR"}}, "cost": 500}"#;

fn program(earning: &str, offers: &str, more: &str) -> Program {
    let json = format!(
        r#"{{"loyalty": 1, "name": "Beans", "currency": "EUR",
            "earning": [{earning}], "offers": [{offers}]{more}}}"#
    );
    Spec::from_json(&json).unwrap().build().unwrap()
}

fn review(program: &Program) -> Review {
    program.review("2026-03-14".parse().unwrap())
}

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

/// Checks what is told of the points of a program with these earning rules and offers, and that
/// what is told to gain does.
#[track_caller]
fn check(earning: &str, offers: &str, expected: &[&str]) {
    let program = program(earning, offers, "");
    let review = review(&program);
    assert_eq!(review.points.to_string().lines().collect::<Vec<_>>(), expected);
    review.points.pumps.iter().for_each(|pump| replay(&program, &review, pump));
}

/// Plays the events of a pump again with a new member, and counts anew what each round gains.
#[track_caller]
fn replay(program: &Program, review: &Review, pump: &Pump) {
    let mut player = Player {
        program,
        member: program.enroll(Customer::new("anyone".parse().unwrap())),
        bought: BTreeMap::new(),
        money: 0,
        points: 0,
    };
    pump.before.iter().for_each(|event| player.play(event));
    assert!(pump.rounds >= 6 && pump.events.len() == 6);
    for (round, events) in pump.events.iter().enumerate() {
        let (money, points) = (player.money, player.points);
        events.iter().for_each(|event| player.play(event));
        let (money, points) = (player.money - money, player.points - points);
        match &review.points.best {
            _ if round == 0 => {}
            Some(best) => {
                let gain = money * best.cost.0 + points * best.amount.minor();
                let least = pump.gain.minor() * best.cost.0;
                assert!(gain >= 0 && (gain > 0 || least == 0), "{round}: {gain} {pump:?}");
            }
            None => assert!(money >= 0 && points > 0),
        }
    }
}

struct Player<'a> {
    program: &'a Program,
    member: Member,
    bought: BTreeMap<EventId, Purchase>,
    /// What was paid back and what rewards were worth, less what was paid.
    money: i64,
    /// The points that are left.
    points: i64,
}

impl Player<'_> {
    #[track_caller]
    fn play(&mut self, event: &Event) {
        let decision = self.program.decide(&self.member, event);
        for settled in decision.settlements.iter().filter(|one| one.claimed.minor() > 0) {
            assert_eq!(settled.standing, Claim::Due);
            // What a reward is for is worth its price.
            let purchase = event.purchase().unwrap();
            self.money += purchase.basket.list_price(Currency::EUR).unwrap().minor();
        }
        let net = |basket: &Basket| basket.net_price(Currency::EUR).unwrap().minor();
        match &event.kind {
            EventKind::Purchase(purchase) => {
                self.money -= net(&purchase.basket);
                self.bought.insert(event.id.clone(), purchase.clone());
            }
            EventKind::Return(returned) => {
                let bought = self.bought.values().find(|bought| bought.order == returned.order);
                for back in &returned.lines {
                    let line = bought.unwrap().basket.line(&back.line).unwrap();
                    assert_eq!(line.quantity, back.quantity);
                    self.money += line.net_price().unwrap().minor();
                }
            }
            EventKind::Void(void) => self.money += net(&self.bought[&void.event].basket),
            _ => {}
        }
        assert!(matches!(self.member.apply(&decision), Applied::Now { .. }));
        let balance = self.member.ledger().balance(event.at);
        self.points = balance.active.0 + balance.pending.0 - balance.deficit.0;
    }
}

#[test]
fn an_honest_program_gives_back_what_it_says_and_cannot_be_pumped() {
    check(BASE, FIVE, &["1000.00 EUR earn at most 1000 points, worth at most 10.00 EUR: 1%"]);
    // What is multiplied for a cart of 100.00 is taken back with the lines that come back.
    let offers = format!(
        r#"{FIVE}, {{"id": "double", "benefit": {{"points_multiplier": "2x"}},
                     "when": {{"field": "basket_total", "at_least": "100.00 EUR"}}}}"#
    );
    check(BASE, &offers, &["1000.00 EUR earn at most 2000 points, worth at most 20.00 EUR: 2%"]);
    let earning = format!(
        r#"{BASE}, {{"id": "large", "award": {{"per_amount": {{"points": 9, "per": "1.00 EUR"}}}},
                     "when": {{"field": "basket_total", "at_least": "100.00 EUR"}}}}"#
    );
    check(
        &earning,
        FIVE,
        &["1000.00 EUR earn at most 10000 points, worth at most 100.00 EUR: 10%"],
    );
}

#[test]
fn multipliers_of_tiers_and_the_best_reward_are_counted() {
    let ladder = r#", "ladders": [{"measure": "spend", "window": "12mo", "tiers": [
        {"id": "basic", "name": "Basic", "at_least": "0.00 EUR"},
        {"id": "gold", "name": "Gold", "at_least": "200.00 EUR", "multiplier": "3x"}]}]"#;
    let offers = format!(
        r#"{FIVE},
           {{"id": "capped", "benefit": {{"percent": {{"percent": "10%"}}}}, "cost": 300,
             "limits": {{"max_discount": "6.00 EUR"}}}},
           {{"id": "share", "benefit": {{"percent": {{"percent": "10%"}}}}, "cost": 100}},
           {{"id": "mug", "benefit": {{"gift": {{"product": "mug"}}}}, "cost": 10}}"#
    );
    let points = review(&program(BASE, &offers, ladder)).points;
    assert_eq!(points.earned, Some(Points(3_000)));
    assert_eq!(points.best.as_ref().unwrap().offer.as_str(), "capped");
    assert_eq!(points.worth(), Some(euro(6_000)));
    assert_eq!(points.back().unwrap().to_string(), "6%");
    let unvalued: Vec<&str> = points.unvalued.iter().map(|offer| offer.as_str()).collect();
    assert_eq!(unvalued, ["mug", "share"]);
    assert_eq!(points.pumps, []);
}

#[test]
fn what_is_given_for_what_costs_nothing_is_a_pump_unless_it_is_capped() {
    let visits = |cap: &str| {
        format!(
            r#"{{"id": "visits",
                "award": {{"per_event": {{"event": "visit", "points": 50}}}}{cap}}}"#
        )
    };
    let none = "1000.00 EUR earn at most 0 points, worth at most 0.00 EUR: 0%";
    check(
        &visits(""),
        FIVE,
        &[none, "`visit` again and again gains 50 points each time, worth 0.50 EUR"],
    );
    check(&visits(r#", "caps": [{"times": 9, "per": "day"}]"#), FIVE, &[none]);
    // Points that cannot be spent yet are waited for.
    let later = r#"{"id": "visits", "activation": {"after": "14d"}, "expiry": {"after": "1d"},
                    "award": {"per_event": {"event": "visit", "points": 500}}}"#;
    check(
        later,
        FIVE,
        &[none, "`visit` again and again gains 500 points each time, worth 5.00 EUR"],
    );
    let mug = r#"{"id": "mug", "benefit": {"gift": {"product": "mug"}}, "cost": 10}"#;
    check(
        &visits(""),
        mug,
        &[
            "1000.00 EUR earn at most 0 points",
            "what `mug` is worth depends on the cart",
            "`visit` again and again gains 50 points each time",
        ],
    );
}

#[test]
fn a_bonus_for_any_purchase_is_a_pump_if_it_is_worth_more_than_the_smallest_purchase() {
    let bonus = |points: i64| {
        format!(
            r#"{{"id": "bonus",
                "award": {{"per_event": {{"event": "purchase", "points": {points}}}}}}}"#
        )
    };
    let none = "1000.00 EUR earn at most 0 points, worth at most 0.00 EUR: 0%";
    check(
        &bonus(500),
        FIVE,
        &[
            none,
            "who buys for 0.01 EUR gains 500 points of `bonus` each time, worth 5.00 EUR: 4.99 EUR \
             more than it cost",
        ],
    );
    // Once for each customer.
    let once =
        r#"{"id": "welcome", "benefit": {"points": 500}, "limits": {"uses": [{"at_most": 1}]}}"#;
    check("", &format!("{FIVE}, {once}"), &[none]);
}

#[test]
fn a_bonus_for_every_third_order_is_a_pump_for_who_places_three_small_ones() {
    let third = r#"{"id": "third", "award": {"nth_order": {"every": 3, "points": 50}}}"#;
    let none = "1000.00 EUR earn at most 0 points, worth at most 0.00 EUR: 0%";
    check(
        third,
        FIVE,
        &[
            none,
            "who buys for 0.03 EUR gains 50 points of `third` each time, worth 0.50 EUR: 0.47 EUR \
             more than it cost",
        ],
    );
    // The first order is no pump, nor is it if it comes back.
    let first = r#"{"id": "first", "award": {"nth_order": {"nth": 1, "points": 500}}}"#;
    check(first, FIVE, &[none]);
}

#[test]
fn campaigns_are_counted_and_conditions_of_theirs_are_tried() {
    let terms = r#", "multipliers": {"campaigns": [
        {"id": "large", "by": "150x", "when": "basket_total >= 250"}]}"#;
    let review = review(&program(BASE, FIVE, terms));
    let told = review.points.to_string();
    let told: Vec<&str> = told.lines().collect();
    // A point is worth a cent: of 250.00 come 37,500 points, which are 375.00.
    assert_eq!(
        told,
        [
            "1000.00 EUR earn at most 150000 points, worth at most 1500.00 EUR: 150%",
            "who buys for 250.00 EUR gains 37500 points of `base` each time, worth 375.00 EUR: \
             125.00 EUR more than it cost",
        ]
    );
}

#[test]
fn points_of_a_whole_order_go_back_with_its_lines() {
    let sale = |benefit: &str| {
        format!(
            r#"{FIVE}, {{"id": "bonus", "benefit": {{{benefit}}},
                        "when": {{"field": "basket_total", "at_least": "100.00 EUR"}}}}"#
        )
    };
    check(
        "",
        &sale(r#""points": 500"#),
        &["1000.00 EUR earn at most 0 points, worth at most 0.00 EUR: 0%"],
    );
    check(
        "",
        &sale(r#""points_per": {"points": 5, "per": "1.00 EUR"}"#),
        &["1000.00 EUR earn at most 5000 points, worth at most 50.00 EUR: 5%"],
    );
}

#[test]
fn money_that_comes_back_whole_feeds_itself() {
    let rate = |points: i64| {
        format!(
            r#"{{"id": "base",
                "award": {{"per_amount": {{"points": {points}, "per": "1.00 EUR"}}}}}}"#
        )
    };
    check(
        &rate(99),
        FIVE,
        &["1000.00 EUR earn at most 99000 points, worth at most 990.00 EUR: 99%"],
    );
    check(
        &rate(100),
        FIVE,
        &[
            "1000.00 EUR earn at most 100000 points, worth at most 1000.00 EUR: 100%",
            "who buys for 0.01 EUR gains 1 point of `base` each time, worth 0.01 EUR: 0.00 EUR \
             more than it cost",
        ],
    );
    check(
        &rate(150),
        FIVE,
        &[
            "1000.00 EUR earn at most 150000 points, worth at most 1500.00 EUR: 150%",
            "who buys for 100.00 EUR gains 15000 points of `base` each time, worth 150.00 EUR: \
             50.00 EUR more than it cost",
        ],
    );
}

#[test]
fn points_that_cost_fewer_points_are_a_pump() {
    let offers = format!(r#"{FIVE}, {{"id": "swap", "benefit": {{"points": 500}}, "cost": 100}}"#);
    let program = program(BASE, &offers, "");
    let review = review(&program);
    let points = &review.points;
    points.pumps.iter().for_each(|pump| replay(&program, &review, pump));
    let told: Vec<String> = points.pumps.iter().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["who buys for 0.01 EUR gains 400 points of `base` and `swap` each time, worth 4.00 EUR: \
          3.99 EUR more than it cost"]
    );
}

#[test]
fn a_minimum_that_the_conditions_rule_out_is_told() {
    let offer = |id: &str, when: &str| {
        format!(
            r#"{{"id": "{id}", "benefit": {{"points": 5}}, "when": {{"all": [{when}]}},
                "minimum": {{"units": 3, "of": {{"products": ["tea"]}}}}}}"#
        )
    };
    let few = r#"{"field": "basket_units", "below": 3}"#;
    let some = r#"{"field": "basket_units", "at_most": 3}"#;
    let offers = [offer("a", few), offer("b", some)].join(",");
    let review = review(&program("", &offers, "")).offers.unwrap();
    let told: Vec<String> = review.never().map(ToString::to_string).collect();
    assert_eq!(
        told,
        ["`a` is never granted: it wants 3 units, of which its conditions allow fewer"]
    );
}

#[test]
fn a_review_of_a_program_is_read_as_it_was_written() {
    let program = program(
        r#"{"id": "visits", "award": {"per_event": {"event": "visit", "points": 50}}}"#,
        FIVE,
        "",
    );
    let review = review(&program);
    let json = serde_json::to_string(&review).unwrap();
    assert_eq!(serde_json::from_str::<Review>(&json).unwrap(), review);
    assert!(review.offers.is_some() && !review.points.more);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_bonus_is_a_pump_just_if_it_is_worth_more_than_it_costs(
        bonus in 1_i64..40,
        cost in 50_i64..400,
        amount in 1_i64..300,
        least in prop_oneof![Just(None), (1_i64..200).prop_map(Some)],
    ) {
        let when = least.map_or(String::new(), |least| {
            let least = euro(least);
            format!(r#", "when": {{"field": "basket_total", "at_least": "{least}"}}"#)
        });
        let earning = format!(
            r#"{{"id": "bonus",
                "award": {{"per_event": {{"event": "purchase", "points": {bonus}}}}}{when}}}"#
        );
        let amount = euro(amount);
        let offers = format!(
            r#"{{"id": "off", "benefit": {{"fixed": {{"amount": "{amount}"}}}}, "cost": {cost}}}"#
        );
        let program = program(&earning, &offers, "");
        let review = review(&program);
        // All that is bought for the bonus is kept, and is free if the bonus is worth just that.
        let kept = bonus * amount.minor() >= least.unwrap_or(1) * cost;
        // Or all of it but 0.01 comes back, whose part of the bonus was rounded up, perhaps.
        let rounded = least.into_iter().flat_map(|least| [least, least + 1]).any(|price| {
            let (whole, rest) = (bonus / (price + 1), bonus % (price + 1));
            // Hamilton's method for weights of the price and 1; of equal remainders, the price's.
            let other = (bonus * price) % (price + 1);
            let part = whole + i64::from(rest > other);
            part * amount.minor() > cost
        });
        let gains = kept || rounded;
        prop_assert_eq!(!review.points.pumps.is_empty(), gains, "{}", review);
        review.points.pumps.iter().for_each(|pump| replay(&program, &review, pump));
    }

    #[test]
    fn points_by_the_line_are_never_a_pump_below_what_they_cost(
        rates in prop::collection::vec((1_i64..20, any::<bool>()), 1..4),
        cost in 100_i64..500,
        capped in any::<bool>(),
        multiplier in 101_u32..300,
    ) {
        let rule = |(at, (points, large)): (usize, &(i64, bool))| {
            let when = if *large {
                r#", "when": {"field": "basket_total", "at_least": "50.00 EUR"}"#
            } else {
                ""
            };
            format!(
                r#"{{"id": "rule-{at}", "award": {{"per_amount": {{"points": {points},
                    "per": "1.00 EUR"}}}}{when}}}"#
            )
        };
        let earning: Vec<String> = rates.iter().enumerate().map(rule).collect();
        let multiplier = f64::from(multiplier) / 100.0;
        let limits = if capped { r#", "limits": {"max_discount": "0.80 EUR"}"# } else { "" };
        let offers = format!(
            r#"{{"id": "off", "benefit": {{"fixed": {{"amount": "1.00 EUR"}}}},
                "cost": {cost}{limits}}},
               {{"id": "more", "benefit": {{"points_multiplier": "{multiplier}x"}}, "when":
                {{"field": "basket_total", "at_least": "20.00 EUR"}}}}"#
        );
        let review = review(&program(&earning.join(","), &offers, ""));
        let back = review.points.back().unwrap().basis_points();
        prop_assert!(back >= 10_000 || review.points.pumps.is_empty(), "{}", review);
    }
}

#[cfg(feature = "proptest")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_is_told_of_any_program_can_be_played_again(
        spec in loyalty::strategy::spec(Currency::EUR),
    ) {
        let program = spec.build().unwrap();
        let review = review(&program);
        review.points.pumps.iter().for_each(|pump| replay(&program, &review, pump));
        let json = serde_json::to_string(&review).unwrap();
        prop_assert_eq!(serde_json::from_str::<Review>(&json).unwrap(), review);
    }
}
