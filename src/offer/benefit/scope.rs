//! Which units of its target a discount is taken off, and how.

use serde::{Deserialize, Serialize};

use super::super::Base;
use super::super::price::{PricedLine, Prices};
use super::super::stock::Stock;
use super::Target;

/// How a discount falls on the lines of its target.
///
/// Ten percent of three lines of 1.05 are 0.33 on each of them, and 0.32 across them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Spread {
    /// On each by itself: a percentage of each line, rounded for each; an amount off each unit.
    Each,
    /// Across all of them as one amount, which is rounded once and split over these lines.
    Across,
    /// Off one unit: the cheapest, or the dearest if the [units](Units) say so.
    Once,
}

/// Which units of its target a discount looks at; ties go to the smaller line id.
///
/// Lines that nothing can be taken off any more have no cheapest or dearest units. JSON:
/// `{"cheapest": 2}`, `{"dearest": 1}`, `{"every": 3}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Units {
    /// So many of the lowest price.
    Cheapest(u32),
    /// So many of the highest price.
    Dearest(u32),
    /// Of the units that cost something, from the dearest down, every such one: of every three the
    /// cheapest.
    Every(u32),
}

/// What a discount looks at.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub target: &'a Target,
    pub units: Option<Units>,
    pub spread: Option<Spread>,
}

/// Units of one line.
#[derive(Clone, Copy)]
pub(super) struct Picked<'a> {
    stock: Stock<'a>,
    pub units: i64,
}

impl Picked<'_> {
    /// What these units cost.
    pub fn worth(&self) -> i64 {
        self.stock.worth(self.units)
    }
}

impl Scope<'_> {
    /// How the discount falls on the lines.
    pub fn spread(&self) -> Spread {
        self.spread.unwrap_or(self.target.spread())
    }

    /// The units of each line, in the order of the lines, with their price on `base`.
    pub fn pick<'p>(&self, prices: &Prices<'p>, base: Base) -> impl Iterator<Item = Picked<'p>> {
        let all = move |(index, line): (usize, &PricedLine<'p>)| {
            let stock = Stock::of(index, line, base);
            let units = if self.target.includes(line.item) { stock.units } else { 0 };
            Picked { stock, units }
        };
        let lines = prices.lines.iter().enumerate();
        let narrowed = self.narrowed().map(|units| {
            let mut picked: Vec<Picked<'p>> = lines.clone().map(all).collect();
            units.narrow(prices, &mut picked);
            picked
        });
        lines.map(move |line| {
            let narrowed = narrowed.as_ref().and_then(|picked| picked.get(line.0));
            narrowed.copied().unwrap_or_else(|| all(line))
        })
    }

    /// Which units of the target it looks at, if not at all of them.
    fn narrowed(&self) -> Option<Units> {
        match (self.spread(), self.units) {
            (Spread::Once, Some(Units::Dearest(_))) => Some(Units::Dearest(1)),
            (Spread::Once, _) => Some(Units::Cheapest(1)),
            (_, units) => units,
        }
    }
}

impl Units {
    /// Leaves only these units.
    fn narrow(self, prices: &Prices<'_>, picked: &mut [Picked<'_>]) {
        let counts = |one: &Picked<'_>| {
            let line = prices.lines.get(one.stock.index);
            let payable = line.is_some_and(|line| match self {
                Self::Every(_) => line.price.running > 0,
                Self::Cheapest(_) | Self::Dearest(_) => line.room() > 0,
            });
            one.units > 0 && payable
        };
        let (mut counting, others): (Vec<_>, Vec<_>) =
            picked.iter_mut().partition(|one| counts(one));
        others.into_iter().for_each(|one| one.units = 0);
        counting.sort_by(|a, b| match self {
            Self::Cheapest(_) => a.stock.cheapest_first(&b.stock),
            Self::Dearest(_) | Self::Every(_) => a.stock.dearest_first(&b.stock),
        });
        let mut before = 0_i64;
        for one in counting {
            let until = before.saturating_add(one.units);
            one.units = self.among(until) - self.among(before);
            before = until;
        }
    }

    /// How many of the first `count` units in order are among these.
    fn among(self, count: i64) -> i64 {
        match self {
            Self::Cheapest(most) | Self::Dearest(most) => count.min(i64::from(most)),
            Self::Every(step) => count.checked_div(i64::from(step)).unwrap_or(0),
        }
    }
}
