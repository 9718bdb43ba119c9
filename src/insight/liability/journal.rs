//! What becomes revenue from one report to the next.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::table::Table;
use super::{Cohorts, Fault, Fulfillment, Liability, Owed, Recognition};
use crate::money::{Currency, Money, MoneyError};
use crate::path::{Path, Problems};
use crate::points::Points;

/// What a period does to what was deferred of each cohort.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Journal {
    /// The end of the period.
    pub to: DateTime<Utc>,
    /// How points are put into cohorts.
    pub cohorts: Cohorts,
    /// The cohorts of which something was or is deferred and not revenue, by their first day.
    pub rows: BTreeMap<NaiveDate, Recognition>,
    /// All cohorts together.
    pub total: Recognition,
}

impl Liability {
    /// What became revenue since `before`, or ever if there is no report before this one.
    ///
    /// # Errors
    /// [`Fault::OtherQuestion`] if that one is of other cohorts or another purse,
    /// [`Fault::Backwards`] if it is later, and amounts of another currency or out of range.
    pub fn journal(&self, before: Option<&Self>) -> Result<Journal, Problems<Fault>> {
        self.follows(before).map_err(|fault| Problems::one(Path::root(), fault))?;
        let earlier = before.into_iter().flat_map(|before| before.rows.keys());
        let cohorts: BTreeSet<NaiveDate> = self.rows.keys().chain(earlier).copied().collect();
        let mut problems = Problems::none();
        let mut rows = BTreeMap::new();
        for cohort in cohorts {
            let path = Path::from("rows").field(&self.cohorts.label(cohort));
            let row = self.recognition(before.and_then(|told| told.rows.get(&cohort)), cohort);
            let row = problems.take(&path, row).filter(|row| !row.is_nothing());
            rows.extend(row.map(|row| (cohort, row)));
        }
        let total = Recognition::sum(self.currency(), rows.values());
        let total = total.map_err(|error| Problems::one(Path::from("total"), error.into()))?;
        problems.into_result(Journal { to: self.as_of, cohorts: self.cohorts, rows, total })
    }

    fn follows(&self, before: Option<&Self>) -> Result<(), Fault> {
        let Some(before) = before else { return Ok(()) };
        let (from, to) = (before.as_of, self.as_of);
        if (before.cohorts, &before.purse) != (self.cohorts, &self.purse) {
            Err(Fault::OtherQuestion)
        } else if from > to {
            Err(Fault::Backwards { from, to })
        } else {
            Ok(())
        }
    }

    /// What became of a cohort; of one that is not there any more nothing was ever deferred.
    fn recognition(
        &self,
        told: Option<&Owed>,
        cohort: NaiveDate,
    ) -> Result<Recognition, Problems<Fault>> {
        let fulfillment = |owed: &Owed| {
            owed.fulfillment().ok_or_else(|| Problems::one(Path::root(), Fault::OutOfRange))
        };
        let nothing = Fulfillment {
            deferred: Money::zero(self.currency()),
            redeemed: Points::ZERO,
            expected: Points::ZERO,
            outstanding: Points::ZERO,
        };
        let now = self.rows.get(&cohort).map_or(Ok(nothing), fulfillment)?;
        let told = told.map(fulfillment).transpose()?;
        Recognition::between(told.as_ref(), &now, self.assumptions.rounding)
    }
}

impl Recognition {
    /// Whether nothing was owed and nothing has become of it.
    fn is_nothing(&self) -> bool {
        let Self { opening, deferred, redeemed, estimate, rest, closing, .. } = *self;
        [opening, deferred, redeemed, estimate, rest, closing].iter().all(|amount| amount.is_zero())
    }

    /// Several together.
    fn sum<'a>(
        currency: Currency,
        all: impl Iterator<Item = &'a Self> + Clone,
    ) -> Result<Self, MoneyError> {
        let sum = |column: fn(&Self) -> Money| Money::sum(currency, all.clone().map(column));
        Ok(Self {
            opening: sum(|one| one.opening)?,
            deferred: sum(|one| one.deferred)?,
            redeemed: sum(|one| one.redeemed)?,
            estimate: sum(|one| one.estimate)?,
            rest: sum(|one| one.rest)?,
            recognized: sum(|one| one.recognized)?,
            closing: sum(|one| one.closing)?,
        })
    }
}

const HEAD: [&str; 8] =
    ["earned in", "opening", "deferred", "redeemed", "estimate", "rest", "recognized", "closing"];

/// As a table: a row for each cohort, and their total.
impl fmt::Display for Journal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&HEAD);
        let rows = self.rows.iter().map(|(cohort, row)| (self.cohorts.label(*cohort), row));
        for (label, row) in rows.chain([("total".to_owned(), &self.total)]) {
            let Recognition { opening, deferred, redeemed, estimate, rest, recognized, closing } =
                *row;
            let amounts = [opening, deferred, redeemed, estimate, rest, recognized, closing];
            table.row([label].into_iter().chain(amounts.map(|amount| amount.to_string())));
        }
        table.fmt(f)
    }
}
