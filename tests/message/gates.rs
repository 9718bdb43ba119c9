//! Every gate refuses with its reason and the instant at which it no longer would.

use loyalty::digest::Digest;
use loyalty::message::{Cue, RefusalCode};

use crate::scenario::{Scenario, check, play};

const MARKETING: &str = r#"did c-1 2026-01-01T00:00:00Z 
{"consent": {"purpose": "marketing", "choice": "granted", "version": 2}}"#;

/// A message `cart` by mail, else by text message, and `news` by mail, with consent to all.
fn with(policy: &str, lines: &str) -> String {
    format!(
        r#"
        zone Europe/Brussels
        policy {{"purposes": [{{"id": "marketing"}}], {policy}}}
        message {{"id": "cart", "trigger": "t", "template": "t", "purpose": "marketing",
        "channels": ["email", "sms"], "priority": 5, "overtaken_by": ["purchase"]}}
        message {{"id": "news", "trigger": "t", "template": "t", "purpose": "marketing",
        "channels": ["email"]}}
        {MARKETING}
        {lines}
        "#
    )
}

#[test]
fn two_days_have_a_cap_each_and_a_rolling_day_counts_both() {
    // 23:00 and 00:30 in Brussels, where it is an hour later than in UTC.
    check(&with(
        r#""caps": [{"at_most": 1, "within": "today"}]"#,
        "ask 2026-03-13T22:00:00Z cart#1 = send email
         ask 2026-03-13T22:30:00Z cart#2 = drop: capped 2026-03-13T23:00:00Z
         ask 2026-03-13T23:30:00Z cart#3 = send email",
    ));
    check(&with(
        r#""caps": [{"at_most": 1, "within": "24h"}]"#,
        "ask 2026-03-13T22:00:00Z cart#1 = send email
         ask 2026-03-13T23:30:00Z cart#2 = drop: capped 2026-03-14T22:00:00Z
         ask 2026-03-14T21:59:59Z cart#3 = drop: capped 2026-03-14T22:00:00Z
         ask 2026-03-14T22:00:00Z cart#4 = send email",
    ));
}

#[test]
fn the_day_of_a_cap_is_the_customers_own() {
    check(&with(
        r#""caps": [{"at_most": 1, "within": "today"}]"#,
        r#"customer {"time_zone": "America/New_York"}
         ask 2026-03-13T22:00:00Z cart#1 = send email
         ask 2026-03-13T23:30:00Z cart#2 = drop: capped 2026-03-14T04:00:00Z
         ask 2026-03-14T04:00:00Z cart#3 = send email"#,
    ));
}

#[test]
fn a_message_in_quiet_hours_waits_and_is_dropped_if_a_purchase_came() {
    let night = r#""quiet_hours": [{"from": "21:00:00", "until": "08:00:00"}]"#;
    let purchase = r#"{"purchase": {"order": "o-1", "basket": {"lines": [{"id": "1",
        "product": "p", "quantity": 1, "unit_price": "9.00 EUR"}]}}}"#;
    let defer = "defer 2026-03-14T07:00:00Z: \
                 on email quiet_hours 2026-03-14T07:00:00Z, \
                 on sms quiet_hours 2026-03-14T07:00:00Z";
    check(&with(
        night,
        &format!(
            "ask 2026-03-13T21:30:00Z cart#1 = {defer}
             ask 2026-03-14T07:00:00Z cart#1 = send email"
        ),
    ));
    check(&with(
        night,
        &format!(
            "ask 2026-03-13T21:30:00Z cart#1 = {defer}
             did e-1 2026-03-14T06:00:00Z {purchase}
             ask 2026-03-14T07:00:00Z cart#1 = drop: overtaken"
        ),
    ));
    // Bought before the trigger fired: that is the trigger's business.
    check(&with(
        night,
        &format!(
            "did e-1 2026-03-14T06:00:00Z {purchase}
             ask 2026-03-14T07:00:00Z cart#1 = send email"
        ),
    ));
}

