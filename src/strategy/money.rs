//! Amounts.

use std::ops::RangeInclusive;

use proptest::prelude::*;
use proptest::sample::select;

use crate::id::LineId;
use crate::money::{Currency, Money, Percent, Rounding};

/// A currency, of no, two or three decimals.
pub fn currency() -> impl Strategy<Value = Currency> + Clone {
    select(vec![
        Currency::EUR,
        Currency::USD,
        Currency::GBP,
        Currency::CHF,
        Currency::JPY,
        Currency::KWD,
    ])
}

/// An amount up to ten billion minor units, also negative.
pub fn money(currency: Currency) -> impl Strategy<Value = Money> + Clone {
    amount(currency, -10_000_000_000..=10_000_000_000)
}

/// What a unit of something costs: nothing or more, mostly less than 50, at most 1,000 major units.
pub fn price(currency: Currency) -> impl Strategy<Value = Money> + Clone {
    let unit = currency.minor_per_major();
    prop_oneof![
        8 => amount(currency, 1..=unit * 50),
        2 => amount(currency, unit..=unit * 1_000),
        1 => Just(Money::zero(currency)),
    ]
}

/// More than 0% and at most 100%.
pub fn percent() -> impl Strategy<Value = Percent> + Clone {
    prop_oneof![
        3 => (1..=100_u16).prop_map(Percent::new),
        1 => (1..=10_000_u32).prop_map(Percent::from_basis_points),
    ]
}

/// A way of rounding.
pub fn rounding() -> impl Strategy<Value = Rounding> + Clone {
    select(vec![
        Rounding::HalfUp,
        Rounding::HalfEven,
        Rounding::HalfDown,
        Rounding::Down,
        Rounding::Up,
        Rounding::Floor,
        Rounding::Ceiling,
    ])
}

/// Up to `most` lines with what each is worth, for [`laws::allocator`](crate::laws::allocator);
/// some are worth nothing, and some the same as others.
pub fn worths(
    currency: Currency,
    most: usize,
) -> impl Strategy<Value = Vec<(LineId, Money)>> + Clone {
    let worth = prop_oneof![
        3 => price(currency),
        1 => Just(Money::from_minor(100, currency)),
        1 => amount(currency, 0..=i64::MAX / 1_000),
    ];
    proptest::collection::vec(worth, 0..=most).prop_map(|worths| {
        let line = |at| LineId::new(super::id::numbered("", at)).ok();
        let lines = worths.into_iter().enumerate();
        lines.filter_map(|(at, worth)| Some((line(at)?, worth))).collect()
    })
}

fn amount(currency: Currency, minor: RangeInclusive<i64>) -> impl Strategy<Value = Money> + Clone {
    minor.prop_map(move |minor| Money::from_minor(minor, currency))
}
