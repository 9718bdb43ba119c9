//! Pilots and holdouts: who is in a part of all customers is so for all time.

use loyalty::id::OfferId;
use loyalty::money::Percent;
use loyalty::offer::{Portion, Trial};
use proptest::prelude::*;

fn part(basis_points: u32) -> Portion {
    Portion::of_customers(Percent::from_basis_points(basis_points))
}

fn offer(text: &str) -> OfferId {
    text.parse().unwrap()
}

/// How many of the customers `c-0` to `c-9999` are in the part.
fn count(portion: &Portion, trial: Trial, offer: &OfferId) -> usize {
    (0..10_000).filter(|number| portion.includes(trial, offer, &format!("c-{number}"))).count()
}

/// Of 10,000 draws at 10 %, 1,000 are to be expected with a standard deviation of 30.
#[test]
fn a_part_is_as_large_as_its_share_says() {
    for name in ["spring", "summer", "autumn", "winter"] {
        for trial in [Trial::Pilot, Trial::Holdout] {
            let found = count(&part(1_000), trial, &offer(name));
            assert!((880..=1_120).contains(&found), "{name}: {found}");
        }
    }
    let all = count(&part(10_000), Trial::Pilot, &offer("spring"));
    assert_eq!((all, count(&part(0), Trial::Pilot, &offer("spring"))), (10_000, 0));
}

/// A tenth of a tenth: 100 are to be expected with a standard deviation of 10.
#[test]
fn parts_of_other_salts_offers_and_trials_have_nothing_to_do_with_each_other() {
    let (tenth, spring, summer) = (part(1_000), offer("spring"), offer("summer"));
    let salted = part(1_000).salted("x");
    let pairs = |other: &Portion, trial, of: &OfferId| {
        let names = (0..10_000).map(|number| format!("c-{number}"));
        let both = names.filter(|name| {
            tenth.includes(Trial::Pilot, &spring, name) && other.includes(trial, of, name)
        });
        both.count()
    };
    for found in [
        pairs(&tenth, Trial::Holdout, &spring),
        pairs(&tenth, Trial::Pilot, &summer),
        pairs(&salted, Trial::Pilot, &spring),
    ] {
        assert!((60..=140).contains(&found), "{found}");
    }
    assert_eq!(pairs(&tenth, Trial::Pilot, &spring), count(&tenth, Trial::Pilot, &spring));
}

proptest! {
    #[test]
    fn who_is_in_a_part_is_in_every_larger_one(
        small in 0..=10_000_u32,
        more in 0..=10_000_u32,
        customer in "[a-z0-9-]{1,12}",
        name in "[a-z]{1,8}",
    ) {
        let large = (small + more).min(10_000);
        let includes = |share| part(share).includes(Trial::Pilot, &offer(&name), &customer);
        prop_assert!(!includes(small) || includes(large));
    }
}
