//! What is kept of the events that are older than a history's retention.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::stored::serialize_traces;
use crate::calendar::Interval;
use crate::event::{Channel, Discount, Event, EventKind, EventType, LineItem, Purchase};
use crate::id::EventId;

/// What is kept of the events that are older than a history's retention.
///
/// Of purchases, returns, voids, enrollments, changes of attributes and answers to surveys it keeps
/// the event; a purchase loses its store, region, coupons and offers. Of every other event it keeps
/// when it was, its type, its channel and a fingerprint by which its id is recognized.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// Events before this instant are here, all others in the history.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) horizon: Option<DateTime<Utc>>,
    /// Events of lasting types, by position.
    pub(super) lasting: Vec<Arc<Event>>,
    /// The traces of all others, sorted.
    #[serde(serialize_with = "serialize_traces")]
    pub(super) traces: BTreeMap<(EventType, Option<Channel>), Vec<Trace>>,
}

/// When an event was, and the fingerprint of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Trace(DateTime<Utc>, Fingerprint);

/// The first 128 bits of the SHA-256 of an event's id; 32 hexadecimal digits in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Fingerprint([u8; 16]);

impl Summary {
    /// The instant before which events are only here; `None` while the retention is unlimited.
    #[must_use]
    pub const fn horizon(&self) -> Option<DateTime<Utc>> {
        self.horizon
    }

    pub(super) const fn is_unused(&self) -> bool {
        self.horizon.is_none()
    }

    /// How many events it stands for.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lasting.len() + self.traces.values().map(Vec::len).sum::<usize>()
    }

    /// Whether no event has grown too old yet.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lasting.is_empty() && self.traces.is_empty()
    }

    /// Takes in an event that is not here yet.
    pub(super) fn fold(&mut self, event: &Event) {
        if is_lasting(event.kind.event_type()) {
            let place = self.lasting.partition_point(|kept| kept.position() < event.position());
            self.lasting.insert(place, Arc::new(without_details(event)));
        } else {
            let traces = self.traces.entry((event.kind.event_type(), event.channel)).or_default();
            let trace = Trace::of(event);
            traces.insert(traces.partition_point(|kept| *kept < trace), trace);
        }
    }

    /// Whether an event whose id is here is the event that is here.
    pub(super) fn agrees_with(&self, event: &Event) -> bool {
        if is_lasting(event.kind.event_type()) {
            let place =
                self.lasting.binary_search_by(|kept| kept.position().cmp(&event.position()));
            let kept = place.ok().and_then(|place| self.lasting.get(place));
            kept.is_some_and(|kept| same(kept, &without_details(event)))
        } else {
            let trace = Trace::of(event);
            let traces = self.traces.get(&(event.kind.event_type(), event.channel));
            traces.is_some_and(|traces| traces.binary_search(&trace).is_ok())
        }
    }
}

/// Whether events of this type are kept for good, because answers about a customer's whole life
/// hang on what is in them.
pub(super) const fn is_lasting(event_type: EventType) -> bool {
    matches!(
        event_type,
        EventType::Purchase
            | EventType::Return
            | EventType::Void
            | EventType::Enrolled
            | EventType::AttributesChanged
            | EventType::SurveyAnswered
    )
}

/// Whether two events with one id are alike; when each was recorded does not matter.
pub(super) fn same(one: &Event, other: &Event) -> bool {
    (one.at, one.channel, &one.customer, &one.kind)
        == (other.at, other.channel, &other.customer, &other.kind)
}

/// The traces within `interval`, which are sorted.
pub(super) fn within(traces: &[Trace], interval: &Interval) -> Range<usize> {
    let first = traces.partition_point(|trace| trace.at() < interval.first);
    let end = traces.partition_point(|trace| trace.at() <= interval.last);
    first..end.max(first)
}

/// The event as the summary keeps it.
fn without_details(event: &Event) -> Event {
    let mut event = event.clone();
    if let EventKind::Purchase(purchase) = &mut event.kind {
        strip(purchase);
    }
    event
}

fn strip(purchase: &mut Purchase) {
    purchase.redeemed.clear();
    purchase.total = None;
    let basket = &mut purchase.basket;
    basket.coupons.clear();
    basket.store = None;
    basket.region = None;
    basket.lines.iter_mut().for_each(strip_line);
}

/// Leaves one discount without an offer; discounts that cannot be added up stay, since they are
/// what makes the purchase invalid.
fn strip_line(line: &mut LineItem) {
    line.total = None;
    if let Ok(amount) = line.discount() {
        line.discounts.clear();
        if !amount.is_zero() {
            line.discounts.push(Discount { amount, offer: None });
        }
    }
}

impl Trace {
    pub(super) fn of(event: &Event) -> Self {
        Self(event.position().0, Fingerprint::of(&event.id))
    }

    /// What is left of the event with this id and instant, if anything is.
    pub(super) fn of_id(at: DateTime<Utc>, id: &EventId) -> Self {
        Self(at, Fingerprint::of(id))
    }

    pub(super) const fn at(self) -> DateTime<Utc> {
        self.0
    }

    pub(super) const fn fingerprint(self) -> Fingerprint {
        self.1
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl Fingerprint {
    pub(super) fn of(id: &EventId) -> Self {
        let mut start = [0; 16];
        let hash = hmac_sha256::Hash::hash(id.as_str().as_bytes());
        start.iter_mut().zip(hash).for_each(|(to, byte)| *to = byte);
        Self(start)
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = smol_str::SmolStr::deserialize(deserializer)?;
        let digits = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        match u128::from_str_radix(&text, 16) {
            Ok(bits) if digits => Ok(Self(bits.to_be_bytes())),
            _ => Err(de::Error::custom("a fingerprint is 32 hexadecimal digits")),
        }
    }
}
