//! How much an offer takes off at most.

use super::benefit::Benefit;
use super::budget::{amount_left, amount_refused};
use super::catalog::CheckedOffer;
use super::plan::NODE_LIMIT;
use super::price::{Prices, Proposal};
use super::{Base, Request};

/// The most that an offer takes off for a customer now, in minor units, as far as that is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Ceiling {
    /// What is larger is cut down to it.
    pub cut: Option<i64>,
    /// What is larger is not given at all.
    refuse: Option<i64>,
}

impl CheckedOffer {
    /// The most that it takes off: its own limit, what is left for the customer, and of its
    /// budgets.
    pub(super) fn ceiling(&self, request: &Request<'_>) -> Ceiling {
        let most = self.offer.limits.max_discount.map(|most| most.minor());
        let cut = most.into_iter().chain(amount_left(&self.offer, request)).min();
        Ceiling { cut, refuse: amount_refused(&self.offer, request) }
    }
}

impl Ceiling {
    /// The most that there can be.
    pub fn most(self) -> Option<i64> {
        self.cut.into_iter().chain(self.refuse).min()
    }

    /// How often, up to `most` times, a benefit is applied to these prices: as often as it takes
    /// something off that is not refused; and what it takes off then.
    ///
    /// There can be a billion units. So numbers of times of which none can be the answer are passed
    /// over together; and if that takes more looks than a search has, it is not applied.
    pub fn as_often(
        self,
        benefit: &Benefit,
        prices: &Prices<'_>,
        base: Base,
        most: u32,
    ) -> Option<(u32, Proposal)> {
        let mut ranges = vec![(1, most)];
        for _ in 0..NODE_LIMIT {
            let (fewest, most) = ranges.pop()?;
            if fewest > most {
                continue;
            }
            let proposal = self.limit(benefit.propose(prices, base, most));
            if let Some(proposal) = proposal.filter(|proposal| proposal.applied() > 0) {
                return Some((most, proposal));
            }
            let fewer = most - 1;
            if fewest <= fewer && self.allows(benefit.range(prices, base, (fewest, fewer))) {
                let middle = fewest.midpoint(fewer);
                ranges.extend([(fewest, middle), (middle + 1, fewer)]);
            }
        }
        None
    }

    /// Whether anything can be taken off that is between these bounds.
    fn allows(self, [low, high]: [i64; 2]) -> bool {
        let cut = |off: i64| self.cut.map_or(off, |most| off.min(most));
        cut(high) > 0 && self.refuse.is_none_or(|most| cut(low).max(1) <= most)
    }

    /// What is left of a proposal, each line in proportion; none if it is refused.
    pub fn limit(self, proposal: Proposal) -> Option<Proposal> {
        let proposal = match self.cut {
            Some(most) => proposal.up_to(most),
            None => proposal,
        };
        let refused = self.refuse.is_some_and(|most| proposal.applied() > most);
        (!refused).then_some(proposal)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::option;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::super::benefit::{Bundle, BuyGet, Off, Slot, Target};
    use super::*;
    use crate::event::{Basket, LineItem};
    use crate::id::{LineId, ProductId};
    use crate::money::{Currency, Money, Percent};

    fn basket(lines: &[(i64, i64)]) -> Basket {
        Basket::of(lines.iter().enumerate().map(|(at, &(units, price))| {
            let (id, product) = (LineId::new(format!("{at}")), ProductId::new(format!("p{at}")));
            let price = Money::from_minor(price, Currency::EUR);
            LineItem::new(id.unwrap(), product.unwrap(), units, price)
        }))
    }

    fn target() -> impl Strategy<Value = Target> {
        let products = |numbers: &[u8]| {
            Target::products(numbers.iter().map(|at| ProductId::new(format!("p{at}")).unwrap()))
        };
        select(vec![
            Target::Order,
            Target::Lines,
            products(&[0, 1]),
            products(&[1, 2, 3]),
            products(&[3]),
        ])
    }

    fn off() -> impl Strategy<Value = Off> {
        let euro = |minor| Money::from_minor(minor, Currency::EUR);
        prop_oneof![
            (1_u16..=100).prop_map(|percent| Off::Percent(Percent::new(percent))),
            (1_i64..40).prop_map(move |minor| Off::Amount(euro(minor))),
            (1_i64..40).prop_map(move |minor| Off::Price(euro(minor))),
        ]
    }

    fn benefit() -> impl Strategy<Value = Benefit> {
        let slot = || (target(), 1_u32..4).prop_map(|(target, units)| Slot::new(target, units));
        prop_oneof![
            3 => (slot(), slot(), off())
                .prop_map(|(buy, get, off)| Benefit::BuyGet(BuyGet::new(buy, get).off(off))),
            1 => (vec(slot(), 1..3), off())
                .prop_map(|(slots, off)| Benefit::Bundle(Bundle::new(slots, off))),
        ]
    }

    proptest! {
        #[test]
        fn as_often_as_can_be_is_what_trying_each_number_of_times_finds(
            lines in vec((1_i64..20, 0_i64..60), 1..5),
            taken in vec(0_i64..100, 5),
            floor in 0_i64..60,
            benefit in benefit(),
            cut in option::of(0_i64..300),
            refuse in option::of(0_i64..300),
            base in select(vec![Base::Running, Base::Original]),
        ) {
            let basket = basket(&lines);
            let mut prices = Prices::of(&basket, Currency::EUR, |_| false).unwrap();
            prices.lines.iter_mut().for_each(|line| line.floor = floor);
            for (line, taken) in prices.lines.iter_mut().zip(taken) {
                line.price.running = (line.price.running - taken).max(0);
            }
            let (ceiling, most) = (Ceiling { cut, refuse }, benefit.most_times(&prices));
            let proposal = |times| ceiling.limit(benefit.propose(&prices, base, times));
            let tried = (1..=most).rev().find_map(|times| {
                let found = proposal(times).filter(|proposal| proposal.applied() > 0);
                found.map(|found| (times, found))
            });
            prop_assert_eq!(ceiling.as_often(&benefit, &prices, base, most), tried);
        }
    }
}
