//! What holds for the figures of any ledgers.

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::{Period, Zone};
use loyalty::id::PurseId;
use loyalty::insight::liability::{Cohorts, Flows, RollForward, Triangle};
use loyalty::points::{
    Balance, Cause, Contents, Ledger, Lot, Movement, Points, Posting, Source, Term,
};
use proptest::prelude::*;

use super::ledgers::post;

/// The days in which everything happens.
const DAYS: i64 = 60;

fn day(day: i64) -> DateTime<Utc> {
    let start: DateTime<Utc> = "2026-01-20T00:00:00Z".parse().unwrap();
    start + TimeDelta::days(day)
}

fn movements(number: i64) -> impl Strategy<Value = Movement> {
    let at = at(number);
    let earn = (0..20_i64, proptest::option::of(1..40_i64)).prop_map(move |(after, lasts)| {
        let expires_at = lasts.map(|lasts| at + TimeDelta::days(after + lasts));
        Movement::Earn(Term { expires_at, ..Term::from(at + TimeDelta::days(after)) })
    });
    let earlier =
        move || (1..8_i64).prop_map(move |back| format!("e{}", number - back).parse().unwrap());
    let claw_back = earlier().prop_map(|of| Movement::ClawBack { of });
    let restore = earlier().prop_map(|of| Movement::Restore { of });
    let capture = earlier().prop_map(|of| Movement::Capture { of });
    let release = earlier().prop_map(|of| Movement::Release { of });
    let hold =
        (1..20_i64).prop_map(move |days| Movement::Hold { until: at + TimeDelta::days(days) });
    let reinstate = (0..20_i64, proptest::option::of(1..20_i64)).prop_map(move |(back, lasts)| {
        let expires_at = lasts.map(|lasts| at + TimeDelta::days(lasts));
        Movement::Reinstate { expired_since: at - TimeDelta::days(back), expires_at }
    });
    prop_oneof![
        6 => earn,
        3 => Just(Movement::Spend),
        2 => claw_back,
        2 => restore,
        2 => hold,
        1 => capture,
        1 => release,
        1 => Just(Movement::Send),
        1 => Just(Movement::Forfeit),
        1 => reinstate,
    ]
}

/// When the event of this number happens.
fn at(number: i64) -> DateTime<Utc> {
    day(number * 7 % DAYS) + TimeDelta::hours(number % 5)
}

fn postings() -> impl Strategy<Value = Vec<Posting>> {
    let one = (0..DAYS).prop_flat_map(|number| {
        (Just(number), movements(number), 1..12_i64, prop::sample::select(purses().to_vec()))
    });
    let posting = one.prop_map(|(number, movement, points, purse)| {
        let source = Source::Earning("base".parse().unwrap());
        let event = format!("e{number}").parse().unwrap();
        let cause = Cause { at: at(number), event, movement, source, line: None, purse };
        Posting::new(cause, Points(points)).unwrap()
    });
    proptest::collection::vec(posting, 0..24).prop_map(|mut postings| {
        postings.sort();
        postings.dedup_by(|a, b| a.cause() == b.cause());
        postings
    })
}

fn ledger(postings: &[Posting]) -> Ledger {
    let mut ledger = Ledger::default();
    post(&mut ledger, postings);
    ledger
}

fn ledgers() -> impl Strategy<Value = Vec<Ledger>> {
    proptest::collection::vec(postings().prop_map(|postings| ledger(&postings)), 0..5)
}

/// A ledger as it was known after each time that something was learned: late, and corrected.
fn learned() -> impl Strategy<Value = Vec<Ledger>> {
    proptest::collection::vec(postings(), 1..5).prop_map(|times| {
        let mut ledger = Ledger::default();
        let learn = |postings: &Vec<Posting>| {
            post(&mut ledger, postings);
            ledger.clone()
        };
        times.iter().map(learn).collect()
    })
}

fn cohorts() -> impl Strategy<Value = Cohorts> {
    let periods = [Period::Day, Period::Week, Period::Month, Period::Quarter, Period::Year];
    let zones = ["UTC", "Asia/Seoul", "America/New_York"];
    let zones = prop::sample::select(zones.to_vec());
    (prop::sample::select(periods.to_vec()), zones)
        .prop_map(|(period, zone)| Cohorts { period, zone: Zone::from_name(zone).unwrap() })
}

/// The purse of the main points, and another one.
fn purses() -> [Option<PurseId>; 2] {
    [None, Some("stars".parse().unwrap())]
}

fn rolled(cohorts: Cohorts, ledgers: &[Ledger], from: i64, to: i64) -> RollForward {
    rolled_in(None, cohorts, ledgers, [from, to])
}

fn rolled_in(
    purse: Option<&PurseId>,
    cohorts: Cohorts,
    ledgers: &[Ledger],
    [from, to]: [i64; 2],
) -> RollForward {
    let whole = RollForward::new(cohorts, day(from), day(to)).unwrap();
    let mut whole = whole.of_purse(purse.cloned());
    for ledger in ledgers {
        whole.add(ledger.purse(purse)).unwrap();
    }
    whole
}

