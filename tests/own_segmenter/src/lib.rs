//! A segmenter of a host's own: how far customers live from the nearest store.
//!
//! It is a separate crate, so that it sees of `loyalty` what hosts see. Its tests hold it to the
//! laws of [`Segmenter`] with the customers that `loyalty::strategy` makes.

use chrono::NaiveDate;
use loyalty::event::Coordinates;
use loyalty::rule::{Number, Text, Value};
use loyalty::segment::{Membership, Segment, Segmenter};
use thiserror::Error;

/// The mean radius of the earth (IUGG), in kilometers.
const EARTH_RADIUS_KM: f64 = 6_371.008_8;

/// Segments of customers by the distance to the nearest store.
#[derive(Clone, Debug)]
pub struct DistanceBands {
    stores: Vec<Coordinates>,
    /// The end of each band but the last, which has none.
    ends_km: Vec<f64>,
    segments: Vec<Segment>,
    inputs: [Text; 2],
}

/// Why stores and ends make no bands.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum BandsError {
    /// Nobody is near or far without a store.
    #[error("there is no store")]
    NoStore,
    /// There must be one more segment than there are ends.
    #[error("{segments} segments for {ends} ends: one more than ends is needed")]
    Count {
        /// How many segments there are.
        segments: usize,
        /// How many ends there are.
        ends: usize,
    },
    /// A band ends where the one before it does, or before.
    #[error("a band ends at {end_km} km, the one before it at {before_km} km: it must end later")]
    NotRising {
        /// Where the band ends.
        end_km: f64,
        /// Where the one before it ends.
        before_km: f64,
    },
}

impl DistanceBands {
    /// Bands around `stores`: the first segment up to and with the first of `ends_km`, and so on.
    ///
    /// # Errors
    /// The first thing that is wrong with the stores and ends.
    pub fn new(
        stores: Vec<Coordinates>,
        ends_km: Vec<f64>,
        segments: Vec<Segment>,
    ) -> Result<Self, BandsError> {
        if stores.is_empty() {
            return Err(BandsError::NoStore);
        }
        if segments.len() != ends_km.len() + 1 {
            return Err(BandsError::Count { segments: segments.len(), ends: ends_km.len() });
        }
        let starts = std::iter::once(&0.0).chain(&ends_km);
        let falls = |(before, end): &(&f64, &f64)| *end <= *before || end.is_nan();
        if let Some((before_km, end_km)) = starts.zip(&ends_km).find(falls) {
            return Err(BandsError::NotRising { end_km: *end_km, before_km: *before_km });
        }
        Ok(Self { stores, ends_km, segments, inputs: ["latitude".into(), "longitude".into()] })
    }

    /// The distance from `place` to the nearest store.
    pub fn distance_km(&self, place: Coordinates) -> f64 {
        let distances = self.stores.iter().map(|store| great_circle_km(*store, place));
        distances.fold(f64::INFINITY, f64::min)
    }

    fn segment(&self, place: Coordinates) -> Option<&Segment> {
        let distance = self.distance_km(place);
        self.segments.get(self.ends_km.partition_point(|end| *end < distance))
    }
}

impl Segmenter for DistanceBands {
    fn segments(&self) -> &[Segment] {
        &self.segments
    }

    fn inputs(&self) -> &[Text] {
        &self.inputs
    }

    fn assign(&self, row: &[Option<Value>], _today: NaiveDate) -> Membership {
        let [Some(latitude), Some(longitude)] = row else { return Membership::none() };
        let segment = place(latitude, longitude).and_then(|place| self.segment(place));
        segment.map_or_else(Membership::none, |segment| Membership::of(segment.id.clone()))
    }
}

/// The place, if both values are numbers and it is on earth.
fn place(latitude: &Value, longitude: &Value) -> Option<Coordinates> {
    let degrees = |value: &Value, most: f64| match value {
        Value::Number(number) if number.as_f64().abs() <= most => Some(*number),
        Value::Integer(whole) if whole.unsigned_abs() <= 180 => {
            let number = Number::new(*whole as f64).ok()?;
            (number.as_f64().abs() <= most).then_some(number)
        }
        _ => None,
    };
    Some(Coordinates { latitude: degrees(latitude, 90.0)?, longitude: degrees(longitude, 180.0)? })
}

/// The distance on the sphere by the haversine formula (R. W. Sinnott, "Virtues of the Haversine",
/// *Sky and Telescope* 68(2), 1984, 159).
pub fn great_circle_km(one: Coordinates, other: Coordinates) -> f64 {
    let radians = |degrees: Number| degrees.as_f64().to_radians();
    let (north_one, north_other) = (radians(one.latitude), radians(other.latitude));
    let east = radians(other.longitude) - radians(one.longitude);
    let square_of_half = |angle: f64| (angle / 2.0).sin().powi(2);
    let part = square_of_half(north_other - north_one)
        + north_one.cos() * north_other.cos() * square_of_half(east);
    2.0 * EARTH_RADIUS_KM * part.min(1.0).sqrt().asin()
}
