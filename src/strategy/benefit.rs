//! What offers give, and on what.

use std::collections::BTreeMap;

use proptest::collection::{btree_map, btree_set, vec};
use proptest::option::of;
use proptest::prelude::*;
use proptest::sample::select;

use super::basket::{category, product};
use super::money::{percent, price, rounding};
use super::offer::{name, validity};
use crate::money::{Currency, Money};
use crate::offer::{
    Access, AccessKind, AllBut, Base, Benefit, Bundle, BuyGet, FixedOff, Floors, FreeItem, Gift,
    Off, PercentOff, PointsPer, ShippingOff, Slot, Spread, StepOff, Target, Threshold, Tiered,
    UnitPrice, Units, Validity, Which,
};
use crate::points::{Multiplier, Points};

/// A benefit of any kind, that fits what is in a [`basket`](super::basket).
pub(super) fn benefit(currency: Currency) -> BoxedStrategy<Benefit> {
    prop_oneof![
        5 => off_lines(currency),
        2 => of_units(currency),
        1 => shipping(currency),
        3 => other(currency),
    ]
    .boxed()
}

/// Least prices of some products.
pub fn floors(currency: Currency) -> impl Strategy<Value = Floors> + Clone {
    let floors = btree_map(product().prop_map(|(id, _)| id), amount(currency), 0..=3);
    floors.prop_map(|floors: BTreeMap<_, _>| Floors(floors))
}

// Boxed, because the parts of such strategies stand on the stack together.

fn off_lines(currency: Currency) -> BoxedStrategy<Benefit> {
    let percent = (percent(), target(), narrowing(), of(base()), rounding()).prop_map(
        |(percent, target, (units, allocation), base, rounding)| {
            Benefit::Percent(PercentOff { percent, target, units, allocation, base, rounding })
        },
    );
    let fixed = (amount(currency), target(), narrowing()).prop_map(
        |(amount, target, (units, allocation))| {
            Benefit::Fixed(FixedOff { amount, target, units, allocation })
        },
    );
    let price = (amount(currency), target())
        .prop_map(|(price, target)| Benefit::UnitPrice(UnitPrice { price, target }));
    prop_oneof![
        4 => percent.boxed(),
        3 => fixed.boxed(),
        1 => tiered(currency),
        1 => price.boxed(),
    ]
    .boxed()
}

fn of_units(currency: Currency) -> BoxedStrategy<Benefit> {
    let which = select(vec![Which::Cheapest, Which::Dearest]);
    let free = (target(), 1..=3_u32, which)
        .prop_map(|(target, units, which)| Benefit::FreeItem(FreeItem { target, units, which }));
    let deal = (slot(), slot(), any::<bool>(), off(currency), of(1..=3_u32)).prop_map(
        |(buy, get, same, off, at_most)| {
            let target = if same { buy.target.clone() } else { get.target };
            let get = Slot { target, ..get };
            Benefit::BuyGet(BuyGet { buy, get, off, at_most })
        },
    );
    let bundle = (vec(slot(), 1..=3), off(currency), of(1..=3_u32))
        .prop_map(|(slots, off, at_most)| Benefit::Bundle(Bundle { slots, off, at_most }));
    prop_oneof![free.boxed(), deal.boxed(), bundle.boxed()].boxed()
}

fn shipping(currency: Currency) -> BoxedStrategy<Benefit> {
    let off = prop_oneof![
        percent().prop_map(ShippingOff::Percent),
        amount(currency).prop_map(ShippingOff::UpTo),
    ];
    off.prop_map(Benefit::Shipping).boxed()
}

fn other(currency: Currency) -> BoxedStrategy<Benefit> {
    prop_oneof![
        (1..=1_000_i64).prop_map(|points| Benefit::Points(Points(points).into())),
        points_per(currency),
        (101..=500_u32).prop_filter_map("a multiplier", |hundredths| {
            Multiplier::from_hundredths(hundredths).map(Benefit::PointsMultiplier)
        }),
        (product(), 1..=2_u32)
            .prop_map(|((product, _), units)| Benefit::Gift(Gift { product, units })),
        access().prop_map(Benefit::Access),
    ]
    .boxed()
}

