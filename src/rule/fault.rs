//! What can be wrong with a rule or a schema, told so that its author can mend it.

use std::fmt;

use thiserror::Error;

use super::written::{MAX_DEPTH, MAX_NODES};
use super::{Kind, Literal, Text};
use crate::calendar::Span;
use crate::money::{Currency, Money, MoneyError};

/// What is wrong at a place of a rule or a schema.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// The schema has no such field.
    #[error("`{}` is no known field{}", short(name), did_you_mean(suggestion))]
    UnknownField {
        /// The name as it is written.
        name: Text,
        /// The name that was probably meant.
        suggestion: Option<Text>,
    },
    /// There is no such field, because something is not there that it needs.
    #[error("`{}` needs {needs}", short(name))]
    Needs {
        /// The name as it is written.
        name: Text,
        /// What it needs.
        needs: Text,
    },
    /// The value cannot be read as the type of the field.
    #[error(
        "`{}` takes {kind}, written like `{}`, not `{}`",
        short(field),
        example(*kind, *currency),
        short(as_written(found))
    )]
    WrongType {
        /// The field with which the value is compared.
        field: Text,
        /// The type that the value must have.
        kind: Kind,
        /// The currency of the field.
        currency: Option<Currency>,
        /// The value as it is written.
        found: Literal,
    },
    /// The amount has no currency, and the field has no fixed one that could stand in.
    #[error(
        "`{}` has no fixed currency: write the amount with one, like `\"500.00 EUR\"`, not `{}`",
        short(field),
        short(found)
    )]
    NoCurrency {
        /// The field with which the amount is compared.
        field: Text,
        /// The amount as it is written.
        found: Literal,
    },
    /// The value is no amount of money.
    #[error("`{}` is money: {cause}", short(field))]
    WrongMoney {
        /// The field with which the value is compared.
        field: Text,
        /// Why the value is no amount.
        cause: MoneyError,
    },
    /// The amount is of another currency than those it is compared with.
    #[error("`{}` is in {expected}, not in {found}", short(field))]
    WrongCurrency {
        /// The field with which the amount is compared.
        field: Text,
        /// Its currency.
        expected: Currency,
        /// The currency of the amount.
        found: Currency,
    },
    /// The test asks what a field of this type cannot answer.
    #[error(
        "`{test}` does not go with `{}`, which is {kind}: use {}",
        short(field),
        listed(allowed)
    )]
    WrongTest {
        /// The word of the test.
        test: &'static str,
        /// The field that is tested.
        field: Text,
        /// Its type.
        kind: Kind,
        /// The words of the tests that go with it.
        allowed: Vec<&'static str>,
    },
    /// The text never occurs in the field.
    #[error("`{}` never occurs in `{}`{}", short(text), short(field), choices(domain, suggestion))]
    OutsideDomain {
        /// The field.
        field: Text,
        /// The text as it is written.
        text: Text,
        /// The texts that occur, if they are few.
        domain: Vec<Text>,
        /// The text that was probably meant.
        suggestion: Option<Text>,
    },
    /// No value lies between the two ends.
    #[error("the low end `{}` is above the high end `{}`", short(low), short(high))]
    EndsSwapped {
        /// The first value as it is written.
        low: Literal,
        /// The second value as it is written.
        high: Literal,
    },
    /// The fields of a `coalesce` have two types.
    #[error(
        "`{}` is {found} and `{}` is {expected}: all fields of `coalesce` are of one type",
        short(field),
        short(first)
    )]
    MixedTypes {
        /// The first field.
        first: Text,
        /// Its type.
        expected: Kind,
        /// The field of another type.
        field: Text,
        /// The other type.
        found: Kind,
    },
    /// "At least n of" a list asks for none, or for more than there are.
    #[error("the count is {count}, but must be from 1 to {len}, the number of conditions")]
    WrongCount {
        /// How many conditions must hold.
        count: u32,
        /// How many conditions there are.
        len: usize,
    },
    /// A list of conditions is empty.
    #[error("there are no conditions: write `true` or `false` where that is meant")]
    NoConditions,
    /// A list of values, fields or texts is empty.
    #[error("the list is empty")]
    NoValues,
    /// The text to look for is empty, and so would be found everywhere.
    #[error("the text is empty")]
    NoText,
    /// The span counts minutes or hours, which a date does not have.
    #[error("`{span}` is finer than a date: write days, weeks, months or years, like `14d`")]
    SpanTooFine {
        /// The span as it is written.
        span: Span,
    },
    /// Conditions are nested deeper than [`MAX_DEPTH`].
    #[error("conditions are nested more than {MAX_DEPTH} deep")]
    TooDeep,
    /// The rule has more than [`MAX_NODES`] conditions, fields and listed values.
    #[error("the rule has more than {MAX_NODES} conditions, fields and values")]
    TooLarge,
    /// A field of the schema has no name.
    #[error("the name of the field is empty")]
    NamelessField,
    /// Two fields of the schema have one name.
    #[error("there are two fields `{}`", short(field))]
    DuplicateField {
        /// The name.
        field: Text,
    },
    /// A field that is not money has a currency.
    #[error("`{}` is not money and has no currency", short(field))]
    CurrencyOfNoMoney {
        /// The field.
        field: Text,
    },
    /// A field that is neither a text nor a set has a domain.
    #[error("`{}` is neither a text nor a set and has no domain", short(field))]
    DomainOfNoText {
        /// The field.
        field: Text,
    },
}

/// The user's words, cut where they would fill the page.
pub(super) fn short(words: impl fmt::Display) -> String {
    const LONGEST: usize = 60;
    let words = words.to_string();
    match words.char_indices().nth(LONGEST) {
        Some((end, _)) => words.get(..end).map(|start| format!("{start}…")).unwrap_or_default(),
        None => words,
    }
}

/// How a value of this type is written.
fn example(kind: Kind, currency: Option<Currency>) -> String {
    match kind {
        Kind::Bool => "true".to_owned(),
        Kind::Integer => "5".to_owned(),
        Kind::Number => "2.5".to_owned(),
        Kind::Money => {
            let amount = Money::from_major(500, currency.unwrap_or(Currency::EUR));
            amount.map(|amount| format!("\"{amount}\"")).unwrap_or_default()
        }
        Kind::Text => "\"text\"".to_owned(),
        Kind::Date => "\"2026-01-31\"".to_owned(),
        Kind::Set => "[\"one\", \"two\"]".to_owned(),
    }
}

/// The literal with the quotes that tell a text from a number.
fn as_written(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => format!("\"{text}\""),
        Literal::List(texts) => {
            let texts: Vec<String> = texts.iter().map(|text| format!("\"{text}\"")).collect();
            format!("[{}]", texts.join(", "))
        }
        _ => literal.to_string(),
    }
}

fn did_you_mean(suggestion: &Option<Text>) -> String {
    suggestion.as_ref().map(|name| format!(": did you mean `{name}`?")).unwrap_or_default()
}

fn choices(domain: &[Text], suggestion: &Option<Text>) -> String {
    if suggestion.is_some() || domain.is_empty() {
        return did_you_mean(suggestion);
    }
    format!(", only {}", listed(domain))
}

/// The words in backticks, with commas between them.
pub(super) fn listed<T: fmt::Display>(words: impl IntoIterator<Item = T>) -> String {
    let words: Vec<String> = words.into_iter().map(|word| format!("`{}`", short(word))).collect();
    words.join(", ")
}
