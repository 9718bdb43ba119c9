//! Deciding what follows from an event.

use super::judge::Judged;
use super::settle::Derived;
use super::{Complaint, Decision, Digest, Member, Program, Status, TierChange};
use crate::event::Event;
use crate::id::SegmentId;
use crate::profile::Recorded;

impl Program {
    /// What follows from an event for the member; nothing changes until the decision is
    /// [applied](Member::apply).
    ///
    /// An event of any age is welcome: what it changes for events that happened after it is
    /// corrected by further entries.
    pub fn decide(&self, member: &Member, event: &Event) -> Decision {
        let refused = self.objections(member, event);
        if !refused.is_empty() {
            return self.nothing(member, event, Status::Refused(refused));
        }
        let mut profile = member.profile().clone();
        match profile.history.record(event.clone()) {
            Recorded::New => {}
            Recorded::Folded => return self.too_old(member, event),
            Recorded::Duplicate => return self.nothing(member, event, Status::Duplicate),
            Recorded::Conflicting => {
                let reason = format!("another event `{}` was recorded before", event.id);
                let refused = vec![Complaint::one("id", reason)];
                return self.nothing(member, event, Status::Refused(refused));
            }
        }

        let derived = if member.profile().history.ends_before(event) {
            self.derive_newest(event, member.profile(), member.ledger())
        } else {
            self.derive(event, &profile, member.ledger())
        };
        let mut decision = self.nothing(member, event, Status::Accepted);
        if let Err(warnings) = member.profile().history.check(event) {
            decision.warnings = Complaint::all(&warnings);
        }
        self.settle(&mut decision, event, derived);
        self.compare(&mut decision, member, &profile);
        decision
    }

    /// Why the event cannot be this member's.
    fn objections(&self, member: &Member, event: &Event) -> Vec<Complaint> {
        let mut objections = match event.validate() {
            Ok(()) => Vec::new(),
            Err(problems) => Complaint::all(&problems),
        };
        if event.customer != *member.id() {
            let reason = format!("`{}` is not the member `{}`", event.customer, member.id());
            objections.push(Complaint::one("customer", reason));
        }
        let paid = event.purchase().and_then(|purchase| purchase.basket.currency());
        if let Some(found) = paid.filter(|&found| found != self.currency) {
            let reason = format!("{found} is not the program's {}", self.currency);
            objections.push(Complaint::one("kind.purchase.basket", reason));
        }
        objections
    }

    /// A decision by which nothing happens.
    fn nothing(&self, member: &Member, event: &Event, status: Status) -> Decision {
        let as_of = event.at.max(event.recorded_at);
        Decision {
            policy: self.version,
            inputs: Digest::of(&(member.digest(), event)),
            customer: member.id().clone(),
            revision: member.revision(),
            as_of,
            event: event.clone(),
            status,
            warnings: Vec::new(),
            entries: Vec::new(),
            outcomes: Vec::new(),
            settlements: Vec::new(),
            entered: Vec::new(),
            left: Vec::new(),
            tier: None,
            balance: member.ledger().balance(as_of),
        }
    }

    /// A decision by which an event counts for the totals of a lifetime, and moves nothing.
    fn too_old(&self, member: &Member, event: &Event) -> Decision {
        let reason = "it is older than events are kept: it counts in totals, and moves no points";
        let mut decision = self.nothing(member, event, Status::Accepted);
        decision.warnings = vec![Complaint::one("at", reason)];
        decision
    }

    /// Puts in what the event moves, and for a purchase what became of the offers.
    fn settle(&self, decision: &mut Decision, event: &Event, derived: Derived) {
        decision.entries = derived.entries;
        if let (Some(purchase), Some(evaluation)) = (event.purchase(), derived.evaluation) {
            decision.settlements = self.settlements(purchase, &evaluation);
            decision.outcomes = evaluation.outcomes;
        }
    }

    /// Puts in how the member stands with the event and did not without it.
    fn compare(&self, decision: &mut Decision, member: &Member, profile: &crate::profile::Profile) {
        let moment = self.moment(decision.as_of);
        let mut ledger = member.ledger().clone();
        // The entries continue the ledger; if it is full, applying the decision will tell.
        let _ = ledger.post(decision.entries.clone());
        let before = self.judge(member.profile(), member.ledger(), moment);
        let after = self.judge(profile, &ledger, moment);
        decision.entered = newly(&before, &after);
        decision.left = newly(&after, &before);
        decision.balance = after.balance;
        if let (Some(before), Some(after)) = (before.standing, after.standing)
            && before.tier != after.tier
        {
            decision.tier = Some(TierChange { from: before.tier, to: after.tier });
        }
    }
}

/// The segments that a member is in `after` and was not in `before`.
fn newly(before: &Judged<'_>, after: &Judged<'_>) -> Vec<SegmentId> {
    let fresh = after.membership.iter().filter(|share| !before.membership.contains(&share.segment));
    let mut ids: Vec<SegmentId> = fresh.map(|share| share.segment.clone()).collect();
    ids.sort();
    ids
}
