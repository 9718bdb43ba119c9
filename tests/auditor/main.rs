//! An independent auditor of points and tiers, over simulated histories of many members.
//!
//! A [world](world) of three members is simulated from a seed: they buy, return parts, review,
//! spend, hold and capture, operators put balances right, some of it is void, points are
//! transferred, two accounts become one and two again. What happened arrives late, out of order and
//! twice. The [auditor](audit) derives from the events alone, as simply as it can be said, what
//! every event should have moved; the [naive till](naive) moves that point by point. Both must be
//! what the program says.

mod audit;
mod machine;
#[path = "../naive/mod.rs"]
mod naive;
mod world;

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::id::PurseId;
use loyalty::points::{Movement, Points, Posting, Source};
use loyalty::program::{Member, Program, Spec};

use audit::Audit;
use naive::Till;
use world::World;

const TERMS: &str = r#"{
  "loyalty": 1, "name": "Audited", "currency": "EUR",
  "ladders": [{"measure": "points_earned", "window": "lifetime", "tiers": [
    {"id": "basic", "name": "Basic", "at_least": 0},
    {"id": "gold", "name": "Gold", "at_least": 14, "multiplier": "2x"}
  ]}],
  "purses": [{"id": "stars"}],
  "earning": [
    {"id": "stars", "purse": "stars", "award": {"per_unit": {"points": 1}}},
    {"id": "units", "award": {"per_unit": {"points": 2}},
     "activation": {"after": "24h"}, "expiry": {"after": "20d"}},
    {"id": "review", "award": {"per_event": {"event": "review", "points": 3}},
     "tier_multiplier": "ignored"}
  ]
}"#;

/// So many worlds of three members each, in four parts that run side by side.
const WORLDS: u64 = 3_400;

fn program() -> Program {
    Spec::from_json(TERMS).and_then(Spec::build).unwrap_or_else(|error| panic!("{error}"))
}

/// Prints the seed of the world in which something is wrong.
struct Told(u64);

impl Drop for Told {
    fn drop(&mut self) {
        if std::thread::panicking() {
            println!("the seed of the world is {}", self.0);
        }
    }
}

/// Audits every fourth world from the one with the seed `first` on.
fn check_from(first: u64) {
    let program = program();
    for seed in (first..WORLDS).step_by(4) {
        let _told = Told(seed);
        let world = World::simulated(&program, seed);
        world.members.iter().for_each(|member| check_member(&program, member, world.now));
        world::purses().iter().for_each(|purse| check_conservation(&world, purse.as_ref()));
    }
}

fn check_member(program: &Program, member: &Member, now: DateTime<Utc>) {
    let events = world::events(member);
    let audit = Audit::of(&events);
    let ledger = member.ledger();
    let stands = events.iter().flat_map(|event| ledger.postings(&event.id));
    let stands: BTreeSet<Posting> = stands.collect();
    assert_eq!(stands, audit.postings.iter().cloned().collect(), "{}", member.id());
    for as_of in [now - TimeDelta::days(9), now, now + TimeDelta::days(30)] {
        for purse in world::purses() {
            let held = ledger.purse(purse.as_ref());
            let till = Till::new(&audit.postings, purse.as_ref(), held.order(), [as_of; 2]);
            assert_eq!(held.balance(as_of), till.balance(), "{} {as_of}", member.id());
            let lots = held.lots(as_of).into_iter();
            let left = lots.map(|lot| (lot.cause, [lot.left.0, lot.reserved.0]));
            let counted = till.lots().into_iter();
            let counted = counted.map(|(cause, lot)| (cause, [lot.left, lot.reserved]));
            assert_eq!(left.collect::<BTreeSet<_>>(), counted.collect(), "{} {as_of}", member.id());
        }
    }
    let standing = program.view(member, now).standing.unwrap();
    let tier = if audit.kept >= audit::GOLD { "gold" } else { "basic" };
    assert_eq!(
        (standing.credits.to_string(), standing.tier.as_str()),
        (audit.kept.to_string(), tier)
    );
}

/// What accounts give each other is neither lost nor invented, and neither is anything else.
fn check_conservation(world: &World, purse: Option<&PurseId>) {
    let members = || world.members.iter().map(|member| member.ledger().purse(purse));
    let balances = members().map(|held| held.balance(world.now));
    let (mut there, mut sent) = (0, 0);
    for balance in balances {
        let parts = [balance.active, balance.pending, balance.reserved, balance.expired];
        let gone = [balance.spent, balance.forfeited, balance.clawed_back];
        there += parts.iter().chain(&gone).map(|points| points.0).sum::<i64>() - balance.deficit.0;
        sent += balance.sent.0;
    }
    let (mut created, mut passed) = (0, 0);
    for held in members() {
        for (cause, Points(points)) in held.net() {
            match (&cause.movement, &cause.source) {
                (Movement::Earn(_), Source::Earning(_) | Source::Operator(_)) => created += points,
                (Movement::Earn(_), _) => passed += points,
                _ => {}
            }
        }
    }
    assert_eq!((there, sent), (created, passed), "created, and passed on");
}

#[test]
fn a_quarter_of_the_worlds_is_as_the_auditor_says() {
    check_from(0);
}

#[test]
fn another_quarter_of_the_worlds_is_as_the_auditor_says() {
    check_from(1);
}

#[test]
fn a_third_quarter_of_the_worlds_is_as_the_auditor_says() {
    check_from(2);
}

#[test]
fn the_last_quarter_of_the_worlds_is_as_the_auditor_says() {
    check_from(3);
}

#[test]
fn much_happens_in_the_worlds() {
    let program = program();
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut corrected = 0;
    for seed in 0..120 {
        let world = World::simulated(&program, seed);
        seen.extend(&world.refusals);
        for member in &world.members {
            let balance = member.ledger().balance(world.now);
            let found = [
                ("active", balance.active),
                ("pending", balance.pending),
                ("reserved", balance.reserved),
                ("expired", balance.expired),
                ("spent", balance.spent),
                ("sent", balance.sent),
                ("forfeited", balance.forfeited),
                ("clawed back", balance.clawed_back),
                ("deficit", balance.deficit),
            ];
            seen.extend(found.iter().filter(|(_, points)| points.0 > 0).map(|(name, _)| name));
            let entries = member.ledger().entries().iter();
            corrected += entries.filter(|entry| entry.cause.event != entry.recorded_by).count();
            for (cause, _) in member.ledger().net() {
                match (&cause.movement, &cause.source) {
                    (Movement::Restore { .. }, _) => seen.insert("restored"),
                    (Movement::Capture { .. }, _) => seen.insert("captured"),
                    (Movement::Release { .. }, _) => seen.insert("released in time"),
                    (_, Source::Merge(_)) => seen.insert("merged"),
                    (_, Source::Unmerge(_)) => seen.insert("two again"),
                    _ => false,
                };
            }
        }
    }
    let expected = [
        "active",
        "captured",
        "clawed back",
        "deficit",
        "expired",
        "forfeited",
        "hold_over",
        "merged",
        "other_purse",
        "pending",
        "released in time",
        "reserved",
        "restored",
        "sent",
        "spent",
        "too_few",
        "two again",
    ];
    assert!(expected.iter().all(|one| seen.contains(one)), "{seen:?}");
    assert!(corrected > 60, "{corrected} corrections");
}
