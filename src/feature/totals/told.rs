//! Features that totals can tell.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};

use super::table::Table;
use super::{Total, Totals};
use crate::calendar::Window;
use crate::feature::shopping::{days_from, gap_mean};
use crate::feature::{Feature, Moment, TableFault};
use crate::money::{Money, Rounding};
use crate::parallel::each;
use crate::path::{Path, Problems};
use crate::rule::Value;

/// The days that are looked up for all customers at once; whoever came earlier is looked up alone.
const DAYS: i64 = 40_000;

impl Totals {
    /// The customers, in the order in which [`Totals::iter`] tells them.
    #[must_use]
    pub fn customers(&self) -> Vec<u64> {
        self.iter().map(|(customer, _)| customer).collect()
    }

    /// A feature of all customers as of a moment, in the order of [`Totals::customers`]: days since
    /// the last order (recency) and since the first (tenure), the mean gap between orders, and over
    /// the lifetime the orders, the repeat orders, the spend and the average order value.
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
        let Some(told) = Told::of(feature) else {
            let fault = TableFault::NotInOrders { name: feature.to_string() };
            return Err(Problems::one(Path::root(), fault));
        };
        let Some(as_of) = moment.as_of.timestamp_nanos_opt() else {
            return Ok(vec![None; self.len()]);
        };
        let calendar = Calendar::until(moment);
        let value = |total: &Total| {
            let is_seen = total.last().is_none_or(|last| last <= as_of);
            if is_seen { told.value(total, moment, &calendar) } else { None }
        };
        let of_table = |table: &Table<u64>| -> Vec<Option<Value>> {
            table.iter().map(|(_, total)| value(total)).collect()
        };
        Ok(each(&self.tables, of_table).concat())
    }
}

/// A feature that totals can tell.
#[derive(Clone, Copy)]
enum Told {
    Recency,
    Tenure,
    GapMean,
    Orders,
    RepeatOrders,
    Spend,
    AverageOrderValue,
}

impl Told {
    const fn of(feature: &Feature) -> Option<Self> {
        match feature {
            Feature::RecencyDays => Some(Self::Recency),
            Feature::TenureDays => Some(Self::Tenure),
            Feature::GapMeanDays => Some(Self::GapMean),
            Feature::Orders(Window::Lifetime) => Some(Self::Orders),
            Feature::RepeatOrders(Window::Lifetime) => Some(Self::RepeatOrders),
            Feature::Spend(Window::Lifetime) => Some(Self::Spend),
            Feature::AverageOrderValue(Window::Lifetime) => Some(Self::AverageOrderValue),
            _ => None,
        }
    }

    fn value(self, total: &Total, moment: &Moment, calendar: &Calendar) -> Option<Value> {
        let orders = i64::from(total.orders());
        let spend = || Some(Money::from_minor(total.net_minor().try_into().ok()?, moment.currency));
        match self {
            Self::Recency => days_from(calendar.date(total.last()?, moment)?, moment),
            Self::Tenure => days_from(calendar.date(total.first()?, moment)?, moment),
            Self::GapMean => Value::number(gap_mean(total.first()?, total.last()?, orders)?),
            Self::Orders => Some(Value::Integer(orders)),
            Self::RepeatOrders => Some(Value::Integer((orders - 1).max(0))),
            Self::Spend => spend().map(Value::Money),
            Self::AverageOrderValue => {
                spend()?.scale(1, orders, Rounding::HalfUp).ok().map(Value::Money)
            }
        }
    }
}

/// When each of the last days began, so that the day of an instant is found without a time zone.
struct Calendar {
    /// The first day of `starts`.
    first: NaiveDate,
    /// The starts in nanoseconds since 1970, of one day after the other.
    starts: Vec<i64>,
}

impl Calendar {
    fn until(moment: &Moment) -> Self {
        let today = moment.today();
        let first = today.checked_sub_signed(TimeDelta::days(DAYS)).unwrap_or(today);
        let days = first.iter_days().take_while(|day| *day <= today);
        let start = |day| moment.zone.start_of_day(day).timestamp_nanos_opt();
        let starts = days.map(start).map(|start| start.unwrap_or(i64::MIN)).collect();
        Self { first, starts }
    }

    /// The day of an instant that is not after the moment.
    fn date(&self, at: i64, moment: &Moment) -> Option<NaiveDate> {
        match self.starts.partition_point(|start| *start <= at).checked_sub(1) {
            Some(days) => self.first.checked_add_signed(TimeDelta::days(i64::try_from(days).ok()?)),
            None => Some(moment.zone.date(DateTime::<Utc>::from_timestamp_nanos(at))),
        }
    }
}
