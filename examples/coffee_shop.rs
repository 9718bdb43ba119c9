//! A coffee shop: every tenth cup is free, and the drinks of the season cost less.
//!
//! The program is a TOML document. A cup that is paid for earns a punch; the free cup costs nine
//! punches and earns none, so that the count starts again. `CARD` is the card held out at the till.

use std::error::Error;

use loyalty::event::{Basket, LineItem, Purchase, Return};
use loyalty::{Applied, Event, Money, profile::Customer, program::Spec};

const PROGRAM: &str = r#"
loyalty = 1
name = "The Tenth Cup"
currency = "EUR"
zone = "Europe/Brussels"
earning = [{ id = "punch", award.per_unit = { points = 1, categories = ["coffee"] } }]
lanes = [{ id = "season" }]

[[offers]] # It names no lane: it is applied before those that do.
id = "tenth cup"
code = "CARD"
cost = 9
benefit.free_item.target.categories = ["coffee"]

[[offers]]
id = "iced for summer"
when = { field = "month", one_of = [6, 7, 8] }
benefit.percent = { percent = "20%", target.products = ["iced latte"] }
lane = "season"

[[offers]]
id = "spiced for winter"
when = { field = "month", one_of = [11, 12, 1] }
benefit.fixed = { amount = "0.50 EUR", target.products = ["spiced latte"] }
lane = "season"
"#;

/// When, how many cups (below zero: they come back), of what, and the price of one.
const VISITS: [(&str, i64, &str, &str); 12] = [
    ("2026-05-26T06:05:00Z", 2, "flat white", "3.20 EUR"),
    ("2026-05-28T10:30:00Z", 1, "cappuccino", "3.40 EUR"),
    ("2026-05-28T10:34:00Z", -1, "cappuccino", "3.40 EUR"),
    ("2026-06-01T11:00:00Z", 2, "iced latte", "4.00 EUR"),
    ("2026-06-02T06:05:00Z", 4, "flat white", "3.20 EUR"),
    ("2026-06-04T06:10:00Z", 1, "cappuccino", "3.40 EUR"),
    ("2026-06-05T11:15:00Z", 1, "iced latte", "4.00 EUR"),
    ("2026-06-08T06:05:00Z", 8, "flat white", "3.20 EUR"),
    ("2026-06-09T06:10:00Z", 3, "cappuccino", "3.40 EUR"),
    ("2026-06-10T11:00:00Z", 2, "iced latte", "4.00 EUR"),
    ("2026-11-12T08:05:00Z", 1, "spiced latte", "4.20 EUR"),
    ("2027-02-02T08:05:00Z", 1, "spiced latte", "4.20 EUR"),
];

fn main() -> Result<(), Box<dyn Error>> {
    let program = toml::from_str::<Spec>(PROGRAM)?.build()?;
    let mut ann = program.enroll(Customer::new("ann".parse()?));
    for (visit, (at, count, drink, price)) in (1..).zip(VISITS) {
        let (at, price): (_, Money) = (at.parse()?, price.parse()?);
        let kind = if count > 0 {
            let cups = LineItem::new("1".parse()?, drink.parse()?, count, price);
            let basket = Basket::of([cups.of("coffee".parse()?)]).with_coupon("CARD".parse()?);
            let quote = program.quote(&ann, &basket, at).evaluation.ok_or("no such basket")?;
            Purchase::new(format!("o-{visit}").parse()?, quote.applied_to(&basket)).into()
        } else {
            Return::new(format!("o-{}", visit - 1).parse()?, [("1".parse()?, -count)]).into()
        };
        let event = Event::new(format!("e-{visit}").parse()?, ann.id().clone(), at, kind);
        let decision = program.decide(&ann, &event);
        assert_eq!(ann.apply(&decision), Applied::Now { revision: visit });

        let day = program.zone().local(at).format("%e %b %H:%M");
        let (price, punches) = (price.checked_mul(count)?, decision.balance.active);
        println!("{day} {count:>3} {drink:<17} {price:>10} {punches:>3} punches");
        for used in decision.settlements {
            println!("{:16} {:<17} {:>10}", "", used.offer, used.claimed.checked_neg()?);
        }
    }
    Ok(())
}
