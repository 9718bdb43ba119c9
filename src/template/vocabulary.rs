//! What templates may speak of.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::Fault;
use super::locale::Locales;
use crate::path::{Path, Problems};
use crate::rule::{self, Schema, Text};

/// The type of a variable's values.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Kind {
    /// Yes or no.
    Bool,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// An amount of money.
    Money,
    /// A text.
    Text,
    /// The address of a page or an image: one with `https`, `http`, `mailto` or `tel`. Facts that
    /// rules know are never links: give one as a detail.
    Link,
    /// A day of the calendar.
    Date,
    /// An instant, which customers read in their own time zone.
    Instant,
    /// A set of texts.
    Set,
}

impl Kind {
    /// The type in words.
    pub(super) const fn words(self) -> &'static str {
        match self {
            Self::Bool => "yes or no",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Money => "money",
            Self::Text => "a text",
            Self::Link => "a link",
            Self::Date => "a date",
            Self::Instant => "an instant",
            Self::Set => "a set of texts",
        }
    }
}

impl From<rule::Kind> for Kind {
    fn from(kind: rule::Kind) -> Self {
        match kind {
            rule::Kind::Bool => Self::Bool,
            rule::Kind::Integer => Self::Integer,
            rule::Kind::Number => Self::Number,
            rule::Kind::Money => Self::Money,
            rule::Kind::Text => Self::Text,
            rule::Kind::Date => Self::Date,
            rule::Kind::Set => Self::Set,
        }
    }
}

/// A value of a message or of the things in a list, by its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Variable {
    /// The name by which texts call it.
    pub name: Text,
    /// The type of its values.
    pub kind: Kind,
    /// Whether it may be missing, so that texts must have a fallback; it may not, without a word.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub optional: bool,
}

impl Variable {
    /// A variable that always has a value; without it there is no message.
    pub fn new(name: impl Into<Text>, kind: Kind) -> Self {
        Self { name: name.into(), kind, optional: false }
    }

    /// A variable that may be missing.
    pub fn optional(name: impl Into<Text>, kind: Kind) -> Self {
        Self { name: name.into(), kind, optional: true }
    }
}

/// Things over which texts go in a loop, such as recommended items or offers that were granted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct List {
    /// The name by which texts call it.
    pub name: Text,
    /// What is known of each thing.
    pub fields: Vec<Variable>,
    /// How many things there are at most; more are left out. 10 without a word, 100 at most.
    #[serde(default = "ten")]
    pub most: u32,
}

const fn ten() -> u32 {
    10
}

/// The most things that a list may have.
const MAX_ITEMS: u32 = 100;

impl List {
    /// A list of at most ten things with these fields.
    pub fn new(name: impl Into<Text>, fields: impl IntoIterator<Item = Variable>) -> Self {
        Self { name: name.into(), fields: fields.into_iter().collect(), most: ten() }
    }
}

/// What templates may speak of: the facts about a customer that rules know, and what belongs to a
/// message itself. Clones share it.
///
/// ```
/// use loyalty::rule::{Field, Kind as FactKind, Schema};
/// use loyalty::template::{Kind, List, Variable, Vocabulary};
///
/// let facts = Schema::new([Field::new("first_name", FactKind::Text)])?;
/// let details = [Variable::new("cart_total", Kind::Money)];
/// let items = List::new("items", [
///     Variable::new("name", Kind::Text),
///     Variable::new("price", Kind::Money),
///     Variable::optional("url", Kind::Link),
/// ]);
/// let vocabulary = Vocabulary::new(facts, details, [items])?;
/// # let _ = vocabulary;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vocabulary {
    pub(super) facts: Arc<Schema>,
    pub(super) details: Arc<[Variable]>,
    pub(super) lists: Arc<[List]>,
    pub(super) locales: Arc<Locales>,
}

/// Words that mean something in texts.
const RESERVED: [&str; 14] = [
    "and", "or", "not", "in", "is", "if", "else", "true", "false", "True", "False", "fact", "loop",
    "wording",
];

impl Vocabulary {
    /// The vocabulary of these facts, details of a message, and lists.
    ///
    /// A fact whose name is no plain word is called as in `{{ fact("spend(90d)")|money }}`.
    ///
    /// # Errors
    /// A problem under `details` or `lists` for each name that is no plain word of letters, digits
    /// and underscores, or that stands for something already, and for a list of no or of more than
    /// 100 things.
    pub fn new(
        facts: Schema,
        details: impl IntoIterator<Item = Variable>,
        lists: impl IntoIterator<Item = List>,
    ) -> Result<Self, Problems<Fault>> {
        let details: Vec<Variable> = details.into_iter().collect();
        let lists: Vec<List> = lists.into_iter().collect();
        let mut problems = Problems::none();
        let mut taken = BTreeSet::new();
        for (index, detail) in details.iter().enumerate() {
            let path = Path::root().field("details").item(index).field("name");
            name_fault(&detail.name, &mut taken, &facts, &path, &mut problems);
        }
        for (index, list) in lists.iter().enumerate() {
            let path = Path::root().field("lists").item(index);
            name_fault(&list.name, &mut taken, &facts, &path.field("name"), &mut problems);
            if !(1..=MAX_ITEMS).contains(&list.most) {
                let fault = Fault::OutOfRange { least: 1, most: MAX_ITEMS.into() };
                problems.add(path.field("most"), fault);
            }
            let mut fields = BTreeSet::new();
            for (place, field) in list.fields.iter().enumerate() {
                let path = path.field("fields").item(place).field("name");
                name_fault(&field.name, &mut fields, &Schema::default(), &path, &mut problems);
            }
        }
        problems.into_result(Self {
            facts: Arc::new(facts),
            details: details.into(),
            lists: lists.into(),
            locales: Arc::new(Locales::known()),
        })
    }

    /// All names that texts could call, for suggestions.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        let facts = self.facts.fields().iter().map(|field| field.name.as_str());
        let details = self.details.iter().map(|detail| detail.name.as_str());
        facts.chain(details).chain(self.lists.iter().map(|list| list.name.as_str()))
    }
}

/// Adds the fault of a name that is no plain word, or is taken.
pub(super) fn name_fault<'a>(
    name: &'a Text,
    taken: &mut BTreeSet<&'a str>,
    facts: &Schema,
    path: &Path,
    problems: &mut Problems<Fault>,
) {
    let text = name.as_str();
    let plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && text.bytes().next().is_some_and(|first| !first.is_ascii_digit());
    if !plain || text.len() > crate::id::MAX_BYTES {
        problems.add(path.clone(), Fault::NoPlainName { name: name.clone() });
    } else if RESERVED.contains(&text) || facts.slot(text).is_some() || !taken.insert(text) {
        problems.add(path.clone(), Fault::NameTaken { name: name.clone() });
    }
}
