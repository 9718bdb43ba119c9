//! What a discount looks at, and the most that it can take off.

use super::super::benefit::Benefit;
use super::super::price::{PricedLine, Prices};
use super::super::{Base, Offer};
use super::lineup::Entrant;

/// Whether it is taken off this line.
pub(super) fn touches(offer: &Offer, line: &PricedLine<'_>) -> bool {
    offer.benefit.touches(line.item)
}

/// Whether what it takes off depends on this line, or is taken off it.
pub(super) fn looks_at(offer: &Offer, line: &PricedLine<'_>) -> bool {
    let counts = offer.minimum.as_ref().is_some_and(|minimum| minimum.of.includes(line.item));
    counts || touches(offer, line)
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
    prices.lines.iter().any(|line| line.room() > 0 && touches(offer, line))
}

/// No less than it takes off these prices or any that are lower.
pub(super) fn most_off(entrant: &Entrant<'_>, prices: &Prices<'_>, base: Base) -> i64 {
    let most = entrant.checked.offer.benefit.most_off(prices, base);
    entrant.ceiling.most().map_or(most, |ceiling| most.min(ceiling))
}
