//! Earning rules: what customers get points for.

use std::collections::BTreeSet;

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use proptest::sample::select;

use super::basket::{category, product, store};
use super::calendar::span;
use super::customer::channel;
use super::id::numbered;
use super::money::{price, rounding};
use super::rule::rule;
use crate::calendar::Period;
use crate::event::{Channel, EventType};
use crate::id::{AttributeName, CampaignId, CategoryId, EarningId, ProductId, StoreId};
use crate::money::{Currency, Money};
use crate::points::{
    Activation, Award, Birthday, Campaign, Cap, CapPeriod, Celebration, Combine, Earning,
    EarningRule, EndOf, Expiry, Multiplier, Multipliers, NthOrder, OfferBoosts, OnConfirmation,
    PerAmount, PerEvent, PerUnit, Points, ProfileCompleted, Steps, TierMultiplier,
};
use crate::profile::WELL_KNOWN;
use crate::rule::Schema;

/// Up to `most` earning rules that together pass [`Earning::check`], with conditions on the fields
/// of `schema`.
pub fn earning(
    schema: &Schema,
    currency: Currency,
    most: usize,
) -> impl Strategy<Value = Earning> + Clone + use<> {
    let when = proptest::option::weighted(0.3, rule(schema));
    let tier = select(vec![TierMultiplier::Applies, TierMultiplier::Ignored]);
    let expiry = proptest::option::of(expiry());
    let rule = (award(currency), when, place(), caps(), tier, activation(), expiry);
    vec(rule, 0..=most).prop_map(|rules| {
        let rules = rules.into_iter().enumerate().filter_map(|(at, rule)| {
            let (award, when, (channels, stores), caps, tier_multiplier, activation, expiry) = rule;
            // Only an order can be confirmed.
            let activation = match (&activation, &award) {
                (Activation::OnConfirmation(_), Award::PerAmount(_) | Award::PerUnit(_)) => {
                    activation
                }
                (Activation::OnConfirmation(_), _) => Activation::Immediate,
                _ => activation,
            };
            let rule = EarningRule::new(EarningId::new(numbered("earn-", at)).ok()?, award);
            Some(EarningRule {
                when,
                channels,
                stores,
                caps,
                tier_multiplier,
                activation,
                expiry,
                ..rule
            })
        });
        Earning(rules.collect())
    })
}

fn award(currency: Currency) -> BoxedStrategy<Award> {
    prop_oneof![
        4 => per_amount(currency).prop_map(Award::PerAmount),
        2 => per_unit().prop_map(Award::PerUnit),
        3 => per_event().prop_map(Award::PerEvent),
        1 => (1..=3_u32, any::<bool>(), 1..=500_i64).prop_map(|(number, every, points)| {
            let (nth, every) = if every { (None, Some(number)) } else { (Some(number), None) };
            Award::NthOrder(NthOrder { nth, every, points: Points(points) })
        }),
        1 => birthday().prop_map(Award::Birthday),
        1 => (btree_set(name(), 1..=2), 1..=500_i64).prop_map(|(attributes, points)| {
            Award::ProfileCompleted(ProfileCompleted { points: Points(points), attributes })
        }),
    ]
    .boxed()
}

fn birthday() -> impl Strategy<Value = Birthday> + Clone {
    let within = select(vec![Celebration::Day, Celebration::Month]);
    let event = select(vec![None, Some(EventType::Purchase), Some(EventType::Visit)]);
    (1..=500_i64, within, event).prop_map(|(points, within, event)| Birthday {
        points: Points(points),
        within,
        event,
    })
}

/// The name of an attribute that every program knows.
fn name() -> impl Strategy<Value = AttributeName> + Clone {
    let names = WELL_KNOWN.iter().filter_map(|(name, ..)| AttributeName::new(name).ok());
    select(names.collect::<Vec<_>>())
}

/// Some channels and stores, mostly none.
fn place() -> BoxedStrategy<(BTreeSet<Channel>, BTreeSet<StoreId>)> {
    let some = (btree_set(channel(), 1..=3), btree_set(store(), 0..=2));
    prop_oneof![4 => Just((BTreeSet::new(), BTreeSet::new())), 1 => some].boxed()
}

fn caps() -> BoxedStrategy<Vec<Cap>> {
    let period = select(vec![
        CapPeriod::Day,
        CapPeriod::Week,
        CapPeriod::Month,
        CapPeriod::Quarter,
        CapPeriod::Year,
        CapPeriod::Lifetime,
    ]);
    let cap = (1..=300_u32, any::<bool>(), period).prop_map(|(most, times, per)| {
        if times { Cap::times(most % 3 + 1, per) } else { Cap::points(Points(most.into()), per) }
    });
    vec(cap, 0..=2).boxed()
}

/// Up to three campaigns, and any way in which multipliers go together; with conditions on the
/// fields of `schema`.
pub fn multipliers(schema: &Schema) -> impl Strategy<Value = Multipliers> + Clone + use<> {
    let combine = select(vec![Combine::Multiply, Combine::Add, Combine::Highest]);
    let offers = select(vec![OfferBoosts::Best, OfferBoosts::All]);
    let by = (0..=300_u32).prop_filter("another than once", |hundredths| *hundredths != 100);
    let by = by.prop_filter_map("a multiplier", Multiplier::from_hundredths);
    let campaigns = vec((by, proptest::option::weighted(0.6, rule(schema))), 0..=3);
    (combine, offers, campaigns).prop_map(|(combine, offers, campaigns)| {
        let campaigns = campaigns.into_iter().enumerate().filter_map(|(at, (by, when))| {
            let id = CampaignId::new(numbered("campaign-", at)).ok()?;
            Some(Campaign { id, by, when, rules: BTreeSet::new(), from: None, until: None })
        });
        Multipliers { combine, offers, campaigns: campaigns.collect() }
    })
}

fn per_amount(currency: Currency) -> impl Strategy<Value = PerAmount> + Clone {
    let per = prop_oneof![
        Just(Money::from_minor(currency.minor_per_major(), currency)),
        price(currency).prop_map(move |price| price.max(Money::from_minor(1, currency))),
    ];
    let steps = select(vec![Steps::Proportional, Steps::Full]);
    let least = price(currency).prop_map(move |price| price.max(Money::from_minor(1, currency)));
    let at_least = proptest::option::weighted(0.2, least);
    (1..=100_i64, per, (steps, at_least), rounding(), categories(), products()).prop_map(
        |(points, per, (steps, at_least), rounding, categories, products)| PerAmount {
            points: Points(points),
            per,
            steps,
            at_least,
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
    (event, 1..=500_i64, categories(), products()).prop_map(
        |(event, points, categories, products)| PerEvent {
            event,
            points: Points(points),
            categories,
            products,
        },
    )
}

fn activation() -> impl Strategy<Value = Activation> + Clone {
    let confirmed = proptest::option::of(span())
        .prop_map(|at_latest| Activation::OnConfirmation(OnConfirmation { at_latest }));
    prop_oneof![
        3 => Just(Activation::Immediate),
        1 => span().prop_map(Activation::After),
        1 => confirmed,
    ]
}

/// When points expire, or that they never do.
pub fn expiry() -> impl Strategy<Value = Expiry> + Clone {
    let period = select(vec![Period::Month, Period::Quarter, Period::Year]);
    let end = (period, proptest::option::of(span()));
    prop_oneof![
        1 => Just(Expiry::Never),
        2 => span().prop_map(Expiry::After),
        1 => span().prop_map(Expiry::Sliding),
        1 => end.prop_map(|(period, after)| Expiry::EndOf(EndOf { period, after })),
    ]
}
