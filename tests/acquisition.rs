//! Customers by when they first bought. The figures of CDNOW are those of pandas 3.1.1 and, for the
//! time to the second order, of `KaplanMeierFitter` in lifelines 0.30.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use loyalty::calendar::{Period, Zone};
use loyalty::event::{Columns, Purchases};
use loyalty::feature::Moment;
use loyalty::id::CustomerId;
use loyalty::insight::acquisition::{Acquisition, AcquisitionCohort};
use loyalty::money::{Currency, Money};

fn moment(as_of: &str, zone: &str) -> Moment {
    let zone = Zone::from_name(zone).unwrap();
    Moment { as_of: as_of.parse().unwrap(), zone, currency: Currency::USD }
}

fn log(orders: &[(String, DateTime<Utc>, i64)]) -> Purchases {
    let columns = Columns {
        customers: orders.iter().map(|one| CustomerId::new(one.0.clone()).unwrap()).collect(),
        at: orders.iter().map(|one| one.1).collect(),
        list_minor: orders.iter().map(|one| one.2).collect(),
        units: vec![1; orders.len()],
        ..Columns::default()
    };
    Purchases::from_columns(Currency::USD, &columns).unwrap()
}

fn cdnow() -> Vec<AcquisitionCohort> {
    let lines = include_str!("../examples/data/cdnow_sample.csv").lines().skip(1);
    let order = |line: &str| {
        let cells: Vec<&str> = line.split(',').collect();
        let at = format!("{}T12:00:00Z", cells[2]).parse().unwrap();
        (cells[1].to_owned(), at, cells[4].replace('.', "").parse().unwrap())
    };
    let log = log(&lines.map(order).collect::<Vec<_>>());
    Acquisition::of(&log, Period::Month, &moment("1998-03-15T20:00:00Z", "UTC")).unwrap().cohorts
}

#[test]
fn cohorts_of_real_customers_do_what_pandas_says() {
    let cohorts = cdnow();
    let since: Vec<NaiveDate> = cohorts.iter().map(|one| one.since).collect();
    let month = |month| NaiveDate::from_ymd_opt(1997, month, 1).unwrap();
    assert_eq!(since, [month(1), month(2), month(3)]);
    assert_eq!(cohorts.iter().map(|one| one.customers).collect::<Vec<_>>(), [781, 857, 719]);
    let january: Vec<(u64, u64, i64)> =
        cohorts[0].periods.iter().map(|one| (one.customers, one.orders, one.net.minor())).collect();
    let expected = [
        (781, 885, 2_859_270),
        (124, 180, 700_373),
        (95, 131, 424_164),
        (70, 100, 375_536),
        (65, 91, 383_325),
        (77, 93, 354_750),
        (65, 93, 317_231),
        (53, 74, 231_348),
        (52, 77, 229_267),
        (45, 62, 225_257),
        (62, 84, 312_426),
        (59, 75, 328_114),
        (45, 55, 214_180),
        (47, 56, 206_144),
        (31, 41, 153_387),
    ];
    assert_eq!(january, expected);
    let march = &cohorts[2].periods[8];
    assert_eq!((march.customers, march.orders, march.net.minor()), (73, 105, 368_736));
    assert_eq!(march.since, NaiveDate::from_ymd_opt(1997, 11, 1).unwrap());
    assert_eq!(cohorts[0].retention_rate(1), Some(124.0 / 781.0));
    assert_eq!((cohorts[0].retention_rate(0), cohorts[0].retention_rate(15)), (Some(1.0), None));
    // March 1998 is not over.
    let over: Vec<bool> = cohorts[2].periods.iter().map(|one| one.is_over).collect();
    assert_eq!(over, [[true; 12].as_slice(), &[false]].concat());
}

#[test]
fn the_second_order_comes_when_lifelines_says() {
    let within = |cohort: &AcquisitionCohort, days: u32| {
        cohort.second_orders.curve().take_while(|one| one.0 <= days).last().unwrap().1
    };
    let expected = [
        (362, [52, 224], [0.183_098_591_549_295_96, 0.453_265_044_814_340_6]),
        (395, [51, 212], [0.194_865_810_968_495_2, 0.449_241_540_256_709_7]),
        (349, [68, 204], [0.175_243_393_602_225_3, 0.485_603_535_054_460_86]),
    ];
    for (cohort, (came, days, shares)) in cdnow().iter().zip(expected) {
        assert_eq!(cohort.second_orders.came(), came);
        assert!((cohort.repeat_rate() - came as f64 / cohort.customers as f64).abs() < 1e-15);
        assert_eq!([0.25, 0.4].map(|share| cohort.days_to_second_order(share)), days.map(Some));
        assert_eq!(cohort.days_to_second_order(0.5), None);
        for (days, share) in [30, 365].into_iter().zip(shares) {
            assert!((within(cohort, days) - share).abs() < 1e-12, "{days}");
        }
    }
}

