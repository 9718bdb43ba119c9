//! From tokens to a rule: bounded in depth and size, and sure of where it stops.

use std::cell::Cell;

use super::NoRule;
use super::lexer::{Lexer, Token, is_reserved};
use crate::calendar::Span;
use crate::rule::fault::short;
use crate::rule::{Fault, Literal, MAX_DEPTH, Number, Operand, Rule, Test, Text};

/// Conditions and parentheses that make none may together be nested so deep.
const MAX_NESTING: usize = 2 * MAX_DEPTH + 2;

const TEST: &str = "a test such as `>= 5`";
const VALUE: &str = "a value";

/// The rule that `text` means, if it stands `depth` deep in another one and at most `left` more
/// conditions and values may come.
pub(in crate::rule) fn parse(text: &str, depth: usize, left: &Cell<usize>) -> Result<Rule, NoRule> {
    let mut lexer = Lexer::new(text);
    let (now, next) = (lexer.token(), lexer.token());
    let mut parser = Parser { text, lexer, now, next, left, nesting: 0 };
    let (rule, height) = parser.rule()?;
    if parser.now.1 != Token::End {
        return parser.expected("`and`, `or` or the end");
    }
    if depth + height > MAX_DEPTH {
        return Err(NoRule::at(text, 0, Fault::TooDeep.to_string()));
    }
    Ok(rule)
}

