//! What a program owes, cohort by cohort: points, what they are expected to come to, and money.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::table::Table;
use super::{
    Assumptions, Cohorts, Expectation, Experience, Exposure, Fault, Fulfillment, Outstanding,
    Range, Worth,
};
use crate::id::PurseId;
use crate::money::{Currency, Money, Rounding};
use crate::path::{Path, Problems};
use crate::points::Points;

/// What a program owes as of an instant.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Liability {
    /// The purse whose points are owed; `None` for the main points.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purse: Option<PurseId>,
    /// The instant of the question.
    pub as_of: DateTime<Utc>,
    /// How points are put into cohorts.
    pub cohorts: Cohorts,
    /// What it rests on.
    pub assumptions: Assumptions,
    /// What is owed of each cohort, by its first day.
    pub rows: BTreeMap<NaiveDate, Owed>,
    /// All cohorts together; what can be told of redemptions is about those with an estimate.
    pub total: Owed,
}

/// What is owed of a cohort.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Owed {
    /// What was earned and not taken back.
    pub issued: Points,
    /// What was used.
    pub redeemed: Points,
    /// What was not used in time.
    pub expired: Points,
    /// What customers still hold.
    pub outstanding: Outstanding,
    /// What can be told of how many of them will be redeemed.
    pub expectation: Expectation,
    /// How many of these are expected to be redeemed: all, if nothing can be told.
    pub expected: Points,
    /// What these are worth.
    pub cost: Money,
    /// The part of prices that was deferred.
    pub deferred: Money,
    /// How much of that is revenue already.
    pub recognized: Money,
    /// How much of it is not [contract liability].
    pub owed: Money,
}

impl Exposure {
    /// What is owed.
    ///
    /// Where nobody can tell how many points will be redeemed, all that are outstanding count as
    /// expected: no breakage is taken for granted.
    ///
    /// # Errors
    /// All assumptions that are out of range or in another currency, and sums that do not fit.
    pub fn liability(&self, assumptions: &Assumptions) -> Result<Liability, Problems<Fault>> {
        let currency = self.deferred.currency();
        assumptions.check(currency)?;
        let purse = self.triangle.purse();
        let worth = assumptions.worth_of(purse);
        let worth = worth.map_err(|fault| Problems::one(Path::from("purses"), fault))?;
        let told = self.triangle.estimates(&assumptions.method)?;
        let cohorts = self.triangle.cohorts();
        let mut problems = Problems::none();
        let mut rows = BTreeMap::new();
        for ((&cohort, row), (_, &expectation)) in self.triangle.rows().iter().zip(&told.cohorts) {
            let deferred = self.deferred.of(cohort);
            let path = Path::from("rows").field(&cohorts.label(cohort));
            let owed = Owed::of(row, expectation, deferred, (worth, assumptions.rounding));
            rows.extend(problems.take(&path, owed).map(|owed| (cohort, owed)));
        }
        problems.into_result(())?;
        let total = Owed::total(&rows, told.total, currency);
        let total = total.map_err(|fault| Problems::one(Path::from("total"), fault))?;
        let as_of = self.triangle.as_of();
        let (purse, assumptions) = (purse.cloned(), assumptions.clone());
        Ok(Liability { purse, as_of, cohorts, assumptions, rows, total })
    }
}

impl Owed {
    fn of(
        row: &Experience,
        expectation: Expectation,
        deferred: Money,
        (worth, rounding): (Worth, Rounding),
    ) -> Result<Self, Problems<Fault>> {
        let out_of_range = || Problems::one(Path::root(), Fault::OutOfRange);
        let outstanding = row.outstanding.total().ok_or_else(out_of_range)?;
        let expected = match &expectation {
            Expectation::Estimate(estimate) => estimate.still(row.redeemed).min(outstanding),
            Expectation::TooLittle(_) => outstanding,
        };
        let cost = worth.of(expected, rounding);
        let cost = cost.map_err(|fault| Problems::one(Path::from("cost"), fault))?;
        let issued = row.issued.checked_sub(row.reversed).ok_or_else(out_of_range)?;
        let mut owed = Self {
            issued,
            redeemed: row.redeemed,
            expired: row.expired,
            outstanding: row.outstanding,
            expectation,
            expected,
            cost,
            deferred,
            recognized: deferred,
            owed: Money::zero(deferred.currency()),
        };
        let fulfillment = owed.fulfillment().ok_or_else(out_of_range)?;
        owed.recognized = fulfillment.recognized(rounding)?;
        let rest = deferred.checked_sub(owed.recognized);
        owed.owed = rest.map_err(|error| Problems::one(Path::root(), error.into()))?;
        Ok(owed)
    }

