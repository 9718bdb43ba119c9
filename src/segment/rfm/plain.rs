//! What totals tell of very many customers, as integers from the start.

use super::Figure;
use super::keys::Unit;
use crate::feature::totals::Told;
use crate::feature::{FeatureNameError, Moment, TableFault};
use crate::path::{Path, Problems};
use crate::rule::Text;

/// The figures of some customers in three dimensions.
#[derive(Default)]
pub(super) struct Plain {
    /// How many customers there are, whether they have figures or not.
    customers: usize,
    /// Where those stand among them of whom nothing is missing.
    places: Vec<usize>,
    /// Their keys in each dimension.
    keys: [Vec<i64>; 3],
}

impl Plain {
    /// Takes in the next customer.
    pub(super) fn take(&mut self, row: [Option<i64>; 3]) {
        if let [Some(r), Some(f), Some(m)] = row {
            self.places.push(self.customers);
            for (keys, key) in self.keys.iter_mut().zip([r, f, m]) {
                keys.push(key);
            }
        }
        self.customers += 1;
    }
}

/// Where the customers of whom nothing is missing stand among those of all parts.
pub(super) fn places(parts: &[Plain]) -> Vec<usize> {
    let mut places = Vec::with_capacity(parts.iter().map(|part| part.places.len()).sum());
    let mut before = 0;
    for part in parts {
        places.extend(part.places.iter().map(|place| before + place));
        before += part.customers;
    }
    places
}

/// The keys of a dimension in all parts.
pub(super) fn keys(parts: &[Plain], dimension: usize) -> Vec<i64> {
    let keys = parts.iter().filter_map(|part| part.keys.get(dimension));
    keys.map(Vec::as_slice).collect::<Vec<_>>().concat()
}

/// What the numbers stand for that totals tell of a feature.
pub(super) fn unit(told: Told, moment: &Moment) -> Unit {
    let figure = told.value(0, moment).as_ref().and_then(Figure::of);
    figure.map(Unit::of).unwrap_or_default()
}

/// The feature of this name, if totals can tell it.
pub(super) fn told(feature: &Text) -> Result<Told, Problems<TableFault>> {
    let unknown = |_: FeatureNameError| TableFault::NotInOrders { name: feature.to_string() };
    let feature = feature.as_str().parse().map_err(unknown);
    feature.map_or_else(|fault| Err(Problems::one(Path::root(), fault)), |it| Told::of(&it))
}
