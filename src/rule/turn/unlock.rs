//! Which missing field stands in the way of most rules.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::search::Search;
use crate::rule::{CheckedRule, Facts, Text, Truth};

/// A missing field, and the rules that could hold if just its value were known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unlock {
    /// The field that is missing.
    pub field: Text,
    /// The positions of the rules that are unknown now, and hold for some value of the field with
    /// everything else as it is.
    pub rules: Vec<usize>,
}

/// The missing fields that could make rules hold: those that could do so for most rules first, and
/// among equals by their names.
///
/// ```
/// use loyalty::rule::{Field, Kind, Rule, Schema, Sheet, unlocks};
///
/// let fields = [Field::new("birthday", Kind::Date), Field::new("email", Kind::Text)];
/// let schema = Schema::new(fields)?;
/// let rules = ["birthday anniversary within next 7d", "email contains \"@\"", "missing(email)"];
/// let mut checked = Vec::new();
/// for rule in rules {
///     checked.push(rule.parse::<Rule>()?.check(&schema)?);
/// }
/// let unlocks = unlocks(&checked, &Sheet::new("2026-03-01".parse()?));
/// let told: Vec<_> = unlocks.iter().map(|it| (it.field.as_str(), &it.rules[..])).collect();
/// assert_eq!(told, [("birthday", &[0][..]), ("email", &[1][..])]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn unlocks<'a>(
    rules: impl IntoIterator<Item = &'a CheckedRule>,
    facts: &dyn Facts,
) -> Vec<Unlock> {
    let mut found: BTreeMap<Text, Vec<usize>> = BTreeMap::new();
    for (position, rule) in rules.into_iter().enumerate() {
        if rule.truth(facts) != Truth::Unknown {
            continue;
        }
        for slot in rule.slots() {
            if facts.value(*slot).is_none() && Search::new(rule, facts).turns_by(*slot) {
                found.entry(rule.name(*slot)).or_default().push(position);
            }
        }
    }
    let mut unlocks: Vec<Unlock> =
        found.into_iter().map(|(field, rules)| Unlock { field, rules }).collect();
    unlocks.sort_by_key(|unlock| std::cmp::Reverse(unlock.rules.len()));
    unlocks
}
