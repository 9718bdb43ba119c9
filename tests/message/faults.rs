//! Every problem of messages and of their policy is told, with its place.

use loyalty::message::{ContactPolicy, Message, Messages, Setting};
use loyalty::profile::Retention;
use serde_json::{Value, json};

#[track_caller]
fn check(policy: Value, messages: Value, retention: Retention, expected: &[&str]) {
    let policy: ContactPolicy = serde_json::from_value(policy).unwrap();
    let messages: Vec<Message> = serde_json::from_value(messages).unwrap();
    let setting = Setting { retention, ..Setting::new("EUR".parse().unwrap()) };
    let found = Messages::check(messages, policy, setting).err().unwrap_or_default();
    let told: Vec<String> = found.iter().map(ToString::to_string).collect();
    assert_eq!(told, expected);
}

#[test]
fn every_problem_of_a_policy_is_told_with_its_place() {
    check(
        json!({
            "purposes": [{"id": "a"}, {"id": "b"}, {"id": "a"}],
            "holdout": {"share": "0%"},
            "quiet_hours": [{"from": "09:00", "until": "09:00"}],
            "caps": [
                {"at_most": 0, "within": "today"},
                {"at_most": 1, "within": "yesterday", "purpose": "c"},
                {"at_most": 1, "within": "membership_year"}
            ],
            "budgets": [
                {"name": "x", "at_most": 0}, {"name": "x", "at_most": 1, "within": "24h"}
            ]
        }),
        json!([]),
        Retention::Forever,
        &[
            "`contact.purposes[2].id`: the purpose `a` is there twice",
            "`contact.holdout.share`: 0% is out of range: it must be more than 0% and at most 100%",
            "`contact.quiet_hours[0].until`: they end when they begin: nothing would ever be sent",
            "`contact.caps[0].at_most`: at most none: leave the messages out instead",
            "`contact.caps[1].purpose`: `c` is no purpose of the policy: it has `a`, `b`, `a`",
            "`contact.caps[1].within`: `yesterday` does not fit: \
             write a span like `24h`, a period like `today`, or `lifetime`",
            "`contact.caps[2].within`: `membership_year` does not fit: \
             write a span like `24h`, a period like `today`, or `lifetime`",
            "`contact.budgets[0].at_most`: at most none: leave the messages out instead",
            "`contact.budgets[1].name`: the budget `x` is there twice, or is named like an offer",
            "`contact.budgets[1].within`: `24h` does not fit: \
             write a period like `today`, or `lifetime`",
        ],
    );
}

fn message(id: &str, channels: Value) -> Value {
    json!({"id": id, "trigger": "t", "template": "t", "purpose": "p", "channels": channels})
}

fn policy(within: &str) -> Value {
    json!({"purposes": [{"id": "p"}], "caps": [{"at_most": 1, "within": within}]})
}

#[test]
fn every_problem_of_a_message_is_told_with_its_place() {
    let mut held = message("c", json!(["email"]));
    held["holdout"] = json!({"share": "100.01%"});
    check(
        json!({}),
        json!([message("a", json!([])), message("b", json!(["sms", "sms"])), held]),
        Retention::Forever,
        &[
            "`messages[0].purpose`: `p` is no purpose of the policy: it has none",
            "`messages[0].channels`: there is no channel on which it could be sent",
            "`messages[1].purpose`: `p` is no purpose of the policy: it has none",
            "`messages[1].channels[1]`: sms is there twice",
            "`messages[2].purpose`: `p` is no purpose of the policy: it has none",
            "`messages[2].holdout.share`: 100.01% is out of range: \
             it must be more than 0% and at most 100%",
        ],
    );
    let twice = json!([message("a", json!(["email"])), message("a", json!(["email"]))]);
    check(
        json!({"purposes": [{"id": "p"}]}),
        twice,
        Retention::Forever,
        &["`messages[1].id`: the message `a` is there twice"],
    );
}

#[test]
fn windows_do_not_look_back_further_than_events_are_kept() {
    // A day can have 25 hours.
    for (within, fits) in [
        ("30d", true),
        ("31d", false),
        ("744h", true),
        ("745h", false),
        ("4w", true),
        ("5w", false),
        ("this_week", true),
        ("this_month", false),
        ("lifetime", false),
    ] {
        let told = format!(
            "`contact.caps[0].within`: `{within}` looks back further than the 31 days \
             that events are kept"
        );
        let expected = if fits { vec![] } else { vec![told.as_str()] };
        check(policy(within), json!([]), Retention::Days(31), &expected);
        check(policy(within), json!([]), Retention::Forever, &[]);
    }
    check(
        json!({"purposes": [{"id": "p"}], "no_repeat": "1y"}),
        json!([{"id": "a", "trigger": "t", "template": "t", "purpose": "p",
                "channels": ["email"], "cool_down": "2mo"}]),
        Retention::Days(31),
        &[
            "`contact.no_repeat`: `1y` looks back further than the 31 days that events are kept",
            "`messages[0].cool_down`: `2mo` looks back further than the 31 days \
             that events are kept",
        ],
    );
}

#[test]
fn what_nobody_knows_is_refused() {
    let read = serde_json::from_value::<ContactPolicy>;
    assert!(read(json!({"quiet_hour": []})).is_err());
    assert!(read(json!({"caps": [{"at_most": 1, "within": "24h", "chanel": "sms"}]})).is_err());
    assert!(read(json!({"quiet_hours": [{"from": "25:00", "until": "08:00"}]})).is_err());
}
