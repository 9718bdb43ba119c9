//! How numbers, money, dates and times are written where somebody lives.

mod date;
mod formats;
mod number;

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use smol_str::SmolStr;
use thiserror::Error;

pub(super) use date::DateStyle;
pub(super) use formats::{Formats, Locales};
pub(super) use number::MoneyStyle;

/// A language and perhaps a region, such as `nl` or `nl-BE`.
///
/// It is written as a tag of BCP 47: a language of two or three letters, perhaps a script of four
/// and a region of two letters or three digits; `nl_be` is read as `nl-BE`. A locale that nobody
/// has texts or formats for is one, too: its language stands in, and then the default.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Locale(SmolStr);

/// The text is no locale.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{text}` is no locale: write a language and perhaps a region, like `nl` or `nl-BE`")]
pub struct NoLocale {
    /// The text, cut short.
    pub text: String,
}

impl Locale {
    /// The locale with the tag `tag`.
    ///
    /// # Errors
    /// [`NoLocale`] if the text is no such tag.
    pub fn new(tag: &str) -> Result<Self, NoLocale> {
        normalized(tag).map(Self).ok_or_else(|| NoLocale { text: tag.chars().take(40).collect() })
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language alone.
    #[must_use]
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// The tag, then without its last part, and so on to the language.
    pub(super) fn chain(&self) -> impl Iterator<Item = &str> {
        std::iter::successors(Some(self.0.as_str()), |tag| {
            tag.rsplit_once('-').map(|(wider, _)| wider)
        })
    }
}

fn normalized(tag: &str) -> Option<SmolStr> {
    let mut parts = tag.split(['-', '_']);
    let letters = |part: &str| part.bytes().all(|byte| byte.is_ascii_alphabetic());
    let language = parts.next().filter(|part| matches!(part.len(), 2 | 3) && letters(part))?;
    let mut written = language.to_ascii_lowercase();
    let mut next = parts.next();
    if let Some(script) = next.filter(|part| part.len() == 4 && letters(part)) {
        let (first, rest) = script.split_at_checked(1)?;
        written.extend(["-", &first.to_ascii_uppercase(), &rest.to_ascii_lowercase()]);
        next = parts.next();
    }
    if let Some(region) = next {
        let digits = region.len() == 3 && region.bytes().all(|byte| byte.is_ascii_digit());
        let country = region.len() == 2 && letters(region);
        if !(digits || country) {
            return None;
        }
        written.extend(["-", &region.to_ascii_uppercase()]);
    }
    parts.next().is_none().then(|| written.into())
}

impl std::borrow::Borrow<str> for Locale {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Locale({})", self.0)
    }
}

impl FromStr for Locale {
    type Err = NoLocale;

    fn from_str(tag: &str) -> Result<Self, NoLocale> {
        Self::new(tag)
    }
}

impl Serialize for Locale {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Locale {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let tag = SmolStr::deserialize(deserializer)?;
        Self::new(&tag).map_err(de::Error::custom)
    }
}

#[cfg(feature = "schemars")]
impl schemars::JsonSchema for Locale {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Locale".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A language and perhaps a region (BCP 47).",
            "pattern": "^[A-Za-z]{2,3}([-_][A-Za-z]{4})?([-_]([A-Za-z]{2}|[0-9]{3}))?$",
            "examples": ["nl-BE", "fr", "en-IE"],
        })
    }
}

#[cfg(test)]
mod tests;
