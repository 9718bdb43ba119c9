//! The words between `{{` and `}}`.

use std::iter::Peekable;
use std::str::Chars;

use super::Flaw;
use super::tree::Position;
use crate::rule::Number;

/// The longest name, in bytes.
const MAX_NAME_BYTES: usize = 128;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    Name(String),
    Text(String),
    Integer(i64),
    Number(Number),
    /// A sign of one or two characters.
    Sign(&'static str),
}

/// Longer signs stand before those that they begin with.
const SIGNS: [&str; 22] = [
    "==", "!=", "<=", ">=", "//", "**", "<", ">", "=", "|", ".", ",", ":", "(", ")", "[", "]", "+",
    "-", "*", "/", "~",
];

/// The characters of a text, with the place of the next one.
#[derive(Clone)]
pub(super) struct Walk<'a> {
    rest: Peekable<Chars<'a>>,
    at: Position,
}

impl<'a> Walk<'a> {
    pub(super) fn new(text: &'a str, at: Position) -> Self {
        Self { rest: text.chars().peekable(), at }
    }

    pub(super) const fn at(&self) -> Position {
        self.at
    }

    fn peek(&mut self) -> Option<char> {
        self.rest.peek().copied()
    }

    fn run_of(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let mut taken = String::new();
        while let Some(character) = self.peek().filter(|character| wanted(*character)) {
            taken.push(character);
            self.next();
        }
        taken
    }

    fn starts_with(&self, text: &str) -> bool {
        let mut rest = self.rest.clone();
        text.chars().all(|wanted| rest.next() == Some(wanted))
    }
}

impl Iterator for Walk<'_> {
    type Item = char;

    fn next(&mut self) -> Option<char> {
        let character = self.rest.next()?;
        if character == '\n' {
            self.at = Position { line: self.at.line.saturating_add(1), column: 1 };
        } else {
            self.at.column = self.at.column.saturating_add(1);
        }
        Some(character)
    }
}

/// The tokens of what stands between two braces.
pub(super) fn tokens(text: &str, at: Position) -> Result<Vec<(Position, Token)>, (Position, Flaw)> {
    let mut walk = Walk::new(text, at);
    let mut tokens = Vec::new();
    loop {
        walk.run_of(char::is_whitespace);
        let at = walk.at();
        let Some(character) = walk.peek() else { return Ok(tokens) };
        let token = match character {
            '"' | '\'' => quoted(&mut walk)?,
            '0'..='9' => number(&mut walk)?,
            'A'..='Z' | 'a'..='z' | '_' => {
                let name = walk.run_of(|next| next.is_ascii_alphanumeric() || next == '_');
                if name.len() > MAX_NAME_BYTES {
                    return Err((at, Flaw::Unreadable { found: name }));
                }
                Token::Name(name)
            }
            _ => {
                let Some(sign) = SIGNS.into_iter().find(|sign| walk.starts_with(sign)) else {
                    return Err((at, Flaw::Unreadable { found: character.to_string() }));
                };
                walk.by_ref().take(sign.len()).for_each(drop);
                Token::Sign(sign)
            }
        };
        tokens.push((at, token));
    }
}

/// A text between two of its first character; a backslash takes what follows as it is.
fn quoted(walk: &mut Walk<'_>) -> Result<Token, (Position, Flaw)> {
    let at = walk.at();
    let end = walk.next();
    let mut text = String::new();
    loop {
        let next = walk.next();
        if next == end {
            return Ok(Token::Text(text));
        }
        match next {
            Some('\\') => match walk.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(character) => text.push(character),
                None => return Err((at, Flaw::Unclosed { what: "the quoted text" })),
            },
            Some(character) => text.push(character),
            None => return Err((at, Flaw::Unclosed { what: "the quoted text" })),
        }
    }
}

fn number(walk: &mut Walk<'_>) -> Result<Token, (Position, Flaw)> {
    let at = walk.at();
    let mut digits = walk.run_of(|next| next.is_ascii_digit());
    let fraction = walk.starts_with(".") && {
        let mut after = walk.clone();
        after.next();
        after.peek().is_some_and(|next| next.is_ascii_digit())
    };
    if fraction {
        digits.extend(walk.next());
        digits.push_str(&walk.run_of(|next| next.is_ascii_digit()));
        let value = digits.parse().ok().and_then(|value| Number::new(value).ok());
        return value.map(Token::Number).ok_or((at, Flaw::Unreadable { found: digits }));
    }
    digits.parse().map(Token::Integer).map_err(|_| (at, Flaw::Unreadable { found: digits }))
}
