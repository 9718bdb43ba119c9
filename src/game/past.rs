//! What happened to a customer until a moment, as games look at it.

use std::cell::OnceCell;

use chrono::{DateTime, Utc};

use crate::calendar::Zone;
use crate::event::{Event, EventKind, EventType, OrderState, order_states};
use crate::feature::Moment;
use crate::profile::Profile;
use crate::rule::Value;

/// What happened to a customer until a moment, laid out once for all games that are asked.
///
/// Orders count as they stand at the moment: what came back was never bought, what is void never
/// happened.
pub(crate) struct Past<'a> {
    profile: &'a Profile,
    moment: Moment,
    newest: Option<&'a Event>,
    orders: OnceCell<Vec<OrderState<'a>>>,
}

/// The values of an attribute, each from an instant on, in chronological order.
pub(super) struct Course<'a> {
    changes: Vec<(DateTime<Utc>, Option<&'a Value>)>,
}

impl<'a> Past<'a> {
    /// What the profile tells.
    pub(crate) const fn of(profile: &'a Profile, moment: Moment) -> Self {
        Self { profile, moment, newest: None, orders: OnceCell::new() }
    }

    /// The same with one more event, which stands after all others, is no void and is not void.
    pub(crate) fn with(&self, newest: &'a Event) -> Self {
        let orders = OnceCell::new();
        // Where nothing came back, the orders are those that were, and the one that is new.
        if let (Some(before), false) =
            (self.orders.get(), matches!(newest.kind, EventKind::Return(_)))
        {
            let own = order_states(std::iter::once(newest)).into_iter();
            let is_new = |one: &OrderState<'_>| {
                let order = &one.purchase().order;
                before.iter().all(|other| other.purchase().order != *order)
            };
            let mut all: Vec<OrderState<'a>> =
                before.iter().cloned().chain(own.filter(is_new)).collect();
            all.sort_by(|one, other| {
                let place = |one: &OrderState<'a>| (one.at(), &one.purchase().order);
                place(one).cmp(&place(other))
            });
            let _empty = orders.set(all);
        }
        Self { profile: self.profile, moment: self.moment, newest: Some(newest), orders }
    }

    /// The moment.
    pub(crate) const fn moment(&self) -> &Moment {
        &self.moment
    }

    /// Whose past it is.
    pub(super) const fn profile(&self) -> &'a Profile {
        self.profile
    }

    pub(super) const fn as_of(&self) -> DateTime<Utc> {
        self.moment.as_of
    }

    pub(super) const fn zone(&self) -> &Zone {
        &self.moment.zone
    }

    /// The events in effect whose content is known, in their order.
    pub(super) fn events(&self) -> impl Iterator<Item = &'a Event> {
        self.profile.history.lasting(self.moment.as_of).chain(self.newest)
    }

    /// The orders, the earliest first.
    pub(super) fn orders(&self) -> &[OrderState<'a>] {
        self.orders.get_or_init(|| order_states(self.events()))
    }

    /// When events of a type were, sorted.
    pub(super) fn instants(&self, event_type: EventType) -> Vec<DateTime<Utc>> {
        let mut instants = self.profile.history.instants(event_type, self.moment.as_of);
        let newest = self.newest.filter(|event| event.kind.event_type() == event_type);
        instants.extend(newest.map(|event| event.position().0));
        instants
    }

    /// When the customer joined: at the first enrollment, or else at the first event.
    pub(super) fn joined_at(&self) -> Option<DateTime<Utc>> {
        let enrolled = self.instants(EventType::Enrolled).first().copied();
        let first = || self.profile.history.first_at(self.moment.as_of);
        let newest = || self.newest.map(|event| event.position().0);
        enrolled.or_else(first).or_else(newest)
    }

    /// The values of an attribute in the course of time.
    pub(super) fn course(&self, name: &str) -> Course<'a> {
        let own = self.profile.customer.attributes.get(name);
        let mut changes = vec![(DateTime::<Utc>::MIN_UTC, own)];
        if !self.instants(EventType::AttributesChanged).is_empty() {
            let told = self.events().filter_map(|event| match &event.kind {
                EventKind::AttributesChanged(changed) => {
                    Some((event.position().0, changed.changes.get(name)?.as_ref()))
                }
                _ => None,
            });
            changes.extend(told);
        }
        Course { changes }
    }
}

impl<'a> Course<'a> {
    /// The value at an instant; what changes at that very instant has changed.
    pub(super) fn at(&self, at: DateTime<Utc>) -> Option<&'a Value> {
        let passed = self.changes.partition_point(|(from, _)| *from <= at);
        self.changes.get(passed.checked_sub(1)?).and_then(|(_, value)| *value)
    }

    /// The first instant at which the value is `wanted`.
    pub(super) fn first(&self, wanted: &Value) -> Option<DateTime<Utc>> {
        let first = self.changes.iter().find(|(_, value)| *value == Some(wanted));
        first.map(|(from, _)| *from)
    }

    /// Each value with the instants from which on and until when it holds.
    pub(super) fn stretches(
        &self,
    ) -> impl Iterator<Item = (DateTime<Utc>, DateTime<Utc>, Option<&'a Value>)> {
        let ends = self.changes.iter().skip(1).map(|(from, _)| *from);
        let ends = ends.chain([DateTime::<Utc>::MAX_UTC]);
        self.changes.iter().zip(ends).map(|((from, value), until)| (*from, until, *value))
    }
}
