//! What became of a customer's tier, and why.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Tally;
use crate::event::GrantReason;
use crate::id::{EventId, TierId};

/// A change of a customer's tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TierStep {
    /// When it changed.
    pub at: DateTime<Utc>,
    /// The tier before.
    pub from: TierId,
    /// The tier from then on.
    pub to: TierId,
    /// Why.
    pub reason: Reason,
}

/// Why a tier changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Reason {
    /// Credits suffice for it.
    Earned {
        /// Those that count.
        credits: Tally,
    },
    /// The credits of a lifetime suffice for it.
    ForLife,
    /// It was granted.
    Granted {
        /// The event.
        event: EventId,
        /// Why it was.
        reason: GrantReason,
    },
    /// What was to be done to keep a granted tier was done.
    ChallengeMet {
        /// The event of the grant.
        event: EventId,
    },
    /// The credits no longer suffice for the one before.
    CreditsGone {
        /// Those that still count.
        credits: Tally,
    },
    /// The term of the one before is over.
    TermEnded {
        /// The credits that count then.
        credits: Tally,
    },
    /// The grant of the one before is over.
    GrantEnded {
        /// The event of the grant.
        event: EventId,
    },
    /// What was to be done to keep a granted tier was not done in time.
    ChallengeMissed {
        /// The event of the grant.
        event: EventId,
    },
    /// Goods came back.
    Returned {
        /// The event of the return.
        event: EventId,
    },
    /// An event was declared void.
    Voided {
        /// The event that says so.
        event: EventId,
    },
    /// The customer's dates changed, from which their years are counted.
    DatesChanged {
        /// The event that changed them.
        event: EventId,
    },
}

impl Reason {
    /// The stable code.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Earned { .. } => "earned",
            Self::ForLife => "for_life",
            Self::Granted { .. } => "granted",
            Self::ChallengeMet { .. } => "challenge_met",
            Self::CreditsGone { .. } => "credits_gone",
            Self::TermEnded { .. } => "term_ended",
            Self::GrantEnded { .. } => "grant_ended",
            Self::ChallengeMissed { .. } => "challenge_missed",
            Self::Returned { .. } => "returned",
            Self::Voided { .. } => "voided",
            Self::DatesChanged { .. } => "dates_changed",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Earned { credits } => write!(f, "credits of {credits} suffice"),
            Self::ForLife => f.write_str("the credits of a lifetime suffice"),
            Self::Granted { event, reason } => {
                let why = match reason {
                    GrantReason::Match => "it matches a tier of another program",
                    GrantReason::Gift => "it is a present",
                    _ => "it is a fast track",
                };
                write!(f, "granted by `{event}`: {why}")
            }
            Self::ChallengeMet { event } => write!(f, "the challenge of `{event}` was met"),
            Self::CreditsGone { credits } => {
                write!(f, "credits no longer suffice: {credits} still count")
            }
            Self::TermEnded { credits } => {
                write!(f, "the term is over, and credits of {credits} do not renew it")
            }
            Self::GrantEnded { event } => write!(f, "the grant of `{event}` is over"),
            Self::ChallengeMissed { event } => {
                write!(f, "the challenge of `{event}` was not met in time")
            }
            Self::Returned { event } => write!(f, "goods came back with `{event}`"),
            Self::Voided { event } => write!(f, "`{event}` declared an event void"),
            Self::DatesChanged { event } => {
                write!(f, "`{event}` changed the dates from which years are counted")
            }
        }
    }
}

/// The tier and its change as a sentence.
impl fmt::Display for TierStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "from {} to {}: {}", self.from, self.to, self.reason)
    }
}
