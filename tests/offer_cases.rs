//! Worked cases of offers, lanes and prices as text.
//!
//! Every case lists lanes, offers, the basket and what is known, and after `gives` what comes of
//! it: each offer by id, then what is to be paid. Amounts are cents. Expected amounts are computed
//! by hand from the terms of the offers.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, NaiveDate, Utc};
use loyalty::calendar::{Interval, Zone};
use loyalty::event::{Basket, LineItem};
use loyalty::id::{CouponCode, CustomerId, LaneId, LineId, OfferId, ProductId};
use loyalty::money::{Currency, Money};
use loyalty::offer::{
    Allowance, Answer, Award, BudgetKey, Budgets, Catalog, Evaluation, Explain, Floors, Lane,
    Offer, OfferEvaluator, Partial, Request, Uses,
};
use loyalty::points::{Amount, Multiplier, Points, Wallet};
use loyalty::rule::{Field, Kind, Schema, Sheet, Value};

/// The case as it is read, and what it must give.
struct Case {
    lanes: Vec<Lane>,
    offers: Vec<Offer>,
    floors: Floors,
    basket: Basket,
    as_of: DateTime<Utc>,
    facts: Vec<Option<Value>>,
    member_since: Option<NaiveDate>,
    uses: UseCounts,
    customer: CustomerId,
    left: Left,
    points: Wallet,
    chosen: Vec<OfferId>,
    gives: String,
}

#[derive(Default)]
struct UseCounts(BTreeMap<OfferId, Vec<Used>>);

/// When an offer was used, and what it took off in cents if that is known.
struct Used {
    at: DateTime<Utc>,
    cents: Option<i64>,
}

impl UseCounts {
    fn within(&self, offer: &OfferId, within: Interval) -> impl Iterator<Item = Option<i64>> {
        let uses = self.0.get(offer).into_iter().flatten();
        uses.filter(move |used| within.contains(used.at)).map(|used| used.cents)
    }
}

impl Uses for UseCounts {
    fn count(&self, offer: &OfferId, within: Interval) -> u64 {
        self.within(offer, within).count() as u64
    }

    fn amount_minor(&self, offer: &OfferId, within: Interval) -> Option<i64> {
        self.within(offer, within).sum()
    }
}

/// What is left of budgets, as far as it is known.
#[derive(Default)]
struct Left(BTreeMap<BudgetKey, Allowance>);

impl Budgets for Left {
    fn left(&self, key: &BudgetKey, _: &Allowance) -> Option<Allowance> {
        self.0.get(key).copied()
    }
}

/// `1240` or `1240USD`.
fn money(text: &str) -> Money {
    let (cents, code) = text.split_once("USD").map_or((text, "EUR"), |(cents, _)| (cents, "USD"));
    Money::from_minor(cents.parse().expect(text), code.parse().unwrap())
}

fn noon(date: &str) -> DateTime<Utc> {
    format!("{date}T12:00:00Z").parse().expect(date)
}

fn schema() -> Schema {
    Schema::new([
        Field::new("orders", Kind::Integer),
        Field::new("recency_days", Kind::Integer),
        Field::money("total", Currency::EUR),
        Field::new("referred_by", Kind::Text),
        Field::new("events(referral, 1y)", Kind::Integer),
        Field::choice("tier", ["basic", "gold"]),
    ])
    .unwrap()
}

/// Cases are parted by empty lines; the first line of each is its name.
fn check(cases: &str) {
    for text in cases.split("\n\n").map(str::trim).filter(|text| !text.is_empty()) {
        let case = read(text);
        let catalog =
            Catalog::check(case.offers.clone(), case.lanes.clone(), &schema(), Currency::EUR)
                .unwrap_or_else(|problems| panic!("{problems}\nin {text}"));
        let catalog = catalog.with_floors(case.floors.clone()).unwrap();
        let found = told(&evaluate(&catalog, &case));
        assert_eq!(found.trim(), case.gives.trim(), "\nin the case: {text}\nfound:\n{found}");
    }
}

fn evaluate(catalog: &Catalog, case: &Case) -> Evaluation {
    let today = case.as_of.date_naive();
    catalog.evaluate(&Request {
        customer: &case.customer,
        facts: &Sheet::of(case.facts.clone(), today),
        basket: &case.basket,
        as_of: case.as_of,
        zone: Zone::UTC,
        member_since: case.member_since,
        uses: &case.uses,
        budgets: &case.left,
        points: &case.points,
        chosen: &case.chosen,
        explain: Explain::Codes,
    })
}

