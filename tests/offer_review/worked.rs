//! Offers as people write them, and what is said of them.

use loyalty::calendar::Zone;
use loyalty::money::Currency;
use loyalty::offer::{Catalog, CatalogReview, Lane, MAX_RIVALS, Offer};
use loyalty::rule::{Field, Kind, Schema};

fn schema() -> Schema {
    let fields = [
        Field::new("email", Kind::Text),
        Field::new("interests", Kind::Set),
        Field::new("joined", Kind::Date),
        Field::new("orders", Kind::Integer),
        Field::money("spend", Currency::EUR),
        Field::choice("tier", ["gold", "silver"]),
    ];
    Schema::new(fields).unwrap()
}

/// The review of offers, each a line of JSON without its braces, in these lanes.
fn review(lanes: &str, offers: &[&str]) -> CatalogReview {
    let lanes: Vec<Lane> = serde_json::from_str(&format!("[{lanes}]")).unwrap();
    let offers = offers.iter().map(|offer| serde_json::from_str(&format!("{{{offer}}}")).unwrap());
    let offers: Vec<Offer> = offers.collect();
    let catalog = Catalog::check(offers, lanes, &schema(), Currency::EUR).unwrap();
    catalog.review(&schema(), "2026-03-14".parse().unwrap(), &Zone::UTC)
}

/// Checks that just these sentences are said, each line with its code.
#[track_caller]
fn check(lanes: &str, offers: &[&str], expected: &[&str]) {
    let review = review(lanes, offers);
    let told: Vec<String> =
        review.remarks.iter().map(|remark| format!("{}: {remark}", remark.code())).collect();
    assert_eq!(told, expected);
}

const FIRST: &str = r#"{"id": "first", "mode": "first"}"#;
const BEST: &str = r#"{"id": "best"}"#;
const STACK: &str = r#"{"id": "stack", "mode": "stack"}"#;

#[test]
fn conditions_that_never_hold_are_told_with_the_two_that_clash() {
    check(
        STACK,
        &[
            r#""id": "a", "benefit": {"points": 5}, "when": {"all": [
                {"field": "orders", "below": 3}, {"field": "tier", "is": "gold"},
                {"field": "orders", "at_least": 3}]}"#,
            r#""id": "b", "benefit": {"points": 5}, "when": {"all": [
                {"any": [{"field": "orders", "below": 3}, {"field": "tier", "is": "gold"}]},
                {"field": "orders", "at_least": 3}, {"field": "tier", "is": "silver"}]}"#,
            r#""id": "c", "benefit": {"points": 5}, "when": {"all": [
                {"field": "joined", "within_last": "7d"},
                {"field": "joined", "below": "2026-03-07"}]}"#,
        ],
        &[
            "never_holds: `a` is never granted: `orders < 3` and `orders >= 3` never both hold",
            "never_holds: `b` is never granted: its conditions never hold together",
            "never_holds: `c` is never granted on 2026-03-14: `joined within last 7d` and `joined \
             < 2026-03-07` never both hold",
        ],
    );
}

#[test]
fn offers_that_are_over_or_close_before_they_begin_are_told() {
    check(
        STACK,
        &[
            r#""id": "a", "benefit": {"points": 5}, "validity": {"until": "2026-03-14T00:00:00Z"}"#,
            r#""id": "b", "benefit": {"points": 5}, "validity": {"until": "2026-03-14T00:00:01Z"}"#,
            r#""id": "c", "validity": {"from": "2026-05-01T00:00:00Z"}, "benefit": {"access": {
                "name": "sale", "kind": "early_access", "closes": "2026-04-01T00:00:00Z"}}"#,
        ],
        &[
            "over: `a` is over since 2026-03-14T00:00:00Z",
            "closed_before: `c` is never granted: it begins 2026-05-01T00:00:00Z, and what it lets \
             in to closes 2026-04-01T00:00:00Z",
        ],
    );
}

