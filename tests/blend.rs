//! A blend of two models on the CDNOW sample, which must foretell better than each of them without
//! looking at what it foretells.

use chrono::NaiveDate;
use loyalty::calendar::Unit;
use loyalty::clv::{
    Aim, Blend, BlendedModel, Kind, LatentAttrition, Length, Past, Repeat, Repeats, Validation,
};

/// The days on which each customer bought, from 1997-01-01 on.
fn days() -> Vec<Vec<i64>> {
    let start: NaiveDate = "1997-01-01".parse().unwrap();
    let lines = include_str!("../examples/data/cdnow_sample.csv").lines().skip(1);
    let mut rows: Vec<(u32, i64)> = lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let day: NaiveDate = fields[2].parse().unwrap();
            (fields[1].parse().unwrap(), (day - start).num_days())
        })
        .collect();
    rows.sort_unstable();
    rows.dedup();
    rows.chunk_by(|one, two| one.0 == two.0)
        .map(|own| own.iter().map(|(_, day)| *day).collect())
        .collect()
}

/// The customers at the end of a day, and how many purchases followed up to another.
fn seen(days: &[Vec<i64>], at: i64, until: i64) -> (Vec<Repeat>, Vec<u32>) {
    let known = days.iter().filter(|own| own[0] <= at);
    known
        .map(|own| {
            let before: Vec<i64> = own.iter().copied().filter(|day| *day <= at).collect();
            let later = own.iter().filter(|day| **day > at && **day <= until).count();
            let (first, last) = (before[0], before[before.len() - 1]);
            let again = u32::try_from(before.len() - 1).unwrap();
            let row = Repeat::new(again, (last - first) as f64, (at - first) as f64, Unit::Day);
            (row, u32::try_from(later).unwrap())
        })
        .unzip()
}

/// 1997-09-30, and 39 weeks later.
const NOW: i64 = 272;
const END: i64 = NOW + 273;

fn past(days: &[Vec<i64>], at: i64) -> Past {
    let (customers, purchases) = seen(days, at, NOW);
    Past { customers, purchases, within: Length::new((NOW - at) as f64, Unit::Day) }
}

fn found(kind: Kind, aim: Aim) -> (BlendedModel, Validation, Validation) {
    let days = days();
    let (customers, purchases) = seen(&days, NOW, END);
    let within = Length::new(39.0, Unit::Week);
    // Half of the time and two thirds, three quarters and four fifths of it.
    let pasts: Vec<Past> = [136, 182, 204, 218].map(|at| past(&days, at)).into();
    let blend = Blend { kind, aim }.fit(Unit::Week, &customers, &pasts).unwrap().fitted().unwrap();
    let repeats = Repeats::new(Unit::Week, &customers, None).unwrap();
    let single = LatentAttrition::new(kind).fit(&repeats).unwrap().fitted().unwrap();
    let alone = single.validate(&customers, &purchases, within).unwrap();
    let told = blend.validate(&customers, &purchases, within).unwrap();
    (blend, alone, told)
}

#[test]
fn the_blend_foretells_better_by_both_errors_than_the_best_single_model() {
    let (blend, alone, told) = found(Kind::ParetoNbd, Aim::Both);
    // What is known of the best single model on this hold-out.
    assert!((alone.rmse - 1.6028).abs() < 5e-5 && (alone.mae - 0.7545).abs() < 5e-5);
    assert!(blend.share() > 0.1 && blend.share() < 0.4, "{}", blend.share());
    assert!(blend.taken_off() > 0.0, "{}", blend.taken_off());
    assert!(told.rmse < 1.6 && told.mae < alone.mae, "{} {}", told.rmse, told.mae);
    // What is expected of all together is left as it is.
    assert!((told.bias.unwrap() - alone.bias.unwrap()).abs() < 1e-9);
}

#[test]
fn the_blend_foretells_better_by_both_errors_with_other_models_too() {
    for kind in [Kind::BgNbd, Kind::MbgNbd] {
        let (_, alone, told) = found(kind, Aim::Both);
        assert!(told.rmse < alone.rmse, "{kind:?}: {} {}", told.rmse, alone.rmse);
        assert!(told.mae < alone.mae, "{kind:?}: {} {}", told.mae, alone.mae);
    }
}

#[test]
fn an_aim_at_one_error_pays_with_the_other() {
    let (_, alone, absolute) = found(Kind::BgNbd, Aim::Absolute);
    assert!(absolute.mae < 0.95 * alone.mae && absolute.rmse > alone.rmse);
    let (_, _, squared) = found(Kind::BgNbd, Aim::Squared);
    assert!(squared.rmse < alone.rmse && squared.mae > absolute.mae);
}

#[test]
fn without_a_past_the_blend_is_the_model_itself() {
    let days = days();
    let (customers, _) = seen(&days, NOW, END);
    let blend =
        Blend { kind: Kind::BgNbd, aim: Aim::Both }.fit(Unit::Week, &customers, &[]).unwrap();
    let blend = blend.fitted().unwrap();
    assert_eq!((blend.share(), blend.taken_off()), (0.0, 0.0));
    let within = Length::new(10.0, Unit::Week);
    let own = blend.model().expected_purchases_each(&customers, within);
    assert_eq!(blend.expected_purchases_each(&customers, within), own);
    let text = serde_json::to_string(&blend).unwrap();
    assert_eq!(serde_json::from_str::<BlendedModel>(&text).unwrap(), blend);
    let wrong = text.replace("\"share\":0.0", "\"share\":0.0,\"taken_off\":1.0");
    let told = serde_json::from_str::<BlendedModel>(&wrong).unwrap_err().to_string();
    assert!(told.contains("`taken_off`"), "{told}");
}

#[test]
fn a_past_that_makes_no_sense_is_told_with_its_place() {
    let days = days();
    let wrong = Past { within: Length::new(0.0, Unit::Day), ..past(&days, 136) };
    let none = Past { purchases: Vec::new(), ..past(&days, 136) };
    let (customers, _) = seen(&days, NOW, END);
    let told = Blend::default().fit(Unit::Week, &customers, &[wrong, none]).unwrap_err();
    let told = told.to_string();
    assert!(told.contains("`pasts[0].within.count`") && told.contains("`pasts[1].purchases`"));
}
