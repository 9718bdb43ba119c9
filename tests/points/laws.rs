//! What holds for every ledger.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::id::EventId;
use loyalty::points::{Balance, Cause, Ledger, LotState, Movement, Points, Posting, Source, Term};
use proptest::prelude::*;

use super::naive;

/// The hours in which everything happens.
const HOURS: i64 = 12;

fn hour(hour: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::hours(hour)
}

fn event(number: i64) -> EventId {
    format!("e{number}").parse().unwrap()
}

fn movements(at: i64, number: i64) -> impl Strategy<Value = Movement> {
    let earn = (0..4_i64, proptest::option::of(1..6_i64)).prop_map(move |(after, lasts)| {
        let active_at = hour(at + after);
        let expires_at = lasts.map(|lasts| hour(at + after + lasts));
        Movement::Earn(Term { active_at, expires_at, sliding: None })
    });
    let earlier = move || (1..8_i64).prop_map(move |earlier| event(number - earlier));
    let claw_back = earlier().prop_map(|of| Movement::ClawBack { of });
    let restore = earlier().prop_map(|of| Movement::Restore { of });
    prop_oneof![4 => earn, 3 => Just(Movement::Spend), 2 => claw_back, 2 => restore]
}

/// Postings of a few events at few instants; an event happens at one instant.
fn postings() -> impl Strategy<Value = Vec<Posting>> {
    let one = (0..HOURS).prop_flat_map(|number| {
        let at = number * 7 % HOURS;
        (Just((number, at)), movements(at, number), 1..12_i64, proptest::option::of(1..3_i64))
    });
    let posting = one.prop_map(|((number, at), movement, points, line)| {
        let source = Source::Earning("base".parse().unwrap());
        let line = line.map(|line| line.to_string().parse().unwrap());
        let cause = Cause { at: hour(at), event: event(number), movement, source, line };
        Posting::new(cause, Points(points)).unwrap()
    });
    proptest::collection::vec(posting, 0..20).prop_map(|mut postings| {
        postings.sort();
        postings.dedup_by(|a, b| a.cause() == b.cause());
        postings
    })
}

fn events(postings: &[Posting]) -> BTreeSet<EventId> {
    postings.iter().map(|posting| posting.cause().event.clone()).collect()
}

fn post(ledger: &mut Ledger, concerned: &BTreeSet<EventId>, targets: &[Posting]) {
    let entries = ledger.reconcile(concerned, targets, &event(0));
    ledger.post(entries).unwrap();
}

fn ledger(postings: &[Posting]) -> Ledger {
    let mut ledger = Ledger::default();
    post(&mut ledger, &events(postings), postings);
    ledger
}

