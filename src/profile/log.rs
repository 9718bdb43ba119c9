//! The log of a history's orders, which is made once and then kept up with the events.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};

use super::History;
use crate::event::{Event, EventKind, Purchases};
use crate::id::CustomerId;
use crate::money::Currency;

/// The orders as they stand once all events have happened, if that was asked before.
///
/// It follows from the events, so that it is no part of what makes two histories equal.
#[derive(Clone, Debug, Default)]
pub(super) struct Log(OnceLock<Arc<Purchases>>);

impl PartialEq for Log {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

/// Where an event stands among those that were recorded before it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Arrival {
    /// After all of them.
    Newest,
    /// Before some of them.
    Late,
}

impl History {
    /// The customer's orders as they stand at `as_of`, as the log of one customer.
    ///
    /// # Complexity
    /// *O*(1) if it was asked before for this customer and currency and nothing recorded is later
    /// than `as_of`; *O*(*n* log *n*) otherwise.
    #[must_use]
    pub fn log(
        &self,
        customer: &CustomerId,
        currency: Currency,
        as_of: DateTime<Utc>,
    ) -> Cow<'_, Purchases> {
        let made = || self.purchases(customer, currency, as_of);
        if self.newest_at().is_none_or(|newest| newest <= as_of) {
            let log = self.log.0.get_or_init(|| Arc::new(made()));
            if log.currency() == currency && log.customers() == std::slice::from_ref(customer) {
                return Cow::Borrowed(log);
            }
        }
        Cow::Owned(made())
    }

    /// When the last of all events that have a content was.
    fn newest_at(&self) -> Option<DateTime<Utc>> {
        let newest = self.events.last().or_else(|| self.summary.lasting.last());
        newest.map(|event| event.position().0)
    }

    /// Takes an event that is recorded into the log, or forgets the log; to be called before the
    /// event is counted.
    pub(super) fn keep_log(&mut self, event: &Event, arrival: Arrival) {
        match &event.kind {
            EventKind::Purchase(purchase) => {
                let follows = arrival == Arrival::Newest
                    && self.newest_at().is_none_or(|newest| newest < event.position().0)
                    && self.index.has_no_voids()
                    && !self.index.names(&purchase.order);
                match self.log.0.get_mut().filter(|_| follows) {
                    Some(log) => match Arc::get_mut(log) {
                        Some(log) => log.append(event),
                        None => *log = Arc::new(log.with(event)),
                    },
                    None => self.log = Log::default(),
                }
            }
            EventKind::Return(_) | EventKind::Void(_) => self.log = Log::default(),
            _ => {}
        }
    }
}
