//! From what was owed at one instant to what is owed at another, cohort by cohort.

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use super::cohort::Lookup;
use super::flow::{Flow, Outstanding, expired};
use super::table::Table;
use super::{Cohorts, Fault};
use crate::id::PurseId;
use crate::points::{Cause, Contents, Lot, Points};

/// How the points of one purse that are owed went from one instant to another.
///
/// It is what the ledgers say now of what happened after `from` and not after `to`. Parts that were
/// computed of different ledgers merge in any order into the same whole.
///
/// ```
/// use loyalty::calendar::{Period, Zone};
/// use loyalty::insight::liability::{Cohorts, RollForward};
/// use loyalty::points::Ledger;
///
/// let cohorts = Cohorts { period: Period::Month, zone: Zone::UTC };
/// let (from, to) = ("2026-01-01T00:00:00Z".parse()?, "2026-04-01T00:00:00Z".parse()?);
/// let mut all = RollForward::new(cohorts, from, to)?;
/// for shard in [[Ledger::default()], [Ledger::default()]] {
///     let mut part = RollForward::new(cohorts, from, to)?;
///     for ledger in &shard {
///         part.add(ledger)?;
///     }
///     all.merge(&part)?;
/// }
/// assert!(all.rows().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Record")]
pub struct RollForward {
    #[serde(skip_serializing_if = "Option::is_none")]
    purse: Option<PurseId>,
    cohorts: Cohorts,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    rows: BTreeMap<NaiveDate, Flows>,
    deficit: Deficit,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    #[serde(default)]
    purse: Option<PurseId>,
    cohorts: Cohorts,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    rows: BTreeMap<NaiveDate, Flows>,
    deficit: Deficit,
}

/// What became of the points of a cohort, each column counted as its name says: always
///
/// `opening + restated + issued + redeemed_given_back + reversed_given_back
///  - redeemed - reversed - transferred - forfeited - offset - expired = closing`
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Flows {
    /// What was owed at the start.
    pub opening: Outstanding,
    /// What is known of the opening now and was not when it was told
    /// ([`RollForward::continuing`]).
    pub restated: Points,
    /// What was earned.
    pub issued: Points,
    /// What was used.
    pub redeemed: Points,
    /// What had been used before the start, and was given back.
    pub redeemed_given_back: Points,
    /// What was taken back.
    pub reversed: Points,
    /// What had been taken back before the start, and was given back.
    pub reversed_given_back: Points,
    /// What went to other accounts or was let be spent again in a new lot after it had expired,
    /// less what was given back.
    #[serde(default)]
    pub transferred: Points,
    /// What was taken away, less what was given back.
    #[serde(default)]
    pub forfeited: Points,
    /// What paid down a deficit from before the start.
    pub offset: Points,
    /// What was not used in time, less what had expired before and was taken back or reinstated.
    pub expired: Points,
    /// What was owed at the end.
    pub closing: Outstanding,
}

/// What was used or taken back beyond what there was, which belongs to no cohort: always
/// `opening + restated + run_up - paid_down = closing`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deficit {
    /// What customers owed at the start.
    pub opening: Points,
    /// What is known of the opening now and was not when it was told.
    pub restated: Points,
    /// What was taken beyond what there was and is still owed at the end, less what was forgiven.
    pub run_up: Points,
    /// What was paid down of the opening: the cohorts' offsets together.
    pub paid_down: Points,
    /// What customers owed at the end.
    pub closing: Points,
}

