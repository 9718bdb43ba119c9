//! Filters: which go with which type, and what comes out.

use super::super::asked::Form;
use super::super::locale::{DateStyle, MoneyStyle};
use super::super::tree::{Expr, ExprKind, Filter, Literal};
use super::super::{Flaw, Kind};
use super::text::TextCheck;
use super::typed::{Code, Typed, as_value, literal_code, quoted};
use crate::rule::closest;

const FILTERS: [&str; 14] = [
    "date",
    "default",
    "join",
    "length",
    "lower",
    "money",
    "number",
    "percent",
    "time",
    "title",
    "truncate",
    "upper",
    "urlencode",
    "count",
];

/// The most decimals and the longest text that filters are asked for.
const MAX_DECIMALS: i64 = 9;
const MAX_LENGTH: i64 = 10_000;

/// The filters that go with a type.
const fn allowed(kind: Option<Kind>) -> &'static [&'static str] {
    match kind {
        Some(Kind::Integer) => &["number", "default"],
        Some(Kind::Number) => &["number", "percent", "default"],
        Some(Kind::Money) => &["money", "default"],
        Some(Kind::Date) => &["date", "default"],
        Some(Kind::Instant) => &["date", "time", "default"],
        Some(Kind::Text) => &["upper", "lower", "title", "truncate", "urlencode", "default"],
        Some(Kind::Link) => &["urlencode", "default"],
        Some(Kind::Set) => &["join", "length"],
        Some(Kind::Bool) => &["default"],
        None => &[],
    }
}

