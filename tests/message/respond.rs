//! From an event to a rendered message in the outbox, and what stands in the way of it.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::event::Channel;
use loyalty::message::{Course, Cue, MemoryOutbox, Outbox, Put, RefusalCode, Sending};
use loyalty::offer::NoBudgets;
use loyalty::profile::Customer;
use loyalty::program::{Response, Spec};
use loyalty::template::Item;
use loyalty::trigger::{Firing, Machine, Output};
use loyalty::{Event, Member, Program};
use serde_json::{Value, json};

fn program(change: impl FnOnce(&mut Value)) -> Program {
    let mut spec = json!({
        "loyalty": 1, "name": "Beans", "currency": "EUR", "zone": "Europe/Brussels",
        "contact": {
            "purposes": [{"id": "marketing"}],
            "quiet_hours": [{"from": "21:00", "until": "08:00"}],
            "no_repeat": "7d",
        },
        "templates": [{
            "id": "cart", "default": "en", "needs": ["first_name"],
            "texts": {
                "en": {
                    "push": {"title": "Your cart", "body": "{{ first_name }}, it is still there."},
                    "email": {
                        "subject": "{{ first_name }}, your cart is waiting",
                        "text": "Still there: {% for item in items %}{{ item.name }} {% endfor %}\
                                 {% if basket_total is defined %}\
                                 {{ basket_total|money }}{% endif %}",
                    }
                },
                "nl": {
                    "push": {"title": "Je mandje", "body": "{{ first_name }}, het wacht op je."},
                }
            }
        }],
        "triggers": triggers(),
        "messages": [{"id": "cart", "trigger": "cart_abandoned", "template": "cart",
                      "purpose": "marketing", "channels": ["push", "email"],
                      "overtaken_by": ["purchase"], "valid_for": "1d"}],
    });
    change(&mut spec);
    Spec::from_json(&spec.to_string()).unwrap().build().unwrap()
}

fn triggers() -> Value {
    json!({"list": [{
        "id": "cart_abandoned",
        "pattern": {"silence": {
            "after": {"event": "cart_updated"}, "without": [{"event": "purchase"}],
            "lasting": "60min"
        }}
    }]})
}

fn at(clock: &str) -> DateTime<Utc> {
    format!("2026-03-13T{clock}Z").parse().unwrap()
}

fn event(id: &str, at: DateTime<Utc>, kind: Value) -> Event {
    let kind = serde_json::from_value(kind).unwrap();
    Event::new(id.parse().unwrap(), "ann".parse().unwrap(), at, kind)
}

fn lines(price: &str) -> Value {
    json!([{"id": "1", "product": "beans", "quantity": 1, "unit_price": price}])
}

/// A member with a name and consent.
fn ann(program: &Program, attributes: &[(&str, &str)]) -> Member {
    let mut customer = Customer::new("ann".parse().unwrap());
    for (name, value) in attributes {
        customer = customer.with(name, *value).unwrap();
    }
    let mut member = program.enroll(customer);
    let consent = json!({"consent": {"purpose": "marketing", "choice": "granted"}});
    happen(program, &mut member, &event("c-1", at("01:00:00"), consent));
    member
}

fn happen(program: &Program, member: &mut Member, event: &Event) {
    let _ = member.apply(&program.decide(member, event));
}

/// A cart is left at an instant: the firing an hour later.
fn left(program: &Program, member: &mut Member, price: &str, cart_at: DateTime<Utc>) -> Firing {
    let cart = event(price, cart_at, json!({"cart_updated": {"lines": lines(price)}}));
    happen(program, member, &cart);
    let mut machine = Machine::new(program.triggers());
    assert_eq!(machine.observe(0, &cart), []);
    let fired = machine.advance(0, cart_at + TimeDelta::hours(2));
    let [Output::Fired(firing)] = fired.as_slice() else { panic!("{fired:?}") };
    assert_eq!(firing.at, cart_at + TimeDelta::hours(1));
    firing.clone()
}

fn respond(program: &Program, member: &Member, firing: &Firing, as_of: DateTime<Utc>) -> Response {
    let items = [Item::new().with("name", "House blend")];
    program.respond(member, firing, as_of, &NoBudgets, &items).unwrap()
}

fn codes(response: &Response) -> Vec<(Option<Channel>, RefusalCode)> {
    let refusals = response.dispatch.refusals.iter();
    refusals.map(|refusal| (refusal.channel, refusal.code())).collect()
}

