//! What is to be sent, kept until whoever carries it has it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Cue, Dispatch, Message, Messages, Refusal};
use crate::consent::Consent;
use crate::digest::Digest;
use crate::event::{Channel, Delivery, DeliveryOutcome, Event, EventKind};
use crate::id::{CustomerId, EventId, MessageId, OfferId, PurposeId, TemplateId, TriggerName};
use crate::rule::Text;

/// A message to one customer that is to be sent: all that is needed to send it, and to say later
/// why it was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outgoing {
    /// Names it: the id of the firing that called for it. Whoever carries it drops a second one
    /// with the same.
    pub id: Digest,
    /// To whom.
    pub customer: CustomerId,
    /// Which message it is.
    pub message: MessageId,
    /// The trigger that called for it.
    pub trigger: TriggerName,
    /// The template from which it was rendered.
    pub template: TemplateId,
    /// What it is sent for.
    pub purpose: PurposeId,
    /// On which channel.
    pub channel: Channel,
    /// How important it is.
    pub priority: u8,
    /// What it says, by the name of the part: `subject`, `text`…
    pub parts: BTreeMap<Text, String>,
    /// What it says, whatever the channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Digest>,
    /// The consent that it relies on; `None` if its purpose takes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// The offers that it promises.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub grants: BTreeSet<OfferId>,
    /// When it was decided that it is sent.
    pub queued_at: DateTime<Utc>,
    /// The first instant at which it no longer means anything; it is not sent from then on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
    /// What stood in the way of the channels before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refusals: Vec<Refusal>,
}

/// Keeps what is to be sent; a host implements it over the database in which it keeps members, so
/// that a record and the event that tells of it are saved together.
///
/// Laws (`laws::outbox` checks them): a record is kept until it is settled, whatever is asked
/// meanwhile; one id is one record, also after it is settled; those that wait are told in the order
/// of the instants at which they were queued, then of the ids.
pub trait Outbox {
    /// Keeps a record, unless one of its id is kept or was settled.
    fn put(&mut self, record: Outgoing) -> Put;

    /// The first records that are not settled, at most so many.
    fn waiting(&self, most: usize) -> Vec<Outgoing>;

    /// Nothing is to be done about a record any more: it was handed over, or is not to be.
    fn settle(&mut self, id: &Digest) -> Settled;
}

/// What became of a record that was put into an outbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[must_use]
pub enum Put {
    /// It is kept.
    New,
    /// One of its id was put before, and that one stays.
    Before,
}

/// What became of a record that was to be settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[must_use]
pub enum Settled {
    /// This one is settled.
    Now(Box<Outgoing>),
    /// It was settled before.
    Before,
    /// There is none of this id.
    Unknown,
}

impl Outgoing {
    /// The record of a message that is sent; `None` if it is not.
    #[must_use]
    pub fn of(
        message: &Message,
        cue: &Cue,
        dispatch: &Dispatch,
        parts: BTreeMap<Text, String>,
    ) -> Option<Self> {
        let send = dispatch.sent()?;
        Some(Self {
            id: dispatch.id,
            customer: dispatch.customer.clone(),
            message: message.id.clone(),
            trigger: message.trigger.clone(),
            template: message.template.clone(),
            purpose: message.purpose.clone(),
            channel: send.channel,
            priority: message.priority,
            parts,
            content: cue.content,
            consent: send.consent.clone(),
            grants: message.grants.clone(),
            queued_at: dispatch.at,
            valid_until: dispatch.valid_until,
            refusals: dispatch.refusals.clone(),
        })
    }

    /// That this became of it: the event that the host records for the customer. One outcome of one
    /// record is one event, however often it is told.
    #[must_use]
    pub fn event(&self, outcome: DeliveryOutcome, at: DateTime<Utc>) -> Option<Event> {
        let delivery = Delivery {
            sending: self.id,
            message: self.message.clone(),
            purpose: self.purpose.clone(),
            channel: self.channel,
            priority: self.priority,
            content: self.content,
            outcome,
        };
        told(&self.customer, delivery, at)
    }
}

impl Messages {
    /// The event that tells a customer's history what was done: that a message is in the outbox, or
    /// would be if the customer were not held out. `None` if nothing is to be told.
    #[must_use]
    pub fn event(&self, cue: &Cue, dispatch: &Dispatch) -> Option<Event> {
        let message = self.get(&cue.message)?;
        let send = dispatch.would_send()?;
        let is_sent = dispatch.sent().is_some();
        let outcome = if is_sent { DeliveryOutcome::Queued } else { DeliveryOutcome::HeldOut };
        let delivery = Delivery {
            sending: dispatch.id,
            message: message.id.clone(),
            purpose: message.purpose.clone(),
            channel: send.channel,
            priority: message.priority,
            content: cue.content,
            outcome,
        };
        told(&dispatch.customer, delivery, dispatch.at)
    }
}

/// The event of a delivery, whose id follows from what it tells.
fn told(customer: &CustomerId, delivery: Delivery, at: DateTime<Utc>) -> Option<Event> {
    let id = EventId::new(format!("{}:{}", delivery.sending, delivery.outcome.name())).ok()?;
    let channel = delivery.channel;
    Some(Event::new(id, customer.clone(), at, EventKind::Delivery(delivery)).through(channel))
}
