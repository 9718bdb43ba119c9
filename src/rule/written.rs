//! Rules as people write them: not yet known to make sense.

use std::collections::BTreeSet;
use std::fmt;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Number, Text};
use crate::calendar::Span;
use crate::digest::Digest;
use crate::money::Money;

/// How deep conditions may be nested in a rule.
pub const MAX_DEPTH: usize = 32;

/// How many conditions, fields and listed values a rule may have together.
pub const MAX_NODES: usize = 65_536;

/// A condition on the fields of a schema, as it is written.
///
/// The words have one meaning each:
///
/// | JSON | holds if |
/// |---|---|
/// | `{"all": […]}` | every condition holds |
/// | `{"any": […]}` | at least one condition holds |
/// | `{"not": …}` | the condition fails; if it is unknown, so is its opposite |
/// | `{"at_least": 2, "of": […]}` | so many of the conditions hold |
/// | `{"field": "tier", "is": "gold"}` | the field passes the one [`Test`] |
/// | `{"coalesce": ["a", "b"], "default": 0, "above": 5}` | the first that is there passes it |
/// | `{"missing": "email"}` | the field has no value; this is never unknown |
/// | `true`, `false` | always, never |
/// | `"orders >= 5 or tier = gold"` | the rule that this [text](Rule#impl-FromStr-for-Rule) means |
///
/// ```
/// use loyalty::rule::{Field, Kind, Rule, Schema, field, missing};
///
/// let rule = field("orders").at_least(5).and(!missing("email"));
/// let json = r#"{"all":[{"field":"orders","at_least":5},{"not":{"missing":"email"}}]}"#;
/// assert_eq!(serde_json::from_str::<Rule>(json)?, rule);
///
/// let fields = [Field::new("orders", Kind::Integer), Field::new("email", Kind::Text)];
/// let schema = Schema::new(fields)?;
/// assert!(rule.check(&schema).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rule {
    /// Holds for everyone.
    Always,
    /// Holds for no one.
    Never,
    /// Every condition holds.
    All(Vec<Rule>),
    /// At least one condition holds.
    Any(Vec<Rule>),
    /// The condition fails.
    Not(Box<Rule>),
    /// So many of the conditions hold.
    AtLeast {
        /// How many must hold.
        count: u32,
        /// The conditions.
        of: Vec<Rule>,
    },
    /// The operand has a value, and it passes the test.
    Test {
        /// What is tested.
        operand: Operand,
        /// What it must pass.
        test: Test,
    },
    /// The field has no value.
    Missing(Text),
}

/// What a test looks at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operand {
    /// The value of a field.
    Field(Text),
    /// The first value that is not missing.
    Coalesce {
        /// The fields in the order in which they are asked; all of one type.
        fields: Vec<Text>,
        /// What stands in if all of them are missing.
        default: Option<Literal>,
    },
}

/// What an operand must pass; `V` is [`Literal`] where it is written and [`Value`](super::Value)
/// where it was checked.
///
/// Dates can be tested from [`Facts::today`](super::Facts::today) on, both ends included: two weeks
/// ago is within the last `14d`, and six months ago is clamped to the last day of its month.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Test<V = Literal> {
    /// It is this value; a set has exactly these members.
    Is(V),
    /// It is another value.
    IsNot(V),
    /// It is more, or later, than this.
    Above(V),
    /// It is this or more, or this day or later.
    AtLeast(V),
    /// It is less, or earlier, than this.
    Below(V),
    /// It is this or less, or this day or earlier.
    AtMost(V),
    /// It is at least the first and at most the second.
    Between(V, V),
    /// The value is one of these; not for sets.
    OneOf(Vec<V>),
    /// None of these is the value, or a member of the set.
    NoneOf(Vec<V>),
    /// At least one of these is a member of the set.
    AnyOf(Vec<V>),
    /// Each of these is a member of the set.
    AllOf(Vec<V>),
    /// The text starts with this, in the same capitals.
    StartsWith(Text),
    /// The text ends with this, in the same capitals.
    EndsWith(Text),
    /// This stands somewhere in the text, in the same capitals.
    Contains(Text),
    /// The day is today, or at most so long ago.
    WithinLast(Span),
    /// The day is today, or at most so far ahead.
    WithinNext(Span),
    /// The day comes round again today, or within this span: birthdays. 29 February comes round on
    /// 28 February in common years, and a day yet to come only from its own year on.
    AnniversaryWithinNext(Span),
}

