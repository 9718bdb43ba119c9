//! Units that cost less together, such as a meal deal.

use serde::{Deserialize, Serialize};

use super::super::Base;
use super::super::price::{Prices, Proposal};
use super::super::stock::Stock;
use super::percent_off::share;
use super::{Off, Slot};
use crate::event::LineItem;
use crate::money::Rounding;

/// Units of several targets that cost less together: one drink, one sandwich and one snack for a
/// price.
///
/// It is made as often as there are units for it, and for a price only as often as the units cost
/// more. Of the units that can fill its slots it takes those that cost most, which is the best for
/// the customer, ties by line id; they are claimed: no other offer that claims units can use them.
/// What it takes off is split over the lines by what their claimed units cost. Units for which
/// nothing is left to pay take no part.
///
/// JSON: `{"slots": [{"target": {"categories": ["drink"]}}, {"target": {"products": ["bun"]},
/// "units": 2}], "off": {"price": "7.50 EUR"}, "at_most": 1}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// What it is made of.
    pub slots: Vec<Slot>,
    /// What is taken off it: a percentage of all that are made, rounded once; an amount off each
    /// bundle, or all above a price for each bundle.
    pub off: Off,
    /// How many times it is made of a basket at most; as often as possible if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
}

/// The most slots that a bundle can have.
pub const MAX_SLOTS: usize = 8;

impl Bundle {
    /// These slots, with this off.
    pub fn new(slots: impl IntoIterator<Item = Slot>, off: Off) -> Self {
        Self { slots: slots.into_iter().collect(), off, at_most: None }
    }

    /// The same, made so many times at most.
    #[must_use]
    pub fn at_most(self, times: u32) -> Self {
        Self { at_most: Some(times), ..self }
    }

    /// How many times there are units for it, and for a price how many times they cost more.
    pub(in super::super) fn most_times(&self, prices: &Prices<'_>) -> u32 {
        let stock = prices.unclaimed(Base::Running);
        let most = self.possible(&stock);
        let Off::Price(price) = self.off else { return most };
        // Each further bundle is of cheaper units: from some time on it costs no more than its
        // price.
        let gain = |times: u32| {
            let worth = |times| self.worth(&stock, times);
            worth(times) - worth(times.saturating_sub(1)) > i128::from(price.minor())
        };
        let (mut worthwhile, mut beyond) = (0, u64::from(most) + 1);
        while beyond - worthwhile > 1 {
            let middle = worthwhile.midpoint(beyond);
            if gain(u32::try_from(middle).unwrap_or(most)) {
                worthwhile = middle;
            } else {
                beyond = middle;
            }
        }
        u32::try_from(worthwhile).unwrap_or(most)
    }

    pub(in super::super) fn propose(
        &self,
        prices: &Prices<'_>,
        lane: Base,
        times: u32,
    ) -> Proposal {
        let base = match self.off {
            Off::Percent(_) => lane,
            Off::Amount(_) | Off::Price(_) => Base::Running,
        };
        let stock = prices.unclaimed(base);
        let times = times.min(self.most_times(prices));
        let mut worths = vec![(0, 0); prices.lines.len()];
        let mut claims = vec![0; prices.lines.len()];
        let mut total = 0;
        for (stock, units) in self.pick(&stock, times) {
            let worth = stock.worth(units);
            total += worth;
            if let Some(slot) = worths.get_mut(stock.index) {
                *slot = (worth, worth);
            }
            if let Some(claim) = claims.get_mut(stock.index) {
                *claim = units;
            }
        }
        let amount = match self.off {
            Off::Percent(percent) => share(percent, total, Rounding::HalfUp),
            Off::Amount(amount) => amount.minor().saturating_mul(times.into()),
            Off::Price(price) => {
                total.saturating_sub(price.minor().saturating_mul(times.into())).max(0)
            }
        };
        prices.off_all(amount, worths.into_iter()).claiming(claims)
    }

    /// Whether `line` can fill a slot.
    pub(super) fn touches(&self, line: &LineItem) -> bool {
        self.slots.iter().any(|slot| slot.target.includes(line))
    }

    /// Whether there are too few units for one of it.
    pub(super) fn lacks_units(&self, prices: &Prices<'_>) -> bool {
        self.possible(&prices.unclaimed(Base::Running)) == 0
    }

    /// How many times there are units for it: for any of its slots together, the units that can
    /// fill one of them are enough (Hall's theorem).
    fn possible(&self, stock: &[Stock<'_>]) -> u32 {
        let lines: Vec<(usize, i128)> =
            stock.iter().map(|stock| (self.fills(stock), i128::from(stock.units))).collect();
        let most = self.choices().filter(|&slots| slots > 0).map(|slots| {
            let fit = lines.iter().filter(|(fills, _)| fills & slots > 0);
            let units: i128 = fit.map(|(_, units)| units).sum();
            units.checked_div(self.wanted(slots)).unwrap_or(0)
        });
        let most = u32::try_from(most.min().unwrap_or(0)).unwrap_or(u32::MAX);
        self.at_most.map_or(most, |limit| most.min(limit))
    }

    /// The units that cost most among those of which so many bundles can be made, by line; `stock`
    /// is from the dearest down.
    ///
    /// Sets of units that fit into slots are the independent sets of a matroid, so that taking the
    /// dearest that still fit is best.
    fn pick<'s, 'p>(&self, stock: &'s [Stock<'p>], times: u32) -> Vec<(&'s Stock<'p>, i64)> {
        // For each choice of slots, how many more units fit that can fill no others.
        let mut room: Vec<i128> =
            self.choices().map(|slots| self.wanted(slots) * i128::from(times)).collect();
        let picked = stock.iter().map(|stock| {
            let fills = self.fills(stock);
            let holds = |slots: usize| fills > 0 && fills & slots == fills;
            let open = self.choices().zip(&room).filter(|(slots, _)| holds(*slots));
            let most = open.map(|(_, room)| *room).min().unwrap_or(0);
            let units = i128::from(stock.units).min(most);
            for (slots, room) in self.choices().zip(&mut room) {
                if holds(slots) {
                    *room -= units;
                }
            }
            (stock, i64::try_from(units).unwrap_or(stock.units))
        });
        picked.filter(|(_, units)| *units > 0).collect()
    }

    /// What the units of so many bundles cost.
    fn worth(&self, stock: &[Stock<'_>], times: u32) -> i128 {
        let picked = self.pick(stock, times).into_iter();
        picked.map(|(stock, units)| i128::from(stock.worth(units))).sum()
    }

    /// All sets of slots as bits, from none to all.
    fn choices(&self) -> std::ops::Range<usize> {
        0..1 << self.slots.len().min(MAX_SLOTS)
    }

    /// The slots that units can fill, as bits.
    fn fills(&self, stock: &Stock<'_>) -> usize {
        let slots = self.slots.iter().take(MAX_SLOTS).enumerate();
        let fit = slots.filter(|(_, slot)| slot.target.includes(stock.item));
        fit.fold(0, |bits, (index, _)| bits | 1 << index)
    }

    /// How many units these slots of one bundle want.
    fn wanted(&self, slots: usize) -> i128 {
        let chosen = self.slots.iter().enumerate().filter(|(index, _)| slots >> index & 1 == 1);
        chosen.map(|(_, slot)| i128::from(slot.units)).sum()
    }
}
