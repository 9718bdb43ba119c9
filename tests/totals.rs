//! What the orders of many customers come to: counted in any order and from any parts, and the same
//! as what is told of each customer alone.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Columns, Purchases};
use loyalty::feature::totals::{Refunded, Rows, Total, Totals};
use loyalty::feature::{Feature, FeatureTable, Moment, TableFault};
use loyalty::id::CustomerId;
use loyalty::money::Currency;
use loyalty::segment::rfm::{Rfm, Ties};
use proptest::prelude::*;

type Row = (u64, i64, i64);

/// Few customers or many, among them those whose numbers are special.
fn customers() -> impl Strategy<Value = u64> {
    let special = [0, 1, u64::MAX, 1 << 63, 0xff51_afd7_ed55_8ccd];
    prop_oneof![3 => 0..40_u64, 1 => any::<u64>(), 1 => prop::sample::select(special.to_vec())]
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let at = prop_oneof![4 => 0..50_i64, 1 => any::<i64>()];
    let amount = prop_oneof![6 => -50..200_i64, 1 => any::<i64>()];
    proptest::collection::vec((customers(), at, amount), 0..400)
}

fn totals(rows: &[Row]) -> Totals {
    let (keys, at, net) = columns(rows);
    Totals::of(Rows::new(&keys, &at, &net).unwrap())
}

fn columns(rows: &[Row]) -> (Vec<u64>, Vec<i64>, Vec<i64>) {
    let keys = rows.iter().map(|row| row.0).collect();
    (keys, rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| row.2).collect())
}

/// First and last order, orders, refunds, and what was paid.
type Told = (Option<i64>, Option<i64>, u32, u32, i128);

fn told(total: &Total) -> Told {
    let (first, last) = (total.first(), total.last());
    (first, last, total.orders(), total.refunds(), total.net_minor())
}

/// The same once more, customer by customer.
fn counted(rows: &[Row]) -> BTreeMap<u64, Told> {
    let mut counted = BTreeMap::new();
    for customer in rows.iter().map(|row| row.0) {
        let own = || rows.iter().filter(|row| row.0 == customer);
        let at = || own().filter(|row| row.2 >= 0).map(|row| row.1);
        let orders = u32::try_from(at().count()).unwrap();
        let refunds = u32::try_from(own().filter(|row| row.2 < 0).count()).unwrap();
        let net = own().map(|row| i128::from(row.2)).sum();
        counted.insert(customer, (at().min(), at().max(), orders, refunds, net));
    }
    counted
}

