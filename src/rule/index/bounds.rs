//! Between which truths a rule lies when not everything about a value is known.

use chrono::NaiveDate;

use crate::calendar::{Span, Unit};
use crate::rule::checked::{CheckedRule, Condition, Part};
use crate::rule::evaluate::{at_least, compares, least};
use crate::rule::{Sheet, Test, Text, Truth, Value};

/// The least and the greatest truth that may come out.
///
/// "All", "any" and "at least" never fall when a part rises, and "not" swaps the ends; so the ends
/// of a rule follow from the ends of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bounds {
    pub(super) least: Truth,
    pub(super) most: Truth,
}

/// What is known of the one value that is looked at.
#[derive(Clone, Copy, Debug)]
pub(super) enum Seen<'a> {
    /// There is none.
    Missing,
    /// It cannot be compared.
    Wrong,
    /// It is there.
    Something,
    /// It is this.
    Value(&'a Value),
    /// It is like this text, which no rule mentions.
    Stranger(&'a Value),
    /// It is a day so many days after today.
    Days(i64),
}

impl Bounds {
    /// Nothing is known.
    pub(super) const ANY: Self = Self { least: Truth::Fail, most: Truth::Hold };

    pub(super) const fn exactly(truth: Truth) -> Self {
        Self { least: truth, most: truth }
    }

    /// The bounds of "all" of both.
    pub(super) fn and(self, other: Self) -> Self {
        Self { least: self.least.min(other.least), most: self.most.min(other.most) }
    }

    /// The bounds of what lies within one of both.
    pub(super) fn or_else(self, other: Self) -> Self {
        Self { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    pub(super) fn not(self) -> Self {
        Self { least: !self.most, most: !self.least }
    }

    /// The bounds of the part of a rule at `place`, which looks at no other value.
    pub(super) fn of(rule: &CheckedRule, place: usize, seen: Seen<'_>) -> Self {
        let Some(node) = rule.nodes.get(place) else { return Self::exactly(Truth::Unknown) };
        let parts = || rule.children(place).map(|child| Self::of(rule, child, seen));
        let ends = |of: &dyn Fn(&mut dyn Iterator<Item = Truth>) -> Truth| Self {
            least: of(&mut parts().map(|part| part.least)),
            most: of(&mut parts().map(|part| part.most)),
        };
        match node.part {
            Part::Constant(truth) => Self::exactly(truth),
            Part::Missing(_) => Self::exactly(Truth::from(matches!(seen, Seen::Missing))),
            Part::Not => Self::of(rule, place + 1, seen).not(),
            Part::All => ends(&|truths| least(truths)),
            Part::Any => ends(&|truths| !least(truths.map(|truth| !truth))),
            Part::AtLeast(count) => {
                let of = rule.children(place).count();
                ends(&|truths| at_least(count as usize, of, truths))
            }
            Part::Test(condition) => match rule.conditions.get(condition as usize) {
                Some(condition) => seen.tested(condition),
                None => Self::exactly(Truth::Unknown),
            },
        }
    }
}

impl Seen<'_> {
    fn tested(self, condition: &Condition) -> Bounds {
        let value = match self {
            Self::Wrong => return Bounds::exactly(Truth::Unknown),
            Self::Something => return Bounds::ANY,
            Self::Days(days) => return ahead(&condition.test, days),
            Self::Stranger(_) if is_affix(&condition.test) => return Bounds::ANY,
            Self::Missing => condition.default.as_ref(),
            Self::Value(value) | Self::Stranger(value) => Some(value),
        };
        match value {
            Some(value) if !compares(condition.kind, value) => Bounds::exactly(Truth::Unknown),
            Some(_) if is_relative(&condition.test) => Bounds::ANY,
            Some(value) => {
                // No test that is left asks which day it is.
                let nothing = Sheet::new(NaiveDate::MIN);
                Bounds::exactly(condition.test.truth(value, &nothing))
            }
            None => Bounds::exactly(Truth::Unknown),
        }
    }
}

/// Whether the test depends on which day it is.
pub(super) const fn is_relative(test: &Test<Value>) -> bool {
    matches!(test, Test::WithinLast(_) | Test::WithinNext(_) | Test::AnniversaryWithinNext(_))
}

/// Whether the test looks into the text.
pub(super) const fn is_affix<V>(test: &Test<V>) -> bool {
    matches!(test, Test::StartsWith(_) | Test::EndsWith(_) | Test::Contains(_))
}

/// The bounds for a day so many days after today.
fn ahead(test: &Test<Value>, days: i64) -> Bounds {
    let (span, days) = match test {
        Test::WithinLast(span) => (span, -days),
        Test::WithinNext(span) => (span, days),
        _ => return Bounds::ANY,
    };
    let (shortest, longest) = lengths(*span);
    match days {
        _ if days < 0 || days > longest => Bounds::exactly(Truth::Fail),
        _ if days <= shortest => Bounds::exactly(Truth::Hold),
        _ => Bounds::ANY,
    }
}

/// The number of days in a span, at least and at most.
pub(super) fn lengths(span: Span) -> (i64, i64) {
    let count = i64::from(span.count());
    match span.unit() {
        Unit::Minute => (count / (24 * 60), count / (24 * 60)),
        Unit::Hour => (count / 24, count / 24),
        Unit::Day => (count, count),
        Unit::Week => (count * 7, count * 7),
        Unit::Month => (count * 28, count * 31),
        Unit::Year => (count * 12 * 28, count * 12 * 31),
    }
}

/// A text that is none of these.
pub(super) fn stranger<'a>(texts: impl Iterator<Item = &'a Text>) -> Value {
    let longest = texts.map(|text| text.as_str().len()).max().unwrap_or_default();
    Value::text("?".repeat(longest + 1))
}
