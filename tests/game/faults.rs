//! Games that make no sense are refused, all at once and each with its place.

use loyalty::program::Spec;
use serde_json::{Value, json};

fn check(games: Value, expected: &[&str]) {
    let document = json!({"loyalty": 1, "name": "faulty", "currency": "EUR",
        "attributes": {"seen": {"kind": "bool"}, "shoe": {"kind": "integer"}},
        "offers": [{"id": "cup", "benefit": {"points": 1}}],
        "games": games});
    let built = Spec::from_json(&document.to_string()).and_then(Spec::build);
    let told: Vec<String> = match &built {
        Ok(_) => Vec::new(),
        Err(error) => error.problems().iter().map(ToString::to_string).collect(),
    };
    assert_eq!(told, expected);
}

#[test]
fn cards_have_a_size_and_a_reward_that_exists() {
    check(
        json!({"cards": [
            {"id": "a", "size": 9, "reward": "cup", "start": 8},
            {"id": "a", "size": 0, "reward": "cup"},
            {"id": "b", "size": 1001, "reward": "mug"},
            {"id": "c", "size": 9, "reward": "cup", "start": 9}]}),
        &[
            "`games.cards[1].id`: the game `a` is there twice: also at cards[0]",
            "`games.cards[1].size`: a card of 0 punches: it must be 1 to 1000",
            "`games.cards[2].size`: a card of 1001 punches: it must be 1 to 1000",
            "`games.cards[2].reward`: there is no offer `mug`",
            "`games.cards[3].start`: 9 punches to start with fill a card of 9: it must be fewer",
        ],
    );
}

#[test]
fn streaks_count_something_and_their_goals_rise() {
    check(
        json!({"streaks": [
            {"id": "a", "measure": {"events": "void"}, "every": "day", "misses": 1001},
            {"id": "b", "measure": {"spend": {}}, "every": "week"},
            {"id": "c", "measure": "visits", "at_least": 0, "every": "week", "goals": [
                {"length": 0}, {"length": 4, "prize": {"points": 0}}, {"length": 4}]}]}),
        &[
            "`games.streaks[0].measure.events`: `void` takes back what counts, and counts nothing \
             itself",
            "`games.streaks[0].misses`: 1001 misses are too many: at most 1000",
            "`games.streaks[1].at_least`: money is counted: write an amount such as `50.00 EUR`, \
             not `1`",
            "`games.streaks[2].at_least`: 0 is reached with nothing: it must be more",
            "`games.streaks[2].goals[0].length`: a length of 0: it must be 1 to 10000",
            "`games.streaks[2].goals[1].prize.points`: 0 points: a prize is 1 to 1000000000",
            "`games.streaks[2].goals[2].length`: the goal is 4, the one before it 4: it must be \
             more",
        ],
    );
}

#[test]
fn challenges_have_a_time_and_steps_that_rise() {
    let between = json!({"between":
        {"from": "2026-03-01T00:00:00Z", "until": "2026-03-01T00:00:00Z"}});
    check(
        json!({"challenges": [
            {"id": "a", "measure": {"spend": {}}, "during": between, "steps": []},
            {"id": "b", "measure": {"spend": {}}, "during": {"every": "month"}, "steps": [
                {"at_least": "5.00 USD"}, {"at_least": "3.00 EUR"}, {"at_least": "3.00 EUR"}],
             "opt_in": "shoe"},
            {"id": "c", "measure": "stores", "during": {"for": "30d"}, "opt_in": "sen",
             "steps": [{"at_least": "3.00 EUR"}],
             "when": {"all": [{"field": "basket_units", "at_least": 1},
                              {"field": "challenge(b)", "at_least": 1},
                              {"field": "tier_rank", "at_least": 1}]}}]}),
        &[
            "`games.challenges[0].during.between.until`: it ends at 2026-03-01 00:00:00 UTC, and \
             begins at 2026-03-01 00:00:00 UTC",
            "`games.challenges[0].steps`: there are no steps: at least one is needed",
            "`games.challenges[1].steps[0].at_least`: 5.00 USD is not in EUR, the currency of the \
             program",
            "`games.challenges[1].steps[2].at_least`: the goal is 3.00 EUR, the one before it \
             3.00 EUR: it must be more",
            "`games.challenges[1].opt_in`: the attribute `shoe` is a whole number: it must be yes \
             or no",
            "`games.challenges[2].steps[0].at_least`: a number is counted: write a whole number \
             such as `12`, not `3.00 EUR`",
            "`games.challenges[2].opt_in`: there is no attribute `sen`: declare it among the \
             attributes",
            "`games.challenges[2].when`: `basket_units` is not known yet when this is asked",
            "`games.challenges[2].when`: `challenge(b)` is not known yet when this is asked",
        ],
    );
}

