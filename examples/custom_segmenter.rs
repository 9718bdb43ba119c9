//! A host's own segmenter: how far from the shop a customer lives, in bands.
//!
//! Once it is installed in the program, the rules of offers can name its segments.

use std::error::Error;

use chrono::NaiveDate;
use loyalty::event::{Basket, Coordinates};
use loyalty::rule::{Text, Value};
use loyalty::segment::{Membership, Segment, Segmenter};
use loyalty::{id::IdError, path::from_json, profile::Customer, program::Spec};

const PROGRAM: &str = r#"{"loyalty": 1, "name": "Bookshop", "currency": "EUR", "offers": [
  {"id": "free delivery", "benefit": {"shipping": {"percent": "100%"}},
   "when": {"field": "segments", "any_of": ["on foot", "by bicycle"]}},
  {"id": "poets' evening", "benefit": {"access": {"name": "Poets", "kind": "invitation"}},
   "when": {"field": "segments", "any_of": ["on foot"]}}]}"#;

const CUSTOMERS: &str = r#"[
  {"id": "ann", "attributes": {"city": "Gent", "latitude": 51.0568, "longitude": 3.7286}},
  {"id": "bob", "attributes": {"city": "Gent", "latitude": 51.0359, "longitude": 3.7106}},
  {"id": "cleo", "attributes": {"city": "Aalst", "latitude": 50.9425, "longitude": 4.0394}},
  {"id": "dan", "attributes": {"city": "Gent"}}]"#;

const BANDS_KM: [(&str, f64); 3] = [("on foot", 1.5), ("by bicycle", 6.0), ("by car", 40.0)];

struct Distance {
    shop: Coordinates,
    bands: Vec<Segment>,
    inputs: [Text; 2],
}

impl Distance {
    /// Along a great circle, by the haversine formula (Sinnott, Sky and Telescope 68, 1984).
    fn km_to(&self, home: Coordinates) -> f64 {
        let [from, to] = [self.shop, home].map(|place| place.latitude.as_f64().to_radians());
        let east = (home.longitude.as_f64() - self.shop.longitude.as_f64()).to_radians();
        let haversine = |angle: f64| (angle / 2.0).sin().powi(2);
        let chord = haversine(to - from) + from.cos() * to.cos() * haversine(east);
        2.0 * 6371.0 * chord.sqrt().min(1.0).asin()
    }
}

impl Segmenter for Distance {
    fn segments(&self) -> &[Segment] {
        &self.bands
    }

    fn inputs(&self) -> &[Text] {
        &self.inputs
    }

    fn assign(&self, row: &[Option<Value>], _: NaiveDate) -> Membership {
        let &[Some(Value::Number(latitude)), Some(Value::Number(longitude))] = row else {
            return Membership::none(); // Who lives nowhere that we know of is in no band.
        };
        let km = self.km_to(Coordinates { latitude, longitude });
        let band = self.bands.iter().zip(BANDS_KM).find(|(_, (_, reach))| km <= *reach);
        band.map(|(band, _)| band.id.clone()).into_iter().collect()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let bands = BANDS_KM.map(|(name, _)| Ok(Segment::new(name.parse()?, name)));
    let bands = bands.into_iter().collect::<Result<_, IdError>>()?;
    let inputs = ["latitude", "longitude"].map(Text::from);
    let distance = Distance { shop: Coordinates::new(51.0547, 3.7216)?, bands, inputs };
    let program = Spec::from_json(PROGRAM)?.builder().segmenter("bands-2026", distance).build()?;
    for customer in from_json::<Vec<Customer>>(CUSTOMERS)? {
        let member = program.enroll(customer);
        let quote = program.quote(&member, &Basket::default(), "2026-03-14T09:00:00Z".parse()?);
        let offers: Vec<&str> = quote.eligible().map(|offer| offer.as_str()).collect();
        let segments = program.view(&member, quote.as_of).segments;
        println!("{:<5} {segments:<10} {offers:?}", member.id());
    }
    Ok(())
}
