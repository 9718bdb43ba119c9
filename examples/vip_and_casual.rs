//! Offers by value: VIPs come first and pay less, casual customers are asked to come back.
//!
//! For every customer it prints what they get and, where they do not get something, what was found
//! and the smallest changes with which they would.

use std::error::Error;

use chrono::{DateTime, Days, Utc};
use loyalty::event::{Basket, LineItem, Purchase};
use loyalty::offer::{Access, Answer, Benefit, Offer};
use loyalty::rule::{all, at_least, field, not};
use loyalty::{Applied, Currency, Event, Member, Program, profile::Customer, program::Spec};

fn program() -> Result<Program, Box<dyn Error>> {
    let spends = field("spend(1y)").at_least("600.00 EUR");
    let is_frequent = field("orders(1y)").at_least(6);
    let brings_friends = field("events(referral, 1y)").at_least(2);
    let vip = at_least(2, [spends, is_frequent, brings_friends]);
    let casual = all([not(vip.clone()), field("recency_days").above(60)]);
    let preview = Access::early("the autumn collection");
    let mut spec = Spec::new("Shoes", Currency::EUR);
    spec.offers = vec![
        Offer::new("preview".parse()?, Benefit::Access(preview)).when(vip.clone()),
        Offer::new("20 percent".parse()?, Benefit::percent(20))
            .when(vip)
            .until("2027-01-01T00:00:00Z".parse()?),
        Offer::new("welcome back".parse()?, Benefit::fixed("5.00 EUR".parse()?)).when(casual),
    ];
    Ok(spec.build()?)
}

fn basket(product: &str, price: &str) -> Result<Basket, Box<dyn Error>> {
    Ok(Basket::of([LineItem::new("1".parse()?, product.parse()?, 1, price.parse()?)]))
}

/// Somebody who bought so many pairs, one every so many days, the last one as long ago.
fn member(
    program: &Program,
    (id, pairs, price, days): (&str, u64, &str, u64),
    as_of: DateTime<Utc>,
) -> Result<Member, Box<dyn Error>> {
    let mut member = program.enroll(Customer::new(id.parse()?));
    for pair in 1..=pairs {
        let order = Purchase::new(format!("o-{pair}").parse()?, basket("sneakers", price)?);
        let at = as_of - Days::new(days * pair);
        let event = Event::new(format!("e-{pair}").parse()?, id.parse()?, at, order.into());
        let applied = member.apply(&program.decide(&member, &event));
        assert_eq!(applied, Applied::Now { revision: pair });
    }
    Ok(member)
}

fn main() -> Result<(), Box<dyn Error>> {
    let (program, as_of) = (program()?, "2026-09-01T10:00:00Z".parse()?);
    let boots = basket("boots", "120.00 EUR")?;
    for who in
        [("vera", 8, "95.00 EUR", 40), ("nils", 6, "90.00 EUR", 45), ("cora", 2, "39.00 EUR", 80)]
    {
        let member = member(&program, who, as_of)?;
        println!("{}", member.id());
        let quote = program.quote(&member, &boots, as_of);
        for outcome in quote.evaluation.ok_or("no such basket")?.outcomes {
            let offer = &outcome.offer;
            let verdict = program.explain(&member, &boots, as_of, offer);
            match (outcome.answer, verdict.filter(|verdict| !verdict.truth.holds())) {
                (Answer::Granted(grant), _) => println!("  {offer}: {grant}"),
                (Answer::Declined(decline), None) => println!("  no {offer}: {decline}"),
                (Answer::Declined(_), Some(verdict)) => {
                    println!("  no {offer}: {verdict}");
                    let prospect = program.prospect(&member, &boots, as_of, offer);
                    println!("     would with {}", prospect.ok_or("no such offer")?);
                }
            }
        }
    }
    Ok(())
}
