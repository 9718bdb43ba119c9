//! Offers and the lanes that they are in.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::basket::{batch, code, offer_id};
use super::benefit::{amount, benefit, target};
use super::calendar::{instant, window, years};
use super::id::numbered;
use super::rule::rule;
use super::value::text;
use crate::calendar::Window;
use crate::id::LaneId;
use crate::money::{Currency, Percent};
use crate::offer::{
    Allowance, AmountLimit, Base, Benefit, Budget, BudgetScope, Catalog, CodeBatch, Combines,
    Contest, Lane, Limits, Minimum, Mode, Offer, Partial, Portion, TrialUnit, UseLimit, Validity,
};
use crate::points::{Amount, Points};
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
/// All benefits, targets, modes, combinations, limits, budgets, codes and trials occur; half of the
/// offers have no condition. They are valid within [`years`], and fit what is in a
/// [`basket`](super::basket).
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
            let (code, codes) = match coded {
                Coded::No => (None, None),
                Coded::Shared => (code(at), None),
                Coded::Batch(uses_per_code) => {
                    (None, Some(CodeBatch { uses_per_code, ..batch(at) }))
                }
            };
            Some(Offer { id: offer_id(at)?, lane, code, codes, ..offer })
        };
        let offers = placed.into_iter().enumerate().filter_map(offer).collect();
        (together(offers, &lanes), lanes)
    })
}

/// The offers, without what would make no sense of how they combine: a tag that no other has, and
/// a set over two lanes, in a lane with one winner, or of offers that exclude each other.
fn together(mut offers: Vec<Offer>, lanes: &[Lane]) -> Vec<Offer> {
    let all: Vec<(usize, Option<LaneId>, Combines)> = offers
        .iter()
        .enumerate()
        .map(|(at, offer)| (at, offer.lane.clone(), offer.combines.clone()))
        .collect();
    for (at, offer) in offers.iter_mut().enumerate() {
        let mine = &offer.combines;
        let others = || all.iter().filter(|(other, ..)| *other != at);
        let whole = lanes.iter().any(|lane| {
            Some(&lane.id) == offer.lane.as_ref() && !matches!(lane.mode, Mode::Best | Mode::First)
        });
        let fits = others().filter(|(.., combines)| combines.joint == mine.joint).all(
            |(_, lane, theirs)| {
                *lane == offer.lane
                    && theirs.exclusive.is_disjoint(&mine.exclusive)
                    && theirs.tags.is_disjoint(&mine.not_with)
                    && theirs.not_with.is_disjoint(&mine.tags)
            },
        );
        let joint = mine.joint.clone().filter(|_| whole && fits);
        let known = |tag: &Text| others().any(|(.., theirs)| theirs.tags.contains(tag));
        offer.combines.not_with.retain(known);
        offer.combines.joint = joint;
    }
    offers
}

fn combines() -> impl Strategy<Value = Combines> + Clone {
    let names = |names: &'static [&'static str]| {
        let some = proptest::collection::btree_set(select(names), 0..=1);
        some.prop_map(|some| some.into_iter().map(Text::from).collect())
    };
    let joint =
        proptest::option::weighted(0.3, select(vec!["set-1", "set-2"]).prop_map(Text::from));
    let some =
        (names(&["bogo", "season"]), joint, names(&["coupon", "sale"]), names(&["coupon", "sale"]))
            .prop_map(|(exclusive, joint, tags, not_with)| Combines {
                exclusive,
                joint,
                tags,
                not_with,
            });
    prop_oneof![2 => Just(Combines::default()), 1 => some]
}

/// Whether an offer wants a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Coded {
    No,
    Shared,
    /// One of a batch, each of which can perhaps be used so many times.
    Batch(Option<u32>),
}

fn coded() -> impl Strategy<Value = Coded> + Clone {
    prop_oneof![
        8 => Just(Coded::No),
        2 => Just(Coded::Shared),
        1 => proptest::option::of(1..=2_u32).prop_map(Coded::Batch),
    ]
}