    fn total(
        rows: &BTreeMap<NaiveDate, Self>,
        expectation: Expectation,
        currency: Currency,
    ) -> Result<Self, Fault> {
        let points = |column: fn(&Self) -> Points| {
            Points::sum(rows.values().map(column)).ok_or(Fault::OutOfRange)
        };
        let money = |column: fn(&Self) -> Money| Money::sum(currency, rows.values().map(column));
        let outstanding = Outstanding {
            pending: points(|row| row.outstanding.pending)?,
            active: points(|row| row.outstanding.active)?,
            reserved: points(|row| row.outstanding.reserved)?,
        };
        Ok(Self {
            issued: points(|row| row.issued)?,
            redeemed: points(|row| row.redeemed)?,
            expired: points(|row| row.expired)?,
            outstanding,
            expectation,
            expected: points(|row| row.expected)?,
            cost: money(|row| row.cost)?,
            deferred: money(|row| row.deferred)?,
            recognized: money(|row| row.recognized)?,
            owed: money(|row| row.owed)?,
        })
    }

    /// How far the points of the cohort have come.
    #[must_use]
    pub fn fulfillment(&self) -> Option<Fulfillment> {
        let expected = self.redeemed.checked_add(self.expected)?;
        let outstanding = self.outstanding.total()?;
        Some(Fulfillment {
            deferred: self.deferred,
            redeemed: self.redeemed,
            expected,
            outstanding,
        })
    }
}

impl Liability {
    /// The currency of all amounts.
    #[must_use]
    pub const fn currency(&self) -> Currency {
        self.total.owed.currency()
    }
}

const HEAD: [&str; 11] = [
    "earned in",
    "issued",
    "redeemed",
    "expired",
    "outstanding",
    "expected",
    "breakage",
    "interval",
    "deferred",
    "recognized",
    "owed",
];

/// As a table: a row for each cohort, and their total; then why cohorts have no estimate.
impl fmt::Display for Liability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&HEAD);
        let rows = self.rows.iter().map(|(cohort, row)| (self.cohorts.label(*cohort), row));
        let mut reasons = Vec::new();
        for (label, row) in rows.chain([("total".to_owned(), &self.total)]) {
            let Owed { issued, redeemed, expired, expected, .. } = *row;
            let outstanding = row
                .outstanding
                .total()
                .map_or_else(String::new, |outstanding| outstanding.to_string());
            let points = [issued, redeemed, expired].map(|points| points.to_string());
            let [breakage, range] = match &row.expectation {
                Expectation::Estimate(found) => {
                    let Range { low, high } = found.breakage_range;
                    [percent(found.breakage), format!("{} to {}", percent(low), percent(high))]
                }
                Expectation::TooLittle(reason) => {
                    reasons.push(format!("{label}: {reason}"));
                    ["?", ""].map(str::to_owned)
                }
            };
            let told = [outstanding, expected.to_string(), breakage, range];
            let money = [row.deferred, row.recognized, row.owed].map(|amount| amount.to_string());
            table.row([label].into_iter().chain(points).chain(told).chain(money));
        }
        table.fmt(f)?;
        reasons.iter().try_for_each(|reason| write!(f, "\n{reason}"))
    }
}

fn percent(part: f64) -> String {
    format!("{:.1}%", part * 100.0)
}
