//! Customers who buy in a season: "every November".

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::calendar::Zone;
use crate::event::Purchases;
use crate::id::CustomerId;
use crate::parallel;
use crate::path::{Path, Problems};
use crate::stats::{Beta, discoveries};

use super::Fault;
use super::days::days;

/// The recipe of seasonal buyers.
///
/// A customer buys in a month of the year if they bought in it in as many different years as asked
/// for and in nearly all in which it came since their first purchase, and if so many of their days
/// with an order fall into it that this would hardly happen if they bought when the program's
/// customers do. Of all that are found at most `mistaken` are expected to be chance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seasons {
    /// In how many years the customer must have bought in the month, at least 2; 2 without a word.
    #[serde(default = "two")]
    pub least_years: usize,
    /// In which share of the years in which the month came; 0.75 without a word.
    #[serde(default = "three_quarters")]
    pub least_share: f64,
    /// The share of those found that may be chance, 0.05 without a word.
    #[serde(default = "twentieth")]
    pub mistaken: f64,
}

const fn two() -> usize {
    2
}

const fn three_quarters() -> f64 {
    0.75
}

const fn twentieth() -> f64 {
    0.05
}

impl Default for Seasons {
    fn default() -> Self {
        Self { least_years: two(), least_share: three_quarters(), mistaken: twentieth() }
    }
}

/// A customer who buys in a month of the year.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Season {
    /// The customer.
    pub customer: CustomerId,
    /// The month, from 1 for January.
    pub month: u32,
    /// In how many years the customer bought in it.
    pub years: usize,
    /// In how many years it came since the customer's first purchase, with those in which it had
    /// begun.
    pub of_years: usize,
    /// How many of the customer's days with an order fall into it.
    pub days: usize,
    /// How many such days there are in all.
    pub of_days: usize,
    /// Which share of them would, if the customer bought when all do.
    pub usual: f64,
    /// The chance of so many or more then.
    pub chance: f64,
}

/// Days with an order by year and month.
struct Calendar(BTreeMap<(i32, u32), usize>);

impl Seasons {
    /// The seasonal buyers of `log` before `as_of`, by their ids and months; days are those of
    /// `zone`.
    ///
    /// # Errors
    /// What is out of range.
    pub fn find(
        &self,
        log: &Purchases,
        as_of: DateTime<Utc>,
        zone: &Zone,
    ) -> Result<Vec<Season>, Problems<Fault>> {
        self.check()?;
        let each = parallel::each_number(log.len(), |index| days(log.orders(index), as_of, zone));
        let mut all = Calendar(BTreeMap::new());
        for day in each.iter().flatten() {
            *all.0.entry((day.year(), day.month())).or_default() += 1;
        }
        let now = zone.date(as_of);
        let told = each.iter().zip(log.customers());
        let told = told.flat_map(|(days, customer)| all.seasons(customer, days, now));
        let told: Vec<Season> = told.collect();
        let chances: Vec<f64> = told.iter().map(|season| season.chance).collect();
        let found = told.into_iter().zip(discoveries(&chances, self.mistaken));
        let kept = found.filter(|(season, found)| {
            let share = season.years as f64 / season.of_years.max(1) as f64;
            *found && season.years >= self.least_years && share >= self.least_share
        });
        Ok(kept.map(|(season, _)| season).collect())
    }

    fn check(&self) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        if self.least_years < two() {
            let fault = Fault::TooFew { least: two(), found: self.least_years };
            problems.add(Path::from("least_years"), fault);
        }
        for (name, value) in [("least_share", self.least_share), ("mistaken", self.mistaken)] {
            if !(value > 0.0 && value <= 1.0) {
                problems.add(Path::from(name), Fault::OutOfRange { value, most: 1.0 });
            }
        }
        problems.into_result(())
    }
}

impl Calendar {
    /// What is to be tested of a customer: the months in which they bought.
    ///
    /// Customers whose first purchase is less than a year ago have no month twice.
    fn seasons(&self, customer: &CustomerId, days: &[NaiveDate], now: NaiveDate) -> Vec<Season> {
        let Some(first) = days.first() else { return Vec::new() };
        let life = (first.year(), first.month())..=(now.year(), now.month());
        let whole: usize = self.0.range(life.clone()).map(|(_, count)| count).sum();
        let season = |month: u32| {
            let own: Vec<i32> =
                days.iter().filter(|day| day.month() == month).map(Datelike::year).collect();
            if own.is_empty() {
                return None;
            }
            let mut years = own.clone();
            years.dedup();
            let came = (first.year()..=now.year()).filter(|year| life.contains(&(*year, month)));
            let usual: usize = self
                .0
                .range(life.clone())
                .filter(|((_, of), _)| *of == month)
                .map(|(_, count)| count)
                .sum();
            let usual = usual as f64 / whole as f64;
            Some(Season {
                customer: customer.clone(),
                month,
                years: years.len(),
                of_years: came.count(),
                days: own.len(),
                of_days: days.len(),
                usual,
                chance: at_least(own.len(), days.len(), usual),
            })
        };
        // In a life without the same month twice there is no season.
        let twice = days.last().is_some_and(|last| last.year() > first.year());
        if twice { (1..=12).filter_map(season).collect() } else { Vec::new() }
    }
}

/// The chance of at least so many hits, the first of which is at least 1.
fn at_least(hits: usize, of: usize, chance: f64) -> f64 {
    if chance >= 1.0 {
        return 1.0;
    }
    // P(X ≥ k) = I_p(k, n - k + 1).
    let beta = Beta::new(hits as f64, (of - hits) as f64 + 1.0);
    beta.map_or(1.0, |beta| beta.cdf(chance))
}
