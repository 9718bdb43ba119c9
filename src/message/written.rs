//! A message as people write it.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Holdout;
use crate::calendar::{Span, Zone};
use crate::event::{Channel, EventType};
use crate::id::{MessageId, OfferId, PurposeId, TemplateId, TriggerName};

/// What is written to customers for whom a trigger fires, on which channels, and for how long it
/// means anything.
///
/// # Example
/// ```
/// use loyalty::event::{Channel, EventType};
/// use loyalty::message::Message;
///
/// let message: Message = serde_json::from_str(r#"{
///   "id": "cart", "trigger": "cart-left", "template": "cart", "purpose": "marketing",
///   "channels": ["push", "email"], "priority": 5, "valid_for": "24h",
///   "overtaken_by": ["purchase"], "cool_down": "7d", "grants": ["come-back"],
///   "holdout": {"share": "10%"}, "value": 250
/// }"#)?;
/// let built = Message::new("cart".parse()?, "cart-left".parse()?, "cart".parse()?,
///                          "marketing".parse()?, Channel::Push);
/// assert_eq!(message.channels, built.or_on(Channel::Email).channels);
/// assert!(message.overtaken_by.contains(&EventType::Purchase));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// Names it.
    pub id: MessageId,
    /// The trigger that calls for it whenever it fires.
    pub trigger: TriggerName,
    /// The template from which it is rendered.
    pub template: TemplateId,
    /// What it is sent for: one of the purposes of the [`ContactPolicy`](super::ContactPolicy).
    pub purpose: PurposeId,
    /// The channels on which it can be sent, the best first; the next is tried where one is
    /// refused. The customer's preferred channel, if it is among them, is tried before all.
    pub channels: Vec<Channel>,
    /// How important it is: the higher, the more; 0 if not said.
    #[serde(default, skip_serializing_if = "is_least")]
    pub priority: u8,
    /// For how long after the trigger has fired it means anything; for good if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_for: Option<Span>,
    /// The first instant at which it means nothing any more, whenever the trigger has fired.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
    /// The types of events that make it pointless if one happens after the trigger has fired.
    ///
    /// In a program, what breaks the silence that its trigger waits for need not be said again: an
    /// abandoned cart that waits for the morning is not written of after a purchase. That is so of
    /// events of which the trigger asks nothing but the type.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub overtaken_by: BTreeSet<EventType>,
    /// The offers that it promises.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub grants: BTreeSet<OfferId>,
    /// The part of all customers who do not get it, to be compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout: Option<Holdout>,
    /// How long a customer who got it does not get it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cool_down: Option<Span>,
    /// What it is worth to send it, in any unit that all messages have in common, such as cents;
    /// 1 if not said.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub value: u32,
}

const fn one() -> u32 {
    1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_one(value: &u32) -> bool {
    *value == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_least(priority: &u8) -> bool {
    *priority == 0
}

impl Message {
    /// A message on one channel, that is valid for good and promises nothing.
    #[must_use]
    pub fn new(
        id: MessageId,
        trigger: TriggerName,
        template: TemplateId,
        purpose: PurposeId,
        channel: Channel,
    ) -> Self {
        Self {
            id,
            trigger,
            template,
            purpose,
            channels: vec![channel],
            priority: 0,
            valid_for: None,
            valid_until: None,
            overtaken_by: BTreeSet::new(),
            grants: BTreeSet::new(),
            holdout: None,
            cool_down: None,
            value: 1,
        }
    }

    /// The same message, that is tried on this channel if it is refused on those before.
    #[must_use]
    pub fn or_on(mut self, channel: Channel) -> Self {
        self.channels.push(channel);
        self
    }

    /// The same message, of this priority.
    #[must_use]
    pub fn with_priority(self, priority: u8) -> Self {
        Self { priority, ..self }
    }

    /// The same message, that means something for so long after the trigger has fired.
    #[must_use]
    pub fn valid_for(self, span: Span) -> Self {
        Self { valid_for: Some(span), ..self }
    }

    /// The same message, that is pointless once an event of this type has happened.
    #[must_use]
    pub fn overtaken_by(mut self, event_type: EventType) -> Self {
        self.overtaken_by.insert(event_type);
        self
    }

    /// The same message, that a customer does not get again for so long.
    #[must_use]
    pub fn cooling_down(self, span: Span) -> Self {
        Self { cool_down: Some(span), ..self }
    }

    /// The same message, that a part of all customers does not get.
    #[must_use]
    pub fn held_out(self, holdout: Holdout) -> Self {
        Self { holdout: Some(holdout), ..self }
    }

    /// The first instant at which it means nothing any more to a customer of this zone, if the
    /// trigger fired at `fired_at`; `None` if there is none.
    #[must_use]
    pub fn expires(&self, fired_at: DateTime<Utc>, zone: &Zone) -> Option<DateTime<Utc>> {
        let after = self.valid_for.map(|span| span.after(fired_at, zone));
        after.into_iter().chain(self.valid_until).min()
    }
}
