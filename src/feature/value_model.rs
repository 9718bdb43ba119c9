//! What customers are worth, as features.

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use super::{Feature, Moment, RepeatBuying, ValueFault};
use crate::calendar::{Span, Unit, Zone};
use crate::clv::{AttritionModel, Discount, GammaGammaModel, Length, Tempo, Valuation};
use crate::money::{Currency, Money};
use crate::path::{Path, Problems};
use crate::rule::Value;

/// Fitted models by which the features `p_alive`, `expected_orders(90d)`, `expected_spend` and
/// `clv(1y)` are told, of the purchases that [`RepeatBuying`] counts.
///
/// They are told as of the whole day: during a day they stay what they are. Months and years
/// ahead end on the same day of the calendar. Of a customer without a purchase nothing is known.
///
/// ```
/// use loyalty::feature::ValueModel;
///
/// let model: ValueModel = serde_json::from_str(
///     r#"{
///         "buying": {
///             "parameters": {
///                 "bg_nbd": { "r": 0.243, "alpha": 4.414, "a": 0.793, "b": 2.426 }
///             },
///             "unit": "week"
///         },
///         "spending": { "currency": "USD", "model": { "p": 6.25, "q": 3.74, "gamma": 15.44 } },
///         "margin": 0.3,
///         "discount": { "rate": 0.15 }
///     }"#,
/// )?;
/// assert!(model.check("USD".parse()?).is_ok());
/// assert!(model.check("EUR".parse()?).is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ValueModel {
    /// How customers buy and leave.
    pub buying: AttritionModel,
    /// What they spend; without it neither `expected_spend` nor `clv(1y)` is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spending: Option<Spending>,
    /// For `clv(1y)`, the share of what is spent that is left: 0.3 for 30 %; 1 without a word.
    #[serde(default = "whole", skip_serializing_if = "is_whole")]
    pub margin: f64,
    /// For `clv(1y)`, how much less later purchases count; no less without a word.
    #[serde(default = "none", skip_serializing_if = "is_none")]
    pub discount: Discount,
    /// The season and the trend of purchases, by whose clock the model of purchases was fitted;
    /// none without a word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tempo: Option<Tempo>,
}

/// How much customers spend on a purchase, in major units of a currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Spending {
    /// The currency of the amounts that the model was fitted on.
    pub currency: Currency,
    /// The model.
    pub model: GammaGammaModel,
}

const fn whole() -> f64 {
    1.0
}

fn is_whole(margin: &f64) -> bool {
    *margin == 1.0
}

const fn none() -> Discount {
    Discount::yearly(0.0)
}

fn is_none(discount: &Discount) -> bool {
    *discount == none()
}

impl ValueModel {
    /// A model of purchases alone.
    #[must_use]
    pub const fn new(buying: AttritionModel) -> Self {
        Self { buying, spending: None, margin: whole(), discount: none(), tempo: None }
    }

    /// Whether it makes sense, and is of amounts in this currency.
    ///
    /// # Errors
    /// Everything that does not, with its place.
    pub fn check(&self, currency: Currency) -> Result<(), Problems<ValueFault>> {
        let mut problems = Problems::none();
        if matches!(self.buying.unit(), Unit::Month | Unit::Year) {
            problems.add(Path::from("buying").field("unit"), ValueFault::Unit);
        }
        if let Some(spending) = &self.spending
            && spending.currency != currency
        {
            let (expected, found) = (currency, spending.currency);
            let path = Path::from("spending").field("currency");
            problems.add(path, ValueFault::Currency { expected, found });
        }
        problems.take(&Path::root(), self.valuation(None).check());
        problems.into_result(())
    }

    /// Whether it tells a feature of what customers are worth.
    #[must_use]
    pub fn tells(&self, feature: &Feature) -> bool {
        feature.needs_value_model() && (self.spending.is_some() || !feature.needs_spending())
    }

    /// The value of one of its features for a customer who bought like that.
    pub(super) fn value(
        &self,
        feature: &Feature,
        bought: &RepeatBuying,
        moment: &Moment,
    ) -> Option<Value> {
        let RepeatBuying { repeat, spent, .. } = bought;
        match feature {
            Feature::PAlive => Value::number(self.buying.p_alive(repeat)?),
            Feature::ExpectedOrders(span) => {
                let within = ahead(*span, moment);
                let within = match &self.tempo {
                    Some(tempo) => tempo.ahead(moment.today(), within)?,
                    None => within,
                };
                Value::number(self.buying.expected_purchases(repeat, within)?)
            }
            Feature::ExpectedSpend => {
                money(self.spending(moment)?.expected_spend(spent)?, moment.currency)
            }
            Feature::CustomerValue(span) => {
                let valuation = self.valuation(span.map(|span| ahead(span, moment)));
                let spending = self.spending(moment)?;
                let value = match &self.tempo {
                    Some(tempo) => {
                        let within = valuation.within;
                        let from = moment.today();
                        let Self { buying, discount, margin, .. } = self;
                        let purchases =
                            tempo.discounted_purchases(buying, repeat, from, within, discount)?;
                        purchases * spending.expected_spend(spent)? * margin
                    }
                    None => valuation.value(&self.buying, spending, repeat, spent)?,
                };
                money(value, moment.currency)
            }
            _ => None,
        }
    }

    /// The model of spending, if it is of the currency of the question.
    fn spending(&self, moment: &Moment) -> Option<&GammaGammaModel> {
        let spending = self.spending.as_ref();
        let spending = spending.filter(|spending| spending.currency == moment.currency);
        spending.map(|spending| &spending.model)
    }

    const fn valuation(&self, within: Option<Length>) -> Valuation {
        Valuation { within, discount: self.discount, margin: self.margin }
    }
}

/// How long a span is from the day of the question on; of months and years, in days until the
/// same day of the calendar.
fn ahead(span: Span, moment: &Moment) -> Length {
    match span.unit() {
        Unit::Month | Unit::Year => {
            let today = moment.today().and_time(NaiveTime::MIN).and_utc();
            Length::between(today, span.after(today, &Zone::UTC))
        }
        _ => Length::from(span),
    }
}

/// So many major units, to the nearest minor unit; `None` if it is out of range.
#[expect(clippy::cast_precision_loss, reason = "a power of ten")]
#[expect(clippy::cast_possible_truncation, reason = "only within what an integer can hold")]
fn money(major: f64, currency: Currency) -> Option<Value> {
    /// All whole numbers up to this are exact.
    const MOST: f64 = 9.0e15;
    let minor = libm::round(major * currency.minor_per_major() as f64);
    let known = minor.abs() <= MOST;
    known.then(|| Value::Money(Money::from_minor(minor as i64, currency)))
}
