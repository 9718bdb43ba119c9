//! What an expression was found to be.

use std::collections::BTreeSet;

use super::super::escape::link;
use super::super::tree::Literal;
use super::super::{Datum, Kind};
use super::scope::{Key, Leaf};
use crate::rule::Value;

/// An expression with its type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Typed {
    /// A variable that no filter has looked at but `default`.
    Leaf(Leaf, Option<Datum>),
    Literal(Literal),
    /// What the engine works out.
    Code(Code),
    List(usize),
    /// The thing of a loop.
    Thing,
    /// What could not be found, and was told.
    Broken,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Code {
    pub(super) code: String,
    pub(super) kind: Kind,
    /// The variable whose being missing makes this missing.
    pub(super) missing: Option<String>,
}

/// A condition with what is there once it is settled.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Condition {
    pub(super) code: String,
    pub(super) if_true: BTreeSet<Key>,
    pub(super) if_false: BTreeSet<Key>,
}

impl Typed {
    /// What it is, in words.
    pub(super) fn words(&self) -> &'static str {
        match self {
            Self::Leaf(leaf, _) => leaf.kind.words(),
            Self::Literal(literal) => kind_of(literal).words(),
            Self::Code(code) => code.kind.words(),
            Self::List(_) => "a list",
            Self::Thing => "a thing in a list",
            Self::Broken => "nothing",
        }
    }

    /// What to do if it cannot be printed as it is.
    pub(super) fn instead(&self) -> &'static str {
        match self {
            Self::List(_) | Self::Thing => "loop over a list and print the fields of things",
            Self::Leaf(leaf, _) if leaf.kind == Kind::Set => "use `join(\", \")`",
            Self::Literal(Literal::Number(_)) => "write it in quotes",
            _ => "ask for it with `if`",
        }
    }

    pub(super) fn kind(&self) -> Option<Kind> {
        match self {
            Self::Leaf(leaf, _) => Some(leaf.kind),
            Self::Literal(literal) => Some(kind_of(literal)),
            Self::Code(code) => Some(code.kind),
            Self::List(_) | Self::Thing | Self::Broken => None,
        }
    }
}

pub(super) const fn kind_of(literal: &Literal) -> Kind {
    match literal {
        Literal::Text(_) => Kind::Text,
        Literal::Integer(_) => Kind::Integer,
        Literal::Number(_) => Kind::Number,
        Literal::YesNo(_) => Kind::Bool,
    }
}

/// The literal as a value of the type, if it can be one.
pub(super) fn as_value(literal: &Literal, kind: Kind) -> Option<Datum> {
    let value = match (literal, kind) {
        (Literal::Text(text), Kind::Text) => Value::text(text),
        (Literal::Text(text), Kind::Link) => Value::text(link(text)?),
        (Literal::Integer(value), Kind::Integer) => Value::Integer(*value),
        (Literal::Integer(value), Kind::Number) => Value::number(value.to_string().parse().ok()?)?,
        (Literal::Number(value), Kind::Number) => Value::Number(*value),
        (Literal::YesNo(value), Kind::Bool) => Value::Bool(*value),
        (Literal::Text(text), Kind::Money) => Value::Money(text.parse().ok()?),
        (Literal::Text(text), Kind::Date) => Value::Date(text.parse().ok()?),
        _ => return None,
    };
    Some(Datum::Value(value))
}

/// The literal as the engine reads it.
pub(super) fn literal_code(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => quoted(text),
        Literal::Integer(value) if *value < 0 => format!("({value})"),
        Literal::Integer(value) => value.to_string(),
        Literal::Number(value) => {
            let text = value.to_string();
            let text = if text.contains('.') { text } else { format!("{text}.0") };
            if text.starts_with('-') { format!("({text})") } else { text }
        }
        Literal::YesNo(value) => value.to_string(),
    }
}

/// A text in quotes, in which nothing but letters, digits and spaces stands for itself.
pub(super) fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        if character.is_alphanumeric() || character == ' ' {
            quoted.push(character);
        } else {
            let mut units = [0; 2];
            for unit in character.encode_utf16(&mut units) {
                quoted.push_str(&format!("\\u{unit:04x}"));
            }
        }
    }
    quoted.push('"');
    quoted
}
