//! What customers are worth, as the example tells it of CDNOW: the main findings are those of the
//! papers, or follow from the file by a second count.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

#[path = "../examples/customer_value/main.rs"]
#[expect(dead_code, reason = "the example prints and writes what is looked at here")]
mod customer_value;

use customer_value::{charts, map, more, offer, plain, read, report, study, worth};
use loyalty::calendar::Unit;
use loyalty::clv::{Kind, Length, Outcome, Parameters, Repeat};

const CDNOW: &str = include_str!("../examples/data/cdnow_sample.csv");

/// The days on which each shopper bought.
fn days() -> BTreeMap<String, BTreeSet<NaiveDate>> {
    let mut days: BTreeMap<String, BTreeSet<NaiveDate>> = BTreeMap::new();
    for row in CDNOW.lines().skip(1) {
        let fields: Vec<&str> = row.split(',').collect();
        let shopper = format!("shopper-{:0>4}", fields[1]);
        days.entry(shopper).or_default().insert(fields[2].parse().unwrap());
    }
    days
}

fn date(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

/// A shopper's repeat purchases up to a day.
fn repeat(days: &BTreeSet<NaiveDate>, until: &str) -> Repeat {
    let first = *days.first().unwrap();
    let since = |day: NaiveDate| (day - first).num_days() as f64;
    let last = *days.range(..=date(until)).last().unwrap();
    let frequency = days.range(..=date(until)).count() as u32 - 1;
    Repeat::new(frequency, since(last), since(date(until)), Unit::Day)
}

#[test]
fn the_findings_are_those_of_the_papers_and_of_a_second_count() {
    let study = study::Study::of(study::Shop::from(read::cdnow(CDNOW).unwrap())).unwrap();
    let days = days();
    assert_eq!(study.middle.today(), date("1997-09-30"));
    assert_eq!(study.now.today(), date("1998-06-30"));

    // The likelihoods that are published for the 39 weeks of calibration, and R's BTYDplus.
    let likelihood = |kind: Kind| {
        let mut candidates = study.choice.candidates.iter();
        match &candidates.find(|candidate| candidate.kind == kind).unwrap().outcome {
            Outcome::Fitted(model) => model.report().unwrap().log_likelihood,
            other => panic!("{other:?}"),
        }
    };
    for (kind, expected) in [
        (Kind::Nbd, -9_763.657_6),
        (Kind::BgNbd, -9_582.429_2),
        (Kind::MbgNbd, -9_582.135_7),
        (Kind::ParetoNbd, -9_594.976_2),
    ] {
        assert!((likelihood(kind) - expected).abs() < 1e-4, "{kind:?}");
    }
    let Parameters::MbgNbd { k: 1, r, .. } = *study.model.parameters() else {
        panic!("{:?}", study.model)
    };
    assert!((r - 0.524_843).abs() < 1e-4);

    // What came in the second half, counted in the file.
    let later: usize = days.values().map(|days| days.range(date("1997-10-01")..).count()).sum();
    assert_eq!(study.validation.actual as usize, later);
    let squares = days.values().map(|days| {
        let customer = repeat(days, "1997-09-30");
        let expected = study.model.expected_purchases(&customer, Length::new(39.0, Unit::Week));
        (expected.unwrap() - days.range(date("1997-10-01")..).count() as f64).powi(2)
    });
    let rmse = (squares.sum::<f64>() / days.len() as f64).sqrt();
    assert!((study.validation.rmse - rmse).abs() < 1e-9, "{rmse}");
    most_worth_saving(&study, &days);
    told_and_drawn(&study, &days);
}

/// Who is most worth saving, by value and chance.
fn most_worth_saving(study: &study::Study, days: &BTreeMap<String, BTreeSet<NaiveDate>>) {
    let all = worth::all(study).unwrap();
    assert_eq!(all.len(), days.len());
    for worth in &all {
        let customer = repeat(&days[worth.customer.as_str()], "1998-06-30");
        assert_eq!(worth.alive, study.value.buying.p_alive(&customer).unwrap());
        let orders = study.value.buying.expected_purchases(&customer, Length::new(90.0, Unit::Day));
        assert_eq!(worth.orders, orders.unwrap());
        // Money of a year is less than its purchases at their price, and more than 4/5 of it.
        let year = Length::new(365.0, Unit::Day);
        let most = study.value.buying.expected_purchases(&customer, year).unwrap();
        let most = most * worth.spend * study::MARGIN;
        let least = 0.8 * most - 0.01;
        assert!((least..=most + 0.01).contains(&worth.value), "{}", worth.customer);
    }
    assert!(all.is_sorted_by(|one, other| one.at_stake() >= other.at_stake()));
}

/// What is printed and drawn of it.
fn told_and_drawn(study: &study::Study, days: &BTreeMap<String, BTreeSet<NaiveDate>>) {
    let all = worth::all(study).unwrap();
    let mut text = String::new();
    report::report(study, &mut text).unwrap();
    worth::worth(study, &mut text).unwrap();
    offer::offer(study, &mut text).unwrap();
    more::more(study, &mut text).unwrap();
    plain::plain(study, &mut text).unwrap();
    assert!(text.lines().all(|line| line.chars().count() <= 100), "it fits on a screen");
    let holds =
        |worth: &&worth::Worth<'_>| worth.value > 15.0 && worth.alive < 0.8 && worth.alive > 0.2;
    let granted = all.iter().take(100).filter(holds).count();
    let told = format!("Of the 100 with the most at stake, {granted} get it.");
    assert!(granted > 0 && text.contains(&told), "{text}");
    let purchases: usize = days.values().map(BTreeSet::len).sum();
    assert_eq!((CDNOW.lines().count() - 1, purchases, days.len()), (6_919, 6_696, 2_357));
    assert!(text.contains("6,919 rows come to 6,696 purchases of 2,357 customers"), "{text}");

    let retention = charts::retention(study).unwrap();
    let squares = retention.matches("<rect").count();
    assert_eq!(squares, 16 + 15 + 14, "a square for each month that is over after the first one");
    assert!(charts::expected(study).unwrap().contains("once before"));
    assert!(map::map(study).unwrap().matches("<circle").count() > 100);
}

#[cfg(feature = "csv")]
#[test]
fn the_same_is_read_from_a_file_with_its_mapping() {
    use std::path::Path;

    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let mapping = root.join("customer_value/cdnow.json");
    let shop = customer_value::orders::shop(&root.join("data/cdnow_sample.csv"), &mapping).unwrap();
    let lines = study::Shop::from(read::cdnow(CDNOW).unwrap());
    let prices = |log: &loyalty::event::Purchases| -> BTreeMap<String, Vec<_>> {
        let told = log.iter().map(|(customer, orders)| {
            let customer = customer.as_str().trim_start_matches("shopper-");
            let orders = orders.iter().map(|order| (order.at.date_naive(), order.net_price));
            (customer.trim_start_matches('0').to_owned(), orders.collect())
        });
        told.collect()
    };
    assert_eq!(prices(&shop.log), prices(&lines.log));
}
