//! How numbers are written for people.

use loyalty::Money;
use loyalty::money::Currency;

/// What the features and fields of the program are called where people read of them.
const PLAIN: [(&str, &str); 5] = [
    ("recency_days", "days since the last order"),
    ("orders(lifetime)", "orders"),
    ("spend(lifetime)", "spend"),
    ("segments", "segment"),
    ("basket_total", "basket"),
];

/// A text with fields called as people call them.
pub fn plain(text: &str) -> String {
    let start = text.to_owned();
    PLAIN.into_iter().fold(start, |text, (field, words)| text.replace(field, words))
}

/// `12,345`.
pub fn count(number: impl TryInto<i64>) -> String {
    let number = number.try_into().unwrap_or(i64::MAX);
    let digits = number.unsigned_abs().to_string();
    let mut text = String::from(if number < 0 { "-" } else { "" });
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// `1 CD`, `2 CDs`.
pub fn several(number: impl TryInto<i64> + Copy, what: &str) -> String {
    let number = count(number);
    let ending = if number == "1" { "" } else { "s" };
    format!("{number} {what}{ending}")
}

/// `1,234.56 USD`.
pub fn money(amount: Money) -> String {
    let text = amount.to_string();
    match text.split_once('.').and_then(|(major, rest)| Some((major.parse::<i64>().ok()?, rest))) {
        Some((major, rest)) => format!("{}.{rest}", count(major)),
        None => text,
    }
}

/// Cents as money.
pub fn cents(minor: i64) -> String {
    money(Money::from_minor(minor, Currency::USD))
}

/// Major units as money to the cent.
pub fn dollars(amount: f64) -> String {
    cents((amount * 100.0).round() as i64)
}

/// `12.3 %`.
pub fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// A part of a whole in percent; nothing of nothing.
pub fn part(part: i64, whole: i64) -> String {
    percent(if whole > 0 { part as f64 / whole as f64 } else { 0.0 })
}
