//! What is kept of the events that are older than a history's retention.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::event::{Event, EventKind, EventType};

/// What is kept of the events that are older than a history's retention.
///
/// Of purchases, returns, confirmations, voids, enrollments, changes of attributes, answers to
/// surveys, granted tiers and consents it keeps the event; a purchase loses its store, region,
/// coupons, shipping and stated totals. Of every other event it keeps when it was, its type, its
/// channel and a fingerprint by which its id is recognized.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Events before this instant are here, all others in the history.
    pub(super) horizon: Option<DateTime<Utc>>,
    /// Events of lasting types, by position; the traces of others stay in the index.
    pub(super) lasting: Vec<Arc<Event>>,
}

impl Summary {
    /// The instant before which events are only here; `None` while none has to be.
    #[must_use]
    pub const fn horizon(&self) -> Option<DateTime<Utc>> {
        self.horizon
    }

    /// Whether an event of this instant belongs here.
    pub(super) fn reaches(&self, at: DateTime<Utc>) -> bool {
        self.horizon.is_some_and(|horizon| at < horizon)
    }

    /// Keeps what is to be kept of an event.
    pub(super) fn fold(&mut self, event: &Event) {
        if is_lasting(event.kind.event_type()) {
            let place = self.lasting.partition_point(|kept| kept.position() < event.position());
            self.lasting.insert(place, Arc::new(without_details(event)));
        }
    }

    /// Whether what is kept here of an event could be kept of this one.
    pub(super) fn agrees_with(&self, event: &Event) -> bool {
        let place = self.lasting.binary_search_by(|kept| kept.position().cmp(&event.position()));
        let kept = place.ok().and_then(|place| self.lasting.get(place));
        kept.map_or(!is_lasting(event.kind.event_type()), |kept| {
            same(kept, &without_details(event))
        })
    }
}

/// Whether events of this type are kept for good, because answers about a customer's whole life
/// hang on what is in them.
pub(super) const fn is_lasting(event_type: EventType) -> bool {
    matches!(
        event_type,
        EventType::Purchase
            | EventType::Return
            | EventType::OrderConfirmed
            | EventType::Void
            | EventType::Enrolled
            | EventType::AttributesChanged
            | EventType::SurveyAnswered
            | EventType::TierGranted
            | EventType::Consent
    )
}

/// Whether two events with one id are alike; when each was recorded does not matter.
pub(super) fn same(one: &Event, other: &Event) -> bool {
    (one.at, one.channel, &one.customer, &one.kind)
        == (other.at, other.channel, &other.customer, &other.kind)
}

/// The event as the summary keeps it.
fn without_details(event: &Event) -> Event {
    let mut event = event.clone();
    if let EventKind::Purchase(purchase) = &mut event.kind {
        purchase.total = None;
        let basket = &mut purchase.basket;
        (basket.coupons, basket.shipping) = (Vec::new(), None);
        (basket.store, basket.region) = (None, None);
        basket.lines.iter_mut().for_each(|line| line.total = None);
    }
    event
}
