//! What people call features, and their numbers in a sentence.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Feature, Measure, figure, words};
use crate::rule::{Kind, Text};

/// What people call features: the words of the crate for its own, and those of the host for the
/// others, or instead.
///
/// A column of the host without a label is called by its name, with spaces for underscores. In JSON
/// it is an object with a label for each name, which is a text if nothing else is said.
///
/// ```
/// use loyalty::feature::{Labels, Measure};
/// use loyalty::money::Currency;
///
/// let labels: Labels = serde_json::from_str(r#"{
///   "shoe_size": "size of shoes",
///   "stamps": {"name": "stamps on the card", "counted": {"one": "stamp", "many": "stamps"}},
///   "mail_share": {"name": "share of mails opened", "form": "percent"}
/// }"#)?;
/// assert_eq!(labels.name("orders(90d)"), "orders in the last 90 days");
/// assert_eq!(labels.phrase("orders(90d)", 1.0, Measure::Integer), "1 order in the last 90 days");
/// let euros = Measure::Money(Currency::EUR);
/// assert_eq!(labels.phrase("spend(1y)", 103.94, euros), "103.94 EUR spent in the last year");
/// assert_eq!(labels.number("p_alive", 0.6213, Measure::Number), "62 %");
///
/// assert_eq!(labels.phrase("stamps", 7.0, Measure::Integer), "7 stamps");
/// assert_eq!(labels.phrase("shoe_size", 42.0, Measure::Integer), "size of shoes 42");
/// assert_eq!(labels.phrase("mail_share", 0.4, Measure::Number), "share of mails opened 40 %");
/// assert_eq!(labels.name("home_town"), "home town");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Labels {
    /// By the names of features and columns.
    labels: BTreeMap<Text, Label>,
}

/// What people call a feature, and how its numbers are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Written")]
pub struct Label {
    /// What it is called where it stands for itself: `orders in the last year`.
    pub name: Text,
    /// What follows on a number of it; without this the number follows on the name.
    pub counted: Option<Counted>,
    /// How its numbers are written.
    pub form: Form,
}

/// What follows on a number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counted {
    /// After 1: `order in the last year`.
    pub one: Text,
    /// After any other number: `orders in the last year`.
    pub many: Text,
}

/// How numbers are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Form {
    /// As the column says: money with its currency, others as numbers.
    #[default]
    Plain,
    /// A share of 1 in percent; money as in [`Form::Plain`].
    Percent,
}

/// A label as people write it.
#[derive(Deserialize)]
#[serde(untagged, expecting = "a label is a text, or an object with a name")]
enum Written {
    Name(Text),
    Whole(Whole),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Whole {
    name: Text,
    #[serde(default)]
    counted: Option<Counted>,
    #[serde(default)]
    form: Form,
}

impl From<Written> for Label {
    fn from(written: Written) -> Self {
        match written {
            Written::Name(name) => Self::new(name),
            Written::Whole(Whole { name, counted, form }) => Self { name, counted, form },
        }
    }
}

impl Label {
    /// A feature that is called `name`, whose numbers follow on that.
    pub fn new(name: impl Into<Text>) -> Self {
        Self { name: name.into(), counted: None, form: Form::Plain }
    }

    /// The same, where `one` follows on a 1, and `many` on any other number.
    #[must_use]
    pub fn counted(self, one: impl Into<Text>, many: impl Into<Text>) -> Self {
        Self { counted: Some(Counted { one: one.into(), many: many.into() }), ..self }
    }

    /// The same, where numbers are shares of 1 and told in percent.
    #[must_use]
    pub fn in_percent(self) -> Self {
        Self { form: Form::Percent, ..self }
    }

    /// A number that is told already, with what it is.
    fn phrase(&self, told: &str) -> String {
        match &self.counted {
            // What is told as 1 is one.
            Some(Counted { one, .. }) if told == "1" => format!("{told} {one}"),
            Some(Counted { many, .. }) => format!("{told} {many}"),
            None => format!("{} {told}", self.name),
        }
    }

