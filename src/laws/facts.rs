//! The laws of facts.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Violation, uphold};
use crate::rule::{Facts, Field, Kind, Schema, Slot, Value};

/// Checks the laws of [`Facts`] for the fields of `schema`.
///
/// # Errors
/// The first law that is broken: a value has its field's type and currency and is of its domain (a
/// whole number also stands for a number); the same question has the same answer.
pub fn facts(facts: &dyn Facts, schema: &Schema) -> Result<(), Violation> {
    let today = facts.today();
    let slots = || {
        schema.fields().iter().filter_map(|field| Some((field, schema.slot(field.name.as_str())?)))
    };
    let found: Vec<Option<Value>> = slots().map(|(_, slot)| facts.value(slot).cloned()).collect();
    for ((field, slot), found) in slots().zip(&found) {
        let case = || format!("`{}` is {}", field.name, told(found.as_ref()));
        let again = facts.value(slot);
        uphold("the same question has the same answer", again == found.as_ref(), || {
            format!("{}; asked again, {}", case(), told(again))
        })?;
        let Some(value) = found else { continue };
        let holds = is_of_type(value, field);
        uphold("a value has the type of its field", holds, || {
            format!("{}, where {} belongs", case(), field.kind)
        })?;
        uphold("money is in the currency of its field", is_in_currency(value, field), case)?;
        uphold("a text is one of those that occur", is_in_domain(value, field), case)?;
    }
    let again = facts.today();
    uphold("the same question has the same answer", again == today, || {
        format!("today is {today}; asked again, {again}")
    })
}

/// The facts of some slots, with all others missing.
pub(super) struct Named<'a> {
    pub(super) slots: BTreeSet<Slot>,
    pub(super) facts: &'a dyn Facts,
}

impl Facts for Named<'_> {
    fn value(&self, slot: Slot) -> Option<&Value> {
        self.slots.contains(&slot).then(|| self.facts.value(slot)).flatten()
    }

    fn today(&self) -> NaiveDate {
        self.facts.today()
    }
}

fn is_of_type(value: &Value, field: &Field) -> bool {
    value.kind() == field.kind || (value.kind(), field.kind) == (Kind::Integer, Kind::Number)
}

fn is_in_currency(value: &Value, field: &Field) -> bool {
    match (value, field.currency) {
        (Value::Money(amount), Some(currency)) => amount.currency() == currency,
        _ => true,
    }
}

fn is_in_domain(value: &Value, field: &Field) -> bool {
    match (value, &field.domain) {
        (Value::Text(text), Some(domain)) => domain.contains(text),
        (Value::Set(texts), Some(domain)) => texts.is_subset(domain),
        _ => true,
    }
}

fn told(value: Option<&Value>) -> String {
    value.map_or_else(|| "missing".to_owned(), |value| format!("`{value}`"))
}
