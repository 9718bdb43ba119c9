//! Deciding what follows from an event.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};

use super::judge::Place;
use super::settle::{Derived, reaches_back};
use super::{Complaint, Decision, Member, Program, Status, TierChange};
use crate::digest::Digest;
use crate::event::{Event, EventKind, EventType};
use crate::id::{SegmentId, TierId};
use crate::offer::Explain;
use crate::path::Path;
use crate::points::{Balance, Refusal};
use crate::profile::{Profile, Recorded};
use crate::rule::{Kind, Value};

impl Program {
    /// What follows from an event for the member; nothing changes until the decision is
    /// [applied](Member::apply).
    ///
    /// An event of any age is welcome: what it changes for events that happened after it is
    /// corrected by further entries.
    ///
    /// Of the offers of a purchase it tells those that are granted, that the member is eligible
    /// for, or that were asked for; [`Program::decide_explained`] tells why not the others.
    pub fn decide(&self, member: &Member, event: &Event) -> Decision {
        self.decided(member, event, Explain::Grants)
    }

    /// As [`Program::decide`], and for a purchase with what became of every offer: declines for
    /// failed or unknown conditions have the verdict on every condition.
    pub fn decide_explained(&self, member: &Member, event: &Event) -> Decision {
        self.decided(member, event, Explain::Full)
    }

    fn decided(&self, member: &Member, event: &Event, explain: Explain) -> Decision {
        let refused = self.objections(member, event);
        if !refused.is_empty() {
            return self.nothing(member, event, Status::Refused(refused));
        }
        let is_new = || !member.profile().history.knows(&event.id);
        if let Some(refusal) = self.refusal(member, event).filter(|_| is_new()) {
            return self.nothing(member, event, Status::Declined(refusal));
        }
        let mut profile = member.profile().clone();
        let recorded = profile.history.record(event.clone());
        let mut decision = match recorded {
            Recorded::New | Recorded::Folded => self.blank(member, event, Status::Accepted),
            Recorded::Duplicate => return self.nothing(member, event, Status::Duplicate),
            Recorded::Conflicting => {
                let reason = format!("another event `{}` was recorded before", event.id);
                let refused = vec![Complaint::one("id", reason)];
                return self.nothing(member, event, Status::Refused(refused));
            }
        };
        decision.warnings = self.doubts(member, event, recorded);
        let mut before = None;
        if recorded == Recorded::New {
            let newest = member.profile().history.ends_before(event);
            let mut derived = if newest && !reaches_back(event, &profile.history) {
                self.derive_newest(event, member.profile(), member.ledger(), explain)
            } else {
                self.derive(event, &profile, member.ledger(), explain)
            };
            before = derived.before.take().filter(|_| decision.as_of == event.at);
            self.settle(&mut decision, event, derived);
        }
        self.compare(&mut decision, member, &profile, before);
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
        if let EventKind::TierGranted(granted) = &event.kind {
            objections.extend(self.grant_objections(granted));
        }
        objections
    }

    /// Why what the event would do with points cannot be done.
    pub(super) fn refusal(&self, member: &Member, event: &Event) -> Option<Refusal> {
        let EventKind::Points(operation) = &event.kind else { return None };
        let profile = member.profile();
        let enrolled = profile.history.instants(EventType::Enrolled, DateTime::<Utc>::MAX_UTC);
        let since = profile.attributes(event.at).enrolled_on();
        let since = since.or_else(|| Some(self.zone.date(*enrolled.first()?)));
        let is_early = |since: &NaiveDate| self.zone.date(event.at) < *since;
        let since = since.filter(|since| !operation.is_by_operator() && is_early(since));
        let early = since.map(|since| Refusal::BeforeMembership { since });
        let purse = self.purse_refusal(operation);
        early.into_iter().chain(purse).chain(member.ledger().refusal(event)).min()
    }

    /// What is odd about an event that takes effect, and so is new to the member.
    fn doubts(&self, member: &Member, event: &Event, recorded: Recorded) -> Vec<Complaint> {
        let mut doubts = match member.profile().history.check_new(event) {
            Ok(()) => Vec::new(),
            Err(problems) => Complaint::all(&problems),
        };
        if recorded == Recorded::Folded {
            let reason = "it is older than events are kept: it counts, but moves no points";
            doubts.push(Complaint::one("at", reason));
        }
        if let EventKind::TierGranted(granted) = &event.kind {
            doubts.extend(self.grant_doubts(granted));
        }
        if let EventKind::AttributesChanged(changed) = &event.kind {
            let path = Path::from("kind.attributes_changed.changes");
            for (name, value) in &changed.changes {
                let declared = self.attributes.get(name).map(|declared| declared.kind);
                let found = value.as_ref().map(Value::kind);
                if let (Some(expected), Some(found)) = (declared, found)
                    && expected != found
                    && (expected, found) != (Kind::Number, Kind::Integer)
                {
                    let reason = format!("it is {found}, and rules expect {expected}");
                    doubts.push(Complaint { path: path.field(name.as_str()), reason });
                }
            }
        }
        doubts
    }

