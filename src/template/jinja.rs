//! The engine that runs checked texts: minijinja, with nothing but what they need.
//!
//! What an author writes never gets here. A text that was read and checked is written anew for the
//! engine, with delimiters that occur in no text, with every value under a number of its own, and
//! with the filters of the place where it is printed. The engine has no function, no template to
//! include and no macro; its fuel bounds the steps, the bytes that are printed and so the memory.

use minijinja::syntax::SyntaxConfig;
use minijinja::{Environment, Error, ErrorKind, Output, State, UndefinedBehavior, Value, context};

use super::rendered::Part;
use super::{Refusal, escape};

/// What stands around code; no text has these characters.
pub(super) const PRINT: [&str; 2] = ["\u{2}{", "}\u{3}"];
pub(super) const STATEMENT: [&str; 2] = ["\u{2}%", "%\u{3}"];
const COMMENT: [&str; 2] = ["\u{2}#", "#\u{3}"];

/// Why the engine was stopped by one of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Stop {
    #[error("a line break")]
    LineBreak,
    #[error("an unsafe link")]
    UnsafeLink,
}

impl From<Stop> for Error {
    fn from(stop: Stop) -> Self {
        Self::new(ErrorKind::InvalidOperation, "stopped").with_source(stop)
    }
}

/// The texts of a template, compiled.
#[derive(Clone, Debug)]
pub(super) struct Engine {
    environment: Environment<'static>,
    steps: u64,
}

/// Whether a text for the engine has any code.
pub(super) fn has_code(text: &str) -> bool {
    [PRINT, STATEMENT, COMMENT].iter().any(|[open, _]| text.contains(open))
}

/// How a part is escaped: the first letter of its name in the engine.
pub(super) const fn letter(part: Part, sms: Sms) -> char {
    match (part, sms) {
        (Part::Html, _) => 'h',
        (Part::Subject, _) => 's',
        (_, Sms::Yes) => 'm',
        (Part::Text | Part::Title | Part::Body, Sms::No) => 't',
    }
}

/// Whether a part is that of a text message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sms {
    Yes,
    No,
}

impl Engine {
    pub(super) fn new(steps: u64) -> Self {
        let mut environment = Environment::empty();
        let mut syntax = SyntaxConfig::builder();
        let [open, close] = PRINT;
        syntax.variable_delimiters(open, close);
        let [open, close] = STATEMENT;
        syntax.block_delimiters(open, close);
        let [open, close] = COMMENT;
        syntax.comment_delimiters(open, close).keep_trailing_newline(true);
        if let Ok(syntax) = syntax.build() {
            environment.set_syntax(syntax);
        }
        environment.set_fuel(Some(steps));
        environment.set_recursion_limit(64);
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        environment.set_formatter(print);
        environment.add_filter("default", fallback);
        environment.add_filter("digits", |count: i64| count.to_string());
        environment.add_filter("upper", |value: Value| text(value, |text| text.to_uppercase()));
        environment.add_filter("lower", |value: Value| text(value, |text| text.to_lowercase()));
        environment.add_filter("title", |value: Value| text(value, title));
        environment.add_filter("truncate", |state: &State<'_, '_>, value: Value, length: usize| {
            match state.name().as_bytes().first() {
                Some(b'm') => text(value, |text| truncated_in_sms(text, length)),
                _ => text(value, |text| truncated(text, length, "…")),
            }
        });
        environment.add_filter("urlencode", urlencode);
        environment.add_filter("link", link);
        environment.add_filter("link_part", link_part);
        Self { environment, steps }
    }

    /// Compiles the code of a part.
    pub(super) fn add(&mut self, name: String, code: String) -> Result<(), String> {
        self.environment.add_template_owned(name, code).map_err(|error| error.to_string())
    }

    /// Runs a part with its values, which its code asks for as `v[0]`, `v[1]` and so on.
    pub(super) fn render(
        &self,
        name: &str,
        part: Part,
        values: Vec<Value>,
    ) -> Result<String, Refusal> {
        let template = self.environment.get_template(name);
        let rendered = template.and_then(|template| template.render(context! { v => values }));
        rendered.map_err(|error| self.refusal(part, &error))
    }

    fn refusal(&self, part: Part, error: &Error) -> Refusal {
        if error.kind() == ErrorKind::OutOfFuel {
            return Refusal::StepsSpent { part, steps: self.steps };
        }
        match std::error::Error::source(error).and_then(|source| source.downcast_ref()) {
            Some(Stop::LineBreak) => Refusal::HeaderLineBreak { part },
            Some(Stop::UnsafeLink) => Refusal::UnsafeLink { part },
            None => Refusal::Failed { part, reason: error.to_string() },
        }
    }
}

/// Prints a value as the part needs it.
fn print(out: &mut Output<'_>, state: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let Some(text) = value.as_str() else {
        let count = value.as_i64().ok_or_else(|| Error::from(ErrorKind::InvalidOperation))?;
        return out.write_fmt(format_args!("{count}")).map_err(Error::from);
    };
    match state.name().as_bytes().first() {
        Some(b'h') => escape::html(text, out)?,
        Some(b'm') => escape::sms(text, out)?,
        Some(b't') => escape::plain(text, out)?,
        _ => {
            if text.contains(|next| escape::fate(next) == escape::Fate::Breaks) {
                return Err(Stop::LineBreak.into());
            }
            escape::plain(text, out)?;
        }
    }
    Ok(())
}

fn fallback(value: Value, other: Value) -> Value {
    if value.is_undefined() { other } else { value }
}

/// A filter of texts; what is missing stays so.
fn text(value: Value, filter: impl FnOnce(&str) -> String) -> Value {
    value.as_str().map(|text| Value::from(filter(text))).unwrap_or(Value::UNDEFINED)
}

/// Each word with a capital, and the rest of it in small letters.
fn title(text: &str) -> String {
    let mut titled = String::with_capacity(text.len());
    let mut inside = false;
    for character in text.chars() {
        if inside {
            titled.extend(character.to_lowercase());
        } else {
            titled.extend(character.to_uppercase());
        }
        inside = character.is_alphanumeric() || matches!(character, '\'' | '’');
    }
    titled
}

/// At most so many characters, of which the last are an ellipsis if some were cut.
fn truncated(text: &str, length: usize, ellipsis: &str) -> String {
    if text.chars().nth(length).is_none() {
        return text.to_owned();
    }
    let room = length.saturating_sub(ellipsis.chars().count());
    let kept: String = text.chars().take(room).collect();
    kept.trim_end().chars().chain(ellipsis.chars()).take(length).collect()
}

/// In a text message an ellipsis is three dots, also one in the text.
fn truncated_in_sms(text: &str, length: usize) -> String {
    let mut spelled = String::with_capacity(text.len());
    match escape::sms(text, &mut spelled) {
        Ok(()) => truncated(&spelled, length, "..."),
        Err(_) => String::new(),
    }
}

/// Safe is what is encoded; the engine keeps it in mind until the text is changed.
fn urlencode(value: Value) -> Value {
    let encoded = value.as_str().map(|text| escape::link_part(text).into_owned());
    encoded.map_or(Value::UNDEFINED, Value::from_safe_string)
}

/// A part of a link's path or query, whether its author has it encoded or not; a count is digits.
fn link_part(value: Value) -> Value {
    if value.is_safe() || value.as_i64().is_some() { value } else { urlencode(value) }
}

fn link(value: Value) -> Result<Value, Error> {
    match value.as_str() {
        Some(text) => escape::link(text).map(Value::from).ok_or_else(|| Stop::UnsafeLink.into()),
        None => Ok(Value::UNDEFINED),
    }
}
