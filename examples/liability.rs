//! What a club owes in points: from the members to the figures of the books.
//!
//! A hundred and twenty made-up members buy tea for two and a half years. Points expire after a
//! year; a voucher costs 100 of them. Members are taken in by shards, as a large program does.

use std::error::Error;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::Period;
use loyalty::event::{Basket, LineItem, Purchase};
use loyalty::insight::liability::{Assumptions, Exposure, Liability};
use loyalty::{Event, Member, Program, profile::Customer, program::Spec};

const CLUB: &str = r#"{
  "loyalty": 1, "name": "Tea Club", "currency": "EUR", "zone": "Europe/London",
  "earning": [{"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}},
               "expiry": {"end_of": {"period": "quarter", "after": "12mo"}}}],
  "lanes": [{"id": "rewards", "mode": "first"}],
  "offers": [{"id": "voucher", "lane": "rewards", "cost": 100, "code": "CARD",
              "benefit": {"fixed": {"amount": "5.00 EUR"}}}]
}"#;

/// A point is worth five cents, and four of five were expected to be redeemed when they were sold.
const ASSUMPTIONS: &str = r#"{
  "worth": {"amount": "5.00 EUR", "per": 100}, "sold_as_redeemed": "80%",
  "method": {"level": "90%", "shape": "lognormal"}
}"#;

/// A member who buys every few weeks; every third never shows the card, and so never redeems.
fn member(program: &Program, number: i64) -> Result<Member, Box<dyn Error>> {
    let mut member = program.enroll(Customer::new(format!("m-{number}").parse()?));
    let start: DateTime<Utc> = "2024-01-01T12:00:00Z".parse()?;
    let mut day = number * 37 % 400;
    for order in 1.. {
        day += 10 + number * 7 % 50 + (number * 13 + order * order * 5) % 23;
        if day > 912 {
            break;
        }
        let tea = LineItem::new("1".parse()?, "tea".parse()?, 1 + order % 3, "12.50 EUR".parse()?);
        let mut basket = Basket::of([tea]);
        if number % 3 > 0 {
            basket = basket.with_coupon("CARD".parse()?);
        }
        let at = start + TimeDelta::days(day);
        let quote = program.quote(&member, &basket, at).evaluation.ok_or("no such basket")?;
        let id = format!("{number}-{order}");
        let bought = Purchase::new(id.parse()?, quote.applied_to(&basket));
        let event = Event::new(id.parse()?, member.id().clone(), at, bought.into());
        let _applied = member.apply(&program.decide(&member, &event));
    }
    Ok(member)
}

fn main() -> Result<(), Box<dyn Error>> {
    let program = Spec::from_json(CLUB)?.build()?;
    let members: Vec<Member> =
        (0..120).map(|number| member(&program, number)).collect::<Result<_, _>>()?;
    let assumptions: Assumptions = serde_json::from_str(ASSUMPTIONS)?;
    let (april, july) = ("2026-03-31T23:00:00Z".parse()?, "2026-06-30T23:00:00Z".parse()?);

    println!("{}\n", program.roll_forward(&members, Period::Quarter, april, july)?);

    let liability = |as_of| -> Result<(Exposure, Liability), Box<dyn Error>> {
        let part = |members| program.exposure(members, Period::Quarter, as_of, &assumptions);
        let (first, second) = members.split_at(70);
        let mut exposure = part(first)?;
        exposure.merge(&part(second)?)?;
        let liability = exposure.liability(&assumptions)?;
        Ok((exposure, liability))
    };
    let (exposure, told) = liability(july)?;
    println!("{}\n\n{told}\n", exposure.triangle);
    println!("{}", told.journal(Some(&liability(april)?.1))?);
    Ok(())
}