impl RollForward {
    /// The roll-forward of no ledger, for main points.
    ///
    /// # Errors
    /// [`Fault::Backwards`].
    pub fn new(cohorts: Cohorts, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Self, Fault> {
        let (rows, deficit) = (BTreeMap::new(), Deficit::default());
        let empty = Self { purse: None, cohorts, from, to, rows, deficit };
        if from <= to { Ok(empty) } else { Err(Fault::Backwards { from, to }) }
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

    /// The start: what happened until then is the opening.
    #[must_use]
    pub const fn from(&self) -> DateTime<Utc> {
        self.from
    }

    /// The end, which belongs to it.
    #[must_use]
    pub const fn to(&self) -> DateTime<Utc> {
        self.to
    }

    /// The cohorts that had or got points, by their first day.
    #[must_use]
    pub const fn rows(&self) -> &BTreeMap<NaiveDate, Flows> {
        &self.rows
    }

    /// What customers owe.
    #[must_use]
    pub const fn deficit(&self) -> Deficit {
        self.deficit
    }

    /// All cohorts together.
    ///
    /// # Errors
    /// [`Fault::OutOfRange`].
    pub fn total(&self) -> Result<Flows, Fault> {
        let sum = |sum: Flows, row: &Flows| sum.plus(*row);
        self.rows.values().try_fold(Flows::default(), sum).ok_or(Fault::OutOfRange)
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
        let part = self.of_one(contents.into()).ok_or(Fault::OutOfRange)?;
        self.merge(&part)
    }

    /// Takes in what was computed of other ledgers.
    ///
    /// # Errors
    /// [`Fault::OtherQuestion`] unless purse, cohorts and instants are the same, and
    /// [`Fault::OutOfRange`]; nothing has changed then.
    pub fn merge(&mut self, other: &Self) -> Result<(), Fault> {
        let question = |of: &Self| (of.purse.clone(), of.cohorts, of.from, of.to);
        if question(self) != question(other) {
            return Err(Fault::OtherQuestion);
        }
        let row = |cohort: &NaiveDate| self.rows.get(cohort).copied().unwrap_or_default();
        let rows: Option<Vec<(NaiveDate, Flows)>> = other
            .rows
            .iter()
            .map(|(cohort, flows)| Some((*cohort, row(cohort).plus(*flows)?)))
            .collect();
        let deficit = self.deficit.plus(other.deficit);
        let (rows, deficit) = rows.zip(deficit).ok_or(Fault::OutOfRange)?;
        self.rows.extend(rows);
        self.deficit = deficit;
        Ok(())
    }

    /// The same, told as what follows on a roll-forward that was told before: it opens with what
    /// that one closed with, and what was learned since then of the time before stands in a column
    /// of its own.
    ///
    /// # Errors
    /// [`Fault::OtherQuestion`] for other cohorts or another purse, [`Fault::Gap`] unless it begins
    /// where `told` ends, and [`Fault::OutOfRange`].
    pub fn continuing(&self, told: &Self) -> Result<Self, Fault> {
        if (self.cohorts, &self.purse) != (told.cohorts, &told.purse) {
            return Err(Fault::OtherQuestion);
        }
        if self.from != told.to {
            return Err(Fault::Gap { ends: told.to, begins: self.from });
        }
        let cohorts = self.rows.keys().chain(told.rows.keys());
        let row = |of: &Self, cohort: &NaiveDate| of.rows.get(cohort).copied().unwrap_or_default();
        let continued = |cohort: &NaiveDate| {
            let continued = row(self, cohort).opened_with(row(told, cohort).closing)?;
            Some((*cohort, continued))
        };
        let rows = cohorts.map(continued).collect::<Option<BTreeMap<_, _>>>();
        let deficit = self.deficit.opened_with(told.deficit.closing);
        let (mut rows, deficit) = rows.zip(deficit).ok_or(Fault::OutOfRange)?;
        rows.retain(|_, flows| *flows != Flows::default());
        Ok(Self { rows, deficit, ..self.clone() })
    }

    fn of_one(&self, contents: Contents<'_>) -> Option<Self> {
        let (before, after) = (contents.lots(self.from), contents.lots(self.to));
        let before: BTreeMap<&Cause, &Lot> = before.iter().map(|lot| (&lot.cause, lot)).collect();
        let mut rows: BTreeMap<NaiveDate, Flows> = BTreeMap::new();
        let mut cohorts = Lookup::new(self.cohorts);
        for lot in &after {
            let flows = Flows::of(before.get(&lot.cause).copied(), lot, self.from);
            if flows != Flows::default() {
                let row = rows.entry(cohorts.of(lot.cause.at)).or_default();
                *row = row.plus(flows)?;
            }
        }
        let paid_down = Points::sum(rows.values().map(|row| row.offset))?;
        let owed = |as_of| contents.balance(as_of).deficit;
        let (opening, closing) = (owed(self.from), owed(self.to));
        let run_up = closing.checked_sub(opening)?.checked_add(paid_down)?;
        let deficit = Deficit { opening, restated: Points::ZERO, run_up, paid_down, closing };
        let Self { cohorts, from, to, .. } = *self;
        Some(Self { purse: contents.purse().cloned(), cohorts, from, to, rows, deficit })
    }
}

impl Flows {
    /// What became of a lot; `before` is how it stood at the start, if it was there.
    ///
    /// A ledger bounds its points, so that no sum of one lot overflows.
    fn of(before: Option<&Lot>, after: &Lot, from: DateTime<Utc>) -> Self {
        let mut flows = Self {
            opening: before.map_or_else(Outstanding::default, Outstanding::of),
            issued: if before.is_none() { after.earned } else { Points::ZERO },
            expired: Points(expired(after).0 - before.map_or(0, |lot| expired(lot).0)),
            closing: Outstanding::of(after),
            ..Self::default()
        };
        let earlier = before.map_or(&[][..], |lot| &lot.uses);
        if earlier == after.uses {
            return flows;
        }
        let mut taken: BTreeMap<&Cause, i64> = BTreeMap::new();
        for one in &after.uses {
            *taken.entry(&one.by).or_default() += one.points.0;
        }
        for one in earlier {
            *taken.entry(&one.by).or_default() -= one.points.0;
        }
        for (by, points) in taken {
            flows.take(by, points, from);
        }
        flows
    }

    /// Takes in that `by` has taken so many more points than at the start.
    fn take(&mut self, by: &Cause, points: i64, from: DateTime<Utc>) {
        let column = match (Flow::of(&by.movement), points > 0) {
            (_, true) if by.at <= from => &mut self.offset,
            (Flow::Redeemed, true) => &mut self.redeemed,
            (Flow::Redeemed, false) => &mut self.redeemed_given_back,
            (Flow::Reversed | Flow::Issued, true) => &mut self.reversed,
            (Flow::Reversed | Flow::Issued, false) => &mut self.reversed_given_back,
            (Flow::Transferred, _) => {
                self.transferred.0 += points;
                return;
            }
            (Flow::Forfeited, _) => {
                self.forfeited.0 += points;
                return;
            }
        };
        column.0 += points.abs();
    }

    /// Whether the columns come to the closing.
    #[must_use]
    pub fn ties(&self) -> bool {
        let sum = |all: &[Points]| all.iter().map(|points| i128::from(points.0)).sum::<i128>();
        let more = [self.restated, self.issued, self.redeemed_given_back, self.reversed_given_back];
        let less = [
            self.redeemed,
            self.reversed,
            self.transferred,
            self.forfeited,
            self.offset,
            self.expired,
        ];
        self.opening.sum() + sum(&more) - sum(&less) == self.closing.sum()
    }

    fn opened_with(self, told: Outstanding) -> Option<Self> {
        let restated = self.opening.total()?.checked_sub(told.total()?)?;
        Some(Self { opening: told, restated: self.restated.checked_add(restated)?, ..self })
    }

    fn plus(self, other: Self) -> Option<Self> {
        let sum = |column: fn(&Self) -> Points| column(&self).checked_add(column(&other));
        Some(Self {
            opening: self.opening.plus(other.opening)?,
            restated: sum(|flows| flows.restated)?,
            issued: sum(|flows| flows.issued)?,
            redeemed: sum(|flows| flows.redeemed)?,
            redeemed_given_back: sum(|flows| flows.redeemed_given_back)?,
            reversed: sum(|flows| flows.reversed)?,
            reversed_given_back: sum(|flows| flows.reversed_given_back)?,
            transferred: sum(|flows| flows.transferred)?,
            forfeited: sum(|flows| flows.forfeited)?,
            offset: sum(|flows| flows.offset)?,
            expired: sum(|flows| flows.expired)?,
            closing: self.closing.plus(other.closing)?,
        })
    }

    fn cells(&self) -> Option<[String; 13]> {
        let Self { opening, closing, .. } = self;
        let columns = [
            opening.total()?,
            self.restated,
            self.issued,
            self.redeemed,
            self.redeemed_given_back,
            self.reversed,
            self.reversed_given_back,
            self.transferred,
            self.forfeited,
            self.offset,
            self.expired,
            closing.total()?,
            closing.pending,
        ];
        Some(columns.map(|points| points.to_string()))
    }
}

impl Deficit {
    /// Whether the columns come to the closing.
    #[must_use]
    pub fn ties(&self) -> bool {
        let [opening, restated, run_up, paid_down, closing] =
            [self.opening, self.restated, self.run_up, self.paid_down, self.closing]
                .map(|points| i128::from(points.0));
        opening + restated + run_up - paid_down == closing
    }

    fn opened_with(self, told: Points) -> Option<Self> {
        let restated = self.opening.checked_sub(told)?;
        Some(Self { opening: told, restated: self.restated.checked_add(restated)?, ..self })
    }

    fn plus(self, other: Self) -> Option<Self> {
        let sum = |column: fn(&Self) -> Points| column(&self).checked_add(column(&other));
        Some(Self {
            opening: sum(|deficit| deficit.opening)?,
            restated: sum(|deficit| deficit.restated)?,
            run_up: sum(|deficit| deficit.run_up)?,
            paid_down: sum(|deficit| deficit.paid_down)?,
            closing: sum(|deficit| deficit.closing)?,
        })
    }
}

impl TryFrom<Record> for RollForward {
    type Error = Fault;

    fn try_from(record: Record) -> Result<Self, Fault> {
        let Record { purse, cohorts, from, to, rows, deficit } = record;
        let empty = Self::new(cohorts, from, to)?.of_purse(purse);
        if let Some((&cohort, _)) = rows.iter().find(|(_, flows)| !flows.ties()) {
            return Err(Fault::Untied { cohort });
        }
        if deficit.ties() { Ok(Self { rows, deficit, ..empty }) } else { Err(Fault::UntiedDeficit) }
    }
}

const HEAD: [&str; 14] = [
    "earned in",
    "opening",
    "restated",
    "issued",
    "redeemed",
    "given back",
    "reversed",
    "given back",
    "sent",
    "forfeited",
    "offset",
    "expired",
    "closing",
    "pending",
];

/// As a table: a row for each cohort, their total, and the deficit.
impl fmt::Display for RollForward {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new(&HEAD);
        let total = self.total().ok();
        let rows = self.rows.iter().map(|(cohort, flows)| (self.cohorts.label(*cohort), *flows));
        for (label, flows) in rows.chain(total.map(|total| ("total".to_owned(), total))) {
            let cells = flows.cells().into_iter().flatten();
            table.row([label].into_iter().chain(cells));
        }
        writeln!(f, "{table}")?;
        let Deficit { opening, restated, run_up, paid_down, closing } = self.deficit;
        write!(
            f,
            "deficit: opening {opening}, restated {restated}, run up {run_up}, paid down \
             {paid_down}, closing {closing}"
        )
    }
}