/// A lane whose id is only unique after the catalog has numbered it.
fn lane() -> impl Strategy<Value = Lane> + Clone {
    let mode =
        select(vec![Mode::Best, Mode::First, Mode::Stack, Mode::BestForCustomer, Mode::BestMargin]);
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
    let terms = (-3..=3_i32, limits(currency), trials());
    let asked = (proptest::option::weighted(0.2, minimum(currency)), cost, combines());
    (super::id::id(), name, when, validity(), benefit(currency), terms, asked).prop_map(
        |(id, name, when, validity, benefit, terms, (minimum, cost, combines))| {
            let (priority, mut limits, (pilot, holdout)) = terms;
            if !benefit.is_discount() {
                limits.max_discount = None;
                limits.budgets.retain(|budget| budget.uses.is_some());
                limits.budgets.iter_mut().for_each(|budget| budget.amount = None);
            }
            if !benefit.is_discount() || matches!(benefit, Benefit::Shipping(_)) {
                limits.amounts.clear();
            }
            let offer = Offer { pilot, holdout, combines, ..Offer::new(id, benefit) };
            Offer {
                name,
                when,
                validity,
                minimum,
                priority,
                limits,
                cost: cost.map(Amount::from),
                ..offer
            }
        },
    )
}

fn limits(currency: Currency) -> impl Strategy<Value = Limits> + Clone {
    let amounts = (amount(currency), use_limit())
        .prop_map(|(at_most, UseLimit { within, .. })| AmountLimit { at_most, within });
    let amounts = prop_oneof![3 => Just(Vec::new()), 1 => vec(amounts, 1)];
    let budgets = prop_oneof![3 => Just(Vec::new()), 1 => budgets(currency)];
    let most = proptest::option::of(amount(currency));
    (vec(use_limit(), 0..=2), most, amounts, budgets).prop_map(
        |(uses, max_discount, amounts, budgets)| Limits { uses, max_discount, amounts, budgets },
    )
}

/// One or two budgets, of different scopes.
fn budgets(currency: Currency) -> impl Strategy<Value = Vec<Budget>> + Clone {
    let windows = ["today", "this_week", "this_month", "this_quarter", "this_year", "lifetime"];
    let within = select(windows.to_vec()).prop_filter_map("a window", |text| text.parse().ok());
    let limit = prop_oneof![
        (1..=5_u64).prop_map(Allowance::uses),
        amount(currency).prop_map(Allowance::amount),
        (1..=5_u64, amount(currency))
            .prop_map(|(uses, amount)| Allowance { uses: Some(uses), amount: Some(amount) }),
    ];
    let budget = (within, limit, select(vec![Partial::Refuse, Partial::Grant]));
    vec(budget, 1..=2).prop_map(|budgets| {
        let scopes = [BudgetScope::Global, BudgetScope::Store];
        let budget = |(scope, (within, Allowance { uses, amount }, partial))| Budget {
            scope,
            within,
            uses,
            amount,
            partial,
        };
        scopes.into_iter().zip(budgets).map(budget).collect()
    })
}

/// Mostly no pilot and no holdout.
fn trials() -> impl Strategy<Value = (Option<Portion>, Option<Portion>)> + Clone {
    let portion = || {
        let share = (1..10_000_u32).prop_map(Percent::from_basis_points);
        let of = select(vec![TrialUnit::Customers, TrialUnit::Stores]);
        (share, of).prop_map(|(share, of)| Portion { of, ..Portion::of_customers(share) })
    };
    (proptest::option::weighted(0.1, portion()), proptest::option::weighted(0.1, portion()))
}

/// What must be in the basket: an amount, some units, or both.
fn minimum(currency: Currency) -> BoxedStrategy<Minimum> {
    let base = proptest::option::of(select(vec![Base::Running, Base::Original]));
    let minimum = (amount(currency), 1..=5_u32, 0..3_u8, target(), base).prop_map(
        |(amount, units, which, of, base)| Minimum {
            amount: Some(amount).filter(|_| which != 1),
            units: Some(units).filter(|_| which != 0),
            of,
            base,
        },
    );
    minimum.boxed()
}

fn use_limit() -> impl Strategy<Value = UseLimit> + Clone {
    let within = window().prop_map(|window| match window {
        Window::Previous(period) => Window::Calendar(period),
        other => other,
    });
    (1..=3_u32, within).prop_map(|(at_most, within)| UseLimit { at_most, within })
}

/// Mostly always, otherwise from or until some instant, or both.
pub(super) fn validity() -> impl Strategy<Value = Validity> + Clone {
    let some = (instant(years()), instant(years()), 0..3_u8).prop_map(|(one, other, which)| {
        let (from, until) = (one.min(other), one.max(other));
        Validity {
            from: Some(from).filter(|_| which != 1),
            until: Some(until).filter(|until| which != 0 && *until > from),
        }
    });
    prop_oneof![2 => Just(Validity::ALWAYS), 1 => some]
}

pub(super) fn name() -> impl Strategy<Value = Text> + Clone {
    text().prop_map(|text| if text.as_str().is_empty() { "offer".into() } else { text })
}
