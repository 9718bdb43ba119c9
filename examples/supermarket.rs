//! Offers that go together: a plan that is better than taking the best offer first, and a review of
//! the terms that finds their mistakes before a customer does.

use std::error::Error;

use loyalty::event::{Basket, LineItem};
use loyalty::profile::Customer;
use loyalty::program::Spec;

const TERMS: &str = r#"{
  "loyalty": 1, "name": "Corner shop", "currency": "EUR",
  "earning": [
    {"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
    {"id": "order",
     "award": {"per_event": {"event": "purchase", "points": 300}}}
  ],
  "lanes": [{"id": "deals", "mode": "best_for_customer"}, {"id": "coupons", "mode": "first"}],
  "offers": [
    {"id": "second cola", "lane": "deals", "priority": 9, "benefit": {"buy_get": {
      "buy": {"target": {"products": ["cola"]}}, "get": {"target": {"products": ["cola"]}}}}},
    {"id": "meal", "lane": "deals", "benefit": {"bundle": {"off": {"price": "4.50 EUR"}, "slots": [
      {"target": {"products": ["cola"]}}, {"target": {"products": ["sandwich"]}},
      {"target": {"products": ["chocolate"]}}]}}},
    {"id": "ten", "lane": "coupons", "benefit": {"percent": {"percent": "10%"}},
     "when": "orders(1y) >= 1"},
    {"id": "loyal ten", "lane": "coupons", "priority": -1, "when": "orders(1y) >= 5",
     "benefit": {"percent": {"percent": "10%"}}},
    {"id": "voucher", "lane": "coupons", "cost": 250, "priority": 1,
     "benefit": {"fixed": {"amount": "5.00 EUR"}}}
  ]
}"#;

fn line(product: &str, units: i64, price: &str) -> Result<LineItem, Box<dyn Error>> {
    Ok(LineItem::new(product.parse()?, product.parse()?, units, price.parse()?))
}

fn main() -> Result<(), Box<dyn Error>> {
    let program = Spec::from_json(TERMS)?.build()?;
    let ann = program.enroll(Customer::new("ann".parse()?));
    let basket = Basket::of([
        line("cola", 2, "2.00 EUR")?,
        line("sandwich", 2, "3.00 EUR")?,
        line("chocolate", 2, "1.00 EUR")?,
    ]);
    let quote = program.quote(&ann, &basket, "2026-03-14T12:00:00Z".parse()?);
    let evaluation = quote.evaluation.ok_or("the basket is not valid")?;
    println!("two colas, two sandwiches and two bars of chocolate:");
    for outcome in &evaluation.outcomes {
        match outcome.answer.declined() {
            None => println!("  {}: granted", outcome.offer),
            Some(decline) => println!("  no {}: {decline}", outcome.offer),
        }
    }
    for plan in &evaluation.lanes {
        for applied in &plan.applied {
            println!("  {} times {} takes {} off", applied.times, applied.offer, applied.amount);
        }
        if let Some(aims) = &plan.aims {
            println!("  {aims}");
        }
    }

    let review = program.review("2026-03-14".parse()?);
    println!("before any customer comes:");
    for remark in review.offers.iter().flat_map(|offers| &offers.remarks) {
        println!("  {remark}");
    }
    for pump in &review.points.pumps {
        println!("  {pump}");
    }
    Ok(())
}
