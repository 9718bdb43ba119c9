//! Where a growing function reaches a value.

/// The least positive number at which `reached` is true, to the last digit; it is false below and
/// true above. If it never is, the greatest number.
pub(super) fn turning_point(reached: impl Fn(f64) -> bool) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while !reached(high) {
        if high >= f64::MAX {
            return high;
        }
        low = high;
        high = (2.0 * high).min(f64::MAX);
    }
    while low == 0.0 && high > f64::MIN_POSITIVE {
        let half = high / 2.0;
        if reached(half) {
            high = half;
        } else {
            low = half;
        }
    }
    loop {
        let middle = low + (high - low) / 2.0;
        if middle <= low || middle >= high {
            return high;
        }
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
}