fn read(text: &str) -> Case {
    let mut case = Case {
        lanes: Vec::new(),
        offers: Vec::new(),
        floors: Floors::default(),
        basket: Basket::default(),
        as_of: noon("2026-03-14"),
        facts: vec![None; 6],
        member_since: None,
        uses: UseCounts::default(),
        customer: CustomerId::new("ann").unwrap(),
        left: Left::default(),
        points: Wallet::default(),
        chosen: Vec::new(),
        gives: String::new(),
    };
    let (given, gives) = text.split_once("gives\n").expect(text);
    case.gives = gives.lines().map(str::trim).collect::<Vec<_>>().join("\n");
    for line in given.trim_end().lines().skip(1).map(str::trim) {
        let (word, rest) = line.split_once(' ').expect(line);
        match word {
            "lane" => case.lanes.push(lane(rest)),
            "offer" => case.offers.push(offer(rest)),
            "floor" => {
                let (product, price) = rest.split_once(' ').unwrap();
                case.floors.0.insert(product.parse().unwrap(), money(price));
            }
            "line" => case.basket.lines.push(basket_line(rest)),
            "code" => case.basket.coupons.push(CouponCode::new(rest).unwrap()),
            "shipping" => case.basket.shipping = Some(money(rest)),
            "on" => case.as_of = noon(rest),
            "orders" => case.facts[0] = Some(Value::Integer(rest.parse().unwrap())),
            "recency" => case.facts[1] = Some(Value::Integer(rest.parse().unwrap())),
            "total" => case.facts[2] = Some(Value::Money(money(rest))),
            "referred_by" => case.facts[3] = Some(Value::text(rest)),
            "referrals" => case.facts[4] = Some(Value::Integer(rest.parse().unwrap())),
            "tier" => case.facts[5] = Some(Value::text(rest)),
            "customer" => case.customer = CustomerId::new(rest).unwrap(),
            "store" => case.basket.store = Some(rest.parse().unwrap()),
            "left" => {
                let (key, left) = rest.split_once(' ').unwrap();
                let left = serde_json::from_str(left).unwrap();
                case.left.0.insert(key.parse().unwrap(), left);
            }
            "member" => case.member_since = Some(rest.parse().unwrap()),
            "chosen" => case.chosen.push(OfferId::new(rest).unwrap()),
            "points" => case.points.put(Points(rest.parse().unwrap()).into()),
            "stars" => {
                case.points.put(Amount::of(Points(rest.parse().unwrap()), "stars".parse().unwrap()))
            }
            "used" => {
                let words: Vec<&str> = rest.split(' ').collect();
                let cents = words.get(2).map(|cents| cents.parse().unwrap());
                let (offer, at) = (OfferId::new(words[0]).unwrap(), noon(words[1]));
                case.uses.0.entry(offer).or_default().push(Used { at, cents });
            }
            _ => panic!("`{word}` in {text}"),
        }
    }
    case
}

/// `seasonal {"mode":"stack"}`
fn lane(rest: &str) -> Lane {
    let (id, json) = rest.split_once(' ').unwrap_or((rest, "{}"));
    let mut lane: Lane = with_id(id, json);
    lane.id = LaneId::new(id).unwrap();
    lane
}

/// `spring {"benefit":…}`
fn offer(rest: &str) -> Offer {
    let (id, json) = rest.split_once(' ').expect(rest);
    with_id(id, json)
}

fn with_id<T: serde::de::DeserializeOwned>(id: &str, json: &str) -> T {
    let fields = json.trim().strip_prefix('{').expect(json);
    let comma = if fields.trim() == "}" { "" } else { "," };
    let json = format!("{{\"id\":\"{id}\"{comma}{fields}");
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error} in {json}"))
}

/// `1 3x105 espresso coffee`: id, quantity and unit price, product, category.
fn basket_line(rest: &str) -> LineItem {
    let words: Vec<&str> = rest.split(' ').collect();
    let (quantity, price) = words[1].split_once('x').unwrap_or(("1", words[1]));
    let product = ProductId::new(words.get(2).unwrap_or(&"p")).unwrap();
    let quantity = quantity.parse().unwrap();
    let line = LineItem::new(LineId::new(words[0]).unwrap(), product, quantity, money(price));
    match words.get(3) {
        Some(category) => line.of(category.parse().unwrap()),
        None => line,
    }
}

fn told(evaluation: &Evaluation) -> String {
    let mut text = String::new();
    for outcome in &evaluation.outcomes {
        write!(text, "{}: ", outcome.offer).unwrap();
        match &outcome.answer {
            Answer::Declined(decline) => writeln!(text, "{}: {decline}", decline.code()).unwrap(),
            Answer::Granted(grant) => {
                let code = grant.code.as_ref().map(|code| format!(" with {code}"));
                let code = code.unwrap_or_default();
                writeln!(text, "{}{code}", award(&grant.award)).unwrap();
            }
        }
    }
    let nets = evaluation.lines.iter().map(|line| line.net.minor().to_string());
    let nets: Vec<String> = nets.collect();
    let total: i64 = evaluation.lines.iter().map(|line| line.net.minor()).sum();
    match nets.len() {
        0 => {}
        1 => writeln!(text, "pay {total}").unwrap(),
        _ => writeln!(text, "pay {total} = {}", nets.join(" + ")).unwrap(),
    }
    if let Some(shipping) = &evaluation.shipping {
        writeln!(text, "shipping {}", shipping.net.minor()).unwrap();
    }
    if !evaluation.points.is_zero() || evaluation.multiplier > Multiplier::ONE {
        let (points, multiplier) = (evaluation.points, evaluation.multiplier);
        writeln!(text, "earn {points} points and {multiplier}").unwrap();
    }
    for (purse, points) in &evaluation.purses {
        writeln!(text, "earn {points} {purse}").unwrap();
    }
    for reserved in &evaluation.reserve {
        writeln!(text, "reserve {} for {}", reserved.offer, reserved.points).unwrap();
        for claim in &reserved.budgets {
            let (key, limit, wants) = (&claim.key, claim.limit, claim.wants);
            let partly = if claim.partial == Partial::Grant { ", partly" } else { "" };
            let (uses, amount) = (wants.uses, wants.amount.minor());
            writeln!(text, "claim {key}: {uses} use and {amount} of {limit}{partly}").unwrap();
        }
    }
    text
}

