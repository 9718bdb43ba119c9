//! The log of many customers from columns that the host has already.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::order::Amounts;
use super::purchases::{Builder, nanos};
use super::{Purchases, earliest, latest};
use crate::id::{CategoryId, CustomerId, OrderId, ProductId};
use crate::money::Currency;
use crate::path::{Path, Problems};

/// Orders as columns of equal length, a row for every order, in any order.
///
/// Amounts are in minor units and never negative.
#[derive(Clone, Debug, Default)]
pub struct Columns {
    /// Who bought.
    pub customers: Vec<CustomerId>,
    /// When.
    pub at: Vec<DateTime<Utc>>,
    /// What it would have cost without discounts.
    pub list_minor: Vec<i64>,
    /// How many units; at least one.
    pub units: Vec<i64>,
    /// The orders' ids, no two alike for one customer; without them, orders of one instant stay in
    /// the order of their rows.
    pub orders: Option<Vec<OrderId>>,
    /// What was taken off, at most the list price; nothing if it is left out.
    pub discount_minor: Option<Vec<i64>>,
    /// What was paid for the units that came back, which is all that was paid if all of them did;
    /// nothing if it is left out.
    pub returned_minor: Option<Vec<i64>>,
    /// How many units came back, at most those bought; none if it is left out. An order of which
    /// all came back is cancelled and left out of the log.
    pub returned_units: Option<Vec<i64>>,
    /// The lines of the orders, if they are known.
    pub lines: Option<LineColumns>,
}

/// Lines of orders as columns of equal length, a row for every line, in any order.
#[derive(Clone, Debug, Default)]
pub struct LineColumns {
    /// The row of the order in [`Columns`], counted from 0.
    pub order: Vec<usize>,
    /// The category, if known; none is if it is left out.
    pub category: Option<Vec<Option<CategoryId>>>,
    /// The product, if known; none is if it is left out.
    pub product: Option<Vec<Option<ProductId>>>,
    /// How many units were bought and kept; none means that the whole line came back.
    pub kept_units: Vec<i64>,
    /// What was paid and kept, in minor units; the lines of an order must come to its net price.
    pub net_minor: Vec<i64>,
}

/// What can be wrong with columns.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ColumnFault {
    /// The column has not as many rows as the first one of its table.
    #[error("the column has {found} rows where the others have {expected}")]
    Length {
        /// How many rows the first column has.
        expected: usize,
        /// How many this column has.
        found: usize,
    },
    /// A value is outside its limits.
    #[error("{value} is outside {least} to {most}")]
    OutOfRange {
        /// The value.
        value: i64,
        /// The least value that is allowed in this row.
        least: i64,
        /// The greatest value that is allowed in this row.
        most: i64,
    },
    /// The instant is outside 1900 to 2200.
    #[error("{at} is outside the years 1900 to 2200")]
    InstantOutOfRange {
        /// The instant.
        at: DateTime<Utc>,
    },
    /// Two orders of one customer have one id.
    #[error("customer `{customer}` has order `{order}` twice")]
    DuplicateOrder {
        /// The customer.
        customer: CustomerId,
        /// The order.
        order: OrderId,
    },
    /// A line is of an order that is not there.
    #[error("there is no order in row {row}: {count} orders are numbered from 0")]
    UnknownOrder {
        /// The row that the line names.
        row: usize,
        /// How many orders there are.
        count: usize,
    },
    /// The lines of an order do not come to its net price.
    #[error("the order's net price is {net_minor}, but its lines come to {lines_minor}")]
    LinesMismatch {
        /// The order's net price in minor units.
        net_minor: i64,
        /// What its lines come to.
        lines_minor: i128,
    },
}

impl Purchases {
    /// The log of the orders in `columns`, whose amounts are in `currency`.
    ///
    /// # Errors
    /// All problems, each with its place, such as `units[3]` or `lines.net_minor[12]`. Rows are
    /// only looked at once all columns have the same length.
    ///
    /// # Complexity
    /// *O*(*n* log *n*) for *n* rows.
    pub fn from_columns(
        currency: Currency,
        columns: &Columns,
    ) -> Result<Self, Problems<ColumnFault>> {
        columns.check_lengths()?;
        let rows = columns.check_rows()?;
        let lines = columns.lines.as_ref().map(|lines| lines.by_order(&rows)).transpose()?;
        let mut sorted: Vec<(usize, &Row)> = rows.iter().enumerate().collect();
        sorted.sort_by_key(|(index, row)| {
            (row.customer, row.at, columns.orders.as_ref().and_then(|ids| ids.get(*index)), *index)
        });
        let mut builder = Builder::new(currency);
        for orders in sorted.chunk_by(|(_, a), (_, b)| a.customer == b.customer) {
            for (index, row) in orders.iter().filter(|(_, row)| row.amounts.kept_units() > 0) {
                if let (Some(lines), Some(table)) = (&lines, &columns.lines) {
                    for &line in lines.get(*index).into_iter().flatten() {
                        table.add_line(line, &mut builder);
                    }
                }
                builder.add_order(row.at, row.amounts);
            }
            if let Some((_, row)) = orders.first() {
                builder.end_customer(row.customer.clone());
            }
        }
        if lines.is_none() {
            builder.log.lines = None;
        }
        Ok(builder.log)
    }
}

/// An order that was checked.
struct Row<'a> {
    customer: &'a CustomerId,
    at: i64,
    amounts: Amounts,
}

