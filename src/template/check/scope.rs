//! What names mean where they stand.

use std::collections::BTreeSet;

use super::super::asked::Source;
use super::super::{Kind, Locale, Template, Vocabulary, Wording};
use crate::rule::{Text, closest};

/// What every text of a template can name.
pub(in super::super) struct Scope<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    pub(super) template: &'a Template,
    /// The names of the conditions, whose rules stand at the same positions.
    pub(super) conditions: Vec<&'a Text>,
    /// Where the rules of each wording's cases begin.
    cases: Vec<(&'a Wording, usize)>,
}

/// A variable where it is named.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Leaf {
    pub(super) key: Key,
    /// As it is called in the text.
    pub(super) name: String,
    pub(super) kind: Kind,
    /// Whether the template or the vocabulary promises that it is there.
    pub(super) certain: bool,
}

/// What a variable is, whatever it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Key {
    Root(Source),
    /// The field at a position of the thing of the loop at a depth.
    Field(usize, usize),
    /// The member of a set that the loop at a depth is at.
    Member(usize),
}

/// A loop that is open.
#[derive(Clone, Debug)]
pub(super) struct Loop {
    pub(super) name: String,
    pub(super) over: Over,
    /// Where in what is asked for its list stands.
    pub(super) ask: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    List(usize),
    Set,
    /// What could not be found, and was told.
    Nothing,
}

/// What a plain name means.
pub(super) enum Named {
    Leaf(Leaf),
    List(usize),
    /// The thing of the loop at a depth.
    Thing(usize),
    Loop,
    Wording,
    /// What could not be found, and was told.
    Broken,
    Unknown,
}

impl<'a> Scope<'a> {
    pub(super) fn new(
        vocabulary: &'a Vocabulary,
        template: &'a Template,
        cases: Vec<(&'a Wording, usize)>,
    ) -> Self {
        let conditions = template.conditions.keys().collect();
        Self { vocabulary, template, conditions, cases }
    }

    /// Where the rules of a wording's cases begin.
    pub(super) fn case_rules(&self, wording: &Wording) -> Option<usize> {
        let own = self.cases.iter().find(|(known, _)| std::ptr::eq(*known, wording));
        own.map(|(_, first)| *first)
    }

    pub(super) fn named(&self, name: &str, loops: &[Loop]) -> Named {
        let depth = loops.iter().rposition(|open| open.name == name);
        if let Some((depth, open)) = depth.and_then(|depth| Some((depth, loops.get(depth)?))) {
            return match open.over {
                Over::List(_) => Named::Thing(depth),
                Over::Set => Named::Leaf(Leaf {
                    key: Key::Member(depth),
                    name: name.to_owned(),
                    kind: Kind::Text,
                    certain: true,
                }),
                Over::Nothing => Named::Broken,
            };
        }
        match name {
            "loop" if !loops.is_empty() => return Named::Loop,
            "wording" => return Named::Wording,
            _ => {}
        }
        if let Some(index) = self.conditions.iter().position(|known| known.as_str() == name) {
            let key = Key::Root(Source::Rule(index));
            return Named::Leaf(leaf(key, name, Kind::Bool, true));
        }
        let vocabulary = self.vocabulary;
        if let Some(index) = vocabulary.details.iter().position(|known| known.name.as_str() == name)
        {
            let Some(detail) = vocabulary.details.get(index) else { return Named::Unknown };
            let certain = !detail.optional || self.needs(name);
            return Named::Leaf(leaf(Key::Root(Source::Detail(index)), name, detail.kind, certain));
        }
        if let Some(index) = vocabulary.lists.iter().position(|list| list.name.as_str() == name) {
            return Named::List(index);
        }
        self.fact(name).map_or(Named::Unknown, Named::Leaf)
    }

    /// The fact with this name, which may have arguments.
    pub(super) fn fact(&self, name: &str) -> Option<Leaf> {
        let slot = self.vocabulary.facts.slot(name)?;
        let field = self.vocabulary.facts.field(slot)?;
        Some(leaf(Key::Root(Source::Fact(slot)), name, field.kind.into(), self.needs(name)))
    }

    fn needs(&self, name: &str) -> bool {
        self.template.needs.contains(name)
    }

    /// The field of the thing of a loop.
    pub(super) fn field(&self, depth: usize, open: &Loop, name: &str) -> Option<Leaf> {
        let Over::List(list) = open.over else { return None };
        let fields = &self.vocabulary.lists.get(list)?.fields;
        let index = fields.iter().position(|field| field.name.as_str() == name)?;
        let field = fields.get(index)?;
        let called = format!("{}.{name}", open.name);
        Some(leaf(Key::Field(depth, index), &called, field.kind, !field.optional))
    }

    pub(super) fn field_suggestion(&self, open: &Loop, name: &str) -> Option<Text> {
        let Over::List(list) = open.over else { return None };
        let fields = &self.vocabulary.lists.get(list)?.fields;
        let field = closest(name, fields.iter().map(|field| field.name.as_str()))?;
        Some(Text::from(format!("{}.{field}", open.name)))
    }

    /// The name that was probably meant.
    pub(super) fn suggestion(&self, name: &str, loops: &[Loop]) -> Option<Text> {
        let conditions = self.conditions.iter().map(|name| name.as_str());
        let loops = loops.iter().map(|open| open.name.as_str());
        let names = self.vocabulary.names().chain(conditions).chain(loops);
        closest(name, names).or_else(|| self.vocabulary.facts.suggestion(name))
    }

    /// The only texts that occur in a variable, if they are known.
    pub(super) fn domain(&self, key: Key) -> Option<&'a BTreeSet<Text>> {
        let Key::Root(Source::Fact(slot)) = key else { return None };
        self.vocabulary.facts.field(slot)?.domain.as_ref()
    }

    /// A wording in the language of `locale`, or one for all languages; with where it is written.
    pub(super) fn wording(
        &self,
        name: &str,
        locale: &Locale,
    ) -> Option<(Option<&'a Locale>, &'a Wording)> {
        let template = self.template;
        let own = locale.chain().find_map(|tag| {
            let (locale, texts) = template.texts.iter().find(|(known, _)| known.as_str() == tag)?;
            Some((Some(locale), texts.wordings.get(name)?))
        });
        own.or_else(|| Some((None, template.wordings.get(name)?)))
    }

    pub(super) fn wording_suggestion(&self, name: &str, locale: &Locale) -> Option<Text> {
        let own = locale.chain().filter_map(|tag| {
            let texts = self.template.texts.iter().find(|(known, _)| known.as_str() == tag)?;
            Some(texts.1.wordings.keys())
        });
        closest(name, own.flatten().chain(self.template.wordings.keys()).map(Text::as_str))
    }
}

fn leaf(key: Key, name: &str, kind: Kind, certain: bool) -> Leaf {
    Leaf { key, name: name.to_owned(), kind, certain }
}
