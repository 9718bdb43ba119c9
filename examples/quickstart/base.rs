//! The customer base as numbers: one row for every customer, and sums over groups of them.

use std::error::Error;

use loyalty::Currency;
use loyalty::event::{Event, Purchases};
use loyalty::feature::{Feature, FeatureTable, Moment};

/// What RFM looks at, and k-means as well.
pub const FEATURES: [&str; 3] = ["recency_days", "orders(lifetime)", "spend(lifetime)"];

/// The features of all customers at once, from the log of their purchases.
pub fn table(events: &[Event], moment: &Moment) -> Result<FeatureTable, Box<dyn Error>> {
    let log = Purchases::from_events(Currency::USD, events, moment.as_of);
    let features: Vec<Feature> = FEATURES.into_iter().map(str::parse).collect::<Result<_, _>>()?;
    Ok(FeatureTable::of_purchases(&log, &features, moment)?)
}

/// A group of customers in sums, from which shares and means follow.
#[derive(Clone, Copy, Default)]
pub struct Group {
    pub customers: usize,
    recency_days: f64,
    orders: f64,
    spend: f64,
}

impl Group {
    /// The customers of `table` for whom `belongs` says yes, by the number of their row.
    pub fn of(table: &FeatureTable, belongs: impl Fn(usize) -> bool) -> Self {
        let mut group = Self::default();
        for row in (0..table.customers().len()).filter(|&row| belongs(row)) {
            let number = |column| table.number(row, column).unwrap_or_default();
            group.customers += 1;
            group.recency_days += number(0);
            group.orders += number(1);
            group.spend += number(2);
        }
        group
    }

    /// The mean of days since the last order, of orders and of spend per customer.
    pub fn means(&self) -> [f64; 3] {
        let count = self.customers.max(1) as f64;
        [self.recency_days / count, self.orders / count, self.spend / count]
    }

    /// The share of customers and of revenue in `all`.
    pub fn shares(&self, all: &Self) -> [f64; 2] {
        let share = |part: f64, whole: f64| if whole > 0.0 { part / whole } else { 0.0 };
        [share(self.customers as f64, all.customers as f64), share(self.spend, all.spend)]
    }
}
