//! A plan, as it is told.

use std::fmt;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::prices::Settlement;
use super::problem::Problem;
use crate::digest::Digest;
use crate::event::Channel;
use crate::id::{CustomerId, MessageId};
use crate::message::RefusalCode;

/// Which messages are to be sent, when and on which channel, and which are not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendPlan {
    /// What is to be sent, by the time, then by the customer and the firing.
    pub sendings: Vec<Sending>,
    /// What is not to be sent, by customer and firing.
    pub left_out: Vec<LeftOut>,
    /// What all that is sent is worth.
    pub value: u64,
    /// What no plan is worth more than; [`SendPlan::is_optimal`] if this one is.
    pub bound: u64,
    /// How many choices were tried.
    pub nodes: u64,
}

/// A message that is to be sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// The firing that called for it.
    pub id: Digest,
    /// To whom.
    pub customer: CustomerId,
    /// Which message it is.
    pub message: MessageId,
    /// On which channel.
    pub channel: Channel,
    /// When.
    pub at: DateTime<Utc>,
    /// What it is worth.
    pub value: u32,
}

/// A message that is not to be sent. `to_string` is the sentence for a marketer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeftOut {
    /// The firing that called for it.
    pub id: Digest,
    /// To whom it would have been sent.
    pub customer: CustomerId,
    /// Which message it is.
    pub message: MessageId,
    /// Why not.
    pub why: Omission,
}

/// Why a message is not to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Omission {
    /// A gate refuses it on all channels, whenever it could be sent; this is what it is refused for
    /// on the channel that is tried first, at the time at which it is worth most.
    Refused(RefusalCode),
    /// There are too many for the customer, and this is not one of those that may be worth most.
    TooMany,
    /// There is no time at which it is worth anything and can be sent.
    NoTime,
    /// It could be sent, but what is sent instead is worth more.
    WorthLess,
}

impl SendPlan {
    /// Whether no plan is worth more.
    #[must_use]
    pub const fn is_optimal(&self) -> bool {
        self.value == self.bound
    }

    /// What another plan could be worth more at most.
    #[must_use]
    pub const fn gap(&self) -> u64 {
        self.bound.saturating_sub(self.value)
    }

    /// The plan that was settled on.
    pub(super) fn told(problems: &[Problem<'_>], settlement: &Settlement) -> Self {
        let mut plan = Self {
            sendings: Vec::new(),
            left_out: Vec::new(),
            value: 0,
            bound: 0,
            nodes: settlement.nodes,
        };
        for (problem, chosen) in problems.iter().zip(&settlement.chosen) {
            for candidate in &problem.surplus {
                let (id, message) = (candidate.cue.id, candidate.cue.message.clone());
                let (customer, why) = (problem.customer.clone(), Omission::TooMany);
                plan.left_out.push(LeftOut { id, customer, message, why });
            }
            for (place, entry) in problem.entries.iter().enumerate() {
                let (id, message) = (entry.cue.id, entry.cue.message.clone());
                let customer = problem.customer.clone();
                let taken = chosen.iter().find(|taken| taken.entry == place);
                match taken.and_then(|taken| entry.options.get(taken.option)) {
                    Some(option) => {
                        let (channel, value) = (option.channel, option.value);
                        let at = problem.at(option.time);
                        plan.value = plan.value.saturating_add(u64::from(value));
                        plan.sendings.push(Sending { id, customer, message, channel, at, value });
                    }
                    None => {
                        let why = entry.refused.unwrap_or(Omission::WorthLess);
                        plan.left_out.push(LeftOut { id, customer, message, why });
                    }
                }
            }
        }
        let order = |sending: &Sending| (sending.at, sending.customer.clone(), sending.id);
        plan.sendings.sort_by_cached_key(order);
        plan.left_out
            .sort_by(|one, other| (&one.customer, one.id).cmp(&(&other.customer, other.id)));
        plan.bound = u64::try_from(settlement.bound).unwrap_or_default().max(plan.value);
        plan
    }
}

impl fmt::Display for Sending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { customer, message, channel, at, value, .. } = self;
        let at = at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        write!(f, "`{customer}` gets `{message}` on {channel} at {at}, worth {value}")
    }
}

impl fmt::Display for LeftOut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { customer, message, why, .. } = self;
        write!(f, "`{customer}` does not get `{message}`: ")?;
        match why {
            Omission::Refused(code) => write!(f, "it is refused at its best time ({code})"),
            Omission::TooMany => f.write_str("there are too many messages for the customer"),
            Omission::NoTime => f.write_str("there is no time at which it could be sent"),
            Omission::WorthLess => f.write_str("what is sent instead is worth more"),
        }
    }
}
