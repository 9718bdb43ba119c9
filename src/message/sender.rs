//! How what waits in an outbox gets to whoever carries it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::outbox::{Outbox, Outgoing, Settled};
use crate::digest::Digest;
use crate::event::{DeliveryOutcome, Event};
use crate::rule::Text;

/// Hands a message to whoever carries it: a mail service, a queue. A host implements it.
///
/// Laws (`laws::sender` checks them): a record that was accepted is carried once, however often it
/// is sent again under its id, and is never refused afterwards; one that was refused or could not
/// be sent is not carried.
pub trait Sender {
    /// Hands a record over.
    fn send(&mut self, record: &Outgoing) -> Handed;
}

/// What became of a record that was to be handed over.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[must_use]
pub enum Handed {
    /// It is carried, now or since it was sent before.
    Accepted,
    /// It will never be: there is no such address, or what it says is not allowed.
    Refused {
        /// Why, in the words of whoever refused.
        reason: Text,
    },
    /// Whether it is carried is not known: send it again later.
    Unavailable,
}

/// What came of a round of deliveries.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Round {
    /// What became of the records, to be recorded for their customers before the outbox is saved.
    pub events: Vec<Event>,
    /// Whether the sender was not available, so that records wait that could have been sent.
    pub cut_short: bool,
}

/// Hands at most so many of the records that wait in an outbox to a sender, the first first, and
/// tells what became of them; those that are no longer valid at `as_of` are not sent.
///
/// It ends at the first record that the sender cannot take. What is handed over is settled; if that
/// is lost, because the host stops before it saves the outbox, the record is sent again under the
/// same id, which the sender knows, and the event that tells of it is the same.
pub fn deliver(
    outbox: &mut dyn Outbox,
    sender: &mut dyn Sender,
    as_of: DateTime<Utc>,
    most: usize,
) -> Round {
    let mut round = Round::default();
    for record in outbox.waiting(most) {
        let outcome = if record.valid_until.is_some_and(|until| until <= as_of) {
            DeliveryOutcome::Expired
        } else {
            match sender.send(&record) {
                Handed::Accepted => DeliveryOutcome::Sent,
                Handed::Refused { .. } => DeliveryOutcome::Rejected,
                Handed::Unavailable => {
                    round.cut_short = true;
                    break;
                }
            }
        };
        round.events.extend(record.event(outcome, as_of));
        let _ = outbox.settle(&record.id);
    }
    round
}

/// Takes a record out of an outbox before it is sent, because its firing was retracted: the event
/// that tells of it, unless it was sent before or there is none.
pub fn retract(outbox: &mut dyn Outbox, id: &Digest, at: DateTime<Utc>) -> Option<Event> {
    match outbox.settle(id) {
        Settled::Now(record) => record.event(DeliveryOutcome::Retracted, at),
        Settled::Before | Settled::Unknown => None,
    }
}
