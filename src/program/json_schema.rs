//! JSON Schemas of what is written as a text or in a form of its own (feature `schemars`); those of
//! all other records follow from their declarations.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::{Value, json};

use super::Spec;
use crate::calendar::{Span, Window, Zone};
use crate::money::{Currency, Money, Percent};
use crate::offer::{Portion, TrialUnit};
use crate::points::Multiplier;
use crate::rule::{Number, Rule};
use crate::segment::grid::Cell;
use crate::tier::Qualification;

const SPAN: &str = "[1-9][0-9]{0,5}(min|h|d|w|mo|y)";

/// The names of windows that are no spans.
const NAMED: &str = "today|this_week|this_month|this_quarter|this_year|\
    yesterday|last_week|last_month|last_quarter|last_year|membership_year|lifetime";

impl Spec {
    /// The JSON Schema (draft 2020-12) of a program's document, with which editors complete and
    /// check it while it is written.
    ///
    /// What the schema accepts can still have mistakes that only [`Spec::build`] finds, such as a
    /// field that does not exist.
    ///
    /// ```
    /// use loyalty::program::Spec;
    ///
    /// let schema = Spec::json_schema();
    /// assert_eq!(schema.get("title").and_then(|title| title.as_str()), Some("Spec"));
    /// ```
    #[must_use]
    pub fn json_schema() -> Schema {
        schemars::schema_for!(Self)
    }
}

macro_rules! texts {
    ($($type:ident: $pattern:expr, $description:literal, $examples:tt;)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!({
                    "type": "string",
                    "description": $description,
                    "pattern": $pattern,
                    "examples": $examples,
                })
            }
        }
    )+};
}

texts! {
    Money: r"^-?[0-9]+(\.[0-9]+)? ?[A-Z]{3}$",
        "An amount of money and its currency (ISO 4217).", ["12.40 EUR", "500 JPY"];
    Currency: "^[A-Z]{3}$", "A currency (ISO 4217).", ["EUR", "USD", "JPY"];
    Percent: r"^[0-9]+(\.[0-9]{1,2})? *%$",
        "A percentage, exact to a hundredth.", ["12.5%", "20%"];
    Multiplier: r"^[0-9]+(\.[0-9]{1,2})?x$",
        "How many times, exact to a hundredth.", ["1.5x", "2x"];
    Zone: "^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$",
        "A time zone of the IANA database.", ["Europe/Brussels", "UTC"];
    Span: format!("^{SPAN}$"),
        "A length of time in minutes, hours, days, weeks, months or years.",
        ["30min", "90d", "6mo", "1y"];
    Window: format!("^({SPAN}|{NAMED})$"),
        "Which time counts: the last so long, a calendar period, or all.",
        ["90d", "this_month", "last_year", "membership_year", "lifetime"];
    Cell: "^[1-9]{2,3}$", "One score for each dimension.", ["555", "51"];
}

impl JsonSchema for Number {
    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number"})
    }
}

impl JsonSchema for Qualification {
    fn schema_name() -> Cow<'static, str> {
        "Qualification".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let window = generator.subschema_for::<Window>().to_value();
        let own = json!({"year_from": {"type": "string"}});
        json_schema!({
            "description": "Since when credits count.",
            "anyOf": [
                window,
                {"const": "tier_year", "description": "A year from the start of the tier on."},
                part("A year from the last anniversary of a date of the customer's own on.", own),
            ],
        })
    }
}

impl JsonSchema for Portion {
    fn schema_name() -> Cow<'static, str> {
        "Portion".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let share = generator.subschema_for::<Percent>().to_value();
        let of = generator.subschema_for::<TrialUnit>().to_value();
        json_schema!({
            "description": "A part of all customers, or of all stores.",
            "anyOf": [share, {
                "type": "object",
                "required": ["share"],
                "properties": {"share": share, "of": of, "salt": {"type": "string"}},
                "additionalProperties": false,
            }],
        })
    }
}

impl JsonSchema for Rule {
    fn schema_name() -> Cow<'static, str> {
        "Rule".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let rule = generator.subschema_for::<Self>().to_value();
        let rules = json!({"type": "array", "items": rule, "minItems": 1});
        let names = json!({"type": "array", "items": {"type": "string"}, "minItems": 1});
        json_schema!({
            "description": "A condition, as an object or as a text such as \
                `orders(30d) >= 5 and not missing(email)`.",
            "anyOf": [
                {"type": "boolean", "description": "Holds for everyone, or for no one."},
                {"type": "string", "minLength": 1, "description": "The condition as a text."},
                part("Every condition holds.", json!({"all": rules})),
                part("At least one condition holds.", json!({"any": rules})),
                part("The condition fails.", json!({"not": rule})),
                part("So many of the conditions hold.", json!({
                    "at_least": {"type": "integer", "minimum": 1},
                    "of": rules,
                })),
                part("The field has no value.", json!({"missing": {"type": "string"}})),
                test("field", json!({"field": {"type": "string"}})),
                test("coalesce", json!({"coalesce": names, "default": literal()})),
            ],
        })
    }
}

/// A condition that has all of these keys and no others.
fn part(description: &str, properties: Value) -> Value {
    let keys: Vec<&String> =
        properties.as_object().into_iter().flat_map(|map| map.keys()).collect();
    json!({
        "type": "object",
        "description": description,
        "required": keys,
        "properties": properties,
        "additionalProperties": false,
    })
}

/// A condition that has the key `head` and one test, and perhaps more of `properties`.
fn test(head: &str, mut properties: Value) -> Value {
    let tests = tests();
    let words: Vec<Value> = tests.iter().map(|(word, _)| json!({"required": [word]})).collect();
    for (word, value) in tests {
        if let Some(place) = properties.as_object_mut() {
            place.insert(word.to_owned(), value);
        }
    }
    json!({
        "type": "object",
        "description": "The value of a field passes one test.",
        "required": [head],
        "properties": properties,
        "additionalProperties": false,
        "oneOf": words,
    })
}

/// What tests are compared with, by their words.
fn tests() -> [(&'static str, Value); 17] {
    let literals = || json!({"type": "array", "items": literal(), "minItems": 1});
    let text = || json!({"type": "string", "minLength": 1});
    let span = || json!({"type": "string", "pattern": format!("^{SPAN}$"), "examples": ["14d"]});
    let ends = json!({"type": "array", "items": literal(), "minItems": 2, "maxItems": 2});
    [
        ("is", literal()),
        ("is_not", literal()),
        ("above", literal()),
        ("at_least", literal()),
        ("below", literal()),
        ("at_most", literal()),
        ("between", ends),
        ("one_of", literals()),
        ("none_of", literals()),
        ("any_of", literals()),
        ("all_of", literals()),
        ("starts_with", text()),
        ("ends_with", text()),
        ("contains", text()),
        ("within_last", span()),
        ("within_next", span()),
        ("anniversary_within_next", span()),
    ]
}

fn literal() -> Value {
    json!({"anyOf": [
        {"type": ["boolean", "number", "string"]},
        {"type": "array", "items": {"type": "string"}},
    ]})
}
