//! Reads shoppers' orders: the Complete Journey where a path is given, CDNOW otherwise.

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use loyalty::calendar::Zone;
use loyalty::event::{Columns, Purchases};
use loyalty::id::{CustomerId, OrderId};
use loyalty::money::Currency;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;

/// The sample of CDNOW that stands beside the examples.
const CDNOW: &str = include_str!("../data/cdnow_sample.csv");

/// The orders of many shoppers, and the days between which they are looked at.
pub struct Shoppers {
    pub source: String,
    pub log: Purchases,
    pub zone: Zone,
    /// The day of the fit.
    pub first: NaiveDate,
    /// Three months later.
    pub second: NaiveDate,
}

/// The shoppers of a file or folder of the Complete Journey, or of CDNOW.
///
/// # Errors
/// A file that cannot be read, or the first row in it that is no order, with its line.
pub fn shoppers(path: Option<&Path>) -> Result<Shoppers, Box<dyn Error>> {
    let Some(path) = path else {
        let columns = cdnow(Zone::UTC)?;
        return of(columns, "CDNOW", ["1998-03-31", "1998-07-01"]);
    };
    let file = if path.is_dir() { baskets_in(path)? } else { path.to_owned() };
    let columns = match file.extension().and_then(|extension| extension.to_str()) {
        Some("csv") => baskets_csv(&std::fs::read_to_string(&file)?)?,
        _ => baskets_parquet(&file)?,
    };
    of(columns, "Complete Journey", ["2017-10-01", "2018-01-01"])
}

fn of(columns: Columns, source: &str, days: [&str; 2]) -> Result<Shoppers, Box<dyn Error>> {
    let log = Purchases::from_columns(Currency::USD, &columns)?;
    let [first, second] = days.map(str::parse);
    Ok(Shoppers { source: source.to_owned(), log, zone: Zone::UTC, first: first?, second: second? })
}

fn baskets_in(folder: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let names = ["completejourney_baskets.parquet", "completejourney_baskets.csv"];
    let mut files = names.map(|name| folder.join(name)).into_iter();
    let found = files.find(|file| file.is_file());
    found.ok_or_else(|| format!("there is no {} in {}", names[0], folder.display()).into())
}

/// A row of the Complete Journey's baskets. What the manufacturer's coupons pay is the shop's
/// revenue, as the data's authors define it; its own discounts are not.
struct Basket {
    household: i64,
    basket: i64,
    at_millis: i64,
    quantity: i64,
    sales_minor: i64,
    discount_minor: i64,
}

const BASKET: [&str; 7] = [
    "household_id",
    "basket_id",
    "ts",
    "quantity",
    "sales_value_cents",
    "retail_disc_cents",
    "coupon_match_disc_cents",
];

impl Basket {
    fn of([household, basket, at_millis, quantity, sales, retail, matched]: [i64; 7]) -> Self {
        let discount_minor = retail.abs() + matched.abs();
        Self { household, basket, at_millis, quantity, sales_minor: sales, discount_minor }
    }
}

fn baskets_parquet(file: &Path) -> Result<Columns, Box<dyn Error>> {
    let reader = SerializedFileReader::new(File::open(file)?)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names: Vec<&str> = schema.columns().iter().map(|column| column.name()).collect();
    let place = |name: &str| {
        let found = names.iter().position(|column| *column == name);
        found.ok_or_else(|| format!("there is no column `{name}`"))
    };
    let places: Vec<usize> = BASKET.into_iter().map(place).collect::<Result<_, _>>()?;
    let mut baskets = Vec::new();
    for row in reader.get_row_iter(None)? {
        let row = row?;
        let number = |place: &usize| -> Result<i64, parquet::errors::ParquetError> {
            (row.get_long(*place))
                .or_else(|_| row.get_int(*place).map(i64::from))
                .or_else(|_| row.get_uint(*place).map(i64::from))
                .or_else(|_| row.get_timestamp_millis(*place))
        };
        let numbers: Vec<i64> = places.iter().map(number).collect::<Result<_, _>>()?;
        baskets.push(Basket::of(numbers.try_into().map_err(|_| "a row is too short")?));
    }
    columns(baskets)
}

fn baskets_csv(csv: &str) -> Result<Columns, Box<dyn Error>> {
    let mut lines = csv.lines();
    let header: Vec<&str> = lines.next().unwrap_or_default().split(',').map(str::trim).collect();
    let place = |name: &str| {
        let found = header.iter().position(|column| *column == name);
        found.ok_or_else(|| format!("there is no column `{name}`"))
    };
    let places: Vec<usize> = BASKET.into_iter().map(place).collect::<Result<_, _>>()?;
    let basket = |(line, text): (usize, &str)| -> Result<Basket, String> {
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        let number = |place: &usize| {
            let field = fields.get(*place).copied().unwrap_or_default();
            let instant = || Some(field.parse::<chrono::NaiveDateTime>().ok()?.and_utc());
            let number = field.parse().ok().or_else(|| Some(instant()?.timestamp_millis()));
            number.ok_or_else(|| format!("line {line}: `{field}` is neither number nor instant"))
        };
        let numbers: Vec<i64> = places.iter().map(number).collect::<Result<_, _>>()?;
        Ok(Basket::of(numbers.try_into().map_err(|_| format!("line {line} is too short"))?))
    };
    columns((2..).zip(lines).map(basket).collect::<Result<Vec<_>, _>>()?)
}

/// Orders of those baskets in which something was bought.
fn columns(baskets: Vec<Basket>) -> Result<Columns, Box<dyn Error>> {
    let mut columns = Columns::default();
    let (mut orders, mut discounts) = (Vec::new(), Vec::new());
    for basket in baskets.iter().filter(|basket| basket.quantity > 0 && basket.sales_minor >= 0) {
        let at = DateTime::from_timestamp_millis(basket.at_millis);
        columns.customers.push(CustomerId::new(format!("household-{:04}", basket.household))?);
        columns.at.push(at.ok_or("an instant is out of range")?);
        columns.list_minor.push(basket.sales_minor + basket.discount_minor);
        columns.units.push(basket.quantity);
        discounts.push(basket.discount_minor);
        orders.push(OrderId::new(basket.basket.to_string())?);
    }
    Ok(Columns { orders: Some(orders), discount_minor: Some(discounts), ..columns })
}

/// The orders of CDNOW, which knows their dates only: all are placed at noon.
fn cdnow(zone: Zone) -> Result<Columns, Box<dyn Error>> {
    let noon = NaiveTime::from_hms_opt(12, 0, 0).unwrap_or_default();
    let mut columns = Columns::default();
    for (line, text) in (2..).zip(CDNOW.lines().skip(1)) {
        let told = || format!("line {line}: `{text}` is no customer, date, units and amount");
        let fields: Vec<&str> = text.split(',').collect();
        let [customer, date, units, amount] = fields[..] else { return Err(told().into()) };
        let date: NaiveDate = date.parse().map_err(|_| told())?;
        let paid: loyalty::Money = format!("{amount} USD").parse()?;
        columns.customers.push(CustomerId::new(customer)?);
        columns.at.push(DateTime::<Utc>::from(zone.instant(date.and_time(noon))));
        columns.list_minor.push(paid.minor());
        columns.units.push(units.parse().map_err(|_| told())?);
    }
    Ok(columns)
}
