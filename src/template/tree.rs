//! A text as it was read: what it prints, asks and repeats, not yet known to make sense.

use serde::{Deserialize, Serialize};

/// A place in a text, both counted from 1; columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Position {
    /// The line.
    pub line: u32,
    /// The character in the line.
    pub column: u32,
}

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    /// Words that stand as they are.
    Text(Position, String),
    /// `{{ … }}`
    Print(Expr),
    /// `{% if … %}…{% elif … %}…{% else %}…{% endif %}`
    If { at: Position, arms: Vec<(Expr, Vec<Node>)>, otherwise: Vec<Node> },
    /// `{% for name in list[:most] %}…{% else %}…{% endfor %}`
    For(Box<For>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct For {
    pub(super) at: Position,
    pub(super) name: String,
    pub(super) list: Expr,
    pub(super) most: Option<usize>,
    pub(super) body: Vec<Node>,
    pub(super) otherwise: Vec<Node>,
}

/// What is between the braces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expr {
    pub(super) at: Position,
    pub(super) kind: ExprKind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ExprKind {
    /// What could not be read, and was told.
    Broken,
    Literal(Literal),
    Name(String),
    /// `fact("spend(90d)")`
    Fact(String),
    /// `of.name`
    Part(Box<Expr>, String),
    /// `of|name(arguments)`
    Filter(Box<Expr>, Filter),
    /// `of is defined`, or `of is not defined`
    Defined(Box<Expr>, Sign),
    Compare(Comparison, Box<Expr>, Box<Expr>),
    In(Sign, Box<Expr>, Box<Expr>),
    Not(Box<Expr>),
    And(Box<Expr>, Box<Expr>),
    Or(Box<Expr>, Box<Expr>),
    /// `first if condition else second`
    Either(Box<Either>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Either {
    pub(super) condition: Expr,
    pub(super) first: Expr,
    pub(super) second: Option<Expr>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Filter {
    pub(super) at: Position,
    pub(super) name: String,
    pub(super) arguments: Vec<Expr>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sign {
    Is,
    IsNot,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Unequal,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Comparison {
    pub(super) const fn sign(self) -> &'static str {
        match self {
            Self::Equal => "==",
            Self::Unequal => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    Integer(i64),
    Number(crate::rule::Number),
    YesNo(bool),
}
