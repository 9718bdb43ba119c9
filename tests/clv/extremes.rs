//! Data that cannot answer, and numbers at the ends of what is possible.

use loyalty::calendar::Unit;
use loyalty::clv::{
    AttritionModel, Discount, Kind, LatentAttrition, Length, Outcome, Parameters, Repeat, Repeats,
    TooLittle, Without,
};
use proptest::prelude::*;

const KINDS: [Kind; 6] = [
    Kind::Nbd,
    Kind::BgNbd,
    Kind::MbgNbd,
    Kind::ParetoNbd,
    Kind::BgCnbd { k: Some(2) },
    Kind::MbgCnbd { k: Some(3) },
];

fn fit(kind: Kind, customers: &[Repeat]) -> Outcome<AttritionModel> {
    let repeats = Repeats::new(Unit::Week, customers, None).unwrap();
    LatentAttrition::new(kind).fit(&repeats).unwrap()
}

fn week(frequency: u32, recency: f64, age: f64) -> Repeat {
    Repeat::new(frequency, recency, age, Unit::Week)
}

#[test]
fn too_little_data_is_told_and_why() {
    for kind in KINDS {
        let told = |customers: &[Repeat]| match fit(kind, customers) {
            Outcome::TooLittle(reason) => reason,
            other => panic!("{other:?}"),
        };
        assert_eq!(told(&[]), TooLittle::NoCustomers);
        assert_eq!(told(&[week(0, 0.0, 9.0), week(0, 0.0, 12.0)]), TooLittle::NoRepeatPurchases);
        assert_eq!(told(&[week(2, 0.0, 0.0)]), TooLittle::NoTime);
        let needed = kind.parameters().len();
        let one = told(&[week(3, 8.0, 9.0)]);
        assert_eq!(one, TooLittle::FewHistories { found: 1, needed });
    }
}

/// Customers who bought at the very end, whatever their rate: no time in which any could have left.
fn still_there() -> Vec<Repeat> {
    (0..40_u32).map(|x| week(x % 9 + 1, f64::from(20 + x), f64::from(20 + x))).collect()
}

#[test]
fn where_nobody_leaves_the_likelihood_of_the_nbd_is_the_evidence() {
    for kind in [Kind::BgNbd, Kind::MbgNbd, Kind::ParetoNbd] {
        let Outcome::NoAttrition(evidence) = fit(kind, &still_there()) else {
            panic!("{:?}", fit(kind, &still_there()))
        };
        let Without::Nbd(nbd) = &evidence.without else { panic!("{:?}", evidence.without) };
        let report = nbd.report().unwrap();
        assert!((evidence.log_likelihood - report.log_likelihood).abs() < 1e-4);
        assert!(evidence.ratio.p > 0.99 && evidence.reached.len() == 4);
        assert!(evidence.to_string().starts_with("no attrition identifiable in this data"));
        let Outcome::Fitted(alone) = fit(Kind::Nbd, &still_there()) else { panic!() };
        assert_eq!(alone.parameters(), nbd.parameters());
        assert_eq!(
            fit(kind, &still_there()).model().unwrap().p_alive(&week(3, 9.0, 30.0)),
            Some(1.0)
        );
    }
    let Outcome::NoAttrition(evidence) = fit(Kind::BgCnbd { k: Some(2) }, &still_there()) else {
        panic!()
    };
    let Without::Regular(regular) = evidence.without else { panic!() };
    let Parameters::BgNbd { k: 2, a, b, .. } = *regular.parameters() else { panic!() };
    assert!(a / b < 1e-10);
}

