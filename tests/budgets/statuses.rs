//! What is told when several things stand in the way, worked out by hand.

use std::collections::BTreeMap;

use loyalty::event::{Basket, Discount, LineItem, Purchase};
use loyalty::money::Currency;
use loyalty::offer::{
    Allowance, BudgetClaim, BudgetDraw, BudgetState, BudgetStore, Committed, Draw, Flaw,
    MemoryBudgets, ReservationState, ReserveRequest, Reserved, Spent, Voided,
};

use super::{at, euro, key, request};

const LIMIT: Allowance = Allowance { uses: Some(10), amount: None };

fn drawn(minor: i64) -> Vec<BudgetDraw> {
    vec![BudgetDraw { key: key("spring:global:lifetime"), draw: Draw::once(euro(minor)) }]
}

#[test]
fn reserve_300_commit_250_releases_50_and_commits_once() {
    let store = MemoryBudgets::new();
    let limit = Allowance::amount(euro(1_000));
    let left = |seconds| {
        let left = store.left(&key("spring:global:lifetime"), &limit, at(seconds));
        left.amount.unwrap().minor()
    };
    let request = request("r", 300, limit, 60);
    assert_eq!(store.reserve(&request, at(0)), Reserved::Held { granted: drawn(300) });
    assert_eq!(left(0), 700);
    let only =
        |minor| Spent::Offers(BTreeMap::from([("spring".parse().unwrap(), Some(euro(minor)))]));
    let Committed::Done(receipt) = store.commit(&request.id, &only(250), at(10)) else { panic!() };
    assert_eq!(receipt.spent, drawn(250));
    assert_eq!(receipt.released[0].draw, Draw { uses: 0, amount: euro(50) });
    assert_eq!((receipt.at, left(10)), (at(10), 750));
    for seconds in [11, 60, 1_000] {
        let again = store.commit(&request.id, &only(250), at(seconds));
        assert_eq!(again, Committed::Done(receipt.clone()));
        let other = store.commit(&request.id, &only(251), at(seconds));
        assert_eq!(other, Committed::Conflict(receipt.clone()));
        assert_eq!(store.void(&request.id, at(seconds)), Voided::Committed(receipt.clone()));
        let (granted, state) = (drawn(300), ReservationState::Committed);
        let again = store.reserve(&request, at(seconds));
        assert_eq!(again, Reserved::Before { granted, state });
    }
    assert_eq!(left(1_000), 750);
}

#[test]
fn the_first_status_that_applies_is_told() {
    let store = MemoryBudgets::new();
    let known = request("r", 1, LIMIT, 60);
    assert!(store.reserve(&known, at(0)).held().is_some());
    let twice = |request: &ReserveRequest| ReserveRequest {
        claims: [&request.claims[..], &request.claims[..]].concat(),
        ..request.clone()
    };
    // Known before all else: with other content it is a conflict, however little sense that makes.
    let conflict = ReserveRequest { expires_at: at(-1), ..twice(&known) };
    assert_eq!(store.reserve(&conflict, at(1)), Reserved::Conflict);
    // What makes no sense before what is late, late before exhausted.
    let mut greedy = request("s", 1, LIMIT, -1);
    greedy.claims[0].wants.uses = 11;
    let flaw = Flaw::Twice(key("spring:global:lifetime"));
    assert_eq!(store.reserve(&twice(&greedy), at(1)), Reserved::Invalid(flaw));
    assert_eq!(store.reserve(&greedy, at(1)), Reserved::Late);
    greedy.expires_at = at(60);
    let left = Allowance::uses(9);
    let key = key("spring:global:lifetime");
    assert_eq!(store.reserve(&greedy, at(1)), Reserved::Exhausted { key, left });
    // A request that was refused leaves no trace: it can be made again.
    greedy.claims[0].wants.uses = 9;
    assert!(store.reserve(&greedy, at(1)).held().is_some());
    // Of one that is committed, void or expired that is told, whatever is said to be spent.
    let senseless = Spent::Offers(BTreeMap::from([("spring".parse().unwrap(), Some(euro(-1)))]));
    assert_eq!(store.void(&known.id, at(2)), Voided::Done);
    assert_eq!(store.commit(&known.id, &senseless, at(2)), Committed::Voided);
    assert_eq!(store.commit(&greedy.id, &senseless, at(60)), Committed::Expired);
    assert_eq!(store.commit(&"t".parse().unwrap(), &senseless, at(60)), Committed::Unknown);
}

