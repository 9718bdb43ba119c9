//! An offer for who is about to be lost and worth a letter: a rule on what a customer is worth.

use std::error::Error;
use std::fmt::Write;

use loyalty::event::{Basket, LineItem, Orders, Purchase};
use loyalty::id::CustomerId;
use loyalty::offer::{Benefit, Offer};
use loyalty::profile::Customer;
use loyalty::program::Spec;
use loyalty::rule::Rule;
use loyalty::{Event, Member, Money, Program};

use super::layout::{heading, indented};
use super::study::Study;
use super::words::count;
use super::worth::{TEN, all};

/// The rule, as people write it.
pub const SLIPPING: &str = "clv(1y) > 15 and p_alive < 0.8 and p_alive > 0.2";

/// A program that knows the models and has an offer for who is slipping away.
pub fn program(study: &Study) -> Result<Program, Box<dyn Error>> {
    let mut spec = Spec::new(study.shop.source.as_str(), study.now.currency);
    spec.zone = study.shop.zone;
    let slipping: Rule = SLIPPING.parse()?;
    spec.offers = vec![Offer::new("come-back".parse()?, Benefit::percent(15)).when(slipping)];
    Ok(spec.builder().value_model(study.value.clone()).build()?)
}

pub fn offer(study: &Study, out: &mut String) -> Result<(), Box<dyn Error>> {
    heading(out, "An offer for those")?;
    indented(out, 0, &format!("15 % off when {SLIPPING}:"))?;
    writeln!(out)?;
    let program = program(study)?;
    let basket = basket("1000", study)?;
    let (worst, mut granted) = (all(study)?, 0);
    for (place, worth) in worst.iter().enumerate() {
        let orders = study.shop.log.find(worth.customer).ok_or("a customer of the log")?;
        let member = member(&program, worth.customer, orders)?;
        let offer = "come-back".parse()?;
        let quote = program.quote(&member, &basket, study.now.as_of);
        let is_granted = quote.eligible().any(|eligible| *eligible == offer);
        granted += i64::from(is_granted);
        // Of three, why.
        if place < 3 {
            let verdict = program.explain(&member, &basket, study.now.as_of, &offer);
            let verdict = verdict.ok_or("there is such an offer")?;
            let answer = if is_granted { "yes" } else { "no" };
            indented(out, 2, &format!("{}: {answer}. {verdict}", worth.customer))?;
        }
        if place + 1 == 10 * TEN {
            break;
        }
    }
    let asked = worst.len().min(10 * TEN);
    writeln!(
        out,
        "\nOf the {} with the most at stake, {} get it.",
        count(asked as i64),
        count(granted)
    )?;
    Ok(())
}

fn basket(price: &str, study: &Study) -> Result<Basket, Box<dyn Error>> {
    let price = Money::from_minor(price.parse()?, study.now.currency);
    Ok(Basket::of([LineItem::new("1".parse()?, "anything".parse()?, 1, price)]))
}

/// A member with the orders of the log.
fn member(
    program: &Program,
    customer: &CustomerId,
    orders: Orders<'_>,
) -> Result<Member, Box<dyn Error>> {
    let mut member = program.enroll(Customer::new(customer.clone()));
    for (number, order) in orders.iter().enumerate() {
        let line = LineItem::new("1".parse()?, "anything".parse()?, 1, order.net_price);
        let purchase = Purchase::new(format!("order-{number:04}").parse()?, Basket::of([line]));
        let id = format!("event-{number:04}").parse()?;
        let event = Event::new(id, customer.clone(), order.at, purchase.into());
        let _ = member.apply(&program.decide(&member, &event));
    }
    Ok(member)
}
