//! Numbers as people write them: `1,240.00 EUR`, `12`, `0.31`, `31 %`.

use super::Measure;

/// So many digits more than usual are told, at most, where two numbers would look alike.
const FINEST: usize = 12;

/// A value of a column, or something between two values of it such as a mean.
pub(crate) fn told(number: f64, measure: Measure) -> String {
    finer(number, measure, 0)
}

/// The same with so many more digits, where it can have more.
fn finer(number: f64, measure: Measure, more: usize) -> String {
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
        _ => finer_plain(number, more),
    }
}

/// A share of 1: `31 %`, `0.4 %` where it is small, and `less than 0.1 %` where it is tiny.
pub(crate) fn percent(share: f64) -> String {
    match share {
        tiny if tiny > 0.0 && tiny < 0.000_5 => "less than 0.1 %".to_owned(),
        nearly if nearly > 0.999_5 && nearly < 1.0 => "more than 99.9 %".to_owned(),
        _ => finer_percent(share, 0),
    }
}

fn finer_percent(share: f64, more: usize) -> String {
    let percent = share * 100.0;
    let near = percent.abs() < 1.0 || (percent > 99.0 && percent < 100.0);
    let decimals = usize::from(near && percent != 0.0) + more;
    format!("{percent:.decimals$} %")
}

/// A number with about three digits that matter.
pub(crate) fn plain(number: f64) -> String {
    finer_plain(number, 0)
}

fn finer_plain(number: f64, more: usize) -> String {
    match number.abs() {
        size if size >= 1e15 || (size < 1e-4 && size > 0.0) => {
            let digits = 2 + more;
            format!("{number:.digits$e}")
        }
        size if size >= 100.0 => grouped(number, more),
        size if size >= 10.0 => grouped(number, 1 + more),
        size if size >= 0.1 || size == 0.0 => grouped(number, 2 + more),
        _ => grouped(number, 4 + more),
    }
}

/// Where a number of a column goes from and to, with so many digits that both are told apart and
/// rounding is a hundredth of the way at most.
pub(crate) fn way(from: f64, to: f64, measure: Measure) -> [String; 2] {
    apart(from, to, |number, more| finer(number, measure, more))
}

/// The same of shares of 1.
pub(crate) fn percent_way(from: f64, to: f64) -> [String; 2] {
    apart(100.0 * from, 100.0 * to, |percent, more| finer_percent(percent / 100.0, more))
}

fn apart(from: f64, to: f64, tell: impl Fn(f64, usize) -> String) -> [String; 2] {
    let both = |more: usize| [tell(from, more), tell(to, more)];
    let near = |told: &str| {
        let number = told.split(' ').next().unwrap_or_default().replace(',', "");
        // What is no number, such as yes, is exact.
        let number = number.parse::<f64>().unwrap_or(to);
        (number - to).abs() <= (to - from).abs() / 100.0
    };
    let fine = |more: &usize| {
        let [from, to] = both(*more);
        from != to && near(&to)
    };
    (0..FINEST).find(fine).map_or_else(|| both(0), both)
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
pub(crate) fn listed(parts: &[String]) -> String {
    match parts.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} and {last}", before.join(", ")),
    }
}

/// `2,357`.
pub(crate) fn counted(count: impl TryInto<u64>) -> String {
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
        for (share, expected) in [
            (0.004, "0.4 %"),
            (0.0, "0 %"),
            (1.0, "100 %"),
            (0.61, "61 %"),
            (0.995, "99.5 %"),
            (1e-7, "less than 0.1 %"),
            (0.999_99, "more than 99.9 %"),
        ] {
            assert_eq!(percent(share), expected);
        }
        let parts = ["a", "b", "c"].map(str::to_owned);
        assert_eq!((listed(&parts[..2]), listed(&parts)), ("a and b".into(), "a, b and c".into()));
    }

    #[test]
    fn a_way_has_the_digits_that_tell_its_ends_apart() {
        for (from, to, expected) in [
            (3.0, 9.0, ["3", "9"]),
            (0.401, 0.404, ["0.401", "0.404"]),
            (0.25, 0.75, ["0.25", "0.75"]),
            (1240.37, 1250.0, ["1,240", "1,250"]),
            (0.3, 0.300_000_1, ["0.3000000", "0.3000001"]),
            (0.5, 0.5, ["0.50", "0.50"]),
        ] {
            assert_eq!(way(from, to, Measure::Number), expected);
        }
        assert_eq!(way(0.0, 1.0, Measure::Bool), ["no", "yes"]);
        assert_eq!(percent_way(0.398, 0.401), ["39.8 %", "40.1 %"]);
        assert_eq!(percent_way(0.2, 0.7), ["20 %", "70 %"]);
    }
}
