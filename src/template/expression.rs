//! What stands between braces: variables, filters, comparisons and conditions.

use super::Flaw;
use super::lexer::{Token, tokens};
use super::reader::broken;
use super::tree::{Comparison, Either, Expr, ExprKind, Filter, For, Literal, Position, Sign};

/// How deep expressions may stand in each other.
const MAX_DEPTH: usize = 24;

/// How many parts an expression may be put together from.
const MAX_PARTS: usize = 100;

/// The expression in `text`, which begins `at`; a broken one if it cannot be read.
pub(super) fn read(text: &str, at: Position, flaws: &mut Vec<(Position, Flaw)>) -> Expr {
    let read = Parser::new(text, at).and_then(|mut parser| {
        let expr = parser.expression()?;
        parser.end()?;
        Ok(expr)
    });
    read.unwrap_or_else(|flaw| {
        flaws.push(flaw);
        broken(at)
    })
}

/// The head of a loop: `name in list[:most]`.
pub(super) fn read_for(text: &str, at: Position, flaws: &mut Vec<(Position, Flaw)>) -> For {
    let read = Parser::new(text, at).and_then(|mut parser| {
        let name = parser.name()?;
        parser.word("in")?;
        let list = parser.postfix()?;
        let most = if parser.sign("[") { Some(parser.slice()?) } else { None };
        parser.end()?;
        Ok((name, list, most))
    });
    let (name, list, most) = read.unwrap_or_else(|flaw| {
        flaws.push(flaw);
        (String::new(), broken(at), None)
    });
    For { at, name, list, most, body: Vec::new(), otherwise: Vec::new() }
}

struct Parser {
    tokens: std::iter::Peekable<std::vec::IntoIter<(Position, Token)>>,
    /// Where the last token stands, and so the end.
    at: Position,
    depth: usize,
    parts: usize,
}

impl Parser {
    fn new(text: &str, at: Position) -> Result<Self, (Position, Flaw)> {
        let tokens = tokens(text, at)?;
        let at = tokens.last().map_or(at, |(at, _)| *at);
        Ok(Self { tokens: tokens.into_iter().peekable(), at, depth: 0, parts: 0 })
    }

    fn here(&mut self) -> Position {
        self.tokens.peek().map_or(self.at, |(at, _)| *at)
    }

    fn unreadable(&mut self) -> (Position, Flaw) {
        let at = self.here();
        let flaw = match self.tokens.peek() {
            Some((_, Token::Sign(sign @ ("+" | "-" | "*" | "/" | "//" | "**" | "~")))) => {
                Flaw::Arithmetic { sign: (*sign).to_owned() }
            }
            Some((_, token)) => Flaw::Unreadable { found: told(token) },
            None => Flaw::Ends,
        };
        (at, flaw)
    }

    fn end(&mut self) -> Result<(), (Position, Flaw)> {
        if self.tokens.peek().is_none() { Ok(()) } else { Err(self.unreadable()) }
    }

    /// Takes the sign if it is the next token.
    fn sign(&mut self, wanted: &str) -> bool {
        let found =
            |token: &(Position, Token)| matches!(token.1, Token::Sign(sign) if sign == wanted);
        self.tokens.next_if(found).is_some()
    }

    fn needed(&mut self, wanted: &str) -> Result<(), (Position, Flaw)> {
        if self.sign(wanted) { Ok(()) } else { Err(self.unreadable()) }
    }

    /// Takes the word if it is the next token.
    fn keyword(&mut self, wanted: &str) -> bool {
        let found =
            |token: &(Position, Token)| matches!(&token.1, Token::Name(name) if name == wanted);
        self.tokens.next_if(found).is_some()
    }

    fn word(&mut self, wanted: &str) -> Result<(), (Position, Flaw)> {
        if self.keyword(wanted) { Ok(()) } else { Err(self.unreadable()) }
    }

    fn name(&mut self) -> Result<String, (Position, Flaw)> {
        match self.tokens.next_if(|token| matches!(token.1, Token::Name(_))) {
            Some((_, Token::Name(name))) => Ok(name),
            _ => Err(self.unreadable()),
        }
    }

