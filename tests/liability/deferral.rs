//! What is deferred for points and when it is revenue: the numbers of the standard, and laws.

use loyalty::insight::liability::{Fulfillment, Recognition, Sale, Worth};
use loyalty::money::{Allocator, Currency, LargestRemainder, Money, Rounding, Share};
use loyalty::points::Points;
use proptest::prelude::*;

/// An amount without decimals, as the examples of the standard have them.
fn whole(amount: i64) -> Money {
    Money::from_minor(amount, Currency::JPY)
}

fn fulfillment(deferred: i64, redeemed: i64, expected: i64, outstanding: i64) -> Fulfillment {
    Fulfillment {
        deferred: whole(deferred),
        redeemed: Points(redeemed),
        expected: Points(expected),
        outstanding: Points(outstanding),
    }
}

#[track_caller]
fn recognized(fulfillment: Fulfillment, expected: i64) {
    assert_eq!(
        fulfillment.recognized(Rounding::HalfUp).unwrap(),
        whole(expected),
        "{fulfillment:?}"
    );
}

#[test]
fn example_52_of_ifrs_15_has_its_numbers() {
    // Points worth 1 each come with goods for 100,000; of 10,000 points 9,500 will be redeemed.
    let worth = Worth { amount: whole(1), per: Points(1) };
    let points = worth.of(Points(9_500), Rounding::HalfUp).unwrap();
    let sale = Sale { price: whole(100_000), goods: whole(100_000), points };
    let split = sale.split().unwrap();
    assert_eq!((split.goods, split.points), (whole(91_324), whole(8_676)));

    // Year 1: 4,500 are redeemed, 9,500 expected. Year 2: 8,500 in all, 9,700 expected.
    let (first, second) =
        (fulfillment(8_676, 4_500, 9_500, 5_500), fulfillment(8_676, 8_500, 9_700, 1_500));
    recognized(first, 4_110);
    recognized(second, 7_603);
    let year_1 = Recognition::between(None, &first, Rounding::HalfUp).unwrap();
    assert_eq!((year_1.deferred, year_1.recognized), (whole(8_676), whole(4_110)));
    assert_eq!(year_1.closing, whole(8_676 - 4_110));
    let year_2 = Recognition::between(Some(&first), &second, Rounding::HalfUp).unwrap();
    assert_eq!((year_2.recognized, year_2.closing), (whole(3_493), whole(1_073)));
    // Of that, the 4,500 of year 1 are 4,025 of 9,700 instead of 4,110 of 9,500.
    assert_eq!((year_2.estimate, year_2.redeemed), (whole(-85), whole(3_578)));

    // Year 3: the last 1,500 points expire.
    let end = fulfillment(8_676, 8_500, 8_500, 0);
    let year_3 = Recognition::between(Some(&second), &end, Rounding::HalfUp).unwrap();
    assert_eq!((year_3.rest, year_3.recognized), (whole(1_073), whole(1_073)));
    assert_eq!((year_3.redeemed, year_3.estimate, year_3.closing), (whole(0), whole(0), whole(0)));
}

#[test]
fn of_9_000_deferred_4_175_are_recognized_at_4_500_of_9_700() {
    // 9,000 × 4,500 / 9,700 is 4,175.26.
    recognized(fulfillment(9_000, 4_500, 9_700, 5_500), 4_175);
    let cents = Fulfillment {
        deferred: "9000.00 EUR".parse().unwrap(),
        ..fulfillment(9_000, 4_500, 9_700, 5_500)
    };
    assert_eq!(cents.recognized(Rounding::HalfUp).unwrap().to_string(), "4175.26 EUR");
}

#[test]
fn revenue_begins_with_the_first_redemption_and_ends_with_all() {
    recognized(fulfillment(9_000, 0, 9_700, 10_000), 0);
    recognized(fulfillment(9_000, 0, 0, 10_000), 0);
    recognized(fulfillment(9_000, 9_700, 9_700, 300), 9_000);
    recognized(fulfillment(9_000, 0, 0, 0), 9_000);
    recognized(fulfillment(9_000, 10_000, 10_000, 0), 9_000);
}

