//! Templates that were checked, and what they say to a customer.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use super::asked::{Ask, Asking};
use super::jinja::Engine;
use super::locale::Formats;
use super::rendered::{Content, Medium, Part, Rendered};
use super::values::Seen;
use super::{Fault, Locale, Refusal, Remark, SmsCount, Template, Values, Vocabulary, trial};
use crate::calendar::Zone;
use crate::digest::Digest;
use crate::path::{Problem, Problems};
use crate::rule::{CheckedRule, Text};

/// A template that was checked against a vocabulary, compiled and tried out.
#[derive(Clone)]
pub struct CheckedTemplate {
    template: Template,
    version: Digest,
    facts: Vec<Text>,
    vocabulary: Vocabulary,
    rules: Vec<CheckedRule>,
    engine: Engine,
    variants: BTreeMap<Locale, Variant>,
    remarks: Vec<Problem<Remark>>,
}

/// The texts of one locale.
#[derive(Clone, Debug)]
pub(super) struct Variant {
    formats: Arc<Formats>,
    media: BTreeMap<Medium, Vec<Compiled>>,
}

/// A part, and what it asks for.
#[derive(Clone, Debug)]
pub(super) struct Compiled {
    pub(super) part: Part,
    /// Its name in the engine.
    pub(super) name: String,
    pub(super) asks: Vec<Ask>,
    /// What it says, if that is the same to everybody.
    pub(super) plain: Option<String>,
}

impl Variant {
    pub(super) const fn new(formats: Arc<Formats>) -> Self {
        Self { formats, media: BTreeMap::new() }
    }

    pub(super) fn add(&mut self, medium: Medium, part: Compiled) {
        self.media.entry(medium).or_default().push(part);
    }
}

impl CheckedTemplate {
    pub(super) fn new(
        template: Template,
        vocabulary: Vocabulary,
        rules: Vec<CheckedRule>,
        engine: Engine,
        variants: BTreeMap<Locale, Variant>,
    ) -> Self {
        let mut facts = template.names();
        facts.retain(|name| vocabulary.facts.slot(name.as_str()).is_some());
        Self {
            version: template.version(),
            facts: facts.into_iter().collect(),
            template,
            vocabulary,
            rules,
            engine,
            variants,
            remarks: Vec::new(),
        }
    }

    /// The template, once it was tried out.
    pub(super) fn tried(mut self) -> Result<Self, Problems<Fault>> {
        let trial::Tried { problems, remarks } = trial::trial(&self);
        self.remarks = remarks;
        problems.into_result(self)
    }

    /// The template as it was written.
    #[must_use]
    pub const fn written(&self) -> &Template {
        &self.template
    }

    /// The version of the template: see [`Template::version`].
    #[must_use]
    pub const fn version(&self) -> Digest {
        self.version
    }

    /// The facts about a customer that its texts and rules ask for, in the order of their names.
    #[must_use]
    pub fn facts(&self) -> &[Text] {
        &self.facts
    }

    /// What its author may want to look at, by its path.
    #[must_use]
    pub fn remarks(&self) -> &[Problem<Remark>] {
        &self.remarks
    }

    /// The media for which there are texts in any language, in their order.
    pub fn media(&self) -> impl Iterator<Item = Medium> {
        let has = |medium: &Medium| {
            self.variants.values().any(|variant| variant.media.contains_key(medium))
        };
        Medium::ALL.into_iter().filter(has)
    }

