//! An amount of money and its checked arithmetic.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use thiserror::Error;

use super::{Currency, Percent, Rounding};

/// An amount in minor units (cents) of one currency.
///
/// Amounts of two currencies are neither equal nor ordered, and cannot be added. In JSON an amount
/// is a text such as `"12.40 EUR"`, with at most as many decimals as the currency has.
///
/// ```
/// use loyalty::money::{Currency, Money, Percent, Rounding};
///
/// let price: Money = "12.45 EUR".parse()?;
/// assert_eq!(price, Money::from_minor(1_245, Currency::EUR));
/// assert_eq!(price.percent(Percent::new(10), Rounding::HalfUp)?.to_string(), "1.25 EUR");
/// # Ok::<(), loyalty::money::MoneyError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why money cannot be computed or read.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum MoneyError {
    /// Two currencies met.
    #[error("{left} and {right} cannot be mixed")]
    CurrencyMismatch {
        /// The currency of the first amount.
        left: Currency,
        /// The currency of the second amount.
        right: Currency,
    },
    /// The result does not fit into 64 bits of minor units.
    #[error("the amount is out of range")]
    OutOfRange,
    /// No active currency of ISO 4217 has this code.
    #[error("`{code}` is no currency code of ISO 4217")]
    UnknownCurrency {
        /// The code that was given.
        code: String,
    },
    /// The text is no amount.
    #[error("`{text}` is no amount of money: write it like `12.40 EUR`")]
    Malformed {
        /// The text that was given.
        text: String,
    },
    /// The text is no percentage.
    #[error("`{text}` is no percentage: write it like `12.5%`, with at most two decimals")]
    NoPercent {
        /// The text that was given.
        text: String,
    },
    /// The text has more decimals than the currency.
    #[error("`{text}` has more than the {decimals} decimals of {currency}")]
    TooFine {
        /// The text that was given.
        text: String,
        /// The currency named in it.
        currency: Currency,
        /// How many decimals the currency has.
        decimals: u8,
    },
}

impl Money {
    /// So many minor units: `from_minor(1_240, EUR)` is 12.40 EUR.
    #[must_use]
    pub const fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// So many major units: `from_major(12, EUR)` is 12.00 EUR.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn from_major(major: i64, currency: Currency) -> Result<Self, MoneyError> {
        let minor = major.checked_mul(currency.minor_per_major()).ok_or(MoneyError::OutOfRange)?;
        Ok(Self { minor, currency })
    }

    /// Nothing, in this currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self { minor: 0, currency }
    }

    /// The amount in minor units.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// Whether it is exactly nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether it is less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// The sum.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::OutOfRange`].
    pub fn checked_add(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with(self.minor.checked_add(other.minor))
    }

    /// The difference.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::OutOfRange`].
    pub fn checked_sub(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.with(self.minor.checked_sub(other.minor))
    }

    /// The amount `count` times.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn checked_mul(self, count: i64) -> Result<Self, MoneyError> {
        self.with(self.minor.checked_mul(count))
    }

    /// The amount with the other sign.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`], for the least amount only.
    pub fn checked_neg(self) -> Result<Self, MoneyError> {
        self.with(self.minor.checked_neg())
    }

    /// The amount times `numerator / denominator`, rounded as named.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`] if the result does not fit or the denominator is not positive.
    pub fn scale(
        self,
        numerator: i64,
        denominator: i64,
        rounding: Rounding,
    ) -> Result<Self, MoneyError> {
        let product = i128::from(self.minor) * i128::from(numerator);
        self.with(rounding.divide(product, i128::from(denominator)))
    }

    /// So many percent of the amount, rounded as named.
    ///
    /// # Errors
    /// [`MoneyError::OutOfRange`].
    pub fn percent(self, percent: Percent, rounding: Rounding) -> Result<Self, MoneyError> {
        self.scale(i64::from(percent.basis_points()), 10_000, rounding)
    }

    /// The sum of `amounts`, which is nothing in `currency` if there are none.
    ///
    /// # Errors
    /// [`MoneyError::CurrencyMismatch`] or [`MoneyError::OutOfRange`]; whether the sum fits does
    /// not depend on the order of the amounts.
    pub fn sum(
        currency: Currency,
        amounts: impl IntoIterator<Item = Self>,
    ) -> Result<Self, MoneyError> {
        let zero = Self::zero(currency);
        let mut total = 0_i128;
        for amount in amounts {
            zero.same_currency(amount)?;
            total += i128::from(amount.minor);
        }
        zero.with(i64::try_from(total).ok())
    }

    /// The lesser of two amounts of one currency; `self` if the currencies differ.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        if other < self { other } else { self }
    }

    /// The greater of two amounts of one currency; `self` if the currencies differ.
    #[must_use]
    pub fn max(self, other: Self) -> Self {
        if other > self { other } else { self }
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            Ok(())
        } else {
            Err(MoneyError::CurrencyMismatch { left: self.currency, right: other.currency })
        }
    }

    fn with(self, minor: Option<i64>) -> Result<Self, MoneyError> {
        minor.map(|minor| Self { minor, ..self }).ok_or(MoneyError::OutOfRange)
    }
}

impl PartialOrd for Money {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        (self.currency == other.currency).then(|| self.minor.cmp(&other.minor))
    }
}

/// With a width, as in `{:>12}`, it is padded like a text.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.width().is_none() {
            return self.write(f);
        }
        let mut text = String::new();
        self.write(&mut text)?;
        f.pad(&text)
    }
}

