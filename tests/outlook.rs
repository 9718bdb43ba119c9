//! What a program derives for triggers: dates on the customer's wall, levels, lateness, news.

use chrono::{DateTime, Utc};
use loyalty::event::{Basket, Event, EventKind, LineItem, Operation, Purchase, View};
use loyalty::profile::Customer;
use loyalty::program::{Relevance, Spec};
use loyalty::trigger::{Machine, News, Output, ProductNews};
use loyalty::{Applied, Member, Program};

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

fn program(triggers: &str) -> Program {
    let json = format!(
        r#"{{"loyalty": 1, "name": "Club", "currency": "EUR", "zone": "Europe/Brussels",
        "points_expiry": {{"after": "30d"}},
        "earning": [{{"id": "base",
            "award": {{"per_amount": {{"points": 1, "per": "1.00 EUR"}}}}}}],
        "ladders": [{{"measure": "spend", "window": "30d", "validity": {{"for": "90d"}},
            "tiers": [
            {{"id": "base", "name": "Base", "at_least": "0.00 EUR"}},
            {{"id": "gold", "name": "Gold", "at_least": "100.00 EUR"}}]}}],
        "triggers": {{"correction": "30d", "list": [{triggers}]}}}}"#
    );
    Spec::from_json(&json).unwrap_or_else(|error| panic!("{error}")).build().unwrap()
}

fn ann(program: &Program) -> Member {
    let customer = Customer::new("ann".parse().unwrap());
    program.enroll(customer.born("1990-02-28".parse().unwrap()).living_in("AU", "south", "Sydney"))
}

fn buy(program: &Program, member: &mut Member, id: &str, when: &str, amount: &str) {
    let line =
        LineItem::new("1".parse().unwrap(), "shoes".parse().unwrap(), 1, amount.parse().unwrap());
    let kind = Purchase::new(id.parse().unwrap(), Basket::of([line])).into();
    happen(program, member, id, when, kind);
}

fn happen(program: &Program, member: &mut Member, id: &str, when: &str, kind: EventKind) {
    let event = Event::new(id.parse().unwrap(), member.id().clone(), at(when), kind);
    let applied = member.apply(&program.decide(member, &event));
    assert!(matches!(applied, Applied::Now { .. }), "{applied:?}");
}

/// When the only trigger has reason to fire from one instant until another.
#[track_caller]
fn check(program: &Program, member: &Member, (from, until): (&str, &str), expected: &[&str]) {
    let outlook = program.outlook(member, at(from), at(until));
    let found: Vec<String> =
        outlook.planned.iter().map(|one| one.at.format("%FT%TZ").to_string()).collect();
    assert_eq!(found, expected);
}

const FROM_2026: (&str, &str) = ("2026-01-01T00:00:00Z", "2028-01-01T00:00:00Z");

fn date(of: &str, rest: &str) -> Program {
    program(&format!(
        r#"{{"id": "t", "pattern": {{"date": {{"of": {of}, "at": "09:00:00"{rest}}}}}}}"#
    ))
}

#[test]
fn a_birthday_comes_every_year_at_a_time_on_the_customers_wall() {
    let program = date(r#"{"anniversary": "birthday"}"#, "");
    let member = ann(&program);
    check(&program, &member, FROM_2026, &["2026-02-28T08:00:00Z", "2027-02-28T08:00:00Z"]);
    let customer = Customer::new("bob".parse().unwrap()).born("1992-02-29".parse().unwrap());
    let in_sydney = customer.with("time_zone", "Australia/Sydney").unwrap();
    // Sydney is 11 hours ahead in its summer; there is no 29 February before 2028.
    check(
        &program,
        &program.enroll(in_sydney),
        FROM_2026,
        &["2026-02-27T22:00:00Z", "2027-02-27T22:00:00Z"],
    );
}

#[test]
fn a_time_that_the_wall_never_shows_is_the_first_after_it_and_one_shown_twice_the_first() {
    for (birthday, expected) in
        [("1990-03-29", "2026-03-29T01:00:00Z"), ("1990-10-25", "2026-10-25T00:30:00Z")]
    {
        let program = program(
            r#"{"id": "t", "pattern":
                {"date": {"of": {"anniversary": "birthday"}, "at": "02:30:00"}}}"#,
        );
        let customer = Customer::new("bob".parse().unwrap()).born(birthday.parse().unwrap());
        let year = ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z");
        check(&program, &program.enroll(customer), year, &[expected]);
    }
}

