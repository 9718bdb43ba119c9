//! What totals tell of very many customers, as integers from the start.

use super::Figure;
use super::keys::Unit;
use crate::feature::totals::Told;
use crate::feature::{Feature, FeatureNameError, Moment, TableFault};
use crate::path::{Path, Problems};
use crate::rule::Text;

/// Where customers stand in columns of whom nothing is missing.
pub(super) enum Places {
    /// So many one after the other, which is all of them.
    All(usize),
    /// Here.
    These(Vec<usize>),
}

impl Places {
    /// All of so many but these, which are in order.
    pub(super) fn without(missing: &[usize], customers: usize) -> Self {
        if missing.is_empty() {
            return Self::All(customers);
        }
        let mut missing = missing.iter().peekable();
        let is_known = |place: &usize| missing.next_if_eq(&place).is_none();
        Self::These((0..customers).filter(is_known).collect())
    }

    /// How many they are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::All(customers) => *customers,
            Self::These(places) => places.len(),
        }
    }

    /// One after the other.
    pub(super) fn iter(&self) -> impl Iterator<Item = usize> {
        let (all, these) = match self {
            Self::All(customers) => (*customers, [].as_slice()),
            Self::These(places) => (0, places.as_slice()),
        };
        (0..all).chain(these.iter().copied())
    }

    /// A column of so many cells in which this stands there, and nothing elsewhere.
    pub(super) fn spread<T: Copy>(&self, known: Vec<Option<T>>, cells: usize) -> Vec<Option<T>> {
        let Self::These(places) = self else { return known };
        let mut column = vec![None; cells];
        for (place, value) in places.iter().zip(known) {
            if let Some(cell) = column.get_mut(*place) {
                *cell = value;
            }
        }
        column
    }

    /// What stands there in a column.
    pub(super) fn of<T: Copy>(&self, column: Vec<T>) -> Vec<T> {
        match self {
            Self::All(_) => column,
            Self::These(places) => {
                places.iter().filter_map(|place| column.get(*place).copied()).collect()
            }
        }
    }
}

/// What the numbers stand for that totals tell of a feature.
pub(super) fn unit(told: Told, moment: &Moment) -> Unit {
    let figure = told.value(0, moment).as_ref().and_then(Figure::of);
    figure.map(Unit::of).unwrap_or_default()
}

/// The feature of this name, if totals can tell it.
pub(super) fn told(feature: &Text) -> Result<Told, Problems<TableFault>> {
    self::feature(feature).and_then(|feature| Told::of(&feature))
}

/// The feature of this name.
pub(super) fn feature(name: &Text) -> Result<Feature, Problems<TableFault>> {
    let unknown = |_: FeatureNameError| {
        Problems::one(Path::root(), TableFault::NotInOrders { name: name.to_string() })
    };
    name.as_str().parse().map_err(unknown)
}
