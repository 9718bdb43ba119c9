//! What is asked of one field, and the facts as they would be.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{line, members, text};
use crate::rule::evaluate::compares;
use crate::rule::{Aim, Facts, Field, Kind, Slot, Test, Text, Truth, Value, Wanted};

/// What is asked of one field alone.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Ask<'a> {
    Missing,
    Known,
    Test(&'a Test<Value>, Aim),
}

/// A field of which something is asked.
#[derive(Clone, Debug)]
pub(super) struct Place<'a> {
    pub(super) slot: Slot,
    pub(super) field: &'a Field,
    pub(super) asks: Vec<Ask<'a>>,
    /// What it becomes, if it must change.
    pub(super) to: Option<Option<Value>>,
}

/// The facts with some fields changed, on another day.
pub(super) struct Changed<'a> {
    pub(super) facts: &'a dyn Facts,
    pub(super) places: &'a [Place<'a>],
    pub(super) today: NaiveDate,
}

impl Facts for Changed<'_> {
    fn value(&self, slot: Slot) -> Option<&Value> {
        match self.change(slot) {
            Some(to) => to.as_ref(),
            None => self.facts.value(slot),
        }
    }

    fn today(&self) -> NaiveDate {
        self.today
    }

    fn undecided(&self, slot: Slot) -> Option<&BTreeSet<Text>> {
        if self.change(slot).is_some() { None } else { self.facts.undecided(slot) }
    }
}

impl Changed<'_> {
    /// Whether the field in `slot` changes.
    pub(super) fn changes(&self, slot: Slot) -> bool {
        self.change(slot).is_some()
    }

    fn change(&self, slot: Slot) -> Option<&Option<Value>> {
        self.places.iter().find(|place| place.slot == slot)?.to.as_ref()
    }
}

impl<'a> Ask<'a> {
    /// What it is called in a record; a test, or whether there is a value.
    pub(super) fn demand(self) -> super::Demand {
        let (wanted, aim) = match self {
            Self::Missing => (Wanted::Missing, Aim::Hold),
            Self::Known => (Wanted::Missing, Aim::Fail),
            Self::Test(test, aim) => (Wanted::Test(test.clone()), aim),
        };
        super::Demand { wanted, aim }
    }

    /// The test and what it should come to.
    pub(super) const fn test(self) -> Option<(&'a Test<Value>, Aim)> {
        match self {
            Self::Test(test, aim) => Some((test, aim)),
            _ => None,
        }
    }

    /// Whether the value of the field in `slot` is what is asked for.
    pub(super) fn is_met(self, kind: Kind, slot: Slot, facts: &dyn Facts) -> bool {
        let found = facts.value(slot);
        match (self, found) {
            (Self::Missing, found) => found.is_none(),
            (_, None) => false,
            (Self::Known, Some(_)) => true,
            (Self::Test(test, aim), Some(found)) => {
                let hangs = facts.undecided(slot).is_some_and(|open| test.hangs_on(open, found));
                !hangs && meets(test, aim, kind, found, facts)
            }
        }
    }
}

fn meets(test: &Test<Value>, aim: Aim, kind: Kind, value: &Value, facts: &dyn Facts) -> bool {
    let truth = if compares(kind, value) { test.truth(value, facts) } else { Truth::Unknown };
    truth == aim.truth()
}

/// Whether `value` passes everything that is asked of the field.
pub(super) fn fits(asks: &[Ask<'_>], field: &Field, value: &Value, facts: &dyn Facts) -> bool {
    let in_domain = match (&field.domain, value) {
        (Some(domain), Value::Text(text)) => domain.contains(text),
        _ => true,
    };
    let met = |ask: &Ask<'_>| match ask.test() {
        Some((test, aim)) => meets(test, aim, field.kind, value, facts),
        None => *ask == Ask::Known,
    };
    in_domain && asks.iter().all(met)
}

impl<'a> Place<'a> {
    /// Whether the facts are as they are asked to be.
    pub(super) fn is_met(&self, facts: &dyn Facts) -> bool {
        self.asks.iter().all(|ask| ask.is_met(self.field.kind, self.slot, facts))
    }

    /// The value now, if it can be compared.
    pub(super) fn found<'f>(&self, facts: &'f dyn Facts) -> Option<&'f Value> {
        facts.value(self.slot).filter(|found| compares(self.field.kind, found))
    }

    /// Finds what the field must become; `false` if nothing is what is asked for.
    pub(super) fn settle(&mut self, facts: &dyn Facts) -> bool {
        self.to = if self.is_met(facts) {
            None
        } else {
            match self.other(facts) {
                Some(to) => Some(to),
                None => return false,
            }
        };
        true
    }

    fn other(&self, facts: &dyn Facts) -> Option<Option<Value>> {
        if self.asks.contains(&Ask::Missing) {
            return self.asks.iter().all(|ask| *ask == Ask::Missing).then_some(None);
        }
        let (asks, field, found) = (&self.asks, self.field, self.found(facts));
        let value = match field.kind {
            Kind::Bool => [false, true]
                .map(Value::Bool)
                .into_iter()
                .find(|value| fits(asks, field, value, facts)),
            Kind::Text => text::nearest(asks, field, facts),
            Kind::Set => members::nearest(asks, field, found, facts),
            Kind::Integer | Kind::Number | Kind::Money | Kind::Date => {
                line::nearest(asks, field, found, facts)
            }
        };
        value.map(Some)
    }
}
