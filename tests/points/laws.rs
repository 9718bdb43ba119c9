//! What holds for every ledger.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::Zone;
use loyalty::id::{EventId, PurseId};
use loyalty::points::{
    Balance, Cause, Ledger, Lot, LotState, Movement, Points, Posting, Sliding, Source, SpendOrder,
    Term, Unconfirmed,
};
use proptest::prelude::*;

use super::naive::{self, Till};

/// The hours in which everything happens.
const HOURS: i64 = 12;

fn hour(hour: i64) -> DateTime<Utc> {
    DateTime::<Utc>::UNIX_EPOCH + TimeDelta::hours(hour)
}

fn event(number: i64) -> EventId {
    format!("e{number}").parse().unwrap()
}

fn movements(at: i64, number: i64) -> impl Strategy<Value = Movement> {
    let lasts = proptest::option::of((1..6_i64, proptest::option::of(1..5_u32)));
    // Confirmed in time, or at last.
    let waits = prop_oneof![3 => Just(None), 2 => (1..5_i64).prop_map(Some), 1 => Just(Some(0))];
    let earn = (0..4_i64, lasts, waits).prop_map(move |(after, lasts, waits)| {
        let active_at = hour(at + after);
        let expires_at = lasts.map(|(lasts, _)| hour(at + after + lasts));
        let sliding = lasts.and_then(|(_, sliding)| sliding).map(|hours| {
            let span = format!("{hours}h").parse().unwrap();
            Sliding { span, zone: Zone::UTC }
        });
        let unconfirmed = waits.filter(|_| after > 0).map(|longer| match longer {
            0 => Unconfirmed { active_at: Term::WAITING.active_at, expires_at: None },
            longer => {
                let expires_at = lasts.map(|(lasts, _)| hour(at + after + longer + lasts));
                Unconfirmed { active_at: hour(at + after + longer), expires_at }
            }
        });
        Movement::Earn(Term { active_at, expires_at, sliding, unconfirmed })
    });
    let earlier = move || (1..8_i64).prop_map(move |earlier| event(number - earlier));
    let hold = Just(Movement::Hold { until: hour(at + 1 + number % 5) });
    let reinstate = (0..6_i64, proptest::option::of(1..6_i64)).prop_map(move |(since, lasts)| {
        let expires_at = lasts.map(|lasts| hour(at + lasts));
        Movement::Reinstate { expired_since: hour(at - since), expires_at }
    });
    prop_oneof![
        5 => earn,
        3 => Just(Movement::Spend),
        2 => earlier().prop_map(|of| Movement::ClawBack { of }),
        2 => earlier().prop_map(|of| Movement::Restore { of }),
        2 => hold,
        2 => earlier().prop_map(|of| Movement::Capture { of }),
        1 => earlier().prop_map(|of| Movement::Release { of }),
        1 => Just(Movement::Send),
        1 => Just(Movement::Forfeit),
        1 => reinstate,
    ]
}

/// Postings of a few events at few instants; an event happens at one instant and holds once.
fn postings() -> impl Strategy<Value = Vec<Posting>> {
    let one = (0..HOURS).prop_flat_map(|number| {
        let at = number * 7 % HOURS;
        let line = proptest::option::of(1..3_i64);
        let purse = prop::sample::select(purses().to_vec());
        (Just((number, at)), movements(at, number), 1..12_i64, line, 0..5_u8, purse)
    });
    let posting = one.prop_map(|((number, at), movement, points, line, by, purse)| {
        let source = match by {
            0 => Source::Operator("ann".parse().unwrap()),
            _ => Source::Earning("base".parse().unwrap()),
        };
        let (source, line) = match movement {
            Movement::Hold { .. } => (Source::Reward("mug".parse().unwrap()), None),
            _ => (source, line.map(|line| line.to_string().parse().unwrap())),
        };
        let cause = Cause { at: hour(at), event: event(number), movement, source, line, purse };
        Posting::new(cause, Points(points)).unwrap()
    });
    proptest::collection::vec(posting, 0..24).prop_map(|mut postings| {
        postings.sort();
        postings.dedup_by(|a, b| a.cause() == b.cause());
        postings
    })
}

/// The purse of the main points, and another one.
fn purses() -> [Option<PurseId>; 2] {
    [None, Some("stars".parse().unwrap())]
}

