//! How often somebody will order: by their own pace, by their segment's, or by both in balance.

use std::error::Error;

use loyalty::segment::shrinkage::{Quantity, Shrinkage};

use super::base;
use super::study::Study;

/// By how many orders a guess of the next three months is off, on average.
pub struct Pace {
    pub own: f64,
    pub segment: f64,
    pub balanced: f64,
}

impl Pace {
    pub fn of(study: &Study) -> Result<Self, Box<dyn Error>> {
        let [first, second] = [study.shoppers.first, study.shoppers.second];
        let names = ["repeat_orders(lifetime)", "tenure_days"];
        let table = base::table_of(&study.shoppers, first, &names)?;
        let members = &study.memberships;
        let [events, exposure] = names.map(Into::into);
        let quantity = Quantity::Count { events, exposure: Some(exposure) };
        let shrinker = Shrinkage::new("orders_per_day", quantity).fit(&table, members)?;
        let days = (second - first).num_days() as f64;
        let orders = base::ordered(&study.shoppers, first, second);
        let (mut errors, mut shoppers) = ([0.0; 3], 0.0);
        for (id, found) in table.customers().iter().zip(shrinker.estimates(&table, members)?) {
            let (Some(found), Some(orders)) = (found.first(), orders.get(id)) else { continue };
            let guesses = [found.own.unwrap_or_default(), found.segment, found.estimate.value];
            for (error, guess) in errors.iter_mut().zip(guesses) {
                *error += (guess * days - *orders as f64).abs();
            }
            shoppers += 1.0;
        }
        let [own, segment, balanced] = errors.map(|sum| sum / f64::max(shoppers, 1.0));
        Ok(Self { own, segment, balanced })
    }
}
