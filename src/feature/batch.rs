//! The features of many customers at once, from their profiles or from the log of their orders.

use std::cell::OnceCell;

use super::shopping::{Shopping, Worth};
use super::{Column, Feature, FeatureTable, Measure, Moment, Snapshot, TableFault, ValueModel};
use crate::event::Purchases;
use crate::id::CustomerId;
use crate::parallel::each_number;
use crate::path::{Path, Problems};
use crate::profile::Profile;
use crate::rule::{Kind, Value};

impl FeatureTable {
    /// The features of customers as of a moment, with a column for each feature by its name.
    ///
    /// # Errors
    /// All features whose values are no numbers, and customers that are there twice.
    pub fn of_profiles<'a>(
        profiles: impl IntoIterator<Item = &'a Profile>,
        features: &[Feature],
        moment: &Moment,
    ) -> Result<Self, Problems<TableFault>> {
        Self::of_valued_profiles(profiles, features, moment, None)
    }

    /// The same, with a model by which features such as `p_alive` are told.
    ///
    /// # Errors
    /// As [`FeatureTable::of_profiles`]; and all features that a model must tell and this does not.
    pub fn of_valued_profiles<'a>(
        profiles: impl IntoIterator<Item = &'a Profile>,
        features: &[Feature],
        moment: &Moment,
        worth: Option<&ValueModel>,
    ) -> Result<Self, Problems<TableFault>> {
        let columns = columns(features, moment, worth)?;
        let rows = profiles.into_iter().map(|profile| {
            let snapshot = Snapshot::of(profile, *moment).valued_by(worth);
            let values: Vec<Option<Value>> =
                features.iter().map(|feature| snapshot.value(feature)).collect();
            (profile.customer.id.clone(), values)
        });
        Self::from_values(columns, rows)
    }

    /// The features of all customers of a log of orders as of a moment, equal to those of profiles
    /// of the same orders. The log does not know when a customer joined: it is taken to be the day
    /// of the first order that was not returned altogether.
    ///
    /// With the feature `rayon` the customers are spread over all cores; the table is the same.
    ///
    /// # Errors
    /// All features whose values are no numbers, or that orders alone cannot tell, and a log of
    /// another currency than the moment's.
    pub fn of_purchases(
        log: &Purchases,
        features: &[Feature],
        moment: &Moment,
    ) -> Result<Self, Problems<TableFault>> {
        Self::of_valued_purchases(log, features, moment, None)
    }

    /// The same, with a model by which features such as `p_alive` are told.
    ///
    /// # Errors
    /// As [`FeatureTable::of_purchases`]; and all features that a model must tell and this does
    /// not.
    pub fn of_valued_purchases(
        log: &Purchases,
        features: &[Feature],
        moment: &Moment,
        worth: Option<&ValueModel>,
    ) -> Result<Self, Problems<TableFault>> {
        let mut problems = Problems::none();
        let columns = problems.take(&Path::root(), columns(features, moment, worth));
        for (index, feature) in features.iter().enumerate() {
            if !feature.is_told_by_orders() {
                let name = feature.to_string();
                problems.add(Path::root().item(index), TableFault::NotInOrders { name });
            }
        }
        if log.currency() != moment.currency {
            let (expected, found) = (moment.currency, log.currency());
            problems.add(Path::root(), TableFault::OtherCurrency { expected, found });
        }
        let columns = problems.into_result(columns)?.unwrap_or_default();
        let row = |index| row(log, index, features, moment, worth);
        let rows = each_number(log.customers().len(), row).into_iter().flatten();
        Self::from_values(columns, rows)
    }
}

fn row(
    log: &Purchases,
    index: usize,
    features: &[Feature],
    moment: &Moment,
    worth: Option<&ValueModel>,
) -> Option<(CustomerId, Vec<Option<Value>>)> {
    let orders = log.orders(index);
    let since = orders.first().map(|first| moment.zone.date(first.at));
    let bought = OnceCell::new();
    let worth = worth.map(|model| Worth { model, bought: &bought });
    let shopping = Shopping::new(orders, *moment, since).valued_by(worth);
    let values = features.iter().map(|feature| shopping.value(feature)).collect();
    Some((log.customers().get(index)?.clone(), values))
}

fn columns(
    features: &[Feature],
    moment: &Moment,
    worth: Option<&ValueModel>,
) -> Result<Vec<Column>, Problems<TableFault>> {
    let mut problems = Problems::none();
    let mut columns = Vec::new();
    for (index, feature) in features.iter().enumerate() {
        let told = worth.is_some_and(|worth| worth.tells(feature));
        if feature.needs_value_model() && !told {
            let name = feature.to_string();
            problems.add(Path::root().item(index), TableFault::NeedsValueModel { name });
        }
        let measure = match feature.kind() {
            Kind::Integer => Measure::Integer,
            Kind::Number => Measure::Number,
            Kind::Money => Measure::Money(moment.currency),
            _ => {
                let name = feature.to_string();
                problems.add(Path::root().item(index), TableFault::NoNumber { name });
                continue;
            }
        };
        columns.push(Column::new(feature.to_string(), measure));
    }
    problems.into_result(columns)
}

impl Feature {
    /// Whether a [`ValueModel`] is needed to tell it.
    #[must_use]
    pub const fn needs_value_model(&self) -> bool {
        matches!(self, Self::PAlive | Self::ExpectedOrders(_)) || self.needs_spending()
    }

    /// Whether that needs a model of [`Spending`](super::Spending), too.
    #[must_use]
    pub const fn needs_spending(&self) -> bool {
        matches!(self, Self::ExpectedSpend | Self::CustomerValue(_))
    }

    /// Whether the log of orders is enough to tell it.
    #[must_use]
    pub const fn is_told_by_orders(&self) -> bool {
        !matches!(
            self,
            Self::AgeYears
                | Self::Visits(_)
                | Self::Events(..)
                | Self::Engagement(_)
                | Self::Satisfaction(_)
                | Self::ChannelShare(..)
                | Self::DaysSince(_)
        )
    }
}