fn orders() -> impl Strategy<Value = SpendOrder> {
    let orders = [SpendOrder::EarliestExpiry, SpendOrder::OldestFirst, SpendOrder::NewestFirst];
    prop::sample::select(orders.to_vec())
}

fn events(postings: &[Posting]) -> BTreeSet<EventId> {
    postings.iter().map(|posting| posting.cause().event.clone()).collect()
}

fn post(ledger: &mut Ledger, concerned: &BTreeSet<EventId>, targets: &[Posting]) {
    let entries = ledger.reconcile(concerned, targets, &event(0));
    ledger.post(entries).unwrap();
}

/// An empty ledger, in which stars are spent in another order than main points.
fn empty(order: SpendOrder) -> Ledger {
    let other = match order {
        SpendOrder::EarliestExpiry => SpendOrder::NewestFirst,
        _ => SpendOrder::EarliestExpiry,
    };
    Ledger::in_order(order).with_orders(BTreeMap::from([("stars".parse().unwrap(), other)]))
}

fn ledger(postings: &[Posting], order: SpendOrder) -> Ledger {
    let mut ledger = empty(order);
    post(&mut ledger, &events(postings), postings);
    ledger
}

/// What a lot comes to, as the model counts it.
fn counts(lot: &Lot) -> naive::Lot {
    let mut uses = BTreeMap::new();
    for one in &lot.uses {
        *uses.entry(one.by.clone()).or_default() += one.points.0;
    }
    naive::Lot { left: lot.left.0, reserved: lot.reserved.0, uses }
}

/// Every instant at which something can happen, and one right before each.
fn instants() -> impl Iterator<Item = DateTime<Utc>> {
    (0..=HOURS + 10).flat_map(|at| [hour(at) - TimeDelta::nanoseconds(1), hour(at)])
}

