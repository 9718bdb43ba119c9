//! The points that pass a test, on a line of whole steps or of floats, and the nearest of them.

use chrono::Datelike;

use super::{Aim, Facts, Number, Test, Value, days};

/// A line on which every point has a neighbor on either side.
///
/// Whole numbers, minor units of money and days are points of `i128`, which has room for what lies
/// beyond the ends of all of them.
pub(super) trait Axis: Copy + PartialOrd {
    /// The least point that is not below `value`; `None` if `value` is not on the line.
    fn at_least(value: &Value) -> Option<Self>;

    /// The greatest point that is not above `value`; `None` if `value` is not on the line.
    fn at_most(value: &Value) -> Option<Self>;

    /// The next point up.
    fn next(self) -> Self;

    /// The next point down.
    fn previous(self) -> Self;

    /// How far apart two points are.
    fn distance(self, other: Self) -> Self;

    /// Whether a value can be here.
    fn exists(self) -> bool;

    /// Where the value must be for the test to hold or to fail.
    fn goal(test: &Test<Value>, aim: Aim, facts: &dyn Facts) -> Vec<Range<Self>> {
        let range = match test {
            // Where these are aimed at anything else, nothing measures the way.
            Test::Is(value) | Test::IsNot(value) => return vec![Range::only(value)],
            Test::OneOf(values) | Test::NoneOf(values) => {
                return values.iter().map(Range::only).collect();
            }
            Test::Above(low) => Range { low: Self::at_most(low).map(Self::next), high: None },
            Test::AtLeast(low) => Range { low: Self::at_least(low), high: None },
            Test::Below(high) => {
                Range { low: None, high: Self::at_least(high).map(Self::previous) }
            }
            Test::AtMost(high) => Range { low: None, high: Self::at_most(high) },
            Test::Between(low, high) => {
                Range { low: Self::at_least(low), high: Self::at_most(high) }
            }
            Test::WithinLast(span) => {
                let today = facts.today();
                Range::days(days::before(today, *span), today)
            }
            Test::WithinNext(span) => {
                let today = facts.today();
                Range::days(today, days::after(today, *span))
            }
            _ => return Vec::new(),
        };
        match aim {
            Aim::Hold => vec![range],
            Aim::Fail => range.outside(),
        }
    }
}

/// Points from `low` to `high`, both included; no end on a side means that it goes on.
#[derive(Clone, Copy)]
pub(super) struct Range<T> {
    low: Option<T>,
    high: Option<T>,
}

impl<T: Axis> Range<T> {
    fn only(value: &Value) -> Self {
        Self { low: T::at_least(value), high: T::at_most(value) }
    }

    fn days(first: chrono::NaiveDate, last: chrono::NaiveDate) -> Self {
        Self { low: T::at_least(&Value::Date(first)), high: T::at_most(&Value::Date(last)) }
    }

    /// What lies below, and what lies above.
    fn outside(self) -> Vec<Self> {
        let below = self.low.map(|low| Self { low: None, high: Some(low.previous()) });
        let above = self.high.map(|high| Self { low: Some(high.next()), high: None });
        below.into_iter().chain(above).collect()
    }

    /// The point of the range that is nearest to `from`.
    fn nearest(self, from: T) -> Option<T> {
        let raised = self.low.filter(|low| from < *low).unwrap_or(from);
        let nearest = self.high.filter(|high| raised > *high).unwrap_or(raised);
        (self.low.is_none_or(|low| nearest >= low) && nearest.exists()).then_some(nearest)
    }
}

/// The point of the ranges that is nearest to `from`; the higher of two equally near.
pub(super) fn nearest<T: Axis>(from: T, ranges: &[Range<T>]) -> Option<T> {
    let nearer = |best: T, next: T| {
        let (near, far) = (from.distance(best), from.distance(next));
        if far < near || (far == near && next > best) { next } else { best }
    };
    ranges.iter().filter_map(|range| range.nearest(from)).reduce(nearer)
}

impl Axis for i128 {
    fn at_least(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(number.as_f64().ceil() as Self),
            _ => whole(value),
        }
    }

    fn at_most(value: &Value) -> Option<Self> {
        match value {
            Value::Number(number) => Some(number.as_f64().floor() as Self),
            _ => whole(value),
        }
    }

    fn next(self) -> Self {
        self.saturating_add(1)
    }

    fn previous(self) -> Self {
        self.saturating_sub(1)
    }

    fn distance(self, other: Self) -> Self {
        self.saturating_sub(other).saturating_abs()
    }

    fn exists(self) -> bool {
        i64::try_from(self).is_ok()
    }
}

fn whole(value: &Value) -> Option<i128> {
    match value {
        Value::Integer(integer) => Some((*integer).into()),
        Value::Money(amount) => Some(amount.minor().into()),
        Value::Date(day) => Some(day.num_days_from_ce().into()),
        _ => None,
    }
}

impl Axis for f64 {
    fn at_least(value: &Value) -> Option<Self> {
        let near = float(value)?;
        let below = Value::number(near)?.order(value)?.is_lt();
        Some(if below { near.next_up() } else { near })
    }

    fn at_most(value: &Value) -> Option<Self> {
        let near = float(value)?;
        let above = Value::number(near)?.order(value)?.is_gt();
        Some(if above { near.next_down() } else { near })
    }

    fn next(self) -> Self {
        self.next_up()
    }

    fn previous(self) -> Self {
        self.next_down()
    }

    fn distance(self, other: Self) -> Self {
        (self - other).abs()
    }

    fn exists(self) -> bool {
        self.is_finite()
    }
}

/// The float nearest to the value.
fn float(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(integer) => Some(*integer as f64),
        Value::Number(number) => Some(Number::as_f64(*number)),
        _ => None,
    }
}