fn points_per(currency: Currency) -> BoxedStrategy<Benefit> {
    let per = (1..=10_i64, amount(currency), target(), rounding());
    let per = per.prop_map(|(points, per, target, rounding)| {
        Benefit::PointsPer(PointsPer { points: Points(points), purse: None, per, target, rounding })
    });
    per.boxed()
}

/// Which lines: all, or some by product or category, or all but some.
pub(super) fn target() -> BoxedStrategy<Target> {
    let products = btree_set(product().prop_map(|(id, _)| id), 1..=3);
    let categories = btree_set(category(), 1..=2);
    prop_oneof![
        3 => Just(Target::Order),
        2 => Just(Target::Lines),
        1 => products.clone().prop_map(Target::Products),
        2 => categories.clone().prop_map(Target::Categories),
        1 => (products, categories).prop_map(|(products, categories)| {
            Target::Except(AllBut { products, categories })
        }),
    ]
    .boxed()
}

/// Some units and a way to fall on them, which go together.
fn narrowing() -> impl Strategy<Value = (Option<Units>, Option<Spread>)> + Clone {
    let units = prop_oneof![
        (1..=3_u32).prop_map(Units::Cheapest),
        (1..=3_u32).prop_map(Units::Dearest),
        (1..=3_u32).prop_map(Units::Every),
    ];
    let spread = select(vec![Spread::Each, Spread::Across, Spread::Once]);
    let once = select(vec![None, Some(Units::Cheapest(1)), Some(Units::Dearest(1))]);
    (proptest::option::weighted(0.3, units), once, of(spread)).prop_map(|(units, once, spread)| {
        match spread {
            Some(Spread::Once) => (once, spread),
            _ => (units, spread),
        }
    })
}

fn tiered(currency: Currency) -> BoxedStrategy<Benefit> {
    let off = prop_oneof![
        percent().prop_map(StepOff::Percent),
        amount(currency).prop_map(StepOff::Amount),
    ];
    let by_units = btree_map((1..=6_u32).prop_map(i64::from), off.clone(), 1..=3);
    let by_amount = btree_map(amount(currency).prop_map(Money::minor), off, 1..=3);
    let steps = prop_oneof![
        by_units.prop_map(|steps: BTreeMap<i64, StepOff>| {
            let from = |from| Threshold::Units(u32::try_from(from).unwrap_or(1));
            steps.into_iter().map(|(units, off)| (from(units), off)).collect::<Vec<_>>()
        }),
        by_amount.prop_map(move |steps: BTreeMap<i64, StepOff>| {
            let from = |from| Threshold::Amount(Money::from_minor(from, currency));
            steps.into_iter().map(|(amount, off)| (from(amount), off)).collect()
        }),
    ];
    let spread = select(vec![Spread::Each, Spread::Across, Spread::Once]);
    let tiered = (steps, target(), of(spread), of(base()), rounding()).prop_map(
        |(steps, target, allocation, base, rounding)| {
            let tiered = Tiered::new(steps).off(target);
            Benefit::Tiered(Tiered { allocation, base, rounding, ..tiered })
        },
    );
    tiered.boxed()
}

fn slot() -> impl Strategy<Value = Slot> + Clone {
    (target(), 1..=2_u32).prop_map(|(target, units)| Slot { target, units })
}

fn off(currency: Currency) -> impl Strategy<Value = Off> + Clone {
    prop_oneof![
        percent().prop_map(Off::Percent),
        amount(currency).prop_map(Off::Amount),
        amount(currency).prop_map(Off::Price),
    ]
}

fn base() -> impl Strategy<Value = Base> + Clone {
    select(vec![Base::Running, Base::Original])
}

fn access() -> impl Strategy<Value = Access> + Clone {
    let kind = select(vec![AccessKind::EarlyAccess, AccessKind::Invitation]);
    (name(), kind, validity()).prop_map(|(name, kind, Validity { from, until })| Access {
        name,
        kind,
        opens: from,
        closes: until,
    })
}

/// More than nothing.
pub(super) fn amount(currency: Currency) -> impl Strategy<Value = Money> + Clone {
    price(currency).prop_map(move |amount| amount.max(Money::from_minor(1, currency)))
}
