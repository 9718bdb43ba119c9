//! Expressions and conditions: which type they have, and what they say of what may be missing.

use std::collections::BTreeSet;

use super::super::asked::Form;
use super::super::tree::{Comparison, Either, Expr, ExprKind, Literal, Position, Sign};
use super::super::{Datum, Flaw, Kind};
use super::scope::{Key, Leaf, Named};
use super::text::TextCheck;
use super::typed::{Code, Condition, Typed, literal_code};
use crate::rule::{Text, closest};

impl TextCheck<'_> {
    /// What an expression is.
    pub(super) fn value(&mut self, expr: &Expr) -> Typed {
        match &expr.kind {
            ExprKind::Broken => Typed::Broken,
            ExprKind::Literal(literal) => {
                self.visible(expr);
                Typed::Literal(literal.clone())
            }
            ExprKind::Name(name) => self.name(expr.at, name),
            ExprKind::Fact(name) => match self.scope.fact(name) {
                Some(mut leaf) => {
                    leaf.name = format!("fact(\"{name}\")");
                    Typed::Leaf(leaf, None)
                }
                None => self.unknown(expr.at, name),
            },
            ExprKind::Part(of, name) => self.part(expr.at, of, name),
            ExprKind::Filter(of, filter) => self.filter(of, filter),
            ExprKind::Either(either) => self.either(either),
            ExprKind::Defined(..)
            | ExprKind::Compare(..)
            | ExprKind::In(..)
            | ExprKind::Not(_)
            | ExprKind::And(..)
            | ExprKind::Or(..) => {
                let Condition { code, .. } = self.condition(expr);
                Typed::Code(Code { code, kind: Kind::Bool, missing: None })
            }
        }
    }

    fn name(&mut self, at: Position, name: &str) -> Typed {
        match self.scope.named(name, &self.loops) {
            Named::Leaf(leaf) => Typed::Leaf(leaf, None),
            Named::List(list) => Typed::List(list),
            Named::Thing(_) => Typed::Thing,
            Named::Broken => Typed::Broken,
            Named::Wording => {
                self.flaw(at, Flaw::WordingNotAlone);
                Typed::Broken
            }
            Named::Loop => {
                let found = "loop".to_owned();
                self.flaw(at, Flaw::Unreadable { found });
                Typed::Broken
            }
            Named::Unknown => self.unknown(at, name),
        }
    }

    fn unknown(&mut self, at: Position, name: &str) -> Typed {
        let needs = self.scope.vocabulary.facts.needed_for(name).cloned();
        let flaw = match needs {
            Some(needs) => Flaw::Needs { name: Text::from(name), needs },
            None => Flaw::UnknownVariable {
                name: Text::from(name),
                suggestion: self.scope.suggestion(name, &self.loops),
            },
        };
        self.flaw(at, flaw);
        Typed::Broken
    }

    fn part(&mut self, at: Position, of: &Expr, name: &str) -> Typed {
        let ExprKind::Name(thing) = &of.kind else {
            let value = self.value(of);
            if value != Typed::Broken {
                self.flaw(at, Flaw::Unreadable { found: format!(".{name}") });
            }
            return Typed::Broken;
        };
        match self.scope.named(thing, &self.loops) {
            Named::Thing(depth) => {
                let Some(open) = self.loops.get(depth) else { return Typed::Broken };
                if let Some(leaf) = self.scope.field(depth, open, name) {
                    return Typed::Leaf(leaf, None);
                }
                let suggestion = self.scope.field_suggestion(open, name);
                let name = Text::from(format!("{thing}.{name}"));
                self.flaw(at, Flaw::UnknownVariable { name, suggestion });
            }
            Named::Loop => return self.of_loop(at, name),
            Named::Wording => self.flaw(at, Flaw::WordingNotAlone),
            Named::Broken => {}
            Named::Unknown => {
                self.unknown(at, thing);
            }
            Named::Leaf(_) | Named::List(_) => {
                self.flaw(at, Flaw::Unreadable { found: format!("{thing}.{name}") });
            }
        }
        Typed::Broken
    }

    fn of_loop(&mut self, at: Position, name: &str) -> Typed {
        const PARTS: [(&str, Kind); 5] = [
            ("index", Kind::Integer),
            ("index0", Kind::Integer),
            ("length", Kind::Integer),
            ("first", Kind::Bool),
            ("last", Kind::Bool),
        ];
        match PARTS.into_iter().find(|(known, _)| *known == name) {
            Some((_, kind)) => {
                Typed::Code(Code { code: format!("loop.{name}"), kind, missing: None })
            }
            None => {
                let suggestion = closest(name, PARTS.map(|(known, _)| known))
                    .map(|part| Text::from(format!("loop.{part}")));
                let name = Text::from(format!("loop.{name}"));
                self.flaw(at, Flaw::UnknownVariable { name, suggestion });
                Typed::Broken
            }
        }
    }

    fn either(&mut self, either: &Either) -> Typed {
        let condition = self.condition(&either.condition);
        let first = self.knowing(&condition.if_true, |check| {
            let value = check.value(&either.first);
            check.as_text(value, either.first.at)
        });
        let second = match &either.second {
            Some(second) => self.knowing(&condition.if_false, |check| {
                let value = check.value(second);
                check.as_text(value, second.at)
            }),
            None => Some(Code { code: "\"\"".to_owned(), kind: Kind::Text, missing: None }),
        };
        let (Some(first), Some(second)) = (first, second) else { return Typed::Broken };
        let code = format!("({} if {} else {})", first.code, condition.code, second.code);
        let both = first.kind == Kind::Link && second.kind == Kind::Link;
        let kind = if both { Kind::Link } else { Kind::Text };
        Typed::Code(Code { code, kind, missing: first.missing.or(second.missing) })
    }

    /// The value as a text, or what is wrong with that.
    pub(super) fn as_text(&mut self, value: Typed, at: Position) -> Option<Code> {
        if value == Typed::Broken {
            return None;
        }
        let (found, instead) = (value.words(), value.instead());
        let code = self.text_code(value);
        if code.is_none() {
            self.flaw(at, Flaw::NotPrinted { found, instead });
        }
        code
    }

    /// Does something while these variables are known to be there.
    pub(super) fn knowing<T>(
        &mut self,
        there: &BTreeSet<Key>,
        work: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let before = self.there.clone();
        self.there.extend(there);
        let done = work(self);
        self.there = before;
        done
    }

    /// What an expression asks, and what is there once that is settled.
    pub(super) fn condition(&mut self, expr: &Expr) -> Condition {
        match &expr.kind {
            ExprKind::Not(of) => {
                let Condition { code, if_true, if_false } = self.condition(of);
                Condition { code: format!("(not {code})"), if_true: if_false, if_false: if_true }
            }
            ExprKind::And(left, right) => {
                let left = self.condition(left);
                let right = self.knowing(&left.if_true, |check| check.condition(right));
                Condition {
                    code: format!("({} and {})", left.code, right.code),
                    if_true: &left.if_true | &right.if_true,
                    if_false: &left.if_false & &right.if_false,
                }
            }
            ExprKind::Or(left, right) => {
                let left = self.condition(left);
                let right = self.knowing(&left.if_false, |check| check.condition(right));
                Condition {
                    code: format!("({} or {})", left.code, right.code),
                    if_true: &left.if_true & &right.if_true,
                    if_false: &left.if_false | &right.if_false,
                }
            }
            ExprKind::Defined(of, sign) => self.defined(of, *sign),
            ExprKind::Compare(comparison, left, right) => {
                self.compare(expr.at, *comparison, left, right)
            }
            ExprKind::In(sign, left, right) => self.within(expr.at, *sign, left, right),
            _ => self.truth(expr),
        }
    }

    /// Whether a value is there and neither empty, zero nor false.
    fn truth(&mut self, expr: &Expr) -> Condition {
        let code = match self.value(expr) {
            Typed::Leaf(leaf, fallback) => {
                let if_true = match fallback {
                    None => BTreeSet::from([leaf.key]),
                    Some(_) => BTreeSet::new(),
                };
                let code = self.ask(&leaf, Form::Truthy, fallback);
                return Condition { code, if_true, if_false: BTreeSet::new() };
            }
            Typed::Literal(literal) => literal_code(&literal),
            Typed::Code(Code { code, missing: None, .. }) => code,
            Typed::Code(Code { code, .. }) => format!("({code}|default(\"\"))"),
            Typed::List(list) => self.ask_count(list),
            Typed::Thing | Typed::Broken => "false".to_owned(),
        };
        Condition { code: format!("({code})"), ..Condition::default() }
    }

    fn defined(&mut self, of: &Expr, sign: Sign) -> Condition {
        let leaf = match self.value(of) {
            Typed::Leaf(leaf, None) => leaf,
            Typed::Broken => return Condition { code: "false".to_owned(), ..Condition::default() },
            other => {
                let instead = "ask whether a variable is defined";
                self.flaw(of.at, Flaw::NotPrinted { found: other.words(), instead });
                return Condition { code: "false".to_owned(), ..Condition::default() };
            }
        };
        let there = BTreeSet::from([leaf.key]);
        let code = self.ask(&leaf, Form::Present, None);
        match sign {
            Sign::Is => Condition { code, if_true: there, if_false: BTreeSet::new() },
            Sign::IsNot => Condition {
                code: format!("(not {code})"),
                if_true: BTreeSet::new(),
                if_false: there,
            },
        }
    }

    fn compare(
        &mut self,
        at: Position,
        comparison: Comparison,
        left: &Expr,
        right: &Expr,
    ) -> Condition {
        let (left_value, right_value) = (self.value(left), self.value(right));
        let broken = Condition { code: "false".to_owned(), ..Condition::default() };
        if left_value == Typed::Broken || right_value == Typed::Broken {
            return broken;
        }
        let number = |kind| matches!(kind, Some(Kind::Integer | Kind::Number));
        let equality = matches!(comparison, Comparison::Equal | Comparison::Unequal);
        let goes = match (left_value.kind(), right_value.kind()) {
            (Some(Kind::Text), Some(Kind::Text)) | (Some(Kind::Bool), Some(Kind::Bool)) => equality,
            (left, right) => number(left) && number(right),
        };
        if !goes {
            let (left, right) = (left_value.words(), right_value.words());
            self.flaw(at, Flaw::NotCompared { left, right });
            return broken;
        }
        self.in_domain(&left_value, &right_value, right.at);
        self.in_domain(&right_value, &left_value, left.at);
        let left = self.compared(left_value, left.at);
        let right = self.compared(right_value, right.at);
        Condition {
            code: format!("({left} {} {right})", comparison.sign()),
            ..Condition::default()
        }
    }

    fn within(&mut self, at: Position, sign: Sign, left: &Expr, right: &Expr) -> Condition {
        let (text, set) = (self.value(left), self.value(right));
        let broken = Condition { code: "false".to_owned(), ..Condition::default() };
        if text == Typed::Broken || set == Typed::Broken {
            return broken;
        }
        if text.kind() != Some(Kind::Text) || !matches!(set.kind(), Some(Kind::Set | Kind::Text)) {
            self.flaw(at, Flaw::NotCompared { left: text.words(), right: set.words() });
            return broken;
        }
        if set.kind() == Some(Kind::Set) {
            self.in_domain(&set, &text, left.at);
        }
        let text = self.compared(text, left.at);
        let set = self.compared(set, right.at);
        let word = if sign == Sign::Is { "in" } else { "not in" };
        Condition { code: format!("({text} {word} {set})"), ..Condition::default() }
    }

    /// Tells a literal that never occurs in the variable.
    fn in_domain(&mut self, variable: &Typed, literal: &Typed, at: Position) {
        let (Typed::Leaf(Leaf { key, name, .. }, _), Typed::Literal(Literal::Text(text))) =
            (variable, literal)
        else {
            return;
        };
        if let Some(domain) = self.scope.domain(*key)
            && !domain.contains(text.as_str())
        {
            let suggestion = closest(text, domain.iter().map(Text::as_str));
            let name = Text::from(name);
            self.flaw(at, Flaw::OutsideDomain { name, text: text.clone(), suggestion });
        }
    }

    /// The code of a value that is compared, which must be there.
    fn compared(&mut self, value: Typed, at: Position) -> String {
        match value {
            Typed::Leaf(leaf, fallback) => {
                if let Some(name) = self.missing(&leaf, fallback.as_ref()) {
                    self.flaw(at, Flaw::MayBeMissing { name });
                }
                self.ask(&leaf, Form::Compared, fallback)
            }
            Typed::Literal(literal) => literal_code(&literal),
            Typed::Code(Code { code, missing, .. }) => {
                if let Some(name) = missing {
                    self.flaw(at, Flaw::MayBeMissing { name });
                }
                format!("({code})")
            }
            Typed::List(_) | Typed::Thing | Typed::Broken => "false".to_owned(),
        }
    }

    /// The name of a variable that may be missing where it stands now.
    pub(super) fn missing(&self, leaf: &Leaf, fallback: Option<&Datum>) -> Option<String> {
        let there = leaf.certain || fallback.is_some() || self.there.contains(&leaf.key);
        (!there).then(|| leaf.name.clone())
    }
}
