//! From a rule to its one text.

use std::fmt::{self, Display, Write};

use super::lexer::{Lexer, Token, is_reserved};
use super::parser::is_currency;
use crate::rule::{Literal, Operand, Rule, Test, Text};

/// The text of the rule, from which reading makes the same rule again.
impl Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("true"),
            Self::Never => f.write_str("false"),
            Self::All(of) => chain(f, of, "and", "all"),
            Self::Any(of) => chain(f, of, "or", "any"),
            Self::Not(rule) => match **rule {
                Self::Test { .. } => write!(f, "not ({rule})"),
                _ => write!(f, "not {}", Part(rule)),
            },
            Self::AtLeast { count, of } => write!(f, "at least {count} of ({})", Commas(of)),
            Self::Missing(name) => write!(f, "missing({})", Name(name)),
            Self::Test { operand, test } => {
                operand.fmt(f)?;
                f.write_char(' ')?;
                test.fmt(f)
            }
        }
    }
}

/// Conditions with `word` between them, or in parentheses behind `list` where there are not two.
fn chain(f: &mut fmt::Formatter<'_>, of: &[Rule], word: &str, list: &str) -> fmt::Result {
    let [first, second, others @ ..] = of else { return write!(f, "{list}({})", Commas(of)) };
    write!(f, "{} {word} {}", Part(first), Part(second))?;
    others.iter().try_for_each(|rule| write!(f, " {word} {}", Part(rule)))
}

/// A condition among others: in parentheses if it has an `and` or `or` of its own.
struct Part<'a>(&'a Rule);

impl Display for Part<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Rule::All(of) | Rule::Any(of) if of.len() > 1 => write!(f, "({})", self.0),
            rule => rule.fmt(f),
        }
    }
}

struct Commas<'a, T>(&'a [T]);

impl<T: Display> Display for Commas<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, item) in self.0.iter().enumerate() {
            let comma = if position == 0 { "" } else { ", " };
            write!(f, "{comma}{item}")?;
        }
        Ok(())
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (fields, default) = match self {
            Self::Field(name) => return Name(name).fmt(f),
            Self::Coalesce { fields, default } => (fields, default),
        };
        match (fields.as_slice(), default) {
            ([name], Some(_)) => Name(name).fmt(f)?,
            _ => {
                let names: Vec<Name<'_>> = fields.iter().map(Name).collect();
                write!(f, "first of ({})", Commas(&names))?;
            }
        }
        default.iter().try_for_each(|default| write!(f, " else {}", Written(default)))
    }
}

impl Display for Test {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(value) => write!(f, "= {}", Written(value)),
            Self::IsNot(value) => write!(f, "!= {}", Written(value)),
            Self::Above(low) => write!(f, "> {}", Written(low)),
            Self::AtLeast(low) => write!(f, ">= {}", Written(low)),
            Self::Below(high) => write!(f, "< {}", Written(high)),
            Self::AtMost(high) => write!(f, "<= {}", Written(high)),
            Self::Between(low, high) => write!(f, "between {} and {}", Written(low), Written(high)),
            Self::OneOf(values) => values_of(f, "in", values),
            Self::NoneOf(values) => values_of(f, "not in", values),
            Self::AnyOf(values) => values_of(f, "has any of", values),
            Self::AllOf(values) => values_of(f, "has all of", values),
            Self::StartsWith(text) => write!(f, "starts with {}", Quoted(text, '"')),
            Self::EndsWith(text) => write!(f, "ends with {}", Quoted(text, '"')),
            Self::Contains(text) => write!(f, "contains {}", Quoted(text, '"')),
            Self::WithinLast(span) => write!(f, "within last {span}"),
            Self::WithinNext(span) => write!(f, "within next {span}"),
            Self::AnniversaryWithinNext(span) => write!(f, "anniversary within next {span}"),
        }
    }
}

fn values_of(f: &mut fmt::Formatter<'_>, words: &str, values: &[Literal]) -> fmt::Result {
    let values: Vec<Written<'_>> = values.iter().map(Written).collect();
    write!(f, "{words} {{{}}}", Commas(&values))
}

/// A value as the text has it.
struct Written<'a>(&'a Literal);

impl Display for Written<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Literal::Bool(value) => value.fmt(f),
            Literal::Integer(value) => value.fmt(f),
            Literal::Number(value) => write!(f, "{:?}", value.as_f64()),
            Literal::Text(text) => Word(text).fmt(f),
            Literal::List(texts) => {
                let texts: Vec<Word<'_>> = texts.iter().map(Word).collect();
                write!(f, "{{{}}}", Commas(&texts))
            }
        }
    }
}

/// A text, in quotes if it would be read as something else without them.
struct Word<'a>(&'a Text);

impl Display for Word<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.as_str();
        let bare = match tokens(text) {
            [Token::Word(word), Token::End, _] => word == text && !is_reserved(word),
            [Token::Date(day), Token::End, _] => day == text,
            [Token::Number(number), Token::Word(code), Token::End] => {
                is_currency(code) && text.split_once(' ') == Some((number, code))
            }
            _ => false,
        };
        if bare { f.write_str(text) } else { Quoted(self.0, '"').fmt(f) }
    }
}

/// The name of a field, between backticks if it would be read as something else without them.
struct Name<'a>(&'a Text);

impl Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.0.as_str();
        let bare = match &tokens(name) {
            [Token::Word(word), Token::End, _] => *word == name && !is_reserved(word),
            [Token::Call(call), Token::End, _] => call == name,
            _ => false,
        };
        if bare { f.write_str(name) } else { Quoted(self.0, '`').fmt(f) }
    }
}

/// The first three tokens.
fn tokens(text: &str) -> [Token<'_>; 3] {
    let mut lexer = Lexer::new(text);
    [lexer.token().1, lexer.token().1, lexer.token().1]
}

struct Quoted<'a>(&'a Text, char);

impl Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(text, quote) = self;
        f.write_char(*quote)?;
        for letter in text.as_str().chars() {
            match letter {
                '\n' => f.write_str("\\n")?,
                '\r' => f.write_str("\\r")?,
                '\t' => f.write_str("\\t")?,
                '\\' => f.write_str("\\\\")?,
                _ if letter == *quote => write!(f, "\\{letter}")?,
                _ if is_hidden(letter) => write!(f, "{}", letter.escape_unicode())?,
                _ => f.write_char(letter)?,
            }
        }
        f.write_char(*quote)
    }
}

/// Whether the letter would not be seen, or would turn the direction of what is seen.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || (letter.is_whitespace() && letter != ' ')
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}')
        || matches!(letter, '\u{2060}'..='\u{2069}' | '\u{feff}')
}