fn triangle(cohorts: Cohorts, ledgers: &[Ledger], as_of: DateTime<Utc>) -> Triangle {
    let mut whole = Triangle::new(cohorts, as_of);
    for ledger in ledgers {
        whole.add(ledger).unwrap();
    }
    whole
}

fn sum(contents: &[Contents<'_>], as_of: DateTime<Utc>, column: fn(Balance) -> Points) -> i64 {
    contents.iter().map(|contents| column(contents.balance(as_of)).0).sum()
}

fn ties(whole: &RollForward) -> bool {
    whole.rows().values().all(Flows::ties)
        && whole.total().unwrap().ties()
        && whole.deficit().ties()
}

/// The columns in which flows, and not stocks, are counted.
fn flows(row: Flows) -> [i64; 2] {
    [row.issued.0, row.expired.0]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn every_cohort_ties_and_all_of_them_are_what_the_balances_say(
        cohorts in cohorts(),
        ledgers in ledgers(),
        from in 0..DAYS,
        lasts in 0..DAYS,
        purse in prop::sample::select(purses().to_vec()),
    ) {
        let (to, start, end) = (from + lasts, day(from), day(from + lasts));
        let whole = rolled_in(purse.as_ref(), cohorts, &ledgers, [from, to]);
        let contents = ledgers.iter().map(|ledger| ledger.purse(purse.as_ref()));
        let ledgers: Vec<Contents<'_>> = contents.collect();
        prop_assert!(ties(&whole), "{}", whole);
        let total = whole.total().unwrap();
        let grown = |column| sum(&ledgers, end, column) - sum(&ledgers, start, column);
        prop_assert_eq!(total.opening.pending.0, sum(&ledgers, start, |held| held.pending));
        prop_assert_eq!(total.opening.active.0, sum(&ledgers, start, |held| held.active));
        prop_assert_eq!(total.closing.pending.0, sum(&ledgers, end, |held| held.pending));
        prop_assert_eq!(total.closing.active.0, sum(&ledgers, end, |held| held.active));
        prop_assert_eq!(total.opening.reserved.0, sum(&ledgers, start, |held| held.reserved));
        prop_assert_eq!(total.closing.reserved.0, sum(&ledgers, end, |held| held.reserved));
        // What is reinstated is issued once more, in another lot.
        let reinstated = total.issued.0 - grown(|held| held.earned);
        prop_assert!(reinstated >= 0);
        prop_assert_eq!(total.expired.0, grown(|held| held.expired));
        let deficit = whole.deficit();
        prop_assert_eq!(deficit.opening.0, sum(&ledgers, start, |held| held.deficit));
        prop_assert_eq!(deficit.closing.0, sum(&ledgers, end, |held| held.deficit));
        let taken = total.redeemed.0 + total.reversed.0 + total.transferred.0 + total.forfeited.0
            - total.redeemed_given_back.0 - total.reversed_given_back.0 - reinstated;
        let moved = grown(|held| held.spent) + grown(|held| held.clawed_back)
            + grown(|held| held.sent) + grown(|held| held.forfeited);
        prop_assert_eq!(taken + deficit.run_up.0, moved);
        if deficit.opening.is_zero() && deficit.closing.is_zero() {
            let redeemed = total.redeemed.0 - total.redeemed_given_back.0;
            prop_assert_eq!(redeemed, grown(|held| held.spent));
        }
    }

    #[test]
    fn a_cohort_has_what_its_lots_have(
        cohorts in cohorts(),
        ledgers in ledgers(),
        from in 0..DAYS,
        lasts in 0..DAYS,
    ) {
        let whole = rolled(cohorts, &ledgers, from, from + lasts);
        for (cohort, row) in whole.rows() {
            let of_cohort = |lot: &Lot| cohorts.of(lot.cause.at) == *cohort;
            let lots = ledgers.iter().flat_map(|ledger| ledger.lots(day(from + lasts)));
            let open = |lot: &Lot| {
                let expires_at = match lot.cause.movement {
                    Movement::Earn(term) => term.expires_at,
                    Movement::Reinstate { expires_at, .. } => expires_at,
                    _ => panic!("a lot is earned or reinstated"),
                };
                expires_at.is_none_or(|expires_at| expires_at > day(from + lasts))
            };
            let has = |lot: Lot| lot.reserved.0 + if open(&lot) { lot.left.0 } else { 0 };
            let left: i64 = lots.filter(of_cohort).map(has).sum();
            prop_assert_eq!(row.closing.total().unwrap().0, left);
        }
    }

    #[test]
    fn two_periods_in_a_row_are_one(
        cohorts in cohorts(),
        ledgers in ledgers(),
        from in 0..DAYS,
        first in 0..DAYS,
        second in 0..DAYS,
    ) {
        let (middle, to) = (from + first, from + first + second);
        let one = rolled(cohorts, &ledgers, from, middle);
        let two = rolled(cohorts, &ledgers, middle, to);
        let whole = rolled(cohorts, &ledgers, from, to);
        let row = |of: &RollForward, cohort| of.rows().get(cohort).copied().unwrap_or_default();
        for cohort in whole.rows().keys().chain(one.rows().keys()).chain(two.rows().keys()) {
            let (one, two, whole) = (row(&one, cohort), row(&two, cohort), row(&whole, cohort));
            prop_assert_eq!(one.closing, two.opening);
            let [both, whole] = [[flows(one), flows(two)].concat(), flows(whole).to_vec()];
            prop_assert_eq!([both[0] + both[2], both[1] + both[3]], [whole[0], whole[1]]);
        }
        prop_assert_eq!(two.continuing(&one).unwrap(), two, "nothing was learned in between");
    }

    #[test]
    fn what_is_learned_late_or_corrected_ties_at_every_instant_at_which_it_is_told(
        cohorts in cohorts(),
        learned in learned(),
        days in 1..30_i64,
    ) {
        let mut told: Option<RollForward> = None;
        for (ledger, from) in learned.iter().zip((0..).map(|number| number * days)) {
            let fresh = rolled(cohorts, std::slice::from_ref(ledger), from, from + days);
            prop_assert!(ties(&fresh));
            let next = match &told {
                None => fresh.clone(),
                Some(before) => fresh.continuing(before).unwrap(),
            };
            prop_assert!(ties(&next), "{}", next);
            if let Some(before) = &told {
                let (before, opening) = (before.total().unwrap(), next.total().unwrap().opening);
                prop_assert_eq!(before.closing, opening);
                prop_assert_eq!(told.as_ref().unwrap().deficit().closing, next.deficit().opening);
            }
            prop_assert_eq!(next.total().unwrap().closing, fresh.total().unwrap().closing);
            told = Some(next);
        }
    }

    #[test]
    fn parts_merge_in_any_order_into_the_same_whole(
        cohorts in cohorts(),
        (ledgers, order) in ledgers().prop_flat_map(|ledgers| {
            let order = Just((0..ledgers.len()).collect::<Vec<_>>()).prop_shuffle();
            (Just(ledgers), order)
        }),
        cut: prop::sample::Index,
        from in 0..DAYS,
        lasts in 0..DAYS,
    ) {
        let to = from + lasts;
        let shuffled: Vec<Ledger> = order.iter().map(|at| ledgers[*at].clone()).collect();
        let (left, right) = shuffled.split_at(cut.index(ledgers.len() + 1));
        let whole = rolled(cohorts, &ledgers, from, to);
        let mut merged = rolled(cohorts, &[], from, to);
        merged.merge(&rolled(cohorts, right, from, to)).unwrap();
        merged.merge(&rolled(cohorts, left, from, to)).unwrap();
        merged.merge(&rolled(cohorts, &[], from, to)).unwrap();
        prop_assert_eq!(&merged, &whole);
        let json = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<RollForward>(&json).unwrap(), whole);

        let whole = triangle(cohorts, &ledgers, day(to));
        let mut merged = triangle(cohorts, left, day(to));
        merged.merge(&triangle(cohorts, right, day(to))).unwrap();
        prop_assert_eq!(&merged, &whole);
        let json = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(serde_json::from_str::<Triangle>(&json).unwrap(), whole);
    }

    #[test]
    fn a_triangle_loses_no_points_and_its_standing_is_the_balance(
        cohorts in cohorts(),
        ledgers in ledgers(),
        as_of in 0..2 * DAYS,
    ) {
        let as_of = day(as_of);
        let contents: Vec<Contents<'_>> = ledgers.iter().map(Contents::from).collect();
        let whole = triangle(cohorts, &ledgers, as_of);
        let mut held = [0, 0, 0];
        for row in whole.rows().values() {
            let used = row.reversed.0 + row.redeemed.0 + row.expired.0;
            let left = row.outstanding.total().unwrap().0;
            prop_assert_eq!(row.issued.0, used + left);
            held[0] += row.outstanding.active.0;
            held[1] += row.outstanding.pending.0;
            held[2] += row.expired.0;
        }
        let expected = [
            sum(&contents, as_of, |held| held.active),
            sum(&contents, as_of, |held| held.pending),
            sum(&contents, as_of, |held| held.expired),
        ];
        prop_assert_eq!(held, expected);
    }

    #[test]
    fn what_is_redeemed_by_an_age_is_what_was_redeemed_when_that_age_was_reached(
        cohorts in cohorts(),
        postings in postings(),
        as_of in 0..2 * DAYS,
    ) {
        // What is given back was redeemed when it was asked then, and is not when it is asked now.
        let gives = |one: &Posting| matches!(one.cause().movement, Movement::Restore { .. });
        let postings: Vec<Posting> = postings.into_iter().filter(|one| !gives(one)).collect();
        let ledgers = [ledger(&postings)];
        for (cohort, row) in triangle(cohorts, &ledgers, day(as_of)).rows() {
            let mut end = *cohort;
            for redeemed in row.cumulative() {
                end = cohorts.period.next_start(end);
                let last = cohorts.zone.start_of_day(end) - TimeDelta::nanoseconds(1);
                let then = triangle(cohorts, &ledgers, last);
                prop_assert_eq!(then.rows()[cohort].redeemed.0 as f64, redeemed);
            }
        }
    }
}
