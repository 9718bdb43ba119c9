//! Numbers and money, exactly as many digits as they have.

use std::fmt::{self, Write};

use super::Formats;
use crate::money::Money;
use crate::rule::Number;

/// How much of an amount is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum MoneyStyle {
    /// All decimals of the currency.
    Full,
    /// No decimals where they are all zero.
    Short,
}

/// The digits of a number without its sign.
struct Digits<'a> {
    negative: bool,
    whole: &'a str,
    fraction: &'a str,
}

/// A number that is not written with a name may have so many decimals.
const MOST_DECIMALS: usize = 3;

impl Formats {
    /// A whole number.
    pub(crate) fn integer(&self, value: i64, to: &mut impl Write) -> fmt::Result {
        let whole = value.unsigned_abs().to_string();
        let digits = Digits { negative: value < 0, whole: &whole, fraction: "" };
        self.signed(&digits, to)
    }

    /// A whole number with so many decimals, all zero.
    pub(crate) fn integer_with_zeros(
        &self,
        value: i64,
        decimals: usize,
        to: &mut impl Write,
    ) -> fmt::Result {
        let whole = value.unsigned_abs().to_string();
        let fraction = "0".repeat(decimals);
        self.signed(&Digits { negative: value < 0, whole: &whole, fraction: &fraction }, to)
    }

    /// A number with so many decimals, or with up to three.
    pub(crate) fn number(
        &self,
        value: Number,
        decimals: Option<usize>,
        to: &mut impl Write,
    ) -> fmt::Result {
        let text = plain(value, 0);
        let (least, most) = decimals.map_or((0, MOST_DECIMALS), |count| (count, count));
        let rounded = rounded(&text, least, most);
        self.signed(&Digits::of(&rounded), to)
    }

    /// A share, so that 0.2 is 20 percent; without decimals.
    pub(crate) fn percent(&self, value: Number, to: &mut impl Write) -> fmt::Result {
        let rounded = rounded(&plain(value, 2), 0, 0);
        let digits = Digits::of(&rounded);
        self.around(&self.percent, &digits, to, "", |to| {
            self.grouped(&digits, [&self.decimal, &self.group], to)
        })
    }

    /// An amount of money.
    pub(crate) fn money(
        &self,
        amount: Money,
        style: MoneyStyle,
        to: &mut impl Write,
    ) -> fmt::Result {
        let currency = amount.currency();
        let unit = currency.minor_per_major().unsigned_abs();
        let decimals = usize::from(currency.exponent());
        let minor = amount.minor().unsigned_abs();
        let whole = (minor / unit).to_string();
        let fraction = match (minor % unit, style) {
            (_, _) if decimals == 0 => String::new(),
            (0, MoneyStyle::Short) => String::new(),
            (rest, _) => format!("{rest:0decimals$}"),
        };
        let digits = Digits { negative: amount.is_negative(), whole: &whole, fraction: &fraction };
        let code = currency.code();
        let symbol = self.symbols.get(code).map_or(code, |symbol| symbol.as_str());
        let patterns = if touches(&self.money, symbol) { &self.money_letters } else { &self.money };
        self.around(patterns, &digits, to, symbol, |to| {
            self.grouped(&digits, [&self.money_decimal, &self.money_group], to)
        })
    }

    fn signed(&self, digits: &Digits<'_>, to: &mut impl Write) -> fmt::Result {
        if digits.negative {
            to.write_str(&self.minus)?;
        }
        self.grouped(digits, [&self.decimal, &self.group], to)
    }

    /// The number in the pattern for its sign.
    fn around<W: Write>(
        &self,
        patterns: &[smol_str::SmolStr; 2],
        digits: &Digits<'_>,
        to: &mut W,
        symbol: &str,
        number: impl FnOnce(&mut W) -> fmt::Result,
    ) -> fmt::Result {
        let [above, below] = patterns;
        let pattern = if digits.negative { below } else { above };
        let (before, after) = pattern.split_once('#').unwrap_or_default();
        let part = |text: &str, to: &mut W| {
            text.chars().try_for_each(|character| match character {
                '¤' => to.write_str(symbol),
                '-' => to.write_str(&self.minus),
                other => to.write_char(other),
            })
        };
        part(before, to)?;
        number(to)?;
        part(after, to)
    }

    fn grouped(
        &self,
        digits: &Digits<'_>,
        [decimal, group]: [&str; 2],
        to: &mut impl Write,
    ) -> fmt::Result {
        let count = digits.whole.len();
        let parted = count >= 3 + self.least_groups.max(1);
        for (index, digit) in digits.whole.chars().enumerate() {
            let rest = count - index;
            let higher = self.higher_groups.max(1);
            if parted && index > 0 && rest >= 3 && (rest - 3).is_multiple_of(higher) {
                to.write_str(group)?;
            }
            to.write_char(digit)?;
        }
        if !digits.fraction.is_empty() {
            to.write_str(decimal)?;
            to.write_str(digits.fraction)?;
        }
        Ok(())
    }
}

/// Whether a letter of the currency would stand right beside a digit.
fn touches(patterns: &[smol_str::SmolStr; 2], symbol: &str) -> bool {
    let [above, _] = patterns;
    let letter = |character: Option<char>| character.is_some_and(char::is_alphabetic);
    (above.contains("¤#") && letter(symbol.chars().next_back()))
        || (above.contains("#¤") && letter(symbol.chars().next()))
}

impl<'a> Digits<'a> {
    fn of(text: &'a str) -> Self {
        let (negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let zero = !text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
        Self { negative: negative && !zero, whole, fraction }
    }
}

/// The shortest decimal number that is this float, without an exponent, times ten to the `shift`.
fn plain(value: Number, shift: usize) -> String {
    let text = value.as_f64().to_string();
    if shift == 0 {
        return text;
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((&text, ""));
    let moved: String = fraction.chars().chain(std::iter::repeat('0')).take(shift).collect();
    let rest: String = fraction.chars().skip(shift).collect();
    let (sign, whole) = whole.strip_prefix('-').map_or(("", whole), |whole| ("-", whole));
    let joined = format!("{whole}{moved}");
    let whole = joined.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    format!("{sign}{whole}.{rest}")
}

/// The decimal number with at most so many decimals, halves away from zero, and at least so many.
fn rounded(text: &str, least: usize, most: usize) -> String {
    let (sign, text) = text.strip_prefix('-').map_or(("", text), |rest| ("-", rest));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let kept = fraction.chars().chain(std::iter::repeat('0')).take(most);
    let mut digits: Vec<char> = whole.chars().chain(kept).collect();
    if fraction.chars().nth(most).is_some_and(|digit| digit >= '5') {
        increase(&mut digits);
    }
    let point = digits.len().saturating_sub(most);
    let whole: String = digits.iter().take(point).collect();
    let fraction: String = digits.iter().skip(point).collect();
    let needed = fraction.trim_end_matches('0').len().max(least);
    let fraction: String = fraction.chars().take(needed).collect();
    if fraction.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
}

/// Adds one to the last digit.
fn increase(digits: &mut Vec<char>) {
    for digit in digits.iter_mut().rev() {
        match digit.to_digit(10) {
            Some(9) | None => *digit = '0',
            Some(value) => {
                *digit = char::from_digit(value + 1, 10).unwrap_or('0');
                return;
            }
        }
    }
    digits.insert(0, '1');
}