    /// A decision by which nothing happens.
    fn nothing(&self, member: &Member, event: &Event, status: Status) -> Decision {
        let (ledger, as_of) = (member.ledger(), told_as_of(event));
        let balance = ledger.balance(as_of);
        let purses = self.balances(ledger, |purse| purse.balance(as_of));
        Decision { balance, purses, ..self.blank(member, event, status) }
    }

    /// A decision in which nothing stands yet but what is given.
    fn blank(&self, member: &Member, event: &Event, status: Status) -> Decision {
        Decision {
            policy: self.version,
            inputs: Digest::of(&(member.digest(), event)),
            customer: member.id().clone(),
            revision: member.revision(),
            as_of: told_as_of(event),
            event: event.clone(),
            status,
            warnings: Vec::new(),
            entries: Vec::new(),
            multipliers: Vec::new(),
            outcomes: Vec::new(),
            settlements: Vec::new(),
            entered: Vec::new(),
            left: Vec::new(),
            tier: None,
            other_tiers: BTreeMap::new(),
            balance: Balance::default(),
            purses: BTreeMap::new(),
        }
    }

    /// Puts in what the event moves, and for a purchase what became of the offers.
    fn settle(&self, decision: &mut Decision, event: &Event, derived: Derived) {
        decision.entries = derived.entries;
        decision.multipliers = derived.boosts;
        if let (Some(purchase), Some(evaluation)) = (event.purchase(), derived.evaluation) {
            decision.settlements = self.settlements(purchase, &evaluation);
            decision.outcomes = evaluation.outcomes;
        }
    }

    /// Puts in how the member stands with the event and did not without it.
    fn compare(
        &self,
        decision: &mut Decision,
        member: &Member,
        profile: &Profile,
        before: Option<Place>,
    ) {
        let (moment, ledger) = (self.moment(decision.as_of), member.ledger());
        let before = before.unwrap_or_else(|| self.place(member.profile(), ledger, moment));
        let first = self.tiers.as_ref().is_some_and(|tiers| tiers.looks_at_points());
        let after = if first || self.ladders.look_at_points() {
            let mut ledger = ledger.clone();
            // The entries continue the ledger; if it is full, applying the decision will tell.
            let _ = ledger.post(decision.entries.clone());
            self.place(profile, &ledger, moment)
        } else {
            self.place(profile, ledger, moment)
        };
        decision.entered = newly(&before, &after);
        decision.left = newly(&after, &before);
        let (entries, as_of) = (&decision.entries, decision.as_of);
        decision.balance = ledger.balance_with(entries, as_of);
        decision.purses = self.balances(ledger, |purse| purse.balance_with(entries, as_of));
        let (from, to) = (self.tier(before.rank), self.tier(after.rank));
        let change = |from: &TierId, to: &TierId| TierChange { from: from.clone(), to: to.clone() };
        if let Some((from, to)) = from.zip(to).filter(|(from, to)| from != to) {
            decision.tier = Some(change(from, to));
        }
        let others = |place: &Place| self.ladders.tiers(&place.other_ranks);
        let changed = others(&before).into_iter().zip(others(&after).into_values());
        let changed = changed.filter(|((_, (from, _)), (to, _))| from != to);
        let changed = changed.map(|((id, (_, from)), (_, to))| (id.clone(), change(from, to)));
        decision.other_tiers = changed.collect();
    }
}

/// The instant for which a decision tells how the member stands.
fn told_as_of(event: &Event) -> DateTime<Utc> {
    event.at.max(event.recorded_at)
}

/// The segments that a member is in `after` and was not in `before`.
fn newly(before: &Place, after: &Place) -> Vec<SegmentId> {
    let fresh = after.membership.iter().filter(|share| !before.membership.contains(&share.segment));
    let mut ids: Vec<SegmentId> = fresh.map(|share| share.segment.clone()).collect();
    ids.sort();
    ids
}