/// Every instant at which something can happen, and one right before each.
fn instants() -> impl Iterator<Item = DateTime<Utc>> {
    (0..=HOURS + 10).flat_map(|at| [hour(at) - TimeDelta::nanoseconds(1), hour(at)])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn a_balance_is_what_counting_single_points_gives(postings in postings()) {
        let ledger = ledger(&postings);
        for as_of in instants() {
            let counted = naive::balance(&postings, as_of, as_of);
            prop_assert_eq!(ledger.balance(as_of), counted, "{}", as_of);
        }
    }

    #[test]
    fn the_balance_with_entries_is_the_balance_once_they_are_posted(
        before in postings(),
        after in postings(),
    ) {
        let mut ledger = ledger(&before);
        for target in after {
            let about = events(std::slice::from_ref(&target));
            let entries = ledger.reconcile(&about, &[target], &event(0));
            let foreseen: Vec<Balance> =
                instants().map(|as_of| ledger.balance_with(&entries, as_of)).collect();
            ledger.post(entries).unwrap();
            let found: Vec<Balance> = instants().map(|as_of| ledger.balance(as_of)).collect();
            prop_assert_eq!(&foreseen, &found);
            let afresh: Ledger =
                serde_json::from_str(&serde_json::to_string(&ledger).unwrap()).unwrap();
            let afresh = instants().map(|as_of| afresh.balance(as_of));
            prop_assert_eq!(found, afresh.collect::<Vec<Balance>>());
        }
    }

    #[test]
    fn entries_that_do_not_continue_a_ledger_do_not_count(postings in postings()) {
        let ledger = ledger(&postings);
        let mut entries = ledger.entries().to_vec();
        entries.iter_mut().for_each(|entry| entry.id += 1_000);
        for as_of in instants() {
            prop_assert_eq!(ledger.balance_with(&entries, as_of), ledger.balance(as_of));
        }
    }

    #[test]
    fn no_point_is_lost_or_invented(postings in postings()) {
        let ledger = ledger(&postings);
        for as_of in instants() {
            let held = ledger.balance(as_of);
            let from = Points::sum([held.earned, held.deficit]);
            let to = [held.active, held.pending, held.expired, held.spent, held.clawed_back];
            prop_assert_eq!(from, Points::sum(to));
            prop_assert!(held.active.is_zero() || held.deficit.is_zero());
        }
    }

    #[test]
    fn every_lot_names_its_uses(postings in postings()) {
        let ledger = ledger(&postings);
        for as_of in instants() {
            let (held, lots) = (ledger.balance(as_of), ledger.lots(as_of));
            let mut used = 0;
            for lot in &lots {
                let of_lot: i64 = lot.uses.iter().map(|one| one.points.0).sum();
                prop_assert_eq!(lot.earned.0, lot.left.0 + of_lot);
                prop_assert_eq!(lot.state == LotState::Used, lot.left.is_zero());
                used += of_lot;
            }
            prop_assert_eq!(used, held.spent.0 + held.clawed_back.0 - held.deficit.0);
        }
    }

    #[test]
    fn the_path_of_corrections_cannot_be_seen(
        postings in postings(),
        detours in proptest::collection::vec(postings(), 0..4),
        order in Just((0..HOURS).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let straight = ledger(&postings);
        let mut winding = Ledger::default();
        for detour in &detours {
            post(&mut winding, &events(detour), detour);
        }
        for number in order {
            let of_event: Vec<Posting> =
                postings.iter().filter(|one| one.cause().event == event(number)).cloned().collect();
            let concerned = BTreeSet::from([event(number)]);
            post(&mut winding, &concerned, &of_event);
            prop_assert!(winding.reconcile(&concerned, &of_event, &event(0)).is_empty());
        }
        prop_assert!(winding.net().eq(straight.net()));
        for as_of in instants() {
            prop_assert_eq!(winding.balance(as_of), straight.balance(as_of));
            prop_assert_eq!(winding.next_change(as_of), straight.next_change(as_of));
        }
    }

    #[test]
    fn a_correction_touches_only_what_differs(before in postings(), after in postings()) {
        let mut ledger = ledger(&before);
        let concerned = events(&before);
        let entries = ledger.reconcile(&concerned, &after, &event(0));
        let changed = |postings: &[Posting], cause: &Cause| {
            postings.iter().find(|one| one.cause() == cause).map(Posting::points)
        };
        for entry in &entries {
            prop_assert_ne!(changed(&before, &entry.cause), changed(&after, &entry.cause));
        }
        let causes: BTreeSet<&Cause> = entries.iter().map(|entry| &entry.cause).collect();
        prop_assert_eq!(causes.len(), entries.len());
        ledger.post(entries.clone()).unwrap();
        let standing: Vec<Posting> =
            events(&after).iter().flat_map(|event| ledger.postings(event)).collect();
        prop_assert_eq!(BTreeSet::from_iter(&standing), BTreeSet::from_iter(&after));
    }

    #[test]
    fn the_balance_stays_the_same_until_its_next_change(postings in postings()) {
        let ledger = ledger(&postings);
        for as_of in instants() {
            let until = ledger.next_change(as_of);
            for later in instants().filter(|later| *later > as_of) {
                if until.is_none_or(|until| later < until) {
                    prop_assert_eq!(ledger.balance(as_of), ledger.balance(later));
                }
            }
            let nothing_given_back = |until| {
                let mut now = postings.iter().map(Posting::cause).filter(|one| one.at == until);
                !now.any(|cause| matches!(cause.movement, Movement::Restore { .. }))
            };
            if let Some(until) = until.filter(|until| nothing_given_back(*until)) {
                prop_assert_ne!(ledger.balance(as_of), ledger.balance(until));
            }
        }
    }

    #[test]
    fn what_will_expire_is_what_expires_if_nothing_happens(
        postings in postings(),
        from in 0..HOURS,
        lasts in 0..HOURS,
    ) {
        let (from, to) = (hour(from), hour(from + lasts));
        let told: i64 = ledger(&postings).expiring(from, to).iter().map(|one| one.points.0).sum();
        let expired = |as_of| naive::balance(&postings, from, as_of).expired.0;
        prop_assert_eq!(told, expired(to) - expired(from));
    }

    #[test]
    fn a_ledger_survives_its_json_and_a_broken_one_is_refused(
        postings in postings(),
        at: prop::sample::Index,
        with in prop::sample::select(b"0-9\"{}[],ex".to_vec()),
    ) {
        let ledger = ledger(&postings);
        let mut json = serde_json::to_vec(&ledger).unwrap();
        prop_assert_eq!(&serde_json::from_slice::<Ledger>(&json).unwrap(), &ledger);
        let place = at.index(json.len());
        json[place] = with;
        if let Ok(other) = serde_json::from_slice::<Ledger>(&json) {
            let held = other.balance(hour(HOURS));
            prop_assert!(held.active.is_zero() || held.deficit.is_zero());
        }
    }
}
