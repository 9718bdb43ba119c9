//! The short examples print what stands in `tests/data/examples/`.

use std::path::PathBuf;
use std::process::Command;

/// The program of an example: cargo puts it into `examples/`, and tests into `deps/` beside that.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let folder = test.parent().and_then(|deps| deps.parent()).unwrap().join("examples");
    let program = folder.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        program.is_file(),
        "there is no {}: `cargo test` builds it, but with `--test examples` only what \
         `cargo build --examples` with the same features has left is there",
        program.display()
    );
    program
}

fn check(name: &str, expected: &str) {
    let output = Command::new(program(name)).output().unwrap();
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && complaint.is_empty(), "{name} fails: {complaint}");
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed == expected, "{name} prints\n\n{printed}\ninstead of\n\n{expected}");
}

#[test]
fn accounts_are_merged_and_parted_and_holds_are_captured_once() {
    check("accounts", include_str!("data/examples/accounts.txt"));
}

#[test]
fn miles_are_spent_and_status_credits_make_tiers() {
    check("miles", include_str!("data/examples/miles.txt"));
}

#[test]
fn the_coffee_shop_gives_every_tenth_cup_and_no_other_for_free() {
    check("coffee_shop", include_str!("data/examples/coffee_shop.txt"));
}

#[test]
fn the_coffee_club_counts_punches_weeks_and_euros_by_what_happened() {
    check("coffee_club", include_str!("data/examples/coffee_club.txt"));
}

#[test]
fn the_custom_segmenter_decides_who_gets_which_offers() {
    check("custom_segmenter", include_str!("data/examples/custom_segmenter.txt"));
}

#[test]
fn the_liability_of_a_club_ties_and_is_split_into_revenue_and_what_is_owed() {
    check("liability", include_str!("data/examples/liability.txt"));
}

#[test]
fn messages_are_refused_with_all_mistakes_and_then_shown_to_customers() {
    check("messages", include_str!("data/examples/messages.txt"));
}

#[test]
fn a_days_messages_are_sent_or_not_with_all_reasons() {
    check("outreach", include_str!("data/examples/outreach.txt"));
}

#[test]
fn vips_and_casual_customers_are_told_what_they_get_and_what_is_missing() {
    check("vip_and_casual", include_str!("data/examples/vip_and_casual.txt"));
}

#[test]
fn rules_from_json_are_refused_with_all_mistakes_and_then_told_in_sentences() {
    check("rules_from_json", include_str!("data/examples/rules_from_json.txt"));
}

#[test]
fn the_supermarket_plans_its_deals_and_finds_the_mistakes_in_its_terms() {
    check("supermarket", include_str!("data/examples/supermarket.txt"));
}

#[test]
fn an_airline_is_told_what_became_of_a_tier_and_what_another_ladder_would_cost() {
    check("tiers", include_str!("data/examples/tiers.txt"));
}

#[test]
fn contracts_and_donors_are_kept_and_worth_what_the_papers_models_say() {
    check("subscriptions", include_str!("data/examples/subscriptions.txt"));
}

#[test]
fn who_is_leaving_is_told_with_reasons_that_people_can_read() {
    check("churn", include_str!("data/examples/churn.txt"));
}

#[test]
fn carts_that_were_left_are_told_in_the_time_of_the_events() {
    check("cart_abandonment", include_str!("data/examples/cart_abandonment.txt"));
}
