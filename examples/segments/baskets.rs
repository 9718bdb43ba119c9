//! The baskets of the Complete Journey, from Parquet or CSV.

use std::error::Error;
use std::fs::File;
use std::path::Path;

use chrono::{DateTime, NaiveDateTime};
use loyalty::event::Columns;
use loyalty::id::OrderId;
use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::RowAccessor;

use super::households;

/// The columns that an order is read from, by their names.
const COLUMNS: [&str; 7] = [
    "household_id",
    "basket_id",
    "ts",
    "quantity",
    "sales_value_cents",
    "retail_disc_cents",
    "coupon_match_disc_cents",
];

/// A basket. What the manufacturers' coupons pay is the shop's revenue, as the data's authors
/// define it; its own discounts are not.
struct Basket {
    household: i64,
    basket: i64,
    at_millis: i64,
    quantity: i64,
    sales_minor: i64,
    discount_minor: i64,
}

impl Basket {
    fn of([household, basket, at_millis, quantity, sales, retail, matched]: [i64; 7]) -> Self {
        let discount_minor = retail.abs() + matched.abs();
        Self { household, basket, at_millis, quantity, sales_minor: sales, discount_minor }
    }
}

/// The orders of a Parquet file.
pub fn from_parquet(file: &Path) -> Result<Columns, Box<dyn Error>> {
    let reader = SerializedFileReader::new(File::open(file)?)?;
    let schema = reader.metadata().file_metadata().schema_descr_ptr();
    let names: Vec<&str> = schema.columns().iter().map(|column| column.name()).collect();
    let places = places(&names)?;
    let mut baskets = Vec::new();
    for row in reader.get_row_iter(None)? {
        let row = row?;
        let number = |place: &usize| -> Result<i64, ParquetError> {
            (row.get_long(*place))
                .or_else(|_| row.get_int(*place).map(i64::from))
                .or_else(|_| row.get_uint(*place).map(i64::from))
                .or_else(|_| row.get_timestamp_millis(*place))
        };
        let numbers: Vec<i64> = places.iter().map(number).collect::<Result<_, _>>()?;
        baskets.push(Basket::of(numbers.try_into().map_err(|_| "a row is too short")?));
    }
    orders(&baskets)
}

/// The orders of a text with the same columns, separated by commas; instants are written like
/// `2017-01-01 11:53:26`, or as milliseconds since 1970.
pub fn from_csv(csv: &str) -> Result<Columns, Box<dyn Error>> {
    let mut lines = csv.lines();
    let header = fields(lines.next().unwrap_or_default());
    let places = places(&header)?;
    let basket = |(line, text): (usize, &str)| -> Result<Basket, String> {
        let fields = fields(text);
        let number = |place: &usize| {
            let field = fields.get(*place).copied().unwrap_or_default();
            let instant = || field.replacen(' ', "T", 1).parse::<NaiveDateTime>().ok();
            let millis = || Some(instant()?.and_utc().timestamp_millis());
            let number = field.parse().ok().or_else(millis);
            number.ok_or_else(|| format!("line {line}: `{field}` is neither number nor instant"))
        };
        let numbers: Vec<i64> = places.iter().map(number).collect::<Result<_, _>>()?;
        Ok(Basket::of(numbers.try_into().map_err(|_| format!("line {line} is too short"))?))
    };
    orders(&(2..).zip(lines).map(basket).collect::<Result<Vec<_>, _>>()?)
}

/// What stands between the commas of a line, without the quotes around it.
pub fn fields(line: &str) -> Vec<&str> {
    line.split(',').map(|field| field.trim().trim_matches('"')).collect()
}

fn places(names: &[&str]) -> Result<Vec<usize>, String> {
    let place = |name: &str| {
        let found = names.iter().position(|column| *column == name);
        found.ok_or_else(|| format!("there is no column `{name}`"))
    };
    COLUMNS.into_iter().map(place).collect()
}

/// Those baskets in which something was bought.
fn orders(baskets: &[Basket]) -> Result<Columns, Box<dyn Error>> {
    let mut columns = Columns::default();
    let (mut ids, mut discounts) = (Vec::new(), Vec::new());
    for basket in baskets.iter().filter(|basket| basket.quantity > 0 && basket.sales_minor >= 0) {
        let at = DateTime::from_timestamp_millis(basket.at_millis);
        columns.customers.push(households::id(basket.household)?);
        columns.at.push(at.ok_or("an instant is out of range")?);
        columns.list_minor.push(basket.sales_minor + basket.discount_minor);
        columns.units.push(basket.quantity);
        discounts.push(basket.discount_minor);
        ids.push(OrderId::new(basket.basket.to_string())?);
    }
    Ok(Columns { orders: Some(ids), discount_minor: Some(discounts), ..columns })
}