    /// `:3]`, after the bracket.
    fn slice(&mut self) -> Result<usize, (Position, Flaw)> {
        if !self.sign(":") {
            return Err((self.here(), Flaw::NoIndex));
        }
        let Some((_, Token::Integer(most))) =
            self.tokens.next_if(|token| matches!(token.1, Token::Integer(_)))
        else {
            return Err(self.unreadable());
        };
        self.needed("]")?;
        Ok(usize::try_from(most).unwrap_or(usize::MAX))
    }

    fn expression(&mut self) -> Result<Expr, (Position, Flaw)> {
        let at = self.here();
        self.deeper(at)?;
        let first = self.or()?;
        let read = if self.keyword("if") {
            let condition = self.or()?;
            let second = if self.keyword("else") { Some(self.expression()?) } else { None };
            let either = Either { condition, first, second };
            Expr { at, kind: ExprKind::Either(Box::new(either)) }
        } else {
            first
        };
        self.depth -= 1;
        Ok(read)
    }

    fn deeper(&mut self, at: Position) -> Result<(), (Position, Flaw)> {
        self.depth += 1;
        if self.depth > MAX_DEPTH { Err((at, Flaw::TooDeep)) } else { Ok(()) }
    }

    fn longer(&mut self, at: Position) -> Result<(), (Position, Flaw)> {
        self.parts += 1;
        if self.parts > MAX_PARTS { Err((at, Flaw::TooDeep)) } else { Ok(()) }
    }

    fn or(&mut self) -> Result<Expr, (Position, Flaw)> {
        self.row("or", Self::and, |left, right| ExprKind::Or(Box::new(left), Box::new(right)))
    }

    fn and(&mut self) -> Result<Expr, (Position, Flaw)> {
        self.row("and", Self::not, |left, right| ExprKind::And(Box::new(left), Box::new(right)))
    }

    fn row(
        &mut self,
        word: &str,
        part: impl Fn(&mut Self) -> Result<Expr, (Position, Flaw)>,
        joined: impl Fn(Expr, Expr) -> ExprKind,
    ) -> Result<Expr, (Position, Flaw)> {
        let mut left = part(self)?;
        while self.keyword(word) {
            self.longer(left.at)?;
            let right = part(self)?;
            left = Expr { at: left.at, kind: joined(left, right) };
        }
        Ok(left)
    }

    fn not(&mut self) -> Result<Expr, (Position, Flaw)> {
        let at = self.here();
        if !self.keyword("not") {
            return self.comparison();
        }
        self.deeper(at)?;
        let of = self.not()?;
        self.depth -= 1;
        Ok(Expr { at, kind: ExprKind::Not(Box::new(of)) })
    }

    fn comparison(&mut self) -> Result<Expr, (Position, Flaw)> {
        let left = self.tested()?;
        let at = left.at;
        if self.keyword("in") {
            let right = self.tested()?;
            let kind = ExprKind::In(Sign::Is, Box::new(left), Box::new(right));
            return Ok(Expr { at, kind });
        }
        if self.keyword("not") {
            self.word("in")?;
            let right = self.tested()?;
            let kind = ExprKind::In(Sign::IsNot, Box::new(left), Box::new(right));
            return Ok(Expr { at, kind });
        }
        let comparison = [
            Comparison::Equal,
            Comparison::Unequal,
            Comparison::AtMost,
            Comparison::AtLeast,
            Comparison::Less,
            Comparison::Greater,
        ]
        .into_iter()
        .find(|comparison| self.sign(comparison.sign()));
        match comparison {
            None => Ok(left),
            Some(comparison) => {
                let right = self.tested()?;
                let kind = ExprKind::Compare(comparison, Box::new(left), Box::new(right));
                Ok(Expr { at, kind })
            }
        }
    }