#[test]
fn a_season_begins_by_the_region_in_which_the_customer_lives() {
    let starts = r#"{"season": {"starts": {"north": {"month": 6, "day": 21},
        "south": {"month": 12, "day": 31}}}}"#;
    let program = date(starts, r#", "before": "1mo""#);
    // A month before 31 December is 30 November.
    check(
        &program,
        &ann(&program),
        ("2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        &["2026-11-30T08:00:00Z"],
    );
}

#[test]
fn points_are_about_to_expire_so_long_before_the_last_day_on_which_they_can_be_spent() {
    let program = date(r#"{"points_expire": null}"#, r#", "before": "14d""#);
    let mut member = ann(&program);
    buy(&program, &mut member, "p1", "2026-03-01T12:00:00Z", "40.00 EUR");
    // They expire on 31 March at 12:00 UTC; 17 March is before summer time begins.
    let ahead = ("2026-03-01T12:00:00Z", "2027-01-01T00:00:00Z");
    let outlook = program.outlook(&member, at(ahead.0), at(ahead.1));
    assert_eq!(outlook.planned.len(), 1);
    let end = program.view(&member, at(ahead.0)).expiring[0].at;
    let last = program.zone().date(end - chrono::TimeDelta::nanoseconds(1));
    let wall = (last - chrono::Days::new(14)).and_hms_opt(9, 0, 0).unwrap();
    assert_eq!(outlook.planned[0].at, program.zone().instant(wall));
    // Once they are spent, nothing expires.
    let spend = Operation::Spend {
        points: loyalty::points::Points(40),
        reward: "mug".parse().unwrap(),
        purse: None,
    };
    happen(&program, &mut member, "s1", "2026-03-02T12:00:00Z", EventKind::Points(spend));
    check(&program, &member, ("2026-03-02T12:00:00Z", ahead.1), &[]);
}

#[test]
fn a_level_is_crossed_by_the_event_that_reaches_it() {
    let program = program(
        r#"{"id": "t", "pattern": {"crosses": {"rule": {"field": "points", "at_least": 100}}}}"#,
    );
    let mut member = ann(&program);
    buy(&program, &mut member, "p1", "2026-03-01T12:00:00Z", "60.00 EUR");
    buy(&program, &mut member, "p2", "2026-03-03T12:00:00Z", "60.00 EUR");
    buy(&program, &mut member, "p3", "2026-03-05T12:00:00Z", "60.00 EUR");
    check(&program, &member, FROM_2026, &["2026-03-03T12:00:00Z"]);
    // A purchase that arrives late makes it the one before.
    buy(&program, &mut member, "p0", "2026-02-27T12:00:00Z", "45.00 EUR");
    check(&program, &member, FROM_2026, &["2026-03-01T12:00:00Z"]);
}

#[test]
fn who_has_not_bought_for_unusually_long_is_overdue_on_the_first_such_day() {
    let program = program(
        r#"{"id": "t", "pattern": {"overdue": {"at": "10:00:00", "model":
            {"recipe": {}, "zone": "UTC", "shape": 1.0, "rate_days": 10.0}}}}"#,
    );
    let mut member = ann(&program);
    check(&program, &member, FROM_2026, &[]);
    for (id, day) in [("p1", "2026-03-01"), ("p2", "2026-03-11"), ("p3", "2026-03-21")] {
        buy(&program, &mut member, id, &format!("{day}T12:00:00Z"), "5.00 EUR");
    }
    // Three days of purchases: shape 1 + 2, rate 10 + 20. A silence of s days is less likely than
    // 0.1 from (1 + s / 30)³ > 10 on: s > 30 (10^(1/3) - 1) = 34.6, so after 35 days, on 25 April.
    let ahead = ("2026-03-21T12:00:00Z", "2027-01-01T00:00:00Z");
    check(&program, &member, ahead, &["2026-04-25T08:00:00Z"]);
}

