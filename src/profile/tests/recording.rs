//! What recording answers, and what a check finds.

use super::*;
use crate::event::Channel;
use crate::id::{EventId, LineId};

#[test]
fn the_same_event_again_is_a_duplicate_and_another_under_its_id_is_told() {
    for retention in [Retention::Forever, Retention::Days(3)] {
        let mut history = History::new(retention);
        for (line, expected) in [
            ("e1 1 buy o1 A:1@5.00", Recorded::New),
            ("e2 2 view p", Recorded::New),
            ("e2 2 view p", Recorded::Duplicate),
            ("e9 9 open", Recorded::New),
            ("e1 1 buy o1 A:1@5.00", Recorded::Duplicate),
            ("e1 1 buy o1 A:1@5.01", Recorded::Conflicting),
            ("e1 2 buy o1 A:1@5.00", Recorded::Conflicting),
            ("e1 8 view p", Recorded::Conflicting),
            ("e2 2 view p", Recorded::Duplicate),
            ("e2 2 open", Recorded::Conflicting),
        ] {
            assert_eq!(history.record(event(line)), expected, "{line} with {retention:?}");
        }
        assert_eq!(history.len(), 3);
        let purchases = history.purchases(&ada(), Currency::EUR, day(9));
        assert_eq!(told(&purchases), "5.00 - 0.00 - 0.00 = 5.00 (1/1)");
    }
}

#[test]
fn an_event_may_be_sent_again_with_another_instant_of_recording() {
    let mut history = history("e1 1 view p");
    let again = Event { recorded_at: day(5), ..event("e1 1 view p") };
    assert_eq!(history.record(again), Recorded::Duplicate);
    let other = event("e1 1 view p").through(Channel::Web);
    assert_eq!(history.record(other), Recorded::Conflicting);
}

#[test]
fn an_event_that_is_too_old_is_folded_at_once() {
    let mut history = History::new(Retention::Days(3));
    assert_eq!(history.summary().horizon(), None);
    assert_eq!(history.record(event("e9 9 open")), Recorded::New);
    assert_eq!(history.summary().horizon(), Some(day(6)));
    assert_eq!(history.record(event("e6 6 open")), Recorded::New);
    assert_eq!(history.record(event("e5 5 open")), Recorded::Folded);
    let whole: Vec<_> = history.events(day(9)).map(|event| event.id.as_str()).collect();
    assert_eq!((whole, history.len()), (vec!["e6", "e9"], 3));
}

#[test]
fn what_was_folded_stays_folded() {
    let mut history = history("e1 1 open\n e9 9 open");
    history.retain(Retention::Days(3));
    history.retain(Retention::Days(30));
    assert_eq!(history.record(event("e5 5 open")), Recorded::Folded);
    assert_eq!(history.events(day(9)).count(), 1);
}

#[test]
fn a_folded_purchase_loses_what_nobody_adds_up() {
    let mut kept = event("e1 1 buy o1 A:2@5.00-1.00/tea");
    let EventKind::Purchase(bought) = &mut kept.kind else { panic!() };
    bought.basket.chosen = vec!["gift".parse().unwrap()];
    bought.basket.lines[0].discounts[0].offer = Some("spring".parse().unwrap());
    let mut whole = kept.clone();
    let EventKind::Purchase(bought) = &mut whole.kind else { panic!() };
    bought.total = Some(euros("9.00"));
    bought.basket.store = Some("gent".parse().unwrap());
    bought.basket.coupons = vec!["CODE".parse().unwrap()];
    bought.basket.shipping = Some(euros("3.00"));
    bought.basket.lines[0].total = Some(euros("9.00"));
    whole.validate().unwrap();
    let mut history = History::new(Retention::Days(0));
    assert_eq!(history.record(whole.clone()), Recorded::New);
    assert_eq!(history.record(event("e2 2 open")), Recorded::New);
    assert_eq!(history.lasting(day(1)).collect::<Vec<_>>(), [&kept]);
    assert_eq!(history.record(whole), Recorded::Duplicate);
    kept.validate().unwrap();
}