    /// With `is defined` behind it.
    fn tested(&mut self) -> Result<Expr, (Position, Flaw)> {
        let of = self.postfix()?;
        if !self.keyword("is") {
            return Ok(of);
        }
        let turned = self.keyword("not");
        let test_at = self.here();
        let sign = match (self.name()?.as_str(), turned) {
            ("defined", false) | ("undefined", true) => Sign::Is,
            ("defined", true) | ("undefined", false) => Sign::IsNot,
            (name, _) => return Err((test_at, Flaw::UnknownTest { name: name.to_owned() })),
        };
        Ok(Expr { at: of.at, kind: ExprKind::Defined(Box::new(of), sign) })
    }

    /// With parts and filters behind it.
    fn postfix(&mut self) -> Result<Expr, (Position, Flaw)> {
        let mut of = self.primary()?;
        loop {
            let at = self.here();
            self.longer(at)?;
            if self.sign(".") {
                let name = self.name()?;
                of = Expr { at: of.at, kind: ExprKind::Part(Box::new(of), name) };
            } else if self.sign("|") {
                let at = self.here();
                let name = self.name()?;
                let arguments = if self.sign("(") { self.arguments()? } else { Vec::new() };
                let filter = Filter { at, name, arguments };
                of = Expr { at: of.at, kind: ExprKind::Filter(Box::new(of), filter) };
            } else {
                return Ok(of);
            }
        }
    }

    /// Up to the closing parenthesis.
    fn arguments(&mut self) -> Result<Vec<Expr>, (Position, Flaw)> {
        let mut arguments = Vec::new();
        while !self.sign(")") {
            arguments.push(self.expression()?);
            if !self.sign(",") {
                self.needed(")")?;
                break;
            }
        }
        Ok(arguments)
    }

    fn primary(&mut self) -> Result<Expr, (Position, Flaw)> {
        let at = self.here();
        if self.sign("(") {
            let inner = self.expression()?;
            self.needed(")")?;
            return Ok(inner);
        }
        let minus = self.sign("-");
        let wanted = |token: &(Position, Token)| match token.1 {
            Token::Integer(_) | Token::Number(_) => true,
            Token::Name(_) | Token::Text(_) => !minus,
            Token::Sign(_) => false,
        };
        let kind = match self.tokens.next_if(wanted) {
            Some((_, Token::Integer(value))) => {
                ExprKind::Literal(Literal::Integer(if minus { -value } else { value }))
            }
            Some((_, Token::Number(value))) => {
                let signed = if minus { -value.as_f64() } else { value.as_f64() };
                ExprKind::Literal(Literal::Number(
                    crate::rule::Number::new(signed).unwrap_or(value),
                ))
            }
            Some((_, Token::Text(text))) => ExprKind::Literal(Literal::Text(text)),
            Some((_, Token::Name(name))) => self.named(name)?,
            _ => return Err(self.unreadable()),
        };
        Ok(Expr { at, kind })
    }

    /// What a name begins.
    fn named(&mut self, name: String) -> Result<ExprKind, (Position, Flaw)> {
        match name.as_str() {
            "true" | "True" => return Ok(ExprKind::Literal(Literal::YesNo(true))),
            "false" | "False" => return Ok(ExprKind::Literal(Literal::YesNo(false))),
            "and" | "or" | "not" | "in" | "is" | "if" | "else" => {
                let flaw = Flaw::Unreadable { found: name };
                return Err((self.here(), flaw));
            }
            _ => {}
        }
        let at = self.here();
        if !self.sign("(") {
            return Ok(ExprKind::Name(name));
        }
        if name != "fact" {
            return Err((at, Flaw::NoFunction { name }));
        }
        let text = self.tokens.next_if(|token| matches!(token.1, Token::Text(_)));
        let Some((_, Token::Text(fact))) = text else { return Err(self.unreadable()) };
        self.needed(")")?;
        Ok(ExprKind::Fact(fact))
    }
}

/// A token as its author would recognize it.
fn told(token: &Token) -> String {
    match token {
        Token::Name(name) => name.clone(),
        Token::Text(text) => format!("\"{}\"", text.chars().take(40).collect::<String>()),
        Token::Integer(value) => value.to_string(),
        Token::Number(value) => value.to_string(),
        Token::Sign(sign) => (*sign).to_owned(),
    }
}
