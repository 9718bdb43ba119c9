//! What is told of tiers beyond how a member stands: what became of them, and what will.

use chrono::{DateTime, Utc};

use super::{Complaint, Member, Program};
use crate::event::TierGranted;
use crate::id::LadderId;
use crate::tier::{Forecast, TierPolicy, TierStep};

impl Program {
    /// The ids of the ladders; the first one is told even if the tiers are the host's own.
    pub fn ladders(&self) -> impl Iterator<Item = &LadderId> {
        let first = self.tiers.as_ref().map(|_| &self.ladders.first);
        first.into_iter().chain(self.ladders.others.iter().map(|ladder| ladder.id()))
    }

    /// The changes of a member's tier up to an instant, each with its reason; `None` if there is no
    /// such ladder.
    ///
    /// It tells what was told at the time: a tier that was lost because goods came back was held
    /// until they did.
    #[must_use]
    pub fn tier_history(
        &self,
        member: &Member,
        ladder: &LadderId,
        as_of: DateTime<Utc>,
    ) -> Option<Vec<TierStep>> {
        let snapshot = self.snapshot(member.profile(), self.moment(as_of));
        Some(self.policy(ladder)?.history(&snapshot, member.ledger()))
    }

    /// The tier that a member will have at a later instant if nothing happens after `as_of`, and
    /// the changes until then; `None` if there is no such ladder, or if tiers of the host's own
    /// cannot tell it.
    #[must_use]
    pub fn tier_forecast(
        &self,
        member: &Member,
        ladder: &LadderId,
        as_of: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Option<Forecast> {
        let snapshot = self.snapshot(member.profile(), self.moment(as_of));
        self.policy(ladder)?.forecast(&snapshot, member.ledger(), at)
    }

    /// What places members on a ladder.
    pub(super) fn policy(&self, ladder: &LadderId) -> Option<&dyn TierPolicy> {
        if *ladder == self.ladders.first {
            return self.tiers.as_deref();
        }
        let mut others = self.ladders.others.iter();
        others.find(|other| other.id() == ladder).map(|found| found as &dyn TierPolicy)
    }

    /// Why a tier cannot be granted.
    pub(super) fn grant_objections(&self, granted: &TierGranted) -> Vec<Complaint> {
        let mut objections = Vec::new();
        let mut object = |field: &str, reason| {
            objections.push(Complaint::one(&format!("kind.tier_granted.{field}"), reason));
        };
        let ladder = granted.ladder.clone().unwrap_or_default();
        match self.policy(&ladder) {
            None => object("ladder", format!("there is no ladder `{ladder}`")),
            Some(policy) if policy.tiers().iter().all(|tier| tier.id != granted.tier) => {
                let reason = format!("the ladder `{ladder}` has no tier `{}`", granted.tier);
                object("tier", reason);
            }
            Some(_) => {}
        }
        let spend = granted.challenge.as_ref().and_then(|challenge| challenge.spend);
        if let Some(found) = spend.map(|spend| spend.currency()).filter(|it| *it != self.currency) {
            let reason = format!("{found} is not the program's {}", self.currency);
            object("challenge.spend", reason);
        }
        objections
    }

    /// What is odd about a grant.
    pub(super) fn grant_doubts(&self, granted: &TierGranted) -> Option<Complaint> {
        let ladder = granted.ladder.clone().unwrap_or_default();
        let has_terms = self.policy(&ladder).is_none_or(|policy| policy.has_terms());
        let reason = "the ladder's tiers have no term: without an end of its own the grant is over \
                      at once";
        (granted.until.is_none() && !has_terms)
            .then(|| Complaint::one("kind.tier_granted.until", reason))
    }
}
