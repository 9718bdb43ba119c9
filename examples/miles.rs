//! An airline: miles are spent, status credits make tiers, and the two never mix.
//!
//! Run with `cargo run --example miles`.

use std::error::Error;

use loyalty::event::EventKind;
use loyalty::points::{Amount, NoSum, Points};
use loyalty::profile::Customer;
use loyalty::program::{Applied, Spec, Status};
use loyalty::{Event, Member, Program};

const PROGRAM: &str = r#"{
  "loyalty": 1, "name": "Wings", "currency": "EUR",
  "purses": [
    {"id": "status", "name": "Status credits", "spendable": false, "multiplied": false,
     "expiry": {"end_of": {"period": "year"}}}],
  "earning": [
    {"id": "miles", "award": {"per_amount": {"points": 5, "per": "1.00 EUR"}}},
    {"id": "status", "purse": "status",
     "award": {"per_amount": {"points": 1, "per": "10.00 EUR"}}}],
  "ladders": [{
    "measure": "points_earned", "purse": "status", "window": "this_year",
    "tiers": [
      {"id": "blue", "name": "Blue", "at_least": 0},
      {"id": "silver", "name": "Silver", "at_least": 100, "multiplier": "2x"}]}],
  "offers": [
    {"id": "lounge", "when": {"field": "points(status)", "at_least": 50},
     "benefit": {"access": {"name": "the lounge", "kind": "invitation"}}}]
}"#;

const LIFE: [(&str, &str); 6] = [
    ("2026-02-10", r#"{"purchase": {"order": "o-1", "basket": {"lines": [ROME]}}}"#),
    ("2026-03-01", r#"{"purchase": {"order": "o-2", "basket": {"lines": [OSLO]}}}"#),
    ("2026-04-01", r#"{"points": {"spend": {"points": 5000, "reward": "seat"}}}"#),
    ("2026-04-02", r#"{"points": {"spend": {"points": 50, "reward": "seat", "purse": "status"}}}"#),
    ("2026-04-03", r#"{"points": {"spend": {"points": 50, "reward": "seat", "purse": "stats"}}}"#),
    ("2026-05-01", r#"{"return": {"order": "o-1", "lines": [{"line": "1", "quantity": 1}]}}"#),
];

const ROME: &str = r#"{"id": "1", "product": "rome", "quantity": 1, "unit_price": "1200.00 EUR"}"#;
const OSLO: &str = r#"{"id": "1", "product": "oslo", "quantity": 1, "unit_price": "300.00 EUR"}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let program = Spec::from_json(PROGRAM)?.build()?;
    let mut ann = program.enroll(Customer::new("ann".parse()?));
    for (at, kind) in LIFE {
        happens(&program, &mut ann, at, kind)?;
    }
    for one in program.view(&ann, "2026-06-01T00:00:00Z".parse()?).expiring {
        println!("{} of {:?} expire at {}", one.points, one.purse, one.at);
    }
    let miles = Amount::from(Points(5_000));
    let credits = Amount::of(Points(50), "status".parse()?);
    assert_eq!(miles.checked_add(&credits), Err(NoSum::OtherPurse));
    Ok(())
}

fn happens(
    program: &Program,
    ann: &mut Member,
    day: &str,
    kind: &str,
) -> Result<(), Box<dyn Error>> {
    let kind: EventKind = serde_json::from_str(&kind.replace("ROME", ROME).replace("OSLO", OSLO))?;
    let at = format!("{day}T09:00:00Z").parse()?;
    let decision = program.decide(ann, &Event::new(day.parse()?, ann.id().clone(), at, kind));
    let told = match (&decision.status, ann.apply(&decision)) {
        (Status::Declined(refusal), Applied::Refused) => refusal.to_string(),
        (Status::Accepted, Applied::Now { .. }) => {
            let tier = program.view(ann, at).standing.ok_or("no tier")?.tier;
            let (miles, status) = (decision.balance.spendable(), &decision.purses["status"]);
            format!("{miles} miles, {} credits, {tier}", status.active)
        }
        other => return Err(format!("{other:?}").into()),
    };
    println!("{day} {told}");
    Ok(())
}
