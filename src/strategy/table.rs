//! Tables of features.

use proptest::collection::SizeRange;
use proptest::option::Probability;
use proptest::prelude::*;

use super::id::numbered;
use crate::feature::{Column, FeatureTable, Measure};
use crate::id::CustomerId;
use crate::money::Currency;

/// A table of so many customers in these columns, of whose cells a share of `missing` (0 to 1) is
/// not there.
///
/// Many customers are alike, and a few stand out, as customers do.
pub fn table<C: Into<Column>>(
    columns: impl IntoIterator<Item = C>,
    customers: impl Into<SizeRange>,
    missing: impl Into<Probability>,
) -> impl Strategy<Value = FeatureTable> {
    let columns: Vec<Column> = columns.into_iter().map(Into::into).collect();
    let present = 1.0 - f64::from(missing.into());
    let cell = |column: &Column| proptest::option::weighted(present, number(column));
    let row: Vec<_> = columns.iter().map(cell).collect();
    proptest::collection::vec(row, customers).prop_filter_map("a table", move |rows| {
        let customer = |at| CustomerId::new(numbered("c-", at)).ok();
        let rows = rows.into_iter().enumerate();
        let rows = rows.filter_map(|(at, row)| Some((customer(at)?, row)));
        FeatureTable::new(columns.iter().cloned(), rows).ok()
    })
}

/// A number that can stand in this column.
fn number(column: &Column) -> BoxedStrategy<f64> {
    let whole = || prop_oneof![8 => 0..=12_i32, 1 => 0..=1_000_000];
    match column.measure {
        Measure::Category => (0..column.levels.len().max(1)).prop_map(|at| at as f64).boxed(),
        Measure::Bool => (0..=1_i32).prop_map(f64::from).boxed(),
        Measure::Integer => whole().prop_map(f64::from).boxed(),
        Measure::Money(currency) => whole().prop_map(move |count| major(count, currency)).boxed(),
        Measure::Number => {
            prop_oneof![4 => whole().prop_map(f64::from), 1 => -1.0e6..1.0e6].boxed()
        }
    }
}

/// So many halves of a major unit, in major units, or so many units where there are no halves.
fn major(count: i32, currency: Currency) -> f64 {
    if currency.exponent() == 0 { f64::from(count) } else { f64::from(count) / 2.0 }
}
