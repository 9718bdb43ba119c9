//! Consent to be written to, and what became of what was written.

use serde::{Deserialize, Serialize};

use super::Channel;
use crate::digest::Digest;
use crate::id::{MessageId, PurposeId};

/// The customer agreed to be written to for a purpose, or no longer does.
///
/// JSON: `{"purpose": "marketing", "channel": "email", "choice": "granted", "version": 2}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentChange {
    /// What they may be written to for.
    pub purpose: PurposeId,
    /// On which channel; on all of them if not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Whether they agreed.
    pub choice: ConsentChoice,
    /// The version of the text that was shown to them, counted up by the host with every new text;
    /// 0, which is older than all, if it is not known.
    #[serde(default, skip_serializing_if = "is_unknown")]
    pub version: u32,
}

/// What a customer said when asked for consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConsentChoice {
    /// They agreed.
    Granted,
    /// They no longer agree, or never did.
    Withdrawn,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_unknown(version: &u32) -> bool {
    *version == 0
}

/// What became of a message to the customer.
///
/// Each outcome is an event of its own, and says all that caps and cool-downs ask of a message, so
/// that they follow from whichever of these events arrived. JSON: `{"sending": "6cc4…", "message":
/// "cart", "purpose": "marketing", "channel": "email", "outcome": "sent"}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Delivery {
    /// Names the one message that was sent: the id of its record in the outbox.
    pub sending: Digest,
    /// Which message it is.
    pub message: MessageId,
    /// What it was sent for.
    pub purpose: PurposeId,
    /// On which channel.
    pub channel: Channel,
    /// How important it was: the higher, the more; 0 if not stated.
    #[serde(default, skip_serializing_if = "is_least")]
    pub priority: u8,
    /// What it said, whatever the channel: the same digest is the same content.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub content: Option<Digest>,
    /// What became of it.
    pub outcome: DeliveryOutcome,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
const fn is_least(priority: &u8) -> bool {
    *priority == 0
}

/// What became of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DeliveryOutcome {
    /// It would have been sent, but the customer is held out to be compared with.
    HeldOut,
    /// It is in the outbox, to be sent.
    Queued,
    /// It was handed to whoever carries it.
    Sent,
    /// It arrived.
    Delivered,
    /// It was opened.
    Opened,
    /// A link in it was followed.
    Clicked,
    /// It came back: nobody is at that address.
    Bounced,
    /// Whoever carries it refused it.
    Rejected,
    /// It was in the outbox for too long.
    Expired,
    /// It was taken out of the outbox before it was sent.
    Retracted,
}

impl DeliveryOutcome {
    /// All outcomes, in their order.
    pub const ALL: [Self; 10] = [
        Self::HeldOut,
        Self::Queued,
        Self::Sent,
        Self::Delivered,
        Self::Opened,
        Self::Clicked,
        Self::Bounced,
        Self::Rejected,
        Self::Expired,
        Self::Retracted,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::HeldOut => "held_out",
            Self::Queued => "queued",
            Self::Sent => "sent",
            Self::Delivered => "delivered",
            Self::Opened => "opened",
            Self::Clicked => "clicked",
            Self::Bounced => "bounced",
            Self::Rejected => "rejected",
            Self::Expired => "expired",
            Self::Retracted => "retracted",
        }
    }
}
