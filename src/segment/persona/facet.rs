//! What is known of customers in texts.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Topic;
use crate::feature::{Feature, Moment, Snapshot};
use crate::id::CustomerId;
use crate::profile::Profile;
use crate::rule::{Text, Value};

/// Texts that are known of customers, such as their city, the categories that they bought, the
/// weekday on which they come, or the offers that they redeemed.
///
/// A customer with an empty set is known to have none of them; one who is not there is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facet {
    /// What the texts say of a customer, such as `city`.
    pub name: Text,
    /// What it is about.
    pub topic: Topic,
    /// The texts of each customer.
    pub texts: BTreeMap<CustomerId, BTreeSet<Text>>,
}

impl Facet {
    /// These texts of these customers.
    pub fn new<T: Into<Text>, S: IntoIterator<Item = T>>(
        name: impl Into<Text>,
        topic: Topic,
        customers: impl IntoIterator<Item = (CustomerId, S)>,
    ) -> Self {
        let texts = |(customer, texts): (CustomerId, S)| {
            (customer, texts.into_iter().map(Into::into).collect())
        };
        Self { name: name.into(), topic, texts: customers.into_iter().map(texts).collect() }
    }

    /// The texts of a feature of customers at a moment, such as their favorite category; of whom it
    /// cannot be told is not there.
    ///
    /// ```
    /// use loyalty::calendar::Zone;
    /// use loyalty::feature::{Feature, Moment};
    /// use loyalty::money::Currency;
    /// use loyalty::profile::Profile;
    /// use loyalty::segment::persona::{Facet, Topic};
    ///
    /// let as_of = "2026-03-01T12:00:00Z".parse()?;
    /// let moment = Moment { as_of, zone: Zone::UTC, currency: Currency::EUR };
    /// let feature: Feature = "favorite_category(1y)".parse()?;
    /// let profiles: [Profile; 0] = [];
    /// let facet = Facet::of_profiles(&profiles, &feature, &moment);
    /// assert_eq!((facet.topic, facet.texts.len()), (Topic::Buys, 0));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of_profiles<'a>(
        profiles: impl IntoIterator<Item = &'a Profile>,
        feature: &Feature,
        moment: &Moment,
    ) -> Self {
        let name = feature.to_string();
        let texts = |profile: &Profile| {
            let texts = match Snapshot::of(profile, *moment).value(feature)? {
                Value::Set(texts) => texts,
                value => BTreeSet::from([match value {
                    Value::Text(text) => text,
                    value => Text::from(value.to_string()),
                }]),
            };
            Some((profile.customer.id.clone(), texts))
        };
        let texts = profiles.into_iter().filter_map(texts).collect();
        Self { topic: Topic::of(&name), name: Text::from(name), texts }
    }
}
