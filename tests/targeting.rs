//! Whom offers reach, what stands between a member and an offer, and reasons on demand.

use chrono::{DateTime, Utc};
use loyalty::event::{Basket, LineItem, Purchase};
use loyalty::id::OfferId;
use loyalty::offer::DeclineCode;
use loyalty::profile::Customer;
use loyalty::program::Spec;
use loyalty::{Applied, Event, Member, Program};

const TERMS: &str = r#"{
  "loyalty": 1, "name": "Shoes", "currency": "EUR",
  "offers": [
    {"id": "early", "benefit": {"points": 5}, "when": "country = NL"},
    {"id": "mail", "benefit": {"points": 5}, "when": "email contains \"@\""},
    {"id": "mailed", "benefit": {"points": 5}, "when": "email contains \"@\" and orders(1y) >= 1"},
    {"id": "vip", "benefit": {"percent": {"percent": "10%"}},
     "when": "spend(1y) >= 100 or orders(1y) >= 3", "validity": {"until": "2027-01-01T00:00:00Z"}}
  ]
}"#;

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn program() -> Program {
    Spec::from_json(TERMS).unwrap().build().unwrap()
}

fn basket() -> Basket {
    let price = "43.80 EUR".parse().unwrap();
    Basket::of([LineItem::new("1".parse().unwrap(), "shoe".parse().unwrap(), 1, price)])
}

fn order(member: &Member, number: u32) -> Event {
    let purchase = Purchase::new(format!("o-{number}").parse().unwrap(), basket());
    let instant = at(&format!("2026-03-{:02}T10:00:00Z", number + 1));
    Event::new(
        format!("e-{number}").parse().unwrap(),
        member.id().clone(),
        instant,
        purchase.into(),
    )
}

/// A member with so many orders of 43.80.
fn member(program: &Program, id: &str, orders: u32) -> Member {
    let mut member = program.enroll(Customer::new(id.parse().unwrap()));
    for number in 0..orders {
        let applied = member.apply(&program.decide(&member, &order(&member, number)));
        assert!(matches!(applied, Applied::Now { .. }));
    }
    member
}

fn id(text: &str) -> OfferId {
    text.parse().unwrap()
}

#[test]
fn a_prospect_tells_all_smallest_ways_and_until_when() {
    let (program, as_of) = (program(), at("2026-04-01T00:00:00Z"));
    let ann = member(&program, "ann", 2);
    let prospect = program.prospect(&ann, &Basket::default(), as_of, &id("vip")).unwrap();
    assert_eq!(
        prospect.to_string(),
        "spend(1y) 12.40 EUR more, or orders(1y) 1 more, before 2027-01-01T00:00:00Z"
    );
    assert!(program.prospect(&ann, &Basket::default(), as_of, &id("none")).is_none());
}

#[test]
fn the_field_that_could_open_most_offers_comes_first() {
    let (program, as_of) = (program(), at("2026-04-01T00:00:00Z"));
    let told = |orders| {
        let unlocks = program.unlocks(&member(&program, "ann", orders), &Basket::default(), as_of);
        let offers = |ids: Vec<OfferId>| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        unlocks.into_iter().map(|it| (it.field.to_string(), offers(it.offers))).collect::<Vec<_>>()
    };
    let one = |field: &str, offers: &[&str]| {
        (field.to_owned(), offers.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(told(1), [one("email", &["mail", "mailed"]), one("country", &["early"])]);
    // Without an order the mail alone does not do.
    assert_eq!(told(0), [one("country", &["early"]), one("email", &["mail"])]);
}

#[test]
fn an_audience_is_who_is_told_to_be_eligible() {
    let (program, as_of) = (program(), at("2026-04-01T00:00:00Z"));
    let members: Vec<Member> =
        (0..5).map(|orders| member(&program, &format!("m{orders}"), orders)).collect();
    let audience = program.audience(&members, as_of).unwrap();
    assert_eq!(audience.members_of(&id("vip")).collect::<Vec<_>>(), [3, 4]);
    assert_eq!(audience.members_of(&id("none")).count(), 0);
    for (position, member) in members.iter().enumerate() {
        let quote = program.quote(member, &Basket::default(), as_of);
        let eligible: Vec<&OfferId> = quote.eligible().collect();
        assert_eq!(audience.offers_of(position).collect::<Vec<_>>(), eligible, "{position}");
    }
}

#[test]
fn a_decision_tells_what_is_granted_and_on_demand_why_not_the_rest() {
    let program = program();
    let ann = member(&program, "ann", 3);
    let event = order(&ann, 3);
    let brief = program.decide(&ann, &event);
    let told: Vec<&str> = brief.outcomes.iter().map(|outcome| outcome.offer.as_str()).collect();
    assert_eq!(told, ["vip"]);
    let full = program.decide_explained(&ann, &event);
    let codes: Vec<_> =
        full.outcomes.iter().map(|it| it.answer.declined().map(|d| d.code())).collect();
    let unknown = Some(DeclineCode::FactUnknown);
    assert_eq!(codes, [unknown, unknown, unknown, None]);
    assert!(full.outcomes[0].answer.declined().unwrap().verdict.is_some());
    let outcomes = brief.outcomes.clone();
    assert_eq!(brief, loyalty::Decision { outcomes, ..full });
}
