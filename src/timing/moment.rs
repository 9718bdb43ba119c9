//! On which weekday and at which hour to write to a customer.

use chrono::{DateTime, Datelike, Timelike, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::calendar::Zone;
use crate::event::{Orders, Purchases};
use crate::parallel;
use crate::path::{Path, Problems};

use super::Fault;
use super::days::walls;

/// The most orders that the program's pattern can count for.
const STRONGEST: f64 = 1e6;

/// The recipe of the best weekday and hour.
///
/// How a customer's orders are spread over weekdays and hours is drawn towards how the program's
/// are: the program's shares count as so many orders of the customer's own (a Dirichlet prior).
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BestTime {
    /// How strongly customers are drawn to the program's weekdays; learned without a word.
    #[serde(default)]
    pub weekdays: Pull,
    /// How strongly they are drawn to the program's hours; learned without a word.
    #[serde(default)]
    pub hours: Pull,
}

/// How strongly a customer is drawn to the program's pattern.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Pull {
    /// As strongly as makes the log likeliest, and no less than 10 orders of the customer's own:
    /// weaker ones foretell worse than the program's pattern alone.
    #[default]
    Learned,
    /// As so many orders of the customer's own.
    Orders(f64),
}

/// The least that a learned pull counts for.
const WEAKEST: f64 = 10.0;

/// The program's pattern, and how strongly customers are drawn to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct MomentModel {
    zone: Zone,
    weekdays: Pattern,
    hours: Pattern,
}

/// Shares that sum to 1, and as how many orders they count.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pattern {
    shares: Vec<f64>,
    orders: f64,
}

/// A model as it is written.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    zone: Zone,
    weekdays: Pattern,
    hours: Pattern,
}

/// When to write to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BestMoment {
    /// The weekday on which the customer is most likely to buy; the first from Monday of equal
    /// ones.
    pub weekday: Weekday,
    /// How likely an order is on it.
    pub weekday_share: f64,
    /// How likely an order of any customer is on it.
    pub weekday_usual: f64,
    /// The hour at whose start the customer is most likely to buy within it, from 0 to 23.
    pub hour: u32,
    /// How likely an order is in it.
    pub hour_share: f64,
    /// How likely an order of any customer is in it.
    pub hour_usual: f64,
    /// How many orders of the customer's own there are.
    pub orders: usize,
}

impl BestTime {
    /// The pattern of what `log` has before `as_of`, on the clocks of `zone`.
    ///
    /// # Errors
    /// What is out of range, and a log without orders.
    pub fn fit(
        &self,
        log: &Purchases,
        as_of: DateTime<Utc>,
        zone: &Zone,
    ) -> Result<MomentModel, Problems<Fault>> {
        let mut problems = Problems::none();
        for (name, pull) in [("weekdays", self.weekdays), ("hours", self.hours)] {
            if let Pull::Orders(value) = pull
                && !(value > 0.0 && value <= STRONGEST)
            {
                let path = Path::from(name).field("orders");
                problems.add(path, Fault::OutOfRange { value, most: STRONGEST });
            }
        }
        problems.into_result(())?;
        let counts =
            parallel::each_number(log.len(), |index| counted(log.orders(index), as_of, zone));
        if counts.iter().all(|counts| counts.orders == 0) {
            let reason = "there are no orders".to_owned();
            return Err(Problems::one(Path::from("log"), Fault::TooLittle { reason }));
        }
        let weekdays: Vec<&[f64]> = counts.iter().map(|it| it.weekdays.as_slice()).collect();
        let hours: Vec<&[f64]> = counts.iter().map(|it| it.hours.as_slice()).collect();
        Ok(MomentModel {
            zone: *zone,
            weekdays: Pattern::of(&weekdays, self.weekdays),
            hours: Pattern::of(&hours, self.hours),
        })
    }
}

impl TryFrom<Stored> for MomentModel {
    type Error = Problems<Fault>;

    fn try_from(stored: Stored) -> Result<Self, Self::Error> {
        let Stored { zone, weekdays, hours } = stored;
        let mut problems = Problems::none();
        weekdays.check(7, &Path::from("weekdays"), &mut problems);
        hours.check(24, &Path::from("hours"), &mut problems);
        problems.into_result(Self { zone, weekdays, hours })
    }
}

impl From<MomentModel> for Stored {
    fn from(model: MomentModel) -> Self {
        let MomentModel { zone, weekdays, hours } = model;
        Self { zone, weekdays, hours }
    }
}

impl MomentModel {
    /// The program's share of orders on each weekday, from Monday on.
    #[must_use]
    pub fn weekday_shares(&self) -> &[f64] {
        &self.weekdays.shares
    }

    /// The program's share of orders in each hour, from midnight on.
    #[must_use]
    pub fn hour_shares(&self) -> &[f64] {
        &self.hours.shares
    }

    /// As how many orders of a customer's own the program's weekdays and hours count.
    #[must_use]
    pub const fn pulls(&self) -> [f64; 2] {
        [self.weekdays.orders, self.hours.orders]
    }

