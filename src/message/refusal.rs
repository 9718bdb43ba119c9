//! Why a message is not sent: the gate, the numbers found, and when it would be.

use std::fmt;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Cap, QuietHours};
use crate::calendar::{Span, Window};
use crate::consent::NoConsent;
use crate::digest::Digest;
use crate::event::{Channel, EventType};
use crate::id::{AttributeName, MessageId, OfferId, PurposeId};
use crate::money::Percent;
use crate::template;

/// What a message has to pass, in the order in which it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Gate {
    /// It still means something.
    Validity,
    /// The customer agreed to be written to for its purpose on the channel.
    Consent,
    /// The customer is not among those who are held out to be compared with.
    Holdout,
    /// It is no time of the day at which nothing is sent.
    QuietHours,
    /// The customer has not got as many messages as they may.
    Caps,
    /// The customer has not got the same message just before.
    CoolDown,
    /// The channel leads to the customer (what was sent last has not come back), and the message
    /// can be rendered for it.
    Channel,
    /// The customer has not been told the same just before, on whatever channel.
    Content,
    /// There are messages left of what may be sent to all customers.
    Budget,
}

impl Gate {
    /// All gates, in their order.
    pub const ALL: [Self; 9] = [
        Self::Validity,
        Self::Consent,
        Self::Holdout,
        Self::QuietHours,
        Self::Caps,
        Self::CoolDown,
        Self::Channel,
        Self::Content,
        Self::Budget,
    ];
}

/// That a gate refuses a message. `to_string` is the sentence for a marketer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Refusal {
    /// On which channel; on all of them if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// What stands in the way, with the numbers found.
    pub cause: Cause,
    /// The first instant at which this would no longer stand in the way with no new event; `None`
    /// if it always would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_change: Option<DateTime<Utc>>,
}

/// What stands in the way of a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Cause {
    /// The terms have no such message (any more).
    UnknownMessage {
        /// The message.
        message: MessageId,
    },
    /// The trigger fired, but not for this customer: its rule does not hold of them, or it is one
    /// of other terms or of somebody else.
    NotMeant {
        /// Why not.
        why: String,
    },
    /// The trigger has not fired yet as of the question.
    NotYet {
        /// When it fires.
        from: DateTime<Utc>,
    },
    /// For this firing it was sent before, or put into the outbox, or held out.
    SentBefore {
        /// On which channel.
        on: Channel,
        /// When.
        at: DateTime<Utc>,
    },
    /// It no longer means anything.
    Expired {
        /// The first instant at which it did not.
        until: DateTime<Utc>,
    },
    /// Something happened since that makes it pointless.
    Overtaken {
        /// What.
        by: EventType,
        /// When it first did.
        at: DateTime<Utc>,
    },
    /// The customer did not agree.
    NoConsent {
        /// To what.
        purpose: PurposeId,
        /// Why not.
        why: NoConsent,
    },
    /// The customer is held out.
    HeldOut {
        /// How large the part is of those who are.
        share: Percent,
        /// Whether from this message only or from all.
        from: HeldOutFrom,
    },
    /// It is quiet.
    Quiet {
        /// The hours.
        hours: QuietHours,
        /// What the customer's clock shows.
        wall: NaiveDateTime,
    },
    /// It is quiet until it no longer means anything.
    QuietTooLong {
        /// When it stops being quiet, if it ever does.
        ends: Option<DateTime<Utc>>,
        /// The first instant at which it no longer means anything.
        until: DateTime<Utc>,
    },
    /// The customer has got as many messages as they may.
    Capped {
        /// The cap.
        cap: Cap,
        /// How many they have got.
        used: u32,
    },
    /// The customer has got the same message just before.
    CoolingDown {
        /// When.
        last: DateTime<Utc>,
        /// For how long they do not get it again.
        span: Span,
    },
    /// The customer has no address on the channel.
    NoAddress {
        /// The attribute that would be it.
        attribute: AttributeName,
    },
    /// The last message on the channel came back: nobody was at that address.
    ///
    /// So it stays until a later one arrives there, the customer consents to be written to on this
    /// very channel, or the attribute with the address has another value. The delivery is forgotten
    /// with the history that is folded: then it is tried again.
    Bounced {
        /// The sending that came back.
        sending: Digest,
        /// When it was sent.
        at: DateTime<Utc>,
    },
    /// What it would say cannot be said to this customer on the channel.
    NotRendered {
        /// Why not.
        why: template::Refusal,
    },
    /// The customer has been told the same just before.
    Repeated {
        /// The sending that did.
        sending: Digest,
        /// On which channel.
        on: Channel,
        /// When.
        at: DateTime<Utc>,
        /// For how long they are not told it again.
        span: Span,
    },
    /// All messages were sent that may be sent to all customers.
    OverBudget {
        /// The budget.
        name: OfferId,
        /// How many there were.
        at_most: u64,
        /// For which period.
        within: Window,
    },
}

/// From what a customer is held out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeldOutFrom {
    /// From this message.
    Message,
    /// From all messages.
    Policy,
}

