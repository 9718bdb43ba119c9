//! What a discount can come to at most, before it is computed.

use super::super::Base;
use super::super::price::{PricedLine, Prices};
use super::{Benefit, PercentOff, Spread};
use crate::event::LineItem;
use crate::money::Rounding;

impl Benefit {
    /// Whether it looks at `line`: whether it may take money off, claim units, or count them.
    pub(in super::super) fn touches(&self, line: &LineItem) -> bool {
        match self {
            Self::Percent(off) => off.target.includes(line),
            Self::Fixed(off) => off.target.includes(line),
            Self::Tiered(tiered) => tiered.target.includes(line),
            Self::UnitPrice(price) => price.target.includes(line),
            Self::FreeItem(free) => free.target.includes(line),
            Self::BuyGet(deal) => deal.touches(line),
            Self::Bundle(bundle) => bundle.touches(line),
            Self::PointsPer(per) => per.target.includes(line),
            Self::Shipping(_)
            | Self::Points(_)
            | Self::PointsMultiplier(_)
            | Self::Gift(_)
            | Self::Access(_) => false,
        }
    }

    /// The most that it can take off in a lane on `base`, now or after any further discounts: never
    /// less than what any number of applications takes off.
    pub(in super::super) fn most_off(&self, prices: &Prices<'_>, base: Base) -> i64 {
        if let Self::Shipping(_) = self {
            return prices.shipping.map_or(0, |price| price.running);
        }
        let lines = || prices.lines.iter().filter(|line| self.touches(line.item));
        let room: i64 = lines().map(PricedLine::room).sum();
        let terms = match self {
            Self::Percent(off) => most_percent(off, lines(), base),
            Self::Fixed(off) => {
                let units = match off.scope().spread() {
                    Spread::Each => {
                        lines().fold(0, |units: i64, line| units.saturating_add(line.item.quantity))
                    }
                    Spread::Across | Spread::Once => 1,
                };
                off.amount.minor().saturating_mul(units)
            }
            _ => i64::MAX,
        };
        terms.min(room)
    }
}