#[track_caller]
fn says(response: &Response, expected: &[(&str, &str)]) {
    let record = response.record.as_ref().unwrap();
    let expected: BTreeMap<_, _> =
        expected.iter().map(|(part, text)| ((*part).into(), (*text).to_owned())).collect();
    assert_eq!(record.parts, expected);
}

#[test]
fn a_cart_that_was_left_becomes_a_message_in_the_outbox_once() {
    let program = program(|_| {});
    let mut member = ann(&program, &[("first_name", "Ann")]);
    let firing = left(&program, &mut member, "12.00 EUR", at("09:00:00"));
    let response = respond(&program, &member, &firing, firing.at);
    says(&response, &[("title", "Your cart"), ("body", "Ann, it is still there.")]);
    let record = response.record.unwrap();
    assert_eq!(record.id.to_string(), firing.id().to_string());
    assert_eq!(record.valid_until, Some(firing.at + TimeDelta::days(1)));
    let mut outbox = MemoryOutbox::new();
    assert_eq!(outbox.put(record), Put::New);
    happen(&program, &mut member, &response.event.unwrap());
    let again = respond(&program, &member, &firing, at("10:05:00"));
    assert_eq!(
        codes(&again),
        [
            (None, RefusalCode::SentBefore),
            // What it says was said, too.
            (None, RefusalCode::Repeated),
        ]
    );
    assert!(again.record.is_none() && again.event.is_none());
}

#[test]
fn at_night_it_waits_and_a_purchase_in_the_morning_makes_it_pointless() {
    let program = program(|_| {});
    let mut member = ann(&program, &[("first_name", "Ann")]);
    // 22:30 in Brussels.
    let firing = left(&program, &mut member, "12.00 EUR", at("20:30:00"));
    let response = respond(&program, &member, &firing, firing.at);
    let morning = "2026-03-14T07:00:00Z".parse().unwrap();
    assert_eq!(response.dispatch.course, Course::Defer { until: morning });
    assert!(response.record.is_none() && response.event.is_none());
    assert!(respond(&program, &member, &firing, morning).record.is_some());
    let basket = json!({"lines": lines("12.00 EUR")});
    let bought = json!({"purchase": {"order": "o-1", "basket": basket}});
    happen(&program, &mut member, &event("e-2", morning - TimeDelta::hours(1), bought));
    let response = respond(&program, &member, &firing, morning);
    assert_eq!(codes(&response), [(None, RefusalCode::Overtaken)]);
}

#[test]
fn what_breaks_a_silence_makes_its_message_pointless_without_being_said_again() {
    let basket = json!({"lines": lines("12.00 EUR")});
    let bought = json!({"purchase": {"order": "o-1", "basket": basket}});
    let opened = json!({"visit": {"store": "s"}});
    let large = json!({"event": "purchase", "when": {"field": "basket_total", "above": "50 EUR"}});
    let cases = [
        (json!([{"event": "purchase"}]), &bought, true),
        (json!([{"event": "purchase"}]), &opened, false),
        (json!([{"event": "purchase"}, {"event": "visit"}]), &opened, true),
        // Not any purchase is an answer: which of them overtake the message has to be said.
        (json!([large]), &bought, false),
    ];
    for (without, what, is_overtaken) in cases {
        let program = program(|spec| {
            spec["messages"][0].as_object_mut().unwrap().remove("overtaken_by");
            spec["triggers"]["list"][0]["pattern"]["silence"]["without"] = without.clone();
        });
        let mut member = ann(&program, &[("first_name", "Ann")]);
        let firing = left(&program, &mut member, "12.00 EUR", at("20:30:00"));
        let morning = firing.at + TimeDelta::minutes(9 * 60 + 30);
        assert!(respond(&program, &member, &firing, morning).record.is_some(), "{without}");
        let later = firing.at + TimeDelta::hours(9);
        happen(&program, &mut member, &event("e-3", later, what.clone()));
        let response = respond(&program, &member, &firing, morning);
        let expected = if is_overtaken { &[(None, RefusalCode::Overtaken)][..] } else { &[] };
        assert_eq!(codes(&response), expected, "{without}");
    }
}

