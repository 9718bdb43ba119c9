//! The formats of the Unicode Common Locale Data Repository (CLDR), as far as messages need them.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::Deserialize;
use smol_str::SmolStr;

use super::Locale;

/// CLDR 48.2, © Unicode, Inc., license Unicode-3.0; written by `tests/data/template/locales.mjs`.
const CLDR: &str = include_str!("cldr.json");

/// How one locale writes what people read.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Formats {
    pub(super) decimal: SmolStr,
    pub(super) group: SmolStr,
    pub(super) minus: SmolStr,
    /// How many digits must stand before the last three for these to be parted from them.
    pub(super) least_groups: usize,
    /// How many digits stand in the groups before the last, which has three.
    pub(super) higher_groups: usize,
    pub(super) money_decimal: SmolStr,
    pub(super) money_group: SmolStr,
    /// What stands around the number `#` that is not negative, and around one that is.
    pub(super) money: [SmolStr; 2],
    /// The same where a letter of the currency would touch the number.
    pub(super) money_letters: [SmolStr; 2],
    pub(super) percent: [SmolStr; 2],
    /// The signs of currencies; of others it is their code.
    pub(super) symbols: BTreeMap<SmolStr, SmolStr>,
    pub(super) months: [SmolStr; 12],
    pub(super) short_months: [SmolStr; 12],
    /// From Sunday on.
    pub(super) days: [SmolStr; 7],
    pub(super) short_date: SmolStr,
    pub(super) long_date: SmolStr,
    pub(super) full_date: SmolStr,
    pub(super) time: SmolStr,
    /// Before and after noon.
    pub(super) halves: [SmolStr; 2],
}

/// The locales whose formats are known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Locales(BTreeMap<SmolStr, Arc<Formats>>);

impl Locales {
    /// Those of the crate.
    pub(crate) fn known() -> Self {
        Self(serde_json::from_str(CLDR).unwrap_or_default())
    }

    /// The formats of a locale, or else of its language.
    pub(crate) fn find(&self, locale: &Locale) -> Option<&Arc<Formats>> {
        locale.chain().find_map(|tag| self.0.get(tag))
    }

    /// The tags of all of them, in order.
    #[cfg(test)]
    pub(crate) fn tags(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(SmolStr::as_str)
    }
}