#[test]
fn a_customer_of_whom_nothing_makes_sense_gets_no_answer() {
    let model = AttritionModel::new(Parameters::Nbd { r: 1.0, alpha: 9.0 }, Unit::Week).unwrap();
    for wrong in [
        week(1, 9.0, 8.0),
        week(0, 1.0, 8.0),
        week(1, f64::NAN, 8.0),
        week(1, 1.0, f64::INFINITY),
        week(1, -1.0, 8.0),
        Repeat::new(1, 1.0, 8.0, Unit::Month),
    ] {
        assert_eq!(model.p_alive(&wrong), None, "{wrong:?}");
        assert!(Repeats::new(Unit::Week, &[wrong], None).is_err());
    }
    let days = Repeat::new(2, 70.0, 140.0, Unit::Day);
    let week = Length::new(10.0, Unit::Week);
    let month = Length::new(1.0, Unit::Month);
    assert_eq!(model.expected_purchases(&days, week), Some(3.0 / 29.0 * 10.0));
    assert_eq!(model.expected_purchases(&days, month), None);
}

fn any_model() -> impl Strategy<Value = AttritionModel> {
    let parameter = || (-9.0..9.0_f64).prop_map(f64::exp);
    let four = (parameter(), parameter(), parameter(), parameter());
    (four, 0..4_u32, 1..4_u32).prop_map(|((r, alpha, a, b), kind, k)| {
        let parameters = match kind {
            0 => Parameters::Nbd { r, alpha },
            1 => Parameters::BgNbd { k, r, alpha, a, b },
            2 => Parameters::MbgNbd { k, r, alpha, a, b },
            _ => Parameters::ParetoNbd { r, alpha, s: a, beta: b },
        };
        AttritionModel::new(parameters, Unit::Week).unwrap()
    })
}

fn any_customer() -> impl Strategy<Value = Repeat> {
    let frequency = prop_oneof![Just(0), 1..30_u32, Just(1_000), Just(1_000_000)];
    let age = prop_oneof![Just(0.0), 0.0..100.0, Just(1e9)];
    (frequency, age, prop_oneof![Just(0.0), Just(1.0), 0.0..1.0])
        .prop_map(|(x, age, share)| week(x, if x > 0 { age * share } else { 0.0 }, age))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn answers_are_finite_and_within_their_ends(
        model in any_model(),
        customer in any_customer(),
        time in prop_oneof![Just(0.0), 0.0..100.0, Just(1e6)],
    ) {
        let alive = model.p_alive(&customer).unwrap();
        prop_assert!((0.0..=1.0).contains(&alive), "{}", alive);
        let within = |time| model.expected_purchases(&customer, Length::new(time, Unit::Week));
        let (some, more) = (within(time).unwrap(), within(2.0 * time + 1.0).unwrap());
        prop_assert!(some.is_finite() && some >= 0.0, "{}", some);
        prop_assert!(some <= more * (1.0 + 1e-9), "{} {}", some, more);
        let (length, discount) = (Length::new(time, Unit::Week), Discount::yearly(0.2));
        let less = model.discounted_purchases(&customer, Some(length), &discount).unwrap();
        let some = within(time).unwrap();
        prop_assert!(less >= 0.0 && less <= some * (1.0 + 1e-7), "{} {}", less, some);
    }
}

#[test]
fn far_horizons_and_tiny_steps_are_answered_by_what_they_come_to() {
    let (r, alpha, a, b) = (0.0818, 0.0178, 2_072.0, 0.000_58);
    let discount = Discount::yearly(0.2);
    for k in [1, 3, 5] {
        let parameters = Parameters::MbgNbd { k, r, alpha, a, b };
        let model = AttritionModel::new(parameters, Unit::Week).unwrap();
        let customer = week(21, 0.0, 0.0);
        let value =
            |within, discount| model.discounted_purchases(&customer, within, &discount).unwrap();
        let (always, horizon) = (value(None, discount), Length::new(10_000.0, Unit::Week));
        // All of it comes within days, so that the way by expectations must agree with the way by
        // rates, and a step of a minute with no step.
        let far = value(Some(horizon), discount);
        assert!((far / always - 1.0).abs() < 1e-10, "{k}: {far} {always}");
        let minute = Length::new(1.0, Unit::Minute);
        let of_minute = 1.2_f64.powf(1.0 / (365.2425 * 1_440.0)) - 1.0;
        let stepwise = value(Some(horizon), Discount::stepwise(of_minute, minute));
        assert!((stepwise / always - 1.0).abs() < 1e-6, "{k}: {stepwise} {always}");
        assert!(stepwise < always);
    }
}

