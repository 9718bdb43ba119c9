//! Rules written in Rust: `field("orders").at_least(5).and(!missing("email"))`.

use std::ops::Not;

use super::{Literal, Operand, Rule, Test, Text};
use crate::calendar::Span;

/// The value of a field, to be tested.
pub fn field(name: impl Into<Text>) -> Operand {
    Operand::Field(name.into())
}

/// The first of several fields that is not missing, to be tested.
pub fn coalesce<T: Into<Text>>(fields: impl IntoIterator<Item = T>) -> Operand {
    Operand::Coalesce { fields: fields.into_iter().map(Into::into).collect(), default: None }
}

/// Holds if the field has no value.
pub fn missing(name: impl Into<Text>) -> Rule {
    Rule::Missing(name.into())
}

/// Holds if every one of `rules` holds.
pub fn all(rules: impl IntoIterator<Item = Rule>) -> Rule {
    Rule::All(rules.into_iter().collect())
}

/// Holds if at least one of `rules` holds.
pub fn any(rules: impl IntoIterator<Item = Rule>) -> Rule {
    Rule::Any(rules.into_iter().collect())
}

/// Holds if at least `count` of `rules` hold.
pub fn at_least(count: u32, rules: impl IntoIterator<Item = Rule>) -> Rule {
    Rule::AtLeast { count, of: rules.into_iter().collect() }
}

/// Holds if `rule` fails.
#[must_use]
pub fn not(rule: Rule) -> Rule {
    Rule::Not(Box::new(rule))
}

impl Rule {
    /// Holds if both hold; a rule that is an "all" already takes `other` in.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        match self {
            Self::All(mut rules) if !rules.is_empty() => {
                rules.push(other);
                Self::All(rules)
            }
            first => Self::All(vec![first, other]),
        }
    }

    /// Holds if one of both holds; a rule that is an "any" already takes `other` in.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Any(mut rules) if !rules.is_empty() => {
                rules.push(other);
                Self::Any(rules)
            }
            first => Self::Any(vec![first, other]),
        }
    }
}

impl Not for Rule {
    type Output = Self;

    fn not(self) -> Self {
        not(self)
    }
}

impl Operand {
    /// The same operand, with `default` standing in where the value is missing.
    #[must_use]
    pub fn or_default(self, default: impl Into<Literal>) -> Self {
        let fields = match self {
            Self::Field(name) => vec![name],
            Self::Coalesce { fields, .. } => fields,
        };
        Self::Coalesce { fields, default: Some(default.into()) }
    }

    /// Holds if it is this value; a set, if it has exactly these members.
    pub fn is(self, value: impl Into<Literal>) -> Rule {
        self.passes(Test::Is(value.into()))
    }

    /// Holds if it is another value.
    pub fn is_not(self, value: impl Into<Literal>) -> Rule {
        self.passes(Test::IsNot(value.into()))
    }

    /// Holds if it is more, or later, than `low`.
    pub fn above(self, low: impl Into<Literal>) -> Rule {
        self.passes(Test::Above(low.into()))
    }

    /// Holds if it is `low` or more, or that day or later.
    pub fn at_least(self, low: impl Into<Literal>) -> Rule {
        self.passes(Test::AtLeast(low.into()))
    }

    /// Holds if it is less, or earlier, than `high`.
    pub fn below(self, high: impl Into<Literal>) -> Rule {
        self.passes(Test::Below(high.into()))
    }

    /// Holds if it is `high` or less, or that day or earlier.
    pub fn at_most(self, high: impl Into<Literal>) -> Rule {
        self.passes(Test::AtMost(high.into()))
    }

    /// Holds if it is at least `low` and at most `high`.
    pub fn between(self, low: impl Into<Literal>, high: impl Into<Literal>) -> Rule {
        self.passes(Test::Between(low.into(), high.into()))
    }

    /// Holds if the value is one of these.
    pub fn one_of<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Rule {
        self.passes(Test::OneOf(literals(values)))
    }

    /// Holds if none of these is the value, or a member of the set.
    pub fn none_of<L: Into<Literal>>(self, values: impl IntoIterator<Item = L>) -> Rule {
        self.passes(Test::NoneOf(literals(values)))
    }

    /// Holds if at least one of these is a member of the set.
    pub fn any_of<L: Into<Literal>>(self, members: impl IntoIterator<Item = L>) -> Rule {
        self.passes(Test::AnyOf(literals(members)))
    }

    /// Holds if each of these is a member of the set.
    pub fn all_of<L: Into<Literal>>(self, members: impl IntoIterator<Item = L>) -> Rule {
        self.passes(Test::AllOf(literals(members)))
    }

    /// Holds if the text starts with `start`, in the same capitals.
    pub fn starts_with(self, start: impl Into<Text>) -> Rule {
        self.passes(Test::StartsWith(start.into()))
    }

    /// Holds if the text ends with `end`, in the same capitals.
    pub fn ends_with(self, end: impl Into<Text>) -> Rule {
        self.passes(Test::EndsWith(end.into()))
    }

    /// Holds if `part` stands somewhere in the text, in the same capitals.
    pub fn contains(self, part: impl Into<Text>) -> Rule {
        self.passes(Test::Contains(part.into()))
    }

    /// Holds if the day is today, or at most `span` ago.
    #[must_use]
    pub const fn within_last(self, span: Span) -> Rule {
        self.passes(Test::WithinLast(span))
    }

    /// Holds if the day is today, or at most `span` ahead.
    #[must_use]
    pub const fn within_next(self, span: Span) -> Rule {
        self.passes(Test::WithinNext(span))
    }

    /// Holds if the day comes round again today, or within `span`.
    #[must_use]
    pub const fn anniversary_within_next(self, span: Span) -> Rule {
        self.passes(Test::AnniversaryWithinNext(span))
    }

    /// Holds if it passes `test`.
    #[must_use]
    pub const fn passes(self, test: Test) -> Rule {
        Rule::Test { operand: self, test }
    }
}

fn literals<L: Into<Literal>>(values: impl IntoIterator<Item = L>) -> Vec<Literal> {
    values.into_iter().map(Into::into).collect()
}
