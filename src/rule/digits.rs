//! Numbers with as many digits as a sentence needs.

use super::{Number, Test, Value};

/// So many significant digits are told where they are enough, and so many tell every float.
const USUAL: usize = 4;
const ALL: usize = 17;

/// A value and the test that it is put to, with their numbers rounded to the fewest digits (four,
/// or more where needed) with which they compare as they are.
pub(super) fn told_apart(found: &Value, test: &Test<Value>) -> (Value, Test<Value>) {
    let exact = || (found.clone(), test.clone());
    if !has_number(found) && !test.values().any(has_number) {
        return exact();
    }
    let rounded = (USUAL..ALL).map(|digits| {
        let round = |value: &Value| rounded(value, digits);
        (round(found), test.map(round))
    });
    let alike = |(value, rounded): &(Value, Test<Value>)| {
        let pairs = || test.values().zip(rounded.values());
        let beside = pairs().all(|(one, short)| found.order(one) == value.order(short));
        let next = pairs().zip(pairs().skip(1));
        let in_order = next
            .into_iter()
            .all(|((one, short), (other, next))| one.order(other) == short.order(next));
        beside && in_order
    };
    rounded.into_iter().find(alike).unwrap_or_else(exact)
}

const fn has_number(value: &Value) -> bool {
    matches!(value, Value::Number(_))
}

/// A number of so many significant digits, or of all before its point; another value as it is.
fn rounded(value: &Value, digits: usize) -> Value {
    let Value::Number(number) = value else { return value.clone() };
    let text = significant(number.as_f64(), digits);
    let number = text.parse().ok().and_then(|number| Number::new(number).ok());
    number.map_or_else(|| value.clone(), Value::Number)
}

/// A number with so many significant digits, and with all before its point.
pub(super) fn significant(number: f64, digits: usize) -> String {
    let size = number.abs();
    if size == 0.0 {
        return "0".to_owned();
    }
    let magnitude = libm::floor(libm::log10(size)) as i32;
    let places = i32::try_from(digits).unwrap_or(i32::MAX).saturating_sub(1 + magnitude);
    let places = usize::try_from(places).unwrap_or(0);
    format!("{number:.places$}")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn number(value: f64) -> Value {
        Value::number(value).unwrap()
    }

    #[test]
    fn as_many_digits_are_told_as_tell_both_sides_apart() {
        for (found, wanted, expected) in [
            (0.387_654_321, 0.5, ["0.3877", "0.5"]),
            (0.399_999, 0.4, ["0.399999", "0.4"]),
            (0.4 - f64::EPSILON / 4.0, 0.4, ["0.39999999999999997", "0.4"]),
            (0.300_000_000_000_000_04, 0.7, ["0.3", "0.7"]),
            (0.7, 0.300_000_000_000_000_04, ["0.7", "0.3"]),
            (1_234_567.891, 2e6, ["1234568", "2000000"]),
            (2.5, 2.5, ["2.5", "2.5"]),
            (-0.123_456_789, 0.0, ["-0.1235", "0"]),
            (1.234_567e-12, 1.0, ["0.000000000001235", "1"]),
        ] {
            let (found, test) = told_apart(&number(found), &Test::AtLeast(number(wanted)));
            let Test::AtLeast(wanted) = test else { panic!("another test") };
            assert_eq!([found.to_string(), wanted.to_string()], expected);
        }
    }

    #[test]
    fn bounds_stay_apart_and_whole_numbers_whole() {
        let between = Test::Between(number(0.123_41), number(0.123_42));
        let (_, told) = told_apart(&number(0.9), &between);
        assert_eq!(told, between);
        let (whole, told) = told_apart(&Value::Integer(7), &Test::Above(number(7.000_001)));
        assert_eq!((whole, told), (Value::Integer(7), Test::Above(number(7.000_001))));
    }

    proptest! {
        #[test]
        fn what_is_told_compares_as_what_was_found(
            found in -1e9..1e9_f64, step in prop_oneof![-1e3..1e3_f64, -1e-9..1e-9_f64],
        ) {
            let (found, wanted) = (number(found), number(found + step));
            let (value, test) = told_apart(&found, &Test::Below(wanted.clone()));
            let Test::Below(told) = test else { panic!("another test") };
            prop_assert_eq!(value.order(&told), found.order(&wanted));
            let read = |value: &Value| number(value.to_string().parse().unwrap());
            prop_assert_eq!(read(&value).order(&read(&told)), found.order(&wanted));
        }
    }
}