#[test]
fn an_offer_behind_several_that_cover_it_together_is_shadowed_in_a_lane_with_one_winner() {
    let offers = [
        r#""id": "few", "lane": "first", "priority": 3, "when": {"field": "orders", "at_most": 4},
           "benefit": {"fixed": {"amount": "1.00 EUR"}}"#,
        r#""id": "many", "lane": "first", "priority": 2, "when": {"field": "orders", "at_least": 4},
           "benefit": {"percent": {"percent": "10%"}}"#,
        r#""id": "gold", "lane": "first", "priority": 1, "benefit": {"fixed": {"amount":
           "9.00 EUR"}}, "when": {"all": [{"field": "tier", "is": "gold"},
           {"field": "orders", "at_least": 1}]}"#,
        // Its conditions also hold where orders are missing.
        r#""id": "rest", "lane": "first", "benefit": {"fixed": {"amount": "9.00 EUR"}}"#,
    ];
    check(
        FIRST,
        &offers,
        &["shadowed: `gold` is never granted: wherever it could be, `few` or `many` comes before \
             it, unless prices are below 0.05 EUR"],
    );
}

#[test]
fn what_keeps_the_earlier_offer_from_being_granted_keeps_the_later_from_being_shadowed() {
    let later = r#""id": "z", "lane": "first", "benefit": {"fixed": {"amount": "1.00 EUR"}},
                   "priority": -1"#;
    let earlier = |terms: &str| {
        let offer = r#""id": "a", "lane": "first", "benefit": {"fixed": {"amount": "1.00 EUR""#;
        format!("{offer}{terms}")
    };
    for terms in [
        r#"}}, "limits": {"uses": [{"at_most": 1}]}"#,
        r#"}}, "limits": {"budgets": [{"uses": 9}]}"#,
        r#"}}, "limits": {"amounts": [{"at_most": "9.00 EUR"}]}"#,
        r#"}}, "code": "A""#,
        r#"}}, "cost": 5"#,
        r#"}}, "pilot": "50%""#,
        r#"}}, "holdout": "5%""#,
        r#"}}, "minimum": {"units": 2}"#,
        r#"}}, "validity": {"until": "2026-12-31T00:00:00Z"}"#,
        r#"}}, "combines": {"exclusive": ["x"]}"#,
        r#", "target": {"products": ["tea"]}}}"#,
        r#", "allocation": "once"}}"#,
    ] {
        assert_eq!(review(FIRST, &[&earlier(terms), later]).never().count(), 0, "{terms}");
    }
    for terms in ["}}", r#"}}, "limits": {"max_discount": "0.01 EUR"}"#, r#", "target": "lines"}}"#]
    {
        assert_eq!(review(FIRST, &[&earlier(terms), later]).never().count(), 1, "{terms}");
    }
}

#[test]
fn a_smaller_discount_of_a_lane_is_dominated_or_wins_ties_only() {
    check(
        BEST,
        &[
            r#""id": "a", "lane": "best", "benefit": {"percent": {"percent": "20%"}}"#,
            r#""id": "b", "lane": "best", "benefit": {"percent": {"percent": "10%"}}"#,
            // Its conditions are harder to meet, and it takes less off.
            r#""id": "c", "lane": "best", "benefit": {"percent": {"percent": "15%"}},
               "priority": 1, "when": {"field": "interests", "any_of": ["tea"]}"#,
            // On the smallest carts it takes more off.
            r#""id": "d", "lane": "best", "benefit": {"fixed": {"amount": "1.00 EUR"}},
               "priority": 2"#,
        ],
        &[
            "dominated: `b` never wins its lane: wherever it competes, `a` takes at least as much \
             off",
            "wins_ties_only: `c` wins its lane in ties only: wherever it competes, `a` takes at \
             least as much off",
        ],
    );
}

#[test]
fn a_cap_keeps_an_offer_from_taking_as_much_unless_the_other_takes_no_more() {
    let best = |id: &str, off: &str, cap: &str| {
        format!(r#""id": "{id}", "lane": "best", "benefit": {{{off}}}{cap}"#)
    };
    let cap = |most: &str| format!(r#", "limits": {{"max_discount": "{most} EUR"}}"#);
    let [twenty, ten] = ["20", "10"].map(|off| format!(r#""percent": {{"percent": "{off}%"}}"#));
    let [nine, five] = ["9", "5"].map(|off| format!(r#""fixed": {{"amount": "{off}.00 EUR"}}"#));
    let cases = [
        (best("a", &twenty, &cap("5.00")), best("b", &ten, ""), 0),
        (best("a", &twenty, &cap("5.00")), best("b", &ten, &cap("5.01")), 0),
        (best("a", &twenty, &cap("5.00")), best("b", &ten, &cap("5.00")), 1),
        (best("a", &nine, &cap("5.00")), best("b", &five, ""), 1),
        (best("a", &nine, &cap("4.99")), best("b", &five, ""), 0),
    ];
    for (first, second, never) in cases {
        assert_eq!(review(BEST, &[&first, &second]).never().count(), never, "{first} {second}");
    }
}

#[test]
fn what_is_over_a_limit_is_told_with_it_and_not_guessed() {
    let texts: Vec<String> =
        (0..129).map(|at| format!(r#"{{"field": "email", "contains": "-{at}-"}}"#)).collect();
    let offer = format!(
        r#""id": "a", "benefit": {{"points": 5}}, "lane": "stack", "when": {{"all": [{}]}}"#,
        texts.join(",")
    );
    check(
        STACK,
        &[&offer],
        &["inconclusive: it cannot be told of `a` whether its conditions ever hold: the \
             rules look for 129 texts inside of a field: at most 128"],
    );
    let many: Vec<String> = (0..150)
        .map(|at| {
            format!(
                r#""id": "o{at}", "benefit": {{"points": 5}}, "lane": "stack", "code": "C{at}",
                   "combines": {{"exclusive": ["g"]}}"#
            )
        })
        .collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let review = review(STACK, &many);
    assert_eq!(review.with_code("overlap").count(), MAX_RIVALS);
    let limits: Vec<String> = review.with_code("inconclusive").map(ToString::to_string).collect();
    assert_eq!(limits.len(), 1);
    assert!(limits[0].ends_with("at most 10000 pairs of rivals are compared"), "{limits:?}");
}

#[test]
fn an_offer_of_a_group_is_shadowed_by_an_earlier_one_if_it_is_known_who_is_in_what() {
    let lanes = format!("{STACK}, {FIRST}");
    check(
        &lanes,
        &[
            r#""id": "tea", "lane": "stack", "benefit": {"points": 5},
               "combines": {"exclusive": ["hot"]},
               "when": {"not": {"field": "interests", "any_of": ["cold"]}}"#,
            r#""id": "warm", "lane": "first", "benefit": {"points": 50},
               "combines": {"exclusive": ["hot"]}, "when": {"all": [
               {"field": "tier", "is": "gold"}, {"field": "interests", "is": ["tea"]}]}"#,
        ],
        &["shadowed: `warm` is never granted: wherever it could be, `tea` comes before it, if it \
           is known what is in `interests`"],
    );
}

#[test]
fn a_set_of_which_one_is_never_granted_is_never_granted() {
    check(
        STACK,
        &[
            r#""id": "a", "lane": "stack", "benefit": {"points": 5}, "combines": {"joint": "s"}"#,
            r#""id": "b", "lane": "stack", "benefit": {"points": 5}, "combines": {"joint": "s"},
               "validity": {"until": "2026-01-01T00:00:00Z"}"#,
        ],
        &[
            "joint_never: `a` is never granted: `b` of its set `s` never is",
            "over: `b` is over since 2026-01-01T00:00:00Z",
        ],
    );
}

#[test]
fn rivals_that_can_be_due_at_once_are_told_with_facts() {
    check(
        STACK,
        &[
            r#""id": "a", "lane": "stack", "benefit": {"fixed": {"amount": "1.00 EUR"}},
               "combines": {"tags": ["sale"]}, "when": {"field": "orders", "at_least": 3}"#,
            r#""id": "b", "lane": "stack", "benefit": {"points": 5}, "priority": 1,
               "combines": {"not_with": ["sale"]}, "when": {"field": "orders", "at_most": 3},
               "validity": {"from": "2026-04-01T00:00:00Z"}"#,
        ],
        &[
            "band_overlap: both `a` and `b` of the lane `stack` are for orders 3",
            "overlap: `b` and `a` can be due at once (orders 3) from 2026-04-01T00:00:00Z, but one \
             is not granted with the tag `sale` of the other",
        ],
    );
}

#[test]
fn bands_of_one_field_leave_gaps_and_overlap() {
    let band = |id: &str, from: u32, to: u32| {
        format!(
            r#""id": "{id}", "lane": "stack", "benefit": {{"points": {to}}},
               "when": {{"field": "spend", "between": ["{from}.00 EUR", "{to}.00 EUR"]}}"#
        )
    };
    let bands = [band("a", 50, 100), band("b", 100, 200), band("c", 300, 400)];
    check(
        STACK,
        &[&bands[0], &bands[1], &bands[2]],
        &[
            "band_overlap: both `a` and `b` of the lane `stack` are for spend 100.00 EUR",
            "band_gap: none of `a`, `b` or `c` of the lane `stack` is for spend 200.01 EUR to \
             299.99 EUR",
        ],
    );
}

#[test]
fn dates_of_a_series_leave_gaps_and_overlap() {
    let month = |id: &str, from: &str, until: &str| {
        format!(
            r#""id": "{id}", "name": "Monthly", "lane": "stack", "benefit": {{"points": 5}},
               "validity": {{"from": "2026-{from}T00:00:00Z", "until": "2026-{until}T00:00:00Z"}}"#
        )
    };
    let offers = [
        month("april", "04-01", "05-01"),
        month("may", "05-01", "06-01"),
        month("june", "06-02", "07-05"),
        month("july", "07-01", "08-01"),
    ];
    check(
        STACK,
        &[&offers[0], &offers[1], &offers[2], &offers[3]],
        &[
            "date_overlap: `july` of the series `Monthly` begins 2026-07-01T00:00:00Z, before \
             `june` is over 2026-07-05T00:00:00Z",
            "date_gap: `may` of the series `Monthly` is over 2026-06-01T00:00:00Z, and `june` \
             begins only 2026-06-02T00:00:00Z",
        ],
    );
}

#[test]
fn limits_that_never_matter_are_told() {
    let budget = |id: &str, off: &str, terms: &str| {
        format!(r#""id": "{id}", "benefit": {{{off}}}, "lane": "stack", {terms}"#)
    };
    let ten = r#""fixed": {"amount": "10.00 EUR"}"#;
    let percent = r#""percent": {"percent": "10%"}"#;
    let offers = [
        // 50 uses of at most 10.00 are 500.00.
        budget("a", ten, r#""limits": {"budgets": [{"uses": 50, "amount": "500.01 EUR"}]}"#),
        budget("b", ten, r#""limits": {"budgets": [{"uses": 50, "amount": "500.00 EUR"}]}"#),
        budget(
            "c",
            percent,
            r#""limits": {"max_discount": "2.00 EUR",
                "budgets": [{"uses": 3, "amount": "7.00 EUR"}]}"#,
        ),
        budget("d", percent, r#""limits": {"budgets": [{"uses": 3, "amount": "7.00 EUR"}]}"#),
        // Each use takes all of 10.00 off, so that 95.00 are enough for nine.
        budget(
            "e",
            ten,
            r#""minimum": {"amount": "10.00 EUR"},
               "limits": {"budgets": [{"uses": 10, "amount": "95.00 EUR"}]}"#,
        ),
        budget("f", ten, r#""limits": {"budgets": [{"uses": 10, "amount": "95.00 EUR"}]}"#),
        budget(
            "g",
            ten,
            r#""limits": {"uses": [{"at_most": 2, "within": "90d"}]}, "validity": {
                "from": "2026-04-01T00:00:00Z", "until": "2026-05-01T00:00:00Z"}"#,
        ),
        budget(
            "h",
            ten,
            r#""limits": {"uses": [{"at_most": 2, "within": "this_month"}]}, "validity": {
                "from": "2026-04-01T00:00:00Z", "until": "2026-05-01T00:00:01Z"}"#,
        ),
    ];
    let offers: Vec<&str> = offers.iter().map(String::as_str).collect();
    check(
        STACK,
        &offers,
        &[
            "amount_out_of_reach: the budget of 500.01 EUR of `a` is never used up: all of its \
             uses take at most 500.00 EUR off",
            "amount_out_of_reach: the budget of 7.00 EUR of `c` is never used up: all of its uses \
             take at most 6.00 EUR off",
            "uses_out_of_reach: the 10 uses of `e` are never used up: its amount is enough for 9",
            "limit_never_resets: `g` can be used 2 times within 90d, which is as long as it lasts: \
             the limit never resets",
        ],
    );
}

#[test]
fn the_bound_adds_what_can_be_granted_together() {
    let off = |id: &str, lane: &str, off: &str, terms: &str| {
        format!(r#""id": "{id}", "lane": "{lane}", "benefit": {{{off}}}{terms}"#)
    };
    let percent = |percent: u32| format!(r#""percent": {{"percent": "{percent}%"}}"#);
    let bound = |lanes: &str, offers: &[String]| {
        let offers: Vec<&str> = offers.iter().map(String::as_str).collect();
        review(lanes, &offers).most.to_string()
    };
    let capped = r#", "limits": {"max_discount": "5.00 EUR"}"#;
    let group = r#", "combines": {"exclusive": ["g"]}"#;
    let least = r#", "minimum": {"amount": "40.00 EUR"}"#;
    let five = r#""fixed": {"amount": "5.00 EUR"}"#;
    let ship = r#""shipping": {"up_to": "4.00 EUR"}"#;
    let [ten, twenty] = [10, 20].map(percent);

    let stacked = [off("a", "stack", &ten, ""), off("b", "stack", &twenty, "")];
    assert_eq!(bound(STACK, &stacked), "at most 30% of the lines");
    let grouped = [off("a", "stack", &ten, group), off("b", "stack", &twenty, group)];
    assert_eq!(bound(STACK, &grouped), "at most 20% of the lines");
    let best = [off("a", "best", &ten, ""), off("b", "best", &twenty, "")];
    assert_eq!(bound(BEST, &best), "at most 20% of the lines");
    let amounts = [off("a", "stack", &ten, capped), off("b", "stack", five, least)];
    assert_eq!(bound(STACK, &amounts), "at most 22.5% of the lines, and 10.00 EUR");
    let ships = [off("a", "stack", five, ""), off("b", "stack", ship, "")];
    assert_eq!(bound(STACK, &ships), "at most all of the lines and shipping, and 9.00 EUR");
    assert_eq!(bound(STACK, &[off("a", "stack", r#""points": 5"#, "")]), "nothing");
}

#[test]
fn a_large_cart_that_costs_nothing_is_shown() {
    let all = r#""id": "all", "lane": "stack", "benefit": {"percent": {"percent": "100%",
                 "target": {"products": ["tea"]}}}, "when": {"field": "orders", "at_least": 7}"#;
    let free = review(STACK, &[all]).free.unwrap();
    assert_eq!(free.offers, ["all".parse().unwrap()]);
    assert_eq!(free.basket.lines[0].product.as_str(), "tea");
    assert_eq!(free.basket.list_price(Currency::EUR).unwrap().to_string(), "1000000.00 EUR");
    assert_eq!(free.witness.to_string(), "orders 7");
    const NEVER: &str =
        r#""when": {"all": [{"field": "orders", "below": 2}, {"field": "orders", "above": 2}]}"#;
    for terms in [r#""limits": {"max_discount": "900.00 EUR"}"#, NEVER] {
        let offer =
            format!(r#""id": "all", "benefit": {{"percent": {{"percent": "100%"}}}}, {terms}"#);
        assert_eq!(review(STACK, &[&offer]).free, None);
    }
}
