//! How the points of each cohort were redeemed, period by period since they were earned.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::cohort::Lookup;
use super::flow::{Flow, Outstanding, expired};
use super::table::Table;
use super::{Cohorts, Fault};
use crate::id::PurseId;
use crate::points::{Contents, Lot, Points};

/// The cohorts of one purse of many ledgers: how each stands, and when its points were redeemed.
///
/// A redemption that was given back is not one: the triangle shows when the points were redeemed
/// that are redeemed as of the question. Points that paid down a deficit count as redeemed in the
/// period in which they did. Parts that were computed of different ledgers merge in any order into
/// the same whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Record")]
pub struct Triangle {
    #[serde(skip_serializing_if = "Option::is_none")]
    purse: Option<PurseId>,
    cohorts: Cohorts,
    as_of: DateTime<Utc>,
    rows: BTreeMap<NaiveDate, Experience>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    #[serde(default)]
    purse: Option<PurseId>,
    cohorts: Cohorts,
    as_of: DateTime<Utc>,
    rows: BTreeMap<NaiveDate, Experience>,
}

/// How a cohort stands: always `issued = reversed + redeemed + expired + outstanding`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Experience {
    /// All that was earned.
    pub issued: Points,
    /// What was taken back of it or taken away, was sent to other accounts, or is in another lot
    /// since it was reinstated.
    pub reversed: Points,
    /// What was used.
    pub redeemed: Points,
    /// What was not used in time.
    pub expired: Points,
    /// What customers still hold.
    pub outstanding: Outstanding,
    /// What was used in the cohort's own period, in the next one, and so on; only in periods that
    /// are over.
    pub by_age: Vec<Points>,
}

impl Triangle {
    /// The triangle of no ledger, for main points.
    #[must_use]
    pub const fn new(cohorts: Cohorts, as_of: DateTime<Utc>) -> Self {
        Self { purse: None, cohorts, as_of, rows: BTreeMap::new() }
    }

    /// The same for a purse.
    #[must_use]
    pub fn of_purse(self, purse: Option<PurseId>) -> Self {
        Self { purse, ..self }
    }

    /// The purse whose points it is about; `None` for the main points.
    #[must_use]
    pub const fn purse(&self) -> Option<&PurseId> {
        self.purse.as_ref()
    }

    /// How points are put into cohorts.
    #[must_use]
    pub const fn cohorts(&self) -> Cohorts {
        self.cohorts
    }

    /// The instant of the question.
    #[must_use]
    pub const fn as_of(&self) -> DateTime<Utc> {
        self.as_of
    }

    /// The cohorts by their first day.
    #[must_use]
    pub const fn rows(&self) -> &BTreeMap<NaiveDate, Experience> {
        &self.rows
    }

    /// Takes in what one customer's ledger has in the purse: the ledger itself for main points.
    ///
    /// # Errors
    /// [`Fault::OtherQuestion`] for another purse and [`Fault::OutOfRange`]; nothing has changed
    /// then.
    ///
    /// # Complexity
    /// O(n log n) for n net entries of the ledger.
    pub fn add<'a>(&mut self, contents: impl Into<Contents<'a>>) -> Result<(), Fault> {
        let contents = contents.into();
        let purse = contents.purse().cloned();
        let mut part = Self::new(self.cohorts, self.as_of).of_purse(purse);
        let mut earned = Lookup::new(self.cohorts);
        let mut used = Lookup::new(self.cohorts);
        for lot in contents.lots(self.as_of) {
            part.take(&lot, &mut earned, &mut used).ok_or(Fault::OutOfRange)?;
        }
        self.merge(&part)
    }

    /// Takes in what was computed of other ledgers.
    ///
    /// # Errors
    /// [`Fault::OtherQuestion`] unless purse, cohorts and instant are the same, and
    /// [`Fault::OutOfRange`]; nothing has changed then.
    pub fn merge(&mut self, other: &Self) -> Result<(), Fault> {
        if (&self.purse, self.cohorts, self.as_of) != (&other.purse, other.cohorts, other.as_of) {
            return Err(Fault::OtherQuestion);
        }
        let sum = |(cohort, row): (&NaiveDate, &Experience)| {
            let sum = match self.rows.get(cohort) {
                Some(own) => own.plus(row)?,
                None => row.clone(),
            };
            Some((*cohort, sum))
        };
        let rows: Option<Vec<_>> = other.rows.iter().map(sum).collect();
        self.rows.extend(rows.ok_or(Fault::OutOfRange)?);
        Ok(())
    }

    /// What was redeemed of each cohort until the end of each period that is over: the rows of
    /// [`ChainLadder::fit`](super::ChainLadder::fit), with the cohorts whose own period is over.
    #[must_use]
    pub fn cumulative(&self) -> Vec<Vec<f64>> {
        let over = self.rows.values().filter(|row| !row.by_age.is_empty());
        over.map(Experience::cumulative).collect()
    }

    /// How many periods of a cohort are over as of the question.
    fn over(&self, cohort: NaiveDate) -> usize {
        self.cohorts.apart(cohort, self.cohorts.of(self.as_of))
    }

    fn take(&mut self, lot: &Lot, earned: &mut Lookup, used: &mut Lookup) -> Option<()> {
        let (cohorts, last) = (self.cohorts, self.as_of);
        let cohort = earned.of(lot.cause.at);
        let row = self.rows.entry(cohort).or_insert_with(|| Experience {
            by_age: vec![Points::ZERO; cohorts.apart(cohort, cohorts.of(last))],
            ..Experience::default()
        });
        let add = |sum: &mut Points, points: Points| sum.checked_add(points).map(|new| *sum = new);
        add(&mut row.issued, lot.earned)?;
        add(&mut row.expired, expired(lot))?;
        row.outstanding = row.outstanding.plus(Outstanding::of(lot))?;
        for taken in &lot.uses {
            match Flow::of(&taken.by.movement) {
                Flow::Redeemed => {
                    add(&mut row.redeemed, taken.points)?;
                    let age = cohorts.apart(cohort, used.of(taken.at));
                    if let Some(redeemed) = row.by_age.get_mut(age) {
                        add(redeemed, taken.points)?;
                    }
                }
                Flow::Reversed | Flow::Issued | Flow::Transferred | Flow::Forfeited => {
                    add(&mut row.reversed, taken.points)?
                }
            }
        }
        Some(())
    }
}

