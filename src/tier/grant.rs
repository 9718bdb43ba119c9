//! Tiers that are granted: matched, given, or to be kept by a challenge.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};

use super::credits::{Bar, Needed};
use super::measure::{Credit, Sums};
use super::{CheckedLadder, Measure};
use crate::calendar::Zone;
use crate::event::{Event, EventKind, EventType, GrantReason, TierChallenge, TierGranted};
use crate::feature::Snapshot;
use crate::id::EventId;

/// A tier that was granted to a customer.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    pub(super) event: EventId,
    pub(super) at: DateTime<Utc>,
    pub(super) rank: usize,
    pub(super) until: Option<DateTime<Utc>>,
    pub(super) reason: GrantReason,
    pub(super) challenge: Option<Trial>,
}

/// What is to be done to keep it.
#[derive(Clone, Debug)]
pub(super) struct Trial {
    bar: Bar,
    pub(super) ends: DateTime<Utc>,
}

impl Grant {
    /// The grants of this ladder's tiers up to the moment, in their order.
    pub(super) fn all(ladder: &CheckedLadder, snapshot: &Snapshot<'_>) -> Vec<Self> {
        let (moment, history) = (snapshot.moment(), &snapshot.profile().history);
        if history.last_at(EventType::TierGranted, moment.as_of).is_none() {
            return Vec::new();
        }
        let grants = history.lasting(moment.as_of);
        grants.filter_map(|event| Self::of(event, ladder, &moment.zone)).collect()
    }

    fn of(event: &Event, ladder: &CheckedLadder, zone: &Zone) -> Option<Self> {
        let EventKind::TierGranted(granted) = &event.kind else { return None };
        let rank = ladder.granted_rank(granted)?;
        let at = event.position().0;
        let trial = |challenge: &TierChallenge| Trial {
            bar: bar(challenge),
            ends: challenge.within.after(at, zone),
        };
        Some(Self {
            event: event.id.clone(),
            at,
            rank,
            until: granted.until,
            reason: granted.reason,
            challenge: granted.challenge.as_ref().map(trial),
        })
    }

    /// What its challenge counts.
    pub(super) fn measures(grants: &[Self]) -> BTreeSet<Measure> {
        let trials = grants.iter().filter_map(|grant| grant.challenge.as_ref());
        trials.flat_map(|trial| trial.bar.parts.iter().map(|(measure, _)| *measure)).collect()
    }
}

impl Trial {
    /// When it was met, if it was met in time.
    pub(super) fn met_at(&self, at: DateTime<Utc>, credits: &[Credit]) -> Option<DateTime<Utc>> {
        let within = |credit: &&Credit| at <= credit.at && credit.from < self.ends;
        let mut credits: Vec<&Credit> = credits.iter().filter(within).collect();
        credits.sort_by_key(|credit| credit.from);
        let mut sums = Sums::default();
        credits.iter().find_map(|credit| {
            sums.add(credit.measure, credit.amount.into());
            self.bar.is_reached(&sums).then_some(credit.from)
        })
    }
}

impl CheckedLadder {
    /// The position of the tier that is granted, if it is one of this ladder's.
    pub(super) fn granted_rank(&self, granted: &TierGranted) -> Option<usize> {
        let ladder = granted.ladder.clone().unwrap_or_default();
        let is_here = ladder == self.written.id;
        let tiers = self.written.tiers.iter();
        tiers.take_while(|_| is_here).position(|tier| tier.id == granted.tier)
    }
}

/// What a challenge takes.
fn bar(challenge: &TierChallenge) -> Bar {
    let counts = [
        (Measure::Orders, challenge.orders),
        (Measure::Visits, challenge.visits),
        (Measure::PointsEarned, challenge.points_earned),
        (Measure::Engagement, challenge.engagement),
    ];
    let spend = challenge.spend.map(|spend| (Measure::Spend, i128::from(spend.minor())));
    let counts = counts.into_iter().filter_map(|(of, count)| Some((of, i128::from(count?))));
    Bar { needed: Needed::All, parts: spend.into_iter().chain(counts).collect() }
}
