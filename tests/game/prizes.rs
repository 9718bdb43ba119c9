//! The points of games are what the facts say, however they came to be known.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use loyalty::points::{Goal, Movement, Points, Source};
use loyalty::program::Member;
use loyalty::strategy::shuffled;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::life::{deeds, events, hour, member, program, zone};
use super::models::streaks;

const GOALS: [(u32, i64); 3] = [(1, 1), (2, 10), (4, 100)];
const STEPS: [(i64, i64); 3] = [(3, 20), (6, 30), (12, 40)];

fn games(misses: u32) -> Value {
    let goals =
        GOALS.map(|(length, points)| json!({"length": length, "prize": {"points": points}}));
    let steps =
        STEPS.map(|(units, points)| json!({"at_least": units, "prize": {"points": points}}));
    json!({
        "streaks": [{"id": "daily", "measure": {"events": "review"}, "every": "day",
                     "misses": misses, "goals": goals}],
        "challenges": [{"id": "units", "measure": {"units": {}}, "steps": steps, "during":
            {"between": {"from": "2011-12-24T00:00:00Z", "until": "2012-01-04T00:00:00Z"}}}],
    })
}

/// What has been given for each goal and not taken back.
fn given(member: &Member) -> BTreeMap<Goal, i64> {
    let mut given: BTreeMap<Goal, i64> = BTreeMap::new();
    for (cause, points) in member.ledger().net() {
        let Source::Game(goal) = &cause.source else { panic!("{cause:?}") };
        assert!(matches!(cause.movement, Movement::Earn(_) | Movement::ClawBack { .. }));
        *given.entry(goal.clone()).or_default() += points.0;
    }
    given.retain(|_, points| *points != 0);
    given
}

fn goal(game: &str, step: u32) -> Goal {
    Goal { game: game.parse().unwrap(), step, period: None }
}

fn end() -> DateTime<Utc> {
    hour(24 * 30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn what_is_given_is_what_the_facts_say_in_any_order(
        (deeds, arriving) in deeds(14).prop_flat_map(|deeds| {
            let arriving = shuffled(events(&deeds));
            (Just(deeds), arriving)
        }),
        home in 0..7_usize,
        misses in 0..=1_u32,
    ) {
        let program = program(home, &games(misses));
        let events = events(&deeds);
        let tidy = member(&program, &events);
        let mut wanted: BTreeMap<Goal, i64> = BTreeMap::new();
        let streaks = streaks(&events, end(), zone(home), (1, misses)).lengths;
        for (length, points) in GOALS {
            let times = streaks.iter().filter(|streak| length <= **streak).count();
            wanted.insert(goal("daily", length), points * times as i64);
        }
        let steps = &program.view(&tidy, end()).games.challenges[0].steps;
        for (number, (step, (_, points))) in (1..).zip(steps.iter().zip(STEPS)) {
            wanted.insert(goal("units", number), step.reached_at.map_or(0, |_| points));
        }
        wanted.retain(|_, points| *points != 0);
        prop_assert_eq!(given(&tidy), wanted);

        let late = member(&program, &arriving);
        let net = |member: &Member| -> Vec<_> {
            member.ledger().net().map(|(cause, points)| (cause.clone(), points)).collect()
        };
        prop_assert_eq!(net(&late), net(&tidy));
        let all = tidy.ledger().balance(end());
        prop_assert!(all.deficit == Points::ZERO);
    }
}
