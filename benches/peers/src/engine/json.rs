//! Customers as JSON, for the engines that read it.

use serde_json::{Map, Value, json};

use crate::workload::{ATTRIBUTES, Fact, Kind, Profile};

/// What is known of a customer; what is missing is left out.
pub fn object(profile: &Profile) -> Value {
    let facts = ATTRIBUTES.iter().zip(&profile.facts);
    let known = facts.filter_map(|(attribute, fact)| {
        let value = match fact.as_ref()? {
            Fact::Number(number) => match attribute.kind {
                Kind::Fraction { .. } => json!(*number as f64 / 10_000.0),
                _ => json!(number),
            },
            Fact::Bool(truth) => json!(truth),
            Fact::Text(text) => json!(text),
            Fact::Set(texts) => json!(texts),
        };
        Some((attribute.name.to_owned(), value))
    });
    Value::Object(known.collect::<Map<String, Value>>())
}
