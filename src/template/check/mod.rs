//! From written to checked: every problem at once, each with its place.

mod expression;
mod filter;
mod scope;
mod text;
mod typed;

use std::collections::{BTreeMap, BTreeSet};

use super::fault::Fault;
use super::jinja::{Engine, Sms, has_code, letter};
use super::rendered::{Medium, Part};
use super::tree::Position;
use super::vocabulary::name_fault;
use super::written::{Template, Texts, Wording};
use super::{CheckedTemplate, Flaw, Locale, Vocabulary};
use crate::path::{Path, Problems};
use crate::rule::{CheckedRule, closest};

pub(super) use scope::Scope;
pub(super) use text::{Checked, TextCheck};

use super::checked::{Compiled, Variant};

/// The longest text, in bytes.
const MAX_TEXT_BYTES: usize = 131_072;

/// The most cases of a wording: for the engine, each stands deeper than the one before.
const MAX_CASES: usize = 100;

impl Template {
    /// Finds everything that the texts name in `vocabulary`, compiles them, and tries them out on
    /// customers of whom everything, nothing or something is known.
    ///
    /// # Errors
    /// All problems, each with its path and, in texts, with line and column: names that are not
    /// known, filters that do not go with a type, variables that may be missing and have no
    /// fallback, statements that have no place in messages, places in HTML where nothing can be
    /// printed safely, rules that are wrong, and customers of the trial who would get no message.
    pub fn check(&self, vocabulary: &Vocabulary) -> Result<CheckedTemplate, Problems<Fault>> {
        let mut check = TemplateCheck {
            template: self,
            vocabulary,
            problems: Problems::none(),
            rules: Vec::new(),
            cases: Vec::new(),
        };
        check.heads();
        check.conditions();
        let shared = Path::root().field("wordings");
        for (name, wording) in &self.wordings {
            check.rules_of(&shared.field(name.as_str()), wording);
        }
        for (locale, texts) in &self.texts {
            let path = texts_path(locale).field("wordings");
            for (name, wording) in &texts.wordings {
                check.rules_of(&path.field(name.as_str()), wording);
            }
        }
        let (engine, variants) = check.texts();
        let TemplateCheck { problems, rules, .. } = check;
        let checked =
            CheckedTemplate::new(self.clone(), vocabulary.clone(), rules, engine, variants);
        if !problems.is_empty() {
            return problems.into_result(checked);
        }
        checked.tried()
    }
}

fn texts_path(locale: &Locale) -> Path {
    Path::root().field("texts").field(locale.as_str())
}

struct TemplateCheck<'a> {
    template: &'a Template,
    vocabulary: &'a Vocabulary,
    problems: Problems<Fault>,
    /// Those of conditions, and then those of cases of wordings; one that is wrong is never.
    rules: Vec<CheckedRule>,
    /// Where the rules of each wording's cases begin.
    cases: Vec<(&'a Wording, usize)>,
}

impl<'a> TemplateCheck<'a> {
    /// What stands outside of texts and rules.
    fn heads(&mut self) {
        let Template { default, needs, texts, limits, .. } = self.template;
        let root = Path::root();
        for name in needs {
            let details = self.vocabulary.details.iter().map(|detail| detail.name.as_str());
            let known = self.vocabulary.facts.slot(name.as_str()).is_some()
                || details.clone().any(|known| known == name.as_str());
            if !known {
                let facts = self.vocabulary.facts.fields().iter().map(|field| field.name.as_str());
                let suggestion = closest(name.as_str(), facts.chain(details));
                let fault = Fault::UnknownName { name: name.clone(), suggestion };
                self.problems.add(root.field("needs"), fault);
            }
        }
        if texts.is_empty() {
            self.problems.add(root.field("texts"), Fault::NoTexts);
        } else if !texts.contains_key(default) {
            let fault = Fault::NoDefault { locale: default.clone() };
            self.problems.add(root.field("default"), fault);
        }
        for (name, value, most) in limits.each() {
            if !(1..=most).contains(&value) {
                let fault = Fault::OutOfRange { least: 1, most };
                self.problems.add(root.field("limits").field(name), fault);
            }
        }
    }

    fn conditions(&mut self) {
        let path = Path::root().field("conditions");
        let vocabulary = self.vocabulary;
        let details = vocabulary.details.iter().map(|detail| detail.name.as_str());
        let lists = vocabulary.lists.iter().map(|list| list.name.as_str());
        let mut taken: BTreeSet<&str> = details.chain(lists).collect();
        for (name, rule) in &self.template.conditions {
            let path = path.field(name.as_str());
            name_fault(name, &mut taken, &vocabulary.facts, &path, &mut self.problems);
            self.rule(&path, rule);
        }
    }

    fn rule(&mut self, path: &Path, rule: &crate::rule::Rule) {
        let facts = &self.vocabulary.facts;
        let checked = self.problems.take(path, rule.check(facts));
        let never = || crate::rule::Rule::Never.check(facts).ok();
        self.rules.extend(checked.or_else(never));
    }