proptest! {
    #[test]
    fn every_customer_has_what_counting_their_rows_gives(rows in rows()) {
        let (totals, counted) = (totals(&rows), counted(&rows));
        let found: BTreeMap<u64, Told> =
            totals.iter().map(|(customer, total)| (customer, told(total))).collect();
        prop_assert_eq!(&found, &counted);
        prop_assert_eq!(totals.len(), counted.len());
        prop_assert_eq!(totals.is_empty(), rows.is_empty());
        for customer in (0..40).chain([u64::MAX, 1 << 63]) {
            prop_assert_eq!(totals.get(customer).map(told), counted.get(&customer).copied());
        }
    }

    #[test]
    fn neither_order_nor_parts_can_be_seen(
        (rows, other) in
            rows().prop_flat_map(|rows| (Just(rows.clone()), Just(rows).prop_shuffle())),
        cuts in proptest::collection::vec(any::<prop::sample::Index>(), 0..4),
    ) {
        let whole = totals(&rows);
        let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut.index(other.len() + 1)).collect();
        cuts.sort_unstable();
        let (mut merged, mut added, mut from) = (Totals::default(), Totals::default(), 0);
        for to in cuts.into_iter().chain([other.len()]) {
            let part = &other[from..to];
            merged.merge(&totals(part));
            let (keys, at, net) = columns(part);
            added.add(Rows::new(&keys, &at, &net).unwrap());
            from = to;
        }
        prop_assert_eq!(&merged, &whole);
        prop_assert_eq!(&added, &whole);
        prop_assert!(merged.iter().eq(whole.iter()) && added.customers() == whole.customers());
        let json = serde_json::to_string(&whole).unwrap();
        prop_assert_eq!(&serde_json::to_string(&merged).unwrap(), &json);
        prop_assert_eq!(serde_json::from_str::<Totals>(&json).unwrap(), whole);
    }

    #[test]
    fn rows_of_one_order_are_one_and_a_refund_can_cancel_it(
        rows in proptest::collection::vec((0..5_u64, 0..4_u64, 0..50_i64, -60..60_i64), 0..60),
    ) {
        let keys: Vec<[u64; 2]> = rows.iter().map(|row| [row.0, row.1]).collect();
        let at: Vec<i64> = rows.iter().map(|row| row.2).collect();
        let net: Vec<i64> = rows.iter().map(|row| row.3).collect();
        let orders = Totals::of(Rows::new(&keys, &at, &net).unwrap());
        for refunded in [Refunded::Counts, Refunded::Cancels] {
            let customers = orders.rolled_up(refunded);
            let mut expected: BTreeMap<u64, Vec<Row>> = BTreeMap::new();
            for key in keys.iter().collect::<std::collections::BTreeSet<_>>() {
                let own = || rows.iter().filter(|row| [row.0, row.1] == *key);
                let paid: i64 = own().map(|row| row.3).sum();
                let has_refund = own().any(|row| row.3 < 0);
                let at = own().filter(|row| row.3 >= 0).map(|row| row.2).min();
                let is_cancelled = refunded == Refunded::Cancels && has_refund && paid <= 0;
                let known = expected.entry(key[0]).or_default();
                known.extend(at.filter(|_| !is_cancelled).map(|at| (key[0], at, 0)));
            }
            prop_assert_eq!(customers.len(), expected.len());
            for (customer, orders) in expected {
                let total = customers.get(customer).unwrap();
                let at = || orders.iter().map(|row| row.1);
                prop_assert_eq!((total.first(), total.last()), (at().min(), at().max()));
                prop_assert_eq!(total.orders() as usize, orders.len());
                let own = || rows.iter().filter(|row| row.0 == customer);
                let paid: i64 = own().map(|row| row.3).sum();
                prop_assert_eq!(total.net_minor(), i128::from(paid));
                prop_assert_eq!(total.refunds() as usize, own().filter(|row| row.3 < 0).count());
            }
        }
    }
}

/// The number whose spread number is `bits`: MurmurHash3's finalizer backwards.
fn unspread(mut bits: u64) -> u64 {
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0x9cb4_b2f8_1293_37db);
    bits ^= bits >> 33;
    bits = bits.wrapping_mul(0x4f74_430c_22a5_4005);
    bits ^ (bits >> 33)
}

#[test]
fn customers_who_all_belong_at_the_last_place_have_room() {
    let rows: Vec<Row> = (0..2_000).map(|low| (unspread(u64::MAX - low), 7, 100)).collect();
    let totals = totals(&rows);
    assert_eq!(totals.len(), 2_000);
    assert!(rows.iter().all(|row| totals.get(row.0).is_some_and(|total| total.orders() == 1)));
    // They are told in the order of their spread numbers.
    let expected: Vec<u64> = rows.iter().rev().map(|row| row.0).collect();
    assert_eq!(totals.customers(), expected);
}

#[test]
fn many_rows_of_every_size_are_counted() {
    // More than a block: of a few thousand customers, by the second, and some as odd as can be.
    let row = |number: i64| {
        let customer = unspread((number % 7_001).unsigned_abs());
        let at = if number % 97 == 0 { number } else { number * 1_000_000_000 };
        let net = if number % 89 == 0 { i64::MAX / 3 } else { number % 500 - 20 };
        (customer, at, if number % 1_009 == 0 { i64::MIN } else { net })
    };
    let rows: Vec<Row> = (0..40_000).map(row).collect();
    let mut expected: BTreeMap<u64, Told> = BTreeMap::new();
    for (customer, at, net) in &rows {
        let total = expected.entry(*customer).or_insert((None, None, 0, 0, 0));
        if *net < 0 {
            total.3 += 1;
        } else {
            total.0 = Some(total.0.map_or(*at, |first| first.min(*at)));
            total.1 = total.1.max(Some(*at));
            total.2 += 1;
        }
        total.4 += i128::from(*net);
    }
    let totals = totals(&rows);
    let found: BTreeMap<u64, Told> =
        totals.iter().map(|(customer, total)| (customer, told(total))).collect();
    assert_eq!(found, expected);
}

