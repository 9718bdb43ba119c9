//! When a customer buys next.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{Unit, Zone};
use crate::clv::{AttritionModel, Kind, LatentAttrition, Parameters, Repeat, Repeats};
use crate::event::{Orders, Purchases};
use crate::parallel;
use crate::path::{Path, Problems};
use crate::stats::Confidence;

use super::Fault;
use super::days::{between, days};

/// The recipe of when customers buy next.
///
/// Waits are exponential with a rate of the customer's own, and the rates of all are gamma
/// distributed, with the shape and rate that make the log likeliest. So a customer's rate is drawn
/// towards the program's, the more the fewer purchases there are, and the day of the next purchase
/// has a Lomax distribution. It is told of customers who come back: how likely that is,
/// [`crate::clv`] and [`crate::churn`] tell.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NextPurchase {
    /// How often the next purchase falls into the interval that is told; 80 % without a word.
    #[serde(default = "most")]
    pub confidence: Confidence,
    /// From which chance on of so long a silence a customer is late, 0.1 without a word.
    #[serde(default = "tenth")]
    pub late_below: f64,
}

fn most() -> Confidence {
    Confidence::new(0.8).unwrap_or_default()
}

const fn tenth() -> f64 {
    0.1
}

impl Default for NextPurchase {
    fn default() -> Self {
        Self { confidence: most(), late_below: tenth() }
    }
}

/// When customers buy next, as learned from a program's customers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct NextPurchaseModel {
    recipe: NextPurchase,
    zone: Zone,
    shape: f64,
    rate_days: f64,
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    recipe: NextPurchase,
    zone: Zone,
    shape: f64,
    rate_days: f64,
}

/// When a customer is expected next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Predicted {
    /// The day before and after which the next purchase is equally likely.
    pub day: NaiveDate,
    /// The same in days from the instant on, not rounded.
    pub wait_days: f64,
    /// The mean wait, which is longer; nothing if it has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mean_days: Option<f64>,
    /// The first day of the interval.
    pub first: NaiveDate,
    /// The last day of the interval.
    pub last: NaiveDate,
    /// Whether the customer is late.
    pub late: Late,
}

/// How long a customer has been silent, against their own rhythm.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Late {
    /// Days since the last purchase.
    pub silent_days: f64,
    /// The gap that is exceeded half the time, with this customer's rhythm.
    pub usual_days: f64,
    /// How likely so long a silence or a longer one is with it.
    pub chance: f64,
    /// Whether that is so unlikely that the customer is late.
    pub is_late: bool,
    /// How many purchases the rhythm was learned from.
    pub purchases: usize,
}

impl NextPurchase {
    /// The model of what `log` has before `as_of`; days are those of `zone`.
    ///
    /// # Errors
    /// What is out of range, and a log in which nobody bought twice.
    pub fn fit(
        &self,
        log: &Purchases,
        as_of: DateTime<Utc>,
        zone: &Zone,
    ) -> Result<NextPurchaseModel, Problems<Fault>> {
        self.check(&Path::root())?;
        let customers = parallel::each_number(log.len(), |index| {
            let days = days(log.orders(index), as_of, zone);
            let (first, last) = (*days.first()?, *days.last()?);
            let again = u32::try_from(days.len().checked_sub(1)?).ok()?;
            let age = between(first, zone.date(as_of));
            Some(Repeat::new(again, between(first, last), age, Unit::Day))
        });
        let customers: Vec<Repeat> = customers.into_iter().flatten().collect();
        let moved = |found| {
            let mut problems = Problems::none();
            problems.absorb(&Path::from("log"), found);
            problems
        };
        let repeats = Repeats::new(Unit::Day, &customers, None).map_err(moved)?;
        let outcome = LatentAttrition::new(Kind::Nbd).fit(&repeats).map_err(moved)?;
        match outcome.model().as_ref().map(AttritionModel::parameters) {
            Some(&Parameters::Nbd { r, alpha }) => {
                NextPurchaseModel::new(self.clone(), *zone, r, alpha)
            }
            _ => {
                let reason = "nobody bought on two days".to_owned();
                Err(Problems::one(Path::from("log"), Fault::TooLittle { reason }))
            }
        }
    }

    fn check(&self, path: &Path) -> Result<(), Problems<Fault>> {
        let (value, most) = (self.late_below, 1.0);
        if value > 0.0 && value <= most {
            return Ok(());
        }
        Err(Problems::one(path.field("late_below"), Fault::OutOfRange { value, most }))
    }
}

impl TryFrom<Stored> for NextPurchaseModel {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { recipe, zone, shape, rate_days } = stored;
        Self::new(recipe, zone, shape, rate_days)
    }
}

impl From<NextPurchaseModel> for Stored {
    fn from(model: NextPurchaseModel) -> Self {
        let NextPurchaseModel { recipe, zone, shape, rate_days } = model;
        Self { recipe, zone, shape, rate_days }
    }
}

