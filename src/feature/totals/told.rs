//! Features that totals can tell.

use chrono::{DateTime, Utc};

use super::table::Table;
use super::{Total, Totals};
use crate::calendar::Window;
use crate::feature::shopping::gap_mean;
use crate::feature::{Feature, Moment, TableFault};
use crate::money::{Money, Rounding};
use crate::parallel::each;
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
        Ok(each(&self.tables, of_table).into_iter().flatten().collect())
    }
}

/// A feature that totals can tell.
#[derive(Clone, Copy)]
enum Told {
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
    const fn of(feature: &Feature) -> Option<Self> {
        match feature {
            Feature::RecencyDays => Some(Self::Recency),
            Feature::TenureDays => Some(Self::Tenure),
            Feature::LengthDays => Some(Self::Length),
            Feature::GapMeanDays => Some(Self::GapMean),
            Feature::Orders(Window::Lifetime) => Some(Self::Orders),
            Feature::RepeatOrders(Window::Lifetime) => Some(Self::RepeatOrders),
            Feature::Spend(Window::Lifetime) => Some(Self::Spend),
            Feature::AverageOrderValue(Window::Lifetime) => Some(Self::AverageOrderValue),
            _ => None,
        }
    }

    fn value(self, total: &Total, moment: &Moment, calendar: &Calendar<'_>) -> Option<Value> {
        let orders = i64::from(total.orders());
        let spend = || Some(Money::from_minor(total.net_minor().try_into().ok()?, moment.currency));
        match self {
            Self::Recency => calendar.days_since(total.last()?).map(Value::Integer),
            Self::Tenure => calendar.days_since(total.first()?).map(Value::Integer),
            Self::Length => {
                let since_last = calendar.days_since(total.last()?)?;
                Some(Value::Integer(calendar.days_since(total.first()?)? - since_last))
            }
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
struct Calendar<'a> {
    moment: &'a Moment,
    /// The starts in nanoseconds since 1970: of today, of yesterday, and so on.
    starts: Vec<i64>,
}

impl<'a> Calendar<'a> {
    fn until(moment: &'a Moment) -> Self {
        let days = std::iter::successors(Some(moment.today()), |day| day.pred_opt());
        let start = |day| moment.zone.start_of_day(day).timestamp_nanos_opt();
        Self { moment, starts: days.take(DAYS).map_while(start).collect() }
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
