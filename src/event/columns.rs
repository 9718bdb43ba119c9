//! The log of many customers from columns that the host has already.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use thiserror::Error;

use super::effect::Amounts;
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
        let list = amounts.list_minor.max(0);
        let paid = list.saturating_sub(amounts.discount_minor).max(0);
        let is_cancelled = amounts.units > 0 && amounts.kept_units() == 0;
        let least_returned = if is_cancelled { paid } else { 0 };
        for (column, value, least, most) in [
            ("list_minor", amounts.list_minor, 0, i64::MAX),
            ("discount_minor", amounts.discount_minor, 0, list),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Interval;

    fn columns(customers: &[&str], days: &[u32], list_minor: &[i64], units: &[i64]) -> Columns {
        Columns {
            customers: customers.iter().map(|id| id.parse().unwrap()).collect(),
            at: days.iter().map(|day| instant(*day)).collect(),
            list_minor: list_minor.to_vec(),
            units: units.to_vec(),
            ..Columns::default()
        }
    }

    fn instant(day: u32) -> DateTime<Utc> {
        format!("2026-01-{day:02}T00:00:00Z").parse().unwrap()
    }

    fn told(columns: &Columns) -> Vec<String> {
        let found = Purchases::from_columns(Currency::EUR, columns).unwrap_err();
        found.iter().map(ToString::to_string).collect()
    }

    fn ids<T: std::str::FromStr<Err: std::fmt::Debug>>(names: &[&str]) -> Vec<T> {
        names.iter().map(|name| name.parse().unwrap()).collect()
    }

    #[test]
    fn rows_are_sorted_by_customer_instant_and_order() {
        let mut columns = columns(
            &["b", "a", "b", "a", "a"],
            &[3, 5, 1, 2, 2],
            &[10, 20, 30, 40, 50],
            &[1, 2, 3, 4, 5],
        );
        let list = |columns: &Columns| {
            let log = Purchases::from_columns(Currency::EUR, columns).unwrap();
            let customers = log.iter();
            customers
                .map(|(id, orders)| (id.to_string(), orders.list_minor().to_vec()))
                .collect::<Vec<_>>()
        };
        let (a, b) = ("a".to_owned(), "b".to_owned());
        assert_eq!(list(&columns), [(a.clone(), vec![40, 50, 20]), (b.clone(), vec![30, 10])]);
        columns.orders = Some(ids(&["1", "2", "3", "o5", "o4"]));
        assert_eq!(list(&columns), [(a, vec![50, 40, 20]), (b, vec![30, 10])]);
    }

    #[test]
    fn an_order_has_what_its_row_says() {
        let mut columns = columns(&["a", "a"], &[1, 2], &[1_000, 500], &[4, 1]);
        columns.discount_minor = Some(vec![100, 0]);
        columns.returned_minor = Some(vec![225, 0]);
        columns.returned_units = Some(vec![1, 0]);
        let log = Purchases::from_columns(Currency::EUR, &columns).unwrap();
        let orders = log.find(&"a".parse().unwrap()).unwrap();
        let first = orders.first().unwrap();
        assert_eq!((first.at, first.units, first.returned_units), (instant(1), 4, 1));
        assert_eq!(first.net_price.to_string(), "6.75 EUR");
        let sums = [orders.list_price(), orders.discount(), orders.returned(), orders.net_price()];
        let sums = sums.map(|sum| sum.unwrap().minor());
        assert_eq!((sums, orders.kept_units()), ([1_500, 100, 225, 1_175], Some(4)));
        assert!(orders.lines().is_none(), "lines are not known");
        let none = Interval { first: instant(3), last: instant(1) };
        assert!(orders.within(&none).is_empty());
        assert!(log.orders(7).is_empty() && log.find(&"b".parse().unwrap()).is_none());
    }

    #[test]
    fn lines_go_with_their_orders() {
        let mut columns = columns(&["b", "a"], &[1, 1], &[500, 300], &[3, 1]);
        columns.lines = Some(LineColumns {
            order: vec![1, 0, 0, 0],
            category: Some(vec![None, Some("tea".parse().unwrap()), None, None]),
            product: None,
            kept_units: vec![1, 2, 1, 0],
            net_minor: vec![300, 400, 100, 0],
        });
        let log = Purchases::from_columns(Currency::EUR, &columns).unwrap();
        let lines = |index: usize| {
            let lines = log.orders(index).lines().unwrap();
            lines
                .map(|line| (line.category.map(CategoryId::as_str), line.net_price.minor()))
                .collect::<Vec<_>>()
        };
        assert_eq!(lines(0), [(None, 300)]);
        assert_eq!(lines(1), [(Some("tea"), 400), (None, 100)], "a line that came back is gone");
    }

    #[test]
    fn an_order_of_which_all_came_back_is_left_out_but_its_customer_stays() {
        let mut columns = columns(&["a"], &[1], &[500], &[2]);
        columns.returned_units = Some(vec![2]);
        assert_eq!(told(&columns), ["`returned_minor[0]`: 0 is outside 500 to 500"]);
        columns.returned_minor = Some(vec![500]);
        let log = Purchases::from_columns(Currency::EUR, &columns).unwrap();
        assert_eq!((log.len(), log.order_count()), (1, 0));
    }

    #[test]
    fn sums_that_do_not_fit_are_told() {
        let columns = columns(&["a", "a"], &[1, 2], &[i64::MAX, 1], &[i64::MAX, 1]);
        let log = Purchases::from_columns(Currency::EUR, &columns).unwrap();
        assert!(log.orders(0).net_price().is_err());
        assert_eq!(log.orders(0).kept_units(), None);
    }

    #[test]
    fn columns_of_different_length_are_told() {
        let mut columns = columns(&["a", "b"], &[1], &[1, 2, 3], &[1, 1]);
        columns.discount_minor = Some(vec![]);
        columns.lines = Some(LineColumns { order: vec![0], ..LineColumns::default() });
        assert_eq!(
            told(&columns),
            [
                "`at`: the column has 1 rows where the others have 2",
                "`list_minor`: the column has 3 rows where the others have 2",
                "`discount_minor`: the column has 0 rows where the others have 2",
                "`lines.kept_units`: the column has 0 rows where the others have 1",
                "`lines.net_minor`: the column has 0 rows where the others have 1",
            ]
        );
    }

    #[test]
    fn every_value_outside_its_limits_is_told() {
        let mut columns = columns(&["a", "a", "a"], &[1, 2, 3], &[-1, 500, 500], &[1, 0, 2]);
        columns.at[2] = latest();
        columns.orders = Some(ids(&["o1", "o2", "o1"]));
        columns.discount_minor = Some(vec![0, 501, 100]);
        columns.returned_minor = Some(vec![0, 0, 401]);
        columns.returned_units = Some(vec![0, 0, 3]);
        assert_eq!(
            told(&columns),
            [
                "`list_minor[0]`: -1 is outside 0 to 9223372036854775807",
                "`discount_minor[1]`: 501 is outside 0 to 500",
                "`units[1]`: 0 is outside 1 to 9223372036854775807",
                "`at[2]`: 2200-01-01 00:00:00 UTC is outside the years 1900 to 2200",
                "`orders[2]`: customer `a` has order `o1` twice",
                "`returned_minor[2]`: 401 is outside 0 to 400",
                "`returned_units[2]`: 3 is outside 0 to 2",
            ]
        );
    }

    #[test]
    fn lines_that_do_not_fit_their_orders_are_told() {
        let mut columns = columns(&["a"], &[1], &[500], &[2]);
        columns.lines = Some(LineColumns {
            order: vec![0, 1, 0],
            kept_units: vec![1, 1, 0],
            net_minor: vec![400, 100, 50],
            ..LineColumns::default()
        });
        assert_eq!(
            told(&columns),
            [
                "`lines.order[1]`: there is no order in row 1: 1 orders are numbered from 0",
                "`lines.net_minor[2]`: 50 is outside 0 to 0",
                "`list_minor[0]`: the order's net price is 500, but its lines come to 450",
            ]
        );
    }
}