/// The percentage of all lines, rounded up on each, which no way to round and no choice of units
/// exceeds.
fn most_percent<'p>(
    off: &PercentOff,
    lines: impl Iterator<Item = &'p PricedLine<'p>>,
    lane: Base,
) -> i64 {
    let base = off.base.unwrap_or(lane);
    let most = lines.map(|line| {
        let product = i128::from(line.price.on(base)) * i128::from(off.percent.basis_points());
        Rounding::Up.divide(product, 10_000).unwrap_or(i64::MAX)
    });
    most.fold(0, i64::saturating_add)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::{
        Bundle, BuyGet, FixedOff, FreeItem, Off, Slot, StepOff, Target, Threshold, Tiered,
        UnitPrice, Units,
    };
    use super::*;
    use crate::event::Basket;
    use crate::id::{CategoryId, LineId, OfferId, ProductId};
    use crate::money::{Currency, LargestRemainder, Money, Percent};

    fn euro(minor: i64) -> Money {
        Money::from_minor(minor, Currency::EUR)
    }

    fn odd() -> Target {
        Target::categories([CategoryId::new("odd").unwrap()])
    }

    fn basket(lines: &[(i64, i64)]) -> Basket {
        Basket::of(lines.iter().enumerate().map(|(at, &(units, price))| {
            let (id, product) = (LineId::new(format!("{at}")), ProductId::new("p"));
            let line = LineItem::new(id.unwrap(), product.unwrap(), units, euro(price));
            let category = if price % 2 == 1 { "odd" } else { "even" };
            line.of(CategoryId::new(category).unwrap())
        }))
    }

    fn benefits() -> Vec<Benefit> {
        let percent = PercentOff::new(Percent::from_basis_points(3_333));
        let fixed = FixedOff::new(euro(70));
        let slots = [Slot::new(odd(), 1), Slot::new(Target::Lines, 2)];
        let step = (Threshold::Units(3), StepOff::Amount(euro(90)));
        vec![
            Benefit::Percent(percent.clone().rounded(Rounding::Up)),
            Benefit::Percent(percent.clone().of(Base::Original).off(Target::Lines)),
            Benefit::Percent(percent.off(Target::Lines).units(Units::Every(2))),
            Benefit::Fixed(fixed.clone()),
            Benefit::Fixed(fixed.clone().off(odd()).units(Units::Dearest(2))),
            Benefit::Fixed(fixed.off(odd()).allocated(Spread::Once)),
            Benefit::Tiered(Tiered::new([step]).off(odd())),
            Benefit::UnitPrice(UnitPrice::new(euro(40), odd())),
            Benefit::FreeItem(FreeItem::dearest(Target::Order).units(2)),
            Benefit::BuyGet(BuyGet::free(Target::Order, 1, 1)),
            Benefit::BuyGet(BuyGet::new(Slot::new(Target::Lines, 2), Slot::new(odd(), 1))),
            Benefit::Bundle(Bundle::new(slots.clone(), Off::Price(euro(150)))),
            Benefit::Bundle(Bundle::new(slots, Off::Percent(Percent::new(30)))),
        ]
    }

    proptest! {
        #[test]
        fn nothing_takes_off_more_than_its_bound_or_where_it_does_not_touch(
            lines in vec((1_i64..5, 0_i64..200), 0..5),
            floor in 0_i64..100,
            taken in vec(0_i64..300, 5),
            benefit in select(benefits()),
            base in select(vec![Base::Running, Base::Original]),
        ) {
            let basket = basket(&lines);
            let mut prices = Prices::of(&basket, Currency::EUR, |_| false).unwrap();
            prices.lines.iter_mut().for_each(|line| line.floor = floor);
            let most = benefit.most_off(&prices, base);
            let other = OfferId::new("other").unwrap();
            let further = prices.off_each(taken.into_iter());
            for discounted in [false, true] {
                if discounted {
                    prices.take_off(&other, further.clone(), &LargestRemainder);
                }
                for times in 0..=benefit.most_times(&prices) {
                    let proposal = benefit.propose(&prices, base, times);
                    prop_assert!(proposal.applied() <= most);
                    prop_assert!(proposal.applied() <= proposal.desired);
                    let mut after = prices.clone();
                    after.take_off(&other, proposal, &LargestRemainder);
                    for (line, before) in after.lines.iter().zip(&prices.lines) {
                        let untouched = line.price == before.price && line.claimed == 0;
                        prop_assert!(untouched || benefit.touches(line.item));
                        prop_assert!(line.claimed <= line.item.quantity);
                        prop_assert!((0..=line.price.running).contains(&line.claimed_price));
                    }
                }
            }
        }

        #[test]
        fn so_many_applications_are_what_a_limit_of_so_many_gives(
            lines in vec((1_i64..5, 0_i64..200), 0..5),
            percent in 1_u16..101,
        ) {
            let basket = basket(&lines);
            let prices = Prices::of(&basket, Currency::EUR, |_| false).unwrap();
            let deal = BuyGet::free(Target::Order, 2, 1).off(Off::Percent(Percent::new(percent)));
            let slots = [Slot::new(odd(), 1), Slot::new(Target::Lines, 1)];
            let bundle = Bundle::new(slots, Off::Price(euro(150)));
            for times in 1..=3 {
                let limited = [
                    (Benefit::BuyGet(deal.clone()), Benefit::BuyGet(deal.clone().at_most(times))),
                    (
                        Benefit::Bundle(bundle.clone()),
                        Benefit::Bundle(bundle.clone().at_most(times)),
                    ),
                ];
                for (free, limited) in limited {
                    let propose = |benefit: &Benefit, times| {
                        benefit.propose(&prices, Base::Running, times)
                    };
                    prop_assert!(limited.most_times(&prices) <= times);
                    prop_assert_eq!(propose(&free, times), propose(&limited, u32::MAX));
                }
            }
        }
    }
}
