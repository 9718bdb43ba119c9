//! Whether a checked rule holds: total, and without allocation.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::checked::{CheckedRule, Condition, Part};
use super::days;
use super::{Facts, Kind, Slot, Test, Text, Truth, Value};

impl CheckedRule {
    /// Whether the rule holds for these facts.
    ///
    /// A test of a missing value is unknown, and so is a test of a value that cannot be compared:
    /// one of another type than the schema says, or money of another currency.
    ///
    /// # Complexity
    /// At most one look at each part of the rule; parts that cannot change the answer are left out.
    #[must_use]
    pub fn truth(&self, facts: &dyn Facts) -> Truth {
        self.truth_at(0, facts)
    }

    /// Whether the part at `place` holds.
    pub(super) fn truth_at(&self, place: usize, facts: &dyn Facts) -> Truth {
        let Some(node) = self.nodes.get(place) else { return Truth::Unknown };
        let truths = || self.children(place).map(|child| self.truth_at(child, facts));
        match node.part {
            Part::Constant(truth) => truth,
            Part::Test(condition) => match self.conditions.get(condition as usize) {
                Some(condition) => condition.truth(facts),
                None => Truth::Unknown,
            },
            Part::Missing(slot) => Truth::from(facts.value(slot).is_none()),
            Part::Not => !self.truth_at(place + 1, facts),
            Part::All => least(truths()),
            Part::Any => !least(truths().map(|truth| !truth)),
            Part::AtLeast(count) => {
                at_least(count as usize, self.children(place).count(), truths())
            }
        }
    }
}

/// The least of the truths, without asking further once one fails.
pub(super) fn least(truths: impl Iterator<Item = Truth>) -> Truth {
    let mut least = Truth::Hold;
    for truth in truths {
        if truth == Truth::Fail {
            return Truth::Fail;
        }
        least = least.min(truth);
    }
    least
}

/// Whether `count` of `of` truths hold, without asking further once that is settled.
pub(super) fn at_least(count: usize, of: usize, truths: impl Iterator<Item = Truth>) -> Truth {
    let (mut holding, mut failing) = (0, 0);
    for truth in truths {
        match truth {
            Truth::Hold => holding += 1,
            Truth::Fail => failing += 1,
            Truth::Unknown => {}
        }
        if holding >= count {
            return Truth::Hold;
        }
        if of - failing < count {
            return Truth::Fail;
        }
    }
    Truth::Unknown
}

impl Condition {
    pub(super) fn truth(&self, facts: &dyn Facts) -> Truth {
        match self.found(facts) {
            Some((_, found)) if compares(self.kind, found) => self.test.truth(found, facts),
            _ => Truth::Unknown,
        }
    }

    /// The value that is tested, unless the answer hangs on what is not known of it, and where it
    /// comes from unless it is the default.
    pub(super) fn found<'a>(&'a self, facts: &'a dyn Facts) -> Option<(Option<Slot>, &'a Value)> {
        match self.slots().find_map(|slot| Some((slot, facts.value(slot)?))) {
            Some((slot, found)) => {
                let open = facts.undecided(slot);
                let hangs = open.is_some_and(|open| self.test.hangs_on(open, found));
                (!hangs).then_some((Some(slot), found))
            }
            None => Some((None, self.default.as_ref()?)),
        }
    }
}

/// Whether the value has the type of the schema; a whole number also stands for a number.
pub(super) fn compares(kind: Kind, found: &Value) -> bool {
    found.kind() == kind || (found.kind(), kind) == (Kind::Integer, Kind::Number)
}

impl Test<Value> {
    /// Whether the answer for the set `found` could be another one if some texts of `open` were in
    /// it, too.
    pub(super) fn hangs_on(&self, open: &BTreeSet<Text>, found: &Value) -> bool {
        let Value::Set(members) = found else { return false };
        let is_open = |value: &Value| has(open, value) && !has(members, value);
        match self {
            Self::AnyOf(values) | Self::NoneOf(values) => {
                !values.iter().any(|value| has(members, value)) && values.iter().any(is_open)
            }
            Self::AllOf(values) => {
                values.iter().any(is_open)
                    && values.iter().all(|value| has(members, value) || is_open(value))
            }
            _ => !open.is_subset(members),
        }
    }

    /// Whether `found` passes the test, or unknown if the two cannot be compared.
    pub(super) fn truth(&self, found: &Value, facts: &dyn Facts) -> Truth {
        let passes = match self {
            Self::Is(wanted) => found.same(wanted),
            Self::IsNot(other) => found.same(other).map(|same| !same),
            Self::Above(low) => found.order(low).map(Ordering::is_gt),
            Self::AtLeast(low) => found.order(low).map(Ordering::is_ge),
            Self::Below(high) => found.order(high).map(Ordering::is_lt),
            Self::AtMost(high) => found.order(high).map(Ordering::is_le),
            Self::Between(low, high) => between(found, low, high),
            Self::OneOf(values) => among(found, values),
            Self::NoneOf(values) => match found {
                Value::Set(members) => Some(!values.iter().any(|value| has(members, value))),
                _ => among(found, values).map(|among| !among),
            },
            Self::AnyOf(values) => match found {
                Value::Set(members) => Some(values.iter().any(|value| has(members, value))),
                _ => None,
            },
            Self::AllOf(values) => match found {
                Value::Set(members) => Some(values.iter().all(|value| has(members, value))),
                _ => None,
            },
            Self::StartsWith(start) => text(found).map(|text| text.starts_with(start.as_str())),
            Self::EndsWith(end) => text(found).map(|text| text.ends_with(end.as_str())),
            Self::Contains(part) => text(found).map(|text| text.contains(part.as_str())),
            Self::WithinLast(span) => date(found).map(|day| {
                let today = facts.today();
                (days::before(today, *span)..=today).contains(&day)
            }),
            Self::WithinNext(span) => date(found).map(|day| {
                let today = facts.today();
                (today..=days::after(today, *span)).contains(&day)
            }),
            Self::AnniversaryWithinNext(span) => date(found).map(|day| {
                let today = facts.today();
                days::anniversary(day, today).is_some_and(|next| next <= days::after(today, *span))
            }),
        };
        passes.map_or(Truth::Unknown, Truth::from)
    }
}

fn between(found: &Value, low: &Value, high: &Value) -> Option<bool> {
    Some(found.order(low)?.is_ge() && found.order(high)?.is_le())
}

/// Whether the value is one of `values`, which are in ascending order.
fn among(found: &Value, values: &[Value]) -> Option<bool> {
    let order = |value: &Value| value.order(found).unwrap_or(Ordering::Less);
    let among = values.binary_search_by(order).is_ok();
    (among || values.first()?.order(found).is_some()).then_some(among)
}

fn has(members: &BTreeSet<Text>, value: &Value) -> bool {
    matches!(value, Value::Text(text) if members.contains(text))
}

fn date(found: &Value) -> Option<NaiveDate> {
    match found {
        Value::Date(day) => Some(*day),
        _ => None,
    }
}

fn text(found: &Value) -> Option<&str> {
    match found {
        Value::Text(text) => Some(text.as_str()),
        _ => None,
    }
}
