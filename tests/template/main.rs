//! Message templates: what they say, what is refused, and what hostile values cannot do.

mod differential;
mod faults;
mod languages;
mod laws;
mod limits;
mod markup;
mod says;

use std::sync::LazyLock;

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::calendar::Zone;
use loyalty::money::Currency;
use loyalty::path::Problems;
use loyalty::rule::{Field, Kind as FactKind, Schema, Sheet, Value};
use loyalty::template::{
    CheckedTemplate, Content, Fault, Item, Kind, List, Locale, Medium, Refusal, Template, Values,
    Variable, Vocabulary,
};

/// What is known of customers.
static FACTS: LazyLock<Schema> = LazyLock::new(|| {
    Schema::new([
        Field::new("first_name", FactKind::Text),
        Field::new("points", FactKind::Integer),
        Field::choice("tier", ["bronze", "silver", "gold"]),
        Field::money("spend(90d)", Currency::EUR),
        Field::new("birthday", FactKind::Date),
        Field::new("interests", FactKind::Set),
        Field::new("newsletter", FactKind::Bool),
        Field::new("share", FactKind::Number),
    ])
    .unwrap()
});

/// What the tests' templates may speak of.
static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let details = [
        Variable::optional("code", Kind::Text),
        Variable::optional("total", Kind::Money),
        Variable::optional("link", Kind::Link),
        Variable::optional("ends", Kind::Instant),
        Variable::new("shop", Kind::Text),
    ];
    let items = List::new(
        "items",
        [
            Variable::new("name", Kind::Text),
            Variable::new("price", Kind::Money),
            Variable::optional("url", Kind::Link),
        ],
    );
    Vocabulary::new(FACTS.clone(), details, [items]).unwrap()
});

/// Facts in the order of the vocabulary.
fn facts(values: [Option<Value>; 8]) -> Sheet {
    Sheet::of(values.to_vec(), day())
}

fn day() -> NaiveDate {
    "2026-03-14".parse().unwrap()
}

/// Anna, of whom all is known.
fn anna() -> Sheet {
    facts([
        Some(Value::text("Anna")),
        Some(Value::Integer(1_250)),
        Some(Value::text("gold")),
        Some(Value::Money("1234.50 EUR".parse().unwrap())),
        Some(Value::Date(day())),
        Some(Value::set(["tea", "books"])),
        Some(Value::Bool(true)),
        Value::number(0.125),
    ])
}

/// Somebody of whom nothing is known.
fn nobody() -> Sheet {
    Sheet::new(day())
}

fn things(count: usize) -> Vec<Item> {
    let thing = |index: usize| {
        let price = i64::try_from(index).unwrap() * 250;
        Item::new()
            .with("name", format!("Tea {index}").as_str())
            .with("price", loyalty::Money::from_minor(price, Currency::EUR))
    };
    (1..=count).map(thing).collect()
}

fn values(facts: &Sheet) -> Values<'_> {
    let ends: DateTime<Utc> = "2026-03-31T22:30:00Z".parse().unwrap();
    Values::new(facts)
        .with("shop", "Corner")
        .with("code", "SAVE 5%")
        .with("total", loyalty::Money::from_minor(1_000, Currency::EUR))
        .with("link", "https://shop.example/a?b=1&c=2")
        .with("ends", ends)
        .with_list("items", things(4))
}

fn template(json: &str) -> Template {
    serde_json::from_str(json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

/// A push message in English with this body.
fn push(body: &str) -> Template {
    let body = serde_json::to_string(body).unwrap();
    template(&format!(
        r#"{{"id": "t", "default": "en",
        "texts": {{"en": {{"push": {{"title": "T", "body": {body}}}}}}},
        "limits": {{"body_characters": 4000}}}}"#
    ))
}

/// A mail in English with this HTML.
fn mail(html: &str) -> Template {
    let html = serde_json::to_string(html).unwrap();
    template(&format!(
        r#"{{"id": "t", "default": "en",
        "texts": {{"en": {{"email": {{"subject": "S", "html": {html}, "text": "-"}}}}}}}}"#
    ))
}

fn check(template: &Template) -> Result<CheckedTemplate, Problems<Fault>> {
    template.check(&VOCABULARY)
}

fn checked(template: &Template) -> CheckedTemplate {
    check(template).unwrap_or_else(|problems| panic!("{problems}"))
}

fn brussels() -> Zone {
    Zone::from_name("Europe/Brussels").unwrap()
}

fn locale(tag: &str) -> Locale {
    Locale::new(tag).unwrap()
}

/// The only, or else the last part of a message.
fn said(
    template: &CheckedTemplate,
    medium: Medium,
    values: &Values<'_>,
    tag: &str,
) -> Result<String, Refusal> {
    let rendered = template.render(medium, values, &locale(tag), brussels())?;
    Ok(match rendered.content {
        Content::Email { html: Some(html), .. } => html,
        Content::Email { subject, .. } => subject,
        Content::Sms { text, .. } => text,
        Content::Push { body, .. } => body,
    })
}

/// What a push message's body says to Anna; a mark at its end keeps it from being empty.
fn to_anna(body: &str, tag: &str) -> String {
    marked(body, &values(&anna()), tag)
}

/// What a push message's body says to somebody of whom nothing is known.
fn to_nobody(body: &str) -> String {
    marked(body, &Values::new(&nobody()).with("shop", "Corner"), "en")
}

fn marked(body: &str, values: &Values<'_>, tag: &str) -> String {
    let said = said(&checked(&push(&format!("{body}~"))), Medium::Push, values, tag);
    let said = said.unwrap_or_else(|refusal| panic!("{body}: {refusal}"));
    said.strip_suffix('~').unwrap().to_owned()
}
