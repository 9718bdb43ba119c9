//! What can be wrong with a template or a vocabulary, told so that its author can mend it.

use std::fmt;

use thiserror::Error;

use super::tree::Position;
use super::{Locale, Refusal};
use crate::rule::{self, Text};

/// What is wrong at a place of a template or a vocabulary.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Fault {
    /// A text says something that cannot be.
    #[error("line {}, column {}: {flaw}", at.line, at.column)]
    InText {
        /// Where in the text.
        at: Position,
        /// What is wrong.
        flaw: Flaw,
    },
    /// A rule is wrong.
    #[error(transparent)]
    Rule(#[from] rule::Fault),
    /// There are no texts at all.
    #[error("there are no texts")]
    NoTexts,
    /// There are no texts in the default's locale.
    #[error("there are no texts in `{locale}`, which stands in for all others")]
    NoDefault {
        /// The default.
        locale: Locale,
    },
    /// There is no medium with texts.
    #[error("there is neither `email` nor `sms` nor `push`")]
    NoMedium,
    /// A mail has no body.
    #[error("the mail has neither `html` nor `text`")]
    NoBody,
    /// A part has no words.
    #[error("the text is empty")]
    NoWords,
    /// The text has more bytes than templates may have.
    #[error("the text has {bytes} bytes: at most {most}")]
    TooLong {
        /// How many it has.
        bytes: usize,
        /// How many it may have.
        most: usize,
    },
    /// It is not known how numbers and dates are written in a locale.
    #[error("it is not known how numbers and dates are written in `{locale}`")]
    UnknownFormats {
        /// The locale.
        locale: Locale,
    },
    /// The name is no plain word.
    #[error("`{}` is no plain word: write letters, digits and underscores", short(name))]
    NoPlainName {
        /// The name.
        name: Text,
    },
    /// The name stands for something already.
    #[error("`{}` stands for something else already", short(name))]
    NameTaken {
        /// The name.
        name: Text,
    },
    /// There is no such variable.
    #[error("`{}` is no known variable{}", short(name), did_you_mean(suggestion))]
    UnknownName {
        /// The name.
        name: Text,
        /// The name that was probably meant.
        suggestion: Option<Text>,
    },
    /// The number is out of range.
    #[error("the number must be from {least} to {most}")]
    OutOfRange {
        /// The least that it may be.
        least: u64,
        /// The most that it may be.
        most: u64,
    },
    /// There are no cases of a wording.
    #[error("there are no cases")]
    NoCases,
    /// There are more cases of a wording than it may have.
    #[error("there are {cases} cases: at most {most}")]
    TooManyCases {
        /// How many there are.
        cases: usize,
        /// How many there may be.
        most: usize,
    },
    /// A case before the last is for everyone, so that those after it are for no one.
    #[error("the case is for everyone, so that the ones after it are for no one")]
    CaseForAll,
    /// The last case is not for everyone, so that for some there would be no words.
    #[error("the last case has a `when`: for everyone else there would be no words")]
    NoCaseForAll,
    /// A customer of the trial would get no message.
    #[error("for {whom} there would be no message: {refusal}")]
    Trial {
        /// Whom the trial supposed.
        whom: &'static str,
        /// Why there would be none.
        refusal: Refusal,
    },
}

