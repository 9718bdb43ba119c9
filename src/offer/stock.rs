//! Units of the lines of a basket, and what they are worth.

use std::cmp::Ordering;

use super::Base;
use super::price::{PricedLine, Prices};
use crate::event::LineItem;
use crate::id::LineId;
use crate::money::Rounding;

/// Units of a line, all of one price.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stock<'a> {
    /// Where the line stands in the prices.
    pub index: usize,
    pub item: &'a LineItem,
    /// How many units there are.
    pub units: i64,
    /// What they cost together.
    price: i64,
}

impl<'a> Stock<'a> {
    /// All units of the line at `index`.
    pub fn of(index: usize, line: &PricedLine<'a>, base: Base) -> Self {
        let units = line.item.quantity;
        Self { index, item: line.item, units, price: line.price.on(base) }
    }

    /// The units of the line at `index` that no bundle has claimed.
    ///
    /// What is left to pay for them is what the line costs without the claimed ones.
    pub fn unclaimed(index: usize, line: &PricedLine<'a>, base: Base) -> Self {
        let all = Self::of(index, line, base);
        let units = (all.units - line.claimed).max(0);
        let price = match base {
            Base::Original => all.worth(units),
            Base::Running => all.price - line.claimed_price,
        };
        Self { units, price, ..all }
    }

    /// The share of `units` in the price, to the nearest cent; all units are the whole price.
    pub fn worth(&self, units: i64) -> i64 {
        if units == self.units {
            return self.price;
        }
        let product = i128::from(self.price) * i128::from(units);
        Rounding::HalfUp.divide(product, i128::from(self.units)).unwrap_or(0)
    }

    /// By the price of a unit.
    pub fn by_unit_price(&self, other: &Self) -> Ordering {
        let crosswise = |one: &Self, other: &Self| i128::from(one.price) * i128::from(other.units);
        crosswise(self, other).cmp(&crosswise(other, self))
    }

    /// The dearest units first, ties to the smaller line id.
    pub fn dearest_first(&self, other: &Self) -> Ordering {
        other.by_unit_price(self).then_with(|| self.line().cmp(other.line()))
    }

    /// The cheapest units first, ties to the smaller line id.
    pub fn cheapest_first(&self, other: &Self) -> Ordering {
        self.by_unit_price(other).then_with(|| self.line().cmp(other.line()))
    }

    const fn line(&self) -> &'a LineId {
        &self.item.id
    }
}

impl<'a> Prices<'a> {
    /// The units that a bundle can still claim and for which something is left to pay, from the
    /// dearest down.
    pub fn unclaimed(&self, base: Base) -> Vec<Stock<'a>> {
        let payable = |(index, line): (usize, &PricedLine<'a>)| {
            let left = Stock::unclaimed(index, line, Base::Running);
            (left.units > 0 && left.price > 0).then(|| Stock::unclaimed(index, line, base))
        };
        let mut stock: Vec<Stock<'a>> = self.lines.iter().enumerate().filter_map(payable).collect();
        stock.sort_by(Stock::dearest_first);
        stock
    }
}
