//! When customers may be written to at all, as people write it.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveTime;
use serde::{Deserialize, Serialize};

use super::Holdout;
use crate::calendar::{Span, Window};
use crate::event::Channel;
use crate::id::{AttributeName, OfferId, PurposeId};
use crate::path::each_once;

/// What every message has to respect: consent, quiet hours, caps, budgets.
///
/// # Example
/// ```
/// use loyalty::message::ContactPolicy;
///
/// let policy: ContactPolicy = serde_json::from_str(r#"{
///   "purposes": [
///     {"id": "marketing", "consent": {"version": 2}},
///     {"id": "service", "consent": "not_needed"}
///   ],
///   "holdout": {"share": "2%"},
///   "quiet_hours": [{"from": "21:00:00", "until": "08:00:00", "channels": ["sms", "push"]}],
///   "caps": [
///     {"at_most": 1, "within": "today", "purpose": "marketing", "exempt_from": 8},
///     {"at_most": 3, "within": "7d", "channel": "email"}
///   ],
///   "no_repeat": "30d",
///   "budgets": [{"name": "sms-a-day", "channel": "sms", "at_most": 5000, "within": "today"}],
///   "addresses": {"email": "email", "sms": "phone"}
/// }"#)?;
/// assert_eq!(policy.caps.len(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct ContactPolicy {
    /// What customers may be written to for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub purposes: Vec<Purpose>,
    /// The part of all customers who get no message at all, to be compared with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub holdout: Option<Holdout>,
    /// The hours of the day in which nothing is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quiet_hours: Vec<QuietHours>,
    /// How many messages a customer gets at most.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub caps: Vec<Cap>,
    /// How long the same content is not sent to a customer again, on any channel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub no_repeat: Option<Span>,
    /// How many messages are sent to all customers together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub budgets: Vec<SendBudget>,
    /// The attribute without which nothing can be sent on a channel, such as the telephone number.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty", deserialize_with = "each_once")]
    pub addresses: BTreeMap<Channel, AttributeName>,
}

/// What customers may be written to for, such as `marketing`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Purpose {
    /// Names it.
    pub id: PurposeId,
    /// Which consent it takes; to any version of the text if not said.
    #[serde(default)]
    pub consent: ConsentNeed,
}

/// Which consent a purpose takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConsentNeed {
    /// To a text of this version or a newer one.
    Version(u32),
    /// None: such messages are part of what the customer asked for, like the receipt of an order.
    NotNeeded,
}

impl Default for ConsentNeed {
    fn default() -> Self {
        Self::Version(0)
    }
}

/// Hours of the day in which nothing is sent, on the customer's own clock.
///
/// They begin when the clock on the wall first shows `from` or has gone past it, and end when it
/// first shows `until` or has gone past it: where the clock is set back, hours that are over do not
/// come again on the same night. If `until` is not later than `from` they go on past midnight.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct QuietHours {
    /// The first time of the day that is quiet.
    pub from: NaiveTime,
    /// The first time of the day that no longer is.
    pub until: NaiveTime,
    /// On which channels; on all of them if none is said.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub channels: BTreeSet<Channel>,
    /// Messages of this priority or a higher one are sent nevertheless.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exempt_from: Option<u8>,
}

/// How many messages a customer gets at most in a window: those on one channel or on any, for one
/// purpose or for any.
///
/// Messages that came back or were never sent do not count; those that wait in the outbox do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Cap {
    /// How many.
    pub at_most: u32,
    /// In which window, on the customer's own clock: `today`, `this_week`, or a span such as `24h`
    /// that looks back from each message.
    pub within: Window,
    /// Only those on this channel; on any if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Only those for this purpose; for any if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<PurposeId>,
    /// Messages of this priority or a higher one are sent nevertheless; they still count, so that
    /// less important ones have to wait for them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exempt_from: Option<u8>,
}

/// How many messages are sent to all customers together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct SendBudget {
    /// The name under which a store of budgets holds it; no offer may have the same.
    pub name: OfferId,
    /// How many.
    pub at_most: u64,
    /// In which period of the program's calendar, such as `today`; ever if not said.
    #[serde(default = "lifetime", skip_serializing_if = "is_lifetime")]
    pub within: Window,
    /// Only those on this channel; on any if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
}

const fn lifetime() -> Window {
    Window::Lifetime
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference")]
fn is_lifetime(window: &Window) -> bool {
    *window == Window::Lifetime
}

impl ContactPolicy {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// The purpose of this id.
    #[must_use]
    pub fn purpose(&self, id: &PurposeId) -> Option<&Purpose> {
        self.purposes.iter().find(|purpose| purpose.id == *id)
    }
}

impl Cap {
    /// So many messages within a window.
    #[must_use]
    pub const fn new(at_most: u32, within: Window) -> Self {
        Self { at_most, within, channel: None, purpose: None, exempt_from: None }
    }

    /// Whether it counts messages for this purpose.
    pub(super) fn is_for(&self, purpose: &PurposeId) -> bool {
        self.purpose.as_ref().is_none_or(|own| own == purpose)
    }

    /// Whether it counts messages on this channel for this purpose.
    #[must_use]
    pub fn counts(&self, channel: Channel, purpose: &PurposeId) -> bool {
        self.channel.is_none_or(|own| own == channel) && self.is_for(purpose)
    }

    /// Whether a message of this priority has to respect it.
    #[must_use]
    pub fn binds(&self, priority: u8) -> bool {
        self.exempt_from.is_none_or(|exempt| priority < exempt)
    }
}

impl QuietHours {
    /// Quiet hours on all channels.
    #[must_use]
    pub const fn new(from: NaiveTime, until: NaiveTime) -> Self {
        Self { from, until, channels: BTreeSet::new(), exempt_from: None }
    }

    /// Whether a message of this priority on this channel has to respect them.
    #[must_use]
    pub fn bind(&self, channel: Channel, priority: u8) -> bool {
        (self.channels.is_empty() || self.channels.contains(&channel))
            && self.exempt_from.is_none_or(|exempt| priority < exempt)
    }
}
