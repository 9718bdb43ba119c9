//! The bands keep the laws of segmenters, and do what they are for.

use loyalty::event::Coordinates;
use loyalty::id::SegmentId;
use loyalty::laws;
use loyalty::money::Currency;
use loyalty::profile::Attributes;
use loyalty::program::{Program, Spec};
use loyalty::rule::{Number, Text, Value};
use loyalty::segment::{Membership, Segment, Segmenter};
use loyalty::strategy::{self, Plot};
use own_segmenter::{BandsError, DistanceBands, great_circle_km};
use proptest::prelude::*;
use proptest::test_runner::Config;

fn at(latitude: f64, longitude: f64) -> Coordinates {
    let degrees = |degrees| Number::new(degrees).unwrap();
    Coordinates { latitude: degrees(latitude), longitude: degrees(longitude) }
}

fn segment(id: &str) -> Segment {
    Segment { id: id.parse().unwrap(), name: id.to_owned(), description: String::new() }
}

/// The belfries of Gent and Brugge, which are 40 km apart.
fn bands() -> DistanceBands {
    let stores = vec![at(51.0536, 3.7250), at(51.2082, 3.2247)];
    let segments = ["walking", "local", "far"].map(segment).to_vec();
    DistanceBands::new(stores, vec![2.0, 25.0], segments).unwrap()
}

fn row(attributes: &Attributes, inputs: &[Text]) -> Vec<Option<Value>> {
    inputs.iter().map(|name| attributes.get(name.as_str()).cloned()).collect()
}

/// Somewhere on earth, or within half a degree of the belfry of Gent.
fn place() -> impl Strategy<Value = Coordinates> {
    let near = (-500..=500_i32, -500..=500_i32).prop_map(|(north, east)| {
        at(51.0536 + f64::from(north) / 1_000.0, 3.7250 + f64::from(east) / 1_000.0)
    });
    prop_oneof![near, strategy::coordinates()]
}

/// The position of the segment among the bands.
fn band(bands: &DistanceBands, place: Coordinates) -> Option<usize> {
    let row = [place.latitude, place.longitude].map(|degrees| Some(Value::Number(degrees)));
    let membership = bands.assign(&row, Default::default());
    let primary: &SegmentId = membership.primary()?;
    bands.segments().iter().position(|segment| segment.id == *primary)
}

proptest! {
    #![proptest_config(Config::with_cases(64))]

    #[test]
    fn bands_keep_the_laws_for_tables(
        table in strategy::table(["longitude", "latitude", "orders"], 0..12, 0.2),
        today in strategy::day(),
    ) {
        laws::segmenter(&bands(), &table, today)?;
    }

    #[test]
    fn bands_keep_the_laws_for_customers(
        customer in strategy::customer(),
        today in strategy::day(),
    ) {
        let bands = bands();
        laws::assignment(&bands, &row(&customer.attributes, bands.inputs()), today)?;
    }

    #[test]
    fn who_lives_nearer_is_in_no_farther_band(
        one in place(),
        other in place(),
    ) {
        let bands = bands();
        let (near, far) = if bands.distance_km(one) <= bands.distance_km(other) {
            (one, other)
        } else {
            (other, one)
        };
        prop_assert!(band(&bands, near).is_some());
        prop_assert!(band(&bands, near) <= band(&bands, far));
    }

    #[test]
    fn a_program_sees_the_bands_where_events_say_customers_live(
        (story, as_of) in strategy::story(Plot { most_events: 6, ..Plot::default() })
            .prop_flat_map(|story| {
                let as_of = story.instant();
                (Just(story), as_of)
            }),
    ) {
        let (bands, spec) = (bands(), Spec::new("bands", Currency::EUR));
        let program = Program::builder(spec).segmenter("distance-1", bands.clone()).build()?;
        let mut member = program.enroll(story.customer.clone());
        for event in &story.events {
            let decision = program.decide(&member, event);
            let _applied = member.apply(&decision);
        }
        let attributes = story.profile().attributes(as_of).into_owned();
        let expected = bands.assign(&row(&attributes, bands.inputs()), as_of.date_naive());
        prop_assert_eq!(program.view(&member, as_of).segments, expected);
    }
}

#[test]
fn distances_are_those_on_the_sphere() {
    // A quarter of a meridian, half of the equator, and between the poles.
    let quarter = std::f64::consts::FRAC_PI_2 * 6_371.008_8;
    for (one, other, expected) in [
        (at(0.0, 0.0), at(90.0, 0.0), quarter),
        (at(0.0, -90.0), at(0.0, 90.0), 2.0 * quarter),
        (at(-90.0, 12.0), at(90.0, -34.0), 2.0 * quarter),
        (at(51.0, 180.0), at(51.0, -180.0), 0.0),
    ] {
        let found = great_circle_km(one, other);
        assert!((found - expected).abs() < 1e-6, "{found} km, not {expected} km");
    }
}

#[test]
fn bands_end_with_their_last_kilometer_and_need_a_place() {
    let bands = bands();
    assert_eq!(band(&bands, at(51.0536, 3.7250)), Some(0));
    assert_eq!(band(&bands, at(51.0259, 4.4777)), Some(2), "Mechelen");
    assert_eq!(band(&bands, at(51.1833, 3.5667)), Some(1), "Maldegem");
    assert_eq!(bands.assign(&[Some(51.into()), None], Default::default()), Membership::none());
    assert_eq!(bands.assign(&[Some(51.into())], Default::default()), Membership::none());
}

#[test]
fn bands_that_make_no_sense_are_refused() {
    let stores = || vec![at(51.0, 3.0)];
    let two = || ["near", "far"].map(segment).to_vec();
    let refused = |stores, ends, segments| DistanceBands::new(stores, ends, segments).err();
    assert_eq!(refused(vec![], vec![1.0], two()), Some(BandsError::NoStore));
    assert_eq!(refused(stores(), vec![], two()), Some(BandsError::Count { segments: 2, ends: 0 }));
    assert_eq!(
        refused(stores(), vec![0.0], two()),
        Some(BandsError::NotRising { end_km: 0.0, before_km: 0.0 })
    );
}