#[test]
fn columns_must_be_equally_long() {
    let refused = Rows::new(&[1_u64, 2], &[5], &[1, 2, 3]).unwrap_err();
    assert_eq!(refused.to_string(), "there are 2 keys, 1 instants and 3 amounts");
}

#[test]
fn nothing_in_json_stays_nothing() {
    let json = r#"[[7, {"orders": 0, "refunds": 0, "net_minor": 0}]]"#;
    assert!(serde_json::from_str::<Totals>(json).unwrap().is_empty());
}

#[test]
fn numbers_beyond_what_is_common_are_kept() {
    let json = r#"[[7, {"first": 1, "last": 2, "orders": 4294967294, "refunds": 4294967294,
        "net_minor": 170141183460469231731687303715884105000}]]"#;
    let mut totals: Totals = serde_json::from_str(json).unwrap();
    let net = 170_141_183_460_469_231_731_687_303_715_884_105_000;
    totals.add(Rows::new(&[7, 7, 7, 7], &[5, 6, 7, 8], &[9, -4, 0, -5]).unwrap());
    assert_eq!(told(totals.get(7).unwrap()), (Some(1), Some(7), u32::MAX, u32::MAX, net));
    let counts = r#"[[7, {"first": 1, "last": 2, "orders": 4294967294, "refunds": 4294967294,
        "net_minor": 100}]]"#;
    let mut totals: Totals = serde_json::from_str(counts).unwrap();
    totals.add(Rows::new(&[7, 7, 7, 7], &[5, 6, 7, 8], &[9, -4, 0, -5]).unwrap());
    assert_eq!(told(totals.get(7).unwrap()), (Some(1), Some(7), u32::MAX, u32::MAX, 100));
}

fn brussels(as_of: &str) -> Moment {
    let zone = Zone::from_name("Europe/Brussels").unwrap();
    Moment { as_of: as_of.parse().unwrap(), zone, currency: Currency::USD }
}

/// The sample of CDNOW as orders: customer, instant (a night in Brussels or noon) and amount.
fn cdnow() -> Vec<(u64, DateTime<Utc>, i64)> {
    let lines = include_str!("../examples/data/cdnow_sample.csv").lines().skip(1);
    let order = |(number, line): (i64, &str)| {
        let cells: Vec<&str> = line.split(',').collect();
        let day: DateTime<Utc> = format!("{}T00:00:00Z", cells[2]).parse().unwrap();
        let at = day + TimeDelta::minutes(number % 2 * 720 + 1_380 * (number % 3 / 2));
        let cents: i64 = cells[4].replace('.', "").parse().unwrap();
        (cells[1].parse().unwrap(), at + TimeDelta::nanoseconds(number), cents)
    };
    (0..).zip(lines).map(order).collect()
}

const FEATURES: [&str; 8] = [
    "recency_days",
    "tenure_days",
    "length_days",
    "gap_mean_days",
    "orders(lifetime)",
    "repeat_orders(lifetime)",
    "spend(lifetime)",
    "average_order_value(lifetime)",
];

