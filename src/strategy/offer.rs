//! Offers and the lanes that they are in.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::basket::{category, code, offer_id, product};
use super::calendar::{instant, window, years};
use super::id::numbered;
use super::money::{percent, price};
use super::rule::rule;
use super::value::text;
use crate::calendar::Window;
use crate::id::LaneId;
use crate::money::{Currency, Money};
use crate::offer::{
    Access, AccessKind, Base, Benefit, Catalog, Contest, FixedOff, FreeItem, Gift, Lane, Limits,
    Mode, Offer, PercentOff, ShippingOff, Target, UseLimit, Validity, Which,
};
use crate::points::{Multiplier, Points};
use crate::rule::{Rule, Schema, Text};

/// A catalog of up to `most` offers, whose conditions are on the fields of `schema`.
pub fn catalog(
    schema: &Schema,
    currency: Currency,
    most: usize,
) -> impl Strategy<Value = Catalog> + Clone + use<> {
    let schema = schema.clone();
    offers(&schema, currency, most).prop_filter_map("a catalog", move |(offers, lanes)| {
        Catalog::check(offers, lanes, &schema, currency).ok()
    })
}

/// Up to `most` offers and the lanes that they are in, which together pass [`Catalog::check`].
///
/// All benefits, targets, modes and limits occur; half of the offers have no condition. They are
/// valid within [`years`], and fit what is in a [`basket`](super::basket).
pub fn offers(
    schema: &Schema,
    currency: Currency,
    most: usize,
) -> impl Strategy<Value = (Vec<Offer>, Vec<Lane>)> + Clone + use<> {
    let placed = (offer(schema, currency), proptest::option::of(any::<Index>()), coded());
    (vec(placed, 0..=most), vec(lane(), 0..=3)).prop_map(|(placed, lanes)| {
        let lane = |(at, lane): (usize, Lane)| {
            Some(Lane { id: LaneId::new(numbered("lane-", at)).ok()?, ..lane })
        };
        let lanes: Vec<Lane> = lanes.into_iter().enumerate().filter_map(lane).collect();
        let offer = |(at, (offer, place, coded)): (usize, (Offer, Option<Index>, Coded))| {
            let lane = place
                .filter(|_| !lanes.is_empty())
                .and_then(|place| lanes.get(place.index(lanes.len())).map(|lane| lane.id.clone()));
            let code = if coded == Coded::Yes { code(at) } else { None };
            Some(Offer { id: offer_id(at)?, lane, code, ..offer })
        };
        let offers = placed.into_iter().enumerate().filter_map(offer).collect();
        (offers, lanes)
    })
}

/// Whether an offer wants a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coded {
    No,
    Yes,
}

fn coded() -> impl Strategy<Value = Coded> + Clone {
    prop_oneof![4 => Just(Coded::No), 1 => Just(Coded::Yes)]
}

/// A lane whose id is only unique after the catalog has numbered it.
fn lane() -> impl Strategy<Value = Lane> + Clone {
    let mode = select(vec![
        Mode::Best,
        Mode::First,
        Mode::Stack,
        Mode::BestForCustomer,
        Mode::BestMargin,
    ]);
    let base = select(vec![Base::Running, Base::Original]);
    let contest = select(vec![Contest::Discounts, Contest::Everything]);
    (super::id::id(), mode, base, contest).prop_map(|(id, mode, base, contest)| Lane {
        id,
        mode,
        base,
        contest,
    })
}

/// An offer whose id is only unique after the catalog has numbered it.
fn offer(schema: &Schema, currency: Currency) -> impl Strategy<Value = Offer> + Clone + use<> {
    let when = prop_oneof![Just(Rule::Always), rule(schema)];
    let cost = proptest::option::weighted(0.1, (1..=500_i64).prop_map(Points));
    let name = proptest::option::of(name());
    let terms = (-3..=3_i32, vec(use_limit(), 0..=2), proptest::option::of(amount(currency)));
    (super::id::id(), name, when, validity(), benefit(currency), terms, cost).prop_map(
        |(id, name, when, validity, benefit, (priority, uses, most), cost)| {
            let max_discount = most.filter(|_| benefit.is_discount());
            let limits = Limits { uses, max_discount };
            Offer { name, when, validity, priority, limits, cost, ..Offer::new(id, benefit) }
        },
    )
}

fn benefit(currency: Currency) -> impl Strategy<Value = Benefit> + Clone {
    let base = proptest::option::of(select(vec![Base::Running, Base::Original]));
    let shipping = prop_oneof![
        percent().prop_map(ShippingOff::Percent),
        amount(currency).prop_map(ShippingOff::UpTo),
    ];
    let which = select(vec![Which::Cheapest, Which::Dearest]);
    prop_oneof![
        4 => (percent(), target(), base).prop_map(|(percent, target, base)| {
            Benefit::Percent(PercentOff { target, base, ..PercentOff::new(percent) })
        }),
        3 => (amount(currency), target())
            .prop_map(|(amount, target)| Benefit::Fixed(FixedOff { amount, target })),
        2 => (target(), 1..=3_u32, which).prop_map(|(target, units, which)| {
            Benefit::FreeItem(FreeItem { target, units, which })
        }),
        1 => shipping.prop_map(Benefit::Shipping),
        1 => (1..=1_000_i64).prop_map(|points| Benefit::Points(Points(points))),
        1 => (101..=500_u32).prop_filter_map("a multiplier", |hundredths| {
            Multiplier::from_hundredths(hundredths).map(Benefit::PointsMultiplier)
        }),
        1 => product().prop_map(|(product, _)| Benefit::Gift(Gift { product })),
        1 => access().prop_map(Benefit::Access),
    ]
}

fn target() -> impl Strategy<Value = Target> + Clone {
    let products = proptest::collection::btree_set(product().prop_map(|(id, _)| id), 1..=3);
    let categories = proptest::collection::btree_set(category(), 1..=2);
    prop_oneof![
        3 => Just(Target::Order),
        2 => Just(Target::Lines),
        1 => products.prop_map(Target::Products),
        2 => categories.prop_map(Target::Categories),
    ]
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

fn use_limit() -> impl Strategy<Value = UseLimit> + Clone {
    let within = window().prop_map(|window| match window {
        Window::Previous(period) => Window::Calendar(period),
        other => other,
    });
    (1..=3_u32, within).prop_map(|(at_most, within)| UseLimit { at_most, within })
}

/// Mostly always, otherwise from or until some instant, or both.
fn validity() -> impl Strategy<Value = Validity> + Clone {
    let some = (instant(years()), instant(years()), 0..3_u8).prop_map(|(one, other, which)| {
        let (from, until) = (one.min(other), one.max(other));
        Validity {
            from: Some(from).filter(|_| which != 1),
            until: Some(until).filter(|until| which != 0 && *until > from),
        }
    });
    prop_oneof![2 => Just(Validity::ALWAYS), 1 => some]
}

fn name() -> impl Strategy<Value = Text> + Clone {
    text().prop_map(|text| if text.as_str().is_empty() { "offer".into() } else { text })
}

/// More than nothing.
fn amount(currency: Currency) -> impl Strategy<Value = Money> + Clone {
    price(currency).prop_map(move |amount| amount.max(Money::from_minor(1, currency)))
}