    pub(super) const fn vocabulary(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// What the message says to a customer of this locale on a medium; instants are told in the
    /// customer's `zone`.
    ///
    /// Numbers and dates are written as in the customer's region if the texts are in their
    /// language, and as in the texts' own locale otherwise. A subject, a title and a text message
    /// have no white space at their ends.
    ///
    /// # Errors
    /// The reason why there is no such message.
    ///
    /// # Complexity
    /// The steps of each part are bounded by the template's limits, and so is what is printed.
    pub fn render(
        &self,
        medium: Medium,
        values: &Values<'_>,
        locale: &Locale,
        zone: Zone,
    ) -> Result<Rendered, Refusal> {
        let (own, variant, parts) =
            self.parts(medium, locale).ok_or(Refusal::NoTexts { medium })?;
        let regional = (own.language() == locale.language())
            .then(|| self.vocabulary.locales.find(locale))
            .flatten();
        let formats = regional.unwrap_or(&variant.formats);
        let (vocabulary, rules) = (&self.vocabulary, self.rules.as_slice());
        let asking = Asking { vocabulary, rules, values, formats, zone };
        self.needs(&asking)?;
        let mut texts = Vec::with_capacity(parts.len());
        for part in parts {
            let text = match &part.plain {
                Some(text) => text.clone(),
                None => self.engine.render(&part.name, part.part, asking.cells(&part.asks)?)?,
            };
            texts.push((part.part, self.fitting(medium, part.part, text)?));
        }
        Ok(Rendered { locale: own.clone(), content: self.content(medium, texts)? })
    }

    /// The texts for a medium that are nearest to a locale, with their own locale.
    fn parts(&self, medium: Medium, locale: &Locale) -> Option<(&Locale, &Variant, &[Compiled])> {
        let mut tags = locale.chain().chain(self.template.default.chain());
        tags.find_map(|tag| {
            let (own, variant) = self.variants.get_key_value(tag)?;
            Some((own, variant, variant.media.get(&medium)?.as_slice()))
        })
    }

    /// The locale of the texts for a medium that are nearest to a locale.
    pub(super) fn texts_of(&self, medium: Medium, locale: &Locale) -> Option<&Locale> {
        self.parts(medium, locale).map(|(own, ..)| own)
    }

    /// Whether all is there that the template needs.
    fn needs(&self, asking: &Asking<'_>) -> Result<(), Refusal> {
        let facts = &self.vocabulary.facts;
        for name in &self.template.needs {
            let detail = self.vocabulary.details.iter().find(|detail| detail.name == *name);
            let there = match (detail, facts.slot(name.as_str())) {
                (Some(detail), _) => asking.detail(detail).is_some(),
                (None, Some(slot)) => {
                    let kind = facts.field(slot).map(|field| field.kind.into());
                    let value = asking.values.facts.value(slot);
                    value.zip(kind).and_then(|(value, kind)| Seen::of(value, kind)).is_some()
                }
                (None, None) => false,
            };
            if !there {
                return Err(Refusal::Missing { name: name.clone() });
            }
        }
        Ok(())
    }

    /// The text of a part, if it is neither empty nor too long.
    fn fitting(&self, medium: Medium, part: Part, text: String) -> Result<String, Refusal> {
        let limits = &self.template.limits;
        let text = match (medium, part) {
            (Medium::Email, Part::Html | Part::Text) => text,
            _ => trimmed(text),
        };
        if text.trim().is_empty() {
            return Err(Refusal::Empty { part });
        }
        let (length, most) = match (medium, part) {
            (Medium::Sms, _) => return Ok(text),
            (_, Part::Subject) => (text.chars().count(), limits.subject_characters),
            (_, Part::Title) => (text.chars().count(), limits.title_characters),
            (_, Part::Body) => (text.chars().count(), limits.body_characters),
            (_, Part::Html | Part::Text) => (text.len(), limits.email_bytes),
        };
        if length > most as usize {
            return Err(Refusal::TooLong { part, most: most.into() });
        }
        Ok(text)
    }

    fn content(&self, medium: Medium, texts: Vec<(Part, String)>) -> Result<Content, Refusal> {
        let mut texts: BTreeMap<Part, String> = texts.into_iter().collect();
        let mut taken = |part| texts.remove(&part).ok_or(Refusal::Empty { part });
        match medium {
            Medium::Email => Ok(Content::Email {
                subject: taken(Part::Subject)?,
                html: taken(Part::Html).ok(),
                text: taken(Part::Text).ok(),
            }),
            Medium::Push => {
                Ok(Content::Push { title: taken(Part::Title)?, body: taken(Part::Body)? })
            }
            Medium::Sms => {
                let text = taken(Part::Text)?;
                let count = SmsCount::of(&text);
                let (segments, most) = (count.segments, self.template.limits.sms_segments);
                if segments > most {
                    return Err(Refusal::TooManySegments { segments, most });
                }
                Ok(Content::Sms { text, count })
            }
        }
    }
}

/// The text without white space at its ends.
fn trimmed(text: String) -> String {
    if text.trim().len() == text.len() { text } else { text.trim().to_owned() }
}

/// Two are equal if they were written in the same way for the same vocabulary.
impl PartialEq for CheckedTemplate {
    fn eq(&self, other: &Self) -> bool {
        (&self.template, &self.vocabulary) == (&other.template, &other.vocabulary)
    }
}

impl Eq for CheckedTemplate {}

impl fmt::Debug for CheckedTemplate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CheckedTemplate")
            .field("template", &self.template)
            .field("remarks", &self.remarks)
            .finish_non_exhaustive()
    }
}
