//! What the engine is given: each value in the form in which a text asks for it.

use std::fmt::Write;

use chrono::{DateTime, Utc};
use minijinja::Value as Given;

use super::locale::{DateStyle, Formats, MoneyStyle};
use super::values::Seen;
use super::{Datum, Kind, Refusal, Values, Variable, Vocabulary};
use crate::calendar::Zone;
use crate::rule::{CheckedRule, Slot, Text, Truth};

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Source {
    /// A fact about the customer.
    Fact(Slot),
    /// The detail at this position.
    Detail(usize),
    /// The rule at this position.
    Rule(usize),
    /// The field at this position of the things in a list.
    Field(usize),
    /// How many things are in the list at this position.
    List(usize),
}

/// What a text wants of a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// To print it as its type is printed without a filter.
    Printed,
    /// To compare it.
    Compared,
    /// To know whether it is there and neither empty, zero nor false.
    Truthy,
    /// To know whether it is there.
    Present,
    /// To print it with so many decimals.
    Decimals(usize),
    Percent,
    Money(MoneyStyle),
    Date(DateStyle),
    Time,
    /// To print the members of a set with this between them.
    Joined(String),
    /// To know how many members it has.
    Count,
    /// To go over its members, so many at most.
    Members(usize),
}

/// A value that a text asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Asked {
    pub(super) source: Source,
    pub(super) kind: Kind,
    pub(super) form: Form,
    /// What stands in if it is missing.
    pub(super) fallback: Option<Datum>,
    /// Its name, if there is no message without it.
    pub(super) must: Option<Text>,
}

/// Things that a loop goes over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct AskedList {
    pub(super) list: usize,
    pub(super) most: usize,
    pub(super) fields: Vec<Asked>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Ask {
    Value(Asked),
    List(AskedList),
}

/// All that an answer depends on.
pub(super) struct Asking<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) rules: &'a [CheckedRule],
    pub(super) values: &'a Values<'a>,
    pub(super) formats: &'a Formats,
    pub(super) zone: Zone,
}