/// The stable code of a [`Cause`], for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RefusalCode {
    /// [`Cause::UnknownMessage`].
    UnknownMessage,
    /// [`Cause::NotMeant`].
    NotMeant,
    /// [`Cause::NotYet`].
    NotYet,
    /// [`Cause::SentBefore`].
    SentBefore,
    /// [`Cause::Expired`].
    Expired,
    /// [`Cause::Overtaken`].
    Overtaken,
    /// [`Cause::NoConsent`] because of [`NoConsent::Unknown`].
    ConsentUnknown,
    /// [`Cause::NoConsent`] because of [`NoConsent::Withdrawn`].
    ConsentWithdrawn,
    /// [`Cause::NoConsent`] because of [`NoConsent::Outdated`].
    ConsentOutdated,
    /// [`Cause::HeldOut`].
    HeldOut,
    /// [`Cause::Quiet`].
    QuietHours,
    /// [`Cause::QuietTooLong`].
    QuietTooLong,
    /// [`Cause::Capped`].
    Capped,
    /// [`Cause::CoolingDown`].
    CoolingDown,
    /// [`Cause::NoAddress`].
    NoAddress,
    /// [`Cause::Bounced`].
    Bounced,
    /// [`Cause::NotRendered`].
    NotRendered,
    /// [`Cause::Repeated`].
    Repeated,
    /// [`Cause::OverBudget`].
    OverBudget,
}

impl RefusalCode {
    /// All codes, in the order in which what they stand for is looked at.
    pub const ALL: [Self; 19] = [
        Self::UnknownMessage,
        Self::NotMeant,
        Self::NotYet,
        Self::SentBefore,
        Self::Expired,
        Self::Overtaken,
        Self::ConsentUnknown,
        Self::ConsentWithdrawn,
        Self::ConsentOutdated,
        Self::HeldOut,
        Self::QuietHours,
        Self::QuietTooLong,
        Self::Capped,
        Self::CoolingDown,
        Self::NoAddress,
        Self::Bounced,
        Self::NotRendered,
        Self::Repeated,
        Self::OverBudget,
    ];

    /// The name in JSON.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownMessage => "unknown_message",
            Self::NotMeant => "not_meant",
            Self::NotYet => "not_yet",
            Self::SentBefore => "sent_before",
            Self::Expired => "expired",
            Self::Overtaken => "overtaken",
            Self::ConsentUnknown => "consent_unknown",
            Self::ConsentWithdrawn => "consent_withdrawn",
            Self::ConsentOutdated => "consent_outdated",
            Self::HeldOut => "held_out",
            Self::QuietHours => "quiet_hours",
            Self::QuietTooLong => "quiet_too_long",
            Self::Capped => "capped",
            Self::CoolingDown => "cooling_down",
            Self::NoAddress => "no_address",
            Self::Bounced => "bounced",
            Self::NotRendered => "not_rendered",
            Self::Repeated => "repeated",
            Self::OverBudget => "over_budget",
        }
    }
}

impl fmt::Display for RefusalCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl Cause {
    /// The gate that refuses.
    #[must_use]
    pub const fn gate(&self) -> Gate {
        match self {
            Self::UnknownMessage { .. }
            | Self::NotMeant { .. }
            | Self::NotYet { .. }
            | Self::SentBefore { .. }
            | Self::Expired { .. }
            | Self::Overtaken { .. } => Gate::Validity,
            Self::NoConsent { .. } => Gate::Consent,
            Self::HeldOut { .. } => Gate::Holdout,
            Self::Quiet { .. } | Self::QuietTooLong { .. } => Gate::QuietHours,
            Self::Capped { .. } => Gate::Caps,
            Self::CoolingDown { .. } => Gate::CoolDown,
            Self::NoAddress { .. } | Self::Bounced { .. } | Self::NotRendered { .. } => {
                Gate::Channel
            }
            Self::Repeated { .. } => Gate::Content,
            Self::OverBudget { .. } => Gate::Budget,
        }
    }

    /// The code for programs.
    #[must_use]
    pub const fn code(&self) -> RefusalCode {
        match self {
            Self::UnknownMessage { .. } => RefusalCode::UnknownMessage,
            Self::NotMeant { .. } => RefusalCode::NotMeant,
            Self::NotYet { .. } => RefusalCode::NotYet,
            Self::SentBefore { .. } => RefusalCode::SentBefore,
            Self::Expired { .. } => RefusalCode::Expired,
            Self::Overtaken { .. } => RefusalCode::Overtaken,
            Self::NoConsent { why: NoConsent::Unknown, .. } => RefusalCode::ConsentUnknown,
            Self::NoConsent { why: NoConsent::Withdrawn { .. }, .. } => {
                RefusalCode::ConsentWithdrawn
            }
            Self::NoConsent { why: NoConsent::Outdated { .. }, .. } => RefusalCode::ConsentOutdated,
            Self::HeldOut { .. } => RefusalCode::HeldOut,
            Self::Quiet { .. } => RefusalCode::QuietHours,
            Self::QuietTooLong { .. } => RefusalCode::QuietTooLong,
            Self::Capped { .. } => RefusalCode::Capped,
            Self::CoolingDown { .. } => RefusalCode::CoolingDown,
            Self::NoAddress { .. } => RefusalCode::NoAddress,
            Self::Bounced { .. } => RefusalCode::Bounced,
            Self::NotRendered { .. } => RefusalCode::NotRendered,
            Self::Repeated { .. } => RefusalCode::Repeated,
            Self::OverBudget { .. } => RefusalCode::OverBudget,
        }
    }
}

impl Refusal {
    /// The gate that refuses.
    #[must_use]
    pub const fn gate(&self) -> Gate {
        self.cause.gate()
    }

    /// The code for programs.
    #[must_use]
    pub const fn code(&self) -> RefusalCode {
        self.cause.code()
    }

    /// Whether it is about this channel, or all.
    #[must_use]
    pub fn concerns(&self, channel: Channel) -> bool {
        self.channel.is_none_or(|own| own == channel)
    }
}
