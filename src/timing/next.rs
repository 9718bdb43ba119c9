//! When a customer buys next.

use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::{Span, Unit, Zone};
use crate::clv::{AttritionModel, Kind, LatentAttrition, Outcome, Parameters, Repeat, Repeats};
use crate::event::{Orders, Purchases};
use crate::parallel;
use crate::path::{Path, Problems};
use crate::stats::Confidence;

use super::Fault;
use super::days::{between, days};

/// The recipe of when customers buy next.
///
/// Waits are exponential with a rate of the customer's own, and the rates of all are gamma
/// distributed; after each purchase a customer may leave for good, with a chance that is beta
/// distributed (MBG/NBD). The parameters are those that make the log likeliest. So a customer's
/// rate is drawn towards the program's, the more the fewer purchases there are, and of those who
/// come back the day of the next purchase has a Lomax distribution; how likely it is that they do,
/// is told beside it. Where nobody seems to have left, all come back.
///
/// Days are told by the median, which has the least absolute error. How far ahead is looked
/// matters: who comes back within four weeks comes sooner than who comes back at all
/// ([`NextPurchaseModel::within`]).
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
    leaving: Option<Leaving>,
}

/// How likely customers leave after a purchase: with a chance of each one's own ~ beta(a, b).
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Leaving {
    /// The first shape of the chances.
    pub a: f64,
    /// The second shape.
    pub b: f64,
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    recipe: NextPurchase,
    zone: Zone,
    shape: f64,
    rate_days: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    leaving: Option<Leaving>,
}

/// When a customer is expected next, if they come back at all.
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
    /// How likely it is that the customer comes back at all.
    #[serde(default = "surely")]
    pub returns: f64,
    /// Whether the customer is late.
    pub late: Late,
}

const fn surely() -> f64 {
    1.0
}

/// Whether and when a customer buys within a time.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Within {
    /// How likely the customer buys within the time.
    pub chance: f64,
    /// If they do: the day before and after which that is equally likely.
    pub day: NaiveDate,
    /// The same in days from the instant on, not rounded.
    pub wait_days: f64,
    /// In so many days the customer will have bought as likely as not, where those who have left
    /// count too; nothing if that is not within the time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub even_days: Option<f64>,
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
        let fit = |kind| LatentAttrition::new(kind).fit(&repeats).map_err(moved);
        // Too few to tell how they leave are taken for customers who do not.
        let outcome = match fit(Kind::MbgNbd)? {
            Outcome::TooLittle(_) => fit(Kind::Nbd)?,
            outcome => outcome,
        };
        match outcome.model().as_ref().map(AttritionModel::parameters) {
            Some(&Parameters::Nbd { r, alpha }) => {
                NextPurchaseModel::new(self.clone(), *zone, r, alpha)
            }
            Some(&Parameters::MbgNbd { r, alpha, a, b, .. }) => {
                NextPurchaseModel::new(self.clone(), *zone, r, alpha)?
                    .with_leaving(Leaving { a, b })
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
        let Stored { recipe, zone, shape, rate_days, leaving } = stored;
        Self { recipe, zone, shape, rate_days, leaving }.checked()
    }
}

impl From<NextPurchaseModel> for Stored {
    fn from(model: NextPurchaseModel) -> Self {
        let NextPurchaseModel { recipe, zone, shape, rate_days, leaving } = model;
        Self { recipe, zone, shape, rate_days, leaving }
    }
}

impl NextPurchaseModel {
    /// A model whose customers' daily rates are gamma distributed with this shape and rate, and who
    /// never leave.
    ///
    /// # Errors
    /// Everything that is not above 0 or out of range.
    pub fn new(
        recipe: NextPurchase,
        zone: Zone,
        shape: f64,
        rate_days: f64,
    ) -> Result<Self, Problems<Fault>> {
        Self { recipe, zone, shape, rate_days, leaving: None }.checked()
    }

    /// The same with customers who may leave after each purchase.
    ///
    /// # Errors
    /// Everything that is not above 0 or out of range.
    pub fn with_leaving(self, leaving: Leaving) -> Result<Self, Problems<Fault>> {
        Self { leaving: Some(leaving), ..self }.checked()
    }

    fn checked(self) -> Result<Self, Problems<Fault>> {
        let mut problems = Problems::none();
        if let Err(found) = self.recipe.check(&Path::root()) {
            problems.absorb(&Path::from("recipe"), found);
        }
        let mut check = |path: Path, value: f64, least: f64| {
            let most = 1e12;
            if !(value > least && value <= most) {
                problems.add(path, Fault::OutOfRange { value, most });
            }
        };
        check(Path::from("shape"), self.shape, 0.0);
        check(Path::from("rate_days"), self.rate_days, 0.0);
        if let Some(Leaving { a, b }) = self.leaving {
            let path = Path::from("leaving");
            check(path.field("a"), a, 1e-300);
            check(path.field("b"), b, 1e-300);
        }
        problems.into_result(self)
    }

