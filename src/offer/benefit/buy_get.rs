//! Buy some units, get others for less or for nothing.

use serde::{Deserialize, Serialize};

use super::super::Base;
use super::super::price::{Prices, Proposal};
use super::super::stock::Stock;
use super::percent_off::share;
use super::{Off, Slot, Target};
use crate::event::LineItem;
use crate::money::{Percent, Rounding};

/// Who buys some units gets others for less: free, if nothing else is said.
///
/// The units of each application are claimed: no other offer that claims units can use them. They
/// are taken from the dearest down, ties by line id. If one target is bought and got, every
/// application takes the next units, of which the dearest are bought and the cheapest are got.
/// Otherwise units that can only be bought are bought first; of those that can be bought or got,
/// the dearest are bought as far as they are needed; and of all others the dearest are got. Units
/// for which nothing is left to pay take no part.
///
/// JSON: `{"buy": {"target": {"categories": ["coffee"]}, "units": 2},
/// "get": {"target": {"products": ["cake"]}}, "off": {"percent": "50%"}, "at_most": 3}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schemars", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BuyGet {
    /// What must be bought.
    pub buy: Slot,
    /// What is got for it.
    pub get: Slot,
    /// What is taken off the units that are got: a percentage of each line, an amount off each
    /// unit, or all above a price for each unit.
    #[serde(default = "all", skip_serializing_if = "is_all")]
    pub off: Off,
    /// How many times it is applied to a basket at most; as often as possible if not said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_most: Option<u32>,
}

const fn all() -> Off {
    Off::Percent(Percent::new(100))
}

fn is_all(off: &Off) -> bool {
    *off == all()
}

/// Units of one line that are bought or got.
struct Part<'a> {
    stock: Stock<'a>,
    bought: i64,
    got: i64,
}

impl BuyGet {
    /// Who buys so many units of `target` gets so many more of it for free.
    #[must_use]
    pub fn free(target: Target, buy: u32, get: u32) -> Self {
        Self::new(Slot::new(target.clone(), buy), Slot::new(target, get))
    }

    /// Who buys `buy` gets `get` for free.
    #[must_use]
    pub const fn new(buy: Slot, get: Slot) -> Self {
        Self { buy, get, off: all(), at_most: None }
    }

    /// The same, with this taken off the units that are got.
    #[must_use]
    pub fn off(self, off: Off) -> Self {
        Self { off, ..self }
    }

    /// The same, applied so many times at most.
    #[must_use]
    pub fn at_most(self, times: u32) -> Self {
        Self { at_most: Some(times), ..self }
    }

    /// How many times there are units for it.
    pub(in super::super) fn most_times(&self, prices: &Prices<'_>) -> u32 {
        let (mut bought, mut got, mut all) = (0_i128, 0_i128, 0_i128);
        for stock in prices.unclaimed(Base::Running) {
            let units = i128::from(stock.units);
            let (buys, gets) = self.uses(&stock);
            bought += if buys { units } else { 0 };
            got += if gets { units } else { 0 };
            all += if buys || gets { units } else { 0 };
        }
        let (buy, get) = (i128::from(self.buy.units), i128::from(self.get.units));
        let times = [(bought, buy), (got, get), (all, buy + get)];
        let most = times.map(|(units, wanted)| units.checked_div(wanted).unwrap_or(0));
        let most = most.into_iter().min().unwrap_or(0);
        let most = u32::try_from(most).unwrap_or(u32::MAX);
        self.at_most.map_or(most, |limit| most.min(limit))
    }

    pub(in super::super) fn propose(
        &self,
        prices: &Prices<'_>,
        lane: Base,
        times: u32,
    ) -> Proposal {
        let times = times.min(self.most_times(prices));
        self.off_parts(prices, &self.parts(prices, self.base(lane), times))
    }