/// A value as it is written; the field with which it is compared gives it its type.
///
/// Money is a text such as `500.00 EUR`, a date a text such as `2026-01-31`. For money of a fixed
/// currency a number is enough: 500 and 12.4 are 500.00 and 12.40 of its units.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Literal {
    /// `true` or `false`.
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction or an exponent.
    Number(Number),
    /// A text.
    Text(Text),
    /// A list of texts, which stands for a set.
    List(Vec<Text>),
}

impl Rule {
    /// The name of the rule that follows from what it says: the digest of its canonical JSON.
    ///
    /// The same rule has one version, however it was written: as a text or as JSON, with its keys
    /// in whatever order. A rule that says the same in other conditions has another.
    #[must_use]
    pub fn version(&self) -> Digest {
        Digest::of(self)
    }

    /// Whether one of its conditions counts from the day at hand, so that the same facts can come
    /// out otherwise on another day.
    pub(crate) fn counts_days(&self) -> bool {
        match self {
            Self::Always | Self::Never | Self::Missing(_) => false,
            Self::All(of) | Self::Any(of) | Self::AtLeast { of, .. } => {
                of.iter().any(Self::counts_days)
            }
            Self::Not(rule) => rule.counts_days(),
            Self::Test { test, .. } => matches!(
                test,
                Test::WithinLast(_) | Test::WithinNext(_) | Test::AnniversaryWithinNext(_)
            ),
        }
    }

    /// The names of all fields that the rule looks at.
    #[must_use]
    pub fn fields(&self) -> BTreeSet<&str> {
        let mut names = BTreeSet::new();
        let mut waiting = vec![self];
        while let Some(rule) = waiting.pop() {
            match rule {
                Self::Always | Self::Never => {}
                Self::All(of) | Self::Any(of) | Self::AtLeast { of, .. } => waiting.extend(of),
                Self::Not(rule) => waiting.push(rule),
                Self::Test { operand, .. } => names.extend(operand.fields().map(Text::as_str)),
                Self::Missing(field) => {
                    names.insert(field.as_str());
                }
            }
        }
        names
    }
}

impl Operand {
    /// The fields in the order in which they are asked.
    pub fn fields(&self) -> impl Iterator<Item = &Text> {
        match self {
            Self::Field(name) => std::slice::from_ref(name).iter(),
            Self::Coalesce { fields, .. } => fields.iter(),
        }
    }
}