impl Asking<'_> {
    /// What the engine is given, in the order in which it was asked for.
    ///
    /// # Errors
    /// A value is missing without which there is no message.
    pub(super) fn cells(&self, asks: &[Ask]) -> Result<Vec<Given>, Refusal> {
        let mut text = String::new();
        let cells = asks.iter().map(|ask| match ask {
            Ask::Value(asked) => self.value(asked, &mut text),
            Ask::List(list) => self.list(list, &mut text),
        });
        cells.collect()
    }

    fn value(&self, asked: &Asked, text: &mut String) -> Result<Given, Refusal> {
        let seen = match asked.source {
            Source::Fact(slot) => {
                let value = self.values.facts.value(slot);
                value.and_then(|value| Seen::of(value, asked.kind))
            }
            Source::Detail(index) => {
                let detail = self.vocabulary.details.get(index);
                detail.and_then(|detail| self.detail(detail))
            }
            Source::Rule(index) => {
                let rule = self.rules.get(index);
                let truth = rule.map(|rule| rule.truth(self.values.facts));
                Some(Seen::Bool(truth == Some(Truth::Hold)))
            }
            Source::List(index) => {
                let count = self.items(index, usize::MAX).len();
                Some(Seen::Integer(i64::try_from(count).unwrap_or(i64::MAX)))
            }
            Source::Field(_) => None,
        };
        self.formed(asked, seen, text)
    }

    pub(super) fn detail<'a>(&'a self, detail: &Variable) -> Option<Seen<'a>> {
        let value = self.values.detail(detail.name.as_str())?;
        Seen::of_datum(value, detail.kind)
    }

    fn items(&self, list: usize, most: usize) -> &[super::Item] {
        let Some(list) = self.vocabulary.lists.get(list) else { return &[] };
        let items = self.values.list(list.name.as_str());
        items.get(..items.len().min(most).min(list.most as usize)).unwrap_or_default()
    }

    fn list(&self, asked: &AskedList, text: &mut String) -> Result<Given, Refusal> {
        let fields = self.vocabulary.lists.get(asked.list).map(|list| list.fields.as_slice());
        let items = self.items(asked.list, asked.most).iter().map(|item| {
            let cells = asked.fields.iter().map(|field| {
                let variable = match field.source {
                    Source::Field(index) => fields.and_then(|fields| fields.get(index)),
                    _ => None,
                };
                let value = variable.and_then(|variable| item.value(variable.name.as_str()));
                let seen = value.and_then(|value| Seen::of_datum(value, field.kind));
                self.formed(field, seen, text)
            });
            cells.collect::<Result<Vec<Given>, Refusal>>().map(Given::from)
        });
        items.collect::<Result<Vec<Given>, _>>().map(Given::from)
    }

    /// A value in the form that is asked for; undefined if it is missing.
    fn formed(
        &self,
        asked: &Asked,
        seen: Option<Seen<'_>>,
        text: &mut String,
    ) -> Result<Given, Refusal> {
        let fallback =
            || asked.fallback.as_ref().and_then(|value| Seen::of_fallback(value, asked.kind));
        let seen = seen.or_else(fallback);
        if let (None, Some(name)) = (seen, &asked.must) {
            return Err(Refusal::Missing { name: name.clone() });
        }
        Ok(match &asked.form {
            Form::Present => Given::from(seen.is_some()),
            Form::Truthy => Given::from(seen.is_some_and(truthy)),
            Form::Compared => seen.map_or(Given::UNDEFINED, compared),
            Form::Count => match seen {
                Some(Seen::Set(set)) => Given::from(set.len()),
                _ => Given::from(0),
            },
            Form::Members(most) => match seen {
                Some(Seen::Set(set)) => {
                    let texts = set.iter().take(*most).map(|text| Given::from(text.as_str()));
                    Given::from(texts.collect::<Vec<_>>())
                }
                _ => Given::from(Vec::<Given>::new()),
            },
            form => match seen {
                None => Given::UNDEFINED,
                Some(Seen::Text(value)) => Given::from(value),
                Some(seen) => {
                    text.clear();
                    match self.print(seen, form, text) {
                        Ok(()) => Given::from(text.as_str()),
                        Err(_) => Given::UNDEFINED,
                    }
                }
            },
        })
    }

    fn print(&self, seen: Seen<'_>, form: &Form, to: &mut String) -> std::fmt::Result {
        let formats = self.formats;
        match (seen, form) {
            (Seen::Integer(value), Form::Decimals(0) | Form::Printed) => formats.integer(value, to),
            (Seen::Integer(value), Form::Decimals(decimals)) => {
                formats.integer_with_zeros(value, *decimals, to)
            }
            (Seen::Number(value), Form::Decimals(decimals)) => {
                formats.number(value, Some(*decimals), to)
            }
            (Seen::Number(value), Form::Percent) => formats.percent(value, to),
            (Seen::Number(value), _) => formats.number(value, None, to),
            (Seen::Money(amount), Form::Money(style)) => formats.money(amount, *style, to),
            (Seen::Money(amount), _) => formats.money(amount, MoneyStyle::Full, to),
            (Seen::Date(date), Form::Date(style)) => formats.date(date, *style, to),
            (Seen::Date(date), _) => formats.date(date, DateStyle::Long, to),
            (Seen::Instant(at), Form::Time) => formats.time(self.zone.local(at).time(), to),
            (Seen::Instant(at), form) => self.day(at, form, to),
            (Seen::Set(set), Form::Joined(between)) => {
                for (index, text) in set.iter().enumerate() {
                    if index > 0 {
                        to.write_str(between)?;
                    }
                    to.write_str(text.as_str())?;
                }
                Ok(())
            }
            (Seen::Text(text), _) => to.write_str(text),
            (Seen::Bool(_) | Seen::Set(_) | Seen::Integer(_), _) => Err(std::fmt::Error),
        }
    }

    fn day(&self, at: DateTime<Utc>, form: &Form, to: &mut String) -> std::fmt::Result {
        let style = if let Form::Date(style) = form { *style } else { DateStyle::Long };
        self.formats.date(self.zone.date(at), style, to)
    }
}

fn truthy(seen: Seen<'_>) -> bool {
    match seen {
        Seen::Bool(value) => value,
        Seen::Integer(value) => value != 0,
        Seen::Number(value) => value.as_f64() != 0.0,
        Seen::Money(amount) => !amount.is_zero(),
        Seen::Text(text) => !text.is_empty(),
        Seen::Date(_) | Seen::Instant(_) => true,
        Seen::Set(set) => !set.is_empty(),
    }
}

fn compared(seen: Seen<'_>) -> Given {
    match seen {
        Seen::Bool(value) => Given::from(value),
        Seen::Integer(value) => Given::from(value),
        Seen::Number(value) => Given::from(value.as_f64()),
        Seen::Text(text) => Given::from(text),
        Seen::Set(set) => {
            Given::from(set.iter().map(|text| Given::from(text.as_str())).collect::<Vec<_>>())
        }
        Seen::Money(_) | Seen::Date(_) | Seen::Instant(_) => Given::UNDEFINED,
    }
}
