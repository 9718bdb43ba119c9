//! Bonuses for orders, birthdays and completed profiles; caps; channels and stores; the shares of
//! lines.

use super::{check, shares};

fn rule(award: &str, more: &str) -> String {
    format!(r#""earning": [{{"id": "bonus", "award": {award}{more}}}]"#)
}

#[test]
fn a_bonus_is_split_over_its_lines_as_amounts_are() {
    let bonus = |points: i64, more: &str| {
        rule(&format!(r#"{{"per_event": {{"event": "purchase", "points": {points}{more}}}}}"#), "")
    };
    // Hamilton's method: 10 points over 3.33, 3.33 and 3.34 leave remainders .33, .33 and .34.
    let thirds = "1 a buys o 1:1x3.33 2:1x3.33 3:1x3.34";
    shares(&bonus(10, ""), thirds, &["bonus 1 3", "bonus 2 3", "bonus 3 4"]);
    // 7 points over 1, 1 and 1: the one that is left goes to the smallest id.
    let equal = "1 a buys o 3:1x1.00 1:1x1.00 2:1x1.00";
    shares(&bonus(7, ""), equal, &["bonus 1 3", "bonus 2 2", "bonus 3 2"]);
    // Nothing is paid: 5 points over 1 and 4 units.
    let free = "1 a buys o 1:1x0.00 2:4x0.00";
    shares(&bonus(5, ""), free, &["bonus 1 1", "bonus 2 4"]);
    // Only the lines that led to it.
    let mixed = "1 a buys o 1:1x6.00@tea 2:1x90.00@mug 3:1x4.00@tea";
    let tea = bonus(10, r#", "categories": ["tea"]"#);
    shares(&tea, mixed, &["bonus 1 6", "bonus 3 4"]);
    shares(&tea, "1 a buys o 1:1x6.00@mug", &[]);
}

#[test]
fn points_of_an_offer_are_split_over_what_its_minimum_or_its_target_counts() {
    let offer = |benefit: &str| format!(r#""offers": [{{"id": "gift", "benefit": {benefit}}}]"#);
    let lines = "1 a buys o 1:1x6.00@tea 2:1x90.00@mug 3:1x4.00@tea";
    let all = offer(r#"{"points": 100}"#);
    shares(&all, lines, &["gift 1 6", "gift 2 90", "gift 3 4"]);
    let tea = offer(
        r#"{"points": 100}, "minimum": {"amount": "10.00 EUR", "of": {"categories": ["tea"]}}"#,
    );
    shares(&tea, lines, &["gift 1 60", "gift 3 40"]);
    let per = offer(
        r#"{"points_per": {"points": 5, "per": "1.00 EUR", "target": {"products": ["mug"]}}}"#,
    );
    shares(&per, lines, &["gift 2 450"]);
}

#[test]
fn a_partial_return_takes_its_share_of_every_bonus_at_once() {
    let terms = r#"
        "earning": [
          {"id": "base", "award": {"per_amount": {"points": 1, "per": "1.00 EUR"}}},
          {"id": "large", "award": {"per_event": {"event": "purchase", "points": 50}},
           "when": "basket_total >= 100"}],
        "offers": [{"id": "gift", "benefit": {"points": 200}, "when": "basket_total >= 100"}]"#;
    // 100, 50 and 200 points for 100.00, of which 90.00 come back: 90, 45 and 180. Of the 10, 5 and
    // 20 of the other line half are 5, 2 and 10: a half point is only taken with the last unit.
    check(
        terms,
        "
        1 a buys o 1:1x90.00 2:2x5.00  | +350 | active 350
        2 r returns o 1:1              | -315 | active 35
        3 s returns o 2:1              | -17  | active 18
        4 v voids r                    | +315 | active 333
        ",
    );
}

#[test]
fn the_first_order_earns_once_and_again_if_it_was_void_or_came_back_whole() {
    let terms = rule(r#"{"nth_order": {"nth": 1, "points": 100}}"#, "");
    check(
        &terms,
        "
        2 a buys o 1:1x5.00  | +100      | active 100
        3 b buys p 1:1x5.00  |           | active 100
        1 c buys q 1:1x5.00  | +100 -100 | active 100
        ",
    );
    check(
        &terms,
        "
        1 a buys o 1:2x5.00  | +100 | active 100
        2 r returns o 1:1    | -50  | active 50
        3 b buys p 1:1x5.00  |      | active 50
        4 s returns o 1:1    | -50  |
        5 t returns p 1:1    |      |
        6 c buys q 1:1x5.00  | +100 | active 100
        7 v voids c          | -100 |
        8 d buys k 1:1x5.00  | +100 | active 100
        ",
    );
}

#[test]
fn the_third_order_and_every_second_order_earn() {
    check(
        &rule(r#"{"nth_order": {"nth": 3, "points": 30}}"#, ""),
        "
        1 a buys o 1:1x5.00  |     |
        2 b buys p 1:1x5.00  |     |
        3 c buys q 1:1x5.00  | +30 | active 30
        4 d buys k 1:1x5.00  |     | active 30
        ",
    );
    check(
        &rule(r#"{"nth_order": {"every": 2, "points": 20}}"#, ""),
        "
        1 a buys o 1:1x5.00            |         |
        2 b buys p 1:1x5.00 2:1x15.00  | +20     | active 20
        3 c buys q 1:1x5.00            |         | active 20
        5 d buys k 1:1x5.00            | +20     | active 40
        4 v voids a                    | -20     | active 20
        6 r returns p 2:1              | -15     | active 5
        ",
    );
}

#[test]
fn a_birthday_is_celebrated_once_a_year_on_the_day() {
    let terms = rule(r#"{"birthday": {"points": 50, "event": "purchase"}}"#, "");
    check(
        &terms,
        "
        1  t tells birthday=1990-03-14        |     |
        13 a buys o 1:1x5.00                  |     |
        14 v visits                           |     |
        14 w buys p 1:1x5.00 2:1x5.00         | +50 | active 50
        14 x buys q 1:1x5.00                  |     | active 50
        15 y buys k 1:1x5.00                  |     | active 50
        16 r returns p 1:1                    | -25 | active 25
        2027-03-14 z buys l 1:1x5.00          | +50 | active 75
        ",
    );
    // 29 February is 28 February in common years, as in the crate's calendar.
    check(
        &terms,
        "
        2023-02-01 t tells birthday=2000-02-29  |     |
        2023-02-28 a buys o 1:1x5.00            | +50 | active 50
        2024-02-28 b buys p 1:1x5.00            |     | active 50
        2024-02-29 c buys q 1:1x5.00            | +50 | active 100
        2025-02-28 d buys k 1:1x5.00            | +50 | active 150
        2025-03-01 e buys l 1:1x5.00            |     | active 150
        ",
    );
}

#[test]
fn the_month_of_the_birthday_counts_for_anything_that_happens_in_it() {
    check(
        &rule(r#"{"birthday": {"points": 50, "within": "month"}}"#, ""),
        "
        2026-02-28 t tells birthday=1990-03-14 |         |
        2          b opens                     | +50     | active 50
        9          c reviews tea               |         | active 50
        1          d visits                    | +50 -50 | active 50
        10         v voids d                   | -50     |
        11         e opens                     | +50     | active 50
        ",
    );
}

#[test]
fn a_profile_is_completed_once() {
    let award = r#"{"profile_completed": {"points": 20, "attributes": ["email", "birthday"]}}"#;
    check(
        &rule(award, ""),
        "
        1 a tells email=x             |         |
        3 b tells birthday=1990-03-14 | +20     | active 20
        4 c tells email=              |         | active 20
        5 d tells email=y             |         | active 20
        2 e tells birthday=1990-03-14 | +20 -20 | active 20
        ",
    );
    check(
        &rule(award, ""),
        "
        1 a tells email=x birthday=1990-03-14 | +20 | active 20
        2 v voids a                           | -20 |
        3 b tells email=x birthday=1990-03-14 | +20 | active 20
        ",
    );
}

#[test]
fn a_cap_in_points_cuts_the_last_event_short_and_its_lines_with_it() {
    let award = r#"{"per_amount": {"points": 1, "per": "1.00 EUR"}}"#;
    let caps = r#", "caps": [{"points": 100, "per": "week"}]"#;
    // 2 March 2026 is a Monday.
    check(
        &rule(award, caps),
        "
        2 a buys o 1:1x80.00            | +80     | active 80
        4 b buys p 1:1x30.00 2:1x10.00  | +20     | active 100
        5 c buys q 1:1x9.00             |         | active 100
        6 r returns p 1:1               | -15     | active 85
        7 d buys k 1:1x40.00            | +15     | active 100
        9 e buys l 1:1x70.00            | +70     | active 170
        3 f buys m 1:1x12.00            | +12 -12 | active 170
        ",
    );
}

#[test]
fn caps_in_times_and_points_hold_together_over_every_period() {
    let award = r#"{"per_event": {"event": "review", "points": 10}}"#;
    let capped = |caps: &str| rule(award, &format!(r#", "caps": [{caps}]"#));
    let table = |told: [&str; 6]| {
        let [a, b, c, d, e, f] = told;
        format!(
            "
            1          a reviews tea | {a}
            1          b reviews tea | {b}
            2          c reviews tea | {c}
            2026-04-01 d reviews tea | {d}
            2026-07-01 e reviews tea | {e}
            2027-01-01 f reviews tea | {f}
            "
        )
    };
    let (none, more) =
        (|held: i64| format!("    | active {held}"), |held: i64| format!("+10 | active {held}"));
    let run = |caps: &str, held: [i64; 6]| {
        let mut before = 0;
        let told = held.map(|held| {
            let line = match held - before {
                0 => none(held),
                10 => more(held),
                part => format!("+{part} | active {held}"),
            };
            before = held;
            line
        });
        check(&capped(caps), &table(told.each_ref().map(String::as_str)));
    };
    run(r#"{"times": 1, "per": "day"}"#, [10, 10, 20, 30, 40, 50]);
    run(r#"{"times": 1, "per": "month"}"#, [10, 10, 10, 20, 30, 40]);
    run(r#"{"points": 15, "per": "month"}"#, [10, 15, 15, 25, 35, 45]);
    run(r#"{"times": 1, "per": "quarter"}"#, [10, 10, 10, 20, 30, 40]);
    run(r#"{"times": 2, "per": "year"}"#, [10, 20, 20, 20, 20, 30]);
    run(r#"{"points": 25, "per": "year"}"#, [10, 20, 25, 25, 25, 35]);
    run(r#"{"times": 4, "per": "lifetime"}"#, [10, 20, 30, 40, 40, 40]);
    run(r#"{"points": 35, "per": "lifetime"}"#, [10, 20, 30, 35, 35, 35]);
    run(
        r#"{"times": 1, "per": "day"}, {"points": 25, "per": "lifetime"}"#,
        [10, 10, 20, 25, 25, 25],
    );
}

#[test]
fn a_late_event_takes_its_turn_under_a_cap() {
    let award = r#"{"per_event": {"event": "review", "points": 10}}"#;
    check(
        &rule(award, r#", "caps": [{"points": 15, "per": "month"}]"#),
        "
        2 a reviews tea | +10     | active 10
        3 b reviews tea | +5      | active 15
        1 c reviews tea | +10 -10 | active 15
        4 v voids c     | -10     | active 5
        5 d reviews tea | +10     | active 15
        ",
    );
}

#[test]
fn channels_stores_categories_and_products_narrow_what_earns() {
    let award = r#"{"per_amount": {"points": 1, "per": "1.00 EUR", "categories": ["tea"]}}"#;
    check(
        &rule(award, r#", "channels": ["app", "web"], "stores": ["gent"]"#),
        "
        1 a buys o 1:1x5.00@tea 2:1x9.00@mug via app in gent  | +5 | active 5
        2 b buys p 1:1x5.00@tea via store in gent             |    | active 5
        3 c buys q 1:1x5.00@tea via app in brugge             |    | active 5
        4 d buys k 1:1x5.00@tea in gent                       |    | active 5
        ",
    );
    let award = r#"{"per_event": {"event": "review", "points": 7, "products": ["tea"]}}"#;
    check(
        &rule(award, ""),
        "
        1 a reviews tea  | +7 | active 7
        2 b reviews mug  |    | active 7
        ",
    );
    let award = r#"{"per_event": {"event": "visit", "points": 3}}"#;
    check(
        &rule(award, r#", "stores": ["gent"]"#),
        "
        1 a visits in gent    | +3 | active 3
        2 b visits in brugge  |    | active 3
        ",
    );
}

#[test]
fn full_steps_and_a_least_amount_are_what_the_award_says() {
    let award = |more: &str| {
        rule(
            &format!(r#"{{"per_amount": {{"points": 10, "per": "10.00 EUR"{more}}}}}"#),
            r#", "tier_multiplier": "ignored""#,
        )
    };
    let two = "1 a buys o 1:1x9.99 2:1x10.00";
    shares(&award(""), two, &["bonus 1 9", "bonus 2 10"]);
    shares(&award(r#", "steps": "full""#), two, &["bonus 1 5", "bonus 2 5"]);
    shares(&award(r#", "at_least": "20.00 EUR""#), two, &[]);
    shares(&award(r#", "at_least": "19.99 EUR""#), two, &["bonus 1 9", "bonus 2 10"]);
    shares(&award(r#", "steps": "full""#), "1 a buys o 1:1x9.99", &[]);
}
