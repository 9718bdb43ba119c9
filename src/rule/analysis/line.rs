//! Lines of whole steps, cut where a test changes: whole numbers, minor units of money, days.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};

use super::Inconclusive;
use super::budget::Budget;
use super::cells::{Bound, Ends, Line, Place, Point, compared};
use crate::money::{Currency, Money};
use crate::rule::axis::Axis;
use crate::rule::{Facts, Kind, Sheet, Test, Truth, Value, days};

/// In so many days in a row, every day of the year occurs: 29 February is left out once a century.
const EVERY_DAY: usize = 9 * 366;

pub(super) fn integers(tests: &[&Test<Value>]) -> (Line, Vec<Point>) {
    let mut cuts = BTreeSet::new();
    for value in tests.iter().flat_map(|test| compared(test)) {
        cut(&mut cuts, value);
    }
    whole(&cuts, None, 0, |step| i64::try_from(step).ok().map(Value::Integer))
}

/// The amounts in one currency.
pub(super) fn money(
    tests: &[&Test<Value>],
    currency: Currency,
    told: Option<Currency>,
    line: usize,
) -> (Line, Vec<Point>) {
    let mut cuts = BTreeSet::new();
    for value in tests.iter().flat_map(|test| compared(test)) {
        if matches!(value, Value::Money(amount) if amount.currency() == currency) {
            cut(&mut cuts, value);
        }
    }
    let amount = |minor| Value::Money(Money::from_minor(minor, currency));
    whole(&cuts, told, line, |step| i64::try_from(step).ok().map(amount))
}

/// Nothing, in a currency that is none of these.
pub(super) fn abroad(named: &BTreeSet<Currency>) -> Option<Value> {
    let letters = || 'A'..='Z';
    let code =
        |first, second| letters().map(move |third| String::from_iter([first, second, third]));
    let codes = letters().flat_map(|first| letters().flat_map(move |second| code(first, second)));
    let currencies = codes.filter_map(|code| Currency::from_code(&code).ok());
    let common = [Currency::EUR, Currency::USD, Currency::GBP, Currency::CHF];
    let other = common.into_iter().chain(currencies).find(|found| !named.contains(found))?;
    Some(Value::Money(Money::zero(other)))
}

/// Cuts before the value and after it; between two points of the line there is one cut.
fn cut(cuts: &mut BTreeSet<i128>, value: &Value) {
    cuts.extend(<i128 as Axis>::at_least(value));
    cuts.extend(<i128 as Axis>::at_most(value).map(Axis::next));
}

/// The stretches from cut to cut.
fn stretches(cuts: &BTreeSet<i128>, first: i128, last: i128) -> Vec<(i128, i128)> {
    let inside = cuts.iter().copied().filter(|cut| *cut > first && *cut <= last);
    let lows = std::iter::once(first).chain(inside.clone());
    let highs = inside.map(|cut| cut - 1).chain(std::iter::once(last));
    lows.zip(highs).collect()
}

fn whole(
    cuts: &BTreeSet<i128>,
    currency: Option<Currency>,
    line: usize,
    value: impl Fn(i128) -> Option<Value>,
) -> (Line, Vec<Point>) {
    let (first, last) = (i128::from(i64::MIN), i128::from(i64::MAX));
    let (mut ends, mut points) = (Vec::new(), Vec::new());
    for (at, (low, high)) in stretches(cuts, first, last).into_iter().enumerate() {
        let nice = if low > first { low } else { high.min(0) };
        let place = Place::Spot { line, at, marks: Vec::new() };
        points.extend(value(nice).map(|value| Point { value, place }));
        let bound = |step| value(step).map(|value| Bound { value, open: false });
        ends.push(Ends {
            low: (low > first).then(|| bound(low)).flatten(),
            high: (high < last).then(|| bound(high)).flatten(),
        });
    }
    (Line { currency, ends }, points)
}