    /// When to write to a customer, from the orders before an instant; the program's best moment if
    /// there are none.
    #[must_use]
    pub fn best(&self, orders: Orders<'_>, as_of: DateTime<Utc>) -> BestMoment {
        let counts = counted(orders, as_of, &self.zone);
        let (day, weekday_share, weekday_usual) = self.weekdays.best(&counts.weekdays);
        let (hour, hour_share, hour_usual) = self.hours.best(&counts.hours);
        let weekday = u8::try_from(day).ok().and_then(|day| Weekday::try_from(day).ok());
        BestMoment {
            weekday: weekday.unwrap_or(Weekday::Mon),
            weekday_share,
            weekday_usual,
            hour: u32::try_from(hour).unwrap_or_default(),
            hour_share,
            hour_usual,
            orders: counts.orders,
        }
    }
}

/// How often a customer bought on each weekday and in each hour.
struct Counts {
    orders: usize,
    weekdays: [f64; 7],
    hours: [f64; 24],
}

fn counted(orders: Orders<'_>, as_of: DateTime<Utc>, zone: &Zone) -> Counts {
    let walls = walls(orders, as_of, zone);
    let mut counts = Counts { orders: walls.len(), weekdays: [0.0; 7], hours: [0.0; 24] };
    for wall in walls {
        let day = wall.weekday().num_days_from_monday() as usize;
        if let Some(count) = counts.weekdays.get_mut(day) {
            *count += 1.0;
        }
        if let Some(count) = counts.hours.get_mut(wall.hour() as usize) {
            *count += 1.0;
        }
    }
    counts
}

impl Pattern {
    fn of(counts: &[&[f64]], pull: Pull) -> Self {
        let width = counts.first().map_or(0, |counts| counts.len());
        let mut sums = vec![0.0; width];
        for counts in counts {
            for (sum, count) in sums.iter_mut().zip(*counts) {
                *sum += count;
            }
        }
        let all: f64 = sums.iter().sum();
        let shares: Vec<f64> = sums.into_iter().map(|sum| sum / all).collect();
        let orders = match pull {
            Pull::Orders(orders) => orders,
            Pull::Learned => learned(counts, &shares),
        };
        Self { shares, orders }
    }

    /// The likeliest cell, with the customer's share and the usual one.
    fn best(&self, counts: &[f64]) -> (usize, f64, f64) {
        let all = self.orders + counts.iter().sum::<f64>();
        let told = self.shares.iter().zip(counts).enumerate();
        let told = told.map(|(at, (usual, own))| (at, (self.orders * usual + own) / all, *usual));
        let best = told.reduce(|best, next| if next.1 > best.1 { next } else { best });
        best.unwrap_or_default()
    }

    fn check(&self, cells: usize, path: &Path, problems: &mut Problems<Fault>) {
        let found = self.shares.len();
        if found != cells {
            let fault = Fault::Count { what: "shares", expected: cells, found };
            problems.add(path.field("shares"), fault);
        }
        let sum: f64 = self.shares.iter().sum();
        let sound = self.shares.iter().all(|share| (0.0..=1.0).contains(share));
        if !(sound && (sum - 1.0).abs() < 1e-9) {
            problems.add(path.field("shares"), Fault::OutOfRange { value: sum, most: 1.0 });
        }
        if !(self.orders > 0.0 && self.orders <= STRONGEST) {
            let fault = Fault::OutOfRange { value: self.orders, most: STRONGEST };
            problems.add(path.field("orders"), fault);
        }
    }
}

/// The strength that makes the counts likeliest, for a Dirichlet prior with these means.
fn learned(counts: &[&[f64]], shares: &[f64]) -> f64 {
    let score = |log: f64| {
        let strength = libm::exp(log);
        counts.iter().map(|counts| likelihood(counts, shares, strength)).sum::<f64>()
    };
    let (mut low, mut high) = (libm::log(WEAKEST), libm::log(STRONGEST));
    // The golden section: the likelihood has one summit in the logarithm of the strength.
    let ratio = (libm::sqrt(5.0) - 1.0) / 2.0;
    let (mut one, mut two) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut first, mut second) = (score(one), score(two));
    for _ in 0..40 {
        if first >= second {
            (high, two, second) = (two, one, first);
            one = high - ratio * (high - low);
            first = score(one);
        } else {
            (low, one, first) = (one, two, second);
            two = low + ratio * (high - low);
            second = score(two);
        }
    }
    libm::exp((low + high) / 2.0)
}

/// The log-likelihood of a customer's counts, without what is the same for all strengths.
fn likelihood(counts: &[f64], shares: &[f64], strength: f64) -> f64 {
    let all: f64 = counts.iter().sum();
    let cells = counts.iter().zip(shares).filter(|(count, _)| **count > 0.0);
    let rising = |start: f64, count: f64| libm::lgamma(start + count) - libm::lgamma(start);
    let sum: f64 = cells.map(|(count, share)| rising(strength * share, *count)).sum();
    sum - rising(strength, all)
}
