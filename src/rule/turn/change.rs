//! How a field changes, told in the terms of its type.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDate};

use super::demand::{Place, fits};
use super::line::{self, Far};
use super::{Change, members, text};
use crate::rule::checked::CheckedRule;
use crate::rule::{Aim, Facts, Gap, Kind, Number, Test, Text, Value};

impl Place<'_> {
    /// The change of the field to `to`, on the day of `facts`; `holds` says whether `rule` does
    /// with another value instead.
    pub(super) fn change(
        &self,
        to: Option<&Value>,
        rule: &CheckedRule,
        facts: &dyn Facts,
        holds: &dyn Fn(Value) -> bool,
    ) -> Change {
        Change {
            field: self.field.name.clone(),
            from: facts.value(self.slot).cloned(),
            to: to.cloned(),
            gap: to.map_or(Gap::Missing, |to| self.gap(to, rule, facts, holds)),
            wanted: self.asks.iter().map(|ask| ask.demand()).collect(),
        }
    }

    /// How far the new value is from the one now.
    pub(super) fn far(&self, to: Option<&Value>, facts: &dyn Facts) -> Far {
        match (to, self.found(facts)) {
            (Some(to @ Value::Set(_)), found) => {
                Far::Whole(i128::try_from(members::edits(found, to)).unwrap_or(i128::MAX))
            }
            (Some(to), found) => line::distance(found, to),
            (None, _) => Far::Unmeasured,
        }
    }

    fn gap(
        &self,
        to: &Value,
        rule: &CheckedRule,
        facts: &dyn Facts,
        holds: &dyn Fn(Value) -> bool,
    ) -> Gap {
        let Some(found) = self.found(facts).filter(|found| *found != to) else {
            return Gap::Known;
        };
        let unmet: Vec<(&Test<Value>, Aim)> = self
            .asks
            .iter()
            .filter(|ask| !ask.is_met(self.field.kind, self.slot, facts))
            .filter_map(|ask| ask.test())
            .collect();
        let other = unmet.iter().all(|(test, aim)| only_excludes(test, *aim));
        match (found, to) {
            (Value::Bool(_), to) => Gap::OneOf(vec![to.clone()]),
            (Value::Text(_), _) => {
                let few = text::few((self.slot, &self.asks), self.field, rule, facts, holds);
                few.map_or(Gap::Other, Gap::OneOf)
            }
            _ if other => Gap::Other,
            (Value::Set(from), Value::Set(to)) => self.members(from, to, &unmet, facts),
            (Value::Integer(from), Value::Integer(to)) => {
                to.checked_sub(*from).map_or(Gap::Other, Gap::Integer)
            }
            (Value::Money(from), Value::Money(to)) if from.currency() == to.currency() => {
                to.checked_sub(*from).map_or(Gap::Other, Gap::Money)
            }
            (Value::Date(from), Value::Date(to)) => Gap::Days(days(*from, *to)),
            (Value::Number(from), to) => self.number(from.as_f64(), to, facts),
            (Value::Integer(from), to) if self.field.kind == Kind::Number => {
                self.number(*from as f64, to, facts)
            }
            _ => Gap::Known,
        }
    }

    /// The difference, widened where rounding would leave the sum short of what is wanted.
    fn number(&self, from: f64, to: &Value, facts: &dyn Facts) -> Gap {
        const ROUNDINGS: usize = 4;
        let Value::Number(to) = to else { return Gap::Other };
        let to = to.as_f64();
        let passes = |difference: &f64| {
            let sum = Value::number(from + difference);
            sum.is_some_and(|sum| fits(&self.asks, self.field, &sum, facts))
        };
        let wider = |difference: &f64| {
            Some(if to > from { difference.next_up() } else { difference.next_down() })
        };
        let mut differences = std::iter::successors(Some(to - from), wider).take(ROUNDINGS);
        let difference = differences.find(passes).and_then(|value| Number::new(value).ok());
        difference.map_or(Gap::Other, Gap::Number)
    }

    fn members(
        &self,
        from: &BTreeSet<Text>,
        to: &BTreeSet<Text>,
        unmet: &[(&Test<Value>, Aim)],
        facts: &dyn Facts,
    ) -> Gap {
        let passes = |set| fits(&self.asks, self.field, &Value::Set(set), facts);
        let (add, remove) = (to - from, from - to);
        let choices: BTreeSet<Text> = match unmet {
            [(Test::AnyOf(values), Aim::Hold) | (Test::NoneOf(values), Aim::Fail)]
                if add.len() == 1 && remove.is_empty() =>
            {
                let texts = members::texts(values).into_iter();
                let texts = texts.filter(|text| members::can_come(self.field, text));
                texts.filter(|text| passes(members::with(from, text))).collect()
            }
            [(Test::AllOf(values), Aim::Fail)] if add.is_empty() && remove.len() == 1 => {
                let texts = members::texts(values).into_iter();
                texts.filter(|text| passes(members::without(from, text))).collect()
            }
            _ => BTreeSet::new(),
        };
        match (choices.len(), add.is_empty()) {
            (0 | 1, _) => Gap::Members { add, remove },
            (_, false) => Gap::AddOneOf(choices),
            (_, true) => Gap::RemoveOneOf(choices),
        }
    }
}

/// Whether the test asks only for something else than some values.
fn only_excludes(test: &Test<Value>, aim: Aim) -> bool {
    match aim {
        Aim::Hold => match test {
            Test::NoneOf(values) => matches!(values.first(), Some(value) if !is_text(value)),
            test => matches!(test, Test::IsNot(_)),
        },
        Aim::Fail => matches!(test, Test::Is(_) | Test::OneOf(_)),
    }
}

const fn is_text(value: &Value) -> bool {
    matches!(value, Value::Text(_))
}

fn days(from: NaiveDate, to: NaiveDate) -> i64 {
    i64::from(to.num_days_from_ce()) - i64::from(from.num_days_from_ce())
}

/// The change that the asks for waiting make: everything stays, and so many days pass.
pub(super) fn wait(place: &Place<'_>, days: i64, facts: &dyn Facts) -> Change {
    let value = facts.value(place.slot).cloned();
    Change {
        field: place.field.name.clone(),
        from: value.clone(),
        to: value,
        gap: Gap::Wait(days),
        wanted: place.asks.iter().map(|ask| ask.demand()).collect(),
    }
}
