//! Roll-forwards and triangles as tables, worked out by hand.

use loyalty::calendar::{Period, Zone};
use loyalty::insight::liability::{Cohorts, Fault, RollForward, Triangle};
use loyalty::points::Ledger;

use super::ledgers::{ledger, midnight, noon, squeezed};

const MONTHS: Cohorts = Cohorts { period: Period::Month, zone: Zone::UTC };

fn rolled(ledger: &Ledger, from: &str, to: &str) -> RollForward {
    let mut whole = RollForward::new(MONTHS, midnight(from), midnight(to)).unwrap();
    whole.add(ledger).unwrap();
    whole
}

/// The head of every roll-forward: the columns of its rows in the tables here.
const HEAD: &str = "earned in opening restated issued redeemed given back reversed given back \
                    sent forfeited offset expired closing pending";

/// The lines of a roll-forward without its head, and without the spaces between columns.
#[track_caller]
fn lines(found: &RollForward) -> Vec<String> {
    let mut lines = squeezed(&found.to_string());
    assert_eq!(lines.remove(0), HEAD);
    lines
}

#[track_caller]
fn check(events: &str, [from, to]: [&str; 2], expected: &str) {
    let found = rolled(&ledger(events), from, to);
    assert!(found.rows().values().all(|row| row.ties()) && found.deficit().ties());
    assert_eq!(lines(&found), squeezed(expected), "\n{found}");
}

#[test]
fn a_cohort_is_issued_redeemed_expires_and_closes() {
    check(
        "2025-12-10 e1 earn 100 until 2026-02-01
         2026-01-05 e2 earn 50
         2026-01-20 e3 spend 30
         2026-03-10 e4 earn 40 from 2026-05-01",
        ["2026-01-01", "2026-04-01"],
        "2025-12  100   0   0  30   0   0   0   0   0   0  70   0   0
         2026-01    0   0  50   0   0   0   0   0   0   0   0  50   0
         2026-03    0   0  40   0   0   0   0   0   0   0   0  40  40
         total    100   0  90  30   0   0   0   0   0   0  70  90  40
         deficit: opening 0, restated 0, run up 0, paid down 0, closing 0",
    );
}

#[test]
fn what_is_given_back_of_an_earlier_period_stands_in_its_own_column() {
    check(
        "2026-01-10 e1 earn 100
         2026-01-20 e2 spend 60
         2026-01-25 e3 take 10 of e1
         2026-02-10 e4 give 20 of e2
         2026-02-11 e5 give 10 of e3
         2026-02-12 e6 spend 5
         2026-02-13 e7 give 5 of e6",
        ["2026-02-01", "2026-03-01"],
        "2026-01   30   0   0   0  20   0  10   0   0   0   0  60   0
         total     30   0   0   0  20   0  10   0   0   0   0  60   0
         deficit: opening 0, restated 0, run up 0, paid down 0, closing 0",
    );
}

#[test]
fn a_deficit_is_run_up_by_nobody_and_paid_down_by_a_cohort() {
    // +50, -80, +100: the balance is 70, in one open lot of 70.
    let events = "2026-01-10 e1 earn 50
                  2026-01-20 e2 spend 80
                  2026-02-10 e3 earn 100";
    check(
        events,
        ["2026-01-01", "2026-02-01"],
        "2026-01    0   0  50  50   0   0   0   0   0   0   0   0   0
         total      0   0  50  50   0   0   0   0   0   0   0   0   0
         deficit: opening 0, restated 0, run up 30, paid down 0, closing 30",
    );
    check(
        events,
        ["2026-02-01", "2026-03-01"],
        "2026-02    0   0 100   0   0   0   0   0   0  30   0  70   0
         total      0   0 100   0   0   0   0   0   0  30   0  70   0
         deficit: opening 30, restated 0, run up 0, paid down 30, closing 0",
    );
    check(
        events,
        ["2026-01-01", "2026-03-01"],
        "2026-01    0   0  50  50   0   0   0   0   0   0   0   0   0
         2026-02    0   0 100  30   0   0   0   0   0   0   0  70   0
         total      0   0 150  80   0   0   0   0   0   0   0  70   0
         deficit: opening 0, restated 0, run up 0, paid down 0, closing 0",
    );
}

#[test]
fn what_had_expired_and_is_taken_back_is_reversed_and_not_expired() {
    check(
        "2026-01-10 e1 earn 100 until 2026-02-01
         2026-02-20 e2 take 100 of e1",
        ["2026-02-01", "2026-03-01"],
        "2026-01    0   0   0   0   0 100   0   0   0   0 -100   0   0
         total      0   0   0   0   0 100   0   0   0   0 -100   0   0
         deficit: opening 0, restated 0, run up 0, paid down 0, closing 0",
    );
}