#[test]
fn an_order_tells_what_may_still_come_back() {
    let history = history(
        "e1 1 buy o1 A:2@5.00 B:1@1.00
         e2 3 return o1 A:1",
    );
    let line = |id: &str| id.parse::<LineId>().unwrap();
    let order = "o1".parse().unwrap();
    assert!(history.order(&order, day(0)).is_none());
    let before = history.order(&order, day(2)).unwrap();
    assert_eq!(before.returnable(&line("A")), Some(2));
    let after = history.order(&order, day(3)).unwrap();
    assert_eq!((after.returnable(&line("A")), after.returned(&line("A"))), (Some(1), 1));
    assert_eq!((after.returnable(&line("B")), after.returnable(&line("C"))), (Some(1), None));
    assert_eq!((after.at(), after.event().id.as_str()), (day(1), "e1"));
}

#[test]
fn an_event_in_a_leap_second_is_in_the_second_before_it() {
    let mut leap = event("e1 1 open");
    leap.at = "2016-12-31T23:59:60.5Z".parse().unwrap();
    let end = "2016-12-31T23:59:59.999999999Z".parse().unwrap();
    let mut history = History::default();
    assert_eq!(history.record(leap), Recorded::New);
    assert_eq!(history.first_at(end), Some(end));
}

fn check(recorded: &str, candidate: &str, expected: &[&str]) {
    let found = history(recorded).check(&event(candidate)).err().unwrap_or_default();
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(told, expected, "{candidate} after {recorded}");
}

#[test]
fn a_check_tells_of_returns_that_cannot_be() {
    let recorded = "e1 1 buy o1 A:3@5.00 B:1@1.00
                    e2 2 return o1 A:2
                    e3 3 return o1 B:1
                    e4 4 void e3";
    check(recorded, "e5 5 return o1 A:1 B:1", &[]);
    check(
        recorded,
        "e5 0 return o1 A:2 B:2 C:1",
        &[
            "`at`: it came back before the order was bought at 2026-01-01 12:00:00 UTC",
            "`kind.return.lines[0].quantity`: \
             2 come back, but 3 were bought and 2 of them came back",
            "`kind.return.lines[1].quantity`: \
             2 come back, but 1 were bought and 0 of them came back",
            "`kind.return.lines[2].line`: order `o1` has no line `C`",
        ],
    );
    check(recorded, "e5 5 return o2 A:1", &["`kind.return.order`: order `o2` is not known (yet)"]);
}

#[test]
fn a_check_tells_of_purchases_that_cannot_be() {
    let recorded = "e1 1 buy o1 A:3@5.00
                    e2 2 return o2 A:2";
    check(recorded, "e3 3 buy o3 A:1@5.00", &[]);
    check(
        recorded,
        "e3 3 buy o1 A:1@5.00",
        &["`kind.purchase.order`: order `o1` was bought already, by event `e1`"],
    );
    check(
        recorded,
        "e3 1 buy o2 A:1@5.00",
        &["`kind.purchase.basket.lines[0].quantity`: 1 are bought, but 2 came back"],
    );
    let mut dollars = event("e3 3 buy o3 A:1@5.00");
    let EventKind::Purchase(bought) = &mut dollars.kind else { panic!() };
    bought.basket.lines[0].unit_price = Money::from_minor(1, Currency::USD);
    assert_eq!(
        history(recorded).check(&dollars).unwrap_err().to_string(),
        "`kind.purchase.basket.lines[0].unit_price`: \
         the order is in USD, where earlier ones are in EUR"
    );
}

#[test]
fn a_check_tells_of_other_events_that_cannot_be() {
    let recorded = "e1 1 open
                    e2 5 void e1";
    check(recorded, "e1 1 open", &[]);
    check(recorded, "e1 1 view p", &["`id`: event `e1` was recorded with other content"]);
    check(recorded, "e3 6 void e1", &[]);
    check(recorded, "e3 6 void e2", &[]);
    check(
        recorded,
        "e3 4 void e2",
        &["`kind.void.event`: event `e2` is a later void: only voids before it can be voided"],
    );
    check(recorded, "e3 6 void e9", &["`kind.void.event`: event `e9` is not known (yet)"]);
    check(
        recorded,
        "e3 6 change city=Gent birthday=today preferred_channel=pigeon email=",
        &[
            "`kind.attributes_changed.changes.birthday`: it is a date, not a text",
            "`kind.attributes_changed.changes.preferred_channel`: `pigeon` is no channel: \
             one of web, app, store, email, sms, push, phone, mail, social, partner",
        ],
    );
}

#[test]
fn only_references_to_what_may_still_arrive_are_early() {
    let history = history("e1 1 buy o1 A:1@5.00");
    for (line, is_early) in [
        ("e2 2 return o2 A:1", true),
        ("e2 2 void e9", true),
        ("e2 2 return o1 A:2", false),
        ("e2 2 buy o1 A:1@5.00", false),
    ] {
        let found = history.check(&event(line)).unwrap_err();
        assert!(found.iter().all(|problem| problem.fault.is_early() == is_early), "{line}");
    }
}