/// The tests that look at the day of the year.
pub(super) fn anniversaries(tests: &[&Test<Value>]) -> Vec<Test<Value>> {
    let mut found = Vec::new();
    for test in tests {
        if matches!(test, Test::AnniversaryWithinNext(_)) && !found.contains(*test) {
            found.push((*test).clone());
        }
    }
    found
}

/// The days of the calendar.
///
/// A day that is still to come passes an anniversary's test if it is near. Of earlier ones only
/// the day of the year matters.
pub(super) fn days(
    tests: &[&Test<Value>],
    atoms: &[Test<Value>],
    sheet: &Sheet,
    budget: &mut Budget,
) -> Result<(Line, Vec<Point>), Inconclusive> {
    let (first, last) = (step(NaiveDate::MIN), step(NaiveDate::MAX));
    let cuts = day_cuts(tests, sheet);
    let marks = |day: NaiveDate| -> Vec<bool> {
        let holds = |test: &Test<Value>| test.truth(&Value::Date(day), sheet) == Truth::Hold;
        atoms.iter().map(holds).collect()
    };
    let kinds = if atoms.is_empty() { 1 } else { of_the_year(sheet.today(), marks).len() };
    budget.spend(if atoms.is_empty() { 0 } else { 366 * atoms.len() })?;
    let (mut ends, mut points) = (Vec::new(), Vec::new());
    for (at, (low, high)) in stretches(&cuts, first, last).into_iter().enumerate() {
        let (Some(start), Some(end)) = (day(low), day(high)) else { continue };
        let bound = |value| Some(Bound { value: Value::Date(value), open: false });
        ends.push(Ends {
            low: bound(start).filter(|_| low > first),
            high: bound(end).filter(|_| high < last),
        });
        let mut found = BTreeMap::new();
        if atoms.is_empty() || start > sheet.today() {
            let nice = match (low > first, high < last) {
                (true, _) => start,
                (false, true) => end,
                (false, false) => sheet.today(),
            };
            found.insert(marks(nice), nice);
        } else {
            let back = std::iter::successors(Some(end), |day| day.pred_opt());
            for day in back.take_while(|day| *day >= start).take(EVERY_DAY) {
                budget.spend(atoms.len())?;
                found.entry(marks(day)).or_insert(day);
                if found.len() >= kinds {
                    break;
                }
            }
        }
        points.extend(found.into_iter().rev().map(|(marks, day)| {
            let place = Place::Spot { line: 0, at, marks };
            Point { value: Value::Date(day), place }
        }));
    }
    Ok((Line { currency: None, ends }, points))
}

/// The first days of stretches.
fn day_cuts(tests: &[&Test<Value>], sheet: &Sheet) -> BTreeSet<i128> {
    let today = sheet.today();
    let mut cuts = BTreeSet::new();
    for test in tests {
        for value in compared(test) {
            if value.kind() == Kind::Date {
                cut(&mut cuts, value);
            }
        }
        match test {
            Test::WithinLast(span) => {
                cuts.extend([step(days::before(today, *span)), step(today) + 1]);
            }
            Test::WithinNext(span) => {
                cuts.extend([step(today), step(days::after(today, *span)) + 1]);
            }
            Test::AnniversaryWithinNext(span) => {
                cuts.extend([step(today) + 1, step(days::after(today, *span)) + 1]);
            }
            _ => {}
        }
    }
    cuts
}

/// The marks that the days of the year have, of days up to today.
fn of_the_year(today: NaiveDate, marks: impl Fn(NaiveDate) -> Vec<bool>) -> BTreeSet<Vec<bool>> {
    let year = std::iter::successors(Some(today), |day| day.pred_opt()).take(366);
    let leap = |back| NaiveDate::from_ymd_opt(today.year().checked_sub(back)?, 2, 29);
    let leap_day = (0..9).filter_map(leap).find(|day| *day <= today);
    year.chain(leap_day).map(marks).collect()
}

fn step(day: NaiveDate) -> i128 {
    day.num_days_from_ce().into()
}

fn day(step: i128) -> Option<NaiveDate> {
    NaiveDate::from_num_days_from_ce_opt(i32::try_from(step).ok()?)
}
