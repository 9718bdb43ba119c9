//! Budgets, codes and trials as a program's members meet them.

use std::cell::RefCell;

use loyalty::event::{Basket, Discount, Event, EventKind, LineItem, Purchase, Referral};
use loyalty::offer::{
    Allowance, Answer, BudgetKey, BudgetStore, Budgets, BudgetsAt, DeclineCode, MemoryBudgets,
    ReserveRequest, Spent,
};
use loyalty::profile::Customer;
use loyalty::program::{Quote, Spec};
use loyalty::rule::Value;
use loyalty::{Applied, Member, Program};

use super::{at, euro};

fn program(offers: &str) -> Program {
    let json = format!(
        r#"{{"loyalty": 1, "name": "Café", "currency": "EUR",
            "attributes": {{"referred_by": {{"kind": "text"}}}}, "offers": [{offers}]}}"#
    );
    Spec::from_json(&json).unwrap().build().unwrap()
}

fn basket(minor: i64) -> Basket {
    Basket::of([LineItem::new("1".parse().unwrap(), "mug".parse().unwrap(), 1, euro(minor))])
}

/// Lets an event happen to a member after so many seconds.
fn happen(program: &Program, member: &mut Member, id: &str, seconds: i64, kind: EventKind) {
    let event = Event::new(id.parse().unwrap(), member.id().clone(), at(seconds), kind);
    let decision = program.decide(member, &event);
    assert!(matches!(member.apply(&decision), Applied::Now { .. }), "{decision:?}");
}

fn purchase(id: &str, basket: Basket) -> EventKind {
    EventKind::Purchase(Purchase::new(id.parse().unwrap(), basket))
}

fn discount(quote: &Quote) -> i64 {
    quote.evaluation.as_ref().unwrap().discount.minor()
}

/// Why the offer is declined, if it is.
fn declined(answer: Option<&Answer>) -> Option<DeclineCode> {
    answer.unwrap().declined().map(loyalty::offer::Decline::code)
}

fn code_of(quote: &Quote, offer: &str) -> Option<DeclineCode> {
    let outcome = quote.evaluation.as_ref().unwrap().outcome(&offer.parse().unwrap());
    declined(outcome.map(|outcome| &outcome.answer))
}

#[test]
fn a_single_use_code_is_had_by_the_first_who_reserves_it() {
    let program = program(
        r#"{"id": "one", "benefit": {"fixed": {"amount": "5.00 EUR"}},
            "codes": {"length": 8, "count": 1000, "seed": "a secret", "uses_per_code": 1}}"#,
    );
    let ann = program.enroll(Customer::new("ann".parse().unwrap()));
    let batch = loyalty::offer::CodeBatch::new("a secret", 8, 1_000);
    let code = batch.codes().unwrap().swap_remove(999);
    let (store, basket) = (MemoryBudgets::new(), basket(2_000).with_coupon(code));
    let ask = |seconds| {
        program.quote_within(&ann, &basket, at(seconds), &BudgetsAt::new(&store, at(seconds)))
    };
    let request = |order: &str| {
        let (evaluation, order) = (ask(0).evaluation.unwrap(), order.parse().unwrap());
        ReserveRequest::for_order(&evaluation, ann.id(), &order, at(60))
    };
    assert_eq!(discount(&ask(0)), 500);
    let (first, second) = (request("o-1"), request("o-2"));
    assert!(first.id != second.id && first.id == request("o-1").id);
    let reserved = store.reserve(&first, at(0));
    assert!(store.reserve(&second, at(0)).held().is_none());
    let own = BudgetsAt::new(&store, at(1)).holding(reserved.held().unwrap());
    let again = program.quote_within(&ann, &basket, at(1), &own);
    assert_eq!(discount(&again), 500, "who comes back to the cart still has it");
    assert_eq!(code_of(&ask(59), "one"), Some(DeclineCode::BudgetExhausted));
    assert_eq!(discount(&ask(60)), 500, "an abandoned cart holds nothing");
    assert!(store.commit(&first.id, &Spent::All, at(60)).receipt().is_none());
}

/// Counts how often it is asked.
struct Counted(RefCell<u32>, u64);

impl Budgets for Counted {
    fn left(&self, _: &BudgetKey, _: &Allowance) -> Option<Allowance> {
        *self.0.borrow_mut() += 1;
        Some(Allowance { uses: Some(self.1), amount: Some(euro(100)) })
    }
}

#[test]
fn a_quote_asks_for_a_budget_once_and_names_what_it_was_told() {
    let program = program(
        r#"{"id": "a", "benefit": {"fixed": {"amount": "5.00 EUR"}},
            "limits": {"budgets": [{"uses": 5, "amount": "90.00 EUR", "partial": "grant"}]}},
           {"id": "b", "benefit": {"points": 5}, "when": false,
            "limits": {"budgets": [{"uses": 5}]}}"#,
    );
    let ann = program.enroll(Customer::new("ann".parse().unwrap()));
    let told = |uses| {
        let budgets = Counted(RefCell::new(0), uses);
        let quote = program.quote_within(&ann, &basket(2_000), at(0), &budgets);
        assert_eq!(*budgets.0.borrow(), 1, "`b` is out of the question");
        quote
    };
    assert_eq!((discount(&told(3)), told(3)), (100, told(3)));
    assert_ne!(told(3).inputs, told(2).inputs);
    let without = program.quote(&ann, &basket(2_000), at(0));
    let unknown = program.quote_within(&ann, &basket(2_000), at(0), &loyalty::offer::NoBudgets);
    assert_eq!((discount(&without), &unknown), (500, &without));
}

