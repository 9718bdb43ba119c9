//! What is owed in several currencies of points.

use chrono::{DateTime, Utc};
use loyalty::calendar::Period;
use loyalty::event::{Basket, EventKind, LineItem, Operation, Purchase};
use loyalty::id::PurseId;
use loyalty::insight::liability::{Assumptions, Cohorts, Fault, Liability, RollForward};
use loyalty::points::Points;
use loyalty::profile::Customer;
use loyalty::program::Spec;
use loyalty::{Applied, Event, Member, Program};
use serde_json::json;

use super::ledgers::{midnight, noon};

/// For 10.00 EUR 10 points, 1 star and 10 credits, which are for tiers alone.
fn program() -> Program {
    let earns = |id: &str, purse: Option<&str>, per: &str| {
        let award = json!({"per_amount": {"points": 1, "per": per}});
        json!({"id": id, "purse": purse, "award": award})
    };
    let terms = json!({
        "loyalty": 1, "name": "Shop", "currency": "EUR",
        "purses": [{"id": "stars"}, {"id": "credits", "spendable": false}],
        "earning": [earns("base", None, "1.00 EUR"), earns("stars", Some("stars"), "10.00 EUR"),
                    earns("credits", Some("credits"), "1.00 EUR")],
    });
    Spec::from_json(&terms.to_string()).unwrap().build().unwrap()
}

/// A point is worth 0.10 EUR, and a star 0.50 EUR.
fn assumptions() -> Assumptions {
    let worth = |amount: &str, per: i64| json!({"amount": amount, "per": per});
    let purses = json!({"stars": worth("1.00 EUR", 2)});
    serde_json::from_value(json!({"worth": worth("1.00 EUR", 10), "purses": purses})).unwrap()
}

fn purse(name: &str) -> PurseId {
    name.parse().unwrap()
}

fn happen(program: &Program, member: &mut Member, at: DateTime<Utc>, kind: EventKind) {
    let id = format!("e{}", member.revision()).parse().unwrap();
    let decision = program.decide(member, &Event::new(id, member.id().clone(), at, kind));
    assert!(matches!(member.apply(&decision), Applied::Now { .. }), "{decision:?}");
}

/// Somebody who buys for 100.00 EUR and then spends 4 of the 10 stars.
fn ann(program: &Program) -> Member {
    let mut ann = program.enroll(Customer::new("ann".parse().unwrap()));
    let price = "100.00 EUR".parse().unwrap();
    let line = LineItem::new("1".parse().unwrap(), "tea".parse().unwrap(), 1, price);
    let order = Purchase::new("o1".parse().unwrap(), Basket::of([line]));
    happen(program, &mut ann, noon("2026-01-10"), EventKind::Purchase(order));
    let (points, reward) = (Points(4), "mug".parse().unwrap());
    let spend = Operation::Spend { points, reward, purse: Some(purse("stars")) };
    happen(program, &mut ann, noon("2026-01-20"), EventKind::Points(spend));
    ann
}

#[test]
fn points_of_all_purses_share_in_the_price_and_each_purse_is_reported_by_itself() {
    let (program, as_of) = (program(), midnight("2026-02-01"));
    let members = [ann(&program)];
    let (stars, assumed) = (purse("stars"), assumptions());
    // Goods of 100.00, points of 10.00 and stars of 5.00: 115.00 for 100.00.
    let of_main = program.liability(&members, Period::Month, as_of, &assumed).unwrap();
    assert_eq!((of_main.purse.as_ref(), of_main.total.outstanding.active), (None, Points(100)));
    assert_eq!(of_main.total.deferred.to_string(), "8.70 EUR");
    assert_eq!(of_main.total.cost.to_string(), "10.00 EUR");
    let of_stars = program.liability_of(&stars, &members, Period::Month, as_of, &assumed).unwrap();
    let total = of_stars.total;
    assert_eq!((of_stars.purse.as_ref(), total.outstanding.active), (Some(&stars), Points(6)));
    assert_eq!((total.issued, total.redeemed), (Points(10), Points(4)));
    assert_eq!(total.deferred.to_string(), "4.35 EUR");
    assert_eq!(total.cost.to_string(), "3.00 EUR");
    // 4 of 10 are redeemed: 1.74 of 4.35.
    assert_eq!(total.recognized.to_string(), "1.74 EUR");
    let json = serde_json::to_string(&of_stars).unwrap();
    assert_eq!(serde_json::from_str::<Liability>(&json).unwrap(), of_stars);
    let refused = of_stars.journal(Some(&of_main)).unwrap_err();
    assert_eq!(refused.iter().next().unwrap().fault, Fault::OtherQuestion);
}

#[test]
fn nothing_is_owed_for_points_that_cannot_be_spent() {
    let (program, as_of) = (program(), midnight("2026-02-01"));
    let members = [ann(&program)];
    let told = |name: &str, assumed: &Assumptions| {
        let purse = purse(name);
        let found = program.liability_of(&purse, &members, Period::Month, as_of, assumed);
        found.unwrap_err().to_string()
    };
    let mut assumed = assumptions();
    let nothing = "points of purse `credits` cannot be spent: nothing is owed for them";
    assert_eq!(told("credits", &assumed), format!("`purse`: {nothing}"));
    assert_eq!(told("sters", &assumed), "`purse`: there is no purse `sters`");
    assumed.purses.insert(purse("credits"), assumed.worth);
    assert_eq!(told("stars", &assumed), format!("`purses.credits`: {nothing}"));
    assumed.purses.clear();
    assert_eq!(
        told("stars", &assumed),
        "`purses`: it is not said what points of purse `stars` are worth"
    );
}

#[test]
fn a_roll_forward_is_of_one_purse() {
    let program = program();
    let ann = ann(&program);
    let (from, to) = (midnight("2026-01-15"), midnight("2026-02-01"));
    let rolled = |name: &str| {
        let purse = purse(name);
        let members = std::slice::from_ref(&ann);
        program.roll_forward_of(&purse, members, Period::Month, from, to).unwrap()
    };
    let stars = rolled("stars").total().unwrap();
    let moved = (stars.opening.active, stars.redeemed, stars.closing.active);
    assert_eq!(moved, (Points(10), Points(4), Points(6)));
    let credits = rolled("credits").total().unwrap();
    assert_eq!((credits.opening, credits.redeemed), (credits.closing, Points(0)));
    assert_eq!(credits.closing.active, Points(100));
    // Points of another purse, or their sums, are not taken in.
    let cohorts = Cohorts { period: Period::Month, zone: program.zone() };
    let mut main = RollForward::new(cohorts, from, to).unwrap();
    let name = purse("stars");
    assert_eq!(main.add(ann.ledger().purse(&name)), Err(Fault::OtherQuestion));
    assert_eq!(main.merge(&rolled("stars")), Err(Fault::OtherQuestion));
    main.add(ann.ledger()).unwrap();
    assert_eq!(main.total().unwrap().closing.active, Points(100));
}
