//! A customer: an id with attributes.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Attributes, Fault};
use crate::event::{Channel, Coordinates};
use crate::id::{AttributeName, CustomerId, IdError};
use crate::path::{Path, Problems};
use crate::rule::Value;

/// Who a customer is.
///
/// ```
/// use chrono::NaiveDate;
/// use loyalty::event::Channel;
/// use loyalty::id::CustomerId;
/// use loyalty::profile::Customer;
///
/// let born = NaiveDate::from_ymd_opt(1990, 2, 28).ok_or("no such day")?;
/// let ada = Customer::new(CustomerId::new("ada")?)
///     .born(born)
///     .living_in("BE", "Oost-Vlaanderen", "Gent")
///     .interested_in(["running", "coffee"])
///     .preferring(Channel::Email)
///     .with("shoe_size", 38)?;
/// ada.validate()?;
/// assert_eq!(ada.attributes.city().map(|city| city.as_str()), Some("Gent"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Customer {
    /// Names the customer.
    pub id: CustomerId,
    /// What is known of them, apart from what events tell.
    #[serde(default, skip_serializing_if = "Attributes::is_empty")]
    pub attributes: Attributes,
}

impl Customer {
    /// A customer of whom nothing is known but the id.
    #[must_use]
    pub fn new(id: CustomerId) -> Self {
        Self { id, attributes: Attributes::default() }
    }

    /// The same customer, with an attribute.
    ///
    /// # Errors
    /// [`IdError`] if `name` is no name of an attribute.
    pub fn with(self, name: &str, value: impl Into<Value>) -> Result<Self, IdError> {
        let name = AttributeName::new(name)?;
        let mut customer = self;
        customer.attributes.insert(name, value);
        Ok(customer)
    }

    /// The same customer, born on this day.
    #[must_use]
    pub fn born(self, on: NaiveDate) -> Self {
        self.set("birthday", on.into())
    }

    /// The same customer, living there.
    #[must_use]
    pub fn living_in(self, country: &str, region: &str, city: &str) -> Self {
        self.set("country", country.into()).set("region", region.into()).set("city", city.into())
    }

    /// The same customer, living at this place.
    #[must_use]
    pub fn living_at(self, place: Coordinates) -> Self {
        let (latitude, longitude) = (place.latitude, place.longitude);
        self.set("latitude", Value::Number(latitude)).set("longitude", Value::Number(longitude))
    }

    /// The same customer, with these interests.
    #[must_use]
    pub fn interested_in<T: AsRef<str>>(self, interests: impl IntoIterator<Item = T>) -> Self {
        self.set("interests", Value::set(interests))
    }

    /// The same customer, who holds these values dear.
    #[must_use]
    pub fn valuing<T: AsRef<str>>(self, values: impl IntoIterator<Item = T>) -> Self {
        self.set("values", Value::set(values))
    }

    /// The same customer, who prefers this channel.
    #[must_use]
    pub fn preferring(self, channel: Channel) -> Self {
        self.set("preferred_channel", channel.name().into())
    }

    /// The same customer, who joined on this day.
    #[must_use]
    pub fn enrolled(self, on: NaiveDate) -> Self {
        self.set("enrolled_on", on.into())
    }

    /// Checks the attributes ([`Attributes::validate`]).
    ///
    /// # Errors
    /// All problems, each with its path, such as `attributes.birthday`.
    pub fn validate(&self) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        problems.take(&Path::root().field("attributes"), self.attributes.validate());
        problems.into_result(())
    }

    fn set(mut self, name: &str, value: Value) -> Self {
        self.attributes.set(name, value);
        self
    }
}