#[test]
fn a_claim_is_one_of_all_or_nothing() {
    let store = MemoryBudgets::new();
    let mut both = request("r", 5, LIMIT, 60);
    let other = key("summer:store=gent:day:2026-03-14");
    both.claims.push(BudgetClaim::once(other.clone(), Allowance::amount(euro(4)), euro(5)));
    let left = Allowance::amount(euro(4));
    assert_eq!(store.reserve(&both, at(0)), Reserved::Exhausted { key: other, left });
    assert_eq!(store.left(&key("spring:global:lifetime"), &LIMIT, at(0)), LIMIT);
}

#[test]
fn a_limit_that_is_raised_or_lowered_holds_from_then_on() {
    let store = MemoryBudgets::new();
    let of = |uses| Allowance::uses(uses);
    assert!(store.reserve(&request("a", 1, of(1), 60), at(0)).held().is_some());
    assert!(store.reserve(&request("b", 1, of(1), 60), at(0)).held().is_none());
    assert!(store.reserve(&request("b", 1, of(2), 60), at(0)).held().is_some());
    assert!(store.reserve(&request("c", 1, of(1), 60), at(0)).held().is_none());
    assert_eq!(store.left(&key("spring:global:lifetime"), &of(1), at(0)), of(0));
}

#[test]
fn what_a_purchase_spent_is_what_it_took_off() {
    let mut line = LineItem::new("1".parse().unwrap(), "mug".parse().unwrap(), 2, euro(1_000));
    for (minor, offer) in [(100, Some("spring")), (50, None), (30, Some("spring"))] {
        let offer = offer.map(|offer| offer.parse().unwrap());
        line.discounts.push(Discount { amount: euro(minor), offer });
    }
    let mut basket = Basket::of([line]);
    basket.chosen = vec!["spring".parse().unwrap(), "gift".parse().unwrap()];
    let purchase = Purchase::new("o".parse().unwrap(), basket);
    let offers = [("spring", Some(euro(130))), ("gift", None)];
    let offers = offers.map(|(offer, amount)| (offer.parse().unwrap(), amount));
    assert_eq!(Spent::of(&purchase, Currency::EUR), Spent::Offers(BTreeMap::from(offers)));
}

#[test]
fn a_store_goes_on_from_its_state_as_json() {
    let store = MemoryBudgets::new();
    for (id, expires) in [("held", 60), ("spent", 60), ("void", 60), ("gone", 5)] {
        assert!(store.reserve(&request(id, 100, LIMIT, expires), at(0)).held().is_some());
    }
    let _ = store.commit(&"spent".parse().unwrap(), &Spent::All, at(1));
    let _ = store.void(&"void".parse().unwrap(), at(2));
    let json = serde_json::to_string(&store.state()).unwrap();
    let state: BudgetState = serde_json::from_str(&json).unwrap();
    assert_eq!(state, store.state());
    let other = MemoryBudgets::from(state);
    for store in [&store, &other] {
        let left = |seconds| store.left(&key("spring:global:lifetime"), &LIMIT, at(seconds));
        assert_eq!((left(4), left(5)), (Allowance::uses(7), Allowance::uses(8)));
        assert_eq!(store.expire(at(5)), ["gone".parse().unwrap()]);
        assert!(store.commit(&"held".parse().unwrap(), &Spent::All, at(6)).receipt().is_some());
        assert_eq!(left(60), Allowance::uses(8));
    }
    assert_eq!(other.state(), store.state());
}

#[test]
fn what_is_forgotten_is_unknown_and_stays_spent() {
    let store = MemoryBudgets::new();
    for id in ["spent", "void", "held"] {
        assert!(store.reserve(&request(id, 100, LIMIT, 1_000), at(0)).held().is_some());
    }
    let [spent, void, held] = ["spent", "void", "held"].map(|id| id.parse().unwrap());
    let _ = (store.commit(&spent, &Spent::All, at(1)), store.void(&void, at(2)));
    store.forget(at(2));
    assert_eq!(store.commit(&spent, &Spent::All, at(3)), Committed::Unknown);
    assert_eq!(store.void(&void, at(3)), Voided::Done);
    store.forget(at(4));
    assert_eq!(store.void(&void, at(3)), Voided::Unknown);
    assert_eq!(store.void(&held, at(3)), Voided::Done);
    assert_eq!(store.left(&key("spring:global:lifetime"), &LIMIT, at(3)), Allowance::uses(9));
}
