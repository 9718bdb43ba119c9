//! Carts that were left, told in the time of the events although they arrive out of order: what
//! fires, what is cancelled and why, what is taken back, and what is too late.
use loyalty::calendar::Zone;
use loyalty::event::{Basket, Event, EventKind, LineItem, Purchase};
use loyalty::money::Currency;
use loyalty::trigger::{Machine, Output, Triggers};

const TRIGGERS: &str = r#"{"lateness": "10min", "correction": "30min", "list": [{
  "id": "cart_abandoned", "cool_down": "1d",
  "pattern": {"silence": {
    "after": {"event": "cart_updated", "when": {"field": "basket_total", "above": "100.00 EUR"}},
    "without": [{"event": "purchase"}], "lasting": "60min"}}}]}"#;

/// In the order of arrival: id, customer, time, and the cart, or what was bought.
const EVENTS: [(&str, &str, &str, &str, &str); 11] = [
    ("e1", "ann", "10:00", "cart", "120.00 EUR"),
    ("e2", "ben", "10:05", "cart", "150.00 EUR"),
    ("e3", "cid", "10:10", "cart", "180.00 EUR"),
    ("e5", "ben", "10:50", "buy", "150.00 EUR"),
    ("e4", "cid", "10:40", "cart", "90.00 EUR"),
    ("e1", "ann", "10:00", "cart", "120.00 EUR"),
    ("e6", "dan", "11:12", "cart", "240.00 EUR"),
    ("e7", "eve", "11:30", "cart", "101.00 EUR"),
    ("e8", "ann", "10:55", "buy", "120.00 EUR"),
    ("e9", "fay", "13:00", "cart", "100.00 EUR"),
    ("e10", "dan", "11:40", "buy", "240.00 EUR"),
];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let triggers: Triggers = serde_json::from_str(TRIGGERS)?;
    let mut machine = Machine::new(&triggers.check_alone(Zone::UTC, Currency::EUR)?);
    for (id, customer, time, what, amount) in EVENTS {
        let line = LineItem::new("1".parse()?, "shoes".parse()?, 1, amount.parse()?);
        let basket = Basket::of([line]);
        let kind = match what {
            "buy" => EventKind::from(Purchase::new(id.parse()?, basket)),
            _ => EventKind::CartUpdated(basket),
        };
        let at = format!("2026-03-14T{time}:00Z").parse()?;
        println!("{time} {customer}: {what} {amount}");
        tell(&machine.observe(0, &Event::new(id.parse()?, customer.parse()?, at, kind)));
        if id == "e8" {
            println!("what became of all carts so far:");
            for customer in ["ann", "ben", "cid", "dan", "eve"] {
                for trace in machine.trace(&customer.parse()?) {
                    let time = trace.at.format("%H:%M");
                    println!("  {customer} {time}: {}", trace.step.sentence());
                }
            }
        }
    }
    println!("nothing more comes before 14:00");
    tell(&machine.advance(0, "2026-03-14T14:00:00Z".parse()?));
    Ok(())
}

fn tell(outputs: &[Output]) {
    for output in outputs {
        match output {
            Output::Fired(firing) => {
                let since = firing.from.format("%H:%M");
                let id = firing.id().to_string();
                println!("  → write to {}: a cart left since {since} ({id:.8})", firing.customer);
            }
            Output::Retract(firing) => {
                let id = firing.id().to_string();
                println!("  → do not write to {} after all ({id:.8})", firing.customer);
            }
            Output::Late(late) => println!("  → {}: {}", late.event, late.reason.sentence()),
        }
    }
}
