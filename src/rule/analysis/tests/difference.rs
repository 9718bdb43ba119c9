//! What a change loses and gains, in words.

use super::{analyst, checked, schema};
use crate::calendar::{Span, Unit};
use crate::rule::{Rule, all, any, field, missing, not};

fn difference(before: Rule, after: Rule) -> String {
    let schema = schema();
    let (before, after) = (checked(before), checked(after));
    analyst(&schema).difference(&before, &after).unwrap().to_string()
}

#[test]
fn a_higher_threshold_loses_what_lies_between() {
    assert_eq!(
        difference(field("spend").at_least("100.00 EUR"), field("spend").at_least("120.00 EUR")),
        "lost: spend 100.00 EUR to 119.99 EUR"
    );
    assert_eq!(
        difference(field("orders").at_least(100), field("orders").at_least(120)),
        "lost: orders 100 to 119"
    );
    assert_eq!(
        difference(field("orders").above(2), field("orders").at_least(2)),
        "gained: orders 2"
    );
    assert_eq!(
        difference(field("rate").at_least(1.5), field("rate").above(3)),
        "lost: rate 1.5 to 3"
    );
    assert_eq!(
        difference(field("rate").above(1.5), field("rate").at_least(3)),
        "lost: rate above 1.5, below 3"
    );
    assert_eq!(difference(field("orders").at_least(3), field("orders").above(2)), "no difference");
}

#[test]
fn regions_name_every_field_that_matters() {
    let old = field("tier").one_of(["gold", "platinum"]).and(field("orders").at_least(3));
    let new = field("tier").one_of(["gold", "platinum"]).and(field("orders").at_least(6));
    assert_eq!(difference(old.clone(), new), "lost: orders 3 to 5 and tier gold or platinum");
    let known = old.clone().and(not(missing("email")));
    assert_eq!(
        difference(old, known),
        "lost: orders at least 3 and tier gold or platinum and email missing"
    );
    assert_eq!(
        difference(missing("email"), not(missing("email"))),
        "lost: email missing\ngained: email known"
    );
    assert_eq!(difference(Rule::Never, Rule::Always), "gained: whatever the facts");
}

#[test]
fn several_stretches_of_a_field_are_one_region() {
    let odd = field("orders").one_of([1, 3, 5]);
    assert_eq!(difference(odd.clone(), Rule::Never), "lost: orders 1, 3 or 5");
    assert_eq!(difference(Rule::Always, not(odd)), "lost: orders 1, 3, 5 or missing");
    let ends = any([field("orders").below(0), field("orders").above(9)]);
    assert_eq!(difference(Rule::Never, ends), "gained: orders at most -1 or at least 10");
}

#[test]
fn regions_of_sets_and_money_are_told_in_words() {
    let interests = || field("interests");
    assert_eq!(
        difference(interests().any_of(["tea"]), interests().all_of(["tea", "books"])),
        "lost: interests with tea, without books"
    );
    assert_eq!(difference(interests().is(["tea"]), Rule::Never), "lost: interests exactly tea");
    assert_eq!(
        difference(interests().any_of(["a", "b"]), interests().all_of(["a", "b"])),
        "lost: interests with a or b, without all of a and b"
    );
    assert_eq!(
        difference(interests().is(Vec::<&str>::new()), Rule::Never),
        "lost: interests empty"
    );
    let euro = any([field("balance").above("5.00 EUR"), field("balance").at_most("5.00 EUR")]);
    assert_eq!(
        difference(not(missing("balance")), euro.clone()),
        "lost: balance in another currency than EUR"
    );
    assert_eq!(difference(euro, Rule::Never), "lost: balance in EUR");
}

#[test]
fn regions_of_birthdays_are_told_by_how_near_they_are() {
    let near = |days| {
        let span = Span::new(days, Unit::Day).unwrap();
        field("birthday").anniversary_within_next(span)
    };
    assert_eq!(
        difference(near(14), near(7)),
        "lost: birthday coming round within the next 14 days, not coming round within the next 7 \
         days"
    );
    assert_eq!(
        difference(near(7).and(field("birthday").at_most("2008-03-15")), Rule::Never),
        "lost: birthday at most 2008-03-15, coming round within the next 7 days"
    );
}

#[test]
fn no_more_than_some_regions_are_told() {
    // Of 2⁶ ways to be as many in one as in the other, none are alike.
    let names = ["orders", "recency_days", "rate", "active", "tier", "spend", "balance"];
    let odd = names.iter().fold(Rule::Never, |odd, name| {
        let this = || missing(*name);
        any([all([odd.clone(), not(this())]), all([not(odd), this()])])
    });
    let schema = schema();
    let rule = checked(odd);
    let regions = analyst(&schema).regions(&rule).unwrap();
    assert!(regions.more && regions.regions.len() == 20);
    assert!(regions.to_string().ends_with("\nand more"));
    assert!(regions.regions.iter().all(|region| rule.truth(&region.witness).holds()));
}
