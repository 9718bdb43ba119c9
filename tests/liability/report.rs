//! The report of a program about its members, from orders to money.

use chrono::{DateTime, Utc};
use loyalty::calendar::Period;
use loyalty::event::{Basket, EventKind, LineItem, Purchase, Return};
use loyalty::insight::liability::{
    Assumptions, Expectation, Exposure, Fault, Journal, Liability, TooLittle,
};
use loyalty::profile::Customer;
use loyalty::program::Spec;
use loyalty::{Applied, Event, Member, Program};
use serde_json::json;

use super::ledgers::{midnight, noon, squeezed};

const TERMS: &str = r#"{
  "loyalty": 1, "name": "Shop", "currency": "EUR", "zone": "Europe/Brussels",
  "earning": [
    {"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}},
     "expiry": {"after": "4mo"}},
    {"id": "review", "award": {"per_event": {"event": "review", "points": 10}}}
  ],
  "lanes": [{"id": "rewards", "mode": "first"}],
  "offers": [{"id": "voucher", "lane": "rewards", "cost": 50, "when": "basket_total >= 5",
              "benefit": {"fixed": {"amount": "5.00 EUR"}}}]
}"#;

fn program() -> Program {
    Spec::from_json(TERMS).unwrap().build().unwrap()
}

fn assumptions() -> Assumptions {
    serde_json::from_value(json!({"worth": {"amount": "1.00 EUR", "per": 10},
                                  "sold_as_redeemed": "80%"}))
    .unwrap()
}

fn happen(program: &Program, member: &mut Member, at: DateTime<Utc>, id: &str, kind: EventKind) {
    let event = Event::new(id.parse().unwrap(), member.id().clone(), at, kind);
    let decision = program.decide(member, &event);
    assert!(matches!(member.apply(&decision), Applied::Now { .. }), "{id}: {decision:?}");
}

fn buy(program: &Program, member: &mut Member, date: &str, id: &str, units: i64) {
    let line = LineItem::new(
        "1".parse().unwrap(),
        "tea".parse().unwrap(),
        units,
        "10.00 EUR".parse().unwrap(),
    );
    let purchase = Purchase::new(format!("o-{id}").parse().unwrap(), Basket::of([line]));
    happen(program, member, noon(date), id, EventKind::Purchase(purchase));
}

fn bring_back(program: &Program, member: &mut Member, date: &str, id: &str, of: &str, units: i64) {
    let returned = Return::new(format!("o-{of}").parse().unwrap(), [("1".parse().unwrap(), units)]);
    happen(program, member, noon(date), id, EventKind::Return(returned));
}

/// Somebody who buys for 100 in January and 200 in February, of which 50 come back in March.
fn ann(program: &Program) -> Member {
    let mut ann = program.enroll(Customer::new("ann".parse().unwrap()));
    buy(program, &mut ann, "2026-01-10", "a-1", 10);
    buy(program, &mut ann, "2026-02-10", "a-2", 20);
    bring_back(program, &mut ann, "2026-03-10", "a-3", "a-2", 5);
    ann
}

fn liability(members: &[Member], date: &str) -> Liability {
    program().liability(members, Period::Month, midnight(date), &assumptions()).unwrap()
}

#[test]
fn orders_defer_the_part_of_the_points_that_they_kept() {
    let members = [ann(&program())];
    let found = liability(&members, "2026-04-10");
    // January: 100.00 for goods of 100.00 and 80 points of 0.10: 100 × 8 / 108 = 7.41.
    // February: 150.00 for goods of 150.00 and 120 points of 0.10: 150 × 12 / 162 = 11.11.
    assert_eq!(
        squeezed(&found.to_string()),
        squeezed(
            "earned in issued redeemed expired outstanding expected breakage interval deferred \
             recognized owed
             2026-01   100  0  0  100  100  ?   7.41 EUR 0.00 EUR  7.41 EUR
             2026-02   150  0  0  150  150  ?  11.11 EUR 0.00 EUR 11.11 EUR
             total     250  0  0  250  250  ?  18.52 EUR 0.00 EUR 18.52 EUR
             2026-01: 2 cohorts, the oldest 3 periods old: at least 4 of both are needed
             2026-02: 2 cohorts, the oldest 3 periods old: at least 4 of both are needed
             total: 2 cohorts, the oldest 3 periods old: at least 4 of both are needed"
        )
    );
    let january = &found.rows[&"2026-01-01".parse().unwrap()];
    assert_eq!(january.cost.to_string(), "10.00 EUR");
    let later = liability(&members, "2026-05-20");
    let january = &later.rows[&"2026-01-01".parse().unwrap()];
    assert_eq!((january.expired.0, january.recognized.to_string().as_str()), (100, "7.41 EUR"));
}