impl Money {
    fn write(self, to: &mut impl fmt::Write) -> fmt::Result {
        let sign = if self.minor < 0 { "-" } else { "" };
        let (minor, unit) =
            (self.minor.unsigned_abs(), self.currency.minor_per_major().unsigned_abs());
        let decimals = usize::from(self.currency.exponent());
        if decimals == 0 {
            write!(to, "{sign}{minor} {}", self.currency)
        } else {
            write!(to, "{sign}{}.{:0decimals$} {}", minor / unit, minor % unit, self.currency)
        }
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl FromStr for Money {
    type Err = MoneyError;

    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let quoted = || text.chars().take(40).collect::<String>();
        let (number, code) =
            text.split_once(' ').ok_or_else(|| MoneyError::Malformed { text: quoted() })?;
        let currency = Currency::from_code(code)?;
        if let Some(minor) = parse_decimal(number, currency.exponent()) {
            return Ok(Self { minor, currency });
        }
        let decimals = currency.exponent();
        let written = number.split_once('.').map_or(0, |(_, fraction)| fraction.len());
        let fine = written > usize::from(decimals)
            && u8::try_from(written).is_ok_and(|written| parse_decimal(number, written).is_some());
        Err(if fine {
            MoneyError::TooFine { text: quoted(), currency, decimals }
        } else {
            MoneyError::Malformed { text: quoted() }
        })
    }
}

/// A decimal number scaled by ten to the `decimals`; plain digits with an optional sign and point.
pub(crate) fn parse_decimal(text: &str, decimals: u8) -> Option<i64> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, fraction) = match digits.split_once('.') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (digits, ""),
    };
    let zeros = usize::from(decimals).checked_sub(fraction.len())?;
    if whole.is_empty() {
        return None;
    }
    let mut scaled = 0_i64;
    for digit in whole.bytes().chain(fraction.bytes()).chain(std::iter::repeat_n(b'0', zeros)) {
        let digit = char::from(digit).to_digit(10).map(i64::from)?;
        scaled = scaled.checked_mul(10)?.checked_add(if negative { -digit } else { digit })?;
    }
    Some(scaled)
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = smol_str::SmolStr::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const CURRENCIES: [Currency; 3] = [Currency::EUR, Currency::JPY, Currency::KWD];

    #[test]
    fn amounts_stand_below_each_other_where_a_width_is_asked_for() {
        let money: Money = "-12.40 EUR".parse().unwrap();
        assert_eq!(
            format!("{money:>12}|{money:12}|{money:4}"),
            "  -12.40 EUR|-12.40 EUR  |-12.40 EUR"
        );
    }

    #[test]
    fn text_has_the_decimals_of_the_currency() {
        for (text, minor) in
            [("12.40 EUR", 1_240), ("-0.05 EUR", -5), ("7 JPY", 7), ("1.005 KWD", 1_005)]
        {
            let money: Money = text.parse().unwrap();
            assert_eq!((money.minor(), money.to_string()), (minor, text.to_owned()));
        }
        assert_eq!("12 EUR".parse::<Money>().unwrap().minor(), 1_200);
        assert_eq!("12.4 EUR".parse::<Money>().unwrap().minor(), 1_240);
    }

    #[test]
    fn text_that_is_no_amount_is_refused_with_its_reason() {
        for (text, reason) in [
            ("12.345 EUR", "`12.345 EUR` has more than the 2 decimals of EUR"),
            ("1.5 JPY", "`1.5 JPY` has more than the 0 decimals of JPY"),
            ("12,40 EUR", "`12,40 EUR` is no amount of money: write it like `12.40 EUR`"),
            ("12.40", "`12.40` is no amount of money: write it like `12.40 EUR`"),
            ("12.40 EURO", "`EURO` is no currency code of ISO 4217"),
            ("1. EUR", "`1. EUR` is no amount of money: write it like `12.40 EUR`"),
            (
                "92233720368547758.08 EUR",
                "`92233720368547758.08 EUR` is no amount of money: write it like `12.40 EUR`",
            ),
        ] {
            assert_eq!(text.parse::<Money>().unwrap_err().to_string(), reason);
        }
    }

    #[test]
    fn currencies_do_not_mix() {
        let (euro, yen) =
            (Money::from_minor(1, Currency::EUR), Money::from_minor(1, Currency::JPY));
        assert!(matches!(euro.checked_add(yen), Err(MoneyError::CurrencyMismatch { .. })));
        assert_eq!(euro.partial_cmp(&yen), None);
        assert_ne!(euro, yen);
    }

    proptest! {
        #[test]
        fn every_amount_survives_its_text(minor: i64, which in 0_usize..3) {
            let money = Money::from_minor(minor, CURRENCIES[which]);
            prop_assert_eq!(money.to_string().parse::<Money>(), Ok(money));
        }

        #[test]
        fn sums_do_not_depend_on_order(mut minors: Vec<i64>) {
            let sum = |minors: &[i64]| {
                let amounts = minors.iter().map(|&minor| Money::from_minor(minor, Currency::EUR));
                Money::sum(Currency::EUR, amounts)
            };
            let before = sum(&minors);
            minors.reverse();
            prop_assert_eq!(before, sum(&minors));
        }

        #[test]
        fn scaling_agrees_with_wide_integers(
            minor: i64,
            numerator in 0_i64..1_000,
            denominator in 1_i64..1_000,
        ) {
            let money = Money::from_minor(minor, Currency::EUR);
            let scaled = money.scale(numerator, denominator, Rounding::Floor);
            let product = i128::from(minor) * i128::from(numerator);
            let expected = i64::try_from(product.div_euclid(i128::from(denominator)));
            prop_assert_eq!(scaled.ok().map(Money::minor), expected.ok());
        }
    }
}
