//! Reads shoppers' orders: the Complete Journey where a path is given, CDNOW otherwise.

use std::error::Error;
use std::path::{Path, PathBuf};

use chrono::{NaiveDate, NaiveTime};
use loyalty::calendar::Zone;
use loyalty::event::{Columns, Purchases};
use loyalty::id::CustomerId;
use loyalty::money::Currency;

use super::baskets;
use super::households::{self, Group};

/// The sample of CDNOW that stands beside the examples.
const CDNOW: &str = include_str!("../data/cdnow_sample.csv");

/// The orders of many shoppers, and the days on which they are looked at.
pub struct Shoppers {
    pub source: &'static str,
    pub log: Purchases,
    pub zone: Zone,
    /// What the segments are found in: recency, frequency and money.
    pub found_in: [&'static str; 3],
    /// What is told of the segments besides.
    pub told_of: &'static [&'static str],
    /// The day of the fit.
    pub first: NaiveDate,
    /// Three months later.
    pub second: NaiveDate,
    /// What is known of the shoppers besides their orders.
    pub groups: Vec<Group>,
}

/// The shoppers of a file or folder of the Complete Journey, or of CDNOW.
///
/// # Errors
/// A file that cannot be read, or the first row in it that is no order, with its line.
pub fn shoppers(path: Option<&Path>) -> Result<Shoppers, Box<dyn Error>> {
    let Some(path) = path else { return cdnow(CDNOW) };
    let file = if path.is_dir() { baskets_in(path)? } else { path.to_owned() };
    let told = |fault: Box<dyn Error>| format!("{}: {fault}", file.display());
    let columns = match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => {
            baskets::from_csv(&std::fs::read_to_string(&file).map_err(|it| told(it.into()))?)
        }
        _ => baskets::from_parquet(&file),
    };
    Ok(Shoppers {
        source: "Complete Journey",
        log: Purchases::from_columns(Currency::USD, &columns.map_err(told)?)?,
        zone: Zone::UTC,
        // What was long ago says little of a grocery's customers: half a year is enough.
        found_in: ["recency_days", "orders(180d)", "spend(180d)"],
        told_of: &[
            "average_order_value(180d)",
            "gap_mean_days",
            "discount_share(180d)",
            "weekday_share(sat)",
            "weekday_share(sun)",
        ],
        first: "2017-10-01".parse()?,
        second: "2018-01-01".parse()?,
        groups: households::beside(&file)?,
    })
}

fn baskets_in(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let names = ["completejourney_baskets.parquet", "completejourney_baskets.csv"];
    let mut files = names.map(|name| folder.join(name)).into_iter();
    let found = files.find(|file| file.is_file());
    found.ok_or_else(|| format!("there is no {} in {}", names[0], folder.display()).into())
}

/// The shoppers of CDNOW, which knows the dates of their orders only: all are placed at noon.
///
/// # Errors
/// The first row that is no order, with its line.
pub fn cdnow(csv: &str) -> Result<Shoppers, Box<dyn Error>> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    let zone = Zone::UTC;
    let mut columns = Columns::default();
    for (line, text) in (2..).zip(csv.lines().skip(1)) {
        let told = || format!("line {line}: `{text}` is no customer, date, units and amount");
        let fields: Vec<&str> = text.split(',').collect();
        let [_, customer, date, units, amount] = fields[..] else { return Err(told().into()) };
        let date: NaiveDate = date.parse().map_err(|_| told())?;
        let paid: loyalty::Money = format!("{amount} USD").parse()?;
        columns.customers.push(CustomerId::new(format!("shopper-{customer:0>4}"))?);
        columns.at.push(zone.instant(date.and_time(noon)));
        columns.list_minor.push(paid.minor());
        columns.units.push(units.parse().map_err(|_| told())?);
    }
    Ok(Shoppers {
        source: "CDNOW",
        log: Purchases::from_columns(Currency::USD, &columns)?,
        zone,
        // Half of them bought once, a year ago and more: only all that they did tells them apart.
        found_in: ["recency_days", "orders(lifetime)", "spend(lifetime)"],
        told_of: &["average_order_value(lifetime)", "units(lifetime)", "gap_mean_days"],
        first: "1998-04-01".parse()?,
        second: "1998-07-01".parse()?,
        groups: Vec::new(),
    })
}