#[test]
fn a_purchase_is_granted_of_budgets_only_what_it_names() {
    let program = program(
        r#"{"id": "first", "benefit": {"points": 500}, "limits": {"budgets": [{"uses": 1000}]}},
           {"id": "free", "benefit": {"points": 7}}"#,
    );
    for (named, points) in [(false, 7), (true, 507)] {
        let mut ann = program.enroll(Customer::new("ann".parse().unwrap()));
        let mut basket = basket(2_000);
        basket.chosen.extend(named.then(|| "first".parse().unwrap()));
        let event =
            Event::new("e".parse().unwrap(), ann.id().clone(), at(0), purchase("o", basket));
        let decision = program.decide_explained(&ann, &event);
        let first = decision.outcomes.iter().find(|outcome| outcome.offer.as_str() == "first");
        let code = declined(first.map(|outcome| &outcome.answer));
        assert_eq!(code, (!named).then_some(DeclineCode::NotReserved));
        let _ = ann.apply(&decision);
        assert_eq!(ann.ledger().balance(at(0)).active.0, points);
    }
}

#[test]
fn what_was_taken_off_this_month_counts_against_the_limit() {
    let program = program(
        r#"{"id": "club", "benefit": {"percent": {"percent": "20%"}},
            "limits": {"amounts": [{"at_most": "50.00 EUR", "within": "this_month"}]}}"#,
    );
    let mut ann = program.enroll(Customer::new("ann".parse().unwrap()));
    let ask = |ann: &Member, seconds| program.quote(ann, &basket(10_000), at(seconds));
    let bought = |off| {
        let mut basket = basket(10_000);
        let offer = Some("club".parse().unwrap());
        basket.lines[0].discounts.push(Discount { amount: euro(off), offer });
        basket.lines[0].discounts.push(Discount { amount: euro(9), offer: None });
        basket
    };
    assert_eq!(discount(&ask(&ann, 0)), 2_000);
    happen(&program, &mut ann, "e-1", 1, purchase("o-1", bought(2_000)));
    happen(&program, &mut ann, "e-2", 2, purchase("o-2", bought(1_800)));
    assert_eq!(discount(&ask(&ann, 3)), 1_200);
    happen(&program, &mut ann, "e-3", 4, purchase("o-3", bought(1_200)));
    assert_eq!(code_of(&ask(&ann, 5), "club"), Some(DeclineCode::AmountReached));
    let april = 18 * 24 * 3_600;
    assert_eq!(discount(&ask(&ann, april)), 2_000);
    // A purchase that never happened took nothing off.
    let void = EventKind::Void(loyalty::event::Void { event: "e-2".parse().unwrap() });
    happen(&program, &mut ann, "e-4", 6, void);
    assert_eq!(discount(&ask(&ann, 7)), 1_800);
}

#[test]
fn a_pilot_is_the_same_customers_at_quote_and_purchase() {
    // By Python's hashlib: int.from_bytes(sha256(b"spring:pilot:c-0").digest()[:8]) / 2**64 < 0.3
    // holds for these of c-0 to c-9.
    let pilot = program(r#"{"id": "spring", "benefit": {"points": 5}, "pilot": "30%"}"#);
    let mut got = Vec::new();
    for number in 0..10 {
        let mut member = pilot.enroll(Customer::new(format!("c-{number}").parse().unwrap()));
        let quote = pilot.quote(&member, &basket(2_000), at(0));
        happen(&pilot, &mut member, "e", 1, purchase("o", basket(2_000)));
        let points = member.ledger().balance(at(1)).active.0;
        let code = code_of(&quote, "spring");
        assert_eq!(code, (points == 0).then_some(DeclineCode::Withheld));
        got.extend((points > 0).then_some(number));
    }
    assert_eq!(got, [0, 5, 6, 8, 9]);
}

#[test]
fn both_sides_of_a_referral_are_told_by_facts_of_the_program() {
    let program = program(
        r#"{"id": "friend", "benefit": {"percent": {"percent": "15%"}},
            "when": {"all": [{"field": "orders(lifetime)", "is": 0},
                             {"not": {"missing": "referred_by"}}]}},
           {"id": "thanks", "benefit": {"points": 100},
            "when": {"field": "events(referral, 1y)", "at_least": 2}}"#,
    );
    let mut ben = Customer::new("ben".parse().unwrap());
    ben.attributes.insert("referred_by".parse().unwrap(), Value::text("ann"));
    let mut ben = program.enroll(ben);
    assert_eq!(discount(&program.quote(&ben, &basket(2_000), at(0))), 300);
    happen(&program, &mut ben, "e", 1, purchase("o", basket(2_000)));
    let quote = program.quote(&ben, &basket(2_000), at(2));
    assert_eq!(code_of(&quote, "friend"), Some(DeclineCode::RuleFailed));

    let mut ann = program.enroll(Customer::new("ann".parse().unwrap()));
    for (number, friend) in ["ben", "cem"].into_iter().enumerate() {
        let quote = program.quote(&ann, &Basket::default(), at(2));
        assert_eq!(code_of(&quote, "thanks"), Some(DeclineCode::RuleFailed));
        let kind = EventKind::Referral(Referral { referred: friend.parse().unwrap() });
        happen(&program, &mut ann, friend, i64::try_from(number).unwrap(), kind);
    }
    assert_eq!(code_of(&program.quote(&ann, &Basket::default(), at(2)), "thanks"), None);
}