    /// How likely customers leave, if they do.
    #[must_use]
    pub const fn leaving(&self) -> Option<&Leaving> {
        self.leaving.as_ref()
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
        let known = self.known(orders, as_of)?;
        let tail = self.recipe.confidence.tail();
        let day = |wait: f64| later(known.today, wait);
        let wait_days = known.wait(0.5);
        // Against the rhythm up to the last purchase, of which the silence is no part.
        let until = self.rate_days + known.recency;
        let silent_days = known.age - known.recency;
        let chance = libm::exp(-known.shape * libm::log1p(silent_days / until));
        let late = Late {
            silent_days,
            usual_days: wait(known.shape, until, 0.5),
            chance,
            is_late: chance < self.recipe.late_below,
            purchases: known.purchases,
        };
        Some(Predicted {
            day: day(wait_days)?,
            wait_days,
            mean_days: (known.shape > 1.0).then(|| known.rate / (known.shape - 1.0)),
            first: day(known.wait(1.0 - tail))?,
            last: day(known.wait(tail))?,
            returns: known.returns,
            late,
        })
    }

    /// Whether and when a customer buys within a time from an instant on; `None` without an order
    /// before it.
    ///
    /// ```
    /// use loyalty::calendar::Zone;
    /// use loyalty::event::{Columns, Purchases};
    /// use loyalty::money::Currency;
    /// use loyalty::timing::{Leaving, NextPurchase, NextPurchaseModel};
    ///
    /// let log = Purchases::from_columns(Currency::EUR, &Columns {
    ///     customers: vec!["ann".parse()?],
    ///     at: vec!["2026-03-01T10:00:00Z".parse()?],
    ///     list_minor: vec![500],
    ///     units: vec![1],
    ///     ..Columns::default()
    /// })?;
    /// let model = NextPurchaseModel::new(NextPurchase::default(), Zone::UTC, 1.0, 10.0)?;
    /// let model = model.with_leaving(Leaving { a: 1.0, b: 3.0 })?;
    /// // On the day of the first purchase three of four have not left. Those are expected within
    /// // 30 days with 1 - 10/40; half of these buy within t with 1 - 10/(10 + t) = 3/8.
    /// let within = model.within(log.orders(0), "2026-03-01T20:00:00Z".parse()?, "30d".parse()?);
    /// let within = within.ok_or("an order")?;
    /// assert!((within.chance - 0.75 * 0.75).abs() < 1e-12);
    /// assert!((within.wait_days - 6.0).abs() < 1e-9);
    /// assert_eq!(within.day, "2026-03-07".parse()?);
    /// // Of all of them half have bought when of those who stay two in three have.
    /// assert!((within.even_days.ok_or("never")? - 20.0).abs() < 1e-9);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn within(&self, orders: Orders<'_>, as_of: DateTime<Utc>, time: Span) -> Option<Within> {
        let known = self.known(orders, as_of)?;
        let end = between(known.today, self.zone.date(time.after(as_of, &self.zone)));
        let soon = -libm::expm1(-known.shape * libm::log1p(end / known.rate));
        let chance = known.returns * soon;
        let wait_days = known.wait(1.0 - 0.5 * soon).min(end);
        let even = known.wait((1.0 - 0.5 / known.returns).max(0.0));
        Some(Within {
            chance,
            day: later(known.today, wait_days)?,
            wait_days,
            even_days: (chance > 0.5).then_some(even.min(end)),
        })
    }

    /// What is known of a customer at an instant.
    fn known(&self, orders: Orders<'_>, as_of: DateTime<Utc>) -> Option<Known> {
        let days = days(orders, as_of, &self.zone);
        let (first, last) = (*days.first()?, *days.last()?);
        let today = self.zone.date(as_of);
        let again = u32::try_from(days.len().checked_sub(1)?).ok()?;
        let (recency, age) = (between(first, last), between(first, today));
        let returns = match self.leaving {
            None => 1.0,
            Some(Leaving { a, b }) => {
                let (r, alpha) = (self.shape, self.rate_days);
                let parameters = Parameters::MbgNbd { k: 1, r, alpha, a, b };
                let model = AttritionModel::new(parameters, Unit::Day).ok()?;
                model.p_alive(&Repeat::new(again, recency, age, Unit::Day))?
            }
        };
        Some(Known {
            today,
            recency,
            age,
            purchases: days.len(),
            shape: self.shape + f64::from(again),
            rate: self.rate_days + age,
            returns,
        })
    }
}

/// What is known of a customer: the rate of those who have not left is ~ gamma(shape, rate).
struct Known {
    today: NaiveDate,
    recency: f64,
    age: f64,
    purchases: usize,
    shape: f64,
    rate: f64,
    returns: f64,
}

impl Known {
    /// The wait that is exceeded with a chance, if the customer comes back.
    fn wait(&self, chance: f64) -> f64 {
        wait(self.shape, self.rate, chance)
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
