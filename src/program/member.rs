//! A member of a program: the one record that a host saves for a customer.

use serde::{Deserialize, Serialize};

use super::{Decision, Status};
use crate::digest::Digest;
use crate::id::CustomerId;
use crate::points::Ledger;
use crate::profile::{Customer, History, Profile, Retention};

/// A customer's profile and points, as a value that the host saves and loads.
///
/// It changes only by [`Member::apply`], which counts the `revision` up: a host that saves with the
/// condition that the stored revision is the one it loaded never loses a decision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    profile: Profile,
    #[serde(default)]
    ledger: Ledger,
    revision: u64,
    digest: Digest,
}

/// What became of a decision that was applied to a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[must_use]
pub enum Applied {
    /// It took effect.
    Now {
        /// The member's new revision.
        revision: u64,
    },
    /// Its event was applied before: nothing has changed.
    Before,
    /// It refuses or declines its event: nothing has changed.
    Refused,
    /// It is about another customer: nothing has changed.
    Foreign,
    /// Another decision got there first: nothing has changed; decide again.
    Stale {
        /// The revision that the decision was made for.
        decided: u64,
        /// The member's revision.
        found: u64,
    },
    /// Its entries do not continue the member's ledger, or its event is not valid: nothing has
    /// changed. No decision of a [`Program`](super::Program) is so.
    Corrupt,
}

impl Member {
    /// A member to whom nothing has happened yet.
    #[must_use]
    pub fn new(customer: Customer, retention: Retention) -> Self {
        let digest = Digest::of(&(&customer, retention));
        let profile = Profile { customer, history: History::new(retention) };
        Self { profile, ledger: Ledger::default(), revision: 0, digest }
    }

    /// The same member, to whom nothing has happened yet, with points that are spent in the order
    /// of an empty ledger: it was promised at the start, and other terms later do not change it.
    #[must_use]
    pub(super) fn spending(self, ledger: Ledger) -> Self {
        Self { ledger, ..self }
    }

    /// Whose record it is.
    #[must_use]
    pub const fn id(&self) -> &CustomerId {
        &self.profile.customer.id
    }

    /// The customer and what happened to them.
    #[must_use]
    pub const fn profile(&self) -> &Profile {
        &self.profile
    }

    /// The points.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// How many decisions have taken effect.
    #[must_use]
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// What names the state of this record: it follows from the customer, and from the events and
    /// entries in the order in which they were applied.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// Lets a decision take effect: records its event and posts its entries, or changes nothing.
    ///
    /// What stands in the way is looked for in this order: another customer
    /// ([`Applied::Foreign`]), an event that was applied already ([`Applied::Before`]), a refused
    /// event ([`Applied::Refused`]), another decision in between ([`Applied::Stale`]).
    pub fn apply(&mut self, decision: &Decision) -> Applied {
        if decision.customer != *self.id() {
            return Applied::Foreign;
        }
        if self.profile.history.knows(&decision.event.id) {
            return Applied::Before;
        }
        if !matches!(decision.status, Status::Accepted) {
            return Applied::Refused;
        }
        if decision.revision != self.revision {
            return Applied::Stale { decided: decision.revision, found: self.revision };
        }
        let foreign = decision.event.customer != *self.id();
        if foreign || decision.event.validate().is_err() {
            return Applied::Corrupt;
        }
        if self.ledger.post(decision.entries.clone()).is_err() {
            return Applied::Corrupt;
        }
        let _ = self.profile.history.record(decision.event.clone());
        self.revision = self.revision.saturating_add(1);
        self.digest = Digest::of(&(self.digest, &decision.event, &decision.entries));
        Applied::Now { revision: self.revision }
    }
}