impl Columns {
    fn check_lengths(&self) -> Result<(), Problems<ColumnFault>> {
        let mut problems = Problems::none();
        let rows = self.customers.len();
        let optional = |column: &Option<Vec<i64>>| column.as_ref().map(Vec::len);
        check_lengths(
            &Path::root(),
            rows,
            &[
                ("at", Some(self.at.len())),
                ("list_minor", Some(self.list_minor.len())),
                ("units", Some(self.units.len())),
                ("orders", self.orders.as_ref().map(Vec::len)),
                ("discount_minor", optional(&self.discount_minor)),
                ("returned_minor", optional(&self.returned_minor)),
                ("returned_units", optional(&self.returned_units)),
            ],
            &mut problems,
        );
        if let Some(lines) = &self.lines {
            check_lengths(
                &Path::root().field("lines"),
                lines.order.len(),
                &[
                    ("category", lines.category.as_ref().map(Vec::len)),
                    ("product", lines.product.as_ref().map(Vec::len)),
                    ("kept_units", Some(lines.kept_units.len())),
                    ("net_minor", Some(lines.net_minor.len())),
                ],
                &mut problems,
            );
        }
        problems.into_result(())
    }

    fn check_rows(&self) -> Result<Vec<Row<'_>>, Problems<ColumnFault>> {
        let mut problems = Problems::none();
        let mut rows = Vec::with_capacity(self.customers.len());
        let mut seen = HashSet::new();
        for (index, (customer, at)) in self.customers.iter().zip(&self.at).enumerate() {
            let place = |column: &str| Path::root().field(column).item(index);
            if *at < earliest() || *at >= latest() {
                problems.add(place("at"), ColumnFault::InstantOutOfRange { at: *at });
            }
            if let Some(order) = self.orders.as_ref().and_then(|orders| orders.get(index))
                && !seen.insert((customer, order))
            {
                let (customer, order) = (customer.clone(), order.clone());
                problems.add(place("orders"), ColumnFault::DuplicateOrder { customer, order });
            }
            let amounts = self.amounts(index, &mut problems);
            rows.push(Row { customer, at: nanos(*at).unwrap_or_default(), amounts });
        }
        problems.into_result(rows)
    }

    fn amounts(&self, index: usize, problems: &mut Problems<ColumnFault>) -> Amounts {
        let value = |column: &Vec<i64>| column.get(index).copied().unwrap_or_default();
        let optional = |column: &Option<Vec<i64>>| column.as_ref().map_or(0, value);
        let amounts = Amounts {
            list_minor: value(&self.list_minor),
            discount_minor: optional(&self.discount_minor),
            returned_minor: optional(&self.returned_minor),
            units: value(&self.units),
            returned_units: optional(&self.returned_units),
        };
        let paid = amounts.list_minor.saturating_sub(amounts.discount_minor);
        let least_returned = if amounts.kept_units() == 0 { paid } else { 0 };
        for (column, value, least, most) in [
            ("list_minor", amounts.list_minor, 0, i64::MAX),
            ("discount_minor", amounts.discount_minor, 0, amounts.list_minor),
            ("returned_minor", amounts.returned_minor, least_returned, paid),
            ("units", amounts.units, 1, i64::MAX),
            ("returned_units", amounts.returned_units, 0, amounts.units),
        ] {
            check_range(&Path::root().field(column), index, value, least, most, problems);
        }
        amounts
    }
}

impl LineColumns {
    /// The rows of the lines of every order.
    fn by_order(&self, orders: &[Row<'_>]) -> Result<Vec<Vec<usize>>, Problems<ColumnFault>> {
        let mut problems = Problems::none();
        let path = Path::root().field("lines");
        let mut lines = vec![Vec::new(); orders.len()];
        let mut sums = vec![0_i128; orders.len()];
        for (index, &order) in self.order.iter().enumerate() {
            let units = self.kept_units.get(index).copied().unwrap_or_default();
            let net = self.net_minor.get(index).copied().unwrap_or_default();
            check_range(&path.field("kept_units"), index, units, 0, i64::MAX, &mut problems);
            let most = if units > 0 { i64::MAX } else { 0 };
            check_range(&path.field("net_minor"), index, net, 0, most, &mut problems);
            if let (Some(lines), Some(sum)) = (lines.get_mut(order), sums.get_mut(order)) {
                lines.push(index);
                *sum += i128::from(net);
            } else {
                let fault = ColumnFault::UnknownOrder { row: order, count: orders.len() };
                problems.add(path.field("order").item(index), fault);
            }
        }
        for (index, (row, &lines_minor)) in orders.iter().zip(&sums).enumerate() {
            let net_minor = row.amounts.net_minor();
            if i128::from(net_minor) != lines_minor {
                let fault = ColumnFault::LinesMismatch { net_minor, lines_minor };
                problems.add(Path::root().field("list_minor").item(index), fault);
            }
        }
        problems.into_result(lines)
    }

    fn add_line(&self, index: usize, builder: &mut Builder) {
        let units = self.kept_units.get(index).copied().unwrap_or_default();
        if units > 0 {
            let net = self.net_minor.get(index).copied().unwrap_or_default();
            let category = self.category.as_ref().and_then(|column| column.get(index)?.as_ref());
            let product = self.product.as_ref().and_then(|column| column.get(index)?.as_ref());
            let amounts = Amounts { list_minor: net, units, ..Amounts::default() };
            builder.add_line(category, product, amounts);
        }
    }
}

fn check_lengths(
    path: &Path,
    expected: usize,
    columns: &[(&str, Option<usize>)],
    problems: &mut Problems<ColumnFault>,
) {
    for (column, found) in columns {
        if let Some(found) = found.filter(|found| *found != expected) {
            problems.add(path.field(column), ColumnFault::Length { expected, found });
        }
    }
}

fn check_range(
    column: &Path,
    index: usize,
    value: i64,
    least: i64,
    most: i64,
    problems: &mut Problems<ColumnFault>,
) {
    if value < least || value > most {
        problems.add(column.item(index), ColumnFault::OutOfRange { value, least, most });
    }
}
