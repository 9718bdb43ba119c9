//! What was sent to a customer, as their history tells it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::event::{Channel, Delivery, DeliveryOutcome, Event, EventKind};
use crate::id::{MessageId, PurposeId};

/// One message to a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Names this one sending: the id of its record in the outbox.
    pub sending: Digest,
    /// Which message it was.
    pub message: MessageId,
    /// What it was sent for.
    pub purpose: PurposeId,
    /// On which channel.
    pub channel: Channel,
    /// How important it was.
    pub priority: u8,
    /// What it said, if that is known.
    pub content: Option<Digest>,
    /// When it was sent; while that is not known, when it was put into the outbox, or when it was
    /// delivered; else when anything was heard of it first.
    pub at: DateTime<Utc>,
    /// What became of it.
    pub state: ContactState,
}

/// What became of a message to a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ContactState {
    /// It arrived.
    Arrived,
    /// It arrived, as it was opened or a link in it was followed, but nothing says when it was
    /// sent: that may be long ago. It counts for nothing.
    Undated,
    /// It waits to be sent, or was, and nothing else is known.
    Pending,
    /// It came back: nobody was at that address.
    Bounced,
    /// It was refused by whoever carries it, or was never sent.
    Lost,
    /// It was held out, to compare.
    HeldOut,
}

/// What was sent to a customer, in the order of the instants and then of the ids.
///
/// It follows from the events of type `delivery`, whatever order they arrived in: those of one
/// sending are one contact. What the first of them says of it holds; of what became of it, that it
/// arrived (also that it was opened or clicked) counts before that it came back, and that before
/// that it was never sent.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Contacts(Vec<Contact>);

impl Contacts {
    /// What these events in effect of one customer come to, in whichever order they are.
    #[must_use]
    pub fn of<'a>(events: impl IntoIterator<Item = &'a Event>) -> Self {
        let mut told: BTreeMap<Digest, Vec<(&Event, &Delivery)>> = BTreeMap::new();
        for event in events {
            if let EventKind::Delivery(delivery) = &event.kind {
                told.entry(delivery.sending).or_default().push((event, delivery));
            }
        }
        let mut contacts: Vec<_> = told.into_values().filter_map(Contact::told).collect();
        contacts.sort_by_key(|contact| (contact.at, contact.sending));
        Self(contacts)
    }

    /// All of them, also those that came back, were lost or held out.
    pub fn iter(&self) -> std::slice::Iter<'_, Contact> {
        self.0.iter()
    }

    /// Whether there was none at all.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Contact {
    /// What all that was told of one sending comes to.
    fn told(mut told: Vec<(&Event, &Delivery)>) -> Option<Self> {
        told.sort_by_key(|(event, _)| event.position());
        let (first, delivery) = *told.first()?;
        let when = |wanted| {
            let mut found = told.iter().filter(|(_, delivery)| delivery.outcome == wanted);
            found.next().map(|(event, _)| event.position().0)
        };
        let begun = when(DeliveryOutcome::Sent).or_else(|| when(DeliveryOutcome::Queued));
        let begun = begun.or_else(|| when(DeliveryOutcome::Delivered));
        let state = match state(told.iter().map(|(_, delivery)| delivery.outcome)) {
            ContactState::Arrived if begun.is_none() => ContactState::Undated,
            known => known,
        };
        Some(Self {
            sending: delivery.sending,
            message: delivery.message.clone(),
            purpose: delivery.purpose.clone(),
            channel: delivery.channel,
            priority: delivery.priority,
            content: delivery.content,
            at: begun.unwrap_or(first.position().0),
            state,
        })
    }

    /// Whether caps, cool-downs and repeats count it, when a message is looked at that is sent.
    #[must_use]
    pub const fn counts(&self) -> bool {
        matches!(self.state, ContactState::Arrived | ContactState::Pending)
    }

    /// Whether they count it when a message is looked at that would have been sent, had the
    /// customer not been held out: as if what was held out had been sent.
    #[must_use]
    pub const fn would_count(&self) -> bool {
        self.counts() || matches!(self.state, ContactState::HeldOut)
    }
}

fn state(outcomes: impl Iterator<Item = DeliveryOutcome> + Clone) -> ContactState {
    use DeliveryOutcome::{
        Bounced, Clicked, Delivered, Expired, HeldOut, Opened, Rejected, Retracted,
    };
    let any = |wanted: &[DeliveryOutcome]| outcomes.clone().any(|known| wanted.contains(&known));
    if any(&[Delivered, Opened, Clicked]) {
        ContactState::Arrived
    } else if any(&[Bounced]) {
        ContactState::Bounced
    } else if any(&[Rejected, Expired, Retracted]) {
        ContactState::Lost
    } else if outcomes.clone().all(|outcome| outcome == HeldOut) {
        ContactState::HeldOut
    } else {
        ContactState::Pending
    }
}
