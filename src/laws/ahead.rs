//! What lies after a question: nothing of it may matter, and nothing changes by itself too soon.

use chrono::{DateTime, TimeDelta, Utc};

use crate::event::{Basket, Event, EventKind, LineItem, Purchase, Visit};
use crate::feature::Moment;
use crate::id::{EventId, IdError, LineId, OrderId, ProductId, StoreId};
use crate::money::Money;
use crate::points::Ledger;
use crate::profile::Profile;

/// The smallest difference between two instants.
const INSTANT: TimeDelta = TimeDelta::nanoseconds(1);

/// The customer with a visit and a large order a second after the question.
pub(super) fn with_later(profile: &Profile, moment: &Moment) -> Result<Profile, IdError> {
    let mut later = profile.clone();
    let price = Money::from_minor(1_000_000_000, moment.currency);
    let line = LineItem::new(LineId::new("1")?, ProductId::new("later")?, 1, price);
    let purchase = Purchase::new(OrderId::new("later order")?, Basket::of([line]));
    let visit = Visit { store: StoreId::new("later")?, coordinates: None };
    let kinds = [
        ("later purchase", EventKind::Purchase(purchase)),
        ("later visit", EventKind::Visit(visit)),
    ];
    let Some(at) = moment.as_of.checked_add_signed(TimeDelta::seconds(1)) else { return Ok(later) };
    for (id, kind) in kinds {
        let event = Event::new(EventId::new(id)?, profile.customer.id.clone(), at, kind);
        let _recorded = later.history.record(event);
    }
    Ok(later)
}

/// The first instant after `as_of` at which something happens that is known already.
pub(super) fn next_happening(
    profile: &Profile,
    ledger: &Ledger,
    as_of: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let entries = ledger.entries().iter().map(|entry| entry.cause.at);
    let mut next = entries.filter(|at| *at > as_of).min();
    // What is void in the end was there before: look again just before what was found.
    loop {
        let before = next.map_or(DateTime::<Utc>::MAX_UTC, |next| next - INSTANT);
        let events = profile.history.events(before).map(|event| event.at);
        match events.filter(|at| *at > as_of).min() {
            Some(earlier) => next = Some(earlier),
            None => return next,
        }
    }
}

/// A few instants after `from` and before `end`, or long after `from` if there is no end.
pub(super) fn instants_between(
    from: DateTime<Utc>,
    end: Option<DateTime<Utc>>,
) -> Vec<DateTime<Utc>> {
    let afterwards = [INSTANT, TimeDelta::hours(25), TimeDelta::days(45), TimeDelta::days(3_700)];
    let afterwards = afterwards.into_iter().filter_map(|gap| from.checked_add_signed(gap));
    let before_end = end.into_iter().filter_map(|end| end.checked_sub_signed(INSTANT));
    let within = |at: &DateTime<Utc>| from < *at && end.is_none_or(|end| *at < end);
    afterwards.chain(before_end).filter(within).collect()
}
