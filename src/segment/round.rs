//! Numbers of as few digits as can be.

/// Of the numbers above `low` and up to `high`, one with the fewest digits that matter, and of
/// these the one nearest to the middle.
pub(super) fn roundest(low: f64, high: f64) -> f64 {
    if low < 0.0 && high >= 0.0 {
        return 0.0;
    }
    let largest = low.abs().max(high.abs());
    let highest = libm::floor(libm::log10(largest)) as i32 + 1;
    // Below 10^-17 of the largest, floats have no digits.
    let places = (highest - 17..=highest).rev();
    places.filter_map(|place| at_place(low, high, place)).next().unwrap_or(high)
}

/// The multiple of 10^place nearest to the middle, if there is one above `low` and up to `high`.
fn at_place(low: f64, high: f64, place: i32) -> Option<f64> {
    let power = libm::pow(10.0, f64::from(place.abs()));
    if !power.is_finite() {
        return None;
    }
    // Dividing by a power of ten gives the float nearest to the decimal number, as it is written.
    let number = |multiple: f64| if place < 0 { multiple / power } else { multiple * power };
    let multiples = |number: f64| if place < 0 { number * power } else { number / power };
    let middle = libm::round(multiples(low / 2.0 + high / 2.0));
    let nearest = [middle, middle + 1.0, middle - 1.0, libm::floor(multiples(high))];
    let inside = |multiple: &f64| number(*multiple) > low && number(*multiple) <= high;
    nearest.into_iter().find(inside).map(number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_roundest_number_is_taken() {
        for (low, high, expected) in [
            (3.0, 18.0, 10.0),
            (45.0, 1100.0, 1000.0),
            (9.0, 300.0, 200.0),
            (0.29, 0.31, 0.3),
            (-4.0, 2.0, 0.0),
            (-0.5, 0.0, 0.0),
            (0.0, 7.0, 4.0),
            (1.0, 2.0, 2.0),
            (1.25, 1.26, 1.26),
            (-12.0, -9.0, -10.0),
            (1e-9, 2e-9, 2e-9),
            (123.0, 124.0, 124.0),
        ] {
            assert_eq!(roundest(low, high), expected, "above {low} up to {high}");
        }
    }

    proptest! {
        #[test]
        fn it_is_always_between(low in -1e6..1e6_f64, gap in 1e-9..1e6_f64, tiny: bool) {
            let high = if tiny { low.next_up() } else { low + gap };
            prop_assume!(high > low);
            let found = roundest(low, high);
            prop_assert!(found > low && found <= high);
        }
    }
}
