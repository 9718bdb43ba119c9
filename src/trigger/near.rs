//! How far apart two places are.

use crate::event::Coordinates;

/// The mean radius of the earth (IUGG), in meters.
const EARTH_METERS: f64 = 6_371_008.8;

/// The length of the great circle between two places on a ball (haversine formula).
pub(super) fn distance_meters(one: Coordinates, other: Coordinates) -> f64 {
    let radians = |degrees: crate::rule::Number| degrees.as_f64().to_radians();
    let half_sine = |angle: f64| {
        let sine = libm::sin(angle / 2.0);
        sine * sine
    };
    let north = half_sine(radians(other.latitude) - radians(one.latitude));
    let east = half_sine(radians(other.longitude) - radians(one.longitude));
    let narrow = libm::cos(radians(one.latitude)) * libm::cos(radians(other.latitude));
    2.0 * EARTH_METERS * libm::asin(libm::sqrt((north + narrow * east).min(1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_great_circles() {
        let place = |latitude, longitude| Coordinates::new(latitude, longitude).unwrap();
        let apart = |one, other, meters: f64| {
            let found = distance_meters(one, other);
            assert!((found - meters).abs() < 0.001 * meters.max(1.0), "{found} for {meters}");
        };
        // A degree of a great circle is 2πR / 360 = 111,195.08 m.
        apart(place(0.0, 0.0), place(0.0, 1.0), 111_195.08);
        apart(place(50.0, 4.0), place(51.0, 4.0), 111_195.08);
        apart(place(0.0, 179.5), place(0.0, -179.5), 111_195.08);
        apart(place(90.0, 0.0), place(-90.0, 0.0), std::f64::consts::PI * EARTH_METERS);
        // The example of Wikipedia's article on the haversine formula: the White House and the
        // Eiffel Tower, 6,161.6 km.
        apart(place(38.898, -77.037), place(48.858, 2.294), 6_161_600.0);
        assert!(distance_meters(place(51.0, 3.7), place(51.0, 3.7)).abs() < 1e-6);
    }
}
