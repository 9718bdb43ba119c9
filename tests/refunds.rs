//! What is paid back for returned units is what was paid for them, to the cent.
#![cfg(feature = "proptest")]

use std::collections::BTreeMap;

use loyalty::event::{Event, EventKind, Purchase, Purchases, Return};
use loyalty::id::LineId;
use loyalty::money::{Currency, Money};
use loyalty::strategy;
use proptest::prelude::*;

const EURO: Currency = Currency::EUR;

/// Pays back `returned` after what came back `before`, and counts it there.
fn pay_back(
    purchase: &Purchase,
    returned: &Return,
    before: &mut BTreeMap<LineId, i64>,
) -> BTreeMap<LineId, i64> {
    let refunds = purchase.refund(returned, before).unwrap();
    for refund in &refunds {
        assert!(!refund.amount.is_negative() && refund.units >= 0, "{refund:?}");
        *before.entry(refund.line.clone()).or_default() += refund.units;
    }
    refunds.into_iter().map(|refund| (refund.line, refund.amount.minor())).collect()
}

fn bought_with_returns() -> impl Strategy<Value = (Purchase, Vec<Return>)> {
    strategy::purchase(EURO).prop_flat_map(|purchase| {
        let returns = proptest::collection::vec(strategy::return_of(&purchase), 0..5);
        (Just(purchase), returns)
    })
}

proptest! {
    #[test]
    fn all_parts_of_an_order_pay_back_what_was_paid((purchase, returns) in bought_with_returns()) {
        let mut before = BTreeMap::new();
        let mut paid_back: BTreeMap<LineId, i64> = BTreeMap::new();
        let rest = purchase.basket.lines.iter().map(|line| (line.id.clone(), line.quantity));
        // The last return is of more than is left.
        let rest = Return::new(purchase.order.clone(), rest);
        for returned in returns.iter().chain([&rest]) {
            for (line, minor) in pay_back(&purchase, returned, &mut before) {
                *paid_back.entry(line).or_default() += minor;
            }
        }
        for line in &purchase.basket.lines {
            prop_assert_eq!(paid_back[&line.id], line.net_price()?.minor());
            prop_assert_eq!(before[&line.id], line.quantity);
        }
        let again = purchase.refund(&rest, &before)?;
        prop_assert!(again.iter().all(|refund| refund.amount.is_zero() && refund.units == 0));
    }

    #[test]
    fn the_order_of_returns_does_not_matter_to_their_sum(
        (purchase, returns) in bought_with_returns(),
    ) {
        let sum = |returns: Vec<&Return>| {
            let mut before = BTreeMap::new();
            let refunds = returns.into_iter().map(|it| pay_back(&purchase, it, &mut before));
            refunds.flat_map(BTreeMap::into_values).sum::<i64>()
        };
        prop_assert_eq!(sum(returns.iter().collect()), sum(returns.iter().rev().collect()));
    }

    #[test]
    fn what_is_paid_back_is_what_the_log_takes_off_the_order(
        (purchase, returns) in bought_with_returns(),
    ) {
        let at = |minute: usize| format!("2026-03-14T12:{minute:02}:00Z").parse().unwrap();
        let event = |minute: usize, kind| {
            let id = format!("e{minute}").parse().unwrap();
            Event::new(id, "c".parse().unwrap(), at(minute), kind)
        };
        let mut events = vec![event(0, EventKind::Purchase(purchase.clone()))];
        let mut before = BTreeMap::new();
        let mut paid_back = 0;
        for (index, returned) in returns.iter().enumerate() {
            paid_back += pay_back(&purchase, returned, &mut before).into_values().sum::<i64>();
            events.push(event(index + 1, EventKind::Return(returned.clone())));
        }
        let log = Purchases::from_events(EURO, &events, at(59));
        let kept: i64 = log.orders(0).iter().map(|order| order.net_price.minor()).sum();
        let paid = purchase.basket.net_price(EURO)?.minor();
        prop_assert_eq!(kept, paid - paid_back);
    }
}

#[test]
fn three_units_for_200_pay_back_67_66_67_and_lines_that_are_not_there_nothing() {
    let purchase: Purchase = serde_json::from_str(
        r#"{"order":"o","basket":{"lines":[{"id":"1","product":"p","quantity":3,
            "unit_price":"1.00 EUR","discounts":[{"amount":"1.00 EUR"}]}]}}"#,
    )
    .unwrap();
    let mut before = BTreeMap::new();
    let line = |name: &str| LineId::new(name).unwrap();
    for expected in [67, 66, 67, 0] {
        let returned = Return::new(purchase.order.clone(), [(line("1"), 1), (line("2"), 1)]);
        let found = pay_back(&purchase, &returned, &mut before);
        assert_eq!(found, BTreeMap::from([(line("1"), expected)]));
    }
    // The same line twice is the line once with all the units, and never more than were bought.
    let twice = Return::new(purchase.order.clone(), [(line("1"), 2), (line("1"), 2)]);
    let refunds = purchase.refund(&twice, &BTreeMap::from([(line("1"), 1)])).unwrap();
    assert_eq!(refunds.len(), 1);
    let paid = Money::from_minor(133, EURO);
    assert_eq!((refunds[0].units, refunds[0].amount), (2, paid));
}