impl Experience {
    /// What was issued and not taken back.
    pub(super) fn kept(&self) -> i128 {
        i128::from(self.issued.0) - i128::from(self.reversed.0)
    }

    /// What was used until the end of each period that is over.
    #[must_use]
    pub fn cumulative(&self) -> Vec<f64> {
        let mut sum = 0.0;
        let next = |points: &Points| {
            sum += points.0 as f64;
            sum
        };
        self.by_age.iter().map(next).collect()
    }

    fn plus(&self, other: &Self) -> Option<Self> {
        let sum = |column: fn(&Self) -> Points| column(self).checked_add(column(other));
        let ages = self.by_age.iter().zip(&other.by_age);
        Some(Self {
            issued: sum(|row| row.issued)?,
            reversed: sum(|row| row.reversed)?,
            redeemed: sum(|row| row.redeemed)?,
            expired: sum(|row| row.expired)?,
            outstanding: self.outstanding.plus(other.outstanding)?,
            by_age: ages.map(|(own, other)| own.checked_add(*other)).collect::<Option<_>>()?,
        })
    }

    /// Whether it can be: nothing is negative, the columns come to what was issued, and no more was
    /// redeemed by age than at all.
    fn ties(&self) -> bool {
        let columns = [self.reversed, self.redeemed, self.expired];
        let sum = |points: &[Points]| points.iter().map(|one| i128::from(one.0)).sum::<i128>();
        let negative = |points: &[Points]| points.iter().any(|one| *one < Points::ZERO);
        i128::from(self.issued.0) == sum(&columns) + self.outstanding.sum()
            && !(negative(&columns) || negative(&self.by_age) || self.outstanding.is_negative())
            && sum(&self.by_age) <= i128::from(self.redeemed.0)
    }
}

impl TryFrom<Record> for Triangle {
    type Error = Fault;

    fn try_from(record: Record) -> Result<Self, Fault> {
        let Record { purse, cohorts, as_of, rows } = record;
        let triangle = Self { purse, cohorts, as_of, rows };
        let last = cohorts.of(as_of);
        let fits = |(cohort, row): &(&NaiveDate, &Experience)| {
            let is_first_day = cohorts.period.start(**cohort) == **cohort && **cohort <= last;
            is_first_day && row.ties() && row.by_age.len() == triangle.over(**cohort)
        };
        match triangle.rows.iter().find(|row| !fits(row)) {
            Some((&cohort, _)) => Err(Fault::Untied { cohort }),
            None => Ok(triangle),
        }
    }
}

/// As a table: what was issued, and redeemed until the end of each period since.
impl fmt::Display for Triangle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ages = self.rows.values().map(|row| row.by_age.len()).max().unwrap_or(0);
        let ages = (0..ages).map(|age| age.to_string());
        let head: Vec<String> =
            ["earned in", "issued"].map(str::to_owned).into_iter().chain(ages).collect();
        let mut table = Table::new(&head.iter().map(String::as_str).collect::<Vec<_>>());
        for (cohort, row) in &self.rows {
            let label = [self.cohorts.label(*cohort), row.issued.to_string()];
            table.row(label.into_iter().chain(row.cumulative().iter().map(f64::to_string)));
        }
        table.fmt(f)
    }
}