impl<V> Test<V> {
    /// The word for the test in JSON, such as `at_least`.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Is(_) => "is",
            Self::IsNot(_) => "is_not",
            Self::Above(_) => "above",
            Self::AtLeast(_) => "at_least",
            Self::Below(_) => "below",
            Self::AtMost(_) => "at_most",
            Self::Between(..) => "between",
            Self::OneOf(_) => "one_of",
            Self::NoneOf(_) => "none_of",
            Self::AnyOf(_) => "any_of",
            Self::AllOf(_) => "all_of",
            Self::StartsWith(_) => "starts_with",
            Self::EndsWith(_) => "ends_with",
            Self::Contains(_) => "contains",
            Self::WithinLast(_) => "within_last",
            Self::WithinNext(_) => "within_next",
            Self::AnniversaryWithinNext(_) => "anniversary_within_next",
        }
    }

    /// The values that it compares with, in their order.
    pub(super) fn values(&self) -> impl Iterator<Item = &V> {
        let (first, second, all) = match self {
            Self::Is(one) | Self::IsNot(one) => (Some(one), None, None),
            Self::Above(one) | Self::AtLeast(one) => (Some(one), None, None),
            Self::Below(one) | Self::AtMost(one) => (Some(one), None, None),
            Self::Between(low, high) => (Some(low), Some(high), None),
            Self::OneOf(all) | Self::NoneOf(all) => (None, None, Some(all)),
            Self::AnyOf(all) | Self::AllOf(all) => (None, None, Some(all)),
            _ => (None, None, None),
        };
        first.into_iter().chain(second).chain(all.into_iter().flatten())
    }

    /// The same test of other values.
    pub(super) fn map(&self, other: impl Fn(&V) -> V) -> Self {
        let each = |all: &[V]| all.iter().map(&other).collect();
        match self {
            Self::Is(one) => Self::Is(other(one)),
            Self::IsNot(one) => Self::IsNot(other(one)),
            Self::Above(one) => Self::Above(other(one)),
            Self::AtLeast(one) => Self::AtLeast(other(one)),
            Self::Below(one) => Self::Below(other(one)),
            Self::AtMost(one) => Self::AtMost(other(one)),
            Self::Between(low, high) => Self::Between(other(low), other(high)),
            Self::OneOf(all) => Self::OneOf(each(all)),
            Self::NoneOf(all) => Self::NoneOf(each(all)),
            Self::AnyOf(all) => Self::AnyOf(each(all)),
            Self::AllOf(all) => Self::AllOf(each(all)),
            Self::StartsWith(text) => Self::StartsWith(text.clone()),
            Self::EndsWith(text) => Self::EndsWith(text.clone()),
            Self::Contains(text) => Self::Contains(text.clone()),
            Self::WithinLast(span) => Self::WithinLast(*span),
            Self::WithinNext(span) => Self::WithinNext(*span),
            Self::AnniversaryWithinNext(span) => Self::AnniversaryWithinNext(*span),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(value) => value.fmt(f),
            Self::Integer(value) => value.fmt(f),
            Self::Number(value) => value.fmt(f),
            Self::Text(text) => text.fmt(f),
            Self::List(texts) => {
                let texts: Vec<&str> = texts.iter().map(Text::as_str).collect();
                write!(f, "[{}]", texts.join(", "))
            }
        }
    }
}

impl From<bool> for Literal {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Literal {
    fn from(value: i64) -> Self {
        Self::Integer(value)
    }
}

impl From<i32> for Literal {
    fn from(value: i32) -> Self {
        Self::Integer(value.into())
    }
}

impl From<Number> for Literal {
    fn from(value: Number) -> Self {
        Self::Number(value)
    }
}

/// NaN and the infinities become texts, which the check refuses where a number is expected.
impl From<f64> for Literal {
    fn from(value: f64) -> Self {
        Number::new(value).map_or_else(|_| Self::Text(value.to_string().into()), Self::Number)
    }
}

impl From<Text> for Literal {
    fn from(value: Text) -> Self {
        Self::Text(value)
    }
}

impl From<&str> for Literal {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Literal {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl From<Money> for Literal {
    fn from(value: Money) -> Self {
        Self::Text(value.to_string().into())
    }
}

impl From<NaiveDate> for Literal {
    fn from(value: NaiveDate) -> Self {
        Self::Text(value.to_string().into())
    }
}

impl<T: Into<Text>, const N: usize> From<[T; N]> for Literal {
    fn from(texts: [T; N]) -> Self {
        Self::List(texts.into_iter().map(Into::into).collect())
    }
}

impl<T: Into<Text>> From<Vec<T>> for Literal {
    fn from(texts: Vec<T>) -> Self {
        Self::List(texts.into_iter().map(Into::into).collect())
    }
}
