//! Numbers of features as people write them: `1,240.00 EUR`, `12`, `0.31`.

use super::Segment;
use crate::feature::Measure;
use crate::id::SegmentId;

/// A value of a column, or something between two values of it such as a mean.
pub(super) fn told(number: f64, measure: Measure) -> String {
    let whole = number.round();
    // Centers are off by what scaling there and back does to the last digits.
    let near = (number - whole).abs() <= (1e-9 * whole.abs()).max(1e-12);
    let number = if near { whole } else { number };
    match measure {
        Measure::Money(currency) => {
            let digits = currency.minor_per_major().checked_ilog10().unwrap_or(0);
            format!("{} {currency}", grouped(number, digits as usize))
        }
        Measure::Bool if number <= 0.0 => "no".to_owned(),
        Measure::Bool if number >= 1.0 => "yes".to_owned(),
        Measure::Bool => percent(number),
        _ if number.fract() == 0.0 && number.abs() < 1e15 => grouped(number, 0),
        _ => plain(number),
    }
}

/// A share of 1: `31 %`, and `0.4 %` where it is small.
pub(super) fn percent(share: f64) -> String {
    let percent = share * 100.0;
    let near = percent.abs() < 1.0 || (percent > 99.0 && percent < 100.0);
    if near && percent != 0.0 { format!("{percent:.1} %") } else { format!("{percent:.0} %") }
}

/// A number with about three digits that matter.
pub(super) fn plain(number: f64) -> String {
    match number.abs() {
        size if size >= 1e15 || (size < 1e-4 && size > 0.0) => format!("{number:.2e}"),
        size if size >= 100.0 => grouped(number, 0),
        size if size >= 10.0 => grouped(number, 1),
        size if size >= 0.1 || size == 0.0 => grouped(number, 2),
        _ => grouped(number, 4),
    }
}

/// A number with so many decimals, and a comma between each three digits before them.
fn grouped(number: f64, decimals: usize) -> String {
    if number.abs() >= 1e15 {
        return format!("{number:.2e}");
    }
    let written = format!("{number:.decimals$}");
    let (sign, digits) = match written.strip_prefix('-') {
        Some(digits) => ("-", digits),
        None => ("", written.as_str()),
    };
    let (whole, rest) = match digits.split_once('.') {
        Some((whole, rest)) => (whole, format!(".{rest}")),
        None => (digits, String::new()),
    };
    let sign = if digits.chars().all(|digit| matches!(digit, '0' | '.')) { "" } else { sign };
    let mut grouped = String::new();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (whole.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    format!("{sign}{grouped}{rest}")
}

/// `a`, `a and b`, or `a, b and c`.
pub(super) fn listed(parts: &[String]) -> String {
    match parts.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// What a segment is called; its id if it is not among `segments`.
pub(super) fn name(segments: &[Segment], id: &SegmentId) -> String {
    let named = segments.iter().find(|segment| segment.id == *id);
    named.map_or_else(|| id.to_string(), |segment| segment.name.clone())
}

/// `1 customer`, `2 customers`.
pub(super) fn customers(count: impl TryInto<u64>) -> String {
    let count = count.try_into().unwrap_or(u64::MAX);
    let noun = if count == 1 { "customer" } else { "customers" };
    format!("{} {noun}", counted(count))
}

/// `2,357`.
pub(super) fn counted(count: impl TryInto<u64>) -> String {
    grouped(count.try_into().unwrap_or(u64::MAX) as f64, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    #[test]
    fn numbers_are_told_as_people_write_them() {
        let (euro, yen) = (Measure::Money(Currency::EUR), Measure::Money(Currency::JPY));
        for (number, measure, expected) in [
            (1240.0, euro, "1,240.00 EUR"),
            (1240.0, yen, "1,240 JPY"),
            (-0.001, euro, "0.00 EUR"),
            (-1_234_567.5, Measure::Number, "-1,234,568"),
            (12.0, Measure::Integer, "12"),
            (10.25, Measure::Integer, "10.2"),
            (0.3149, Measure::Number, "0.31"),
            (0.012_34, Measure::Number, "0.0123"),
            (1e-9, Measure::Number, "1.00e-9"),
            (-1.33e-15, Measure::Integer, "0"),
            (0.25, Measure::Bool, "25 %"),
            (1.0, Measure::Bool, "yes"),
            (1e300, Measure::Integer, "1.00e300"),
        ] {
            assert_eq!(told(number, measure), expected);
        }
        assert_eq!(
            (percent(0.004), percent(0.0), percent(1.0)),
            ("0.4 %".into(), "0 %".into(), "100 %".into())
        );
        assert_eq!(
            (customers(1_u64), customers(1200_usize)),
            ("1 customer".into(), "1,200 customers".into())
        );
        let parts = ["a", "b", "c"].map(str::to_owned);
        assert_eq!((listed(&parts[..2]), listed(&parts)), ("a and b".into(), "a, b and c".into()));
    }
}
