//! What is done with a message, and why.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Gate, Refusal};
use crate::consent::Consent;
use crate::digest::Digest;
use crate::event::Channel;
use crate::id::{CustomerId, MessageId, ReservationId};
use crate::offer::{BudgetClaim, ReserveRequest};

/// What is done with a message as of an instant, and all that stands in its way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Dispatch {
    /// The firing that called for it.
    pub id: Digest,
    /// Who would get it.
    pub customer: CustomerId,
    /// Which message it is.
    pub message: MessageId,
    /// As of when.
    pub at: DateTime<Utc>,
    /// The first instant at which it no longer means anything; `None` if there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<DateTime<Utc>>,
    /// What is done.
    pub course: Course,
    /// The channels in the order in which they were tried.
    pub channels: Vec<Channel>,
    /// Everything that stands in the way of it on any channel, in the order of the gates; of one
    /// that is sent, what stood in the way of the channels before.
    pub refusals: Vec<Refusal>,
}

/// What is done with a message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Course {
    /// It is sent now.
    Send(Send),
    /// It is quiet: ask again then.
    Defer {
        /// The first instant at which it is not.
        until: DateTime<Utc>,
    },
    /// It is not sent.
    Drop,
    /// The customer is held out, to compare: it is not sent.
    HeldOut {
        /// What would be done if they were not, and if what was held out before had been sent.
        would: Box<Course>,
    },
}

/// How a message is sent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// On which channel.
    pub channel: Channel,
    /// The consent that is relied on; `None` if its purpose takes none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub consent: Option<Consent>,
    /// What is to be held of budgets that customers share before it is sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub claims: Vec<BudgetClaim>,
}

impl Dispatch {
    /// How it is sent, if it is.
    #[must_use]
    pub const fn sent(&self) -> Option<&Send> {
        match &self.course {
            Course::Send(send) => Some(send),
            _ => None,
        }
    }

    /// How it is sent, or would be if the customer were not held out.
    pub(crate) fn would_send(&self) -> Option<&Send> {
        match &self.course {
            Course::HeldOut { would } => match would.as_ref() {
                Course::Send(send) => Some(send),
                _ => None,
            },
            _ => self.sent(),
        }
    }

    /// When to ask again, if it is deferred; also of a customer who is held out, so that what
    /// would have been done is known.
    #[must_use]
    pub fn ask_again(&self) -> Option<DateTime<Utc>> {
        match &self.course {
            Course::Defer { until } => Some(*until),
            Course::HeldOut { would } => match would.as_ref() {
                Course::Defer { until } => Some(*until),
                _ => None,
            },
            _ => None,
        }
    }

    /// The first instant at which a gate that refuses would no longer do so with no new event.
    #[must_use]
    pub fn next_change(&self) -> Option<DateTime<Utc>> {
        self.refusals.iter().filter_map(|refusal| refusal.next_change).min()
    }

    /// What decided that it is not sent: of a customer who is held out, that; else the first gate
    /// that refuses the channel that is tried first, or that is quiet. `None` if it is sent.
    #[must_use]
    pub fn because(&self) -> Option<&Refusal> {
        let of = |gate| self.refusals.iter().find(|refusal| refusal.gate() == gate);
        match &self.course {
            Course::Send(_) => None,
            Course::HeldOut { .. } => of(Gate::Holdout),
            Course::Defer { until } => self.refusals.iter().find(|refusal| {
                refusal.gate() == Gate::QuietHours && refusal.next_change == Some(*until)
            }),
            Course::Drop => match self.channels.first() {
                Some(first) => self.refusals.iter().find(|refusal| refusal.concerns(*first)),
                None => self.refusals.first(),
            },
        }
    }

    /// Leaves out what stands in the way of channels after the one on which it is sent.
    pub(super) fn forget_untried(&mut self) {
        let Course::Send(send) = &self.course else { return };
        let sent = self.channels.iter().position(|channel| *channel == send.channel);
        let tried = self.channels.get(..sent.unwrap_or_default()).unwrap_or_default();
        let is_tried = |channel| tried.contains(&channel);
        self.refusals.retain(|refusal| refusal.channel.is_none_or(is_tried));
    }

    /// The request that holds what it needs of budgets until `expires_at`, with the firing's id;
    /// `None` if it needs nothing.
    #[must_use]
    pub fn reservation(&self, expires_at: DateTime<Utc>) -> Option<ReserveRequest> {
        let claims = self.sent()?.claims.clone();
        let id = ReservationId::new(self.id.to_string()).ok()?;
        (!claims.is_empty()).then_some(ReserveRequest { id, claims, expires_at })
    }
}