#[test]
fn quiet_hours_end_once_where_the_clock_is_changed() {
    let night = r#""quiet_hours": [{"from": "21:00:00", "until": "02:30:00",
        "channels": ["email"]}]"#;
    let until = |asked: &str, until: &str| {
        format!("ask {asked} news#1 = defer {until}: on email quiet_hours {until}")
    };
    check(&with(night, &until("2026-03-28T23:30:00Z", "2026-03-29T01:00:00Z")));
    check(&with(night, &until("2026-10-24T23:30:00Z", "2026-10-25T00:30:00Z")));
    check(&with(night, "ask 2026-10-25T00:30:00Z news#1 = send email"));
    check(&with(night, "ask 2026-10-25T01:15:00Z news#1 = send email"));
    let other = "ask 2026-03-28T23:30:00Z cart#1 = \
                 send sms: on email quiet_hours 2026-03-29T01:00:00Z";
    check(&with(night, other));
}

#[test]
fn quiet_hours_that_meet_are_over_together_and_may_never_be() {
    check(&with(
        r#""quiet_hours": [{"from": "21:00:00", "until": "08:00:00"}, {"from": "08:00:00",
        "until": "09:30:00"}]"#,
        "ask 2026-03-13T21:30:00Z news#1 = \
         defer 2026-03-14T08:30:00Z: on email quiet_hours 2026-03-14T08:30:00Z",
    ));
    check(&with(
        r#""quiet_hours": [{"from": "21:00:00", "until": "08:00:00"}, {"from": "08:00:00",
        "until": "21:00:00"}]"#,
        "ask 2026-03-13T21:30:00Z news#1 = drop: on email quiet_hours",
    ));
}

#[test]
fn a_message_that_would_wait_for_too_long_is_dropped() {
    let short = r#"message {"id": "flash", "trigger": "t", "template": "t",
        "purpose": "marketing", "channels": ["email"], "valid_for": "9h"}"#;
    check(&with(
        r#""quiet_hours": [{"from": "21:00:00", "until": "08:00:00"}]"#,
        &format!(
            "{short}
             ask 2026-03-13T22:00:00Z flash#1 = drop: on email quiet_too_long
             ask 2026-03-13T22:00:01Z flash#2 = \
             defer 2026-03-14T07:00:00Z: on email quiet_hours 2026-03-14T07:00:00Z
             ask 2026-03-14T07:00:01Z flash#2 = drop: expired"
        ),
    ));
}

#[test]
fn consent_is_the_last_word_and_unknown_is_none() {
    let terms = r#"
        policy {"purposes": [{"id": "marketing", "consent": {"version": 2}}, {"id": "service",
        "consent": "not_needed"}]}
        message {"id": "cart", "trigger": "t", "template": "t", "purpose": "marketing",
        "channels": ["email", "sms"]}
        message {"id": "receipt", "trigger": "t", "template": "t", "purpose": "service",
        "channels": ["email"]}
        ask 2026-01-01T00:00:00Z receipt#1 = send email
        ask 2026-01-01T00:00:00Z cart#1 = drop: on email consent_unknown, on sms consent_unknown
        did c-1 2026-01-02T00:00:00Z {"consent": {"purpose": "marketing", "choice": "granted",
        "version": 1}}
        ask 2026-01-02T00:00:00Z cart#1 = drop: on email consent_outdated, on sms consent_outdated
        did c-2 2026-01-03T00:00:00Z {"consent": {"purpose": "marketing", "channel": "sms",
        "choice": "granted", "version": 2}}
        ask 2026-01-03T00:00:00Z cart#2 = send sms: on email consent_outdated
        did c-3 2026-01-04T00:00:00Z {"consent": {"purpose": "marketing", "choice": "withdrawn"}}
        ask 2026-01-04T00:00:00Z cart#3 = drop: on email consent_withdrawn, on sms consent_withdrawn
        did c-4 2026-01-04T00:00:00Z {"consent": {"purpose": "marketing", "channel": "email",
        "choice": "granted", "version": 2}}
        ask 2026-01-04T00:00:00Z cart#3 = drop: on email consent_withdrawn, on sms consent_withdrawn
        did v-1 2026-01-05T00:00:00Z {"void": {"event": "c-3"}}
        ask 2026-01-05T00:00:00Z cart#3 = send email"#;
    check(terms);
}

