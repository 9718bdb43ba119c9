//! Documents that are nested far too deep.

use loyalty::program::Spec;
use loyalty::rule::{self, Rule};

use crate::doors::{Answer, Door, SCHEMA};

const DEEP: usize = 1_000_000;

#[test]
fn json_of_a_million_levels_is_unreadable_at_every_door() {
    let openings = [
        "[",
        "{\"a\":",
        "{\"all\":[",
        "{\"not\":",
        "{\"kind\":{\"purchase\":",
        "{\"offers\":[{\"when\":{\"any\":[",
        "{\"attributes\":{\"a\":[",
    ];
    for opening in openings {
        let text = opening.repeat(DEEP);
        for door in Door::ALL {
            let answer = door.hand_in(&text);
            assert!(matches!(answer, Answer::Unreadable(_)), "{door:?}: {opening}");
        }
    }
    let event = r#"{"id":"e","customer":"c","at":"2024-01-01T00:00:00Z",
        "recorded_at":"2024-01-01T00:00:00Z","kind":{"custom":{"name":"n","values":{"k":"#;
    let told = Door::Event.hand_in(&format!("{event}{}", "[".repeat(DEEP)));
    assert!(told.told().contains("recursion limit exceeded"), "{told:?}");
}

#[test]
fn toml_of_a_million_levels_is_unreadable() {
    let not = format!("not = {}", "{ not = ".repeat(DEEP));
    assert!(toml::from_str::<Rule>(&not).is_err());
    let list = format!("offers = {}", "[".repeat(DEEP));
    assert!(toml::from_str::<Spec>(&list).is_err());
    let keys = format!("{}a = 1", "a.".repeat(DEEP));
    assert!(toml::from_str::<Spec>(&keys).is_err());
}

#[test]
fn a_rule_is_refused_beyond_its_own_depth() {
    let nested = |levels| {
        let mut rule = rule::field("vip").is(true);
        for _ in 0..levels {
            rule = rule::not(rule);
        }
        rule
    };
    assert!(nested(rule::MAX_DEPTH).check(&SCHEMA).is_ok());
    let told = nested(rule::MAX_DEPTH + 1).check(&SCHEMA).unwrap_err().to_string();
    assert!(told.ends_with("conditions are nested more than 32 deep"), "{told}");
    let text = serde_json::to_string(&nested(rule::MAX_DEPTH + 1)).unwrap();
    let answer = Door::Rule.hand_in(&text);
    assert!(answer.told().contains("nested more than 32 deep"), "{answer:?}");
}
