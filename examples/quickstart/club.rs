//! The program from its document, and its members: every purchase decided and applied.

use std::collections::BTreeMap;
use std::error::Error;

use chrono::{DateTime, Utc};
use loyalty::event::Event;
use loyalty::id::CustomerId;
use loyalty::profile::Customer;
use loyalty::program::{Spec, View};
use loyalty::segment::rfm::RfmSegments;
use loyalty::tier::{Credits, Measure, Tier};
use loyalty::{Applied, Member, Program};

/// The whole program as one document: segments, tiers, earning, offers.
const DOCUMENT: &str = include_str!("program.json");

pub fn document() -> Result<Spec, loyalty::Error> {
    Spec::from_json(DOCUMENT)
}

/// The document's program with the RFM segments that were fitted, which its offers name.
pub fn program(spec: &Spec, rfm: &RfmSegments) -> Result<Program, loyalty::Error> {
    Spec { rfm: Some(rfm.clone().into()), ..spec.clone() }.build()
}

/// All members after all events, in the order of their ids.
///
/// The events of each customer come in the order in which they happened here; in any other order
/// the members would end up the same.
pub fn members(program: &Program, events: &[Event]) -> Result<Vec<Member>, Box<dyn Error>> {
    let mut members: BTreeMap<&CustomerId, Member> = BTreeMap::new();
    for event in events {
        let enroll = || program.enroll(Customer::new(event.customer.clone()));
        let member = members.entry(&event.customer).or_insert_with(enroll);
        let decision = program.decide(member, event);
        let applied = member.apply(&decision);
        if !matches!(applied, Applied::Now { .. }) {
            return Err(format!("{} was not applied: {:?}", event.id, decision.status).into());
        }
    }
    Ok(members.into_values().collect())
}

/// The members of a tier.
pub struct Population {
    pub tier: Tier,
    pub members: usize,
    /// What they have spent within the ladder's window, in cents.
    pub credits: i64,
    /// The points that they can spend.
    pub points: i64,
    /// The points that the next expiry takes from them.
    pub expiring: i64,
}

/// Who is in which tier, from the lowest to the highest.
pub fn populations(program: &Program, views: &[View]) -> Vec<Population> {
    let next = next_expiry(views);
    let population = |(rank, tier): (usize, &Tier)| {
        let mut found =
            Population { tier: tier.clone(), members: 0, credits: 0, points: 0, expiring: 0 };
        for view in views {
            let Some(standing) = view.standing.as_ref().filter(|it| it.rank == rank) else {
                continue;
            };
            found.members += 1;
            found.points += view.balance.active.0;
            if let Some(Credits::Money(spend)) = standing.credits.of(Measure::Spend) {
                found.credits += spend.minor();
            }
            let first = view.expiring.iter().filter(|lot| Some(lot.at) == next);
            found.expiring += first.map(|lot| lot.points.0).sum::<i64>();
        }
        found
    };
    program.tiers().iter().enumerate().map(population).collect()
}

/// A segment by rule, and how many members are in it.
pub struct RuleSegment {
    pub name: String,
    pub description: String,
    pub members: usize,
}

/// How many members are in each segment of the document.
pub fn rule_segments(spec: &Spec, views: &[View]) -> Vec<RuleSegment> {
    let told = spec.segments.iter().map(|it| RuleSegment {
        name: it.name.clone(),
        description: it.description.clone(),
        members: views.iter().filter(|view| view.segments.contains(&it.id)).count(),
    });
    told.collect()
}

/// When the next points of anybody expire.
pub fn next_expiry(views: &[View]) -> Option<DateTime<Utc>> {
    views.iter().filter_map(|view| view.expiring.first()).map(|next| next.at).min()
}