#[test]
fn it_is_written_in_the_customers_language_and_about_their_cart() {
    let program = program(|spec| {
        spec["contact"]["caps"] = json!([{"at_most": 1, "within": "7d", "channel": "push"}]);
    });
    let mut member = ann(&program, &[("first_name", "An"), ("language", "nl-BE")]);
    let firing = left(&program, &mut member, "12.00 EUR", at("09:00:00"));
    let response = respond(&program, &member, &firing, firing.at);
    says(&response, &[("title", "Je mandje"), ("body", "An, het wacht op je.")]);
    happen(&program, &mut member, &response.event.unwrap());
    // Another cart says something else, and push messages are used up: there is no mail in Dutch.
    let firing = left(&program, &mut member, "19.90 EUR", at("11:00:00"));
    let response = respond(&program, &member, &firing, firing.at);
    assert_eq!(codes(&response), [(Some(Channel::Push), RefusalCode::Capped)]);
    let parts = response.record.unwrap().parts;
    assert_eq!(parts["subject"], "An, your cart is waiting");
    assert!(parts["text"].contains("House blend") && parts["text"].contains("19"), "{parts:?}");
}

#[test]
fn it_says_which_offers_it_promises() {
    let program = program(|spec| {
        spec["offers"] = json!([
            {"id": "back", "name": "10 % off", "benefit": {"percent": {"percent": "10%"}},
             "code": "BACK", "validity": {"until": "2026-03-31T22:00:00Z"}},
            {"id": "gift", "benefit": {"percent": {"percent": "5%"}}},
        ]);
        spec["messages"][0]["grants"] = json!(["gift", "back"]);
        let says = "For you: {% for offer in offers %}{{ offer.name }}\
            {% if offer.code is defined %}: {{ offer.code }}{% endif %}\
            {% if offer.until is defined %} until {{ offer.until|date }}{% endif %}; {% endfor %}";
        spec["templates"][0]["texts"]["en"]["push"]["body"] = json!(says);
    });
    let mut member = ann(&program, &[("first_name", "Ann")]);
    let firing = left(&program, &mut member, "12.00 EUR", at("09:00:00"));
    let record = respond(&program, &member, &firing, firing.at).record.unwrap();
    // It ends with the last day of March in Brussels, and that is the day people read of.
    assert_eq!(record.parts["body"], "For you: 10 % off: BACK until March 31, 2026; gift;");
    assert_eq!(record.grants.len(), 2);
}

#[test]
fn what_cannot_be_rendered_is_refused_with_the_reason() {
    let program = program(|_| {});
    let mut member = ann(&program, &[]);
    let firing = left(&program, &mut member, "12.00 EUR", at("09:00:00"));
    let response = respond(&program, &member, &firing, firing.at);
    assert_eq!(response.dispatch.course, Course::Drop);
    assert_eq!(
        codes(&response),
        [
            (Some(Channel::Push), RefusalCode::NotRendered),
            (Some(Channel::Email), RefusalCode::NotRendered),
        ]
    );
    let told = response.dispatch.refusals[0].to_string();
    assert_eq!(told, "on push: it cannot be rendered: `first_name` is missing");
    let json = serde_json::to_string(&response).unwrap();
    assert_eq!(serde_json::from_str::<Response>(&json).unwrap(), response);
}

#[test]
fn of_who_is_held_out_it_is_told_what_could_be_rendered() {
    let held_out = |spec: &mut Value| spec["contact"]["holdout"] = json!({"share": "100%"});
    for (attributes, expected) in [
        (&[][..], None),
        (&[("first_name", "Ann")], Some(Channel::Push)),
        (&[("first_name", "Ann"), ("language", "nl")], Some(Channel::Push)),
    ] {
        let program = program(held_out);
        let mut member = ann(&program, attributes);
        let firing = left(&program, &mut member, "12.00 EUR", at("09:00:00"));
        let response = respond(&program, &member, &firing, firing.at);
        let Course::HeldOut { would } = &response.dispatch.course else { panic!("{response:?}") };
        let channel = match would.as_ref() {
            Course::Send(send) => Some(send.channel),
            _ => None,
        };
        assert_eq!(channel, expected);
        assert!(response.record.is_none());
        assert_eq!(response.event.is_some(), expected.is_some());
    }
}

#[test]
fn what_is_planned_is_rendered_for_its_channel() {
    let program = program(|_| {});
    let mut member = ann(&program, &[("first_name", "Ann")]);
    let firing = left(&program, &mut member, "12.00 EUR", at("09:00:00"));
    let later = firing.at + TimeDelta::hours(2);
    let messages = program.messages();
    let message = messages.called_by(&firing.trigger).unwrap();
    let cue = Cue::new(firing.id().digest(), message.id.clone(), firing.at);
    let sending = Sending {
        id: cue.id,
        customer: member.id().clone(),
        message: message.id.clone(),
        channel: Channel::Email,
        at: later,
        value: 1,
    };
    let carried = |sending: &Sending| program.carry_out(sending, &member, &firing, &NoBudgets, &[]);
    let record = carried(&sending).unwrap().record.unwrap();
    assert_eq!((record.channel, record.queued_at), (Channel::Email, later));
    assert_eq!(respond(&program, &member, &firing, later).record.unwrap().channel, Channel::Push);
    let other = Sending { id: loyalty::digest::Digest::of(&1), ..sending };
    assert_eq!(carried(&other), None);
}

