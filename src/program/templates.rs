//! The templates of a program, and what they can speak of.

use std::collections::{BTreeMap, BTreeSet};

use super::{Fault, Spec};
use crate::id::TemplateId;
use crate::path::{Path, Problems};
use crate::rule::{Schema, Text};
use crate::template::{CheckedTemplate, Kind, List, Template, Variable, Vocabulary};

/// When the trigger fired.
pub(super) const FIRED_AT: &str = "fired_at";
/// The things that the host gives with a firing: what is in the cart, what is recommended.
pub(super) const ITEMS: &str = "items";
/// The offers that the message promises.
pub(super) const OFFERS: &str = "offers";

/// The names that templates use, of which some are facts.
pub(super) fn facts(templates: &[Template]) -> BTreeSet<Text> {
    templates.iter().flat_map(Template::names).collect()
}

/// The templates of the document that are sound, by id.
///
/// They speak of the facts that rules can name, of the instant `fired_at`, of a list `items` of
/// things with a `name`, and perhaps a `price`, a `url` and an `image`, and of a list `offers` of
/// those that the message promises, each with its `name`, and perhaps the `code` to present and
/// `until` when it can be had at the latest.
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
    let offers = List::new(
        OFFERS,
        [
            Variable::new("name", Kind::Text),
            Variable::optional("code", Kind::Text),
            Variable::optional("until", Kind::Instant),
        ],
    );
    let details = [Variable::new(FIRED_AT, Kind::Instant)];
    let vocabulary = Vocabulary::new(schema.clone(), details, [items, offers]);
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