#[test]
fn a_profile_holds_events_of_its_own_customer() {
    let mut profile = Profile::new(Customer::new("bob".parse().unwrap()));
    let stranger = event("e1 1 open");
    assert_eq!(
        profile.check(&stranger).unwrap_err().to_string(),
        "`customer`: it is an event of customer `ada`, not of `bob`"
    );
    let _ = profile.history.record(stranger);
    assert_eq!(
        profile.validate().unwrap_err().to_string(),
        "`history.events[0].customer`: it is an event of customer `ada`, not of `bob`"
    );
}

#[test]
fn attributes_are_those_of_the_instant() {
    let customer = Customer::new(ada()).living_in("BE", "Oost-Vlaanderen", "Gent");
    let history = history(
        "e4 4 void e2
         e1 1 change city=Aalst shoe=38
         e2 2 change city= birthday=yesterday
         e3 3 change shoe=",
    );
    let profile = Profile { customer, history };
    let told = |as_of: i64| {
        let attributes = profile.attributes(day(as_of));
        let text = |name: &str| attributes.get(name).map_or("-".to_owned(), ToString::to_string);
        ["country", "city", "shoe", "birthday"].map(text).join(" ")
    };
    assert_eq!(told(0), "BE Gent - -");
    assert_eq!(told(1), "BE Aalst 38 -");
    assert_eq!(told(2), "BE - 38 -");
    assert_eq!(told(3), "BE - - -");
    assert_eq!(told(4), "BE Aalst - -");
}

#[test]
fn a_customer_joins_by_enrolling_or_else_with_the_first_event() {
    let brussels = Zone::from_name("Europe/Brussels").unwrap();
    let mut profile = Profile::new(Customer::new(ada()));
    assert_eq!(profile.joined_at(day(9)), None);
    let _ = profile.history.record(event("e2 2 open"));
    assert_eq!(profile.joined_at(day(9)), Some(day(2)));
    let mut enrolled = event("e4 4 enroll");
    enrolled.at = "2026-01-03T23:30:00Z".parse().unwrap();
    let _ = profile.history.record(enrolled);
    let date = |text: &str| text.parse::<NaiveDate>().ok();
    assert_eq!(profile.anchor(day(3), &brussels), date("2026-01-02"));
    assert_eq!(profile.anchor(day(9), &brussels), date("2026-01-04"));
    profile.customer = profile.customer.enrolled(date("2020-02-29").unwrap());
    assert_eq!(profile.anchor(day(9), &brussels), date("2020-02-29"));
}

#[test]
fn an_event_is_found_by_its_id_until_it_is_folded() {
    let mut history = history("e1 1 open\n e9 9 open");
    let id: EventId = "e1".parse().unwrap();
    assert_eq!(history.event(&id), Some(&event("e1 1 open")));
    history.retain(Retention::Days(1));
    assert_eq!(history.event(&id), None);
}

#[test]
fn of_very_many_copies_each_has_its_own_events() {
    let mut copies = vec![History::default()];
    for number in 0..100 {
        let mut copy = copies.last().unwrap().clone();
        assert_eq!(copy.record(event(&format!("e{number} {number} view p"))), Recorded::New);
        copies.push(copy);
    }
    for (count, copy) in copies.iter().enumerate() {
        let ids: Vec<&str> = copy.recorded().map(|event| event.id.as_str()).collect();
        assert_eq!(ids, (0..count).map(|number| format!("e{number}")).collect::<Vec<_>>());
        assert_eq!((copy.len(), copy.events(day(50)).count()), (count, count.min(51)));
        let knows = |number: usize| copy.knows(&format!("e{number}").parse().unwrap());
        assert!((0..count).all(knows) && !knows(count));
        let first = |event: &Event| copy.event(&event.id) == Some(event);
        assert!(copy.recorded().all(first));
        assert_eq!(copy.since((day(40), &"e40".parse().unwrap())).count(), count.max(40) - 40);
        let mut mended = copy.clone();
        assert_eq!(mended.record(event("late 0 open")), Recorded::New);
        assert_eq!((mended.len(), copy.len()), (count + 1, count));
        let last = mended.events(day(0)).last().map(|event| event.id.as_str());
        assert_eq!(last, Some("late"));
    }
}
