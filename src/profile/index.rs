//! Which events there are, when, and of what type: enough to recognize and to count them.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::instants::Instants;
use crate::calendar::Interval;
use crate::event::{Channel, Event, EventKind, EventType, voided};
use crate::id::{EventId, OrderId};

/// Where an event is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    pub(super) event_type: EventType,
    pub(super) channel: Option<Channel>,
}

/// What a history knows of every event that was recorded, folded or not.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Index {
    /// When each event was.
    instants: Instants,
    /// The traces of each group, sorted; no list is empty.
    traces: BTreeMap<Group, Vec<Trace>>,
    /// The voids by position, each with the event that it names.
    voids: BTreeMap<(DateTime<Utc>, EventId), EventId>,
    /// The keys of the orders that purchases, returns and confirmations name, sorted; one for each
    /// of them.
    orders: Vec<u64>,
}

/// When an event was, and the fingerprint of its id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(super) struct Trace(DateTime<Utc>, Fingerprint);

/// The first 128 bits of the SHA-256 of an event's id; 32 hexadecimal digits in JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Fingerprint([u8; 16]);

impl Index {
    /// How many events there are.
    pub(super) fn len(&self) -> usize {
        self.instants.len()
    }

    /// Takes in an event; `false` if one with its id is known.
    pub(super) fn add(&mut self, event: &Event) -> bool {
        self.add_as(event, Trace::of(event))
    }

    /// Takes in an event whose trace is known already; `false` if one with its id is known.
    pub(super) fn add_as(&mut self, event: &Event, trace: Trace) -> bool {
        let is_new = self.add_trace(Group::of(event), trace);
        if let (true, EventKind::Void(void)) = (is_new, &event.kind) {
            self.voids.insert((event.position().0, event.id.clone()), void.event.clone());
        }
        if let (true, Some(order)) = (is_new, order_of(event)) {
            let key = order_key(order);
            self.orders.insert(self.orders.partition_point(|known| *known < key), key);
        }
        is_new
    }

    /// Whether a purchase, a return or a confirmation may name this order; if not, none does.
    pub(super) fn names(&self, order: &OrderId) -> bool {
        self.orders.binary_search(&order_key(order)).is_ok()
    }

    /// Whether no event is void, nor would be if it came.
    pub(super) fn has_no_voids(&self) -> bool {
        self.voids.is_empty()
    }

    /// Takes in the trace of an event; `false` if one with its fingerprint is known.
    pub(super) fn add_trace(&mut self, group: Group, trace: Trace) -> bool {
        let is_new = self.instants.insert(trace.1, trace.0);
        if is_new {
            let traces = self.traces.entry(group).or_default();
            traces.insert(traces.partition_point(|known| *known < trace), trace);
        }
        is_new
    }

    /// Whether an event with the id of this trace is known.
    pub(super) fn has_id(&self, trace: Trace) -> bool {
        self.instants.contains(&trace.1)
    }

    /// Forgets an event.
    pub(super) fn remove(&mut self, event: &Event) {
        let (group, trace) = (Group::of(event), Trace::of(event));
        self.instants.remove(&trace.1);
        if let Some(traces) = self.traces.get_mut(&group) {
            if let Ok(place) = traces.binary_search(&trace) {
                traces.remove(place);
            }
            if traces.is_empty() {
                self.traces.remove(&group);
            }
        }
        self.voids.remove(&(trace.0, event.id.clone()));
        let place =
            order_of(event).and_then(|order| self.orders.binary_search(&order_key(order)).ok());
        if let Some(place) = place {
            self.orders.remove(place);
        }
    }

    /// Forgets what is not in effect at `as_of`, and all voids.
    pub(super) fn keep_effective(&mut self, as_of: DateTime<Utc>) {
        let void = self.void_traces(as_of);
        self.traces.retain(|group, traces| {
            traces.retain(|trace| trace.0 <= as_of && !void.contains(trace));
            group.event_type != EventType::Void && !traces.is_empty()
        });
        let kept: HashSet<Fingerprint> = self.traces.values().flatten().map(|one| one.1).collect();
        self.instants.retain(|fingerprint| kept.contains(fingerprint));
        self.voids.clear();
    }

    /// Whether an event was counted as this one is: then, in this group.
    pub(super) fn has(&self, event: &Event) -> bool {
        let traces = self.traces.get(&Group::of(event));
        traces.is_some_and(|traces| traces.binary_search(&Trace::of(event)).is_ok())
    }

    /// When the event with this id was.
    pub(super) fn instant(&self, id: &EventId) -> Option<DateTime<Utc>> {
        self.instants.get(&Fingerprint::of(id))
    }

    /// The traces before `horizon` by group, sorted.
    pub(super) fn before(
        &self,
        horizon: Option<DateTime<Utc>>,
    ) -> impl Iterator<Item = (Group, &[Trace])> {
        self.traces.iter().filter_map(move |(group, traces)| {
            let end = traces.partition_point(|trace| Some(trace.0) < horizon);
            let old = traces.get(..end).filter(|old| !old.is_empty())?;
            Some((*group, old))
        })
    }

    /// Whether the event of this instant and id is a void.
    pub(super) fn is_void(&self, at: DateTime<Utc>, id: &EventId) -> bool {
        self.voids.contains_key(&(at, id.clone()))
    }

