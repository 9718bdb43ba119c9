//! Choosing, validating and bootstrapping models, and covariates.

use loyalty::calendar::Unit;
use loyalty::clv::{
    AttritionModel, Bootstrap, ChoiceReason, CovariateModel, Discount, Kind, LatentAttrition,
    Length, Note, Outcome, Parameters, ParetoCovariates, Repeat, Repeats, Resampling, choose,
};
use loyalty::stats::Confidence;
use ndarray::Array2;

use crate::cdnow::{cdnow, rows};

fn weeks(count: f64) -> Length {
    Length::new(count, Unit::Week)
}

fn model(parameters: Parameters) -> AttritionModel {
    AttritionModel::new(parameters, Unit::Week).unwrap()
}

fn fitted(kind: Kind, repeats: &Repeats) -> AttritionModel {
    LatentAttrition::new(kind).fit(repeats).unwrap().fitted().unwrap()
}

/// The log: each customer's days of purchase, counted from 1 January 1997.
fn days() -> Vec<Vec<i64>> {
    let mut customers: Vec<(String, Vec<i64>)> = Vec::new();
    let start = chrono::NaiveDate::from_ymd_opt(1997, 1, 1).unwrap();
    for line in include_str!("../../examples/data/cdnow_sample.csv").lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let day = (cells[2].parse::<chrono::NaiveDate>().unwrap() - start).num_days();
        match customers.iter_mut().find(|(id, _)| id == cells[1]) {
            Some((_, days)) => days.push(day),
            None => customers.push((cells[1].to_owned(), vec![day])),
        }
    }
    let sorted = |(_, mut days): (String, Vec<i64>)| {
        days.sort_unstable();
        days.dedup();
        days
    };
    customers.into_iter().map(sorted).collect()
}

const END: i64 = 272;

/// What the log says up to 30 September 1997, and how many purchases came in the 39 weeks after.
fn split() -> (Vec<Repeat>, Vec<u32>, f64) {
    let mut log_gaps = 0.0;
    let row = |days: Vec<i64>| {
        let first = days[0];
        let before: Vec<i64> = days.iter().copied().filter(|day| *day <= END).collect();
        log_gaps += before.windows(2).map(|two| ((two[1] - two[0]) as f64 / 7.0).ln()).sum::<f64>();
        let recency = (before[before.len() - 1] - first) as f64;
        let repeat = Repeat::new(before.len() as u32 - 1, recency, (END - first) as f64, Unit::Day);
        (repeat, (days.len() - before.len()) as u32)
    };
    let (repeats, later) = days().into_iter().map(row).unzip();
    (repeats, later, log_gaps)
}

#[test]
fn the_hold_out_of_the_cdnow_sample_is_foretold_as_well_as_known() {
    let (customers, later, _) = split();
    let (r, alpha, s, beta) = (0.553277, 10.577683, 0.606240, 11.668735);
    let model = model(Parameters::ParetoNbd { r, alpha, s, beta });
    let found = model.validate(&customers, &later, weeks(39.0)).unwrap();
    // Known from an independent computation: RMSE 1.6028, MAE 0.7545, -11.5 % in total.
    assert!((found.rmse - 1.6028).abs() < 5e-5, "{}", found.rmse);
    assert!((found.mae - 0.7545).abs() < 5e-5, "{}", found.mae);
    assert!((found.bias.unwrap() + 0.115).abs() < 5e-4, "{:?}", found.bias);
    assert_eq!((found.by_decile.len(), found.by_frequency.len()), (10, 8));
    let sizes: usize = found.by_decile.iter().map(|group| group.customers).sum();
    assert_eq!(sizes, 2357);
    assert!(model.validate(&customers, &later[1..], weeks(39.0)).is_err());
    assert!(model.validate(&customers, &later, Length::new(9.0, Unit::Month)).is_err());
}

#[test]
fn the_choice_for_the_cdnow_sample_has_its_reason() {
    let choice =
        choose(&cdnow(), &[Kind::Nbd, Kind::BgNbd, Kind::MbgNbd, Kind::ParetoNbd]).unwrap();
    // -9582.1357 against -9582.4292, with as many parameters: 0.587 in BIC.
    let ChoiceReason::Close { kind: Kind::MbgNbd, second: Kind::BgNbd, by } = choice.reason else {
        panic!("{:?}", choice.reason)
    };
    assert!((by - 0.587).abs() < 1e-3);
    let best = choice.model.unwrap();
    let (best, nbd) = (best.report().unwrap(), fitted(Kind::Nbd, &cdnow()));
    let ratio = best.better_than(nbd.report().unwrap()).unwrap();
    assert!((ratio.statistic - 2.0 * (9763.6576 - 9582.1357)).abs() < 1e-3 && ratio.degrees == 2);
    assert!((best.aic() - 2.0 * (9582.1357 + 4.0)).abs() < 1e-3);
    assert!((best.bic() - 2.0 * 9582.1357 - 4.0 * 2357_f64.ln()).abs() < 1e-3);
}

