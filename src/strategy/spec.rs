//! Whole programs.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::benefit::floors;
use super::calendar::zone;
use super::earning::{earning, expiry, multipliers};
use super::game::{OPT_IN, games};
use super::id::numbered;
use super::ladder::ladder;
use super::message::contact;
use super::offer::offers;
use super::purse::{policy, purses, spend_order};
use super::rule::rule;
use crate::id::{AttributeName, LadderId, OfferId, SegmentId, TierId};
use crate::money::{Currency, Money};
use crate::points::{Multiplier, Purse};
use crate::program::{AttributeType, Spec};
use crate::rule::{Field, Kind, Rule, Schema};
use crate::segment::grid::StandardGrid;
use crate::segment::rfm::{Cuts, Figure, GridChoice, RfmSpec, Scale, Scoring};
use crate::segment::rules::RuleSegment;
use crate::tier::Ladder;

/// A document of a program that passes [`Spec::build`], with more or less of everything in it.
///
/// It goes with the customers and events of [`story`](super::story) in the same currency.
pub fn spec(currency: Currency) -> impl Strategy<Value = Spec> + Clone {
    let (early, all) = (schema(currency, &[]), schema(currency, &LATE));
    let segments = vec(rule(&early), 0..=3).prop_map(segments);
    let rfm = proptest::option::of(rfm(currency));
    let ladders = vec(ladder(currency), 0..=2).prop_map(ladders).boxed();
    let offers = (offers(&all, currency, 5), floors(currency)).boxed();
    let earning = earning(&early, currency, 3).boxed();
    let parts = (segments, rfm, ladders, earning, offers).boxed();
    let points = (multipliers(&early), expiry(), policy(), spend_order(), in_purses()).boxed();
    let spec = (zone(), parts, points).prop_map(move |(zone, parts, points)| {
        let (segments, rfm, ladders, earning, ((offers, lanes), floors)) = parts;
        let (multipliers, points_expiry, claw_back, spend_order, (purses, picks)) = points;
        let spec = Spec {
            multipliers,
            points_expiry,
            claw_back,
            spend_order,
            zone,
            segments,
            rfm,
            ladders,
            earning,
            lanes,
            floors,
            offers,
            attributes: attributes(),
            ..Spec::new("generated", currency)
        };
        paying_into(spec, purses, &picks)
    });
    spec.prop_flat_map(move |spec| {
        let rewards: Vec<OfferId> = spec.offers.iter().map(|offer| offer.id.clone()).collect();
        let tiers = spec.ladders.iter().take(1).flat_map(|ladder| &ladder.tiers);
        let tiers: Vec<TierId> = tiers.map(|tier| tier.id.clone()).collect();
        let games = proptest::option::of(games(&early, currency, &rewards, &tiers)).boxed();
        let contact = proptest::option::of(contact(&rewards)).boxed();
        (games, contact).prop_map(move |(games, contact)| {
            let (contact, messages) = contact.unwrap_or_default();
            Spec { games: games.unwrap_or_default(), contact, messages, ..spec.clone() }
        })
    })
}

/// Purses, and which of them earning rules and ladders name.
fn in_purses() -> impl Strategy<Value = (Vec<Purse>, Vec<usize>)> + Clone {
    (purses(), vec(0..=2_usize, 5))
}

/// The program, whose rules and ladders name the main points or one of these purses.
fn paying_into(mut spec: Spec, purses: Vec<Purse>, picks: &[usize]) -> Spec {
    let rules = spec.earning.0.iter_mut().map(|rule| &mut rule.purse);
    let ladders = spec.ladders.iter_mut().map(|ladder| &mut ladder.purse);
    for (named, pick) in rules.chain(ladders).zip(picks) {
        *named = purses.get(*pick).map(|purse| purse.id.clone());
    }
    Spec { purses, ..spec }
}

/// What games need to be declared.
fn attributes() -> BTreeMap<AttributeName, AttributeType> {
    let opt_in = AttributeName::new(OPT_IN).into_iter();
    opt_in.map(|name| (name, AttributeType::of(Kind::Bool))).collect()
}

/// What is known of the basket, and only once the customer has been judged.
const LATE: [(&str, Kind); 3] =
    [("basket_total", Kind::Money), ("basket_units", Kind::Integer), ("points", Kind::Integer)];

/// Some of the fields of every program.
fn schema(currency: Currency, late: &[(&str, Kind)]) -> Schema {
    let early = [
        ("orders(30d)", Kind::Integer),
        ("recency_days", Kind::Integer),
        ("spend(lifetime)", Kind::Money),
        ("return_rate(1y)", Kind::Number),
        ("country", Kind::Text),
        ("interests", Kind::Set),
        ("birthday", Kind::Date),
    ];
    let fields = early.iter().chain(late).map(|(name, kind)| {
        let currency = (*kind == Kind::Money).then_some(currency);
        Field { currency, ..Field::new(*name, *kind) }
    });
    // The names are all different.
    Schema::new(fields).unwrap_or_default()
}

/// The ladders with ids that differ; points are multiplied by the first alone.
fn ladders(mut ladders: Vec<Ladder>) -> Vec<Ladder> {
    for ladder in ladders.iter_mut().skip(1) {
        ladder.id = LadderId::new("second").unwrap_or_default();
        ladder.tiers.iter_mut().for_each(|tier| tier.multiplier = Multiplier::ONE);
    }
    ladders
}

fn segments(rules: Vec<Rule>) -> Vec<RuleSegment> {
    let rules = rules.into_iter().enumerate();
    let segments = rules.filter_map(|(at, when)| {
        let id = SegmentId::new(numbered("segment-", at)).ok()?;
        Some(RuleSegment { name: id.to_string(), id, description: String::new(), when })
    });
    segments.collect()
}

/// Fixed thresholds, one of the standard grids.
fn rfm(currency: Currency) -> impl Strategy<Value = RfmSpec> + Clone {
    let grid = select(vec![StandardGrid::Standard125, StandardGrid::RecencyFrequency]);
    (grid, 1..=60_i64, 1..=3_i64, 1..=100_i64).prop_map(move |(grid, days, orders, major)| {
        let cuts = |figure: &dyn Fn(i64) -> Figure| Cuts::Thresholds((1..=4).map(figure).collect());
        let scale = |feature: &str, cuts| Scale { feature: feature.into(), cuts };
        let money = |step: i64| {
            let minor = step * major * currency.minor_per_major();
            Figure::Money(Money::from_minor(minor, currency))
        };
        let scoring = Scoring {
            recency: scale("recency_days", cuts(&|step| Figure::Integer(step * days))),
            frequency: scale("orders(30d)", cuts(&|step| Figure::Integer(step * orders))),
            monetary: scale("spend(lifetime)", cuts(&money)),
            report: None,
        };
        RfmSpec { scoring, grid: GridChoice::Standard(grid) }
    })
}
