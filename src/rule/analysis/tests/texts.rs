//! Starts, ends and parts of texts.

use super::{analyst, checked, implied, never, overlap, schema};
use crate::rule::{all, field, not};

#[test]
fn what_starts_with_a_text_contains_it_and_its_parts() {
    let email = || field("email");
    assert_eq!(implied(email().starts_with("ab"), email().contains("b")), "implied");
    assert_eq!(implied(email().starts_with("ab"), email().starts_with("a")), "implied");
    assert_eq!(implied(email().ends_with(".org"), email().contains("or")), "implied");
    assert_eq!(implied(email().contains("b"), email().starts_with("ab")), "email b");
    assert_eq!(implied(email().is("abc"), email().starts_with("ab")), "implied");
    assert_eq!(implied(email().one_of(["ab", "xb"]), email().starts_with("a")), "email xb");
}

#[test]
fn starts_ends_and_parts_meet_in_a_shortest_text() {
    let email = || field("email");
    assert_eq!(overlap(email().ends_with("a"), email().starts_with("b")), "email ba");
    assert_eq!(overlap(email().ends_with("ba"), email().starts_with("ab")), "email aba");
    assert_eq!(overlap(email().starts_with("a"), email().starts_with("b")), "apart");
    assert_eq!(overlap(email().ends_with("ab"), email().ends_with("b")), "email ab");
    assert_eq!(overlap(email().ends_with("ab"), email().ends_with("bb")), "apart");
    let parts = all(["ab", "bc", "ca"].map(|part| email().contains(part)));
    assert_eq!(never(parts.clone()), "email abca");
    assert_eq!(overlap(parts, not(email().contains("abc"))), "email bcab");
    // The one shortest text is left out, and so another is found.
    let not_aba = all([email().starts_with("ab"), email().ends_with("ba"), email().is_not("aba")]);
    assert_eq!(never(not_aba), "email abaxaba");
    assert_eq!(never(email().starts_with("ü").and(email().ends_with("ß"))), "email üß");
}

#[test]
fn affixes_of_a_closed_domain_are_those_of_its_texts() {
    let tier = || field("tier");
    assert_eq!(implied(tier().contains("old"), tier().is("gold")), "implied");
    assert_eq!(implied(tier().ends_with("r"), tier().is("silver")), "implied");
    assert_eq!(never(tier().starts_with("z")), "never applies");
}

#[test]
fn regions_of_texts_are_told_by_what_is_looked_for() {
    let schema = schema();
    let regions = |rule| analyst(&schema).regions(&checked(rule)).unwrap().to_string();
    let email = || field("email");
    let org = email().ends_with(".org").and(not(email().starts_with("info")));
    assert_eq!(regions(org), "email ending with `.org`, not starting with `info`");
    assert_eq!(regions(email().none_of(["a", "b"])), "email other than a or b");
    assert_eq!(regions(email().one_of(["b", "a"])), "email a or b");
    let but = email().starts_with("a").and(email().is_not("ab"));
    assert_eq!(regions(but), "email starting with `a`, other than ab");
    assert_eq!(regions(field("tier").none_of(["gold"])), "tier bronze, platinum or silver");
}