#[test]
fn regularity_is_recovered_from_gaps() {
    let (_, _, log_gaps) = split();
    // Gaps of the CDNOW sample are no more regular than exponential ones (BTYDplus finds k = 1).
    let known = cdnow().with_log_gaps(log_gaps);
    let found = fitted(Kind::MbgCnbd { k: None }, &known);
    assert_eq!(found.parameters(), fitted(Kind::MbgNbd, &known).parameters());
    assert!(LatentAttrition::new(Kind::MbgCnbd { k: None }).fit(&cdnow()).is_err());
    let two = fitted(Kind::MbgCnbd { k: Some(2) }, &cdnow());
    assert_eq!(two.report().unwrap().notes, [Note::GapsUnknown]);
}

#[test]
fn simulated_customers_lead_back_to_their_model() {
    let (r, alpha, a, b) = (0.9, 6.0, 0.8, 2.5);
    let ages: Vec<f64> = (0..6_000).map(|number| 30.0 + f64::from(number % 20)).collect();
    for truth in [
        Parameters::BgNbd { k: 1, r, alpha, a, b },
        Parameters::MbgNbd { k: 3, r, alpha, a, b },
        Parameters::ParetoNbd { r, alpha, s: 0.7, beta: 12.0 },
    ] {
        let customers = model(truth).simulate(&ages, 7);
        assert_eq!(customers, model(truth).simulate(&ages, 7));
        let kind = match truth {
            Parameters::BgNbd { .. } => Kind::BgNbd,
            Parameters::MbgNbd { k, .. } => Kind::MbgCnbd { k: Some(k) },
            _ => Kind::ParetoNbd,
        };
        let repeats = Repeats::new(Unit::Week, &customers, None).unwrap();
        let found = fitted(kind, &repeats);
        let wide = Confidence::new(0.9999).unwrap();
        let intervals = found.report().unwrap().intervals(wide);
        for ((name, interval), (_, value)) in intervals.iter().zip(truth.named()) {
            let interval = interval.unwrap();
            assert!(interval.covers(value), "{name} of {truth:?}: {interval:?}");
        }
    }
}

#[test]
fn bootstraps_and_second_derivatives_tell_the_same_errors() {
    let repeats = cdnow();
    let bg = fitted(Kind::BgNbd, &repeats);
    let by_curvature = bg.report().unwrap().intervals(Confidence::USUAL);
    for resampling in [Resampling::Customers, Resampling::Model] {
        let bootstrap = Bootstrap { replicates: 60, seed: 7, resampling };
        let found = bootstrap.run(&bg, &repeats).unwrap();
        assert_eq!(found, bootstrap.run(&bg, &repeats).unwrap());
        for ((name, one), (_, two)) in found.parameters(Confidence::USUAL).iter().zip(&by_curvature)
        {
            let two = two.unwrap();
            let width = (one.high / one.low).ln() / (two.high / two.low).ln();
            assert!((0.6..1.6).contains(&width), "{name}: {one:?} {two:?}");
            assert!(one.covers(one.value));
        }
        let customer = Repeat::new(2, 30.43, 38.86, Unit::Week);
        let expected = found
            .interval(Confidence::USUAL, |model| model.expected_purchases(&customer, weeks(39.0)))
            .unwrap();
        assert!(expected.covers(1.226) && expected.high - expected.low < 0.5);
    }
}

#[test]
fn effects_of_covariates_are_recovered_and_0_is_told_from_them() {
    let (r, alpha, s, beta) = (0.9, 6.0, 0.7, 12.0);
    let base = Parameters::ParetoNbd { r, alpha, s, beta };
    let truth = CovariateModel::new(Unit::Week, base, vec![0.8, 0.0], vec![-0.9]).unwrap();
    let mut customers = Vec::new();
    let mut cells = Vec::new();
    for number in 0..4_u32 {
        let (one, two) = (f64::from(number % 2), f64::from(number / 2));
        let own = truth.of(&[one, two, two]).unwrap();
        let drawn = own.simulate(&vec![40.0; 300], u64::from(number));
        cells.extend(drawn.iter().flat_map(|_| [one, two, two]));
        customers.extend(drawn);
    }
    let recipe = ParetoCovariates {
        purchase: vec!["member".into(), "far".into()],
        attrition: vec!["far".into()],
        max_iterations: 200,
    };
    let covariates = Array2::from_shape_vec((customers.len(), 3), cells).unwrap();
    let outcome = recipe.fit(Unit::Week, &customers, covariates.view()).unwrap();
    let Outcome::Fitted(found) = outcome else { panic!() };
    let report = found.report().unwrap();
    let named: Vec<&str> = report.parameters.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(named[4..], ["purchase[member]", "purchase[far]", "attrition[far]"]);
    let wide = Confidence::new(0.9999).unwrap();
    for ((name, interval), value) in
        report.intervals(wide).iter().zip([r, alpha, s, beta, 0.8, 0.0, -0.9])
    {
        assert!(interval.unwrap().covers(value), "{name}: {interval:?} {value}");
    }
    // Without any covariate it is the model without them.
    let none = ParetoCovariates { purchase: vec![], attrition: vec![], max_iterations: 200 };
    let (customers, _) = rows();
    let nothing = Array2::zeros((customers.len(), 0));
    let alone = none.fit(Unit::Week, &customers, nothing.view()).unwrap().fitted().unwrap();
    let plain = fitted(Kind::ParetoNbd, &Repeats::new(Unit::Week, &customers, None).unwrap());
    let (one, two) = (alone.report().unwrap(), plain.report().unwrap());
    assert!((one.log_likelihood - two.log_likelihood).abs() < 1e-5);
    // These customers leave at one rate: s and β are large, and only their ratio is known.
    for (one, two) in one.parameters.iter().zip(&two.parameters).take(2) {
        assert!((one.value / two.value - 1.0).abs() < 1e-5);
    }
    assert!(two.notes.contains(&Note::Alike { parameter: "s".into() }), "{:?}", two.notes);
}