impl NextPurchaseModel {
    /// A model whose customers' daily rates are gamma distributed with this shape and rate.
    ///
    /// # Errors
    /// Everything that is not above 0 or out of range.
    pub fn new(
        recipe: NextPurchase,
        zone: Zone,
        shape: f64,
        rate_days: f64,
    ) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        if let Err(found) = recipe.check(&Path::root()) {
            problems.absorb(&Path::from("recipe"), found);
        }
        for (name, value) in [("shape", shape), ("rate_days", rate_days)] {
            let most = 1e12;
            if !(value > 0.0 && value <= most) {
                problems.add(Path::from(name), Fault::OutOfRange { value, most });
            }
        }
        problems.into_result(Self { recipe, zone, shape, rate_days })
    }

    /// The shape of the customers' rates.
    #[must_use]
    pub const fn shape(&self) -> f64 {
        self.shape
    }

    /// The rate of the customers' rates, in days: a customer's own days count as much as these.
    #[must_use]
    pub const fn rate_days(&self) -> f64 {
        self.rate_days
    }

    /// The first day on which a customer who has not bought since is [late](Late::is_late), by the
    /// orders before an instant; `None` without any, or if that is beyond the calendar.
    #[must_use]
    pub fn late_on(&self, orders: Orders<'_>, as_of: DateTime<Utc>) -> Option<NaiveDate> {
        let days = days(orders, as_of, &self.zone);
        let (first, last) = (*days.first()?, *days.last()?);
        let shape = self.shape + (days.len() - 1) as f64;
        let until = self.rate_days + between(first, last);
        let chance = |silent_days: f64| libm::exp(-shape * libm::log1p(silent_days / until));
        let mut silent_days = wait(shape, until, self.recipe.late_below).floor().max(0.0);
        while silent_days < 1e8 && chance(silent_days) >= self.recipe.late_below {
            silent_days += 1.0;
        }
        let days = (silent_days < 1e8).then_some(silent_days as u64)?;
        last.checked_add_days(Days::new(days))
    }

    /// When a customer is expected next, seen from an instant; `None` without an order before it.
    ///
    /// ```
    /// use loyalty::calendar::Zone;
    /// use loyalty::event::{Columns, Purchases};
    /// use loyalty::money::Currency;
    /// use loyalty::timing::{NextPurchase, NextPurchaseModel};
    ///
    /// let days = ["2026-03-01T10:00:00Z", "2026-03-11T10:00:00Z", "2026-03-21T10:00:00Z"];
    /// let log = Purchases::from_columns(Currency::EUR, &Columns {
    ///     customers: vec!["ann".parse()?; 3],
    ///     at: days.iter().map(|day| day.parse()).collect::<Result<_, _>>()?,
    ///     list_minor: vec![500; 3],
    ///     units: vec![1; 3],
    ///     ..Columns::default()
    /// })?;
    /// let model = NextPurchaseModel::new(NextPurchase::default(), Zone::UTC, 1.0, 10.0)?;
    /// let next = model.predict(log.orders(0), "2026-03-31T00:00:00Z".parse()?).ok_or("orders")?;
    /// // Two repeat purchases in 30 days: a rate with shape 1 + 2 and rate 10 + 30.
    /// assert_eq!(next.mean_days, Some(40.0 / 2.0));
    /// assert!((next.wait_days - 40.0 * (f64::cbrt(2.0) - 1.0)).abs() < 1e-9);
    /// assert_eq!(next.day, "2026-04-10".parse()?);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn predict(&self, orders: Orders<'_>, as_of: DateTime<Utc>) -> Option<Predicted> {
        let days = days(orders, as_of, &self.zone);
        let (first, last) = (*days.first()?, *days.last()?);
        let today = self.zone.date(as_of);
        let again = (days.len() - 1) as f64;
        let shape = self.shape + again;
        let rate = self.rate_days + between(first, today);
        let tail = self.recipe.confidence.tail();
        let day = |wait: f64| later(today, wait);
        let wait_days = wait(shape, rate, 0.5);
        // Against the rhythm up to the last purchase, of which the silence is no part.
        let until = self.rate_days + between(first, last);
        let silent_days = between(last, today);
        let chance = libm::exp(-shape * libm::log1p(silent_days / until));
        let late = Late {
            silent_days,
            usual_days: wait(shape, until, 0.5),
            chance,
            is_late: chance < self.recipe.late_below,
            purchases: days.len(),
        };
        Some(Predicted {
            day: day(wait_days)?,
            wait_days,
            mean_days: (shape > 1.0).then(|| rate / (shape - 1.0)),
            first: day(wait(shape, rate, 1.0 - tail))?,
            last: day(wait(shape, rate, tail))?,
            late,
        })
    }
}

/// The wait that is exceeded with a chance, for a rate ~ gamma(shape, rate).
fn wait(shape: f64, rate: f64, chance: f64) -> f64 {
    rate * libm::expm1(-libm::log(chance) / shape)
}

/// The date so many days later, rounded; the calendar's last date if that is beyond it.
fn later(from: NaiveDate, days: f64) -> Option<NaiveDate> {
    if days >= 1e8 {
        return Some(NaiveDate::MAX);
    }
    Some(from.checked_add_days(Days::new(days.max(0.0).round() as u64)).unwrap_or(NaiveDate::MAX))
}
