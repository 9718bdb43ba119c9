//! The main job on real data: its report is the one that was checked, and bad rows are told.

use std::sync::LazyLock;

#[path = "../examples/quickstart/main.rs"]
#[expect(dead_code, reason = "the example prints what is compared here")]
mod quickstart;

use quickstart::{job, page, read, report};

static REPORT: LazyLock<String> = LazyLock::new(|| {
    let rows = read::read(include_str!("../examples/data/cdnow_sample.csv"));
    let mut text = String::new();
    report::report(&job::run(rows).unwrap(), &mut text).unwrap();
    text
});

#[test]
fn the_report_is_the_same_on_every_machine() {
    let expected = include_str!("data/quickstart.txt");
    for (line, (found, expected)) in (1..).zip(REPORT.lines().zip(expected.lines())) {
        assert_eq!(found, expected, "line {line}");
    }
    assert_eq!(REPORT.lines().count(), expected.lines().count());
}

/// The lines were computed by pandas and scikit-learn, see `data/quickstart.py`.
#[test]
fn the_figures_are_those_of_an_independent_computation() {
    let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let report = words(&REPORT);
    let missing: Vec<&str> = include_str!("data/quickstart_lines.txt")
        .lines()
        .filter(|line| !report.contains(&words(line)))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

/// A twentieth of the customers, among them the one whose story is told, who gets a hostile id.
#[test]
fn the_page_needs_nothing_from_elsewhere_and_escapes_what_it_shows() {
    let rows = include_str!("../examples/data/cdnow_sample.csv").lines();
    let twentieth = rows.filter(|row| {
        let id = row.split(',').nth(1).unwrap();
        id.parse::<u32>().is_ok_and(|id| id % 20 == 6) || id == "customer_id"
    });
    let csv = twentieth.collect::<Vec<_>>().join("\n").replace(",1766,", ",<i>\"'&</i>,");
    let page = page::page(&job::run(read::read(&csv)).unwrap()).unwrap();
    assert!(page.contains("number &lt;i&gt;&quot;&#39;&amp;&lt;/i&gt;</h2>"));
    assert!(!page.contains("<i>"));
    for (from, count) in [("<svg", 8), ("</svg>", 8), ("http", 8), ("xmlns=\"http", 8), ("src=", 0)]
    {
        assert_eq!(page.matches(from).count(), count, "{from}");
    }
}

#[test]
fn every_bad_row_is_told_with_its_line_and_the_reason() {
    let reading = read::read(
        "date,customer_id,n_cds,amount_usd\n1997-01-01,7,2,29.33\n\n1997-02-30,7,1,9.99\n\
         1997-03-01,7,0,9.99\n1997-03-01,7,1,9.999\n1997-03-01,,1,9.99\n1997-03-01,7,1\n\
         1997-03-01,7,1,-1.00\n",
    );
    assert_eq!(reading.rows.len(), 1);
    let told: Vec<(usize, &str)> =
        reading.bad.iter().map(|row| (row.line, row.reason.as_str())).collect();
    assert_eq!(
        told,
        [
            (4, "`1997-02-30` is no date like `1997-12-31`"),
            (5, "`0` is no number of CDs: at least 1 is needed"),
            (6, "`9.999 USD` has more than the 2 decimals of USD"),
            (7, "the customer id is empty"),
            (8, "` USD` is no amount of money: write it like `12.40 EUR`"),
            (9, "-1.00 USD is less than nothing"),
        ]
    );
    let reading = read::read("id,date\n");
    let fault = job::run(reading).err().unwrap().to_string();
    let told = "line 1: there is no column `customer_id`, `n_cds`, `amount_usd`";
    assert_eq!(fault, format!("there are no purchases: {told}"));
}
