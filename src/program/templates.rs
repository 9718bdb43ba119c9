//! The templates of a program, and what they can speak of.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fault, Spec};
use crate::id::TemplateId;
use crate::path::{Path, Problems};
use crate::rule::{Rule, Schema, Text};
use crate::template::{CheckedTemplate, Kind, List, Template, Variable, Vocabulary, Wording};

/// When the trigger fired.
pub(super) const FIRED_AT: &str = "fired_at";
/// The things that the host gives with a firing: what is in the cart, what is recommended.
pub(super) const ITEMS: &str = "items";

/// The names that templates use, of which some are facts.
pub(super) fn facts(templates: &[Template]) -> BTreeSet<Text> {
    templates.iter().flat_map(facts_of).collect()
}

/// The names that a template uses: those in its rules, and the words and quoted names in the braces
/// of its texts.
pub(super) fn facts_of(template: &Template) -> BTreeSet<Text> {
    let mut names = template.needs.clone();
    let wordings = template.texts.values().flat_map(|texts| &texts.wordings);
    for (_, wording) in template.wordings.iter().chain(wordings) {
        if let Wording::Cases(cases) = wording {
            let rules = cases.iter().filter_map(|case| case.when.as_ref());
            names.extend(rules.flat_map(Rule::fields).map(Text::from));
        }
    }
    names.extend(template.conditions.values().flat_map(Rule::fields).map(Text::from));
    let written = serde_json::to_value(template).unwrap_or_default();
    named_in(&written, &mut names);
    names
}

fn named_in(written: &serde_json::Value, names: &mut BTreeSet<Text>) {
    match written {
        serde_json::Value::String(text) => {
            for braces in text.split('{').skip(1) {
                let inside = braces.split('}').next().unwrap_or_default();
                let words = inside.split(|letter: char| !letter.is_alphanumeric() && letter != '_');
                let quoted = inside.split(['"', '\'']).skip(1).step_by(2);
                names.extend(words.chain(quoted).filter(|word| !word.is_empty()).map(Text::from));
            }
        }
        serde_json::Value::Array(items) => items.iter().for_each(|item| named_in(item, names)),
        serde_json::Value::Object(fields) => {
            fields.values().for_each(|field| named_in(field, names));
        }
        _ => {}
    }
}

/// The templates of the document that are sound, by id.
///
/// They speak of the facts that rules can name, of the instant `fired_at`, and of a list `items` of
/// things with a `name`, and perhaps a `price`, a `url` and an `image`.
pub(super) fn checked(
    spec: &Spec,
    schema: &Schema,
    problems: &mut Problems<Fault>,
) -> BTreeMap<TemplateId, CheckedTemplate> {
    let mut checked = BTreeMap::new();
    if spec.templates.is_empty() {
        return checked;
    }
    let path = Path::from("templates");
    let items = List::new(
        ITEMS,
        [
            Variable::new("name", Kind::Text),
            Variable::optional("price", Kind::Money),
            Variable::optional("url", Kind::Link),
            Variable::optional("image", Kind::Link),
        ],
    );
    let details = [Variable::new(FIRED_AT, Kind::Instant)];
    let vocabulary = Vocabulary::new(schema.clone(), details, [items]);
    let Some(vocabulary) = problems.take(&path, vocabulary) else { return checked };
    for (index, template) in spec.templates.iter().enumerate() {
        let found = problems.take(&path.item(index), template.check(&vocabulary));
        let twice = spec.templates.iter().take(index).any(|before| before.id == template.id);
        if twice {
            let fault = Fault::DuplicateTemplate { id: template.id.clone() };
            problems.add(path.item(index).field("id"), fault);
        }
        checked.extend(found.map(|found| (template.id.clone(), found)));
    }
    checked
}