    fn rules_of(&mut self, path: &Path, wording: &'a Wording) {
        let Wording::Cases(cases) = wording else { return };
        self.cases.push((wording, self.rules.len()));
        if cases.is_empty() {
            self.problems.add(path.clone(), Fault::NoCases);
        } else if cases.len() > MAX_CASES {
            let fault = Fault::TooManyCases { cases: cases.len(), most: MAX_CASES };
            self.problems.add(path.clone(), fault);
        }
        for (index, case) in cases.iter().enumerate() {
            let path = path.item(index);
            let last = index + 1 == cases.len();
            match &case.when {
                Some(rule) => self.rule(&path.field("when"), rule),
                None => self.rule(&path, &crate::rule::Rule::Always),
            }
            match (&case.when, last) {
                (Some(_), true) => self.problems.add(path, Fault::NoCaseForAll),
                (None, false) => self.problems.add(path, Fault::CaseForAll),
                _ => {}
            }
        }
    }

    fn texts(&mut self) -> (Engine, BTreeMap<Locale, Variant>) {
        let template = self.template;
        let scope = Scope::new(self.vocabulary, template, std::mem::take(&mut self.cases));
        self.wordings(&scope);
        let mut engine = Engine::new(template.limits.steps);
        let mut variants = BTreeMap::new();
        for (locale, texts) in &template.texts {
            let path = texts_path(locale);
            let Some(formats) = self.vocabulary.locales.find(locale) else {
                self.problems.add(path, Fault::UnknownFormats { locale: locale.clone() });
                continue;
            };
            if *locale == template.default && Medium::ALL.iter().all(|m| texts.parts(*m).is_none())
            {
                self.problems.add(path.clone(), Fault::NoMedium);
            }
            let mut variant = Variant::new(formats.clone());
            for medium in Medium::ALL {
                let Some(parts) = self.parts_for(locale, texts, medium) else { continue };
                let path = path.field(medium.name());
                if medium == Medium::Email && parts.len() == 1 {
                    self.problems.add(path.clone(), Fault::NoBody);
                }
                for (part, text) in parts {
                    let path = path.field(part.name());
                    let place = (locale, medium, part);
                    if let Some(compiled) = self.part(&scope, place, &path, text, &mut engine) {
                        variant.add(medium, compiled);
                    }
                }
            }
            variants.insert(locale.clone(), variant);
        }
        (engine, variants)
    }

    /// The texts of a locale; where it has wordings of its own, those of its language will do.
    fn parts_for(
        &self,
        locale: &Locale,
        texts: &'a Texts,
        medium: Medium,
    ) -> Option<Vec<(Part, &'a str)>> {
        let wider = locale.chain().skip(1).take_while(|_| !texts.wordings.is_empty());
        let wider = wider.filter_map(|tag| self.template.texts.get(tag));
        std::iter::once(texts).chain(wider).find_map(|texts| texts.parts(medium))
    }

    /// Checks each wording by itself.
    fn wordings(&mut self, scope: &Scope<'_>) {
        let template = self.template;
        let shared = (Path::root().field("wordings"), &template.default, &template.wordings);
        let own = template
            .texts
            .iter()
            .map(|(locale, texts)| (texts_path(locale).field("wordings"), locale, &texts.wordings));
        for (path, locale, wordings) in std::iter::once(shared).chain(own) {
            let mut names = BTreeSet::new();
            for (name, wording) in wordings {
                let path = path.field(name.as_str());
                let facts = crate::rule::Schema::default();
                name_fault(name, &mut names, &facts, &path, &mut self.problems);
                match wording {
                    Wording::Always(text) => self.wording(scope, locale, &path, text),
                    Wording::Cases(cases) => {
                        for (index, case) in cases.iter().enumerate() {
                            let path = path.item(index).field("text");
                            self.wording(scope, locale, &path, &case.text);
                        }
                    }
                }
            }
        }
    }

    fn wording(&mut self, scope: &Scope<'_>, locale: &Locale, path: &Path, text: &str) {
        if self.fits(path, text) {
            self.tell(path, TextCheck::run_wording(scope, locale, text));
        }
    }

    fn fits(&mut self, path: &Path, text: &str) -> bool {
        if text.trim().is_empty() {
            self.problems.add(path.clone(), Fault::NoWords);
        } else if text.len() > MAX_TEXT_BYTES {
            let fault = Fault::TooLong { bytes: text.len(), most: MAX_TEXT_BYTES };
            self.problems.add(path.clone(), fault);
        } else {
            return true;
        }
        false
    }

    fn tell(&mut self, path: &Path, flaws: Vec<(Position, Flaw)>) {
        for (at, flaw) in flaws {
            self.problems.add(path.clone(), Fault::InText { at, flaw });
        }
    }

    fn part(
        &mut self,
        scope: &Scope<'_>,
        (locale, medium, part): (&Locale, Medium, Part),
        path: &Path,
        text: &str,
        engine: &mut Engine,
    ) -> Option<Compiled> {
        if !self.fits(path, text) {
            return None;
        }
        let sms = if medium == Medium::Sms { Sms::Yes } else { Sms::No };
        let Checked { code, asks, flaws } = TextCheck::run(scope, locale, (part, sms), text);
        let faultless = flaws.is_empty();
        self.tell(path, flaws);
        if !faultless {
            return None;
        }
        let is_code = has_code(&code);
        let name = format!("{} {locale} {} {}", letter(part, sms), medium.name(), part.name());
        if let Err(reason) = engine.add(name.clone(), code) {
            let flaw = Flaw::Unreadable { found: reason };
            self.tell(path, vec![(super::scan::START, flaw)]);
            return None;
        }
        let is_plain = asks.is_empty() && !is_code;
        let plain = is_plain.then(|| engine.render(&name, part, Vec::new()).ok()).flatten();
        Some(Compiled { part, name, asks, plain })
    }
}