fn both_ways() -> (Totals, FeatureTable, Moment) {
    let orders = cdnow();
    let rows: Vec<Row> = orders
        .iter()
        .map(|(customer, at, cents)| (*customer, at.timestamp_nanos_opt().unwrap(), *cents))
        .collect();
    let columns = Columns {
        // Ids in the order of the numbers.
        customers: orders
            .iter()
            .map(|one| CustomerId::new(format!("{:05}", one.0)).unwrap())
            .collect(),
        at: orders.iter().map(|one| one.1).collect(),
        list_minor: orders.iter().map(|one| one.2).collect(),
        units: vec![1; orders.len()],
        ..Columns::default()
    };
    let log = Purchases::from_columns(Currency::USD, &columns).unwrap();
    let moment = brussels("1998-07-01T12:00:00Z");
    let features = FEATURES.map(|name| name.parse::<Feature>().unwrap());
    let table = FeatureTable::of_purchases(&log, &features, &moment).unwrap();
    (totals(&rows), table, moment)
}

#[test]
fn features_are_those_of_each_customer_alone() {
    let (totals, table, moment) = both_ways();
    assert_eq!(totals.len(), table.customers().len());
    for (column, name) in FEATURES.into_iter().enumerate() {
        let values = totals.column(&name.parse().unwrap(), &moment).unwrap();
        for (customer, value) in totals.customers().into_iter().zip(values) {
            let row = table.row(&CustomerId::new(format!("{customer:05}")).unwrap()).unwrap();
            assert_eq!(value, table.value(row, column), "{name} of {customer}");
        }
    }
}

#[test]
fn scores_are_those_of_each_customer_alone() {
    let (totals, table, moment) = both_ways();
    for ties in [Ties::Share, Ties::Spread] {
        let rfm = Rfm { ties, ..Rfm::default() };
        let (fit, expected) =
            (rfm.fit_totals(&totals, &moment).unwrap(), rfm.fit_table(&table).unwrap());
        assert_eq!(fit.model, expected.model);
        for (customer, score) in totals.customers().into_iter().zip(fit.scores) {
            let row = table.row(&CustomerId::new(format!("{customer:05}")).unwrap()).unwrap();
            assert_eq!(score, expected.scores[row], "{customer}");
        }
    }
}

#[test]
fn customers_with_a_later_order_have_no_scores_and_change_none() {
    let (totals, _, moment) = both_ways();
    let earlier = moment.at("1997-12-31T12:00:00Z".parse().unwrap());
    let last = earlier.as_of.timestamp_nanos_opt();
    let seen: Vec<(u64, Total)> = totals
        .iter()
        .filter(|(_, total)| total.last() <= last)
        .map(|(customer, total)| (customer, total.clone()))
        .collect();
    assert!(!seen.is_empty() && seen.len() < totals.len());
    let seen = Totals::from(seen);
    for ties in [Ties::Share, Ties::Spread] {
        let rfm = Rfm { ties, ..Rfm::default() };
        let (fit, alone) =
            (rfm.fit_totals(&totals, &earlier).unwrap(), rfm.fit_totals(&seen, &earlier).unwrap());
        let alone: BTreeMap<_, _> = seen.customers().into_iter().zip(alone.scores).collect();
        for (customer, score) in totals.customers().into_iter().zip(fit.scores) {
            assert_eq!(score, alone.get(&customer).copied().flatten(), "{customer}");
        }
        let report = fit.model.scoring().report.as_ref().unwrap();
        assert_eq!((report.customers, report.left_out), (seen.len(), totals.len() - seen.len()));
    }
}

#[test]
fn what_totals_do_not_know_is_told_as_that() {
    let (totals, _, moment) = both_ways();
    let unknown = totals.column(&"spend(90d)".parse().unwrap(), &moment).unwrap_err();
    let fault = TableFault::NotInOrders { name: "spend(90d)".into() };
    assert_eq!(unknown.into_iter().map(|one| one.fault).collect::<Vec<_>>(), [fault]);
    // Of a customer with a later order nothing is told of an earlier moment.
    let earlier = moment.at("1997-06-30T12:00:00Z".parse().unwrap());
    let orders = totals.column(&"orders(lifetime)".parse().unwrap(), &earlier).unwrap();
    let last = earlier.as_of.timestamp_nanos_opt();
    for ((_, total), orders) in totals.iter().zip(orders) {
        assert_eq!(orders.is_some(), total.last() <= last);
    }
}