    /// Bounds of what is taken off when it is applied `fewest` to `most` times; of one number of
    /// times just that.
    pub(in super::super) fn range(
        &self,
        prices: &Prices<'_>,
        lane: Base,
        (fewest, most): (u32, u32),
    ) -> [i64; 2] {
        let parts = |times| self.parts(prices, self.base(lane), times);
        let (mut low, mut high) = (parts(fewest), parts(most));
        if !self.buy.target.is_same(&self.get.target) {
            let get = i64::from(self.get.units);
            let (mut fewest_left, mut most_left) =
                (get.saturating_mul(fewest.into()), get.saturating_mul(most.into()));
            let gets = |(part, _): &(&mut Part<'_>, &mut Part<'_>)| self.uses(&part.stock).1;
            // The more is bought of a line, the less of it can be got.
            for (low, high) in low.iter_mut().zip(&mut high).filter(gets) {
                low.got = fewest_left.min(low.stock.units - high.bought);
                high.got = most_left.min(high.stock.units - low.bought);
                fewest_left = (fewest_left - high.got).max(0);
                most_left -= low.got;
            }
        }
        [low, high].map(|parts| self.off_parts(prices, &parts).applied())
    }

    /// The price that is looked at.
    const fn base(&self, lane: Base) -> Base {
        match self.off {
            Off::Percent(_) => lane,
            Off::Amount(_) | Off::Price(_) => Base::Running,
        }
    }

    fn off_parts(&self, prices: &Prices<'_>, parts: &[Part<'_>]) -> Proposal {
        let mut wanted = vec![(0, 0); prices.lines.len()];
        let mut claims = vec![0; prices.lines.len()];
        for part in parts {
            if let Some(wanted) = wanted.get_mut(part.stock.index) {
                *wanted = self.wanted(part);
            }
            if let Some(claim) = claims.get_mut(part.stock.index) {
                *claim = part.bought + part.got;
            }
        }
        prices.off_within(wanted.into_iter()).claiming(claims)
    }

    /// Whether units can be bought, and whether they can be got.
    fn uses(&self, stock: &Stock<'_>) -> (bool, bool) {
        (self.buy.target.includes(stock.item), self.get.target.includes(stock.item))
    }

    /// The units that are bought and got in so many applications, for which there are enough.
    fn parts<'p>(&self, prices: &Prices<'p>, base: Base, times: u32) -> Vec<Part<'p>> {
        let stock = prices.unclaimed(base).into_iter();
        let mut parts: Vec<Part<'p>> =
            stock.map(|stock| Part { stock, bought: 0, got: 0 }).collect();
        let (buy, get) = (i64::from(self.buy.units), i64::from(self.get.units));
        if times == 0 {
            return parts;
        }
        if self.buy.target.is_same(&self.get.target) {
            self.group(&mut parts, (buy, get), i64::from(times));
            return parts;
        }
        // In a basket whose prices fit 63 bits there are no more units than that.
        let mut left = buy.saturating_mul(times.into());
        for shared in [false, true] {
            for part in parts.iter_mut().filter(|part| self.uses(&part.stock) == (true, shared)) {
                part.bought = left.min(part.stock.units);
                left -= part.bought;
            }
        }
        let mut left = get.saturating_mul(times.into());
        for part in parts.iter_mut().filter(|part| self.uses(&part.stock).1) {
            part.got = left.min(part.stock.units - part.bought);
            left -= part.got;
        }
        parts
    }

    /// Units of one target in groups, of each of which the first are bought and the others got.
    fn group(&self, parts: &mut [Part<'_>], (buy, get): (i64, i64), times: i64) {
        let all = (buy + get).saturating_mul(times);
        let got_before = |place: i64| {
            let place = place.min(all);
            place / (buy + get) * get + (place % (buy + get) - buy).max(0)
        };
        let mut before = 0_i64;
        for part in parts.iter_mut().filter(|part| self.uses(&part.stock).0) {
            let until = before.saturating_add(part.stock.units);
            part.got = got_before(until) - got_before(before);
            part.bought = until.min(all) - before.min(all) - part.got;
            before = until;
        }
    }

    /// What is to be taken off a line, and the most that can be.
    fn wanted(&self, part: &Part<'_>) -> (i64, i64) {
        let worth = part.stock.worth(part.got);
        match self.off {
            Off::Percent(percent) => {
                let off = share(percent, worth, Rounding::HalfUp);
                (off, off)
            }
            Off::Amount(amount) => (amount.minor().saturating_mul(part.got), worth),
            Off::Price(price) => {
                let above = worth.saturating_sub(price.minor().saturating_mul(part.got)).max(0);
                (above, above)
            }
        }
    }

    /// Whether `line` can be bought or got.
    pub(super) fn touches(&self, line: &LineItem) -> bool {
        self.buy.target.includes(line) || self.get.target.includes(line)
    }
}
