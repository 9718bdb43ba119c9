//! What voids and returns do, as tables.

use super::*;

/// Records the events as they are listed, and checks the orders as of the given days.
fn check(events: &str, expected: &[(i64, &str)]) {
    let history = history(events);
    for (as_of, orders) in expected {
        let purchases = history.purchases(&ada(), Currency::EUR, day(*as_of));
        assert_eq!(told(&purchases), *orders, "as of day {as_of} of {events}");
    }
}

#[test]
fn a_return_takes_effect_when_it_happens() {
    check(
        "e1 1 buy o1 A:2@5.00-1.00
         e2 5 return o1 A:1",
        &[
            (0, ""),
            (1, "10.00 - 1.00 - 0.00 = 9.00 (2/2)"),
            (4, "10.00 - 1.00 - 0.00 = 9.00 (2/2)"),
            (5, "10.00 - 1.00 - 4.50 = 4.50 (1/2)"),
        ],
    );
}

#[test]
fn parts_of_a_line_come_back_without_losing_a_cent() {
    check(
        "e1 1 buy o1 A:3@3.34-0.02 B:1@1.00
         e2 2 return o1 A:1
         e3 3 return o1 A:1
         e4 4 return o1 A:1",
        &[
            (1, "11.02 - 0.02 - 0.00 = 11.00 (4/4)"),
            (2, "11.02 - 0.02 - 3.33 = 7.67 (3/4)"),
            (3, "11.02 - 0.02 - 6.67 = 4.33 (2/4)"),
            (4, "11.02 - 0.02 - 10.00 = 1.00 (1/4)"),
        ],
    );
}

#[test]
fn no_more_comes_back_than_was_bought() {
    check(
        "e1 1 buy o1 A:2@5.00 B:1@1.00
         e2 2 return o1 A:1
         e3 3 return o1 A:7 C:1",
        &[(3, "11.00 - 0.00 - 10.00 = 1.00 (1/3)")],
    );
}

#[test]
fn an_order_of_which_all_came_back_is_none() {
    check(
        "e1 1 buy o1 A:2@5.00 B:1@1.00
         e2 2 return o1 A:2 B:1",
        &[(1, "11.00 - 0.00 - 0.00 = 11.00 (3/3)"), (2, "")],
    );
}

#[test]
fn a_return_counts_whenever_it_arrives_but_not_before_its_purchase_happened() {
    check(
        "e2 5 return o1 A:1
         e1 1 buy o1 A:2@5.00
         e3 0 return o1 A:1",
        &[(5, "10.00 - 0.00 - 5.00 = 5.00 (1/2)")],
    );
}

#[test]
fn a_void_takes_effect_when_it_happens() {
    check(
        "e1 1 buy o1 A:1@5.00
         e2 3 void e1",
        &[(2, "5.00 - 0.00 - 0.00 = 5.00 (1/1)"), (3, "")],
    );
}

#[test]
fn a_void_may_arrive_and_happen_before_its_event() {
    check(
        "v 1 void e1
         e1 2 buy o1 A:1@5.00",
        &[(1, ""), (2, "")],
    );
}

#[test]
fn a_void_return_never_happened() {
    check(
        "e1 1 buy o1 A:2@5.00
         e2 2 return o1 A:1
         e3 3 void e2",
        &[(2, "10.00 - 0.00 - 5.00 = 5.00 (1/2)"), (3, "10.00 - 0.00 - 0.00 = 10.00 (2/2)")],
    );
}

#[test]
fn a_void_of_a_void_restores_from_its_instant_on() {
    check(
        "e1 1 buy o1 A:1@5.00
         e2 2 void e1
         e3 3 void e2
         e4 4 void e3",
        &[
            (1, "5.00 - 0.00 - 0.00 = 5.00 (1/1)"),
            (2, ""),
            (3, "5.00 - 0.00 - 0.00 = 5.00 (1/1)"),
            (4, ""),
        ],
    );
}

#[test]
fn two_voids_of_each_other_leave_the_later_one() {
    check(
        "e1 1 buy o1 A:1@5.00
         v1 2 void v2
         v2 3 void v1",
        &[(3, "5.00 - 0.00 - 0.00 = 5.00 (1/1)")],
    );
    left(
        "v1 2 void v2
         v2 3 void v1",
        &["v2"],
    );
}

#[test]
fn a_later_void_is_not_voided() {
    left(
        "e1 1 open
         v1 2 void v2
         v2 3 void e1",
        &["v1", "v2"],
    );
}

/// Checks which events are in effect in the end.
fn left(events: &str, expected: &[&str]) {
    let history = history(events);
    let left: Vec<_> = history.events(day(99)).map(|event| event.id.as_str()).collect();
    assert_eq!(left, expected, "{events}");
}

#[test]
fn an_order_that_is_reported_twice_counts_as_reported_first() {
    check(
        "e2 2 buy o1 A:1@9.00
         e1 1 buy o1 A:1@5.00
         e3 3 void e1",
        &[(2, "5.00 - 0.00 - 0.00 = 5.00 (1/1)"), (3, "9.00 - 0.00 - 0.00 = 9.00 (1/1)")],
    );
}

#[test]
fn orders_come_by_instant_then_by_id() {
    check(
        "e1 1 buy o2 A:1@2.00
         e2 1 buy o1 A:1@1.00
         e3 0 buy o3 A:1@3.00",
        &[(
            1,
            "3.00 - 0.00 - 0.00 = 3.00 (1/1); 1.00 - 0.00 - 0.00 = 1.00 (1/1); \
             2.00 - 0.00 - 0.00 = 2.00 (1/1)",
        )],
    );
}

#[test]
fn a_purchase_whose_amounts_are_invalid_counts_nothing() {
    check(
        "e1 1 buy o1 A:0@2.00
         e2 1 buy o2 A:1@1.00-2.00
         e3 1 buy o3 A:9@92233720368547758.07
         e4 1 buy o4 A:1@92233720368547758.07 B:1@0.01",
        &[(1, "")],
    );
}