#[test]
fn each_step_is_discounted_at_its_end() {
    let model = model(Parameters::Nbd { r: 1.0, alpha: 10.0 });
    let customer = Repeat::new(1, 8.0, 10.0, Unit::Week);
    // 0.1 purchases a week, in steps of 10 weeks at 10 %: 1/1.1 + 1/1.21, and the half step left.
    let discount = Discount::stepwise(0.1, weeks(10.0));
    let found = model.discounted_purchases(&customer, Some(weeks(25.0)), &discount).unwrap();
    let expected = 1.0 / 1.1 + 1.0 / 1.21 + 0.5 / 1.331;
    assert!((found - expected).abs() < 1e-14, "{found}");
    // Without an end: 1/1.1 + 1/1.21 + … = 10.
    let always = model.discounted_purchases(&customer, None, &discount).unwrap();
    assert!((always - 10.0).abs() < 1e-12, "{always}");
    assert_eq!(model.discounted_purchases(&customer, None, &Discount::yearly(0.0)), None);
}

#[test]
fn batches_say_what_single_customers_are_told_and_models_survive_storage() {
    let (customers, _) = rows();
    for kind in [Kind::BgNbd, Kind::MbgNbd, Kind::ParetoNbd] {
        let found = fitted(kind, &cdnow());
        let stored = serde_json::to_string(&found).unwrap();
        assert_eq!(serde_json::from_str::<AttritionModel>(&stored).unwrap(), found);
        let alive = found.p_alive_each(&customers);
        let expected = found.expected_purchases_each(&customers, weeks(39.0));
        for ((customer, alive), expected) in customers.iter().zip(alive).zip(expected) {
            assert_eq!(found.p_alive(customer), alive);
            assert_eq!(found.expected_purchases(customer, weeks(39.0)), expected);
        }
    }
    let wrong = r#"{"parameters": {"nbd": {"r": -1.0, "alpha": 0.0}}, "unit": "week"}"#;
    let told = serde_json::from_str::<AttritionModel>(wrong).unwrap_err().to_string();
    assert!(told.contains("parameters.nbd.r") || told.contains("parameters.r"), "{told}");
}

/// Fits of many histories, what they say of the customers, and a bootstrap.
#[cfg(feature = "rayon")]
fn all_in_parallel() -> String {
    let (r, alpha, a, b) = (0.3, 5.0, 0.8, 2.4);
    let truth = model(Parameters::BgNbd { k: 1, r, alpha, a, b });
    let ages: Vec<f64> = (0..20_000).map(|number| 20.0 + f64::from(number % 300) / 10.0).collect();
    let customers = truth.simulate(&ages, 7);
    let repeats = Repeats::new(Unit::Week, &customers, None).unwrap();
    let found = fitted(Kind::BgNbd, &repeats);
    let few = Repeats::new(Unit::Week, &customers[..1_000], None).unwrap();
    let bootstrap = Bootstrap { replicates: 4, seed: 7, resampling: Resampling::Model };
    let alive = found.p_alive_each(&customers);
    let expected = found.expected_purchases_each(&customers[..500], weeks(9.0));
    let replicates = bootstrap.run(&found, &few).unwrap();
    // Floats are written so that they are read as the same bits.
    serde_json::to_string(&(&found, alive, expected, replicates.models())).unwrap()
}

#[cfg(feature = "rayon")]
#[test]
fn one_two_and_eight_threads_give_the_same_bytes() {
    let on = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(all_in_parallel)
    };
    let one = on(1);
    for threads in [2, 8] {
        assert!(one == on(threads), "{threads} threads");
    }
}