struct Parser<'a> {
    text: &'a str,
    lexer: Lexer<'a>,
    now: (usize, Token<'a>),
    next: (usize, Token<'a>),
    left: &'a Cell<usize>,
    nesting: usize,
}

/// How many levels of conditions stand below a list of them.
fn above(parts: &[(Rule, usize)]) -> usize {
    parts.iter().map(|(_, height)| height + 1).max().unwrap_or(0)
}

fn rules(parts: Vec<(Rule, usize)>) -> Vec<Rule> {
    parts.into_iter().map(|(rule, _)| rule).collect()
}

impl<'a> Parser<'a> {
    /// Takes the token and moves on.
    fn take(&mut self) -> Token<'a> {
        let coming = self.lexer.token();
        std::mem::replace(&mut self.now, std::mem::replace(&mut self.next, coming)).1
    }

    /// Takes the word or the sign, if it is the next token.
    fn takes(&mut self, token: &Token<'_>) -> bool {
        let is_next = self.now.1 == *token;
        if is_next {
            self.take();
        }
        is_next
    }

    fn takes_word(&mut self, word: &str) -> bool {
        self.takes(&Token::Word(word))
    }

    fn sign(&mut self, sign: &'static str) -> Result<(), NoRule> {
        if self.takes(&Token::Sign(sign)) { Ok(()) } else { self.expected(&format!("`{sign}`")) }
    }

    fn word(&mut self, word: &str) -> Result<(), NoRule> {
        if self.takes_word(word) { Ok(()) } else { self.expected(&format!("`{word}`")) }
    }

    fn expected<T>(&self, what: &str) -> Result<T, NoRule> {
        let (start, token) = &self.now;
        let found = self.text.get(*start..self.next.0).unwrap_or_default().trim_end();
        let reason = match token {
            Token::Wrong(wanted) => format!("expected {wanted}"),
            Token::End => format!("expected {what}, found the end"),
            _ => format!("expected {what}, found `{}`", short(found)),
        };
        Err(NoRule::at(self.text, *start, reason))
    }

    fn refuse<T>(&self, fault: &Fault) -> Result<T, NoRule> {
        Err(NoRule::at(self.text, self.now.0, fault.to_string()))
    }

    /// Counts one more condition or value.
    fn count(&self) -> Result<(), NoRule> {
        match self.left.get().checked_sub(1) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => self.refuse(&Fault::TooLarge),
        }
    }

    /// A rule, and how many levels of conditions stand below its topmost.
    fn rule(&mut self) -> Result<(Rule, usize), NoRule> {
        self.chain("or", Rule::Any, |parser| parser.chain("and", Rule::All, Self::part))
    }

    /// One part, or several with `word` between them.
    fn chain(
        &mut self,
        word: &str,
        make: impl FnOnce(Vec<Rule>) -> Rule,
        mut part: impl FnMut(&mut Self) -> Result<(Rule, usize), NoRule>,
    ) -> Result<(Rule, usize), NoRule> {
        let first = part(self)?;
        if self.now.1 != Token::Word(word) {
            return Ok(first);
        }
        let mut parts = vec![first];
        while self.takes_word(word) {
            self.count()?;
            parts.push(part(self)?);
        }
        let height = above(&parts);
        Ok((make(rules(parts)), height))
    }

    /// A condition that needs no parentheses.
    fn part(&mut self) -> Result<(Rule, usize), NoRule> {
        if self.nesting > MAX_NESTING {
            return self.refuse(&Fault::TooDeep);
        }
        self.nesting += 1;
        let part = self.part_below();
        self.nesting -= 1;
        part
    }

    fn part_below(&mut self) -> Result<(Rule, usize), NoRule> {
        let opens = self.next.1 == Token::Sign("(");
        match self.now.1 {
            Token::Sign("(") => {
                self.take();
                let inside = self.rule()?;
                self.sign(")")?;
                Ok(inside)
            }
            Token::Word("true") => {
                self.take();
                Ok((Rule::Always, 0))
            }
            Token::Word("false") => {
                self.take();
                Ok((Rule::Never, 0))
            }
            Token::Word("not") => {
                self.take();
                let (rule, height) = self.part()?;
                Ok((Rule::Not(Box::new(rule)), height + 1))
            }
            Token::Word("all") if opens => self.listed(Rule::All),
            Token::Word("any") if opens => self.listed(Rule::Any),
            Token::Word("missing") if opens => {
                self.take();
                self.sign("(")?;
                let field = self.field()?;
                self.sign(")")?;
                Ok((Rule::Missing(field), 0))
            }
            Token::Word("at") if self.next.1 == Token::Word("least") => self.at_least(),
            _ => Ok((self.condition()?, 0)),
        }
    }

    /// A word with conditions in parentheses.
    fn listed(&mut self, make: impl FnOnce(Vec<Rule>) -> Rule) -> Result<(Rule, usize), NoRule> {
        self.take();
        let parts = self.list(["(", ")"], Self::rule)?;
        let height = above(&parts);
        Ok((make(rules(parts)), height))
    }

    fn at_least(&mut self) -> Result<(Rule, usize), NoRule> {
        self.take();
        self.take();
        let count = match self.now.1 {
            Token::Number(number) => number.parse().ok(),
            _ => None,
        };
        let Some(count) = count else { return self.expected("a number of conditions") };
        self.take();
        if self.now.1 != Token::Word("of") {
            return self.expected("`of`");
        }
        self.listed(|of| Rule::AtLeast { count, of })
    }

    /// Items with commas between them.
    fn list<T>(
        &mut self,
        [open, close]: [&'static str; 2],
        mut item: impl FnMut(&mut Self) -> Result<T, NoRule>,
    ) -> Result<Vec<T>, NoRule> {
        self.sign(open)?;
        let mut items = Vec::new();
        if self.takes(&Token::Sign(close)) {
            return Ok(items);
        }
        loop {
            self.count()?;
            items.push(item(self)?);
            if self.takes(&Token::Sign(close)) {
                return Ok(items);
            }
            if !self.takes(&Token::Sign(",")) {
                return self.expected(&format!("`,` or `{close}`"));
            }
        }
    }

    fn condition(&mut self) -> Result<Rule, NoRule> {
        let operand = self.operand()?;
        let test = self.test()?;
        Ok(operand.passes(test))
    }

    fn operand(&mut self) -> Result<Operand, NoRule> {
        let is_first = self.now.1 == Token::Word("first") && self.next.1 == Token::Word("of");
        let fields = if is_first {
            self.take();
            self.take();
            self.list(["(", ")"], Self::field)?
        } else {
            let field = self.field()?;
            if self.now.1 != Token::Word("else") {
                return Ok(Operand::Field(field));
            }
            vec![field]
        };
        let default = if self.takes_word("else") { Some(self.value()?) } else { None };
        Ok(Operand::Coalesce { fields, default })
    }

    fn field(&mut self) -> Result<Text, NoRule> {
        let name = match &self.now.1 {
            Token::Word(word) if !is_reserved(word) => Text::from(word),
            Token::Call(name) => Text::from(name),
            Token::Field(name) => Text::from(name),
            _ => return self.expected("a condition such as `orders(30d) >= 5`"),
        };
        self.take();
        Ok(name)
    }

    fn test(&mut self) -> Result<Test, NoRule> {
        let (Token::Sign(word) | Token::Word(word)) = self.now.1 else {
            return self.expected(TEST);
        };
        let make = match word {
            "=" => Test::Is,
            "!=" => Test::IsNot,
            ">" => Test::Above,
            ">=" => Test::AtLeast,
            "<" => Test::Below,
            "<=" => Test::AtMost,
            _ => return self.worded(word),
        };
        self.take();
        Ok(make(self.value()?))
    }

    /// A test that starts with `word`.
    fn worded(&mut self, word: &str) -> Result<Test, NoRule> {
        const WORDS: [&str; 9] =
            ["between", "in", "not", "has", "starts", "ends", "contains", "within", "anniversary"];
        if !WORDS.contains(&word) {
            return self.expected(TEST);
        }
        self.take();
        Ok(match word {
            "between" => {
                let low = self.value()?;
                self.word("and")?;
                Test::Between(low, self.value()?)
            }
            "in" => Test::OneOf(self.values()?),
            "not" => {
                self.word("in")?;
                Test::NoneOf(self.values()?)
            }
            "has" => self.members()?,
            "starts" => Test::StartsWith(self.with()?),
            "ends" => Test::EndsWith(self.with()?),
            "contains" => Test::Contains(self.text()?),
            "within" if self.takes_word("last") => Test::WithinLast(self.span()?),
            "within" if self.takes_word("next") => Test::WithinNext(self.span()?),
            "within" => return self.expected("`last` or `next`"),
            _ => {
                self.word("within")?;
                self.word("next")?;
                Test::AnniversaryWithinNext(self.span()?)
            }
        })
    }

    fn members(&mut self) -> Result<Test, NoRule> {
        let make = match self.now.1 {
            Token::Word("any") => Test::AnyOf,
            Token::Word("all") => Test::AllOf,
            Token::Word("none") => Test::NoneOf,
            _ => return self.expected("`any of`, `all of` or `none of`"),
        };
        self.take();
        self.word("of")?;
        Ok(make(self.values()?))
    }

    fn with(&mut self) -> Result<Text, NoRule> {
        self.word("with")?;
        self.text()
    }

    fn values(&mut self) -> Result<Vec<Literal>, NoRule> {
        self.list(["{", "}"], Self::value)
    }

    fn value(&mut self) -> Result<Literal, NoRule> {
        let value = match &self.now.1 {
            Token::Sign("{") => {
                return Ok(Literal::List(self.list(["{", "}"], Self::text)?));
            }
            Token::Word("true") => Literal::Bool(true),
            Token::Word("false") => Literal::Bool(false),
            Token::Number(number) if self.currency().is_none() => match literal(number) {
                Some(number) => number,
                None => return self.expected("a number in range"),
            },
            _ => return self.text().map(Literal::Text),
        };
        self.take();
        Ok(value)
    }

    /// The code of a currency behind a number.
    fn currency(&self) -> Option<&'a str> {
        match self.next.1 {
            Token::Word(code) if is_currency(code) => Some(code),
            _ => None,
        }
    }

    fn text(&mut self) -> Result<Text, NoRule> {
        let text = match &self.now.1 {
            Token::Word(word) if !is_reserved(word) => Text::from(word),
            Token::Text(text) => Text::from(text),
            Token::Date(day) => Text::from(day),
            Token::Number(number) => match self.currency() {
                Some(code) => {
                    let amount = format!("{number} {code}");
                    self.take();
                    Text::from(amount)
                }
                None => return self.expected("a text, with quotes around it"),
            },
            Token::Span(_) | Token::Call(_) | Token::Field(_) => {
                return self.expected("a value, with double quotes around it if it is a text");
            }
            _ => return self.expected(VALUE),
        };
        self.take();
        Ok(text)
    }

    fn span(&mut self) -> Result<Span, NoRule> {
        let span = match self.now.1 {
            Token::Span(span) => span.parse().ok(),
            _ => None,
        };
        let Some(span) = span else { return self.expected("a span such as `14d`, `2w` or `6mo`") };
        self.take();
        Ok(span)
    }
}

/// Three capitals that are no word of the language, such as `EUR`.
pub(super) fn is_currency(code: &str) -> bool {
    let is_capital = |letter: char| letter.is_ascii_uppercase();
    code.len() == 3 && code.chars().all(is_capital) && !is_reserved(&code.to_lowercase())
}

/// The number, whole or not as it is written.
fn literal(number: &str) -> Option<Literal> {
    if number.contains(['.', 'e', 'E']) {
        return Number::new(number.parse().ok()?).ok().map(Literal::Number);
    }
    number.parse().ok().map(Literal::Integer)
}
