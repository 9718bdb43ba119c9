//! How well a model foretold what customers did afterwards.

use serde::{Deserialize, Serialize};

use crate::calendar::Unit;
use crate::path::{Path, Problems};

use super::{AttritionModel, Fault, Length, Repeat};

/// Customers with so many purchases or more are one group.
const MANY: u32 = 7;

/// How well a model foretold the purchases of customers in a time after their age.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Validation {
    /// How many customers there are.
    pub customers: usize,
    /// The square root of the mean squared error per customer.
    pub rmse: f64,
    /// The mean absolute error per customer.
    pub mae: f64,
    /// How much more was expected of all together than happened, as a share of that: -0.1 for a
    /// tenth too few. Nothing if nothing happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bias: Option<f64>,
    /// What was expected of all together.
    pub expected: f64,
    /// What happened.
    pub actual: f64,
    /// By the number of repeat purchases so far: 0, 1, … and 7 or more.
    pub by_frequency: Vec<Group>,
    /// Ten groups of as many customers each, from those of whom least was expected on; those of
    /// whom as much was expected stand together in the order of the customers.
    pub by_decile: Vec<Group>,
}

/// Some of the customers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Group {
    /// Which one: the number of repeat purchases, or the decile from 1 on.
    pub number: u32,
    /// How many customers are in it.
    pub customers: usize,
    /// The mean of what was expected of them.
    pub expected: f64,
    /// The mean of what happened.
    pub actual: f64,
}

impl AttritionModel {
    /// Compares what is expected of customers in a time after their age with what they did in it.
    ///
    /// ```
    /// use loyalty::calendar::Unit;
    /// use loyalty::clv::{AttritionModel, Length, Parameters, Repeat};
    ///
    /// let model = AttritionModel::new(Parameters::Nbd { r: 1.0, alpha: 10.0 }, Unit::Week)?;
    /// // (1 + x) / (10 + 10) 10 = 0.5 and 1.5 are expected.
    /// let customers = [(0, 0.0), (2, 8.0)].map(|(x, at)| Repeat::new(x, at, 10.0, Unit::Week));
    /// let found = model.validate(&customers, &[1, 1], Length::new(10.0, Unit::Week))?;
    /// assert_eq!((found.rmse, found.mae, found.bias), (0.5, 0.5, Some(0.0)));
    /// assert_eq!((found.by_frequency[1].number, found.by_frequency[1].expected), (2, 1.5));
    /// # Ok::<(), loyalty::path::Problems<loyalty::clv::Fault>>(())
    /// ```
    ///
    /// # Errors
    /// Customers of whom nothing can be expected, not one number of purchases for each, and a time
    /// that is not above 0 in the model's unit.
    pub fn validate(
        &self,
        customers: &[Repeat],
        purchases: &[u32],
        within: Length,
    ) -> Result<Validation, Problems<Fault>> {
        judged(self.unit(), customers, purchases, within, || {
            self.expected_purchases_each(customers, within)
        })
    }
}

/// Compares what customers did with what is expected of them by a model that counts in `unit`.
pub(super) fn judged(
    unit: Unit,
    customers: &[Repeat],
    purchases: &[u32],
    within: Length,
    expected: impl FnOnce() -> Vec<Option<f64>>,
) -> Result<Validation, Problems<Fault>> {
    check(unit, customers, purchases, within)?;
    let mut problems = Problems::none();
    let mut rows = Vec::with_capacity(customers.len());
    for (at, ((customer, expected), actual)) in
        customers.iter().zip(expected()).zip(purchases).enumerate()
    {
        match expected {
            Some(expected) => {
                let (frequency, actual) = (customer.frequency, f64::from(*actual));
                rows.push(Row { frequency, expected, actual });
            }
            None => {
                let path = Path::from("customers").item(at);
                customer.check(unit, &path, &mut problems);
            }
        }
    }
    problems.into_result(())?;
    Ok(validation(rows))
}

/// Whether there are customers, a number of purchases for each, and a time after their age.
pub(super) fn check(
    unit: Unit,
    customers: &[Repeat],
    purchases: &[u32],
    within: Length,
) -> Result<(), Problems<Fault>> {
    let mut problems = Problems::none();
    if customers.is_empty() {
        let fault = Fault::Count { what: "customers", expected: 1, found: 0 };
        problems.add(Path::from("customers"), fault);
    }
    if customers.len() != purchases.len() {
        let (expected, found) = (customers.len(), purchases.len());
        let fault = Fault::Count { what: "numbers of purchases", expected, found };
        problems.add(Path::from("purchases"), fault);
    }
    match within.in_units(unit) {
        None => problems.add(Path::from("within").field("unit"), Fault::Unit),
        Some(time) if time > 0.0 => {}
        Some(value) => {
            problems.add(Path::from("within").field("count"), Fault::OutOfRange { value });
        }
    }
    problems.into_result(())
}

/// A customer.
#[derive(Clone, Copy)]
struct Row {
    frequency: u32,
    expected: f64,
    actual: f64,
}

fn validation(mut rows: Vec<Row>) -> Validation {
    let count = rows.len() as f64;
    let sum = |of: fn(&Row) -> f64| rows.iter().map(of).sum::<f64>();
    let squares = sum(|row| (row.expected - row.actual).powi(2));
    let absolute = sum(|row| (row.expected - row.actual).abs());
    let (expected, actual) = (sum(|row| row.expected), sum(|row| row.actual));
    let by_frequency = (0..=MANY).filter_map(|number| {
        let own = |row: &&Row| row.frequency.min(MANY) == number;
        group(number, &rows.iter().filter(own).copied().collect::<Vec<Row>>())
    });
    let by_frequency = by_frequency.collect();
    // The sort is stable: the order of the customers is kept where as much is expected.
    rows.sort_by(|one, two| one.expected.total_cmp(&two.expected));
    let customers = rows.len();
    let decile = |number: usize| {
        let (from, to) = (customers * number / 10, customers * (number + 1) / 10);
        let own: Vec<Row> = rows.iter().skip(from).take(to - from).copied().collect();
        group(u32::try_from(number + 1).unwrap_or(u32::MAX), &own)
    };
    Validation {
        customers,
        rmse: (squares / count).sqrt(),
        mae: absolute / count,
        bias: (actual > 0.0).then(|| expected / actual - 1.0),
        expected,
        actual,
        by_frequency,
        by_decile: (0..10).filter_map(decile).collect(),
    }
}

/// What is told of some rows, unless there are none.
fn group(number: u32, rows: &[Row]) -> Option<Group> {
    let count = rows.len() as f64;
    let mean = |of: fn(&Row) -> f64| rows.iter().map(of).sum::<f64>() / count;
    (!rows.is_empty()).then(|| Group {
        number,
        customers: rows.len(),
        expected: mean(|row| row.expected),
        actual: mean(|row| row.actual),
    })
}
