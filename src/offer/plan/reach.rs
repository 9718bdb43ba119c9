//! What a discount looks at, and the most that it can take off.

use super::super::benefit::{Benefit, FixedOff, FreeItem, PercentOff, ShippingOff, Target};
use super::super::price::{PricedLine, Prices};
use super::super::{Base, Minimum, Offer};
use super::lineup::Entrant;
use crate::money::Rounding;

/// Thousandths of a minor unit, in which fractions of prices are added up.
const THOUSAND: i128 = 1_000;

/// Whether what it takes off depends on this line, or is taken off it.
pub(super) fn touches(offer: &Offer, line: &PricedLine<'_>) -> bool {
    let counts = |minimum: &Minimum| minimum.amount.is_some() && minimum.of.includes(line.item);
    offer.benefit.touches(line.item) || offer.minimum.as_ref().is_some_and(counts)
}

/// Whether it is taken off shipping.
pub(super) const fn ships(offer: &Offer) -> bool {
    matches!(offer.benefit, Benefit::Shipping(_))
}

/// Whether there is anything that it could be taken off.
pub(in super::super) fn has_reach(offer: &Offer, prices: &Prices<'_>) -> bool {
    if ships(offer) {
        return prices.shipping.is_some_and(|price| price.running > 0);
    }
    prices.lines.iter().any(|line| line.price.running > 0 && offer.benefit.touches(line.item))
}

/// No less than it takes off these prices or any that are lower.
pub(super) fn most_off(entrant: &Entrant<'_>, prices: &Prices<'_>, base: Base) -> i64 {
    let most = match &entrant.checked.offer.benefit {
        Benefit::Percent(off) if is_plain_percent(off) => {
            percent(off, prices, off.base.unwrap_or(base))
        }
        Benefit::FreeItem(free) => free_item(free, prices, base),
        Benefit::Shipping(off) => {
            let (on, running) = prices.shipping.map_or((0, 0), |p| (p.on(base), p.running));
            match off {
                ShippingOff::Percent(percent) => {
                    share(percent.basis_points(), on, Rounding::HalfUp).min(running)
                }
                ShippingOff::UpTo(amount) => amount.minor().min(running),
            }
        }
        benefit => benefit.most_off(prices, base),
    };
    entrant.ceiling.most().map_or(most, |ceiling| most.min(ceiling))
}

/// Whether it is off all units of its target, as it falls on them if nothing is said.
pub(super) const fn is_plain_percent(off: &PercentOff) -> bool {
    off.units.is_none() && off.allocation.is_none()
}

/// Whether it is once off the whole order.
pub(super) fn is_plain_amount(off: &FixedOff) -> bool {
    off.target == Target::Order && off.units.is_none() && off.allocation.is_none()
}

/// How often it can be applied at most, however many units there are.
pub(super) fn at_most(offer: &Offer) -> u32 {
    let most = match &offer.benefit {
        Benefit::BuyGet(deal) => deal.at_most,
        Benefit::Bundle(bundle) => bundle.at_most,
        _ => None,
    };
    most.unwrap_or(u32::MAX)
}

/// A share grows with the price that it is of, however it is rounded.
fn percent(off: &PercentOff, prices: &Prices<'_>, base: Base) -> i64 {
    let points = off.percent.basis_points();
    if off.target == Target::Order {
        let share = share(points, prices.total(base), off.rounding);
        return share.min(prices.total(Base::Running));
    }
    let lines = prices.lines.iter().filter(|line| off.target.includes(line.item));
    lines.map(|line| share(points, line.price.on(base), off.rounding).min(line.price.running)).sum()
}

/// The dearest units: when a line is free, others can become the cheapest.
fn free_item(free: &FreeItem, prices: &Prices<'_>, base: Base) -> i64 {
    let mut worth = Vec::new();
    let mut running = 0;
    for line in prices.lines.iter().filter(|line| free.target.includes(line.item)) {
        let quantity = i128::from(line.item.quantity);
        let price = i128::from(line.price.on(base)) * THOUSAND;
        worth.push(((price + quantity - 1).checked_div(quantity).unwrap_or(price), quantity));
        running += line.price.running;
    }
    worth.sort_unstable_by(|one, other| other.cmp(one));
    let lines = i128::from(free.units).min(worth.len() as i128);
    let mut left = i128::from(free.units);
    let mut most = lines * THOUSAND / 2;
    for (unit, quantity) in worth {
        let units = left.min(quantity);
        left -= units;
        most += unit * units;
    }
    i64::try_from(most / THOUSAND).unwrap_or(i64::MAX).min(running)
}

fn share(basis_points: u32, price: i64, rounding: Rounding) -> i64 {
    let product = i128::from(price) * i128::from(basis_points);
    rounding.divide(product, 10_000).unwrap_or(price).min(price)
}
