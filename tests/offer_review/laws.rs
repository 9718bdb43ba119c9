//! What a review claims holds in every evaluation: of catalogs and carts from small domains, in
//! which offers often get in each other's way.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::calendar::{Window, Zone};
use loyalty::event::{Basket, LineItem};
use loyalty::id::{LaneId, OfferId};
use loyalty::money::{Currency, Money, Percent, Rounding};
use loyalty::offer::{
    Award, Base, Benefit, Bundle, BuyGet, Catalog, CatalogReview, Combines, Concern, DeclineCode,
    Evaluation, Explain, FixedOff, FreeItem, Lane, Limits, Minimum, Mode, NoBudgets, NoUses, Off,
    Offer, OfferEvaluator, PercentOff, Reason, Remark, Request, Shade, ShippingOff, Slot, Spread,
    StepOff, Target, Threshold, Tiered, UnitPrice, Units, UseLimit, Validity,
};
use loyalty::points::{Amount, Points};
use loyalty::rule::{Field, Kind, Rule, Schema, Sheet, Text, Value, field, not};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;

fn euro(minor: i64) -> Money {
    Money::from_minor(minor, Currency::EUR)
}

fn schema() -> Schema {
    let fields = [
        Field::new("birthday", Kind::Date),
        Field::new("interests", Kind::Set),
        Field::new("orders", Kind::Integer),
        Field::choice("tier", ["gold", "silver"]),
    ];
    Schema::new(fields).unwrap()
}

