//! Messages: a template with all its mistakes; mended, what it says as mail, text message and push
//! message to two customers in two languages, and to somebody with a hostile name.
//!
//! Run with `cargo run --example messages`.

use std::error::Error;

use chrono::{DateTime, Utc};
use loyalty::calendar::Zone;
use loyalty::path::from_json;
use loyalty::rule::{Field, Kind as FactKind, Schema, Sheet, Value};
use loyalty::template::{
    CheckedTemplate, Item, Kind, List, Locale, Template, Values, Variable, Vocabulary,
};
use loyalty::{Currency, Money};

const BROKEN: &str = include_str!("data/messages_broken.json");

const MENDED: &str = include_str!("data/messages.json");

fn vocabulary() -> Result<Vocabulary, Box<dyn Error>> {
    let facts = Schema::new([
        Field::new("first_name", FactKind::Text),
        Field::choice("tier", ["silver", "gold"]),
        Field::new("points", FactKind::Integer),
    ])?;
    let details = [
        Variable::new("worth", Kind::Money),
        Variable::new("ends", Kind::Instant),
        Variable::optional("shop_link", Kind::Link),
    ];
    let fields = [
        Variable::new("name", Kind::Text),
        Variable::new("price", Kind::Money),
        Variable::new("url", Kind::Link),
    ];
    Ok(Vocabulary::new(facts, details, [List::new("items", fields)])?)
}

fn show(
    template: &CheckedTemplate,
    (name, tier): (&str, &str),
    locale: &str,
) -> Result<(), Box<dyn Error>> {
    let known = [Value::text(name), Value::text(tier), Value::Integer(1_250)];
    let facts = Sheet::of(known.map(Some).to_vec(), "2026-03-14".parse()?);
    let ends: DateTime<Utc> = "2026-03-31T22:30:00Z".parse()?;
    let item = |name: &str, minor| {
        let link = format!("https://shop.example/{}?from=mail&list=a", name.len());
        let item = Item::new().with("name", name).with("url", link.as_str());
        item.with("price", Money::from_minor(minor, Currency::EUR))
    };
    let values = Values::new(&facts)
        .with("worth", Money::from_minor(1_250, Currency::EUR))
        .with("ends", ends)
        .with_list("items", [item("Tea <green>", 450), item("Mug", 1_200), item("Pot", 3_000)]);
    println!("{name:?}, {tier}, {locale}");
    let zone = Zone::from_name("Europe/Brussels")?;
    print!("{}", template.preview(&values, &Locale::new(locale)?, zone));
    println!();
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let vocabulary = vocabulary()?;
    let broken: Template = from_json(BROKEN)?;
    if let Err(problems) = broken.check(&vocabulary) {
        println!("{} problems:\n{problems}\n", problems.len());
    }
    let mended: Template = from_json(MENDED)?;
    let template = mended.check(&vocabulary)?;
    for remark in template.remarks() {
        println!("note: {remark}");
    }
    println!();
    show(&template, ("Anna", "gold"), "en-IE")?;
    show(&template, ("Zoë", "silver"), "nl-BE")?;
    show(&template, ("{{ 7*7 }}<script>\r\nBcc: all@example.org", "silver"), "de")?;
    Ok(())
}