fn purses_at_instants() -> impl Iterator<Item = (Option<PurseId>, DateTime<Utc>)> {
    purses().into_iter().flat_map(|purse| instants().map(move |as_of| (purse.clone(), as_of)))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn what_was_asked_before_makes_no_difference(
        postings in postings(),
        order in orders(),
        asked in Just(purses_at_instants().collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let known = ledger(&postings, order);
        for (purse, as_of) in &asked {
            let of = |ledger: &Ledger| ledger.purse(purse.as_ref()).balance(*as_of);
            prop_assert_eq!(of(&known), of(&ledger(&postings, order)));
        }
    }

    #[test]
    fn a_balance_is_what_counting_single_points_gives(postings in postings(), order in orders()) {
        let ledger = ledger(&postings, order);
        for (purse, as_of) in purses_at_instants() {
            let held = ledger.purse(purse.as_ref());
            let counted = Till::new(&postings, purse.as_ref(), held.order(), [as_of; 2]);
            prop_assert_eq!(held.balance(as_of), counted.balance(), "{}", as_of);
            let lots = held.lots(as_of).into_iter().map(|lot| (lot.cause.clone(), counts(&lot)));
            prop_assert_eq!(lots.collect::<BTreeMap<_, _>>(), counted.lots(), "{}", as_of);
        }
    }

    #[test]
    fn the_balance_with_entries_is_the_balance_once_they_are_posted(
        before in postings(),
        after in postings(),
        order in orders(),
    ) {
        let mut ledger = ledger(&before, order);
        for target in after {
            let about = events(std::slice::from_ref(&target));
            let entries = ledger.reconcile(&about, &[target], &event(0));
            let foreseen: Vec<Balance> = purses_at_instants()
                .map(|(purse, as_of)| ledger.purse(purse.as_ref()).balance_with(&entries, as_of))
                .collect();
            ledger.post(entries).unwrap();
            let found: Vec<Balance> = purses_at_instants()
                .map(|(purse, as_of)| ledger.purse(purse.as_ref()).balance(as_of))
                .collect();
            prop_assert_eq!(&foreseen, &found);
        }
    }

    #[test]
    fn what_is_kept_up_is_what_the_entries_say(
        postings in postings(),
        order in orders(),
        arrival in Just((0..HOURS).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let mut kept = empty(order);
        let said = |ledger: &Ledger| -> Vec<_> {
            let told = |(purse, as_of): (Option<PurseId>, _)| {
                let held = ledger.purse(purse.as_ref());
                let later = held.expiring(as_of, hour(3 * HOURS));
                (held.balance(as_of), held.lots(as_of), held.next_change(as_of), later)
            };
            // The latest first: what is kept up is asked before and after every entry.
            let all: Vec<_> = purses_at_instants().collect();
            all.into_iter().rev().step_by(5).map(told).collect()
        };
        for number in (0..HOURS).chain(arrival) {
            let mut of_event: Vec<Posting> =
                postings.iter().filter(|one| one.cause().event == event(number)).cloned().collect();
            if number % 2 == 0 {
                of_event.pop();
            }
            post(&mut kept, &BTreeSet::from([event(number)]), &of_event);
            let afresh: Ledger =
                serde_json::from_str(&serde_json::to_string(&kept).unwrap()).unwrap();
            prop_assert_eq!(said(&kept), said(&afresh));
        }
    }

    #[test]
    fn entries_that_do_not_continue_a_ledger_do_not_count(postings in postings()) {
        let ledger = ledger(&postings, SpendOrder::default());
        let mut entries = ledger.entries().to_vec();
        entries.iter_mut().for_each(|entry| entry.id += 1_000);
        for (purse, as_of) in purses_at_instants() {
            let held = ledger.purse(purse.as_ref());
            prop_assert_eq!(held.balance_with(&entries, as_of), held.balance(as_of));
        }
    }

    #[test]
    fn no_point_is_lost_or_invented(postings in postings(), order in orders()) {
        let ledger = ledger(&postings, order);
        for (purse, as_of) in purses_at_instants() {
            let held = ledger.purse(purse.as_ref()).balance(as_of);
            prop_assert_eq!(&held.purse, &purse);
            let from = Points::sum([held.earned, held.deficit]);
            let to = [held.active, held.pending, held.reserved, held.expired];
            let gone = [held.spent, held.sent, held.forfeited, held.clawed_back];
            prop_assert_eq!(from, Points::sum(to.into_iter().chain(gone)));
            prop_assert!(to.iter().chain(&gone).all(|points| *points >= Points::ZERO));
            prop_assert!(held.active.is_zero() || held.deficit.is_zero());
        }
    }

    #[test]
    fn every_lot_names_its_uses_and_every_use_its_lots(
        postings in postings(),
        order in orders(),
    ) {
        let ledger = ledger(&postings, order);
        for (purse, as_of) in purses_at_instants() {
            let contents = ledger.purse(purse.as_ref());
            let (held, lots) = (contents.balance(as_of), contents.lots(as_of));
            let mut used: BTreeMap<&Cause, i64> = BTreeMap::new();
            for lot in &lots {
                let of_lot: i64 = lot.uses.iter().map(|one| one.points.0).sum();
                prop_assert_eq!(lot.earned.0, lot.left.0 + lot.reserved.0 + of_lot);
                prop_assert_eq!(lot.state == LotState::Used, lot.left.is_zero());
                lot.uses.iter().for_each(|one| *used.entry(&one.by).or_default() += one.points.0);
            }
            let reinstated = lots
                .iter()
                .filter(|lot| matches!(lot.cause.movement, Movement::Reinstate { .. }));
            let reinstated: i64 = reinstated.map(|lot| lot.earned.0).sum();
            let gone = [held.spent, held.sent, held.forfeited, held.clawed_back];
            let gone: i64 = gone.iter().map(|points| points.0).sum();
            prop_assert_eq!(used.values().sum::<i64>(), gone - held.deficit.0 + reinstated);
            prop_assert!(lots.iter().all(|lot| lot.cause.purse == purse));
            prop_assert!(used.keys().all(|by| by.purse == purse));
            for (by, points) in used {
                let wanted = postings.iter().find(|one| one.cause() == by).map(Posting::points);
                prop_assert!(Some(Points(points)) <= wanted, "{:?} takes {}", by, points);
            }
        }
    }

    #[test]
    fn the_path_of_corrections_cannot_be_seen(
        postings in postings(),
        detours in proptest::collection::vec(postings(), 0..4),
        order in orders(),
        arrival in Just((0..HOURS).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let straight = ledger(&postings, order);
        let mut winding = empty(order);
        for detour in &detours {
            post(&mut winding, &events(detour), detour);
        }
        for number in arrival {
            let of_event: Vec<Posting> =
                postings.iter().filter(|one| one.cause().event == event(number)).cloned().collect();
            let concerned = BTreeSet::from([event(number)]);
            post(&mut winding, &concerned, &of_event);
            prop_assert!(winding.reconcile(&concerned, &of_event, &event(0)).is_empty());
        }
        prop_assert!(winding.net().eq(straight.net()));
        for (purse, as_of) in purses_at_instants() {
            let of = purse.as_ref();
            let (winding, straight) = (winding.purse(of), straight.purse(of));
            prop_assert_eq!(winding.balance(as_of), straight.balance(as_of));
            prop_assert_eq!(winding.lots(as_of), straight.lots(as_of));
            prop_assert_eq!(winding.next_change(as_of), straight.next_change(as_of));
        }
    }

    #[test]
    fn a_correction_touches_only_what_differs(before in postings(), after in postings()) {
        let mut ledger = ledger(&before, SpendOrder::default());
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
    fn the_balance_stays_the_same_until_its_next_change(
        postings in postings(),
        order in orders(),
    ) {
        let ledger = ledger(&postings, order);
        for (purse, as_of) in purses_at_instants() {
            let held = ledger.purse(purse.as_ref());
            let until = held.next_change(as_of);
            for later in instants().filter(|later| *later > as_of) {
                if until.is_none_or(|until| later < until) {
                    prop_assert_eq!(held.balance(as_of), held.balance(later));
                }
            }
            // What gives back, holds or reinstates may find nothing to do.
            let is_plain = |one: &Cause| {
                matches!(one.movement, Movement::Earn(_)) || one.movement.takes()
            };
            let all_plain = |until| {
                let own = postings.iter().map(Posting::cause).filter(|one| one.purse == purse);
                own.filter(|one| one.at == until).all(is_plain)
            };
            if let Some(until) = until.filter(|until| all_plain(*until)) {
                prop_assert_ne!(held.balance(as_of), held.balance(until));
            }
        }
        for as_of in instants() {
            let of_each = purses().map(|purse| ledger.purse(purse.as_ref()).next_change(as_of));
            prop_assert_eq!(ledger.next_change(as_of), of_each.into_iter().flatten().min());
        }
    }

    #[test]
    fn what_will_expire_is_what_expires_if_nothing_happens(
        postings in postings(),
        order in orders(),
        from in 0..HOURS,
        lasts in 0..HOURS,
    ) {
        let (from, to, ledger) = (hour(from), hour(from + lasts), ledger(&postings, order));
        for purse in purses() {
            let held = ledger.purse(purse.as_ref());
            let till = |as_of| Till::new(&postings, purse.as_ref(), held.order(), [from, as_of]);
            let expired = |as_of| till(as_of).balance().expired.0;
            let told = held.expiring(from, to);
            let sum: i64 = told.iter().map(|one| one.points.0).sum();
            prop_assert_eq!(sum, expired(to) - expired(from));
            for one in told {
                let before = one.at - TimeDelta::nanoseconds(1);
                prop_assert_eq!(one.points.0, expired(one.at) - expired(before));
                prop_assert_eq!(&one.purse, &purse);
            }
        }
    }

    #[test]
    fn a_purse_is_the_same_whatever_is_in_the_others(
        postings in postings(),
        order in orders(),
    ) {
        let both = ledger(&postings, order);
        for purse in purses() {
            let own: Vec<Posting> =
                postings.iter().filter(|one| one.cause().purse == purse).cloned().collect();
            let alone = ledger(&own, order);
            let (one, other) = (both.purse(purse.as_ref()), alone.purse(purse.as_ref()));
            prop_assert!(one.net().eq(other.net()));
            for as_of in instants() {
                prop_assert_eq!(one.balance(as_of), other.balance(as_of));
                prop_assert_eq!(one.lots(as_of), other.lots(as_of));
                prop_assert_eq!(one.kept(as_of), other.kept(as_of));
                prop_assert_eq!(one.next_change(as_of), other.next_change(as_of));
                let most = Points(i64::MAX);
                prop_assert_eq!(one.parcels(most, as_of), other.parcels(most, as_of));
                prop_assert_eq!(one.transferable(as_of), other.transferable(as_of));
            }
        }
    }

    #[test]
    fn a_ledger_survives_its_json_and_a_broken_one_is_refused(
        postings in postings(),
        order in orders(),
        at: prop::sample::Index,
        with in prop::sample::select(b"0-9\"{}[],ex".to_vec()),
    ) {
        let ledger = ledger(&postings, order);
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
