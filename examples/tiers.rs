//! An airline: what became of a tier, what is missing to keep it, what another ladder costs.
//!
//! Run with `cargo run --example tiers`.

use std::error::Error;

use chrono::{DateTime, NaiveTime, Utc};
use loyalty::calendar::Interval;
use loyalty::event::{Event, EventKind};
use loyalty::id::LadderId;
use loyalty::points::Points;
use loyalty::profile::Customer;
use loyalty::program::{PointCost, Spec};

const PROGRAM: &str = r#"{
  "loyalty": 1, "name": "Wings", "currency": "EUR",
  "ladders": [{
    "measure": "spend", "window": "this_year", "validity": {"end_of_next": "year"},
    "downgrade": "one_step", "grace": "1mo",
    "tiers": [
      {"id": "blue", "name": "Blue", "at_least": "0.00 EUR"},
      {"id": "silver", "name": "Silver", "multiplier": "1.5x", "benefits": ["a drink"],
       "at_least": {"any": {"spend": "1000.00 EUR", "orders": 4}}},
      {"id": "gold", "name": "Gold", "multiplier": "2x", "benefits": ["the lounge"],
       "at_least": "3000.00 EUR", "for_life": "50000.00 EUR"}
    ]}],
  "earning": [{"id": "miles", "award": {"per_amount": {"points": 5, "per": "1.00 EUR"}}}]
}"#;

const FLIGHTS: [(&str, &str); 4] = [
    ("2025-02-10", "400.00 EUR"),
    ("2025-06-01", "700.00 EUR"),
    ("2025-11-20", "1900.00 EUR"),
    ("2026-09-01", "1200.00 EUR"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let spec = Spec::from_json(PROGRAM)?;
    let (mut ladder, program, main) = (spec.ladders[0].clone(), spec.build()?, LadderId::default());
    let mut ann = program.enroll(Customer::new("ann".parse()?));
    for (flight, (day, price)) in FLIGHTS.iter().enumerate() {
        let line =
            format!(r#"{{"id": "1", "product": "p", "quantity": 1, "unit_price": "{price}"}}"#);
        let kind = format!(
            r#"{{"purchase": {{"order": "o-{flight}", "basket": {{"lines": [{line}]}}}}}}"#
        );
        let kind: EventKind = serde_json::from_str(&kind)?;
        let event = Event::new(format!("e-{flight}").parse()?, ann.id().clone(), at(day)?, kind);
        let decision = program.decide(&ann, &event);
        let _ = ann.apply(&decision);
    }

    let now = at("2026-09-15")?;
    for step in program.tier_history(&ann, &main, now).ok_or("no ladder")? {
        println!("{} {step}", step.at.date_naive());
    }
    let standing = program.view(&ann, now).standing.ok_or("no tier")?;
    println!("{}, with {}", standing.tier, standing.credits);
    if let Some(keep) = standing.keep {
        println!("{} more by {} keeps it", keep.gap, keep.by.date_naive());
    }
    for day in ["2027-01-31", "2027-02-01", "2028-02-01", "2029-12-31"] {
        let then = program.tier_forecast(&ann, &main, now, at(day)?).ok_or("no ladder")?;
        println!("{day} {}", then.tier);
    }

    ladder.tiers[2].at_least = serde_json::from_str(r#""1000.00 EUR""#)?;
    ladder.tiers[1].at_least = serde_json::from_str(r#""500.00 EUR""#)?;
    let within = Interval { first: at("2025-01-01")?, last: now };
    let cost = PointCost { points: Points(1_000), cost: "8.00 EUR".parse()? };
    let other = program.simulate_ladder(&[ann], &ladder, within, cost)?;
    println!("{} up, {} down, {} points", other.up, other.down, other.points_then.0);
    println!("instead of {}: {:?} more", other.points_now.0, other.cost.ok_or("too much")?);
    Ok(())
}

fn at(day: &str) -> Result<DateTime<Utc>, chrono::ParseError> {
    Ok(day.parse::<chrono::NaiveDate>()?.and_time(NaiveTime::MIN).and_utc())
}
