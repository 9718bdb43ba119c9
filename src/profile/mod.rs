//! One customer: who they are, and what happened.
//!
//! [`Attributes`] are typed facts, some of which are [`WELL_KNOWN`]; a [`Customer`] is an id with
//! attributes; a [`History`] keeps the events in order, whatever order they arrive in; a
//! [`Profile`] is both, and the subject of every question that the crate answers.

mod attributes;
mod check;
mod chronicle;
mod customer;
mod fault;
mod history;
mod index;
mod instants;
mod log;
mod prefix;
mod query;
mod stored;
mod summary;

use std::borrow::Cow;
use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

pub use attributes::{Attributes, WELL_KNOWN};
pub use customer::Customer;
pub use fault::Fault;
pub use history::{History, Recorded, Retention};
pub use summary::Summary;

use crate::calendar::Zone;
use crate::consent::Consents;
use crate::event::{AttributesChanged, Event, EventKind, EventType, Purchases};
use crate::id::AttributeName;
use crate::money::Currency;
use crate::path::{Path, Problems};

/// The most that a copy keeps to itself before it shares nothing any more.
const MOST_OWN: usize = 32;

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
        if self.history.index.first_at(Some(EventType::AttributesChanged), as_of).is_none() {
            return attributes;
        }
        for event in self.history.lasting(as_of) {
            if let EventKind::AttributesChanged(changed) = &event.kind {
                attributes.to_mut().change(changed);
            }
        }
        attributes
    }

    /// What the customer agreed to be written to for as of an instant.
    #[must_use]
    pub fn consents(&self, as_of: DateTime<Utc>) -> Consents {
        if self.history.index.first_at(Some(EventType::Consent), as_of).is_none() {
            return Consents::default();
        }
        Consents::of(self.history.lasting(as_of))
    }

    /// Whether this change of attributes is the one after which all of these are known for the
    /// first time, when what happened up to `as_of` came before it.
    #[must_use]
    pub fn completes(
        &self,
        changed: &AttributesChanged,
        wanted: &BTreeSet<AttributeName>,
        as_of: DateTime<Utc>,
    ) -> bool {
        let has_all = |attributes: &Attributes| {
            wanted.iter().all(|name| attributes.get(name.as_str()).is_some())
        };
        let mut attributes = self.customer.attributes.clone();
        if has_all(&attributes) {
            return false;
        }
        for event in self.history.lasting(as_of) {
            if let EventKind::AttributesChanged(changed) = &event.kind {
                attributes.change(changed);
                if has_all(&attributes) {
                    return false;
                }
            }
        }
        attributes.change(changed);
        has_all(&attributes)
    }

    /// When the customer joined: at their first enrollment up to `as_of`, or else at their first
    /// event; `None` if there was none.
    #[must_use]
    pub fn joined_at(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let enrolled = self.history.index.first_at(Some(EventType::Enrolled), as_of);
        enrolled.or_else(|| self.history.first_at(as_of))
    }

    /// The date whose anniversaries are the customer's: the attribute `enrolled_on` if it is known,
    /// or else the day in `zone` on which they joined ([`Profile::joined_at`]).
    #[must_use]
    pub fn anchor(&self, as_of: DateTime<Utc>, zone: &Zone) -> Option<NaiveDate> {
        let enrolled_on = self.attributes(as_of).enrolled_on();
        enrolled_on.or_else(|| self.joined_at(as_of).map(|at| zone.date(at)))
    }

    /// Checks the attributes, and every event in itself: of this customer, and valid.
    ///
    /// # Errors
    /// All problems, each with its path, such as `history.events[3].kind.visit.coordinates`.
    pub fn validate(&self) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        problems.take(&Path::from("customer"), self.customer.validate());
        let events = self.history.events.iter().enumerate();
        let events = events.map(|(index, event)| (Path::from("history.events").item(index), event));
        let folded = self.history.summary.lasting.iter().enumerate();
        let folded =
            folded.map(|(index, event)| (Path::from("history.summary.lasting").item(index), event));
        for (path, event) in folded.chain(events) {
            problems.take(&path, event.validate());
            self.check_owner(event, &path, &mut problems);
        }
        problems.into_result(())
    }

    /// Checks an event, which has passed [`Event::validate`], against the customer and what was
    /// recorded ([`History::check`]).
    ///
    /// # Errors
    /// All problems, each with its path, such as `kind.return.lines[0].quantity`.
    pub fn check(&self, event: &Event) -> Result<(), Problems<Fault>> {
        let mut problems = Problems::none();
        self.check_owner(event, &Path::root(), &mut problems);
        problems.take(&Path::root(), self.history.check(event));
        problems.into_result(())
    }

    fn check_owner(&self, event: &Event, path: &Path, problems: &mut Problems<Fault>) {
        if event.customer != self.customer.id {
            let (expected, found) = (self.customer.id.clone(), event.customer.clone());
            problems.add(path.field("customer"), Fault::OtherCustomer { expected, found });
        }
    }

    /// The customer's orders as they stand at `as_of`, as the log of one customer.
    #[must_use]
    pub fn purchases(&self, currency: Currency, as_of: DateTime<Utc>) -> Purchases {
        self.history.purchases(&self.customer.id, currency, as_of)
    }
}

#[cfg(test)]
mod tests;
