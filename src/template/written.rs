//! Templates as people write them: not yet known to make sense.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Locale;
use super::rendered::{Medium, Part};
use crate::digest::Digest;
use crate::id::TemplateId;
use crate::path::each_once;
use crate::rule::{Rule, Text};

/// What a message says, in each language and on each medium.
///
/// Texts are written in a part of the language of Jinja: `{{ first_name|default("there") }}`,
/// `{% if is_gold %}…{% elif … %}…{% else %}…{% endif %}`,
/// `{% for item in items[:3] %}…{% endfor %}`, `{# remarks #}`.
///
/// ```
/// use loyalty::template::Template;
///
/// let json = r#"{
///   "id": "expiring", "default": "en",
///   "conditions": {"is_gold": "tier = gold"},
///   "texts": {
///     "en": {
///       "wordings": {"thanks": [
///         {"when": "tier = gold", "text": "Thank you, {{ first_name|default('dear member') }}"},
///         {"text": "Thank you"}]},
///       "sms": {"text": "{{ wording.thanks }}! {{ points|default(0) }} points expire soon."}},
///     "nl": {"sms": {"text": "Je {{ points|default(0) }} punten vervallen binnenkort."}}
///   }
/// }"#;
/// let template: Template = serde_json::from_str(json)?;
/// assert_eq!(template.texts.len(), 2);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Template {
    /// Its name.
    pub id: TemplateId,
    /// The locale whose texts stand in where there are none in the customer's language; where it
    /// has none either, those of its own language do.
    pub default: Locale,
    /// The variables without which there is no message; in texts they need no fallback.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub needs: BTreeSet<Text>,
    /// Rules by the names under which texts ask for them, as in `{% if is_gold %}`. What is unknown
    /// does not hold.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "each_once")]
    pub conditions: BTreeMap<Text, Rule>,
    /// What is said in the same words on all media and in all languages, such as an address; texts
    /// name it as `{{ wording.address }}`.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "each_once")]
    pub wordings: BTreeMap<Text, Wording>,
    /// The texts by locale. For each medium by itself those of `nl-BE` stand before those of `nl`,
    /// these before those of the default, and those before the ones of the default's language; the
    /// wordings of `nl-BE` stand in the texts of `nl`, too.
    #[serde(deserialize_with = "each_once")]
    pub texts: BTreeMap<Locale, Texts>,
    /// How long the message may become.
    #[serde(default, skip_serializing_if = "Limits::are_default")]
    pub limits: Limits,
}

/// The texts in one language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Texts {
    /// What is said in the same words on all media.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "each_once")]
    pub wordings: BTreeMap<Text, Wording>,
    /// The electronic mail, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<EmailTexts>,
    /// The text message, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sms: Option<SmsTexts>,
    /// The push message, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub push: Option<PushTexts>,
}

/// The parts of an electronic mail; at least one of `html` and `text` is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct EmailTexts {
    /// The subject, one line.
    pub subject: String,
    /// The body as HTML. What is printed in it is escaped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub html: Option<String>,
    /// The body as plain text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// The only part of a text message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SmsTexts {
    /// What it says.
    pub text: String,
}

/// The parts of a push message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct PushTexts {
    /// The title, one line.
    pub title: String,
    /// What it says.
    pub body: String,
}

/// Words that are said more than once: always the same, or the first whose rule holds.
///
/// In JSON it is a text, or a list of at most 100 cases `{"when": …, "text": "…"}`; the last one
/// has no `when`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(untagged)]
pub enum Wording {
    /// Always the same.
    Always(String),
    /// The first case that holds.
    Cases(Vec<Case>),
}

/// Words for the customers for whom a rule holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// For whom it is; for everyone else, if it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<Rule>,
    /// The words.
    pub text: String,
}

/// How much a message may say and how much work that may be. What goes beyond is not sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// The steps of a part: 20,000 without a word, a million at most. A variable or a turn of a
    /// loop is a few steps, and so are each 64 bytes that are printed.
    pub steps: u64,
    /// The bytes of a mail's HTML and of its text: 102,400 without a word (where large mailboxes
    /// cut mails), a million at most.
    pub email_bytes: u32,
    /// The characters of a mail's subject: 150 without a word, 900 at most.
    pub subject_characters: u32,
    /// The segments of a text message: 3 without a word, 10 at most.
    pub sms_segments: u32,
    /// The characters of a push message's title: 100 without a word, 1,000 at most.
    pub title_characters: u32,
    /// The characters of a push message's body: 500 without a word, 4,000 at most.
    pub body_characters: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            steps: 20_000,
            email_bytes: 102_400,
            subject_characters: 150,
            sms_segments: 3,
            title_characters: 100,
            body_characters: 500,
        }
    }
}

impl Limits {
    fn are_default(&self) -> bool {
        *self == Self::default()
    }

    /// Each limit with its name and the most that it may be.
    pub(super) fn each(&self) -> [(&'static str, u64, u64); 6] {
        [
            ("steps", self.steps, 1_000_000),
            ("email_bytes", self.email_bytes.into(), 1_000_000),
            ("subject_characters", self.subject_characters.into(), 900),
            ("sms_segments", self.sms_segments.into(), 10),
            ("title_characters", self.title_characters.into(), 1_000),
            ("body_characters", self.body_characters.into(), 4_000),
        ]
    }
}

impl Template {
    /// The name of the template that follows from what it says.
    #[must_use]
    pub fn version(&self) -> Digest {
        Digest::of(self)
    }
}

impl Texts {
    /// The parts for a medium, if there are texts for it.
    pub(super) fn parts(&self, medium: Medium) -> Option<Vec<(Part, &str)>> {
        match medium {
            Medium::Email => self.email.as_ref().map(|email| {
                let html = email.html.as_deref().map(|html| (Part::Html, html));
                let text = email.text.as_deref().map(|text| (Part::Text, text));
                let bodies = html.into_iter().chain(text);
                std::iter::once((Part::Subject, email.subject.as_str())).chain(bodies).collect()
            }),
            Medium::Sms => self.sms.as_ref().map(|sms| vec![(Part::Text, sms.text.as_str())]),
            Medium::Push => self.push.as_ref().map(|push| {
                vec![(Part::Title, push.title.as_str()), (Part::Body, push.body.as_str())]
            }),
        }
    }
}