#[test]
fn templates_and_messages_are_checked_together() {
    let mut spec = json!({
        "loyalty": 1, "name": "Beans", "currency": "EUR",
        "contact": {"purposes": [{"id": "p"}]},
        "triggers": {"list": [{"id": "t", "pattern": {"happens": {"of": {"event": "visit"}}}}]},
        "templates": [
            {"id": "a", "default": "en", "texts": {"en": {"sms": {"text": "Hello"}}}},
            {"id": "a", "default": "en", "texts": {"en": {"sms": {"text": "Hello again"}}}},
        ],
        "messages": [
            {"id": "m", "trigger": "t", "template": "a", "purpose": "p",
             "channels": ["sms", "app"]},
            {"id": "o", "trigger": "u", "template": "a", "purpose": "p", "channels": ["sms"]},
            {"id": "n", "trigger": "t", "template": "b", "purpose": "p", "channels": ["sms"]},
        ],
    });
    let refused = |spec: &Value| {
        let error = Spec::from_json(&spec.to_string()).unwrap().build().unwrap_err();
        error.problems().iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    assert_eq!(
        refused(&spec),
        [
            "`templates[1].id`: template `a` is there twice",
            "`messages[0].channels[1]`: the template `a` says nothing for app",
            "`messages[1].trigger`: `u` is no trigger of the program",
            "`messages[2].template`: `b` is no template of the program",
            "`messages[2].trigger`: `t` calls for `m` already: a trigger calls for one message",
        ]
    );
    spec["templates"] = json!([{"id": "a", "default": "en",
                                "texts": {"en": {"sms": {"text": "Hello {{ frst_name }}"}}}}]);
    let told = refused(&spec);
    assert!(told[0].starts_with("`templates[0].texts.en.sms.text`: line 1, column"), "{told:?}");
}

#[test]
fn the_rule_of_the_trigger_must_hold_of_the_member() {
    let program = program(|spec| spec["triggers"]["list"][0]["when"] = json!("city = Gent"));
    let mut elsewhere = ann(&program, &[("first_name", "Ann"), ("city", "Brugge")]);
    let firing = left(&program, &mut elsewhere, "12.00 EUR", at("09:00:00"));
    let response = respond(&program, &elsewhere, &firing, firing.at);
    assert_eq!(response.dispatch.course, Course::Drop);
    assert_eq!(codes(&response), [(None, RefusalCode::NotMeant)]);
    assert!(response.record.is_none() && response.event.is_none());
    let mut here = ann(&program, &[("first_name", "Ann"), ("city", "Gent")]);
    let firing = left(&program, &mut here, "12.00 EUR", at("09:00:00"));
    assert!(respond(&program, &here, &firing, firing.at).record.is_some());
    let mut other = firing;
    other.customer = "ben".parse().unwrap();
    let response = respond(&program, &here, &other, other.at);
    assert_eq!(codes(&response), [(None, RefusalCode::NotMeant)]);
}

#[test]
fn the_rule_is_asked_of_the_firing_and_the_texts_of_the_instant_of_asking() {
    let program = program(|spec| {
        spec["triggers"]["list"][0]["when"] = json!("city = Gent");
        spec["templates"][0]["texts"]["en"]["push"]["body"] =
            json!("{{ first_name }} in {{ city|default('town') }}, it is still there.");
    });
    let mut member = ann(&program, &[("first_name", "Ann"), ("city", "Gent")]);
    let firing = left(&program, &mut member, "12.00 EUR", at("09:00:00"));
    let moved = |city: &str| json!({"attributes_changed": {"changes": {"city": city}}});
    happen(&program, &mut member, &event("m-1", at("10:30:00"), moved("Brugge")));
    let body = |city: &str| format!("Ann in {city}, it is still there.");
    for (as_of, city) in [(firing.at, "Gent"), (at("11:00:00"), "Brugge")] {
        let response = respond(&program, &member, &firing, as_of);
        says(&response, &[("title", "Your cart"), ("body", &body(city))]);
    }
    happen(&program, &mut member, &event("m-2", at("09:30:00"), moved("Aalst")));
    let response = respond(&program, &member, &firing, at("11:00:00"));
    assert_eq!(codes(&response), [(None, RefusalCode::NotMeant)]);
}