#[test]
fn what_cannot_be_is_refused_with_all_places() {
    let refused = fulfillment(-1, -2, -3, -4).recognized(Rounding::HalfUp).unwrap_err();
    assert_eq!(
        refused.to_string().lines().collect::<Vec<_>>(),
        [
            "`deferred`: -1 JPY is negative",
            "`redeemed`: -2 points are negative",
            "`expected`: -3 points are negative",
            "`outstanding`: -4 points are negative",
        ]
    );
    let refused = fulfillment(1, 5, 4, 0).recognized(Rounding::HalfUp).unwrap_err();
    let told = "`expected`: 4 points are expected to be redeemed, less than the 5 that are";
    assert_eq!(refused.to_string(), told);
    let euro = Money::from_minor(1, Currency::EUR);
    let refused = Sale { price: whole(-1), goods: euro, points: whole(-2) }.split().unwrap_err();
    assert_eq!(
        refused.to_string().lines().collect::<Vec<_>>(),
        [
            "`price`: -1 JPY is negative",
            "`goods`: JPY and EUR cannot be mixed",
            "`points`: -2 JPY is negative",
        ]
    );
    let refused = Sale { price: whole(1), goods: whole(0), points: whole(0) }.split().unwrap_err();
    assert_eq!(refused.to_string(), "`price`: 1 JPY was paid for what is worth nothing");
    for (worth, points, told) in [
        (
            Worth { amount: whole(1), per: Points(0) },
            1,
            "the price is for 0 points: it must be for at least one",
        ),
        (Worth { amount: whole(-1), per: Points(1) }, 1, "-1 JPY is negative"),
        (Worth { amount: whole(1), per: Points(1) }, -1, "-1 points are negative"),
        (Worth { amount: whole(i64::MAX), per: Points(1) }, 2, "the amount is out of range"),
    ] {
        assert_eq!(worth.of(Points(points), Rounding::HalfUp).unwrap_err().to_string(), told);
    }
    let (before, after) =
        (fulfillment(1, 0, 1, 1), Fulfillment { deferred: euro, ..fulfillment(1, 0, 1, 1) });
    assert!(Recognition::between(Some(&before), &after, Rounding::HalfUp).is_err());
}

fn rounding() -> impl Strategy<Value = Rounding> {
    use Rounding::{Ceiling, Down, Floor, HalfDown, HalfEven, HalfUp, Up};
    prop::sample::select(vec![HalfUp, HalfEven, HalfDown, Down, Up, Floor, Ceiling])
}

/// A few amounts that are small, so that remainders meet, and some that are not.
fn amount() -> impl Strategy<Value = i64> {
    prop_oneof![0..20_i64, 0..=i64::MAX]
}

/// Points of which some are redeemed and some outstanding, with an amount that was deferred.
fn fulfillments() -> impl Strategy<Value = Fulfillment> {
    let points = (0..20_i64, 0..20_i64, 0..20_i64);
    let points = points.prop_map(|(redeemed, more, rest)| (redeemed, redeemed + more, more + rest));
    (amount(), points).prop_map(|(deferred, (redeemed, expected, left))| {
        fulfillment(deferred, redeemed, expected, left)
    })
}

proptest! {
    #[test]
    fn a_price_is_split_as_largest_remainders_split_it(
        price in amount(),
        goods in amount(),
        points in amount(),
    ) {
        let sale = Sale { price: whole(price), goods: whole(goods), points: whole(points) };
        prop_assume!(goods > 0 || points > 0);
        let split = sale.split().unwrap();
        let ids = ["goods".parse().unwrap(), "points".parse().unwrap()];
        let [first, second] = [(&ids[0], goods), (&ids[1], points)]
            .map(|(id, worth)| Share::new(id, whole(worth)).up_to(whole(price)));
        let found = LargestRemainder.allocate(whole(price), &[first, second]);
        prop_assert_eq!(found.parts, vec![split.goods, split.points]);
    }

    #[test]
    fn never_more_is_revenue_than_was_deferred_and_more_redemptions_never_make_less(
        fulfillment in fulfillments(),
        rounding in rounding(),
    ) {
        let now = fulfillment.recognized(rounding).unwrap();
        prop_assert!(!now.is_negative() && now <= fulfillment.deferred);
        if fulfillment.redeemed < fulfillment.expected {
            let later = Fulfillment { redeemed: Points(fulfillment.redeemed.0 + 1), ..fulfillment };
            prop_assert!(now <= later.recognized(rounding).unwrap());
        }
    }

    #[test]
    fn journals_tie_and_add_up_to_what_is_recognized(
        steps in proptest::collection::vec(fulfillments(), 1..6),
        rounding in rounding(),
    ) {
        let mut before: Option<Fulfillment> = None;
        let (mut sum, mut closing) = (0_i128, whole(0));
        for step in &steps {
            let told = Recognition::between(before.as_ref(), step, rounding).unwrap();
            let minor = |amount: Money| i128::from(amount.minor());
            prop_assert_eq!(told.opening, closing);
            prop_assert_eq!(
                minor(told.opening) + minor(told.deferred) - minor(told.recognized),
                minor(told.closing)
            );
            prop_assert_eq!(
                minor(told.redeemed) + minor(told.estimate) + minor(told.rest),
                minor(told.recognized)
            );
            sum += minor(told.recognized);
            closing = told.closing;
            before = Some(*step);
            prop_assert_eq!(sum, minor(step.recognized(rounding).unwrap()));
            prop_assert!(!closing.is_negative());
        }
    }
}