/// What is wrong at a place in a text.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Flaw {
    /// Braces, a comment, a quoted text or a block is not closed.
    #[error("{what} is not closed")]
    Unclosed {
        /// What is open.
        what: &'static str,
    },
    /// Something stands where it means nothing.
    #[error("`{}` means nothing here", short(found))]
    Unreadable {
        /// What stands there.
        found: String,
    },
    /// Something is missing at the end.
    #[error("something is missing at the end")]
    Ends,
    /// A text computes.
    #[error("`{sign}`: a text does not compute; let the host give the number, or use a fact")]
    Arithmetic {
        /// The sign.
        sign: String,
    },
    /// A statement of Jinja that messages do without.
    #[error("`{word}` has no place in messages: {instead}")]
    NoStatement {
        /// The statement.
        word: String,
        /// What to do instead.
        instead: &'static str,
    },
    /// No statement is called so.
    #[error("`{}` is no statement: there are `if`, `for` and `raw`", short(word))]
    UnknownStatement {
        /// The word.
        word: String,
    },
    /// A part or an end of a block stands outside of the block.
    #[error("`{word}` does not belong to the block that is open here")]
    Astray {
        /// The statement.
        word: String,
    },
    /// Blocks or expressions stand too deep in each other, or an expression or a row of `elif` is
    /// too long.
    #[error("this is nested too deep or too long")]
    TooDeep,
    /// The text becomes too large with its wordings, or asks for too many values.
    #[error("the text is too large with its wordings")]
    TooLarge,
    /// There are functions in Jinja, but none in messages.
    #[error("`{}` is no function: there is only `fact(\"…\")`", short(name))]
    NoFunction {
        /// The name.
        name: String,
    },
    /// Things in a list are not called by their number.
    #[error("things are not called by a number: write `{{% for item in items[:1] %}}`")]
    NoIndex,
    /// There is no such test.
    #[error("`{}` is no test: there is only `is defined` and `is not defined`", short(name))]
    UnknownTest {
        /// The name.
        name: String,
    },
    /// There is no such variable.
    #[error("`{}` is no known variable{}", short(name), did_you_mean(suggestion))]
    UnknownVariable {
        /// The name as it is written.
        name: Text,
        /// The name that was probably meant.
        suggestion: Option<Text>,
    },
    /// A fact would be there if something else were.
    #[error("`{}` needs {needs}", short(name))]
    Needs {
        /// The name as it is written.
        name: Text,
        /// What it needs.
        needs: Text,
    },
    /// There is no such wording in the language of the text.
    #[error("there is no wording `{}` in `{locale}`{}", short(name), did_you_mean(suggestion))]
    UnknownWording {
        /// The name as it is written.
        name: Text,
        /// The locale of the text.
        locale: Locale,
        /// The name that was probably meant.
        suggestion: Option<Text>,
    },
    /// A wording is used for something else than to stand in a text.
    #[error("a wording stands alone, like `{{{{ wording.thanks }}}}`")]
    WordingNotAlone,
    /// A wording names a wording.
    #[error("a wording names no other wording")]
    WordingInWording,
    /// A variable that may be missing has no fallback.
    #[error(
        "`{name}` may be missing: write `{name}|default(\"…\")` or ask `if {name} is defined` first"
    )]
    MayBeMissing {
        /// The variable as it is called.
        name: String,
    },
    /// There is no such filter.
    #[error("`{}` is no filter{}", short(name), did_you_mean(suggestion))]
    UnknownFilter {
        /// The name as it is written.
        name: String,
        /// The name that was probably meant.
        suggestion: Option<Text>,
    },
    /// A filter does not go with the type of what stands before it.
    #[error("`{filter}` does not go with {found}{}", goes(allowed))]
    WrongFilter {
        /// The filter.
        filter: String,
        /// What stands before it, in words.
        found: &'static str,
        /// The filters that go with it.
        allowed: &'static [&'static str],
    },
    /// A filter has other arguments than it takes.
    #[error("`{filter}` takes {takes}")]
    WrongArguments {
        /// The filter.
        filter: String,
        /// What it takes.
        takes: &'static str,
    },
    /// Something cannot be printed as it is.
    #[error("{found} cannot be printed: {instead}")]
    NotPrinted {
        /// What it is, in words.
        found: &'static str,
        /// What to do.
        instead: &'static str,
    },
    /// Two things cannot be compared.
    #[error(
        "{left} and {right} are not compared here: write a rule under `conditions` and ask for it"
    )]
    NotCompared {
        /// The first in words.
        left: &'static str,
        /// The second in words.
        right: &'static str,
    },
    /// The text never occurs in the variable.
    #[error("`{}` never occurs in `{}`{}", short(text), short(name), did_you_mean(suggestion))]
    OutsideDomain {
        /// The variable.
        name: Text,
        /// The text.
        text: String,
        /// The text that was probably meant.
        suggestion: Option<Text>,
    },
    /// A loop goes over something that is no list.
    #[error("{found} is no list, so there is nothing to loop over")]
    NoList {
        /// What it is, in words.
        found: &'static str,
    },
    /// A loop takes none of the things.
    #[error("the loop takes no things: write at least 1")]
    NoTurns,
    /// The name of a loop stands for something else.
    #[error("`{}` stands for something else already", short(name))]
    NameTaken {
        /// The name.
        name: String,
    },
    /// A character that is not seen stands in the words.
    #[error("the character U+{code:04X} cannot be seen and has no place in a message")]
    Invisible {
        /// The character's number.
        code: u32,
    },
    /// A subject or a title has more than one line.
    #[error("this is one line: it has no line break")]
    LineBreak,
    /// Something is printed in HTML where it cannot be made safe.
    #[error("nothing can be printed in {place}: print between tags or in a quoted attribute")]
    UnsafePlace {
        /// The place, in words.
        place: &'static str,
    },
    /// A whole link is printed from a variable that is none.
    #[error("{found} is no link: declare what holds one as a link among the details or in a list")]
    NoLink {
        /// What it is, in words.
        found: &'static str,
    },
    /// A link begins with something else than a scheme that is known to be safe.
    #[error(
        "a link begins with `https://`, `http://`, `mailto:` or `tel:`, or is one variable: {found}"
    )]
    UnsafeLink {
        /// What it begins with.
        found: String,
    },
    /// An element in which HTML is read by other rules: `svg`, `math`, or a script in a script.
    #[error("`<{name}>` has no place here: what follows would be read otherwise")]
    NoElement {
        /// The element.
        name: String,
    },
    /// The ways through a text end in different places of the HTML.
    #[error("this leaves tags or attributes open on one way and not on another")]
    UnevenMarkup,
    /// A tag, an attribute or a comment is open at the end.
    #[error("{place} is open at the end of the text")]
    OpenMarkup {
        /// What is open, in words.
        place: &'static str,
    },
}

/// The user's words, cut where they would fill the page.
fn short(words: impl fmt::Display) -> String {
    let words = words.to_string();
    match words.char_indices().nth(60) {
        Some((end, _)) => words.get(..end).map(|start| format!("{start}…")).unwrap_or_default(),
        None => words,
    }
}

fn did_you_mean(suggestion: &Option<Text>) -> String {
    suggestion.as_ref().map(|name| format!(": did you mean `{name}`?")).unwrap_or_default()
}

fn goes(allowed: &[&str]) -> String {
    if allowed.is_empty() {
        return String::new();
    }
    let allowed: Vec<String> = allowed.iter().map(|name| format!("`{name}`")).collect();
    format!(": use {}", allowed.join(", "))
}
