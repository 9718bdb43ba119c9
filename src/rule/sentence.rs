//! Verdicts told to people who do not read rules.

use std::fmt::{self, Display};

use super::digits::{self, significant};
use super::{Aim, Finding, Gap, Number, Test, Truth, Value, Verdict, Wanted};
use crate::calendar::Span;

impl Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings = self.decisive();
        if findings.is_empty() {
            return f.write_str(match self.truth {
                Truth::Hold => "it always holds",
                _ => "it never holds",
            });
        }
        let sentences: Vec<String> = findings.into_iter().map(Finding::to_string).collect();
        f.write_str(&sentences.join("; "))
    }
}

impl Finding {
    /// What the condition asks, whatever was found: `basket_total at least 40.00 EUR`. It is the
    /// same for all customers, so that one can count by it why they do not get something.
    #[must_use]
    pub fn demand(&self) -> String {
        let field = &self.field;
        match &self.wanted {
            Wanted::Missing if self.aim == Aim::Hold => format!("{field} missing"),
            Wanted::Missing => format!("{field} known"),
            Wanted::Test(test) => format!("{field} {}", Phrase { test, aim: self.aim }),
        }
    }
}

/// Numbers have four digits, or as many as tell apart what was found and what was wanted.
impl Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let field = &self.field;
        let (is, found) = match (&self.found, &self.default) {
            (None, None) if self.wanted == Wanted::Missing => {
                return write!(f, "{field} is missing");
            }
            (None, None) => return write!(f, "{field} is not known"),
            (Some(found), _) => ("is", found),
            (None, Some(default)) => ("is not known and taken as", default),
        };
        let (found, test) = match &self.wanted {
            Wanted::Missing if self.truth == self.aim.truth() => {
                return write!(f, "{field} {is} {}", Shown(found));
            }
            Wanted::Missing => return write!(f, "{field} {is} {}, wanted none", Shown(found)),
            Wanted::Test(test) => digits::told_apart(found, test),
        };
        let found = format!("{field} {is} {}", Shown(&found));
        let phrase = Phrase { test: &test, aim: self.aim };
        match (&self.gap, self.truth) {
            (_, Truth::Unknown) => write!(f, "{found}, which does not compare: wanted {phrase}"),
            (None, truth) if truth == self.aim.truth() => write!(f, "{found}, {phrase}"),
            (None, _) => write!(f, "{found}, wanted {phrase}"),
            (Some(gap), _) => match phrase.miss(gap) {
                Some(miss) => write!(f, "{found}, {miss}"),
                None if gap.says_how() => write!(f, "{found}, wanted {phrase} ({gap})"),
                None => write!(f, "{found}, wanted {phrase}"),
            },
        }
    }
}

/// The test, or its opposite if it is aimed to fail.
pub(super) struct Phrase<'a> {
    pub(super) test: &'a Test<Value>,
    pub(super) aim: Aim,
}

impl Phrase<'_> {
    /// What is short of the low end, or over the high end.
    fn miss(&self, gap: &Gap) -> Option<String> {
        let (more, amount) = measure(gap)?;
        let (low, high) = match (self.test, self.aim) {
            (Test::AtLeast(low), Aim::Hold) | (Test::Below(low), Aim::Fail) => (Some(low), None),
            (Test::AtMost(high), Aim::Hold) | (Test::Above(high), Aim::Fail) => (None, Some(high)),
            (Test::Between(low, high), Aim::Hold) => (Some(low), Some(high)),
            _ => return None,
        };
        let (short, over) = match gap {
            Gap::Days(_) => ("before", "after"),
            _ => ("short of", "over"),
        };
        match (low, high) {
            (Some(low), _) if more => Some(format!("{amount} {short} {low}")),
            (_, Some(high)) if !more => Some(format!("{amount} {over} {high}")),
            _ => None,
        }
    }
}