#[test]
fn news_are_for_those_who_showed_interest_and_the_rule_is_asked_when_it_fires() {
    let program = program(
        r#"{"id": "t", "when": {"field": "orders(30d)", "at_least": 1},
            "pattern": {"news": {"of": ["back_in_stock"],
                "interest": {"by": ["viewed"], "of": "category", "within": "30d"}}}}"#,
    );
    let view = |category: &str| {
        let (product, category) = ("boots".parse().unwrap(), Some(category.parse().unwrap()));
        EventKind::View(View { product, category })
    };
    let news = |id: &str, when: &str, news| ProductNews {
        id: id.parse().unwrap(),
        at: at(when),
        product: "sandals".parse().unwrap(),
        category: Some("shoes".parse().unwrap()),
        news,
    };
    let mut member = ann(&program);
    happen(&program, &mut member, "v1", "2026-03-01T12:00:00Z", view("hats"));
    let stock = news("n1", "2026-03-10T12:00:00Z", News::BackInStock);
    assert_eq!(program.hear(&member, &stock).planned, []);
    happen(&program, &mut member, "v2", "2026-03-02T12:00:00Z", view("shoes"));
    assert_eq!(program.hear(&member, &news("n2", "2026-03-10T12:00:00Z", News::New)).planned, []);
    assert_eq!(
        program.hear(&member, &news("n3", "2026-04-10T12:00:00Z", News::BackInStock)).planned,
        []
    );

    let mut machine = Machine::new(program.triggers());
    assert_eq!(machine.plan(&program.hear(&member, &stock)), []);
    let told = machine.advance(0, at("2026-03-10T12:00:00Z"));
    let [Output::Fired(firing)] = &told[..] else { panic!("{told:?}") };
    assert!(matches!(program.relevance(&member, firing), Relevance::NotMeant(_)));
    buy(&program, &mut member, "p1", "2026-03-05T12:00:00Z", "5.00 EUR");
    assert_eq!(program.relevance(&member, firing), Relevance::Meant);
    let other = date(r#""joined""#, "");
    assert_eq!(other.relevance(&member, firing), Relevance::OtherTerms);
}

#[test]
fn faults_of_triggers_are_told_with_those_of_the_program() {
    let spec = Spec::from_json(
        r#"{"loyalty": 1, "name": "Club", "currency": "EUR", "triggers": {"list": [
            {"id": "t", "when": {"field": "basket_total", "above": 5},
             "pattern": {"date": {"of": {"anniversary": "birthdy"}, "at": "09:00:00"}}}]}}"#,
    );
    let told = spec.unwrap().build().unwrap_err().to_string();
    assert!(
        told.contains("`triggers.list[0].pattern.date.of`: `birthdy` is no attribute"),
        "{told}"
    );
    assert!(
        told.contains("`triggers.list[0].when`: `basket_total` is not known of a profile"),
        "{told}"
    );
}

#[test]
fn a_tier_is_reviewed_so_long_before_its_last_day() {
    let program = date(r#"{"tier_review": null}"#, r#", "before": "30d""#);
    let mut member = ann(&program);
    let ahead = ("2026-04-01T12:00:00Z", "2027-01-01T00:00:00Z");
    check(&program, &member, ahead, &[]);
    buy(&program, &mut member, "p1", "2026-04-01T12:00:00Z", "100.00 EUR");
    // Gold for 90 days: to 30 June, 14:00 in Brussels. 30 days before that is 31 May.
    check(&program, &member, ahead, &["2026-05-31T07:00:00Z"]);
}
