//! Reads the purchases, and tells every row that makes no sense.

use std::fmt;

use chrono::NaiveDate;
use loyalty::Money;
use loyalty::id::CustomerId;

/// The columns that a purchase is read from, by the names in the first line.
const COLUMNS: [&str; 4] = ["customer_id", "date", "n_cds", "amount_usd"];

/// A purchase as the file tells it.
pub struct Row {
    pub line: usize,
    pub customer: CustomerId,
    pub date: NaiveDate,
    pub cds: u32,
    pub paid: Money,
}

/// A row that is no purchase, and why.
#[derive(Debug, PartialEq, Eq)]
pub struct BadRow {
    pub line: usize,
    pub reason: String,
}

impl fmt::Display for BadRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {}", self.line, self.reason)
    }
}

/// All that was in the file.
#[derive(Default)]
pub struct Reading {
    pub rows: Vec<Row>,
    pub bad: Vec<BadRow>,
}

/// Reads comma-separated purchases; the first line names the columns.
pub fn read(csv: &str) -> Reading {
    let mut reading = Reading::default();
    let mut lines = csv.lines().zip(1..);
    let header: Vec<&str> = lines.next().map_or("", |(first, _)| first).split(',').collect();
    let found = COLUMNS.map(|name| header.iter().position(|column| column.trim() == name));
    let missing: Vec<&str> = COLUMNS
        .into_iter()
        .zip(found)
        .filter(|(_, at)| at.is_none())
        .map(|(name, _)| name)
        .collect();
    if !missing.is_empty() {
        let reason = format!("there is no column `{}`", missing.join("`, `"));
        reading.bad.push(BadRow { line: 1, reason });
        return reading;
    }
    let places = found.map(Option::unwrap_or_default);
    for (text, line) in lines.filter(|(text, _)| !text.trim().is_empty()) {
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        match row(line, places.map(|at| fields.get(at).copied().unwrap_or(""))) {
            Ok(row) => reading.rows.push(row),
            Err(reason) => reading.bad.push(BadRow { line, reason }),
        }
    }
    reading
}

fn row(line: usize, [customer, date, cds, paid]: [&str; 4]) -> Result<Row, String> {
    let customer = CustomerId::new(customer).map_err(|fault| fault.to_string())?;
    let date = date.parse().map_err(|_| format!("`{date}` is no date like `1997-12-31`"))?;
    let no_count = || format!("`{cds}` is no number of CDs: at least 1 is needed");
    let cds = cds.parse().ok().filter(|&cds| cds > 0).ok_or_else(no_count)?;
    let paid: Money = format!("{paid} USD").parse().map_err(|fault| format!("{fault}"))?;
    if paid.is_negative() {
        return Err(format!("{paid} is less than nothing"));
    }
    Ok(Row { line, customer, date, cds, paid })
}
