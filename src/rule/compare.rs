//! How values are ordered: exactly, and only where an order has a meaning.

use std::cmp::Ordering;

use super::Value;

/// 2⁶³, the least float above every `i64`; its negative is the least `i64`.
const BEYOND_INTEGERS: f64 = 9_223_372_036_854_775_808.0;

impl Value {
    /// The order of two values, or `None` if they have none: two types, two currencies, or sets.
    ///
    /// A whole number and a number are compared exactly: 2⁵³ + 1 is above 2⁵³.
    #[must_use]
    pub fn order(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Bool(left), Self::Bool(right)) => Some(left.cmp(right)),
            (Self::Integer(left), Self::Integer(right)) => Some(left.cmp(right)),
            (Self::Number(left), Self::Number(right)) => Some(left.cmp(right)),
            (Self::Integer(left), Self::Number(right)) => Some(exact(*left, right.as_f64())),
            (Self::Number(left), Self::Integer(right)) => {
                Some(exact(*right, left.as_f64()).reverse())
            }
            (Self::Money(left), Self::Money(right)) => left.partial_cmp(right),
            (Self::Text(left), Self::Text(right)) => Some(left.cmp(right)),
            (Self::Date(left), Self::Date(right)) => Some(left.cmp(right)),
            _ => None,
        }
    }

    /// Whether two values are the same, or `None` if they cannot be compared.
    #[must_use]
    pub fn same(&self, other: &Self) -> Option<bool> {
        match (self, other) {
            (Self::Set(left), Self::Set(right)) => Some(left == right),
            (Self::Text(left), Self::Text(right)) => Some(left == right),
            _ => self.order(other).map(Ordering::is_eq),
        }
    }
}

/// The order of an integer and a finite number, without rounding either.
fn exact(integer: i64, number: f64) -> Ordering {
    if number >= BEYOND_INTEGERS {
        return Ordering::Less;
    }
    if number < -BEYOND_INTEGERS {
        return Ordering::Greater;
    }
    let fraction = number.fract();
    integer
        .cmp(&(number.trunc() as i64))
        .then_with(|| 0.0_f64.partial_cmp(&fraction).unwrap_or(Ordering::Equal))
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::money::{Currency, Money};

    #[test]
    fn integers_and_numbers_compare_without_rounding() {
        for (integer, number, order) in [
            (3, 3.0, Ordering::Equal),
            (3, 3.5, Ordering::Less),
            (4, 3.5, Ordering::Greater),
            (-3, -3.5, Ordering::Greater),
            (-4, -3.5, Ordering::Less),
            (-2, -2.0, Ordering::Equal),
            (0, -0.5, Ordering::Greater),
            (0, 5e-324, Ordering::Less),
            ((1 << 53) + 1, 9_007_199_254_740_992.0, Ordering::Greater),
            (i64::MAX, 9_223_372_036_854_775_808.0, Ordering::Less),
            (i64::MIN, -9_223_372_036_854_775_808.0, Ordering::Equal),
            (i64::MIN, -1e300, Ordering::Greater),
            (i64::MAX, 1e300, Ordering::Less),
        ] {
            let (left, right) = (Value::Integer(integer), Value::number(number).unwrap());
            assert_eq!(left.order(&right), Some(order), "{integer} and {number}");
            assert_eq!(right.order(&left), Some(order.reverse()), "{number} and {integer}");
        }
    }

    #[test]
    fn values_without_a_common_order_are_not_compared() {
        let euro = Value::Money(Money::from_minor(1, Currency::EUR));
        let yen = Value::Money(Money::from_minor(1, Currency::JPY));
        let day = Value::Date(NaiveDate::from_ymd_opt(2026, 1, 31).unwrap());
        for (left, right) in [
            (&euro, &yen),
            (&euro, &Value::Integer(1)),
            (&day, &Value::text("2026-01-31")),
            (&Value::Bool(true), &Value::Integer(1)),
            (&Value::set(["a"]), &Value::text("a")),
        ] {
            assert_eq!((left.order(right), left.same(right)), (None, None), "{left} and {right}");
        }
        assert_eq!(Value::set(["a", "b"]).same(&Value::set(["b", "a"])), Some(true));
        assert_eq!(Value::set(["a"]).order(&Value::set(["a"])), None);
    }
}
