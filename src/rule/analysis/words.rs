//! Regions, witnesses and differences in plain words.

use std::collections::BTreeSet;
use std::fmt::{self, Display};

use super::{Difference, Extent, Fact, Mark, Region, Regions, Stretch, Witness};
use crate::rule::sentence::Length;
use crate::rule::{Test, Value};

/// So many values of a list are told.
const MOST_VALUES: usize = 12;

impl Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines = Vec::new();
        for (word, found) in [("lost", &self.lost), ("gained", &self.gained)] {
            lines.extend(found.lines().map(|line| format!("{word}: {line}")));
        }
        if lines.is_empty() {
            return f.write_str("no difference");
        }
        f.write_str(&lines.join("\n"))
    }
}

impl Regions {
    fn lines(&self) -> impl Iterator<Item = String> {
        let regions = self.regions.iter().map(Region::to_string);
        regions.chain(self.more.then(|| "and more".to_owned()))
    }
}

impl Display for Regions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.lines().collect();
        f.write_str(if lines.is_empty() { "nowhere" } else { "" })?;
        f.write_str(&lines.join("\n"))
    }
}

impl Display for Region {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.fields.is_empty() {
            return f.write_str("whatever the facts");
        }
        let fields: Vec<String> = self.fields.iter().map(Extent::to_string).collect();
        f.write_str(&fields.join(" and "))
    }
}

impl Display for Extent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<String> = self.stretches.iter().map(Stretch::to_string).collect();
        write!(f, "{} {}", self.field, listed(&words, "or"))
    }
}

impl Display for Stretch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let marks = match self {
            Self::Missing => return f.write_str("missing"),
            Self::Known => return f.write_str("known"),
            Self::Marked(marks) => marks,
        };
        let words: Vec<String> = marks.iter().map(Mark::to_string).collect();
        f.write_str(&words.join(", "))
    }
}

impl Display for Mark {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Passes(test) => passing(test),
            Self::Fails(Test::AnyOf(texts)) => format!("without {}", several(texts, "or")),
            Self::Fails(Test::AllOf(texts)) => format!("without all of {}", several(texts, "and")),
            Self::Fails(test) => format!("not {}", passing(test)),
            Self::InCurrency(currency) => format!("in {currency}"),
            Self::InOtherCurrency(named) if named.is_empty() => "in any currency".to_owned(),
            Self::InOtherCurrency(named) => {
                format!("in another currency than {}", several(named, "or"))
            }
            Self::OnlyAmong(texts) if texts.is_empty() => "empty".to_owned(),
            Self::OnlyAmong(texts) => format!("with nothing but {}", several(texts, "or")),
            Self::BeyondThese(texts) if texts.is_empty() => "not empty".to_owned(),
            Self::BeyondThese(texts) => format!("with others than {}", several(texts, "or")),
        };
        f.write_str(&text)
    }
}

/// What passes the test.
fn passing(test: &Test<Value>) -> String {
    match test {
        Test::Is(Value::Set(set)) if !set.is_empty() => format!("exactly {}", several(set, "and")),
        Test::Is(value) => shown(value),
        Test::IsNot(value) => format!("other than {}", shown(value)),
        Test::Above(low) => format!("above {low}"),
        Test::AtLeast(low) => format!("at least {low}"),
        Test::Below(high) => format!("below {high}"),
        Test::AtMost(high) => format!("at most {high}"),
        Test::Between(low, high) => format!("{low} to {high}"),
        Test::OneOf(values) => several(values, "or"),
        Test::NoneOf(values) => format!("other than {}", several(values, "or")),
        Test::AnyOf(texts) => format!("with {}", several(texts, "or")),
        Test::AllOf(texts) => format!("with {}", several(texts, "and")),
        Test::StartsWith(text) => format!("starting with `{text}`"),
        Test::EndsWith(text) => format!("ending with `{text}`"),
        Test::Contains(text) => format!("containing `{text}`"),
        Test::WithinLast(span) => format!("within the last {}", Length(*span)),
        Test::WithinNext(span) => format!("within the next {}", Length(*span)),
        Test::AnniversaryWithinNext(span) => {
            format!("coming round within the next {}", Length(*span))
        }
    }
}

/// The values with commas, and with `word` before the last.
fn several<'a, T>(values: impl IntoIterator<Item = &'a T>, word: &str) -> String
where
    T: Display + 'a,
{
    let words: Vec<String> = values.into_iter().map(|value| plain(&value.to_string())).collect();
    listed(&words, word)
}

fn listed(words: &[String], word: &str) -> String {
    if words.len() > MOST_VALUES {
        let first: Vec<&str> = words.iter().take(MOST_VALUES).map(String::as_str).collect();
        return format!("{} {word} {} more", first.join(", "), words.len() - MOST_VALUES);
    }
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, others)) => format!("{} {word} {last}", others.join(", ")),
    }
}

/// A text that could be taken for something else stands in backticks.
fn plain(text: &str) -> String {
    let is_plain = |letter: char| letter.is_alphanumeric() || "-_.+@:/ ".contains(letter);
    let words: BTreeSet<&str> = ["missing", "known", "empty", "and", "or", "to"].into();
    let is_clear = text.chars().all(is_plain) && !text.starts_with(' ') && !text.ends_with(' ');
    let is_word = text.split(' ').any(|word| words.contains(word));
    if is_clear && !is_word && !text.is_empty() { text.to_owned() } else { format!("`{text}`") }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Set(set) if set.is_empty() => "empty".to_owned(),
        Value::Set(set) => several(set, "and"),
        Value::Text(text) => plain(text.as_str()),
        value => value.to_string(),
    }
}

impl Display for Witness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.facts.is_empty() {
            return f.write_str("whatever the facts");
        }
        let facts: Vec<String> = self.facts.iter().map(Fact::to_string).collect();
        f.write_str(&facts.join(", "))
    }
}

impl Display for Fact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.value.as_ref().map_or_else(|| "missing".to_owned(), shown);
        write!(f, "{} {value}", self.field)
    }
}