#[test]
fn badges_and_boards_refer_to_what_is_there() {
    check(
        json!({
            "streaks": [{"id": "days", "measure": "visits", "every": "day"}],
            "challenges": [{"id": "one", "measure": "visits", "during": {"every": "day"},
                            "steps": [{"at_least": 1}]}],
            "badges": [
                {"id": "a", "for": {"streak": {"streak": "day", "length": 1}}},
                {"id": "a", "for": {"streak": {"streak": "days", "length": 0}}},
                {"id": "c", "for": {"challenge": {"challenge": "one", "step": 2}}},
                {"id": "d", "for": {"cards": {"card": "days", "cards": 1}}},
                {"id": "e", "for": {"tier": "gold"}},
                {"id": "f", "for": {"rule": {"field": "tier", "is": "gold"}}},
                {"id": "g", "for": {"rule": {"field": "order(30d)", "is": 1}}}],
            "boards": [
                {"id": "a", "measure": {"events": "return"}, "window": "90d", "opt_in": "seen",
                 "from": "2026-03-01T00:00:00Z", "until": "2026-02-01T00:00:00Z",
                 "by": {"attribute": "household_size"}},
                {"id": "a", "measure": "visits", "window": "90d", "opt_in": "region",
                 "by": "segments"}]}),
        &[
            "`games.badges[1].id`: the badge `a` is there twice: also at badges[0]",
            "`games.boards[1].id`: the leaderboard `a` is there twice: also at boards[0]",
            "`games.badges[0].for.streak.streak`: there is no streak `day`",
            "`games.badges[1].for.streak.length`: a length of 0: it must be 1 to 10000",
            "`games.badges[2].for.challenge.step`: there is no step 2: the challenge has 1",
            "`games.badges[3].for.cards.card`: there is no punch card `days`",
            "`games.badges[4].for.tier`: there is no tier `gold`",
            "`games.badges[5].for.rule`: `tier` is not known yet when this is asked",
            "`games.badges[6].for.rule.field`: `order(30d)` is no known field: did you mean \
             `orders(30d)`?",
            "`games.boards[0].measure.events`: `return` takes back what counts, and counts nothing \
             itself",
            "`games.boards[0].until`: it ends at 2026-02-01 00:00:00 UTC, and begins at \
             2026-03-01 00:00:00 UTC",
            "`games.boards[0].by.attribute`: the attribute `household_size` is a whole number: it \
             must be a text",
            "`games.boards[1].opt_in`: the attribute `region` is a text: it must be yes or no",
        ],
    );
}

#[test]
fn there_are_not_more_games_than_anybody_plays() {
    let streak = |number: usize| {
        json!({"id": format!("s{number}"), "measure": "visits",
        "every": "day"})
    };
    let streaks: Vec<Value> = (0..101).map(streak).collect();
    check(json!({"streaks": streaks}), &["`games.streaks`: 101 are too many: at most 100"]);
}

#[test]
fn a_rule_that_names_an_unknown_game_is_told_the_nearest() {
    let document = json!({"loyalty": 1, "name": "faulty", "currency": "EUR",
        "games": {"streaks": [{"id": "weekly", "measure": "visits", "every": "week"}]},
        "attributes": {"badges": {"kind": "set"}},
        "segments": [{"id": "s", "name": "S", "when": {"field": "streak(weekly)", "is": 1}}],
        "offers": [{"id": "a", "benefit": {"points": 1},
                    "when": {"field": "streak(weekl)", "at_least": 4}}]});
    let error = Spec::from_json(&document.to_string()).and_then(Spec::build).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`attributes.badges`: the name `badges` is taken\n\
         `segments[0].when`: `streak(weekly)` is not known yet when segments are told\n\
         `offers[0].when.field`: `streak(weekl)` is no known field: did you mean `streak(weekly)`?"
    );
}
