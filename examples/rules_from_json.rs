//! Segments by rules from a JSON document, as texts or structured: every mistake is told at once,
//! with its place and what was probably meant; mended, they answer for each customer with a
//! sentence, and with the smallest changes that would turn them.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::NaiveDate;
use loyalty::Currency;
use loyalty::path::from_json;
use loyalty::rule::{Field, Kind, Schema, Sheet, Text, Value};
use loyalty::segment::rules::{RuleSegment, RuleSegments};

const BROKEN: &str = r#"[
  {"id": "frequent", "name": "Frequent buyers", "when": "order(30d) > 5"},
  {"id": "high-value", "name": "", "when": "spend(1y) >= 500.00 USD or tier in {gold, platinium}"},
  {"id": "frequent", "name": "Lapsed", "when": {"all": [
    {"field": "recency_days", "contains": "90"},
    {"not": {"field": "interests", "any_of": []}}]}}
]"#;

const MENDED: &str = r#"[
  {"id": "frequent", "name": "Frequent buyers", "when": "orders(30d) > 5"},
  {"id": "high-value", "name": "High value",
   "when": "spend(1y) >= 500 or tier in {gold, platinum}"},
  {"id": "lapsed", "name": "Lapsed", "when": {"all": [
    {"field": "recency_days", "above": 90},
    {"not": {"field": "interests", "any_of": ["gifts"]}}]}}
]"#;

/// What is known of three customers; who never bought anything has no recency.
const FACTS: &str = r#"{
  "ann": {"orders(30d)": 7, "spend(1y)": {"money": "640.00 EUR"}, "tier": "basic",
          "recency_days": 3, "interests": ["running"]},
  "bob": {"orders(30d)": 0, "spend(1y)": {"money": "487.60 EUR"}, "tier": "basic",
          "recency_days": 120, "interests": []},
  "cleo": {"orders(30d)": 0, "spend(1y)": {"money": "0.00 EUR"}, "tier": "gold"}
}"#;

fn main() -> Result<(), Box<dyn Error>> {
    let schema = Schema::new([
        Field::new("orders(30d)", Kind::Integer),
        Field::money("spend(1y)", Currency::EUR),
        Field::new("recency_days", Kind::Integer),
        Field::choice("tier", ["basic", "gold", "platinum"]),
        Field::new("interests", Kind::Set),
    ])?;
    let broken: Vec<RuleSegment> = from_json(BROKEN)?;
    let cut = BROKEN.replace("order(30d) > 5", "order(30d) >");
    if let Err(problem) = from_json::<Vec<RuleSegment>>(&cut) {
        println!("{problem}\n");
    }
    if let Err(problems) = RuleSegments::check(&broken, &schema) {
        println!("{} problems:\n{problems}", problems.len());
    }
    let mended: Vec<RuleSegment> = from_json(MENDED)?;
    let segments = RuleSegments::check(&mended, &schema)?;
    for segment in &mended {
        println!("\n{}: {}", segment.id, segment.when);
    }
    let customers: BTreeMap<String, BTreeMap<Text, Value>> = from_json(FACTS)?;
    let today: NaiveDate = "2026-03-14".parse()?;
    for (customer, facts) in &customers {
        let values = schema.fields().iter().map(|field| facts.get(&field.name).cloned());
        let sheet = Sheet::of(values.collect(), today);
        println!("\n{customer}: {}", segments.membership(&sheet));
        for (rule, (segment, verdict)) in mended.iter().zip(segments.explain(&sheet)) {
            println!("  {} {}: {verdict}", segment.id, verdict.truth);
            if !verdict.truth.holds() {
                println!("    would hold with {}", rule.when.check(&schema)?.turns(&sheet));
            }
        }
    }
    Ok(())
}