#[test]
fn what_is_learned_late_restates_the_opening_and_not_what_was_told() {
    let told = rolled(&ledger("2026-01-10 e1 earn 100"), "2026-01-01", "2026-02-01");
    let now = ledger(
        "2026-01-10 e1 earn 100
         2026-01-20 e0 spend 30
         2026-01-22 e9 earn 7
         2026-02-20 e2 spend 5",
    );
    let continued = rolled(&now, "2026-02-01", "2026-03-01").continuing(&told).unwrap();
    assert_eq!(
        lines(&continued),
        squeezed(
            "2026-01  100 -23   0   5   0   0   0   0   0   0   0  72   0
             total    100 -23   0   5   0   0   0   0   0   0   0  72   0
             deficit: opening 0, restated 0, run up 0, paid down 0, closing 0"
        )
    );
    let later = rolled(&now, "2026-03-01", "2026-03-01");
    assert!(matches!(later.continuing(&told), Err(Fault::Gap { .. })));
}

#[test]
fn a_period_that_ends_before_it_starts_and_parts_of_two_questions_are_refused() {
    let (from, to) = (noon("2026-02-01"), noon("2026-01-01"));
    let refused = RollForward::new(MONTHS, from, to).unwrap_err();
    let told = "the end 2026-01-01 12:00:00 UTC is before the start 2026-02-01 12:00:00 UTC";
    assert_eq!(refused.to_string(), told);
    let mut part = rolled(&Ledger::default(), "2026-01-01", "2026-02-01");
    let other = rolled(&Ledger::default(), "2026-01-01", "2026-02-02");
    assert_eq!(part.merge(&other), Err(Fault::OtherQuestion));
    let mut part = Triangle::new(MONTHS, from);
    assert_eq!(part.merge(&Triangle::new(MONTHS, to)), Err(Fault::OtherQuestion));
}

#[test]
fn sums_beyond_64_bits_are_refused_and_change_nothing() {
    let json = r#"{"cohorts": {"period": "month", "zone": "UTC"},
        "from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z",
        "rows": {"2026-01-01": {"opening": {"pending": 0, "active": 9000000000000000000},
            "restated": 0, "issued": 0, "redeemed": 0, "redeemed_given_back": 0, "reversed": 0,
            "reversed_given_back": 0, "offset": 0, "expired": 0,
            "closing": {"pending": 0, "active": 9000000000000000000}}},
        "deficit": {"opening": 0, "restated": 0, "run_up": 0, "paid_down": 0, "closing": 0}}"#;
    let part: RollForward = serde_json::from_str(json).unwrap();
    let mut whole = part.clone();
    assert_eq!(whole.merge(&part), Err(Fault::OutOfRange));
    assert_eq!(whole, part);
    let untied = json.replacen("\"expired\": 0", "\"expired\": 1", 1);
    let refused = serde_json::from_str::<RollForward>(&untied).unwrap_err();
    assert_eq!(refused.to_string(), "the row of 2026-01-01 does not tie");
    let untied = json.replacen("\"run_up\": 0", "\"run_up\": 1", 1);
    assert!(serde_json::from_str::<RollForward>(&untied).is_err());
}

#[test]
fn the_triangle_has_a_figure_for_each_period_that_is_over() {
    let mut triangle = Triangle::new(MONTHS, noon("2026-04-10"));
    let events = "2026-01-10 e1 earn 100
                  2026-01-31 e2 spend 10
                  2026-02-01 e3 spend 20
                  2026-02-20 e4 earn 50 from 2026-03-05
                  2026-02-25 e5 spend 90
                  2026-04-05 e6 earn 40
                  2026-04-09 e7 spend 25";
    // The 90 take 70 of January's; 20 are owed until February's become active in March.
    triangle.add(&ledger(events)).unwrap();
    assert_eq!(
        squeezed(&triangle.to_string()),
        squeezed(
            "earned in issued  0   1   2
             2026-01      100 10 100 100
             2026-02       50  0  20
             2026-04       40"
        )
    );
    let april = &triangle.rows()[&"2026-04-01".parse().unwrap()];
    assert_eq!((april.redeemed.0, april.outstanding.active.0), (0, 40));
    let february = &triangle.rows()[&"2026-02-01".parse().unwrap()];
    assert_eq!((february.redeemed.0, february.outstanding.active.0), (45, 5));
}

#[test]
fn the_months_are_those_of_the_programs_zone() {
    let seoul = Cohorts { period: Period::Month, zone: Zone::from_name("Asia/Seoul").unwrap() };
    for (at, month) in [
        ("2026-01-31T14:59:59Z", "2026-01"),
        ("2026-01-31T15:00:00Z", "2026-02"),
        ("2026-12-31T15:00:00Z", "2027-01"),
    ] {
        assert_eq!(seoul.label(seoul.of(at.parse().unwrap())), month);
    }
    let at = "2026-08-15T00:00:00Z".parse().unwrap();
    for (period, label) in [
        (Period::Day, "2026-08-15"),
        (Period::Week, "2026-08-10"),
        (Period::Quarter, "2026-Q3"),
        (Period::Year, "2026"),
    ] {
        let cohorts = Cohorts { period, zone: Zone::UTC };
        assert_eq!(cohorts.label(cohorts.of(at)), label);
    }
}
