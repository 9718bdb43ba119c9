//! Features that totals can tell.

use chrono::{DateTime, Utc};

use super::table::Table;
use super::{Total, Totals};
use crate::calendar::Window;
use crate::feature::shopping::gap_mean;
use crate::feature::{Feature, Moment, TableFault};
use crate::money::{Money, Rounding};
use crate::parallel::{each, fill_chunks};
use crate::path::{Path, Problems};
use crate::rule::Value;

/// The days that are looked up for all customers at once; whoever came earlier is looked up alone.
const DAYS: usize = 40_000;

const DAY_NS: i64 = 86_400_000_000_000;

impl Totals {
    /// The customers, in the order in which [`Totals::iter`] tells them.
    #[must_use]
    pub fn customers(&self) -> Vec<u64> {
        self.iter().map(|(customer, _)| customer).collect()
    }

    /// A feature of all customers as of a moment, in the order of [`Totals::customers`]: days since
    /// the last order (recency), since the first (tenure) and between the two (length), the mean
    /// gap between orders, and over the lifetime the orders, the repeat orders, the spend and the
    /// average order value.
    ///
    /// Totals do not know when within a life something happened: all rows count, and of a customer
    /// with an order later than the moment nothing is told. Money is in the moment's currency.
    ///
    /// # Errors
    /// A feature that totals cannot tell.
    pub fn column(
        &self,
        feature: &Feature,
        moment: &Moment,
    ) -> Result<Vec<Option<Value>>, Problems<TableFault>> {
        let (told, calendar) = (Told::of(feature)?, Calendar::until(moment));
        let column = |table: &Table<u64>| -> Vec<Option<Value>> {
            let numbers = table.iter().map(|(_, total)| calendar.number(told, total));
            numbers.map(|number| told.value(number?, moment)).collect()
        };
        Ok(each(&self.tables, column).into_iter().flatten().collect())
    }

    /// The [numbers](Told::value) of these features of the customers.
    pub(crate) fn numbers<const N: usize>(
        &self,
        features: [Told; N],
        moment: &Moment,
    ) -> Numbers<N> {
        let calendar = Calendar::until(moment);
        let mut columns = [const { Vec::new() }; N];
        fill_chunks(&mut columns, 1, |_, columns| {
            columns.iter_mut().for_each(|column| column.resize(self.len(), 0));
        });
        let mut rest = columns.each_mut().map(Vec::as_mut_slice);
        let mut before = 0;
        let mut parts: Vec<_> = (self.tables.iter())
            .map(|table| {
                let cells = rest.each_mut().map(|rest| rest.split_off_mut(..table.len()));
                let cells = cells.map(Option::unwrap_or_default);
                before += table.len();
                NumbersOfPart { table, before: before - table.len(), cells, missing: Vec::new() }
            })
            .collect();
        fill_chunks(&mut parts, 1, |_, parts| {
            for part in parts {
                part.fill(features, &calendar);
            }
        });
        let missing = parts.into_iter().flat_map(|part| part.missing).collect();
        Numbers { columns, missing }
    }
}

/// What totals tell of some features.
pub(crate) struct Numbers<const N: usize> {
    /// For each feature the numbers of all customers, in the order of [`Totals::customers`].
    pub(crate) columns: [Vec<i64>; N],
    /// Where customers stand of whom something is not known.
    pub(crate) missing: Vec<usize>,
}

/// The cells for the customers of a table.
struct NumbersOfPart<'a, const N: usize> {
    table: &'a Table<u64>,
    /// How many customers stand before them.
    before: usize,
    cells: [&'a mut [i64]; N],
    missing: Vec<usize>,
}

impl<const N: usize> NumbersOfPart<'_, N> {
    fn fill(&mut self, features: [Told; N], calendar: &Calendar<'_>) {
        for (row, (_, total)) in self.table.iter().enumerate() {
            let numbers = features.map(|told| calendar.number(told, total));
            if numbers.iter().any(Option::is_none) {
                self.missing.push(self.before + row);
            }
            for (cells, number) in self.cells.iter_mut().zip(numbers) {
                if let (Some(cell), Some(number)) = (cells.get_mut(row), number) {
                    *cell = number;
                }
            }
        }
    }
}

/// A feature that totals can tell.
#[derive(Clone, Copy)]
pub(crate) enum Told {
    Recency,
    Tenure,
    Length,
    GapMean,
    Orders,
    RepeatOrders,
    Spend,
    AverageOrderValue,
}