#[test]
fn waves_of_regular_buyers_are_followed() {
    let (r, alpha, a, b) = (0.0818, 0.0178, 0.8, 2.5);
    let parameters = Parameters::MbgNbd { k: 16, r, alpha, a, b };
    let model = AttritionModel::new(parameters, Unit::Week).unwrap();
    let (customer, discount) = (week(21, 90.0, 100.0), Discount::yearly(0.2));
    let value = |within| model.discounted_purchases(&customer, within, &discount).unwrap();
    // After 10,000 weeks a purchase is worth 1e-15 of one: by expectations and by rates alike.
    let (far, always) = (value(Some(Length::new(10_000.0, Unit::Week))), value(None));
    assert!((far / always - 1.0).abs() < 1e-9, "{far} {always}");
}

#[test]
fn steps_come_to_what_their_sum_comes_to() {
    let (r, alpha, a, b) = (0.25, 4.5, 0.8, 2.5);
    let step = Length::new(0.5, Unit::Week);
    for parameters in [
        Parameters::Nbd { r, alpha },
        Parameters::BgNbd { k: 2, r, alpha, a, b },
        Parameters::ParetoNbd { r, alpha, s: a, beta: b },
    ] {
        let model = AttritionModel::new(parameters, Unit::Week).unwrap();
        let customer = week(3, 20.0, 30.0);
        let within =
            |count| model.expected_purchases(&customer, Length::new(count, Unit::Week)).unwrap();
        // 1,500.3 weeks: 3,000 whole steps and a shorter one.
        let (mut sum, mut before, mut left) = (0.0, 0.0, 1.0);
        for number in 1..=3_001 {
            let expected = within((f64::from(number) * 0.5).min(1_500.3));
            left /= 1.001;
            sum += (expected - before) * left;
            before = expected;
        }
        let discount = Discount::stepwise(0.001, step);
        let within = Some(Length::new(1_500.3, Unit::Week));
        let found = model.discounted_purchases(&customer, within, &discount).unwrap();
        assert!((found / sum - 1.0).abs() < 1e-10, "{parameters:?}: {found} {sum}");
    }
}

#[test]
fn a_million_purchases_are_no_different() {
    let (r, alpha, a, b) = (0.25, 4.5, 0.8, 2.5);
    for parameters in [
        Parameters::Nbd { r, alpha },
        Parameters::BgNbd { k: 1, r, alpha, a, b },
        Parameters::MbgNbd { k: 1, r, alpha, a, b },
        Parameters::ParetoNbd { r, alpha, s: a, beta: b },
    ] {
        let model = AttritionModel::new(parameters, Unit::Week).unwrap();
        // Somebody who bought to the end at that pace has hardly left; in the middle, surely.
        let alive = |recency| model.p_alive(&week(1_000_000, recency, 1_000.0)).unwrap();
        assert!((0.99..=1.0).contains(&alive(1_000.0)), "{parameters:?}");
        let leaves = !matches!(parameters, Parameters::Nbd { .. });
        assert_eq!(alive(500.0) < 1e-6, leaves, "{parameters:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn any_customers_are_fitted_or_told_why_not(
        customers in prop::collection::vec(any_customer(), 0..12),
        kind in prop::sample::select(KINDS.to_vec()),
    ) {
        let outcome = fit(kind, &customers);
        if let Some(model) = outcome.model() {
            prop_assert!(model.report().unwrap().log_likelihood.is_finite());
            prop_assert!(customers.iter().all(|one| model.p_alive(one).unwrap().is_finite()));
        }
        let mut reversed = customers.clone();
        reversed.reverse();
        prop_assert_eq!(fit(kind, &customers), fit(kind, &reversed));
    }
}