impl TextCheck<'_> {
    pub(super) fn filter(&mut self, of: &Expr, filter: &Filter) -> Typed {
        let value = self.value(of);
        let name = filter.name.as_str();
        if !FILTERS.contains(&name) {
            let suggestion = closest(name, FILTERS);
            let flaw = Flaw::UnknownFilter { name: name.to_owned(), suggestion };
            self.flaw(filter.at, flaw);
            return Typed::Broken;
        }
        if value == Typed::Broken {
            return Typed::Broken;
        }
        match name {
            "default" => self.default(value, filter),
            "length" | "count" => self.length(&value, filter),
            "upper" | "lower" | "title" | "truncate" | "urlencode" => self.of_text(value, filter),
            _ => self.format(value, filter),
        }
    }

    fn wrong(&mut self, value: &Typed, filter: &Filter) -> Typed {
        let allowed = match value {
            Typed::List(_) => &["length"],
            other => allowed(other.kind()),
        };
        let flaw = Flaw::WrongFilter { filter: filter.name.clone(), found: value.words(), allowed };
        self.flaw(filter.at, flaw);
        Typed::Broken
    }

    fn arguments(&mut self, filter: &Filter, takes: &'static str) -> Typed {
        self.flaw(filter.at, Flaw::WrongArguments { filter: filter.name.clone(), takes });
        Typed::Broken
    }

    /// Filters that say how a value is written.
    fn format(&mut self, value: Typed, filter: &Filter) -> Typed {
        let Typed::Leaf(leaf, fallback) = value else { return self.wrong(&value, filter) };
        let word = word(filter);
        let form = match (filter.name.as_str(), leaf.kind, word) {
            ("money", Kind::Money, None) => Form::Money(MoneyStyle::Full),
            ("money", Kind::Money, Some("short")) => Form::Money(MoneyStyle::Short),
            ("money", Kind::Money, _) => {
                return self
                    .arguments(filter, "nothing, or `\"short\"` for no decimals that are zero");
            }
            ("date", Kind::Date | Kind::Instant, None | Some("long")) => {
                Form::Date(DateStyle::Long)
            }
            ("date", Kind::Date | Kind::Instant, Some("short")) => Form::Date(DateStyle::Short),
            ("date", Kind::Date | Kind::Instant, Some("full")) => Form::Date(DateStyle::Full),
            ("date", Kind::Date | Kind::Instant, _) => {
                return self.arguments(filter, "nothing, or `\"short\"`, `\"long\"` or `\"full\"`");
            }
            ("time", Kind::Instant, None) => Form::Time,
            ("percent", Kind::Number, None) => Form::Percent,
            ("time" | "percent", Kind::Instant | Kind::Number, _) => {
                return self.arguments(filter, "nothing");
            }
            ("number", Kind::Integer | Kind::Number, None) if filter.arguments.is_empty() => {
                Form::Printed
            }
            ("number", Kind::Integer | Kind::Number, _) => match count(filter, 0, MAX_DECIMALS) {
                Some(decimals) => Form::Decimals(decimals),
                None => return self.arguments(filter, "nothing, or how many decimals, up to 9"),
            },
            ("join", Kind::Set, Some(between)) => {
                filter.arguments.iter().for_each(|argument| self.visible(argument));
                Form::Joined(between.to_owned())
            }
            ("join", Kind::Set, _) => {
                return self.arguments(filter, "what stands between, like `\", \"`");
            }
            _ => return self.wrong(&Typed::Leaf(leaf, fallback), filter),
        };
        if word.is_none() && !filter.arguments.is_empty() && !matches!(form, Form::Decimals(_)) {
            return self.arguments(filter, "nothing but its style in quotes");
        }
        let missing = self.missing(&leaf, fallback.as_ref());
        let code = self.ask(&leaf, form, fallback);
        Typed::Code(Code { code, kind: Kind::Text, missing })
    }

    fn of_text(&mut self, value: Typed, filter: &Filter) -> Typed {
        let kind = value.kind();
        let goes =
            kind == Some(Kind::Text) || (kind == Some(Kind::Link) && filter.name == "urlencode");
        if !goes {
            return self.wrong(&value, filter);
        }
        let argument = match (filter.name.as_str(), filter.arguments.len()) {
            ("truncate", _) => match count(filter, 1, MAX_LENGTH) {
                Some(length) => format!("({length})"),
                None => return self.arguments(filter, "how many characters to keep, at least 1"),
            },
            (_, 0) => String::new(),
            _ => return self.arguments(filter, "nothing"),
        };
        let Some(Code { code, missing, .. }) = self.text_code(value) else { return Typed::Broken };
        let code = format!("{code}|{}{argument}", filter.name);
        Typed::Code(Code { code, kind: Kind::Text, missing })
    }

    fn length(&mut self, value: &Typed, filter: &Filter) -> Typed {
        if !filter.arguments.is_empty() {
            return self.arguments(filter, "nothing");
        }
        let code = match value {
            Typed::List(list) => self.ask_count(*list),
            Typed::Leaf(leaf, None) if leaf.kind == Kind::Set => self.ask(leaf, Form::Count, None),
            _ => return self.wrong(value, filter),
        };
        Typed::Code(Code { code, kind: Kind::Integer, missing: None })
    }

    /// A value of the same type stays one; anything else makes it a text.
    fn default(&mut self, value: Typed, filter: &Filter) -> Typed {
        let [other] = filter.arguments.as_slice() else {
            return self.arguments(filter, "what stands in, like `\"there\"`");
        };
        if let (Typed::Leaf(leaf, None), ExprKind::Literal(literal)) = (&value, &other.kind)
            && let Some(fallback) = as_value(literal, leaf.kind)
        {
            self.visible(other);
            return Typed::Leaf(leaf.clone(), Some(fallback));
        }
        if matches!(value, Typed::List(_) | Typed::Thing)
            || matches!(value.kind(), Some(Kind::Bool | Kind::Set))
        {
            return self.wrong(&value, filter);
        }
        let at = other.at;
        let other = self.value(other);
        let (first, second) = (self.as_text(value, filter.at), self.as_text(other, at));
        let (Some(first), Some(second)) = (first, second) else { return Typed::Broken };
        let link = |code: &Code| if code.kind == Kind::Link { "|link" } else { "" };
        let (first_link, second_link) = (link(&first), link(&second));
        let code = format!("{}{first_link}|default({}{second_link})", first.code, second.code);
        let missing = first.missing.and(second.missing);
        Typed::Code(Code { code, kind: Kind::Text, missing })
    }

    /// The value as a text that the engine can go on with.
    pub(super) fn text_code(&mut self, value: Typed) -> Option<Code> {
        match value {
            Typed::Code(Code { code, kind: Kind::Integer, missing }) => {
                Some(Code { code: format!("{code}|digits"), kind: Kind::Text, missing })
            }
            Typed::Code(code) if code.kind != Kind::Bool => Some(code),
            Typed::Literal(literal @ Literal::Text(_)) => {
                Some(Code { code: literal_code(&literal), kind: Kind::Text, missing: None })
            }
            Typed::Literal(Literal::Integer(value)) => {
                let code = quoted(&value.to_string());
                Some(Code { code, kind: Kind::Text, missing: None })
            }
            Typed::Leaf(leaf, fallback) if !matches!(leaf.kind, Kind::Bool | Kind::Set) => {
                let missing = self.missing(&leaf, fallback.as_ref());
                let kind = if leaf.kind == Kind::Link { Kind::Link } else { Kind::Text };
                Some(Code { code: self.ask(&leaf, Form::Printed, fallback), kind, missing })
            }
            _ => None,
        }
    }
}

/// The only argument, if it is a text.
fn word(filter: &Filter) -> Option<&str> {
    match filter.arguments.as_slice() {
        [Expr { kind: ExprKind::Literal(Literal::Text(word)), .. }] => Some(word),
        _ => None,
    }
}

/// The only argument, if it is a whole number in this range.
fn count(filter: &Filter, least: i64, most: i64) -> Option<usize> {
    match filter.arguments.as_slice() {
        [Expr { kind: ExprKind::Literal(Literal::Integer(count)), .. }]
            if (least..=most).contains(count) =>
        {
            usize::try_from(*count).ok()
        }
        _ => None,
    }
}
