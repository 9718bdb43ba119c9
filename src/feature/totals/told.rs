//! Features that totals can tell.

use chrono::{DateTime, Utc};

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
        let told = Told::of(feature)?;
        let columns = self.rows([told], moment, |column: &mut Vec<_>, [number]| {
            column.push(number.and_then(|number| told.value(number, moment)));
        });
        Ok(columns.into_iter().flatten().collect())
    }

    /// What `take` makes of these features of the customers, a part of them after the other, in
    /// the order of [`Totals::customers`]. Of each there is the [number](Told::value), if it is
    /// known.
    pub(crate) fn rows<const N: usize, A: Default + Send>(
        &self,
        features: [Told; N],
        moment: &Moment,
        take: impl Fn(&mut A, [Option<i64>; N]) + Send + Sync,
    ) -> Vec<A> {
        let as_of = moment.as_of.timestamp_nanos_opt();
        let calendar = Calendar::until(moment);
        each(&self.tables, |table| {
            let mut taken = A::default();
            for (_, total) in table.iter() {
                let is_seen = as_of.is_some() && total.last() <= as_of;
                let number =
                    |told: Told| if is_seen { told.number(total, &calendar) } else { None };
                take(&mut taken, features.map(number));
            }
            taken
        })
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
