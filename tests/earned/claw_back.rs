//! How far points are taken back that are not there any more.

use super::check;

/// A point for every EUR, and a cup for 100 points.
fn terms(policy: &str, more: &str) -> String {
    format!(
        r#""claw_back": "{policy}",
           "earning": [{{"id": "base", {more}
             "award": {{"per_amount": {{"points": 1, "per": "1.00 EUR"}}}}}}],
           "offers": [{{"id": "cup", "benefit": {{"gift": {{"product": "cup"}}}}, "cost": 100,
             "code": "CUP"}}]"#
    )
}

#[test]
fn earn_150_spend_100_take_back_is_150_owed_or_50_or_nothing() {
    check(
        &terms("into_deficit", ""),
        "
        1 a buys o 1:1x150.00         | +150 | active 150
        2 b buys p 1:1x0.00 with CUP  | -100 | active 50
        3 r returns o 1:1             | -150 | deficit 100
        4 c buys q 1:1x130.00         | +130 | active 30
        ",
    );
    check(
        &terms("within_balance", ""),
        "
        1 a buys o 1:1x150.00         | +150 | active 150
        2 b buys p 1:1x0.00 with CUP  | -100 | active 50
        3 r returns o 1:1             | -50  |
        4 c buys q 1:1x130.00         | +130 | active 130
        5 s returns o 1:1             |      | active 130
        ",
    );
    check(
        &terms("pending_only", ""),
        "
        1 a buys o 1:1x150.00         | +150 | active 150
        2 b buys p 1:1x0.00 with CUP  | -100 | active 50
        3 r returns o 1:1             |      | active 50
        ",
    );
}

#[test]
fn what_was_forgiven_is_not_taken_by_the_next_return() {
    // Two units earn 75 each. The first return takes the 50 that are left and forgives 25; the
    // second takes its own 75 of the other points.
    check(
        &terms("within_balance", ""),
        "
        1 a buys o 1:2x75.00          | +150 | active 150
        2 b buys p 1:1x0.00 with CUP  | -100 | active 50
        3 r returns o 1:1             | -50  |
        4 c buys q 1:1x200.00         | +200 | active 200
        5 s returns o 1:1             | -75  | active 125
        6 v voids s                   | +75  | active 200
        7 w voids r                   | +50  | active 250
        8 t returns o 1:2             | -150 | active 100
        ",
    );
}

#[test]
fn a_void_after_a_return_takes_the_rest_and_not_what_the_return_forgave() {
    check(
        &terms("within_balance", ""),
        "
        1 a buys o 1:2x75.00          | +150 | active 150
        2 b buys p 1:1x0.00 with CUP  | -100 | active 50
        3 r returns o 1:1             | -50  |
        4 c buys q 1:1x20.00          | +20  | active 20
        5 v voids a                   | -20  |
        6 d buys k 1:1x5.00           | +5   | active 5
        7 w voids v                   | +20  | active 25
        8 x voids r                   | +50  | active 75
        ",
    );
}

#[test]
fn what_is_taken_again_is_clamped_by_what_is_left_then() {
    check(
        &terms("within_balance", ""),
        "
        1 a buys o 1:1x150.00         | +150 | active 150
        2 r returns o 1:1             | -150 |
        3 v voids r                   | +150 | active 150
        4 b buys p 1:1x0.00 with CUP  | -100 | active 50
        5 w voids v                   | -50  |
        6 x voids w                   | +50  | active 50
        ",
    );
}

#[test]
fn only_pending_points_of_the_returned_line_itself_are_taken() {
    // Points are active after a fortnight.
    check(
        &terms("pending_only", r#""activation": {"after": "14d"},"#),
        "
        1  a buys o 1:1x40.00 2:1x60.00  | +100 | active 100
        2  b buys p 1:1x7.00             | +7   | active 107
        5  r returns o 1:1               | -40  | active 67
        20 s returns o 2:1               |      | active 67
        20 t returns p 1:1               |      | active 67
        21 v voids r                     | +40  | active 107
        22 w voids s                     |      | active 107
        ",
    );
}

#[test]
fn a_balance_is_never_below_zero_within_it_and_pending_points_of_others_stay() {
    // The points of a become active on the 15th, those of b on the 16th.
    check(
        &terms("within_balance", r#""activation": {"after": "14d"},"#),
        "
        1  a buys o 1:1x130.00         | +130 | active 130
        2  b buys q 1:1x70.00          | +70  | active 130, pending 70
        15 d buys p 1:1x0.00 with CUP  | -100 | active 30, pending 70
        15 r returns o 1:1             | -30  | pending 70
        ",
    );
}

#[test]
fn a_late_spend_changes_what_a_return_could_take() {
    check(
        &terms("within_balance", ""),
        "
        1 a buys o 1:1x150.00         | +150      | active 150
        3 r returns o 1:1             | -150      |
        2 b buys p 1:1x0.00 with CUP  | -100 +100 |
        4 v voids b                   | +100      | active 100
        ",
    );
}

#[test]
fn several_lines_share_what_is_left_in_their_order() {
    // 50 points are left of lines that earned 60 and 90.
    check(
        &terms("within_balance", ""),
        "
        1 a buys o 1:1x60.00 2:1x90.00  | +150 | active 150
        2 b buys p 1:1x0.00 with CUP    | -100 | active 50
        3 r returns o 1:1 2:1           | -50  |
        4 v voids r                     | +50  | active 50
        ",
    );
}

#[test]
fn points_that_expired_are_taken_back_from_what_expired() {
    check(
        &terms("within_balance", r#""expiry": {"after": "5d"},"#),
        "
        1  a buys o 1:1x30.00  | +30 | expired 30
        10 b buys p 1:1x10.00  | +10 | active 10, expired 30
        11 r returns o 1:1     | -30 | active 10
        12 v voids r           | +30 | active 10, expired 30
        ",
    );
}