fn award(award: &Award) -> String {
    let off = |applied: Money, desired: Money| {
        let of =
            if applied == desired { String::new() } else { format!(" of {}", desired.minor()) };
        format!("{}{of} off", applied.minor())
    };
    match award {
        Award::Discount(discount) => {
            let parts: Vec<String> = discount
                .lines
                .iter()
                .map(|part| format!("{} {}", part.line, part.amount.minor()))
                .collect();
            format!("{}: {}", off(discount.applied, discount.desired), parts.join(", "))
        }
        Award::Shipping(discount) => {
            format!("{} shipping", off(discount.applied, discount.desired))
        }
        Award::Points(amount) => amount.to_string(),
        Award::PointsMultiplier(multiplier) => format!("{multiplier} points"),
        Award::Gift(gift) if gift.units == 1 => format!("gift {}", gift.product),
        Award::Gift(gift) => format!("gift {}x {}", gift.units, gift.product),
        Award::Access(access) => format!("access to {}", access.name),
        _ => panic!("{award:?}"),
    }
}

#[test]
fn amounts_are_split_over_lines_to_the_cent() {
    check(include_str!("offer_cases/splits.txt"));
}

#[test]
fn lanes_apply_in_order_each_on_its_base() {
    check(include_str!("offer_cases/lanes.txt"));
}

#[test]
fn a_lane_has_one_winner_or_stacks() {
    check(include_str!("offer_cases/modes.txt"));
}

#[test]
fn offers_are_given_together_or_not_as_they_say() {
    check(include_str!("offer_cases/combines.txt"));
}

#[test]
fn every_benefit_takes_off_or_gives_what_it_says() {
    check(include_str!("offer_cases/benefits.txt"));
}

#[test]
fn discounts_fall_on_the_units_and_in_the_way_that_is_said() {
    check(include_str!("offer_cases/units.txt"));
}

#[test]
fn deals_and_bundles_claim_their_units() {
    check(include_str!("offer_cases/deals.txt"));
}

#[test]
fn the_highest_step_that_is_reached_applies() {
    check(include_str!("offer_cases/tiers.txt"));
}

#[test]
fn no_offer_takes_a_line_below_its_floor() {
    check(include_str!("offer_cases/floors.txt"));
}

#[test]
fn a_minimum_is_looked_at_when_the_turn_comes() {
    check(include_str!("offer_cases/minimums.txt"));
}

#[test]
fn what_is_declined_tells_why_with_the_numbers_found() {
    check(include_str!("offer_cases/declines.txt"));
}

#[test]
fn a_plan_looks_further_than_the_next_offer() {
    check(include_str!("offer_cases/plans.txt"));
}

#[test]
fn budgets_are_shared_by_all_customers_and_amounts_by_all_uses() {
    check(include_str!("offer_cases/budgets.txt"));
}

#[test]
fn any_code_of_a_batch_is_the_code() {
    check(include_str!("offer_cases/codes.txt"));
}

#[test]
fn pilots_and_holdouts_withhold_what_would_be_granted() {
    check(include_str!("offer_cases/trials.txt"));
}

#[test]
fn welcome_referral_and_early_access_are_offers_like_others() {
    check(include_str!("offer_cases/classics.txt"));
}

#[test]
fn points_of_purses_are_given_and_spent_apart() {
    check(include_str!("offer_cases/purses.txt"));
}

#[test]
fn a_catalog_tells_when_an_offer_begins_or_ends_next() {
    let offers = [
        r#"a {"benefit":{"points":1},"validity":{"until":"2026-04-01T12:00:00Z"}}"#,
        r#"b {"benefit":{"points":1},"validity":{"from":"2026-03-01T12:00:00Z"}}"#,
        concat!(
            r#"c {"benefit":{"access":{"name":"c","kind":"invitation","#,
            r#""closes":"2026-05-01T12:00:00Z"}}}"#,
        ),
    ];
    let offers = offers.map(offer).to_vec();
    let catalog = Catalog::check(offers, Vec::new(), &schema(), Currency::EUR).unwrap();
    for (as_of, next) in [
        ("2026-02-01", Some("2026-03-01")),
        ("2026-03-01", Some("2026-04-01")),
        ("2026-04-01", Some("2026-05-01")),
        ("2026-05-01", None),
    ] {
        assert_eq!(catalog.next_change(noon(as_of)), next.map(noon), "{as_of}");
    }
}