/// Four customers, the first order of whom is at 23:30 UTC on 31 December.
fn four() -> Purchases {
    let start: DateTime<Utc> = "2025-12-31T23:30:00Z".parse().unwrap();
    let order = |(customer, days, cents): (&str, i64, i64)| {
        (customer.to_owned(), start + TimeDelta::days(days), cents)
    };
    let orders =
        [("ann", 0, 500), ("ann", 0, 300), ("bob", 2, 100), ("cid", 40, 100), ("bob", 50, 100)];
    log(&orders.map(order))
}

#[test]
fn days_and_periods_are_those_of_the_programs_clock() {
    let months = |zone, as_of| {
        let told = Acquisition::of(&four(), Period::Month, &moment(as_of, zone)).unwrap();
        told.cohorts
            .iter()
            .map(|one| {
                let periods = one.periods.iter().map(|one| (one.customers, one.orders)).collect();
                (one.since.to_string(), one.customers, periods)
            })
            .collect::<Vec<(String, u64, Vec<(u64, u64)>)>>()
    };
    let december = ("2025-12-01".to_owned(), 1, vec![(1, 2), (0, 0), (0, 0)]);
    let january = ("2026-01-01".to_owned(), 1, vec![(1, 1), (1, 1)]);
    let february = ("2026-02-01".to_owned(), 1, vec![(1, 1)]);
    let utc = months("UTC", "2026-02-28T23:30:00Z");
    assert_eq!(utc, [december, january, february.clone()]);
    let january = ("2026-01-01".to_owned(), 2, vec![(2, 3), (1, 1)]);
    assert_eq!(months("Europe/Brussels", "2026-02-28T22:30:00Z"), [january, february]);
    // What was later is not seen.
    assert_eq!(
        months("Europe/Brussels", "2026-01-01T00:00:00Z"),
        [("2026-01-01".to_owned(), 1, vec![(1, 2)])]
    );
    assert!(months("UTC", "2025-01-01T00:00:00Z").is_empty());
}

#[test]
fn who_has_not_come_back_counts_for_as_long_as_they_were_seen() {
    // Ann came back at once, bob after 48 days, and cid was seen for 19 days.
    let told =
        Acquisition::of(&four(), Period::Year, &moment("2026-02-28T22:30:00Z", "Europe/Brussels"));
    let cohort = &told.unwrap().cohorts[0];
    let curve: Vec<(u32, f64)> = cohort.second_orders.curve().collect();
    assert_eq!(curve.iter().map(|one| one.0).collect::<Vec<_>>(), [0, 48]);
    assert!((curve[0].1 - 1.0 / 3.0).abs() < 1e-12 && (curve[1].1 - 1.0).abs() < 1e-12);
    assert_eq!(cohort.periods[0].net, Money::from_minor(1_100, Currency::USD));
}

#[test]
fn counts_that_nobody_can_have_are_added_up_all_the_same() {
    let all = u64::MAX;
    let json = format!(
        r#"{{"since":"2026-01-01","customers":2,"periods":[],"second_orders":{{
            "30":{{"came":{all},"unknown":0}},"40":{{"came":0,"unknown":{all}}},
            "50":{{"came":{all},"unknown":0}}}}}}"#
    );
    let cohort: AcquisitionCohort = serde_json::from_str(&json).unwrap();
    // A third came within 30 days, and who was left at last came after 50.
    let days = [0.3, 0.4].map(|share| cohort.days_to_second_order(share));
    assert_eq!(days, [Some(30), Some(50)]);
    assert_eq!(cohort.second_orders.came(), all);
}

#[test]
fn a_log_of_another_currency_is_refused_and_nobody_has_no_cohorts() {
    let euro = Moment { currency: Currency::EUR, ..moment("2026-03-01T00:00:00Z", "UTC") };
    assert!(Acquisition::of(&four(), Period::Week, &euro).is_err());
    let none = Purchases::from_columns(Currency::EUR, &Columns::default()).unwrap();
    let told = Acquisition::of(&none, Period::Week, &euro).unwrap();
    assert!(told.cohorts.is_empty());
    let json = serde_json::to_string(&told).unwrap();
    assert_eq!(json, r#"{"period":"week","cohorts":[]}"#);
    let all =
        Acquisition::of(&four(), Period::Week, &moment("2026-03-01T00:00:00Z", "UTC")).unwrap();
    let json = serde_json::to_string(&all).unwrap();
    assert_eq!(serde_json::from_str::<Acquisition>(&json).unwrap(), all);
}