fn today() -> NaiveDate {
    "2026-03-14".parse().unwrap()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn rule() -> impl Strategy<Value = Rule> + Clone {
    let leaf = || {
        prop_oneof![
            (0..4_i64).prop_map(|least| field("orders").at_least(least)),
            (0..4_i64).prop_map(|most| field("orders").below(most)),
            select(vec!["gold", "silver"]).prop_map(|tier| field("tier").is(tier)),
            Just(field("interests").any_of(["tea"])),
            Just(not(field("interests").any_of(["tea"]))),
            Just(field("birthday").within_last("1mo".parse().unwrap())),
        ]
    };
    prop_oneof![
        3 => Just(Rule::Always),
        4 => leaf(),
        2 => (leaf(), leaf()).prop_map(|(one, other)| one.and(other)),
        1 => (leaf(), leaf()).prop_map(|(one, other)| one.or(other)),
    ]
}

fn target() -> impl Strategy<Value = Target> + Clone {
    let products = |names: &[&str]| Target::products(names.iter().map(|n| n.parse().unwrap()));
    select(vec![
        Target::Order,
        Target::Order,
        Target::Lines,
        products(&["a"]),
        products(&["a", "b"]),
        Target::except_products(["a".parse().unwrap()]),
    ])
}

fn spread() -> impl Strategy<Value = (Option<Units>, Option<Spread>)> + Clone {
    select(vec![
        (None, None),
        (None, None),
        (None, Some(Spread::Each)),
        (None, Some(Spread::Across)),
        (None, Some(Spread::Once)),
        (Some(Units::Dearest(2)), None),
        (Some(Units::Every(2)), None),
    ])
}

fn benefit() -> impl Strategy<Value = Benefit> + Clone {
    let base = select(vec![None, None, Some(Base::Original), Some(Base::Running)]);
    let rounding = select(vec![Rounding::HalfUp, Rounding::Up, Rounding::Down]);
    let percents = select(vec![1_000, 5_000, 5_000, 10_000]);
    let percent = (percents, target(), spread(), base, rounding).prop_map(
        |(percent, target, (units, allocation), base, rounding)| {
            let percent = Percent::from_basis_points(percent);
            Benefit::Percent(PercentOff { percent, target, units, allocation, base, rounding })
        },
    );
    let fixed = (select(vec![1, 50, 500]), target(), spread()).prop_map(
        |(amount, target, (units, allocation))| {
            Benefit::Fixed(FixedOff { amount: euro(amount), target, units, allocation })
        },
    );
    let steps = |off| Tiered::new([(Threshold::Amount(euro(200)), off)]);
    let target = || Target::products(["a".parse().unwrap()]);
    let others = select(vec![
        Benefit::Tiered(steps(StepOff::Amount(euro(100)))),
        Benefit::Tiered(steps(StepOff::Percent(Percent::new(20))).off(Target::Lines)),
        Benefit::Tiered(steps(StepOff::Amount(euro(100))).off(Target::Lines)),
        Benefit::UnitPrice(UnitPrice::new(euro(50), Target::Lines)),
        Benefit::UnitPrice(UnitPrice::new(euro(80), target())),
        Benefit::FreeItem(FreeItem::cheapest(Target::Lines)),
        Benefit::BuyGet(BuyGet::free(Target::Lines, 1, 1)),
        Benefit::Bundle(Bundle::new([Slot::new(target(), 1)], Off::Price(euro(40)))),
        Benefit::Shipping(ShippingOff::free()),
        Benefit::Shipping(ShippingOff::Percent(Percent::new(50))),
        Benefit::Shipping(ShippingOff::UpTo(euro(200))),
        Benefit::Points(Points(10).into()),
        Benefit::gift("mug".parse().unwrap()),
    ]);
    prop_oneof![4 => percent, 4 => fixed, 3 => others]
}

fn combines() -> impl Strategy<Value = Combines> + Clone {
    let names = |name: &str| BTreeSet::from([Text::from(name)]);
    let some = |exclusive: &[&str], tags, not_with, joint: Option<&str>| Combines {
        exclusive: exclusive.iter().copied().map(Text::from).collect(),
        tags,
        not_with,
        joint: joint.map(Text::from),
    };
    select(vec![
        Combines::default(),
        Combines::default(),
        some(&["group"], BTreeSet::new(), BTreeSet::new(), None),
        some(&["group"], BTreeSet::new(), BTreeSet::new(), None),
        some(&["group", "other"], BTreeSet::new(), BTreeSet::new(), None),
        some(&[], names("sale"), BTreeSet::new(), None),
        some(&[], BTreeSet::new(), names("sale"), None),
        some(&[], BTreeSet::new(), BTreeSet::new(), Some("set")),
    ])
}

fn limits() -> impl Strategy<Value = (Limits, Option<Points>, Option<Minimum>)> + Clone {
    let most = |most: i64| Limits { max_discount: Some(euro(most)), ..Limits::NONE };
    let once = UseLimit { at_most: 1, within: Window::Lifetime };
    let minimum = |amount| Some(Minimum::amount(euro(amount)));
    select(vec![
        (Limits::NONE, None, None),
        (Limits::NONE, None, None),
        (Limits::NONE, None, None),
        (most(20), None, None),
        (most(400), None, None),
        (Limits { uses: vec![once], ..Limits::NONE }, None, None),
        (Limits::NONE, Some(Points(5)), None),
        (Limits::NONE, None, minimum(300)),
        (Limits::NONE, None, minimum(600)),
        (Limits::NONE, None, minimum(600).map(|minimum| minimum.on(Base::Original))),
    ])
}

fn validity() -> impl Strategy<Value = Validity> + Clone {
    let (one, two) = (at("2026-03-10T00:00:00Z"), at("2026-03-20T00:00:00Z"));
    select(vec![
        Validity::ALWAYS,
        Validity::ALWAYS,
        Validity::ALWAYS,
        Validity { from: Some(one), until: None },
        Validity { from: None, until: Some(one) },
        Validity::between(one, two),
        Validity { from: Some(two), until: None },
    ])
}

fn lanes() -> Vec<Lane> {
    let lane = |id: &str, mode| Lane::new(id.parse().unwrap(), mode);
    vec![
        lane("best", Mode::Best).on(Base::Original),
        lane("first", Mode::First),
        lane("one", Mode::First).exclusive(),
        lane("plan", Mode::BestForCustomer),
        lane("stack", Mode::Stack),
        lane("top", Mode::Best).exclusive(),
    ]
}

/// An offer that stands in the way of others: of a usual benefit, without limits and dates.
fn plain() -> impl Strategy<Value = Offer> + Clone {
    let benefit = prop_oneof![
        select(vec![10, 50, 100]).prop_map(Benefit::percent),
        select(vec![1, 50, 500]).prop_map(|amount| Benefit::fixed(euro(amount))),
        select(vec![50, 500]).prop_map(|amount| {
            let target = Target::products(["a".parse().unwrap()]);
            Benefit::Fixed(FixedOff::new(euro(amount)).off(target))
        }),
        Just(Benefit::Points(Points(10).into())),
    ];
    let cap = select(vec![None, None, None, Some(30), Some(400)]);
    let terms = (0..5_u8, 0..=1_i32, cap);
    (rule(), benefit, terms).prop_map(|(when, benefit, (together, priority, cap))| {
        let cap = cap.filter(|_| benefit.is_discount());
        let offer = Offer::new("x".parse().unwrap(), benefit).when(when).with_priority(priority);
        let offer = cap.map_or(offer.clone(), |cap| offer.capped(euro(cap)));
        match together {
            0 => offer.exclusive_in("group"),
            1 | 2 => offer.jointly("set"),
            _ => offer,
        }
    })
}

fn any_offer() -> impl Strategy<Value = Offer> + Clone {
    let offer = (rule(), benefit(), 0..=1_i32, combines(), limits(), validity());
    offer.prop_map(|(when, benefit, priority, combines, limits, validity)| {
        let (mut limits, cost, minimum) = limits;
        if !benefit.is_discount() {
            limits.max_discount = None;
        }
        let (id, cost) = ("x".parse().unwrap(), cost.map(Amount::from));
        let offer = Offer { limits, cost, minimum, ..Offer::new(id, benefit) };
        Offer { when, priority, combines, validity, ..offer }
    })
}

/// Up to seven offers, most of them in one lane.
fn catalog() -> impl Strategy<Value = Catalog> + Clone {
    let ids = [None, Some("best"), Some("first"), Some("one"), Some("plan"), Some("top")];
    let lane = prop_oneof![3 => select(ids.to_vec()), 2 => Just(Some("stack"))];
    let offer = prop_oneof![3 => plain(), 2 => any_offer()];
    let placed = (offer, proptest::option::weighted(0.2, lane.clone()));
    (lane, vec(placed, 2..8)).prop_filter_map("offers that go together", |(most, placed)| {
        let offer = |(at, (offer, lane)): (usize, (Offer, Option<Option<&str>>))| {
            let lane: Option<LaneId> = lane.unwrap_or(most).map(|lane| lane.parse().unwrap());
            Offer { id: format!("offer-{at}").parse().unwrap(), lane, ..offer }
        };
        let mut offers: Vec<Offer> = placed.into_iter().enumerate().map(offer).collect();
        for offer in &mut offers {
            let joins = matches!(offer.lane.as_ref().map(LaneId::as_str), Some("stack"));
            offer.combines.joint = offer.combines.joint.take().filter(|_| joins);
        }
        let tagged = offers.iter().any(|offer| !offer.combines.tags.is_empty());
        if !tagged {
            offers.iter_mut().for_each(|offer| offer.combines.not_with.clear());
        }
        Catalog::check(offers, lanes(), &schema(), Currency::EUR).ok()
    })
}

#[derive(Clone, Debug)]
struct Question {
    facts: Sheet,
    undecided: bool,
    basket: Basket,
    as_of: DateTime<Utc>,
    points: Points,
    choose: bool,
}

fn question() -> impl Strategy<Value = Question> + Clone {
    let line = (select(vec!["a", "b", "c"]), 1..4_i64, select(vec![1, 2, 4, 5, 9, 100, 333, 999]));
    let orders = proptest::option::weighted(0.9, 0..5_i64);
    let tier = proptest::option::weighted(0.9, select(vec!["gold", "silver"]));
    let days = vec!["2026-03-14", "2026-03-19", "2026-03-31"];
    let interests = prop_oneof![Just(None), Just(Some(false)), Just(Some(true))];
    let birthday = proptest::option::of(select(vec!["2026-03-01", "2000-01-01", "2026-03-25"]));
    let facts = (orders, tier, interests, any::<bool>(), birthday);
    let asked = (select(vec![0, 100]), any::<bool>());
    let shipping = proptest::option::of(select(vec![1, 150, 499]));
    (vec(line, 0..4), facts, select(days), asked, shipping).prop_map(
        |(lines, (orders, tier, tea, undecided, birthday), day, (points, choose), shipping)| {
            let day: NaiveDate = day.parse().unwrap();
            let line = |(at, (product, units, price)): (usize, (&str, i64, i64))| {
                let id = format!("{at}").parse().unwrap();
                LineItem::new(id, product.parse().unwrap(), units, euro(price))
            };
            let mut basket = Basket::of(lines.into_iter().enumerate().map(line));
            basket.shipping = shipping.map(euro);
            let set = |tea| if tea { vec![Text::from("tea")] } else { Vec::new() };
            let interests = tea.map(|tea| Value::Set(set(tea).into_iter().collect()));
            let undecided = undecided && tea == Some(false);
            let schema = schema();
            let mut facts = Sheet::new(day);
            facts.set(schema.slot("orders").unwrap(), orders.map(Value::Integer));
            facts.set(schema.slot("tier").unwrap(), tier.map(|tier| Value::Text(tier.into())));
            facts.set(schema.slot("interests").unwrap(), interests);
            let birthday = birthday.map(|day| Value::Date(day.parse().unwrap()));
            facts.set(schema.slot("birthday").unwrap(), birthday);
            if undecided {
                let open = BTreeSet::from([Text::from("tea")]);
                facts.leave_undecided(schema.slot("interests").unwrap(), open);
            }
            let as_of = day.and_hms_opt(12, 0, 0).unwrap().and_utc();
            Question { facts, undecided, basket, as_of, points: Points(points), choose }
        },
    )
}

impl Question {
    fn ask(&self, catalog: &Catalog) -> Evaluation {
        let all: Vec<OfferId> = catalog.offers().map(|offer| offer.id.clone()).collect();
        catalog.evaluate(&Request {
            customer: &"ann".parse().unwrap(),
            facts: &self.facts,
            basket: &self.basket,
            as_of: self.as_of,
            zone: Zone::UTC,
            member_since: None,
            uses: &NoUses,
            budgets: &NoBudgets,
            points: &self.points.into(),
            chosen: if self.choose { &all } else { &[] },
            explain: Explain::Codes,
        })
    }

    /// Whether the exceptions of a shade leave the claim in force here.
    fn is_bound_by(&self, shade: &Shade) -> bool {
        let day = shade.on.is_none_or(|day| day == self.as_of.date_naive());
        day && (shade.if_known.is_empty() || !self.undecided)
    }
}

fn review(catalog: &Catalog) -> CatalogReview {
    catalog.review(&schema(), today(), &Zone::UTC)
}

/// Whether a grant of the first offer of a remark is against what it says.
fn breaks(remark: &Remark, question: &Question, found: &Evaluation) -> bool {
    let offer = &remark.offers[0];
    let Some(grant) = found.outcome(offer).and_then(|outcome| outcome.answer.granted()) else {
        return false;
    };
    let shade = match &remark.concern {
        Concern::NeverHolds { on, .. } => {
            return on.is_none_or(|day| day == question.as_of.date_naive());
        }
        Concern::Shadowed(shade) | Concern::Dominated(shade) | Concern::WinsTiesOnly(shade) => {
            shade
        }
        _ => return true,
    };
    let tie = |by: &OfferId| match found.outcome(by).and_then(|other| other.answer.declined()) {
        Some(decline) => match &decline.reason {
            Reason::BeatenInLane(beaten) => beaten.winning == beaten.offered,
            _ => false,
        },
        None => false,
    };
    if matches!(remark.concern, Concern::WinsTiesOnly(_)) && remark.offers[1..].iter().any(tie) {
        return false;
    }
    let below = |price: i64| shade.unless_below.is_some_and(|below| price < below.minor());
    let excused = match &grant.award {
        Award::Discount(discount) => discount.lines.iter().all(|part| {
            let line = found.lines.iter().find(|line| line.line == part.line).unwrap();
            below(line.net.minor() + part.amount.minor())
        }),
        Award::Shipping(_) => below(question.basket.shipping.unwrap().minor()),
        _ => false,
    };
    question.is_bound_by(shade) && !excused
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn what_is_said_never_to_be_granted_is_never_granted(
        catalog in catalog(),
        questions in vec(question(), 30),
    ) {
        let review = review(&catalog);
        for question in &questions {
            let found = question.ask(&catalog);
            for remark in &review.remarks {
                let claims =
                    remark.is_never() || matches!(remark.concern, Concern::WinsTiesOnly(_));
                prop_assert!(
                    !claims || !breaks(remark, question, &found),
                    "{remark}\n{remark:?}\n{question:?}\n{:#?}\n{found:#?}",
                    catalog.offers().collect::<Vec<_>>(),
                );
            }
        }
    }

    #[test]
    fn no_cart_gets_more_than_the_bound(catalog in catalog(), questions in vec(question(), 30)) {
        let review = review(&catalog);
        for question in &questions {
            let found = question.ask(&catalog);
            let most = review.most.most_minor(&question.basket);
            prop_assert!(found.discount.minor() <= most, "{} {found:?}", review.most);
            for plan in &found.lanes {
                let lane = review.lanes.iter().find(|lane| lane.lane == plan.lane);
                let most = lane.map_or(0, |lane| lane.most.most_minor(&question.basket));
                prop_assert!(plan.discount.minor() <= most, "{:?} {found:?}", plan.lane);
            }
        }
    }

    #[test]
    fn witnesses_of_overlaps_meet_both(catalog in catalog()) {
        for remark in review(&catalog).with_code("overlap") {
            let Concern::Overlap { witness, from, .. } = &remark.concern else { unreachable!() };
            for id in &remark.offers {
                let offer = catalog.offer(id).unwrap();
                prop_assert!(offer.when.check(&schema()).unwrap().truth(witness).holds());
                prop_assert!(offer.validity.from.is_none_or(|begins| begins <= *from));
                prop_assert!(offer.validity.until.is_none_or(|until| *from < until));
            }
        }
    }

    #[test]
    fn a_review_does_not_depend_on_the_order_of_offers(catalog in catalog()) {
        let mut offers: Vec<Offer> = catalog.offers().cloned().collect();
        offers.reverse();
        let other = Catalog::check(offers, lanes(), &schema(), Currency::EUR).unwrap();
        prop_assert_eq!(review(&other), review(&catalog));
    }

    #[test]
    fn a_review_is_read_as_it_was_written(catalog in catalog()) {
        let review = review(&catalog);
        let json = serde_json::to_value(&review).unwrap();
        for (told, remark) in json["remarks"].as_array().unwrap().iter().zip(&review.remarks) {
            prop_assert!(told["concern"].get(remark.code()).is_some(), "{told}");
        }
        prop_assert_eq!(serde_json::from_value::<CatalogReview>(json).unwrap(), review);
    }
}

#[cfg(feature = "proptest")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn of_any_offers_no_cart_gets_more_than_the_bound_and_what_is_never_granted_is_not(
        catalog in loyalty::strategy::catalog(&schema(), Currency::EUR, 8),
        baskets in vec(loyalty::strategy::basket(Currency::EUR), 5),
        question in question(),
        as_of in loyalty::strategy::instant(loyalty::strategy::years()),
    ) {
        let day = as_of.date_naive();
        let review = catalog.review(&schema(), day, &Zone::UTC);
        let mut facts = Sheet::new(day);
        for slot in ["orders", "tier", "interests", "birthday"] {
            let slot = schema().slot(slot).unwrap();
            facts.set(slot, loyalty::rule::Facts::value(&question.facts, slot).cloned());
        }
        for mut basket in baskets {
            basket.coupons = catalog.offers().filter_map(|offer| offer.code.clone()).collect();
            let facts = facts.clone();
            let points = Points(1_000);
            let asked = Question { facts, basket, as_of, points, choose: true, undecided: false };
            let found = asked.ask(&catalog);
            let most = review.most.most_minor(&asked.basket);
            prop_assert!(found.discount.minor() <= most, "{} {found:?}", review.most);
            for remark in review.never() {
                prop_assert!(!breaks(remark, &asked, &found), "{remark} {found:?}");
            }
        }
    }
}

/// The laws above would hold of a review that says nothing.
#[test]
fn the_catalogs_of_the_laws_have_much_to_be_said_of() {
    let mut runner = TestRunner::deterministic();
    let (catalogs, mut codes) = (catalog(), std::collections::BTreeMap::new());
    let mut granted = 0;
    for _ in 0..800 {
        let catalog = catalogs.new_tree(&mut runner).unwrap().current();
        for remark in review(&catalog).remarks {
            *codes.entry(remark.code()).or_insert(0) += 1;
        }
        let question = question().new_tree(&mut runner).unwrap().current();
        let found = question.ask(&catalog);
        granted += found.grants().count();
        assert!(found.outcomes.iter().all(|outcome| {
            outcome.answer.declined().is_none_or(|no| no.code() != DeclineCode::CodeMissing)
        }));
    }
    assert!(granted > 200, "{granted}");
    let least = [
        ("never_holds", 20),
        ("over", 50),
        ("joint_never", 2),
        ("shadowed", 40),
        ("dominated", 15),
        ("wins_ties_only", 10),
        ("overlap", 200),
    ];
    for (code, least) in least {
        assert!(codes.get(code).is_some_and(|count| *count >= least), "{code}: {codes:?}");
    }
}
