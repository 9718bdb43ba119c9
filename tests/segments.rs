//! The segments of real shoppers: the report of a part of CDNOW is the one that was read and
//! checked, and the Complete Journey is read the same from Parquet and CSV.

use std::path::Path;

#[path = "../examples/segments/main.rs"]
#[expect(dead_code, reason = "the example prints and writes what is compared here")]
mod segments;

use segments::{baskets, flow, later, read, report, scatter, study, tale};

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/completejourney");

/// Every tenth shopper, and their lines' header.
fn tenth() -> String {
    let rows = include_str!("../examples/data/cdnow_sample.csv").lines();
    let tenth = rows.filter(|row| {
        let id = row.split(',').nth(1).unwrap();
        id == "customer_id" || id.parse::<u32>().unwrap() % 10 == 0
    });
    tenth.collect::<Vec<_>>().join("\n")
}

#[test]
fn the_report_is_the_one_that_was_checked_and_the_pictures_show_everybody() {
    let study = study::Study::of(read::cdnow(&tenth()).unwrap(), 2).unwrap();
    let later = later::Later::of(&study).unwrap();
    let mut text = String::new();
    report::report(&study, &mut text).unwrap();
    tale::tale(&study, &later, &mut text).unwrap();
    let expected = include_str!("data/segments.txt");
    for (line, (found, expected)) in (1..).zip(text.lines().zip(expected.lines())) {
        assert_eq!(found, expected, "line {line}");
    }
    assert_eq!(text.lines().count(), expected.lines().count());
    assert!(text.lines().all(|line| line.chars().count() <= 100), "it fits on a screen");
    // Computed by pandas and scikit-learn, see `data/segments.py`.
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let report = words(&text);
    let lines = include_str!("data/segments_lines.txt").lines();
    let missing: Vec<&str> = lines.filter(|line| !report.contains(&words(line))).collect();
    assert!(missing.is_empty(), "{missing:#?}");

    let scatter = scatter::scatter(&study).unwrap();
    let flow = flow::flow(&study, &later).unwrap();
    for persona in &study.personas {
        assert!(scatter.contains(&persona.name) && flow.contains(&persona.name));
    }
    let streams = later.migration.moves.iter().filter(|step| step.customers > 0).count();
    assert_eq!(flow.matches("<polygon").count(), streams, "each move is a stream");
}

#[test]
fn the_complete_journey_is_read_the_same_from_parquet_and_csv() {
    let csv = std::fs::read_to_string(format!("{FOLDER}/completejourney_baskets.csv")).unwrap();
    let from_csv = baskets::from_csv(&csv).unwrap();
    let file = Path::new(FOLDER).join("completejourney_baskets.parquet");
    let from_parquet = baskets::from_parquet(&file).unwrap();
    assert_eq!(format!("{from_csv:?}"), format!("{from_parquet:?}"));

    let shoppers = read::shoppers(Some(Path::new(FOLDER))).unwrap();
    let customers: Vec<&str> = shoppers.log.customers().iter().map(|id| id.as_str()).collect();
    assert_eq!(customers, ["household-0001", "household-0002", "household-1001"]);
    // The basket of household 1017 has nothing in it.
    assert_eq!(shoppers.log.order_count(), 9);
    // Household 1 on 2017-01-07: 73.77 paid or paid by manufacturers, 14.18 and 1.30 taken off.
    let first = shoppers.log.orders(0).first().unwrap();
    let money = [first.list_price, first.discount, first.net_price].map(|it| it.to_string());
    assert_eq!(money, ["89.25 USD", "15.48 USD", "73.77 USD"]);
    assert_eq!((first.at.to_string().as_str(), first.units), ("2017-01-07 18:55:24 UTC", 40));
    let known: Vec<(&str, usize)> =
        shoppers.groups.iter().map(|group| (group.name, group.of.len())).collect();
    assert_eq!(known, [("age", 2), ("income", 2), ("household", 2)]);
}

#[test]
fn rows_that_are_no_orders_are_told_with_their_line() {
    let told = |csv: &str| baskets::from_csv(csv).unwrap_err().to_string();
    assert_eq!(told("household_id,ts\n"), "there is no column `basket_id`");
    let header = "household_id,basket_id,ts,quantity,sales_value_cents,retail_disc_cents,\
                  coupon_match_disc_cents\n";
    let fault = told(&format!("{header}1,2,2017-01-01 11:53:26,1,50,0,0\n1,3,yesterday,1,1,0,0\n"));
    assert_eq!(fault, "line 3: `yesterday` is neither number nor instant");
    let fault = told(&format!("{header}1,2,2017-01-01T11:53:26,1,50\n"));
    assert_eq!(fault, "line 2: `` is neither number nor instant");
    let fault = read::cdnow("master_id,customer_id,date,n_cds,amount_usd\n4,1,1997-01-01,2\n");
    let fault = fault.err().unwrap().to_string();
    assert_eq!(fault, "line 2: `4,1,1997-01-01,2` is no customer, date, units and amount");
    let nowhere = read::shoppers(Some(Path::new("nowhere.parquet"))).err().unwrap().to_string();
    assert!(nowhere.starts_with("nowhere.parquet: "), "{nowhere}");
}