#[test]
fn more_important_messages_pass_a_cap_and_still_count() {
    check(&with(
        r#""caps": [{"at_most": 1, "within": "today", "exempt_from": 5}]"#,
        "ask 2026-03-14T09:00:00Z news#1 = send email
         ask 2026-03-14T10:00:00Z news#2 = drop: capped 2026-03-14T23:00:00Z
         ask 2026-03-14T11:00:00Z cart#1 = send email
         ask 2026-03-14T12:00:00Z cart#2 = send email
         ask 2026-03-14T23:00:00Z news#3 = send email",
    ));
    check(&with(
        r#""caps": [{"at_most": 1, "within": "today", "exempt_from": 5}]"#,
        "ask 2026-03-14T11:00:00Z cart#1 = send email
         ask 2026-03-14T12:00:00Z news#1 = drop: capped 2026-03-14T23:00:00Z",
    ));
}

#[test]
fn a_cap_of_a_channel_leads_to_the_next_one() {
    check(&with(
        r#""caps": [{"at_most": 1, "within": "24h", "channel": "email"}, {"at_most": 2,
        "within": "24h"}]"#,
        "ask 2026-03-14T09:00:00Z cart#1 = send email
         ask 2026-03-14T10:00:00Z cart#2 = send sms: on email capped 2026-03-15T09:00:00Z
         ask 2026-03-14T11:00:00Z cart#3 = \
         drop: on email capped 2026-03-15T09:00:00Z, capped 2026-03-15T09:00:00Z
         ask 2026-03-15T09:00:00Z cart#4 = send email",
    ));
}

#[test]
fn the_preferred_channel_is_tried_first_and_one_without_address_is_not() {
    let addresses = r#""addresses": {"email": "email", "sms": "phone"}"#;
    check(&with(
        addresses,
        r#"customer {"preferred_channel": "sms", "email": "a@b.c", "phone": "+321"}
           ask 2026-03-14T09:00:00Z cart#1 = send sms"#,
    ));
    check(&with(
        addresses,
        r#"customer {"preferred_channel": "sms", "email": "a@b.c"}
           ask 2026-03-14T09:00:00Z cart#1 = send email: on sms no_address"#,
    ));
    check(&with(
        addresses,
        "ask 2026-03-14T09:00:00Z cart#1 = drop: on email no_address, on sms no_address",
    ));
}

#[test]
fn a_cool_down_is_of_one_message_and_content_is_not_repeated_on_another_channel() {
    let again = r#"message {"id": "again", "trigger": "t", "template": "t",
        "purpose": "marketing", "channels": ["email"], "cool_down": "7d"}"#;
    check(&with(
        r#""holdout": null"#,
        &format!(
            "{again}
             ask 2026-03-23T09:00:00Z again#1 = send email
             ask 2026-03-25T09:00:00Z again#2 = drop: cooling_down 2026-03-30T08:00:00Z
             ask 2026-03-25T09:00:00Z news#1 = send email
             ask 2026-03-30T08:00:00Z again#3 = send email"
        ),
    ));
    // `news` and `news2` say the same, on two channels.
    let same = r#"message {"id": "news2", "trigger": "t", "template": "t",
        "purpose": "marketing", "channels": ["sms"]}"#;
    check(&with(
        r#""no_repeat": "30d""#,
        &format!(
            "{same}
             ask 2026-03-01T09:00:00Z news#1 = send email
             ask 2026-03-10T09:00:00Z news2#1 = drop: repeated 2026-03-31T08:00:00Z
             ask 2026-03-31T08:00:00Z news2#2 = send sms"
        ),
    ));
}

/// What became of a message that was sent by email, as an event.
fn told(firing: &str, at: &str, outcome: &str) -> String {
    let sending = Digest::of(&firing);
    format!(
        r#"did told-{firing}-{outcome} {at} {{"delivery": {{"sending": "{sending}",
        "message": "cart", "purpose": "marketing", "channel": "email", "outcome": "{outcome}"}}}}"#
    )
}