impl Told {
    /// # Errors
    /// A feature that totals cannot tell.
    pub(crate) fn of(feature: &Feature) -> Result<Self, Problems<TableFault>> {
        match feature {
            Feature::RecencyDays => Ok(Self::Recency),
            Feature::TenureDays => Ok(Self::Tenure),
            Feature::LengthDays => Ok(Self::Length),
            Feature::GapMeanDays => Ok(Self::GapMean),
            Feature::Orders(Window::Lifetime) => Ok(Self::Orders),
            Feature::RepeatOrders(Window::Lifetime) => Ok(Self::RepeatOrders),
            Feature::Spend(Window::Lifetime) => Ok(Self::Spend),
            Feature::AverageOrderValue(Window::Lifetime) => Ok(Self::AverageOrderValue),
            _ => {
                let fault = TableFault::NotInOrders { name: feature.to_string() };
                Err(Problems::one(Path::root(), fault))
            }
        }
    }

    /// The value that a number stands for: the greater the one, the greater the other.
    pub(crate) fn value(self, number: i64, moment: &Moment) -> Option<Value> {
        match self {
            Self::GapMean => Value::number(f64::from_bits(number.cast_unsigned())),
            Self::Spend | Self::AverageOrderValue => {
                Some(Value::Money(Money::from_minor(number, moment.currency)))
            }
            _ => Some(Value::Integer(number)),
        }
    }

    /// A whole number as it is, money in minor units, and what is not whole, but never negative, as
    /// the bits of the float.
    #[inline]
    fn number(self, total: &Total, calendar: &Calendar<'_>) -> Option<i64> {
        let orders = i64::from(total.orders());
        let spend = || i64::try_from(total.net_minor()).ok();
        match self {
            Self::Recency => calendar.days_since(total.last()?),
            Self::Tenure => calendar.days_since(total.first()?),
            Self::Length => {
                let since_last = calendar.days_since(total.last()?)?;
                Some(calendar.days_since(total.first()?)? - since_last)
            }
            Self::GapMean => {
                let days = gap_mean(total.first()?, total.last()?, orders)?;
                Some(days.to_bits().cast_signed())
            }
            Self::Orders => Some(orders),
            Self::RepeatOrders => Some((orders - 1).max(0)),
            Self::Spend => spend(),
            Self::AverageOrderValue => {
                let spend = Money::from_minor(spend()?, calendar.moment.currency);
                Some(spend.scale(1, orders, Rounding::HalfUp).ok()?.minor())
            }
        }
    }
}

/// When each of the last days began, so that the day of an instant is found without a time zone.
struct Calendar<'a> {
    moment: &'a Moment,
    /// In nanoseconds since 1970.
    as_of: Option<i64>,
    /// The starts in nanoseconds since 1970: of today, of yesterday, and so on.
    starts: Vec<i64>,
}

impl<'a> Calendar<'a> {
    fn until(moment: &'a Moment) -> Self {
        let days = std::iter::successors(Some(moment.today()), |day| day.pred_opt());
        let start = |day| moment.zone.start_of_day(day).timestamp_nanos_opt();
        let as_of = moment.as_of.timestamp_nanos_opt();
        Self { moment, as_of, starts: days.take(DAYS).map_while(start).collect() }
    }

    /// The number of a customer; nothing is told of one with a later order.
    fn number(&self, told: Told, total: &Total) -> Option<i64> {
        let is_seen = self.as_of.is_some() && total.last() <= self.as_of;
        if is_seen { told.number(total, self) } else { None }
    }

    /// Calendar days from an instant, which is not after the moment, to the day of the moment.
    fn days_since(&self, at: i64) -> Option<i64> {
        // So many days if each had 24 hours; zones were never set further than that.
        let ago = self.starts.first()?.saturating_sub(at).max(0) / DAY_NS;
        let from = usize::try_from(ago).ok()?.saturating_sub(2);
        let begun = self.starts.iter().skip(from).position(|start| *start <= at);
        begun.map_or_else(
            || {
                let date = self.moment.zone.date(DateTime::<Utc>::from_timestamp_nanos(at));
                Some(self.moment.today().signed_duration_since(date).num_days())
            },
            |more| i64::try_from(from + more).ok(),
        )
    }
}