    fn number(&self, number: f64, measure: Measure) -> String {
        match self.form {
            Form::Percent if is_plain(measure) => figure::percent(number),
            _ => figure::told(number, measure),
        }
    }
}

impl From<&str> for Label {
    fn from(name: &str) -> Self {
        Self::new(name)
    }
}

/// Whether numbers of the column can be shares.
const fn is_plain(measure: Measure) -> bool {
    matches!(measure, Measure::Number | Measure::Integer)
}

impl Labels {
    /// The same, where this feature or column is called otherwise.
    ///
    /// ```
    /// use loyalty::feature::{Label, Labels, Measure};
    ///
    /// let labels = Labels::default()
    ///     .with("orders(1y)", "visits with a purchase")
    ///     .with("cups", Label::new("cups of coffee").counted("cup", "cups"))
    ///     .with("open_rate", Label::new("mails opened").in_percent());
    /// assert_eq!(labels.name("orders(1y)"), "visits with a purchase");
    /// assert_eq!(labels.phrase("cups", 1.0, Measure::Integer), "1 cup");
    /// assert_eq!(labels.phrase("open_rate", 0.25, Measure::Number), "mails opened 25 %");
    /// ```
    #[must_use]
    pub fn with(mut self, feature: impl Into<Text>, label: impl Into<Label>) -> Self {
        self.labels.insert(feature.into(), label.into());
        self
    }

    /// What a feature is called: `spend in the last year`.
    #[must_use]
    pub fn name(&self, feature: &str) -> String {
        self.label(feature, Measure::default()).name.to_string()
    }

    /// A number of a feature, in the unit of a column of this measure (money in major units):
    /// `103.94 EUR`, `62 %`.
    #[must_use]
    pub fn number(&self, feature: &str, number: f64, measure: Measure) -> String {
        self.label(feature, measure).number(number, measure)
    }

    /// A number of a feature with what it is: `103.94 EUR spent in the last year`, `1 order`.
    #[must_use]
    pub fn phrase(&self, feature: &str, number: f64, measure: Measure) -> String {
        let label = self.label(feature, measure);
        label.phrase(&label.number(number, measure))
    }

    /// The same, where a feature that the host has no words for is called by `label`.
    pub(crate) fn phrase_or(
        &self,
        feature: &str,
        label: &Label,
        number: f64,
        measure: Measure,
    ) -> String {
        let label = self.labels.get(feature).unwrap_or(label);
        label.phrase(&label.number(number, measure))
    }

    /// A number of a feature with what it is, and another one beside it; with so many digits that
    /// both are told apart.
    pub(crate) fn phrase_beside(
        &self,
        feature: &str,
        number: f64,
        other: f64,
        measure: Measure,
    ) -> [String; 2] {
        let [told, other] = self.way(feature, number, other, measure);
        [self.label(feature, measure).phrase(&told), other]
    }

    /// From where to where a number of a feature goes, with so many digits that both are told
    /// apart.
    pub(crate) fn way(&self, feature: &str, from: f64, to: f64, measure: Measure) -> [String; 2] {
        match self.label(feature, measure).form {
            Form::Percent if is_plain(measure) => figure::percent_way(from, to),
            _ => figure::way(from, to, measure),
        }
    }

    /// The label of a feature or column whose numbers stand for this.
    fn label(&self, feature: &str, measure: Measure) -> Cow<'_, Label> {
        if let Some(label) = self.labels.get(feature) {
            return Cow::Borrowed(label);
        }
        Cow::Owned(match feature.parse::<Feature>() {
            // A number without a currency is no amount, so that nothing can follow on it.
            Ok(feature)
                if feature.kind() == Kind::Money && !matches!(measure, Measure::Money(_)) =>
            {
                Label { counted: None, ..words::label(&feature) }
            }
            Ok(feature) => words::label(&feature),
            Err(_) => Label::new(feature.replace('_', " ")),
        })
    }
}
