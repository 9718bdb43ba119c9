//! A catalog that makes no sense is told all that is wrong with it, each with its place.

mod shared;

use loyalty::money::Currency;
use loyalty::offer::{Catalog, Lane, MAX_OFFERS, Offer};
use loyalty::program::Spec;
use loyalty::rule::{Field, Kind, Schema};

fn schema() -> Schema {
    Schema::new([Field::new("orders", Kind::Integer), Field::choice("tier", ["gold", "silver"])])
        .unwrap()
}

/// The problems of a catalog of these offers and lanes, one a line.
fn problems(offers: &str, lanes: &str) -> String {
    let offers: Vec<Offer> = serde_json::from_str(offers).unwrap();
    let lanes: Vec<Lane> = serde_json::from_str(lanes).unwrap();
    match Catalog::check(offers, lanes, &schema(), Currency::EUR) {
        Ok(_) => String::new(),
        Err(problems) => problems.to_string(),
    }
}

/// The problems of the catalog of one offer with these fields.
fn check(fields: &str, expected: &[&str]) {
    let found = problems(&format!(r#"[{{"id":"a",{fields}}}]"#), "[]");
    assert_eq!(found.lines().collect::<Vec<_>>(), expected, "{fields}");
}

#[test]
fn problems_of_a_rule_stand_under_its_offer() {
    let found = problems(
        r#"[{"id":"a","benefit":{"points":1}},
            {"id":"b","benefit":{"points":1},"when":{"all":[
                {"field":"tier","is":"gold"},{"field":"ordres","above":1}]}}]"#,
        "[]",
    );
    assert_eq!(
        found,
        "`offers[1].when.all[1].field`: `ordres` is no known field: did you mean `orders`?"
    );
}

#[test]
fn ids_and_codes_are_unique_and_lanes_are_known() {
    let found = problems(
        r#"[{"id":"a","benefit":{"points":1},"code":"X"},
            {"id":"a","benefit":{"points":1},"lane":"copons"},
            {"id":"b","benefit":{"points":1},"code":"X","lane":"nowhere"}]"#,
        r#"[{"id":"coupons"},{"id":"coupons"}]"#,
    );
    let expected = [
        "`lanes[1].id`: lane `coupons` is there twice",
        "`offers[1].id`: offer `a` is there twice",
        "`offers[1].lane`: `copons` is no lane of the catalog",
        "`offers[2].lane`: `nowhere` is no lane of the catalog",
        "`offers[2].code`: code `X` is already that of offer `a`",
    ];
    assert_eq!(found.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn percentages_are_more_than_nothing_and_at_most_all() {
    let percent = |percent: &str| format!(r#""benefit":{{"percent":{{"percent":"{percent}"}}}}"#);
    for fine in ["0.01%", "100%"] {
        check(&percent(fine), &[]);
    }
    for wrong in ["0%", "100.01%", "250%"] {
        let expected = format!(
            "`offers[0].benefit.percent.percent`: {wrong} is out of range: it must be more than \
             0% and at most 100%"
        );
        check(&percent(wrong), &[&expected]);
    }
    check(
        r#""benefit":{"shipping":{"percent":"0%"}}"#,
        &["`offers[0].benefit.shipping.percent`: 0% is out of range: it must be more than 0% and \
           at most 100%"],
    );
}

#[test]
fn amounts_are_positive_and_in_the_currency_of_the_program() {
    check(
        r#""benefit":{"fixed":{"amount":"0.00 EUR"}},"limits":{"max_discount":"-1.00 USD"}"#,
        &[
            "`offers[0].benefit.fixed.amount`: 0.00 EUR is not more than nothing",
            "`offers[0].limits.max_discount`: USD is not the currency of the program, which is EUR",
            "`offers[0].limits.max_discount`: -1.00 USD is not more than nothing",
        ],
    );
    check(
        r#""benefit":{"shipping":{"up_to":"500 JPY"}}"#,
        &["`offers[0].benefit.shipping.up_to`: JPY is not the currency of the program, which is \
           EUR"],
    );
}

#[test]
fn counts_and_points_are_positive() {
    check(
        r#""benefit":{"free_item":{"target":"order","units":0}},
           "limits":{"uses":[{"at_most":1},{"at_most":0,"within":"30d"}]},"cost":0"#,
        &[
            "`offers[0].benefit.free_item.units`: it is zero: it must be one or more",
            "`offers[0].limits.uses[1].at_most`: it is zero: it must be one or more",
            "`offers[0].cost`: 0 points are out of range: they must be 1 to 1000000000000",
        ],
    );
    check(
        r#""benefit":{"points":1000000000001}"#,
        &["`offers[0].benefit.points`: 1000000000001 points are out of range: they must be 1 to \
           1000000000000"],
    );
    check(
        r#""benefit":{"points_multiplier":"1x"}"#,
        &["`offers[0].benefit.points_multiplier`: 1x does not give more points: it must be more \
           than 1x"],
    );
}

#[test]
fn what_can_never_be_given_is_refused() {
    check(
        r#""benefit":{"percent":{"percent":"10%","target":{"products":[]}}},
           "validity":{"from":"2026-03-01T00:00:00Z","until":"2026-03-01T00:00:00Z"}"#,
        &[
            "`offers[0].validity`: it is over before it begins, so that it never happens",
            "`offers[0].benefit.percent.target.products`: nothing is listed, so that it is never \
             given",
        ],
    );
    check(
        r#""benefit":{"free_item":{"target":{"categories":[]}}}"#,
        &["`offers[0].benefit.free_item.target.categories`: nothing is listed, so that it is \
           never given"],
    );
    check(
        r#""benefit":{"access":{"name":"","kind":"invitation",
            "opens":"2026-03-02T00:00:00Z","closes":"2026-03-01T00:00:00Z"}}"#,
        &[
            "`offers[0].benefit.access.name`: the name is empty",
            "`offers[0].benefit.access`: it is over before it begins, so that it never happens",
        ],
    );
}

#[test]
fn targets_that_leave_nothing_out_or_too_much_in_are_refused() {
    check(
        r#""benefit":{"percent":{"percent":"10%","target":{"except":{}}}}"#,
        &["`offers[0].benefit.percent.target.except`: nothing is left out: write `lines` for \
           every line"],
    );
    check(
        r#""benefit":{"unit_price":{"price":"0.00 EUR","target":{"products":[]}}}"#,
        &[
            "`offers[0].benefit.unit_price.price`: 0.00 EUR is not more than nothing",
            "`offers[0].benefit.unit_price.target.products`: nothing is listed, so that it is \
             never given",
        ],
    );
}

#[test]
fn units_are_one_or_more_and_once_is_of_one() {
    check(
        r#""benefit":{"percent":{"percent":"10%","units":{"every":0}}}"#,
        &["`offers[0].benefit.percent.units.every`: it is zero: it must be one or more"],
    );
    for units in [r#"{"cheapest":2}"#, r#"{"dearest":2}"#, r#"{"every":2}"#] {
        let name = units.split('"').nth(1).unwrap();
        let expected = format!(
            "`offers[0].benefit.fixed.units.{name}`: what is taken off `once` is off one unit: \
             `units` can only be one of them"
        );
        let fixed = format!(r#"{{"amount":"1.00 EUR","units":{units},"allocation":"once"}}"#);
        check(&format!(r#""benefit":{{"fixed":{fixed}}}"#), &[&expected]);
    }
    let fixed = r#"{"amount":"1.00 EUR","units":{"dearest":1},"allocation":"once"}"#;
    check(&format!(r#""benefit":{{"fixed":{fixed}}}"#), &[]);
    check(
        r#""benefit":{"gift":{"product":"mug","units":0}}"#,
        &["`offers[0].benefit.gift.units`: it is zero: it must be one or more"],
    );
}

#[test]
fn steps_go_up_and_are_of_one_kind() {
    check(
        r#""benefit":{"tiered":{"steps":[]}}"#,
        &["`offers[0].benefit.tiered.steps`: nothing is listed, so that it is never given"],
    );
    check(
        r#""benefit":{"tiered":{"steps":[
            {"from":"10.00 USD","off":{"percent":"0%"}},
            {"from":"20.00 EUR","off":{"amount":"1.00 EUR"}},
            {"from":"20.00 EUR","off":{"amount":"0.00 EUR"}},
            {"from":3,"off":{"percent":"5%"}},
            {"from":0,"off":{"percent":"5%"}}]}}"#,
        &[
            "`offers[0].benefit.tiered.steps[0].from`: USD is not the currency of the program, \
             which is EUR",
            "`offers[0].benefit.tiered.steps[0].off.percent`: 0% is out of range: it must be more \
             than 0% and at most 100%",
            "`offers[0].benefit.tiered.steps[2].off.amount`: 0.00 EUR is not more than nothing",
            "`offers[0].benefit.tiered.steps[4].from`: it is zero: it must be one or more",
            "`offers[0].benefit.tiered.steps[2].from`: the step must begin higher than the one \
             before it",
            "`offers[0].benefit.tiered.steps[3].from`: steps must all be by amount, or all by \
             units",
            "`offers[0].benefit.tiered.steps[4].from`: the step must begin higher than the one \
             before it",
        ],
    );
}

#[test]
fn deals_and_bundles_want_units_and_take_something_off() {
    check(
        r#""benefit":{"buy_get":{"buy":{"target":"lines","units":0},
            "get":{"target":{"categories":[]},"units":0},"off":{"percent":"101%"},"at_most":0}}"#,
        &[
            "`offers[0].benefit.buy_get.buy.units`: it is zero: it must be one or more",
            "`offers[0].benefit.buy_get.get.target.categories`: nothing is listed, so that it is \
             never given",
            "`offers[0].benefit.buy_get.get.units`: it is zero: it must be one or more",
            "`offers[0].benefit.buy_get.off.percent`: 101% is out of range: it must be more than \
             0% and at most 100%",
            "`offers[0].benefit.buy_get.at_most`: it is zero: it must be one or more",
        ],
    );
    check(
        r#""benefit":{"bundle":{"slots":[],"off":{"price":"0.00 EUR"}}}"#,
        &[
            "`offers[0].benefit.bundle.slots`: nothing is listed, so that it is never given",
            "`offers[0].benefit.bundle.off.price`: 0.00 EUR is not more than nothing",
        ],
    );
    let slots = [r#"{"target":"lines"}"#; 9].join(",");
    check(
        &format!(r#""benefit":{{"bundle":{{"slots":[{slots}],"off":{{"amount":"1.00 USD"}}}}}}"#),
        &[
            "`offers[0].benefit.bundle.slots`: 9 slots are too many: at most 8",
            "`offers[0].benefit.bundle.off.amount`: USD is not the currency of the program, which \
             is EUR",
        ],
    );
}

#[test]
fn points_per_amount_are_positive_and_per_something() {
    check(
        r#""benefit":{"points_per":{"points":0,"per":"0.00 EUR","target":{"products":[]}}}"#,
        &[
            "`offers[0].benefit.points_per.points`: 0 points are out of range: they must be 1 to \
             1000000000000",
            "`offers[0].benefit.points_per.per`: 0.00 EUR is not more than nothing",
            "`offers[0].benefit.points_per.target.products`: nothing is listed, so that it is \
             never given",
        ],
    );
}

#[test]
fn a_minimum_says_something() {
    check(
        r#""benefit":{"points":1},"minimum":{}"#,
        &["`offers[0].minimum`: neither an amount nor a number of units is said, so that it is \
           always reached"],
    );
    check(
        r#""benefit":{"points":1},
           "minimum":{"amount":"-1.00 EUR","units":0,"of":{"products":[]}}"#,
        &[
            "`offers[0].minimum.amount`: -1.00 EUR is not more than nothing",
            "`offers[0].minimum.units`: it is zero: it must be one or more",
            "`offers[0].minimum.of.products`: nothing is listed, so that it is never given",
        ],
    );
}

#[test]
fn floors_are_positive_and_in_the_currency_of_the_program() {
    let floors = r#"{"cup":"1.00 EUR","mouse":"0.00 USD"}"#;
    let catalog = Catalog::check(Vec::new(), Vec::new(), &schema(), Currency::EUR).unwrap();
    let problems = catalog.with_floors(serde_json::from_str(floors).unwrap()).unwrap_err();
    let expected = "`floors.mouse`: USD is not the currency of the program, which is EUR\n\
                    `floors.mouse`: 0.00 USD is not more than nothing";
    assert_eq!(problems.to_string(), expected);
    let spec = format!(r#"{{"loyalty":1,"name":"n","currency":"EUR","floors":{floors}}}"#);
    let error = Spec::from_json(&spec).unwrap().build().unwrap_err();
    assert_eq!(error.to_string(), expected);
}

#[test]
fn limits_that_limit_nothing_are_refused() {
    check(
        r#""benefit":{"points":5},
           "limits":{"max_discount":"1.00 EUR","uses":[{"at_most":1,"within":"last_month"}]}"#,
        &[
            "`offers[0].limits.uses[0].within`: `last_month` is over when it is asked: a limit \
             counts up to now, like `this_month`",
            "`offers[0].limits.max_discount`: the offer takes no money off, so that there is \
             nothing to limit",
        ],
    );
}

#[test]
fn sizes_are_bounded() {
    check(
        &format!(r#""benefit":{{"points":5}},"name":"{}""#, "x".repeat(1_025)),
        &["`offers[0].name`: the name has 1025 bytes: at most 1024"],
    );
    let offer: Offer = serde_json::from_str(r#"{"id":"a","benefit":{"points":1}}"#).unwrap();
    let offers = vec![offer; MAX_OFFERS + 1];
    let found = Catalog::check(offers, Vec::new(), &schema(), Currency::EUR).unwrap_err();
    assert_eq!(found.to_string(), "`offers`: 100001 offers are too many: at most 100000");
}

#[test]
fn what_is_not_known_in_the_document_is_refused() {
    for (json, reason) in [
        (r#"{"id":"a"}"#, "missing field `benefit`"),
        (r#"{"id":"a","benefit":{"points":1},"prio":1}"#, "unknown field `prio`"),
        (r#"{"id":"a","benefit":{"discount":1}}"#, "unknown variant `discount`"),
        (r#"{"id":"a","benefit":{"percent":{"percent":"10"}}}"#, "`10` is no percentage"),
        (r#"{"id":"","benefit":{"points":1}}"#, "the offer id is empty"),
        (
            r#"{"id":"a","benefit":{"percent":{"percent":"10%","of":"order"}}}"#,
            "unknown field `of`",
        ),
        (
            r#"{"id":"a","benefit":{"tiered":{"steps":[{"from":1.5,"off":{"percent":"1%"}}]}}}"#,
            "invalid type: floating point `1.5`, expected an amount such as \"50.00 EUR\", or a \
             number of units",
        ),
        (
            r#"{"id":"a","benefit":{"tiered":{"steps":[{"from":-1,"off":{"percent":"1%"}}]}}}"#,
            "invalid value: integer `-1`, expected an amount",
        ),
        (
            r#"{"id":"a","benefit":{"tiered":{"steps":[{"from":"1,00","off":{"percent":"1%"}}]}}}"#,
            "`1,00` is no amount of money",
        ),
        (r#"{"id":"a","benefit":{"points":1},"pilot":"ten"}"#, "`ten` is no percentage"),
        (r#"{"id":"a","benefit":{"points":1},"pilot":5}"#, "invalid type: integer `5`"),
        (
            r#"{"id":"a","benefit":{"points":1},"pilot":{"share":"5%","by":"x"}}"#,
            "unknown field `by`",
        ),
    ] {
        let error = serde_json::from_str::<Offer>(json).unwrap_err().to_string();
        assert!(error.starts_with(reason), "{error} for {json}");
    }
}

#[test]
fn an_offer_survives_its_json() {
    let json = [
        r#"{"id":"a","name":"n","when":{"field":"orders","above":3},"#,
        r#""validity":{"from":"2026-03-01T00:00:00Z"},"benefit":{"percent":{"percent":"12.5%","#,
        r#""target":{"products":["p"]},"base":"original","rounding":"down"}},"lane":"l","#,
        r#""priority":-2,"limits":{"uses":[{"at_most":2,"within":"90d"}],"#,
        r#""max_discount":"5.00 EUR"},"code":"C","cost":50,"combines":{"exclusive":["g","h"],"#,
        r#""joint":"s","tags":["t"],"not_with":["u"]}}"#,
    ]
    .concat();
    let offer: Offer = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&offer).unwrap(), json);
    for benefit in include_str!("../offer_cases/written.txt").lines() {
        let minimum = r#"{"amount":"9.00 EUR","units":2,"of":"lines","base":"running"}"#;
        let json = format!(r#"{{"id":"a","benefit":{benefit},"minimum":{minimum}}}"#);
        let offer: Offer = serde_json::from_str(&json).unwrap();
        assert_eq!(serde_json::to_string(&offer).unwrap(), json);
    }
    let json = [
        r#"{"id":"a","benefit":{"percent":{"percent":"5%","target":"order","#,
        r#""rounding":"half_up"}},"limits":{"amounts":[{"at_most":"50.00 EUR","#,
        r#""within":"this_month"}],"#,
        r#""budgets":[{"uses":5},{"scope":"store","within":"today","amount":"5.00 EUR","#,
        r#""partial":"grant"}]},"codes":{"prefix":"S-","alphabet":"0123456789","length":12,"#,
        r#""count":5,"seed":"x","uses_per_code":1,"one_in":1000000,"check":"luhn_mod_n"},"#,
        r#""pilot":"10%","holdout":{"share":"5%","of":"stores","salt":"s"}}"#,
    ]
    .concat();
    let offer: Offer = serde_json::from_str(&json).unwrap();
    assert_eq!(serde_json::to_string(&offer).unwrap(), json);
    let least = r#"{"id":"a","benefit":{"gift":{"product":"mug"}}}"#;
    let offer: Offer = serde_json::from_str(least).unwrap();
    assert_eq!(serde_json::to_string(&offer).unwrap(), least);
}
