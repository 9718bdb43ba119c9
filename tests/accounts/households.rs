//! Who pays when members of a household spend points together.

use chrono::{DateTime, Utc};
use loyalty::points::{Points, Refusal, Sharing};
use proptest::prelude::*;

use super::{Books, day};

/// Members with lots of so many points, which expire in so many days or never.
fn household(lots: &[(&str, i64, Option<&str>)]) -> Books {
    let mut books = Books::new();
    for (name, points, until) in lots {
        let points = points.to_string();
        let mut words = vec![*name, "gives", points.as_str()];
        words.extend(until.iter().flat_map(|until| ["until", *until]));
        books.happen(day("2026-01-01"), &words).unwrap();
    }
    books
}

fn as_of() -> DateTime<Utc> {
    day("2026-01-02")
}

/// `ann 30, bob 40`.
fn shared(books: &Books, points: i64, sharing: Sharing) -> Result<String, Refusal> {
    let members: Vec<_> = books.members.values().collect();
    let shares = books.program.share(&members, Points(points), as_of(), sharing)?;
    let shares = shares.iter().map(|(id, points)| format!("{id} {points}"));
    Ok(shares.collect::<Vec<_>>().join(", "))
}

#[test]
fn what_expires_first_pays_first_whoever_has_it() {
    let books = household(&[
        ("ann", 30, Some("2026-03-01")),
        ("ann", 50, None),
        ("bob", 40, Some("2026-02-01")),
        ("carl", 10, Some("2026-03-01")),
    ]);
    let share = |points| shared(&books, points, Sharing::EarliestExpiry).unwrap();
    assert_eq!(share(25), "bob 25");
    assert_eq!(share(60), "ann 20, bob 40");
    assert_eq!(share(75), "ann 30, bob 40, carl 5");
    assert_eq!(share(130), "ann 80, bob 40, carl 10");
}

#[test]
fn in_proportion_everybody_pays_by_largest_remainder() {
    let books = household(&[("ann", 50, None), ("bob", 30, None), ("carl", 20, None)]);
    let share = |points| shared(&books, points, Sharing::InProportion).unwrap();
    assert_eq!(share(10), "ann 5, bob 3, carl 2");
    // 3.5, 2.1 and 1.4: the largest remainder gets the point that is left.
    assert_eq!(share(7), "ann 4, bob 2, carl 1");
    assert_eq!(share(100), "ann 50, bob 30, carl 20");
    // 0.5, 0.3 and 0.2.
    assert_eq!(share(1), "ann 1");
}

#[test]
fn a_household_pays_no_more_than_it_can_spend() {
    let mut books = household(&[("ann", 50, None), ("bob", 30, Some("2026-01-02"))]);
    books.happen(day("2026-01-01"), &["carl", "takes", "5"]).unwrap();
    books.happen(day("2026-01-01"), &["ann", "holds", "20", "until", "2026-01-09"]).unwrap();
    for sharing in [Sharing::EarliestExpiry, Sharing::InProportion] {
        let refused = Refusal::TooFew { wanted: Points(31), found: Points(30) };
        assert_eq!(shared(&books, 31, sharing), Err(refused));
        assert_eq!(shared(&books, 30, sharing).unwrap(), "ann 30");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn shares_come_to_what_is_spent_and_everybody_can_pay_theirs(
        held in proptest::array::uniform3(0..60_i64),
        part in 0..=100_i64,
        in_proportion in any::<bool>(),
    ) {
        let sharing = if in_proportion { Sharing::InProportion } else { Sharing::EarliestExpiry };
        let names = ["ann", "bob", "carl"];
        let lots = names.iter().zip(held).filter(|(_, points)| *points > 0);
        let lots: Vec<_> = lots.map(|(name, points)| (*name, points, None)).collect();
        let mut books = household(&lots);
        let wanted = held.iter().sum::<i64>() * part / 100;
        let members: Vec<_> = books.members.values().collect();
        let shares = books.program.share(&members, Points(wanted), as_of(), sharing).unwrap();
        prop_assert_eq!(shares.iter().map(|(_, points)| points.0).sum::<i64>(), wanted);
        prop_assert!(shares.is_sorted());
        for (id, points) in shares {
            let points = points.to_string();
            prop_assert!(books.happen(as_of(), &[id.as_str(), "spends", &points]).is_ok());
        }
    }
}
