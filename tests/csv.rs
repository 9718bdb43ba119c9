//! Orders from CSV files: what stands there comes in, and every row that makes no sense is told.
#![cfg(feature = "csv")]

use chrono::{DateTime, Utc};
use loyalty::calendar::Zone;
use loyalty::event::csv::{CsvError, OrderFile, OrdersRead, Progress};
use loyalty::event::{Columns, Purchases};
use loyalty::id::CustomerId;
use loyalty::money::Currency;
use proptest::prelude::*;

fn file() -> OrderFile {
    OrderFile::new(Currency::EUR, "who", "on", "paid")
}

fn read(file: &OrderFile, text: &str) -> OrdersRead {
    file.read(text.as_bytes(), |_| ()).unwrap()
}

/// Customer, instant, net price in minor units.
fn orders(log: &Purchases) -> Vec<(String, DateTime<Utc>, i64)> {
    let of = |(customer, orders): (&CustomerId, loyalty::event::Orders<'_>)| {
        let customer = customer.to_string();
        orders.iter().map(move |one| (customer.clone(), one.at, one.net_price.minor())).collect()
    };
    let all: Vec<Vec<_>> = log.iter().map(of).collect();
    all.concat()
}

fn at(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

#[test]
fn columns_are_found_by_their_names_wherever_they_stand() {
    let text = "\u{feff}note,paid, who ,on\r\n\
                \"a, \"\"b\"\"\r\nc\",12.40,ann,2026-03-14\r\n\
                ,7,\"b\"\"o,b\",2026-03-14 09:30:00\r\n\
                ,0,ann,2026-03-14T09:30:00+01:00";
    let read = read(&file(), text);
    assert_eq!(read.bad, []);
    assert_eq!(read.rows, 3);
    let expected = [
        ("ann".to_owned(), at("2026-03-14T00:00:00Z"), 1_240),
        ("ann".to_owned(), at("2026-03-14T08:30:00Z"), 0),
        ("b\"o,b".to_owned(), at("2026-03-14T09:30:00Z"), 700),
    ];
    assert_eq!(orders(&read.log), expected);
}

#[test]
fn days_are_those_of_the_zone_and_written_as_is_said() {
    let brussels = Zone::from_name("Europe/Brussels").unwrap();
    let file =
        OrderFile { separator: ';', zone: brussels, at_format: Some("%d/%m/%Y".into()), ..file() };
    let text = "who;on;paid\nann;29/03/2026;1.00\nann;2026-03-29;1.00\n";
    let read = read(&file, text);
    assert_eq!(orders(&read.log), [("ann".to_owned(), at("2026-03-28T23:00:00Z"), 100)]);
    assert_eq!(read.bad[0].to_string(), "line 3: `on`: `2026-03-29` is no date or instant");
    let file = OrderFile { at_format: Some("%Y%m%d %H:%M".into()), ..file };
    let read = self::read(&file, "who;on;paid\nann;20260329 02:30;1.00\n");
    assert_eq!(orders(&read.log)[0].1, at("2026-03-29T01:00:00Z"));
}

#[test]
fn every_row_that_makes_no_sense_is_told_with_its_line() {
    let file = OrderFile {
        list_price: Some("list".into()),
        units: Some("units".into()),
        order: Some("order".into()),
        ..file()
    };
    let text = "who,on,paid,list,units,order\n\
        ann,2026-03-14,8.00,10.00,2,o1\n\
        \n\
        ann,2026-03-15,8.00,10.00,2\n\
        ,2026-03-15,8.00,10.00,2,o2\n\
        \"b\no\nb\",2026-03-15,8.00,10.00,2,o2\n\
        ann,2026-02-30,8.00,10.00,2,o2\n\
        ann,1026-02-20,8.00,10.00,2,o2\n\
        ann,2026-03-15,8.001,10.00,2,o2\n\
        ann,2026-03-15,-8.00,10.00,2,o2\n\
        ann,2026-03-15,8.00,7.99,2,o2\n\
        ann,2026-03-15,8.00,10.00,0,o2\n\
        ann,2026-03-15,8.00,10.00,2,o1\n\
        bob,2026-03-15,8.00,10.00,2,o1\n";
    let read = read(&file, text);
    let told: Vec<String> = read.bad.iter().map(ToString::to_string).collect();
    let expected = [
        "line 4: `who`: the row has 5 cells where the first line has 6",
        "line 5: `who`: the customer id is empty",
        "line 6: `who`: the customer id `b\\no\\nb` has a control character or white space at an \
         end",
        "line 9: `on`: `2026-02-30` is no date or instant",
        "line 10: `on`: `1026-02-20` is outside the years 1900 to 2200",
        "line 11: `paid`: `8.001 EUR` has more than the 2 decimals of EUR",
        "line 12: `paid`: `-8.00` is less than nothing: a refund is no order",
        "line 13: `list`: `7.99` is less than what was paid",
        "line 14: `units`: `0` is no number of units: at least 1 is needed",
        "line 15: `order`: the customer has order `o1` on an earlier line",
    ];
    assert_eq!(told, expected);
    assert_eq!((read.rows, read.log.customers().len()), (12, 2));
    let ann = read.log.find(&"ann".parse().unwrap()).unwrap().first().unwrap();
    assert_eq!((ann.list_price.minor(), ann.discount.minor(), ann.units), (1_000, 200, 2));
}

#[test]
fn lines_are_counted_however_they_end() {
    let bad =
        |text: &str| -> Vec<u64> { read(&file(), text).bad.iter().map(|row| row.line).collect() };
    for end in ["\n", "\r\n", "\r"] {
        // Rows with line ends in quotes, and two empty lines before good and bad ones.
        let rows = [
            "\u{feff}who,on,paid",
            "\"a\nn\r\nn\",2026-03-10,1.00",
            "\"b\r\nob\",2026-02-30,1.00",
            "",
            "",
            "ann,2026-03-11,1.00",
            "cid,2026-02-30,1.00",
        ];
        let text = rows.join(end);
        assert_eq!(bad(&text), [2, 5, 10], "{end:?}");
        assert_eq!(bad(&format!("{text}{end}")), [2, 5, 10], "{end:?}");
        // Farther than is read at once.
        let many: String = (0..4_000)
            .map(|at| format!("ann,2026-{}-10,1.00{end}", if at % 7 == 3 { 13 } else { 12 }))
            .collect();
        let expected: Vec<u64> = (0..4_000).filter(|at| at % 7 == 3).map(|at| at + 2).collect();
        assert_eq!(bad(&format!("who,on,paid{end}{many}")), expected, "{end:?}");
    }
    // Quotes that are never closed.
    assert_eq!(bad("who,on,paid\n\"bob,2026-03-01,1.00\n"), [2]);
    assert_eq!(bad("who,on,paid\nann,2026-03-01,1.00\n\"bob\nx,2026-03-01,1.00"), [3]);
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let bytes = b"who,on,paid\nann,2026-03-14,1\na\xffn,2026-03-14,1\n";
    let read = file().read(bytes.as_slice(), |_| ()).unwrap();
    assert_eq!(read.bad[0].to_string(), "line 3: `who`: the cell is no UTF-8");
    assert_eq!(read.log.customers().len(), 1);
}

#[test]
fn a_file_without_its_columns_is_not_read() {
    let refused =
        |file: &OrderFile, text: &str| file.read(text.as_bytes(), |_| ()).unwrap_err().to_string();
    assert_eq!(
        refused(&file(), ""),
        "the first line must name each of `who` and `on` and `paid` once"
    );
    assert_eq!(refused(&file(), "who,on,on,paid\n"), "the first line must name each of `on` once");
    let file = OrderFile { separator: '→', ..file() };
    assert!(matches!(file.read("".as_bytes(), |_| ()), Err(CsvError::Separator { .. })));
}

#[test]
fn progress_is_told_on_the_way_and_at_the_end() {
    let text = format!("who,on,paid\n{}", "ann,2026-03-14,1.00\n".repeat(150_000));
    let mut told: Vec<Progress> = Vec::new();
    let read = file().read(text.as_bytes(), |progress| told.push(progress)).unwrap();
    assert_eq!(read.log.orders(0).len(), 150_000);
    let rows: Vec<u64> = told.iter().map(|one| one.rows).collect();
    assert_eq!(rows, [65_536, 131_072, 150_000]);
    let row = 20;
    assert_eq!(told[0].bytes, 12 + 65_536 * row);
    assert_eq!(told[2].bytes, text.len() as u64);
}

/// As it is written by the rule of RFC 4180.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn what_was_written_is_read(
        rows in proptest::collection::vec(
            ("[ -~é]{1,12}", 0..1_000_000_i64, 0..10_000_000_i64),
            0..40,
        ),
    ) {
        let rows: Vec<_> = rows.iter().filter(|row| !row.0.trim().is_empty()).collect();
        let line = |(who, minutes, cents): &&(String, i64, i64)| {
            let at = DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::minutes(*minutes);
            let paid = format!("{}.{:02}", cents / 100, cents % 100);
            format!("{},{},{paid}\n", quoted(who), at.to_rfc3339())
        };
        let text: String = rows.iter().map(line).collect();
        let read = read(&file(), &format!("who,on,paid\n{text}"));
        prop_assert_eq!(&read.bad, &[]);
        let minutes = |row: &&(String, i64, i64)| {
            DateTime::<Utc>::UNIX_EPOCH + chrono::TimeDelta::minutes(row.1)
        };
        let columns = Columns {
            customers: rows.iter().map(|row| CustomerId::new(row.0.trim()).unwrap()).collect(),
            at: rows.iter().map(minutes).collect(),
            list_minor: rows.iter().map(|row| row.2).collect(),
            units: vec![1; rows.len()],
            ..Columns::default()
        };
        let expected = Purchases::from_columns(Currency::EUR, &columns).unwrap();
        prop_assert_eq!(read.log, expected);
    }

    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let text = [b"who,on,paid\n".as_slice(), &bytes].concat();
        let read = file().read(text.as_slice(), |_| ()).unwrap();
        let taken: usize = read.log.iter().map(|(_, orders)| orders.len()).sum();
        prop_assert_eq!(taken as u64 + read.bad.len() as u64, read.rows);
    }
}
