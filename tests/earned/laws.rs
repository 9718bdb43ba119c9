//! What holds whatever happens.

use std::collections::BTreeMap;

use loyalty::event::Event;
use loyalty::id::LineId;
use loyalty::points::{Movement, Points, Source};
use loyalty::program::{Member, Program};
use proptest::prelude::*;

use super::{enroll, event, feed, held, net, program};

const POLICIES: [&str; 3] = ["pending_only", "within_balance", "into_deficit"];

/// Points for amounts, orders and reviews, some of which are pending for a while, and a cup that
/// costs 20 of them.
fn terms(policy: &str, cost: &str) -> Program {
    program(&format!(
        r#""claw_back": "{policy}", "points_expiry": {{"after": "20d"}},
           "earning": [
             {{"id": "base", "award": {{"per_amount": {{"points": 1, "per": "1.00 EUR"}}}},
               "activation": {{"on_confirmation": {{"at_latest": "9d"}}}}}},
             {{"id": "order", "award": {{"per_event": {{"event": "purchase", "points": 7}}}},
               "caps": [{{"points": 18, "per": "week"}}]}},
             {{"id": "third", "award": {{"nth_order": {{"every": 3, "points": 11}}}},
               "expiry": "never"}},
             {{"id": "review", "award": {{"per_event": {{"event": "review", "points": 4}}}},
               "caps": [{{"times": 2, "per": "week"}}]}}],
           "offers": [{{"id": "cup", "benefit": {{"gift": {{"product": "cup"}}}}{cost},
             "code": "CUP"}}]"#
    ))
}

/// Events that refer to each other: orders o0 to o3 of two lines, returns, voids, confirmations.
pub fn happenings() -> impl Strategy<Value = Vec<Event>> {
    let one = (1..25_i64, 0..7_u8, 0..4_usize, 0..12_usize, any::<bool>());
    prop::collection::vec(one, 1..12).prop_map(|all| {
        let happens = all.iter().enumerate().map(|(at, (day, what, order, of, cup))| {
            // Ids do not rise with time.
            let id = format!("e{}", (at * 7 + 3) % 12);
            let with = if *cup { "with CUP" } else { "" };
            let what = match what {
                0 | 1 => format!("buys o{order} 1:2x{}.00 2:1x5.50 {with}", order * 9 + 3),
                2 => format!("returns o{order} 1:1"),
                3 => format!("returns o{order} 1:1 2:1"),
                4 if format!("e{of}") != id => format!("voids e{of}"),
                5 => format!("confirms o{order}"),
                _ => "reviews tea".to_owned(),
            };
            event(&format!("{day} {id} {what}"))
        });
        happens.collect()
    })
}

pub fn member(program: &Program, events: &[Event]) -> Member {
    let mut member = enroll(program);
    events.iter().for_each(|event| drop(feed(program, &mut member, event)));
    member
}

fn shuffled() -> impl Strategy<Value = (Vec<Event>, Vec<Event>)> {
    happenings().prop_flat_map(|events| (Just(events.clone()), Just(events).prop_shuffle()))
}

const COST: &str = r#", "cost": 20"#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn the_order_of_arrival_does_not_matter_under_any_policy((events, other) in shuffled()) {
        for policy in POLICIES {
            let program = terms(policy, COST);
            let (one, two) = (member(&program, &events), member(&program, &other));
            prop_assert_eq!(net(&one), net(&two), "{}", policy);
            let end = super::day("2026-05-01");
            prop_assert_eq!(held(&one, end), held(&two, end));
        }
    }

    #[test]
    fn taking_back_alone_never_leads_below_zero_unless_terms_say_so(mut events in happenings()) {
        events.sort_by(|one, other| one.position().cmp(&other.position()));
        for policy in ["pending_only", "within_balance"] {
            // Without spending, which may be done again, nothing is ever owed.
            let member = member(&terms(policy, ""), &events);
            for event in &events {
                let balance = member.ledger().balance(event.at);
                prop_assert_eq!(balance.deficit, Points::ZERO, "{} {}", policy, event.at);
            }
        }
    }

    #[test]
    fn nobody_is_taken_more_than_was_earned_nor_given_back_more_than_was_taken(
        events in happenings(),
    ) {
        for policy in POLICIES {
            let member = member(&terms(policy, COST), &events);
            let mut left: BTreeMap<(Source, Option<LineId>, String), i64> = BTreeMap::new();
            let mut taken: BTreeMap<(Source, Option<LineId>, String), (String, i64)> =
                BTreeMap::new();
            for (cause, points) in member.ledger().net() {
                let share = |event: &str| {
                    (cause.source.clone(), cause.line.clone(), event.to_owned())
                };
                match &cause.movement {
                    Movement::Earn(_) => {
                        *left.entry(share(cause.event.as_str())).or_default() += points.0;
                    }
                    Movement::ClawBack { of } => {
                        *left.entry(share(of.as_str())).or_default() += points.0;
                        let by = taken
                            .entry(share(cause.event.as_str()))
                            .or_insert((of.as_str().to_owned(), 0));
                        by.1 -= points.0;
                    }
                    Movement::Restore { of } => {
                        if let Some((origin, by)) = taken.get_mut(&share(of.as_str())) {
                            *by -= points.0;
                            let origin = origin.clone();
                            *left.entry(share(&origin)).or_default() += points.0;
                        }
                    }
                    _ => {}
                }
            }
            prop_assert!(left.values().all(|points| *points >= 0), "{} {:?}", policy, left);
            prop_assert!(taken.values().all(|(_, points)| *points >= 0), "{} {:?}", policy, taken);
        }
    }

    #[test]
    fn a_return_that_is_void_leaves_what_there_was(mut events in happenings()) {
        // At one instant, between which nothing becomes active to pay what is owed; and of an order
        // that does not come back whole, so that no price of a reward is given back.
        events.push(event("9 bought buys another 1:1x40.00 2:1x8.00"));
        events.sort_by(|one, other| one.position().cmp(&other.position()));
        let (back, void) = (event("26 x returns another 1:1"), event("26 y voids x"));
        for policy in POLICIES {
            let program = terms(policy, COST);
            let mut member = member(&program, &events);
            let before = member.ledger().balance(super::day("27"));
            drop(feed(&program, &mut member, &back));
            drop(feed(&program, &mut member, &void));
            let after = member.ledger().balance(super::day("27"));
            prop_assert_eq!(before, after, "{}", policy);
        }
    }
}