impl Display for Phrase<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let hold = self.aim == Aim::Hold;
        let either = |this: &'static str, opposite| if hold { this } else { opposite };
        let not = either("", "not ");
        match self.test {
            Test::Is(value) => write!(f, "{}{}", either("", "other than "), Shown(value)),
            Test::IsNot(value) => write!(f, "{}{}", either("other than ", ""), Shown(value)),
            Test::Above(low) => write!(f, "{} {low}", either("above", "at most")),
            Test::AtLeast(low) => write!(f, "{} {low}", either("at least", "below")),
            Test::Below(high) => write!(f, "{} {high}", either("below", "at least")),
            Test::AtMost(high) => write!(f, "{} {high}", either("at most", "above")),
            Test::Between(low, high) => write!(f, "{not}between {low} and {high}"),
            Test::OneOf(values) => write!(f, "{} of {}", either("one", "none"), List(values)),
            Test::NoneOf(values) => write!(f, "{} of {}", either("none", "any"), List(values)),
            Test::AnyOf(values) => write!(f, "{} of {}", either("any", "none"), List(values)),
            Test::AllOf(values) => write!(f, "{} of {}", either("all", "not all"), List(values)),
            Test::StartsWith(text) => write!(f, "{not}starting with `{text}`"),
            Test::EndsWith(text) => write!(f, "{not}ending with `{text}`"),
            Test::Contains(text) => write!(f, "{not}containing `{text}`"),
            Test::WithinLast(span) => write!(f, "{not}within the last {}", Length(*span)),
            Test::WithinNext(span) => write!(f, "{not}within the next {}", Length(*span)),
            Test::AnniversaryWithinNext(span) => {
                write!(f, "{not}coming round within the next {}", Length(*span))
            }
        }
    }
}

impl Gap {
    /// Whether it tells more than that the condition is not met.
    const fn says_how(&self) -> bool {
        match self {
            Self::Integer(_) | Self::Number(_) | Self::Money(_) => true,
            Self::Days(_) | Self::Wait(_) | Self::Members { .. } => true,
            Self::AddOneOf(_) | Self::RemoveOneOf(_) | Self::OneOf(_) => false,
            Self::Other | Self::Known | Self::Missing => false,
        }
    }
}

impl Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((more, amount)) = measure(self) {
            let (up, down) = match self {
                Self::Days(_) => ("later", "earlier"),
                _ => ("more", "less"),
            };
            return write!(f, "{amount} {}", if more { up } else { down });
        }
        match self {
            Self::Wait(days) => write!(f, "in {}", count(days.unsigned_abs(), "day")),
            Self::Members { add, remove } => match (add.is_empty(), remove.is_empty()) {
                (_, true) => write!(f, "{} to be added", List(add)),
                (true, false) => write!(f, "{} to be removed", List(remove)),
                (false, false) => {
                    write!(f, "{} to be added, {} to be removed", List(add), List(remove))
                }
            },
            Self::AddOneOf(texts) => write!(f, "one of {} to be added", List(texts)),
            Self::RemoveOneOf(texts) => write!(f, "one of {} to be removed", List(texts)),
            Self::OneOf(values) => {
                let values: Vec<String> = values.iter().map(|it| Shown(it).to_string()).collect();
                f.write_str(&values.join(" or "))
            }
            Self::Known => f.write_str("a value"),
            Self::Missing => f.write_str("no value"),
            _ => f.write_str("another value"),
        }
    }
}

/// Whether more is needed, and how much without a sign.
fn measure(gap: &Gap) -> Option<(bool, String)> {
    Some(match gap {
        Gap::Integer(value) => (*value > 0, value.unsigned_abs().to_string()),
        Gap::Money(amount) => {
            let size = amount.checked_neg().ok().filter(|_| amount.is_negative());
            (!amount.is_negative(), size.unwrap_or(*amount).to_string())
        }
        Gap::Number(value) => (value.as_f64() > 0.0, rounded(*value)),
        Gap::Days(days) => (*days > 0, count(days.unsigned_abs(), "day")),
        _ => return None,
    })
}

/// Four digits are enough to tell how far away a float is.
fn rounded(value: Number) -> String {
    let size = value.as_f64().abs();
    if !(1e-9..1e15).contains(&size) {
        return format!("{size:.3e}");
    }
    let text = significant(size, 4);
    match text.split_once('.') {
        Some(_) => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        None => text,
    }
}

fn count(number: u64, unit: &str) -> String {
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

/// A value in a sentence.
struct Shown<'a>(&'a Value);

impl Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Set(members) if members.is_empty() => f.write_str("empty"),
            Value::Set(members) => List(members).fmt(f),
            value => value.fmt(f),
        }
    }
}

/// Words with commas between them.
pub(super) struct List<'a, T: ?Sized>(pub(super) &'a T);

impl<'a, T: ?Sized> Display for List<'a, T>
where
    &'a T: IntoIterator<Item: Display>,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, item) in self.0.into_iter().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            item.fmt(f)?;
        }
        Ok(())
    }
}

/// A span in words.
pub(super) struct Length(pub(super) Span);

impl Display for Length {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.in_words())
    }
}
