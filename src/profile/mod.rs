//! One customer: who they are, and what happened.
//!
//! [`Attributes`] are typed facts, some of which are [`WELL_KNOWN`]; a [`Customer`] is an id with
//! attributes; a [`History`] keeps the events in order, whatever order they arrive in; a
//! [`Profile`] is both, and the subject of every question that the crate answers.

mod attributes;
mod check;
mod customer;
mod history;
mod query;
mod stored;
mod summary;

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use attributes::{Attributes, WELL_KNOWN};
pub use check::Fault;
pub use customer::Customer;
pub use history::{History, Recorded, Retention};
pub use summary::Summary;

use crate::calendar::Zone;
use crate::event::{EventKind, EventType, Purchases};
use crate::money::Currency;

/// A customer and what happened to them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// Who they are, apart from what events tell.
    pub customer: Customer,
    /// What happened.
    #[serde(default)]
    pub history: History,
}

impl Profile {
    /// The profile of a customer to whom nothing happened yet, and whose events are kept for good.
    #[must_use]
    pub fn new(customer: Customer) -> Self {
        Self { customer, history: History::default() }
    }

    /// The attributes as of an instant: the customer's own, overlaid with the changes that events
    /// up to then tell, in their order.
    ///
    /// A change that gives a well-known attribute a value of the wrong type is passed over.
    #[must_use]
    pub fn attributes(&self, as_of: DateTime<Utc>) -> Cow<'_, Attributes> {
        let mut attributes = Cow::Borrowed(&self.customer.attributes);
        for event in self.history.lasting(as_of) {
            if let EventKind::AttributesChanged(changed) = &event.kind {
                attributes.to_mut().change(changed);
            }
        }
        attributes
    }

    /// When the customer joined: at their first enrollment up to `as_of`, or else at their first
    /// event; `None` if there was none.
    #[must_use]
    pub fn joined_at(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let enrolled = self
            .history
            .lasting(as_of)
            .find(|event| event.kind.event_type() == EventType::Enrolled)
            .map(|event| event.position().0);
        enrolled.or_else(|| self.history.first_at(as_of))
    }

    /// The date whose anniversaries are the customer's: the attribute `enrolled_on` if it is known,
    /// or else the day in `zone` on which they joined ([`Profile::joined_at`]).
    #[must_use]
    pub fn anchor(&self, as_of: DateTime<Utc>, zone: &Zone) -> Option<NaiveDate> {
        let enrolled_on = self.attributes(as_of).enrolled_on();
        enrolled_on.or_else(|| self.joined_at(as_of).map(|at| zone.date(at)))
    }

    /// The customer's orders as they stand at `as_of`, as the log of one customer.
    #[must_use]
    pub fn purchases(&self, currency: Currency, as_of: DateTime<Utc>) -> Purchases {
        self.history.purchases(&self.customer.id, currency, as_of)
    }
}

#[cfg(test)]
mod tests;