#[test]
fn the_journal_ties_one_report_to_the_next() {
    let members = [ann(&program())];
    let (march, april) = (liability(&members, "2026-03-01"), liability(&members, "2026-04-01"));
    let june = liability(&members, "2026-06-20");
    let check = |journal: Journal, expected: &str| {
        assert_eq!(squeezed(&journal.to_string()), squeezed(expected));
    };
    // Before March 200 × 16 / 216 = 14.81 is deferred of February's order.
    check(
        march.journal(None).unwrap(),
        "earned in  opening  deferred  redeemed estimate rest recognized closing
         2026-01    0.00 EUR  7.41 EUR 0.00 EUR 0.00 EUR 0.00 EUR 0.00 EUR  7.41 EUR
         2026-02    0.00 EUR 14.81 EUR 0.00 EUR 0.00 EUR 0.00 EUR 0.00 EUR 14.81 EUR
         total      0.00 EUR 22.22 EUR 0.00 EUR 0.00 EUR 0.00 EUR 0.00 EUR 22.22 EUR",
    );
    check(
        april.journal(Some(&march)).unwrap(),
        "earned in  opening  deferred  redeemed estimate rest recognized closing
         2026-01    7.41 EUR  0.00 EUR 0.00 EUR 0.00 EUR 0.00 EUR 0.00 EUR  7.41 EUR
         2026-02   14.81 EUR -3.70 EUR 0.00 EUR 0.00 EUR 0.00 EUR 0.00 EUR 11.11 EUR
         total     22.22 EUR -3.70 EUR 0.00 EUR 0.00 EUR 0.00 EUR 0.00 EUR 18.52 EUR",
    );
    check(
        june.journal(Some(&april)).unwrap(),
        "earned in  opening  deferred  redeemed estimate rest  recognized closing
         2026-01    7.41 EUR  0.00 EUR 0.00 EUR 0.00 EUR  7.41 EUR  7.41 EUR 0.00 EUR
         2026-02   11.11 EUR  0.00 EUR 0.00 EUR 0.00 EUR 11.11 EUR 11.11 EUR 0.00 EUR
         total     18.52 EUR  0.00 EUR 0.00 EUR 0.00 EUR 18.52 EUR 18.52 EUR 0.00 EUR",
    );
    assert!(matches!(
        march.journal(Some(&april)).unwrap_err().iter().next().unwrap().fault,
        Fault::Backwards { .. }
    ));
}

#[test]
fn points_that_nobody_paid_for_are_owed_without_money_and_the_report_is_one_record() {
    let program = program();
    let mut bob = program.enroll(Customer::new("bob".parse().unwrap()));
    let review: EventKind =
        serde_json::from_value(json!({"review": {"product": "tea", "rating": 5}})).unwrap();
    happen(&program, &mut bob, noon("2026-01-05"), "b-1", review);
    let found = liability(&[bob], "2026-01-20");
    let january = &found.rows[&"2026-01-01".parse().unwrap()];
    assert_eq!((january.outstanding.active.0, january.expected.0), (10, 10));
    assert!(january.deferred.is_zero());
    assert_eq!(january.cost.to_string(), "1.00 EUR");
    assert_eq!(january.expectation, Expectation::TooLittle(TooLittle::PeriodNotOver));
    let json = serde_json::to_string(&found).unwrap();
    assert_eq!(serde_json::from_str::<Liability>(&json).unwrap(), found);
}

#[test]
fn shards_merge_into_the_report_of_all_members() {
    let program = program();
    let members: Vec<Member> = (0..7)
        .map(|number| {
            let mut member = program.enroll(Customer::new(format!("c-{number}").parse().unwrap()));
            for month in 1..=6 {
                let (date, id) = (format!("2026-{month:02}-15"), format!("{number}-{month}"));
                buy(&program, &mut member, &date, &id, 1 + (number * month) % 4);
            }
            member
        })
        .collect();
    let as_of = midnight("2026-07-01");
    let part = |members: &[Member]| {
        program.exposure(members, Period::Month, as_of, &assumptions()).unwrap()
    };
    let (left, right) = members.split_at(3);
    let mut merged: Exposure = part(right);
    let json = serde_json::to_string(&part(left)).unwrap();
    merged.merge(&serde_json::from_str(&json).unwrap()).unwrap();
    let whole = program.liability(&members, Period::Month, as_of, &assumptions()).unwrap();
    assert_eq!(merged.liability(&assumptions()).unwrap(), whole);
    let other = program.exposure(&[], Period::Year, as_of, &assumptions()).unwrap();
    assert_eq!(merged.merge(&other), Err(Fault::OtherQuestion));

    let rolled =
        program.roll_forward(&members, Period::Month, midnight("2026-06-01"), as_of).unwrap();
    let closing: i64 = members.iter().map(|one| one.ledger().balance(as_of).active.0).sum();
    assert_eq!(rolled.total().unwrap().closing.active.0, closing);
    assert_eq!(whole.total.outstanding.active.0, closing);
}

#[test]
fn assumptions_that_cannot_be_are_refused_with_all_places() {
    let wrong = json!({"worth": {"amount": "1.00 USD", "per": 10}, "sold_as_redeemed": "101%",
                       "method": {"level": "0%", "tail": {"factor": 0.5}}});
    let wrong: Assumptions = serde_json::from_value(wrong).unwrap();
    let as_of = midnight("2026-07-01");
    let refused = program().liability(&[], Period::Month, as_of, &wrong).unwrap_err();
    assert_eq!(
        refused.to_string().lines().collect::<Vec<_>>(),
        [
            "`worth`: EUR and USD cannot be mixed",
            "`sold_as_redeemed`: 101% of the points cannot be redeemed: at most 100%",
            "`method.level`: 0% is no level of an interval: it must be more than 0% and less than \
             100%",
            "`method.tail.factor`: `0.5` is no tail factor: it must be 1 to 100",
        ]
    );
}