#[test]
fn where_nobody_was_nothing_is_sent_until_somebody_is_there() {
    let bounced = told("cart#1", "2026-03-14T10:00:00Z", "bounced");
    let play = |lines: &str| {
        check(&with(
            r#""addresses": {"email": "email"}"#,
            &format!(
                r#"customer {{"email": "old@b.c"}}
                   ask 2026-03-14T09:00:00Z news#1 = send email
                   ask 2026-03-14T09:00:00Z cart#1 = send email
                   {bounced}
                   ask 2026-03-14T11:00:00Z cart#2 = send sms: on email bounced
                   ask 2026-03-14T11:00:00Z news#2 = drop: on email bounced
                   {lines}"#
            ),
        ));
    };
    // Nor much later, nor after what was sent before it has arrived, nor with the same address.
    play(&told("news#1", "2026-03-15T09:00:00Z", "delivered"));
    play("ask 2028-03-14T09:00:00Z news#3 = drop: on email bounced");
    let changed = |id: &str, at: &str, value: &str| {
        format!(r#"did {id} {at} {{"attributes_changed": {{"changes": {{{value}}}}}}}"#)
    };
    let again = changed("a-1", "2026-03-15T09:00:00Z", r#""email": "old@b.c", "age": 40"#);
    play(&format!("{again}\n ask 2026-03-15T10:00:00Z news#3 = drop: on email bounced"));
    // Another address, also if that was told while the message was on its way; and back again.
    let other = changed("a-1", "2026-03-14T09:30:00Z", r#""email": "new@b.c""#);
    let back = changed("a-2", "2026-03-16T09:00:00Z", r#""email": "old@b.c""#);
    play(&format!(
        "{other}
         ask 2026-03-15T10:00:00Z news#3 = send email
         {back}
         ask 2026-03-16T10:00:00Z news#4 = drop: on email bounced"
    ));
    let none = changed("a-1", "2026-03-15T09:00:00Z", r#""email": null"#);
    play(&format!("{none}\n ask 2026-03-15T10:00:00Z news#3 = drop: on email no_address"));
    // A consent on the channel itself, or a later message of another system that arrived.
    let consent = |channel: &str, choice: &str| {
        format!(
            r#"did c-9 2026-03-15T09:00:00Z {{"consent": {{"purpose": "marketing",
               "choice": "{choice}", "version": 2{channel}}}}}"#
        )
    };
    let on_email = consent(r#", "channel": "email""#, "granted");
    play(&format!("{on_email}\n ask 2026-03-15T10:00:00Z news#3 = send email"));
    let on_all = consent("", "granted");
    play(&format!("{on_all}\n ask 2026-03-15T10:00:00Z news#3 = drop: on email bounced"));
    let opened = told("else", "2026-03-15T09:00:00Z", "opened");
    play(&format!("{opened}\n ask 2026-03-15T10:00:00Z news#3 = send email"));
    let voided = r#"did v-1 2026-03-15T09:00:00Z {"void": {"event": "told-cart#1-bounced"}}"#;
    play(&format!("{voided}\n ask 2026-03-15T10:00:00Z news#3 = send email"));
}

#[test]
fn what_came_back_counts_no_longer_unless_it_was_opened() {
    let cap = r#""caps": [{"at_most": 1, "within": "7d"}]"#;
    let sent = |outcome: &str| told("cart#1", "2026-03-14T10:00:00Z", outcome);
    for outcome in ["rejected", "expired", "retracted"] {
        check(&with(
            cap,
            &format!(
                "ask 2026-03-14T09:00:00Z cart#1 = send email
                 {}
                 ask 2026-03-14T11:00:00Z cart#2 = send email",
                sent(outcome)
            ),
        ));
    }
    for outcome in ["sent", "delivered", "opened", "clicked"] {
        let asked = if outcome == "sent" { "2026-03-21T10:00:00Z" } else { "2026-03-21T09:00:00Z" };
        check(&with(
            cap,
            &format!(
                "ask 2026-03-14T09:00:00Z cart#1 = send email
                 {}
                 ask 2026-03-14T11:00:00Z cart#2 = drop: capped {asked}",
                sent(outcome)
            ),
        ));
    }
    check(&with(
        cap,
        &format!(
            "ask 2026-03-14T09:00:00Z cart#1 = send email
             {}
             ask 2026-03-14T11:00:00Z cart#2 = send sms: on email bounced",
            sent("bounced")
        ),
    ));
    check(&with(
        cap,
        &format!(
            "ask 2026-03-14T09:00:00Z cart#1 = send email
             {}
             {}
             ask 2026-03-14T11:00:00Z cart#2 = drop: capped 2026-03-21T09:00:00Z",
            sent("bounced"),
            sent("opened"),
        ),
    ));
}

#[test]
fn what_is_opened_late_was_not_sent_then() {
    let delivery = |outcome: &str, at: &str| told("cart#1", at, outcome);
    let sent = [
        delivery("queued", "2026-02-01T09:00:00Z"),
        delivery("sent", "2026-02-01T10:00:00Z"),
        delivery("delivered", "2026-02-01T11:00:00Z"),
    ];
    let opened = delivery("opened", "2026-03-13T09:00:00Z");
    // Also if nothing else is known any more, as events are folded that are older.
    for known in [&sent.join("\n"), &sent[0], &sent[1], &sent[2], ""] {
        let lines = format!("{known}\n {opened}\n ask 2026-03-14T09:00:00Z news#1 = send email");
        check(&with(r#""caps": [{"at_most": 1, "within": "7d"}]"#, &lines));
    }
    let delivered = delivery("delivered", "2026-03-13T08:00:00Z");
    let lines = format!(
        "{opened}
         {delivered}
         ask 2026-03-14T09:00:00Z news#1 = drop: capped 2026-03-20T08:00:00Z"
    );
    check(&with(r#""caps": [{"at_most": 1, "within": "7d"}]"#, &lines));
}

#[test]
fn a_message_that_is_over_when_its_trigger_fires_never_passes() {
    let over = r#"message {"id": "over", "trigger": "t", "template": "t", "purpose": "marketing",
        "channels": ["email"], "valid_until": "2026-03-14T09:00:00Z"}"#;
    let mut scenario = Scenario::default();
    play(&mut scenario, &with(r#""holdout": null"#, over));
    let fired = "2026-03-14T10:00:00Z".parse().unwrap();
    let cue = Cue::new(Digest::of(&"over"), "over".parse().unwrap(), fired);
    let dispatch = scenario.dispatch(&cue, "2026-03-14T08:00:00Z".parse().unwrap());
    let [refusal] = dispatch.refusals.as_slice() else { panic!("{dispatch:?}") };
    assert_eq!((refusal.code(), refusal.next_change), (RefusalCode::NotYet, None));
    let other = Cue::new(Digest::of(&"news"), "news".parse().unwrap(), fired);
    let dispatch = scenario.dispatch(&other, "2026-03-14T08:00:00Z".parse().unwrap());
    assert_eq!(dispatch.refusals[0].next_change, Some(fired));
}

#[test]
fn a_firing_is_sent_once_however_often_it_is_asked() {
    check(&with(
        r#""holdout": null"#,
        "ask 2026-03-14T09:00:00Z cart#1 = send email
         ask 2026-03-14T09:00:00Z cart#1 = drop: sent_before
         ask 2026-03-15T09:00:00Z cart#1 = drop: sent_before",
    ));
}

#[test]
fn of_who_is_held_out_it_is_told_what_would_be_done() {
    // printf 'cart:2026:ann' | sha256sum: 85.5 % of all customers stand before this one.
    let held = |share: u32| {
        format!(
            r#"message {{"id": "cart", "trigger": "t", "template": "t",
        "purpose": "marketing", "channels": ["email", "sms"],
        "holdout": {{"share": "{share}%", "salt": "2026"}}, "cool_down": "2d"}}"#
        )
    };
    let terms = |share, lines: &str| {
        format!(
            r#"policy {{"purposes": [{{"id": "marketing"}}],
        "quiet_hours": [{{"from": "21:00:00", "until": "08:00:00"}}]}}
            {}
            {lines}"#,
            held(share)
        )
    };
    check(&terms(85, &format!("{MARKETING}\n ask 2026-03-14T09:00:00Z cart#1 = send email")));
    check(&terms(
        86,
        &format!(
            "{MARKETING}
             ask 2026-03-14T09:00:00Z cart#1 = held out, would send email: held_out
             ask 2026-03-15T09:00:00Z cart#2 = \
             held out, would drop: held_out, cooling_down 2026-03-16T09:00:00Z
             ask 2026-03-16T22:00:00Z cart#3 = held out, would defer 2026-03-17T08:00:00Z: \
             held_out, on email quiet_hours 2026-03-17T08:00:00Z, \
             on sms quiet_hours 2026-03-17T08:00:00Z"
        ),
    ));
    // Without consent there is nothing to be held out from.
    check(&terms(
        86,
        "ask 2026-03-14T09:00:00Z cart#1 = \
         drop: on email consent_unknown, on sms consent_unknown, held_out",
    ));
}
