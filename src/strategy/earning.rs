//! Earning rules and ladders: what customers are promised for what they do.

use std::collections::BTreeSet;

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::basket::{category, product};
use super::calendar::{span, window};
use super::id::numbered;
use super::money::{price, rounding};
use super::rule::rule;
use crate::calendar::Period;
use crate::event::EventType;
use crate::id::{CategoryId, EarningId, ProductId, TierId};
use crate::money::{Currency, Money};
use crate::points::{
    Activation, Award, Cap, Earning, EarningRule, EndOf, Expiry, Multiplier, PerAmount, PerEvent,
    PerUnit, Points, TierMultiplier,
};
use crate::rule::{Schema, Text};
use crate::tier::{Credits, Crossing, Ladder, Measure, Tier, Validity};

/// Up to `most` earning rules that together pass [`Earning::check`], with conditions on the fields
/// of `schema`.
pub fn earning(
    schema: &Schema,
    currency: Currency,
    most: usize,
) -> impl Strategy<Value = Earning> + Clone + use<> {
    let award = prop_oneof![
        2 => per_amount(currency).prop_map(Award::PerAmount),
        1 => per_unit().prop_map(Award::PerUnit),
        1 => per_event().prop_map(Award::PerEvent),
    ];
    let when = proptest::option::weighted(0.3, rule(schema));
    let tier = select(vec![TierMultiplier::Applies, TierMultiplier::Ignored]);
    let rule = (award, when, tier, activation(), expiry());
    vec(rule, 0..=most).prop_map(|rules| {
        let rules = rules.into_iter().enumerate();
        let rules = rules.filter_map(|(at, (award, when, tier_multiplier, activation, expiry))| {
            let id = EarningId::new(numbered("earn-", at)).ok()?;
            Some(EarningRule { id, award, when, tier_multiplier, activation, expiry })
        });
        Earning(rules.collect())
    })
}

/// A ladder of one to five tiers that passes [`Ladder::check`], over any measure and window.
pub fn ladder(currency: Currency) -> impl Strategy<Value = Ladder> + Clone {
    let measure =
        select(vec![Measure::Spend, Measure::Orders, Measure::Visits, Measure::PointsEarned]);
    let validity = prop_oneof![
        1 => Just(Validity::WhileQualified),
        1 => span().prop_map(Validity::For),
    ];
    let crossing = select(vec![Crossing::Before, Crossing::After]);
    let steps = vec((1..=8_i64, multiplier()), 0..=4);
    (measure, window(), validity, crossing, steps).prop_map(
        move |(measure, window, validity, crossing, steps)| {
            let circular = measure == Measure::PointsEarned;
            let crossing = if circular { Crossing::Before } else { crossing };
            let tiers = tiers(measure, currency, &steps);
            Ladder { tiers, measure, window, validity, crossing }
        },
    )
}

/// The lowest tier, and one for each step above it.
fn tiers(measure: Measure, currency: Currency, steps: &[(i64, Multiplier)]) -> Vec<Tier> {
    let mut reached = 0;
    let lowest = (0, Multiplier::ONE);
    let tiers = std::iter::once(&lowest).chain(steps).enumerate();
    let tiers = tiers.filter_map(|(at, (step, multiplier))| {
        reached += step;
        let at_least = match measure {
            Measure::Spend => {
                let minor = reached * 20 * currency.minor_per_major();
                Credits::Money(Money::from_minor(minor, currency))
            }
            Measure::PointsEarned => Credits::Count(reached * 20),
            Measure::Orders | Measure::Visits => Credits::Count(reached),
        };
        let id = TierId::new(numbered("tier-", at)).ok()?;
        let name = Text::from(id.as_str());
        Some(Tier { id, name, at_least, multiplier: *multiplier, benefits: Vec::new() })
    });
    tiers.collect()
}

fn multiplier() -> impl Strategy<Value = Multiplier> + Clone {
    (0..=300_u32).prop_filter_map("a multiplier", Multiplier::from_hundredths)
}

fn per_amount(currency: Currency) -> impl Strategy<Value = PerAmount> + Clone {
    let per = prop_oneof![
        Just(Money::from_minor(currency.minor_per_major(), currency)),
        price(currency).prop_map(move |price| price.max(Money::from_minor(1, currency))),
    ];
    (1..=100_i64, per, rounding(), categories(), products()).prop_map(
        |(points, per, rounding, categories, products)| PerAmount {
            points: Points(points),
            per,
            rounding,
            categories,
            products,
        },
    )
}

fn per_unit() -> impl Strategy<Value = PerUnit> + Clone {
    (1..=100_i64, categories(), products()).prop_map(|(points, categories, products)| PerUnit {
        points: Points(points),
        categories,
        products,
    })
}

fn categories() -> impl Strategy<Value = BTreeSet<CategoryId>> + Clone {
    prop_oneof![Just(BTreeSet::new()), btree_set(category(), 1..=2)]
}

fn products() -> impl Strategy<Value = BTreeSet<ProductId>> + Clone {
    let product = product().prop_map(|(product, _)| product);
    prop_oneof![2 => Just(BTreeSet::new()), 1 => btree_set(product, 1..=2)]
}

fn per_event() -> impl Strategy<Value = PerEvent> + Clone {
    let earns = |event: &&EventType| {
        !matches!(event, EventType::Return | EventType::Void | EventType::Points)
    };
    let event = select(EventType::ALL.iter().filter(earns).copied().collect::<Vec<_>>());
    let period = select(vec![Period::Day, Period::Week, Period::Month, Period::Year]);
    let cap = proptest::option::of((1..=3_u32, period).prop_map(|(count, per)| Cap { count, per }));
    (event, 1..=500_i64, cap).prop_map(|(event, points, cap)| PerEvent {
        event,
        points: Points(points),
        cap,
    })
}

fn activation() -> impl Strategy<Value = Activation> + Clone {
    prop_oneof![3 => Just(Activation::Immediate), 1 => span().prop_map(Activation::After)]
}

fn expiry() -> impl Strategy<Value = Expiry> + Clone {
    let period = select(vec![Period::Month, Period::Quarter, Period::Year]);
    let end = (period, proptest::option::of(span()));
    prop_oneof![
        1 => Just(Expiry::Never),
        2 => span().prop_map(Expiry::After),
        1 => end.prop_map(|(period, after)| Expiry::EndOf(EndOf { period, after })),
    ]
}