    /// The events that are void at `as_of`.
    pub(super) fn void(&self, as_of: DateTime<Utc>) -> HashSet<&EventId> {
        if self.voids.is_empty() {
            return HashSet::new();
        }
        let until = self.voids.iter().take_while(|((at, _), _)| *at <= as_of);
        let voids: Vec<_> = until.map(|((_, id), target)| (id, target)).collect();
        voided(&voids)
    }

    /// How many events of each group in effect at `as_of` there were within `interval`.
    pub(super) fn tally<'a>(
        &'a self,
        interval: &Interval,
        as_of: DateTime<Utc>,
    ) -> impl Iterator<Item = (Group, u64)> + use<'a> {
        let void = self.void_traces(as_of);
        let (first, last) = (interval.first, interval.last.min(as_of));
        self.traces.iter().filter_map(move |(group, traces)| {
            let start = traces.partition_point(|trace| trace.0 < first);
            let end = traces.partition_point(|trace| trace.0 <= last);
            let found = traces.get(start..end).filter(|found| !found.is_empty())?;
            let is_here = |trace: &&Trace| found.binary_search(trace).is_ok();
            let count = found.len() - void.iter().filter(is_here).count();
            Some((*group, u64::try_from(count).unwrap_or(u64::MAX)))
        })
    }

    /// When the first event of a type, or of any, in effect at `as_of` was.
    pub(super) fn first_at(
        &self,
        event_type: Option<EventType>,
        as_of: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let void = self.void_traces(as_of);
        let firsts = self.of_type(event_type).filter_map(|traces| {
            let until = traces.iter().take_while(|trace| trace.0 <= as_of);
            until.copied().find(|trace| !void.contains(trace))
        });
        firsts.min().map(|trace| trace.0)
    }

    /// When the last event of a type in effect at `as_of` was.
    pub(super) fn last_at(
        &self,
        event_type: EventType,
        as_of: DateTime<Utc>,
    ) -> Option<DateTime<Utc>> {
        let void = self.void_traces(as_of);
        let lasts = self.of_type(Some(event_type)).filter_map(|traces| {
            let end = traces.partition_point(|trace| trace.0 <= as_of);
            traces.iter().take(end).rfind(|trace| !void.contains(trace))
        });
        lasts.max().map(|trace| trace.0)
    }

    /// The first instant after `as_of` at which there was an event, void or not.
    pub(super) fn next_at(&self, as_of: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let later = self.traces.values().filter_map(|traces| {
            traces.get(traces.partition_point(|trace| trace.0 <= as_of)).map(|trace| trace.0)
        });
        later.min()
    }

    /// When events of a type, or of any, in effect at `as_of` were, in no particular order.
    pub(super) fn instants(
        &self,
        event_type: Option<EventType>,
        as_of: DateTime<Utc>,
    ) -> impl Iterator<Item = DateTime<Utc>> {
        let void = self.void_traces(as_of);
        let traces = self.of_type(event_type);
        let until =
            traces.flat_map(move |traces| traces.iter().take_while(move |trace| trace.0 <= as_of));
        until.filter(move |trace| !void.contains(trace)).map(|trace| trace.0)
    }

    /// The traces of a type, or of all, by channel.
    fn of_type(&self, event_type: Option<EventType>) -> impl Iterator<Item = &Vec<Trace>> {
        let groups = self.traces.iter();
        groups
            .filter(move |(group, _)| event_type.is_none_or(|wanted| wanted == group.event_type))
            .map(|(_, traces)| traces)
    }

    /// The traces of the events that are void at `as_of`.
    fn void_traces(&self, as_of: DateTime<Utc>) -> HashSet<Trace> {
        let void = self.void(as_of).into_iter();
        void.filter_map(|id| Some(Trace(self.instant(id)?, Fingerprint::of(id)))).collect()
    }
}

/// The order that a purchase, a return or a confirmation names.
const fn order_of(event: &Event) -> Option<&OrderId> {
    match &event.kind {
        EventKind::Purchase(purchase) => Some(&purchase.order),
        EventKind::Return(returned) => Some(&returned.order),
        EventKind::OrderConfirmed(confirmed) => Some(&confirmed.order),
        _ => None,
    }
}

/// By what an order is looked up; two orders may share a key.
fn order_key(order: &OrderId) -> u64 {
    let mut hasher = DefaultHasher::new();
    order.hash(&mut hasher);
    hasher.finish()
}

impl Group {
    fn of(event: &Event) -> Self {
        Self { event_type: event.kind.event_type(), channel: event.channel }
    }
}

impl Trace {
    /// The trace of an event.
    pub(super) fn of(event: &Event) -> Self {
        Self(event.position().0, Fingerprint::of(&event.id))
    }

    pub(super) const fn at(self) -> DateTime<Utc> {
        self.0
    }

    pub(super) const fn fingerprint(self) -> Fingerprint {
        self.1
    }
}

impl Fingerprint {
    fn of(id: &EventId) -> Self {
        let mut start = [0; 16];
        let hash = hmac_sha256::Hash::hash(id.as_str().as_bytes());
        start.iter_mut().zip(hash).for_each(|(to, byte)| *to = byte);
        Self(start)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
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
