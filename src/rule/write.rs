//! Rules as JSON, in one canonical form.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Literal, Operand, Rule, Test};

impl Serialize for Rule {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (operand, test) = match self {
            Self::Always => return serializer.serialize_bool(true),
            Self::Never => return serializer.serialize_bool(false),
            Self::Test { operand, test } => (operand, test),
            _ => return self.serialize_part(serializer),
        };
        let mut map = serializer.serialize_map(None)?;
        match operand {
            Operand::Field(name) => map.serialize_entry("field", name)?,
            Operand::Coalesce { fields, default } => {
                map.serialize_entry("coalesce", fields)?;
                if let Some(default) = default {
                    map.serialize_entry("default", default)?;
                }
            }
        }
        let word = test.word();
        match test {
            Test::Is(value)
            | Test::IsNot(value)
            | Test::Above(value)
            | Test::AtLeast(value)
            | Test::Below(value)
            | Test::AtMost(value) => map.serialize_entry(word, value)?,
            Test::Between(low, high) => map.serialize_entry(word, &[low, high])?,
            Test::OneOf(values)
            | Test::NoneOf(values)
            | Test::AnyOf(values)
            | Test::AllOf(values) => map.serialize_entry(word, values)?,
            Test::StartsWith(text) | Test::EndsWith(text) | Test::Contains(text) => {
                map.serialize_entry(word, text)?;
            }
            Test::WithinLast(span) | Test::WithinNext(span) | Test::AnniversaryWithinNext(span) => {
                map.serialize_entry(word, span)?
            }
        }
        map.end()
    }
}

impl Rule {
    /// Writes a rule that is no test.
    fn serialize_part<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match self {
            Self::All(of) => map.serialize_entry("all", of)?,
            Self::Any(of) => map.serialize_entry("any", of)?,
            Self::Not(rule) => map.serialize_entry("not", rule)?,
            Self::AtLeast { count, of } => {
                map.serialize_entry("at_least", count)?;
                map.serialize_entry("of", of)?;
            }
            Self::Missing(field) => map.serialize_entry("missing", field)?,
            Self::Always | Self::Never | Self::Test { .. } => {}
        }
        map.end()
    }
}

impl Serialize for Literal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => value.serialize(serializer),
            Self::Integer(value) => value.serialize(serializer),
            Self::Number(value) => value.serialize(serializer),
            Self::Text(text) => text.serialize(serializer),
            Self::List(texts) => texts.serialize(serializer),
        }
    }
}
